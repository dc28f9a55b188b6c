# SPDX-License-Identifier: GPL-2.0-or-later
"""What the report errors has to tell of a capture, by the tracker."""

import caproto
from caproto import CLIENT, SERVER

import reference
import tracker
from expect_puts import end, nanoseconds
from tracker import Header

COLUMNS = 'count status request pv server client text first_ns last_ns frame'.split()
KEYS = 'status request pv server client text'.split()

NAMES = {
    0: 'VERSION', 1: 'EVENT_ADD', 2: 'EVENT_CANCEL', 3: 'READ', 4: 'WRITE', 6: 'SEARCH',
    8: 'EVENTS_OFF', 9: 'EVENTS_ON', 10: 'READ_SYNC', 12: 'CLEAR_CHANNEL', 15: 'READ_NOTIFY',
    18: 'CREATE_CHAN', 19: 'WRITE_NOTIFY', 20: 'CLIENT_NAME', 21: 'HOST_NAME', 23: 'ECHO',
}  # fmt: skip
WITH_STATUS = {tracker.EVENT_ADD, tracker.READ_NOTIFY, tracker.WRITE_NOTIFY}
OWED = {
    tracker.CREATE_CHAN, tracker.READ, tracker.READ_NOTIFY, tracker.WRITE_NOTIFY,
    tracker.EVENT_ADD, tracker.ECHO, tracker.READ_SYNC,
}  # fmt: skip
STATUS = {status.value.code_with_severity: status.name for status in caproto.CAStatus}


def text_of(raw):
    return raw.split(b'\0')[0].decode('latin-1')


def of_server(note, status, request, text=None):
    message = note.message
    return {
        'status': status, 'request': request, 'pv': note.pv, 'server': end(message.source),
        'client': message.destination[0], 'text': text,
    }  # fmt: skip


def failure(note):
    """What an error is grouped by; None: it is none."""
    header, payload = note.header, note.message.payload
    if header.command == tracker.ERROR:
        wrong = Header.of(payload)
        size = 24 if payload[2:4] == b'\xff\xff' else 16
        return of_server(note, STATUS[header.p2], NAMES.get(wrong.command), text_of(payload[size:]))
    if header.command == tracker.CREATE_CH_FAIL:
        return of_server(note, 'CREATE_CH_FAIL', 'CREATE_CHAN')
    if header.command == tracker.SERVER_DISCONN:
        return of_server(note, 'SERVER_DISCONN', None)
    confirms = header.command == tracker.EVENT_ADD and not header.size and header.count
    if header.command in WITH_STATUS and not confirms and header.p1 != 1:
        if note.request and note.request.header.command == tracker.EVENT_CANCEL:
            return None
        return of_server(note, STATUS[header.p1], NAMES[header.command])
    return None


def cleared_by_client(notes, request):
    """Its channel was cleared, after it was asked, by the client."""
    for note in notes[notes.index(request) + 1 :]:
        if (
            note.header
            and note.circuit is request.circuit
            and note.message.role is CLIENT
            and note.header.command == tracker.CLEAR_CHANNEL
            and note.header.p1 == request.header.p1
        ):
            return request.header.command not in (
                tracker.CREATE_CHAN, tracker.ECHO, tracker.READ_SYNC
            )  # fmt: skip
    return False


def unanswered(notes, last):
    for note in notes:
        if (
            note.header
            and note.message.transport == 'tcp'
            and note.message.role is CLIENT
            and note.header.command in OWED
            and not note.answer
            and last - float(note.message.time) >= 1
            and not cleared_by_client(notes, note)
        ):
            message = note.message
            yield note, {
                'status': 'NO_ANSWER', 'request': NAMES[note.header.command], 'pv': note.pv,
                'server': end(message.destination), 'client': message.source[0], 'text': None,
            }  # fmt: skip


def expected(capture, ports=(5064,)):
    """The rows, in no order but that the most frequent are first."""
    notes = tracker.track(reference.messages(capture, ports))
    found = [
        (note, failure(note))
        for note in notes
        if note.header and note.message.role is SERVER and failure(note)
    ]
    times = [float(time) for _, time, _ in reference.ip_packets(capture)]
    found += unanswered(notes, max(times, default=0))
    rows = {}
    for note, about in sorted(found, key=lambda each: each[0].frame):
        moment = nanoseconds(note.message.time)
        row = rows.setdefault(
            tuple(about.values()),
            {'count': 0, **about, 'first_ns': moment, 'last_ns': moment, 'frame': note.frame},
        )
        row['count'] += 1
        row['last_ns'] = moment
    return sorted(rows.values(), key=lambda row: -row['count'])
