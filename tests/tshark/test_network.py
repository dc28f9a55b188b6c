# SPDX-License-Identifier: GPL-2.0-or-later
"""The core's link layers, tunnels and fragments against tshark's, over the packets of all captures."""

import functools
import os
import struct
import subprocess
from decimal import Decimal

import pytest

import wire
from places import BUILD, CAPTURES

ETHERNET, PPP, RAW, LOOP, SLL, SLL2 = 1, 9, 101, 108, 113, 276
MOST = 400  # packets of a capture
MACS = bytes.fromhex('02ca00000001' '02ca00000002')
FIELDS = {
    'ip': ('ip.src', 'ip.dst', 'ip.ttl', 'ip.id'),
    'ipv6': ('ipv6.src', 'ipv6.dst', 'ipv6.hlim', 'ipv6.fraghdr.ident'),
    'tcp': (
        'tcp.srcport',
        'tcp.dstport',
        'tcp.seq_raw',
        'tcp.ack_raw',
        'tcp.len',
        'tcp.flags',
        'tcp.window_size_value',
        'tcp.options.timestamp.tsval',
        'tcp.checksum.status',
    ),
    'udp': ('udp.srcport', 'udp.dstport', 'udp.length', 'udp.checksum.status'),
}
IP_AT = {ETHERNET: 14, SLL2: 20}


# ---- packets -----------------------------------------------------------------------------------


@functools.cache
def packets():
    """The IPv4 packets with TCP or UDP of all captures."""
    found = []
    for path in sorted(CAPTURES.glob('*.pcap')):
        raw = path.read_bytes()
        at = IP_AT[struct.unpack_from('<I' if raw[0] in b'\xd4\x4d' else '>I', raw, 20)[0]]
        frames = [frame for _, frame in wire.frames(raw)]
        found += [
            frame[at : at + int.from_bytes(frame[at + 2 : at + 4], 'big')]
            for frame in frames[:MOST]
            if frame[at - 2 : at] == b'\x08\x00' or at == IP_AT[SLL2]
        ]
    return [packet for packet in found if packet[0] >> 4 == 4 and packet[9] in (6, 17)]


def ip4(protocol, payload, number=1, flags=0):
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(payload), number, flags, 64, protocol, 0)
    head += bytes((192, 168, 0, 1)) + bytes((192, 168, 0, 2))
    total = sum(struct.unpack('>10H', head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack('>H', ~total & 0xFFFF) + head[12:] + payload


def ip6(protocol, payload):
    ends = bytes.fromhex('fd' + '00' * 14 + '02' + 'fd' + '00' * 14 + '01')
    return struct.pack('>IHBB', 6 << 28, len(payload), protocol, 64) + ends + payload


def as_ip6(packet):
    """The same segment on IPv6; its checksum is wrong then, for both."""
    return ip6(packet[9], packet[(packet[0] & 15) * 4 :])


def udp(port, payload):
    return struct.pack('>4H', 49152, port, 8 + len(payload), 0) + payload


def ethernet(kind, payload):
    return MACS + kind.to_bytes(2, 'big') + payload


def gre(flags, kind, rest=b''):
    return struct.pack('>HH', flags, kind) + rest


WORD = struct.pack('>I', 1)
VXLAN_PORT = '4789'
VXLAN = bytes.fromhex('0800000000002a00')
ERSPAN2, ERSPAN3 = bytes.fromhex('1001000000000000'), bytes.fromhex('200100000000000000000000')

# name: (LINKTYPE, what a frame around an IPv4 packet is)
WRAPPED = {
    'ethernet': (ETHERNET, lambda p: ethernet(0x0800, p)),
    'padded': (ETHERNET, lambda p: ethernet(0x0800, p).ljust(60, b'\0')),
    'vlan': (ETHERNET, lambda p: MACS + bytes.fromhex('8100002a0800') + p),
    'qinq': (ETHERNET, lambda p: MACS + bytes.fromhex('88a800648100002a0800') + p),
    'qinq 9100': (ETHERNET, lambda p: MACS + bytes.fromhex('910000648100002a0800') + p),
    'sll': (SLL, lambda p: struct.pack('>HHH8sH', 4, 1, 6, MACS[:6], 0x0800) + p),
    'sll2': (SLL2, lambda p: struct.pack('>HHIHBB8s', 0x0800, 0, 7, 1, 0, 6, MACS[:6]) + p),
    'null': (0, lambda p: b'\2\0\0\0' + p),
    'null, big endian': (0, lambda p: b'\0\0\0\2' + p),
    'loop': (LOOP, lambda p: b'\0\0\0\2' + p),
    'raw': (RAW, lambda p: p),
    'raw 12': (12, lambda p: p),
    'raw 14': (14, lambda p: p),
    'ipv4': (228, lambda p: p),
    'ppp': (PPP, lambda p: b'\xff\3\0\x21' + p),
    'ppp in hdlc': (50, lambda p: b'\xff\3\0\x21' + p),
    'pppoe': (
        ETHERNET,
        lambda p: ethernet(0x8864, struct.pack('>BBHHH', 0x11, 0, 1, 2 + len(p), 0x21) + p),
    ),
    'mpls': (ETHERNET, lambda p: ethernet(0x8847, bytes.fromhex('0001004000011140') + p)),
    'gre': (RAW, lambda p: ip4(47, gre(0, 0x0800) + p)),
    'gre, key': (RAW, lambda p: ip4(47, gre(0x2000, 0x0800, WORD) + p)),
    'gre, sequence': (RAW, lambda p: ip4(47, gre(0x1000, 0x0800, WORD) + p)),
    'gre, all options': (RAW, lambda p: ip4(47, gre(0xB000, 0x0800, bytes(4) + WORD * 2) + p)),
    'gre, ethernet': (RAW, lambda p: ip4(47, gre(0, 0x6558) + ethernet(0x0800, p))),
    'gre in ipv6': (229, lambda p: ip6(47, gre(0, 0x0800) + p)),
    'erspan 1': (RAW, lambda p: ip4(47, gre(0, 0x88BE) + ethernet(0x0800, p))),
    'erspan 2': (
        RAW,
        lambda p: ip4(47, gre(0x1000, 0x88BE, WORD) + ERSPAN2 + ethernet(0x0800, p)),
    ),
    'erspan 3': (
        RAW,
        lambda p: ip4(47, gre(0x1000, 0x22EB, WORD) + ERSPAN3 + ethernet(0x0800, p)),
    ),
    'vxlan': (RAW, lambda p: ip4(17, udp(int(VXLAN_PORT), VXLAN + ethernet(0x0800, p)))),
    'ip in ip': (RAW, lambda p: ip4(4, p)),
    'ip in ipv6': (229, lambda p: ip6(4, p)),
    'four tunnels': (RAW, lambda p: ip4(4, ip4(47, gre(0, 0x86DD) + ip6(4, ip4(4, p))))),
}

# The same for IPv6 packets.
OPTIONS = bytes.fromhex('00010400000000')  # after the number of the next header
WRAPPED6 = {
    'ethernet': (ETHERNET, lambda p: ethernet(0x86DD, p)),
    'raw': (RAW, lambda p: p),
    'ipv6': (229, lambda p: p),
    'null': (0, lambda p: b'\x1e\0\0\0' + p),
    'sll2': (SLL2, lambda p: struct.pack('>HHIHBB8s', 0x86DD, 0, 7, 1, 0, 6, MACS[:6]) + p),
    'ppp': (PPP, lambda p: b'\xff\3\0\x57' + p),
    '6in4': (RAW, lambda p: ip4(41, p)),
    'options': (RAW, lambda p: ip6(0, b'\x3c' + OPTIONS + p[6:7] + OPTIONS + p[40:])),
    'routing': (RAW, lambda p: ip6(43, p[6:7] + bytes(7) + p[40:])),
    'ah': (RAW, lambda p: ip6(51, p[6:7] + b'\4\0\0' + WORD * 2 + bytes(12) + p[40:])),
    'atomic fragment': (RAW, lambda p: ip6(44, p[6:7] + bytes(3) + WORD + p[40:])),
}


def pieces(payload, size):
    """(offset, data, whether there is more) of a payload."""
    for at in range(0, len(payload), size):
        yield at, payload[at : at + size], at + size < len(payload)


def fragments4(number, packet):
    head = packet[: (packet[0] & 15) * 4]
    for at, part, more in pieces(packet[len(head) :], 8 if number % 5 == 0 else 64):
        word = at // 8 | (0x2000 if more else 0)
        yield (
            head[:2]
            + struct.pack('>HHH', len(head) + len(part), number, word)
            + head[8:10]
            + bytes(2)
            + head[12:]
            + part
        )


def fragments6(number, packet):
    for at, part, more in pieces(packet[40:], 64):
        yield ip6(44, struct.pack('>BBHI', packet[6], 0, at | more, number) + part)


def short(packet):
    return len(packet) <= 300


# ---- both --------------------------------------------------------------------------------------


def answers(link, frames, snap):
    """The driver's line for each frame, and its problems."""
    driver = os.environ.get('CAW_NETWORK_DRIVER', BUILD / 'tests' / 'network_driver')
    asked = ''.join(
        f'{link} {wire.NOON} {len(frame)} {frame[:snap].hex()}\n' for frame in frames
    )
    done = subprocess.run([driver], input=asked, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    return lines[: len(frames)], lines[len(frames) :]


def number(text):
    return str(int(text, 16)) if text.startswith('0x') else text


def shown(values, ip):
    """A line of tshark's fields as the driver writes it."""
    tcp, udp = values['tcp'], values['udp']
    if not tcp[0] and udp[1] in ('', VXLAN_PORT):
        return '-'
    words = [*values[ip][:3], number(values[ip][3] or '0')]
    words += ['tcp', *tcp] if tcp[0] else ['udp', *udp]
    return ' '.join(number(word) for word in words if word)


@pytest.fixture(scope='session')
def expected(tshark, save):
    """expected(link, frames, ip, snap): what tshark says of each, of its innermost packet."""
    names = [name for group in FIELDS.values() for name in group]
    options = [part for name in names for part in ('-e', name)]
    for protocol in ('tcp', 'udp'):
        options += ['-o', f'{protocol}.check_checksum:TRUE']

    def expected(link, frames, ip, snap):
        timed = [(Decimal(wire.NOON), frame) for frame in frames]
        capture = save(wire.pcap(timed, link=link, snap=snap))
        told = tshark('-r', capture, '-n', '-T', 'fields', '-E', 'occurrence=l', *options)
        rows = [dict(zip(names, line.split('\t'))) for line in told.split('\n')[:-1]]
        return [
            shown({key: [row[name] for name in group] for key, group in FIELDS.items()}, ip)
            for row in rows
        ]

    return expected


def same(ours, theirs):
    """A partial checksum is bad for Wireshark 4.0, and good since 4.2."""
    if ours.endswith(' 4'):
        return theirs in (ours[:-1] + '0', ours[:-1] + '1')
    return ours == theirs


def check(expected, link, frames, ip='ip', snap=262144):
    wanted = expected(link, frames, ip, snap)
    got, problems = answers(link, frames, snap)
    assert len(got) == len(wanted) == len(frames)
    differing = [(at, *both) for at, both in enumerate(zip(got, wanted)) if not same(*both)]
    assert not differing[:5], f'{len(differing)} of {len(frames)}'
    assert not problems
    assert sum(line != '-' for line in got) > 100, 'too few packets to compare'


# ---- tests -------------------------------------------------------------------------------------


@pytest.mark.parametrize('name', WRAPPED)
def test_wrapped(expected, name):
    link, wrap = WRAPPED[name]
    check(expected, link, [wrap(packet) for packet in packets() if len(packet) < 65000])


@pytest.mark.parametrize('name', WRAPPED6)
def test_wrapped_ipv6(expected, name):
    link, wrap = WRAPPED6[name]
    check(expected, link, [wrap(as_ip6(packet)) for packet in packets()], ip='ipv6')


def test_cut(expected):
    """A snap length within the payloads: lengths are those on the wire."""
    check(expected, ETHERNET, [ethernet(0x0800, packet) for packet in packets()], snap=80)


@pytest.mark.parametrize('order', ['in order', 'reversed'])
@pytest.mark.parametrize('name', ['raw', 'vlan', 'ppp', 'gre', 'vxlan'])
def test_fragments(expected, name, order):
    link, wrap = WRAPPED[name]
    frames = []
    for identification, packet in enumerate(filter(short, packets())):
        parts = [wrap(part) for part in fragments4(identification, packet)]
        frames += parts[::-1] if order == 'reversed' else parts
    check(expected, link, frames)


def test_fragments_ipv6(expected):
    frames = []
    for identification, packet in enumerate(filter(short, packets())):
        frames += fragments6(identification, as_ip6(packet))
    check(expected, RAW, frames, ip='ipv6')
