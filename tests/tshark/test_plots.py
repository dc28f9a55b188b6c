# SPDX-License-Identifier: GPL-2.0-or-later
"""The preference "PVs to plot": fields ca.plot.LABEL, for graphs."""

import re
import struct

import pytest
import wire
from wire import message

STRING, SHORT, ENUM, DOUBLE, TIME_DOUBLE = 0, 1, 3, 6, 20
READ, READ_NOTIFY, WRITE_NOTIFY, UPDATE, CREATE, RIGHTS = 3, 15, 19, 1, 18, 22
SIDS = {'t:ai': 1, 't:bi': 2, 't:wf': 3, 't:str': 4, 'u:ai': 5}

HEAD = struct.pack('>HHII', 0, 0, 1000000000, 0) + bytes(4)  # of DBR_TIME_DOUBLE
ASKED = [('client', message(CREATE, wire.text(pv), p1=sid, p2=13)) for pv, sid in SIDS.items()]
CREATED = [('server', message(CREATE, type=DOUBLE, count=1, p1=sid, p2=sid))
           for sid in SIDS.values()]


def value(command, pv, type, payload, count=1, id=None):
    p2 = SIDS[pv] + 10 if id is None else id
    return 'server', message(command, wire.padded(payload), type=type, count=count, p1=1, p2=p2)


def ask(command, pv, type, count=1, payload=b''):
    return 'client', message(command, payload, type=type, count=count, p1=SIDS[pv],
                             p2=SIDS[pv] + 10)


def subscribe(pv, type, count=1):
    return ask(UPDATE, pv, type, count, bytes(12) + b'\0\1\0\0')


# What goes on, and the number that a graph of t:* shows of it.
TALK = [
    (subscribe('t:ai', TIME_DOUBLE), None),
    (value(UPDATE, 't:ai', TIME_DOUBLE, HEAD + struct.pack('>d', 1.5)), '1.5'),
    (value(UPDATE, 't:ai', TIME_DOUBLE, HEAD + struct.pack('>d', -2.25)), '-2.25'),
    (ask(READ_NOTIFY, 't:bi', ENUM), None),
    (value(READ_NOTIFY, 't:bi', ENUM, struct.pack('>H', 3)), '3'),
    (ask(READ_NOTIFY, 't:wf', SHORT, 3), None),
    (value(READ_NOTIFY, 't:wf', SHORT, struct.pack('>hhh', -7, 8, 9), 3), '-7'),
    (ask(READ_NOTIFY, 't:str', STRING), None),
    (value(READ_NOTIFY, 't:str', STRING, b'12.5'), None),
    (ask(WRITE_NOTIFY, 't:ai', DOUBLE, 1, struct.pack('>d', 99)), None),
    (ask(READ_NOTIFY, 'u:ai', DOUBLE), None),
    (value(READ_NOTIFY, 'u:ai', DOUBLE, struct.pack('>d', 4)), None),
]
HANDSHAKE = 2 + len(ASKED) + len(CREATED)  # frames before it


@pytest.fixture(scope='module')
def talk(save):
    return save(wire.capture(wire.circuit([*ASKED, *CREATED, *(chunk for chunk, _ in TALK)])))


def rows(*of, table='ca_plots'):
    return [word for label, pv in of for word in ('-o', f'uat:{table}:"{label}","{pv}"')]


def shown(tshark, file, *arguments, fields=('ca.plot.x',)):
    named = [word for field in fields for word in ('-e', field)]
    told = tshark('-r', file, '-T', 'fields', *named, *arguments).splitlines()
    return told[-len(TALK):]


def numbers(told):
    return [float(each) if each else None for each in told]


WANTED = [float(number) if number else None for _, number in TALK]


@pytest.mark.parametrize('passes', [(), ('-2',)], ids=['once', 'twice'])
def test_a_pattern(passes, tshark, talk):
    assert numbers(shown(tshark, talk, *passes, *rows(('x', 't:*')))) == WANTED


def test_each_label_has_its_pv(tshark, talk):
    told = shown(tshark, talk, *rows(('x', 't:ai'), ('other_1', '{t:bi,u:ai}')),
                 fields=('ca.plot.x', 'ca.plot.other_1'))
    ours, others = zip(*(line.split('\t') for line in told))
    assert [each for each in numbers(ours) if each is not None] == [1.5, -2.25]
    assert [each for each in numbers(others) if each is not None] == [3, 4]


def test_rows_of_one_label_are_one_field(tshark, talk):
    """And a PV of two of them has it once."""
    told = shown(tshark, talk, *rows(('x', 't:*'), ('x', 't:ai'), ('x', 'u:*')))
    assert numbers(told) == [*WANTED[:-1], 4]


def test_a_filter(tshark, talk):
    told = tshark('-r', talk, '-Y', 'ca.plot.x < 0', '-T', 'fields', '-e', 'frame.number',
                  *rows(('x', 't:*')))
    assert [int(number) for number in told.split()] == [
        HANDSHAKE + at + 1 for at, number in enumerate(WANTED) if number is not None and number < 0]


def test_a_graph(tshark, talk):
    """As Wireshark's I/O graphs ask for it."""
    told = tshark('-q', '-r', talk, *rows(('x', 't:ai')), '-z',
                  'io,stat,0,MAX(ca.plot.x)ca.plot.x,COUNT(ca.plot.x)ca.plot.x')
    row = next(line for line in told.splitlines() if '<>' in line)
    assert re.findall(r'-?[\d.]+', row.split('<>')[1])[1:] == ['1.500000', '2'], told


def test_the_details_show_it(tshark, talk):
    told = tshark('-r', talk, '-V', *rows(('x', 't:ai')))
    assert told.count('[x: 1.5]') == 1 and told.count('[x: -2.25]') == 1


def test_without_rows_there_is_no_field(run, talk):
    done = run(['tshark', '-r', talk, '-Y', 'ca.plot.x'])
    assert done.returncode != 0


@pytest.mark.parametrize('label, pv', [
    ('', 't:ai'), ('X', 't:ai'), ('a.b', 't:ai'), ('a b', 't:ai'), ('x', ''), ('x', 't:[ai'),
    ('x', 't:{ai'),
])
def test_a_wrong_row_is_refused(label, pv, run, talk):
    done = run(['tshark', '-r', talk, *rows((label, pv))])
    assert done.returncode != 0
    assert 'ca_plots' in done.stderr


def test_fields_come_and_go_while_a_file_is_open(sharkd, talk):
    """As in the preferences' dialog."""

    def row(label, pv):
        return 'setconf', {'name': 'uat', 'value': f'ca_plots:"{label}","{pv}"'}

    update = 'frame', {'frame': HANDSHAKE + 2, 'proto': True}
    said = sharkd(talk, update, row('x', 't:ai'), update, row('y', 't:*'), update)
    told = [str(said[each]) for each in (0, 2, 4)]
    assert [(text.count("'x: 1.5'"), text.count("'y: 1.5'")) for text in told] == [
        (0, 0), (1, 0), (1, 1)]
