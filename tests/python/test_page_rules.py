# SPDX-License-Identifier: GPL-2.0-or-later
"""What the page takes for suspicious, and that its words are those of caw."""

import pytest

from caw import commands, tables, traffic
from caw.page import choose, words
from caw.page.rules import RULES, Finding

CIRCUIT = {
    'client': '10.0.0.1:4', 'server': '10.0.0.2:5064', 'closed_by': 'client FIN', 'channels_lost': 0,
    'events_off_s': 0.0, 'echoes': 2, 'echoes_answered': 2,
}  # fmt: skip
SERVER = {
    'server': '10.0.0.2:5064', 'restarts': 0, 'senders': ['10.0.0.2'], 'lost': 0, 'anomalies': 0,
    'age_min_s': 0.0, 'age_median_s': 0.1,
}  # fmt: skip
SEARCH = {'pv': 'x', 'servers': ['10.0.0.2:5064']}
SUBSCRIPTION = {'pv': 'x', 'client': 'c', 'same_as': None, 'rate_hz': 10.0, 'max_gap_s': 0.2}
PUT = {'pv': 'x', 'outcome': 'ok'}
ATTEMPT = {'pv': 'x', 'client': 'c', 'state': 'connected'}
SRT = {'server': 's', 'kind': 'Read Notify', 'max_s': 0.9}


def levels(table, row):
    return [rule.level for rule in RULES if rule.table == table and rule.test(row)]


@pytest.mark.parametrize(
    'table, row, changes',
    [
        (('circuits', 'circuits'), CIRCUIT, {
            'closed_by': 'server RST', 'channels_lost': 1, 'events_off_s': 0.5, 'echoes': 3}),
        (('servers', 'servers'), SERVER, {
            'restarts': 1, 'senders': ['a', 'b'], 'lost': 1, 'anomalies': 1, 'age_min_s': -2.0,
            'age_median_s': 20.0}),
        (('search', 'search'), SEARCH, {'servers': [], }),
        (('search', 'search'), SEARCH, {'servers': ['10.0.0.2:5064', '10.0.0.3:5064']}),
        (('channels', 'subscriptions'), SUBSCRIPTION, {'same_as': 7, 'max_gap_s': 6.0}),
        (('puts', 'puts'), PUT, {'outcome': 'ECA_NOWTACCESS'}),
        (('puts', 'puts'), PUT, {'outcome': 'no answer'}),
        (('connect', 'connect'), ATTEMPT, {'state': 'refused (RST)'}),
        (('connect', 'connect'), ATTEMPT, {'state': 'answered, no connection tried'}),
        (('srt', 'srt'), SRT, {'max_s': 1.1}),
    ],
)  # fmt: skip
def test_each_change_alone_is_suspicious(table, row, changes):
    assert levels(table, row) == []
    for key, value in changes.items():
        assert levels(table, {**row, key: value}), key


@pytest.mark.parametrize(
    'table, row',
    [
        (('circuits', 'circuits'), {**CIRCUIT, 'closed_by': None}),
        (('search', 'search'), {**SEARCH, 'servers': ['10.0.0.9:5064 -> 10.0.0.2:5064', 'a:1']}),
        (('puts', 'puts'), {**PUT, 'outcome': 'unconfirmed'}),
        (('connect', 'connect'), {**ATTEMPT, 'state': 'nobody answers'}),  # told of its search
        (('channels', 'subscriptions'), {**SUBSCRIPTION, 'rate_hz': 0.1, 'max_gap_s': 12.0}),
        (('channels', 'subscriptions'), {**SUBSCRIPTION, 'rate_hz': None, 'max_gap_s': None}),
        (('servers', 'servers'), {**SERVER, 'age_min_s': None, 'age_median_s': None}),
        (('srt', 'srt'), {**SRT, 'kind': 'Search', 'max_s': 30.0}),  # a retry, not a slow server
    ],
)
def test_what_is_usual_is_not(table, row):
    assert levels(table, row) == []


def test_a_finding_counts_what_differs():
    finding = Finding(RULES[0])
    for pv in 'aba':
        assert finding.sees({'pv': pv, 'servers': []})
    assert not finding.sees({'pv': 'c', 'servers': ['10.0.0.2:5064']})
    assert finding.said() == '2 PVs are searched, and nobody answers'


def test_every_table_of_caw_has_its_place_and_its_messages():
    known = {(report, table) for report, found in tables.REPORTS.items() for table in found}
    known -= {(report, 'totals') for report in tables.REPORTS}
    assert set(words.TABLES) == known
    assert {report for report, _, _ in words.SECTIONS} == set(tables.REPORTS)
    assert known - set(choose._CHOICES) == {('srt', 'kinds')}
    assert {rule.table for rule in RULES} <= known


def test_classes_are_those_of_caw():
    named = {name for names in traffic.KINDS.values() for name in names} | set(choose.SRT.values())
    assert named <= set(commands.CLASSES)


@pytest.mark.parametrize(
    'text, seconds',
    [(b'1700000000.0002', 200000), (b'1700000000', 0), (b'1700000000.123456789', 123456789)],
)
def test_times_are_exact(text, seconds):
    assert traffic.nanoseconds(text) == 1700000000 * 10**9 + seconds


def test_short_durations_are_exact():
    assert traffic.nanoseconds(b'5e-05') == 50000
    assert traffic.nanoseconds(b'0.000234') == 234000
