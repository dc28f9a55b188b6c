# SPDX-License-Identifier: BSD-3-Clause
"""The plots as SVG. They are drawn here; the script shows a part of their time by the viewBox.

The time of the capture is 0 to 1000 across. Down, a unit is a pixel. Colours are the classes k0 to
k7 of kinds of messages and s0 to s5 of servers.
"""

import math
from html import escape
from typing import Dict, Iterable, List, NamedTuple, Sequence, Tuple

from ..traffic import address_of, by_force
from .capture import Capture
from .messages import DECADE_BINS, OTHERS, SHORTEST, Messages
from .names import Names
from .text import Clock, duration, number, plural, short

ACROSS = 1000
HEIGHT = 150
BAR, GAP = 9, 6  # of the timeline
MOST_LEVELS = 6
MOST_LANES = 30
MOST_BARS = 1500
PER_LANE = 200
MOST_TOLD = 240  # characters about a bar

DURATIONS = {-6: '1 µs', -5: '10 µs', -4: '100 µs', -3: '1 ms', -2: '10 ms', -1: '100 ms'}
DURATIONS.update({0: '1 s', 1: '10 s', 2: '100 s'})


class Plot(NamedTuple):
    """name: id and class in the page; marks: inside of the SVG; labels: (y, text) at the left side.

    legend: (class, text); side: another SVG to the right, with the same height.
    """

    name: str
    title: str
    note: str
    height: int
    marks: str
    labels: List[Tuple[float, str]]
    legend: List[Tuple[str, str]]
    side: str = ''


def _short(value: float) -> str:
    """A coordinate."""
    return f'{value:.3f}'.rstrip('0').rstrip('.')


def _ticks(most: float) -> List[float]:
    """Two to five round numbers from 0 to the most."""
    step = 10.0 ** math.floor(math.log10(most)) if most > 0 else 1.0
    step *= next(factor for factor in (0.2, 0.5, 1, 2, 5) if most / (step * factor) <= 5)
    return [step * i for i in range(int(most / step) + 1)]


def _lines(places: Iterable[float]) -> str:
    return ''.join(f'<path class="grid" d="M0 {_short(y)}H{ACROSS}"/>' for y in places)


# ---- messages over time -----------------------------------------------------------------------


def _steps(tops: Sequence[float], bases: Sequence[float]) -> str:
    """The area between two stairs."""
    width = ACROSS / len(tops)
    path = []
    for i, top in enumerate(tops):
        if i == 0 or top != tops[i - 1]:
            path.append(f'{"L" if i else "M"}{_short(i * width)} {_short(top)}')
        if i + 1 == len(tops) or tops[i + 1] != top:
            path.append(f'H{_short((i + 1) * width)}')
    for i in range(len(bases) - 1, -1, -1):
        if i + 1 == len(bases) or bases[i] != bases[i + 1]:
            path.append(f'V{_short(bases[i])}')
        if i == 0 or bases[i - 1] != bases[i]:
            path.append(f'H{_short(i * width)}')
    return ''.join(path) + 'Z'


def rates(messages: Messages) -> Plot:
    """Messages a second by kind, one above the other."""
    totals = [sum(counts) for counts in zip(*messages.rates.values())]
    most = max(totals) or 1
    seconds = messages.bins.seconds()
    scale = (HEIGHT - 8) / most
    bases = [float(HEIGHT)] * len(totals)
    areas, legend = [], []
    for i, (kind, counts) in enumerate(messages.rates.items()):
        if not any(counts):
            continue
        tops = [base - count * scale for base, count in zip(bases, counts)]
        areas.append(f'<path class="area k{i}" d="{_steps(tops, bases)}"/>')
        legend.append((f'k{i}', f'{kind} {number(sum(counts))}'))
        bases = tops
    labels = [(HEIGHT - tick * seconds * scale, _rate(tick)) for tick in _ticks(most / seconds)]
    note = f'by kind, counted in steps of {duration(messages.bins.width)}'
    marks = _lines(y for y, _ in labels) + ''.join(areas)
    return Plot('rates', 'Messages a second', note, HEIGHT, marks, labels, legend)


def _rate(tick: float) -> str:
    return number(round(tick)) if tick >= 1 else f'{tick:g}'


# ---- answers ----------------------------------------------------------------------------------


def servers_of(messages: Messages) -> List[str]:
    """The servers that are told apart, with the most answers first, then the others."""
    sums: Dict[str, int] = {}
    for (_, _, server), count in messages.answers.items():
        sums[server] = sums.get(server, 0) + count
    return sorted(sums, key=lambda server: (server == OTHERS, -sums[server], server))


def _decades(messages: Messages) -> Tuple[int, int]:
    """The bins of duration that are shown: whole decades."""
    bins = [took for _, took, _ in messages.answers]
    first, last = min(bins) // DECADE_BINS, max(bins) // DECADE_BINS
    return first * DECADE_BINS, (last + 1) * DECADE_BINS


def _dots(cells: Iterable[Tuple[float, float, int]], kind: str) -> str:
    """Dots of four sizes, for up to 3, 30, 300 answers and more."""
    sizes: Dict[int, List[str]] = {}
    for x, y, count in cells:
        size = min(3, int(math.log10(count) + 0.5))
        sizes.setdefault(size, []).append(f'M{_short(x)} {_short(y)}h0')
    return ''.join(
        f'<path class="dot {kind} d{size}" d="{"".join(path)}"/>' for size, path in sizes.items()
    )


def answers(messages: Messages, names: Names) -> Plot:
    """How long answers took, over time, and how many took how long."""
    low, high = _decades(messages)
    step = HEIGHT / (high - low)
    width = ACROSS / messages.answer_bins.count
    marks, legend = [], []
    for i, server in enumerate(servers_of(messages)):
        cells = [
            ((time + 0.5) * width, HEIGHT - (took - low + 0.5) * step, count)
            for (time, took, name), count in sorted(messages.answers.items())
            if name == server
        ]
        marks.append(_dots(cells, f's{i}'))
        count = sum(count for _, _, count in cells)
        name = server if server == OTHERS else names.end(server)
        legend.append((f's{i}', f'{name} {number(count)}'))
    labels = [
        (HEIGHT - (took - low) * step, DURATIONS[took // DECADE_BINS + SHORTEST])
        for took in range(low, high + 1, DECADE_BINS)
    ]
    grid = _lines(y for y, _ in labels)
    note = 'from request to answer, by server; larger dots are more answers. Searches are not in it'
    title = 'How long answers took'
    side = grid + _histogram(messages, low, high)
    return Plot('answers', title, note, HEIGHT, grid + ''.join(marks), labels, legend, side)


def _histogram(messages: Messages, low: int, high: int) -> str:
    """Empty bars for each bin of duration and server: the script has the sums of a range."""
    step = HEIGHT / (high - low)
    servers = servers_of(messages)
    sums = {
        took: [
            sum(
                n for (_, bin, name), n in messages.answers.items() if (bin, name) == (took, server)
            )
            for server in servers
        ]
        for took in range(low, high)
    }
    most = max(sum(counts) for counts in sums.values())
    bars = []
    for took, counts in sums.items():
        y = HEIGHT - (took - low + 1) * step
        x = 0.0
        for i, count in enumerate(counts):
            if not count:
                continue
            wide = ACROSS * count / most
            bars.append(
                f'<rect class="bar s{i}" data-bin="{took} {i}" x="{_short(x)}" y="{_short(y + 0.5)}"'
                f' width="{_short(wide)}" height="{_short(step - 1)}"/>'
            )
            x += wide
    return ''.join(bars)


# ---- who was connected ------------------------------------------------------------------------


class _Bar(NamedTuple):
    first: int
    last: int
    kind: str  # class: search, lost (a search without answer), circuit
    told: str
    forced: bool


def _bars(capture: Capture, names: Names) -> Dict[str, List[_Bar]]:
    """By address of the client: what it searched, and its circuits."""
    lanes: Dict[str, List[_Bar]] = {}
    start, stop = capture.span
    for row in capture.table('search', 'search').rows:
        shown = names.row(row)
        told = f'{shown["pv"]}: {plural(row["searches"], "search", "searches")}, '
        told += ', '.join(shown['servers']) or 'no answer'
        bar = _Bar(row['first_ns'], row['last_ns'], '' if row['servers'] else 'lost', told, False)
        bar = bar._replace(kind=bar.kind or 'search')
        lanes.setdefault(address_of(row['client']), []).append(bar)
    table = capture.table('circuits', 'circuits')
    for row in table.rows:
        shown = names.row(row)
        told = f'{shown["client"]} to {shown["server"]}, {row["closed_by"] or "open at the end"}'
        times = row['opened_ns'] or start, row['closed_ns'] or stop
        bar = _Bar(*times, 'circuit', told, by_force(row['closed_by']))
        lanes.setdefault(address_of(row['client']), []).append(bar)
    return lanes


def timeline(capture: Capture, names: Names, clock: Clock) -> Plot:
    """For each client its searches and circuits."""
    lanes = _bars(capture, names)
    shown = sorted(lanes, key=lambda client: -_trouble(lanes[client]))[:MOST_LANES]
    start, stop = capture.span
    scale = ACROSS / max(1, stop - start)
    marks, labels, drawn, top = [], [], 0, 0
    for client in shown:
        bars = lanes[client][: min(PER_LANE, MOST_BARS - drawn)]
        drawn += len(bars)
        levels = _levels(bars)
        bottom = top + GAP + BAR * (max(levels, default=0) + 1)
        labels.append(((top + bottom) / 2, short(names.end(client), 18)))
        for bar, level in zip(bars, levels):
            marks.append(_bar(bar, top + GAP // 2 + BAR * level, start, scale, clock))
        top = bottom
        marks.append(_lines([top]))
    tables = (capture.table(name, name) for name in ('search', 'circuits'))
    left = sum(table.count for table in tables) - drawn
    note = 'and what they searched and were connected to; a dot is an end that is not by the client'
    note += f'. {number(left)} more are left out' if left else ''
    legend = [('circuit', 'circuit'), ('search', 'search'), ('lost', 'search without answer')]
    return Plot('timeline', 'Clients', note, max(1, top), ''.join(marks), labels, legend)


def _trouble(bars: List[_Bar]) -> int:
    return sum(1 + 1000 * (bar.forced or bar.kind == 'lost') for bar in bars)


def _levels(bars: List[_Bar]) -> List[int]:
    """Bars at the same time lie below each other, if there is room: searches above circuits."""
    ends: Dict[int, int] = {}
    levels = []
    for bar in sorted(bars, key=lambda bar: bar.first):
        first = 1 if bar.kind == 'circuit' else 0
        free = [i for i in range(first, MOST_LEVELS) if ends.get(i, -1) < bar.first]
        level = free[0] if free and first else first and MOST_LEVELS - 1
        ends[level] = max(ends.get(level, 0), bar.last)
        levels.append((bar, level))
    placed = {id(bar): level for bar, level in levels}
    return [placed[id(bar)] for bar in bars]


def _bar(bar: _Bar, y: int, start: int, scale: float, clock: Clock) -> str:
    x, width = (bar.first - start) * scale, max(0.001, (bar.last - bar.first) * scale)
    height = 6 if bar.kind == 'circuit' else 4
    told = f'{clock.time(bar.first, 3)} to {clock.time(bar.last, 3)}, {bar.told}'
    drawn = (
        f'<rect class="span {bar.kind}" x="{_short(x)}" y="{y + 1}" width="{_short(width)}"'
        f' height="{height}"><title>{escape(short(told, MOST_TOLD))}</title></rect>'
    )
    if bar.forced:
        drawn += f'<path class="dot forced d1" d="M{_short(x + width)} {y + 4}h0"/>'
    return drawn


def plots(capture: Capture, messages: Messages, names: Names, clock: Clock) -> List[Plot]:
    """All plots that have something to show."""
    some = [rates(messages)] if capture.messages else []
    some += [answers(messages, names)] if messages.answers else []
    some += [timeline(capture, names, clock)] if capture.table('circuits', 'circuits').count else []
    return some
