# SPDX-License-Identifier: BSD-3-Clause
"""What the reports of caw say of a capture: bounded tables, and the sums that need every row."""

import warnings
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Set, Tuple

from .. import child, traffic
from .rules import RULES, Finding

MOST_ROWS = 1000  # of a table: the first ones, in the order of the report
MOST_MARKED = 500  # besides: later ones that a rule has marked
MOST_NAMES = 1_000_000  # of PVs and so on, to be counted

Row = Dict[str, Any]


class Table:
    """The rows of a table of a report that are shown, and how many there are."""

    def __init__(self, report: str, name: str, columns: Sequence[str]) -> None:
        self.report, self.name, self.columns = report, name, columns
        self.count = 0
        self.rows: List[Row] = []
        self.marks: List[List[int]] = []  # of each row: the rules that have marked it
        self._beyond = 0

    def add(self, row: Row, marks: List[int]) -> None:
        self.count += 1
        if len(self.rows) - self._beyond >= MOST_ROWS:
            if not marks or self._beyond == MOST_MARKED:
                return
            self._beyond += 1
        self.rows.append(row)
        self.marks.append(marks)


class Capture:
    """A capture as its reports have it.

    span: nanoseconds since 1970 of its first and last packet; notices: what caw says about it.
    """

    def __init__(self, paths: child.Source) -> None:
        self.files, stdin = child.inputs(paths)
        if stdin is not None:
            raise TypeError('a page is made of files, which are read several times')
        for name in self.files:
            if Path(name).exists() and not Path(name).is_file():
                raise child.Error(f'{name}: a page is made of files, which are read several times')
        self.paths = paths
        self.size = sum(Path(name).stat().st_size for name in self.files)
        self.tables: Dict[Tuple[str, str], Table] = {}
        self.findings = [Finding(rule) for rule in RULES]
        self._rules: Dict[Tuple[str, str], List[int]] = {}
        for i, rule in enumerate(RULES):
            self._rules.setdefault(rule.table, []).append(i)
        self.span = (0, 0)
        self.messages = 0
        self.sums: Dict[str, int] = dict.fromkeys(('bytes', 'errors', 'dropped'), 0)
        self.names: Dict[str, Set[str]] = {
            what: set() for what in ('PVs', 'clients', 'servers', 'users')
        }
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter('always', child.Notice)
            self._read('all')
            self.notices = [
                line[5:] if line.startswith('caw: ') else line
                for each in said
                for line in str(each.message).splitlines()
            ]
            self._read('srt')

    def table(self, report: str, name: str) -> Table:
        return self.tables.get((report, name), Table(report, name, []))

    def _read(self, report: str) -> None:
        with child.lines([report, *self.files, '--json']) as lines:
            for line in lines:
                row = traffic.row(line)
                name = row.pop('report', report), row.pop('table')
                if name[1] == 'totals':
                    self._totals(row)
                else:
                    self._row(name, row)

    def _totals(self, row: Row) -> None:
        if row['first_ns'] is not None:
            self.span = row['first_ns'], row['last_ns']
        self.messages = row['messages']
        self.sums['dropped'] += row['dropped']

    def _row(self, name: Tuple[str, str], row: Row) -> None:
        table = self.tables.get(name)
        if table is None:
            table = self.tables[name] = Table(*name, list(row))
        marks = [i for i in self._rules.get(name, ()) if self.findings[i].sees(row)]
        table.add(row, marks)
        for what, key in _COUNTED.get(name, ()):
            self._count(what, row, key)

    def _count(self, what: str, row: Row, key: str) -> None:
        if what in self.sums:
            self.sums[what] += row[key]
            return
        for text in _texts(what, row, key):
            if len(self.names[what]) < MOST_NAMES:
                self.names[what].add(text)


# Of which tables what is summed or counted, by which key.
_COUNTED = {
    ('search', 'search'): [('PVs', 'pv'), ('clients', 'client')],
    ('connect', 'connect'): [('PVs', 'pv')],
    ('circuits', 'circuits'): [('clients', 'client'), ('users', 'user'), ('bytes', 'bytes')],
    ('channels', 'pvs'): [('PVs', 'pv')],
    ('servers', 'servers'): [('servers', 'server')],
    ('errors', 'errors'): [('errors', 'count')],
}


def _texts(what: str, row: Row, key: str) -> Iterator[str]:
    text = row[key]
    if text is None:
        return
    if what == 'clients':
        text = traffic.address_of(text)
    yield f'{text}@{row["host"]}' if what == 'users' and row['host'] else text
