# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose PV, which answer, how long: every message of tshark against the tracker.

The tracker knows the protocol's rules; what a made circuit must show is also written down here.
"""

import functools
import json
import re
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest

import reference
import talk
import tracker
import wire
from compare import RECORDED, decode_as, ports_of
from places import CAPTURES
from talk import ANYBODY, client, create, created, hello, read, server, value
from wire import CLIENT_END, EVERYBODY, SEARCHER, SERVER_END, message

FIELDS = ('pv', 'create_in', 'response_in', 'response_to', 'time', 'user', 'host')
FEW_ELEMENTS = ('-o', 'ca.elements_shown:1')


# ---- reading what Wireshark shows ------------------------------------------------------------


def row_of(items):
    """The fields of one message that are about its history."""
    shown = dict(items)
    return {name: shown['ca.' + name] for name in FIELDS if 'ca.' + name in shown}


def rows_of_pdml(text):
    """{frame: [row of each message]}."""
    rows = {}
    for packet in ElementTree.fromstring(text).iter('packet'):
        frame = int(packet.find("./proto[@name='geninfo']/field[@name='num']").get('show'))
        for proto in packet.iterfind("./proto[@name='ca']"):
            items = [(f.get('name'), f.get('show')) for f in proto.iter('field')]
            if 'ca.message' in dict(items):
                rows.setdefault(frame, []).append(row_of(items))
    return rows


def leaves(name, inner):
    """(key, text) of nested JSON whose objects are lists of pairs, as keys may be there twice."""
    if isinstance(inner, str):
        yield name, inner
    else:
        for item in inner:
            yield from leaves(*item) if isinstance(item, tuple) else leaves(name, item)


def rows_of_json(text):
    rows = {}
    for packet in json.loads(text, object_pairs_hook=lambda pairs: [tuple(p) for p in pairs]):
        layers = dict(dict(packet)['_source'])['layers']
        frame = int(dict(dict(layers)['frame'])['frame.number'])
        messages = [list(leaves(name, inner)) for name, inner in layers if name == 'ca']
        if found := [row_of(items) for items in messages if 'ca.message' in dict(items)]:
            rows[frame] = found
    return rows


def rows_of_ek(text):
    """The same of `-T ek`, which says ca_ca_pv for ca.pv."""
    rows = {}
    for line in text.splitlines():
        layers = json.loads(line).get('layers', {})
        messages = layers.get('ca', [])
        messages = messages if isinstance(messages, list) else [messages]
        shown = [{k.replace('ca_ca_', 'ca.', 1): v for k, v in m.items()} for m in messages]
        if found := [row_of(items) for items in shown if 'ca.message' in items]:
            rows[int(layers['frame']['frame_frame_number'])] = found
    return rows


def rows_of_sharkd(tree):
    """The rows of one frame's tree."""

    def items(node):
        if match := re.fullmatch(r'(ca\.\w+) == "?(.*?)"?', node.get('f', '')):
            yield match.groups()
        for inner in node.get('n', []):
            yield from items(inner)

    messages = [list(items(node)) for node in tree if node.get('f') == 'ca']
    return [row_of(found) for found in messages if 'ca.message' in dict(found)]


READERS = {'pdml': rows_of_pdml, 'json': rows_of_json, 'ek': rows_of_ek}


@pytest.fixture
def shown(tshark):
    """shown(capture, arguments..., form=): what tshark tells of every message, by frame."""

    def shown(capture, *arguments, form='pdml'):
        options = (*FEW_ELEMENTS, *arguments, '-T', form, '-J', 'ca frame')
        return READERS[form](tshark('-r', capture, *options, errors='replace'))

    return shown


@pytest.fixture
def clicked(sharkd):
    """clicked(capture, frames): rows as someone sees who opens these frames."""

    def clicked(capture, frames):
        calls = [('frame', {'frame': frame, 'proto': True}) for frame in frames]
        return [rows_of_sharkd(answer['tree']) for answer in sharkd(capture, *calls)]

    return clicked


# ---- what the tracker expects ----------------------------------------------------------------


def identity(note, final):
    """The client's names, of the whole circuit or of what was said so far."""
    user, host = note.user_then, note.host_then
    if final and note.circuit:
        user, host = note.circuit.user, note.circuit.host
    said = tracker.text(note.message.payload)
    if note.header.command == tracker.CLIENT_NAME:
        user = said
    if note.header.command == tracker.HOST_NAME:
        host = said
    return {'user': user, 'host': host}


def expected_row(note, final=True):
    """`final`: when the whole capture has been read before."""
    row = {
        'pv': note.pv,
        'create_in': note.create_in,
        'response_in': note.response_in if final or is_answered_before(note) else None,
        'response_to': note.response_to,
        'time': None if note.time is None else f'{note.time:.6f}000',
    } | identity(note, final)
    return {name: str(known) for name, known in row.items() if known is not None}


def is_answered_before(note):
    """A search sent again after its answer knows it at once."""
    return note.response_in and note.response_in < note.frame


def expected_rows(notes, final=True):
    rows = {}
    for note in notes:
        if not note.message.stray:
            rows.setdefault(note.frame, []).append(expected_row(note, final))
    return rows


@functools.cache
def notes_of(name):
    """The tracker's notes of a recorded capture."""
    return tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))


def assert_rows(got, expected):
    for frame in sorted(got.keys() | expected.keys()):
        assert got.get(frame) == expected.get(frame), f'frame {frame}'


# ---- recorded captures -----------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_every_message_says_what_the_tracker_says(name, shown, stage):
    got = shown(stage / 'captures' / name, '-2', *decode_as(name))
    assert_rows(got, expected_rows(notes_of(name)))


@pytest.mark.parametrize('name', [n for n in RECORDED if n != 'bigarrays.pcap'])
def test_one_pass_knows_all_but_what_comes_later(name, shown, stage):
    got = shown(stage / 'captures' / name, *decode_as(name))
    assert_rows(got, expected_rows(notes_of(name), final=False))


@pytest.mark.parametrize('name', ['monitors.pcap', 'oddities.pcap'])
@pytest.mark.parametrize('form', ['json', 'ek'])
def test_other_formats_say_the_same(name, form, shown, stage):
    got = shown(stage / 'captures' / name, '-2', form=form)
    assert_rows(got, expected_rows(notes_of(name)))


@pytest.mark.parametrize('name', ['midstream.pcap', 'monitors.pcap', 'oddities.pcap'])
def test_frames_opened_in_any_order_say_the_same(name, clicked, stage):
    expected = expected_rows(notes_of(name))
    forward = sorted(expected)
    order = forward + forward + forward[::-1]
    got = clicked(stage / 'captures' / name, order)
    assert got == [expected[frame] for frame in order]


@pytest.mark.parametrize('name', RECORDED)
def test_unanswered_requests_are_those_without_an_answer(name, tshark, stage):
    """A frame with an answered request as well is not shown: filters are about frames."""
    got = tshark(
        '-2', '-r', stage / 'captures' / name, *decode_as(name), '-T', 'fields',
        '-Y', 'ca.request && !ca.response_in', '-e', 'frame.number',
    )  # fmt: skip
    requests = [n for n in notes_of(name) if n.header and n.is_request]
    answered = {n.frame for n in notes_of(name) if n.response_in}
    assert {int(line) for line in got.split()} == {n.frame for n in requests} - answered


# ---- made circuits ---------------------------------------------------------------------------


@pytest.fixture
def history(shown, clicked, save):
    """history(packets, step=1): rows of all messages in order, the same however they are read.

    Packets are a second apart, or `step`.
    """

    def history(packets, step=1):
        capture = wire.pcap(wire.ethernet(wire.timed(packets, step=step)))
        path = save(capture)
        notes = tracker.track(reference.messages(capture))
        expected = expected_rows(notes)
        assert_rows(shown(path), expected_rows(notes, final=False))
        backwards = sorted(expected, reverse=True)
        assert clicked(path, backwards) == [expected[frame] for frame in backwards]
        return [row for frame in sorted(expected) for row in expected[frame]]

    return history


@pytest.fixture
def talked(history):
    """talked(chunk, ...): rows of the messages of one circuit from its start, one a frame."""
    return lambda *chunks: history(wire.circuit(chunks))


FIRST = 3  # the frame after SYN and SYN ACK


def names(rows):
    return [row.get('pv') for row in rows]


def links(rows):
    """(where the answer is, what is answered) of each message."""
    return [
        tuple(int(row[key]) if key in row else None for key in ('response_in', 'response_to'))
        for row in rows
    ]


def channel(cid, name, sid):
    """Three messages in two frames: CREATE_CHAN, rights, answer."""
    return create(cid, name), created(cid, sid)


def test_a_life_of_a_channel(talked):
    rows = talked(
        hello(),
        *channel(1, 't:ai', 451),
        read(451, 7),
        value(7),
        talk.clear(451, 1),
        talk.cleared(451, 1),
    )
    assert names(rows) == [None] * 3 + ['t:ai'] * 7
    assert links(rows)[3:] == [
        (5, None), (None, None), (None, 4), (7, None), (None, 6), (9, None), (None, 8),
    ]  # fmt: skip
    assert rows[4]['create_in'] == rows[9]['create_in'] == '4'
    assert rows[7] == {
        'pv': 't:ai', 'create_in': '4', 'response_to': '6', 'time': '1.000000000',
        'user': 'operator', 'host': 'console3',
    }  # fmt: skip


def test_sid_0_is_a_sid(talked):
    rows = talked(*channel(1, 't:ai', 0), read(0, 1), value(1), talk.write(0, 1))
    assert names(rows) == ['t:ai'] * 6


def test_cids_are_kept_over_reconnects(history):
    first = wire.circuit([*channel(1, 't:ai', 5), read(5, 1), value(1)])
    later = ('10.1.0.2', 40007)
    second = wire.circuit([*channel(1, 't:ai', 9), read(9, 2), value(2)], client=later)
    rows = history(first + second)
    assert names(rows) == ['t:ai'] * 10
    assert rows[9]['create_in'] == '9'


def test_a_new_syn_on_the_same_ports_forgets_everything(history):
    first = wire.circuit([hello(), *channel(1, 't:ai', 5), talk.subscribe(5, 2), read(5, 7)])
    second = wire.circuit([read(5, 8), value(7), talk.update(2), read(5, 9)], start=90000)
    rows = history(first + second)
    assert names(rows)[-4:] == [None] * 4
    assert links(rows)[-4:] == [(None, None)] * 4
    assert not any('user' in row for row in rows[-4:])


def test_a_syn_sent_again_forgets_nothing(history):
    packets = wire.circuit([*channel(1, 't:ai', 5), read(5, 7), value(7)])
    assert names(history(packets[:1] + packets)) == ['t:ai'] * 5


def test_a_read_under_a_subscription_id(talked):
    """libca refreshes all subscriptions so when an unresponsive circuit recovers."""
    rows = talked(
        *channel(1, 't:ai', 5),
        *channel(2, 't:bo', 6),
        talk.subscribe(5, 3),
        talk.update(3),
        read(5, 3),
        talk.update(3),
        value(3),
        talk.update(3),
    )
    assert names(rows)[6:] == ['t:ai'] * 6
    assert links(rows)[6:] == [
        (8, None), (None, 7), (11, None), (None, None), (None, 9), (None, None),
    ]  # fmt: skip


def test_another_circuits_sid(history):
    """rsrv serves it, and answers on the circuit that owns the sid. Nothing gets a wrong name."""
    owner = wire.circuit([*channel(1, 't:own', 5)])
    other = ('10.1.0.2', 40007)
    stranger = wire.circuit(
        [*channel(1, 't:other', 6), read(5, 7), talk.write(5, 1)], client=other
    )
    error = talk.failing(talk.write(5, 1)[1], talk.NO_WRITE, cid=1)
    seq = 1001 + len(create(1, 't:other')[1]) + len(read(5, 7)[1]) + len(talk.write(5, 1)[1])
    told = wire.tcp(SERVER_END, other, error[1], seq=6001 + len(created(1, 6)[1]), ack=seq)
    answer = wire.tcp(
        SERVER_END, CLIENT_END, value(7)[1], seq=6001 + len(created(1, 5)[1]), ack=1025
    )
    rows = history(owner + stranger + [answer, told])
    assert names(rows) == ['t:own'] * 3 + ['t:other'] * 3 + [None] * 4


def test_what_write_carries_as_its_second_number_is_no_ioid(talked):
    """libca puts the cid there: it answers no request and takes no ioid."""
    rows = talked(
        *channel(7, 't:ai', 5), *channel(8, 't:ao', 6), read(5, 8), talk.write(6, 8), value(8)
    )
    assert names(rows)[6:] == ['t:ai', 't:ao', 't:ai']
    assert links(rows)[6:] == [(9, None), (None, None), (None, 7)]


@pytest.mark.parametrize('count', [1, 70000])
def test_an_error_answers_the_request_in_it(talked, count):
    """Its header takes 16 bytes, or 24."""
    request = message(15, type=6, count=count, p1=5, p2=7)
    rows = talked(
        *channel(1, 't:ai', 5),
        *channel(2, 't:bo', 6),
        client(message(15, type=6, count=count, p1=6, p2=8)),
        client(request),
        talk.failing(request, talk.NO_READ, cid=1),
    )
    assert names(rows)[6:] == ['t:bo', 't:ai', 't:ai']
    assert links(rows)[6:] == [(None, None), (9, None), (None, 8)]


def test_an_error_answers_every_kind_of_request(talked):
    requests = [
        create(1, 't:no'),
        talk.old_read(5, 21),
        talk.write(5, 3),
        read(5, 22),
        talk.write_notify(5, 23),
        talk.subscribe(5, 24),
        talk.cancel(5, 99),
        talk.clear(5, 3),
        client(talk.search(4, 't:x')),
    ]
    chunks = [
        chunk
        for request in requests
        for chunk in (request, talk.failing(request[1], talk.BAD_CHANNEL))
    ]
    rows = talked(*channel(3, 't:ai', 5), *chunks)
    assert names(rows)[3:] == ['t:no'] * 2 + ['t:ai'] * 14 + ['t:x'] * 2
    assert links(rows)[3:] == [
        link for frame in range(5, 23, 2) for link in [(frame + 1, None), (None, frame)]
    ]


def test_an_error_of_a_running_subscription_answers_nothing(talked):
    add = talk.subscribe(5, 2)
    rows = talked(
        *channel(1, 't:ai', 5), add, talk.update(2), talk.failing(add[1], 72, cid=1)
    )
    assert names(rows)[3:] == ['t:ai'] * 3
    assert links(rows)[3:] == [(6, None), (None, 5), (None, None)]


def test_an_error_without_a_request_has_no_name(talked):
    rows = talked(
        *channel(1, 't:ai', 5), server(message(11, bytes(8), p1=ANYBODY, p2=142))
    )
    assert names(rows)[3:] == [None]


def test_a_channel_ends_with_the_answer_to_its_clear(talked):
    rows = talked(
        *channel(1, 't:ai', 5),
        talk.subscribe(5, 2),
        talk.clear(5, 1),
        talk.update(2),
        talk.cleared(5, 1),
        talk.update(2),
        read(5, 9),
    )
    assert names(rows)[3:] == ['t:ai'] * 4 + [None] * 2
    assert links(rows)[3:7] == [(7, None), (8, None), (None, 5), (None, 6)]


def test_a_cid_that_is_used_again_renames_nothing(talked):
    rows = talked(
        *channel(1, 't:old', 5),
        talk.clear(5, 1),
        talk.cleared(5, 1),
        *channel(1, 't:new', 6),
        server(message(22, p1=1, p2=1)),
    )
    assert names(rows) == ['t:old'] * 5 + ['t:new'] * 4


def test_a_sid_that_is_used_again_renames_nothing(talked):
    rows = talked(
        *channel(1, 't:old', 5),
        read(5, 1),
        talk.clear(5, 1),
        talk.cleared(5, 1),
        *channel(2, 't:new', 5),
        read(5, 2),
        value(2),
    )
    assert names(rows) == ['t:old'] * 6 + ['t:new'] * 5


def test_an_ioid_that_is_used_again_renames_nothing(talked):
    rows = talked(
        *channel(1, 't:a', 5), *channel(2, 't:b', 6), read(5, 7), value(7), read(6, 7), value(7)
    )
    assert names(rows)[6:] == ['t:a', 't:a', 't:b', 't:b']
    assert links(rows)[6:] == [(8, None), (None, 7), (10, None), (None, 9)]


def test_an_ioid_used_by_two_commands(talked):
    rows = talked(
        *channel(1, 't:a', 5),
        *channel(2, 't:b', 6),
        read(5, 7),
        talk.write_notify(6, 7),
        talk.old_read(5, 7),
        talk.written(7),
        talk.old_value(1, 7),
        value(7),
    )
    assert names(rows)[6:] == ['t:a', 't:b', 't:a', 't:b', 't:a', 't:a']
    assert links(rows)[6:] == [
        (12, None), (10, None), (11, None), (None, 8), (None, 9), (None, 7),
    ]  # fmt: skip


def test_an_ioid_used_again_after_a_clear(talked):
    """A WRITE_NOTIFY of a channel that was cleared is never answered."""
    rows = talked(
        *channel(1, 't:a', 5),
        *channel(2, 't:b', 6),
        talk.write_notify(5, 7),
        talk.clear(5, 1),
        talk.cleared(5, 1),
        talk.write_notify(6, 7),
        talk.written(7),
    )
    assert names(rows)[6:] == ['t:a', 't:a', 't:a', 't:b', 't:b']
    assert links(rows)[6:] == [(None, None), (9, None), (None, 8), (11, None), (None, 10)]


def test_an_ioid_used_again_between_clear_and_its_answer(talked):
    rows = talked(
        *channel(1, 't:a', 5),
        *channel(2, 't:b', 6),
        talk.write_notify(5, 7),
        talk.clear(5, 1),
        talk.write_notify(6, 7),
        talk.cleared(5, 1),
        talk.written(7),
    )
    assert names(rows)[8:] == ['t:b', 't:a', 't:b']
    assert links(rows)[6:] == [(None, None), (10, None), (11, None), (None, 8), (None, 9)]


def test_a_subscription_id_that_is_used_again_renames_nothing(talked):
    rows = talked(
        *channel(1, 't:a', 5),
        *channel(2, 't:b', 6),
        talk.subscribe(5, 3),
        talk.update(3),
        talk.cancel(5, 3),
        talk.update(3),
        talk.unsubscribed(5, 3),
        talk.subscribe(6, 3),
        talk.update(3),
    )
    assert names(rows)[6:] == ['t:a'] * 5 + ['t:b'] * 2
    assert links(rows)[6:] == [
        (8, None), (None, 7), (11, None), (None, None), (None, 9), (13, None), (None, 12),
    ]  # fmt: skip


def test_a_subscription_id_used_again_before_the_cancel_is_confirmed(talked):
    """Until then, updates are the old subscription's: a server answers in order."""
    rows = talked(
        *channel(1, 't:a', 5),
        *channel(2, 't:b', 6),
        talk.subscribe(5, 3),
        talk.update(3),
        talk.cancel(5, 3),
        talk.subscribe(6, 3),
        talk.update(3),
        talk.unsubscribed(5, 3),
        talk.update(3),
        talk.update(3),
    )
    assert names(rows)[6:] == ['t:a', 't:a', 't:a', 't:b', 't:a', 't:a', 't:b', 't:b']
    assert links(rows)[6:] == [
        (8, None), (None, 7), (12, None), (13, None), (None, None), (None, 9), (None, 10),
        (None, None),
    ]  # fmt: skip


def test_the_same_cid_created_twice(talked):
    rows = talked(
        create(1, 't:a'),
        create(1, 't:b'),
        created(1, 5),
        created(1, 6),
        read(5, 1),
        read(6, 2),
        value(2),
        value(1),
    )
    assert names(rows) == ['t:a', 't:b'] + ['t:a'] * 2 + ['t:b'] * 2 + ['t:a', 't:b', 't:b', 't:a']
    assert links(rows)[:6] == [
        (5, None), (6, None), (None, None), (None, 3), (None, None), (None, 4),
    ]  # fmt: skip


def test_of_two_channels_with_one_cid_the_other_stays(talked):
    rows = talked(
        *channel(1, 't:a', 5),
        *channel(1, 't:b', 6),
        talk.clear(6, 1),
        talk.cleared(6, 1),
        server(message(22, p1=1, p2=1)),
        read(5, 1),
    )
    assert names(rows)[6:] == ['t:b', 't:b', 't:a', 't:a']


def test_a_name_that_is_refused(talked):
    rows = talked(
        create(1, 't:no'), talk.refused(1), *channel(1, 't:yes', 5), server(message(22, p1=1))
    )
    assert names(rows) == ['t:no'] * 2 + ['t:yes'] * 4
    assert links(rows)[:2] == [(4, None), (None, 3)]


def test_a_channel_that_the_server_drops(talked):
    rows = talked(
        *channel(1, 't:a', 5), talk.subscribe(5, 3), talk.update(3), talk.gone(1), talk.update(3),
        read(5, 4), *channel(1, 't:b', 6), talk.gone(1),
    )  # fmt: skip
    assert names(rows) == ['t:a'] * 6 + [None] * 2 + ['t:b'] * 4


def test_circuits_between_the_same_hosts(history):
    """Their segments alternate, their ids are equal."""
    ports = (40010, 40011, 40012)
    circuits = [
        wire.circuit(
            [hello(f'user{port}'), *channel(1, f't:{port}', 5), read(5, 7), value(7)],
            client=('10.1.0.2', port),
        )
        for port in ports
    ]
    rows = history([packet for packets in zip(*circuits) for packet in packets])
    assert names(rows)[9:12] == [f't:{p}' for p in ports]
    assert names(rows)[-6:] == [f't:{p}' for p in ports] * 2
    assert links(rows)[-6:] == [(f, None) for f in (19, 20, 21)] + [
        (None, f) for f in (16, 17, 18)
    ]
    assert [row['user'] for row in rows[-3:]] == [f'user{p}' for p in ports]


def test_two_servers_with_equal_ids(history):
    circuits = [
        wire.circuit(
            [*channel(1, name, 0), read(0, 1), value(1)], client=CLIENT_END, server=(host, 5064)
        )
        for host, name in (('10.1.0.1', 't:a'), ('10.1.0.3', 't:b'))
    ]
    rows = history([packet for packets in zip(*circuits) for packet in packets])
    assert names(rows) == ['t:a', 't:b'] + ['t:a'] * 2 + ['t:b'] * 2 + ['t:a', 't:b'] * 2


# ---- confirmation of a cancel, or an empty array ---------------------------------------------


def test_an_empty_update_of_sid_1_before_the_cancel(talked):
    rows = talked(
        *channel(1, 't:a', 1),
        talk.subscribe(1, 3, count=0),
        talk.empty_update(3),
        talk.empty_update(3),
        talk.cancel(1, 3, count=0),
        talk.unsubscribed(1, 3, count=0),
    )
    assert names(rows) == ['t:a'] * 8
    assert links(rows)[3:] == [(6, None), (None, 5), (None, None), (9, None), (None, 8)]


def test_an_empty_update_while_a_cancel_waits(talked):
    """Its status is no sid."""
    rows = talked(
        *channel(1, 't:a', 5),
        talk.subscribe(5, 3, count=0),
        talk.empty_update(3),
        talk.cancel(5, 3, count=0),
        talk.empty_update(3),
        talk.unsubscribed(5, 3, count=0),
    )
    assert links(rows)[3:] == [(6, None), (None, 5), (9, None), (None, None), (None, 7)]


def test_a_confirmation_repeats_the_count_of_its_subscription(talked):
    rows = talked(
        *channel(1, 't:a', 1),
        talk.subscribe(1, 3),
        talk.update(3),
        talk.cancel(1, 3),
        talk.update(3),
        talk.unsubscribed(1, 3),
        talk.update(3),
    )
    assert names(rows)[3:] == ['t:a'] * 5 + [None]
    assert links(rows)[3:] == [
        (6, None), (None, 5), (9, None), (None, None), (None, 7), (None, None),
    ]  # fmt: skip


# ---- requests in turn ------------------------------------------------------------------------


def test_echoes_are_answered_in_turn(talked):
    rows = talked(client(talk.ECHO), client(talk.ECHO), server(talk.ECHO), server(talk.ECHO))
    assert links(rows) == [(5, None), (6, None), (None, 3), (None, 4)]


def test_reads_and_writes_answered_in_any_order(talked):
    rows = talked(
        *channel(1, 't:a', 5),
        client(b''.join(part[1] for part in (read(5, 1), talk.write_notify(5, 2), read(5, 3)))),
        server(b''.join(part[1] for part in (value(1), value(3), talk.written(2)))),
    )
    assert links(rows)[3:] == [(6, None)] * 3 + [(None, 5)] * 3


def test_writes_that_fail_one_after_the_other(talked):
    put = talk.write(5, 1)
    error = talk.failing(put[1], talk.NO_WRITE, cid=1)
    rows = talked(*channel(1, 't:a', 5), put, error, put, put, read(5, 9), value(9), put, error)
    assert links(rows)[3:] == [
        (6, None), (None, 5), (None, None), (None, None), (10, None), (None, 9), (12, None),
        (None, 11),
    ]  # fmt: skip


def test_writes_in_one_segment_that_all_fail(talked):
    put = talk.write(5, 1)
    error = talk.failing(put[1], talk.NO_WRITE, cid=1)
    rows = talked(*channel(1, 't:a', 5), client(put[1] * 2), server(error[1] * 2))
    assert links(rows)[3:] == [(6, None)] * 2 + [(None, 5)] * 2


def test_writes_in_quick_succession_that_all_fail(history):
    put = talk.write(5, 1)
    error = talk.failing(put[1], talk.NO_WRITE, cid=1)
    chunks = [*channel(1, 't:a', 5), put, put, put, error, error, error]
    rows = history(wire.circuit(chunks), step=Decimal('0.001'))
    assert links(rows)[3:] == [(f, None) for f in (8, 9, 10)] + [(None, f) for f in (5, 6, 7)]


def test_a_write_before_an_answered_request_has_not_failed(history):
    put = talk.write(5, 1)
    error = talk.failing(put[1], talk.NO_WRITE, cid=1)
    chunks = [*channel(1, 't:a', 5), put, read(5, 9), value(9), put, error]
    rows = history(wire.circuit(chunks), step=Decimal('0.001'))
    assert links(rows)[3:] == [(None, None), (7, None), (None, 6), (9, None), (None, 8)]


def test_what_failed_is_told_by_what_was_written(history):
    double, string = talk.write(5, 1), client(message(4, b'garbage\0', count=1, p1=5, p2=1))
    error = talk.failing(string[1], talk.NO_WRITE, cid=1)
    rows = history(
        wire.circuit([*channel(1, 't:a', 5), double, string, double, error]), Decimal('0.001')
    )
    assert links(rows)[3:] == [(None, None), (8, None), (None, None), (None, 6)]


def test_a_quick_server_does_not_keep_a_failure_back(history):
    """The first write was 30 ms ago, and the server has answered within 1."""
    put = talk.write(5, 1)
    error = talk.failing(put[1], talk.NO_WRITE, cid=1)
    quiet = [('client', b'')] * 29
    rows = history(
        wire.circuit([*channel(1, 't:a', 5), put, *quiet, put, error]), Decimal('0.001')
    )
    assert links(rows)[3:] == [(None, None), (36, None), (None, 35)]


def test_a_distant_server_fails_late(history):
    """Its answers take 0.1 s, meanwhile the client goes on writing."""
    put = talk.write(5, 1)
    error = talk.failing(put[1], talk.NO_WRITE, cid=1)
    quiet = [('client', b'')] * 9
    opened = [create(1, 't:a'), *quiet, created(1, 5)]
    rows = history(wire.circuit([*opened, put, *quiet, put, error, *quiet, error]), Decimal('0.01'))
    assert links(rows)[3:] == [(25, None), (35, None), (None, 14), (None, 24)]


# ---- who the client is -----------------------------------------------------------------------


def test_a_new_name_counts_until_there_are_channels(talked):
    user = [client(message(20, wire.text(name))) for name in ('one', 'two', 'three')]
    rows = talked(user[0], user[1], *channel(1, 't:a', 5), user[2], read(5, 1))
    assert [row.get('user') for row in rows] == ['one'] + ['two'] * 4 + ['three', 'two']


def test_messages_before_the_name_learn_it_later(talked):
    rows = talked(server(talk.version()), client(talk.version()), hello('me', 'here'))
    assert [(row['user'], row['host']) for row in rows] == [('me', 'here')] * 5


# ---- searches --------------------------------------------------------------------------------


def asked(*messages, sequence=1, source=SEARCHER, to=EVERYBODY):
    return wire.udp(source, to, b''.join([talk.version(sequence), *messages]))


def told(*messages, sequence=1, source=SERVER_END, to=SEARCHER):
    return wire.udp(source, to, b''.join([talk.version(sequence), *messages]))


def test_a_search_and_its_answer(history):
    rows = history([asked(talk.search(1, 't:a'), talk.search(2, 't:b')), told(talk.found(2))])
    assert names(rows) == [None, 't:a', 't:b', None, 't:b']
    assert links(rows) == [(None, None), (None, None), (2, None), (None, None), (None, 1)]


def test_a_search_sent_again_counts_from_the_first(history, tshark, save):
    packets = [asked(talk.search(1, 't:a'), sequence=n) for n in (1, 2, 3)] + [told(talk.found(1))]
    rows = history(packets)
    assert links(rows)[1::2] == [(4, None)] * 3 + [(None, 1)]
    assert rows[7]['time'] == '3.000000000'
    shown = ('-T', 'fields', '-e', 'frame.number', '-e', 'ca.retransmission')
    assert tshark('-2', '-r', save(wire.capture(packets)), *shown, '-Y', 'ca.retransmission') == (
        '2\t1\n3\t1\n'
    )


def test_a_search_to_two_addresses_is_one_question(history):
    other = ('10.2.0.255', 5064)
    packets = [
        asked(talk.search(1, 't:a')),
        told(talk.found(1)),
        asked(talk.search(1, 't:a'), to=other),
        told(talk.found(1)),
    ]
    assert links(history(packets))[1::2] == [(2, None), (None, 1), (2, None), (None, 1)]


def test_a_search_after_a_reconnect_is_a_new_one(history):
    packets = []
    for n in (1, 2):
        packets += [asked(talk.search(1, 't:a'), sequence=n), told(talk.found(1), sequence=n)]
    assert links(history(packets))[1::2] == [(2, None), (None, 1), (4, None), (None, 3)]


def test_a_cid_searched_for_another_name_renames_nothing(history):
    packets = [
        asked(talk.search(1, 't:a')),
        told(talk.found(1)),
        asked(talk.search(1, 't:b'), sequence=2),
        told(talk.found(1), sequence=2),
    ]
    assert names(history(packets))[1::2] == ['t:a', 't:a', 't:b', 't:b']


def test_an_answer_may_come_from_any_address(history):
    rows = history([asked(talk.search(1, 't:a')), told(talk.found(1), source=('10.3.0.9', 5064))])
    assert names(rows)[3] == 't:a'
    assert links(rows)[3] == (None, 1)


def test_two_clients_with_equal_cids(history):
    second = ('10.1.0.2', 40002)
    packets = [
        asked(talk.search(1, 't:a')),
        asked(talk.search(1, 't:b'), source=second),
        told(talk.found(1), to=second),
        told(talk.found(1)),
    ]
    rows = history(packets)
    assert names(rows)[1::2] == ['t:a', 't:b', 't:b', 't:a']
    assert links(rows)[1::2] == [(4, None), (3, None), (None, 2), (None, 1)]


def test_an_answer_copies_the_second_cid(history):
    """The two cids of a request should be equal; when they are not, this is the one."""
    odd = message(6, wire.text('t:a'), type=5, count=13, p1=1, p2=2)
    rows = history([asked(odd), told(talk.found(1)), told(talk.found(2))])
    assert links(rows)[1::2] == [(3, None), (None, None), (None, 1)]


def test_a_pv_on_two_servers_is_warned_about(history, tshark, save):
    other = ('10.1.0.3', 5064)
    packets = [
        asked(talk.search(1, 't:a')),
        told(talk.found(1)),
        told(talk.found(1)),
        told(talk.found(1), source=other),
        asked(talk.search(1, 't:a'), sequence=2),
        told(talk.found(1), source=other, sequence=2),
    ]
    assert links(history(packets))[1::2] == [
        (2, None), (None, 1), (None, 1), (None, 1), (6, None), (None, 5),
    ]  # fmt: skip
    found = tshark(
        '-r', save(wire.capture(packets)), '-Y', 'ca.flaw.duplicate_pv', '-T', 'fields',
        '-e', 'frame.number',
    )  # fmt: skip
    assert found.split() == ['4']


def test_a_name_server(talked):
    rows = talked(
        client(talk.version(1), talk.search(1, 't:a'), talk.search(2, 't:b', reply=10)),
        talk.found_over_tcp(1),
        talk.not_found(2),
        client(talk.version(2), talk.search(3, 't:c')),
        client(talk.version(3), talk.search(3, 't:c')),
        talk.found_over_tcp(3, 5070, 0x0A010003),
    )
    assert names(rows) == [None, 't:a', 't:b', 't:a', 't:b', None, 't:c', None, 't:c', 't:c']
    assert links(rows)[1:5] == [(4, None), (5, None), (None, 3), (None, 3)]
    assert links(rows)[6:] == [(8, None), (None, None), (8, None), (None, 6)]


# ---- who speaks ------------------------------------------------------------------------------

# A message of the client and one of the server that have the same form: alone, neither tells who
# sent it. (command, the client's, the server's)
ALIKE = {
    'VERSION': (message(0, count=13), message(0, count=13)),
    'VERSION with 1 and 1': (message(0, type=1, count=13, p1=1),) * 2,
    'EVENT_ADD of sid 1': (
        message(1, bytes(12) + b'\0\1\0\0', type=5, count=4, p1=1, p2=9),
        message(1, bytes(12) + b'\0\1\0\0', type=5, count=4, p1=1, p2=9),
    ),
    'READ without count': (message(3, type=6, p1=1, p2=9), message(3, type=6, p1=1, p2=9)),
    'READ_SYNC': (message(10),) * 2,
    'CLEAR_CHANNEL': (message(12, p1=1, p2=9),) * 2,
    'READ_NOTIFY without count': (message(15, type=6, p1=1, p2=9),) * 2,
    'WRITE_NOTIFY of nothing': (message(19, type=6, p1=1, p2=9),) * 2,
    'ECHO': (message(23),) * 2,
}
TELLING = {
    'client': talk.write(7, 8),
    'server': talk.created(5, 6),
}
SOMEWHERE = ('10.1.0.1', 6000)


def midstream(chunks, port):
    """A circuit between two unknown ports, without its beginning."""
    return wire.circuit(chunks, client=('10.1.0.2', port), server=SOMEWHERE)[2:]


def circuits_of(*more):
    """A circuit for each row of ALIKE, one after the other; then these chunks in each."""
    return [
        packet
        for port, (ours, theirs) in enumerate(ALIKE.values(), 40000)
        for packet in midstream([client(ours), server(theirs), *more], port)
    ]


@pytest.fixture
def messages_of(tshark, save):
    """messages_of(packets, arguments...): the class of each message as tshark names it."""

    def messages_of(packets, *arguments):
        path = save(wire.capture(packets))
        fields = ('-T', 'fields', '-e', 'ca.message', '-d', f'tcp.port=={SOMEWHERE[1]},ca')
        return tshark('-r', path, *fields, *arguments).splitlines()

    return messages_of


def test_alike_messages_alone_are_linked_to_nothing(messages_of):
    packets = circuits_of()
    assert len(messages_of(packets)) == len(packets)
    assert not any(messages_of(packets, '-2', '-Y', 'ca.response_in || ca.response_to || ca.pv'))


@pytest.mark.parametrize('teller', TELLING)
def test_one_message_that_tells_settles_all_before(teller, shown, messages_of, save):
    packets = circuits_of((teller, TELLING[teller][1]))
    notes = tracker.track(reference.messages(wire.capture(packets), ports=(SOMEWHERE[1],)))
    decoded = ('-2', '-d', f'tcp.port=={SOMEWHERE[1]},ca')
    assert_rows(shown(save(wire.capture(packets)), *decoded), expected_rows(notes))
    classes = [reference.caproto_class(note.message).__name__ for note in notes]
    got = [name for line in messages_of(packets, '-2') for name in line.split(',')]
    assert [name for name in got if name not in ODD_NAMES] == [
        name for name in classes if name not in ODD_NAMES
    ]


# caproto has no class for the server's
ODD_NAMES = {'ReadSyncRequest', 'ReadSyncResponse'}


@pytest.mark.parametrize('teller', TELLING)
def test_what_comes_after_is_right_at_once(teller, shown, messages_of, save):
    ours, theirs = zip(*ALIKE.values())
    chunks = [(teller, TELLING[teller][1]), *map(client, ours), *map(server, theirs)]
    packets = midstream(chunks, 40000)
    notes = tracker.track(reference.messages(wire.capture(packets), ports=(SOMEWHERE[1],)))
    decoded = ('-d', f'tcp.port=={SOMEWHERE[1]},ca')
    got = shown(save(wire.capture(packets)), *decoded)
    assert_rows(got, expected_rows(notes, final=False))
