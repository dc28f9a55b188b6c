# SPDX-License-Identifier: BSD-3-Clause
"""Headers of a packet, with the attributes that the classes of dpkt have."""

from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Type, Union

from . import schema

OBJECTS = ('ethernet', 'ip', 'tcp', 'udp')


class Header:
    """A header: its values are attributes, numbers and, of addresses and options, bytes.

    data: the header inside of it, which also has its own name there, as in ethernet.ip and ip.tcp.
    The packet's payload is not there: messages are what is left of it.
    """

    opts = b''

    def __init__(self, values: Mapping[str, object], data: 'Optional[Header]') -> None:
        self.__dict__.update(values)
        if data is not None:
            self.data = data
            setattr(self, type(data).__name__.lower(), data)

    def __repr__(self) -> str:
        inner = type(self.data).__name__.lower() if hasattr(self, 'data') else ''
        words = ', '.join(f'{k}={v!r}' for k, v in self.__dict__.items() if k != inner)
        return f'{type(self).__name__}({words})'


class Ethernet(Header):
    """Of Ethernet II, also with VLAN tags."""


class SLL(Header):
    """Linux cooked capture, in which there is no Ethernet."""


class SLL2(Header):
    """The same, version 2."""


class Loopback(Header):
    """What BSD has on its loopback in the place of Ethernet."""


class IP(Header):
    """Of IP version 4."""


class IP6(Header):
    """Of IP version 6."""


class TCP(Header):
    """A segment."""


class UDP(Header):
    """A datagram."""


def keys() -> List[str]:
    """The keys of all headers."""
    return [key for key in schema.keys() if key.partition('.')[0] in OBJECTS]


class Attribute(NamedTuple):
    """What a cell of a row becomes."""

    place: int
    name: str
    is_number: bool


def attributes(columns: Sequence[str]) -> Dict[str, List[Attribute]]:
    """By header, of those among these keys."""
    types = schema.keys()
    found: Dict[str, List[Attribute]] = {prefix: [] for prefix in OBJECTS}
    for place, key in enumerate(columns):
        prefix, _, name = key.partition('.')
        if prefix in found:
            found[prefix].append(Attribute(place, name, types[key] == 'integer'))
    return found


def read(
    prefix: str, attributes: List[Attribute], row: List[str], data: Optional[Header] = None
) -> Optional[Header]:
    """This header, from the cells of a message; None where there is none."""
    values: Dict[str, Union[int, bytes]] = {}
    for place, name, is_number in attributes:
        cell = row[place].strip('"')
        if cell:
            values[name] = int(cell) if is_number else bytes.fromhex(cell)
    if not values:
        return None
    return _class(prefix, values)(values, data)


_CLASSES = {'tcp': TCP, 'udp': UDP}


def _class(prefix: str, values: Mapping[str, object]) -> Type[Header]:
    """Its class in dpkt."""
    if prefix == 'ip':
        return IP6 if values['v'] == 6 else IP
    if prefix == 'ethernet' and 'dst' not in values:
        return Loopback if 'family' in values else SLL2 if 'intindex' in values else SLL
    return _CLASSES.get(prefix, Ethernet)
