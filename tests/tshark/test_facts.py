# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts of every message: tshark's fields, in one pass and two, and caw's tokens and words, against
known.py, which finds them by the protocol's rules alone.
"""

import functools
import struct
from decimal import Decimal

import dpkt
import pytest
from caproto._status import eca_value_to_status

import known
import reference
import talk
import tracker
import wire
from compare import RECORDED, decode_as, ports_of
from places import CAPTURES
from talk import clear, cleared, create, created, gone, read, refused, subscribe, update, value
from wire import EVERYBODY, SEARCHER, SERVER_END, message

MARKS = ('search', 'create', 'get', 'put', 'update', 'unanswered')
DURATIONS = ('search_interval', 'search_time', 'connect_time', 'update_interval', 'data_age',
             'beacon_period', 'beacon_average')  # fmt: skip
OTHERS = ('search_count', 'update_no', 'subscribed_in', 'beacon_server', 'put_status',
          'duplicate_of', 'channel_rights', 'channel_count', 'client_version', 'server_version',
          'eca_severity')  # fmt: skip
KEYS = (*MARKS, *DURATIONS, *OTHERS)
SEVERITIES = {0: 'WARNING', 1: 'SUCCESS', 2: 'ERROR', 3: 'INFO', 4: 'SEVERE', 6: 'FATAL'}
SMALL = [name for name in RECORDED if name != 'bigarrays.pcap']
SLACK = Decimal('0.000001')  # an average is kept to a microsecond

# ---- what is expected ---------------------------------------------------------------------------


@functools.cache
def notes_of(name):
    return tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))


def expected(notes, final, last):
    """[(frame, facts of a message)]"""
    found = known.facts(notes, final, last)
    return [(note.frame, facts) for note, facts in zip(notes, found) if not note.message.stray]


def assert_same(got, want):
    assert [frame for frame, _ in got] == [frame for frame, _ in want]
    for number, ((frame, ours), (_, theirs)) in enumerate(zip(got, want), 1):
        where = f'message {number}, frame {frame}'
        assert ours.keys() == theirs.keys(), where
        for key, one in ours.items():
            other = theirs[key]
            if key in DURATIONS:
                assert abs(one - Decimal(other)) <= SLACK, f'{where}: {key} {one} {other}'
            else:
                assert one == str(other), f'{where}: {key}'


# ---- reading ------------------------------------------------------------------------------------


def facts_of_proto(proto):
    shown = {f.get('name')[3:]: f.get('show') for f in proto.iter('field')}
    found = {key: shown[key] for key in KEYS if key in shown}
    found |= {key: '1' for key in MARKS if key in found}
    return found | {key: Decimal(found[key]) for key in DURATIONS if key in found}


@pytest.fixture
def shown(protos):
    """shown(capture, arguments...): [(frame, facts)] of each message, as tshark has them."""

    def shown(*arguments):
        return [(frame, facts_of_proto(proto)) for frame, proto in protos(*arguments)]

    return shown


def facts_of_line(line):
    frame, *values = line.split('|')
    found = {key: text for key, text in zip(KEYS, values) if text != 'None'}
    return int(frame), found | {key: Decimal(found[key]) for key in DURATIONS if key in found}


@pytest.fixture
def printed(caw):
    """printed(capture): the same as caw has them, as tokens of its lines."""

    def printed(capture, *arguments):
        tokens = '|'.join('{' + key + '}' for key in KEYS)
        done = caw(capture, '--format', '{message}|{frame}|' + tokens, *arguments)
        assert done.returncode == 0, done.stderr
        lines = [line.split('|', 1) for line in done.stdout.splitlines()]
        return [facts_of_line(rest) for name, rest in lines if name != 'Malformed']

    return printed


def named(want):
    """As lines have them: numbers with names by these."""
    for frame, facts in want:
        facts = dict(facts)
        if 'put_status' in facts:
            facts['put_status'] = eca_value_to_status[facts['put_status']].name
        if 'eca_severity' in facts:
            facts['eca_severity'] = SEVERITIES[facts['eca_severity']]
        yield frame, facts


# ---- recorded captures --------------------------------------------------------------------------


def last_packet(path):
    """When it was, of any protocol."""
    with open(path, 'rb') as file:
        return max(Decimal(repr(time)) for time, _ in dpkt.pcap.UniversalReader(file))


@pytest.mark.parametrize('name', SMALL)
def test_two_passes_know_what_the_tracker_knows(name, shown, stage):
    want = expected(notes_of(name), True, last_packet(CAPTURES / name))
    assert_same(shown(stage / 'captures' / name, '-2', *decode_as(name)), want)


@pytest.mark.parametrize('name', SMALL)
def test_one_pass_knows_all_but_what_comes_later(name, shown, stage):
    want = expected(notes_of(name), False, None)
    assert_same(shown(stage / 'captures' / name, *decode_as(name)), want)


@pytest.mark.parametrize('name', SMALL)
def test_lines_know_the_same(name, printed, stage):
    want = list(named(expected(notes_of(name), False, None)))
    assert_same(printed(stage / 'captures' / name), want)


# ---- made ones ----------------------------------------------------------------------------------


@pytest.fixture
def judged(shown, printed, save):
    """judged(packets, step=1): what a second pass says of each message, when all say the same as
    known.py. Packets are a second apart, or `step`."""

    def judged(packets, step=1):
        capture = wire.pcap(wire.ethernet(wire.timed(packets, step=step)))
        path = save(capture)
        notes = tracker.track(reference.messages(capture))
        last = max(Decimal(time) for time, _ in wire.timed(packets, step=step))
        assert_same(shown(path), expected(notes, False, None))
        assert_same(printed(path), list(named(expected(notes, False, None))))
        found = shown(path, '-2')
        assert_same(found, expected(notes, True, last))
        return [facts for _, facts in found]

    return judged


def of(found, key):
    return [facts[key] for facts in found if key in facts]


def test_what_is_there_twice(judged):
    found = judged(wire.circuit([
        create(1, 't:a'), created(1, 10), create(2, 't:a'), created(2, 20), create(3, 't:b'),
        refused(3), create(4, 't:b'), created(4, 40), clear(20, 2), cleared(20, 2),
        create(5, 't:a'), created(5, 50), subscribe(10, 7), subscribe(10, 8), subscribe(50, 9),
        subscribe(10, 11, count=2), talk.cancel(10, 7), talk.unsubscribed(10, 7),
        subscribe(10, 12), gone(1), create(6, 't:a'), created(6, 10), subscribe(10, 13),
    ]))  # fmt: skip
    # 3: the first creation; 5 was cleared; 15: the first subscription, 16 the second
    assert of(found, 'duplicate_of') == ['3', '3', '15', '16', '13']


def test_updates_are_counted_by_subscription(judged):
    found = judged(wire.circuit([
        create(1, 't:a'), created(1, 10), subscribe(10, 7), update(7), subscribe(10, 8), update(7),
        update(8), update(7), talk.cancel(10, 7), update(7), talk.unsubscribed(10, 7),
        subscribe(10, 7), update(7), update(99), talk.empty_update(8),
    ]))  # fmt: skip
    assert of(found, 'update_no') == ['1', '2', '1', '3', '4', '1', '2']
    assert of(found, 'update_interval') == [Decimal(n) for n in (2, 2, 2, 8)]
    assert of(found, 'subscribed_in') == ['5', '5', '7', '5', '5', '14', '7']
    assert len(of(found, 'update')) == 8


def test_what_became_of_puts(judged):
    plain, callback = talk.write(10, 77), talk.write_notify(10, 5)
    found = judged(wire.circuit([
        create(1, 't:a'), created(1, 10), callback, talk.written(5), plain,
        talk.failing(plain[1], talk.NO_WRITE), talk.write_notify(10, 6), talk.written(6, 160),
        talk.write_notify(10, 7), plain,
    ]), step=0.001)  # fmt: skip
    assert len(of(found, 'put')) == 5
    assert of(found, 'put_status') == ['1', '1', '376', '376', '160', '160']


def test_what_nobody_answers(judged):
    """A request of the last second may still be answered; one of a channel that is cleared, not."""
    found = judged(wire.circuit([
        create(1, 't:a'), created(1, 10), read(10, 1), read(10, 2), value(2), create(2, 't:b'),
        created(2, 20), read(20, 3), clear(20, 2), cleared(20, 2), read(10, 4),
    ]), step=0.1)  # fmt: skip
    assert [i for i, facts in enumerate(found) if 'unanswered' in facts] == [9]
    found = judged(wire.circuit([create(1, 't:a'), created(1, 10), read(10, 1), read(10, 2),
                                 read(10, 3)]))  # fmt: skip
    assert [i for i, facts in enumerate(found) if 'unanswered' in facts] == [3, 4]


def test_rights_are_those_of_the_time(judged):
    rights = lambda bits: talk.server(message(22, p1=1, p2=bits))  # noqa: E731
    found = judged(wire.circuit([create(1, 't:a'), created(1, 10), read(10, 1), value(1), rights(1),
                                 read(10, 2), value(2), rights(0), rights(2)]))  # fmt: skip
    assert of(found, 'channel_rights') == [
        'read write'] * 4 + ['read'] * 3 + ['none', 'write']  # fmt: skip


def searching(client, *datagrams):
    return [wire.udp(client, EVERYBODY, data) for data in datagrams]


def test_searches_are_counted_by_client_and_name(judged):
    other, head = ('10.1.0.2', 40002), talk.version(1)
    ask = head + talk.search(1, 't:a')
    answer = wire.udp(SERVER_END, SEARCHER, talk.version(1) + talk.found(1))
    found = judged([
        *searching(SEARCHER, ask), *searching(other, ask),
        *searching(SEARCHER, talk.version(2) + talk.search(1, 't:a') + talk.search(2, 't:b')),
        answer,
        *searching(SEARCHER, talk.version(3) + talk.search(3, 't:a')),
        *wire.circuit([create(9, 't:a'), created(9, 10)], client=('10.1.0.2', 41000)),
    ])  # fmt: skip
    assert of(found, 'search_count') == ['1', '1', '2', '1', '3']
    assert of(found, 'search_interval') == [Decimal(2), Decimal(2)]
    assert of(found, 'search_time') == [Decimal(3)]
    assert of(found, 'connect_time') == [Decimal(4)]


def test_beacons_by_libcas_rule(judged):
    """Lost ones, copies over another route, one just before, a restart, two servers, an old one."""
    def beacon(number, server=('10.1.0.1', 50000), port=5064, address=0, minor=13):
        data = message(13, type=minor, count=port, p1=number, p2=address)
        return wire.udp(server, ('10.1.0.255', 5065), data)

    second, third = ('10.1.0.7', 50001), ('10.1.0.9', 50002)
    found = judged([
        beacon(5), beacon(6), beacon(6), beacon(7), beacon(1, second), beacon(10), beacon(11),
        beacon(16), beacon(15), beacon(2, second, 0), beacon(16, address=0x0A010007), beacon(0),
        beacon(1), beacon(0xFFFFFFFE, third, 5070), beacon(0xFFFFFFFF, third, 5070),
        beacon(0, third, 5070), beacon(1, third, 5070), beacon(9, third, 5070, minor=9),
        beacon(9, third, 5070, minor=9),
    ])  # fmt: skip
    assert {facts['beacon_server'] for facts in found} == {
        '10.1.0.1:5064', '10.1.0.7:5064', '10.1.0.9:5070'}  # fmt: skip
    assert len(of(found, 'beacon_period')) == len(of(found, 'beacon_average'))


# ---- values, and where facts are asked for ----------------------------------------------------------


def test_values_as_a_person_reads_them(tshark, save):
    def got(type, data, count=1, status=1):
        return talk.server(message(15, wire.padded(data), type=type, count=count, p1=status, p2=1))

    double, when = struct.pack('>d', 3.25), struct.pack('>II', 10**9, 0)
    states = struct.pack('>hhh', 0, 0, 2) + b'Stop'.ljust(26, b'\0') + b'Run'.ljust(26, b'\0')
    states += bytes(14 * 26)
    graphic = struct.pack('>hhhh', 4, 1, 2, 0) + b'mm'.ljust(8, b'\0') + struct.pack('>6d', *[0] * 6)
    cases = {
        '3.25': got(6, double),
        '3.25 MAJOR/HIHI': got(20, struct.pack('>hh', 3, 2) + when + bytes(4) + double),
        '3.25 mm MINOR/HIGH': got(27, graphic + double),
        'Run (1)': got(24, states + b'\0\1'),
        '[3.25, ...] 3': got(6, double * 3, 3),
        't:record': got(0, b't:record'.ljust(40, b'\0')),
        None: got(6, double, status=talk.NO_READ),
    }
    path = save(wire.pcap(wire.ethernet(wire.timed(wire.circuit(list(cases.values()))))))
    shown = tshark('-r', path, '-Y', 'ca.value', '-T', 'fields', '-e', 'ca.value').splitlines()
    assert shown == [text for text in cases if text]


def test_counts_in_graphs_are_messages(tshark, stage):
    path = stage / 'captures' / 'puts.pcap'
    notes = [n for n in notes_of('puts.pcap') if not n.message.stray]
    kinds = [known.marks(note) for note in notes]
    for mark in ('search', 'create', 'get', 'put'):
        table = tshark('-q', '-r', path, '-z', f'io,stat,0,COUNT(ca.{mark})ca.{mark}')
        (row,) = [line for line in table.splitlines() if '<>' in line]
        assert int(row.split('|')[2]) == sum(mark in kind for kind in kinds), mark


@pytest.mark.parametrize('name', ['monitors.pcap', 'puts.pcap', 'oddities.pcap'])
def test_words_choose_by_facts(name, caw, stage):
    found = known.facts(notes_of(name), False, None)
    asked = {
        'update_no >= 3': lambda f: f.get('update_no', 0) >= 3,
        'has update_interval and update_interval < 0.1':
            lambda f: 'update_interval' in f and f['update_interval'] < Decimal('0.1'),
        'channel_rights == "read write"': lambda f: f.get('channel_rights') == 'read write',
        'put_status == ECA_NORMAL and not put': lambda f: f.get('put_status') == 1,
        'eca_severity != SUCCESS': lambda f: f.get('eca_severity', 1) != 1,
        'ca.put or update == 1': lambda f: 'put' in f or 'update' in f,
        'has duplicate_of': lambda f: 'duplicate_of' in f,
    }  # fmt: skip
    for expression, holds in asked.items():
        done = caw(stage / 'captures' / name, '--where', expression, '--format', '{frame}')
        want = [str(note.frame) for note, facts in zip(notes_of(name), found) if holds(facts)]
        assert done.stdout.split() == want, expression


def test_a_put_is_chosen_by_its_answer(caw, save):
    """One that asks for an answer: the others are known to have failed only by an ERROR."""
    packets = wire.circuit([
        create(1, 't:a'), created(1, 10), talk.write_notify(10, 5), talk.write_notify(10, 6),
        talk.written(6, 160), talk.written(5), talk.write_notify(10, 7), read(10, 8), value(8),
    ])  # fmt: skip
    path = save(wire.pcap(wire.ethernet(wire.timed(packets))))
    chosen = {
        'put and put_status != ECA_NORMAL': ['6'],
        'put_status == 1': ['8', '5'],
        'put and has put_status': ['6', '5'],
        'put and not has put_status': ['9'],
        'get and has put_status': [],
    }
    for expression, frames in chosen.items():
        done = caw(path, '--where', expression, '--format', '{frame}')
        assert sorted(done.stdout.split()) == sorted(frames), expression
