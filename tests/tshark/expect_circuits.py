# SPDX-License-Identifier: GPL-2.0-or-later
"""What the report `circuits` has to say, from the packets of dpkt and the tracker's notes."""

import socket
from dataclasses import dataclass, field
from decimal import Decimal

import dpkt
from caproto import CLIENT

import reference
import tracker

COLUMNS = (
    'client user host server version_client version_server priority opened_ns closed_ns closed_by '
    'idle_s echoes echoes_answered events_off_s channels channels_lost messages bytes'
).split()
EVENTS_OFF, EVENTS_ON = 8, 9
SYN, FIN, RST, ACK = dpkt.tcp.TH_SYN, dpkt.tcp.TH_FIN, dpkt.tcp.TH_RST, dpkt.tcp.TH_ACK


def end(address):
    return '{}:{}'.format(*address)


def nanoseconds(time):
    """Of a capture that counts microseconds."""
    return None if time is None else int(round(Decimal(time) * 10**6)) * 1000


def between(start, end):
    """Seconds."""
    if start is None or end is None:
        return None
    return (nanoseconds(end) - nanoseconds(start)) / 10**9


@dataclass
class Connection:
    """One TCP connection of two ends, from a SYN, or the first packet there is, to the next SYN."""

    first: int  # frame
    isn: int = None  # of the SYN
    asked: object = None  # moments
    accepted: object = None
    closed: object = None
    frame: int = None  # of its end
    by: tuple = None  # who ended it, and how

    def see(self, frame, time, source, flags):
        if flags & SYN:
            if flags & ACK:
                self.accepted = self.accepted or time
            else:
                self.asked = self.asked or time
        if flags & (FIN | RST) and not self.by:
            self.end(frame, time, source, 'RST' if flags & RST else 'FIN')

    def end(self, frame, time, source, sign):
        self.by, self.closed, self.frame = (source, sign), time, frame


def connections(capture):
    """{ends, in order: its connections}."""
    found = {}
    for frame, time, ip in reference.ip_packets(capture):
        if not isinstance(ip.data, dpkt.tcp.TCP):
            continue
        source = socket.inet_ntoa(ip.src), ip.data.sport
        target = socket.inet_ntoa(ip.dst), ip.data.dport
        flags, all = ip.data.flags, found.setdefault(frozenset((source, target)), [])
        new = flags & (SYN | ACK) == SYN and not (all and all[-1].isn == ip.data.seq)
        if new and all and not all[-1].by:
            all[-1].end(frame, time, source, 'SYN')
        if new or not all:
            all.append(Connection(frame, ip.data.seq if new else None))
        all[-1].see(frame, time, source, flags)
    return found


def connection_of(found, note):
    """The latest that had begun with this message's stream."""
    message = note.message
    began = [c for c in found[frozenset((message.source, message.destination))]
             if c.first <= message.frame]  # fmt: skip
    of_stream = [c for c in began if c.first <= message.circuit or c is began[0]]
    return of_stream[-1]


@dataclass
class Circuit:
    connection: Connection
    client: tuple
    server: tuple
    notes: list = field(default_factory=list)

    @property
    def closed(self):
        return self.connection.closed

    def is_open_at(self, note):
        frame = self.connection.frame
        return frame is None or note.frame <= frame


def circuits(capture, notes):
    """Those that carried a message, in the order of their first."""
    found, rows = connections(capture), {}
    for note in notes:
        message = note.message
        if message.stray or message.transport != 'tcp':
            continue
        connection = connection_of(found, note)
        asked = message.role is CLIENT
        ends = (message.source, message.destination)
        client, server = ends if asked else ends[::-1]
        rows.setdefault(id(connection), Circuit(connection, client, server)).notes.append(note)
    return list(rows.values())


# ---- a row -----------------------------------------------------------------------------------


def commands(circuit, command, role):
    return [n for n in circuit.notes
            if n.header.command == command and (n.message.role is CLIENT) == (role == 'client')]  # fmt: skip


def version(told):
    return f'4.{told[-1]}' if told else None


def versions(circuit, role):
    told = [n.header.count for n in commands(circuit, tracker.VERSION, role)]
    if role == 'client' and not told:
        told = [n.header.p2 for n in commands(circuit, tracker.CREATE_CHAN, role)]
    return version(told)


def priority(circuit):
    """Name servers' clients repeat the VERSION with a sequence number in place of a priority."""
    first = commands(circuit, tracker.VERSION, 'client')[:1]
    return first[0].header.type if first and first[0].header.p1 == 0 else None


def closed_by(circuit):
    if not circuit.connection.by:
        return None
    source, sign = circuit.connection.by
    if sign == 'SYN':
        return 'new SYN'
    if source == circuit.client:
        return f'client {sign}'
    gone = any(circuit.is_open_at(n) for n in commands(circuit, tracker.SERVER_DISCONN, 'server'))
    return f'server {sign}' + ' after SERVER_DISCONN' * gone


def events_off(circuit):
    total, off, last = 0, None, None
    for note in circuit.notes:
        if not circuit.is_open_at(note):
            continue
        last = note.message.time
        if note.header.command == EVENTS_OFF and off is None:
            off = last
        elif note.header.command == EVENTS_ON and off is not None:
            total, off = total + nanoseconds(last) - nanoseconds(off), None
    if off is not None:
        total += nanoseconds(circuit.closed or last) - nanoseconds(off)
    return total / 10**9


def lost(circuit):
    """Of channels that were seen created, and of a circuit that began earlier all that it tells."""
    there, count = {}, 0
    for note in circuit.notes:
        if not circuit.is_open_at(note) or note.message.role is CLIENT:
            continue
        command, p1, p2 = note.header.command, note.header.p1, note.header.p2
        if command == tracker.CREATE_CHAN:
            there[p2] = p1
        elif command == tracker.CLEAR_CHANNEL:
            there.pop(p1, None)
        elif command == tracker.SERVER_DISCONN:
            sids = [sid for sid, cid in there.items() if cid == p1]
            count += bool(sids) or not began(circuit)
            there.pop(sids[-1] if sids else None, None)
    ended = closed_by(circuit) not in (None, 'client FIN')
    return count + len(there) * ended


def began(circuit):
    return circuit.connection.accepted or circuit.connection.asked


def row(circuit):
    notes = circuit.notes
    before = [n.message.time for n in notes if circuit.is_open_at(n)]
    echoes = commands(circuit, tracker.ECHO, 'server')
    return {
        'client': end(circuit.client),
        'user': notes[-1].user_then,
        'host': notes[-1].host_then,
        'server': end(circuit.server),
        'version_client': versions(circuit, 'client'),
        'version_server': versions(circuit, 'server'),
        'priority': priority(circuit),
        'opened_ns': nanoseconds(began(circuit)),
        'closed_ns': nanoseconds(circuit.closed),
        'closed_by': closed_by(circuit),
        'idle_s': between(before[-1] if before else None, circuit.closed),
        'echoes': len(commands(circuit, tracker.ECHO, 'client')),
        'echoes_answered': len([n for n in echoes if n.request]),
        'events_off_s': events_off(circuit),
        'channels': len(commands(circuit, tracker.CREATE_CHAN, 'server')),
        'channels_lost': lost(circuit),
        'messages': len(notes),
        'bytes': sum(len(n.message.data) for n in notes),
    }


def expected(capture, ports=(5064,)):
    notes = tracker.track(reference.messages(capture, ports))
    return {'circuits': [row(circuit) for circuit in circuits(capture, notes)]}
