# SPDX-License-Identifier: GPL-2.0-or-later
"""Plots: what is drawn is what caw itself prints, and says what it is."""

import json
import warnings
from collections import Counter

import matplotlib
import numpy
import pytest
import talk
import wire

matplotlib.use('Agg')

import matplotlib.dates  # noqa: E402
import matplotlib.pyplot as pyplot  # noqa: E402

import caw as package  # noqa: E402
from caw import plot, traffic  # noqa: E402

pytestmark = pytest.mark.filterwarnings('ignore::caw.Notice')


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close('all')


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize('draw', [plot.latency, plot.rates, plot.timeline])
def test_given_axes_are_drawn_into_and_returned(draw, captures):
    ax = pyplot.figure().add_subplot()
    assert draw(captures / 'puts.pcap', ax) is ax
    assert ax.get_xlabel() == 'time (UTC)' and ax.get_ylabel() and ax.get_legend()
    assert draw(captures / 'puts.pcap') is not ax


def test_values_are_those_of_the_lines(captures, caw):
    path = captures / 'monitors.pcap'
    ax = plot.values(path, 't:sine', 't:cnt')
    assert legend_of(ax) == ['t:sine', 't:cnt']
    for line, pv in zip(ax.get_lines(), ('t:sine', 't:cnt')):
        told = caw(
            path,
            '--where',
            f'pv == "{pv}" and (update or get reply)',
            '--format',
            '{timestamp} {value}',
        )
        wanted = [each.split() for each in told.stdout.splitlines()]
        assert len(wanted) > 20
        assert list(line.get_ydata()) == [float(value) for _, value in wanted]
        times = matplotlib.dates.date2num(line.get_xdata()) * 86400
        assert list(times) == pytest.approx([float(time) for time, _ in wanted], abs=1e-4)


def test_texts_and_units(captures, caw):
    ax = plot.values(captures / 'puts.pcap', 't:so')
    where = 'pv == "t:so" and get reply and not failed'
    told = caw(captures / 'puts.pcap', '--where', where, '--format', '{value}')
    assert list(ax.get_lines()[0].get_ydata()) == told.stdout.splitlines()
    assert ax.get_title() == 't:so'
    ax = plot.values(captures / 'alltypes.pcap', 't:ai')
    units = caw(
        captures / 'alltypes.pcap',
        '--where',
        'pv == "t:ai" and has data.units',
        '--format',
        '{command.metadata.units}',
    )
    (unit,) = set(units.stdout.split())
    assert ax.get_ylabel() == f'value [{unit.strip("b").strip(chr(39))}]'


def test_what_cannot_be_drawn_is_refused(captures):
    with pytest.raises(ValueError, match='no value of t:none'):
        plot.values(captures / 'puts.pcap', 't:none')
    with pytest.raises(ValueError, match='t:wf:double is an array'):
        plot.values(captures / 'monitors.pcap', 't:wf:double')
    with pytest.raises(ValueError, match='t:mbbo has texts and t:sine numbers'):
        plot.values(captures / 'monitors.pcap', 't:sine', 't:mbbo')
    with open(captures / 'puts.pcap', 'rb') as file, pytest.raises(TypeError, match='read twice'):
        plot.timeline(file)


def answers(caw, path):
    told = caw(
        path,
        '--where',
        'response and not (search reply)',
        '--format',
        '{src}:{transport.sport} {dt}',
    )
    found = {}
    for line in told.stdout.splitlines():
        server, took = line.split()
        if took != 'None':
            found.setdefault(server, []).append(float(took))
    return found


def test_answers_are_drawn_by_server(captures, caw):
    path = captures / 'twoiocs.pcap'
    wanted = answers(caw, path)
    ax = plot.latency(path)
    names = [name.rpartition(' ')[0] for name in legend_of(ax)]
    assert set(names) == set(wanted) and len(names) == 3
    for line, name in zip(ax.get_lines(), names):
        assert list(line.get_ydata()) == pytest.approx(wanted[name])
    assert ax.get_yscale() == 'log' and ax.get_ylabel().endswith('[s]')


def test_the_histogram_has_all_answers(captures, caw):
    path = captures / 'twoiocs.pcap'
    ax = plot.latency(path, histogram=True)
    assert sum(len(each) for each in answers(caw, path).values()) == sum(
        max(0, patch.get_height()) for bars in ax.containers for patch in bars
    )
    assert ax.get_xlabel() == 'from request to answer [s]'


def test_servers_beyond_the_most_are_one(captures, caw):
    path = captures / 'twoiocs.pcap'
    counts = sorted(map(len, answers(caw, path).values()), reverse=True)
    names = legend_of(plot.latency(path, servers=1))
    assert names[1] == f'other servers ({sum(counts[1:])})' and len(names) == 2


def test_rates_count_every_message_by_its_kind(captures, caw):
    path = captures / 'oddities.pcap'
    classes = Counter(caw(path, '--format', '{message}').stdout.split())
    names = legend_of(plot.rates(path, bins=50))
    counted = {name.split(' (')[0]: int(name.split('(')[1][:-1]) for name in names}
    assert sum(counted.values()) == sum(classes.values())
    for kind, of in traffic.KINDS.items():
        if of:
            assert counted.get(kind, 0) == sum(classes[each] for each in of)


def test_clients_have_their_circuits_and_searches(captures, caw):
    path = captures / 'midstream.pcap'
    ax = plot.timeline(path)
    told = caw('circuits', path, '--json', '--table', 'circuits').stdout.splitlines()
    circuits = [row for row in map(json.loads, told) if row['table'] == 'circuits']
    lanes = [label.get_text() for label in ax.get_yticklabels()]
    assert set(lanes) == {row['client'].split(':')[0] for row in circuits}
    assert 'circuit' in legend_of(ax)
    (bars,) = [each for each in ax.collections if each.get_label() == 'circuit']
    assert len(bars.get_segments()) == len(circuits)
    crosses = ax.get_lines()[-1].get_xdata()
    assert len(crosses) == sum(row['closed_by'] not in (None, 'client FIN') for row in circuits)


def test_a_capture_without_messages(save):
    """Empty axes, and no word of it."""
    path = save(wire.pcap([]))
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        for draw in (plot.rates, plot.latency, plot.timeline):
            assert draw(path).get_xlabel() == 'time (UTC)'


def test_times_that_are_none(far):
    for draw in (plot.latency, plot.timeline):
        draw(far)
    assert_finite(plot.rates(far))


def assert_finite(ax):
    vertices = [path.vertices for bars in ax.collections for path in bars.get_paths()]
    assert vertices and all(numpy.isfinite(each).all() for each in vertices)


def test_rates_of_a_moment(save):
    """What lasts no time is not divided by it."""
    with warnings.catch_warnings():
        warnings.simplefilter('error', RuntimeWarning)
        packet = wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version() + talk.search(1, 'a'))
        assert_finite(plot.rates(save(wire.capture([packet]))))


def test_a_binary_file(captures):
    with open(captures / 'oddities.pcap', 'rb') as file:
        assert legend_of(plot.rates(file)) == legend_of(plot.rates(captures / 'oddities.pcap'))


def test_a_generator_of_paths(captures):
    """Path.glob() is one; these are drawn from two readings."""
    ax = plot.values(captures.glob('monitors.pcap'), 't:sine', 't:cnt')
    assert len(ax.lines) == 2
    ax = plot.timeline(captures.glob('search-missing.pcap'))
    assert ax.collections


def test_without_matplotlib(captures, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, 'matplotlib.pyplot', None)
    with pytest.raises(ImportError, match=r"pip install 'caw\[plot\]'"):
        package.plot.rates(captures / 'puts.pcap')
