# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic that is no Channel Access: never claimed on other ports, told and handed back on ours."""

import random
import struct

import pytest

import wire
from wire import message, text

CA_PORT, BEACON_PORT = 5064, 5065
NOT_CA = 'ca.flaw.not_ca'
OTHERS = 'http || tls || ssh || smtp || mysql'
BACK = f'data || {OTHERS}'


# ---- other protocols, as (client's bytes, server's bytes) -------------------------------------

HTTP = (
    b'GET /index.html HTTP/1.1\r\nHost: ioc\r\nUser-Agent: scanner\r\nAccept: */*\r\n\r\n',
    b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
)
TLS = (
    bytes.fromhex('16030100c4010000c00303') + bytes(range(32)) + bytes(154),
    bytes.fromhex('160303003d020000390303') + bytes(range(32, 87)),
)
SSH = (b'SSH-2.0-OpenSSH_9.2\r\n', b'SSH-2.0-OpenSSH_8.4p1 Debian-5\r\n')
MYSQL = (
    bytes.fromhex('200000018da6ff0000000001210000000000000000') + b'root\0\0',
    bytes.fromhex('4a0000000a') + b'8.0.32\0' + bytes(40) + b'mysql_native_password\0',
)
PVA = (
    bytes.fromhex('ca02000100000015') + bytes(21),
    bytes.fromhex('ca02410200000000ca024001000000180000400000 7fff'.replace(' ', '')) + bytes(16),
)
SMTP = (b'EHLO scanner\r\n', b'220 mail.example ESMTP ready\r\n')
REDIS = (b'*1\r\n$4\r\nPING\r\n', b'+PONG\r\n')
DNS_TCP = (
    bytes.fromhex(
        '001d1234010000010000000000000377777707657861 6d706c6503636f6d0000010001'.replace(' ', '')
    ),
    bytes.fromhex(
        '001d1234818300010000000000000377777707657861 6d706c6503636f6d0000010001'.replace(' ', '')
    ),
)


def modbus(transaction):
    return struct.pack('>HHHBBHH', transaction, 0, 6, 1, 3, 107, 3)


PROTOCOLS = {
    'http': HTTP,
    'tls': TLS,
    'ssh': SSH,
    'mysql': MYSQL,
    'pva': PVA,
    'smtp': SMTP,
    'redis': REDIS,
    'dns': DNS_TCP,
    'zeros': (bytes(1000), bytes(640)),
    'ones': (b'\xff' * 1000, b'\xff' * 64),
    'text': (b'hello, is anybody there? ' * 20, b'yes. ' * 30),
    'a letter': (b'G', b'?'),
}


def binary(rng):
    """Bulk data of one kind, as a stream of instruments may send it."""
    count = rng.randint(20, 3000)
    start = rng.randrange(50)
    kind = rng.randrange(9)
    if kind == 0:
        return rng.randbytes(count)
    if kind == 1:
        return struct.pack(f'>{count}h', *((start + i) % 30000 for i in range(count)))
    if kind == 2:
        return struct.pack(f'>{count}i', *(start + i for i in range(count)))
    if kind == 3:
        return struct.pack(f'>{count}d', *(start + i for i in range(count)))
    if kind == 4:
        return struct.pack(f'<{count}i', *(start + i for i in range(count)))
    if kind == 5:
        return struct.pack(f'>{count}d', *(rng.gauss(0, 1) for _ in range(count)))
    if kind == 6:  # counts: mostly zero, else small
        return struct.pack(
            f'>{count}h', *(rng.choice((0, 0, 0, rng.randrange(40))) for _ in range(count))
        )
    if kind == 7:
        return struct.pack(
            f'>{count}i', *(rng.choice((0, 0, 0, rng.randrange(40))) for _ in range(count))
        )
    return b''.join(modbus(start + i) for i in range(count // 10))


# ---- captures --------------------------------------------------------------------------------


def exchange(protocol, number, port, handshake=True, size=1448):
    """The packets of a connection in which first the client, then the server speaks."""
    client, server = protocol
    chunks = [('client', part) for part in wire.cut(client, size)]
    chunks += [('server', part) for part in wire.cut(server, size)]
    packets = wire.circuit(
        chunks, client=('10.2.0.1', 20000 + number), server=('10.2.0.2', port), start=number * 7919
    )
    return packets if handshake else packets[2:]


def streams(port, seeds, handshake=True, sizes=(100, 536, 1448)):
    packets = []
    for seed in seeds:
        rng = random.Random(seed)
        size = rng.choice(sizes)
        packets += exchange((binary(rng), binary(rng)), seed, port, handshake, size)
    return wire.capture(packets)


def frames(tshark, capture, expression, *arguments):
    out = tshark('-r', capture, *arguments, '-Y', expression, '-T', 'fields', '-e', 'frame.number')
    return [int(number) for number in out.split()]


# ---- other ports -----------------------------------------------------------------------------


@pytest.mark.parametrize('handshake', [True, False], ids=['from SYN', 'midstream'])
@pytest.mark.parametrize('passes', [(), ('-2',)], ids=['one pass', 'two passes'])
def test_protocols_on_other_ports_are_not_claimed(handshake, passes, tshark, save):
    packets = []
    for number, protocol in enumerate(PROTOCOLS.values()):
        for port in (4000, 42000, 53535):
            packets += exchange(protocol, len(packets), port, handshake)
    assert frames(tshark, save(wire.capture(packets)), 'ca', *passes) == []


@pytest.mark.parametrize('handshake', [True, False], ids=['from SYN', 'midstream'])
def test_bulk_data_on_other_ports_is_not_claimed(handshake, tshark, save):
    capture = save(streams(42000, range(150), handshake, (32, 100, 536, 1448)))
    assert frames(tshark, capture, 'ca') == []


def rsocket(kind, stream, content, flags=0):
    """A frame of RSocket, on which LBMSRS runs."""
    body = struct.pack('>IH', stream, kind << 10 | flags) + content
    return len(body).to_bytes(3, 'big') + body


@pytest.mark.parametrize('handshake', [True, False], ids=['from SYN', 'midstream'])
def test_lbmsrs_on_the_loopback_is_not_claimed(handshake, tshark, save):
    """Its KEEPALIVE, its SETUP and a stream with the first message of a client."""
    alive = rsocket(3, 0, struct.pack('>Q', 0), 0x80)
    setup = rsocket(1, 0, struct.pack('>HHII', 1, 0, 20000, 90000) + b'\x01a\x01b')
    stream = rsocket(6, 1, struct.pack('>IH', 1, 1) + bytes(21))
    packets = []
    for number, frame in enumerate([alive, setup, stream]):
        packets += wire.circuit(
            [('client', frame), ('server', frame)],
            client=('127.0.0.1', 20000 + number),
            server=('127.0.0.1', 42000),
        )[0 if handshake else 2 :]
    capture = save(wire.capture(packets))
    assert frames(tshark, capture, 'ca') == []
    assert frames(tshark, capture, 'lbmsrs') == frames(tshark, capture, 'tcp.len > 0') != []


def test_datagrams_on_other_ports_are_not_claimed(tshark, save):
    packets = []
    for seed in range(400):
        rng = random.Random(seed)
        data = binary(rng)[: rng.choice([16, 32, 48, 500, 1400])]
        packets.append(wire.udp(('10.2.0.1', 20000 + seed), ('10.2.0.2', 42000), data))
    for number, (one, other) in enumerate(PROTOCOLS.values()):
        packets.append(wire.udp(('10.2.0.1', 30000 + number), ('10.2.0.2', 42000), one))
        packets.append(wire.udp(('10.2.0.2', 42000), ('10.2.0.1', 30000 + number), other))
    assert frames(tshark, save(wire.capture(packets)), 'ca') == []


# ---- our ports -------------------------------------------------------------------------------


@pytest.mark.parametrize('port', [CA_PORT, BEACON_PORT])
@pytest.mark.parametrize('name', PROTOCOLS)
@pytest.mark.parametrize('handshake', [True, False], ids=['from SYN', 'midstream'])
def test_protocols_on_our_port_are_told_and_handed_back(name, port, handshake, tshark, lines, save):
    """Each segment is marked, and shown by another dissector if there is one, else as data.

    But for a lone byte as the first of a capture, which may be a keep-alive's.
    """
    packets = exchange(PROTOCOLS[name], 1, port, handshake)
    capture = save(wire.capture(packets))
    spoken = [number + 1 for number in range(len(packets)) if not handshake or number > 1]
    assert frames(tshark, capture, BACK) == spoken
    if port == CA_PORT and name == 'a letter' and not handshake:
        assert frames(tshark, capture, NOT_CA) == []
    elif port == CA_PORT:
        assert frames(tshark, capture, f'{NOT_CA} || {OTHERS}') == spoken
        assert frames(tshark, capture, NOT_CA)[:1] == spoken[:1]
    assert all(' Malformed(' in line for line in lines(capture))


@pytest.mark.parametrize('handshake', [True, False], ids=['from SYN', 'midstream'])
def test_bulk_data_on_our_port_is_no_message(handshake, lines, save):
    printed = lines(save(streams(CA_PORT, range(150), handshake)))
    assert [line for line in printed if ' Malformed(' not in line] == []


def test_a_scanner_meets_an_ioc(tshark, lines, save):
    """The IOC greets; what the scanner says is told and handed back; the next client is fine."""
    version = message(0, count=13)
    packets = wire.circuit([('server', version), ('client', HTTP[0]), ('client', HTTP[0])])
    name = message(20, text('operator'))
    packets += wire.circuit(
        [('server', version), ('client', version + name)], client=('10.1.0.2', 40002)
    )
    capture = save(wire.capture(packets))
    assert frames(tshark, capture, NOT_CA) == [4]  # the next one goes to HTTP at once
    assert frames(tshark, capture, 'http') == [4, 5]
    classes = [line.split(' ', 2)[2].split('(')[0] for line in lines(capture)]
    assert classes == [
        'VersionResponse',
        'Malformed',  # the next, which went to HTTP, is told all the same
        'Malformed',
        'VersionResponse',
        'VersionRequest',
        'ClientNameRequest',
    ]


NTP = bytes.fromhex('230206e8') + bytes(44)
DNS = bytes.fromhex('12340100000100000000000003777777076578616d706c6503636f6d0000010001')
DATAGRAMS = {
    'ntp': NTP,
    'dns': DNS,
    'snmp': bytes.fromhex(
        '302602010104067075626c6963a01902047a5d1c2e020100020100300b300906052b0601020105 00'.replace(
            ' ', ''
        )
    ),
    'text': b'hello, is anybody there?',
    'doubles': struct.pack('>20d', *range(1, 21)),
    'ones': b'\xff' * 40,
}


@pytest.mark.parametrize('port', [CA_PORT, BEACON_PORT])
@pytest.mark.parametrize('name', DATAGRAMS)
def test_datagrams_on_our_ports_are_told_and_handed_back(name, port, tshark, lines, save):
    capture = save(
        wire.capture([wire.udp(('10.2.0.1', 20001), ('10.2.0.2', port), DATAGRAMS[name])])
    )
    assert frames(tshark, capture, NOT_CA) == [1]
    assert frames(tshark, capture, 'data || dns || ntp || snmp') == [1]
    assert all(' Malformed(' in line for line in lines(capture))


def test_after_other_traffic_nothing_waits(tshark, save):
    """A request of a browser would be a message of 21 kB: what follows is not swallowed."""
    capture = save(wire.capture(wire.circuit([('client', HTTP[0])] * 20)))
    assert frames(tshark, capture, 'tcp.segment') == []
    assert frames(tshark, capture, 'http') == list(range(3, 23))
