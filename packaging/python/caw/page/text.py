# SPDX-License-Identifier: BSD-3-Clause
"""Cells and times as the page writes them: the one place for that, the script shows these texts."""

import datetime
from typing import Any, Sequence, Tuple

MOST_CHARACTERS = 100  # in a cell
IDS = {'cid', 'sid', 'sub', 'frame', 'same_as', 'priority', 'count'}
UNITS = {'_s': ' [s]', '_ns': '', '_hz': ' [Hz]'}


class Clock:
    """Times of a capture, in UTC: with the date only when it lasts into another day."""

    def __init__(self, span: Tuple[int, int]) -> None:
        first, last = (_moment(each) for each in span)
        self.dated = first.date() != last.date()

    def time(self, moment: int, digits: int = 6) -> str:
        """A moment (nanoseconds since 1970) with so many digits of a second (0 to 9)."""
        at = _moment(moment)
        text = at.strftime('%Y-%m-%d %H:%M:%S' if self.dated else '%H:%M:%S')
        return text + (f'.{moment % 10**9:09}'[: digits + 1] if digits else '')


def _moment(moment: int) -> datetime.datetime:
    seconds = datetime.timedelta(seconds=moment // 10**9)
    return datetime.datetime(1970, 1, 1) + seconds


def date(moment: int) -> str:
    """Day and time, to the second."""
    return _moment(moment).strftime('%Y-%m-%d %H:%M:%S')


def short(text: str, most: int = MOST_CHARACTERS) -> str:
    return text if len(text) <= most else text[: most - 1] + '…'


def number(value: int) -> str:
    """A count: long ones with narrow spaces between the thousands, which are no line breaks."""
    return f'{value:,}'.replace(',', '\u202f') if abs(value) >= 10000 else str(value)


def cell(key: str, value: Any, clock: Clock) -> str:
    """A cell of a report by its key; nothing of what is not known."""
    if value is None:
        return ''
    if key.endswith('_ns'):
        return clock.time(value, 0 if key == 'second_ns' else 6)
    if isinstance(value, list):
        return short(', '.join(value))
    if isinstance(value, str):
        return short(value)
    if key in IDS:
        return str(value)
    if isinstance(value, float):
        return f'{value:.3f}' if key.endswith('_hz') else f'{value:.6f}'
    return number(value)


def title(key: str) -> str:
    """The heading of a column by its key."""
    for end, unit in UNITS.items():
        if key.endswith(end):
            return key[: -len(end)].replace('_', ' ') + unit
    return key.replace('_', ' ')


def is_number(key: str, cells: Sequence[Any]) -> bool:
    """Whether a column stands to the right, and is sorted as numbers are."""
    known = [cell for cell in cells if cell is not None]
    return (
        not key.endswith('_ns')
        and bool(known)
        and all(isinstance(cell, (int, float)) for cell in known)
    )


def duration(nanoseconds: int) -> str:
    """How long something lasted, for a sentence."""
    seconds = nanoseconds / 1e9
    if seconds < 120:
        return f'{seconds:.3g} s'
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f'{hours} h {minutes} min' if hours else f'{minutes} min {left} s'


def size(count: int) -> str:
    """Bytes, for a sentence."""
    value = float(count)
    for unit in ('bytes', 'kB', 'MB', 'GB'):
        if value < 1000 or unit == 'GB':
            return f'{value:.0f} {unit}' if unit == 'bytes' else f'{value:.3g} {unit}'
        value /= 1000
    raise AssertionError


def plural(count: int, one: str, many: str = '') -> str:
    return f'{number(count)} {one if count == 1 else many or one + "s"}'
