# SPDX-License-Identifier: GPL-2.0-or-later
"""What the report `channels` has to say, from the packets of dpkt and the tracker's notes."""

from dataclasses import dataclass, field

from caproto import CLIENT, ChannelType

import expect_circuits
import reference
import tracker
from expect_circuits import between, end, nanoseconds

COLUMNS = {
    'channels': (
        'pv client server cid sid type count rights subscriptions updates rate_hz bytes max_gap_s '
        'gets puts opened_ns closed_ns same_as'
    ).split(),
    'subscriptions': (
        'pv client server sub type count mask updates rate_hz max_gap_s first_ns same_as'
    ).split(),
}
TOTALS = 'channels subscriptions updates rate_hz bytes gets puts'.split()
COLUMNS |= {f'{name}s': [name, *TOTALS] for name in ('pv', 'client', 'server')}
RIGHTS = ['none', 'read', 'write', 'read write']
MASK = ['VALUE', 'LOG', 'ALARM', 'PROPERTY']
GETS = {tracker.READ, tracker.READ_NOTIFY}
PUTS = {tracker.WRITE, tracker.WRITE_NOTIFY}
OF_SID = tracker.OF_CHANNELS  # requests that name a sid


def type_name(number):
    """caproto calls SHORT by its other name."""
    if number not in set(ChannelType):
        return str(number)
    return f'DBR_{ChannelType(number).name}'.replace('INT', 'SHORT')


def rate(times):
    span = between(times[0], times[-1]) if times else 0
    return (len(times) - 1) / span if span > 0 else None


def most(numbers):
    return max((n for n in numbers if n is not None), default=None)


@dataclass
class Subscription:
    of: 'Row'
    id: int
    type: int
    request: tracker.Note = None
    times: list = field(default_factory=list)  # of updates
    ended: bool = False
    same_as: int = None

    @property
    def gap(self):
        return most(between(a, b) for a, b in zip(self.times, self.times[1:]))

    @property
    def asked(self):
        """Type, count and mask."""
        header, payload = self.request.header, self.request.message.payload
        return header.type, header.count, int.from_bytes(payload[12:14], 'big')

    def row(self):
        mask = self.asked[2] if self.request else 0
        names = [name for bit, name in enumerate(MASK) if mask >> bit & 1]
        return self.of.ends | {
            'sub': self.id,
            'type': type_name(self.type),
            'count': self.request and self.request.header.count,
            'mask': '|'.join(names) if self.request else None,
            'updates': len(self.times),
            'rate_hz': rate(self.times),
            'max_gap_s': self.gap,
            'first_ns': nanoseconds(self.request and self.request.message.time),
            'same_as': self.same_as,
        }


@dataclass
class Row:
    """A channel."""

    on: expect_circuits.Circuit
    channel: tracker.Channel = None
    sid: int = None
    type: int = None
    count: int = None
    rights: int = None
    opened: object = None
    closed: object = None
    failed: bool = False
    bytes: int = 0
    gets: int = 0
    puts: int = 0
    subscriptions: list = field(default_factory=list)
    same: 'Row' = None  # was there before

    @property
    def ends(self):
        return {
            'pv': self.channel and self.channel.name,
            'client': end(self.on.client),
            'server': end(self.on.server),
        }

    @property
    def request(self):
        return self.channel and self.channel.creation

    @property
    def times(self):
        return sorted(time for each in self.subscriptions for time in each.times)

    @property
    def end(self):
        """Of one that was open."""
        was_open = self.opened is not None or not self.request
        ends = [time for time in (self.closed, self.on.closed) if time is not None]
        return min(ends, default=None) if was_open else None

    def row(self):
        return self.ends | {
            'cid': self.channel and self.channel.cid,
            'sid': self.sid,
            'type': None if self.type is None else type_name(self.type),
            'count': self.count,
            'rights': None if self.rights is None else RIGHTS[self.rights & 3],
            'subscriptions': len(self.subscriptions),
            'updates': len(self.times),
            'rate_hz': rate(self.times),
            'bytes': self.bytes,
            'max_gap_s': most(each.gap for each in self.subscriptions),
            'gets': self.gets,
            'puts': self.puts,
            'opened_ns': nanoseconds(self.opened),
            'closed_ns': nanoseconds(self.end),
            'same_as': self.same.request.frame if self.same and self.same.opened else None,
        }


class Story:
    """One circuit, message by message."""

    def __init__(self, circuit, rows, subscriptions):
        self.on = circuit
        self.rows, self.all_subscriptions = rows, subscriptions
        self.mine = []
        self.channels = {}  # rows by id() of the tracker's channel
        self.by_sid, self.by_id, self.by_request = {}, {}, {}

    def new_row(self, **known):
        row = Row(self.on, **known)
        self.mine.append(row)
        self.rows.append(row)
        return row

    def of_channel(self, channel):
        if id(channel) not in self.channels:
            alike = [r for r in self.mine if r.channel and r.channel.name == channel.name
                     and not r.closed and not r.failed]  # fmt: skip
            row = self.new_row(channel=channel)
            row.same = alike[0] if alike and channel.name is not None else None
            self.channels[id(channel)] = row
        return self.channels[id(channel)]

    def of_sid(self, sid):
        if sid not in self.by_sid:
            self.by_sid[sid] = self.new_row(sid=sid)
        return self.by_sid[sid]

    def row_of(self, note):
        """The channel that a message is about."""
        header, from_client = note.header, note.message.role is CLIENT
        request = note.request.header if note.request else None
        if note.channel:
            return self.of_channel(note.channel)
        if from_client and header.command in OF_SID:
            return self.of_sid(header.p1)
        if not from_client and header.command == tracker.CLEAR_CHANNEL:
            return self.of_sid(header.p1)
        if not from_client and header.command == tracker.EVENT_ADD:
            return self.of_event(note)
        if request and request.command in OF_SID:
            return self.of_sid(request.p1)
        return None

    def of_event(self, note):
        if tracker.is_confirmation(note.header) or self.confirms(note):
            return self.of_sid(note.header.p1)
        known = self.by_id.get(note.header.p2)
        return known.of if known else self.new_row()

    def confirms(self, note):
        return note.request and note.request.header.command == tracker.EVENT_CANCEL

    # -- messages

    def see(self, note):
        row = self.row_of(note)
        if not row:
            return
        row.bytes += len(note.message.data)
        command = note.header.command
        if note.message.role is CLIENT:
            row.gets += command in GETS
            row.puts += command in PUTS
            if command == tracker.EVENT_ADD:
                self.subscribe(row, note)
        elif command == tracker.EVENT_ADD:
            self.event(row, note)
        elif command == tracker.CREATE_CHAN:
            self.created(row, note)
        elif command == tracker.ACCESS_RIGHTS:
            row.rights = note.header.p2
        elif command in (tracker.CLEAR_CHANNEL, tracker.SERVER_DISCONN):
            row.closed = row.closed or note.message.time
        elif command in (tracker.CREATE_CH_FAIL, tracker.ERROR):
            self.failed(row, note)

    def created(self, row, note):
        row.sid, row.opened = note.header.p2, note.message.time
        row.type, row.count = note.header.type, note.header.count
        self.by_sid[row.sid] = row

    def failed(self, row, note):
        request = note.request
        row.failed |= bool(request) and request.header.command == tracker.CREATE_CHAN
        if request and id(request) in self.by_request:
            self.by_request[id(request)].ended = True

    # -- subscriptions

    def new_subscription(self, row, note, request=None):
        made = Subscription(row, note.header.p2, note.header.type, request)
        row.subscriptions.append(made)
        self.all_subscriptions.append(made)
        self.by_id[made.id] = made
        return made

    def subscribe(self, row, note):
        made = self.new_subscription(row, note, note)
        self.by_request[id(note)] = made
        for other in row.subscriptions[:-1]:
            if other.request and not other.ended and other.asked == made.asked:
                made.same_as = other.request.frame
                break

    def event(self, row, note):
        known = self.by_id.get(note.header.p2)
        if note.subscription:
            known = self.by_request[id(note.subscription)]
        if not tracker.is_confirmation(note.header) and not self.confirms(note):
            (known or self.new_subscription(row, note)).times.append(note.message.time)
        elif known:
            known.ended = True


def totals(rows, key, name):
    """Sums of the rows that share a name, the most bytes first."""
    groups = {}
    for row in rows:
        groups.setdefault(name(row), []).append(row)
    table = []
    for name, group in groups.items():
        times = sorted(time for row in group for time in row.times)
        table.append({
            key: name,
            'channels': len(group),
            'subscriptions': sum(len(r.subscriptions) for r in group),
            'updates': len(times),
            'rate_hz': rate(times),
            'bytes': sum(r.bytes for r in group),
            'gets': sum(r.gets for r in group),
            'puts': sum(r.puts for r in group),
        })  # fmt: skip
    return sorted(table, key=lambda row: -row['bytes'])


def expected(capture, ports=(5064,)):
    notes = tracker.track(reference.messages(capture, ports))
    rows, subscriptions = [], []
    stories = {}
    for circuit in expect_circuits.circuits(capture, notes):
        story = Story(circuit, rows, subscriptions)
        stories |= {id(note): story for note in circuit.notes}
    for note in notes:
        if id(note) in stories:
            stories[id(note)].see(note)
    return {
        'channels': [row.row() for row in rows],
        'subscriptions': [each.row() for each in subscriptions],
        'pvs': totals(rows, 'pv', lambda row: row.ends['pv']),
        'clients': totals(rows, 'client', lambda row: row.on.client[0]),
        'servers': totals(rows, 'server', lambda row: end(row.on.server)),
    }
