# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tests run tshark and caw: from the build folder, in a clean home, never as root.

CAW_BUILD names the build folder (default: build/ at the top of the tree). Root gets no plugins
from WIRESHARK_PLUGIN_DIR (Wireshark counts it as special privileges), so root's calls run as
nobody, on a copy that this user can read.
"""

import io
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

sys.path[:0] = [str(HERE), str(HERE.parent / 'bench')]

import older  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line('filterwarnings', 'ignore:ReadResponse was deprecated')
    config.addinivalue_line('filterwarnings', "ignore:Due to '_pack_'")  # Python 3.14


def as_nobody():
    """Arguments for subprocess that give up root."""
    if os.geteuid() != 0:
        return {}
    return {'user': NOBODY, 'group': NOBODY, 'extra_groups': []}


@pytest.fixture(scope='session')
def stage():
    """A folder anybody can read: plugins/, bin/caw, captures/ and an empty home/."""
    with tempfile.TemporaryDirectory(prefix='caw-test-') as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ('plugins', 'bin'):
            shutil.copytree(
                BUILD / part, folder / part, ignore=shutil.ignore_patterns('CMakeFiles')
            )
        shutil.copytree(CAPTURES, folder / 'captures')
        for path in folder.rglob('*'):
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        for writable in ('home', 'made'):
            (folder / writable).mkdir()
            (folder / writable).chmod(0o777)
        yield folder


@pytest.fixture(scope='session')
def environment(stage):
    """The environment of every tshark and caw."""
    kept = {k: os.environ[k] for k in ('PATH', 'ASAN_OPTIONS', 'LD_PRELOAD') if k in os.environ}
    return kept | {
        'HOME': str(stage / 'home'),
        'TZ': 'UTC',
        'LC_ALL': 'C.UTF-8',
        'WIRESHARK_PLUGIN_DIR': str(stage / 'plugins'),
        'WIRESHARK_ABORT_ON_DISSECTOR_BUG': '1',
        'WIRESHARK_ABORT_ON_TOO_MANY_ITEMS': '1',
    }


@pytest.fixture(scope='session')
def program(stage):
    return stage / 'bin' / 'caw'


@pytest.fixture(scope='session')
def run(environment):
    """run(command, ...): the finished process with text in stdout and stderr."""

    def run(command, env=(), errors='strict', **options):
        options = {'capture_output': True, 'timeout': 120} | as_nobody() | options
        done = subprocess.run([str(c) for c in command], env=environment | dict(env), **options)
        for stream in ('stdout', 'stderr'):
            raw = getattr(done, stream)
            setattr(done, stream, raw.decode('utf-8', errors) if raw is not None else None)
        return done

    return run


@pytest.fixture(scope='session')
def start(environment):
    """start(command, ...): a running process of the same kind, for live tests."""

    def start(command, **options):
        options = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE} | as_nobody() | options
        return subprocess.Popen([str(c) for c in command], env=environment, **options)

    return start


@pytest.fixture(scope='session')
def tshark(run):
    """tshark(arguments, ...): its standard output. Fails on any complaint of the dissector."""

    def tshark(*arguments, **options):
        done = run(['tshark', *arguments], **options)
        assert done.returncode == 0, f'tshark {arguments}: {done.returncode}\n{done.stderr}'
        assert 'issector bug' not in done.stderr + done.stdout, done.stderr
        return done.stdout

    return tshark


@pytest.fixture(scope='session')
def sharkd(run):
    """sharkd(capture, (method, parameters)...): what it answers to each."""

    def sharkd(capture, *calls):
        asked = enumerate([('load', {'file': str(capture)}), *calls], 1)
        text = ''.join(older.sharkd_call(number, *call) + '\n' for number, call in asked)
        stream = io.BytesIO(run(['sharkd', '-'], input=text.encode()).stdout.encode())
        return [older.sharkd_answer(stream) for _ in range(len(calls) + 1)][1:]

    return sharkd


@pytest.fixture(scope='session')
def caw(run, program):
    """caw(arguments, ...): the finished process."""
    return lambda *arguments, **options: run([program, *arguments], **options)


@pytest.fixture(scope='session')
def lines(tshark):
    """lines(capture, arguments...): the lines of a capture, of `-z ca,lines` unless `report` says more."""

    def lines(capture, *arguments, report='ca,lines'):
        return tshark('-q', '-r', capture, *arguments, '-z', report).splitlines()

    return lines


@pytest.fixture(scope='session')
def own_lines(caw):
    """own_lines(capture): the lines of a capture as the program prints them."""

    def own_lines(capture):
        done = caw(capture)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return own_lines


@pytest.fixture(scope='session')
def save(stage):
    """save(bytes): path of a file with them that tshark may read."""
    numbers = itertools.count()

    def save(content, suffix='pcap'):
        path = stage / 'made' / f'{os.getpid()}-{next(numbers)}.{suffix}'
        path.write_bytes(content)
        path.chmod(0o644)
        return path

    return save
