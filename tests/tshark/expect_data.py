# SPDX-License-Identifier: GPL-2.0-or-later
"""What `caw --json` has to say of a message, found without a line of our own decoder.

Header words are named by a table of their own, values are read with struct and caproto's structures,
names of numbers are caproto's, and what came before is the tracker's. Keys are flat here: data.value.
"""

import socket
import struct
import unicodedata
from decimal import Decimal

import caproto
from caproto import CLIENT
from caproto import _dbr as dbr
from caproto._status import eca_value_to_status

import deviations
import known
import tracker

EPICS_EPOCH = 631152000
BILLION = 10**9

# Type, count and the two parameters, by the class that caproto has for the message. None is reserved.
SEQUENCE = ('sequence.valid', 'version', 'sequence.number', None)
READS = ('dtype', 'count', 'sid', 'ioid')
WORDS = {
    'VersionRequest': ('priority', 'version', 'sequence.number', None),
    'VersionResponse': SEQUENCE,
    'EventAddRequest': ('dtype', 'count', 'sid', 'sub'),
    'EventAddResponse': ('dtype', 'count', 'eca', 'sub'),
    'EventCancelRequest': ('dtype', 'count', 'sid', 'sub'),
    'EventCancelResponse': ('dtype', 'count', 'sid', 'sub'),
    'ReadRequest': READS,
    'ReadResponse': ('dtype', 'count', 'cid', 'ioid'),
    'WriteRequest': READS,
    'SearchRequest': ('doreply', 'version', 'cid', 'cid2'),
    'SearchResponse': ('serv.port', None, 'serv.ip', 'cid'),
    'EventsOffRequest': (None,) * 4,
    'EventsOnRequest': (None,) * 4,
    'ReadSyncRequest': ('type', 'count', 'p1', 'p2'),
    'ReadSyncResponse': ('type', 'count', 'p1', 'p2'),
    'ErrorResponse': (None, None, 'cid', 'eca'),
    'ClearChannelRequest': (None, None, 'sid', 'cid'),
    'ClearChannelResponse': (None, None, 'sid', 'cid'),
    'Beacon': ('version', 'serv.port', 'beacon', 'serv.ip'),
    'NotFoundResponse': ('doreply', 'version', 'cid', 'cid2'),
    'ReadNotifyRequest': READS,
    'ReadNotifyResponse': ('dtype', 'count', 'eca', 'ioid'),
    'RepeaterConfirmResponse': (None, None, None, 'client.ip'),
    'CreateChanRequest': (None, None, 'cid', 'version'),
    'CreateChanResponse': ('dtype', 'count', 'cid', 'sid'),
    'WriteNotifyRequest': READS,
    'WriteNotifyResponse': ('dtype', 'count', 'eca', 'ioid'),
    'ClientNameRequest': (None,) * 4,
    'HostNameRequest': (None,) * 4,
    'AccessRightsResponse': (None, None, 'cid', 'rights'),
    'EchoRequest': (None,) * 4,
    'EchoResponse': (None,) * 4,
    'RepeaterRegisterRequest': (None, None, None, 'client.ip'),
    'CreateChFailResponse': (None, None, 'cid', None),
    'ServerDisconnResponse': (None, None, 'cid', None),
    'UnknownMessage': ('type', 'count', 'p1', 'p2'),
}
TEXTS = {'SearchRequest': 'pv', 'CreateChanRequest': 'pv', 'ClientNameRequest': 'user',
         'HostNameRequest': 'host'}  # fmt: skip
BARE = ('EventsOffRequest', 'EventsOnRequest', 'EchoRequest', 'EchoResponse', 'ReadSyncRequest',
        'ReadSyncResponse', 'UnknownMessage')  # fmt: skip
LIMITS = ('upper_disp_limit', 'lower_disp_limit', 'upper_alarm_limit', 'upper_warning_limit',
          'lower_warning_limit', 'lower_alarm_limit', 'upper_ctrl_limit', 'lower_ctrl_limit')  # fmt: skip
CODES = {0: '40s', 1: 'h', 2: 'f', 3: 'H', 4: 'B', 5: 'i', 6: 'd'}
RIGHTS = ('NO_ACCESS', 'READ', 'WRITE', 'READ|WRITE')
REPLIES = {5: 'DONTREPLY', 10: 'DOREPLY'}
COMMANDS = {0: 'Version', 1: 'Event Add', 2: 'Event Cancel', 3: 'Read', 4: 'Write', 6: 'Search',
            5: 'Snapshot', 7: 'Build', 8: 'Events Off', 9: 'Events On', 10: 'Read Sync', 11: 'Error',
            12: 'Clear Channel', 13: 'Beacon', 14: 'Not Found', 15: 'Read Notify', 16: 'Read Build',
            17: 'Repeater Confirm', 18: 'Create Channel', 19: 'Write Notify', 20: 'Client Name',
            21: 'Host Name', 22: 'Access Rights', 23: 'Echo', 24: 'Repeater Register', 25: 'Signal',
            26: 'Create Channel Failed', 27: 'Server Disconnect'}  # fmt: skip

# ---- texts and numbers -----------------------------------------------------------------------------

INVISIBLE = ('Cc', 'Cf', 'Zl', 'Zp')


def shown(raw):
    """As caw_printable, of what is in the captures: UTF-8 or Latin-1, controls by their numbers."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode('latin-1')
    return ''.join(map(character, text))


def character(c):
    number = ord(c)
    hidden = unicodedata.category(c) in INVISIBLE or (
        unicodedata.category(c) == 'Zs' and c != ' '
    )
    if not hidden:
        return c
    return f'\\x{number:02x}' if number < 256 else f'\\u{number:04x}'


def until_nul(raw):
    return raw.split(b'\0')[0]


def real(number):
    """What JSON has of a number, and the name of what it has not."""
    if number != number:
        return None, 'nan'
    if number in (float('inf'), float('-inf')):
        return None, 'inf' if number > 0 else '-inf'
    return number, None


def nanoseconds(time):
    return int((time if isinstance(time, Decimal) else Decimal(repr(time))) * BILLION)


def name_of(key, number):
    """Of a number that has one."""
    if key == 'eca':
        status = eca_value_to_status.get(number)
        return status and status.name
    if key == 'dtype':
        try:
            name = caproto.ChannelType(number).name
        except ValueError:
            return None
        return 'DBR_' + name.replace('INT', 'SHORT')
    return {
        'rights': dict(enumerate(RIGHTS)), 'doreply': REPLIES, 'command': COMMANDS,
    }.get(key, {}).get(number)  # fmt: skip


# ---- headers ------------------------------------------------------------------------------------


def words_of(header, names, extended):
    """{key: value} of the words after command and size, as they stand there."""
    found, reserved = {}, []
    words = list(zip(names, (header.type, header.count, header.p1, header.p2)))
    if extended:
        words.append(words.pop(1))
    for key, value in words:
        if key is None:
            reserved.append(value)
        elif key.endswith('.ip'):
            found[key] = socket.inet_ntoa(struct.pack('>I', value))
        else:
            found[key] = value
    if found.get('cid2') == found.get('cid'):
        found.pop('cid2', None)
    if any(reserved):
        found['reserved'] = reserved
    return found


def header_of(data, names, prefix=''):
    header = tracker.Header.of(data)
    extended = data[2:4] == b'\xff\xff'
    found = {'command': header.command, 'size': header.size} | words_of(header, names, extended)
    if extended:
        found['marker'] = [0xFFFF, int.from_bytes(data[6:8], 'big')]
    named = {f'{key}_name': name_of(key, value) for key, value in found.items()
             if not isinstance(value, (list, str))}  # fmt: skip
    found |= {key: name for key, name in named.items() if name}
    return {prefix + key: value for key, value in found.items()}


# ---- values ---------------------------------------------------------------------------------------


def native_of(number):
    return dbr.native_type(number) if number < 35 else 3 if number < 37 else 0


def values_of(message, elements):
    """{key: value} of a payload with a DBR type."""
    number = message.header.data_type
    native = native_of(number)
    count = deviations.elements(message)
    raw = message.payload[deviations.metadata_size(number) :]
    shown_count = min(count, elements)
    code = CODES[native]
    raw = raw.ljust(40 * count if native == 0 else 0, b'\0')
    each = [struct.unpack_from('>' + code, raw, i * struct.calcsize(code))[0]
            for i in range(shown_count)]  # fmt: skip
    found = {}
    if native == 0:
        found['data.string'] = [shown(until_nul(one)) for one in each]
    else:
        pairs = [real(one) for one in each]
        found['data.value'] = [value for value, _ in pairs]
        special = [[i, name] for i, (_, name) in enumerate(pairs) if name]
        if special:
            found['data.special'] = special
    if native == 4 and count > 1:
        text = until_nul(raw[:count])
        if text and not [b for b in text if b == 127 or b < 32 and b not in b'\t\n\r']:
            found['data.string'] = [shown(text[:shown_count])]
    if shown_count < count:
        found['data.more'] = count - shown_count
    return found


def metadata_of(message):
    number = message.header.data_type
    structure = deviations.metadata(message)
    if structure is None:
        return {}
    found, names = {}, set(dict(structure._fields_)) | set(getattr(structure, 'info_fields', ()))
    for name in names & {'status', 'severity'}:
        value = getattr(structure, name)
        found['data.' + name] = value
        known_names = {'status': dbr.AlarmStatus, 'severity': dbr.AlarmSeverity}[name]
        if value in known_names.__members__.values():
            found[f'data.{name}_name'] = known_names(value).name.removesuffix('_ALARM')
            if value == 0:
                found[f'data.{name}_name'] = 'NO_ALARM'
    if hasattr(structure, 'secondsSinceEpoch') or hasattr(structure, 'stamp'):
        sec, nsec = struct.unpack_from('>II', message.payload, 4)
        found['data.time_ns'] = (sec + EPICS_EPOCH) * BILLION + nsec
        if nsec >= BILLION:
            found |= {'data.timestamp.sec': sec, 'data.timestamp.nsec': nsec}
    for name in names & set(LIMITS):
        value = getattr(structure, name)
        value, special = real(value[0] if isinstance(value, bytes) else value)
        found['data.' + name] = value
        if special:
            found[f'data.{name}_special'] = special
    if 'precision' in names:
        found['data.precision'] = structure.precision
    if 'units' in names:
        found['data.units'] = shown(until_nul(message.payload[units_at(number):][:8]))
    if 'no_str' in names:
        states = structure.strs[: max(0, min(structure.no_str, 16))]
        found['data.no_str'] = structure.no_str
        if len(states):
            found['data.enum'] = [shown(state.value) for state in states]
    if 'ackt' in names:
        found |= {'data.ackt': structure.ackt, 'data.acks': structure.acks}
        if structure.acks in range(4):
            found['data.acks_name'] = dbr.AlarmSeverity(structure.acks).name.removesuffix('_ALARM')
            if structure.acks == 0:
                found['data.acks_name'] = 'NO_ALARM'
    return found


def units_at(number):
    """After status and severity, and of reals a precision with its padding."""
    return 8 if dbr.native_type(number) in (2, 6) else 4


def payload_of(message, name, elements):
    payload, number = message.payload, message.header.data_type
    if name in TEXTS:
        return {TEXTS[name]: shown(until_nul(payload))}
    if name == 'EventAddRequest':
        low, high, to, mask = struct.unpack_from('>fffH', payload)
        found = {'mask.bits': mask}
        found |= {f'mask.{bit}': bool(mask >> i & 1)
                  for i, bit in enumerate(('val', 'log', 'alarm', 'prop'))}  # fmt: skip
        for key, value in (('low', low), ('high', high), ('to', to)):
            found[key], special = real(value)
            if special:
                found[key + '_special'] = special
        return found
    if name == 'SearchResponse':
        return {'version': int.from_bytes(payload[:2], 'big')} if payload else {}
    if name == 'ErrorResponse':
        size = 24 if payload[2:4] == b'\xff\xff' else 16
        request = reference_request(payload[:size])
        words = {} if len(payload) <= size else {'error.text': shown(until_nul(payload[size:]))}
        return header_of(payload[:size], WORDS[request], 'failed.') | words
    if name in deviations.WITH_DATA:
        if number > 38:
            return {'data.bytes': payload.hex()} if payload else {}
        if not payload and not message.header.data_count:
            return {'data.string' if native_of(number) == 0 else 'data.value': []}
        return (metadata_of(message) if payload else {}) | values_of(message, elements)
    return {'data.bytes': payload.hex()} if payload else {}


def reference_request(head):
    command = int.from_bytes(head[:2], 'big')
    cls = caproto._commands.Commands[CLIENT].get(command)
    return cls.__name__ if cls else 'UnknownMessage'


# ---- a whole message --------------------------------------------------------------------------------


def front(message, index, name):
    return {
        'timestamp_ns': nanoseconds(message.time), 'frame': message.frame, 'index': index,
        'src': message.source[0], 'sport': message.source[1],
        'dst': message.destination[0], 'dport': message.destination[1],
        'transport': message.transport, 'message': name,
    }  # fmt: skip


def name_of_message(message):
    return str(deviations.explain(message)[0]).split('(')[0]


def history_of(note, facts):
    found = {key: shown(value.encode()) for key, value in
             (('pv', note.pv), ('user', note.user_then), ('host', note.host_then))
             if value is not None}  # fmt: skip
    if note.request:
        found['response_to'] = note.response_to
        found['time_ns'] = (
            nanoseconds(note.message.time) - nanoseconds(note.request.message.time)
        )
    return found | in_json(facts)


def in_json(facts):
    found = {}
    for key, value in facts.items():
        if isinstance(value, Decimal):
            found[key + '_ns'] = int(value * BILLION)
        elif key not in PLAIN:
            found[key] = value
    status = name_of('eca', found.get('put_status'))
    if status:
        found['put_status_name'] = status
    return found


def facts_of(notes):
    return map(in_json, known.facts(notes, False, None))


MARKS = {'search', 'create', 'get', 'put', 'update', 'unanswered'}
PLAIN = {'search', 'create', 'get', 'put', 'update', 'value', 'channel_count', 'client_version',
         'server_version', 'eca_severity', 'eca_severity_name'}  # fmt: skip


def expected(notes, elements=1 << 32):
    """The data of each message, flat; those of a Malformed one without its fields."""
    indices = {}
    for note, facts in zip(notes, known.facts(notes, False, None)):
        message = note.message
        index = indices[message.frame] = indices.get(message.frame, -1) + 1
        name = name_of_message(message)
        found = front(message, index, name)
        if name == 'Malformed':
            yield found
            continue
        names = WORDS[name]
        if name == 'VersionRequest' and message.transport == 'udp':
            names = SEQUENCE
        found |= header_of(message.data, names) | history_of(note, facts)
        yield found | payload_of(message, name, elements)
