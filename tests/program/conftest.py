# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tests run the program: from the build folder, in a clean home, as nobody when by root.

CAW_BUILD names the build folder (default: build/ at the top of the tree). A copy of the program,
the plugin beside it, and the captures lie where anybody may read them.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CAPTURES = HERE.parent / 'captures'
BUILD = Path(os.environ.get('CAW_BUILD', ROOT / 'build'))
NOBODY = 65534

sys.path[:0] = [str(HERE), str(HERE.parent / 'tshark')]


def as_nobody():
    """Arguments for subprocess that give up root."""
    if os.geteuid() != 0:
        return {}
    return {'user': NOBODY, 'group': NOBODY, 'extra_groups': []}


@pytest.fixture(scope='session')
def stage():
    """A folder anybody can read: bin/caw, plugins/, captures/, and home/ and made/ to write to."""
    with tempfile.TemporaryDirectory(prefix='caw-test-') as name:
        folder = Path(name)
        for part, origin in (
            ('bin', BUILD / 'bin'),
            ('plugins', BUILD / 'plugins'),
            ('captures', CAPTURES),
        ):
            if origin.exists():
                shutil.copytree(origin, folder / part)
        for path in (folder, *folder.rglob('*')):
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        for writable in ('home', 'made'):
            (folder / writable).mkdir()
            (folder / writable).chmod(0o777)
        yield folder


@pytest.fixture(scope='session')
def environment(stage):
    kept = {k: os.environ[k] for k in ('PATH', 'ASAN_OPTIONS', 'LD_PRELOAD') if k in os.environ}
    return kept | {'HOME': str(stage / 'home'), 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8'}


@pytest.fixture(scope='session')
def program(stage):
    return stage / 'bin' / 'caw'


@pytest.fixture(scope='session')
def captures(stage):
    return stage / 'captures'


@pytest.fixture(scope='session')
def run(environment):
    """run(command, ...): the finished process with text in stdout and stderr."""

    def run(command, env=(), **options):
        options = {'capture_output': True, 'timeout': 120} | as_nobody() | options
        done = subprocess.run([str(c) for c in command], env=environment | dict(env), **options)
        for stream in ('stdout', 'stderr'):
            raw = getattr(done, stream)
            setattr(done, stream, raw.decode() if raw is not None else None)
        return done

    return run


@pytest.fixture(scope='session')
def caw(run, program):
    """caw(arguments, ...): the finished program."""
    return lambda *arguments, **options: run([program, *arguments], **options)


@pytest.fixture
def start(environment, program):
    """start(arguments, ...): the running program. It is gone when the test is over."""
    running = []

    def start(*arguments, **options):
        pipes = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.PIPE)
        options = pipes | {'bufsize': 0, 'start_new_session': True} | as_nobody() | options
        command = [str(c) for c in (program, *arguments)]
        running.append(subprocess.Popen(command, env=environment, **options))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
        process.wait()


@pytest.fixture(scope='session')
def save(stage):
    """save(bytes): path of a file with them that anybody may read."""
    numbers = itertools.count()

    def save(content, suffix='pcap'):
        path = stage / 'made' / f'{os.getpid()}-{next(numbers)}.{suffix}'
        path.write_bytes(content)
        path.chmod(0o644)
        return path

    return save
