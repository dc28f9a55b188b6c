# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports without tshark: the forms, against each other and against the lines."""

import csv
import json

import pytest

GOOD = 0


@pytest.fixture
def capture(captures):
    return captures / 'twoiocs.pcap'


def printed(done):
    assert (done.returncode, done.stderr) == (GOOD, '')
    return done.stdout.splitlines()


def test_json_and_csv(caw, capture):
    """The same rows; an object a line, the first with the totals, which count the lines."""
    totals, *rows = [json.loads(line) for line in printed(caw('-z', 'ca,connect,json', capture))]
    assert totals['table'] == 'totals'
    assert totals['messages'] == len(caw(capture).stdout.splitlines())
    for table in ('connect', 'servers'):
        wanted = [row for row in rows if row['table'] == table]
        found = list(csv.DictReader(printed(caw('-z', f'ca,connect,table={table},csv', capture))))
        assert len(found) == len(wanted) > 0
        for key in wanted[0].keys() - {'table'}:
            for one, other in zip(found, wanted):
                value = other[key]
                assert one[key] == ('' if value is None else str(value)) or float(one[key]) == value


def test_text(caw, capture):
    """Every channel that the lines create is named."""
    done = caw('-z', 'ca,connect', capture)
    assert printed(done) == printed(caw('-z', 'ca,connect,text', capture))
    lines = printed(caw('--format', '{command.__class__.__name__} {pv}', capture))
    created = {line.split()[1] for line in lines if line.startswith('CreateChanResponse')}
    rows = {line.split()[0] for line in done.stdout.splitlines() if ' connected ' in line}
    assert created and created == rows


def test_of_several_files_and_a_pipe(caw, capture, captures):
    both = printed(caw('-z', 'ca,connect,json', captures / 'puts.pcap', capture))
    counts = [
        json.loads(printed(caw('-z', 'ca,connect,json', one))[0])['messages']
        for one in (captures / 'puts.pcap', capture)
    ]
    assert json.loads(both[0])['messages'] == sum(counts)
    piped = printed(caw('-z', 'ca,connect,json', input=capture.read_bytes()))
    assert piped == printed(caw('-z', 'ca,connect,json', capture))
