# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that run while a test does something else."""

import contextlib


@contextlib.contextmanager
def gone_at_the_end():
    """A list for subprocess.Popen objects: they are killed and waited for, their pipes closed."""
    running = []
    yield running
    for process in running:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
        process.wait()
