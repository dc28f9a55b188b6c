# SPDX-License-Identifier: BSD-3-Clause
"""Headers of a packet, with the attributes that the classes of dpkt have."""

import functools
from typing import Dict, List, Mapping, Optional, Tuple, Union

from . import schema

OBJECTS = ('ethernet', 'ip', 'tcp', 'udp')


class Header:
    """A header: its values are attributes, numbers and, of addresses and options, bytes.

    data: the header inside of it, which also has its own name there, as in ethernet.ip and ip.tcp.
    The packet's payload is not there: messages are what is left of it.
    """

    opts = b''

    def __init__(self, name: str, values: Mapping[str, object], data: 'Optional[Header]') -> None:
        self.__dict__.update(values)
        self._name = name
        if data is not None:
            self.data = data
            setattr(self, data._name.lower(), data)

    def __repr__(self) -> str:
        hidden = ('_name', self.data._name.lower()) if 'data' in self.__dict__ else ('_name',)
        words = ', '.join(f'{k}={v!r}' for k, v in self.__dict__.items() if k not in hidden)
        return f'{self._name}({words})'


def keys() -> List[str]:
    """The keys of all headers."""
    return [key for key in schema.keys() if key.partition('.')[0] in OBJECTS]


@functools.lru_cache(maxsize=None)
def _of(prefix: str, columns: Tuple[str, ...]) -> List[Tuple[str, str, bool]]:
    """Of one header, among these keys: each key, the attribute, whether that is a number."""
    types, found = schema.keys(), []
    for key in columns:
        whose, _, name = key.partition('.')
        if whose == prefix:
            found.append((key, name, types[key] == 'integer'))
    return found


def read(
    prefix: str, columns: Tuple[str, ...], cells: Dict[str, str], data: Optional[Header] = None
) -> Optional[Header]:
    """The header whose keys begin so, from the cells of a message; None where there is none.

    Of each message: what is looked for elsewhere, such as the program, costs more than the rest.
    """
    values: Dict[str, Union[int, bytes]] = {}
    for key, name, is_number in _of(prefix, columns):
        cell = cells[key]
        if cell:
            values[name] = int(cell) if is_number else bytes.fromhex(cell)
    if not values:
        return None
    return Header(_class(prefix, values), values, data)


def _class(prefix: str, values: Mapping[str, object]) -> str:
    """Its class in dpkt."""
    if prefix == 'ip':
        return 'IP6' if values['v'] == 6 else 'IP'
    return 'Ethernet' if prefix == 'ethernet' else prefix.upper()
