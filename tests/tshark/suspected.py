# SPDX-License-Identifier: GPL-2.0-or-later
"""What is suspicious in the light of what came before and after, by the notes of tracker.py alone."""

from collections import defaultdict

import expect_beacons
import known
import tracker
from caproto import CLIENT, SERVER
from expect_search import announced

GETS = (tracker.READ, tracker.READ_NOTIFY)
REPEATER_PORT = 5065
PROMPT, OLD = 5, 10  # seconds
LATER = {'unanswered', 'echo_unanswered', 'no_first_update', 'reply_without_connection'}


class Beacons:
    """By libca's rule, and of two senders that announce one server."""

    def __init__(self):
        self.lines = defaultdict(expect_beacons.Line)
        self.senders = {}  # server: address, number and time of the latest that is no copy

    def see(self, note):
        server, number = expect_beacons.announced(note), note.header.p1
        line = self.lines[server]
        before = line.lost, line.restarts, len(line.anomalies)
        line.see(number, note.header.type, expect_beacons.nanoseconds(note.message.time))
        after = line.lost, line.restarts, len(line.anomalies)
        names = ('beacon_lost', 'beacon_restart', 'beacon_anomaly')
        found = {name for name, was, is_now in zip(names, before, after) if was != is_now}
        return found | self.identity(note, server)

    def identity(self, note, server):
        sender, now = note.message.source[0], note.message.time
        if server in self.senders:
            other, number, then = self.senders[server]
            if number == note.header.p1 and note.header.type >= 10 and now - then <= 1:
                return set()
        two = server in self.senders and other != sender
        self.senders[server] = sender, note.header.p1, now
        return {'beacon_identity'} if two else set()


class Claims:
    """Versions of servers, by search answers and by themselves; host names of clients."""

    def __init__(self):
        self.versions = defaultdict(dict)
        self.hosts = {}

    def version(self, server, by, version):
        others = {told for who, told in self.versions[server].items() if who != by}
        self.versions[server][by] = version
        return {'version_mismatch'} if others - {version} else set()

    def see(self, note):
        command, role, message = note.header.command, note.message.role, note.message
        if command == tracker.HOST_NAME and role is CLIENT:
            name, host = tracker.text(message.payload), message.source[0]
            before = self.hosts.get(name, host)
            self.hosts[name] = host
            return {'same_host_name'} if before != host else set()
        if role is SERVER and command == tracker.VERSION and message.transport == 'tcp':
            return self.version(message.source, 'itself', note.header.count)
        told = int.from_bytes(message.payload[:2], 'big')
        if role is SERVER and command == tracker.SEARCH and told:
            return self.version(announced(note), 'answers', told)
        return set()


def of_request(note, final):
    """What a client asks for and should not."""
    command, header, found = note.header.command, note.header, set()
    uses = command in (*GETS, *known.PUTS, tracker.EVENT_ADD)
    version = known.versions(note, final).get('server_version', 13)
    if command in (*GETS, tracker.EVENT_ADD) and header.count == 0 and version < 13:
        found.add('count_zero_old')
    if command in known.PUTS and note.rights_then is not None and not note.rights_then & 2:
        found.add('write_without_right')
    if uses and note.count_then is not None and header.count > note.count_then:
        found.add('more_than_channel')
    if note.duplicate:
        kinds = {tracker.CREATE_CHAN: 'duplicate_channel', tracker.EVENT_ADD: 'duplicate_subscription'}
        found.add(kinds[command])
    if command == tracker.SEARCH and note.message.transport == 'udp':
        found |= {'search_to_repeater'} if note.message.destination[1] == REPEATER_PORT else set()
    return found


def of_update(note):
    found = set()
    if not known.is_update(note):
        return found
    if note.header.count == 0 and note.header.p1 == 1:
        found.add('empty_update')
    if (note.number or 0) > 1 and known.data_age(note).get('data_age', 0) > OLD:
        found.add('old_time')
    return found


class Circuits:
    """Rights that change, and updates of subscriptions whose end was confirmed."""

    def __init__(self):
        self.rights = {}
        self.ended = set()  # (circuit, subscription id)

    def see(self, note):
        command, role = note.header.command, note.message.role
        key = note.message.circuit, note.header.p2
        if command == tracker.ACCESS_RIGHTS and note.channel:
            before = self.rights.get(id(note.channel), note.rights_then)
            self.rights[id(note.channel)] = note.rights_then
            return {'rights_changed'} if before != note.rights_then else set()
        if command != tracker.EVENT_ADD:
            return set()
        if role is CLIENT:
            self.ended.discard(key)
        elif not known.is_update(note):
            self.ended.add(key)
        elif not note.subscription and key in self.ended:
            return {'update_after_cancel'}
        return set()


def of_answer(note, opened):
    """A datagram's search answer. `opened`: frames that another message has begun."""
    if note.message.transport != 'udp' or note.header.command != tracker.SEARCH:
        return set()
    found = set() if note.frame in opened else {'reply_without_version'}
    first = note.request and note.request.answer
    if first and first is not note and announced(first) != announced(note):
        one = announced(first)[0] == announced(note)[0]
        found.add('duplicate_pv_host' if one else 'duplicate_pv')
    return found


def is_late(note, last):
    if note.answer:
        return known.seconds(note.message.time, note.answer.message.time) >= PROMPT
    closed = note.channel and note.channel.closed
    return closed or known.seconds(note.message.time, last) >= PROMPT


def of_later(note, notes, last):
    command, asks = note.header.command, note.message.role is CLIENT
    found = {'unanswered'} & known.later(note, last).keys()
    if asks and command == tracker.ECHO and is_late(note, last):
        found.add('echo_unanswered')
    if asks and command == tracker.EVENT_ADD and is_late(note, last):
        found.add('no_first_update')
    if not asks and command == tracker.SEARCH and note.request and note.request.answer is note:
        client, pv = note.message.destination[0], note.request.name
        asked = any(each.frame > note.frame and each.message.source[0] == client and each.pv == pv
                    for each in notes if each.header and each.message.role is CLIENT
                    and each.header.command == tracker.CREATE_CHAN)  # fmt: skip
        if not asked and known.seconds(note.message.time, last) >= 1:
            found.add('reply_without_connection')
    return found


def flaws(notes, final, last):
    """A set for each message; `final`: what a second pass knows, of a capture that ends then."""
    beacons, claims, circuits, opened, found = Beacons(), Claims(), Circuits(), set(), []
    for note in notes:
        if note.message.stray:
            found.append(set())
        elif note.header.command == tracker.BEACON:
            found.append(beacons.see(note) if expect_beacons.is_beacon(note) else set())
        else:
            asks = note.message.role is CLIENT
            one = claims.see(note) | (of_request(note, final) if asks else of_answer(note, opened))
            if note.message.transport == 'tcp':
                one |= circuits.see(note) | of_update(note)
            found.append(one | (of_later(note, notes, last) if final else set()))
        opened.add(note.frame)
    return found
