# SPDX-License-Identifier: BSD-3-Clause
"""Who is who: names as they are, or the same other name for each, everywhere in the page.

What is anonymized is everything but what is known to be a word of the protocol or of caw: a column
that is not known here is a text, and texts are replaced.
"""

import re
from typing import Any, Dict, Optional

Row = Dict[str, Any]

ENDS = {'client', 'server', 'servers', 'destinations', 'senders'}
WORDS = {
    'via', 'state', 'closed_by', 'kind', 'type', 'rights', 'mask', 'outcome', 'status', 'request',
    'version_client', 'version_server', 'versions', 'seen_in', 'looks_like',
}  # fmt: skip
_NUMBER = r'[-+]?(?:[0-9]*\.?[0-9]+(?:e[-+]?[0-9]+)?|nan|inf)'
NUMBERS = re.compile(rf'{_NUMBER}|\[{_NUMBER}, \.\.\.\] [0-9]+')  # An array is its first element.
PARTS = re.compile(r'\[?([0-9A-Fa-f.:%\w]*?)\]?(:[0-9]+)?')


class Names:
    """Names as they are."""

    anonymous = False

    def name(self, kind: str, name: str) -> str:
        """kind: pv, user, host, file or text."""
        return name

    def end(self, text: str) -> str:
        """An address, with or without port."""
        return text

    def row(self, row: Row) -> Row:
        return row


class Anonymous(Names):
    """Each kind of names is numbered in the order in which they come; ports and numbers remain."""

    anonymous = True

    def __init__(self) -> None:
        self._given: Dict[str, Dict[str, str]] = {}

    def name(self, kind: str, name: str) -> str:
        given = self._given.setdefault(kind, {})
        return given.setdefault(name, f'{kind}{len(given) + 1}')

    def end(self, text: str) -> str:
        return ' -> '.join(self._end(part) for part in text.split(' -> '))

    def _end(self, text: str) -> str:
        found = PARTS.fullmatch(text)
        if not found:
            return self.name('text', text)
        address, port = found.groups()
        if port and ':' in address and not text.startswith('['):  # an IPv6 address alone
            address, port = text, None
        return self.name('address', address) + (port or '')

    def row(self, row: Row) -> Row:
        return {key: self._cell(key, cell) for key, cell in row.items()}

    def _cell(self, key: str, cell: Any) -> Any:
        if isinstance(cell, list):
            return [self._cell(key, each) for each in cell]
        if not isinstance(cell, str) or key in WORDS:
            return cell
        if key in ENDS:
            return self.end(cell)
        if key == 'value' and NUMBERS.fullmatch(cell):
            return cell
        return self.name(key if key in ('pv', 'user', 'host') else 'text', cell)


def names(anonymize: bool) -> Names:
    return Anonymous() if anonymize else Names()


def maybe(names: Names, kind: str, name: Optional[str]) -> Optional[str]:
    return None if name is None else names.name(kind, name)
