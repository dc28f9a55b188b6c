# SPDX-License-Identifier: GPL-2.0-or-later
"""The report puts: each row and cell against the tracker, in each form and each program."""

import pytest

import talk
import wire
from compare import RECORDED, decode_as, ports_of
from expect_puts import COLUMNS, expected
from forms import assert_csv, assert_text, assert_window, read_json, saved
from places import CAPTURES
from talk import DOUBLE, NO_WRITE, client, failing
from wire import message


@pytest.fixture
def printed(caw):
    def printed(*arguments):
        done = caw('puts', *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return printed


def in_order(rows):
    return sorted(rows, key=lambda row: (row['frame'], row['timestamp_ns'], str(row)))


@pytest.mark.parametrize('name', RECORDED)
def test_puts(name, printed, stage):
    rows = expected(str(CAPTURES / name), ports_of(name))
    got = read_json(printed('--json', stage / 'captures' / name))
    assert in_order(got['puts']) == in_order(rows)
    assert [list(row) for row in got['puts']] == [COLUMNS] * len(rows)
    assert len(got['totals']) == 1 and got['totals'][0]['dropped'] == 0
    assert name not in ('puts.pcap', 'oddities.pcap') or rows


# ---- made captures ---------------------------------------------------------------------------


def put(sid, p2, value, type=DOUBLE, count=1):
    return client(message(4, wire.padded(value), type=type, count=count, p1=sid, p2=p2))


def begin(*names):
    """Channels with cid and sid 1, 2, ..."""
    chunks = [talk.hello()]
    for cid, name in enumerate(names, 1):
        chunks += [talk.create(cid, name), talk.created(cid, cid)]
    return chunks


def story(chunks, start=0, step=5, **options):
    """A circuit, a packet each so many milliseconds."""
    packets = wire.circuit(chunks, **options)
    return [(start + step * i, packet) for i, packet in enumerate(packets)]


WRITE = talk.write(1, 1)
CASES = {
    # an ERROR belongs to the newest of equal puts, and a second one to none
    'refused twice': begin('t:a') + [WRITE, WRITE, failing(WRITE[1], NO_WRITE), failing(WRITE[1], NO_WRITE)],
    'refused, then put again': begin('t:a') + [WRITE, failing(WRITE[1], NO_WRITE), WRITE],
    # others with another size, count, type or id are not meant
    'another header': begin('t:a', 't:b') + [
        WRITE, talk.write(2, 2), put(1, 1, talk.VALUE * 2, count=2), put(1, 1, b'x', type=0),
        failing(WRITE[1], NO_WRITE),
    ],
    'callbacks': begin('t:a', 't:b') + [
        talk.write_notify(1, 7), talk.write_notify(2, 8), talk.written(8, 160), talk.written(7),
    ],
    'never answered': begin('t:a') + [talk.write_notify(1, 7), talk.clear(1, 1), talk.cleared(1, 1)],
    'an id is used again': begin('t:a') + [
        talk.write_notify(1, 7), talk.written(7), talk.write_notify(1, 7), talk.written(7, 160),
    ],
    'refused by an ERROR': begin('t:a') + [
        talk.write_notify(9, 7), failing(talk.write_notify(9, 7)[1], 410),
    ],
    'nobody has said who': [talk.write(1, 1), talk.write_notify(1, 2), talk.written(2)],
    'a server that drops the channel': begin('t:a') + [talk.write_notify(1, 7), talk.gone(1)],
    'texts': begin('t:a') + [
        put(1, 1, b'one\0', type=0), put(1, 1, b'a long text, sent as many characters ' * 5, type=4, count=185),
        put(1, 1, b'\0\1\2\3', type=4, count=4), put(1, 1, b'\x7f\xff\xff\xff', type=5),
        put(1, 1, b'\xff\xfe', type=1), put(1, 1, b'\x3d\xcc\xcc\xcd', type=2),
        put(1, 1, b'', count=0), put(1, 1, b'\0\3', type=3),
    ],
}  # fmt: skip


@pytest.mark.parametrize('case', CASES)
def test_made_puts(case, printed, save):
    path, capture = saved(save, story(CASES[case]))
    assert in_order(read_json(printed('--json', path))['puts']) == in_order(expected(capture))


def test_of_two_circuits_with_the_same_ids(printed, save):
    """What one server refuses the other one has taken."""
    first = begin('t:a') + [WRITE, talk.write_notify(1, 7), failing(WRITE[1], NO_WRITE)]
    other = begin('t:a') + [WRITE, talk.write_notify(1, 7), talk.written(7)]
    packets = story(first) + story(other, start=2, client=('10.1.0.9', 40200))
    path, capture = saved(save, sorted(packets, key=lambda each: each[0]))
    rows = read_json(printed('--json', path))['puts']
    assert in_order(rows) == in_order(expected(capture))
    assert sorted(row['outcome'] for row in rows) == [
        'ECA_NOWTACCESS', 'no answer', 'ok', 'unconfirmed'
    ]  # fmt: skip


def test_an_answer_after_the_client_has_closed(printed, save):
    chunks = begin('t:a') + [talk.write_notify(1, 7), talk.written(7)]
    packets = wire.circuit(chunks)
    fin = wire.tcp(wire.CLIENT_END, wire.SERVER_END, seq=1001 + sum(
        len(data) for side, data in chunks if side == 'client'), flags=wire.FIN | wire.ACK)  # fmt: skip
    packets.insert(-1, fin)
    path, _ = saved(save, list(enumerate(packets)))
    (row,) = read_json(printed('--json', path))['puts']
    assert row['outcome'] == 'ok' and row['took_s'] == 0.002


# ---- forms and programs ----------------------------------------------------------------------

SAMPLES = ['puts.pcap', 'oddities.pcap', 'beacons.pcap']


@pytest.mark.parametrize('name', SAMPLES)
def test_forms(name, printed, tshark, sharkd, stage):
    """caw has the rows in the order in which they are decided, tshark in that of the requests."""
    path = stage / 'captures' / name
    table = read_json(printed('--json', path))
    rows = table['puts']
    assert_csv(printed('--csv', path), rows, COLUMNS)
    assert_text(printed(path), table, rows, COLUMNS)

    def report(*words):
        return tshark('-q', '-r', path, *decode_as(name), *words)

    kept = read_json(report('-z', 'ca,puts,json'))
    assert in_order(kept['puts']) == in_order(rows) and kept['totals'] == table['totals']
    assert report('-2', '-z', 'ca,puts,json') == report('-z', 'ca,puts,json')
    assert_csv(report('-z', 'ca,puts,csv'), kept['puts'], COLUMNS)
    assert_text(report('-z', 'ca,puts'), kept, kept['puts'], COLUMNS)
    (answer,) = sharkd(path, ('tap', {'tap0': 'nstat:ca,table,puts'}))
    (shown,) = [tap for tap in answer['taps'] if tap]
    assert_window(shown['tables'][0]['i'], kept, kept['puts'], COLUMNS)


def test_rows_come_when_they_are_decided(printed, save):
    """The answer to the second comes first; a plain put waits for what follows it."""
    chunks = begin('t:a', 't:b') + [
        talk.write(1, 1), talk.write_notify(1, 7), talk.write_notify(2, 8), talk.written(8),
        talk.written(7), talk.write(1, 1),
    ]  # fmt: skip
    path, _ = saved(save, story(chunks))
    rows = read_json(printed('--json', path))['puts']
    assert [(row['kind'], row['pv']) for row in rows] == [
        ('callback', 't:b'), ('callback', 't:a'), ('put', 't:a'), ('put', 't:a')
    ]  # fmt: skip
    late = story(chunks + [talk.client(talk.ECHO)])
    late[-1] = (60000, late[-1][1])
    assert read_json(printed('--json', saved(save, late)[0]))['puts'] == rows
