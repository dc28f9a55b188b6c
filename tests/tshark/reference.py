# SPDX-License-Identifier: GPL-2.0-or-later
"""What `tshark -z ca,lines` has to print, found without a line of our own decoder.

dpkt reads the capture and its packets, this file puts TCP streams together and cuts them into
messages, caproto's command classes say what each message means. Where we differ from caproto on
purpose, deviations.py says so.
"""

import gzip
import inspect
import io
import logging
import socket
import warnings
from dataclasses import dataclass, field, replace

import caproto
import dpkt
from caproto import CLIENT, SERVER
from caproto._commands import Commands, EventCancelResponse
from caproto._headers import ExtendedMessageHeader, MessageHeader

import older  # noqa: F401: caproto prints as with Python 3.11

caproto.select_backend('array')  # what caproto-shark prints without NumPy
logging.getLogger('caproto').setLevel(logging.CRITICAL)  # it logs each value it does not know
warnings.filterwarnings('ignore', message='ReadResponse was deprecated')

SERVER_PORT, REPEATER_PORT = 5064, 5065
SEARCH, BEACON, CONFIRM = 6, 13, 17
ETHERNET, LOOPBACK, RAW, SLL, SLL2 = 1, 0, 101, 113, 276  # link types, tcpdump.org/linktypes.html


@dataclass(frozen=True)
class Message:
    """One Channel Access message, or `stray` bytes that are none, as they went over the wire."""

    time: object  # as caproto-shark gets it: float, or Decimal of a nanosecond capture
    source: tuple  # (address, port)
    destination: tuple
    transport: str  # 'tcp' or 'udp'
    role: object  # caproto's CLIENT or SERVER: who sent it
    data: bytes  # header and payload
    stray: bool = False
    frame: int = 0  # number of the packet that completed it, from 1
    circuit: int = 0  # the packet that began its TCP connection; 0: a datagram

    @property
    def header(self):
        data = bytearray(self.data)
        return (ExtendedMessageHeader if is_extended(data) else MessageHeader).from_buffer(data)

    @property
    def payload(self):
        return self.data[24 if is_extended(self.data) else 16 :]

    @property
    def prefix(self):
        return '{} {}:{}->{}:{} '.format(self.time, *self.source, *self.destination)


@dataclass
class Command:
    """A line's command in pieces: repr() of caproto's object, argument by argument.

    A piece that caproto cannot print is the exception it ran into; `error` is set when it could
    not even make the object.
    """

    name: str
    words: dict = field(default_factory=dict)
    error: Exception = None

    def __str__(self):
        return f'{self.name}({", ".join(f"{k}={v}" for k, v in self.words.items())})'

    def is_whole(self):
        return not self.error and not any(isinstance(w, Exception) for w in self.words.values())


# ---- messages --------------------------------------------------------------------------------


def is_extended(data):
    """libca's rule; caproto also asks for a count of 0, which every sender writes there."""
    return data[2:4] == b'\xff\xff'


def message_size(data):
    """Bytes of the message that starts here, None while its header is not complete."""
    if len(data) < 16 or (is_extended(data) and len(data) < 24):
        return None
    if is_extended(data):
        return 24 + int.from_bytes(data[16:20], 'big')
    return 16 + int.from_bytes(data[2:4], 'big')


def caproto_class(message):
    """caproto's class for this message from its sender, or the only class there is.

    EventCancelResponse stands under command 2, but its own validate() wants command 1: as an
    EVENT_ADD it is a matter of deviations.py, and command 2 is the client's alone.
    """
    command = message.header.command
    sides = [message.role, SERVER if message.role is CLIENT else CLIENT]
    classes = [Commands[side].get(command) for side in sides]
    known = [cls for cls in classes if cls and cls is not EventCancelResponse]
    return known[0] if known else None


def caproto_command(message):
    """The message as caproto sees it."""
    if message.stray:
        return Command(None, error=ValueError('no message'))
    cls = caproto_class(message)
    if not cls:
        return Command(None, error=KeyError(message.header.command))
    try:
        made = cls.from_wire(message.header, bytearray(message.payload))
    except (ValueError, KeyError) as error:
        return Command(cls.__name__, error=error)
    return Command(
        cls.__name__, {name: word(made, name) for name in inspect.signature(cls).parameters}
    )


def word(made, name):
    try:
        return repr(getattr(made, name))
    except Exception as error:  # whatever it is, caproto would print "(repr: ...)" here
        return error


# ---- captures --------------------------------------------------------------------------------


def messages(capture, ports=(SERVER_PORT,), repeater=REPEATER_PORT):
    """Every message of a capture (a path or bytes), in the order in which they became complete.

    `ports` are the servers' TCP and UDP ports.
    """
    streams = {}
    for frame, time, ip in ip_packets(capture):
        segment = ip.data
        ends = [
            (socket.inet_ntoa(ip.src), segment.sport),
            (socket.inet_ntoa(ip.dst), segment.dport),
        ]
        if isinstance(segment, dpkt.udp.UDP):
            if is_channel_access(*ends, segment.data, (*ports, repeater)):
                for message in datagram(time, *ends, bytes(segment.data), ports):
                    yield replace(message, frame=frame)
        else:
            stream = stream_of(streams, ends, segment, ports, frame)
            for data in stream.feed(segment):
                yield Message(
                    time, *ends, 'tcp', stream.role, data, frame=frame, circuit=stream.circuit
                )


def ip_packets(capture):
    raw = capture if isinstance(capture, bytes) else open(capture, 'rb').read()
    if raw[:2] == b'\x1f\x8b':
        raw = gzip.decompress(raw)
    reader = dpkt.pcap.UniversalReader(io.BytesIO(raw))
    for number, (time, frame) in enumerate(reader, 1):
        ip = link_payload(reader.datalink(), frame)
        if isinstance(ip, dpkt.ip.IP) and isinstance(ip.data, (dpkt.tcp.TCP, dpkt.udp.UDP)):
            yield number, time, ip


def link_payload(link, frame):
    packet = {
        ETHERNET: dpkt.ethernet.Ethernet,
        LOOPBACK: dpkt.loopback.Loopback,
        RAW: dpkt.ip.IP,
        SLL: dpkt.sll.SLL,
        SLL2: dpkt.sll2.SLL2,
    }[link](frame)
    return packet if link == RAW else packet.data


def is_channel_access(source, destination, data, ports):
    """A datagram at one of these ports, or one that a repeater sends its clients.

    Repeaters talk from one ephemeral port to another; a beacon or a confirmation there can be
    told, the 16 zero bytes with which they look whether a client lives could be anything.
    """
    command = int.from_bytes(data[:2], 'big')
    from_repeater = len(data) >= 16 and command in (BEACON, CONFIRM) and data[2:4] == b'\0\0'
    return {source[1], destination[1]} & set(ports) or from_repeater


def datagram(time, source, destination, data, ports):
    """The messages of a datagram; what is left over when the next one does not fit is stray."""
    while data:
        size = message_size(data)
        stray = size is None or size > len(data)
        role = None if stray else datagram_role(source, destination, data, ports)
        size = len(data) if stray else size
        yield Message(time, source, destination, 'udp', role, data[:size], stray)
        data = data[size:]


def datagram_role(source, destination, data, ports):
    """Who speaks in a datagram: by port, and by command where a repeater's ports say nothing."""
    if destination[1] in ports:
        return CLIENT
    if source[1] in ports:
        return SERVER
    if destination[1] == REPEATER_PORT and int.from_bytes(data[:2], 'big') == SEARCH:
        return CLIENT  # nobody is answered there
    return SERVER if int.from_bytes(data[:2], 'big') in Commands[SERVER].keys() - {0} else CLIENT


# ---- TCP -------------------------------------------------------------------------------------


def stream_of(streams, ends, segment, ports, frame):
    """The stream this segment belongs to. A SYN begins a new one on used ports, once."""
    key = tuple(ends)
    first_syn = segment.flags & dpkt.tcp.TH_SYN and not segment.flags & dpkt.tcp.TH_ACK
    if key not in streams or first_syn and not streams[key].begins_with(segment):
        role = CLIENT if first_syn or ends[1][1] in ports else SERVER
        streams[key] = Stream(role, frame)
        streams[key[::-1]] = Stream(SERVER if role is CLIENT else CLIENT, frame)
    return streams[key]


class Stream:
    """One direction of a connection."""

    def __init__(self, role, circuit):
        self.role = role
        self.circuit = circuit
        self.first = None  # sequence number of the SYN
        self.next = None  # sequence number of the first byte not yet in data
        self.waiting = {}  # segments that came too early, by sequence number
        self.data = b''

    def begins_with(self, segment):
        return self.first == segment.seq

    def feed(self, segment):
        """Messages that this segment completes."""
        if segment.flags & dpkt.tcp.TH_SYN and not self.begins_with(segment):
            self.first = segment.seq
            self.next = segment.seq + 1 & 0xFFFFFFFF
        if segment.data:
            self.next = segment.seq if self.next is None else self.next
            self.waiting[segment.seq] = max(
                self.waiting.get(segment.seq, b''), bytes(segment.data), key=len
            )
            self.join()
        while (size := message_size(self.data)) and size <= len(self.data):
            yield self.data[:size]
            self.data = self.data[size:]

    def join(self):
        """Moves to data what connects; drops what was there before: a retransmission."""
        while early := [s for s in self.waiting if self.distance(s) <= 0]:
            start = min(early, key=self.distance)
            fresh = self.waiting.pop(start)[-self.distance(start) :]
            self.data += fresh
            self.next = self.next + len(fresh) & 0xFFFFFFFF

    def distance(self, sequence):
        """Bytes from the next expected one to this one; negative: seen before."""
        return (sequence - self.next + 0x80000000 & 0xFFFFFFFF) - 0x80000000
