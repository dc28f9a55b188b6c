# SPDX-License-Identifier: GPL-2.0-or-later
"""What the capture lacks, has twice or in the wrong order.

No message is invented, and none is lost but those hit.

Many circuits in one capture, each damaged in its own way. What is to be printed is known from the
whole capture, by the reference; which messages the damage hits, by counting bytes.
"""

import functools
import random
import re
import struct
from collections import Counter

import pytest

import load
import messages as made
import older
import quirks
import reference
import wire
from deviations import expected_line
from wire import message, padded, text

OUT_OF_ORDER = ('-o', 'tcp.reassemble_out_of_order:TRUE')
NO_ANALYSIS = ('-o', 'tcp.analyze_sequence_numbers:FALSE')
NO_REASSEMBLY = ('-o', 'tcp.desegment_tcp_streams:FALSE')
PREFERENCES = {
    'default': (),
    'out of order': OUT_OF_ORDER,
    'no analysis': NO_ANALYSIS,
    'no reassembly': NO_REASSEMBLY,
}

ECHO, EVENTS_OFF, EVENTS_ON = 23, 8, 9


# ---- a circuit -------------------------------------------------------------------------------


def update(number, rng):
    """An update with its number as subscription id: a scalar, a string or an array."""
    kind, count = rng.choice([(20, 1), (20, 1), (20, 1), (14, 1), (34, 1), (6, 40), (1, 300)])
    return message(1, padded(made.data(rng, kind, count)), type=kind, count=count, p1=1, p2=number)


def server_side(rng, first):
    yield message(0, count=13)
    for number in range(first, first + 120):
        yield update(number, rng)


def client_side(rng, first):
    names = message(20, text('operator')) + message(21, text('console3'))
    yield message(0, count=13)
    yield from (names[:32], names[32:])
    for number in range(first, first + 20):
        yield message(18, text(f'a:channel:{number}'), p1=number, p2=13)
        value = struct.pack('>d', rng.random())
        yield message(19, value, type=6, count=1, p1=77, p2=number)


def segments(rng, port):
    """('client' or 'server', bytes) in the order of sending, each side cut where TCP likes."""
    size = rng.choice([90, 200, 536, 1448])
    sides = {
        'client': wire.cut(b''.join(client_side(rng, 1000 * port)), size),
        'server': wire.cut(b''.join(server_side(rng, 1000 * port)), size),
    }
    while any(sides.values()):
        side = rng.choice([side for side, left in sides.items() if left])
        yield side, sides[side].pop(0)


@functools.lru_cache(maxsize=None)
def circuit(seed):
    """The packets of one circuit, and the side and bytes of each (None for the handshake)."""
    rng = random.Random(seed)
    chunks = list(segments(rng, seed + 1))
    packets = wire.circuit(chunks, client=('10.1.0.2', 40000 + seed), start=seed * 7919)
    return tuple(packets), [None, None] + chunks


# ---- what is hit -----------------------------------------------------------------------------


def ranges(pieces):
    """(first byte, end) of each in its side's stream, and the side."""
    at = Counter()
    for side, data in pieces:
        yield side, at[side], at[side] + len(data)
        at[side] += len(data)


def overlap(one, other):
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


@functools.lru_cache(maxsize=None)
def whole_capture(packets):
    """(message, line) of the capture of all these packets."""
    return [(m, expected_line(m)) for m in reference.messages(wire.capture(packets))]


def untouched(packets, chunks, damaged):
    """Lines of the messages that must be there although these packets are not.

    After a gap a message proves itself within one segment: those at the end of one segment and
    the beginning of the next are only found once another one has been.
    """
    whole = whole_capture(packets)
    numbers = [number for number, chunk in enumerate(chunks) if chunk]
    places = list(zip(numbers, ranges(chunk for chunk in chunks if chunk)))
    found = Counter(client=not damaged & {0, 1}, server=not damaged & {0, 1})
    for (_, line), place in zip(whole, ranges((side_of(m), m.data) for m, _ in whole)):
        touched = {number for number, segment in places if overlap(place, segment)}
        found[place[0]] = not touched & damaged and (found[place[0]] or len(touched) == 1)
        if found[place[0]]:
            yield line


def without_beginning(packets, chunks, damaged):
    """The circuit as one whose handshake is not known, if a first segment is not there; the next of
    that side begins inside of a message, and what it has is not believed."""
    for side in ('client', 'server'):
        numbers = [n for n, chunk in enumerate(chunks) if chunk and chunk[0] == side]
        if numbers[0] in damaged:
            damaged = damaged | {0, 1, *numbers[1:2]}
    return packets, chunks, damaged


def side_of(sent):
    return 'client' if sent.destination[1] == 5064 else 'server'


def all_lines(packets):
    return [line for _, line in whole_capture(tuple(packets))]


# ---- damage ----------------------------------------------------------------------------------

# Each gives the numbers of the packets that remain, in their new order, and of those that it hits.


def nothing(chunks, rng):
    return list(range(len(chunks))), set()


def lost(chunks, rng):
    gone = set(rng.sample(range(2, len(chunks)), rng.randint(1, 3)))
    return [n for n in range(len(chunks)) if n not in gone], gone


def lost_in_a_row(chunks, rng):
    first = rng.randrange(2, len(chunks) - 4)
    gone = set(range(first, first + rng.randint(2, 4)))
    return [n for n in range(len(chunks)) if n not in gone], gone


def lost_first(chunks, rng):
    return [n for n in range(len(chunks)) if n != 2], {2}


def lost_last(chunks, rng):
    gone = {len(chunks) - 1}
    return list(range(len(chunks) - 1)), gone


def midstream(chunks, rng):
    begin = rng.randrange(3, len(chunks) // 2)
    return list(range(begin, len(chunks))), set(range(begin))


LOSSES = [nothing, lost, lost, lost_in_a_row, lost_first, lost_last, midstream]


def sent_again(chunks, rng):
    again = set(rng.sample(range(2, len(chunks)), 5))
    later = {n + rng.randint(0, 3): n for n in again}
    order = []
    for n in range(len(chunks)):
        order.append(n)
        if n in later:
            order.append(later[n])
    return order, set()


def swapped(chunks, rng):
    """Two neighbours of the same side change places: the first comes too late."""
    order = list(range(len(chunks)))
    same = [n for n in range(2, len(chunks) - 1) if chunks[n][0] == chunks[n + 1][0]]
    at = rng.choice(same)
    order[at : at + 2] = [at + 1, at]
    return order, {at}


# ---- captures --------------------------------------------------------------------------------


def scene(kinds, seeds=range(20)):
    """A capture of circuits damaged in these ways, and (packets, chunks, hit) of each circuit."""
    frames, circuits = [], []
    for seed in seeds:
        packets, chunks = circuit(seed)
        order, hit = kinds[seed % len(kinds)](chunks, random.Random(seed))
        timed = wire.ethernet(wire.timed(packets))
        frames += [timed[n] for n in order]
        circuits.append((packets, chunks, hit))
    return wire.pcap(frames), circuits


def is_message(line):
    return ' Malformed(' not in line


def assert_none_invented(printed, circuits):
    possible = Counter(line for packets, _, _ in circuits for line in all_lines(packets))
    found = Counter(filter(is_message, printed))
    assert first(found - possible) == []


def assert_none_lost(printed, circuits):
    wanted = Counter(line for one in circuits for line in untouched(*one))
    assert wanted
    assert first(wanted - Counter(printed)) == []


def first(counted):
    """A few of them, so that a failure stays readable."""
    return [line[:120] for line in list(counted.elements())[:3]]


@pytest.mark.parametrize('preference', ['default', 'no analysis'])
@pytest.mark.parametrize('passes', [(), ('-2',)], ids=['one pass', 'two passes'])
def test_lost_segments(preference, passes, lines, save):
    raw, circuits = scene(LOSSES, range(28))
    printed = lines(save(raw), *PREFERENCES[preference], *passes)
    assert_none_invented(printed, circuits)
    if preference == 'no analysis' and not older.knows_beginnings_without_analysis():
        circuits = [without_beginning(*one) for one in circuits]
    assert_none_lost(printed, circuits)


def test_lost_segments_without_reassembly(lines, save):
    """Messages that TCP would have put together are malformed, all others are there."""
    raw, circuits = scene(LOSSES, range(21))
    printed = lines(save(raw), *NO_REASSEMBLY)
    assert_none_invented(printed, circuits)
    inside = [
        (packets, chunks, hit | split_packets(packets, chunks)) for packets, chunks, hit in circuits
    ]
    assert_none_lost(printed, inside)


def split_packets(packets, chunks):
    """Packets whose last message continues in another one, and those others."""
    numbers = [number for number, chunk in enumerate(chunks) if chunk]
    places = list(zip(numbers, ranges(chunk for chunk in chunks if chunk)))
    sides = [(side_of(m), m.data) for m, _ in whole_capture(packets)]
    split = set()
    for place in ranges(sides):
        touched = [number for number, segment in places if overlap(place, segment)]
        split |= set(touched) if len(touched) > 1 else set()
    return split


def test_lost_segments_out_of_order(lines, save):
    """Wireshark keeps what follows a gap until it is filled: nothing more, and nothing wrong."""
    raw, circuits = scene(LOSSES, range(21))
    assert_none_invented(lines(save(raw), *OUT_OF_ORDER), circuits)


@pytest.mark.parametrize('preference', PREFERENCES)
def test_segments_sent_again(preference, lines, tshark, save):
    raw, circuits = scene([sent_again])
    printed = lines(save(raw), *PREFERENCES[preference])
    assert_none_invented(printed, circuits)
    swallowed = preference == 'out of order' and quirks.resending_ends_a_stream(tshark, save)
    if preference != 'no reassembly' and not swallowed:
        assert_none_lost(printed, circuits)


@pytest.mark.parametrize('preference', PREFERENCES)
def test_swapped_segments(preference, lines, tshark, save):
    raw, circuits = scene([swapped])
    printed = lines(save(raw), *PREFERENCES[preference])
    possible = Counter(commands(line for one in circuits for line in all_lines(one[0])))
    found = Counter(commands(filter(is_message, printed)))
    assert first(found - possible) == []
    if preference == 'out of order':
        assert quirks.swapping_ends_a_stream(tshark, save) or first(possible - found) == []
    elif preference != 'no reassembly':
        assert_none_lost(printed, circuits)


def commands(printed):
    """Lines without their time: a segment that waited completes others later."""
    return [line.split(' ', 1)[1] for line in printed]


def test_a_late_segment_fills_its_gap(lines, save):
    """Without analysis TCP hands it over: its own messages are there, those it shares are not."""
    raw, circuits = scene([swapped])
    printed = lines(save(raw), *NO_ANALYSIS)
    for packets, chunks, hit in circuits:
        here = set(untouched(packets, chunks, set()))
        shared = here - set(untouched(packets, chunks, split_packets(packets, chunks)))
        late = here - set(untouched(packets, chunks, hit)) - shared
        assert first(Counter(late - set(printed))) == []


@pytest.mark.parametrize('snap', [60, 70, 96, 200, 700])
@pytest.mark.parametrize('kinds', [[nothing], LOSSES], ids=['whole', 'lost'])
def test_cut_by_the_snap_length(snap, kinds, lines, save):
    """Only what is whole in its own segment is printed in full; nothing is made up."""
    frames, circuits = [], []
    for seed in range(14):
        packets, chunks = circuit(seed)
        order, hit = kinds[seed % len(kinds)](chunks, random.Random(seed))
        timed = wire.ethernet(wire.timed(packets))
        frames += [timed[n] for n in order]
        circuits.append((packets, chunks, hit))
    numbers = {
        re.search(r'(subscriptionid|ioid|cid)=(\d+)', line)
        for one in circuits
        for line in all_lines(one[0])
    }
    known = {hit[0] for hit in numbers if hit}
    for line in filter(is_message, lines(save(wire.pcap(frames, snap=snap)))):
        found = re.search(r'(subscriptionid|ioid|cid)=(\d+)', line)
        assert not found or found[0] in known, line


# ---- what is told ----------------------------------------------------------------------------


def events(count, size=90):
    rng = random.Random(5)
    value = struct.pack('>hhIIId', 0, 0, 1000000000, 5, 0, 3.25)
    return wire.circuit(
        ('server', piece)
        for piece in wire.cut(
            b''.join(message(1, value, type=20, count=1, p1=1, p2=n) for n in range(count)), size
        )
    )


def shown(tshark, capture, expression, field, *arguments):
    out = tshark('-r', capture, *arguments, '-Y', expression, '-T', 'fields', '-e', field)
    return out.splitlines()


def test_the_bytes_that_are_missing_are_told(tshark, save):
    packets = events(60)
    capture = save(wire.capture(packets[:5] + packets[7:]))  # bytes 270 to 450
    expert = shown(tshark, capture, 'ca.flaw.missing', '_ws.expert.message')
    assert len(expert) == 1 and re.search(r'\b180 bytes', expert[0]), expert
    assert shown(tshark, capture, 'ca.flaw.missing', 'frame.number') == ['6']


def test_the_bytes_that_are_skipped_are_told(tshark, save):
    packets = events(60)
    capture = save(wire.capture(packets[:5] + packets[7:]))
    skipped = shown(tshark, capture, 'ca.flaw.skipped', 'ca.skipped')
    assert [len(bytes.fromhex(raw)) for raw in skipped] == [30]  # of the message from 440 to 480


def test_a_missing_beginning_is_told(tshark, save):
    packets = events(60)
    capture = save(wire.capture(packets[:2] + packets[4:]))
    expert = shown(tshark, capture, 'ca.flaw.missing', '_ws.expert.message')
    assert len(expert) == 1 and re.search(r'\b180 bytes', expert[0]), expert


def test_a_whole_capture_says_nothing_of_the_kind(tshark, save):
    capture = save(wire.capture(events(60)))
    told = 'ca.flaw.missing || ca.flaw.skipped || ca.flaw.continuation || ca.flaw.not_ca'
    assert shown(tshark, capture, told, 'frame.number') == []


POOR = {
    'echo': ('client', message(ECHO)),
    'events off': ('client', message(EVENTS_OFF)),
    'events on': ('client', message(EVENTS_ON)),
    'clear': ('client', message(12, p1=77, p2=5)),
    'read': ('client', message(15, type=20, count=1, p1=77, p2=5)),
    'cancel': ('client', message(2, type=20, count=1, p1=77, p2=5)),
    'rights': ('server', message(22, p1=5, p2=3)),
    'refused': ('server', message(26, p1=5)),
    'created': ('server', message(18, type=6, count=1, p1=5, p2=77)),
    'written': ('server', message(19, type=6, count=1, p1=1, p2=5)),
    'sync': ('client', message(10)),
    'clear of the first channel': ('client', message(12)),
    'refusal of the first channel': ('server', message(26)),
    'two echoes': ('client', message(ECHO) * 2),
}


@pytest.mark.parametrize('kind', POOR)
@pytest.mark.parametrize('begins', [True, False], ids=['from SYN', 'midstream'])
def test_a_message_of_few_words_alone_behind_a_gap(kind, begins, lines, save):
    """It proves little by itself, but it fills its segment."""
    side, data = POOR[kind]
    version = (side, message(0, count=13))
    long = (side, message(18, text('a:channel'), p1=5, p2=13)[:40]) if side == 'client' else version
    packets = wire.circuit([version, long, (side, data)])
    capture = wire.ethernet(wire.timed(packets))
    kept = [capture[n] for n in ((0, 1, 2, 4) if begins else (4,))]
    expected = all_lines(packets)[-len(data) // 16 :]
    printed = lines(save(wire.pcap(kept)))
    assert printed[-len(expected) :] == expected


# ---- any order of looking --------------------------------------------------------------------


def test_a_second_look_shows_the_same(tshark, save):
    raw, _ = scene(LOSSES + [swapped, sent_again], range(18))
    capture = save(raw)
    names = ('frame.number', 'ca.message', 'ca.skipped', 'ca.continuation')
    fields = ('-T', 'fields', *(word for name in names for word in ('-e', name)))
    given_once = quirks.late_segments_are_given_once(tshark, save)
    for preference in PREFERENCES.values():
        once = tshark('-r', capture, *preference, *fields).splitlines()
        again = tshark('-2', '-r', capture, *preference, *fields).splitlines()
        assert len(once) == len(again)
        other = [(one, two) for one, two in zip(once, again) if one != two]
        if given_once:
            late = tshark('-r', capture, *preference, *fields, '-Y', 'tcp.analysis.retransmission')
            other = [pair for pair in other if pair[0] not in late.splitlines()]
        assert other == []


# ---- a capture recorded under load -----------------------------------------------------------


@pytest.mark.parametrize('skip', [0, 100], ids=['whole', 'midstream'])
def test_under_load(skip, lines, save, tmp_path):
    small = {'circuits': 5, 'messages': 30000, 'lost': 60, 'seed': 3}
    frames = list(load.packets(**small))
    complete = list(load.packets(**small | {'lost': 0}))
    assert len(frames) == len(complete) and frames.count(None) == 60
    path = tmp_path / 'load.pcap'
    load.write(path, frames, skip)
    numbers = [subscription(line) for line in lines(save(path.read_bytes()))]
    found = [number for number in numbers if number]
    there = set(numbers_there(frames, complete, skip))
    assert len(found) == len(set(found)) and set(found) == there


def subscription(line):
    hit = re.search(r'EventAddResponse\(.* subscriptionid=(\d+)', line)
    return hit and int(hit[1])


def numbers_there(frames, complete, skip):
    """Numbers of the updates of which no byte is lost."""
    streams = {}
    for number, (kept, frame) in enumerate(zip(frames, complete)):
        side, data = frame[26:38], frame[54:]
        good = kept is not None and number >= skip
        if side[8:10] == b'\x13\xc8' and data:
            streams.setdefault(side, []).append((data, good))
    for pieces in streams.values():
        whole = b''.join(data for data, _ in pieces)
        marks = b''.join(bytes([good]) * len(data) for data, good in pieces)
        at = 0
        while at < len(whole):
            size = reference.message_size(whole[at : at + 24])
            if whole[at : at + 2] == b'\0\1' and all(marks[at : at + size]):
                yield int.from_bytes(whole[at + 12 : at + 16], 'big')
            at += size
