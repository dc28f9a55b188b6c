# SPDX-License-Identifier: GPL-2.0-or-later
"""The report on circuits: every row and cell against the tracker."""

from decimal import Decimal

import dpkt
import pytest

import talk
import wire
from compare import RECORDED, decode_as, ports_of
from expect_circuits import COLUMNS, expected
from forms import read_json
from report_forms import assert_forms, assert_report
from talk import ECHO, client, create, hello, server, update
from test_reports import report, window  # noqa: F401
from wire import ACK, CLIENT_END, SERVER_END, SYN, message

TABLES = {'circuits': COLUMNS}
FIN, RST = dpkt.tcp.TH_FIN | ACK, dpkt.tcp.TH_RST
MS = Decimal('0.001')
OFF, ON = client(message(8)), client(message(9))
SERVER_VERSION = server(message(0, count=13))


@pytest.fixture
def rows(caw, save):
    """rows(packets, ms apart): those of a capture, as they have to be."""

    def rows(packets, step=1, ports=(5064,)):
        capture = wire.pcap(wire.ethernet(wire.timed(packets, step=step * MS)))
        text = caw('-z', 'ca,circuits,json', save(capture)).stdout
        assert_report(text, expected(capture, ports), TABLES)
        return read_json(text)['circuits']

    return rows


def circuit(*chunks, **options):
    return wire.circuit([SERVER_VERSION, hello(), *chunks], **options)


def after(packets, side, flags, ends=(CLIENT_END, SERVER_END)):
    """A packet without data that this side sends after these."""
    source, target = ends if side == 'client' else ends[::-1]
    sent = [dpkt.ip.IP(p).data for p in packets]
    mine = [s for s in sent if (s.sport, s.dport) == (source[1], target[1])]
    seq = max(s.seq + len(s.data) + bool(s.flags & SYN) for s in mine)
    return wire.tcp(source, target, seq=seq, ack=1, flags=flags)


def created_by(cid):
    return [create(cid, f't:{cid}'), talk.created(cid, 10 + cid)]


# ---- recorded --------------------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_every_capture(name, caw, stage):
    path = stage / 'captures' / name
    wanted = expected(str(path), ports_of(name))
    assert_report(caw('-z', 'ca,circuits,json', path).stdout, wanted, TABLES)


@pytest.mark.parametrize('name', ['caproto.pcap', 'midstream.pcap', 'twoiocs.pcap', 'puts.pcap',
                                  'oddities.pcap'])  # fmt: skip
def test_all_forms_say_the_same(name, caw, report, window, stage):  # noqa: F811
    path = stage / 'captures' / name
    assert_forms((caw, report, window), path, 'circuits', TABLES, decode_as(name))


# ---- how they end ----------------------------------------------------------------------------


def only(rows, *keys):
    (row,) = rows
    return tuple(row[key] for key in keys)


@pytest.mark.parametrize(
    'side, flags, by, lost',
    [('client', FIN, 'client FIN', 0), ('client', RST, 'client RST', 2),
     ('server', FIN, 'server FIN', 2), ('server', RST, 'server RST', 2)],
)  # fmt: skip
def test_who_ends_it(side, flags, by, lost, rows):
    """What the other one does then ends nothing more. Of three channels one was cleared."""
    packets = circuit(*created_by(1), *created_by(2), *created_by(3), talk.clear(11, 1),
                      talk.cleared(11, 1))  # fmt: skip
    ends = [after(packets, side, flags), after(packets, 'server', RST)]
    keys = 'closed_by', 'channels', 'channels_lost', 'idle_s'
    assert only(rows(packets + ends), *keys) == (by, 3, lost, 0.001)


def test_a_server_that_says_goodbye(rows):
    packets = circuit(*created_by(1), *created_by(2), talk.gone(1), talk.gone(1), talk.gone(9))
    keys = 'closed_by', 'channels_lost'
    assert only(rows([*packets, after(packets, 'server', FIN)]), *keys) == (
        'server FIN after SERVER_DISCONN', 2)  # fmt: skip
    assert only(rows([*packets, after(packets, 'client', FIN)]), *keys) == ('client FIN', 1)


def test_ports_that_are_used_again(rows):
    """The first circuit has ended unseen."""
    first, second = circuit(*created_by(1)), circuit(*created_by(2), start=900000)
    one, two = rows(first + second)
    assert (one['closed_by'], one['channels_lost'], two['closed_by']) == ('new SYN', 1, None)
    assert one['closed_ns'] == two['opened_ns'] - 10**6  # the SYN, and its answer
    assert two['idle_s'] is None and two['user'] == 'operator'


def test_what_comes_after_the_end_counts(rows):
    packets = circuit(*created_by(1), talk.subscribe(11, 5), update(5))
    late = update(5)[1]
    at = dpkt.ip.IP(after(packets, 'server', ACK)).data.seq
    packets += [after(packets, 'client', FIN), wire.tcp(SERVER_END, CLIENT_END, late, seq=at)]
    row = only(rows(packets), 'idle_s', 'messages', 'closed_by')
    assert row == (0.001, 10, 'client FIN')


# ---- what is a circuit -----------------------------------------------------------------------


def test_only_what_carries_channel_access(rows):
    refused, mute = ('10.1.0.2', 40301), ('10.1.0.2', 40302)
    packets = [
        wire.tcp(refused, SERVER_END, seq=7, flags=SYN),
        wire.tcp(SERVER_END, refused, ack=8, flags=RST | ACK),
        wire.tcp(mute, SERVER_END, seq=7, flags=SYN),
        wire.tcp(SERVER_END, mute, seq=9, ack=8, flags=SYN | ACK),
        *circuit(),
    ]
    assert only(rows(packets), 'client', 'messages') == ('10.1.0.2:40100', 4)


def test_opened_by_the_answer_or_the_only_syn(rows):
    whole = circuit()
    for packets, moment in ((whole, 1), ([whole[0], *whole[2:]], 0), (whole[2:], None)):
        opened = wire.NOON * 10**9 + moment * 10**6 if moment is not None else None
        assert only(rows(packets), 'opened_ns') == (opened,)


def test_before_anybody_knows_who_serves(rows):
    """A port that nobody has named, and no handshake: echoes could be anybody's."""
    end = '10.1.0.1', 37777
    packets = wire.circuit([SERVER_VERSION, client(ECHO), server(ECHO), hello(), *created_by(1)],
                           server=end)[2:]  # fmt: skip
    packets.append(after(packets, 'server', FIN, (CLIENT_END, end)))
    keys = 'server', 'version_server', 'echoes', 'echoes_answered', 'closed_by', 'channels_lost'
    assert only(rows(packets, ports=(37777,)), *keys) == (
        '10.1.0.1:37777', '4.13', 1, 1, 'server FIN', 1)  # fmt: skip


# ---- what they carry -------------------------------------------------------------------------


def test_echoes_and_updates_held_back(rows):
    packets = circuit(client(ECHO), server(ECHO), OFF, OFF, ON, client(ECHO), OFF, ON, OFF,
                      client(ECHO))  # fmt: skip
    keys = 'echoes', 'echoes_answered', 'events_off_s'
    assert only(rows(packets), *keys) == (3, 1, 0.004)
    assert only(rows([*packets, after(packets, 'client', FIN)]), *keys) == (3, 1, 0.005)


def test_versions_and_priority(rows):
    """A name server's client repeats its VERSION with a number where others have nothing."""
    first = client(message(0, type=42, count=11))
    again = client(message(0, type=1, count=11, p1=77), talk.search(1, 't:a'))
    packets = wire.circuit([server(message(0, count=12)), first, again])
    keys = 'version_client', 'version_server', 'priority', 'user'
    assert only(rows(packets), *keys) == ('4.11', '4.12', 42, None)
    late = client(message(0, type=1, count=11, p1=77), talk.search(1, 't:a'))
    assert only(rows(wire.circuit([late])), *keys) == ('4.11', None, None, None)
    old = wire.circuit([client(message(18, wire.text('t:a'), p1=1, p2=8))])
    assert only(rows(old), *keys) == ('4.8', None, None, None)


def test_who_the_client_says_it_is(rows):
    """The first name that a channel was created under stands."""
    packets = circuit(*created_by(1), client(message(20, wire.text('other'))))
    assert only(rows(packets), 'user', 'host') == ('operator', 'console3')


def test_bytes_are_headers_and_payloads(rows):
    """Of a long header, too."""
    data = bytes(0x10008)
    put = message(4, data, type=4, count=len(data), p1=11, p2=1)
    pieces = [('client', piece) for piece in wire.cut(put, 30000)]
    packets = wire.circuit([create(1, 't:a'), talk.created(1, 11), *pieces])
    created = 16 + 8 + 2 * 16
    assert only(rows(packets), 'bytes', 'messages') == (created + 24 + len(data), 4)


def test_every_form_of_a_made_one(caw, report, window, save):  # noqa: F811
    packets = circuit(*created_by(1), client(ECHO), OFF, talk.gone(1))
    packets.append(after(packets, 'server', RST))
    packets += circuit(*created_by(2), start=900000) + wire.circuit(
        created_by(3), client=('10.1.0.9', 40005))[2:]  # fmt: skip
    path = save(wire.pcap(wire.ethernet(wire.timed(packets, step=MS))))
    assert_forms((caw, report, window), path, 'circuits', TABLES)
