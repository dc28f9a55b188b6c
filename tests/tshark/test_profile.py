# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile EPICS CA: every name in it exists, every filter compiles, the columns are filled, and
the buttons find what they are called after. The lines, which are compared with caproto elsewhere,
say what that is."""

import csv
import os
import re
import shutil

import pytest

from places import BUILD, ROOT

NAME = 'EPICS CA'
PROFILE = ROOT / 'packaging' / 'profile' / NAME
COLUMNS = re.findall(r'"(.*?)", "(.*?)"', (PROFILE / 'preferences').read_text())


def rules(file):
    """(name, filter) of a file of `"name" filter` lines."""
    lines = file.read_text().splitlines()
    return [re.fullmatch(r'"(.*?)" (.*)', line).groups() for line in lines]


def buttons():
    rows = csv.reader((PROFILE / 'dfilter_buttons').open())
    return {label: expression for _, label, expression, _ in rows}


def colours():
    lines = (line for line in (PROFILE / 'colorfilters').open() if not line.startswith('#'))
    return [tuple(line.split('@')[1:3]) for line in lines]


CAPTURE_FILTERS = rules(BUILD / 'packaging' / 'cfilters')  # made by packaging/cfilters.sh
DISPLAY_FILTERS = rules(PROFILE / 'dfilters') + list(buttons().items()) + colours()


@pytest.fixture(scope='module')
def profile(stage):
    """Arguments and environment of a tshark with the profile."""
    home = stage / 'made' / f'home-{os.getpid()}'
    shutil.copytree(PROFILE, home / '.config' / 'wireshark' / 'profiles' / NAME)
    home.chmod(0o777)
    return {'HOME': str(home)}


@pytest.fixture(scope='module')
def fields(run):
    rows = (line.split('\t') for line in run(['tshark', '-G', 'fields']).stdout.splitlines())
    return {row[2] for row in rows if row[0] in 'FP'}


@pytest.fixture(scope='module')
def table(tshark, stage, profile):
    """table(capture): a dictionary of the columns for each packet."""

    def table(capture):
        output = tshark('-C', NAME, '-r', stage / 'captures' / capture, '-T', 'tabs', env=profile)
        titles = [title for title, _ in COLUMNS]
        rows = [map(str.strip, line.split('\t')) for line in output.splitlines()]
        cells = [[cell for cell in row if cell != '→'] for row in rows]
        assert all(len(row) == len(titles) for row in cells)
        return [dict(zip(titles, row)) for row in cells]

    return table


def matching(tshark, capture, expression):
    frames = tshark('-2', '-r', capture, '-Y', expression, '-T', 'fields', '-e', 'frame.number')
    return {int(frame) for frame in frames.split()}


def test_every_field_exists(fields):
    text = ' '.join(expression for _, expression in DISPLAY_FILTERS + COLUMNS)
    names = set(re.findall(r'\b_?[a-z]+(?:\.[a-z_]+)+\b', re.sub('".*?"', '', text)))
    assert {'ca.pv', 'ca.response_in', 'ca.data.severity', '_ws.expert.severity'} <= names
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
    for title, _ in COLUMNS:
        assert any(row[title] for row in rows), title
    (answer,) = [row for row in rows if row['No.'] == '13']  # of caget t:ao, which was 1.5
    assert answer.items() >= {
        'No.': '13',
        'Source': '10.77.0.1',
        'Destination': '10.77.0.10',
        'PV': 't:ao',
        'Message': 'ReadNotifyResponse',
        'Value': '1.5',
        'Status': 'ECA_NORMAL',
        'User, host': 'root,vm',
    }.items()


@pytest.mark.parametrize(
    'capture, button, line',
    [
        ('puts.pcap', 'Puts', r'Write(Notify)?Re'),
        ('search-missing.pcap', 'Searches', r'SearchRe'),
        ('beacons.pcap', 'Beacons', r'Beacon\('),
        ('repeater.pcap', 'Beacons', r'Beacon\('),
        ('oddities.pcap', 'Errors', r'ErrorResponse|CreateChFail|status=\D.*ECA_(?!NORMAL)'),
    ],
)
def test_buttons_find_what_they_say(capture, button, line, tshark, lines, stage):
    capture = stage / 'captures' / capture
    told = lines(capture, report='ca,lines,{frame} {command}')
    expected = {int(told.split()[0]) for told in told if re.search(line, told)}
    assert expected and matching(tshark, capture, buttons()[button]) == expected


def test_unanswered(tshark, lines, stage):
    """Names that nobody has are unanswered, the one that exists is not."""
    capture = stage / 'captures' / 'search-missing.pcap'
    told = lines(capture, report='ca,lines,{frame} {pv} {command}')
    frames = {}
    for frame, pv, message in (line.split(' ', 2) for line in told):
        if message.startswith('SearchRequest'):
            frames.setdefault(int(frame), set()).add(pv)
    found = {line.split(' ', 2)[1] for line in told if ' SearchResponse(' in line}
    expected = {frame for frame, names in frames.items() if not names & found}
    assert found and expected
    assert matching(tshark, capture, buttons()['Unanswered']) == expected


def test_slow(tshark, lines, stage):
    capture = stage / 'captures' / 'puts.pcap'
    slowest = max(float(dt) for dt in lines(capture, report='ca,lines,{dt}') if dt != 'None')
    expression = buttons()['Slow'].replace('0.1', f'{slowest - 1e-6:.6f}')
    assert len(matching(tshark, capture, expression)) == 1
    assert matching(tshark, capture, buttons()['Slow']) == set()
