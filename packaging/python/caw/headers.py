# SPDX-License-Identifier: BSD-3-Clause
"""Headers of a packet, with the attributes that the classes of dpkt have."""

from typing import Any, Dict, Optional


class Header:
    """A header: its values are attributes, numbers and, of addresses and options, bytes.

    `data` is the header inside of it. The bytes of the packet themselves are not there.
    """

    def __init__(self, name: str, values: Dict[str, Any], data: 'Optional[Header]' = None) -> None:
        self.__dict__.update((key, _value(value)) for key, value in values.items())
        self._name = name
        if data is not None:
            self.data = data

    def __repr__(self) -> str:
        words = ', '.join(f'{k}={v!r}' for k, v in self.__dict__.items() if k != '_name')
        return f'{self._name}({words})'


def _value(value: Any) -> Any:
    """dpkt has bytes where JSON has their hexadecimal digits."""
    return bytes.fromhex(value) if isinstance(value, str) else value


def ethernet(fields: Dict[str, Any]) -> Optional[Header]:
    """The link's header of a message, by its JSON object; None where there is none."""
    values = fields.get('ethernet')
    return None if values is None else Header('Ethernet', values, ip(fields))


def ip(fields: Dict[str, Any]) -> Header:
    """The same of IP or IPv6."""
    values = fields['ip']
    return Header('IP6' if values['v'] == 6 else 'IP', values, transport(fields))


def transport(fields: Dict[str, Any]) -> Header:
    """The same of TCP or UDP."""
    return Header(fields['transport'].upper(), fields[fields['transport']])
