# SPDX-License-Identifier: BSD-3-Clause
"""Messages of a capture, one by one: shark(), in the manner of caproto.sync.shark."""

import json
import re
from typing import Any, Dict, Iterator, List, Optional

from . import child, commands, headers

# It is among the first keys of the object, before any text of the capture.
_CLASS = re.compile(rb'"message": ?"(\w+)"')
_CLASSES = {name.encode(): each for name, each in commands.CLASSES.items()}


class Message:
    """A message of Channel Access and the packet it came in. Looked at when it is asked for.

    json: the object that caw --json=full printed, as bytes.
    """

    __slots__ = ('json', '_fields', '_command')

    def __init__(self, json: bytes) -> None:
        self.json = json
        self._fields: Optional[Dict[str, Any]] = None
        self._command: Optional[commands.Command] = None

    @property
    def fields(self) -> Dict[str, Any]:
        """All that caw knows of it, by the names of caw --schema=json: fields['data']['value']."""
        if self._fields is None:
            self._fields = json.loads(self.json)
        return self._fields

    @property
    def command(self) -> commands.Command:
        """The message itself, an object of its class: CreateChanRequest, EventAddResponse ..."""
        if self._command is None:
            self._command = _CLASSES[_CLASS.search(self.json)[1]](self)
        return self._command

    @property
    def timestamp(self) -> float:
        """When its packet was captured, seconds since 1970 UTC; to the nanosecond: timestamp_ns."""
        return self.fields['timestamp_ns'] / 1e9

    @property
    def timestamp_ns(self) -> int:
        """When its packet was captured, nanoseconds since 1970 UTC."""
        return self.fields['timestamp_ns']

    @property
    def frame(self) -> int:
        """Number of its packet in the capture, from 1."""
        return self.fields['frame']

    @property
    def src(self) -> str:
        """Address of who sent it."""
        return self.fields['src']

    @property
    def dst(self) -> str:
        """Address of who it was sent to."""
        return self.fields['dst']

    @property
    def pv(self) -> Optional[str]:
        """The process variable that it is about, where that is known."""
        return self.fields.get('pv')

    @property
    def user(self) -> Optional[str]:
        """Who the client of the circuit claims to be, where that is known."""
        return self.fields.get('user')

    @property
    def host(self) -> Optional[str]:
        """Where the client of the circuit claims to be, where that is known."""
        return self.fields.get('host')

    @property
    def time(self) -> Optional[float]:
        """Of an answer: seconds since its request, where that is known."""
        nanoseconds = self.fields.get('time_ns')
        return None if nanoseconds is None else nanoseconds / 1e9

    @property
    def ethernet(self) -> Optional[headers.Header]:
        """Header of the link layer, with dpkt's attributes; None of a link that dpkt has not."""
        return headers.ethernet(self.fields)

    @property
    def ip(self) -> headers.Header:
        """Header of IP or IPv6, with dpkt's attributes."""
        return headers.ip(self.fields)

    @property
    def transport(self) -> headers.Header:
        """Header of TCP or UDP, with dpkt's attributes."""
        return headers.transport(self.fields)

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
    user, host, time, frame, fields. caw starts with the first message that is asked for, and ends
    with the generator: exhausted, closed, or garbage.

    Raises child.Error when caw fails, TypeError without a capture or of a file open as text; warns
    with child.Notice of what the capture lacks.
    """
    if (file is None) == (interface is None):
        raise TypeError('shark() takes a file or an interface')
    arguments = ['--json=full', *(['--where', where] if where else [])]
    if interface is not None:
        return _shark([*arguments, '-i', interface])
    files, stdin = child.inputs(file)
    return _shark([*arguments, *files], stdin)


def _shark(arguments: List[str], stdin: Any = None) -> Iterator[Message]:
    with child.lines(arguments, stdin) as running:
        yield from map(Message, running.stdout)
        running.finish()
