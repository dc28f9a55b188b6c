# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tests run tshark and caw: from the build folder, in a clean home, never as root.

Root gets no plugins from WIRESHARK_PLUGIN_DIR (Wireshark counts it as special privileges), so
root's calls run as nobody, on a copy that this user can read.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from places import BUILD, CAPTURES, as_nobody

# What a shell starts in the background ignores ^C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


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
                shutil.copytree(
                    origin, folder / part, ignore=shutil.ignore_patterns('CMakeFiles')
                )
        for path in (folder, *folder.rglob('*')):
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        for writable in ('home', 'made'):
            (folder / writable).mkdir()
            (folder / writable).chmod(0o777)
        yield folder


@pytest.fixture(scope='session')
def environment(stage):
    """The environment of every tshark and caw."""
    kept = {k: os.environ[k] for k in ('PATH', 'ASAN_OPTIONS', 'LD_PRELOAD') if k in os.environ}
    return kept | {'HOME': str(stage / 'home'), 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8'}


@pytest.fixture(scope='session')
def program(stage):
    return stage / 'bin' / 'caw'


@pytest.fixture(scope='session')
def captures(stage):
    return stage / 'captures'


@pytest.fixture(scope='session')
def argv(captures):
    """argv(command): as texts. The tree may be its owner's alone: its captures are the copies."""

    def word(of):
        copied = isinstance(of, Path) and CAPTURES in of.parents
        return str(captures / of.relative_to(CAPTURES) if copied else of)

    return lambda command: [word(each) for each in command]


@pytest.fixture(scope='session')
def run(environment, argv, stage):
    """run(command, ...): the finished process with text in stdout and stderr."""

    def run(command, env=(), errors='strict', **options):
        usual = {'capture_output': True, 'timeout': 120, 'cwd': stage}
        options = usual | as_nobody() | options
        done = subprocess.run(argv(command), env=environment | dict(env), **options)
        for stream in ('stdout', 'stderr'):
            raw = getattr(done, stream)
            setattr(done, stream, raw.decode('utf-8', errors) if raw is not None else None)
        return done

    return run


@pytest.fixture(scope='session')
def caw(run, program):
    """caw(arguments, ...): the finished program."""
    return lambda *arguments, **options: run([program, *arguments], **options)


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
