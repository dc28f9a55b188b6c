# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures made to harm the program that reads them.

    python tests/tshark/hostile.py channels 1000000 flood.pcap     one of `floods`, of any size

Each flood takes how many of its things there are to be, and gives Ethernet frames: full ones, because
what counts is the number of messages.
"""

import argparse
import random
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'bench'))

import load  # noqa: E402
from load import DOUBLE, Circuit, message, text  # noqa: E402

DENSE = 30  # messages a segment
MOST = 0xFFFFFFFF
NORMAL = 1
MASK = bytes(12) + b'\0\5\0\0'
VALUE = struct.pack('>d', 1.5)
MIB = 1 << 20


def opened(index=0):
    """A circuit and the frames of its opening."""
    circuit = Circuit(index)
    return circuit, list(circuit.opening(index))


def spoken(circuit, *sayings):
    """(side, messages) in turn, each so many to a segment."""
    for side, messages in sayings:
        segment = []
        for each in messages:
            segment.append(each)
            if len(segment) == DENSE:
                yield circuit.packet(side, b''.join(segment))
                segment = []
        if segment:
            yield circuit.packet(side, b''.join(segment))


def creations(count, cid=lambda i: i):
    return (message(18, text(f'flood:{i}'), p1=cid(i), p2=13) for i in range(2, count + 2))


def answers(count, cid=lambda i: i):
    return (message(18, type=DOUBLE, count=1, p1=cid(i), p2=i) for i in range(2, count + 2))


def reads(count, ioid=lambda i: i, first=0):
    return (message(15, type=DOUBLE, count=1, p1=1, p2=ioid(i)) for i in range(first, count))


def values(count):
    return (message(15, VALUE, DOUBLE, 1, NORMAL, i) for i in range(count))


# ---- much of everything ----------------------------------------------------------------------


def channels(count):
    """So many channels on one circuit."""
    circuit, frames = opened()
    return frames, spoken(circuit, ('client', creations(count)), ('server', answers(count)))


def outstanding(count):
    """Reads that wait, and are then all answered, the last one first."""
    circuit, frames = opened()
    last_first = (message(15, VALUE, DOUBLE, 1, NORMAL, i) for i in reversed(range(count)))
    return frames, spoken(circuit, ('client', reads(count)), ('server', last_first))


def same_ioid(count):
    """One id for all reads; then so many answers."""
    circuit, frames = opened()
    answered = (message(15, VALUE, DOUBLE, 1, NORMAL, 7) for _ in range(count))
    return frames, spoken(circuit, ('client', reads(count, lambda i: 7)), ('server', answered))


def same_cid(count):
    """One cid for all channels, which live at once and end in the order they came."""
    circuit, frames = opened()
    same = lambda i: 7  # noqa: E731
    clears = [message(12, p1=i, p2=7) for i in range(2, count + 2)]
    return frames, spoken(
        circuit,
        ('client', creations(count, same)),
        ('server', answers(count, same)),
        ('client', clears),
        ('server', clears),
    )


def same_subscription(count):
    """One id, subscribed to and cancelled in turn; nobody confirms until the end."""
    circuit, frames = opened()
    ends = [message(1, type=DOUBLE, count=1, p1=1, p2=7) for _ in range(count)]
    turns = (
        message(1, MASK, DOUBLE, 1, 1, 7) + message(2, type=DOUBLE, count=1, p1=1, p2=7)
        for _ in range(count)
    )
    return frames, spoken(circuit, ('client', turns), ('server', ends))


def unconfirmed(count):
    """Subscriptions of one channel, which the server drops."""
    circuit, frames = opened()
    adds = (message(1, MASK, DOUBLE, 1, 1, i) for i in range(count))
    gone = [message(27, p1=1) for _ in range(count)]
    return frames, spoken(circuit, ('client', adds), ('server', gone))


def unmixed(bits):
    """The number of which the last step of SplitMix64, which is public, makes these bits."""
    bits ^= bits >> 31 ^ bits >> 62
    bits = bits * 0x319642B2D24D8EC3 % 2**64
    bits ^= bits >> 27 ^ bits >> 54
    bits = bits * 0x96DE1B173F119089 % 2**64
    return bits ^ bits >> 30 ^ bits >> 60


def colliding(count):
    """Writes whose ids, cid and sid together, collide in a hash that is publicly known."""
    circuit, frames = opened()
    weight = 4 * 0x9E3779B97F4A7C15
    keys = ((unmixed(i << 40) - weight) % 2**64 for i in range(count))
    writes = (message(4, VALUE, DOUBLE, 1, key >> 32, key & MOST) for key in keys)
    return frames, spoken(circuit, ('client', writes))


def endpoint(i):
    """Addresses of which the last half is the same."""
    return 0x0A00_0001 + (i << 16) & MOST


def datagram(source, port, data, target=b'\x0a\xff\xff\xff', to=5064):
    udp = struct.pack('>HHHH', port, to, 8 + len(data), 0) + data
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0)
    return bytes(12) + b'\x08\x00' + head + source + target + udp


def searches(count):
    """Names that nobody has, each from a new client."""
    for i in range(count // DENSE + 1):
        names = b''.join(
            message(6, text(f'flood:{i * DENSE + j}'), 5, 13, j, j) for j in range(DENSE)
        )
        client = struct.pack('>I', endpoint(i % 0x10000))
        yield datagram(client, 1024 + i // 0x10000, message(0, count=13) + names)


def servers(count):
    """Beacons, each of a server that nobody has heard of."""
    for i in range(count):
        beacon = message(13, count=1024 + i // 0x10000, type=13, p1=i, p2=endpoint(i % 0x10000))
        yield datagram(b'\x0a\0\0\1', 5064, beacon, to=5065)


def benchmarks(count):
    """Circuits, each to a new server and with a channel: a row each in every report."""
    for i in range(count):
        circuit = Circuit(i)
        server = struct.pack('>I', 0x0B00_0000 + i)
        circuit.ends = {'client': (b'\x0a\1\2\1', 1024 + i % 60000), 'server': (server, 5064)}
        yield from circuit.opening(i)


# ---- sizes -----------------------------------------------------------------------------------


def headers(count):
    """Every command with sizes and counts up to 2^32 - 1, a circuit for each."""
    numbers = [0, 1, 7, 0xFFFE, 0xFFFF, 0x10000, MIB, 65 * MIB, 0x7FFFFFFF, 0x80000000]
    numbers += [MOST - 7, MOST - 1, MOST]
    cases = [(c, s, n, side) for c in range(29) for s in numbers for n in numbers for side in (0, 1)]
    random.Random(1).shuffle(cases)
    for i, (command, size, many, end) in enumerate(cases[:count]):
        circuit, frames = opened(i % 20000)
        yield from frames
        head = struct.pack('>HHHHIIII', command, 0xFFFF, i % 40, 0, 1, 1, size, many)
        side = ('client', 'server')[end]
        yield circuit.packet(side, head + VALUE)
        yield circuit.packet(side, VALUE * 40)


def crumbs(count):
    """A message, and a larger one that never ends, a byte at a time."""
    circuit, frames = opened()
    yield from frames
    whole = struct.pack('>HHHHIIII', 1, 0xFFFF, DOUBLE, 0, NORMAL, 1, count // 2 // 8 * 8, count // 16)
    part = struct.pack('>HHHHIIII', 1, 0xFFFF, DOUBLE, 0, NORMAL, 1, 60 * MIB, 60 * MIB // 8)
    stream = whole + bytes(count // 2 // 8 * 8) + part + bytes(count // 2)
    for byte in stream:
        yield circuit.packet('server', bytes([byte]))


def zeros(count):
    """After a gap: what could be messages, but proves nothing, in the largest segments."""
    circuit, frames = opened()
    yield from frames
    for _ in range(count * 16 // 65000 + 1):
        circuit.sequence['server'] += 3
        yield circuit.packet('server', message(22, p1=1, p2=1) * (65000 // 16))


def gaps(count):
    """Every other segment at first, then the others, the first one last."""
    circuit, frames = opened()
    yield from frames
    start, update = circuit.sequence['server'], message(1, VALUE, DOUBLE, 1, NORMAL, 1)
    for places in (range(1, count, 2), reversed(range(0, count, 2))):
        for place in places:
            circuit.sequence['server'] = start + place * len(update)
            yield circuit.packet('server', update)


floods = {
    flood.__name__: flood
    for flood in (
        channels, outstanding, same_ioid, same_cid, same_subscription, unconfirmed, colliding,
        searches, servers, benchmarks, headers, crumbs, zeros, gaps,
    )
}  # fmt: skip


def frames_of(name, count):
    made = floods[name](count)
    if isinstance(made, tuple):
        yield from made[0]
        yield from made[1]
    else:
        yield from made


def write(path, name, count):
    load.write(path, frames_of(name, count))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('flood', choices=floods)
    parser.add_argument('count', type=int)
    parser.add_argument('path')
    asked = parser.parse_args()
    write(asked.path, asked.flood, asked.count)
