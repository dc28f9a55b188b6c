# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture of a circuit that carries ECHOs: as small as one can be that prints lines."""

import wire

ECHO = wire.message(23)


def circuit(count, start=wire.NOON, step=1):
    """(time, IP packet): a handshake, then requests and answers in turn, `count` of both together."""
    sides = ('client', 'server')
    packets = wire.circuit([(sides[i % 2], ECHO) for i in range(count)])
    return wire.timed(packets, start, step)


def capture(count, **options):
    return wire.pcap(wire.ethernet(circuit(count, **options)))


def pieces(count):
    """The bytes of a capture: its header with the handshake, then each message's packet."""
    packets = circuit(count)
    whole = wire.pcap(wire.ethernet(packets))
    sizes = [16 + 14 + len(packet) for _, packet in packets]
    sizes[0] += 24
    sizes[:3] = [sum(sizes[:2]), sizes[2]]
    found = []
    for size in sizes:
        found.append(whole[:size])
        whole = whole[size:]
    assert not whole and len(found) == count + 1
    return found


def words(text):
    """The class of each line."""
    return [line.split()[-1].partition('(')[0] for line in text.splitlines()]


def expected(count):
    return [f'Echo{("Request", "Response")[i % 2]}' for i in range(count)]
