# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions on messages against an evaluator as plain as can be: a Python function of what
reference.py and tracker.py make of a capture, for every word of its own; `and`, `or` and `not` are
Python's. Random expressions are asked of every message of the recorded captures.
"""

import functools
import os
import random
import re
import struct
import subprocess

import deviations
import pytest
import reference
import tracker
from caproto import CLIENT, SERVER
from compare import ports_of
from places import BUILD, CAPTURES
from test_capture_filter import (  # noqa: F401: fixtures
    DEPTH, TCP_DEPTH, compile_filter, kept, looks_alike, packets, pcap_filter, reach)  # fmt: skip

ROUNDS = int(os.environ.get('CAW_ROUNDS', 300))  # expressions for each capture
NAMES = ['alltypes.pcap', 'monitors.pcap', 'nameserver.pcap', 'puts.pcap', 'search-missing.pcap',
         'caproto.pcap', 'oddities.pcap', 'twoiocs.pcap']  # fmt: skip
QUIET = 100  # seconds without a packet at the end: no request is too young, no search is kept

# ---- what a message has ------------------------------------------------------------------------

# The words of headers, caproto's documentation of the protocol: type, count, parameters 1 and 2.
VALUE_REQUEST, VALUE_ANSWER = ('dtype', 'count', 'sid', 'ioid'), ('dtype', 'count', 'eca', 'ioid')
UNKNOWN_WORDS = ('type', 'count', 'p1', 'p2')
CLIENT_WORDS = {
    1: ('dtype', 'count', 'sid', 'sub'),
    2: ('dtype', 'count', 'sid', 'sub'),
    3: VALUE_REQUEST,
    4: VALUE_REQUEST,
    6: ('doreply', 'version', 'cid', 'cid'),
    10: UNKNOWN_WORDS,
    12: (None, None, 'sid', 'cid'),
    15: VALUE_REQUEST,
    18: (None, None, 'cid', 'version'),
    19: VALUE_REQUEST,
}
SERVER_WORDS = {
    1: ('dtype', 'count', 'eca', 'sub'),
    3: ('dtype', 'count', 'cid', 'ioid'),
    6: ('serv.port', None, None, 'cid'),
    10: UNKNOWN_WORDS,
    11: (None, None, 'cid', 'eca'),
    12: (None, None, 'sid', 'cid'),
    14: ('doreply', 'version', 'cid', 'cid'),
    15: VALUE_ANSWER,
    18: ('dtype', 'count', 'cid', 'sid'),
    19: VALUE_ANSWER,
    22: (None, None, 'cid', 'rights'),
    26: (None, None, 'cid', None),
    27: (None, None, 'cid', None),
}
OBSOLETE = {5, 7, 16, 25}
WITH_VALUE = {(1, SERVER), (3, SERVER), (4, CLIENT), (15, SERVER), (19, CLIENT)}
CODES = {1: 'h', 2: 'f', 3: 'H', 4: 'B', 5: 'i', 6: 'd'}


class Fields:
    """Every field of a message as a list of its values."""

    def __init__(self, note):
        self.note, self.message = note, note.message
        self.name = re.match(r'\w+', deviations.expected_line(self.message).split(' ', 2)[2])[0]

    @functools.cached_property
    def words(self):
        if self.message.stray:
            return {}
        table = CLIENT_WORDS if self.message.role is CLIENT else SERVER_WORDS
        header = self.note.header
        unknown = UNKNOWN_WORDS if header.command > 27 or header.command in OBSOLETE else ()
        names = table.get(header.command, unknown)
        if self.name == 'EventCancelResponse':
            names = CLIENT_WORDS[1]
        found = {'command': [header.command], 'size': [header.size]}
        for name, number in zip(names, (header.type, header.count, header.p1, header.p2)):
            if name:
                found.setdefault(name, []).append(number)
        return found

    @functools.cached_property
    def meta(self):
        """The metadata of a whole one."""
        header = self.note.header
        if not self.has_value or header.type > 38:
            return b''
        size = deviations.metadata_size(header.type)
        return self.message.payload[:size] if len(self.message.payload) >= size else b''

    @property
    def has_value(self):
        return (
            not self.message.stray
            and (self.note.header.command, self.message.role) in WITH_VALUE
            and self.name != 'EventCancelResponse'
        )

    @functools.cached_property
    def elements(self):
        """Numbers or texts."""
        if not self.has_value or self.note.header.type > 38:
            return []
        number, payload = self.note.header.type, self.message.payload
        size = deviations.element_size(number)
        at = deviations.metadata_size(number)
        count = deviations.elements(self.message)
        base = 0 if number > 34 and size == 40 else 1 if number > 34 else number % 7
        pieces = [payload[at + i * size : at + (i + 1) * size] for i in range(max(0, count))]
        if base == 0:
            return [tracker.text(piece) for piece in pieces]
        return [struct.unpack('>' + CODES[base], piece)[0] for piece in pieces]

    @functools.cached_property
    def texts(self):
        """Of the value: strings, a CHAR array that is text, names of states."""
        number = self.note.header and self.note.header.type
        elements = self.elements
        if elements and isinstance(elements[0], str):
            return elements
        if elements and number % 7 == 4 and number <= 34 and len(elements) > 1:
            raw = bytes(elements).split(b'\0')[0]
            fit = all(byte >= 32 and byte != 127 or byte in b'\t\n\r' for byte in raw)
            return [tracker.text(raw)] if raw and fit else []
        if number in (24, 31) and self.meta:
            (states,) = struct.unpack_from('>h', self.meta, 4)
            names = [self.meta[6 + 26 * i : 32 + 26 * i] for i in range(min(max(states, 0), 16))]
            return [tracker.text(names[i]) for i in elements if i < len(names)]
        return []

    def numbers(self):
        return [each for each in self.elements if not isinstance(each, str)]

    def severity(self):
        return [struct.unpack_from('>h', self.meta, 2)[0]] if self.meta else []

    def status(self):
        return [struct.unpack_from('>h', self.meta, 0)[0]] if self.meta else []

    def of(self, field):
        note = self.note
        if field in ('pv', 'user', 'host'):
            own = {'pv': note.pv, 'user': note.user_then, 'host': note.host_then}[field]
            command = None if self.message.stray else note.header.command
            if self.message.role is CLIENT and command == {'pv': 6, 'user': 20, 'host': 21}[field]:
                own = tracker.text(self.message.payload)
            return [own] if own is not None else []
        if field == 'text':
            return self.texts
        if field == 'time':
            if note.request:
                return [round(float(note.time), 6)]
            answered = note.asked.answer if not self.message.stray and note.is_request else None
            return [round(float(answered.time), 6)] if answered else []
        whole = {
            'frame': [note.frame],
            'sport': [self.message.source[1]],
            'dport': [self.message.destination[1]],
            'src': [self.message.source[0]],
            'dst': [self.message.destination[0]],
            'message': [self.name],
        }
        if field in whole:
            return whole[field]
        if self.message.stray:
            return []
        made = {'value': self.numbers, 'data.severity': self.severity, 'data.status': self.status}
        return made[field]() if field in made else self.words.get(field, [])

    def is_unanswered(self):
        """In a datagram only searches are answered."""
        note = self.note
        if self.message.stray or not note.is_request or note.asked.answer:
            return False
        return self.message.transport == 'tcp' or note.header.command == tracker.SEARCH


# ---- random conditions: text, and a function of a message -----------------------------------------

COMPARE = {
    '==': lambda a, b: a == b,
    '<': lambda a, b: a < b,
    '<=': lambda a, b: a <= b,
    '>': lambda a, b: a > b,
    '>=': lambda a, b: a >= b,
}


def some(field, holds):
    return lambda fields: any(holds(value) for value in fields.of(field))


def none(field, holds):
    return lambda fields: bool(fields.of(field)) and not any(map(holds, fields.of(field)))


def every(field, holds):
    return lambda fields: bool(fields.of(field)) and all(map(holds, fields.of(field)))


def compared(field, operator, wanted):
    if operator == '!=':
        return none(field, lambda value: value == wanted)
    return some(field, lambda value: COMPARE[operator](value, wanted))


def number_of(rng, seen):
    if rng.random() < 0.7 and seen:
        return rng.choice(seen)
    return rng.choice([0, 1, 2, 7, 5064, 4.5])


def numbers(rng, known):
    field = rng.choice(['cid', 'sid', 'ioid', 'sub', 'eca', 'dtype', 'count', 'command', 'size',
                        'frame', 'sport', 'dport', 'value', 'value', 'value', 'data.severity',
                        'data.status', 'doreply', 'rights', 'time', 'time'])  # fmt: skip
    wanted = number_of(rng, known(field))
    if wanted != wanted or wanted in (float('inf'), float('-inf')):
        wanted = 1
    if field not in ('value', 'time', 'frame', 'sport', 'dport'):
        wanted = int(wanted)
    kind = rng.randrange(6)
    operator = rng.choice(list(COMPARE) + ['!='])
    text = f'{wanted!r}'
    if kind == 0:
        high = max(int(wanted), min(int(wanted) + rng.randrange(5), 0xFFFFFFFF))
        low = int(wanted)
        return (f'{field} in {{{low}..{high}, 77}}',
                some(field, lambda v: low <= v <= high or v == 77))  # fmt: skip
    if kind == 1:
        return f'has {field}', lambda f: bool(f.of(field) or (field == 'value' and f.texts))
    if kind == 2 and operator != '!=':
        return f'all {field} {operator} {text}', every(field, lambda v: COMPARE[operator](v, wanted))
    if kind == 3:
        return f'any {field} != {text}', some(field, lambda v: v != wanted)
    return f'{field} {operator} {text}', compared(field, operator, wanted)


def pattern_of(rng, name):
    """A pattern that the name might match, and the same as a regular expression."""
    pattern = regular = ''
    for character in name:
        kind = rng.randrange(12)
        if kind == 0:
            pattern, regular = pattern + '?', regular + '.'
        elif kind == 1:
            pattern, regular = pattern + '*', regular + '.*'
        elif kind == 2 and character.isalpha():
            pattern, regular = pattern + f'[{character}x-z]', regular + f'[{character}x-z]'
        elif kind == 3:
            pattern, regular = pattern + '[!q]', regular + '[^q]'
        elif kind == 4 and character.isalnum():
            pattern += f'{{{character},{character}{character},}}'
            regular += f'(?:{character}|{character}{character}|)'
        elif kind == 5:
            pattern, regular = pattern + '*', regular + '.*' + re.escape(character)
            pattern += character
        else:
            pattern, regular = pattern + character, regular + re.escape(character)
    return pattern, regular


def texts(rng, known):
    field = rng.choice(['pv', 'pv', 'pv', 'user', 'host', 'message', 'text'])
    seen = [name for name in known(field) if re.fullmatch(r'[\w:.$ -]{1,39}', name)]
    name = rng.choice(seen + ['t:ai', 'nobody'])
    word = 'value' if field == 'text' else field
    kind = rng.randrange(7)
    if kind == 0:
        return f'{word} != "{name}"', none(field, lambda value: value == name)
    if kind == 1:
        length = rng.randrange(1, len(name) + 1)
        return f"{word} ^= '{name[:length]}'", some(field, lambda v: v.startswith(name[:length]))
    if kind < 4:
        pattern, regular = pattern_of(rng, name)
        return f'{word} ~ "{pattern}"', some(field, re.compile(regular, re.S).fullmatch)
    if kind == 4:
        pattern, regular = pattern_of(rng, name)
        pattern = pattern.swapcase() if '[' not in pattern and pattern.isascii() else pattern
        found = re.compile(regular, re.S | re.I | re.A)
        return f'{word} ~i "{pattern}"', some(field, found.fullmatch)
    if kind == 5:
        return f'{word} in {{"{name}", "nobody"}}', some(field, lambda v: v in (name, 'nobody'))
    return f'{word} == "{name}"', some(field, lambda value: value == name)


def of_command(role, *commands):
    def holds(fields):
        return (
            not fields.message.stray
            and fields.message.role is role
            and fields.note.header.command in commands
        )

    return holds


def is_failed(fields):
    if fields.message.stray:
        return False
    failures = of_command(SERVER, 11, 26, 27)(fields)
    return failures or any(status != 1 for status in fields.of('eca'))


WORDS = [
    ('put', of_command(CLIENT, 4, 19)),
    ('get', of_command(CLIENT, 3, 15)),
    ('update', lambda f: of_command(SERVER, 1)(f) and f.name != 'EventCancelResponse'),
    ('search', of_command(CLIENT, 6)),
    ('create', of_command(CLIENT, 18)),
    ('error', of_command(SERVER, 11)),
    ('read reply', of_command(SERVER, 3, 15)),
    ('unsubscribe', of_command(CLIENT, 2)),
    ('failed', is_failed),
    ('unanswered', Fields.is_unanswered),
    ('malformed', lambda fields: fields.message.stray),
    ('ca', lambda fields: not fields.message.stray),
    ('tcp', lambda fields: fields.message.transport == 'tcp'),
    ('udp', lambda fields: fields.message.transport == 'udp'),
    ('port 5064', lambda f: 5064 in (f.message.source[1], f.message.destination[1])),
    ('src net 10.77.0.0/24', lambda f: f.message.source[0].startswith('10.77.0.')),
    ('host 10.77.0.1', lambda f: '10.77.0.1' in (f.message.source[0], f.message.destination[0])),
    ('dst in 10.77.0.8/29', lambda f: f.message.destination[0] in
        [f'10.77.0.{i}' for i in range(8, 16)]),
    ('src == 10.77.0.1', lambda f: f.message.source[0] == '10.77.0.1'),
]  # fmt: skip


def expression(rng, known, depth=3):
    kind = rng.randrange(6) if depth else 0
    if kind < 3:
        make = rng.choice([numbers, numbers, texts, texts, lambda *_: rng.choice(WORDS)])
        return make(rng, known)
    left, one = expression(rng, known, depth - 1)
    if kind == 3:
        return f'not ({left})', lambda fields: not one(fields)
    right, two = expression(rng, known, depth - 1)
    if kind == 4:
        return f'({left}) and ({right})', lambda fields: one(fields) and two(fields)
    return f'({left}) or ({right})', lambda fields: one(fields) or two(fields)


# ---- the captures --------------------------------------------------------------------------------


def later(capture):
    """The capture, and a packet of something else long after it."""
    order = '<' if capture[:2] == b'\xd4\xc3' else '>'
    at = 24
    while at < len(capture):
        seconds, _, size, _ = struct.unpack_from(order + '4I', capture, at)
        at += 16 + size
    return capture + struct.pack(order + '4I', seconds + QUIET, 0, 14, 14) + bytes(14)


@pytest.fixture(scope='module', params=NAMES)
def capture(request, save):
    """Its path, and what there is to know of its messages."""
    content = later((CAPTURES / request.param).read_bytes())
    notes = tracker.track(list(reference.messages(content, ports_of(request.param))))
    return save(content), [Fields(note) for note in notes], request.param


def values_in(messages):
    """known(field): all values of the messages."""

    @functools.cache
    def known(field):
        return sorted({value for fields in messages for value in fields.of(field)}, key=repr)

    return known


def asked(path, expressions):
    """For each expression the numbers of the messages, or the problem."""
    answers = []
    for at in range(0, len(expressions), 4096):
        done = subprocess.run(
            [BUILD / 'tests' / 'where_driver', path],
            input='\n'.join(expressions[at : at + 4096]) + '\n',
            capture_output=True, text=True, timeout=300)  # fmt: skip
        assert done.returncode == 0, done.stderr
        answers += done.stdout.split('\n')[:-1]
    return answers


def test_against_the_naive(capture):
    path, messages, name = capture
    rng = random.Random(name)
    pairs = [expression(rng, values_in(messages)) for _ in range(ROUNDS)]
    answers = asked(path, [text for text, _ in pairs])
    assert len(answers) == len(pairs)
    matched = 0
    for (text, holds), answer in zip(pairs, answers):
        want = {i for i, fields in enumerate(messages) if holds(fields)}
        assert re.fullmatch(r'(\d+ )*', answer), (text, answer)
        got = [int(number) for number in answer.split()]
        assert len(got) == len(set(got)), text
        assert set(got) == want, (text, sorted(set(got) ^ want)[:5])
        matched += 0 < len(want) < len(messages)
    assert matched > ROUNDS / 4, 'most expressions choose'


# ---- capture filters, packet by packet -----------------------------------------------------------

SEEN = ['cid', 'sid', 'ioid', 'sub', 'eca', 'dtype', 'count', 'command', 'size', 'doreply', 'rights']
ALWAYS = ['cid', 'sid', 'ioid', 'sub', 'eca', 'dtype', 'doreply', 'rights']  # in headers
CARRY_NAMES = of_command(CLIENT, 6, 18)


def visible(rng, known):
    """A condition that a packet alone answers, of one message: text, and the same in Python."""
    kind = rng.randrange(10)
    if kind < 2:
        return rng.choice([word for word in WORDS if word[0] not in ('unanswered', 'malformed')])
    if kind == 2:
        name = rng.choice([*known('pv'), 't:ai'])
        head = name[: rng.randrange(1, len(name) + 1)]
        written = rng.choice([f'pv == "{name}"', f'pv in {{"{name}", "x"}}', f'pv ~ "{head}*"'])
        own = '*' in written
        return written, lambda f: CARRY_NAMES(f) and any(
            v.startswith(head) if own else v == name for v in f.of('pv'))  # fmt: skip
    if kind == 8:
        field = rng.choice(['sport', 'dport'])
        wanted = number_of(rng, known(field))
        operator = rng.choice([*COMPARE, '!='])
        return f'{field} {operator} {wanted}', compared(field, operator, wanted)
    field = rng.choice(SEEN)
    wanted = int(number_of(rng, known(field)))
    if kind == 9:
        field = rng.choice([*ALWAYS, 'sport', 'dport'])
        return f'has {field}', lambda f: bool(f.of(field))
    if kind == 4:
        high = wanted + rng.randrange(3)
        field = rng.choice([field, 'sport', 'dport'])
        return f'{field} in {wanted}..{high}', some(field, lambda v: wanted <= v <= high)
    if kind == 3:
        return f'{field} in {{{wanted}, 3}}', some(field, lambda v: v in (wanted, 3))
    operator = rng.choice([*COMPARE, '!='])
    if operator == '!=':  # of a packet: a message that has another one
        return f'{field} != {wanted}', some(field, lambda v: v != wanted)
    return f'{field} {operator} {wanted}', compared(field, operator, wanted)


# Not what breaks the rules on purpose: what a filter does not see then is told.
@pytest.mark.parametrize('capture', [n for n in NAMES if n != 'oddities.pcap'], indirect=True)
def test_capture_filter_drops_nothing(capture, packets, pcap_filter):  # noqa: F811
    """What an expression wants of the messages in reach, its capture filter keeps, and under `not`
    what it does not want."""
    path, messages, name = capture
    rng, known_packets = random.Random(name), packets(path)
    near = reach(known_packets, {'tcp': TCP_DEPTH, 'udp': DEPTH})
    asked_for = 0
    for _ in range(40):
        text, holds = visible(rng, values_in(messages))
        wanted = {fields.note.frame for fields in messages if holds(fields)}
        others = {fields.note.frame for fields in messages} - wanted
        got = kept(path, pcap_filter(text)) if wanted & near else set()
        assert wanted & near <= got, (text, sorted(wanted & near - got))
        extra = {n for n in got & near & others if not looks_alike(known_packets[n])}
        assert not extra, (text, sorted(extra))
        rest = kept(path, pcap_filter(f'not ({text})'))
        assert others <= rest, (text, sorted(others - rest))
        asked_for += bool(wanted & near)
    assert asked_for > 10
