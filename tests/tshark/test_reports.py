# SPDX-License-Identifier: GPL-2.0-or-later
"""The reports of tshark -z: each figure against pandas and the tracker."""

import functools
import math
from decimal import Decimal

import pandas
import pytest

import reference
import talk
import tracker
import wire
from compare import decode_as, ports_of
from conftest import CAPTURES
from talk import create, created, hello, read, refused, value
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


# ---- connections -----------------------------------------------------------------------------


def read_connections(text):
    """(unanswered, rows of channels, rows of servers) of ca,connect."""
    first, _, *rest = text.splitlines()
    assert first.endswith(UNANSWERED)
    blank = rest.index('')
    channels, servers = [line.split() for line in rest[:blank]], rest[blank + 1 :]
    assert channels[0] == ['PV', 'server_address', 't', 'dt', 'search']
    assert servers[0].split() == [
        'server_address', 'count', 'mean', 'std', 'min', '25%', '50%', '75%', 'max',
    ]  # fmt: skip
    return int(first.split()[0]), channels[1:], [line.split() for line in servers[1:]]


def creations(notes, frames=None):
    asked = [n for n in notes if n.header and n.is_request]
    asked = [n for n in asked if n.header.command == tracker.CREATE_CHAN]
    return [n for n in asked if frames is None or n.frame in frames]


def is_created(note):
    return note.answer and note.answer.header.command == tracker.CREATE_CHAN


def search_before(notes, creation):
    """The search of this name from this host that was the last to be asked or answered.

    Two clients on the host may search at the same time: who is answered connects.
    """
    told = [search_told(n) for n in notes[: notes.index(creation)] if n.header]
    client = creation.message.source[0]
    ours = [s for s in told if s and s.pv == creation.pv and s.message.source[0] == client]
    return ours[-1] if ours else None


def search_told(note):
    """The search that this message asks for the first time, or by datagram answers first."""
    if note.header.command != tracker.SEARCH:
        return None
    if note.is_request:
        return None if note.earlier else note
    first = note.request and note.request.answer is note
    return note.request if first and note.message.transport == 'udp' else None


def exact(seconds):
    """A difference of two floats, without what they could not hold of the microseconds."""
    return round(float(seconds), 6)


def since_search(notes, creation):
    search = search_before(notes, creation)
    return creation.answer.message.time - search.message.time if search else math.nan


def expected_channels(notes, frames=None):
    """The table of pandas: a row for each pair of request and answer, in the order of answers."""
    pairs = [n for n in creations(notes, frames) if is_created(n)]
    pairs.sort(key=lambda n: notes.index(n.answer))
    return pandas.DataFrame(
        {
            'PV': n.pv,
            'server_address': n.message.destination[0],
            't': n.message.time,
            'dt': exact(n.answer.time),
            'search': exact(since_search(notes, n)),
        }
        for n in pairs
    )


def assert_channels(got, expected):
    assert len(got) == len(expected)
    for row, wanted in zip(got, expected.to_dict('records')):
        assert row == [
            wanted['PV'],
            wanted['server_address'],
            seconds(wanted['t']),
            seconds(wanted['dt']),
            seconds(wanted['search']),
        ]


def seconds(number):
    """As printed; these captures count microseconds."""
    return 'NaN' if math.isnan(number) else f'{number:.6f}000'


def assert_servers(got, channels):
    if not len(channels):
        assert not got
        return
    described = channels.groupby('server_address')['dt'].describe()
    assert [row[0] for row in got] == list(described.index)
    for row in got:
        wanted = described.loc[row[0]]
        assert int(row[1]) == wanted['count']
        for text, column in zip(row[2:], ('mean', 'std', 'min', '25%', '50%', '75%', 'max')):
            assert float(text) == pytest.approx(wanted[column], abs=PRINTED, nan_ok=True), row


def assert_connections(text, notes, frames=None):
    unanswered, channels, servers = read_connections(text)
    expected = expected_channels(notes, frames)
    assert unanswered == len([n for n in creations(notes, frames) if not n.answer])
    assert_channels(channels, expected)
    assert_servers(servers, expected)
    return unanswered, channels, servers


@pytest.mark.parametrize('name', CAPTURED)
def test_connections_are_what_pandas_makes_of_them(name, report, stage):
    text = report(stage / 'captures' / name, 'ca,connect', *decode_as(name))
    _, channels, _ = assert_connections(text, recorded(name))
    assert channels


def test_connections_of_two_passes(report, stage):
    capture = stage / 'captures' / 'twoiocs.pcap'
    assert report(capture, 'ca,connect', '-2') == report(capture, 'ca,connect')


def test_a_capture_without_channels(report, stage):
    text = report(stage / 'captures' / NO_CHANNELS, 'ca,connect')
    assert read_connections(text) == (0, [], [])


def test_a_filter_chooses_frames(report, stage):
    notes = recorded('twoiocs.pcap')
    frames = {n.frame for n in notes if n.message.destination[0] == '10.77.0.2'}
    text = report(stage / 'captures' / 'twoiocs.pcap', 'ca,connect,ip.dst == 10.77.0.2')
    assert_connections(text, notes, frames)


def quick_circuits():
    """Three channels of one server, 1, 2 and 30 ms; one of another; refused; never answered."""
    first = wire.circuit([
        create(1, 't:a'), created(1, 1), create(2, 't:b'), created(2, 2), create(3, 't:c'),
        created(3, 3), create(4, 't:no'), refused(4), create(5, 't:never'), create(6, 't:nor'),
    ])  # fmt: skip
    times = [0, 1, 2, 3, 10, 12, 20, 50, 60, 61, 70, 71]
    second = wire.circuit([create(1, 't:z'), created(1, 1)], server=('10.1.0.9', 5064))
    return list(zip(times + [80, 81, 82, 89], first + second))


def saved(save, timed):
    """The path and the tracker's notes of (milliseconds, packet)."""
    timed = [(wire.NOON + Decimal(ms) / 1000, packet) for ms, packet in timed]
    capture = wire.pcap(wire.ethernet(timed))
    return save(capture), tracker.track(reference.messages(capture))


def test_figures_that_can_be_checked_by_hand(report, save):
    path, notes = saved(save, quick_circuits())
    unanswered, channels, servers = assert_connections(report(path, 'ca,connect'), notes)
    assert unanswered == 2
    assert [row[0] for row in channels] == ['t:a', 't:b', 't:c', 't:z']
    assert [row[3:] for row in channels] == [
        [dt, 'NaN'] for dt in ('0.001000000', '0.002000000', '0.030000000', '0.007000000')
    ]
    assert servers == [
        '10.1.0.1 3 0.011000000 0.016462078 0.001000000 0.001500000 0.002000000 0.016000000 '
        '0.030000000'.split(),
        '10.1.0.9 1 0.007000000 NaN'.split() + ['0.007000000'] * 5,
    ]


def test_the_time_from_the_first_search(report, save):
    """Sent twice; another host's search for the same name is not ours."""
    ask = talk.version(1) + talk.search(1, 't:a')
    packets = [
        wire.udp(('10.1.0.7', 40001), EVERYBODY, ask),
        wire.udp(SEARCHER, EVERYBODY, ask),
        wire.udp(SEARCHER, EVERYBODY, talk.version(2) + talk.search(1, 't:a')),
        wire.udp(SERVER_END, SEARCHER, talk.version(2) + talk.found(1)),
        *wire.circuit([hello(), create(1, 't:a'), created(1, 5)]),
    ]
    path, notes = saved(save, list(enumerate(packets)))
    _, channels, _ = assert_connections(report(path, 'ca,connect'), notes)
    assert channels[0][3:] == ['0.001000000', '0.007000000']


def test_two_clients_on_a_host_that_search_at_the_same_time(report, save):
    """Two processes, both with cid 1: who is answered connects."""
    first, second = ('10.1.0.2', 40001), ('10.1.0.2', 40002)
    ask = talk.version(1) + talk.search(1, 't:a')
    answer = talk.version(1) + talk.found(1)
    opening = [create(1, 't:a'), created(1, 5)]
    packets = [
        wire.udp(first, EVERYBODY, ask),
        wire.udp(second, EVERYBODY, ask),
        wire.udp(SERVER_END, first, answer),
        *wire.circuit(opening),
        wire.udp(SERVER_END, second, answer),
        *wire.circuit(opening, client=('10.1.0.2', 40200)),
    ]
    path, notes = saved(save, list(enumerate(packets)))
    _, channels, _ = assert_connections(report(path, 'ca,connect'), notes)
    assert [row[4] for row in channels] == ['0.006000000', '0.010000000']


@pytest.mark.parametrize('option', ['ca,connect,no filter at all', 'ca,connects', 'ca,srt,)('])
def test_a_bad_option_says_so(option, run, stage):
    done = run(['tshark', '-q', '-r', stage / 'captures' / NO_CHANNELS, '-z', option])
    assert done.returncode != 0
    assert option.split(',')[1][:3] in done.stderr and not done.stdout


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
    chunks = [create(1, 't:a'), created(1, 5)] + [chunk for pair in pairs for chunk in pair]
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
