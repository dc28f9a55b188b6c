# SPDX-License-Identifier: BSD-3-Clause
"""What the script of the page gets: the texts of all cells, in the form that page.js reads."""

import json
import shlex
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from . import text
from .capture import Capture, Table
from .choose import Choice, choice, times
from .draw import servers_of
from .messages import Messages, Seen
from .names import Names, maybe
from .rules import RULES

MOST_TOLD = 200  # rows of a table with their first messages in the page
MOST_WHERE = 600  # characters of an expression that is offered: names may be as long as a packet

MESSAGE_COLUMNS = ('time', 'frame', 'from', 'to', 'message', 'PV', 'took [s]', 'text')


class Words:
    """Each text once; a cell is its number."""

    def __init__(self) -> None:
        self.all: List[str] = []
        self._numbers: Dict[str, int] = {}

    def number(self, word: str) -> int:
        number = self._numbers.setdefault(word, len(self.all))
        if number == len(self.all):
            self.all.append(word)
        return number


class Told(NamedTuple):
    """A table with the messages of its rows."""

    table: Table
    choices: List[Choice]


def told(capture: Capture) -> List[Told]:
    """All tables with rows, and which messages those want."""
    return [
        Told(table, [choice(table.report, table.name, row) for row in table.rows])
        for table in capture.tables.values()
    ]


class Cells:
    """The texts of a table: what the page shows with and without the script."""

    def __init__(self, table: Table, names: Names, clock: text.Clock) -> None:
        rows = [names.row(row) for row in table.rows]
        self.titles = [text.title(key) for key in table.columns]
        self.numbers = [
            text.is_number(key, [row[key] for row in table.rows]) for key in table.columns
        ]
        self.rows = [[text.cell(key, row[key], clock) for key in table.columns] for row in rows]


class Data:
    """All data of the page."""

    def __init__(self, capture: Capture, tables: List[Told], messages: Messages, names: Names):
        self.capture, self.messages, self.names = capture, messages, names
        self.clock = text.Clock(capture.span)
        self.cells = [Cells(each.table, names, self.clock) for each in tables]
        self._words = Words()
        self._tables = [self._table(*each) for each in zip(tables, self.cells)]

    def _table(self, told: Told, cells: Cells) -> Dict[str, Any]:
        rows = list(zip(told.table.rows, told.choices))
        seen = [self.messages.of(choice) for choice in told.choices]
        return {
            'total': told.table.count,
            'numbers': cells.numbers,
            'rows': [[self._words.number(cell) for cell in row] for row in cells.rows],
            'marks': [sorted(marks) for marks in told.table.marks],
            'times': [self._times(row, found) for (row, _), found in zip(rows, seen)],
            'where': [self._where(choice) for choice in told.choices],
            'seen': [sum(each.count for each in found) for found in seen],
            'shown': [
                self._shown(found) if i < MOST_TOLD or told.table.marks[i] else []
                for i, found in enumerate(seen)
            ],
        }

    def _shown(self, found: List[Seen]) -> List[int]:
        return sorted({number for each in found for number in each.shown})

    def _since_start(self, moment: int) -> int:
        return (moment - self.capture.span[0]) // 1000

    def _times(self, row: Dict[str, Any], found: List[Seen]) -> Optional[Tuple[int, int]]:
        """From when to when a row lasts; a row that tells nothing lasts as long as its messages."""
        known = times(row, self.capture.span)
        known += [at for each in found if each.count for at in (each.first, each.last)]
        return (self._since_start(min(known)), self._since_start(max(known))) if known else None

    def _where(self, choice: Choice) -> Optional[int]:
        if choice.where is None or self.names.anonymous or len(choice.where) > MOST_WHERE:
            return None
        return self._words.number(shlex.quote(choice.where))

    def _messages(self) -> List[List[int]]:
        names, rows = self.names, []
        for each in self.messages.shown:
            row = (
                self.clock.time(each.time),
                str(each.frame),
                names.end(each.source),
                names.end(each.target),
                each.message,
                maybe(names, 'pv', each.pv) or '',
                '' if each.dt is None else f'{each.dt:.6f}',
                '' if names.anonymous else text.short(each.text, 160),
            )
            rows.append([self._words.number(text.short(word, 160)) for word in row])
        return rows

    def _command(self) -> Optional[str]:
        """What prints messages of this capture, up to --where."""
        if self.names.anonymous:
            return None
        return ' '.join(['caw', *map(shlex.quote, self.capture.files)])

    def json(self) -> str:
        """JSON that is safe within a script element, whatever stands in the texts."""
        servers = {name: i for i, name in enumerate(servers_of(self.messages))}
        first, last = self.capture.span
        everything = {
            'start': first // 1000,
            'span': max(1, (last - first) // 1000),
            'dated': self.clock.dated,
            'levels': [rule.level for rule in RULES],
            'tables': self._tables,
            'messages': self._messages(),
            'message_columns': MESSAGE_COLUMNS,
            'command': self._command(),
            'rates': {kind: all for kind, all in self.messages.rates.items() if any(all)},
            'rate_width': self.messages.bins.width / 1000,
            'answers': [
                [time, took, servers[name], count]
                for (time, took, name), count in sorted(self.messages.answers.items())
            ],
            'answer_width': self.messages.answer_bins.width / 1000,
            'words': self._words.all,
        }
        written = json.dumps(everything, separators=(',', ':'))  # ASCII: no U+2028
        for character in '<>&':
            written = written.replace(character, f'\\u{ord(character):04x}')
        return written
