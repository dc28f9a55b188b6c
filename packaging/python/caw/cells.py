# SPDX-License-Identifier: BSD-3-Clause
"""Rows of caw --csv, read back."""

import csv
import re
from typing import List

# A cell has no line end. The module csv is faster, but has a limit to what is in one.
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\n]*))[,\n]')

# What a spreadsheet would take for a formula has an apostrophe before it; a number has none.
_MARKED = re.compile("'(?:[=@\uff1d\uff0b\uff0d\uff20]|[+-](?![0-9.e+-]*[0-9][0-9.e+-]*$))")


def cells(row: str) -> List[str]:
    """The texts of a row, which ends in a line feed; of what is not there it is empty."""
    if len(row) <= csv.field_size_limit():
        return next(csv.reader([row]))
    return [text.replace('""', '"') or plain for text, plain in _CELL.findall(row)]


def unmarked(text: str) -> str:
    """Without the apostrophe that caw puts before formulas."""
    return text[1:] if _MARKED.match(text) else text
