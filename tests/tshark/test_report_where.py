# SPDX-License-Identifier: GPL-2.0-or-later
"""What reports know of a capture with --where, all of them together, and response times."""

import json
import statistics

import numpy
import pytest

import expect_errors
import expect_puts
import reference
import talk
import tracker
import wire
from compare import RECORDED, ports_of
from forms import read_json, saved
from places import CAPTURES
from test_report_puts import begin, in_order, story
from test_reports import KINDS

USAGE = 2


@pytest.fixture
def told(caw):
    """told(report, arguments...): its tables."""

    def told(*arguments):
        done = caw(*arguments, '--json')
        assert done.returncode == 0, done.stderr
        return read_json(done.stdout)

    return told


# ---- messages that are chosen ------------------------------------------------------------------


@pytest.mark.parametrize('name', ['puts.pcap', 'oddities.pcap', 'twoiocs.pcap'])
@pytest.mark.parametrize('pv', ['t:ao', 't:ro', 't:ai', 't:dup'])
def test_messages_of_a_pv(name, pv, told, captures):
    """Rows of it stay as they are, and there are no others."""
    where = '--where', f'pv == "{pv}"', captures / name
    rows = expect_puts.expected(str(CAPTURES / name), ports_of(name))
    assert in_order(told('puts', *where)['puts']) == in_order(r for r in rows if r['pv'] == pv)
    rows = expect_errors.expected(str(CAPTURES / name), ports_of(name))
    got = told('errors', *where)['errors']
    assert sorted(map(str, got)) == sorted(str(r) for r in rows if r['pv'] == pv)


def test_an_unanswered_request_is_old_by_what_is_not_chosen(told, save):
    """Its own message is the last that is chosen."""
    packets = story(begin('t:a', 't:b') + [talk.read(1, 7)])
    late = (4000, wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version(1) + talk.search(9, 't:n')))
    path, _ = saved(save, [*packets, late])
    (row,) = told('errors', '--where', 'pv == "t:a"', path)['errors']
    assert row['status'] == 'NO_ANSWER'


def test_life_of_circuits_reaches_reports(told, captures):
    """Each step of a connection is there, as without the expression."""
    path = captures / 'search-missing.pcap'
    whole = [row for row in told('connect', path)['connect'] if row['pv'] == 't:ai']
    assert told('connect', '--where', 'pv == "t:ai"', path)['connect'] == whole
    assert any(row['tcp_s'] for row in whole)


# ---- circuits that are chosen ------------------------------------------------------------------


def two_clients():
    """The same of op at console3, and of root at vm."""
    packets = []
    for number, names in enumerate((('op', 'console3'), ('root', 'vm'))):
        hello, *rest = begin('t:a')
        chunks = [talk.server(talk.version()[:16]), talk.hello(*names), *rest, talk.write_notify(1, 7),
                  talk.written(7, 376), talk.read(1, 8), talk.value(8)]  # fmt: skip
        client = (f'10.1.0.{2 + number}', 40100 + number)
        packets += story(chunks, start=number, client=client)
    return sorted(packets, key=lambda each: each[0])


@pytest.mark.parametrize(
    'expression, users',
    [
        ('user == "op"', ['op']),
        ('host == "vm"', ['root']),
        ('user == "op" or host == "vm"', ['op', 'root']),
        ('not user == "op" and not host == "x"', ['root']),
        ('src == 10.1.0.2', ['op']),
        ('dst == 10.1.0.3', ['root']),
        ('user == "op" and dst == 10.1.0.1', ['op']),
        ('host 10.1.0.3', ['root']),
        ('user == "nobody"', []),
    ],
)
def test_whole_circuits(expression, users, told, save):
    """Of both sides, and from the first message on: the totals count them."""
    path, capture = saved(save, two_clients())
    notes = tracker.track(reference.messages(capture))
    wanted = {n.circuit.user: 0 for n in notes}
    for note in notes:
        wanted[note.circuit.user] += 1
    table = told('puts', '--where', expression, path)
    assert sorted(row['user'] for row in table['puts']) == users
    assert {row['outcome'] for row in table['puts']} <= {'ECA_NOWTACCESS'}
    if 'not' not in expression:
        assert table['totals'][0]['messages'] == sum(wanted[user] for user in users)
    (errors,) = [told('errors', '--where', expression, path)['errors']]
    assert sum(row['count'] for row in errors) == len(users)


def test_one_more_word_chooses_messages(told, save):
    """The answer is no put: the report knows nothing of it."""
    path, _ = saved(save, two_clients())
    table = told('puts', '--where', 'user == "op" and put', path)
    assert table['totals'][0]['messages'] == 1
    assert [row['outcome'] for row in table['puts']] == ['no answer']


# ---- what waits for an answer ------------------------------------------------------------------


@pytest.mark.parametrize('expression, word', [
    ('unanswered', 'unanswered'), ('put and not unanswered', 'unanswered'),
    ('get and (time > 1 or user == "op")', 'time'),
])  # fmt: skip
def test_a_report_does_not_wait(expression, word, caw, captures):
    done = caw('puts', '--where', expression, captures / 'puts.pcap')
    first, shown, mark = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (USAGE, '')
    assert 'a report does not wait for answers' in first and word in first and 'NO_ANSWER' in first
    assert shown[mark.index('^') :].startswith(word)


# ---- all of them -------------------------------------------------------------------------------


@pytest.mark.parametrize('name', ['puts.pcap', 'oddities.pcap', 'beacons.pcap'])
def test_all_at_once(name, caw, captures):
    """Each report as if it were alone, in JSON with its name."""
    found = {}
    for line in caw('all', '--json', captures / name).stdout.splitlines():
        row = json.loads(line)
        found.setdefault(row.pop('report'), []).append(row)
    assert {'connect', 'puts', 'errors'} <= found.keys()
    for report, rows in found.items():
        alone = caw(report, '--json', captures / name).stdout.splitlines()
        assert rows == [json.loads(line) for line in alone], report


def test_all_as_text(caw, captures):
    """Each under its name and question; what is printed as it comes is the first."""
    path = captures / 'oddities.pcap'
    text = caw('all', path).stdout
    for report in ('connect', 'puts', 'errors'):
        alone = caw(report, path).stdout.rstrip('\n')
        heading = next(line for line in text.splitlines() if line.startswith(f'{report}: '))
        assert heading.endswith('?') and f'{heading}\n{alone}\n' in text
    assert text.startswith('puts: ') and not text.endswith('\n\n')


@pytest.mark.parametrize('words', [['--csv'], ['--table', 'servers']])
def test_all_has_many_tables(words, caw, captures):
    done = caw('all', *words, captures / 'puts.pcap')
    assert (done.returncode, done.stdout) == (USAGE, '') and 'many tables' in done.stderr


# ---- response times ----------------------------------------------------------------------------


def described(times):
    return {
        'count': len(times), 'min_s': min(times), 'mean_s': statistics.fmean(times),
        'median_s': statistics.median(times), 'p95_s': float(numpy.percentile(times, 95)),
        'max_s': max(times),
    }  # fmt: skip


@pytest.mark.parametrize('name', RECORDED)
def test_response_times(name, told, captures):
    notes = tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))
    times, kinds = {}, {}
    for note in notes:
        if note.request and note.request.answer is note:
            kind = KINDS.get(note.request.header.command)
            if kind:
                server = '{}:{}'.format(*note.message.source)
                times.setdefault((kind, server), []).append(float(note.time))
                kinds.setdefault((kind,), []).append(float(note.time))
    table = told('srt', captures / name)
    for rows, wanted, keys in (
        (table['srt'], times, ('kind', 'server')),
        (table['kinds'], kinds, ('kind',)),
    ):
        assert {tuple(row[key] for key in keys) for row in rows} == wanted.keys()
        for row in rows:
            figures = described(wanted[tuple(row.pop(key) for key in keys)])
            assert row == pytest.approx(figures, abs=1e-6)
