# SPDX-License-Identifier: GPL-2.0-or-later
"""What README and the manual pages show is what comes out; their links lead somewhere.

An example is a command after `$ ` in a fenced block of the README, or between .EX and .EE of a manual
page, and the lines that it prints, which may be cut short: they are the first ones, and `...` stands
for any number of lines.
"""

import json
import os
import re
import shutil

import pytest

from places import CAPTURES, ROOT
from deviations import RULES, SHARK_RULES

MAN = ROOT / 'ca-core' / 'program' / 'man'
README = ROOT / 'README.md'
EXAMPLES_OF = [README, MAN / 'caw.1', MAN / 'caw-cookbook.7', MAN / 'caw-reports.7', MAN / 'caw-where.7']
REPORTS = ['search', 'connect', 'circuits', 'channels', 'puts', 'errors', 'servers', 'srt']
DEVIATIONS = ROOT / 'ca-core' / 'src' / 'text' / 'DEVIATIONS.md'
MARKDOWN = [
    page
    for page in ROOT.rglob('*.md')
    if not page.relative_to(ROOT).parts[0].startswith(('.', 'build'))
]


def name(path):
    return str(path.relative_to(ROOT))


# ---- examples --------------------------------------------------------------------------------


def plain(text):
    """A line of a manual page as it is shown."""
    for roff, character in (
        (r'\(aq', "'"), (r'\(dq', '"'), (r'\(ha', '^'), (r'\(ti', '~'), (r'\(ga', '`'),
        (r'\-', '-'), (r'\&', ''), (r'\e', '\\'),
    ):  # fmt: skip
        text = text.replace(roff, character)
    return text


def blocks(path):
    text = path.read_text()
    if path.suffix == '.md':
        return re.findall(r'^```\w*\n(.*?)^```$', text, re.M | re.S)
    return [plain(block) for block in re.findall(r'^\.EX\n(.*?)^\.EE$', text, re.M | re.S)]


def goes_on(command):
    return command.endswith(('|', '\\')) or command.count("'") % 2


def examples(block):
    """(command, lines shown) of each example of a block."""
    found, lines = [], iter(block.splitlines())
    for line in lines:
        if line.startswith('$ '):
            command = line[2:]
            while goes_on(command):
                command += '\n' + next(lines)
            found.append((command, []))
        elif found and line and not line.startswith('# '):
            found[-1][1].append(line)
    return found


ALL_EXAMPLES = [
    pytest.param(command, shown, id=f'{path.name}: {command.splitlines()[0]}')
    for path in EXAMPLES_OF
    for block in blocks(path)
    for command, shown in examples(block)
]


@pytest.fixture(scope='module')
def folder(stage):
    """What a reader has: the captures, here and in tests/, and what was built."""
    folder = stage / 'made' / f'examples-{os.getpid()}'
    (folder / 'tests').mkdir(parents=True)
    (folder / 'build').mkdir()
    (folder / 'tests' / 'captures').symlink_to(stage / 'captures')
    for part in ('bin', 'plugins'):
        (folder / 'build' / part).symlink_to(stage / part)
    for capture in CAPTURES.glob('*.pcap'):
        (folder / capture.name).symlink_to(stage / 'captures' / capture.name)
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


# What caw says of a capture at its end, how much it lacks of something, is not shown.
NOTICE = re.compile(r'caw: \d+ ')


def pattern(shown):
    """Of the beginning of the output; columns may be as wide as they like."""
    parts = [r'(?:.*\n)*?' if line == '...' else re.escape(squeezed(line)) + r'\n' for line in shown]
    return ''.join(parts)


def squeezed(line):
    return ' '.join(line.split())


@pytest.mark.parametrize('command, shown', ALL_EXAMPLES)
def test_an_example_prints_what_is_shown(command, shown, run, folder, program, environment):
    path = f'{program.parent}:{environment["PATH"]}'
    done = run(['bash', '-o', 'pipefail', '-c', command], env={'PATH': path}, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert all(NOTICE.match(line) for line in done.stderr.splitlines()), done.stderr
    output = ''.join(squeezed(line) + '\n' for line in done.stdout.strip('\n').splitlines())
    assert re.match(pattern(shown), output), output[:2000]


@pytest.mark.parametrize('path', EXAMPLES_OF, ids=name)
def test_every_command_on_our_captures_is_an_example(path):
    text = plain(path.read_text())
    for block in blocks(path):
        for command, _ in examples(block):
            text = text.replace(command, '')
    shipped = '|'.join(re.escape(capture.name) for capture in CAPTURES.glob('*.pcap'))
    assert re.findall(rf'.*\b(?:caw|tshark)\b.*(?:{shipped}).*', text) == []


# ---- deviations from caproto -----------------------------------------------------------------


@pytest.mark.parametrize('path', [DEVIATIONS, MAN / 'caw.1'], ids=name)
def test_every_deviation_is_told(path):
    rules = {rule.name.split()[0] for rule in RULES} | set(SHARK_RULES)
    told = re.findall(r'^(?:\| |\.B )(D\d+)\b', path.read_text(), re.M)
    assert sorted(told) == sorted(rules)


# ---- what there is ---------------------------------------------------------------------------


@pytest.mark.parametrize('section', ['Facts', 'Flaws in the light of what came before, and after'])
def test_every_fact_and_flaw_is_told(section):
    """In caw-where(7); FIELDS.md is what the tables of the program say (core/manual)."""
    fields = (ROOT / 'plugin' / 'FIELDS.md').read_text()
    part = re.search(rf'^## {section}\n(.*?)^## ', fields, re.M | re.S)[1]
    keys = re.findall(r'^\| `ca\.(?:flaw\.)?(\w+)`', part, re.M)
    told = set(re.findall(r'\w+', (MAN / 'caw-where.7').read_text()))
    assert len(keys) > 20 and set(keys) - told == set()


@pytest.mark.parametrize('report', REPORTS)
def test_every_column_is_told(report, caw, captures):
    """In the part of caw-reports(7) about the report; of the totals in the one before all."""
    page = plain((MAN / 'caw-reports.7').read_text())
    part = dict(re.findall(r'^\.SH (\w+)\n(.*?)(?=^\.SH )', page, re.M | re.S))
    for capture in ('oddities.pcap', 'repeater.pcap', 'monitors.pcap'):
        rows = map(json.loads, caw(report, captures / capture, '--json').stdout.splitlines())
        for row in rows:
            table = row.pop('table')
            words = part['DESCRIPTION' if table == 'totals' else report.upper()]
            assert set(row) - set(re.findall(r'\w+', words)) == set(), table


# ---- form ------------------------------------------------------------------------------------


def test_the_readme_is_short():
    assert len(README.read_text().splitlines()) < 200


def anchors(page):
    """As they are made of headings on the web."""
    headings = re.findall(r'^#+ (.*)$', page.read_text(), re.M)
    return {re.sub(r'[^\w -]', '', heading.lower()).replace(' ', '-') for heading in headings}


@pytest.mark.parametrize('page', MARKDOWN, ids=name)
def test_links_lead_somewhere(page):
    text = re.sub(r'`[^`]*`', '', re.sub(r'^```.*?^```$', '', page.read_text(), flags=re.M | re.S))
    for link in re.findall(r'\]\(([^)\s]+)\)', text):
        if re.match(r'\w+:', link):
            continue
        path, _, anchor = link.partition('#')
        target = (page.parent / path) if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
