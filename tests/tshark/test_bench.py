# SPDX-License-Identifier: GPL-2.0-or-later
"""The bench runs, and its captures hold the messages that its figures are divided by."""

import os
import subprocess

import captures
import load
import pytest

from places import BUILD, ROOT


@pytest.fixture
def messages(lines, save):
    """messages(frames, word): how many lines of these frames say it."""

    def messages(frames, word):
        path = save(b'')
        load.write(path, frames)
        return sum(word in line for line in lines(path))

    return messages


@pytest.mark.parametrize('channels', [1, 10, 150])
def test_updates(messages, channels):
    assert messages(captures.updates(600, 30, channels), 'EventAddResponse') == 600
    assert messages(captures.updates(600, 1, channels), 'EventAddResponse') == 600


def test_exchanges(messages):
    assert messages(captures.exchanges(500), 'EventAddResponse') == 300
    assert messages(captures.exchanges(500), 'ReadNotify') == 200


def test_arrays(messages):
    assert messages(captures.arrays(2, 3000), 'data_count=3000') == 2


def test_all_rows():
    """What needs valgrind, cashark or Wireshark's window may say so, nothing else may."""
    command = [ROOT / 'tests' / 'bench' / 'run', '--messages', '3000', '--repeat', '1']
    environment = os.environ | {'CAW_BUILD': str(BUILD)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert (done.returncode, done.stderr) == (0, '')
    measured = [line.rsplit('|', 2)[1] for line in done.stdout.splitlines()[2:]]
    assert len(measured) == 29
    assert sum('not measured' in figure for figure in measured) <= 3
