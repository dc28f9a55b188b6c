# SPDX-License-Identifier: GPL-2.0-or-later
"""Every line of `tshark -q -z ca,lines` and of caw is caproto's own, or a listed deviation."""

import gzip
import re
import struct
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import messages as made
import reference
import wire
from compare import RECORDED, assert_same, commands_of, decode_as, expected_lines, ports_of
from places import CAPTURES
from deviations import AMBIGUOUS, expected_line
from published import PUBLISHED, PUBLISHED_PORT, published_capture

# ---- recorded captures -----------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_recorded_captures(name, lines, stage):
    capture = stage / 'captures' / name
    assert_same(lines(capture, *decode_as(name)), expected_lines(str(capture), ports_of(name)))


@pytest.mark.parametrize('name', RECORDED)
def test_recorded_captures_by_the_program(name, own_lines, stage):
    capture = stage / 'captures' / name
    assert_same(own_lines(capture), expected_lines(str(capture), ports_of(name)))


@pytest.mark.parametrize('name', RECORDED)
def test_two_passes_print_the_same(name, lines, stage):
    capture = stage / 'captures' / name
    assert lines(capture, '-2', *decode_as(name)) == lines(capture, *decode_as(name))


# ---- generated messages ----------------------------------------------------------------------


@pytest.fixture(scope='session')
def engines(lines, own_lines):
    return lines, own_lines


def check(sent, engines, save):
    """One capture of all these messages, one packet each."""
    capture = save(wire.capture(made.packets(sent)))
    expected = expected_lines(str(capture))
    assert len(expected) == len(sent)
    for lines in engines:
        assert_same(lines(capture), expected)


@pytest.mark.parametrize('seed', range(2))
def test_every_data_type(seed, engines, save):
    check(list(made.every_data_type(seed)), engines, save)


@pytest.mark.parametrize('seed', range(3))
def test_oddities(seed, engines, save):
    check(list(made.oddities(seed)), engines, save)


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # messages of a batch are independent: the first bad line is minimal
    suppress_health_check=list(HealthCheck),
)
@given(batch=made.batches)
def test_random_messages(batch, engines, save):
    check(batch, engines, save)


# ---- caproto-shark ---------------------------------------------------------------------------

HERE = Path(__file__).parent
SHARK = 'import reference; from caproto.commandline.shark import main; main()'


def shark(capture, *arguments):
    """Lines of caproto-shark itself."""
    with open(capture, 'rb') as file:
        command = [sys.executable, '-W', 'ignore', '-c', SHARK, *arguments]
        done = subprocess.run(command, cwd=HERE, stdin=file, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


def shark_reading(message):
    """What caproto-shark makes of a message it sees from its first byte to its last."""
    from caproto.sync.shark import infer_command_class

    try:
        cls = infer_command_class(message.header)
        payload = bytearray(message.payload) if cls.HAS_PAYLOAD else None
        return message.prefix + str(cls.from_wire(message.header, payload, validate=True))
    except Exception:  # it would print nothing
        return None


def with_role(line, message):
    """D1: the role's own class in place of caproto-shark's two-headed one."""
    for name, roles in AMBIGUOUS.items():
        line = line.replace(f' {name}(', f' {roles[message.role]}(')
    return line


@pytest.mark.parametrize('name', [name for name in RECORDED if name != 'repeater.pcap'])
def test_what_caproto_shark_sees_is_among_ours(name, lines, stage):
    """Its lines for real messages are ours, but for its guess at the class (D1) and our rules.

    What it prints besides are no messages (D2): tails of split ones, retransmissions.
    """
    capture = stage / 'captures' / name
    ours = set(lines(capture, *decode_as(name)))
    real = {}
    for message in reference.messages(str(capture), ports_of(name)):
        if not message.stray and (reading := shark_reading(message)):
            real.setdefault(reading, message)
    printed = shark(capture)
    assert len(real) > 1 and real.keys() & set(printed)
    for line in printed:
        if line in real:
            message = real[line]
            assert (
                line in ours or with_role(line, message) in ours or expected_line(message) in ours
            ), line


def test_d1_and_d2_are_needed(lines, stage):
    capture = stage / 'captures' / 'oddities.pcap'
    printed = '\n'.join(shark(capture))
    ours = '\n'.join(lines(capture))
    assert 'OrResponse(' in printed and 'OrResponse(' not in ours
    big = stage / 'captures' / 'bigarrays.pcap'
    assert len(shark(big)) != len(lines(big))


# ---- the published example -------------------------------------------------------------------


def test_the_published_example(lines, save):
    assert lines(save(published_capture()), *PUBLISHED_PORT) == PUBLISHED


FORMATS = [
    '{timestamp} {src}:{transport.sport}->{dst}:{transport.dport} {command}',
    '{command}',
    '{src} {dst}',
    '{command.__class__.__name__}',
    '{timestamp:.3f} {src:>15} {dst:<16}| {transport.sport:06d}',
    '{{literal}} {transport.dport:x}',
    '{ip.src} {ip.dst} {ip.ttl}',
    '{transport.data}',
    '{transport}',
    '{ip}',
    '{ethernet}',
    'no token at all',
    '',
]


@pytest.mark.parametrize('how', [(), ('--', *PUBLISHED_PORT)], ids=['caw', 'tshark'])
@pytest.mark.parametrize('format', FORMATS)
def test_caw_is_a_drop_in_for_caproto_shark(format, how, caw, save):
    capture = save(published_capture())
    with open(capture, 'rb') as file:
        done = caw('--format', format, *how, stdin=file)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == shark(capture, '--format', format)


# ---- one conversation, many captures ---------------------------------------------------------

VARIED = ['oddities.pcap', 'monitors.pcap', 'puts.pcap']


def recorded(name):
    return list(wire.frames((CAPTURES / name).read_bytes()))


@pytest.mark.parametrize('name', VARIED)
@pytest.mark.parametrize(
    'convert',
    [
        lambda captured: wire.pcapng(captured),
        lambda captured: wire.pcap(wire.vlan(captured)),
        lambda captured: wire.pcap(wire.cooked(captured), link=113),
        lambda captured: gzip.compress(wire.pcap(captured)),
    ],
    ids=['pcapng', 'vlan', 'cooked', 'gzip'],
)
def test_other_captures_same_lines(name, convert, lines, save):
    assert_same(lines(save(convert(recorded(name)))), expected_lines(str(CAPTURES / name)))


@pytest.mark.parametrize('name', VARIED)
@pytest.mark.parametrize('write', [wire.pcap, wire.pcapng])
def test_nanoseconds(name, write, lines, save):
    late = Decimal('0.000000789')
    captured = [(time + late, frame) for time, frame in recorded(name)]
    expected = expected_lines(wire.pcap(captured, digits=9))
    assert all(re.match(r'\d+\.\d{6}789 ', line) for line in expected)
    assert_same(lines(save(write(captured, digits=9))), expected)


def session():
    """A short session: names, big and small values, both sides."""
    rng = made.random.Random(7)
    sent = [one for one in made.odd_names() if one.transport == 'tcp' and one.side == 'client'][:12]
    for number, count in ((0, 3), (4, 1000), (6, 400), (20, 1), (34, 2), (24, 1)):
        sent += [
            made.data_message(rng, side, command, number, count)
            for side, command in made.DATA_COMMANDS
        ]
    sent.append(made.data_message(rng, 'server', 15, 4, 70000))
    sent.append(made.data_message(rng, 'client', 19, 4, 70000))
    return sent


def streams(pieces):
    """The session with each side's bytes cut anew by pieces(bytes)."""
    chunks = []
    for side in ('client', 'server'):
        chunks += [
            (side, piece) for piece in pieces(b''.join(o.data for o in session() if o.side == side))
        ]
    return wire.circuit(chunks)


@pytest.mark.parametrize('size', [5, 17, 18, 23, 30, 300, 1448])
def test_cut_into_segments(size, lines, save):
    capture = save(wire.capture(streams(lambda data: wire.cut(data, size))))
    expected = expected_lines(str(capture))
    assert len(expected) == len(session())
    assert_same(lines(capture), expected)


def test_many_messages_in_one_segment(lines, save):
    """As many as fit a packet: far more than the 5000 tap events Wireshark allows a frame."""
    echoes = wire.message(23) * 4000
    capture = save(wire.capture(wire.circuit([('client', echoes), ('server', echoes)])))
    assert_same(lines(capture), expected_lines(str(capture)))


def test_retransmitted_segment_prints_once(lines, save):
    packets = wire.circuit([(one.side, one.data) for one in session()[:20]])
    repeated = [packet for packet in packets for _ in range(1 + (packet in packets[4:9]))]
    capture = save(wire.capture(repeated))
    assert len(repeated) == len(packets) + 5
    assert commands_of(lines(capture)) == commands_of(expected_lines(wire.capture(packets)))


def test_zero_length_datagrams_say_nothing(lines, save):
    empty = wire.udp(wire.SEARCHER, ('10.1.0.255', 5065), b'')
    beacon = wire.udp(wire.SEARCHER, ('10.1.0.255', 5065), wire.message(13, type=13, count=5064))
    capture = save(wire.capture([empty, beacon, empty]))
    assert_same(lines(capture), expected_lines(str(capture)))
    assert len(lines(capture)) == 1


def numbered_updates():
    """60 updates, numbered by their subscription ids, cut so that few segments begin with one."""
    value = struct.pack('>hhIIId', 0, 0, 1000000000, 5, 0, 3.25)
    events = [wire.message(1, value, type=20, count=1, p1=1, p2=n) for n in range(60)]
    return wire.circuit([('server', piece) for piece in wire.cut(b''.join(events), 90)])


def numbers_of(lines):
    """The numbers of the updates; every other line has to be a plain Malformed."""
    found = [re.search(r'EventAddResponse\(.* subscriptionid=(\d+)', line) for line in lines]
    assert all(hit or ' Malformed(' in line for hit, line in zip(found, lines))
    return [int(hit[1]) for hit in found if hit]


def test_a_lost_segment_costs_only_its_own_messages(lines, save):
    packets = numbered_updates()
    capture = save(wire.capture(packets[:5] + packets[6:]))  # without bytes 270 to 360
    assert numbers_of(lines(capture)) == [n for n in range(60) if n not in (6, 7, 8)]


def test_a_capture_may_begin_inside_a_message(lines, save):
    capture = save(wire.capture(numbered_updates()[5:]))  # from byte 270
    assert numbers_of(lines(capture)) == list(range(7, 60))


def test_swapped_segments_invent_nothing(lines, save):
    """The messages that lie in both segments may be lost, as long as no others are."""
    packets = numbered_updates()
    packets[8:10] = reversed(packets[8:10])  # bytes 540 to 720
    found = numbers_of(lines(save(wire.capture(packets))))
    assert len(found) == len(set(found))
    assert set(range(60)) - set(found) <= set(range(13, 18))


def test_junk_before_a_message_is_told_not_swallowed(lines, save):
    datagram = wire.udp(wire.SEARCHER, wire.EVERYBODY, wire.message(23) + b'junk')
    capture = save(wire.capture([datagram]))
    assert_same(lines(capture), expected_lines(str(capture)))


@pytest.mark.parametrize('size', [1, 15, 16, 20, 31])
def test_part_of_a_message_in_a_datagram(size, lines, save):
    datagram = wire.udp(
        wire.SEARCHER,
        wire.EVERYBODY,
        wire.message(6, wire.text('a:long:name:of:a:pv'), 5, 13)[:size],
    )
    capture = save(wire.capture([datagram]))
    assert_same(lines(capture), expected_lines(str(capture)))
