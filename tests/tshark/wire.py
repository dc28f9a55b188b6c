# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes for tests: Channel Access messages, the packets around them, captures in every format."""

import io
import socket
import struct
from decimal import Decimal

import dpkt

CLIENT_END = ('10.1.0.2', 40100)  # 40000 is SAP's in Wireshark 4.6
SERVER_END = ('10.1.0.1', 5064)
SEARCHER = ('10.1.0.2', 40001)
EVERYBODY = ('10.1.0.255', 5064)
NOON = 1700000000  # time of the first packet, in seconds of 1970

SYN, ACK, PUSH, FIN = dpkt.tcp.TH_SYN, dpkt.tcp.TH_ACK, dpkt.tcp.TH_PUSH, dpkt.tcp.TH_FIN


# ---- messages --------------------------------------------------------------------------------


def message(command, payload=b'', type=0, count=0, p1=0, p2=0, size=None, extended=False):
    """One message; the header is extended when it has to be, or when asked for."""
    size = len(payload) if size is None else size
    if extended or size >= 0xFFFF or count >= 0xFFFF:
        head = struct.pack('>HHHHIIII', command, 0xFFFF, type, 0, p1, p2, size, count)
    else:
        head = struct.pack('>HHHHII', command, size, type, count, p1, p2)
    return head + payload


def padded(payload):
    """Zero bytes up to a multiple of 8."""
    return payload + bytes(-len(payload) % 8)


def text(string):
    """A name as a payload, with its NUL and padding."""
    raw = string.encode('latin-1') if isinstance(string, str) else string
    return padded(raw + b'\0')


# ---- packets ---------------------------------------------------------------------------------


def ip(source, destination, segment):
    """An IPv4 packet around a TCP or UDP segment, as bytes with right checksums."""
    packet = dpkt.ip.IP(
        src=socket.inet_aton(source[0]),
        dst=socket.inet_aton(destination[0]),
        p=dpkt.ip.IP_PROTO_TCP if isinstance(segment, dpkt.tcp.TCP) else dpkt.ip.IP_PROTO_UDP,
        ttl=64,
        data=segment,
    )
    packet.len = len(packet)
    return bytes(packet)


def udp(source, destination, data):
    segment = dpkt.udp.UDP(sport=source[1], dport=destination[1], data=data)
    segment.ulen = len(segment)
    return ip(source, destination, segment)


def tcp(source, destination, data=b'', seq=0, ack=0, flags=ACK | PUSH, window=0xFFFF):
    segment = dpkt.tcp.TCP(
        sport=source[1],
        dport=destination[1],
        seq=seq & 0xFFFFFFFF,
        ack=ack & 0xFFFFFFFF,
        flags=flags,
        win=window,
        data=data,
    )
    return ip(source, destination, segment)


def circuit(chunks, client=CLIENT_END, server=SERVER_END, start=1000):
    """The packets of a connection: SYN, SYN ACK, then each chunk ('client' or 'server', bytes)."""
    seq = {'client': start, 'server': start + 5000}
    ends = {'client': (client, server), 'server': (server, client)}
    packets = [
        tcp(client, server, seq=seq['client'], flags=SYN),
        tcp(server, client, seq=seq['server'], ack=seq['client'] + 1, flags=SYN | ACK),
    ]
    seq = {side: number + 1 for side, number in seq.items()}
    for side, data in chunks:
        other = seq['server' if side == 'client' else 'client']
        packets.append(tcp(*ends[side], data, seq=seq[side], ack=other))
        seq[side] += len(data)
    return packets


def cut(data, size):
    """Pieces of this many bytes."""
    return [data[at : at + size] for at in range(0, len(data), size)]


# ---- captures --------------------------------------------------------------------------------


def timed(packets, start=NOON, step=1):
    """Packets a second apart (or `step`), as (time, packet)."""
    return [(Decimal(start + i * step), packet) for i, packet in enumerate(packets)]


def frames(raw):
    """(time, Ethernet frame) of a classic capture; the time exact, in a Decimal."""
    order = '<' if raw[:1] in b'\xd4\x4d' else '>'
    digits = 9 if raw[:4] in (b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d') else 6
    at = 24
    while at < len(raw):
        seconds, fraction, size, _ = struct.unpack_from(order + 'IIII', raw, at)
        yield seconds + Decimal(fraction).scaleb(-digits), raw[at + 16 : at + 16 + size]
        at += 16 + size


def ethernet(packets):
    """Ethernet frames around IP packets."""
    head = bytes.fromhex('02ca00000001' '02ca00000002' '0800')
    return [(time, head + packet) for time, packet in packets]


def vlan(captured):
    """The same Ethernet frames with a VLAN tag."""
    return [(time, frame[:12] + b'\x81\x00\x00\x2a' + frame[12:]) for time, frame in captured]


def cooked(captured):
    """The same Ethernet frames as `tcpdump -i any` shows them (link type 113, SLL)."""
    head = struct.pack('>HHH8s', 0, 1, 6, b'\x02\xca\0\0\0\1\0\0')
    return [(time, head + frame[12:]) for time, frame in captured]


def pcap(captured, link=1, digits=6, snap=262144):
    """A classic capture of (time, frame); 6 digits: microseconds, 9: nanoseconds."""
    out = io.BytesIO()
    magic = 0xA1B2C3D4 if digits == 6 else 0xA1B23C4D
    out.write(struct.pack('<IHHIIII', magic, 2, 4, 0, 0, snap, link))
    for time, frame in captured:
        seconds, fraction = divmod(int(time.scaleb(digits)), 10**digits)
        kept = frame[:snap]
        out.write(struct.pack('<IIII', seconds, fraction, len(kept), len(frame)) + kept)
    return out.getvalue()


def pcapng(captured, link=1, digits=6):
    """The same as a pcapng capture."""

    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack('<I', len(body) + 12)
        return struct.pack('<I', kind) + size + body + size

    resolution = struct.pack('<HHB3xHH', 9, 1, digits, 0, 0)  # if_tsresol, opt_endofopt
    out = block(0x0A0D0D0A, struct.pack('<IHHq', 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack('<HHI', link, 0, 0) + resolution)
    for time, frame in captured:
        stamp = int(time.scaleb(digits))
        head = struct.pack('<IIIII', 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame))
        out += block(6, head + frame)
    return out


def capture(packets, **options):
    """A classic Ethernet capture of IP packets, a second apart."""
    return pcap(ethernet(timed(packets)), **options)
