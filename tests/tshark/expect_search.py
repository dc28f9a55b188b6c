# SPDX-License-Identifier: GPL-2.0-or-later
"""What the search report has to say, by the tracker's notes of a capture."""

import socket
from collections import defaultdict

import dpkt
from caproto import CLIENT, SERVER

import expect_beacons
import reference
import tracker
from expect_beacons import nanoseconds
from tracker import ANYBODY, CREATE_CHAN, SEARCH

COLUMNS = (
    'pv client searches rate_hz first_ns last_ns answer_s servers destinations via'.split()
)
CLIENTS = 'client searches pvs unanswered_pvs'.split()
SECONDS = 'second_ns searches pvs answers circuits creates beacon_anomalies'.split()
COPIED = 0.001  # seconds within which a datagram may be recorded again


def end(address):
    return '{}:{}'.format(*address)


def announced(answer):
    """Where a search answer says the server is; ANYBODY: where it came from."""
    host, port = answer.message.source
    if answer.header.p1 != ANYBODY:
        host = socket.inet_ntoa(answer.header.p1.to_bytes(4, 'big'))
        return host, answer.header.type
    return host, port if answer.message.transport == 'tcp' else answer.header.type


def rate(times):
    """How often a second, of times in nanoseconds."""
    if len(times) < 2 or times[-1] == times[0]:
        return None
    return (len(times) - 1) / ((times[-1] - times[0]) / 1e9)


class Row:
    def __init__(self, pv, client, via):
        self.pv, self.client, self.via = pv, client, via
        self.times, self.destinations, self.answers = [], [], []

    @property
    def servers(self):
        return list(dict.fromkeys(server for _, server in self.answers))

    def cells(self, behind):
        first = self.times[0]
        return dict(
            pv=self.pv, client=end(self.client), searches=len(self.times), rate_hz=rate(self.times),
            first_ns=first, last_ns=self.times[-1],
            answer_s=(self.answers[0][0] - first) / 1e9 if self.answers else None,
            servers=[behind(self.pv, server) for server in self.servers],
            destinations=[end(each) for each in dict.fromkeys(self.destinations)],
            via=self.via,
        )  # fmt: skip


class Searches:
    """All rows of a capture, in the order of their first search."""

    def __init__(self, notes):
        self.rows = {}
        self.seen = []  # (nanoseconds, name) of each search that counts
        self.copies = {}
        for note in notes:
            if note.header and note.header.command == SEARCH:
                self.ask(note) if note.message.role is CLIENT else self.answer(note)

    def row(self, note, client):
        via = note.message.transport
        return self.rows.setdefault((note.pv, client, via), Row(note.pv, client, via))

    def ask(self, note):
        source, target = note.message.source, note.message.destination
        if source[0] == target[0] and (target, 'udp') in {(c, v) for _, c, v in self.rows}:
            return  # from a repeater
        row, now = self.row(note, source), nanoseconds(note.message.time)
        if target not in row.destinations:
            row.destinations.append(target)
        if self.is_copy(note, now):
            return
        row.times.append(now)
        self.seen.append((now, note.pv))

    def is_copy(self, note, now):
        if note.message.transport == 'tcp':
            return False
        key = note.pv, note.message.source, note.message.destination, note.header.p1
        frame, time = self.copies.get(key, (note.frame, now))
        if frame != note.frame and now - time < COPIED * 1e9:
            return True
        self.copies[key] = note.frame, now
        return False

    def answer(self, note):
        if note.request:
            row = self.row(note, note.message.destination)
            row.answers.append((nanoseconds(note.message.time), announced(note)))

    def behind(self, pv, server):
        """A server, and the one that answers it, when it is a gateway."""
        answers = [
            answer
            for row in self.rows.values() if row.pv == pv and row.client[0] == server[0]
            for answer in row.answers if answer[1][0] != server[0]
        ]  # fmt: skip
        return f'{end(server)} -> {end(min(answers)[1])}' if answers else end(server)


def by_client(searches):
    rows, names = {}, defaultdict(set)
    for row in searches.rows.values():
        host = row.client[0]
        cells = rows.setdefault(host, dict.fromkeys(CLIENTS, 0) | {'client': host})
        cells['searches'] += len(row.times)
        names[host].add((row.pv, False))
        if row.answers:
            names[host].add((row.pv, True))
    for host, cells in rows.items():
        cells['pvs'] = sum(not answered for _, answered in names[host])
        cells['unanswered_pvs'] = cells['pvs'] - sum(answered for _, answered in names[host])
    return list(rows.values())


def opened(capture, ports):
    """When each SYN was sent to a server, in nanoseconds."""
    for _, time, ip in reference.ip_packets(capture):
        segment = ip.data
        if isinstance(segment, dpkt.tcp.TCP) and segment.dport in ports:
            if segment.flags & (dpkt.tcp.TH_SYN | dpkt.tcp.TH_ACK) == dpkt.tcp.TH_SYN:
                yield nanoseconds(time)


def by_second(searches, notes, capture, ports):
    def second(time):
        return rows[time // 10**9 * 10**9]

    rows = defaultdict(lambda: dict.fromkeys(SECONDS, 0) | {'pvs': set()})
    for time, name in searches.seen:
        second(time)['searches'] += 1
        second(time)['pvs'].add(name)
    for note in notes:
        time, role = nanoseconds(note.message.time), note.message.role
        if note.header and note.header.command == SEARCH and role is SERVER:
            second(time)['answers'] += 1
        if note.header and note.header.command == CREATE_CHAN and role is CLIENT:
            second(time)['creates'] += 1
    for time in opened(capture, ports):
        second(time)['circuits'] += 1
    for time in expect_beacons.anomalies(notes):
        second(time)['beacon_anomalies'] += 1
    return [
        cells | {'second_ns': time, 'pvs': len(cells['pvs'])} for time, cells in sorted(rows.items())
    ]


def expected(capture, ports=(5064,)):
    """{table: rows} of a capture, a path or bytes."""
    notes = tracker.track(reference.messages(capture, ports))
    searches = Searches(notes)
    rows = [row.cells(searches.behind) for row in searches.rows.values()]
    clients = by_client(searches)
    return {
        'search': sorted(rows, key=lambda row: (bool(row['servers']), -row['searches'])),
        'clients': sorted(clients, key=lambda row: (-row['unanswered_pvs'], -row['searches'])),
        'seconds': by_second(searches, notes, capture, ports),
    }
