# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of a given number of messages, for timing: updates of many channels, dense or not."""

import itertools
import random
import struct

import load
from load import DOUBLE, ECA_NORMAL, TIME_DOUBLE, Circuit, message, text

POOL = 1000  # different packets' worth of payload, used in turn
EVENT_MASK = struct.pack('>fffHxx', 0, 0, 0, 5)


def opening(circuit, channels):
    """A handshake, names, and channels with a subscription each, whose id is the cid."""
    yield from circuit.opening(0)
    for cid in range(2, channels + 2):
        yield circuit.packet('client', message(18, text(f'bench:{cid}'), p1=cid, p2=13))
        created = message(22, p1=cid, p2=3) + message(18, type=DOUBLE, count=1, p1=cid, p2=cid)
        yield circuit.packet('server', created)
        yield circuit.packet('client', message(1, EVENT_MASK, TIME_DOUBLE, 1, cid, cid))


def acknowledged(circuit, data):
    """A packet of the server, and the acknowledgment of the client."""
    yield circuit.packet('server', data)
    yield circuit.packet('client', flags=0x10)


def updates(messages, segment, channels=100):
    """Updates of so many channels on at most ten circuits, `segment` of them in each packet."""
    rng = random.Random(1)
    each = -(-channels // 10) if channels > 10 else channels
    circuits = [Circuit(index) for index in range(-(-channels // each))]
    for circuit in circuits:
        yield from opening(circuit, each)
    pool = [
        b''.join(load.update(rng.randrange(2, each + 2), rng) for _ in range(segment))
        for _ in range(POOL)
    ]
    turn = zip(itertools.cycle(circuits), itertools.cycle(pool))
    for circuit, data in itertools.islice(turn, messages // segment):
        yield from acknowledged(circuit, data)


def exchanges(messages):
    """Each packet one or two messages: updates, and reads with their answers."""
    rng = random.Random(2)
    circuit = Circuit(0)
    yield from opening(circuit, 100)
    for number in range(messages // 5):
        cid, ioid = rng.randrange(2, 102), 1000 + number
        update = load.update(cid, rng)
        value = struct.pack('>d', rng.random())
        yield circuit.packet('client', message(15, type=DOUBLE, count=1, p1=cid, p2=ioid))
        yield circuit.packet('server', message(15, value, DOUBLE, 1, ECA_NORMAL, ioid))
        yield circuit.packet('server', update)
        yield from acknowledged(circuit, update + update)


def arrays(messages, elements=200000):
    """Updates with this many doubles, over many segments each."""
    rng = random.Random(3)
    circuit = Circuit(0)
    yield from opening(circuit, 1)
    value = struct.pack(f'>{elements}d', *(rng.random() for _ in range(elements)))
    stamp = struct.pack('>hhII4x', 0, 0, load.NOON - 631152000, 0)
    data = message(1, stamp + value, TIME_DOUBLE, elements, ECA_NORMAL, 2)
    for _ in range(messages):
        for at in range(0, len(data), load.MSS):
            yield from acknowledged(circuit, data[at : at + load.MSS])
