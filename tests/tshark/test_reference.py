# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference itself: a tool that judges others has to be right."""

import gzip
import os

import pytest
from caproto import CLIENT, SERVER

import messages as made
import reference
import wire
from places import CAPTURES
from deviations import RULES, SHARK_RULES, expected_line, explain

ECHO = wire.message(23)
NAMES = [wire.message(20, wire.text('a' * n)) for n in (1, 8, 30)]


def commands(packets):
    return [(m.role, m.data) for m in reference.messages(wire.capture(packets))]


def whole_stream():
    return ECHO + b''.join(NAMES) + ECHO


EXPECTED = [(CLIENT, data) for data in (ECHO, *NAMES, ECHO)]


@pytest.mark.parametrize('size', [1, 5, 15, 17, 40, 1000])
def test_messages_do_not_depend_on_segments(size):
    pieces = [('client', piece) for piece in wire.cut(whole_stream(), size)]
    assert commands(wire.circuit(pieces)) == EXPECTED


def test_retransmitted_and_overlapping_segments_count_once():
    packets = wire.circuit([('client', piece) for piece in wire.cut(whole_stream(), 24)])
    overlap = wire.tcp(wire.CLIENT_END, wire.SERVER_END, whole_stream()[:40], seq=1001)
    assert commands(packets[:4] + packets[2:4] + [overlap] + packets[4:]) == EXPECTED


def test_segments_in_any_order_give_messages_in_stream_order():
    packets = wire.circuit([('client', piece) for piece in wire.cut(whole_stream(), 24)])
    assert commands(packets[:2] + packets[:1:-1]) == EXPECTED


def test_sequence_numbers_wrap():
    pieces = [('client', piece) for piece in wire.cut(whole_stream(), 24)]
    assert commands(wire.circuit(pieces, start=0xFFFFFFF0)) == EXPECTED


def test_a_new_syn_forgets_half_a_message():
    first = wire.circuit([('client', NAMES[2][:20])])
    second = wire.circuit([('client', whole_stream())], start=70000)
    assert commands(first + second) == EXPECTED


def test_roles_come_from_ports_or_from_the_syn():
    chunks = [('client', ECHO), ('server', ECHO)]
    elsewhere = wire.circuit(chunks, server=('10.1.0.1', 40001))
    assert commands(elsewhere) == [(CLIENT, ECHO), (SERVER, ECHO)]
    assert commands(wire.circuit(chunks)[2:]) == [(CLIENT, ECHO), (SERVER, ECHO)]


def test_half_a_message_in_a_datagram_is_stray():
    packet = wire.udp(wire.SEARCHER, wire.EVERYBODY, ECHO + NAMES[0][:20])
    assert [(m.stray, len(m.data)) for m in reference.messages(wire.capture([packet]))] == [
        (False, 16),
        (True, 20),
    ]


def test_every_capture_format_reads_the_same():
    captured = wire.ethernet(wire.timed(wire.circuit([('client', whole_stream())])))
    plain = list(reference.messages(wire.pcap(captured)))
    assert len(plain) == 5
    for other in (
        wire.pcapng(captured),
        wire.pcap(wire.vlan(captured)),
        wire.pcap(wire.cooked(captured), link=113),
        gzip.compress(wire.pcap(captured)),
    ):
        assert list(reference.messages(other)) == plain


def test_frames_reads_what_pcap_writes():
    captured = wire.ethernet(wire.timed([b'one', b'two'], start=wire.Decimal('1.123456789')))
    assert list(wire.frames(wire.pcap(captured, digits=9))) == captured


def every_message():
    for name in sorted(os.listdir(CAPTURES)):
        if name.endswith('.pcap'):
            yield from reference.messages(str(CAPTURES / name))
    for corpus in (made.every_data_type(), made.oddities()):
        yield from reference.messages(wire.capture(made.packets(list(corpus))))


def test_every_difference_to_caproto_has_a_rule_and_every_rule_is_needed():
    needed = set()
    for message in every_message():
        expected_line(message)  # fails where no rule explains what caproto cannot do
        needed.update(explain(message)[1])
    assert needed == {rule.name for rule in RULES}


def test_the_rules_are_the_documented_ones():
    numbers = {rule.name.split()[0] for rule in RULES} | SHARK_RULES.keys()
    assert numbers == {f'D{n}' for n in range(1, 12)}
