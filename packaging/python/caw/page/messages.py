# SPDX-License-Identifier: BSD-3-Clause
"""One pass over the messages of a capture: what plots count, and the first messages of each row."""

import math
import warnings
from collections import Counter
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from .. import child, traffic
from .capture import Capture
from .choose import Choice, Key, ends_of, keys_of

MOST_MESSAGES = 5000  # in a page
MOST_OF_A_ROW = 8  # by each of its keys
RATE_BINS = 480
TIME_BINS = 160  # of answers
DECADE_BINS = 5  # of answers: bins of a decade of seconds
SHORTEST, LONGEST = -6, 2  # decades of seconds that answers take
MOST_SERVERS = 5  # that are told apart in the plot of answers
MOST_COUNTED = 200  # servers while it is not known which those are
CACHED = 50_000
OTHERS = 'other servers'

COLUMNS = (
    'timestamp',
    'frame',
    'dt',
    'command!s:.200',
    'command.subscriptionid',
    'message',
    'src',
    'transport.sport',
    'dst',
    'transport.dport',
    'ip.p',
    'beacon_server',
    'pv',
)
TCP = '6'
SUBSCRIPTION = 4
ABOUT = 5  # the first of the columns that say what a message is about


class Message(NamedTuple):
    """A message of the page; time: nanoseconds since 1970; dt: seconds; None where not known."""

    time: int
    frame: int
    dt: Optional[float]
    text: str
    message: str
    source: str
    target: str
    pv: Optional[str]


class Seen:
    """The messages of a key: when, how many, and the first of them (their numbers in the page)."""

    __slots__ = ('count', 'first', 'last', 'shown', 'slow')

    def __init__(self, slow: int) -> None:
        self.count = 0
        self.first = self.last = 0
        self.shown: List[int] = []
        self.slow = slow


class Messages:
    """What one pass has found.

    rates: messages of each kind in each bin; answers: how many, by (bin of time, bin of duration,
    server); shown: the messages of the page, in their order.
    """

    def __init__(self, capture: Capture, choices: Iterable[Choice]) -> None:
        self.bins = traffic.Bins(capture.span, RATE_BINS)
        self.answer_bins = traffic.Bins(capture.span, TIME_BINS)
        self.rates = {kind: [0] * RATE_BINS for kind in traffic.KINDS}
        self.answers: Counter[Tuple[int, int, str]] = Counter()
        self.shown: List[Message] = []
        self.left_out = False
        self._servers: Set[str] = set()
        self._about: Dict[bytes, Any] = {}
        self._seen: Dict[Key, Seen] = {}
        self._timed: Dict[int, Dict[Any, Seen]] = {}
        self._subscriptions: Dict[bytes, Dict[Key, Seen]] = {}
        self._seconds: Dict[int, Seen] = {}
        self._last_line: List[bytes] = []
        for each in choices:
            self._want(each)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', child.Notice)  # the capture has them
            for line in traffic.messages(capture.paths, COLUMNS, parts=ABOUT + 1):
                self._add(line)
        self._fewer_servers()

    def of(self, choice: Choice) -> List[Seen]:
        """What was seen of a row."""
        return [self._seen[key] for key in choice.keys]

    def _want(self, choice: Choice) -> None:
        for key in choice.keys:
            seen = self._seen.setdefault(key, Seen(choice.slow))
            if key[0] == 'moment':
                self._timed.setdefault(key[1], {})[key[2]] = seen
            elif key[0] == 'subscription':
                self._subscriptions.setdefault(b'%d' % key[1], {})[key[2:]] = seen
            elif key[0] == 'second':
                self._seconds[key[1]] = seen

    # ---- each message --------------------------------------------------------------------------

    def _add(self, line: List[bytes]) -> None:
        time = traffic.nanoseconds(line[0])
        known = self._about.get(line[ABOUT])
        if known is None:
            known = self._learn(line[ABOUT])
        rates, server, seen, pv, circuit = known
        rates[self.bins.of(time)] += 1
        took = None if line[2] == b'None' else traffic.nanoseconds(line[2])
        if took is not None and server is not None:
            self.answers[self.answer_bins.of(time), _duration_bin(took), server] += 1
        for each in seen:
            if not each.slow or (took is not None and took >= each.slow):
                self._see(each, time, line)
        if time in self._timed and pv in self._timed[time]:
            self._see(self._timed[time][pv], time, line)
        if circuit in self._subscriptions.get(line[SUBSCRIPTION], ()):
            self._see(self._subscriptions[line[SUBSCRIPTION]][circuit], time, line)
        if time // 10**9 in self._seconds:
            self._see(self._seconds[time // 10**9], time, line)

    def _learn(self, about: bytes) -> Any:
        """What all messages about the same have in common: where they count."""
        message, *parts, protocol, beacon, pv = map(_text, about.split(b'\t'))
        source, target = ends = _ends([str(part) for part in parts])
        keys = keys_of(str(message), ends, protocol == TCP, pv, beacon)
        answers = str(message).endswith('Response') and message != 'SearchResponse'
        known = (
            self.rates[traffic.kind_of(str(message))],
            self._server(source) if answers else None,
            [self._seen[key] for key in keys if key in self._seen],
            pv,
            ends_of(source, target),
        )
        if len(self._about) == CACHED:
            self._about.clear()
        self._about[about] = known
        return known

    def _server(self, end: str) -> str:
        if end not in self._servers and len(self._servers) < MOST_COUNTED:
            self._servers.add(end)
        return end if end in self._servers else OTHERS

    def _see(self, seen: Seen, time: int, line: List[bytes]) -> None:
        if not seen.count or time < seen.first:
            seen.first = time
        if time > seen.last:
            seen.last = time
        seen.count += 1
        if len(seen.shown) == MOST_OF_A_ROW:
            return
        number = self._show(time, line)
        if number is not None:
            seen.shown.append(number)

    def _show(self, time: int, line: List[bytes]) -> Optional[int]:
        """The number of this message in the page; None if there is no room."""
        if self.shown and self._last_line is line:
            return len(self.shown) - 1
        if len(self.shown) == MOST_MESSAGES:
            self.left_out = True
            return None
        self._last_line = line
        self.shown.append(_message(time, line))
        return len(self.shown) - 1

    # ---- in the end ----------------------------------------------------------------------------

    def _fewer_servers(self) -> None:
        sums: Counter[str] = Counter()
        for (_, _, server), count in self.answers.items():
            sums[server] += count
        most = {server for server, _ in sums.most_common(MOST_SERVERS)} - {OTHERS}
        fewer: Counter[Tuple[int, int, str]] = Counter()
        for (time, took, server), count in self.answers.items():
            fewer[time, took, server if server in most else OTHERS] += count
        self.answers = fewer


def _text(field: bytes) -> Optional[str]:
    return None if field == b'None' else field.decode('utf-8', 'replace')


def _ends(parts: List[str]) -> Tuple[str, str]:
    return traffic.end(parts[0], parts[1]), traffic.end(parts[2], parts[3])


def _message(time: int, line: List[bytes]) -> Message:
    _, frame, dt, text, _ = map(_text, line[:ABOUT])
    message, *parts, _, _, pv = map(_text, line[ABOUT].split(b'\t'))
    ends = _ends([str(part) for part in parts])
    took = None if dt is None else float(dt)
    return Message(time, int(str(frame)), took, str(text), str(message), *ends, pv)


def _duration_bin(took: int) -> int:
    """0 is all that is shorter than a step above the shortest."""
    place = (math.log10(max(took, 1)) - 9 - SHORTEST) * DECADE_BINS
    return min(max(int(place), 0), (LONGEST - SHORTEST) * DECADE_BINS - 1)
