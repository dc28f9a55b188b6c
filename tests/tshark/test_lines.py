# SPDX-License-Identifier: GPL-2.0-or-later
"""Every line of `tshark -q -z ca,lines` is caproto's own, or one of the listed deviations."""

import gzip
import re
import subprocess
import sys
from decimal import Decimal

import pytest
from caproto import ChannelType
from caproto import _commands as ca
from hypothesis import HealthCheck, Phase, given, settings

import messages as made
import reference
import wire
from conftest import CAPTURES
from deviations import AMBIGUOUS, expected_line

RECORDED = sorted(path.name for path in CAPTURES.glob('*.pcap'))
SECOND_IOC = 42289  # TCP port of an IOC in these captures that was not the first on its host
PORTS = {name: (5064, SECOND_IOC) for name in ('midstream.pcap', 'twoiocs.pcap')}


def ports_of(name):
    return PORTS.get(name, (5064,))


def decode_as(name):
    return [word for port in ports_of(name)[1:] for word in ('-d', f'tcp.port=={port},ca')]


# ---- comparing -------------------------------------------------------------------------------


def without_reason(line):
    """The wording of a reason is free."""
    return re.sub(r"""Malformed\(reason=('[^']+'|"[^"]+")""", 'Malformed(reason=*', line)


def assert_same(ours, expected):
    """Same lines in the same order; shows the first difference where it begins."""
    ours = [without_reason(line) for line in ours]
    for number, (one, other) in enumerate(zip(ours, expected)):
        if one != other:
            at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
            at = max(0, at - 40)
            pytest.fail(f'line {number}: {other[:150]}\nours:     {one[at:at + 300]}\nexpected: {other[at:at + 300]}')
    assert len(ours) == len(expected), f'{len(ours)} lines, expected {len(expected)}: {(ours + expected)[-1][:300]}'


def expected_lines(capture, ports=(5064,)):
    return [expected_line(message) for message in reference.messages(capture, ports)]


def commands_of(lines):
    return [line.split(' ', 2)[2] for line in lines]


# ---- recorded captures -----------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_recorded_captures(name, lines, stage):
    capture = stage / 'captures' / name
    assert_same(lines(capture, *decode_as(name)), expected_lines(str(capture), ports_of(name)))


@pytest.mark.parametrize('name', RECORDED)
def test_two_passes_print_the_same(name, lines, stage):
    capture = stage / 'captures' / name
    assert lines(capture, '-2', *decode_as(name)) == lines(capture, *decode_as(name))


# ---- generated messages ----------------------------------------------------------------------


def check(sent, lines, save):
    """One capture of all these messages, one packet each."""
    capture = save(wire.capture(made.packets(sent)))
    expected = expected_lines(str(capture))
    assert len(expected) == len(sent)
    assert_same(lines(capture), expected)


@pytest.mark.parametrize('seed', range(2))
def test_every_data_type(seed, lines, save):
    check(list(made.every_data_type(seed)), lines, save)


@pytest.mark.parametrize('seed', range(3))
def test_oddities(seed, lines, save):
    check(list(made.oddities(seed)), lines, save)


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # messages of a batch are independent: the first bad line is minimal
    suppress_health_check=list(HealthCheck),
)
@given(batch=made.batches)
def test_random_messages(batch, lines, save):
    check(batch, lines, save)


# ---- caproto-shark ---------------------------------------------------------------------------

SHARK = (
    'import caproto; caproto.select_backend("array")\n'
    'from caproto.commandline.shark import main; main()'
)


def shark(capture, *arguments):
    """Lines of caproto-shark itself."""
    with open(capture, 'rb') as file:
        command = [sys.executable, '-W', 'ignore', '-c', SHARK, *arguments]
        done = subprocess.run(command, stdin=file, capture_output=True, check=True)
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
            assert line in ours or with_role(line, message) in ours or expected_line(message) in ours, line


def test_d1_and_d2_are_needed(lines, stage):
    capture = stage / 'captures' / 'oddities.pcap'
    printed = '\n'.join(shark(capture))
    ours = '\n'.join(lines(capture))
    assert 'EventAddRequestOrResponse(' in printed and 'OrResponse(' not in ours
    big = stage / 'captures' / 'bigarrays.pcap'
    assert len(shark(big)) != len(lines(big))


# ---- the published example -------------------------------------------------------------------

NORMAL = (
    "CAStatusCode(name='ECA_NORMAL', code=0, code_with_severity=1, severity=<CASeverity.SUCCESS: 1>, "
    "success=1, defunct=False, description='Normal successful completion')"
)
PUBLISHED = f"""\
1550679067.619182 192.168.86.21:55928->255.255.255.255:5065 RepeaterRegisterRequest(client_address='0.0.0.0')
1550679069.309346 192.168.86.21:55928->255.255.255.255:5064 VersionRequest(priority=0, version=13)
1550679069.309346 192.168.86.21:55928->255.255.255.255:5064 SearchRequest(name='rpi:color', cid=24593, version=13, reply=5)
1550679069.381939 192.168.86.245:5064->192.168.86.21:55928 VersionResponse(version=13)
1550679069.381939 192.168.86.245:5064->192.168.86.21:55928 SearchResponse(port=50421, ip='255.255.255.255', cid=24593, version=13)
1550679069.398823 192.168.86.21:57522->192.168.86.245:50421 VersionRequest(priority=0, version=13)
1550679069.398823 192.168.86.21:57522->192.168.86.245:50421 HostNameRequest(name='pop-os')
1550679069.398823 192.168.86.21:57522->192.168.86.245:50421 ClientNameRequest(name='dallan')
1550679069.481746 192.168.86.245:50421->192.168.86.21:57522 VersionResponse(version=13)
1550679069.482269 192.168.86.21:57522->192.168.86.245:50421 CreateChanRequest(name='rpi:color', cid=0, version=13)
1550679069.541407 192.168.86.245:50421->192.168.86.21:57522 AccessRightsResponse(cid=0, access_rights=<AccessRights.READ|WRITE: 3>)
1550679069.541407 192.168.86.245:50421->192.168.86.21:57522 CreateChanResponse(data_type=<ChannelType.STRING: 0>, data_count=1, cid=0, sid=1)
1550679076.427868 192.168.86.21:57522->192.168.86.245:50421 ReadNotifyRequest(data_type=<ChannelType.STRING: 0>, data_count=0, sid=1, ioid=0)
1550679076.488508 192.168.86.245:50421->192.168.86.21:57522 ReadNotifyResponse(data=[b'000000'], data_type=<ChannelType.STRING: 0>, data_count=1, status={NORMAL}, ioid=0, metadata=None)
""".splitlines()
PUBLISHED_PORT = ['-d', 'tcp.port==50421,ca']


def published_capture():
    """The packets of that example, their content made by caproto's classes."""
    client, server = '192.168.86.21', '192.168.86.245'
    searcher, everybody = (client, 55928), '255.255.255.255'
    datagrams = [
        wire.udp(searcher, (everybody, 5065), joined(ca.RepeaterRegisterRequest('0.0.0.0'))),
        wire.udp(searcher, (everybody, 5064), joined(ca.VersionRequest(0, 13), ca.SearchRequest('rpi:color', 24593, 13))),
        wire.udp(
            (server, 5064),
            searcher,
            joined(ca.VersionResponse(13), ca.SearchResponse(50421, None, 24593, 13)),
        ),
    ]
    hello = joined(ca.VersionRequest(0, 13), ca.HostNameRequest('pop-os'), ca.ClientNameRequest('dallan'))
    created = joined(ca.AccessRightsResponse(0, 3), ca.CreateChanResponse(ChannelType.STRING, 1, 0, 1))
    value = joined(ca.ReadNotifyResponse([b'000000'], ChannelType.STRING, 1, 1, 0))
    chunks = [
        ('client', hello),
        ('server', joined(ca.VersionResponse(13))),
        ('client', joined(ca.CreateChanRequest('rpi:color', 0, 13))),
        ('server', created),
        ('client', joined(ca.ReadNotifyRequest(ChannelType.STRING, 0, 1, 0))),
        ('server', value),
    ]
    circuit = wire.circuit(chunks, (client, 57522), (server, 50421))
    times = list(dict.fromkeys(line.split()[0] for line in PUBLISHED))
    handshake = ['1550679069.39', '1550679069.395']
    stamps = [Decimal(time) for time in times[:3] + handshake + times[3:]]
    return wire.pcap(wire.ethernet(zip(stamps, datagrams + circuit)))


def joined(*commands):
    return b''.join(bytes(command) for command in commands)


def test_the_published_example(lines, save):
    assert lines(save(published_capture()), *PUBLISHED_PORT) == PUBLISHED


FORMATS = [
    '{timestamp} {src}:{transport.sport}->{dst}:{transport.dport} {command}',
    '{command}',
    '{src} {dst}',
    '{timestamp:.3f} {src:>15} {dst:<16}| {transport.sport:06d}',
    '{{literal}} {transport.dport:x}',
    '{ip.src} {ip.dst} {ip.ttl}',
    '{transport.data}',
    '{transport}',
    '{ip}',
    '{ethernet}',
    '{command.header.command}',
    'no token at all',
    '',
]


@pytest.mark.parametrize('format', FORMATS)
def test_caw_is_a_drop_in_for_caproto_shark(format, caw, save):
    capture = save(published_capture())
    with open(capture, 'rb') as file:
        done = caw('--format', format, '--', *PUBLISHED_PORT, stdin=file)
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
        sent += [made.data_message(rng, side, command, number, count) for side, command in made.DATA_COMMANDS]
    sent.append(made.data_message(rng, 'server', 15, 4, 70000))
    sent.append(made.data_message(rng, 'client', 19, 4, 70000))
    return sent


def streams(pieces):
    """The session with each side's bytes cut anew by pieces(bytes)."""
    chunks = []
    for side in ('client', 'server'):
        chunks += [(side, piece) for piece in pieces(b''.join(o.data for o in session() if o.side == side))]
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


def test_a_gap_does_not_silence_what_follows(lines, save):
    """A segment that was never captured costs the message it belongs to, not the others."""
    updates = [('server', wire.message(1, bytes(24), type=20, count=1, p1=1, p2=n)) for n in range(10)]
    packets = wire.circuit(updates)
    capture = save(wire.capture(packets[:5] + packets[6:]))
    assert [re.search(r'subscriptionid=(\d+)', line)[1] for line in lines(capture)] == list('012456789')


def test_junk_before_a_message_is_told_not_swallowed(lines, save):
    datagram = wire.udp(wire.SEARCHER, wire.EVERYBODY, wire.message(23) + b'junk')
    capture = save(wire.capture([datagram]))
    assert_same(lines(capture), expected_lines(str(capture)))


@pytest.mark.parametrize('size', [1, 15, 16, 20, 31])
def test_part_of_a_message_in_a_datagram(size, lines, save):
    datagram = wire.udp(wire.SEARCHER, wire.EVERYBODY, wire.message(6, wire.text('a:long:name:of:a:pv'), 5, 13)[:size])
    capture = save(wire.capture([datagram]))
    assert_same(lines(capture), expected_lines(str(capture)))
