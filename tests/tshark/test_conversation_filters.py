# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's menu "Conversation Filter": what it offers for each packet, which a plugin of the tests
prints (filters.c), and that it finds the packets of the same PVs, channels and circuit by the tracker.
"""

import functools

import pytest

import older
import reference
import talk
import tracker
import wire
from compare import decode_as, ports_of
from places import CAPTURES
from talk import create, created, read, subscribe, update, value

MOST = 8
NAMES = ('CA: PV', 'CA: channel', 'CA: circuit')
RECORDED = ['monitors.pcap', 'puts.pcap', 'twoiocs.pcap', 'oddities.pcap', 'search-missing.pcap',
            'nameserver.pcap', 'midstream.pcap']  # fmt: skip


@pytest.fixture
def offered(tshark, home):
    """offered(capture, arguments...): {frame: {name: filter}}, as a reader of the whole capture has it."""

    def offered(capture, *arguments):
        told = tshark('-2', '-V', '-r', capture, *arguments, '-z', 'ca-filters',
                      env={'HOME': str(home)}, errors='replace')  # fmt: skip
        found = {}
        for line in told.splitlines():
            if line.startswith('@'):
                frame, name, text = line[1:].split('\t')
                found.setdefault(int(frame), {})[name] = text
        return found

    return offered


@pytest.fixture
def chosen(sharkd):
    """chosen(capture, filters): {filter: the frames it chooses}"""

    def chosen(capture, filters):
        answers = sharkd(capture, *(('frames', {'filter': text}) for text in filters))
        return {text: {row['num'] for row in rows} for text, rows in zip(filters, answers)}

    return chosen


@functools.cache
def notes_of(name):
    notes = tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))
    return [note for note in notes if not note.message.stray]


def first_of_each(values):
    """Each once, in the order of the first ones, as many as a filter takes."""
    kept = []
    for one in values:
        if one not in kept:
            kept.append(one)
    return kept[:MOST]


def expected(notes, frame):
    """{name: the frames to be chosen}, of a frame with these messages."""
    here = [note for note in notes if note.frame == frame]
    pvs = first_of_each(note.pv for note in here if note.pv)
    channels = first_of_each(id(note.channel) for note in here if note.channel and note.pv)
    want = {}
    if pvs:
        want['CA: PV'] = {note.frame for note in notes if note.pv in pvs}
    if channels:
        want['CA: channel'] = {note.frame for note in notes if id(note.channel) in channels}
    return want


@pytest.mark.parametrize('name', RECORDED)
def test_recorded(name, offered, chosen, stage):
    path, notes = stage / 'captures' / name, notes_of(name)
    found = offered(path, *decode_as(name))
    frames = sorted({note.frame for note in notes})
    filters = sorted({found[frame][kind] for frame in frames for kind in found.get(frame, ())})
    by_filter = chosen(path, filters)
    for frame in frames:
        texts = found.get(frame, {})
        want = expected(notes, frame)
        assert texts.keys() - {'CA: circuit'} == want.keys(), frame
        for kind, there in want.items():
            assert by_filter[texts[kind]] == there, f'{frame}: {texts[kind]}'


@pytest.mark.parametrize('name', ['monitors.pcap', 'twoiocs.pcap', 'midstream.pcap'])
def test_circuits(name, offered, chosen, tshark, stage):
    """On all segments of a circuit, the empty ones too; on no other packet."""
    path = stage / 'captures' / name
    rows = tshark('-r', path, '-T', 'fields', '-e', 'frame.number', '-e', 'tcp.srcport', '-e',
                  'tcp.dstport').splitlines()  # fmt: skip
    ends = {int(frame): frozenset(ports) for frame, *ports in (row.split('\t') for row in rows)}
    carrying = {ends[n.frame] for n in notes_of(name) if n.message.transport == 'tcp'}
    found = offered(path, *decode_as(name))
    texts = {frame: one['CA: circuit'] for frame, one in found.items() if 'CA: circuit' in one}
    assert carrying and texts.keys() == {frame for frame in ends if ends[frame] in carrying}
    by_filter = chosen(path, sorted(set(texts.values())))
    for frame, text in texts.items():
        assert by_filter[text] == {other for other in ends if ends[other] == ends[frame]}, frame


def test_a_channel_of_two_for_one_pv(offered, chosen, save):
    """Each has its own messages, and the packet that asked for it."""
    packets = wire.circuit([
        create(1, 't:a'), created(1, 10), create(2, 't:a'), created(2, 20),
        read(10, 5), value(5), read(20, 6), value(6), subscribe(20, 7), update(7),
    ])  # fmt: skip
    path = save(wire.pcap(wire.ethernet(wire.timed(packets))))
    first = len(packets) - 9
    found = offered(path)
    texts = {frame: found[frame]['CA: channel'] for frame in range(first, first + 10)}
    one, two = texts[first], texts[first + 2]
    assert one != two and set(texts.values()) == {one, two}
    ones = {first, first + 1, first + 4, first + 5}
    assert chosen(path, [one, two]) == {one: ones, two: set(texts) - ones}


def test_the_first_eight(offered, chosen, save):
    names = [f't:{number}' for number in range(12)]
    packets = wire.circuit([talk.client(*(create(i, name)[1] for i, name in enumerate(names))),
                            *(create(20 + i, name) for i, name in enumerate(names))])  # fmt: skip
    path = save(wire.pcap(wire.ethernet(wire.timed(packets))))
    found = offered(path)
    together = min(found[frame]['CA: PV'] and frame for frame in found if 'CA: PV' in found[frame])
    text = found[together]['CA: PV']
    assert text.count('"') == 2 * MOST
    assert chosen(path, [text])[text] == set(range(together, together + 1 + MOST))


ODD = ['a"b', 'back\\slash', 'rec.VAL{"dbnd":{"d":1}}', 'caf\xe9', 'esc\x1b[1m', "quo'te", 'a\tb', '}']


@pytest.mark.parametrize('name', ODD)
def test_odd_names(name, offered, chosen, save):
    """The text that is made of a name finds it."""
    packets = wire.circuit([create(1, 't:other'), create(2, name)])
    path = save(wire.pcap(wire.ethernet(wire.timed(packets))))
    found = offered(path)
    last = max(found)
    text = found[last]['CA: PV']
    assert chosen(path, [text])[text] == {last}


def test_a_channel_that_the_reader_names(offered, tshark, save):
    """It was created before the capture: there is its name on this circuit, and no frame of creation."""
    packets = wire.circuit([read(17, 4), value(4), read(17, 5), value(5)])[2:]  # no handshake
    path = save(wire.pcap(wire.ethernet(wire.timed(packets))))
    named = ('-o', f'uat:ca_names:"{":".join(map(str, wire.SERVER_END))}","","sid","17","t:old"')
    found = offered(path, *named)
    last = max(frame for frame in found if 'CA: channel' in found[frame])
    text = found[last]['CA: channel']
    assert 'create_in' not in text
    shown = tshark('-r', path, *named, '-Y', text, '-T', 'fields', '-e', 'frame.number')
    assert shown.split() == ['1', '2', '3', '4']


def test_other_packets_have_none(offered, save):
    path = save(wire.capture([wire.udp(('10.1.0.1', 4000), ('10.1.0.2', 4001), b'x' * 20)]))
    assert offered(path) == {}


def test_sets_as_this_wireshark_writes_them(offered, stage):
    comma = ' ' if older.WIRESHARK_3 else ', '
    assert offered(stage / 'captures' / 'monitors.pcap')[1]['CA: PV'] == \
        f'ca.pv in {{"t:cnt"{comma}"t:ai"}}'
