# SPDX-License-Identifier: BSD-3-Clause
"""Messages of a capture, one by one: shark(), in the manner of caproto.sync.shark."""

import functools
from typing import Any, Dict, Iterator, List, Optional

from . import cells, child, commands, headers

# What is asked of caw --csv: the class first, to be found at once, and, after the headers' keys, what
# may have a comma.
_PLAIN = 'message timestamp_ns frame src dst transport time_ns size marker data.time_ns'
_TEXTS = 'pv user host line'
_WORDS = 'timestamp ethernet src dst ip transport command pv user host time frame timestamp_ns'
_CLASSES = {name.encode(): each for name, each in commands.CLASSES.items()}


class Columns:
    """Where each key is in a row: among the plain cells, or the texts behind them."""

    def __init__(self) -> None:
        plain, texts = (*_PLAIN.split(), *headers.keys()), _TEXTS.split()
        self.keys = (*plain, *texts)
        self.plain = {key: place for place, key in enumerate(plain)}
        self.texts = {key: place for place, key in enumerate(texts)}
        self.headers = headers.attributes(plain)


class Message:
    """A message of Channel Access and the packet it came in. Read when it is asked for."""

    __slots__ = ('_columns', '_row', '_plain', '_texts', '_command')

    def __init__(self, columns: Columns, row: bytes) -> None:
        """Of a row of CSV with these columns."""
        self._columns = columns
        self._row = row
        self._plain: Optional[List[str]] = None
        self._texts: Optional[List[str]] = None
        self._command: Optional[commands.Command] = None

    def _parts(self) -> List[str]:
        """The plain cells, and the texts in one piece: quickly, for all messages pass here."""
        if self._plain is None:
            self._plain = self._row.decode().split(',', len(self._columns.plain))
        return self._plain

    def cell(self, key: str) -> str:
        """What caw --csv says of it under this key; nothing is an empty text."""
        place = self._columns.plain.get(key)
        if place is not None:
            return self._parts()[place].strip('"')
        if self._texts is None:
            self._texts = cells.cells(self._parts()[-1])
        return self._texts[self._columns.texts[key]]

    @property
    def command(self) -> commands.Command:
        """The message itself, an object of its class: CreateChanRequest, EventAddResponse ..."""
        if self._command is None:
            self._command = _CLASSES[self._row[1 : self._row.index(b'"', 1)]](self)
        return self._command

    @property
    def timestamp(self) -> float:
        """When its packet was captured, seconds since 1970 UTC; to the nanosecond: timestamp_ns.

        nan where the file has a time that is none, centuries away.
        """
        nanoseconds = self.timestamp_ns
        # Of two integers: rounded once.
        return float('nan') if nanoseconds is None else nanoseconds / 10**9

    @property
    def timestamp_ns(self) -> Optional[int]:
        """When its packet was captured, nanoseconds since 1970 UTC; None as `timestamp` is nan."""
        nanoseconds = self.cell('timestamp_ns')
        return int(nanoseconds) if nanoseconds else None

    @property
    def frame(self) -> int:
        """Number of its packet in the capture, from 1."""
        return int(self.cell('frame'))

    @property
    def src(self) -> str:
        """Address of who sent it."""
        return self.cell('src')

    @property
    def dst(self) -> str:
        """Address of who it was sent to."""
        return self.cell('dst')

    @property
    def pv(self) -> Optional[str]:
        """The process variable that it is about, where that is known."""
        return cells.unmarked(self.cell('pv')) or None

    @property
    def user(self) -> Optional[str]:
        """Who the client of the circuit claims to be, where that is known."""
        return cells.unmarked(self.cell('user')) or None

    @property
    def host(self) -> Optional[str]:
        """Where the client of the circuit claims to be, where that is known."""
        return cells.unmarked(self.cell('host')) or None

    @property
    def time(self) -> Optional[float]:
        """Of an answer: seconds since its request, where that is known."""
        nanoseconds = self.cell('time_ns')
        return int(nanoseconds) / 10**9 if nanoseconds else None

    def _header(self, name: str, data: Optional[headers.Header] = None) -> Optional[headers.Header]:
        return headers.read(name, self._columns.headers[name], self._parts(), data)

    @property
    def ethernet(self) -> Optional[headers.Header]:
        """Header of the link layer, with dpkt's attributes; None of a link that dpkt has not."""
        return self._header('ethernet', self.ip)

    @property
    def ip(self) -> Optional[headers.Header]:
        """Header of IP or IPv6, with dpkt's attributes."""
        return self._header('ip', self.transport)

    @property
    def transport(self) -> Optional[headers.Header]:
        """Header of TCP or UDP, with dpkt's attributes."""
        return self._header(self.cell('transport'))

    @property
    def __dict__(self) -> Dict[str, Any]:  # type: ignore[override]
        """All of these by name: caproto's are namespaces, and scripts take vars() of them."""
        return {name: getattr(self, name) for name in _WORDS.split()}

    def __reduce__(self) -> Any:
        return Message, (self._columns, self._row)

    def __repr__(self) -> str:
        return f'{self.timestamp} {self.src}->{self.dst} {self.command!r}'


def shark(
    file: Optional[child.Source] = None,
    interface: Optional[str] = None,
    where: Optional[str] = None,
) -> Iterator[Message]:
    """The messages of a capture, a generator: for message in caw.shark('a.pcap').

    file: a path, several of one capture, or a binary file: open, a pipe, an io.BytesIO.
    interface: capture from there instead until the loop is left; 'any' is all of them.
    where: an expression (man caw-where): only messages that match.

    Each has what caproto's have (timestamp, command, src, dst, ip, ethernet, transport), and pv,
    user, host, time, frame. caw starts with the first message that is asked for, and ends
    with the generator: exhausted, closed, or garbage.

    Raises child.Error when caw fails, TypeError without a capture or of a file open as text; warns
    with child.Notice of what the capture lacks.
    """
    if (file is None) == (interface is None):
        raise TypeError('shark() takes a file or an interface')
    chosen = ['--where', where] if where else []
    if file is None:
        return _shark([*chosen, '-i', str(interface)])
    files, stdin = child.inputs(file)
    return _shark([*chosen, *files], stdin)


def _shark(arguments: List[str], stdin: Any = None) -> Iterator[Message]:
    columns = Columns()
    with child.lines([f'--csv={",".join(columns.keys)}', *arguments], stdin) as running:
        running.stdout.readline()  # The names.
        yield from map(functools.partial(Message, columns), running.stdout)
        running.finish()
