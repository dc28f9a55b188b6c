# SPDX-License-Identifier: GPL-2.0-or-later
"""What the servers report has to say, by the tracker's notes of a capture."""

import statistics
import struct
from collections import defaultdict
from fractions import Fraction

from caproto import CLIENT, SERVER

import expect_beacons
import reference
import tracker
from expect_beacons import nanoseconds
from expect_search import announced, end
from tracker import EVENT_ADD, SEARCH, VERSION

COLUMNS = (
    'server seen_in versions circuits beacons period_s lost duplicates restarts anomalies senders '
    'age_min_s age_median_s age_max_s'
).split()
STRANGERS = 'client server packets first_bytes looks_like'.split()
EPOCH = 631152000  # 1990 in seconds of 1970
TIME = range(14, 21)  # DBR types with a stamp: seconds and nanoseconds after the alarm's two words


def median(numbers):
    """In seconds, of nanoseconds; of an even count the mean of two, without half a nanosecond."""
    return float(Fraction(int(statistics.median(map(Fraction, numbers))), 10**9))


class Server:
    def __init__(self):
        self.seen_in, self.versions, self.senders = set(), {}, {}
        self.circuits, self.ages = set(), []

    def cells(self, server, line):
        ages = self.ages
        return dict(
            server=end(server),
            seen_in=[way for way in ('beacon', 'search', 'circuit') if way in self.seen_in],
            versions=list(self.versions), circuits=len(self.circuits),
            beacons=line.count,
            period_s=median(line.periods) if line.periods else None,
            lost=line.lost, duplicates=line.duplicates, restarts=line.restarts,
            anomalies=len(line.anomalies), senders=list(self.senders),
            age_min_s=min(ages) / 1e9 if ages else None,
            age_median_s=median(ages) if ages else None,
            age_max_s=max(ages) / 1e9 if ages else None,
        )  # fmt: skip


def servers(notes):
    found = defaultdict(Server)
    for note in notes:
        if not note.header:
            continue
        if expect_beacons.is_beacon(note):
            see_beacon(found[expect_beacons.announced(note)], note)
        if note.message.transport == 'tcp':
            see_message(found, note)
        if note.header.command == SEARCH and note.message.role is SERVER:
            see_answer(found[announced(note)], note)
    return found


def see_beacon(server, note):
    server.seen_in.add('beacon')
    server.versions[f'4.{note.header.type}'] = True
    server.senders[note.message.source[0]] = True


def see_answer(server, note):
    server.seen_in.add('search')
    if note.message.payload:
        server.versions['4.{}'.format(*struct.unpack_from('>H', note.message.payload))] = True


def see_message(found, note):
    message, header = note.message, note.header
    server = found[message.destination if message.role is CLIENT else message.source]
    server.seen_in.add('circuit')
    server.circuits.add(message.circuit)
    if message.role is CLIENT:
        return
    if header.command == VERSION:
        server.versions[f'4.{header.count}'] = True
    if header.command == EVENT_ADD and header.size and not note.request and header.type in TIME:
        seconds, fraction = struct.unpack_from('>II', message.payload, 4)
        if seconds >= 365 * 86400:  # of 1990 are stamps that nobody has set
            taken = (seconds + EPOCH) * 10**9 + fraction
            server.ages.append(nanoseconds(message.time) - taken)


def expected(capture, ports=(5064,)):
    """The rows of the table `servers` of a capture, a path or bytes."""
    notes = tracker.track(reference.messages(capture, ports))
    lines = expect_beacons.lines(notes)
    return [
        server.cells(name, lines.get(name) or expect_beacons.Line())
        for name, server in servers(notes).items()
    ]
