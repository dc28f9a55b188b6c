# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages to try: every command, every data type, every oddity that a rule is about.

All are legal to send over TCP or in a datagram in the sense that their size can be told; what
they say need not make sense. Random bytes come from a seed, so a failure can be repeated.
"""

import math
import random
import struct
from collections import namedtuple

from hypothesis import strategies as st

import wire
from deviations import element_size, metadata_size
from wire import message, padded, text

Sent = namedtuple('Sent', 'side transport data')  # 'client' or 'server', 'tcp' or 'udp', bytes

DATA_TYPES = range(39)
ENUM_TYPES = (24, 31)
STRING_SIZE = 40
DATA_COMMANDS = [('server', 1), ('server', 3), ('server', 15), ('client', 4), ('client', 19)]
CODES = {1: 'b', 2: 'h', 4: 'f', 8: 'd'}

SPECIAL = [
    0.0,
    -0.0,
    1.0,
    0.1,
    1 / 3,
    1e15,
    1e16,
    1e17,
    123456.789,
    1e-4,
    1e-5,
    2.5e-7,
    9007199254740993.0,
]
SPECIAL += [math.nan, -math.nan, math.inf, -math.inf]
DOUBLES = SPECIAL + [
    5e-324,
    2.225073858507201e-308,
    2.2250738585072014e-308,
    1.7976931348623157e308,
]
FLOATS = SPECIAL + [1e-45, 1.1754942e-38, 1.1754944e-38, 3.4028235e38, 16777217.0]


# ---- values ----------------------------------------------------------------------------------


def real(rng, code, special, powers):
    kind = rng.randrange(4)
    if kind == 0:
        return struct.pack('>' + code, rng.choice(special))
    if kind == 1:
        return struct.pack('>' + code, rng.choice((1, -1)) * 2.0 ** rng.randint(*powers))
    if kind == 2:
        return struct.pack('>' + code, round(rng.uniform(-1000, 1000), rng.randrange(6)))
    return rng.randbytes(struct.calcsize(code))


def string(rng):
    """A 40 byte slot: any bytes, a NUL anywhere or nowhere."""
    return (rng.randbytes(rng.randrange(41)) + b'\0' * rng.randrange(2)).ljust(
        STRING_SIZE, rng.choice((b'\0', b'~'))
    )[:STRING_SIZE]


def element(rng, number):
    base = number % 7 if number < 35 else (3 if number < 37 else 0)
    if base == 0:
        return string(rng)
    if base == 2:
        return real(rng, 'f', FLOATS, (-149, 127))
    if base == 6:
        return real(rng, 'd', DOUBLES, (-1074, 1023))
    return rng.randbytes(element_size(number))


def metadata(rng, number, sound=True):
    """Random metadata; `sound`: alarms and number of states are ones that exist."""
    raw = bytearray(rng.randbytes(metadata_size(number)))
    if len(raw) >= 4 and sound:
        struct.pack_into('>HH', raw, 0, rng.randrange(22), rng.randrange(4))
    if number in ENUM_TYPES and sound:
        struct.pack_into('>h', raw, 4, rng.randint(-1, 16))
    if number in (27, 34):
        for at in range(16, len(raw), 8):
            raw[at : at + 8] = real(rng, 'd', DOUBLES, (-1074, 1023))
    if number in (23, 30):
        for at in range(16, len(raw), 4):
            raw[at : at + 4] = real(rng, 'f', FLOATS, (-149, 127))
    return bytes(raw)


def data(rng, number, count, sound=True):
    return metadata(rng, number, sound) + b''.join(element(rng, number) for _ in range(count))


def data_message(rng, side, command, number, count, sound=True, **header):
    status = 1 if side == 'server' and command != 3 else rng.getrandbits(32)
    header = {'type': number, 'count': count, 'p1': status, 'p2': rng.getrandbits(32)} | header
    return Sent(side, 'tcp', message(command, padded(data(rng, number, count, sound)), **header))


# ---- every type, every oddity ----------------------------------------------------------------


def every_data_type(seed=0):
    """Each DBR type with 0, 1, 2 and 1000 elements in each message that carries data."""
    rng = random.Random(seed)
    for number in DATA_TYPES:
        for count in (0, 1, 2, 1000):
            for side, command in DATA_COMMANDS:
                yield data_message(rng, side, command, number, count)


def oddities(seed=0):
    """Messages that caproto gets wrong or not at all: each rule's own examples."""
    rng = random.Random(seed)
    yield from odd_names()
    yield from odd_headers()
    yield from odd_events()
    yield from odd_errors()
    yield from odd_data(rng)


def odd_names():
    for side, command, head in (
        ('client', 18, {'p1': 1, 'p2': 13}),
        ('client', 20, {}),
        ('client', 21, {}),
    ):
        for name in (
            b'',
            b'a',
            b'#C3\0:GUN',
            bytes(range(1, 256)),
            b"it's",
            b'"both\'',
            b'\\',
            b'no end',
            b'\0' * 16,
        ):
            yield Sent(side, 'tcp', message(command, padded(name), **head))
    yield Sent('client', 'udp', message(6, padded(b'#C3\0:GUN'), type=5, count=8, p1=1, p2=1))
    yield Sent('server', 'udp', message(6, type=5064, p1=0xFFFFFFFF, p2=1))
    yield Sent('server', 'tcp', message(6, padded(b'\0\x0d'), type=5064, p1=0x0A000001, p2=1))


def odd_headers():
    for command in (5, 7, 10, 16, 25, 28, 99):
        for side in ('client', 'server'):
            for payload in (b'', bytes(8)):
                yield Sent(side, 'tcp', message(command, payload, type=1, count=2, p1=3, p2=4))
    for side, command in (
        ('client', 15),
        ('client', 2),
        ('server', 18),
        ('server', 19),
        ('client', 3),
    ):
        yield Sent(side, 'tcp', message(command, type=77, count=1, p1=1, p2=5))
    for status in (0, 77, 2, 0x1A3, 0xFFFFFFFF):
        yield Sent('server', 'tcp', message(19, type=6, count=1, p1=status, p2=5))
        yield Sent('server', 'tcp', message(15, bytes(8), type=6, count=1, p1=status, p2=5))
    for rights in (*range(9), 0xFFFFFFFF):
        yield Sent('server', 'tcp', message(22, p1=1, p2=rights))
    for side, command in (
        ('server', 0),
        ('client', 0),
        ('server', 18),
        ('client', 15),
        ('client', 23),
    ):
        yield Sent(side, 'tcp', message(command, type=6, count=100000, p1=1, p2=2, extended=True))


def odd_events():
    for number in (0, 1, 2, 3, 4, 5, 6, 7, 20, 34, 35, 38, 77):
        for count in (0, 3):
            for p1 in (1, 451, 368):
                yield Sent(
                    'server', 'tcp', message(1, type=number, count=count, p1=p1, p2=90 + number)
                )
    for mask in range(17):
        body = struct.pack('>fffHH', 1.5, -2.25, math.inf, mask, 7)
        yield Sent('client', 'tcp', message(1, body, type=20, count=0, p1=1, p2=2))
    yield Sent('client', 'tcp', message(1, bytes(8), type=20, count=1, p1=1, p2=2))
    yield Sent('client', 'tcp', message(1, type=20, count=1, p1=1, p2=2))
    yield Sent('client', 'tcp', message(1, bytes(24), type=20, count=1, p1=1, p2=2))


def odd_errors():
    failed = message(15, type=20, count=1, p1=451, p2=18)
    long = message(19, type=4, count=70000, p1=451, p2=18, size=70000)
    for request in (failed, long):
        for words in ('', 't:ai', "it's", 'it\'s "odd" \x01\x7f\xe9'):
            yield Sent('server', 'tcp', message(11, padded(request + text(words)), p1=1, p2=142))
    yield Sent('server', 'tcp', message(11, failed, p1=1, p2=77))
    yield Sent('server', 'tcp', message(11, failed[:8], p1=1, p2=142))
    yield Sent('server', 'tcp', message(11, long[:16], p1=1, p2=142))
    yield Sent('server', 'tcp', message(11, p1=1, p2=142))


def odd_data(rng):
    for number in (1, 2, 5, 6, 20, 27):
        raw = data(rng, number, 2)[:-1]
        yield Sent('server', 'udp', message(15, raw, type=number, count=2, p1=1, p2=2))
    for side, command in DATA_COMMANDS:
        yield Sent(side, 'tcp', message(command, rng.randbytes(16), type=77, count=1, p1=1, p2=2))
        yield Sent(
            side, 'tcp', message(command, rng.randbytes(16), type=0xFFFF, count=0, p1=1, p2=2)
        )
        yield Sent(side, 'tcp', message(command, bytes(8), type=20, count=1, p1=1, p2=2))
        yield Sent(side, 'tcp', message(command, padded(b'short'), type=0, count=1, p1=1, p2=2))
        yield Sent(side, 'tcp', message(command, padded(b'mbbo'), type=38, count=1, p1=1, p2=2))
        yield Sent(
            side, 'tcp', message(command, string(rng) + string(rng), type=0, count=5, p1=1, p2=2)
        )
        yield Sent(
            side, 'tcp', message(command, string(rng) + b'short\0\0\0', type=0, count=2, p1=1, p2=2)
        )
        yield Sent(side, 'tcp', message(command, bytes(16), type=6, count=7, p1=1, p2=2))
        yield Sent(side, 'tcp', message(command, bytes(32), type=6, count=0, p1=1, p2=2))
        for number in DATA_TYPES:
            yield data_message(rng, side, command, number, 1, sound=False)
            yield data_message(rng, side, command, number, 3, extended=True)
        for states in (-1, 0, 1, 2, 16, 17, 26, 32767):
            raw = bytearray(data(rng, 24, 1))
            struct.pack_into('>h', raw, 4, states)
            yield Sent(
                side, 'tcp', message(command, padded(bytes(raw)), type=24, count=1, p1=1, p2=2)
            )


# ---- random ones -----------------------------------------------------------------------------

half_words = st.sampled_from([0, 1, 5, 10, 13, 42, 99, 0x7FFF, 0x8000]) | st.integers(0, 0xFFFE)
words = st.sampled_from([0, 1, 2, 368, 0xFFFFFFFF, 0x7F000001]) | st.integers(0, 0xFFFFFFFF)
names = st.binary(max_size=60) | st.text('abcXYZ09:-_.{}$', max_size=60).map(str.encode)
seeds = st.integers(0, 2**32 - 1)
sides = st.sampled_from(['client', 'server'])
transports = st.sampled_from(['tcp', 'tcp', 'udp'])
CANCEL = 2
CANCELLED = 0x5EEDED  # a subscription that no answer is of: messages are to be independent


@st.composite
def bare(draw):
    """Any command with any header words and no payload, or one that it does not expect."""
    command = draw(st.integers(0, 28))
    has_own_payload = command in (1, 3, 4, 6, 11, 15, 18, 19, 20, 21)
    payload = (
        b'' if has_own_payload else draw(st.sampled_from([b'', b'', bytes(8), b'16 bytes of text']))
    )
    head = {
        'type': draw(half_words),
        'count': draw(half_words),
        'p1': draw(words),
        'p2': draw(words) if command != CANCEL else CANCELLED,
    }
    return Sent(draw(sides), draw(transports), message(command, payload, **head))


@st.composite
def named(draw):
    command = draw(st.sampled_from([6, 18, 20, 21]))
    head = {
        'type': draw(half_words),
        'count': draw(half_words),
        'p1': draw(words),
        'p2': draw(words),
    }
    return Sent('client', draw(transports), message(command, text(draw(names)), **head))


@st.composite
def valued(draw):
    side, command = draw(st.sampled_from(DATA_COMMANDS))
    number, count = draw(st.sampled_from(DATA_TYPES)), draw(st.sampled_from([0, 1, 1, 1, 2, 5, 33]))
    rng, status = random.Random(draw(seeds)), draw(st.sampled_from([1, 1, 1, 368, 152, 77]))
    extended = draw(st.sampled_from([False, False, True]))
    return data_message(
        rng, side, command, number, count, draw(st.booleans()), p1=status, extended=extended
    )


@st.composite
def subscribing(draw):
    body = random.Random(draw(seeds)).randbytes(16)
    head = {
        'type': draw(st.integers(0, 40)),
        'count': draw(half_words),
        'p1': draw(words),
        'p2': draw(words),
    }
    return Sent('client', 'tcp', message(1, body, **head))


@st.composite
def failing(draw):
    request = draw(bare()).data
    note = text(draw(names))
    return Sent(
        'server', 'tcp', message(11, padded(request + note), p1=draw(words), p2=draw(words))
    )


class Batch(list):
    """Messages that take no pages when a test fails."""

    def __repr__(self):
        return f'<{len(self)} messages>'


# Each end begins as it does in life: one that begins with a command nobody knows is not believed.
VERSIONS = [Sent(side, 'tcp', message(0, count=13)) for side in ('client', 'server')]
anything = bare() | named() | valued() | subscribing() | failing()
batches = st.lists(anything, min_size=100, max_size=100).map(lambda sent: Batch(VERSIONS + sent))


# ---- from messages to packets ----------------------------------------------------------------


def packets(sent):
    """Packets, one a message: a circuit for those over TCP, datagrams between them."""
    chunks = [(one.side, one.data) for one in sent if one.transport == 'tcp']
    handshake_and_segments = iter(wire.circuit(chunks))
    made = [next(handshake_and_segments), next(handshake_and_segments)]
    return made + [
        next(handshake_and_segments) if one.transport == 'tcp' else datagram(one) for one in sent
    ]


def datagram(one):
    if one.side == 'client':
        return wire.udp(wire.SEARCHER, wire.EVERYBODY, one.data)
    return wire.udp(wire.SERVER_END, wire.SEARCHER, one.data)
