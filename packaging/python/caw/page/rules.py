# SPDX-License-Identifier: BSD-3-Clause
"""What is suspicious: a row for each rule. A rule looks at the rows of one table."""

from typing import Any, Callable, Dict, List, NamedTuple, Set, Tuple

from ..traffic import by_force

Row = Dict[str, Any]

MOST_EXAMPLES = 4
MOST_LABELS = 100_000  # that are told apart when they are counted

BAD, WARNING, NOTE = 'bad', 'warning', 'note'


class Rule(NamedTuple):
    """level: BAD, WARNING or NOTE; table: report and table; test: is this row one?

    said: what it means, after the number of different labels, as one and as many; label: what a row
    is called among the examples, made of its cells.
    """

    level: str
    table: Tuple[str, str]
    test: Callable[[Row], bool]
    one: str
    many: str
    label: Callable[[Row], Any]


def _several_servers(row: Row) -> bool:
    """A gateway stands with what is behind it, and has the PV only once."""
    return len({server for server in row['servers'] if '->' not in server}) > 1


def _ended_by_force(row: Row) -> bool:
    return by_force(row['closed_by']) or row['channels_lost'] > 0


def _ended(row: Row) -> str:
    lost = row['channels_lost']
    return f'{row["client"]} to {row["server"]}: {row["closed_by"]}, {lost} channels lost'


def _pause(row: Row) -> bool:
    gap, rate = row['max_gap_s'], row['rate_hz']
    return bool(gap and rate and gap > 5 and gap * rate > 10)


def _clock(row: Row) -> bool:
    median, least = row['age_median_s'], row['age_min_s']
    return median is not None and (abs(median) > 10 or least < -0.1)


def _age(row: Row) -> str:
    return f'{row["server"]} by {-row["age_median_s"]:+.3f} s'


RULES = [
    Rule(
        BAD,
        ('search', 'search'),
        lambda row: not row['servers'],
        'PV is searched, and nobody answers',
        'PVs are searched, and nobody answers',
        lambda row: row['pv'],
    ),
    Rule(
        BAD,
        ('connect', 'connect'),
        lambda row: (
            row['state'] not in ('connected', 'nobody answers', 'answered, no connection tried')
        ),
        'PV was found, but not connected',
        'PVs were found, but not connected',
        lambda row: f'{row["pv"]} ({row["state"]})',
    ),
    Rule(
        BAD,
        ('puts', 'puts'),
        lambda row: row['outcome'] not in ('ok', 'unconfirmed'),
        'PV was written without success',
        'PVs were written without success',
        lambda row: f'{row["pv"]} ({row["outcome"]})',
    ),
    Rule(
        BAD,
        ('errors', 'errors'),
        lambda row: True,
        'error, or request without an answer',
        'kinds of errors and requests without an answer',
        lambda row: ' '.join(filter(None, (row['status'], row['request'], row['pv']))),
    ),
    Rule(
        BAD,
        ('servers', 'servers'),
        lambda row: row['restarts'] > 0,
        'server restarted',
        'servers restarted',
        lambda row: row['server'],
    ),
    Rule(
        WARNING,
        ('circuits', 'circuits'),
        _ended_by_force,
        'circuit was ended by its server, by force, or with channels open',
        'circuits were ended by their servers, by force, or with channels open',
        _ended,
    ),
    Rule(
        WARNING,
        ('search', 'search'),
        _several_servers,
        'PV is answered by more than one server',
        'PVs are answered by more than one server',
        lambda row: row['pv'],
    ),
    Rule(
        WARNING,
        ('search', 'seconds'),
        lambda row: row['searches'] >= 100,
        'second with a storm of 100 searches or more',
        'seconds with a storm of 100 searches or more',
        lambda row: f'{row["searches"]} searches',
    ),
    Rule(
        WARNING,
        ('srt', 'srt'),
        lambda row: row['max_s'] > 1 and row['kind'] != 'Search',
        'kind of request took a server more than a second',
        'kinds of requests took a server more than a second',
        lambda row: f'{row["kind"]} of {row["server"]}, {row["max_s"]:.3f} s',
    ),
    Rule(
        WARNING,
        ('circuits', 'circuits'),
        lambda row: row['events_off_s'] > 0,
        'client was too slow for its updates, and had them held back',
        'clients were too slow for their updates, and had them held back',
        lambda row: row['client'],
    ),
    Rule(
        WARNING,
        ('circuits', 'circuits'),
        lambda row: row['echoes_answered'] < row['echoes'],
        'server did not answer an echo',
        'servers did not answer an echo',
        lambda row: row['server'],
    ),
    Rule(
        WARNING,
        ('servers', 'servers'),
        lambda row: len(row['senders']) > 1,
        'server is announced from more than one address',
        'servers are announced from more than one address',
        lambda row: row['server'],
    ),
    Rule(
        WARNING,
        ('servers', 'servers'),
        lambda row: row['lost'] > 0 or row['anomalies'] > 0,
        "server's beacons were lost or came out of time",
        "servers' beacons were lost or came out of time",
        lambda row: row['server'],
    ),
    Rule(
        WARNING,
        ('servers', 'servers'),
        _clock,
        "server's clock is not that of the recorder",
        "servers' clocks are not that of the recorder",
        _age,
    ),
    Rule(
        WARNING,
        ('servers', 'strangers'),
        lambda row: True,
        'connection to a port of Channel Access talks something else',
        'connections to ports of Channel Access talk something else',
        lambda row: f'{row["client"]} to {row["server"]} ({row["looks_like"]})',
    ),
    Rule(
        NOTE,
        ('channels', 'subscriptions'),
        _pause,
        'subscription had a pause far longer than its usual period',
        'subscriptions had pauses far longer than their usual periods',
        lambda row: f'{row["pv"]}, {row["max_gap_s"]:.1f} s',
    ),
    Rule(
        NOTE,
        ('connect', 'connect'),
        lambda row: row['state'] == 'answered, no connection tried',
        'search was answered, and no connection tried',
        'searches were answered, and no connection tried',
        lambda row: f'{row["pv"]} for {row["client"]}',
    ),
    Rule(
        NOTE,
        ('channels', 'channels'),
        lambda row: row['same_as'] is not None,
        'channel was created that its circuit had open already',
        'channels were created that their circuits had open already',
        lambda row: f'{row["pv"]} by {row["client"]}',
    ),
    Rule(
        NOTE,
        ('channels', 'subscriptions'),
        lambda row: row['same_as'] is not None,
        'subscription was made that its channel had already',
        'subscriptions were made that their channels had already',
        lambda row: f'{row["pv"]} by {row["client"]}',
    ),
    Rule(
        NOTE,
        ('channels', 'channels'),
        lambda row: row['pv'] is None,
        'circuit has channels whose names are not in the capture: it began too late',
        'circuits have channels whose names are not in the capture: it began too late',
        lambda row: f'{row["client"]} to {row["server"]}',
    ),
]


class Finding:
    """What a rule has found: how many different labels, and the rows of the first of them."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._labels: Set[Any] = set()
        self.examples: List[Row] = []

    @property
    def count(self) -> int:
        return len(self._labels)

    def sees(self, row: Row) -> bool:
        """Whether the rule marks this row of its table; counts it if so."""
        if not self.rule.test(row):
            return False
        label = self.rule.label(row)
        if label not in self._labels and len(self._labels) < MOST_LABELS:
            self._labels.add(label)
            if len(self.examples) < MOST_EXAMPLES:
                self.examples.append(row)
        return True

    def said(self) -> str:
        return f'{self.count} {self.rule.one if self.count == 1 else self.rule.many}'
