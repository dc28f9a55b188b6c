# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile EPICS CA: every name in it exists, every filter compiles, the columns are filled, and
buttons, colours and graphs show what they are called after. The tracker says what that is, and the
lines, which are compared with caproto elsewhere."""

import csv
import functools
import itertools
import os
import re
import shutil
import struct
import subprocess

import pytest
from caproto import CLIENT

import browse
import known
import reference
import suspected
import tracker
from compare import decode_as, ports_of
from places import BUILD, CAPTURES, ROOT
from test_experts import LEVELS
from test_facts import last_packet

NAME = 'EPICS CA'
PROFILE = ROOT / 'packaging' / 'profile' / NAME
NORMAL = 1  # ECA_NORMAL
COLUMNS = re.findall(r'"(.*?)", "(.*?)"', (PROFILE / 'preferences').read_text())


def rules(file):
    """(name, filter) of a file of `"name" filter` lines."""
    lines = file.read_text().splitlines()
    return [re.fullmatch(r'"(.*?)" (.*)', line).groups() for line in lines]


def buttons():
    rows = csv.reader((PROFILE / 'dfilter_buttons').open())
    return {label: expression for _, label, expression, _ in rows}


def without_comments(name):
    return [line for line in (PROFILE / name).open() if not line.startswith('#')]


def colours():
    return [tuple(line.split('@')[1:3]) for line in without_comments('colorfilters')]


def rule_colours():
    """{(background, foreground) of eight bits a colour: the rule's name}"""
    found = {}
    for line in without_comments('colorfilters'):
        name, shades = line.split('@')[1], re.findall(r'\[(\d+),(\d+),(\d+)\]', line)
        rgb = (sum(int(part) >> 8 << 8 * (2 - i) for i, part in enumerate(shade)) for shade in shades)
        pair = tuple(rgb)
        assert pair not in found, name
        found[pair] = name
    return found


GRAPH = ['on', 'name', 'filter', 'colour', 'style', 'axis', 'field', 'average', 'factor']
GRAPHS = [dict(zip(GRAPH, row)) for row in csv.reader(without_comments('io_graphs'))]


CAPTURE_FILTERS = rules(BUILD / 'packaging' / 'cfilters')  # made by packaging/cfilters.sh
DISPLAY_FILTERS = rules(PROFILE / 'dfilters') + list(buttons().items()) + colours() + [
    (row['name'], row['filter'] or row['field']) for row in GRAPHS
]


@pytest.fixture(scope='module')
def profile(stage):
    """Arguments and environment of a tshark with the profile."""
    home = stage / 'made' / f'home-{os.getpid()}'
    shutil.copytree(PROFILE, home / '.config' / 'wireshark' / 'profiles' / NAME)
    for path in (home, *home.rglob('*')):
        path.chmod(0o777)
    return {'HOME': str(home)}


@pytest.fixture(scope='module')
def fields(run):
    rows = (line.split('\t') for line in run(['tshark', '-G', 'fields']).stdout.splitlines())
    return {row[2] for row in rows if row[0] in 'FP'}


@pytest.fixture(scope='module')
def table(tshark, stage, profile):
    """table(capture): for each packet the cells, in the order of the columns."""

    def table(capture):
        output = tshark('-C', NAME, '-r', stage / 'captures' / capture, '-T', 'tabs', env=profile)
        rows = [map(str.strip, line.split('\t')) for line in output.splitlines()]
        cells = [[cell for cell in row if cell != '→'] for row in rows]
        assert all(len(row) == len(COLUMNS) for row in cells)
        return cells

    return table


@functools.cache
def notes_of(name):
    """[(note, what is known of it, what is odd about it)], of those that are messages."""
    notes = tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))
    last = last_packet(CAPTURES / name)
    found = zip(notes, known.facts(notes, True, last), suspected.flaws(notes, True, last))
    return [each for each in found if not each[0].message.stray]


def has_failed(note):
    says_no = (tracker.ERROR, tracker.CREATE_CH_FAIL, tracker.SERVER_DISCONN)
    if note.message.role is CLIENT:
        return False
    return note.header.command in says_no or known.status_of(note) not in (None, NORMAL)


# What a message is that a button, a rule or a graph is called after.
KINDS = {
    'Errors': lambda note, facts, flaws: has_failed(note),
    'Unanswered': lambda note, facts, flaws: 'unanswered' in facts,
    'Duplicate PV': lambda note, facts, flaws: flaws & {'duplicate_pv', 'duplicate_pv_host'},
    'Suspicious': lambda note, facts, flaws: any(LEVELS[key] == 'WARNING' for key in flaws),
    'Puts': lambda note, facts, flaws: facts.keys() & {'put', 'put_status'},
}


def frames_of(name, kind):
    return {each[0].frame for each in notes_of(name) if KINDS[kind](*each)}


def matching(tshark, capture, expression):
    frames = tshark('-2', '-r', capture, '-Y', expression, '-T', 'fields', '-e', 'frame.number')
    return {int(frame) for frame in frames.split()}


def test_every_field_exists(fields):
    text = ' '.join(expression for _, expression in DISPLAY_FILTERS + COLUMNS)
    names = set(re.findall(r'\b_?[a-z]+(?:\.[a-z_]+)+\b', re.sub('".*?"', '', text)))
    assert {'ca.pv', 'ca.unanswered', 'ca.data.severity', '_ws.expert.severity'} <= names
    assert names - fields == set()


@pytest.mark.parametrize('name, expression', DISPLAY_FILTERS)
def test_display_filters_compile(name, expression, run, stage):
    done = run(['tshark', '-r', stage / 'captures' / 'beacons.pcap', '-Y', expression])
    assert (done.returncode, done.stderr) == (0, ''), name


@pytest.mark.parametrize('name, expression', CAPTURE_FILTERS)
def test_capture_filters_compile(name, expression, run):
    assert run(['tcpdump', '-y', 'EN10MB', '-d', expression]).returncode == 0, name


def test_ready_made_capture_filters(caw):
    questions = {name[4:]: text for name, text in CAPTURE_FILTERS if name.startswith('CA: ')}
    assert {'search', 'write', 'error'} <= questions.keys()
    for question, expression in questions.items():
        assert caw('--capture-filter', question).stdout == expression + '\n'


def test_nothing_to_complain_about(run, stage, profile):
    done = run(['tshark', '-C', NAME, '-r', stage / 'captures' / 'puts.pcap'], env=profile)
    assert (done.returncode, done.stderr) == (0, '')


def test_columns(table):
    rows = table('puts.pcap')
    assert [title for title, _ in COLUMNS] == [
        'No.', 'Time', 'Source', 'Port', 'Destination', 'Port', 'PV', 'Message', 'Value',
        'Response time', 'User', 'Host', 'Info',
    ]  # fmt: skip
    for column, (title, _) in enumerate(COLUMNS):
        assert any(row[column] for row in rows), title
    (answer,) = [row for row in rows if row[0] == '13']  # of caget t:ao, which was 1.5
    assert answer[2:9] == ['10.77.0.1', '5064', '10.77.0.10', answer[5], 't:ao',
                           'ReadNotifyResponse', '1.5']  # fmt: skip
    assert int(answer[5]) > 5064 and float(answer[9]) > 0 and answer[10:12] == ['root', 'vm']


def in_a_row(names):
    runs = [(name, len(list(run))) for name, run in itertools.groupby(names)]
    if len(runs) > 1 and runs[0] in (('VersionRequest', 1), ('VersionResponse', 1)):
        runs = runs[1:]
    return ', '.join(name if count == 1 else f'{name} x{count}' for name, count in runs)


@pytest.mark.parametrize('name', ['puts.pcap', 'search-missing.pcap', 'twoiocs.pcap'])
def test_messages_begin_with_what_matters(name, table, lines, stage):
    """The column has the classes of a packet's messages, as the lines have them, but for VERSION first."""
    told = lines(stage / 'captures' / name, *decode_as(name), report='ca,lines,{frame} {command!s:.60}')
    want = {}
    for frame, command in (line.split(' ', 1) for line in told):
        want.setdefault(frame, []).append(command.split('(')[0])
    shown = {row[0]: row[7] for row in table(name) if row[7]}
    assert any(len(names) > 3 for names in want.values())
    assert shown == {frame: in_a_row(names) for frame, names in want.items()}


def test_a_version_alone_is_shown(table):
    """rsrv sends it when a client connects."""
    assert 'VersionResponse' in {row[7] for row in table('puts.pcap')}


@pytest.mark.parametrize(
    'capture, button, line',
    [
        ('search-missing.pcap', 'Searches', r'SearchRe'),
        ('beacons.pcap', 'Beacons', r'Beacon\('),
        ('repeater.pcap', 'Beacons', r'Beacon\('),
        ('oddities.pcap', 'Errors',
         r'ErrorResponse|CreateChFail|ServerDisconn|status=\D.*ECA_(?!NORMAL)'),
    ],
)
def test_buttons_find_what_they_say(capture, button, line, tshark, lines, stage):
    capture = stage / 'captures' / capture
    told = lines(capture, report='ca,lines,{frame} {command}')
    expected = {int(told.split()[0]) for told in told if re.search(line, told)}
    assert expected and matching(tshark, capture, buttons()[button]) == expected


@pytest.mark.parametrize(
    'name, button',
    [
        ('oddities.pcap', 'Errors'),
        ('search-missing.pcap', 'Unanswered'),
        ('oddities.pcap', 'Unanswered'),
        ('twoiocs.pcap', 'Duplicate PV'),
        ('twoiocs.pcap', 'Suspicious'),
        ('puts.pcap', 'Puts'),
        ('oddities.pcap', 'Puts'),
    ],
)
def test_buttons_find_what_the_tracker_does(name, button, tshark, stage):
    want = frames_of(name, button)
    assert want and matching(tshark, stage / 'captures' / name, buttons()[button]) == want


@pytest.mark.parametrize('name', ['monitors.pcap', 'puts.pcap', 'search-missing.pcap'])
def test_nothing_is_suspicious_where_all_is_well(name, tshark, stage):
    for button in ('Suspicious', 'Duplicate PV'):
        assert matching(tshark, stage / 'captures' / name, buttons()[button]) == set()


def test_slow(tshark, lines, stage):
    capture = stage / 'captures' / 'puts.pcap'
    slowest = max(float(dt) for dt in lines(capture, report='ca,lines,{dt}') if dt != 'None')
    expression = buttons()['Slow'].replace('0.1', f'{slowest - 1e-6:.6f}')
    assert len(matching(tshark, capture, expression)) == 1
    assert matching(tshark, capture, buttons()['Slow']) == set()


# ---- colours, as the packet list has them ------------------------------------------------------


@pytest.fixture
def coloured(sharkd, stage, profile):
    """coloured(capture): {frame: name of the rule}, by Wireshark's own rules as it lists packets."""
    folder = stage / 'made' / f'colours-{os.getpid()}' / '.config' / 'wireshark'
    if not folder.exists():
        shutil.copytree(PROFILE, folder)
    names = rule_colours()

    def coloured(capture):
        (rows,) = sharkd(stage / 'captures' / capture, ('frames', {}),
                         env={'HOME': str(folder.parent.parent)})  # fmt: skip
        return {row['num']: names.get(tuple(int(row.get(part, '-1'), 16) for part in ('bg', 'fg')))
                for row in rows}  # fmt: skip

    return coloured


@pytest.mark.parametrize('name', ['oddities.pcap', 'search-missing.pcap', 'twoiocs.pcap'])
def test_what_is_wrong_is_seen_in_colour(name, coloured):
    shown, seen = coloured(name), set()
    for kind, rule in (('Errors', 'CA error'), ('Duplicate PV', 'CA duplicate PV'),
                       ('Unanswered', 'CA unanswered')):  # fmt: skip
        want = frames_of(name, kind) - seen
        found = {frame for frame in shown if shown[frame] == rule}
        assert want <= found, kind
        if rule != 'CA error':  # those that violate the protocol are, too
            assert found == want, kind
        seen |= found
    suspicious = {frame for frame in shown if shown[frame] == 'CA suspicious'}
    assert frames_of(name, 'Suspicious') - seen <= suspicious
    assert frames_of(name, 'Puts') <= seen | suspicious | {f for f in shown if shown[f] == 'CA put'}


def test_kinds_of_traffic_have_colours(coloured):
    rules = set(coloured('twoiocs.pcap').values()) | set(coloured('puts.pcap').values())
    assert {'CA', 'CA put', 'CA search', 'CA beacon and repeater', 'CA duplicate PV'} <= rules


# ---- graphs -------------------------------------------------------------------------------------

COUNTED = {
    'Searches': lambda note, facts, flaws: 'search' in facts,
    'Creates': lambda note, facts, flaws: 'create' in facts,
    'Updates': lambda note, facts, flaws: 'update' in facts,
    'Puts': lambda note, facts, flaws: 'put' in facts,
    'Errors': KINDS['Errors'],
    'Unanswered': KINDS['Unanswered'],
}


def figures(tshark, capture, how, field):
    """What a graph of one interval, the whole capture, would show."""
    told = tshark('-2', '-q', '-r', capture, '-z', f'io,stat,0,{how}({field}){field}')
    (row,) = [line for line in told.splitlines() if '<>' in line]
    return row.split('|')[2].strip()


@pytest.mark.parametrize('name', ['monitors.pcap', 'puts.pcap', 'search-missing.pcap', 'oddities.pcap'])
def test_graphs_count_messages(name, tshark, stage):
    axes = {row['name']: row['axis'] for row in GRAPHS}
    fields = {row['name']: row['field'] for row in GRAPHS}
    for graph, kind in COUNTED.items():
        assert axes[graph] == 'COUNT FIELDS(Y Field)'
        want = sum(bool(kind(*each)) for each in notes_of(name))
        assert int(figures(tshark, stage / 'captures' / name, 'COUNT', fields[graph])) == want, graph


def test_the_graph_of_the_longest_response(tshark, lines, stage):
    (row,) = [row for row in GRAPHS if row['name'] not in COUNTED]
    assert (row['axis'], row['field']) == ('MAX(Y Field)', 'ca.time')
    path = stage / 'captures' / 'puts.pcap'
    slowest = max(float(dt) for dt in lines(path, report='ca,lines,{dt}') if dt != 'None')
    assert float(figures(tshark, path, 'MAX', row['field'])) == pytest.approx(slowest, abs=1e-6)


def test_graphs_are_told_apart():
    """Each has a colour of its own, in the words of Wireshark 4.0."""
    assert len({row['colour'] for row in GRAPHS}) == len({row['name'] for row in GRAPHS}) == len(GRAPHS)
    for row in GRAPHS:
        assert len(row) == len(GRAPH)
        assert re.fullmatch('#[0-9a-f]{6}', row['colour'])
        assert row['on'] in ('Enabled', 'Disabled') and row['style'] == 'Line'
        assert (row['average'], row['factor']) == ('None', '1')


# ---- Wireshark itself -----------------------------------------------------------------------------

NEEDED = [*browse.lacks(), *(['xwd'] if not shutil.which('xwd') else [])]


def pixels(environment):
    """The colours that are anywhere on a display, as in #rrggbb."""
    raw = subprocess.run(['xwd', '-silent', '-root'], env=environment, capture_output=True, check=True)
    words = struct.unpack_from('>25I', raw.stdout)
    header, colours = words[0], words[19]
    points = struct.iter_unpack('<I', raw.stdout[header + 12 * colours :])
    return {f'#{point & 0xFFFFFF:06x}' for (point,) in points}


@pytest.mark.skipif(bool(NEEDED), reason='Wireshark has no window here')
def test_wireshark_draws_the_graphs(start, environment, profile, stage):
    """Its window lists each of the graphs by its colour."""
    with browse.display() as display:
        shown = environment | profile | {'DISPLAY': display, 'XDG_RUNTIME_DIR': profile['HOME']}
        command = ['env', *(f'{key}={value}' for key, value in shown.items()), 'wireshark', '-C', NAME,
                   '-z', 'io,stat', '-r', stage / 'captures' / 'puts.pcap']  # fmt: skip
        wireshark = start(command, cwd=stage, **browse.QUIET)
        try:
            browse.press(shown, 'search', '--sync', '--onlyvisible', '--name', 'I/O Graphs',
                         'windowmove', '0', '0', 'windowsize', '1600', '1200')  # fmt: skip
            browse.idle(wireshark)
            assert {row['colour'] for row in GRAPHS} <= pixels(shown)
        finally:
            wireshark.kill()
            wireshark.wait()
