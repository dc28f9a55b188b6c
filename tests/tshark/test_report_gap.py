# SPDX-License-Identifier: GPL-2.0-or-later
"""Durations of messages that waited for bytes before them, which the capture lacks: from when they
were recorded, not from when the waiting was over."""

import struct
from decimal import Decimal

import pytest

import talk
import wire
from report_forms import read_json
from talk import client, create, created, hello, server, subscribe
from wire import message

STAMP = wire.NOON - 631152000  # seconds of 1990
VERSION = server(message(0, count=13))
OFF, ON = client(message(8)), client(message(9))


def update(id):
    value = struct.pack('>4xII4xd', STAMP, 0, 2.5)
    return server(message(1, value, type=20, count=1, p1=1, p2=id))


@pytest.fixture
def told(caw, save):
    """told(report, lost, *(seconds, chunk)): the rows of a capture without this packet."""

    def told(report, lost, *chunks):
        packets = wire.circuit([chunk for _, chunk in chunks])
        times = [0, 0, *(at for at, _ in chunks)]
        timed = [(wire.NOON + Decimal(str(at)), packet) for at, packet in zip(times, packets)]
        del timed[2 + lost]
        path = save(wire.pcap(wire.ethernet(timed)))
        return read_json(caw(report, '--json', path).stdout).get(report, [])

    return told


def test_to_create(told):
    """The answer is after one that is missing; then nobody says anything for long."""
    talked = (0, hello()), (0, VERSION), (1, create(1, 't:a')), (3, created(1, 11)), (40, client(talk.ECHO))
    (row,) = told('connect', 1, *talked)
    assert (row['create_s'], row['state']) == (2, 'connected')
    assert [row['max_s'] for row in told('srt', 1, *talked)] == [2]


SUBSCRIBED = [
    (0, hello()), (0, create(1, 't:a')), (0, created(1, 11)), (0, subscribe(11, 5)), (0, update(5)),
    (0, client(talk.ECHO)), (1, server(talk.ECHO)), (1, OFF),
    (2, update(5)), (2.01, update(5)), (2.02, ON), (40, OFF), (41, ON),
]  # fmt: skip


def test_of_updates(told):
    (row,) = told('channels', 6, *SUBSCRIBED)
    assert (row['updates'], row['max_gap_s']) == (3, 2)
    assert row['rate_hz'] == pytest.approx(2 / 2.01)


def test_ages(told):
    (row,) = told('servers', 6, *SUBSCRIBED)
    assert (row['age_min_s'], row['age_max_s']) == pytest.approx((2, 2.01))


def test_a_question_after_what_was_lost_long_ago(told):
    """It waits for nothing, so that its answer does not come before it."""
    talked = [
        (0, hello()), (0, VERSION), (1, client(message(8))), (1, VERSION), (16, client(talk.ECHO)),
        (16.1, server(talk.ECHO)), (20, OFF), (40, ON), (60, ON),
    ]  # fmt: skip
    (row,) = told('circuits', 2, *talked)
    assert (row['echoes'], row['echoes_answered']) == (1, 1)
    assert not told('errors', 2, *talked)


def test_until_the_end(told):
    """The last message of the server comes before the client's FIN, which is told with it."""
    talked = [*SUBSCRIBED[:9], (12, ('client', b''))]
    (row,) = told('circuits', 6, *talked)
    assert row['events_off_s'] == pytest.approx(1)
