# SPDX-License-Identifier: BSD-3-Clause
"""Commands: one class for each message of Channel Access, named as in caproto, with its attributes.

caw prints a command as caproto's repr() does, every byte of text included. So repr() of an object
here is that line, and its attributes are what stands in the line, read when first asked for. The
classes and their attributes are those of tables.py, which is written from the tables of caw.
"""

import array
import ast
import datetime
import functools
import re
from collections import namedtuple
from enum import IntEnum, IntFlag
from typing import Any, ClassVar, Dict, List, Optional, Tuple, Union, cast

from . import tables

ChannelType = IntEnum('ChannelType', tables.CHANNEL_TYPES)  # type: ignore[misc]
ChannelType.__doc__ = 'DBR types: how a value is laid out.'
AlarmStatus = IntEnum('AlarmStatus', tables.ALARM_STATUS)  # type: ignore[misc]
AlarmStatus.__doc__ = 'Why a record is in alarm.'

EPICS_EPOCH = 631152000  # Seconds from 1970 to 1990, where the time stamps of records begin.


class AlarmSeverity(IntEnum):
    """How bad the alarm of a record is."""

    NO_ALARM = 0
    MINOR_ALARM = 1
    MAJOR_ALARM = 2
    INVALID_ALARM = 3


class CASeverity(IntEnum):
    """How bad a status is; odd: success."""

    WARNING = 0
    SUCCESS = 1
    ERROR = 2
    INFO = 3
    SEVERE = 4
    FATAL = 6


class AccessRights(IntFlag):
    """What a client may do with a channel."""

    NO_ACCESS = 0
    READ = 1
    WRITE = 2


class CAStatusCode(
    namedtuple('CAStatusCode', 'name code code_with_severity severity success defunct description')
):
    """An ECA status: the name ECA_..., its number without and with severity, what it means."""

    __slots__ = ()


class Array(array.array):
    """A numeric value: array.array, of the codes h H i b f d. CHAR is b, signed, as in caproto."""

    __slots__ = ()


class TimeStamp(namedtuple('TimeStamp', 'secondsSinceEpoch nanoSeconds')):
    """When a record was processed: seconds since 1990-01-01 UTC, and nanoseconds within the second."""

    __slots__ = ()

    @property
    def timestamp(self) -> float:
        """Seconds since 1970 UTC, in whole microseconds as with caproto."""
        return EPICS_EPOCH + self.secondsSinceEpoch + 1e-6 * (self.nanoSeconds // 1000)

    def as_datetime(self) -> datetime.datetime:
        """The same in local time."""
        return datetime.datetime.fromtimestamp(self.timestamp)


class Structure:
    """Named values in an order: the metadata of a value, or the header that an ERROR quotes."""

    def __init__(self, **words: Any) -> None:
        self.__dict__.update(words)

    def to_dict(self) -> Dict[str, Any]:
        """The values by their names."""
        return dict(self.__dict__)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __repr__(self) -> str:
        words = ', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())
        return f'{type(self).__name__}({words})'


class MessageHeader(Structure):
    """The header of a message as it is on the wire, of 16 bytes."""


class ExtendedMessageHeader(Structure):
    """The header of a message with more than 64 KiB, of 24 bytes."""


class DbrStructure(Structure):
    """The metadata of a value. A class for each layout, DBR_ID is its ChannelType.

    status, severity: the record's alarm. timestamp: of the record, seconds since 1970 UTC; stamp:
    the same as TimeStamp, whose secondsSinceEpoch and nanoSeconds are here, too. precision, units
    (bytes), upper_disp_limit ... lower_ctrl_limit, enum_strings (tuple of bytes) and how many they
    are (no_str), ackt, acks, value: where the layout has them.
    """

    DBR_ID: ClassVar[ChannelType]
    stamp: TimeStamp
    enum_strings: Tuple[bytes, ...]

    @property
    def secondsSinceEpoch(self) -> int:
        return self.stamp.secondsSinceEpoch

    @property
    def nanoSeconds(self) -> int:
        return self.stamp.nanoSeconds

    @property
    def no_str(self) -> int:
        return len(self.enum_strings)

    def to_dict(self) -> Dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != 'stamp'}


class Command:
    """A message of Channel Access.

    payload_size: bytes after the header; len() and nbytes: with the header.
    ID: the number of the command, None when the class stands for several.
    """

    __slots__ = ('_message', '_words', '_at')
    ID: ClassVar[Optional[int]] = None
    WORDS: ClassVar[Tuple[str, ...]] = ()

    def __init__(self, message: Any) -> None:
        """Of a Message, which has the line."""
        self._message = message
        self._words: Dict[str, Any] = {}
        self._at = 0  # How far the line was read.

    @property
    def payload_size(self) -> int:
        size = self._message.cell('size')
        return int(size) if size else self._word('payload_size')  # Of Malformed it may lack.

    @property
    def nbytes(self) -> int:
        return (24 if self._message.cell('marker') else 16) + self.payload_size

    def __len__(self) -> int:
        return self.nbytes

    def __bool__(self) -> bool:
        return True

    def _word(self, name: str) -> Any:
        """Reads on until it comes."""
        line = repr(self)
        self._at = self._at or line.index('(') + 1
        while name not in self._words:
            if line[self._at] == ')':
                raise AttributeError(f'{type(self).__name__} has no {name}')
            word = _found(_WORD, line, self._at)
            self._words[word[1]], self._at = _read_value(line, word.end())
            self._stamp(self._words[word[1]])
        return self._words[name]

    def _stamp(self, metadata: Any) -> None:
        """The line has whole microseconds, the stamp of a record more."""
        nanoseconds = self._message.cell('data.time_ns')
        if isinstance(metadata, DbrStructure) and nanoseconds:
            seconds, rest = divmod(int(nanoseconds), 10**9)
            metadata.stamp = TimeStamp(seconds - EPICS_EPOCH, rest)

    def __repr__(self) -> str:
        return self._message.cell('line')

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class Malformed(Command):
    """Bytes that are no message, or a message without bytes that it needs. reason: which."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith('_'):
            raise AttributeError(name)
        return self._word(name)


def _attribute(name: str) -> property:
    return property(lambda self: self._word(name))


def _class(name: str, number: Optional[int], words: Tuple[str, ...], meaning: str) -> type:
    members = {'__slots__': (), '__doc__': meaning, '__module__': __name__, 'ID': number}
    return type(name, (Command,), {**members, 'WORDS': words, **{w: _attribute(w) for w in words}})


def _structure(name: str, number: int) -> type:
    members = {'__doc__': DbrStructure.__doc__, '__module__': __name__}
    return type(name, (DbrStructure,), {**members, 'DBR_ID': ChannelType(number)})


CLASSES = {name: _class(name, *row) for name, row in tables.MESSAGES.items()}
CLASSES['Malformed'] = Malformed
STRUCTURES = {name: _structure(name, number) for name, number in tables.STRUCTURES.items()}
globals().update(CLASSES)
globals().update(STRUCTURES)

# ---- the line --------------------------------------------------------------------------------

_ENUMS: Dict[str, Any] = {
    each.__name__: each for each in (ChannelType, AlarmStatus, AlarmSeverity, CASeverity)
}
_ENUMS['AccessRights'] = AccessRights
_CALLS: Dict[str, Any] = {each.__name__: each for each in (MessageHeader, ExtendedMessageHeader)}
_CALLS.update(STRUCTURES)

_VALUE = re.compile(
    r"""(?P<number>-?\d+(?![\d.e]))
      | (?P<text>b?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
      | <(?P<enum>\w+)[^:>]*:\ (?P<value>\d+)>
      | Array\('(?P<code>\w)'(?:,\ \[(?P<elements>[^\]]*)\])?\)
      | (?P<status>CAStatusCode\((?:[^'"()]+|'[^']*'|"[^"]*")*\))
      | bytearray\((?P<bytes>b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))\)
      | (?P<constant>None|True|False)
      | (?P<real>-?(?:\d[\d.]*(?:e[-+]?\d+)?|inf|nan))
      | (?P<list>\[) | (?P<tuple>\()
      | (?P<call>\w+)\(""",
    re.VERBOSE,
)
_WORD = re.compile(r'(?:, )?(\w+)=')


def _found(pattern: 're.Pattern[str]', line: str, at: int) -> 're.Match[str]':
    found = pattern.match(line, at)
    if not found:
        raise ValueError(f'no part of a command: {line[at : at + 40]!r}')
    return found


def _read_words(line: str, at: int) -> Tuple[Dict[str, Any], int]:
    words: Dict[str, Any] = {}
    while line[at] != ')':
        word = _found(_WORD, line, at)
        words[word[1]], at = _read_value(line, word.end())
    return words, at + 1


def _read_sequence(line: str, at: int, end: str) -> Tuple[List[Any], int]:
    values = []
    while line[at] != end:
        value, at = _read_value(line, at)
        values.append(value)
        while line[at] in ', ':
            at += 1
    return values, at + 1


def _read_value(line: str, at: int) -> Tuple[Any, int]:
    found = _found(_VALUE, line, at)
    kind = found.lastgroup or ''
    if kind in ('list', 'tuple', 'call'):
        return _read_compound(line, found)
    return _PLAIN[kind](found), found.end()


def _read_compound(line: str, found: 're.Match[str]') -> Tuple[Any, int]:
    if found['call']:
        words, at = _read_words(line, found.end())
        return _CALLS[found['call']](**words), at
    values, at = _read_sequence(line, found.end(), ']' if found['list'] else ')')
    return values if found['list'] else tuple(values), at


@functools.lru_cache(maxsize=None)
def _status(text: str) -> CAStatusCode:
    """Of some sixty, of which nearly every answer has the same."""
    return CAStatusCode(**_read_words(text, text.index('(') + 1)[0])


def _text(literal: str) -> Union[str, bytes]:
    """A literal of Python; most have nothing that is escaped."""
    if '\\' in literal:
        return ast.literal_eval(literal)
    return literal[2:-1].encode() if literal[0] == 'b' else literal[1:-1]


def _read_array(found: 're.Match[str]') -> Array:
    kind = float if found['code'] in 'fd' else int
    elements = found['elements']
    return Array(found['code'], map(kind, elements.split(', ')) if elements else ())


# By the last group of a value that took part.
_PLAIN = {
    'number': lambda found: int(found['number']),
    'text': lambda found: _text(found['text']),
    'value': lambda found: _ENUMS[found['enum']](int(found['value'])),
    'code': _read_array,
    'elements': _read_array,
    'bytes': lambda found: bytearray(cast(bytes, _text(found['bytes']))),
    'status': lambda found: _status(found['status']),
    'constant': lambda found: {'None': None, 'True': True, 'False': False}[found['constant']],
    'real': lambda found: float(found['real']),
}
