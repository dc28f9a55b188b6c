# SPDX-License-Identifier: GPL-2.0-or-later
"""Every flaw that one message can have is an expert item of its frame, in either direction.

The messages are the pages of the core's tests, which say what is wrong with each, and a few more.
"""

import re

import pytest

import wire
from places import ROOT
from wire import message, text

PAGES = sorted((ROOT / 'tests' / 'core' / 'messages').glob('*.txt'))
KEYS = re.findall(r'\[CAW_FLAW_\w+\] = \{"(\w+)"', (ROOT / 'ca-core/src/message/protocol.c').read_text())
LARGEST = ('-o', 'ca.largest_message:1')  # MiB; what is larger is judged by its first segment

# (transport, side, bytes, flaws): what no page has
OTHERS = [
    ('tcp', 'server', message(15, bytes(800), 6, 3 << 20, 1, 1, size=24 << 20, extended=True), 'huge'),
    ('tcp', 'client', message(20, text('u' * 600)), 'long_identity'),
    ('tcp', 'client', message(18, text('x' * 501), p1=1, p2=13), 'long_name'),
    ('udp', 'client', message(6, text('pv'), 7, 13, 1, 1), 'search_reply no_version'),
    ('tcp', 'client', message(0, count=14), 'version_newer'),
    ('tcp', 'client', message(0, count=3), 'version_too_old'),
    ('tcp', 'server', message(15, bytes(56), 28, 1, 1, 1), 'time_layout'),
]  # fmt: skip


def page_of(path):
    """(transport, side, bytes, flaws) of a page; None when it depends on what is not in it."""
    _, context, code, *_, flaws = path.read_text().split('\n\n')
    transport, side, *rest = context.split()
    if (transport, side) == ('tcp', 'nobody') or 'cancel' in rest:
        return None
    code = bytes.fromhex(''.join(line.split('#')[0] for line in code.splitlines()))
    if transport == 'udp' and 'starts' not in rest:
        code = message(0, count=13) + code
    return transport, side, code, flaws.split(':')[1].replace('none', '')


SAMPLES = [page for page in map(page_of, PAGES) if page] + OTHERS


def packets(index, transport, side, data):
    """The message alone in a datagram, or after the versions of its own circuit."""
    client, server = ('10.3.0.1', 20000 + index), ('10.3.0.2', 5064)
    if transport == 'udp':
        ends = (client, server) if side == 'client' else (server, client)  # or nobody's, a beacon
        return [wire.udp(*ends, data)]
    hello = [('client', message(0, count=13)), ('server', message(0, count=13))]
    return wire.circuit([*hello, (side, data)], client, server)


@pytest.fixture(scope='module')
def shown(tshark, save):
    """The flaws of the last frame of each sample."""
    made = [packets(i, *sample[:3]) for i, sample in enumerate(SAMPLES)]
    capture = save(wire.capture([packet for each in made for packet in each]))
    output = tshark('-r', capture, '-T', 'pdml', *LARGEST)
    frames = [
        set(re.findall(r'<field name="ca\.flaw\.(\w+)"', frame))
        for frame in output.split('</packet>')
    ]
    last = -1
    flaws = []
    for each in made:
        last += len(each)
        flaws.append(frames[last])
    return flaws


def test_each_message(shown):
    """No flaw is missing, and none is there but what history finds: nobody asked."""
    wrong = []
    assert len(shown) == len(SAMPLES)
    for (_, _, data, flaws), found in zip(SAMPLES, shown):
        if set(flaws.split()) != found & set(KEYS):
            wrong.append((data[:24].hex(' ', 4), flaws.split(), found))
    assert not wrong


def test_all_flaws(shown):
    assert set(KEYS) - set().union(*shown) == set()
