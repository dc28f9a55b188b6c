# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of the package's README run, and say what the tracker and the standard library say."""

import re
import subprocess
import sys

import matplotlib
import pandas
import pytest

matplotlib.use('Agg')

import matplotlib.pyplot as pyplot  # noqa: E402

import caw  # noqa: E402
import reference  # noqa: E402
import tracker  # noqa: E402
from places import CAPTURES, ROOT  # noqa: E402

pytestmark = pytest.mark.filterwarnings('ignore::caw.Notice')

README = (ROOT / 'packaging' / 'python' / 'README.md').read_text()
EVENT_ADD, WRITE, WRITE_NOTIFY = 1, 4, 19


def blocks(language):
    return re.findall(rf'^```{language}\n(.*?)^```', README, re.M | re.S)


MESSAGES, IMPORTS, TABLES, PLOTS = blocks('python')


@pytest.fixture(autouse=True)
def _folder(captures, monkeypatch):
    monkeypatch.chdir(captures)


def updates(pv=None):
    """The updates of monitors.pcap, of all PVs or of this one."""
    notes = tracker.track(list(reference.messages(CAPTURES / 'monitors.pcap')))
    return [
        note
        for note in notes
        if note.header
        and (note.header.command, note.message.role) == (EVENT_ADD, reference.SERVER)
        and note.subscription
        and note.number
        and pv in (None, note.pv)
    ]


def asked_to_write():
    notes = tracker.track(list(reference.messages(CAPTURES / 'puts.pcap')))
    return [
        note
        for note in notes
        if note.header
        and note.header.command in (WRITE, WRITE_NOTIFY)
        and note.message.role is reference.CLIENT
    ]


def test_messages(capsys):
    exec(MESSAGES, {})
    shown = re.search(r'# (.*)', MESSAGES)[1]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == shown
    assert [line.split()[1] for line in lines] == [note.pv for note in updates()]


def test_imports():
    """caproto has these names where the comments say."""
    ours, *theirs = IMPORTS.splitlines()
    here, there = {}, {}
    exec(ours, here)
    exec('\n'.join(line[2:] for line in theirs), there)
    assert set(here) == set(there) and here['shark'] is caw.shark


def test_tables():
    frame, means, puts = (eval(line.strip(), {'caw': caw}) for line in TABLES.splitlines())
    assert list(frame['pv']) == [note.pv for note in updates()]
    seconds = {}
    for note in updates('t:sine'):
        seconds.setdefault(int(note.message.time), []).append(note)
    assert list(means.index) == [pandas.Timestamp(second, unit='s') for second in seconds]
    assert sorted(puts['pv']) == sorted(note.pv for note in asked_to_write())


def test_plots():
    before = set(pyplot.get_fignums())
    exec(PLOTS, {'caw': caw})
    made = set(pyplot.get_fignums()) - before
    assert len(made) == 4  # one of the five is drawn into another
    pyplot.close('all')


def test_a_page(tmp_path):
    command = blocks('sh')[1].replace('python ', f'{sys.executable} ')
    command = command.replace('-o ', f'-o {tmp_path}/')
    subprocess.run(['bash', '-e', '-c', command], check=True, stderr=subprocess.PIPE)
    page, public = ((tmp_path / name).read_text() for name in ('report.html', 'public.html'))
    assert 'puts.pcap' in page and 't:wf:double' in page
    assert 'oddities' not in public and 't:wf:double' not in public and '</html>' in public
