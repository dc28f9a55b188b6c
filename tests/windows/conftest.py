# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tests run caw.exe, and the caw of the build folder, which is the judge."""

import os
import subprocess

import pytest

from places import BUILD
from running import gone_at_the_end
from wine import EXE, by_wine


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
    with gone_at_the_end() as running:

        def start(*arguments, **options):
            pipes = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.PIPE)
            running.append(
                subprocess.Popen(by_wine(EXE, *arguments), bufsize=0, **pipes | options)
            )
            return running[-1]

        yield start


@pytest.fixture
def here():
    """here(arguments, ...): the finished caw of this system, which is the judge."""

    def here(*arguments, env=(), **options):
        command = [BUILD / 'bin' / 'caw', *map(str, arguments)]
        usual = {'capture_output': True, 'timeout': 120}
        return subprocess.run(command, env=os.environ | dict(env), **usual | options)

    return here
