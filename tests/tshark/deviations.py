# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our lines differ from caproto's on purpose: each difference is one rule.

A rule is a name, a sentence and a function of (message, command) that gives the command we want,
or None where it has nothing to say. Rules build on caproto's own pieces and on facts of the
protocol; they apply in the order in which they stand here. What no rule explains is a fault.
"""

import ctypes
import struct
from collections import namedtuple
from dataclasses import replace

from caproto import CLIENT, SERVER
from caproto import _dbr as dbr
from caproto._commands import EventCancelResponse, extract_data
from caproto._headers import ExtendedMessageHeader
from caproto._status import eca_value_to_status

from reference import Command, caproto_command, is_extended, word

Rule = namedtuple('Rule', 'name sentence rewrite')
RULES = []

STRING, FLOAT, ENUM, CHAR, LAST_PLAIN = 0, 2, 3, 4, 6
GR_STRING, CTRL_STRING, PUT_ACKT, PUT_ACKS, STSACK_STRING, CLASS_NAME = 21, 28, 35, 36, 37, 38
STRING_SIZE, ENUM_STATES = 40, 16
WITH_DATA = {
    'EventAddResponse',
    'ReadResponse',
    'ReadNotifyResponse',
    'WriteRequest',
    'WriteNotifyRequest',
}


def rule(name, sentence):
    def add(function):
        RULES.append(Rule(name, sentence, function))
        return function

    return add


def explain(message):
    """The command we want for this message and the names of the rules that it took."""
    command, used = caproto_command(message), []
    for name, _, rewrite in RULES:
        better = rewrite(message, command)
        if better is not None and better != command:
            command = better
            used.append(name)
    return command, used


def expected_line(message):
    command, _ = explain(message)
    assert command.is_whole(), f'no rule for {command} {command.error!r}: {message}'
    return message.prefix + str(command)


# ---- helpers ---------------------------------------------------------------------------------


def with_words(command, **words):
    return replace(command, words=command.words | words, error=None)


def with_type(message, number):
    return replace(message, data=message.data[:4] + struct.pack('>H', number) + message.data[6:])


def as_chars(message):
    """The message with its payload taken for characters: caproto can always do that."""
    return caproto_command(with_type(message, CHAR))


def data_word(message, number, count):
    """repr() of the elements after the metadata, taken for this plain type."""
    start = metadata_size(message.header.data_type)
    size = ctypes.sizeof(dbr.DBR_TYPES[number])
    view = memoryview(message.payload)[start : start + count * size]
    return repr(extract_data(view, number, count))


def head_words(header):
    names = ('command', 'payload_size', 'data_type', 'data_count', 'parameter1', 'parameter2')
    return {name: str(getattr(header, name)) for name in names}


def has_data(message, command):
    return command.name in WITH_DATA and (message.payload or command.name != 'EventAddResponse')


def metadata_size(number):
    """Bytes before the first element (db_access.h)."""
    if number <= LAST_PLAIN or number in (PUT_ACKT, PUT_ACKS, CLASS_NAME):
        return 0
    if number == STSACK_STRING:
        return 8
    return ctypes.sizeof(metadata_class(number))


def metadata_class(number):
    return dbr.DBR_TYPES[GR_STRING if number == CTRL_STRING else number]


def metadata(message):
    """caproto's structure over the metadata; its value, where it has one, may be cut short."""
    number = message.header.data_type
    if not LAST_PLAIN < number <= CLASS_NAME:
        return None
    cls = metadata_class(number)
    return cls.from_buffer(bytearray(message.payload.ljust(ctypes.sizeof(cls), b'\0')))


def metadata_text(structure, with_value=True):
    """repr() of caproto's structure with every value in place, known or not."""
    words = []
    for name in structure.info_fields:
        if name == 'enum_strings':
            states = structure.strs[: max(0, min(structure.no_str, ENUM_STATES))]
            words.append(f'enum_strings={tuple(state.value for state in states)}')
        elif name != 'value' or with_value:
            words.append(f'{name}={alarm(name, getattr(structure, name))!r}')
    return f'{type(structure).__name__}({", ".join(words)})'


def alarm(name, value):
    known = {'status': dbr.AlarmStatus, 'severity': dbr.AlarmSeverity}.get(name)
    return known(value) if known and value in known.__members__.values() else value


def element_size(number):
    if number in (STSACK_STRING, CLASS_NAME):
        return STRING_SIZE
    return ctypes.sizeof(dbr.DBR_TYPES[dbr.native_type(number)])


def elements(message):
    """Elements that are there: whole ones, of strings also a short last one."""
    number = message.header.data_type
    size = element_size(number)
    there = len(message.payload) - metadata_size(number)
    short = size - 1 if size == STRING_SIZE else 0
    return min(message.header.data_count, (there + short) // size)


# ---- whole messages --------------------------------------------------------------------------


@rule('D10 bytes', 'Bytes that are no message: Malformed, with their number.')
def stray_bytes(message, command):
    if message.stray:
        return Command('Malformed', {'reason': '*', 'bytes': str(len(message.data))})


@rule('D10 payload', 'A payload that lacks bytes its class needs: Malformed, with the header.')
def short_payload(message, command):
    if not message.stray and len(message.payload) < needed(message, command):
        return Command('Malformed', {'reason': '*'} | head_words(message.header))


def needed(message, command):
    number = message.header.data_type
    if command.name == 'EventAddRequest':
        return 16
    if command.name == 'ErrorResponse':
        return 24 if is_extended(message.payload) else 16
    if command.name == 'SearchResponse':
        return 2 if message.payload else 0
    if has_data(message, command) and number <= CLASS_NAME:
        return metadata_size(number)
    return 0


@rule('D9 read sync', 'The answer to READ_SYNC has no class: ReadSyncResponse().')
def read_sync_answer(message, command):
    if command.name == 'ReadSyncRequest' and message.role is SERVER:
        return Command('ReadSyncResponse')


@rule('D9 unknown', 'Obsolete and unknown commands have no class: UnknownMessage, with the header.')
def unknown_command(message, command):
    if command.name is None:
        return Command('UnknownMessage', head_words(message.header))


@rule('D5', 'A subscription answer without payload: confirms a cancel, or is an empty update.')
def empty_event(message, command):
    if command.name != 'EventAddResponse' or message.payload:
        return None
    header = message.header
    if (
        header.data_type <= LAST_PLAIN
        and not header.data_count
        and header.parameter1 in eca_value_to_status
    ):
        data = extract_data(memoryview(b''), header.data_type, 0)
        return with_words(command, data=repr(data), metadata='None')
    made = EventCancelResponse.from_wire(header, None)
    names = ('data_type', 'sid', 'subscriptionid', 'data_count')
    return Command('EventCancelResponse', {name: word(made, name) for name in names})


# ---- data ------------------------------------------------------------------------------------


@rule('D7 type of data', 'Data of an unknown type: the bytes, and the number of the type.')
def unknown_data(message, command):
    if has_data(message, command) and message.header.data_type > CLASS_NAME:
        words = {'data': repr(message.payload), 'data_type': str(message.header.data_type)}
        return with_words(as_chars(message), **words, metadata='None')


def is_known_data(message, command):
    return has_data(message, command) and message.header.data_type <= CLASS_NAME


@rule('D3', 'CTRL_STRING is laid out like GR_STRING, not like TIME_STRING.')
def ctrl_string(message, command):
    if is_known_data(message, command) and message.header.data_type == CTRL_STRING:
        like = caproto_command(with_type(message, GR_STRING))
        return with_words(like, data_type=data_type_word(command.name, CTRL_STRING))


@rule('D8', 'Types 35 to 38: the data is the data, not a part of the metadata.')
def special_types(message, command):
    if not is_known_data(message, command) or message.header.data_type < PUT_ACKT:
        return None
    number, structure = message.header.data_type, metadata(message)
    plain = ENUM if number in (PUT_ACKT, PUT_ACKS) else STRING
    return with_words(
        as_chars(message),
        data=data_word(message, plain, elements(message)),
        data_type=data_type_word(command.name, number),
        metadata=metadata_text(structure, with_value=elements(message) > 0),
    )


def data_type_word(name, number):
    """caproto shows a name of the type everywhere but in READ answers."""
    return str(number) if name == 'ReadResponse' else repr(dbr.ChannelType(number))


@rule(
    'D7 strings', 'A string array shorter than its count: the strings there, no empty ones after.'
)
def missing_strings(message, command):
    if is_known_data(message, command) and element_size(message.header.data_type) == STRING_SIZE:
        return with_words(command, data=data_word(message, STRING, elements(message)))


@rule('D7 elements', 'An array that ends inside an element: the whole elements before it.')
def part_of_an_element(message, command):
    if is_known_data(message, command) and isinstance(command.words.get('data'), Exception):
        number = dbr.native_type(message.header.data_type)
        return with_words(command, data=data_word(message, number, elements(message)))


@rule('D11', 'FLOAT: caproto changes a bit of values whose bytes backwards are a signalling NaN.')
def swapped_floats(message, command):
    number = message.header.data_type if is_known_data(message, command) else None
    if number is not None and dbr.native_type(number) == FLOAT and elements(message):
        values = struct.unpack_from(
            f'>{elements(message)}f', message.payload, metadata_size(number)
        )
        return with_words(command, data=f"Array('f', {list(values)})")


@rule('D7 alarm', 'An alarm status or severity without a name: its number, in its place.')
def unknown_alarm(message, command):
    structure = metadata(message) if is_known_data(message, command) else None
    if hasattr(structure, 'status'):
        if structure.status not in range(22) or structure.severity not in range(4):
            return with_words(command, metadata=metadata_text(structure, elements(message) > 0))


@rule('D7 states', 'More than the 16 enum states there is room for: those 16.')
def too_many_states(message, command):
    structure = metadata(message) if is_known_data(message, command) else None
    if hasattr(structure, 'no_str') and structure.no_str > ENUM_STATES:
        return with_words(command, metadata=metadata_text(structure))


# ---- single words ----------------------------------------------------------------------------


@rule('D7 data_type', 'A type number without a name: the number.')
def unknown_type(message, command):
    if isinstance(command.words.get('data_type'), Exception):
        return with_words(command, data_type=str(message.header.data_type))


@rule('D7 status', 'A status that is none of the 61 codes: the number.')
def unknown_status(message, command):
    if isinstance(command.words.get('status'), Exception):
        header = message.header
        number = header.parameter2 if command.name == 'ErrorResponse' else header.parameter1
        return with_words(command, status=str(number))


@rule('D7 version', 'A search answer without payload: version 0.')
def no_version(message, command):
    if command.name == 'SearchResponse' and not message.payload:
        return with_words(command, version='0')


@rule('D4', 'A name ends at its NUL, whatever follows.')
def name_ends_at_nul(message, command):
    if 'name' in command.words:
        return with_words(command, name=repr(message.payload.split(b'\0')[0].decode('latin-1')))


@rule('D6', 'ERROR may embed a header of 24 bytes; the text begins after it.')
def extended_request(message, command):
    if command.name == 'ErrorResponse' and is_extended(message.payload):
        head, rest = bytearray(message.payload[:24]), bytearray(message.payload[24:])
        request = ExtendedMessageHeader.from_buffer(head)
        return with_words(command, original_request=repr(request), error_message=repr(rest))


# ---- caproto-shark ---------------------------------------------------------------------------

AMBIGUOUS = {
    'EventAddRequestOrResponse': {CLIENT: 'EventAddRequest', SERVER: 'EventAddResponse'},
    'EchoRequestOrResponse': {CLIENT: 'EchoRequest', SERVER: 'EchoResponse'},
    'ClearChannelRequestOrResponse': {
        CLIENT: 'ClearChannelRequest',
        SERVER: 'ClearChannelResponse',
    },
}
SHARK_RULES = {
    'D1': 'caproto-shark guesses the role message by message; ours comes from the circuit.',
    'D2': 'caproto-shark takes each packet for itself: it loses messages and invents others.',
}
