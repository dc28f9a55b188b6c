# SPDX-License-Identifier: GPL-2.0-or-later
"""The search report: every row and cell against the tracker."""

from decimal import Decimal

import pytest

import expect_search
import talk
import wire
from compare import RECORDED, decode_as, ports_of
from expect_search import CLIENTS, COLUMNS, SECONDS, expected
from forms import read_json
from report_forms import assert_forms, assert_report
from test_reports import report, window  # noqa: F401
from wire import EVERYBODY, SEARCHER, SERVER_END

TABLES = {'search': COLUMNS, 'clients': CLIENTS, 'seconds': SECONDS}


@pytest.fixture
def tables(caw, save):
    """tables(timed packets): the report of a capture of (milliseconds, packet), as it has to be."""

    def tables(timed):
        timed = [(wire.NOON + Decimal(ms) / 1000, packet) for ms, packet in timed]
        capture = wire.pcap(wire.ethernet(timed))
        text = caw('-z', 'ca,search,json', save(capture)).stdout
        assert_report(text, expected(capture), TABLES)
        return read_json(text)

    return tables


def asked(client, name, cid=1, number=1, to=EVERYBODY):
    return wire.udp(client, to, talk.version(number) + talk.search(cid, name))


def answered(server, client, cid=1, number=1, **where):
    return wire.udp(server, client, talk.version(number) + talk.found(cid, **where))


# ---- recorded --------------------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_every_capture(name, caw, stage):
    path = stage / 'captures' / name
    wanted = expected(str(path), ports_of(name))
    assert_report(caw('-z', 'ca,search,json', path).stdout, wanted, TABLES)


@pytest.mark.parametrize('name', RECORDED)
def test_all_forms_say_the_same(name, caw, report, window, stage):  # noqa: F811
    path = stage / 'captures' / name
    assert_forms((caw, report, window), path, 'search', TABLES, decode_as(name))


# ---- by hand ---------------------------------------------------------------------------------


def test_never_answered_first_then_by_count(tables):
    found = tables(
        [(100 * n, asked(SEARCHER, 't:none', 1, n + 1)) for n in range(3)]
        + [(400 + n, asked(SEARCHER, 't:rare', 2, 10 + n)) for n in range(2)]
        + [(500 + n, asked(SEARCHER, 't:a', 3, 20 + n)) for n in range(9)]
        + [(510, answered(SERVER_END, SEARCHER, 3, 28))]
    )
    shown = [(r['pv'], r['searches'], r['rate_hz'], r['answer_s']) for r in found['search']]
    assert shown == [
        ('t:none', 3, pytest.approx(10), None),
        ('t:rare', 2, pytest.approx(1000), None),
        ('t:a', 9, pytest.approx(1000), 0.01),
    ]
    assert found['clients'] == [
        {'client': '10.1.0.2', 'searches': 14, 'pvs': 3, 'unanswered_pvs': 2}
    ]


def test_a_name_that_one_socket_of_the_client_finds(tables):
    """Its other sockets ask in vain: that is not a PV that nobody has."""
    other = (SEARCHER[0], 40009)
    found = tables([
        (0, asked(other, 't:a')), (50, asked(SEARCHER, 't:a')),
        (51, answered(SERVER_END, SEARCHER)), (60, asked(other, 't:b', 2, 2)),
    ])  # fmt: skip
    assert [(r['client'], r['servers']) for r in found['search']] == [
        ('10.1.0.2:40009', []), ('10.1.0.2:40009', []), ('10.1.0.2:40001', ['10.1.0.1:5064']),
    ]  # fmt: skip
    assert [(r['pvs'], r['unanswered_pvs']) for r in found['clients']] == [(2, 1)]


def test_two_servers_with_one_name(tables):
    """The same one again, over another route, is one."""
    second = ('10.1.0.8', 5064)
    (row,) = tables([
        (0, asked(SEARCHER, 't:a')), (1, answered(SERVER_END, SEARCHER)),
        (2, answered(second, SEARCHER, port=40123)), (3, answered(SERVER_END, SEARCHER)),
    ])['search']  # fmt: skip
    assert row['servers'] == ['10.1.0.1:5064', '10.1.0.8:40123'] and row['answer_s'] == 0.001


def test_each_destination_counts(tables):
    """One datagram to two of them; to the same one again within a millisecond it is a copy."""
    other = ('10.2.0.255', 5064)
    (row,) = tables([
        (0, asked(SEARCHER, 't:a')), (0.1, asked(SEARCHER, 't:a', to=other)),
        (0.3, asked(SEARCHER, 't:a')), (30, asked(SEARCHER, 't:a', number=2)),
    ])['search']  # fmt: skip
    assert (row['searches'], row['destinations']) == (3, ['10.1.0.255:5064', '10.2.0.255:5064'])


def test_a_repeater_that_passes_searches_on(tables):
    """Who searches the repeater's port is heard by all clients of that host."""
    repeater, listener = (SEARCHER[0], 50000), (SEARCHER[0], 40009)
    found = tables([
        (0, asked(listener, 't:b', 7)), (5, asked(SEARCHER, 't:a', to=('10.1.0.255', 5065))),
        (6, asked(repeater, 't:a', to=listener)),
    ])['search']  # fmt: skip
    assert [(r['pv'], r['destinations']) for r in found] == [
        ('t:b', ['10.1.0.255:5064']), ('t:a', ['10.1.0.255:5065']),
    ]  # fmt: skip


GATEWAY, GATEWAY_SERVES = ('10.1.0.5', 40500), ('10.1.0.5', 5064)
BEHIND = ('10.1.0.7', 5064)


def through_the_gateway(client, at, number):
    return [
        (at, asked(client, 't:a', number=number)),
        (at + 3, answered(GATEWAY_SERVES, client, number=number)),
    ]


@pytest.mark.parametrize('known', [False, True], ids=['asks first', 'has known it'])
def test_a_gateway(known, tables):
    """It asks itself before it answers, or did so for an earlier client, or long before."""
    asks = [(1, asked(GATEWAY, 't:a', 9)), (2, answered(BEHIND, GATEWAY, 9))]
    packets = sorted(
        [(-5 if known else ms, packet) for ms, packet in asks]
        + through_the_gateway(SEARCHER, 0, 1) + through_the_gateway(('10.1.0.3', 40003), 100, 1),
        key=lambda each: each[0],
    )  # fmt: skip
    rows = tables([(ms + 1000, packet) for ms, packet in packets])['search']
    assert {r['client']: r['servers'] for r in rows} == {
        '10.1.0.5:40500': ['10.1.0.7:5064'],
        '10.1.0.2:40001': ['10.1.0.5:5064 -> 10.1.0.7:5064'],
        '10.1.0.3:40003': ['10.1.0.5:5064 -> 10.1.0.7:5064'],
    }


def test_a_gateway_that_is_heard_before_what_is_behind_it(tables):
    """The row is put right when the gateway's own answer comes."""
    rows = tables([
        *through_the_gateway(SEARCHER, 0, 1), (10, asked(GATEWAY, 't:a', 9)),
        (11, answered(GATEWAY_SERVES, GATEWAY, 9)), (12, answered(BEHIND, GATEWAY, 9)),
    ])['search']  # fmt: skip
    assert [r['servers'] for r in rows] == [
        ['10.1.0.5:5064 -> 10.1.0.7:5064'],
        ['10.1.0.5:5064 -> 10.1.0.7:5064', '10.1.0.7:5064'],
    ]


def test_a_client_beside_a_server_is_no_gateway(tables):
    """It searches another name, or only its own host answers it."""
    rows = tables([
        (0, asked(SEARCHER, 't:a')), (1, answered(GATEWAY_SERVES, SEARCHER)),
        (2, asked(GATEWAY, 't:other', 9)), (3, answered(BEHIND, GATEWAY, 9)),
        (4, asked(GATEWAY, 't:a', 10, 2)), (5, answered(GATEWAY_SERVES, GATEWAY, 10, 2)),
    ])['search']  # fmt: skip
    assert all('->' not in server for r in rows for server in r['servers'])


def test_a_name_server(tables):
    """Over TCP; NOT_FOUND is no answer."""
    search = ('client', talk.version(1) + talk.search(1, 't:a') + talk.search(2, 't:b', 10))
    packets = wire.circuit([
        talk.hello(), search, talk.found_over_tcp(1, address=0x0A010007), talk.not_found(2), search,
    ])  # fmt: skip
    rows = tables([(10 * n, packet) for n, packet in enumerate(packets)])['search']
    assert [(r['pv'], r['via'], r['searches'], r['servers'], r['destinations']) for r in rows] == [
        ('t:b', 'tcp', 2, [], ['10.1.0.1:5064']),
        ('t:a', 'tcp', 2, ['10.1.0.7:5064'], ['10.1.0.1:5064']),
    ]


def test_seconds_of_a_storm(tables):
    """A restart: searches, the beacon that made clients search, circuits that are tried twice."""
    beacon = [
        (at, wire.udp(('10.1.0.1', 50020), ('10.1.0.255', 5065), talk.beacon(number)))
        for number, at in enumerate([0, 15000, 30000, 32200], 7)
    ]
    syn = wire.tcp(wire.CLIENT_END, SERVER_END, seq=7, flags=wire.SYN)
    opening = [talk.hello(), talk.create(1, 't:a'), talk.created(1, 5)]
    rest = [
        (32300, asked(SEARCHER, 't:a')), (32310, answered(SERVER_END, SEARCHER)),
        (32320, syn), (33320, syn), (33900, asked(('10.1.0.3', 40001), 't:a')),
        (33950, asked(SEARCHER, 't:b', 2, 2)),
        *((34100 + n, p) for n, p in enumerate(wire.circuit(opening, client=('10.1.0.2', 40333)))),
    ]  # fmt: skip
    rows = tables(beacon + rest)['seconds']
    first = wire.NOON * 10**9
    assert [[(r['second_ns'] - first) // 10**9, *list(r.values())[1:]] for r in rows] == [
        [32, 1, 1, 1, 1, 0, 1],
        [33, 2, 2, 0, 1, 0, 0],
        [34, 0, 0, 0, 1, 1, 0],
    ]


def test_rows_of_a_filter(caw, report, window, save):  # noqa: F811
    """Of the answers alone: what was asked is known, how often is not."""
    packets = [asked(SEARCHER, 't:a'), answered(SERVER_END, SEARCHER)]
    path = save(wire.capture(packets))
    (row,) = read_json(report(path, 'ca,search,json,ip.src == 10.1.0.1'))['search']
    assert (row['pv'], row['searches'], row['first_ns'], row['answer_s'], row['servers']) == (
        't:a', 0, None, None, ['10.1.0.1:5064'],
    )  # fmt: skip


def test_every_form_of_a_gateway(caw, report, window, save):  # noqa: F811
    """The GUI's table changes rows that are there."""
    packets = [
        *through_the_gateway(SEARCHER, 0, 1), (10, asked(GATEWAY, 't:a', 9)),
        (12, answered(BEHIND, GATEWAY, 9)),
    ]  # fmt: skip
    path = save(wire.capture([packet for _, packet in packets]))
    assert_forms((caw, report, window), path, 'search', TABLES)
    assert expect_search.expected(str(path))['search'][0]['servers']
