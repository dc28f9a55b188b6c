# SPDX-License-Identifier: GPL-2.0-or-later
"""caw runs for months: memory does not depend on how much it reads, only on what is open."""

import json

import memory
import pytest
from places import BUILD

PROGRAM = BUILD / 'bin' / 'caw'
MIB = 1024  # KiB
FORGOTTEN = sorted(set(memory.KINDS) - memory.BOUNDED)


@pytest.mark.parametrize('kind', FORGOTTEN)
def test_what_is_done_is_forgotten(kind):
    few, many = (memory.largest(kind, count, PROGRAM) for count in (40000, 200000))
    assert many - few <= 2 * MIB
    assert many <= 8 * MIB


@pytest.mark.parametrize('kind', sorted(memory.BOUNDED))
def test_what_stays_open_is_bounded(kind):
    few, many = (memory.largest(kind, count, PROGRAM, '8M') for count in (80000, 240000))
    assert many - few <= 2 * MIB
    assert many <= 18 * MIB


def test_a_report_is_bounded_too(caw, save, tmp_path):
    path = tmp_path / 'searches.pcap'
    with path.open('wb') as file:
        memory.feed(file, memory.searches(10000))
    done = caw('-z', 'ca,connect,json', '--memory', '1m', save(path.read_bytes()))
    totals, *rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert totals['dropped'] > 0
    assert 0 < len(rows) < 10000
