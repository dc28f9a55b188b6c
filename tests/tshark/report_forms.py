# SPDX-License-Identifier: GPL-2.0-or-later
"""A report in all its forms: from caw and tshark, as JSON, CSV, text, and in the GUI's table."""

import csv
import io
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from forms import read_json

WIDEST = 36  # characters of a cell in text
CLOSE = {'rel': 1e-9, 'abs': 1e-9}
NUMBERS = {'priority', 'cid', 'sid', 'count', 'same_as', 'frame'}  # that may be unknown


def assert_rows(got, expected, columns):
    """Every row and cell, in order."""
    assert [list(row) for row in got] == [columns] * len(got)
    assert len(got) == len(expected), (got, expected)
    for row, wanted in zip(got, expected):
        for key in columns:
            value = wanted[key]
            if isinstance(value, float) and row[key] is not None:
                value = pytest.approx(value, **CLOSE)
            assert row[key] == value, (key, row, wanted)


def assert_report(text, expected, columns):
    """`expected` and `columns` by table, in the order of the tables."""
    tables = read_json(text)
    assert next(iter(tables)) == 'totals' and tables['totals'][0]['dropped'] == 0
    assert set(tables) - {'totals'} == {name for name in columns if expected[name]}
    for name in columns:
        assert_rows(tables[name], expected[name], columns[name])


# ---- forms -----------------------------------------------------------------------------------


def in_csv(key, value):
    if value is None:
        return ''
    return '; '.join(value) if isinstance(value, list) else value


def assert_csv(text, rows, columns):
    heading, *table = csv.reader(io.StringIO(text, newline=''))
    assert heading == columns and len(table) == len(rows)
    for cells, row in zip(table, rows):
        for key, cell in zip(columns, cells):
            wanted = in_csv(key, row[key])
            assert type(wanted)(cell) == wanted, (key, cells, row)


def in_text(key, value, first_ns):
    if value is None or value == []:
        return '-'
    if key.endswith('_ns'):
        return f'{(value - first_ns) / 10**9:.6f}'
    if key.endswith(('_s', '_hz')):
        return str(Decimal(str(value)).quantize(Decimal('1e-6'), ROUND_HALF_UP))
    shown = ', '.join(value) if isinstance(value, list) else str(value)
    return shown if len(shown) <= WIDEST else shown[: WIDEST - 3] + '...'


def assert_text(text, tables, columns):
    """All tables, one after another with a blank line between them."""
    first_ns = tables['totals'][0]['first_ns']
    shown = text.split('\n\n')[1:]
    assert len(shown) == len(columns)
    for block, name in zip(shown, columns):
        table = [re.split(r' {2,}', line.strip()) for line in block.strip().split('\n')]
        if not tables[name]:
            assert table == [[f'no rows in {name}']]
            continue
        heading = [key[:-3] + '_s' if key.endswith('_ns') else key for key in columns[name]]
        rows = [[in_text(key, row[key], first_ns) for key in columns[name]] for row in tables[name]]
        assert table == [heading, *rows]


def in_window(key, value, first_ns):
    if value is None or value == []:
        return None if key in NUMBERS or key.endswith(('_s', '_ns', '_hz')) else '-'
    if key.endswith('_ns'):
        return pytest.approx((value - first_ns) / 10**9, abs=1e-6)
    if isinstance(value, list):
        return ', '.join(value)
    return pytest.approx(value, abs=1e-6) if isinstance(value, float) else value


def assert_window(shown, tables, name, columns):
    """The main table: rows stand there as they came."""
    first_ns = tables['totals'][0]['first_ns'] if tables['totals'] else 0
    wanted = [[in_window(key, row[key], first_ns) for key in columns] for row in tables[name]]
    rows = list(shown['i'])
    for row in wanted:
        assert row in rows, (row, rows)
        rows.remove(row)
    assert not rows


def assert_forms(tools, path, name, columns, options=()):
    """`tools`: (caw, report, window) of the fixtures. They say what caw says as JSON."""
    caw, report, window = tools
    text = caw('-z', f'ca,{name},json', path).stdout
    tables = read_json(text)
    assert report(path, f'ca,{name},json', *options) == text
    assert report(path, f'ca,{name},json', '-2', *options) == text
    for table, keys in columns.items():
        assert_csv(report(path, f'ca,{name},csv,table={table}', *options), tables[table], keys)
    assert_text(report(path, f'ca,{name}', *options), tables, columns)
    if not options:
        assert_window(window(path, name)[1], tables, name, columns[name])
