# SPDX-License-Identifier: GPL-2.0-or-later
"""The report on channels and subscriptions: every row and cell against the tracker."""

import struct
from decimal import Decimal

import dpkt
import pytest

import talk
import wire
import expect_circuits
from compare import RECORDED, decode_as, ports_of
from converse import Talk
from expect_channels import COLUMNS, expected
from forms import read_json
from report_forms import assert_forms, assert_report
from talk import (
    ANYBODY, NO_WRITE, cancel, clear, cleared, client, create, created, failing, gone, hello, read,
    refused, server, subscribe, unsubscribed, update, value, write, write_notify, written,
)  # fmt: skip
from test_report_circuits import FIN, RST, after
from test_reports import report, window  # noqa: F401
from wire import message

MS = Decimal('0.001')


@pytest.fixture
def tables(caw, save):
    """tables(chunks): the report of a circuit, a packet each millisecond, as it has to be."""

    def tables(*chunks, whole=True, more=()):
        packets = wire.circuit(chunks)[0 if whole else 2 :]
        packets += [after(packets, *each) for each in more]
        capture = wire.pcap(wire.ethernet(wire.timed(packets, step=MS)))
        text = caw('-z', 'ca,channels,json', save(capture)).stdout
        assert_report(text, expected(capture), COLUMNS)
        return read_json(text)

    return tables


def cells(rows, *keys):
    return [tuple(row[key] for key in keys) for row in rows]


def milliseconds(number):
    return wire.NOON * 10**9 + number * 10**6


def masked(sid, id, mask, type=talk.DOUBLE, count=1):
    payload = struct.pack('>fffHH', 0, 0, 0, mask, 0)
    return client(message(1, payload, type=type, count=count, p1=sid, p2=id))


# ---- recorded --------------------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_every_capture(name, caw, stage):
    path = stage / 'captures' / name
    wanted = expected(str(path), ports_of(name))
    assert_report(caw('-z', 'ca,channels,json', path).stdout, wanted, COLUMNS)


@pytest.mark.parametrize('name', ['caproto.pcap', 'midstream.pcap', 'twoiocs.pcap', 'monitors.pcap',
                                  'oddities.pcap'])  # fmt: skip
def test_all_forms_say_the_same(name, caw, report, window, stage):  # noqa: F811
    path = stage / 'captures' / name
    assert_forms((caw, report, window), path, 'channels', COLUMNS, decode_as(name))


# ---- the life of a channel -------------------------------------------------------------------


def test_a_whole_life(tables):
    """SYN and its answer are 0 and 1."""
    found = tables(
        create(1, 't:a'), created(1, 11), read(11, 2), value(2), subscribe(11, 3), update(3),
        write(11, 1), write_notify(11, 4), written(4), update(3), update(3), cancel(11, 3),
        unsubscribed(11, 3), clear(11, 1), cleared(11, 1), more=[('client', FIN)],
    )  # fmt: skip
    (row,) = found['channels']
    assert cells([row], 'pv', 'cid', 'sid', 'type', 'count', 'rights', 'subscriptions', 'updates',
                 'gets', 'puts') == [
        ('t:a', 1, 11, 'DBR_DOUBLE', 1, 'read write', 1, 3, 1, 2)]  # fmt: skip
    assert row['opened_ns'] == milliseconds(3) and row['closed_ns'] == milliseconds(16)
    assert row['rate_hz'] == pytest.approx(2 / 0.005) and row['max_gap_s'] == 0.004
    assert cells(found['subscriptions'], 'sub', 'mask', 'updates', 'first_ns', 'same_as') == [
        (3, 'VALUE|ALARM', 3, milliseconds(6), None)]  # fmt: skip
    assert found['pvs'][0]['bytes'] == row['bytes'] == 24 + 32 + 16 + 24 + 32 + 24 + 24 + 24 + 16 + (
        2 * 24 + 16 + 16 + 16 + 16)  # fmt: skip


@pytest.mark.parametrize(
    'ended, moment',
    [(gone(1), 4), (client(talk.ECHO), 5)],
)
def test_what_ends_a_channel(ended, moment, tables):
    """SERVER_DISCONN, or the circuit."""
    found = tables(create(1, 't:a'), created(1, 11), ended, more=[('server', RST)])
    assert cells(found['channels'], 'closed_ns') == [(milliseconds(moment),)]


def test_channels_that_never_opened(tables):
    """Refused, failed, not answered: a row each, and nothing that opened or closed."""
    request = client(message(18, wire.text('t:c'), p1=3, p2=13))
    found = tables(
        create(1, 't:a'), refused(1), request, failing(request[1], talk.BAD_CHANNEL, 3),
        create(4, 't:d'), create(5, 't:a'), created(5, 11), more=[('server', FIN)],
    )  # fmt: skip
    assert cells(found['channels'], 'pv', 'cid', 'sid', 'opened_ns', 'closed_ns', 'same_as') == [
        ('t:a', 1, None, None, None, None), ('t:c', 3, None, None, None, None),
        ('t:d', 4, None, None, None, None),
        ('t:a', 5, 11, milliseconds(8), milliseconds(9), None)]  # fmt: skip


def test_rights_are_the_latest(tables):
    found = [
        tables(create(1, 't:a'), created(1, 11), server(message(22, p1=1, p2=rights)))
        for rights in (0, 1, 2, 3)
    ]
    assert [f['channels'][0]['rights'] for f in found] == ['none', 'read', 'write', 'read write']


def test_ids_that_are_used_again(tables):
    """What is on its way when a channel or a subscription ends still belongs to it."""
    found = tables(
        create(1, 't:a'), created(1, 11), subscribe(11, 3), update(3), cancel(11, 3),
        unsubscribed(11, 3), update(3), gone(1), read(11, 4), subscribe(11, 5),
        create(1, 't:b'), created(1, 11), subscribe(11, 3), update(3), read(11, 6), value(6),
    )  # fmt: skip
    assert cells(found['channels'], 'pv', 'cid', 'sid', 'subscriptions', 'updates', 'gets') == [
        ('t:a', 1, 11, 2, 2, 1), ('t:b', 1, 11, 1, 1, 1)]  # fmt: skip
    assert cells(found['subscriptions'], 'pv', 'sub', 'updates') == [
        ('t:a', 3, 2), ('t:a', 5, 0), ('t:b', 3, 1)]  # fmt: skip


def test_errors_belong_to_their_channel(tables):
    put = write(11, 1)
    found = tables(create(1, 't:a'), created(1, 11), put, failing(put[1], NO_WRITE, 1),
                   failing(put[1], NO_WRITE, ANYBODY))  # fmt: skip
    error = 16 + 16 + 16  # header, header of the request, text
    assert cells(found['channels'], 'bytes', 'puts') == [(24 + 32 + 24 + 2 * error, 1)]


# ---- twice -----------------------------------------------------------------------------------


def test_a_channel_that_is_there_already(tables):
    """Three times in one segment, then once more when the first is cleared."""
    three = client(*(create(cid, 't:a')[1] for cid in (1, 2, 3)))
    found = tables(
        three, created(1, 11), created(2, 12), created(3, 13), clear(11, 1), cleared(11, 1),
        create(4, 't:a'), created(4, 14), create(5, 't:b'), created(5, 15),
    )  # fmt: skip
    assert cells(found['channels'], 'cid', 'same_as') == [
        (1, None), (2, 3), (3, 3), (4, 3), (5, None)]  # fmt: skip


def test_another_circuit_may_have_it_too(caw, save):
    packets = wire.circuit([create(1, 't:a'), created(1, 11)])
    packets += wire.circuit([create(1, 't:a'), created(1, 11)], client=('10.1.0.9', 40009))
    capture = wire.pcap(wire.ethernet(wire.timed(packets, step=MS)))
    text = caw('-z', 'ca,channels,json', save(capture)).stdout
    assert_report(text, expected(capture), COLUMNS)
    found = read_json(text)
    assert cells(found['channels'], 'same_as') == [(None,), (None,)]
    assert cells(found['pvs'], 'pv', 'channels') == [('t:a', 2)]
    assert cells(found['clients'], 'client') == [('10.1.0.2',), ('10.1.0.9',)]


def test_a_subscription_that_is_there_already(tables):
    """The same type, count and mask; until the cancel is confirmed."""
    found = tables(
        create(1, 't:a'), created(1, 11), masked(11, 1, 1), masked(11, 2, 1), masked(11, 3, 5),
        masked(11, 4, 1, count=0), masked(11, 5, 1, type=20), cancel(11, 1), unsubscribed(11, 1),
        masked(11, 6, 1), cancel(11, 2), unsubscribed(11, 2), cancel(11, 6), unsubscribed(11, 6),
        masked(11, 7, 1),
    )  # fmt: skip
    assert cells(found['subscriptions'], 'sub', 'type', 'count', 'same_as') == [
        (1, 'DBR_DOUBLE', 1, None), (2, 'DBR_DOUBLE', 1, 5), (3, 'DBR_DOUBLE', 1, None),
        (4, 'DBR_DOUBLE', 0, None), (5, 'DBR_TIME_DOUBLE', 1, None), (6, 'DBR_DOUBLE', 1, 6),
        (7, 'DBR_DOUBLE', 1, None)]  # fmt: skip


def test_masks(tables):
    masks = [1, 2, 4, 8, 15]
    found = tables(create(1, 't:a'), created(1, 11), *(masked(11, m, m) for m in masks))
    assert cells(found['subscriptions'], 'mask') == [
        ('VALUE',), ('LOG',), ('ALARM',), ('PROPERTY',), ('VALUE|LOG|ALARM|PROPERTY',)]  # fmt: skip


@pytest.mark.parametrize('mask, told', [(0, '0x0'), (0x10, '0x10'), (0x8001, 'VALUE|0x8000')])
def test_a_mask_that_means_nothing(mask, told, caw, save):
    capture = wire.capture(wire.circuit([create(1, 't:a'), created(1, 11), masked(11, 1, mask)]))
    found = read_json(caw('-z', 'ca,channels,json', save(capture)).stdout)
    assert cells(found['subscriptions'], 'mask') == [(told,)]


# ---- created before the capture --------------------------------------------------------------


def test_a_capture_that_begins_in_the_middle(tables):
    """A row for each sid, and for each subscription of which no message tells the sid."""
    found = tables(
        hello(), update(3), update(4), read(11, 5), value(5), subscribe(11, 6), update(6),
        write(12, 9), update(3), clear(12, 9), cleared(12, 9), create(1, 't:a'), created(1, 13),
        whole=False, more=[('server', FIN)],
    )  # fmt: skip
    keys = 'pv', 'cid', 'sid', 'type', 'subscriptions', 'updates', 'gets', 'puts', 'opened_ns'
    assert cells(found['channels'], *keys) == [
        (None, None, None, None, 1, 2, 0, 0, None), (None, None, None, None, 1, 1, 0, 0, None),
        (None, None, 11, None, 1, 1, 1, 0, None), (None, None, 12, None, 0, 0, 0, 1, None),
        ('t:a', 1, 13, 'DBR_DOUBLE', 0, 0, 0, 0, milliseconds(12))]  # fmt: skip
    assert [row['closed_ns'] for row in found['channels']] == [
        milliseconds(n) for n in (13, 13, 13, 10, 13)]  # fmt: skip
    assert cells(found['subscriptions'], 'sub', 'type', 'count', 'mask', 'first_ns') == [
        (3, 'DBR_DOUBLE', None, None, None), (4, 'DBR_DOUBLE', None, None, None),
        (6, 'DBR_DOUBLE', 1, 'VALUE|ALARM', milliseconds(5))]  # fmt: skip
    assert {row['pv'] for row in found['pvs']} == {None, 't:a'}


def test_a_cancel_of_what_began_earlier(tables):
    """Its confirmation is of the channel that the cancel names."""
    found = tables(hello(), update(3), cancel(11, 3), unsubscribed(11, 3), whole=False)
    assert cells(found['channels'], 'sid', 'updates', 'bytes') == [(None, 1, 24), (11, 0, 32)]


def test_the_answer_to_a_creation_alone(tables):
    found = tables(hello(), created(1, 11), read(11, 5), whole=False)
    assert cells(found['channels'], 'pv', 'cid', 'sid', 'type', 'gets', 'same_as') == [
        (None, 1, 11, 'DBR_DOUBLE', 1, None)]  # fmt: skip


def test_before_anybody_knows_who_serves(caw, report, window, save):  # noqa: F811
    """A port that nobody has named, and no handshake: these could be anybody's at first."""
    end = '10.1.0.1', 37777
    packets = wire.circuit([
        server(message(0, count=13)), client(message(12, p1=7, p2=3)), client(talk.ECHO),
        server(talk.ECHO), server(message(12, p1=7, p2=3)), hello(), create(1, 't:a'),
        created(1, 11), subscribe(11, 2), update(2),
    ], server=end)[2:]  # fmt: skip
    capture = wire.pcap(wire.ethernet(wire.timed(packets, step=MS)))
    path = save(capture)
    text = caw('-z', 'ca,channels,json', path).stdout
    assert_report(text, expected(capture, (37777,)), COLUMNS)
    assert cells(read_json(text)['channels'], 'pv', 'sid', 'closed_ns') == [
        (None, 7, milliseconds(4)), ('t:a', 11, None)]  # fmt: skip
    assert_forms((caw, report, window), path, 'channels', COLUMNS, ['-d', 'tcp.port==37777,ca'])


# ---- what nobody thinks of -------------------------------------------------------------------


def random_talk(seed):
    """One in three begins before the capture; half are ended by somebody."""
    midstream = seed % 3 == 0
    packets = wire.circuit(Talk(seed, midstream).goes_on(60))[2 if midstream else 0 :]
    if seed % 2:
        packets.append(after(packets, ['client', 'server'][seed // 2 % 2], [FIN, RST][seed % 5 % 2]))
    return wire.pcap(wire.ethernet(wire.timed(packets, step=MS)))


@pytest.mark.parametrize('seed', range(60))
def test_random_talks(seed, caw, save):
    capture = random_talk(seed)
    path = save(capture)
    assert_report(caw('-z', 'ca,channels,json', path).stdout, expected(capture), COLUMNS)
    wanted = expect_circuits.expected(capture)
    columns = {'circuits': expect_circuits.COLUMNS}
    assert_report(caw('-z', 'ca,circuits,json', path).stdout, wanted, columns)


@pytest.mark.parametrize('seed', [1])
def test_random_talks_in_all_forms(seed, caw, report, window, save):  # noqa: F811
    assert_forms((caw, report, window), save(random_talk(seed)), 'channels', COLUMNS)


# ---- a new circuit on the same ports, and all forms ------------------------------------------


def test_ports_that_are_used_again(caw, report, window, save):  # noqa: F811
    talked = [create(1, 't:a'), created(1, 11), masked(11, 2, 1), update(2), masked(11, 3, 1),
              update(3), create(2, 't:a'), created(2, 12), read(99, 4)]  # fmt: skip
    packets = wire.circuit(talked) + wire.circuit(talked, start=900000)
    packets.append(after(packets, 'server', dpkt.tcp.TH_RST))
    capture = wire.pcap(wire.ethernet(wire.timed(packets, step=MS)))
    path = save(capture)
    text = caw('-z', 'ca,channels,json', path).stdout
    assert_report(text, expected(capture), COLUMNS)
    assert cells(read_json(text)['channels'], 'pv', 'sid', 'same_as') == [
        ('t:a', 11, None), ('t:a', 12, 3), (None, 99, None),
        ('t:a', 11, None), ('t:a', 12, 14), (None, 99, None)]  # fmt: skip
    assert_forms((caw, report, window), path, 'channels', COLUMNS)
