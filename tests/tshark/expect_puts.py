# SPDX-License-Identifier: GPL-2.0-or-later
"""What the report puts has to tell of a capture, by the tracker and caproto's classes."""

import struct

from caproto import CLIENT

import reference
import tracker
from tracker import ERROR, WRITE, WRITE_NOTIFY, Header

COLUMNS = (
    'timestamp_ns user host client server kind pv value type outcome took_s frame'.split()
)
TYPES = 'STRING SHORT FLOAT ENUM CHAR LONG DOUBLE'.split()
NAMES = [f'DBR_{kind}{each}' for kind in ('', 'STS_', 'TIME_', 'GR_', 'CTRL_') for each in TYPES]
NAMES += ['DBR_PUT_ACKT', 'DBR_PUT_ACKS', 'DBR_STSACK_STRING', 'DBR_CLASS_NAME']
ECA = {1: 'ok', 48: 'ECA_TIMEOUT', 160: 'ECA_PUTFAIL', 376: 'ECA_NOWTACCESS', 410: 'ECA_BADCHID'}
SHOWN = 80  # bytes of a text


def end(address):
    return '{}:{}'.format(*address)


def nanoseconds(time):
    return int(round(float(time) * 10**6)) * 1000


def seconds(note, answer):
    return round(float(answer.message.time - note.message.time), 6)


def text_of(raw):
    raw = raw.split(b'\0')[0]
    try:
        whole = raw.decode()
    except UnicodeDecodeError:
        whole = raw.decode('latin-1')
    return whole if len(raw) <= SHOWN else whole[:SHOWN] + '...'


def number(value, digits):
    """As a person writes it: no point where there is nothing after it."""
    shown = repr(value) if digits is None else repr(float(f'{value:.{digits}g}'))
    return shown.removesuffix('.0')


def is_text(raw):
    before = raw.split(b'\0')[0]
    return len(raw) > 1 and before and all(b in b'\t\n\r' or 32 <= b != 127 for b in before)


def value_of(message):
    """One element, a text, or the first of several and how many they are; None without any."""
    kind = TYPES[message.header.data_type % 7] if message.header.data_type < 35 else 'SHORT'
    payload, count = message.payload, message.header.data_count
    size = {'STRING': 40, 'CHAR': 1, 'SHORT': 2, 'ENUM': 2, 'LONG': 4, 'FLOAT': 4, 'DOUBLE': 8}[kind]
    if kind == 'CHAR' and is_text(payload[:count]):
        return text_of(payload[:count])
    count = min(count, -(-len(payload) // size))  # a header may promise more than there is
    raw = [payload[i * size : (i + 1) * size] for i in range(count)]
    if count == 0:
        return '[] 0'
    first = element(kind, raw[0])
    return first if count == 1 else f'[{first}, ...] {count}'


def element(kind, raw):
    if kind == 'STRING':
        return text_of(raw)
    if kind in ('FLOAT', 'DOUBLE'):
        (value,) = struct.unpack('>f' if kind == 'FLOAT' else '>d', raw)
        return number(value, 7 if kind == 'FLOAT' else None)
    return str(int.from_bytes(raw, 'big', signed=kind in ('SHORT', 'LONG')))


def is_put(note):
    return (
        note.header
        and note.message.role is CLIENT
        and note.message.transport == 'tcp'
        and note.header.command in (WRITE, WRITE_NOTIFY)
    )


def plain_failures(notes):
    """{id(put): ERROR}: each belongs to the newest plain put with an identical header, and the
    first that does decides."""
    newest, failures = {}, {}
    for note in notes:
        if not note.header or note.message.transport != 'tcp':
            continue
        circuit = id(note.circuit)
        if is_put(note) and note.header.command == WRITE:
            newest[circuit, tuple(vars(note.header).values())] = note
        elif note.header.command == ERROR and len(note.message.payload) >= 16:
            wrong = Header.of(note.message.payload)
            put = newest.get((circuit, tuple(vars(wrong).values())))
            if put:
                failures.setdefault(id(put), note)
    return failures


def outcome(note, failure):
    if note.header.command == WRITE:
        return ECA[failure.header.p2] if failure else 'unconfirmed'
    if not note.answer:
        return 'no answer'
    answer = note.answer.header
    return ECA[answer.p2 if answer.command == ERROR else answer.p1]


def expected(capture, ports=(5064,)):
    """The rows in the order of the requests."""
    notes = tracker.track(reference.messages(capture, ports))
    failures = plain_failures(notes)
    rows = []
    for note in filter(is_put, notes):
        failure = failures.get(id(note))
        answer = failure or (note.answer if note.header.command == WRITE_NOTIFY else None)
        rows.append(
            {
                'timestamp_ns': nanoseconds(note.message.time),
                'user': note.user_then,
                'host': note.host_then,
                'client': end(note.message.source),
                'server': end(note.message.destination),
                'kind': 'put' if note.header.command == WRITE else 'callback',
                'pv': note.pv,
                'value': value_of(note.message),
                'type': NAMES[note.header.type],
                'outcome': outcome(note, failure),
                'took_s': seconds(note, answer) if answer else None,
                'frame': note.frame,
            }
        )
    return rows
