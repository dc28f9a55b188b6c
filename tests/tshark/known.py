# SPDX-License-Identifier: GPL-2.0-or-later
"""The facts of every message, found anew: of what the tracker knows, and beacons by libca's rule.

Durations are seconds as Decimal, to a microsecond. What is not known is left out.
"""

import struct
from decimal import Decimal

import deviations
import tracker
from caproto import CLIENT, SERVER

PUTS = (tracker.WRITE, tracker.WRITE_NOTIFY)
RIGHTS = ('none', 'read', 'write', 'read write')
EPICS_EPOCH = 631152000
MICROSECOND = Decimal('0.000001')


def exact(time):
    return time if isinstance(time, Decimal) else Decimal(repr(time))


def seconds(since, until):
    return (exact(until) - exact(since)).quantize(MICROSECOND)


class Beacons:
    """bhe.cpp, updatePeriod, but for restarts: by the server that a beacon announces."""

    def __init__(self):
        self.servers = {}  # address and port: [time of the last, its number, average]

    def see(self, note):
        number, minor = note.header.p1, note.header.type
        server = self.server_of(note)
        found = {'beacon_server': f'{server[0]}:{server[1]}'}
        if server not in self.servers:
            self.servers[server] = [note.message.time, number, None]
            return found
        known = self.servers[server]
        then, last, average = known
        advance = number - last if number >= last else 0xFFFFFFFF - last + number
        known[1] = number
        restarts = number == 0 and last != 0  # other than libca, which takes it for late
        if minor >= 10 and not restarts and (advance in (0, 2, 3) or advance > 0xFFFFFFFF - 256):
            return found
        period = seconds(then, note.message.time)
        average = period if average is None else period / 8 + average * 7 / 8
        known[0], known[2] = note.message.time, average
        return found | {'beacon_period': period, 'beacon_average': average}

    @staticmethod
    def server_of(note):
        address = '.'.join(map(str, note.header.p2.to_bytes(4, 'big')))
        return (address if note.header.p2 else note.message.source[0], note.header.count or 5064)


def is_update(note):
    return (note.header.command == tracker.EVENT_ADD and note.message.role is SERVER
            and not deviations.expected_line(note.message).split(' ', 2)[2].startswith('EventCancel'))


def marks(note):
    command, asks = note.header.command, note.message.role is CLIENT
    kinds = {'search': (tracker.SEARCH,), 'create': (tracker.CREATE_CHAN,), 'put': PUTS,
             'get': (tracker.READ, tracker.READ_NOTIFY)}  # fmt: skip
    found = {name: 1 for name, commands in kinds.items() if asks and command in commands}
    return found | ({'update': 1} if is_update(note) else {})


def counts(note):
    """Of a search or an update."""
    name = 'search' if note.header.command == tracker.SEARCH else 'update'
    count, interval = {'search': ('search_count', 'search_interval'),
                       'update': ('update_no', 'update_interval')}[name]  # fmt: skip
    found = {count: note.number} if note.number else {}
    if note.before:
        found[interval] = seconds(note.before.message.time, note.message.time)
    if note.subscription and is_update(note):
        found['subscribed_in'] = note.subscription.frame
    return found


def times(note, searches):
    """To answers of searches, and of creations after a search of the same host."""
    found, header, now = {}, note.header, note.message.time
    if header.command == tracker.SEARCH and note.request:
        found['search_time'] = seconds(note.request.message.time, now)
    if header.command == tracker.CREATE_CHAN and note.request:
        search = searches.get((id(note.request), 'search'))
        if search:
            found['connect_time'] = seconds(search.message.time, now)
    return found


def remember(note, searches):
    """The search that goes before a creation: of this name by this host, that was asked anew or
    answered last."""
    command, asks = note.header.command, note.message.role is CLIENT
    host = note.message.source[0]
    if command == tracker.SEARCH and asks and not note.earlier:
        searches[host, note.name] = note
    if command == tracker.SEARCH and not asks and note.request:
        if note.message.transport == 'udp' and note.request.answer is note:
            searches[note.request.message.source[0], note.request.name] = note.request
    if command == tracker.CREATE_CHAN and asks:
        searches[id(note), 'search'] = searches.get((host, note.pv))


def data_age(note):
    """Of types with a time stamp."""
    if not is_valued(note) or not 14 <= note.header.type <= 20 or len(note.message.payload) < 12:
        return {}
    sec, nsec = struct.unpack_from('>II', note.message.payload, 4)
    if not sec:
        return {}
    stamp = Decimal(sec + EPICS_EPOCH) + Decimal(nsec).scaleb(-9)
    return {'data_age': exact(note.message.time) - stamp}


def is_valued(note):
    command, role = note.header.command, note.message.role
    if role is CLIENT:
        return command in PUTS
    return command in (tracker.READ, tracker.READ_NOTIFY) or is_update(note)


def status_of(note):
    """ECA status that a server's message has."""
    command, header = note.header.command, note.header
    if note.message.role is CLIENT:
        return None
    if command == tracker.ERROR:
        return header.p2
    if command in (tracker.READ_NOTIFY, tracker.WRITE_NOTIFY) or is_update(note):
        return header.p1
    return None


def outcomes(note):
    found, status = {}, status_of(note)
    if status is not None:
        found['eca_severity'] = status & 7
    command = note.header.command
    if command == tracker.ERROR and len(note.message.payload) >= 16:
        command = tracker.Header.of(note.message.payload).command
    if note.message.role is SERVER and status is not None and command in PUTS:
        found['put_status'] = status
    return found


def of_channel(note, final):
    found = {}
    count = note.channel.count if final and note.channel else note.count_then
    if note.rights_then is not None:
        found['channel_rights'] = RIGHTS[note.rights_then]
    if count is not None:
        found['channel_count'] = count
    if note.duplicate:
        found['duplicate_of'] = note.duplicate.frame
    return found


def versions(note, final):
    header, role = note.header, note.message.role
    if note.message.transport == 'udp':
        own = {tracker.VERSION: header.count, tracker.BEACON: header.type}.get(header.command)
        if header.command == tracker.SEARCH:
            payload = note.message.payload
            own = header.count if role is CLIENT else int.from_bytes(payload[:2], 'big')
        side = 'client_version' if role is CLIENT else 'server_version'
        return {} if own is None else {side: own}
    known = note.circuit.versions if final else note.versions_then
    return {name: known[side]
            for name, side in (('client_version', CLIENT), ('server_version', SERVER))
            if side in known}  # fmt: skip


def later(note, last):
    """What a second pass knows of a request."""
    found = {}
    if note.message.role is CLIENT and note.header.command in PUTS and note.answer:
        status = status_of(note.answer)
        found['put_status'] = status
    asked = note.is_request and (note.message.transport == 'tcp' or note.header.command == 6)
    cleared = note.channel and note.channel.closed
    if asked and not note.asked.answer and (cleared or seconds(note.message.time, last) >= 1):
        found['unanswered'] = 1
    return found


def facts(notes, final, last):
    """Of each message, in order; `final`: what a second pass knows, of a capture that ends then."""
    beacons, searches, found = Beacons(), {}, []
    for note in notes:
        if note.message.stray:
            found.append({})
            continue
        if note.header.command == tracker.BEACON and note.message.role is SERVER:
            found.append(beacons.see(note) | versions(note, final))
            continue
        remember(note, searches)
        of_note = (marks(note) | counts(note) | times(note, searches) | data_age(note)
                   | outcomes(note) | of_channel(note, final) | versions(note, final))
        found.append(of_note | (later(note, last) if final else {}))
    return found
