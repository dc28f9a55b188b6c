# SPDX-License-Identifier: GPL-2.0-or-later
"""Recorded captures, what they should print, and how to say where it differs."""

import re

import pytest

import reference
from places import CAPTURES
from deviations import expected_line

RECORDED = sorted(path.name for path in CAPTURES.glob('*.pcap'))
SECOND_IOC = 42289  # TCP port of an IOC in these captures that was not the first on its host
PORTS = {name: (5064, SECOND_IOC) for name in ('midstream.pcap', 'twoiocs.pcap')}
PORTS['otherport.pcap'] = (6064, 44027)


def ports_of(name):
    return PORTS.get(name, (5064,))


def decode_as(name):
    return [word for port in ports_of(name)[1:] for word in ('-d', f'tcp.port=={port},ca')]


# ---- comparing -------------------------------------------------------------------------------


def without_reason(line):
    """The wording of a reason is free."""
    return re.sub(r"""Malformed\(reason=('[^']+'|"[^"]+")""", 'Malformed(reason=*', line)


def assert_same(ours, expected):
    """Same lines in the same order; shows the first difference where it begins."""
    ours = [without_reason(line) for line in ours]
    for number, (one, other) in enumerate(zip(ours, expected)):
        if one != other:
            at = next(
                (i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other))
            )
            at = max(0, at - 40)
            pytest.fail(
                f'line {number}: {other[:150]}\nours:     {one[at:at + 300]}\nexpected: {other[at:at + 300]}'
            )
    assert len(ours) == len(
        expected
    ), f'{len(ours)} lines, expected {len(expected)}: {(ours + expected)[-1][:300]}'


def expected_lines(capture, ports=(5064,)):
    return [expected_line(message) for message in reference.messages(capture, ports)]


def commands_of(lines):
    return [line.split(' ', 2)[2] for line in lines]
