# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tap carries: the life of circuits, and messages that wait for who serves.

A plugin of the tests prints the events, see events.c. Expectations are written by hand.
"""

import socket
import struct

import dpkt
import pytest

import wire
from wire import ACK, FIN, PUSH, SYN, message, text

RST = dpkt.tcp.TH_RST
CLIENT, SERVER = wire.CLIENT_END, wire.SERVER_END
ELSEWHERE = ('10.1.0.1', 42289)  # a server's port that nobody announced
VERSION = message(0, count=13)
GREETING = VERSION + message(20, text('me')) + message(21, text('here'))
CREATE = message(18, text('t:ai'), p1=1, p2=13)
ECHO = message(23)
ANSWER = message(15, struct.pack('>d', 1), type=6, count=1, p1=1, p2=7)


@pytest.fixture(scope='session')
def events(tshark, home, save):
    """events(packets, argument...): what the tap carries; the usual ends are C and S."""

    def events(packets, *arguments):
        told = tshark(
            '-q', '-r', save(wire.capture(packets)), '-z', 'ca-events', *arguments,
            env={'HOME': str(home)},
        ).splitlines()
        for name, end in (('C', CLIENT), ('S', SERVER), ('E', ELSEWHERE)):
            told = [line.replace(f'{end[0]}:{end[1]}', name) for line in told]
        return told

    return events


def syn(seq=1000, client=CLIENT, server=SERVER):
    return wire.tcp(client, server, seq=seq, flags=SYN)


def syn_ack(seq=6000, client=CLIENT, server=SERVER):
    return wire.tcp(server, client, seq=seq, ack=1001, flags=SYN | ACK)


def from_client(data, at=0, flags=ACK | PUSH, server=SERVER):
    return wire.tcp(CLIENT, server, data, seq=1001 + at, ack=6001, flags=flags)


def from_server(data, at=0, flags=ACK | PUSH, server=SERVER):
    return wire.tcp(server, CLIENT, data, seq=6001 + at, ack=1001, flags=flags)


def icmp(quoted, type, code, router='10.1.0.254', size=28):
    """An ICMP error about this packet, with so many bytes of it."""
    about = dpkt.icmp.ICMP(type=type, code=code, data=bytes(4) + quoted[:size])
    packet = dpkt.ip.IP(
        src=socket.inet_aton(router), dst=socket.inet_aton(CLIENT[0]), p=1, ttl=64, data=about
    )
    packet.len = len(packet)
    return bytes(packet)


# ---- the life of circuits --------------------------------------------------------------------


def test_usual_life(events):
    packets = [
        syn(),
        syn_ack(),
        from_client(GREETING + CREATE),
        from_server(VERSION),
        from_client(b'', len(GREETING + CREATE), FIN | ACK),
        from_server(b'', len(VERSION), FIN | ACK),
    ]
    assert events(packets) == [
        '1 1 #1 C S client: asked, 1',
        '2 2 #1 S C server: accepted',
        '3 3 #1 C S client: VersionRequest',
        '3 3 #1 C S client: ClientNameRequest',
        '3 3 #1 C S client: HostNameRequest',
        '3 3 #1 C S client: CreateChanRequest of t:ai',
        '4 4 #1 S C server: VersionResponse',
        '5 5 #1 C S client: closed by FIN of me',
    ]


def test_second_pass_tells_the_same(events):
    packets = [*wire.circuit([('client', GREETING), ('server', VERSION)]), from_server(b'', 16, FIN)]
    assert events(packets, '-2') == events(packets)


def test_asked_again(events):
    assert events([syn(), syn(), syn(), syn_ack(), syn_ack()]) == [
        '1 1 #1 C S client: asked, 1',
        '2 2 #1 C S client: asked, 2',
        '3 3 #1 C S client: asked, 3',
        '4 4 #1 S C server: accepted',
    ]


def test_refused_by_a_reset(events):
    refusal = wire.tcp(SERVER, CLIENT, seq=0, ack=1001, flags=RST | ACK)
    assert events([syn(), refusal, syn(7000), refusal]) == [
        '1 1 #1 C S client: asked, 1',
        '2 2 #1 S C server: refused by RST',
        '3 3 #2 C S client: asked, 1',
        '4 4 #2 S C server: refused by RST',
    ]


@pytest.mark.parametrize('size', [28, 40])  # as RFC 792 wants at least, and a whole header
def test_refused_by_icmp(events, size):
    packets = [
        syn(),
        icmp(syn(), 3, 1, size=size),
        syn(),
        icmp(syn(), 3, 13, size=size),
        icmp(syn(999), 3, 1, size=size),  # of another attempt
    ]
    assert events(packets) == [
        '1 1 #1 C S client: asked, 1',
        '2 2 #1 S C server: refused by ICMP 3/1',
        '3 3 #1 C S client: asked, 2',
        '4 4 #1 S C server: refused by ICMP 3/13',
    ]


def test_icmp_about_a_circuit_is_none_of_its_segments(events):
    packets = wire.circuit([('client', GREETING), ('server', VERSION)])
    quoted = icmp(from_client(CREATE, len(GREETING), FIN | ACK), 3, 1, size=200)
    assert events([*packets, quoted]) == events(packets)


def test_refused_over_ipv6(events, tshark, home):
    def ip6(source, target, protocol, data):
        head = struct.pack('>IHBB', 6 << 28, len(data), protocol, 64)
        return head + socket.inet_pton(10, source) + socket.inet_pton(10, target) + data

    segment = dpkt.tcp.TCP(sport=40000, dport=5064, seq=1000, flags=SYN)
    asked = ip6('fd00::2', 'fd00::9', 6, bytes(segment))
    error = ip6('fe80::fe', 'fd00::2', 58, b'\1\4\0\0\0\0\0\0' + asked)
    head = bytes.fromhex('02ca00000001' '02ca00000002' '86dd')
    capture = wire.pcap(wire.timed([head + asked, head + error]))
    told = tshark('-q', '-r', '-', '-z', 'ca-events', input=capture, env={'HOME': str(home)})
    assert told.splitlines() == [
        '1 1 #1 fd00::2:40000 fd00::9:5064 client: asked, 1',
        '2 2 #1 fd00::9:5064 fd00::2:40000 server: refused by ICMP 1/4',
    ]


@pytest.mark.parametrize(
    'flags, by', [(FIN | ACK, 'FIN'), (RST | ACK, 'RST'), (FIN | ACK | PUSH, 'FIN')]
)
def test_closed_by_the_server(events, flags, by):
    packets = wire.circuit([('client', GREETING), ('server', VERSION)])
    told = events([*packets, from_server(b'', 16, flags), from_server(b'', 17, RST)])
    assert told[-2:] == [
        '4 4 #1 S C server: VersionResponse',
        f'5 5 #1 S C server: closed by {by} of me',
    ]


def test_closing_comes_after_the_messages_of_its_frame(events):
    packets = [*wire.circuit([('client', GREETING)]), from_server(VERSION + ECHO, 0, FIN | ACK)]
    assert events(packets)[-3:] == [
        '4 4 #1 S C server: VersionResponse',
        '4 4 #1 S C server: EchoResponse',
        '4 4 #1 S C server: closed by FIN of me',
    ]


def test_ports_are_used_again(events):
    packets = [
        *wire.circuit([('client', GREETING), ('server', VERSION)]),
        *wire.circuit([('client', GREETING)], start=90000),
    ]
    assert events(packets)[5:] == [
        '4 4 #1 S C server: VersionResponse',
        '5 5 #1 C S client: closed by SYN of me',
        '5 5 #2 C S client: asked, 1',
        '6 6 #2 S C server: accepted',
        '7 7 #2 C S client: VersionRequest',
        '7 7 #2 C S client: ClientNameRequest',
        '7 7 #2 C S client: HostNameRequest',
    ]


def test_opening_is_told_when_the_bytes_show_what_it_is(events):
    packets = [
        syn(server=ELSEWHERE),
        syn(server=ELSEWHERE),
        syn_ack(server=ELSEWHERE),
        from_client(GREETING, server=ELSEWHERE),
        from_client(b'', len(GREETING), FIN | ACK, server=ELSEWHERE),
    ]
    assert events(packets) == [
        '4 1 #1 C E client: asked, 1',
        '4 2 #1 C E client: asked, 2',
        '4 3 #1 E C server: accepted',
        '4 4 #1 C E client: VersionRequest',
        '4 4 #1 C E client: ClientNameRequest',
        '4 4 #1 C E client: HostNameRequest',
        '5 5 #1 C E client: closed by FIN of me',
    ]


def test_announced_port(events):
    minor = b'\0\x0d' + bytes(6)
    found = message(6, minor, ELSEWHERE[1], 0, 0xFFFFFFFF, 1)
    answer = wire.udp((ELSEWHERE[0], 5064), wire.SEARCHER, found)
    refusal = wire.tcp(ELSEWHERE, CLIENT, seq=0, ack=1001, flags=RST | ACK)
    told = events([answer, syn(server=ELSEWHERE), refusal])
    assert told[1:] == [
        '2 2 #1 C E client: asked, 1',
        '3 3 #1 E C server: refused by RST',
    ]


def test_other_protocols_have_no_events(events):
    packets = [syn(server=ELSEWHERE), syn_ack(server=ELSEWHERE)]
    packets += [from_client(b'GET / HTTP/1.0\r\n\r\n', server=ELSEWHERE)]
    packets += [from_server(b'', 0, FIN | ACK, server=ELSEWHERE)]
    assert events(packets) == []


def test_circuit_without_its_beginning(events):
    packets = [from_client(ECHO), from_server(ECHO), from_client(b'', 16, FIN | ACK)]
    assert events(packets)[-1] == '3 3 #1 C S client: closed by FIN'


# ---- messages that wait for who serves -------------------------------------------------------

# In the middle of a circuit nothing tells who serves but the bytes; these are a circuit's by their
# number. VERSION and ECHO of both sides look alike.
ECHOES = 8 * ECHO


def echoes(count):
    """That many messages of either side, 8 in a segment, in turn."""
    return [
        (from_client if i % 2 == 0 else from_server)(ECHOES, i // 2 * len(ECHOES), server=ELSEWHERE)
        for i in range(count // 8)
    ]


@pytest.fixture
def decoded(events):
    """As events, with the port taken for Channel Access."""
    return lambda packets, *arguments: events(
        packets, '-d', f'tcp.port=={ELSEWHERE[1]},ca', *arguments
    )


def test_waiting_messages_are_told_with_the_one_that_settles(decoded):
    packets = [
        from_client(ECHO, server=ELSEWHERE),
        from_server(ECHO, server=ELSEWHERE),
        from_server(ANSWER, 16, server=ELSEWHERE),
        from_client(ECHO, 16, server=ELSEWHERE),
    ]
    assert decoded(packets) == [
        '3 1 #1 C E client: EchoRequest',
        '3 2 #1 E C server: EchoResponse to 1',
        '3 3 #1 E C server: ReadNotifyResponse',
        '4 4 #1 C E client: EchoRequest',
    ]
    assert decoded(packets, '-2') == [
        '1 1 #1 C E client: EchoRequest',
        '2 2 #1 E C server: EchoResponse to 1',
        '3 3 #1 E C server: ReadNotifyResponse',
        '4 4 #1 C E client: EchoRequest',
    ]


def test_no_more_than_64_wait(decoded):
    told = decoded([*echoes(72), from_server(ANSWER, 4 * len(ECHOES), server=ELSEWHERE)])
    assert len(told) == 73
    assert told[0] == '9 1 #1 C E nobody: EchoRequest'
    assert told[8] == '9 2 #1 E C nobody: EchoRequest'
    assert told[63] == '9 8 #1 E C nobody: EchoRequest'
    assert told[64] == '9 9 #1 C E nobody: EchoRequest'
    assert told[72] == '10 10 #1 E C server: ReadNotifyResponse'


def test_waiting_messages_are_told_before_the_end_of_their_circuit(decoded):
    packets = [
        from_client(ECHO, server=ELSEWHERE),
        from_server(ECHO, server=ELSEWHERE),
        from_server(b'', 16, FIN | ACK, server=ELSEWHERE),
    ]
    assert decoded(packets) == [
        '3 1 #1 C E nobody: EchoRequest',
        '3 2 #1 E C nobody: EchoRequest',
        '3 3 #1 E C nobody: closed by FIN',
    ]


# ---- lines of them ---------------------------------------------------------------------------

FORMAT = '{frame} {src}:{transport.sport} {dst} {ip.len} {timestamp:.0f} {dt} {command}'


@pytest.fixture
def told(lines, save):
    def told(packets, *arguments):
        return lines(
            save(wire.capture(packets)), '-d', f'tcp.port=={ELSEWHERE[1]},ca', *arguments,
            report=f'ca,lines,{FORMAT}',
        )

    return told


WAITING = [
    from_client(ECHO, server=ELSEWHERE),
    from_server(ECHO + VERSION, server=ELSEWHERE),
]


def test_lines_tell_of_the_frame_that_a_message_came_in(told):
    assert told([*WAITING, from_server(ANSWER, 32, server=ELSEWHERE)])[:3] == [
        '1 10.1.0.2:40100 10.1.0.1 56 1700000000 None EchoRequest()',
        '2 10.1.0.1:42289 10.1.0.2 72 1700000001 1.0 EchoResponse()',
        '2 10.1.0.1:42289 10.1.0.2 72 1700000001 None VersionResponse(version=13)',
    ]


def test_what_waits_when_the_capture_ends_is_told(told):
    waited = [
        '1 10.1.0.2:40100 10.1.0.1 56 1700000000 None EchoRequest()',
        '2 10.1.0.1:42289 10.1.0.2 72 1700000001 None EchoRequest()',
        '2 10.1.0.1:42289 10.1.0.2 72 1700000001 None VersionRequest(priority=0, version=13)',
    ]
    assert told(WAITING) == waited
    assert told(WAITING, '-2') == waited


SETTLED = [*WAITING, from_server(ANSWER, 32, server=ELSEWHERE)]


@pytest.mark.parametrize(
    'number, expected',
    [
        (1, ['1 EchoRequest']),  # as the message alone shows
        (2, ['2 EchoRequest', '2 VersionRequest']),
        (3, ['3 ReadNotifyResponse']),
        (99, []),
    ],
)
def test_a_filter_chooses_the_frames_of_messages(lines, save, number, expected):
    shown = lines(
        save(wire.capture(SETTLED)), '-d', f'tcp.port=={ELSEWHERE[1]},ca',
        '-z', f'ca,filter,frame.number=={number}', report='ca,lines,{frame} {command}',
    )  # fmt: skip
    assert [line.split('(')[0] for line in shown] == expected


def test_what_waits_when_a_filtered_capture_ends_is_not_told(told):
    assert told(WAITING, '-z', 'ca,filter,frame.number==99') == []


def test_the_second_pass_of_a_filter_knows_who_serves(lines, save):
    shown = lines(
        save(wire.capture(SETTLED)), '-2', '-d', f'tcp.port=={ELSEWHERE[1]},ca',
        '-z', 'ca,filter,frame.number==2', report='ca,lines,{command}',
    )  # fmt: skip
    assert shown == ['EchoResponse()', 'VersionResponse(version=13)']


@pytest.mark.parametrize('number, messages', [(1, 1), (2, 2), (3, 1), (99, 0)])
def test_a_filter_chooses_the_messages_of_a_report(tshark, save, number, messages):
    told = tshark(
        '-q', '-r', save(wire.capture(SETTLED)), '-d', f'tcp.port=={ELSEWHERE[1]},ca',
        '-z', f'ca,connect,json,frame.number=={number}',
    )  # fmt: skip
    assert f'"messages": {messages},' in told


def test_what_waits_is_told_before_it_is_forgotten(run, save):
    """tshark -M forgets each circuit after so many packets."""
    packets = [from_client(ECHO, 16 * i, server=ELSEWHERE) for i in range(5)]
    for each in range(1, 7):
        done = run(
            ['tshark', '-M', each, '-q', '-r', save(wire.capture(packets)),
             '-d', f'tcp.port=={ELSEWHERE[1]},ca', '-z', 'ca,lines,{timestamp:.0f} {command}',
             '-z', 'ca,connect,json'],
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        shown = done.stdout.splitlines()
        assert [line for line in shown if 'Echo' in line] == [
            f'{wire.NOON + number} EchoRequest()' for number in range(5)
        ]
        assert '"messages": 5,' in next(line for line in shown if '"totals"' in line)


def test_forgotten_sessions(run):
    packets = [*WAITING, *wire.circuit([('client', GREETING + CREATE), ('server', VERSION)])]
    for each in range(1, 8):
        done = run(
            ['tshark', '-M', each, '-q', '-l', '-r', '-', '-z', 'ca,lines', '-z', 'ca,srt'],
            input=wire.capture(packets),
        )
        assert done.returncode == 0, done.stderr
