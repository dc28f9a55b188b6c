# SPDX-License-Identifier: GPL-2.0-or-later
"""Short lines say what the Info column says, and formats of tshark have the same tokens."""

import re

import pytest
from places import CAPTURES

WIDTH = 119


@pytest.mark.parametrize('name', ['puts.pcap', 'monitors.pcap', 'twoiocs.pcap', 'beacons.pcap'])
def test_the_clauses_of_the_info_column(name, tshark, caw):
    path = CAPTURES / name
    column = tshark('-r', path, '-Y', 'ca', '-T', 'fields', '-e', '_ws.col.Info')
    info = ', '.join(column.splitlines())
    wanted = []
    for line in caw(path, '--short').stdout.splitlines():
        words = re.fullmatch(r'\S+  \S+ +(?:->|<-) \S+ +(.*)', line)[1]
        is_cut = len(line) == WIDTH and words.endswith('...')
        wanted.append(re.escape(words[:-3]) + '.*?' if is_cut else re.escape(words))
    assert len(wanted) > 3
    assert re.fullmatch(', '.join(wanted), info)


def test_tokens_of_tshark(tshark, caw):
    form = r'{elapsed}\t{message} {value} {severity} {command.data[0]} {command.status.name}'
    path = CAPTURES / 'monitors.pcap'
    assert tshark('-q', '-r', path, '-z', f'ca,lines,{form}') == caw(path, '--format', form).stdout
