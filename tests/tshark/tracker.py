# SPDX-License-Identifier: GPL-2.0-or-later
"""What history should tell of every message, found by the protocol's rules alone.

Reads what reference.py makes of a capture and follows channels, subscriptions and requests. It
shares no code and no tables with the decoder it judges.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from caproto import CLIENT

import reference

ANYBODY = 0xFFFFFFFF  # an ERROR's cid when it is about no channel
BEACON = 13
(
    VERSION,
    EVENT_ADD,
    EVENT_CANCEL,
    READ,
    WRITE,
    SEARCH,
    READ_SYNC,
    ERROR,
    CLEAR_CHANNEL,
    NOT_FOUND,
    READ_NOTIFY,
    CREATE_CHAN,
    WRITE_NOTIFY,
    CLIENT_NAME,
    HOST_NAME,
    ACCESS_RIGHTS,
    ECHO,
    CREATE_CH_FAIL,
    SERVER_DISCONN,
) = (0, 1, 2, 3, 4, 6, 10, 11, 12, 14, 15, 18, 19, 20, 21, 22, 23, 26, 27)

# Requests that a server answers; WRITE is only answered by an ERROR.
ANSWERED = {
    EVENT_ADD,
    EVENT_CANCEL,
    READ,
    SEARCH,
    READ_SYNC,
    CLEAR_CHANNEL,
    READ_NOTIFY,
    CREATE_CHAN,
    WRITE_NOTIFY,
    ECHO,
}


@dataclass
class Header:
    command: int
    size: int
    type: int
    count: int
    p1: int
    p2: int

    @classmethod
    def of(cls, data):
        word = [int.from_bytes(data[at : at + 2], 'big') for at in (0, 2, 4, 6)]
        p1, p2, size, count = (int.from_bytes(data[at : at + 4], 'big') for at in (8, 12, 16, 20))
        if word[1] != 0xFFFF:
            _, size, _, count = word
        return cls(word[0], size, word[2], count, p1, p2)


@dataclass
class Channel:
    name: str = None
    creation: object = None  # Note of CREATE_CHAN, when it was seen
    cid: int = None
    sid: int = None
    closed: bool = False
    rights: int = None
    count: int = None


@dataclass
class Note:
    """What is known of one message."""

    message: reference.Message
    header: Header = None
    name: str = None  # of a search
    channel: Channel = None
    request: 'Note' = None  # what this message answers
    answer: 'Note' = None  # the first message that answers this one
    earlier: 'Note' = None  # the search that this one repeats
    subscription: 'Note' = None  # of an update, and of a cancel's confirmation: the EVENT_ADD
    circuit: 'Circuit' = None
    user_then: str = None  # what the client had said of itself so far
    host_then: str = None
    number: int = None  # of this search of the client for the PV, or this update
    before: 'Note' = None  # the search or update before it
    duplicate: 'Note' = None  # the open channel or subscription that this one is asked for again
    rights_then: int = None
    count_then: int = None
    versions_then: dict = field(default_factory=dict)

    @property
    def frame(self):
        return self.message.frame

    @property
    def is_request(self):
        return self.message.role is CLIENT and self.header.command in ANSWERED

    @property
    def pv(self):
        return self.channel.name if self.channel else self.name

    @property
    def create_in(self):
        """None for the creation itself, as a link to oneself says nothing."""
        creation = self.channel and self.channel.creation
        return creation.frame if creation and creation.frame != self.frame else None

    @property
    def asked(self):
        """The first time this was asked."""
        return self.earlier or self

    @property
    def response_in(self):
        return self.asked.answer.frame if self.asked.answer else None

    @property
    def response_to(self):
        return self.request.frame if self.request else None

    @property
    def time(self):
        return self.message.time - self.request.message.time if self.request else None


def text(payload):
    raw = payload.split(b'\0')[0]
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode('latin-1')


def track(messages):
    """A Note for each message, in the same order."""
    searches, circuits, latest = Searches(), {}, {}
    notes = []
    for message in messages:
        note = Note(message)
        notes.append(note)
        if message.stray:
            continue
        note.header = Header.of(message.data)
        if message.transport == 'udp':
            searches.see(note)
        else:
            note.circuit = circuits.setdefault(message.circuit, Circuit())
            note.circuit.see(note)
        if note.header.command == SEARCH and message.role is CLIENT:
            follow(note, latest, (message.source, note.name))
    return notes


def follow(note, latest, key):
    """Counts what has the same key."""
    note.before = latest.get(key)
    note.number = note.before.number + 1 if note.before else 1
    latest[key] = note


def answers(note, request):
    """Links an answer to its request; the first one counts for the request."""
    note.request = request
    if request and not request.answer:
        request.answer = note


# ---- searches --------------------------------------------------------------------------------


class Searches:
    """Datagrams: a client is its address and port, its searches are told apart by their cids."""

    def __init__(self):
        self.latest = {}  # (client, cid): Note of the first of a series of equal searches
        self.sequences = {}  # frame: number of the datagram, when it has one

    def see(self, note):
        command, from_client = note.header.command, note.message.role is CLIENT
        if command == VERSION and note.header.type == 1:
            self.sequences[note.frame] = note.header.p1
        elif command == SEARCH and from_client:
            self.ask(note)
        elif command in (SEARCH, NOT_FOUND) and not from_client:
            request = self.latest.get((note.message.destination, note.header.p2))
            note.name = request and request.name
            answers(note, request)

    def ask(self, note):
        key = note.message.source, note.header.p2
        note.name = text(note.message.payload)
        earlier = self.latest.get(key)
        if earlier and earlier.name == note.name and self.is_copy(earlier, note):
            note.earlier = earlier
        else:
            self.latest[key] = note

    def is_copy(self, earlier, note):
        """The same question: nobody answered so far, or it is the same datagram once more."""
        sequence = self.sequences.get(note.frame)
        was = self.sequences.get(earlier.frame)
        return not earlier.answer or (sequence is not None and sequence == was)


# ---- circuits --------------------------------------------------------------------------------


@dataclass
class Circuit:
    user: str = None
    host: str = None
    named: bool = False  # a channel was created, the client's name stands
    answered_up_to: int = 0  # frame of the latest request that has its answer
    times: list = field(default_factory=list)  # that answers took
    by_cid: dict = field(default_factory=lambda: defaultdict(list))  # open channels
    by_sid: dict = field(default_factory=dict)
    waiting: dict = field(default_factory=lambda: defaultdict(list))  # requests by key
    subscriptions: dict = field(default_factory=lambda: defaultdict(list))  # EVENT_ADDs by id
    creations: list = field(default_factory=list)
    versions: dict = field(default_factory=dict)  # by role
    updates: dict = field(default_factory=dict)  # the latest by its EVENT_ADD

    def see(self, note):
        rules = REQUESTS if note.message.role is CLIENT else ANSWERS
        rules.get(note.header.command, lambda circuit, note: None)(self, note)
        note.user_then, note.host_then = self.user, self.host
        note.versions_then = dict(self.versions)
        if note.channel:
            note.rights_then, note.count_then = note.channel.rights, note.channel.count

    # -- requests

    def ask(self, note):
        self.waiting[key(note.header)].append(note)

    def ask_channel(self, note):
        note.channel = self.by_sid.get(note.header.p1)
        self.ask(note)

    def says_version(self, note):
        self.versions[note.message.role] = note.header.count

    def call_user(self, note):
        if not (self.named and self.user is not None):
            self.user = text(note.message.payload)

    def call_host(self, note):
        if not (self.named and self.host is not None):
            self.host = text(note.message.payload)

    def search(self, note):
        note.name = text(note.message.payload)
        earlier = self.waiting[key(note.header)]
        if earlier and earlier[0].name == note.name:
            note.earlier = earlier[0]
        else:
            self.ask(note)

    def create(self, note):
        self.named = True
        note.channel = Channel(text(note.message.payload), note, note.header.p1)
        self.versions.setdefault(CLIENT, note.header.p2)
        for earlier in self.creations:
            if earlier.channel.name == note.channel.name and not earlier.channel.closed:
                note.duplicate = earlier
        self.creations.append(note)
        self.ask(note)

    def subscribe(self, note):
        """In place of what had the id, unless the end of that is still to be confirmed."""
        note.channel = self.by_sid.get(note.header.p1)
        for earlier in sorted(sum(self.subscriptions.values(), []), key=lambda add: add.frame):
            if note.channel and earlier.channel is note.channel and same(earlier, note):
                note.duplicate = earlier
        adds = self.subscriptions[note.header.p2]
        if not self.cancels(note.header.p2):
            adds.clear()
        adds.append(note)

    def clear(self, note):
        self.ask_channel(note)
        note.channel = note.channel or next(iter(self.by_cid[note.header.p2]), None)

    # -- answers

    def answered(self, wanted):
        """The request whose turn it is; requests of closed channels wait no longer."""
        waiting = self.waiting[wanted]
        while waiting and waiting[0].channel and waiting[0].channel.closed:
            waiting.pop(0)
        return waiting.pop(0) if waiting else None

    def answer(self, note, wanted=None):
        answers(note, self.answered(wanted or key(note.header)))
        if note.request:
            self.takes(note)
            note.channel = note.request.channel
            note.name = note.request.name

    def created(self, note):
        self.answer(note)
        note.channel = note.channel or Channel(cid=note.header.p1)
        note.channel.sid = note.header.p2
        note.channel.count = note.header.count
        self.by_sid[note.header.p2] = note.channel
        self.by_cid[note.header.p1].append(note.channel)

    def refused(self, note):
        self.answer(note, (CREATE_CHAN, note.header.p1))
        if note.channel:
            note.channel.closed = True

    def rights(self, note):
        """They come before the answer to CREATE_CHAN, and later whenever they change."""
        coming = self.waiting[CREATE_CHAN, note.header.p1]
        there = self.by_cid[note.header.p1]
        note.channel = coming[0].channel if coming else there[-1] if there else None
        if note.channel:
            note.channel.rights = note.header.p2 & 3

    def disconnected(self, note):
        there = self.by_cid[note.header.p1]
        note.channel = there[-1] if there else None
        self.close(note.channel)

    def cleared(self, note):
        self.answer(note)
        note.channel = note.channel or self.by_sid.get(note.header.p1)
        self.close(note.channel)
        if not note.channel:
            self.drop_subscriptions(lambda add: not add.channel and add.header.p1 == note.header.p1)

    def close(self, channel):
        if not channel:
            return
        channel.closed = True
        if self.by_sid.get(channel.sid) is channel:
            del self.by_sid[channel.sid]
        if channel in self.by_cid[channel.cid]:
            self.by_cid[channel.cid].remove(channel)
        self.drop_subscriptions(lambda add: add.channel is channel)

    def drop_subscriptions(self, ended):
        for id, adds in self.subscriptions.items():
            self.subscriptions[id] = [add for add in adds if not ended(add)]

    def event(self, note):
        cancels = self.cancels(note.header.p2)
        confirms = not note.header.size and cancels and cancels[0].header.p1 == note.header.p1
        adds = self.subscriptions[note.header.p2]
        if confirms:
            self.answer(note, (EVENT_CANCEL, note.header.p2))
            note.subscription = adds[0] if adds else None
            del adds[:1]
        elif adds and not is_confirmation(note.header):
            self.update(note, adds[0] if cancels else adds[-1])

    def cancels(self, id):
        """That are still to be confirmed."""
        waiting = self.waiting[EVENT_CANCEL, id]
        return [note for note in waiting if not (note.channel and note.channel.closed)]

    def update(self, note, add):
        note.subscription = add
        note.channel = add.channel
        if note.header.command == EVENT_ADD:
            follow(note, self.updates, id(add))
        if not add.answer:
            answers(note, add)
            self.takes(note)

    def failed(self, note):
        if len(note.message.payload) < 16:
            return
        wrong = Header.of(note.message.payload)
        if wrong.command == EVENT_ADD:
            self.failed_subscription(note, wrong)
        elif wrong.command in ANSWERED or wrong.command == WRITE:
            self.skip_written(note, key(wrong))
            self.answer(note, key(wrong))
        if not note.channel and wrong.command in OF_CHANNELS:
            note.channel = self.by_sid.get(wrong.p1)

    def takes(self, note):
        self.answered_up_to = max(self.answered_up_to, note.request.frame)
        self.times.append(float(note.time))

    @property
    def patience(self):
        """Seconds after which a server has said that a write failed, if it did."""
        quickest = min(filter(None, self.times), default=None)
        return 0.05 if quickest is None else max(0.01, 8 * quickest)

    def skip_written(self, note, wanted):
        """Writes that succeeded by now: a later request is answered, or a later write is there
        and the failure of this one would have been told long ago."""
        waiting = self.waiting[wanted]
        while wanted[0] == WRITE and waiting and waiting[0].frame < waiting[-1].frame and (
            waiting[0].frame < self.answered_up_to
            or note.message.time - waiting[0].message.time > self.patience
        ):
            waiting.pop(0)

    def failed_subscription(self, note, wrong):
        adds = self.subscriptions[wrong.p2]
        if adds:
            self.update(note, adds[-1])


def same(add, other):
    """Two EVENT_ADDs of a channel ask for the same."""
    mask = slice(12, 14)
    return (add.header.type, add.header.count, add.message.payload[mask]) == (
        other.header.type, other.header.count, other.message.payload[mask])  # fmt: skip


def is_confirmation(header):
    """An answer to EVENT_ADD that brings neither data nor an empty array: there was a cancel."""
    return not header.size and header.count


def key(header):
    """What a request and its answer have in common."""
    if header.command == CREATE_CHAN:
        return CREATE_CHAN, header.p1
    if header.command == NOT_FOUND:
        return SEARCH, header.p2
    if header.command == WRITE:
        return WRITE, header.p1, header.p2, header.type, header.count
    if header.command == CLEAR_CHANNEL:
        return CLEAR_CHANNEL, header.p1, header.p2
    if header.command in (ECHO, READ_SYNC):
        return (header.command,)
    return header.command, header.p2


OF_CHANNELS = {EVENT_ADD, EVENT_CANCEL, READ, WRITE, READ_NOTIFY, WRITE_NOTIFY, CLEAR_CHANNEL}

REQUESTS = {
    VERSION: Circuit.says_version,
    EVENT_ADD: Circuit.subscribe,
    EVENT_CANCEL: Circuit.ask_channel,
    READ: Circuit.ask_channel,
    WRITE: Circuit.ask_channel,
    SEARCH: Circuit.search,
    READ_SYNC: Circuit.ask,
    CLEAR_CHANNEL: Circuit.clear,
    READ_NOTIFY: Circuit.ask_channel,
    CREATE_CHAN: Circuit.create,
    WRITE_NOTIFY: Circuit.ask_channel,
    CLIENT_NAME: Circuit.call_user,
    HOST_NAME: Circuit.call_host,
    ECHO: Circuit.ask,
}

ANSWERS = {
    VERSION: Circuit.says_version,
    EVENT_ADD: Circuit.event,
    READ: Circuit.answer,
    SEARCH: Circuit.answer,
    READ_SYNC: Circuit.answer,
    ERROR: Circuit.failed,
    CLEAR_CHANNEL: Circuit.cleared,
    NOT_FOUND: Circuit.answer,
    READ_NOTIFY: Circuit.answer,
    CREATE_CHAN: Circuit.created,
    WRITE_NOTIFY: Circuit.answer,
    ACCESS_RIGHTS: Circuit.rights,
    ECHO: Circuit.answer,
    CREATE_CH_FAIL: Circuit.refused,
    SERVER_DISCONN: Circuit.disconnected,
}
