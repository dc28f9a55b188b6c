# SPDX-License-Identifier: GPL-2.0-or-later
"""frame(), values() and report() against the same read by the standard library, and by hand."""

import csv
import io
import json
import math
import struct
import subprocess

import numpy
import pandas
import pytest

import caw
import load
from caw import tables
from places import CAPTURES

pytestmark = pytest.mark.filterwarnings('ignore::caw.Notice')


@pytest.fixture
def printed(program):
    """What the program itself prints, as text."""

    def printed(*arguments):
        command = [str(each) for each in (program, *arguments)]
        return subprocess.run(command, stdout=subprocess.PIPE).stdout.decode()

    return printed


def names():
    return sorted(path.name for path in CAPTURES.glob('*.pcap'))


def nanoseconds(column):
    return [None if pandas.isna(each) else each.value for each in column]


def expected_cell(key, text):
    if text == '':
        return None
    if key in ('timestamp_ns', 'data.time_ns', 'time_ns', 'frame', 'sid', 'sport'):
        return int(text)
    return float(text) if key == 'data.value' else text


# ---- frame -----------------------------------------------------------------------------------

KEYS = 'timestamp_ns frame sport message pv time_ns sid data.value data.time_ns eca_name'.split()


@pytest.mark.parametrize('name', names())
def test_cells(captures, printed, name):
    """Each cell of each capture, by the csv module."""
    text = printed('--csv=' + ','.join(KEYS), '--elements', 1, captures / name)
    rows = list(csv.DictReader(io.StringIO(text)))
    frame = caw.frame(captures / name, columns=KEYS)
    assert list(frame) == KEYS
    assert len(frame) == len(rows) > 5
    for key in KEYS:
        got = [None if pandas.isna(each) else each for each in frame[key]]
        expected = [expected_cell(key, row[key]) for row in rows]
        expected = [None if each != each else each for each in expected]
        assert got == expected, key


def test_default_columns(captures, printed):
    frame = caw.frame(captures / 'monitors.pcap')
    header = printed('--csv', captures / 'monitors.pcap').splitlines()[0].split(',')
    better = {'time_ns': 'time', 'data.time_ns': 'data.time'}
    assert list(frame) == [better.get(key, key) for key in header]


def test_types(captures):
    frame = caw.frame(
        captures / 'monitors.pcap',
        columns=['timestamp', 'put', *caw.frame(captures / 'monitors.pcap')],
    )
    types = frame.dtypes.astype(str)
    for names, kind in {
        'timestamp data.time': 'datetime64[ns]',
        'frame sport dport count': 'Int64',
        'pv message src user host dtype_name eca_name': 'category',
        'time data.value': 'float64',
        'put': 'boolean',
    }.items():
        assert set(types[names.split()]) == {kind}, names


def test_types_do_not_depend_on_rows(captures):
    full = caw.frame(captures / 'puts.pcap')
    empty = caw.frame(captures / 'puts.pcap', where='pv == "nobody has it"')
    assert len(empty) == 0
    assert list(empty.dtypes.astype(str)) == list(full.dtypes.astype(str))


def test_times_are_exact(captures, printed):
    """To the nanosecond, where a float would have lost some."""
    rows = csv.DictReader(io.StringIO(printed('--csv', captures / 'monitors.pcap')))
    stamps = [int(row['data.time_ns']) if row['data.time_ns'] else None for row in rows]
    assert any(stamp and stamp != int(float(stamp)) for stamp in stamps)
    frame = caw.frame(captures / 'monitors.pcap', columns=['timestamp', 'data.time', 'time'])
    assert nanoseconds(frame['data.time']) == stamps
    assert frame.timestamp[0] == pandas.Timestamp('2026-11-23T03:03:24.197149')
    assert frame.time[4] == 0.000144


def test_numbers_read_back_equal(save):
    """Doubles of many digits, through decimal text and back."""
    rng = numpy.random.default_rng(1)
    sent = rng.standard_normal(2000) * 10.0 ** rng.integers(-300, 300, 2000)
    circuit = load.Circuit(0)
    frames = list(circuit.opening(1))
    for number in sent:
        value = struct.pack('>d', number)
        frames.append(circuit.packet('server', load.message(15, value, 6, 1, 1, 7)))
    path = save(b'')
    load.write(path, frames)
    frame = caw.frame(path, where='get reply', columns=['data.value'])
    assert frame['data.value'].tolist() == sent.tolist()


def creations(path, names):
    """A capture in which channels are created, of these names from cid 100 on."""
    circuit = load.Circuit(0)
    frames = list(circuit.opening(0))
    for cid, name in enumerate(names, 100):
        data = load.message(18, load.text(name), p1=cid, p2=13)
        frames.append(circuit.packet('client', data))
    load.write(path, frames)
    return path


def test_text_that_looks_like_something_else(save):
    names = [
        'NA',
        'nan',
        'null',
        '1e3',
        '007',
        'a,b',
        'say "x"',
        '=1+1',
        '-5',
        '-a',
        '+1e3',
        '@x',
        "'-5",
        "it's",
        'µA',
    ]
    frame = caw.frame(
        creations(save(b''), names), where='create and cid >= 100', columns=['pv', 'cid']
    )
    assert frame.pv.tolist() == names


@pytest.mark.parametrize('names', [['007', '3.250'], ['true', 'False'], ['1e3']])
def test_texts_of_which_none_is_a_word(save, names):
    frame = caw.frame(creations(save(b''), names), where='create and cid >= 100', columns=['pv'])
    assert frame.pv.tolist() == names
    assert str(frame.pv.dtype) == 'category'


def test_where(captures):
    frame = caw.frame(captures / 'puts.pcap', where='put and pv == "t:mbbo"')
    assert set(frame.message) == {'WriteRequest', 'WriteNotifyRequest'}
    with pytest.raises(caw.Error, match='pvv'):
        caw.frame(captures / 'puts.pcap', where='pvv == 3')


def test_arrays_on_request(captures):
    where = 'update and pv == "t:wf:double"'
    first = caw.frame(captures / 'monitors.pcap', where=where, columns=['count', 'data.value'])
    assert first['data.value'].tolist() == [1.5, 1.0]
    whole = caw.frame(
        captures / 'monitors.pcap', where=where, columns=['count', 'data.value'], arrays=True
    )
    assert [len(each) for each in whole['data.value']] == whole['count'].tolist()
    assert whole['data.value'].iloc[-1].tolist() == [1.0, 2.0, 3.0]


def test_chunks(captures, children):
    whole = caw.frame(captures / 'alltypes.pcap')
    parts = list(caw.frame(captures / 'alltypes.pcap', chunks=1000))
    assert [len(part) for part in parts] == [1000] * (len(whole) // 1000) + [len(whole) % 1000]
    assert parts[1].index[0] == 1000
    assert sum(part.frame.sum() for part in parts) == whole.frame.sum()
    assert children() == []


def test_chunks_that_are_left(captures, children):
    for part in caw.frame(captures / 'alltypes.pcap', chunks=10):
        assert len(part) == 10
        break
    del part
    assert children() == []


def test_one_column(captures):
    named = caw.frame(captures / 'puts.pcap', columns='pv')
    assert named.equals(caw.frame(captures / 'puts.pcap')[['pv']])


def test_columns_that_there_are_not(captures):
    with pytest.raises(ValueError, match="there is no column 'cidd': cid?"):
        caw.frame(captures / 'puts.pcap', columns=['cidd'])


def test_open_file_and_several_files(captures):
    paths = [captures / 'monitors.pcap', captures / 'puts.pcap']
    both = caw.frame(paths)
    with open(paths[0], 'rb') as file:
        assert len(both) == len(caw.frame(file)) + len(caw.frame(paths[1]))


# ---- values ----------------------------------------------------------------------------------


def received(path, pv):
    """What servers sent of a PV, by shark: (time, value)."""
    classes = (caw.EventAddResponse, caw.ReadNotifyResponse)
    for message in caw.shark(path):
        command = message.command
        if message.pv == pv and isinstance(command, classes) and command.status.success:
            yield message.timestamp_ns, command.data


@pytest.mark.parametrize('pv', ['t:cnt', 't:sine', 't:ai'])
def test_values_of_a_number(captures, pv):
    series = caw.values(captures / 'monitors.pcap', pv)
    expected = list(received(captures / 'monitors.pcap', pv))
    assert series.name == pv
    assert str(series.dtype) == 'float64'
    assert nanoseconds(series.index) == [time for time, _ in expected]
    assert series.tolist() == [data[0] for _, data in expected]


def test_values_of_an_array(captures):
    series = caw.values(captures / 'monitors.pcap', 't:wf:double')
    expected = [list(data) for _, data in received(captures / 'monitors.pcap', 't:wf:double')]
    assert [each.tolist() for each in series] == expected


def test_values_of_a_text(captures):
    series = caw.values(captures / 'alltypes.pcap', 't:si', where='dtype == DBR_STRING')
    assert set(series) == {'hello world'}


def test_values_resample(captures):
    """As a Series with times it can be resampled."""
    means = caw.values(captures / 'monitors.pcap', 't:sine').resample('1s').mean()
    assert len(means) == 4
    assert all(abs(mean) <= 1 for mean in means)


def test_values_that_there_are_not(captures):
    series = caw.values(captures / 'puts.pcap', 'nobody:has:it')
    assert (len(series), str(series.dtype), str(series.index.dtype)) == (0, 'float64', 'datetime64[ns]')
    assert len(caw.values(captures / 'puts.pcap', 'both " and \'')) == 0


def answers(path, names, *values):
    """A capture in which a client reads each of these PVs: (type, count, bytes) of each answer."""
    circuit = load.Circuit(0)
    frames = list(circuit.opening(0))
    for sid, name in enumerate(names, 100):
        create = load.message(18, load.text(name), p1=sid, p2=13)
        frames.append(circuit.packet('client', create))
        frames.append(circuit.packet('server', load.message(18, b'', 3, 1, sid, sid)))
        for ioid, (kind, count, value) in enumerate(values):
            frames.append(circuit.packet('client', load.message(15, b'', kind, count, sid, ioid)))
            answer = load.message(15, value, kind, count, 1, ioid)
            frames.append(circuit.packet('server', answer))
    load.write(path, frames)
    return path


def states(number, *names):
    """As DBR_CTRL_ENUM."""
    texts = b''.join(name.encode().ljust(26, b'\0') for name in names).ljust(416, b'\0')
    return 31, 1, struct.pack('>HHH416sH', 0, 0, len(names), texts, number)


def test_values_of_states(save):
    """Their names come with some types only, and mean the same in all messages of the PV."""
    plain = [(3, 1, struct.pack('>H', number)) for number in (0, 1, 2, 7)]
    path = answers(
        save(b''), ['a:mbbo'], plain[1], states(0, 'Off', 'On', ''), *plain, states(1, 'Aus', 'An')
    )
    series = caw.values(path, 'a:mbbo')
    assert series.tolist() == ['On', 'Off', 'Off', 'On', 2, 7, 'An']
    assert caw.values(path, 'a:mbbo', where='dtype == DBR_ENUM').tolist() == [1, 0, 1, 2, 7]
    ambiguous = answers(save(b''), ['a:bo'], states(1, 'Off; at night', 'On'))
    assert caw.values(ambiguous, 'a:bo').tolist() == [1]


def test_values_are_no_class_of_a_record(captures):
    """alltypes.pcap has an answer of each type, of DBR_CLASS_NAME too."""
    assert 'ai' not in caw.values(captures / 'alltypes.pcap', 't:ai').tolist()


NAMES = ['both " and \'', 'both x and \'', 'a*b', 'a{b,c}', '[0]?', '=1', "'=1", '\\', 'µ', "q'", 'q"', '7']


def test_values_of_a_name_with_signs(save):
    """Each is one PV: a name is no pattern."""
    path = answers(save(b''), NAMES, (6, 1, struct.pack('>d', 3.5)))
    for name in NAMES:
        assert caw.values(path, name).tolist() == [3.5], name


# ---- report ----------------------------------------------------------------------------------


def each_table():
    return [(name, table) for name, found in tables.REPORTS.items() for table in found]


def same(kind, value, expected):
    """A cell of a DataFrame is the value of JSON."""
    if expected is None:
        return value is None or value is pandas.NaT or pandas.isna(value)
    if kind == 'moment':
        return value.value == expected
    if kind == 'seconds':
        return math.isclose(value, expected, rel_tol=0, abs_tol=0)
    return value == expected


@pytest.mark.parametrize(('name', 'table'), each_table())
def test_report(captures, printed, name, table):
    rows = 0
    for capture in ('oddities', 'twoiocs', 'repeater', 'search-missing'):
        path = captures / f'{capture}.pcap'
        lines = [json.loads(line) for line in printed(name, '--json', path).splitlines()]
        expected = [row for row in lines if row['table'] == table]
        frame = caw.report(name, path, table=table)
        header = printed(name, '--csv', '--table', table, path).splitlines()[0]
        assert list(frame) == header.split(',')
        assert len(frame) == len(expected)
        for got, row in zip(frame.to_dict('records'), expected):
            for key, kind in tables.REPORTS[name][table].items():
                assert same(kind, got[key], row[key]), (capture, key)
        assert frame.attrs['totals']['messages'] == lines_of(lines, 'totals')['messages']
        rows += len(expected)
    assert rows > 0 or table == 'strangers'


def lines_of(lines, table):
    return next(row for row in lines if row['table'] == table)


def test_types_of_reports(captures):
    frame = caw.report('channels', captures / 'oddities.pcap')
    types = frame.dtypes.astype(str)
    assert types['pv'] == types['client'] == 'string'
    assert types['sid'] == types['same_as'] == types['updates'] == 'Int64'
    assert types['opened_ns'] == types['closed_ns'] == 'datetime64[ns]'
    assert types['rate_hz'] == types['max_gap_s'] == 'float64'
    nothing = caw.report('errors', captures / 'twoiocs.pcap')
    assert len(nothing) == 0
    assert str(nothing.dtypes['count']) == 'Int64'


def test_times_that_are_none(far):
    """Nor are they in frames and reports."""
    assert caw.frame(far).timestamp.isna().all()
    opened = caw.report('circuits', far).opened_ns
    assert len(opened) == 1 and opened.isna().all() and opened.dtype == 'datetime64[ns]'


def test_report_where(captures):
    frame = caw.report('puts', captures / 'puts.pcap', where='pv == "t:mbbo"')
    assert set(frame.pv) == {'t:mbbo'}


def test_reports_that_there_are_not(captures):
    with pytest.raises(ValueError, match="there is no report 'put', but search, connect"):
        caw.report('put', captures / 'puts.pcap')
    with pytest.raises(ValueError, match="there is no table 'pvs', but puts"):
        caw.report('puts', captures / 'puts.pcap', table='pvs')
