# SPDX-License-Identifier: GPL-2.0-or-later
"""The reports of tshark -z: each figure against pandas and the tracker."""

import csv
import functools
import io
import json
import math
import os
import re
import shutil
import socket
import subprocess
from decimal import Decimal

import dpkt
import pandas
import pytest

import older
import reference
import talk
import tracker
import wire
from compare import RECORDED, decode_as, ports_of
from forms import read_json
from places import BUILD, CAPTURES, ROOT
from talk import create, hello, read, refused, value
from talk import created as created_by
from wire import EVERYBODY, SEARCHER, SERVER_END

CAPTURED = [
    'alltypes.pcap', 'caproto.pcap', 'midstream.pcap', 'nameserver.pcap', 'oddities.pcap',
    'otherport.pcap', 'twoiocs.pcap',
]  # fmt: skip
NO_CHANNELS = 'beacons.pcap'
UNANSWERED = ' channel creation requests were unanswered during this capture.'
PRINTED = 1e-9  # the last digit of the connection report
KINDS = {
    tracker.SEARCH: 'Search',
    tracker.CREATE_CHAN: 'Create Channel',
    tracker.READ: 'Read',
    tracker.READ_NOTIFY: 'Read Notify',
    tracker.WRITE_NOTIFY: 'Write Notify',
    tracker.EVENT_ADD: 'First Update',
    tracker.EVENT_CANCEL: 'Event Cancel',
    tracker.CLEAR_CHANNEL: 'Clear Channel',
    tracker.ECHO: 'Echo',
}


@functools.cache
def recorded(name):
    return tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))


@pytest.fixture
def report(tshark):
    """report(capture, option, arguments...): what one -z prints."""
    return lambda capture, option, *arguments: tshark(
        '-q', '-r', capture, *arguments, '-z', option
    )


# ---- connections: what is expected -----------------------------------------------------------

COLUMNS = 'pv client server searches asked_ns search_s tcp_s create_s total_s state frame'.split()
DESCRIBED = {
    'mean_s': 'mean', 'std_s': 'std', 'min_s': 'min', 'q25_s': '25%', 'q50_s': '50%',
    'q75_s': '75%', 'max_s': 'max',
}  # fmt: skip


def end(address):
    return '{}:{}'.format(*address)


def asks(note, command):
    return note.header and note.is_request and note.header.command == command


def creations(notes):
    return [n for n in notes if asks(n, tracker.CREATE_CHAN)]


def is_created(note):
    return note.answer and note.answer.header.command == tracker.CREATE_CHAN


def announced(answer):
    """Where a search answer of minor version 13 says the server is; ANYBODY: where it came from."""
    host, port = answer.message.source
    if answer.header.p1 != tracker.ANYBODY:
        host = socket.inet_ntoa(answer.header.p1.to_bytes(4, 'big'))
        return host, answer.header.type
    return host, port if answer.message.transport == 'tcp' else answer.header.type


class Search:
    """One search, sent again until somebody answers."""

    def __init__(self, note, notes):
        self.first = note
        self.sent = [n for n in notes if n is note or n.earlier is note]
        self.found = note.answer and note.answer.header.command == tracker.SEARCH and note.answer
        self.server = self.found and announced(self.found)
        self.creation = None

    def may_lead_to(self, creation):
        return (
            self.found
            and self.first.pv == creation.pv
            and self.first.message.source[0] == creation.message.source[0]
            and self.server == creation.message.destination
            and self.found.frame <= creation.frame
        )


class Connection:
    """A TCP connection as its flags tell it."""

    def __init__(self, client, server, frame, time):
        self.ends = client, server
        self.begun = frame, time
        self.accepted = self.closed = None


def connections(capture):
    """Those of which the SYN was captured. Ports are not used twice in captures that come here."""
    found = {}
    for frame, time, ip in reference.ip_packets(capture):
        if not isinstance(ip.data, dpkt.tcp.TCP):
            continue
        source = socket.inet_ntoa(ip.src), ip.data.sport
        target = socket.inet_ntoa(ip.dst), ip.data.dport
        flags = ip.data.flags & (wire.SYN | wire.ACK)
        if flags == wire.SYN:
            found.setdefault((source, target), Connection(source, target, frame, time))
        connection = found.get((source, target)) or found.get((target, source))
        if connection and flags == wire.SYN | wire.ACK and not connection.accepted:
            connection.accepted = frame, time
        if connection and ip.data.flags & (wire.FIN | dpkt.tcp.TH_RST) and not connection.closed:
            connection.closed = frame, time
    return found


def between(start, end):
    """Seconds, without what floats could not hold of the microseconds."""
    return round(float(end - start), 6)


def nanoseconds(time):
    return int(round(Decimal(time) * 10**6)) * 1000


def match(searches, creation):
    """The latest search that can have led to a creation and has none yet, or else shares its own."""
    able = [s for s in searches if s.may_lead_to(creation)]
    able.sort(key=lambda s: s.found.frame)
    free = [s for s in able if not s.creation]
    return (free or able or [None])[-1]


def opening(search, creation, connection, first):
    """How long the connection took, if it was made for this channel."""
    if not connection or not connection.accepted:
        return None
    ours = connection.accepted[0] > search.found.frame if search else first
    return between(connection.begun[1], connection.accepted[1]) if ours else None


def searched(search):
    """What a row says of its search."""
    row = dict.fromkeys(COLUMNS) | {'searches': 0}
    if search:
        first = search.first.message
        row |= {
            'pv': search.first.pv,
            'client': end(first.source),
            'searches': len(search.sent),
            'asked_ns': nanoseconds(first.time),
            'state': 'nobody answers',
            'frame': search.sent[-1].frame,
        }
    if search and search.found:
        row['server'] = end(search.server)
        row['search_s'] = between(first.time, search.found.message.time)
    return row


def created(creation, search, tcp):
    request = creation.message
    row = searched(search) | {
        'pv': creation.pv,
        'client': end(request.source),
        'server': end(request.destination),
        'tcp_s': tcp,
        'state': 'not created',
        'frame': creation.frame,
    }
    row['asked_ns'] = row['asked_ns'] or nanoseconds(request.time)
    if creation.answer:
        told = creation.answer.message
        row['create_s'] = between(request.time, told.time)
        row['state'] = 'connected' if is_created(creation) else 'rejected by server'
        row['frame'] = creation.answer.frame
        if search and is_created(creation):
            row['total_s'] = between(search.first.message.time, told.time)
    return row


def waiting(search, circuits):
    """An answered search without a creation, with the latest connection to that server."""
    row = searched(search)
    ours = [
        c for c in circuits.values()
        if c.ends[0][0] == search.first.message.source[0] and c.ends[1] == search.server
    ]  # fmt: skip
    row |= {'state': 'answered, no connection tried', 'frame': search.found.frame}
    latest = ours[-1] if ours else None
    if not latest or latest.closed and latest.closed[0] < search.found.frame:
        return row
    row |= {'state': 'not created', 'client': end(latest.ends[0]), 'frame': search.sent[-1].frame}
    if latest.begun[0] > search.found.frame:
        row['frame'] = latest.begun[0]
    if latest.accepted and latest.accepted[0] > search.found.frame:
        row['tcp_s'] = between(latest.begun[1], latest.accepted[1])
    return row


def expected_rows(notes, circuits):
    """In the order in which they were asked for."""
    searches, rows, used = [], [], set()
    for note in notes:
        if asks(note, tracker.SEARCH) and not note.earlier:
            searches.append(Search(note, notes))
            rows.append([notes.index(note), searches[-1], None])
    for note in creations(notes):
        ends = note.message.source, note.message.destination
        search = match(searches, note)
        tcp = opening(search, note, circuits.get(ends), ends not in used)
        used.add(ends)
        if search and not search.creation:
            search.creation = note
            next(row for row in rows if row[1] is search)[2] = created(note, search, tcp)
        else:
            rows.append([notes.index(note), None, created(note, search, tcp)])
    rows.sort(key=lambda row: row[0])
    return [
        row or (waiting(search, circuits) if search.found else searched(search))
        for _, search, row in rows
    ]


def expected_servers(rows):
    """What pandas' describe() makes of the channels that were created, by address."""
    made = [r for r in rows if r['state'] == 'connected']
    frame = pandas.DataFrame(
        {'server': [r['server'].split(':')[0] for r in made], 'took': [r['create_s'] for r in made]}
    )
    return {server: each['took'].describe() for server, each in frame.groupby('server')}


def expected(capture, ports=(5064,)):
    notes = tracker.track(reference.messages(str(capture), ports))
    return expected_rows(notes, connections(str(capture))), notes


# ---- connections: what is printed ------------------------------------------------------------


def read_text(text):
    """(totals, the report's own sentence, rows of each table as lists of words) of a report as text."""
    totals, sentence, *rest = text.splitlines()
    tables = '\n'.join(rest).strip('\n').split('\n\n')
    return totals, sentence, [[re.split(r' {2,}', row) for row in t.split('\n')] for t in tables]


def assert_servers(got, rows):
    described = expected_servers(rows)
    assert {row['server']: row['count'] for row in got} == {
        server: figures['count'] for server, figures in described.items()
    }
    for row in got:
        figures = described[row['server']]
        for key, word in DESCRIBED.items():
            value = math.nan if row[key] is None else row[key]
            assert value == pytest.approx(figures[word], abs=PRINTED, nan_ok=True), (row, key)


def assert_totals(totals, notes):
    messages = [n.message for n in notes]
    whole = [m for m in messages if not m.stray]
    assert totals['messages'] == len(whole)
    assert totals['skipped'] == sum(len(m.data) for m in messages if m.stray)
    assert totals['dropped'] == 0
    assert totals['first_ns'] <= nanoseconds(messages[0].time)
    assert totals['last_ns'] >= nanoseconds(messages[-1].time)


def assert_json(text, rows, notes):
    tables = read_json(text)
    assert next(iter(tables)) == 'totals' and len(tables['totals']) == 1
    assert_totals(tables['totals'][0], notes)
    assert [list(row) for row in tables['connect']] == [COLUMNS] * len(rows)
    assert tables['connect'] == rows
    assert_servers(tables['servers'], rows)


def told(value, first_ns, column):
    """A value as text tells it: six decimals in captures of microseconds."""
    if value is None:
        return '-'
    if column == 'asked_ns':
        return f'{(value - first_ns) // 1000 / 10**6:.6f}'
    return f'{value:.6f}' if column.endswith('_s') else str(value)


def assert_text(text, rows, first_ns):
    _, sentence, tables = read_text(text)
    unanswered = [r for r in rows if r['state'] == 'not created' and r['search_s'] is None]
    assert sentence.endswith(UNANSWERED) and int(sentence.split()[0]) >= len(unanswered)
    heading, *table = tables[0]
    if not rows:
        assert heading == ['no rows in connect'] and not table
        return
    assert heading == [column.replace('_ns', '_s') for column in COLUMNS]
    assert table == [[told(r[c], first_ns, c) for c in COLUMNS] for r in rows]
    assert max(map(len, text.splitlines())) <= 150


def assert_csv(text, rows):
    heading, *table = csv.reader(io.StringIO(text, newline=''))
    assert heading == COLUMNS and len(table) == len(rows)
    for got, row in zip(table, rows):
        for cell, column in zip(got, COLUMNS):
            same = float(cell) == row[column] if column.endswith('_s') and cell else False
            assert same or cell == ('' if row[column] is None else str(row[column])), (got, row)


@pytest.mark.parametrize('name', RECORDED)
def test_connections(name, report, stage):
    """In each form, on every capture; here and there something is created."""
    path = stage / 'captures' / name
    rows, notes = expected(path, ports_of(name))
    text = report(path, 'ca,connect,json', *decode_as(name))
    assert_json(text, rows, notes)
    assert_csv(report(path, 'ca,connect,csv', *decode_as(name)), rows)
    first_ns = read_json(text)['totals'][0]['first_ns']
    assert_text(report(path, 'ca,connect', *decode_as(name)), rows, first_ns)
    assert name not in CAPTURED or 'connected' in {row['state'] for row in rows}


def test_one_table(report, stage):
    path = stage / 'captures' / 'twoiocs.pcap'
    heading, *rows = csv.reader(report(path, 'ca,connect,csv,table=servers').splitlines())
    assert heading == ['server', 'count', *DESCRIBED] and len(rows) == 2
    tables = read_json(report(path, 'ca,connect,table=servers,json'))
    assert tables.keys() == {'totals', 'servers'}
    assert len(read_text(report(path, 'ca,connect,table=servers'))[2]) == 1


def test_connections_of_two_passes(report, stage):
    capture = stage / 'captures' / 'twoiocs.pcap'
    assert report(capture, 'ca,connect', '-2') == report(capture, 'ca,connect')


def test_a_capture_without_channels(report, stage):
    totals, sentence, tables = read_text(report(stage / 'captures' / NO_CHANNELS, 'ca,connect'))
    assert ' messages in ' in totals and sentence == '0' + UNANSWERED
    assert tables == [[['no rows in connect']], [['no rows in servers']]]


def test_a_filter_chooses_frames(report, stage):
    """Those between two hosts, with the searches' answers; a filter may have commas."""
    path = stage / 'captures' / 'twoiocs.pcap'
    wanted = [r for r in expected(path, ports_of('twoiocs.pcap'))[0] if '10.77.0.2' in r['server']]
    for option in (
        'ca,connect,json,ip.addr == 10.77.0.2',
        'ca,connect,json,ip.addr == 10.77.0.2 && !(ca.pv == "a,b")',
    ):
        got = read_json(report(path, option, *decode_as('twoiocs.pcap')))['connect']
        assert [(r['pv'], r['create_s'], r['frame']) for r in got] == [
            (r['pv'], r['create_s'], r['frame']) for r in wanted
        ]


# ---- connections by hand ---------------------------------------------------------------------


def saved(save, timed):
    """The path and the tracker's notes of (milliseconds, packet)."""
    timed = [(wire.NOON + Decimal(ms) / 1000, packet) for ms, packet in timed]
    capture = wire.pcap(wire.ethernet(timed))
    return save(capture), tracker.track(reference.messages(capture))


def rows_of(report, path):
    return read_json(report(path, 'ca,connect,json'))['connect']


def cells(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


def quick_circuits():
    """Three channels of one server, 1, 2 and 30 ms; one of another; refused; never answered."""
    first = wire.circuit([
        create(1, 't:a'), created_by(1, 1), create(2, 't:b'), created_by(2, 2), create(3, 't:c'),
        created_by(3, 3), create(4, 't:no'), refused(4), create(5, 't:never'), create(6, 't:nor'),
    ])  # fmt: skip
    times = [0, 1, 2, 3, 10, 12, 20, 50, 60, 61, 70, 71]
    second = wire.circuit([create(1, 't:z'), created_by(1, 1)], server=('10.1.0.9', 5064))
    return list(zip(times + [80, 81, 82, 89], first + second))


def test_figures_that_can_be_checked_by_hand(report, save):
    path, _ = saved(save, quick_circuits())
    text = report(path, 'ca,connect')
    assert read_text(text)[1] == '2' + UNANSWERED
    assert cells(rows_of(report, path), 'pv', 'tcp_s', 'create_s', 'state', 'frame') == [
        ('t:a', 0.001, 0.001, 'connected', 4),
        ('t:b', None, 0.002, 'connected', 6),
        ('t:c', None, 0.03, 'connected', 8),
        ('t:no', None, 0.001, 'rejected by server', 10),
        ('t:never', None, None, 'not created', 11),
        ('t:nor', None, None, 'not created', 12),
        ('t:z', 0.001, 0.007, 'connected', 16),
    ]
    assert read_text(text)[2][1][1:] == [
        '10.1.0.1 3 0.011000 0.016462 0.001000 0.001500 0.002000 0.016000 0.030000'.split(),
        '10.1.0.9 1 0.007000 - 0.007000 0.007000 0.007000 0.007000 0.007000'.split(),
    ]


def test_the_time_from_the_first_search(report, save):
    """Sent twice; another host's search for the same name is not ours."""
    ask = talk.version(1) + talk.search(1, 't:a')
    packets = [
        wire.udp(('10.1.0.7', 40001), EVERYBODY, ask),
        wire.udp(SEARCHER, EVERYBODY, ask),
        wire.udp(SEARCHER, EVERYBODY, talk.version(2) + talk.search(1, 't:a')),
        wire.udp(SERVER_END, SEARCHER, talk.version(2) + talk.found(1)),
        *wire.circuit([hello(), create(1, 't:a'), created_by(1, 5)]),
    ]
    path, _ = saved(save, list(enumerate(packets)))
    columns = 'client', 'searches', 'search_s', 'tcp_s', 'create_s', 'total_s', 'state'
    assert cells(rows_of(report, path), *columns) == [
        ('10.1.0.7:40001', 1, None, None, None, None, 'nobody answers'),
        ('10.1.0.2:40100', 2, 0.002, 0.001, 0.001, 0.007, 'connected'),
    ]


def test_two_clients_on_a_host_that_search_at_the_same_time(report, save):
    """Two processes, both with cid 1: who is answered connects."""
    first, second = ('10.1.0.2', 40001), ('10.1.0.2', 40002)
    ask = talk.version(1) + talk.search(1, 't:a')
    answer = talk.version(1) + talk.found(1)
    opening = [create(1, 't:a'), created_by(1, 5)]
    packets = [
        wire.udp(first, EVERYBODY, ask),
        wire.udp(second, EVERYBODY, ask),
        wire.udp(SERVER_END, first, answer),
        *wire.circuit(opening),
        wire.udp(SERVER_END, second, answer),
        *wire.circuit(opening, client=('10.1.0.2', 40200)),
    ]
    path, _ = saved(save, list(enumerate(packets)))
    assert cells(rows_of(report, path), 'client', 'total_s') == [
        ('10.1.0.2:40100', 0.006), ('10.1.0.2:40200', 0.01),
    ]  # fmt: skip


def unreachable(packet, code):
    """What a router sends back: ICMP 3 with the beginning of the packet."""
    quoted = dpkt.icmp.ICMP.Unreach(data=dpkt.ip.IP(packet))
    reply = dpkt.ip.IP(
        src=socket.inet_aton('10.1.0.254'), dst=dpkt.ip.IP(packet).src, p=dpkt.ip.IP_PROTO_ICMP,
        ttl=64, data=dpkt.icmp.ICMP(type=3, code=code, data=quoted),
    )  # fmt: skip
    reply.len = len(reply)
    return bytes(reply)


def test_a_server_that_answers_and_takes_no_connection(report, save):
    servers = {name: (f'10.1.0.{number}', 5064) for number, name in enumerate(NOT_TAKEN, 11)}
    packets = []
    for cid, (name, server) in enumerate(servers.items()):
        packets += [
            (cid, wire.udp(SEARCHER, EVERYBODY, talk.version(1) + talk.search(cid, name))),
            (cid, wire.udp(server, SEARCHER, talk.version(1) + talk.found(cid))),
        ]
    for number, (name, server) in enumerate(servers.items()):
        client = ('10.1.0.2', 40110 + number)
        syn = wire.tcp(client, server, seq=7, flags=wire.SYN)
        reset = wire.tcp(server, client, ack=8, flags=dpkt.tcp.TH_RST | wire.ACK)
        packets += {
            't:mute': [(10, syn), (1010, syn), (3010, syn)],
            't:rst': [(20, syn), (21, reset)],
            't:icmp': [(30, syn), (31, unreachable(syn, 10))],
            't:idle': [],
        }[name]
    path, _ = saved(save, packets)
    assert cells(rows_of(report, path), 'pv', 'state', 'frame') == [
        ('t:mute', 'no answer to 3 SYN', 11),
        ('t:rst', 'refused (RST)', 13),
        ('t:icmp', 'refused (ICMP 3/10)', 15),
        ('t:idle', 'answered, no connection tried', 8),
    ]


NOT_TAKEN = 't:mute', 't:rst', 't:icmp', 't:idle'


def test_a_name_of_60_kilobytes_pads_no_row(report, save):
    """It may be long in JSON, for it is what was sent."""
    long = 'x' * 60000
    opening = [create(1, long)] + [create(cid, f't:{cid}') for cid in range(2, 400)]
    path, _ = saved(save, list(enumerate(wire.circuit(opening))))
    assert max(map(len, report(path, 'ca,connect').splitlines())) <= 150
    assert rows_of(report, path)[0]['pv'] == long


# ---- every report ----------------------------------------------------------------------------

REPORTS = ['search', 'connect', 'circuits', 'channels', 'puts', 'errors', 'servers']


def test_all_reports_are_listed(run):
    listed = run(['tshark', '-z', 'help'])
    words = {line.strip() for line in (listed.stdout + listed.stderr).splitlines()}
    mine = {word for word in words if word.startswith('ca,')}
    tables = {f'ca,table,{name}' for name in REPORTS}
    assert mine == {'ca,filter', 'ca,json', 'ca,lines', 'ca,srt', *(f'ca,{name}' for name in REPORTS), *tables}


@pytest.mark.parametrize(
    'option',
    ['ca,connect,no filter at all', 'ca,connects', 'ca,connect,table=none', 'ca,connect,jsons',
     'ca,none', 'ca,srt,)(', 'ca,filter', 'ca,filter,no filter at all',
     'ca,connect,json,csv', 'ca,connect,text,json', 'ca,connect,json,ip,table=servers',
     'ca,connect,table=connect,table=servers'],
)  # fmt: skip
def test_a_bad_option_says_so(option, run, stage):
    done = run(['tshark', '-q', '-r', stage / 'captures' / NO_CHANNELS, '-z', option])
    assert done.returncode != 0
    assert option.split(',')[1][:3] in done.stderr and not done.stdout


@pytest.mark.parametrize(
    'options, told',
    [
        (('ca,lines', 'ca,filter,ca'), 'before -z ca,lines'),
        (('ca,filter,ca', 'ca,filter,ip', 'ca,lines'), 'twice'),
        (('ca,filter,ca',), 'there is none'),
        (('ca,filter,ca', 'ca,connect'), 'there is none'),
    ],
)
def test_a_filter_that_nothing_would_heed_says_so(options, told, run, stage):
    words = [word for option in options for word in ('-z', option)]
    done = run(['tshark', '-q', '-r', stage / 'captures' / NO_CHANNELS, *words])
    assert done.returncode != 0
    assert done.stderr.startswith('caw: -z ca,filter ') and told in done.stderr


def test_text_is_a_form(report, stage):
    path = stage / 'captures' / 'twoiocs.pcap'
    usual = report(path, 'ca,connect,table=servers')
    assert report(path, 'ca,connect,text,table=servers') == usual
    assert report(path, 'ca,connect,table=servers,text,ip') == usual


@pytest.fixture
def window(sharkd):
    """window(capture, report): the table of the Statistics menu, with its columns."""

    def window(capture, name):
        (answer,) = sharkd(capture, ('tap', {'tap0': f'nstat:ca,table,{name}'}))
        (told,) = [tap for tap in answer['taps'] if tap]
        assert len(told['tables']) == 1
        return [field['c'] for field in told['fields']], told['tables'][0]

    return window


@pytest.mark.parametrize('name', ['twoiocs.pcap', 'search-missing.pcap', 'oddities.pcap'])
def test_the_window_of_the_connections(name, window, report, stage):
    """Numbers are numbers, so that they sort, and the frame is one of them."""
    path = stage / 'captures' / name
    tables = read_json(report(path, 'ca,connect,json'))
    columns, table = window(path, 'connect')
    assert table['t'] == 'CA Connections'
    assert columns == [
        'PV', 'Client', 'Server', 'Searches', 'Asked (s)', 'Search (s)', 'TCP (s)', 'Create (s)',
        'Total (s)', 'State', 'Frame',
    ]  # fmt: skip
    first_ns = tables['totals'][0]['first_ns']
    for row in tables['connect']:
        row['asked_ns'] = (row['asked_ns'] - first_ns) // 1000 / 10**6
        row['server'] = row['server'] or '-'
    assert table['i'] == [list(row.values()) for row in tables['connect']]
    whole = {type(row[column]) for row in table['i'] for column in (3, 10)}
    assert whole == {float if older.formats_numbers_of_tables() else int}


def test_the_table_of_the_command_line(report, stage):
    shown = report(stage / 'captures' / 'twoiocs.pcap', 'ca,table,connect,ip.addr == 10.77.0.2')
    assert 'CA Connections' in shown and 'third:ai' in shown and 'second:ai' not in shown
    row = next(line for line in shown.splitlines() if 'third:ai' in line)
    cells = [cell.strip() for cell in row.split('|')]
    assert cells[3] == '0' and cells[10].isdigit()  # searches, frame: whole numbers


def sanitized(stage):
    """Variables for a plugin that tells when it touches memory that is not its own."""
    build = BUILD / 'sanitized'
    flags = '-DCMAKE_C_FLAGS=-fsanitize=address -fno-omit-frame-pointer'
    configure = ['cmake', '-S', ROOT, '-B', build, '-DCMAKE_C_COMPILER=gcc', flags]
    for command in (configure, ['cmake', '--build', build, '-j', '2', '--target', 'ca']):
        subprocess.run(command, check=True, capture_output=True)
    plugins = stage / 'made' / 'sanitized'
    shutil.copytree(build / 'plugins', plugins, dirs_exist_ok=True)
    for path in [plugins, *plugins.rglob('*')]:
        path.chmod(0o755)
    library = subprocess.run(
        ['gcc', '-print-file-name=libasan.so'], check=True, capture_output=True, text=True
    ).stdout.strip()
    return {
        'LD_PRELOAD': library,
        'ASAN_OPTIONS': 'detect_leaks=0',
        'WIRESHARK_PLUGIN_DIR': str(plugins),
    }


def test_a_reader_that_begins_anew(run, stage):
    """tshark -M forgets the packets so far, and all that it has kept for them: reports do not."""
    wanted = [word for name in REPORTS for word in ('-z', f'ca,{name},json')]
    done = run(
        ['tshark', '-q', '-M', '20', '-r', stage / 'captures' / 'twoiocs.pcap', *wanted],
        env=older.freed_memory(lambda: sanitized(stage))
        | {'WIRESHARK_DEBUG_WMEM_OVERRIDE': 'simple'},  # so that it sees Wireshark's memory
    )
    assert done.returncode == 0 and 'Sanitizer' not in done.stderr, done.stderr[:3000]
    assert 'resetting session' in done.stderr
    tables = read_json(done.stdout)
    assert len(tables['totals']) == len(REPORTS) and all(t['messages'] for t in tables['totals'])
    assert all(tables[name] for name in REPORTS)


# ---- an output that takes nothing ------------------------------------------------------------

OUTPUTS = ['ca,lines', 'ca,json', 'ca,srt', *(f'ca,{name}' for name in REPORTS)]


@pytest.mark.parametrize('option', OUTPUTS)
def test_a_full_disk_is_told(option, run, stage):
    with open('/dev/full', 'w') as full:
        done = run(
            ['tshark', '-q', '-r', stage / 'captures' / 'twoiocs.pcap', '-z', option],
            stdout=full, stderr=subprocess.PIPE, capture_output=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, 'caw: No space left on device\n')


@pytest.mark.parametrize('option', OUTPUTS)
def test_a_closed_output_is_told(option, run, stage):
    tshark = f'exec tshark -q -r "$0" -z {option} >&-'
    done = run(['sh', '-c', tshark, stage / 'captures' / 'twoiocs.pcap'])
    assert (done.returncode, done.stderr) == (1, 'caw: Bad file descriptor\n')


@pytest.mark.parametrize('option', [*OUTPUTS, 'io,stat,0', 'conv,tcp'])
def test_caw_tells_it_of_any_report(option, run, program, stage):
    for where, told in (
        ('> /dev/full', 'caw: No space left on device\n'),
        ('>&-', 'caw: Bad file descriptor\n'),
    ):
        caw = f'exec "$0" -r "$1" -z {option} {where}'
        done = run(['sh', '-c', caw, program, stage / 'captures' / 'twoiocs.pcap'])
        assert (done.returncode, done.stderr) == (1, told)


@pytest.mark.parametrize('option', OUTPUTS)
def test_a_broken_pipe_ends_quietly(option, run, stage):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(
        ['tshark', '-q', '-r', stage / 'captures' / 'twoiocs.pcap', '-z', option],
        stdout=writer, stderr=subprocess.PIPE, capture_output=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, '')


@pytest.mark.parametrize('expression', ['write', 'echo and port 5064'])  # above and below a buffer
def test_capture_filters_that_cannot_be_printed(expression, run, program):
    """What the filter does not see is told first."""
    for where, status, told in (
        ('> /dev/full', 1, 'caw: No space left on device\n'),
        ('>&-', 1, 'caw: Bad file descriptor\n'),
    ):
        done = run(['sh', '-c', f'"$0" --capture-filter "$1" {where}', program, expression])
        assert done.returncode == status and done.stderr.endswith(told), done.stderr
    reader, writer = os.pipe()
    os.close(reader)
    done = run(
        [program, '--capture-filter', expression],
        stdout=writer, stderr=subprocess.PIPE, capture_output=False,
    )  # fmt: skip
    os.close(writer)
    assert done.returncode == 0 and 'pipe' not in done.stderr


# ---- service response times ------------------------------------------------------------------


def read_times(text):
    """{server: {kind: (calls, min, max, average)}} of ca,srt."""
    tables = {}
    for line in text.splitlines():
        if line.startswith('Index'):
            name = ' '.join(line.split()[1 : line.split().index('Calls')])
            rows = tables.setdefault(name, {})
        elif line[:5].strip().isdigit():
            words = line.split()
            calls, low, high, mean, _ = words[-5:]
            rows[' '.join(words[1:-5])] = (int(calls), *map(float, (low, high, mean)))
    return tables


def expected_times(notes, frames=None):
    tables = {'All servers': {}}
    for note in notes:
        if not note.request or note.request.answer is not note:
            continue
        kind = KINDS.get(note.request.header.command)
        if kind and (frames is None or note.frame in frames):
            host, port = note.message.source
            for name in ('All servers', f'{host}:{port}'):
                tables.setdefault(name, {}).setdefault(kind, []).append(float(note.time))
    return {name: {k: summary(v) for k, v in rows.items()} for name, rows in tables.items()}


def summary(times):
    return len(times), min(times), max(times), sum(times) / len(times)


def assert_times(text, expected):
    got = read_times(text)
    assert got.keys() == expected.keys()
    for server, rows in expected.items():
        assert got[server].keys() == rows.keys(), server
        for kind, figures in rows.items():
            assert got[server][kind] == pytest.approx(figures, abs=1e-6), (server, kind)


@pytest.mark.parametrize('name', CAPTURED)
def test_response_times(name, report, stage):
    text = report(stage / 'captures' / name, 'ca,srt', *decode_as(name))
    assert_times(text, expected_times(recorded(name)))


def test_response_times_of_filtered_frames(report, stage):
    notes = recorded('twoiocs.pcap')
    frames = {n.frame for n in notes if n.message.source[0] == '10.77.0.2'}
    text = report(stage / 'captures' / 'twoiocs.pcap', 'ca,srt,ip.src == 10.77.0.2')
    assert_times(text, expected_times(notes, frames))


def every_kind():
    """One of each kind of exchange, each taking a millisecond more; one search answered twice."""
    pairs = [
        (talk.old_read(5, 1), talk.old_value(1, 1)),
        (read(5, 2), value(2)),
        (talk.write_notify(5, 3), talk.written(3)),
        (talk.subscribe(5, 4), talk.update(4)),
        (talk.cancel(5, 4), talk.unsubscribed(5, 4)),
        (talk.client(talk.ECHO), talk.server(talk.ECHO)),
        (talk.clear(5, 1), talk.cleared(5, 1)),
    ]
    search = wire.udp(SEARCHER, EVERYBODY, talk.version(1) + talk.search(1, 't:a'))
    answer = wire.udp(SERVER_END, SEARCHER, talk.version(1) + talk.found(1) * 2)
    chunks = [create(1, 't:a'), created_by(1, 5)] + [chunk for pair in pairs for chunk in pair]
    packets = [search, answer, *wire.circuit(chunks)]
    times = [sum(range(n // 2)) * 2 + n % 2 * (n // 2 + 1) for n in range(len(packets))]
    return list(zip(times, packets))


def test_every_kind_of_exchange_is_counted_once(report, save):
    path, notes = saved(save, every_kind())
    text = report(path, 'ca,srt')
    assert_times(text, expected_times(notes))
    assert {kind: row[0] for kind, row in read_times(text)['All servers'].items()} == {
        kind: 1 for kind in KINDS.values()
    }


def test_response_times_of_a_capture_without_any(report, stage):
    assert read_times(report(stage / 'captures' / NO_CHANNELS, 'ca,srt')) == {'All servers': {}}


# ---- words of the line -----------------------------------------------------------------------


@pytest.mark.parametrize('name', ['oddities.pcap', 'twoiocs.pcap'])
def test_names_and_times_in_a_format(name, caw, stage):
    form = '{frame}|{pv}|{user}|{host}|{dt}'
    done = caw('--format', form, '-r', stage / 'captures' / name)
    assert done.returncode == 0, done.stderr
    notes = recorded(name)
    lines = [line.split('|') for line in done.stdout.splitlines()]
    assert len(lines) == len(notes)
    for (frame, pv, user, host, dt), note in zip(lines, notes):
        assert int(frame) == note.frame
        if note.message.stray:
            continue
        expected = (note.pv, note.user_then, note.host_then)
        assert (pv, user, host) == tuple(str(known) for known in expected), note
        took = None if dt == 'None' else float(dt)
        assert took == (note.time and pytest.approx(note.time, abs=1e-6))
