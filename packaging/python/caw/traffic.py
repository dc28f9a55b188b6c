# SPDX-License-Identifier: BSD-3-Clause
"""Messages as a stream of a few texts each: what plots and the page count.

A line of tabs, which no text of caw has in it, is split faster than anything else Python reads.
"""

import json
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from . import child

# What a message is about, for the eye: the kinds of plots, in the order in which they are stacked.
KINDS = {
    'updates': ('EventAddResponse',),
    'reads': ('ReadRequest', 'ReadResponse', 'ReadNotifyRequest', 'ReadNotifyResponse'),
    'writes': ('WriteRequest', 'WriteNotifyRequest', 'WriteNotifyResponse'),
    'searches': ('SearchRequest', 'SearchResponse', 'NotFoundResponse'),
    'channels': (
        'CreateChanRequest',
        'CreateChanResponse',
        'AccessRightsResponse',
        'ClearChannelRequest',
        'ClearChannelResponse',
        'EventAddRequest',
        'EventCancelRequest',
        'EventCancelResponse',
    ),
    'failures': ('ErrorResponse', 'CreateChFailResponse', 'ServerDisconnResponse', 'Malformed'),
    'beacons': ('Beacon',),
    'others': (),
}
KIND_OF: Dict[str, str] = {name: kind for kind, names in KINDS.items() for name in names}


def kind_of(message: str) -> str:
    """The kind of a message by its class; 'others' of one that has none."""
    return KIND_OF.get(message, 'others')


def messages(
    source: child.Source, columns: Sequence[str], where: Optional[str] = None, parts: int = 0
) -> Iterator[List[bytes]]:
    """The columns (names of --format) of each message; with parts only so many, the last of them
    all that is left, with tabs between. Raises child.Error."""
    form = '\\t'.join(f'{{{column}}}' for column in columns)
    chosen = [] if where is None else ['--where', where]
    files, stdin = child.inputs(source)
    with child.lines([*files, '--format', form, *chosen], stdin) as lines:
        for line in lines:
            yield line[:-1].split(b'\t', parts - 1)


LAST = 2**63 - 1  # Nanoseconds since 1970, in the year 2262. A damaged pcapng has any time.


def within(moment: int) -> int:
    """A point in time, or the nearest one that 64 bits hold."""
    return min(max(moment, -LAST), LAST)


def row(line: bytes) -> Dict[str, Any]:
    """A row of a report, of its line of JSON; its points in time are within 64 bits."""
    told: Dict[str, Any] = json.loads(line)
    for key in told:
        if key.endswith('_ns') and told[key] is not None:
            told[key] = within(told[key])
    return told


def nanoseconds(seconds: bytes) -> int:
    """An exact number of seconds since 1970 (or seconds of a duration) as nanoseconds."""
    whole, _, part = seconds.partition(b'.')
    if b'e' in part or b'e' in whole:  # Python's way with very short durations
        return round(float(seconds) * 1e9)
    return within(int(whole) * 10**9 + int(part[:9].ljust(9, b'0')))


def end(address: str, port: str) -> str:
    """An end as the reports of caw write it."""
    return f'[{address}]:{port}' if ':' in address else f'{address}:{port}'


def address_of(end: str) -> str:
    """The address of an end."""
    return end.rpartition(':')[0].strip('[]') if ':' in end else end


def by_force(closed_by: Optional[str]) -> bool:
    """Whether a circuit (closed_by of caw circuits) has ended, and not by its client's FIN."""
    return closed_by is not None and closed_by != 'client FIN'


Span = Tuple[int, int]


class Bins:
    """Equal bins of a span of time (nanoseconds since 1970, both ends within)."""

    def __init__(self, span: Span, count: int) -> None:
        self.first, self.last = span
        self.count = count
        self.width = max(1, -(-(self.last - self.first + 1) // count))  # ns

    def of(self, moment: int) -> int:
        """The bin of a moment; one outside belongs to the nearest."""
        return min(max((moment - self.first) // self.width, 0), self.count - 1)

    def seconds(self) -> float:
        return self.width / 1e9
