# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts of every message: tshark's fields, in one pass and two, and caw's tokens and words, against
known.py, which finds them by the protocol's rules alone.
"""

import functools
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import dpkt
import pytest
from caproto._status import eca_value_to_status

import known
import reference
import talk
import tracker
import wire
from compare import RECORDED, decode_as, ports_of
from places import CAPTURES
from talk import client, create, created, hello, read, server, value
from wire import CLIENT_END, EVERYBODY, SEARCHER, SERVER_END, message

MARKS = ('search', 'create', 'get', 'put', 'update', 'unanswered')
DURATIONS = ('search_interval', 'search_time', 'connect_time', 'update_interval', 'data_age',
             'beacon_period', 'beacon_average')  # fmt: skip
OTHERS = ('search_count', 'update_no', 'subscribed_in', 'beacon_server', 'put_status',
          'duplicate_of', 'channel_rights', 'channel_count', 'client_version', 'server_version',
          'eca_severity')  # fmt: skip
KEYS = (*MARKS, *DURATIONS, *OTHERS)
SEVERITIES = {0: 'WARNING', 1: 'SUCCESS', 2: 'ERROR', 3: 'INFO', 4: 'SEVERE', 6: 'FATAL'}
SMALL = [name for name in RECORDED if name != 'bigarrays.pcap']
SLACK = Decimal('0.000001')  # an average is kept to a microsecond

# ---- what is expected ---------------------------------------------------------------------------


@functools.cache
def notes_of(name):
    return tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))


def expected(notes, final, last):
    """[(frame, facts of a message)]"""
    found = known.facts(notes, final, last)
    return [(note.frame, facts) for note, facts in zip(notes, found) if not note.message.stray]


def assert_same(got, want):
    assert [frame for frame, _ in got] == [frame for frame, _ in want]
    for number, ((frame, ours), (_, theirs)) in enumerate(zip(got, want), 1):
        where = f'message {number}, frame {frame}'
        assert ours.keys() == theirs.keys(), where
        for key, one in ours.items():
            other = theirs[key]
            if key in DURATIONS:
                assert abs(one - Decimal(other)) <= SLACK, f'{where}: {key} {one} {other}'
            else:
                assert one == str(other), f'{where}: {key}'


# ---- reading ------------------------------------------------------------------------------------


def facts_of_proto(proto):
    shown = {f.get('name')[3:]: f.get('show') for f in proto.iter('field')}
    found = {key: shown[key] for key in KEYS if key in shown}
    found |= {key: '1' for key in MARKS if key in found}
    return found | {key: Decimal(found[key]) for key in DURATIONS if key in found}


@pytest.fixture
def shown(tshark):
    """shown(capture, arguments...): [(frame, facts)] of each message, as tshark has them."""

    def shown(capture, *arguments):
        text = tshark('-r', capture, *arguments, '-o', 'ca.elements_shown:1', '-T', 'pdml', '-J',
                      'ca frame', errors='replace')  # fmt: skip
        found = []
        for packet in ElementTree.fromstring(text).iter('packet'):
            frame = int(packet.find("./proto[@name='geninfo']/field[@name='num']").get('show'))
            for proto in packet.iterfind("./proto[@name='ca']"):
                if proto.find(".//field[@name='ca.message']") is not None:
                    found.append((frame, facts_of_proto(proto)))
        return found

    return shown


def facts_of_line(line):
    frame, *values = line.split('|')
    found = {key: text for key, text in zip(KEYS, values) if text != 'None'}
    return int(frame), found | {key: Decimal(found[key]) for key in DURATIONS if key in found}


@pytest.fixture
def printed(caw):
    """printed(capture): the same as caw has them, as tokens of its lines."""

    def printed(capture, *arguments):
        tokens = '|'.join('{' + key + '}' for key in KEYS)
        done = caw(capture, '--format', '{message}|{frame}|' + tokens, *arguments)
        assert done.returncode == 0, done.stderr
        lines = [line.split('|', 1) for line in done.stdout.splitlines()]
        return [facts_of_line(rest) for name, rest in lines if name != 'Malformed']

    return printed


def named(want):
    """As lines have them: numbers with names by these."""
    for frame, facts in want:
        facts = dict(facts)
        if 'put_status' in facts:
            facts['put_status'] = eca_value_to_status[facts['put_status']].name
        if 'eca_severity' in facts:
            facts['eca_severity'] = SEVERITIES[facts['eca_severity']]
        yield frame, facts


# ---- recorded captures --------------------------------------------------------------------------


def last_packet(path):
    """When it was, of any protocol."""
    with open(path, 'rb') as file:
        return max(Decimal(repr(time)) for time, _ in dpkt.pcap.UniversalReader(file))


@pytest.mark.parametrize('name', SMALL)
def test_two_passes_know_what_the_tracker_knows(name, shown, stage):
    want = expected(notes_of(name), True, last_packet(CAPTURES / name))
    assert_same(shown(stage / 'captures' / name, '-2', *decode_as(name)), want)


@pytest.mark.parametrize('name', SMALL)
def test_one_pass_knows_all_but_what_comes_later(name, shown, stage):
    want = expected(notes_of(name), False, None)
    assert_same(shown(stage / 'captures' / name, *decode_as(name)), want)


@pytest.mark.parametrize('name', SMALL)
def test_lines_know_the_same(name, printed, stage):
    want = list(named(expected(notes_of(name), False, None)))
    assert_same(printed(stage / 'captures' / name), want)
