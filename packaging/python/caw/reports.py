# SPDX-License-Identifier: BSD-3-Clause
"""The reports of caw as DataFrames."""

import json
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from . import child, tables
from .extras import need

if TYPE_CHECKING:
    import pandas

_TYPES = {'count': 'Int64', 'frame': 'Int64', 'seconds': 'float64', 'real': 'float64'}
_TYPES.update(text='string', address='string', list='object')


def report(
    name: str, paths: child.Source, where: Optional[str] = None, table: Optional[str] = None
) -> 'pandas.DataFrame':
    """A table of a report as a DataFrame: caw.report('puts', 'a.pcap').

    name: search, connect, circuits, channels, puts, errors, servers or srt; man caw-reports says
        what stands in them.
    paths: a path, several of one capture, or an open binary file.
    where: an expression (man caw-where): the messages, or circuits, that the report knows.
    table: one of the report's other tables, as 'clients'.

    Columns are named as in man caw-reports. Points in time (_ns) are datetime64[ns], UTC; durations
    (_s) are seconds, and float64 as other numbers with decimals; counts and frames are Int64, text
    and addresses string, lists of texts object. attrs['totals'] is what the report tells about the
    whole capture.

    Raises ValueError for a report or table that there is not, child.Error when caw fails,
    ImportError without pandas.
    """
    pandas = need('pandas', 'pandas')
    table = table or name
    columns = _columns(name, table)
    files, stdin = child.inputs(paths)
    chosen = ['--where', where] if where else []
    asked = [name, '--json', '--table', table, *chosen, *files]
    with child.lines(asked, stdin) as lines:
        rows = [json.loads(line) for line in lines]
    of_table = {each: [row for row in rows if row['table'] == each] for each in ('totals', table)}
    frame = pandas.DataFrame(
        {key: _column(kind, key, of_table[table]) for key, kind in columns.items()}
    )
    frame.attrs['totals'] = {k: v for k, v in of_table['totals'][0].items() if k != 'table'}
    return frame


def _columns(name: str, table: str) -> Dict[str, str]:
    for kind, asked, known in (
        ('report', name, tables.REPORTS),
        ('table', table, tables.REPORTS.get(name, {})),
    ):
        if asked not in known:
            raise ValueError(f'there is no {kind} {asked!r}, but {", ".join(known)}')
    return tables.REPORTS[name][table]


def _column(kind: str, key: str, rows: List[Dict[str, Any]]) -> 'pandas.Series':
    pandas = need('pandas', 'pandas')
    values = [row[key] for row in rows]
    if kind == 'moment':
        known = [value if value is not None and abs(value) < 2**63 else None for value in values]
        return times(pandas.array(known, dtype='Int64'))
    return pandas.Series(values, dtype=_TYPES[kind])


def times(nanoseconds: Any) -> 'pandas.Series':
    """Nanoseconds since 1970 as datetime64[ns], to the last of them; not known: NaT."""
    pandas = need('pandas', 'pandas')
    numbers = pandas.array(nanoseconds, dtype='Int64').to_numpy('int64', na_value=-(2**63))
    return pandas.Series(numbers.view('datetime64[ns]'))
