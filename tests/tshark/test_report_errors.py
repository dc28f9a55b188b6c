# SPDX-License-Identifier: GPL-2.0-or-later
"""The report errors: each row and cell against the tracker, in each form and each program."""

import pytest

import talk
import wire
from compare import RECORDED, decode_as, ports_of
from expect_errors import COLUMNS, expected
from forms import assert_csv, assert_text, assert_window, read_json, saved
from places import CAPTURES
from talk import failing
from test_report_puts import begin, story
from wire import message


@pytest.fixture
def printed(caw):
    def printed(*arguments):
        done = caw('errors', *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return printed


def rows_of(text):
    return read_json(text)['errors']


def in_order(rows):
    return sorted(rows, key=lambda row: (-row['count'], row['frame'], str(row)))


@pytest.mark.parametrize('name', RECORDED)
def test_errors(name, printed, stage):
    got = rows_of(printed('--json', stage / 'captures' / name))
    assert in_order(got) == in_order(expected(str(CAPTURES / name), ports_of(name)))
    assert [list(row) for row in got] == [COLUMNS] * len(got)
    assert [row['count'] for row in got] == sorted((row['count'] for row in got), reverse=True)
    assert name != 'oddities.pcap' or len(got) > 5


# ---- made captures ---------------------------------------------------------------------------

READ, WRITE, SUBSCRIBE = talk.read(1, 7), talk.write(1, 1), talk.subscribe(1, 3)
LATER = (5000, wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version(1) + talk.search(9, 't:none')))
OLD_READ, SYNC = talk.old_read(1, 5), talk.client(message(10))

CASES = {
    'hanging reads': begin('t:a', 't:b') + [READ, talk.read(2, 8), talk.read(2, 9), talk.value(9)],
    'a channel that was cleared': begin('t:a') + [READ, SUBSCRIBE, talk.clear(1, 1), talk.cleared(1, 1)],
    'cleared, never confirmed': begin('t:a') + [READ, talk.clear(1, 1)],
    'a server that drops the channel': begin('t:a') + [READ, talk.gone(1)],
    'all that is owed': begin('t:a') + [
        talk.create(5, 't:never'), READ, OLD_READ, talk.write_notify(1, 9), SUBSCRIBE,
        talk.client(talk.ECHO), SYNC, WRITE, talk.cancel(1, 3),
    ],
    'all that is answered': begin('t:a') + [
        READ, talk.value(7), OLD_READ, talk.old_value(1, 5), talk.write_notify(1, 9),
        talk.written(9), SUBSCRIBE, talk.update(3), talk.client(talk.ECHO), talk.server(talk.ECHO),
        SYNC, talk.server(message(10)), talk.cancel(1, 3), talk.unsubscribed(1, 3),
    ],
    'refused channels': begin('t:a') + [
        talk.create(5, 't:no'), talk.refused(5), talk.create(6, 't:no'), talk.refused(6),
        talk.create(7, 't:nor'), talk.refused(7),
    ],
    'errors alike and not': begin('t:a', 't:b') + [
        WRITE, failing(WRITE[1], 376), WRITE, failing(WRITE[1], 376), WRITE,
        failing(WRITE[1], 376, words='another'), READ, failing(READ[1], 368),
        talk.write(2, 2), failing(talk.write(2, 2)[1], 376),
    ],
    'statuses': begin('t:a') + [
        READ, talk.value(7, 368), talk.write_notify(1, 9), talk.written(9, 376), SUBSCRIBE,
        talk.update(3, 368), talk.update(3), talk.update(3, 368), talk.update(3, 368),
    ],
    'an ERROR of an unknown command': begin('t:a') + [failing(message(99), 142)],
    'nothing': begin('t:a'),
}  # fmt: skip


@pytest.mark.parametrize('case', CASES)
def test_made_errors(case, printed, save):
    path, capture = saved(save, [*story(CASES[case]), LATER])
    assert in_order(rows_of(printed('--json', path))) == in_order(expected(capture))


def test_a_request_of_the_last_second_is_no_error(printed, save):
    for late, rows in ((999, 0), (1000, 1)):
        chunks = story(begin('t:a') + [READ])
        asked = chunks[-1][0]
        path, _ = saved(save, [*chunks, (asked + late, LATER[1])])
        assert len(rows_of(printed('--json', path))) == rows


def test_a_late_answer_is_an_answer(printed, save):
    packets = story(begin('t:a') + [READ, talk.read(1, 8), talk.value(7)])
    packets[-1] = (3000, packets[-1][1])
    path, capture = saved(save, packets)
    (row,) = rows_of(printed('--json', path))
    assert row['count'] == 1 and row['frame'] == packets.index(packets[-2]) + 1
    assert [row] == expected(capture)


def test_circuits_that_are_long_closed(printed, save):
    """Their requests stay counted; those of two clients on one host are one row."""
    packets = []
    for number in range(3):
        client = ('10.1.0.2', 40100 + number)
        packets += story(begin('t:a') + [READ], start=number * 100000, client=client, step=1)
        packets.append((packets[-1][0] + 1, wire.tcp(
            client, wire.SERVER_END, seq=1001 + sum(
                len(data) for side, data in begin('t:a') + [READ] if side == 'client'),
            flags=wire.FIN | wire.ACK)))  # fmt: skip
    path, capture = saved(save, [*packets, (400000, LATER[1])])
    (row,) = rows_of(printed('--json', path))
    assert [row] == expected(capture) and row['count'] == 3


# ---- forms and programs ----------------------------------------------------------------------


@pytest.mark.parametrize('name', ['puts.pcap', 'oddities.pcap', 'beacons.pcap'])
def test_forms(name, printed, tshark, sharkd, stage):
    path = stage / 'captures' / name
    told = printed('--json', path)
    table = read_json(told)
    rows = table['errors']
    assert_csv(printed('--csv', path), rows, COLUMNS)
    assert_text(printed(path), table, rows, COLUMNS)

    def report(*words):
        return tshark('-q', '-r', path, *decode_as(name), *words)

    assert report('-z', 'ca,errors,json') == report('-2', '-z', 'ca,errors,json') == told
    assert report('-z', 'ca,errors,csv') == printed('--csv', path)
    assert report('-z', 'ca,errors') == printed(path)
    (answer,) = sharkd(path, ('tap', {'tap0': 'nstat:ca,table,errors'}))
    (shown,) = [tap for tap in answer['taps'] if tap]
    cells = sorted(shown['tables'][0]['i'], key=lambda row: (-row[0], row[9]))
    assert_window(cells, table, sorted(rows, key=lambda r: (-r['count'], r['frame'])), COLUMNS)
