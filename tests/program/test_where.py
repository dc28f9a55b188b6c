# SPDX-License-Identifier: GPL-2.0-or-later
"""caw --where: which lines come, in which order, and when."""

import re
import subprocess

import pytest
from places import CAPTURES

PUTS = CAPTURES / 'puts.pcap'


@pytest.fixture
def lines(caw):
    def lines(*arguments, **options):
        done = caw(*arguments, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return lines


def test_the_puts_and_nothing_else(lines):
    puts = [line for line in lines(PUTS) if re.search(r'^\S+ \S+ Write(Notify)?Request\(', line)]
    assert lines('--where', 'put', PUTS) == puts
    assert len(puts) > 5


@pytest.mark.parametrize('wanted', ['ca', 'not malformed', 'has timestamp', 'tcp or udp'])
def test_all_lines(wanted, lines):
    assert lines(PUTS, '--where', wanted) == lines(PUTS)


def test_nothing(lines):
    assert lines(PUTS, '--where', 'put and get') == []


def test_nan_is_equal_to_itself(lines):
    """So it can be looked for."""
    capture = CAPTURES / 'alltypes.pcap'
    some = [line for line in lines(capture) if re.search(r"data=Array\('[df]', \[[^]]*\bnan\b", line)]
    assert lines(capture, '--where', 'value == nan') == some != []
    assert not set(some) & set(lines(capture, '--where', 'value != nan'))


def test_lines_come_when_they_are_decided(lines):
    """A read waits for its answer, whose line is first; both have their own times."""
    form = '{timestamp} {command.__class__.__name__} {dt}'
    both = lines(PUTS, '--where', 'get and time < 9 or get reply', '--format', form)
    names = [line.split()[1] for line in both]
    assert set(names) == {'ReadNotifyRequest', 'ReadNotifyResponse'}
    reads = [line.split()[0] for line in both if 'Request' in line]
    assert reads == sorted(reads, key=float), 'they are answered in their order'
    assert sorted(both) == sorted(lines(PUTS, '--where', 'get or get reply', '--format', form))
    for one, other in zip(both, both[1:]):
        if 'Request' in one and 'Response' in other:
            assert float(one.split()[0]) <= float(other.split()[0])


def test_a_count_counts_what_matches(lines):
    everything = lines(PUTS, '--where', 'get and not unanswered')
    assert len(everything) > 3
    assert lines(PUTS, '--where', 'get and not unanswered', '-c', '3') == everything[:3]


def test_several_files_and_pipes(lines):
    files = [CAPTURES / 'monitors.pcap', PUTS]
    alone = [lines(file, '--where', 'update or put') for file in files]
    assert lines(*files, '--where', 'update or put') == alone[0] + alone[1]
    with PUTS.open('rb') as capture:
        assert lines('--where', 'put', stdin=capture) == lines(PUTS, '--where', 'put')


@pytest.mark.parametrize(
    'expression, line',
    [
        ('put and valeu > 3', 'put and valeu > 3'),
        ('pv == "\u00e4\u20ac" and valeu > 3', 'pv == "\u00e4\u20ac" and valeu > 3'),
        ('put and\n\tget or valeu > 3\nor create', '\tget or valeu > 3'),
    ],
)
def test_the_mark_stands_below_the_place(expression, line, caw):
    """A character is one column, however many bytes; of several lines it is the one."""
    done = caw(PUTS, '--where', expression, stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and not done.stdout
    *_, quoted, mark = done.stderr.splitlines()
    assert quoted == f'  {line}'
    assert quoted[mark.index('^') :].startswith('valeu')


def test_what_no_message_is_is_told(caw):
    """Who asks for puts that failed must not take silence for an answer."""
    done = caw(PUTS, '--where', 'put and failed', stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (0, '')
    assert 'put reply and failed' in done.stderr
    assert caw(PUTS, '--where', 'put reply and failed', stdin=subprocess.DEVNULL).stderr == ''
