# SPDX-License-Identifier: GPL-2.0-or-later
"""Other recordings of the same traffic, made from a good capture: as a mirror port, a bad network, a
tunnel or a careless user would have recorded it.

A condition is a function from the frames of a capture, (time, link type, bytes) of Ethernet or
cooked packets, to one or more captures of such frames; several captures are files in this order.
The same capture gives the same result: what is random comes from a fixed seed.
"""

import random
import socket
import struct
from dataclasses import dataclass, replace
from decimal import Decimal

ETHERNET, RAW, SLL, SLL2 = 1, 101, 113, 276
MAC = bytes.fromhex('02ca00000001' '02ca00000002')
IPV4, VLAN, QINQ, PPPOE = 0x0800, 0x8100, 0x88A8, 0x8864
GRE, UDP, TCP = 47, 17, 6
VXLAN = 4789
FIN, SYN, RST, ACK = 1, 2, 4, 16


@dataclass(frozen=True)
class Frame:
    """An IPv4 packet as it was recorded."""

    time: Decimal
    packet: bytes  # from the IP header on, without padding

    @property
    def header(self):
        return (self.packet[0] & 15) * 4

    @property
    def protocol(self):
        return self.packet[9]

    @property
    def payload(self):
        return self.packet[self.header :]

    @property
    def is_tcp(self):
        return self.protocol == TCP

    @property
    def ends(self):
        """(address, port) of the source and of the target."""
        source, target = struct.unpack_from('>HH', self.payload)
        return (self.packet[12:16], source), (self.packet[16:20], target)

    @property
    def flags(self):
        return self.payload[13] if self.is_tcp else 0

    @property
    def data(self):
        return self.payload[(self.payload[12] >> 4) * 4 :] if self.is_tcp else self.payload[8:]


def checksum(data):
    total = sum(struct.unpack(f'>{len(data) // 2}H', data[: len(data) & ~1]))
    total += data[-1] << 8 if len(data) & 1 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source, target, protocol, payload, identification=0, fragment=0):
    head = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), identification, fragment, 64,
                       protocol, 0, source, target)
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:] + payload


def with_payload(frame, payload):
    """The frame with another TCP segment or datagram, its checksum not given where it may be."""
    source, target = frame.packet[12:16], frame.packet[16:20]
    at = 16 if frame.is_tcp else 6
    zeroed = payload[:at] + b'\0\0' + payload[at + 2 :]
    pseudo = source + target + struct.pack('>BBH', 0, frame.protocol, len(payload))
    summed = payload[:at] + struct.pack('>H', checksum(pseudo + zeroed) or 0xFFFF) + payload[at + 2 :]
    return replace(frame, packet=ip(source, target, frame.protocol, summed))


def segments(frame, size):
    """A TCP segment as several of at most this many bytes, with its own flags on the last one."""
    payload, data = frame.payload, frame.data
    head = payload[: len(payload) - len(data)]
    sequence = struct.unpack_from('>I', head, 4)[0]
    for at in range(0, max(len(data), 1), size):
        last = at + size >= len(data)
        flags = frame.flags if last else frame.flags & ~FIN
        cut = head[:4] + struct.pack('>I', (sequence + at) & 0xFFFFFFFF) + head[8:13]
        cut += bytes([flags]) + head[14:]
        yield with_payload(frame, cut + data[at : at + size])


# ---- reading and writing ----------------------------------------------------------------------


def strip(link, frame):
    """The IPv4 packet of an Ethernet, cooked or raw frame, or None."""
    if link == RAW:
        packet = frame
    else:
        kind, header = {ETHERNET: (12, 14), SLL: (14, 16), SLL2: (0, 20)}[link]
        if frame[kind : kind + 2] != b'\x08\0':
            return None
        packet = frame[header:]
    if len(packet) < 20 or packet[0] >> 4 != 4:
        return None
    return packet[: struct.unpack_from('>H', packet, 2)[0]]


def read(raw):
    """The frames of a classic capture, of its IPv4 packets."""
    order = '<' if raw[:1] in b'\xd4\x4d' else '>'
    digits = 9 if raw[:4] in (b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d') else 6
    link = struct.unpack_from(order + 'I', raw, 20)[0]
    at = 24
    while at < len(raw):
        seconds, fraction, size, length = struct.unpack_from(order + 'IIII', raw, at)
        packet = strip(link, raw[at + 16 : at + 16 + size])
        at += 16 + size
        if packet and size == length:
            yield Frame(seconds + Decimal(fraction).scaleb(-digits), packet)


def write(frames, link=ETHERNET, wrap=lambda packet: MAC + b'\x08\0' + packet, snap=262144):
    out = [struct.pack('<IHHIIII', 0xA1B2C3D4, 2, 4, 0, 0, snap, link)]
    for frame in frames:
        seconds, fraction = divmod(int(frame.time.scaleb(6)), 10**6)
        whole = wrap(frame.packet)
        kept = whole[:snap]
        out.append(struct.pack('<IIII', seconds, fraction, len(kept), len(whole)) + kept)
    return b''.join(out)


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack('<I', len(body) + 12)
    return struct.pack('<I', kind) + size + body + size


def write_interfaces(frames, count):
    """A pcapng capture of (interface, frame)."""
    out = block(0x0A0D0D0A, struct.pack('<IHHq', 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack('<HHI', ETHERNET, 0, 0)) * count
    for interface, frame in frames:
        micros = int(frame.time.scaleb(6))
        whole = MAC + b'\x08\0' + frame.packet
        head = struct.pack('<IIIII', interface, micros >> 32, micros & 0xFFFFFFFF, *[len(whole)] * 2)
        out += block(6, head + whole)
    return out


# ---- conditions -------------------------------------------------------------------------------


def plain(frames, _):
    return [write(frames)]


def doubled(frames, _):
    """Each packet is recorded twice, as where two ports are mirrored to one."""
    later = [replace(frame, time=frame.time + Decimal('0.000002')) for frame in frames]
    return [write([each for pair in zip(frames, later) for each in pair])]


def bridged(frames, _):
    """Recorded on both ports of a bridge, 10 microseconds apart."""
    later = [replace(frame, time=frame.time + Decimal('0.00001')) for frame in frames]
    both = [(0, frame) for frame in frames] + [(1, frame) for frame in later]
    return [write_interfaces(sorted(both, key=lambda each: each[1].time), 2)]


COOKED = struct.pack('>HHH8s', 0, 1, 6, b'\x02\xca\0\0\0\1\0\0') + b'\x08\0'


def bridged_cooked(frames, _):
    """The same on all interfaces, by a program that does not say which they are."""
    later = [replace(frame, time=frame.time + Decimal('0.00001')) for frame in frames]
    both = sorted(frames + later, key=lambda frame: frame.time)
    return [write(both, SLL, lambda packet: COOKED + packet)]


def reordered(frames, rng):
    """Packets of a few milliseconds stand in any order, as after several capture queues."""
    keys = {id(frame): frame.time + Decimal(rng.randrange(400)) / 10**6 for frame in frames}
    moved = sorted(frames, key=lambda frame: keys[id(frame)])
    return [write(moved)]


def acknowledged_first(frames, _):
    """A mirror port has the acknowledgments a little before the data that they acknowledge."""
    moved = list(frames)
    for at in range(1, len(moved)):
        if moved[at].is_tcp and not moved[at].data and moved[at].flags == ACK:
            if moved[at - 1].is_tcp and moved[at - 1].data:
                moved[at - 1], moved[at] = moved[at], moved[at - 1]
    return [write(moved)]


def cut(frames, _):
    """Only the first bytes of each packet are kept."""
    return [write(frames, snap=120)]


def headers_only(frames, _):
    return [write(frames, snap=54)]


def seven(frames, _):
    """Messages in segments of seven bytes."""
    small = []
    for frame in frames:
        small += segments(frame, 7) if frame.is_tcp and 7 < len(frame.data) < 3000 else [frame]
    return [write(small)]


def odd_segments(frames, rng):
    """Segments cut anywhere, and sent again in part."""
    small = []
    for frame in frames:
        if frame.is_tcp and len(frame.data) > 2:
            size = rng.randrange(1, len(frame.data))
            pieces = list(segments(frame, size))
            small += pieces + ([rng.choice(pieces)] if rng.random() < 0.3 else [])
        else:
            small.append(frame)
    return [write(small)]


def fragmented(frames, _):
    """IP packets in fragments of 512 bytes."""
    small = []
    for number, frame in enumerate(frames):
        payload = frame.payload
        for at in range(0, len(payload), 512):
            more = 0x2000 if at + 512 < len(payload) else 0
            packet = ip(frame.packet[12:16], frame.packet[16:20], frame.protocol,
                        payload[at : at + 512], number & 0xFFFF, more | at // 8)
            small.append(replace(frame, packet=packet))
    return [write(small)]


def vlan(frames, _):
    return [write(frames, wrap=lambda packet: MAC + struct.pack('>HHH', VLAN, 42, IPV4) + packet)]


def qinq(frames, _):
    tags = struct.pack('>HHHHH', QINQ, 7, VLAN, 42, IPV4)
    return [write(frames, wrap=lambda packet: MAC + tags + packet)]


def vlan_one_way(frames, _):
    """A trunk tags one direction only."""
    def wrap(packet):
        tag = struct.pack('>HH', VLAN, 42) if packet[12:16] < packet[16:20] else b''
        return MAC + tag + b'\x08\0' + packet
    return [write(frames, wrap=wrap)]


def pppoe(frames, _):
    def wrap(packet):
        return MAC + struct.pack('>HBBHHH', PPPOE, 0x11, 0, 1, len(packet) + 2, 0x21) + packet
    return [write(frames, wrap=wrap)]


OUTER = (socket.inet_aton('192.0.2.1'), socket.inet_aton('192.0.2.2'))


def gre(frames, _):
    return [write([replace(f, packet=ip(*OUTER, GRE, struct.pack('>HH', 0, IPV4) + f.packet))
                   for f in frames])]


def vxlan(frames, _):
    def tunnel(frame):
        inner = struct.pack('>II', 0x08000000, 42 << 8) + MAC + b'\x08\0' + frame.packet
        udp = struct.pack('>HHHH', 49152, VXLAN, 8 + len(inner), 0) + inner
        return replace(frame, packet=ip(*OUTER, UDP, udp))
    return [write([tunnel(frame) for frame in frames])]


def cooked(frames, _):
    return [write(frames, SLL, lambda packet: COOKED + packet)]


def raw_ip(frames, _):
    return [write(frames, RAW, lambda packet: packet)]


def ring(frames, _):
    """Split into files, as a ring buffer does."""
    size = max(len(frames) // 5, 1)
    return [write(frames[at : at + size]) for at in range(0, len(frames), size)]


def one_direction(frames, _):
    """Only what clients send, or only what goes up by number, where there is no telling."""
    return [write([f for f in frames if not f.is_tcp or f.ends[0] < f.ends[1]])]


def other_direction(frames, _):
    return [write([f for f in frames if not f.is_tcp or f.ends[0] > f.ends[1]])]


def clocks_apart(frames, _):
    """Two directions recorded by two hosts, whose clocks differ by 3 ms, merged in time."""
    moved = [replace(f, time=f.time + Decimal('0.003')) if f.ends[0] < f.ends[1] else f
             for f in frames]
    return [write(sorted(moved, key=lambda frame: frame.time))]


def clock_set_back(frames, _):
    half = len(frames) // 2
    return [write(frames[:half] + [replace(f, time=f.time - 3600) for f in frames[half:]])]


def merged(frames, _):
    """Recorded on both sides of a router, 0.2 ms apart: another time to live there."""
    def routed(frame):
        head = frame.packet[:8] + bytes([frame.packet[8] - 1]) + frame.packet[9:10] + b'\0\0'
        head += frame.packet[12:frame.header]
        head = head[:10] + struct.pack('>H', checksum(head)) + head[12:]
        return replace(frame, time=frame.time + Decimal('0.0002'),
                       packet=head + frame.packet[frame.header:])
    both = frames + [routed(frame) for frame in frames]
    return [write(sorted(both, key=lambda frame: frame.time))]


def lossy(frames, rng):
    """Two packets of a hundred are lost by the recording host."""
    return [write([frame for frame in frames if rng.random() >= 0.02])]


def no_handshake(frames, _):
    """Recorded with a filter that leaves SYN, FIN and RST out."""
    return [write([frame for frame in frames if not frame.flags & (SYN | FIN | RST)])]


def begins_late(frames, _):
    return [write(frames[len(frames) // 3 :])]


def keep_alive(frames, rng):
    """Every now and then a byte of zero before the next one, and the answer to it."""
    out, last = [], {}
    for frame in frames:
        out.append(frame)
        if not frame.is_tcp or frame.flags & (SYN | RST | FIN):
            continue
        sequence = struct.unpack_from('>I', frame.payload, 4)[0] + len(frame.data)
        last[frame.ends] = (frame, sequence)
        if rng.random() < 0.1:
            head = frame.payload[: (frame.payload[12] >> 4) * 4]
            probe = head[:4] + struct.pack('>I', (sequence - 1) & 0xFFFFFFFF) + head[8:13]
            probe += bytes([ACK]) + head[14:] + b'\0'
            out.append(with_payload(frame, probe))
    return [write(out)]


def no_checksums(frames, _):
    """Recorded where the network card fills checksums in: those of one side are wrong."""
    def spoil(frame):
        if not frame.is_tcp or frame.ends[0] > frame.ends[1]:
            return frame
        at = frame.header + 16
        return replace(frame, packet=frame.packet[:at] + b'\x12\x34' + frame.packet[at + 2 :])
    return [write([spoil(frame) for frame in frames])]


ALL = [plain, doubled, bridged, bridged_cooked, reordered, acknowledged_first, cut, headers_only, seven, odd_segments,
       fragmented, vlan, qinq, vlan_one_way, pppoe, gre, vxlan, cooked, raw_ip, ring, one_direction,
       other_direction, clocks_apart, clock_set_back, merged, lossy, no_handshake, begins_late,
       keep_alive, no_checksums]


def make(condition, raw, name):
    """The captures of a condition, from the bytes of a good one."""
    rng = random.Random(f'{condition.__name__} {name}')
    return condition(list(read(raw)), rng)
