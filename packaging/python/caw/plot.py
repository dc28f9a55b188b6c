# SPDX-License-Identifier: BSD-3-Clause
"""Plots of a capture, with matplotlib: values of PVs, how long answers took, rates, clients.

    axes = caw.plot.values('a.pcap', 'SR:CURRENT')
    caw.plot.rates('a.pcap', ax=axes.figure.add_subplot())

Each draws into the axes it is given, or into those of a new figure, and returns them, with names,
units and a legend. Captures are paths, several of one capture, or open binary files; where is an
expression (man caw-where). Times are UTC, those of the packets. All raise child.Error when caw
fails, and ImportError without matplotlib.
"""

from array import array
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, cast

from . import child, traffic
from .extras import need
from .frames import frame
from .frames import values as _values
from .where import quoted

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas

    Axes = matplotlib.axes.Axes

COLORS = {
    'updates': '#4477aa',
    'reads': '#33bbee',
    'writes': '#ee7733',
    'searches': '#c9a227',
    'channels': '#228833',
    'failures': '#cc3311',
    'beacons': '#aa3377',
    'others': '#a9adb1',
}
OTHERS = 'other servers'
SEARCH_ANSWERS = (b'SearchResponse', b'NotFoundResponse')


def values(
    paths: child.Source, *pvs: str, ax: 'Optional[Axes]' = None, where: Optional[str] = None
) -> 'Axes':
    """The values of PVs over time, each until the next: numbers, or texts such as names of states.

    Raises ValueError for a PV that is an array, or of which the capture has no value, and for texts
    and numbers at once. An open file is read once: for one PV, and its unit is not told.
    """
    paths = child.kept(paths)
    shown = {pv: _shown(pv, _values(paths, pv, where)) for pv in pvs}
    texts = {pv for pv in pvs if isinstance(shown[pv].iloc[0], str)}
    if texts and len(texts) < len(shown):
        one, other = min(texts), min(set(pvs) - texts)
        raise ValueError(f'{one} has texts and {other} numbers: draw each into axes of its own')
    ax = _axes(ax)
    units = set()
    for pv, series in shown.items():
        unit = _unit(paths, pv)
        units.add(unit)
        label = f'{pv} [{unit}]' if unit else pv
        ax.step(series.index.to_numpy(), series.to_numpy(), where='post', marker='.', label=label)
    if len(pvs) == 1:
        ax.set_title(pvs[0])
    ax.set_ylabel(f'value [{min(units)}]' if len(units) == 1 and min(units) else 'value')
    return _finish(ax)


def _shown(pv: str, series: 'pandas.Series') -> 'pandas.Series':
    """All of them numbers, or all of them texts."""
    if not len(series):
        raise ValueError(f'the capture has no value of {pv}')
    kinds = set(map(type, series))
    if not kinds <= {str, float}:
        raise ValueError(f'{pv} is an array: draw its elements, which caw.values returns')
    return series.map(_word) if str in kinds else series


def _word(value: Any) -> str:
    """A text, the empty one included, or a number among texts: a state whose name was not sent."""
    return value if isinstance(value, str) else '' if value != value else f'{value:g}'


def _unit(paths: child.Source, pv: str) -> str:
    """What the capture says of a PV's unit; nothing when no control value of it was sent."""
    if hasattr(paths, 'read'):
        return ''
    where = f'pv {quoted(pv)} and has data.units'
    found = cast('pandas.DataFrame', frame(paths, where, ['data.units']))['data.units']
    known = [unit for unit in found.dropna().unique() if unit]
    return str(known[-1]) if known else ''


def latency(
    paths: child.Source,
    ax: 'Optional[Axes]' = None,
    histogram: bool = False,
    where: Optional[str] = None,
    servers: int = 6,
) -> 'Axes':
    """How long answers took, in seconds, by server: over time, or as a histogram.

    servers: so many are told apart, those with the most answers. Answers to searches are left out:
    several servers may answer, and a name server asks others first.
    """
    numpy = need('numpy', 'plot')
    ax = _axes(ax)
    answers = _fewer(_answers(paths, where), servers)
    took = {server: numpy.array(lasts) / 1e9 for server, (_, lasts) in answers.items()}
    shortest = min((float(each.min()) for each in took.values()), default=1e-6)
    longest = max((float(each.max()) for each in took.values()), default=1.0)
    if histogram:
        bins = numpy.geomspace(max(shortest, 1e-9), max(longest, shortest, 1e-9) * 1.01, 41)
        labels = [_counted(server, len(each)) for server, each in took.items()]
        ax.hist(list(took.values()), bins=bins, stacked=True, label=labels)
        ax.set_xscale('log')
        ax.set_xlabel('from request to answer [s]')
        ax.set_ylabel('answers')
        return _finish(ax, over_time=False)
    for server, (times, _) in answers.items():
        label = _counted(server, len(times))
        ax.plot(_moments(times), took[server], '.', markersize=4, label=label)
    ax.set_yscale('log')
    ax.set_ylabel('from request to answer [s]')
    return _finish(ax)


_Answers = Dict[str, Tuple['array[int]', 'array[int]']]


def _answers(paths: child.Source, where: Optional[str]) -> _Answers:
    """When answers came and how long they took (nanoseconds), by server."""
    found: Dict[bytes, Tuple['array[int]', 'array[int]']] = {}
    columns = ('timestamp', 'dt', 'message', 'src', 'transport.sport')
    for time, took, message, *end in traffic.messages(paths, columns, where):
        if took == b'None' or message in SEARCH_ANSWERS or not message.endswith(b'Response'):
            continue
        server = b'\t'.join(end)
        if server not in found:
            found[server] = array('q'), array('q')
        found[server][0].append(traffic.nanoseconds(time))
        found[server][1].append(traffic.nanoseconds(took))
    return {traffic.end(*key.decode().split('\t')): answers for key, answers in found.items()}


def _fewer(answers: _Answers, most: int) -> _Answers:
    """The servers with the most answers, and all others as one."""
    order = sorted(answers, key=lambda server: (-len(answers[server][0]), server))
    fewer = {server: answers[server] for server in order[:most]}
    for server in order[most:]:
        times, took = fewer.setdefault(OTHERS, (array('q'), array('q')))
        times.extend(answers[server][0])
        took.extend(answers[server][1])
    return fewer


def rates(
    paths: child.Source,
    ax: 'Optional[Axes]' = None,
    bins: int = 200,
    where: Optional[str] = None,
) -> 'Axes':
    """Messages a second over time, by kind, one above the other.

    bins: into so many equal steps the time is divided. What belongs to a kind: traffic.KINDS.
    """
    numpy = need('numpy', 'plot')
    ax = _axes(ax)
    times: Dict[str, 'array[int]'] = {kind: array('q') for kind in traffic.KINDS}
    for time, message in traffic.messages(paths, ('timestamp', 'message'), where):
        times[traffic.kind_of(message.decode())].append(traffic.nanoseconds(time))
    known = [moments for moments in times.values() if moments]
    first, last = min(map(min, known), default=0), max(map(max, known), default=0)
    span = max(last - first, 1000 * bins)
    offsets = numpy.linspace(0, span, bins + 1)  # Numbers since 1970 are too long for a double.
    edges = min(first, traffic.LAST - span) + offsets.astype('int64')
    seconds = span / bins / 1e9
    base = numpy.zeros(bins + 1)
    for kind, moments in times.items():
        if not moments:
            continue
        counts = numpy.histogram(numpy.array(moments) - first, offsets)[0] / seconds
        top = base + numpy.append(counts, counts[-1])
        label, color = _counted(kind, len(moments)), COLORS[kind]
        ax.fill_between(_moments(edges), base, top, step='post', label=label, color=color, lw=0)
        base = top
    ax.set_ylabel('messages a second')
    ax.set_ylim(bottom=0)
    return _finish(ax)


def timeline(
    paths: child.Source,
    ax: 'Optional[Axes]' = None,
    clients: int = 30,
    where: Optional[str] = None,
) -> 'Axes':
    """For each client (by address) bars of what it searched and of its circuits.

    clients: so many, those with the most bars. A cross is the end of a circuit that its client did
    not end by itself. The capture is read twice, so it is a path, or several.
    """
    paths = child.kept(paths)
    ax = _axes(ax)
    searches, circuits = _rows('search', paths, where), _rows('circuits', paths, where)
    bars = _bars(searches, circuits, _span(circuits[:1] + searches[:1]))
    shown = sorted(bars, key=lambda client: -len(bars[client]))[:clients]
    placed = [(y, bar) for y, client in enumerate(shown) for bar in bars[client]]
    for kind, (color, shift) in LANES.items():
        _draw_bars(ax, kind, color, [(y + shift, bar) for y, bar in placed if bar[0] == kind])
    ended = [(y + LANES['circuit'][1], bar[2]) for y, bar in placed if bar[3]]
    at = _dates([last for _, last in ended])
    ax.plot(at, [y for y, _ in ended], 'x', color='#cc3311', label='ended by force or server')
    ax.set_yticks(range(len(shown)))
    ax.set_yticklabels(shown)
    ax.set_ylim(max(len(shown), 1) - 0.5, -0.5)
    ax.set_ylabel('client')
    ax.xaxis_date()
    return _finish(ax)


_Bar = Tuple[str, int, int, bool]  # kind, first and last moment, ended by force


# Colour of a bar by its kind, and where it lies in the lane of its client.
LANES = {
    'search': ('#c9a227', -0.15),
    'search without answer': ('#cc3311', -0.15),
    'circuit': ('#4477aa', 0.15),
}


def _draw_bars(ax: 'Axes', kind: str, color: str, bars: List[Tuple[float, _Bar]]) -> None:
    begins = _dates([first for _, (_, first, _, _) in bars])
    ends = _dates([last for _, (_, _, last, _) in bars])
    places = [y for y, _ in bars]
    ax.hlines(places, begins, ends, color=color, lw=5, alpha=0.5, label=kind)
    ax.plot(begins, places, '|', color=color, markersize=5)


def _rows(report: str, paths: child.Source, where: Optional[str]) -> List[Dict[str, Any]]:
    """The totals, then the rows of its main table."""
    files, stdin = child.inputs(paths)
    if stdin is not None:
        raise TypeError('a timeline is made of files, which are read twice')
    chosen = ['--where', where] if where else []
    with child.lines([report, '--json', '--table', report, *chosen, *files]) as lines:
        rows = [traffic.row(line) for line in lines]
    return sorted(rows, key=lambda row: row['table'] != 'totals')


def _span(totals: List[Dict[str, Any]]) -> Tuple[int, int]:
    return totals[0]['first_ns'] or 0, totals[0]['last_ns'] or 0


def _bars(
    searches: List[Dict[str, Any]], circuits: List[Dict[str, Any]], span: Tuple[int, int]
) -> Dict[str, List[_Bar]]:
    """Bars by address of the client; what was open at an end of the capture reaches to there."""
    bars: Dict[str, List[_Bar]] = {}
    for row in searches[1:]:
        kind = 'search' if row['servers'] else 'search without answer'
        bar = kind, row['first_ns'], row['last_ns'], False
        bars.setdefault(traffic.address_of(row['client']), []).append(bar)
    for row in circuits[1:]:
        times = row['opened_ns'] or span[0], row['closed_ns'] or span[1]
        bar = ('circuit', *times, traffic.by_force(row['closed_by']))
        bars.setdefault(traffic.address_of(row['client']), []).append(bar)
    return bars


# ---- axes -------------------------------------------------------------------------------------


def _axes(ax: 'Optional[Axes]') -> 'Axes':
    """The given ones, or new ones."""
    pyplot = need('matplotlib.pyplot', 'plot')
    return pyplot.subplots(figsize=(10, 4))[1] if ax is None else ax


def _moments(nanoseconds: Any) -> Any:
    """As matplotlib takes them."""
    numpy = need('numpy', 'plot')
    return numpy.asarray(nanoseconds).astype('int64').astype('datetime64[ns]')


def _dates(nanoseconds: List[int]) -> Any:
    """As matplotlib's lines between places want them."""
    return need('matplotlib.dates', 'plot').date2num(_moments(nanoseconds))


def _counted(name: str, count: int) -> str:
    return f'{name} ({count})'


def _finish(ax: 'Axes', over_time: bool = True) -> 'Axes':
    """What all have: the axis of time, a legend when there is anything to tell."""
    if over_time:
        ax.set_xlabel('time (UTC)')
        dates = need('matplotlib.dates', 'plot')
        locator = ax.xaxis.get_major_locator()
        if isinstance(locator, dates.AutoDateLocator):
            ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc='best', fontsize='small')
    return ax
