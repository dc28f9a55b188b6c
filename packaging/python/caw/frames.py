# SPDX-License-Identifier: BSD-3-Clause
"""Messages of a capture as a table, by way of caw --csv and pandas' reader in C."""

import difflib
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence, Union, overload

from . import cells, child, schema, tables
from .extras import need
from .reports import times
from .where import quoted

if TYPE_CHECKING:
    import pandas

POINTS = ('timestamp', 'data.time')  # Of what the key ends in _ns, points in time, not durations.
ARRAY = 'data.value'
_OF_VALUES = ['timestamp', 'pv', 'dtype_name', 'count', ARRAY, 'data.string', 'data.enum', 'data.no_str']
_TYPES = {'integer': 'Int64', 'number': 'float64', 'boolean': 'boolean'}


@overload
def frame(
    paths: child.Source,
    where: Optional[str] = None,
    columns: Optional[Sequence[str]] = None,
    chunks: None = None,
    arrays: bool = False,
) -> 'pandas.DataFrame': ...


@overload
def frame(
    paths: child.Source,
    where: Optional[str] = None,
    columns: Optional[Sequence[str]] = None,
    *,
    chunks: int,
    arrays: bool = False,
) -> 'Iterator[pandas.DataFrame]': ...


def frame(
    paths: child.Source,
    where: Optional[str] = None,
    columns: Optional[Sequence[str]] = None,
    chunks: Optional[int] = None,
    arrays: bool = False,
) -> 'Union[pandas.DataFrame, Iterator[pandas.DataFrame]]':
    """The messages of a capture as a DataFrame, a row each: caw.frame('a.pcap', where='put').

    paths: a path, several of one capture, or an open binary file.
    where: an expression (man caw-where): only messages that match.
    columns: keys of caw --csv and --json, as ['timestamp', 'pv', 'cid', 'data.units'], or one;
        without them those of caw --csv.
    chunks: an iterator of DataFrames of so many rows instead, for captures larger than memory.
    arrays: data.value is a numpy array in each row; without it the first element, a number.

    `timestamp`, of the packet, and `data.time`, of the record, are datetime64[ns], UTC, exact.
    Durations (`time`, from request to answer, `update_interval` and their like) are seconds; the
    keys that end in _ns are the same as whole nanoseconds. Whole numbers are Int64, flags boolean,
    other numbers float64, texts categories; what a message does not have is missing.

    Raises ValueError for a column that there is not, child.Error when caw fails, ImportError
    without pandas; warns with child.Notice of what the capture lacks.
    """
    made = _frames(paths, where, _keys(columns or _default()), chunks, arrays)
    return made if chunks else next(made)


def values(paths: child.Source, pv: str, where: Optional[str] = None) -> 'pandas.Series':
    """The values of a PV that servers sent, updates and answers to reads, by the time of the packet.

    paths: a path, several of one capture, or an open binary file.
    where: an expression (man caw-where), and only messages that match, as 'update'.

    The index is datetime64[ns], UTC. Values are float64; texts where the messages have texts, also
    CHAR arrays that are text, and states by their names, where one of these messages tells them;
    numpy arrays where one has several elements, but of texts all of them with "; " between. What a
    server refused has no value and is left out, and so is the class of a record.

    Raises child.Error when caw fails, ImportError without pandas.
    """
    chosen = f'pv {quoted(pv)} and (update or get reply) and not failed and dtype != DBR_CLASS_NAME'
    if where:
        chosen += f' and ({where})'
    made = frame(paths, chosen, _OF_VALUES, arrays=True)
    made = made[made['pv'] == cells.unmarked(pv)]
    numbers, texts = made[ARRAY], _texts(made)
    if not (made['count'].fillna(0) > 1).any():
        numbers = numbers.map(lambda array: array[0], na_action='ignore').astype('float64')
    found = texts.where(texts.notna(), numbers) if texts.notna().any() else numbers
    return found.set_axis(made['timestamp']).rename(pv)


def _texts(made: 'pandas.DataFrame') -> 'pandas.Series':
    """The texts among the values, and the names of states: those that were told last, or else first."""
    texts = made['data.string'].astype('object')
    told = made['data.enum'].astype('object').ffill().bfill()
    count = made['data.no_str'].ffill().bfill()
    is_one = made['count'].fillna(0) == 1
    is_state = made['dtype_name'].astype('str').str.endswith('_ENUM') & is_one
    for row in texts.index[is_state & told.notna() & made[ARRAY].notna()]:
        names, state = told[row].split('; '), int(made[ARRAY][row][0])
        if len(names) == count[row] and state < len(names) and names[state]:
            texts[row] = names[state]
    return texts


def _default() -> List[str]:
    """Those of caw --csv, in their better types."""
    keys = tables.CSV_KEYS.split(',')
    return [key[:-3] if key.endswith('_ns') else key for key in keys]


def _keys(columns: Sequence[str]) -> Dict[str, str]:
    """The key of CSV that each column is made of."""
    known = schema.keys()
    keys = {}
    for column in [columns] if isinstance(columns, str) else columns:
        exact = f'{column}_ns'
        if exact in known:
            keys[column] = exact
        elif column in known:
            keys[column] = column
        else:
            near = difflib.get_close_matches(column, known, 1)
            meant = f': {near[0]}?' if near else ', see caw --schema=json'
            raise ValueError(f'there is no column {column!r}{meant}')
    return keys


def _frames(
    paths: child.Source,
    where: Optional[str],
    keys: Dict[str, str],
    chunks: Optional[int],
    arrays: bool,
) -> 'Iterator[pandas.DataFrame]':
    pandas = need('pandas', 'pandas')
    files, stdin = child.inputs(paths)
    asked = [f'--csv={",".join(dict.fromkeys(keys.values()))}']
    asked += [] if arrays else ['--elements', '1']
    asked += ['--where', where] if where else []
    with child.lines([*asked, *files], stdin) as running:
        if not running.stdout.peek(1):
            running.finish()  # Says why there is nothing.
        read = pandas.read_csv(running.stdout, chunksize=chunks, **_reading(keys, arrays))
        for table in read if chunks else [read]:
            if not chunks:
                running.finish()
            yield _frame(table, keys, arrays)
        running.finish()


def _reading(keys: Dict[str, str], arrays: bool) -> Dict[str, Any]:
    """How pandas is to read each key."""
    types = {}
    for key in keys.values():
        kind = 'number' if key == ARRAY and not arrays else schema.keys()[key]
        types[key] = _TYPES.get(kind, 'str')  # As categories pandas takes texts for numbers.
    if arrays and ARRAY in types:
        types[ARRAY] = 'object'
    missing = {key: ['', 'nan'] if kind == 'float64' else [''] for key, kind in types.items()}
    return {
        'engine': 'c',
        'dtype': types,
        'keep_default_na': False,
        'na_values': missing,
        **_exact(),
    }


def _exact() -> Dict[str, str]:
    """Decimals read back as the number that was printed; since pandas 3.1 they do by themselves."""
    version = tuple(map(int, need('pandas', 'pandas').__version__.split('.')[:2]))
    return {} if version >= (3, 1) else {'float_precision': 'round_trip'}


def _frame(table: 'pandas.DataFrame', keys: Dict[str, str], arrays: bool) -> 'pandas.DataFrame':
    """The columns that were asked for, of what was read."""
    pandas = need('pandas', 'pandas')
    made = {}
    for column, key in keys.items():
        series = table[key]
        if column in POINTS:
            series = times(series.array).set_axis(table.index)
        elif column != key:
            series = series.astype('Float64').astype('float64') / 1e9
        elif key == ARRAY and arrays:
            series = series.map(_array, na_action='ignore')
        elif pandas.api.types.is_string_dtype(series.dtype):
            series = _unmarked(series.astype('category'))
        made[column] = series
    return pandas.DataFrame(made)


def _unmarked(series: 'pandas.Series') -> 'pandas.Series':
    if not any(cells.unmarked(text) != text for text in series.cat.categories):
        return series
    texts = series.astype('object')  # Categories have no na_action before pandas 2.1.
    return texts.map(cells.unmarked, na_action='ignore').astype('category')


def _array(cell: str) -> Any:
    numpy = need('numpy', 'pandas')
    return numpy.array(cell.split('; '), dtype='float64')
