# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python package, from the tree, with the program of the build folder."""

import os
import sys
from pathlib import Path

import pytest
import talk
import wire

from places import ROOT

PACKAGE = ROOT / 'packaging' / 'python'
sys.path.insert(0, str(PACKAGE))

import caw  # noqa: E402


@pytest.fixture(autouse=True)
def _program(program, monkeypatch):
    """The program that the package runs, in this process and in those that it starts."""
    monkeypatch.setenv('CAW', str(program))
    monkeypatch.setenv('PYTHONPATH', str(PACKAGE))
    caw.use(None)


@pytest.fixture
def far(save):
    """A damaged capture: a pcapng whose times are 300 000 years away."""
    searching = [wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version() + talk.search(1, 'far'))]
    connecting = wire.circuit([talk.client(talk.version())])
    frames = wire.ethernet(wire.timed(searching + connecting, 10**13))
    return save(wire.pcapng(frames), 'pcapng')


@pytest.fixture
def children():
    """children(): process ids of what this process has started and not waited for."""

    def children():
        tasks = Path(f'/proc/{os.getpid()}/task').iterdir()
        return [int(each) for task in tasks for each in (task / 'children').read_text().split()]

    return children
