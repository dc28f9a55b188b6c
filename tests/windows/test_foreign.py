# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of other formats, which TShark reads where it is in PATH: here a program in its place."""

import subprocess

import pytest

from places import CAPTURES, TESTS
from wine import COMPILER

BEACONS = CAPTURES / 'beacons.pcap'


@pytest.fixture
def path(tmp_path):
    """A folder with tshark.exe, as Windows names it."""
    folder = tmp_path / 'the path'
    folder.mkdir()
    source = TESTS / 'windows' / 'tshark.c'
    subprocess.run([COMPILER, '-o', folder / 'tshark.exe', source], check=True)
    return 'Z:' + str(folder).replace('/', '\\')


@pytest.fixture
def foreign(tmp_path):
    (tmp_path / 'two words.snoop').write_bytes(b'snoop\0\0\0\0\0\0\2\0\0\0\4')
    return tmp_path / 'two words.snoop'


def test_it_is_read(exe, here, path, foreign):
    done = exe(foreign, env={'WINEPATH': path, 'ANSWER': str(BEACONS)})
    assert done.stdout == here(BEACONS).stdout != b''
    assert done.returncode == 0 and not done.stderr


def test_tshark_refuses_it(exe, path, foreign):
    done = exe(foreign, env={'WINEPATH': path})
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.splitlines() == [f'caw: {foreign}: tshark: a reason'.encode()]


def test_there_is_no_tshark(exe, foreign):
    done = exe(foreign)
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.rstrip().endswith(b'that cannot be run: No such file or directory')
