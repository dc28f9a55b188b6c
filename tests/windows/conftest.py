# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tests run caw.exe: by Wine, which tests/windows/run has begun.

Wine starts a program of this system, too, and then ends well whatever becomes of it: only a file
that is Windows's is run.
"""

import os
import subprocess

import pytest

from places import BUILD

WINDOWS = BUILD / 'static' / 'windows'
EXE = WINDOWS / 'bin' / 'caw.exe'


def by_wine(*command):
    """The command that runs a program of Windows."""
    with open(command[0], 'rb') as program:
        assert program.read(2) == b'MZ', f'{command[0]}: not a program of Windows'
    return ['wine', *map(str, command)]


@pytest.fixture
def exe():
    """exe(arguments, ...): the finished caw.exe."""

    def exe(*arguments, env=(), **options):
        usual = {'stdin': subprocess.DEVNULL, 'capture_output': True, 'timeout': 120}
        if 'input' in options:
            del usual['stdin']
        return subprocess.run(
            by_wine(EXE, *arguments), env=os.environ | dict(env), **usual | options
        )

    return exe


@pytest.fixture
def start():
    """start(arguments, ...): the running caw.exe. It is gone when the test is over."""
    running = []

    def start(*arguments, **options):
        pipes = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.PIPE)
        running.append(
            subprocess.Popen(by_wine(EXE, *arguments), bufsize=0, **pipes | options)
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
        process.wait()


@pytest.fixture
def here():
    """here(arguments, ...): the finished caw of this system, which is the judge."""

    def here(*arguments, env=(), **options):
        command = [BUILD / 'bin' / 'caw', *map(str, arguments)]
        usual = {'capture_output': True, 'timeout': 120}
        return subprocess.run(command, env=os.environ | dict(env), **usual | options)

    return here
