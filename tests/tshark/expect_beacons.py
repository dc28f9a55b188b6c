# SPDX-License-Identifier: GPL-2.0-or-later
"""Beacons as libca judges them (bhe::updatePeriod of Base's bhe.cpp), by the tracker's notes.

Numbers up to 256 behind are duplicates, a step of 2 or 3 is looked away from; and as the manual
says, a number that falls to 0 is a restart, and there are no anomalies in the minute after a 0.
"""

import socket
from decimal import Decimal
from fractions import Fraction

BEACON, REPEATER_PORT, SERVER_PORT = 13, 5065, 5064
MOST = 0xFFFFFFFF


def is_beacon(note):
    if not note.header or note.header.command != BEACON:
        return False
    source, target = note.message.source, note.message.destination
    relayed = note.header.p2 and source[0] == target[0]
    return not (relayed and target[1] not in (SERVER_PORT, REPEATER_PORT))


def announced(note):
    host = note.message.source[0]
    if note.header.p2:
        host = socket.inet_ntoa(note.header.p2.to_bytes(4, 'big'))
    return host, note.header.count or SERVER_PORT


def nanoseconds(time):
    """A capture of microseconds gives floats, one of nanoseconds decimals."""
    places = 9 if isinstance(time, Decimal) else 6
    return int(round(Decimal(time).scaleb(places))) * 10 ** (9 - places)


class Line:
    """The beacons of one server. Times are in nanoseconds."""

    def __init__(self):
        self.number = self.time = self.average = self.zero = None
        self.count = self.lost = self.duplicates = self.restarts = 0
        self.periods, self.anomalies = [], []

    def see(self, number, minor, now):
        self.count += 1
        first = self.time is None
        if minor >= 10 and number == 0:
            self.zero = now
        if first:
            self.time = now
        elif minor < 10 or self.advances(number):
            self.measure(now)
        self.number = number

    def advances(self, number):
        if number == 0 and self.number > 0:
            self.restarts += 1
            return True
        step = number - self.number if number >= self.number else MOST - self.number + number
        if step == 0 or step > MOST - 256:
            self.duplicates += 1
            return False
        if 2 <= step <= 255:
            self.lost += step - 1
        return step not in (2, 3)

    def measure(self, now):
        period = now - self.time
        self.time = now
        self.periods.append(period)
        if self.average is None:
            self.average = Fraction(period)
            return
        odd = period >= self.average * Fraction('3.25') or period <= self.average * Fraction('0.8')
        if odd and not (self.zero is not None and now - self.zero <= 60 * 10**9):
            self.anomalies.append(now)
        self.average = Fraction(float(self.average * 7 / 8 + Fraction(period, 8)))


def lines(notes):
    """{server: Line}"""
    found = {}
    for note in filter(is_beacon, notes):
        line = found.setdefault(announced(note), Line())
        line.see(note.header.p1, note.header.type, nanoseconds(note.message.time))
    return found


def anomalies(notes):
    return [time for line in lines(notes).values() for time in line.anomalies]
