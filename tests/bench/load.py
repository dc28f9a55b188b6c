# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture recorded under load, made up: many circuits, dense updates, lost segments.

    python tests/bench/load.py load.pcap                            170 MB, 4.5 million messages
    python tests/bench/load.py load.pcap --messages 50000 --lost 20
    tshark -q -r load.pcap -z ca,lines | wc -l

The same arguments give the same file. Each circuit opens with a handshake, names and channels;
then its server sends updates, 30 a segment, and now and then an array over several segments, cut
where TCP likes. Every update has a number of its own as its subscription id, so that the lines
tell which are there.
"""

import argparse
import random
import struct

NOON = 1700000000
DENSE = 30  # updates a segment
MSS = 1448
ECA_NORMAL, TIME_DOUBLE, DOUBLE, LONG, INT = 1, 20, 6, 5, 1


def message(command, payload=b'', type=0, count=0, p1=0, p2=0):
    payload += bytes(-len(payload) % 8)
    if len(payload) >= 0xFFFF:
        head = struct.pack('>HHHHIIII', command, 0xFFFF, type, 0, p1, p2, len(payload), count)
    else:
        head = struct.pack('>HHHHII', command, len(payload), type, count, p1, p2)
    return head + payload


def text(string):
    return string.encode() + b'\0'


def update(number, rng):
    value = struct.pack('>hhII4xd', 0, 0, NOON - 631152000, number % 10**9, rng.random())
    return message(1, value, TIME_DOUBLE, 1, ECA_NORMAL, number)


def array(number, rng):
    """Values that could be headers: small numbers, many of them zero."""
    kind, code = rng.choice([(LONG, 'i'), (INT, 'h'), (DOUBLE, 'd')])
    values = [rng.choice((0, 0, rng.randrange(40))) for _ in range(1000)]
    return message(1, struct.pack(f'>1000{code}', *values), kind, 1000, ECA_NORMAL, number)


class Circuit:
    """The packets of one connection; bytes of either side in order, each with its own port."""

    def __init__(self, index):
        self.ends = {
            'client': (b'\x0a\x01\x02' + bytes([index % 250 + 1]), 40000 + index),
            'server': (b'\x0a\x01\x01' + bytes([index % 250 + 1]), 5064),
        }
        self.sequence = {'client': 1000 * index, 'server': 7000 * index}

    def packet(self, side, data=b'', flags=0x18):
        other = 'server' if side == 'client' else 'client'
        (source, sport), (target, dport) = self.ends[side], self.ends[other]
        seq, ack = self.sequence[side] & 0xFFFFFFFF, self.sequence[other] & 0xFFFFFFFF
        tcp = struct.pack('>HHIIBBHHH', sport, dport, seq, ack, 0x50, flags, 65535, 0, 0)
        head = struct.pack(
            '>BBHHHBBH4s4s', 0x45, 0, 40 + len(data), 0, 0x4000, 64, 6, 0, source, target
        )
        self.sequence[side] += len(data) + (flags & 2 > 0)
        return bytes(12) + b'\x08\x00' + head + tcp + data

    def opening(self, index):
        yield self.packet('client', flags=2)
        yield self.packet('server', flags=0x12)
        yield self.packet('client', flags=0x10)
        yield self.packet('server', message(0, count=13))
        names = message(20, text('operator')) + message(21, text(f'console{index}'))
        create = message(18, text(f'load:{index}'), p1=1, p2=13)
        yield self.packet('client', message(0, count=13) + names + create)
        created = message(22, p1=1, p2=3) + message(18, type=6, count=1, p1=1, p2=index + 1)
        yield self.packet('server', created)


def segments(circuits, messages, rng):
    """(circuit, bytes): updates, and each 400th time an array that is cut at the MSS."""
    number = 1
    while number <= messages:
        circuit = rng.choice(circuits)
        data = b''.join(update(number + i, rng) for i in range(DENSE))
        number += DENSE
        if rng.randrange(400) == 0:
            data += array(number, rng)
            number += 1
        if len(data) <= DENSE * 40 + 8:
            yield circuit, data
            continue
        for at in range(0, len(data), MSS):
            yield circuit, data[at : at + MSS]


def packets(circuits=20, messages=4500000, lost=522, seed=1):
    """Ethernet frames; None where a segment was lost."""
    rng = random.Random(seed)
    made = [Circuit(index) for index in range(circuits)]
    for index, circuit in enumerate(made):
        yield from circuit.opening(index)
    drops = set(rng.sample(range(messages // DENSE), lost))
    for place, (circuit, data) in enumerate(segments(made, messages, rng)):
        frame = circuit.packet('server', data)
        yield None if place in drops else frame


def write(path, frames, skip=0):
    """A classic capture without the lost frames, nor the first `skip`; how many were lost."""
    missing = 0
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHIIII', 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, frame in enumerate(frames):
            if frame is None:
                missing += 1
            elif number >= skip:
                seconds, micros = divmod(number * 50, 10**6)
                size = len(frame)
                file.write(struct.pack('<IIII', NOON + seconds, micros, size, size) + frame)
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('path')
    parser.add_argument('--circuits', type=int, default=20)
    parser.add_argument('--messages', type=int, default=4500000)
    parser.add_argument('--lost', type=int, default=522)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--skip', type=int, default=0, help='leave out the first frames')
    asked = parser.parse_args()
    frames = packets(asked.circuits, asked.messages, asked.lost, asked.seed)
    print(write(asked.path, frames, asked.skip), 'segments lost')


if __name__ == '__main__':
    main()
