# SPDX-License-Identifier: GPL-2.0-or-later
"""The 25 questions of the cookbook: what its commands print and its filters find is what the tracker
and dpkt make of the capture, of the one in the page and of made ones in which the answer is another.

That a command prints what the page shows is tested in test_documents.py.
"""

import collections
import csv
import functools
import io
import json
import re
from dataclasses import dataclass
from decimal import Decimal

import dpkt
import pytest
from caproto import CLIENT, SERVER

import expect_channels
import expect_circuits
import expect_errors
import expect_puts
import expect_search
import expect_servers
import known
import reference
import suspected
import talk
import test_reports as expect_connect
import tracker
import wire
from compare import ports_of
from places import CAPTURES
from report_forms import in_csv
from test_documents import MAN, blocks, examples, folder, plain  # noqa: F401
from test_report_puts import begin
from test_report_servers import at, beacons
from wire import CLIENT_END, EVERYBODY, SEARCHER, SERVER_END

PAGE = MAN / 'caw-cookbook.7'


# ---- the page --------------------------------------------------------------------------------


@dataclass
class Recipe:
    command: str
    shown: list  # of its output
    filter: str  # of Wireshark, if there is one

    @property
    def capture(self):
        return re.search(r'[\w-]+\.pcap|FILE', self.command)[0]

    @property
    def expression(self):
        return re.search(r"--where '([^']+)'", self.command)[1]

    def of(self, path):
        """For another capture, which is in another network when it is made."""
        command = self.command.replace(self.capture, str(path), 1)
        return command if str(path).endswith(self.capture) else as_made(command)


def recipe(section):
    found = re.search(r'^\.EX\n(.*?)^\.EE$', section, re.M | re.S)[1]
    block = plain(found)
    filter = re.search(r'^Filter:\n\.B (.*)$', section, re.M)
    command, shown = examples(block if block.startswith('$ ') else '$ ' + block)[0]
    return Recipe(command, shown, filter and plain(filter[1]))


@functools.cache
def recipes():
    sections = re.split(r'^\.S[SH] (.*)\n', PAGE.read_text(), flags=re.M)
    asked = {plain(title): text for title, text in zip(sections[1::2], sections[2::2])}
    return {title: recipe(asked[title]) for title in table() if title in asked}


def table():
    """{question: command} of the page's first block."""
    rows = (re.split(r' {2,}', line, maxsplit=1) for line in blocks(PAGE)[0].splitlines())
    return dict(rows)


# ---- what is in a capture --------------------------------------------------------------------


class Seen:
    """A capture, a path or bytes, by the tracker."""

    def __init__(self, capture, ports):
        self.capture, self.ports = capture, ports
        self.notes = tracker.track(reference.messages(capture, ports))
        last = max(Decimal(repr(float(time))) for _, time, _ in reference.ip_packets(capture))
        facts = known.facts(self.notes, True, last)
        self.all = list(zip(self.notes, facts, suspected.flaws(self.notes, True, last)))

    def frames(self, wanted):
        return {note.frame for note, facts, flaws in self.all if wanted(note, facts, flaws)}

    @property
    def tables(self):
        """Of a report by its name."""
        return {
            'search': lambda: expect_search.expected(self.capture, self.ports),
            'connect': self.connect,
            'circuits': lambda: expect_circuits.expected(self.capture, self.ports),
            'channels': lambda: expect_channels.expected(self.capture, self.ports),
            'puts': lambda: {'puts': expect_puts.expected(self.capture, self.ports)},
            'errors': lambda: {'errors': expect_errors.expected(self.capture, self.ports)},
            'servers': lambda: {'servers': expect_servers.expected(self.capture, self.ports),
                                'strangers': self.strangers()},
        }  # fmt: skip

    def connect(self):
        rows = expect_connect.expected_rows(self.notes, expect_connect.connections(self.capture))
        described = expect_connect.expected_servers(rows).items()
        words = expect_connect.DESCRIBED.items()
        servers = [{'server': server, 'count': int(figures['count'])}
                   | {key: float(figures[word]) for key, word in words}
                   for server, figures in described]  # fmt: skip
        return {'connect': rows, 'servers': servers}

    def strangers(self):
        """Datagrams that hold no message."""
        strays = [note.message for note in self.notes if note.message.stray]
        return [{'client': expect_search.end(each.source), 'server': expect_search.end(each.destination),
                 'packets': 1, 'first_bytes': each.data[:16].hex(), 'looks_like': 'unknown'}
                for each in strays]  # fmt: skip


@functools.cache
def recorded(name):
    return Seen(str(CAPTURES / name), ports_of(name))


def asks(note, *commands):
    return note.header and note.message.role is CLIENT and note.header.command in commands


def tells(note, *commands):
    return note.header and note.message.role is SERVER and note.header.command in commands


def announced_port(note):
    if tells(note, tracker.SEARCH):
        return note.header.type
    return note.header.count if tells(note, tracker.BEACON) else None


def failed(note):
    if tells(note, tracker.CREATE_CH_FAIL, tracker.SERVER_DISCONN):
        return True
    status = note.header and known.status_of(note)
    return status is not None and status > 1


def disturbs(flaws):
    return flaws & {'beacon_anomaly', 'beacon_restart', 'beacon_lost'}


def resets(seen):
    return {frame for frame, _, ip in reference.ip_packets(seen.capture)
            if isinstance(ip.data, dpkt.tcp.TCP) and ip.data.flags & dpkt.tcp.TH_RST}  # fmt: skip


def disconnected(note, facts, flaws):
    return tells(note, tracker.SERVER_DISCONN) or 'echo_unanswered' in flaws


# What a recipe's filter means, and its expression: frames by what is known of a message.
MEANT = {
    'Who searches for what nobody has?': lambda n, facts, flaws: {'search', 'unanswered'} <= facts.keys(),
    'Which PVs do two servers have?': lambda n, facts, flaws: 'duplicate_pv' in flaws,
    'Do searches go to the right place?':
        lambda n, facts, flaws: 'search' in facts and n.message.destination[0] not in ('10.77.0.255', '10.1.0.255'),
    'Do name servers answer?': lambda n, facts, flaws: 'search' in facts and n.message.transport == 'tcp',
    'What happens in each second of a storm?':
        lambda n, facts, flaws: {'search', 'create'} & facts.keys() or 'beacon_anomaly' in flaws,
    'Which servers use which ports?': lambda n, facts, flaws: (announced_port(n) or 5064) != 5064,
    'What is wrong with beacons, and when?': lambda n, facts, flaws: disturbs(flaws),
    'What else talks to the CA ports?': lambda n, facts, flaws: n.message.stray,
    'Are the clocks and time stamps right?':
        lambda n, facts, flaws: not -1 <= facts.get('data_age', 0) <= 10,
    'Why does this PV not connect?': lambda n, facts, flaws: n.pv == 'typo:ai',
    'Which server is slow to connect to?':
        lambda n, facts, flaws: facts.get('connect_time', 0) > Decimal('0.003'),
    'Why did channels disconnect?': disconnected,
    'Who has which channels of a server?':
        lambda n, facts, flaws: flaws & {'duplicate_channel', 'duplicate_subscription'},
    'Which versions do they speak?':
        lambda n, facts, flaws: min(facts.get('client_version', 13), facts.get('server_version', 13)) < 13,
    'Is a client too slow for its updates?': lambda n, facts, flaws: asks(n, expect_circuits.EVENTS_OFF),
    'Who may read and write what?':
        lambda n, facts, flaws: flaws & {'write_without_right', 'rights_changed', 'same_host_name'},
    'Which messages are about this PV?': lambda n, facts, flaws: n.pv == 't:ai',
    'Who wrote what, and was it taken?': lambda n, facts, flaws: 'put' in facts,
    'Which errors do servers send, for what?': lambda n, facts, flaws: failed(n),
    'What was answered late, or not at all?':
        lambda n, facts, flaws: 'unanswered' in facts or (n.header and n.time or 0) > 0.1,
    'Which updates are late, empty, missing?':
        lambda n, facts, flaws: facts.get('update_interval', 0) > 0.5
        or flaws & {'empty_update', 'no_first_update'},
    'Which arrays are large?': lambda n, facts, flaws: n.header and n.header.size > 16368,
}  # fmt: skip
BESIDES = {'Why did channels disconnect?': resets}  # of packets that are no messages

# Where the expression means something else than the filter.
SAID = {
    'Who may read and write what?': lambda n, facts, flaws: tells(n, tracker.ACCESS_RIGHTS),
    'What was answered late, or not at all?':
        lambda n, facts, flaws: 'unanswered' in facts or n.header and (
            n.time or n.asked.answer and n.asked.answer.time or 0) > 0.1,
}  # fmt: skip


# ---- made captures ---------------------------------------------------------------------------

GATEWAY, BEHIND, GATEWAY_SEARCHES = ('10.1.0.5', 5064), ('10.1.0.7', 5064), ('10.1.0.5', 40010)


def made(*timed):
    """Of (seconds, packet), in order of time."""
    return at(sorted(timed, key=lambda each: each[0]))


def spoken(*chunks, step=1, start=0):
    """A circuit, a packet every `step` seconds."""
    return [(start + step * i, packet) for i, packet in enumerate(wire.circuit(chunks))]


def asked(client, name, number=1, to=EVERYBODY):
    return wire.udp(client, to, talk.version(number) + talk.search(1, name))


def found(server, client, number=1):
    return wire.udp(server, client, talk.version(number) + talk.found(1, port=server[1]))


def closed(chunks, flags, side, **options):
    """A circuit that one side ends."""
    packets = wire.circuit([*chunks, (side, b'')], **options)
    last = dpkt.ip.IP(packets.pop())
    last.data.flags = flags | wire.ACK
    last.data.sum = last.sum = 0
    return packets + [bytes(last)]


STAYS = (60, asked(SEARCHER, 't:later'))  # so that what came before is not of the last second
THROUGH_A_GATEWAY = made(
    (0, asked(SEARCHER, 't:ai')), (0.01, asked(GATEWAY_SEARCHES, 't:ai')),
    (0.02, found(BEHIND, GATEWAY_SEARCHES)), (0.03, found(GATEWAY, SEARCHER)),
)  # fmt: skip
NOISY_BEACONS = made(*beacons([7, 8, 9, 10, 11, 12]), *beacons([13], start=79), *beacons([16, 17, 0], start=94))
SLOW_READ = begin('t:ai') + [talk.read(1, 1), talk.value(1), talk.write_notify(1, 2)]
LISTENING = begin('t:ai') + [
    talk.subscribe(1, 1), talk.update(1), talk.empty_update(1), talk.subscribe(1, 2),
]  # fmt: skip
TWICE = begin('t:ai', 't:ai') + [talk.subscribe(1, 1), talk.update(1), talk.subscribe(1, 2), talk.update(2)]
OTHER_CLOCK = begin('t:ai') + [talk.subscribe(1, 1, type=talk.TIME_DOUBLE)] + 3 * [
    talk.server(wire.message(1, bytes(4) + (1700003600 - 631152000).to_bytes(4, 'big') + bytes(16),
                             type=talk.TIME_DOUBLE, count=1, p1=1, p2=1))
]  # fmt: skip

CASES = [
    *((question, None) for question in recipes()),
    ('What passes through a gateway?', THROUGH_A_GATEWAY),
    ('Do searches go to the right place?', made(
        (0, asked(SEARCHER, 't:ai')), (1, asked(SEARCHER, 't:ai', 2, ('10.2.0.255', 5064))), STAYS)),
    ('Which PVs do two servers have?', made(
        (0, asked(SEARCHER, 't:ai')), (0.1, found(SERVER_END, SEARCHER)), (0.2, found(BEHIND, SEARCHER)), STAYS)),
    ('What is wrong with beacons, and when?', NOISY_BEACONS),
    ('Why did channels disconnect?', made(
        *enumerate(closed(begin('t:ai') + [talk.client(talk.ECHO)], dpkt.tcp.TH_RST, 'client')), STAYS)),
    ('Who has which channels of a server?', made(*spoken(*TWICE))),
    ('Which versions do they speak?', made(*spoken(
        talk.server(wire.message(0, count=11)), talk.client(wire.message(0, count=13)),
        talk.create(1, 't:ai'), talk.created(1, 1)))),
    ('What was answered late, or not at all?', made(*spoken(*SLOW_READ), STAYS)),
    ('Which updates are late, empty, missing?', made(*spoken(*LISTENING), STAYS)),
    ('Are the clocks and time stamps right?', made(*spoken(*OTHER_CLOCK))),
    ('Who may read and write what?', made(*spoken(
        *begin('t:ai'), talk.server(wire.message(22, p1=1, p2=1)), talk.write(1, 1)))),
    ('Which errors do servers send, for what?', made(*spoken(
        *begin('t:ai'), talk.write(1, 1), talk.failing(talk.write(1, 1)[1], talk.NO_WRITE)))),
]  # fmt: skip


def as_made(text):
    """The network of made captures in the place of the recorded ones'."""
    return text.replace('10.77.0.', '10.1.0.')


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


# ---- the tests -------------------------------------------------------------------------------


def test_the_table_is_of_all_recipes():
    assert len(table()) == 25 and list(recipes()) == list(table())


@pytest.mark.parametrize('question', table())
def test_the_command_of_the_table_is_the_recipes(question):
    words = [word for word in re.split(r"\s+|'", table()[question]) if word and word != '...']
    command = recipes()[question].command
    for word in words:
        before, found, command = command.partition(word)
        assert found, (word, recipes()[question].command)


ALL = 'How does a program read all of this?'
REPORT = re.compile(r'caw ([a-z]+) ')
OF_REPORTS = [q for q in CASES if REPORT.match(recipes()[q[0]].command) and q[0] != ALL]
OF_LINES = [q for q in CASES if "caw FILE --where" in recipes()[q[0]].command.replace(recipes()[q[0]].capture, 'FILE')]
OF_FILTERS = [q for q in CASES if recipes()[q[0]].filter]


def ids(cases):
    return [f'{question} {"recorded" if capture is None else "made"}' for question, capture in cases]


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


@pytest.mark.parametrize('question, capture', OF_LINES, ids=ids(OF_LINES))
def test_an_expression_chooses_what_it_says(question, capture, asked_of, caw):
    recipe, path, seen = asked_of(question, capture)
    done = caw(path, '--where', recipe.expression, '--format', '{frame}')
    wanted = seen.frames(SAID.get(question, MEANT[question]))
    assert wanted and {int(frame) for frame in done.stdout.split()} == wanted


@pytest.mark.parametrize('question, capture', OF_FILTERS, ids=ids(OF_FILTERS))
def test_a_filter_finds_the_same(question, capture, asked_of, tshark):
    recipe, path, seen = asked_of(question, capture)
    filter = recipe.filter if capture is None else as_made(recipe.filter)
    found = tshark('-2', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number')
    wanted = seen.frames(MEANT[question]) | BESIDES.get(question, lambda seen: set())(seen)
    assert {int(frame) for frame in found.split()} == wanted


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
    assert (row['client'], row['looks_like']) == (expect_search.end(CLIENT_END), 'HTTP')
    found = tshark('-2', '-r', path, '-Y', recipe.filter, '-T', 'fields', '-e', 'frame.number')
    assert found.split() == ['3']
