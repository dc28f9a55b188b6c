# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tests run the program while it goes on."""

import subprocess

import pytest

from places import as_nobody
from running import gone_at_the_end


@pytest.fixture
def start(environment, program, argv):
    """start(arguments, ...): the running program. It is gone when the test is over."""
    with gone_at_the_end() as running:

        def start(*arguments, **options):
            pipes = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.PIPE)
            options = pipes | {'bufsize': 0, 'start_new_session': True} | as_nobody() | options
            command = argv([program, *arguments])
            running.append(subprocess.Popen(command, env=environment, **options))
            return running[-1]

        yield start
