# SPDX-License-Identifier: GPL-2.0-or-later
"""Short lines say what the Info column says, and formats of tshark have the same tokens."""

import itertools
import re

import pytest
import wire
from places import CAPTURES
from wire import message, text

WIDTH = 119


# What the short form of a message begins with; the first that fits.
KINDS = [
    'Access Rights', 'Beacon', 'Clear', 'Cleared', 'Client', 'Create', 'Created', 'Event', 'Host',
    'Read Notify Response', 'Read Notify', 'Search Response', 'Search', 'Subscribe', 'Version',
    'Write Notify Response', 'Write Notify', 'Write',
]  # fmt: skip


def clauses(caw, path):
    """(kind, what it says as a pattern) of the short lines of each frame."""
    frames = caw(path, '--format', '{frame}').stdout.split()
    short = caw(path, '--short').stdout.splitlines()
    told = {}
    assert len(frames) == len(short)
    for frame, line in zip(frames, short):
        words = re.fullmatch(r'\S+  \S+ +(?:->|<-) \S+ +(.*)', line)[1]
        is_cut = len(line) == WIDTH and words.endswith('...')
        kind = next(kind for kind in KINDS if f'{words} '.startswith(f'{kind} '))
        details = words.removeprefix(kind).strip()
        pattern = re.escape(details[:-3]) + '.*?' if is_cut else re.escape(details)
        told.setdefault(frame, []).append((kind, pattern))
    return told


def column(messages, more):
    """What the Info column says of messages, when the last of them have no room."""
    groups, shown = [], len(messages) - more
    for kind, run in itertools.groupby(messages, lambda message: message[0]):
        patterns = [pattern for _, pattern in run]
        head = kind if len(patterns) == 1 else f'{kind} x{len(patterns)}:'
        if shown > 0:
            groups.append(f'{head} {", ".join(patterns[:shown])}')
        shown -= len(patterns)
    return ', '.join(groups) + (f' and {more} more' if more else '')


@pytest.mark.parametrize('name', ['puts.pcap', 'monitors.pcap', 'twoiocs.pcap', 'beacons.pcap'])
def test_the_clauses_of_the_info_column(name, tshark, caw):
    """Those of a kind in a row are one group."""
    path = CAPTURES / name
    fields = ['-e', 'frame.number', '-e', '_ws.col.Info']
    rows = tshark('-r', path, '-Y', 'ca', '-T', 'fields', *fields).splitlines()
    told = dict(row.split('\t') for row in rows)
    wanted = clauses(caw, path)
    assert len(wanted) > 3 and told.keys() == wanted.keys()
    for frame, messages in wanted.items():
        cut = re.search(r' and ([0-9]+) more$', told[frame])
        more = int(cut[1]) if cut else 0
        assert re.fullmatch(column(messages, more), told[frame])
        assert not more or 200 <= len(told[frame]) < 400


def info_of(tshark, capture, frame):
    fields = ['-Y', f'frame.number == {frame}', '-T', 'fields', '-e', '_ws.col.Info']
    return tshark('-r', capture, *fields).removesuffix('\n')


def test_a_crowd_is_counted(tshark, save):
    """The clause that reaches 200 characters is the last."""
    version, echo = message(0, count=13), message(23)
    names = ['t:' + 30 * letter for letter in 'abcdefghij']
    creates = b''.join(message(18, text(name), p1=cid, p2=13) for cid, name in enumerate(names))
    packets = [version + 3 * echo + creates, creates + echo + creates, version + 400 * echo]
    capture = save(wire.capture(wire.circuit([('client', packet) for packet in packets])))
    six = ', '.join(names[:6])
    assert info_of(tshark, capture, 3) == f'Version 13, Echo x3, Create x10: {six} and 4 more'
    assert info_of(tshark, capture, 4) == f'Create x10: {six} and 15 more'
    assert info_of(tshark, capture, 5) == 'Version 13, Echo x400'


def test_tokens_of_tshark(tshark, caw):
    form = r'{elapsed}\t{message} {value} {severity} {command.data[0]} {command.status.name}'
    path = CAPTURES / 'monitors.pcap'
    assert tshark('-q', '-r', path, '-z', f'ca,lines,{form}') == caw(path, '--format', form).stdout
