# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark on a display that nobody sees: what loading a capture and scrolling through it cost."""

import contextlib
import os
import shutil
import subprocess
import time

NEEDED = ('wireshark', 'Xvfb', 'xdotool')
PAGES = 60
QUIET = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}


def lacks():
    """The programs that this machine has not."""
    return [program for program in NEEDED if not shutil.which(program)]


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def display():
    """The name of a display of our own."""
    ours, theirs = os.pipe()
    command = ['Xvfb', '-displayfd', str(theirs), '-screen', '0', '1600x1200x24']
    with running(command, pass_fds=[theirs], **QUIET), open(ours) as number:
        os.close(theirs)
        yield f':{number.readline().strip()}'


def spent(process):
    """Processor seconds of a process so far, user and system."""
    with open(f'/proc/{process.pid}/stat') as stat:
        fields = stat.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def idle(process, patience=2.0):
    """Waits until the process has done nothing for so long; the seconds it has spent."""
    latest, since = spent(process), time.monotonic()
    while time.monotonic() - since < patience:
        time.sleep(0.1)
        now = spent(process)
        if now > latest + 0.02:  # a cursor that blinks is nothing
            latest, since = now, time.monotonic()
    return latest


def press(environment, *words):
    subprocess.run(['xdotool', *words], env=environment, check=True, timeout=60, **QUIET)


def browse(path, arguments, environment, **options):
    """(seconds until the capture is loaded and shown, seconds of scrolling through pages of it)."""
    with display() as name:
        environment = environment | {'DISPLAY': name}
        command = ['wireshark', *arguments, '-r', str(path)]
        with running(command, env=environment, **QUIET, **options) as process:
            press(environment, 'search', '--sync', '--onlyvisible', '--name', path.name,
                  'windowmove', '0', '0', 'windowsize', '1600', '1200', 'windowfocus')  # fmt: skip
            loaded = idle(process)
            press(environment, 'mousemove', '300', '200', 'click', '1')
            press(environment, 'key', '--repeat', str(PAGES), '--delay', '50', 'Next')
            return loaded, idle(process) - loaded
