# SPDX-License-Identifier: BSD-3-Clause
"""Headers of a packet, with the attributes that the classes of dpkt have."""

from typing import Dict, Mapping, Optional, Union

from . import schema

OBJECTS = ('ethernet', 'ip', 'tcp', 'udp')


class Header:
    """A header: its values are attributes, numbers and, of addresses and options, bytes.

    data: the header inside of it. The packet's payload is not there: messages are what is left of it.
    """

    opts = b''

    def __init__(self, name: str, values: Mapping[str, object], data: 'Optional[Header]') -> None:
        self.__dict__.update(values)
        self._name = name
        if data is not None:
            self.data = data

    def __repr__(self) -> str:
        words = ', '.join(f'{k}={v!r}' for k, v in self.__dict__.items() if k != '_name')
        return f'{self._name}({words})'


def keys() -> Dict[str, str]:
    """The keys of headers, and their types."""
    return {key: kind for key, kind in schema.keys().items() if key.partition('.')[0] in OBJECTS}


def read(prefix: str, cells: Dict[str, str], data: Optional[Header] = None) -> Optional[Header]:
    """The header whose keys begin so, from the cells of a message; None where there is none."""
    values: Dict[str, Union[int, bytes]] = {}
    for key, kind in keys().items():
        whose, _, name = key.partition('.')
        cell = cells[key]
        if whose == prefix and cell:
            values[name] = int(cell) if kind == 'integer' else bytes.fromhex(cell)
    if not values:
        return None
    return Header(_class(prefix, values), values, data)


def _class(prefix: str, values: Mapping[str, object]) -> str:
    """Its class in dpkt."""
    if prefix == 'ip':
        return 'IP6' if values['v'] == 6 else 'IP'
    return 'Ethernet' if prefix == 'ethernet' else prefix.upper()
