# SPDX-License-Identifier: GPL-2.0-or-later
"""Segments with bytes of several gaps, and of the end of a stream: all that is new is read.

And bytes that are no data, or come before their time: keep-alives, probes of a closed window.
"""

import struct

import pytest

import wire
from wire import message

NO_ANALYSIS = ('-o', 'tcp.analyze_sequence_numbers:FALSE')  # TCP hands over what comes late


def update(number):
    return message(1, struct.pack('>d', number), type=6, count=1, p1=1, p2=number)


UPDATES = [update(number) for number in range(8)]
SIZE = len(UPDATES[0])


def capture_of(*ranges):
    """A circuit whose server sends these ranges of updates, in this order."""
    packets = wire.circuit([])
    for first, end in ranges:
        data = b''.join(UPDATES[first:end])
        packets.append(
            wire.tcp(wire.SERVER_END, wire.CLIENT_END, data, seq=6001 + SIZE * first, ack=1001)
        )
    return wire.capture(packets)


def fields(tshark, capture, *names):
    asked = [word for name in names for word in ('-e', name)]
    out = tshark('-r', capture, *NO_ANALYSIS, '-Y', 'ca', '-T', 'fields', *asked)
    return [line.split('\t') for line in out.splitlines()]


def numbers_of(raw):
    """Numbers of the updates in a row of these bytes, given in hex."""
    data = bytes.fromhex(raw)
    return [int.from_bytes(data[at + 12 : at + 16], 'big') for at in range(0, len(data), SIZE)]


def test_a_segment_fills_several_gaps(tshark, save):
    capture = save(capture_of((0, 1), (2, 3), (4, 5), (0, 5)))
    rows = fields(tshark, capture, 'ca.sub', 'ca.continuation')
    assert [row[0] for row in rows] == ['0', '2', '4', '1,3']
    repeated = [numbers_of(raw) for raw in rows[-1][1].split(',')]
    assert repeated == [[0], [2], [4]]


def test_a_segment_fills_a_gap_and_goes_on(tshark, save):
    capture = save(capture_of((0, 1), (2, 3), (0, 5), (5, 6)))
    rows = fields(tshark, capture, 'ca.sub', 'ca.flaw.missing')
    assert [row[0] for row in rows] == ['0', '2', '1,3,4', '5']
    assert [bool(row[1]) for row in rows] == [False, True, False, False]


# ---- keep-alives -----------------------------------------------------------------------------

CLIENT, SERVER = (wire.CLIENT_END, wire.SERVER_END), (wire.SERVER_END, wire.CLIENT_END)
VERSION = message(0, count=13)
ANALYSIS = pytest.mark.parametrize('analysis', [(), NO_ANALYSIS], ids=['analysis', 'no analysis'])
PASSES = pytest.mark.parametrize('passes', [(), ('-2',)], ids=['one pass', 'two passes'])


def said(lines, capture, *arguments):
    return [line.split(' ', 2)[2] for line in lines(capture, *arguments)]


@PASSES
@ANALYSIS
@pytest.mark.parametrize('byte', [b'\0', b'G'])
def test_a_keep_alive_before_the_first_data(byte, analysis, passes, lines, save):
    """It has the number of the SYN, in both directions."""
    packets = wire.circuit([('server', VERSION), ('client', VERSION)])
    alive = [
        wire.tcp(*CLIENT, byte, seq=1000, ack=6001),
        wire.tcp(*SERVER, byte, seq=6000, ack=1001),
    ]
    expected = said(lines, save(wire.capture(packets)))
    assert len(expected) == 2
    capture = save(wire.capture([*packets[:2], *alive, *packets[2:]]))
    assert said(lines, capture, *analysis, *passes) == expected


@PASSES
@ANALYSIS
@pytest.mark.parametrize('byte', [b'\0', b'G'])
def test_a_keep_alive_begins_the_capture(byte, analysis, passes, lines, save):
    """Sent again, and answered; each side then goes on."""
    alive = wire.tcp(*SERVER, byte, seq=6000, ack=1001)
    answer = wire.tcp(*CLIENT, seq=1001, ack=6001)
    packets = wire.circuit([('client', VERSION), ('server', UPDATES[0])])[2:]
    expected = said(lines, save(wire.capture(packets)))
    assert len(expected) == 2
    capture = save(wire.capture([alive, alive, answer, *packets]))
    assert said(lines, capture, *analysis, *passes) == expected


@PASSES
def test_a_keep_alive_begins_the_capture_on_an_unknown_port(passes, lines, save):
    alive = wire.tcp(wire.CLIENT_END, ('10.1.0.1', 42289), b'\0', seq=1000, ack=6001)
    packets = wire.circuit([('client', VERSION), ('server', VERSION)], server=('10.1.0.1', 42289))
    capture = save(wire.capture([alive, *packets[2:]]))
    assert len(said(lines, capture, *passes)) == 2


# ---- the same ports again --------------------------------------------------------------------


@PASSES
@pytest.mark.parametrize('port', [5064, 42289])
@pytest.mark.parametrize('later', [True, False])
def test_after_another_protocol_without_a_syn(later, port, passes, lines, save):
    """Its numbers are far from the old ones, before or after. TCP takes the former for repeated."""
    server = ('10.1.0.1', port)
    foreign = b'\x99\x88' + bytes(range(100, 249))
    packets = wire.circuit(
        [('client', foreign), ('server', foreign)], server=server, start=1 if later else 9000000
    )
    session = wire.circuit([('client', VERSION), *[('server', UPDATES[0] * 3)] * 2], server=server)
    expected = said(lines, save(wire.capture(session)))
    assert len(expected) == 7
    capture = save(wire.capture(packets + session[2:]))
    analysis = () if later else NO_ANALYSIS
    told = said(lines, capture, *analysis, *passes)
    found = [line for line in told if not line.startswith('Malformed(')]
    assert found == expected[-len(found) :] and len(found) >= 6


# ---- probes of a closed window ---------------------------------------------------------------

FIRST, SECOND = UPDATES[1], UPDATES[2]
PROBED = {
    'refused': [(0, FIRST[:1]), (0, FIRST), (SIZE, SECOND)],
    'refused, thrice': [(0, FIRST[:1])] * 3 + [(0, FIRST), (SIZE, SECOND)],
    'of a wrong byte': [(0, b'G'), (0, FIRST), (SIZE, SECOND)],
    'refused, then more than a message': [(0, FIRST[:1]), (0, FIRST + SECOND[:9]), (SIZE + 9, SECOND[9:])],
    'refused, then less than a message': [(0, FIRST[:1]), (0, FIRST[:9]), (9, FIRST[9:] + SECOND)],
    'taken': [(0, FIRST[:1]), (1, FIRST[1:]), (SIZE, SECOND)],
    'taken, then more than a message': [(0, FIRST[:1]), (1, FIRST[1:] + SECOND[:9]), (SIZE + 9, SECOND[9:])],
    'taken, then less than a message': [(0, FIRST[:1]), (1, FIRST[1:9]), (9, FIRST[9:] + SECOND)],
    'inside a message': [(0, FIRST[:9]), (9, FIRST[9:10]), (9, FIRST[9:]), (SIZE, SECOND)],
    'a byte at a time': [(at, (FIRST + SECOND)[at : at + 1]) for at in range(2 * SIZE)],
}


@PASSES
@pytest.mark.parametrize('kind', PROBED)
@pytest.mark.parametrize('alive', [False, True], ids=['', 'keep-alive'])
def test_a_probe_of_a_closed_window(alive, kind, passes, lines, save):
    """The window is 0 until the probe was answered. At the end a keep-alive with a byte may follow."""
    start = 6001 + len(VERSION)
    packets = wire.circuit([('client', VERSION), ('server', VERSION)])
    closed = wire.tcp(*CLIENT, seq=1001 + len(VERSION), ack=start, window=0)
    packets.append(closed)
    for at, data in PROBED[kind]:
        packets.append(wire.tcp(*SERVER, data, seq=start + at, ack=1017))
    if alive:
        packets.append(wire.tcp(*SERVER, SECOND[-1:], seq=start + 2 * SIZE - 1, ack=1017))
    told = said(lines, save(wire.capture(packets)), *passes)
    whole = wire.circuit([('client', VERSION), ('server', VERSION), ('server', FIRST + SECOND)])
    assert told == said(lines, save(wire.capture(whole)))
    assert len(told) == 4
