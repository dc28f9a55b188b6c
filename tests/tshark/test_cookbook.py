# SPDX-License-Identifier: GPL-2.0-or-later
"""The 25 questions of the cookbook: what its commands print and its filters find is what the tracker
and dpkt make of the capture, of the one in the page and of made ones in which the answer is another.

That a command prints what the page shows is tested in test_documents.py.
"""

import collections
import csv
import io
import json
import re

import pytest

import expect_search
import talk
from expect_search import end
from places import ROOT
from questions import (
    BESIDES, MADE, MEANT, SAID, STAYS, THROUGH_A_GATEWAY, Seen, made, recorded, spoken,
)  # fmt: skip
from recipes import as_made, recipes, table
from report_forms import in_csv
from test_documents import folder  # noqa: F401
from wire import CLIENT_END

CASES = [(question, None) for question in recipes()] + MADE
ALL = 'How does a program read all of this?'
REPORT = re.compile(r'caw ([a-z]+) ')
OF_REPORTS = [q for q in CASES if REPORT.match(recipes()[q[0]].command) and q[0] != ALL]
OF_LINES = [q for q in CASES if recipes()[q[0]].command.startswith(f'caw {recipes()[q[0]].capture} ')]
OF_FILTERS = [q for q in CASES if recipes()[q[0]].filter]


def ids(cases):
    return [f'{question} {"recorded" if capture is None else "made"}' for question, capture in cases]


@pytest.fixture
def shell(run, folder, program, environment):  # noqa: F811
    """shell(command): what it prints."""

    def shell(command):
        path = f'{program.parent}:{environment["PATH"]}'
        done = run(['bash', '-o', 'pipefail', '-c', command], env={'PATH': path}, cwd=folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return shell


@pytest.fixture
def asked_of(save, folder):  # noqa: F811
    """asked_of(question, capture): its recipe, the path, and what the tracker saw."""

    def asked_of(question, capture):
        recipe = recipes()[question]
        if capture is not None:
            return recipe, save(capture), Seen(capture, (5064,))
        if recipe.capture == 'FILE':
            return recipe, save(THROUGH_A_GATEWAY), Seen(THROUGH_A_GATEWAY, (5064,))
        return recipe, folder / recipe.capture, recorded(recipe.capture)

    return asked_of


# ---- the page --------------------------------------------------------------------------------


def test_the_table_is_of_all_recipes():
    assert len(table()) == 25 and list(recipes()) == list(table())


@pytest.mark.parametrize('question', table())
def test_the_command_of_the_table_is_the_recipes(question):
    words = [word for word in re.split(r"\s+|'", table()[question]) if word and word != '...']
    command = recipes()[question].command
    for word in words:
        before, found, command = command.partition(word)
        assert found, (word, recipes()[question].command)


def test_the_views_are_there():
    """Tables of the menu Statistics, by their titles; and what Wireshark has by other names."""
    sources = (ROOT / 'ca-core' / 'src' / 'reports').glob('*.c')
    titles = set(re.findall(r'\.title = "(.*)"', ''.join(path.read_text() for path in sources)))
    others = {'Service Response Time', 'I/O Graphs', 'the conversation filters CA: PV'}
    views = {each.view.split(',')[0] for each in recipes().values() if each.view}
    assert views <= titles | others and len(views & titles) == 7


# ---- reports ---------------------------------------------------------------------------------


def of_cut(fields):
    """The numbers of 1,3-5."""
    for part in fields.split(','):
        first, _, last = part.partition('-')
        yield from range(int(first), int(last or first) + 1)


def printed_rows(recipe, text):
    """As dictionaries; grep may have left the heading out."""
    rows = list(csv.reader(io.StringIO(text)))
    if '| grep' in recipe.command and (not rows or rows[0][0] != 'pv'):
        cut = re.search(r'cut -d , -f (\S+)', recipe.command)[1]
        rows.insert(0, [expect_search.COLUMNS[number - 1] for number in of_cut(cut)])
    return [dict(zip(rows[0], row)) for row in rows[1:]]


# Which rows a recipe lets through, by a part of its command.
CHOSEN = {
    "grep '; '": lambda row: len(row['servers']) > 1,
    "grep -e '->'": lambda row: any('->' in server for server in row['servers']),
    'grep -E': lambda row: row['pv'] in ('t:ai', 'typo:ai'),
    '--where tcp': lambda row: row['via'] == 'tcp',
    "'dst == ": lambda row: row['server'].split(':')[0] in ('10.77.0.1', '10.1.0.1'),
}


def expected_rows(recipe, seen):
    report = REPORT.match(recipe.command)[1]
    table = re.search(r'--table (\w+)', recipe.command)
    rows = seen.tables[report]()[table[1] if table else report]
    for part, chooses in CHOSEN.items():
        if part in recipe.command:
            rows = [row for row in rows if chooses(row)]
    return rows


def alike(text, value, key):
    if isinstance(value, float):
        return text != '' and float(text) == pytest.approx(value, rel=1e-6, abs=1e-9)
    return text == ('' if value is None else str(in_csv(key, value)))


def assert_same_rows(got, wanted):
    """In any order."""
    left = list(wanted)
    for row in got:
        same = [each for each in left if all(alike(text, each[key], key) for key, text in row.items())]
        assert same, (row, left)
        left.remove(same[0])
    assert left == []


@pytest.mark.parametrize('question, capture', OF_REPORTS, ids=ids(OF_REPORTS))
def test_a_report_prints_what_is_there(question, capture, asked_of, shell):
    recipe, path, seen = asked_of(question, capture)
    wanted = expected_rows(recipe, seen)
    assert wanted
    if '--csv' in recipe.command:
        assert_same_rows(printed_rows(recipe, shell(recipe.of(path))), wanted)
    else:
        rows = map(json.loads, shell(recipe.of(path) + ' --json').splitlines())
        assert [row for row in rows if row.pop('table') != 'totals'] == wanted


# ---- expressions and filters -----------------------------------------------------------------


@pytest.mark.parametrize('question, capture', OF_LINES, ids=ids(OF_LINES))
def test_an_expression_chooses_what_it_says(question, capture, asked_of, caw):
    recipe, path, seen = asked_of(question, capture)
    done = caw(path, '--where', recipe.expression, '--format', '{frame}')
    wanted = seen.frames(SAID.get(question, MEANT[question]))
    assert wanted and {int(frame) for frame in done.stdout.split()} == wanted


def meant(question, seen):
    return seen.frames(MEANT[question]) | BESIDES.get(question, lambda seen: set())(seen)


@pytest.mark.parametrize('question, capture', OF_FILTERS, ids=ids(OF_FILTERS))
def test_a_filter_finds_the_same(question, capture, asked_of, tshark):
    recipe, path, seen = asked_of(question, capture)
    filter = recipe.filter if capture is None else as_made(recipe.filter)
    found = tshark('-2', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number')
    assert {int(frame) for frame in found.split()} == meant(question, seen)


def test_each_filter_finds_something():
    """In one of its captures."""
    for question in {question for question, _ in OF_FILTERS}:
        seen = [recorded(recipes()[question].capture) if capture is None else Seen(capture, (5064,))
                for each, capture in OF_FILTERS if each == question]  # fmt: skip
        assert any(meant(question, each) for each in seen), question


# ---- single ones -----------------------------------------------------------------------------


def test_a_program_reads_all(asked_of, shell):
    recipe, path, seen = asked_of(ALL, None)
    errors = seen.tables['errors']()['errors']
    wanted = collections.Counter(f'{row["count"]} {row["status"]} {row["pv"]}' for row in errors)
    assert collections.Counter(shell(recipe.of(path)).splitlines()) == wanted


def test_the_gateway_of_the_page(asked_of, shell):
    """Which no capture of ours has."""
    recipe, path, _ = asked_of('What passes through a gateway?', THROUGH_A_GATEWAY)
    assert shell(recipe.of(path)).splitlines() == recipe.shown


def test_a_browser_at_a_servers_port(asked_of, save, shell, tshark):
    chunk = talk.client(b'GET / HTTP/1.1\r\nHost: ioc\r\n\r\n')
    recipe, path, _ = asked_of('What else talks to the CA ports?', made(*spoken(chunk), STAYS))
    (row,) = printed_rows(recipe, shell(recipe.of(path)))
    assert (row['client'], row['looks_like']) == (end(CLIENT_END), 'HTTP')
    found = tshark('-2', '-r', path, '-Y', recipe.filter, '-T', 'fields', '-e', 'frame.number')
    assert found.split() == ['3']
