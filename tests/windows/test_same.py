# SPDX-License-Identifier: GPL-2.0-or-later
"""caw.exe prints what caw prints, of files, standard input and pipes."""

import subprocess

import pytest

from places import CAPTURES
from wine import EXE, WINDOWS, by_wine

EACH = sorted(CAPTURES.glob('*.pcap'))
WISHES = [
    (),
    ('--where', 'value > 0.5 or search or beacon', '--format', '{pv} {dt} {command}'),
    ('--short', '--time', 'iso', '--circuits'),
    ('connect',),
    ('all', '--json'),
    ('--json=full',),
    ('--csv',),
]


def result(done):
    return done.stdout, done.stderr.replace(b'\r', b''), done.returncode


@pytest.mark.parametrize('wish', WISHES, ids=' '.join)
@pytest.mark.parametrize('capture', EACH, ids=lambda path: path.stem)
def test_a_file(capture, wish, exe, here):
    printed = exe(*wish, capture)
    assert printed.stdout and result(printed) == result(here(*wish, capture))


@pytest.mark.parametrize('capture', EACH, ids=lambda path: path.stem)
def test_standard_input(capture, exe, here):
    with open(capture, 'rb') as stdin:
        printed = exe(stdin=stdin)
    assert printed.stdout and result(printed) == result(here(capture))


@pytest.mark.parametrize('capture', EACH, ids=lambda path: path.stem)
def test_a_pipe(capture, exe, here):
    printed = exe(input=capture.read_bytes())
    assert printed.stdout and result(printed) == result(here(capture))


def test_these_bytes_are_in_the_captures():
    """A file in text mode ends at 0x1A, and of the two bytes CR LF it loses one."""
    everything = [path.read_bytes() for path in EACH]
    assert any(b'\x1a' in content[: len(content) // 2] for content in everything)
    assert any(b'\r\n' in content for content in everything)


def test_another_capture_prints_something_else(exe, here):
    assert result(exe(EACH[0])) != result(here(EACH[1]))


def test_a_failure_is_seen():
    """Wine tells the status of a program of Windows, and of no other: those are refused."""
    fails = WINDOWS.parent / 'windows-core' / 'tests' / 'fails.exe'
    assert subprocess.run(by_wine(fails)).returncode == 1
    with pytest.raises(AssertionError):
        by_wine('/bin/false')


@pytest.mark.parametrize('wish', [('--version',), ('--help',), ('help', 'where')], ids=' '.join)
def test_what_it_says_of_itself(wish, exe, here):
    assert exe(*wish).stdout == here(*wish).stdout != b''


def test_a_capture_filter(exe, here):
    asked = exe('--capture-filter', 'put and pv ~ "SR:*"')
    assert result(asked) == result(here('--capture-filter', 'put and pv ~ "SR:*"'))


@pytest.mark.parametrize('zone', ['ABC-3', 'ABC5'])
def test_the_time_of_this_machine(zone, exe, here):
    wish = ('--time', 'local', EACH[0])
    utc = here(*wish, env={'TZ': 'UTC0'}).stdout
    printed = exe(*wish, env={'TZ': zone}).stdout
    assert printed == here(*wish, env={'TZ': zone}).stdout != utc


def test_it_is_one_file():
    """Of other files it needs those that every Windows has."""
    told = subprocess.run(
        ['x86_64-w64-mingw32-objdump', '-p', EXE], capture_output=True, text=True, check=True
    ).stdout
    needed = [line.split(': ')[1] for line in told.splitlines() if 'DLL Name' in line]
    assert 'KERNEL32.dll' in needed
    assert not [
        name for name in needed
        if name.lower() not in ('kernel32.dll', 'msvcrt.dll')
        and not name.lower().startswith('api-ms-win-crt-')
    ]
