# SPDX-License-Identifier: GPL-2.0-or-later
"""A report in each of its forms, read back into rows, and how the forms are to agree."""

import csv
import io
import json
import re
from collections import defaultdict
from decimal import Decimal

import reference
import tracker
import wire


def read_json(text):
    """{table: its rows}, the totals among them."""
    tables = defaultdict(list)
    for line in text.splitlines():
        row = json.loads(line)
        tables[row.pop('table')].append(row)
    return tables


def saved(save, timed):
    """The path and the bytes of a capture of (milliseconds, packet)."""
    timed = [(wire.NOON + Decimal(ms) / 1000, packet) for ms, packet in timed]
    capture = wire.pcap(wire.ethernet(timed))
    return save(capture), capture


def assert_csv(text, rows, columns):
    heading, *table = csv.reader(io.StringIO(text, newline=''))
    assert heading == columns and len(table) == len(rows)
    for got, row in zip(table, rows):
        for cell, column in zip(got, columns):
            value = row[column]
            wanted = '; '.join(value) if isinstance(value, list) else '' if value is None else value
            assert cell == str(wanted) or float(cell) == value, (column, got, row)


WIDEST = 36


def told(value, first_ns, column):
    """A value as text tells it: six decimals in captures of microseconds, texts cut."""
    if value is None or value == []:
        return '-'
    if column.endswith('_ns'):
        return f'{(value - first_ns) / 10**9:.6f}'
    if column.endswith(('_s', '_hz')):
        return f'{value:.6f}'
    text = ', '.join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + '...'


def assert_text(text, table, rows, columns):
    """One table, as lines whose cells end where their headings do or begin there."""
    first_ns = table['totals'][0]['first_ns']
    heading = '  '.join(c.replace('_ns', '_s') for c in columns)
    lines = [line.rstrip() for line in text.splitlines()]
    squeezed = [re.sub(r' {2,}', '  ', line).strip() for line in lines]
    if not rows:
        assert heading in squeezed or any(line.startswith('no rows in ') for line in squeezed)
        return
    begin = squeezed.index(heading) + 1
    wanted = ['  '.join(told(row[c], first_ns, c) for c in columns) for row in rows]
    wanted = [re.sub(r' {2,}', '  ', line).strip() for line in wanted]
    assert squeezed[begin : begin + len(rows)] == wanted


def assert_window(window, table, rows, columns):
    """The table of the Statistics menu: moments in seconds, numbers as numbers."""
    first_ns = table['totals'][0]['first_ns']
    assert len(window) == len(rows)
    for got, row in zip(window, rows):
        for cell, column in zip(got, columns):
            value = row[column]
            if value is None or value == []:
                assert cell is None or cell == '-' or cell != cell, (column, got)
            elif isinstance(value, list):
                assert cell == ', '.join(value)
            elif column.endswith('_ns'):
                assert abs(cell - (value - first_ns) / 10**9) < 2e-6
            else:
                assert cell == value or abs(cell - value) < 2e-6, (column, got, row)
