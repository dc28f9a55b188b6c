# SPDX-License-Identifier: BSD-3-Clause
"""The page as HTML. All that comes from a capture goes through escape() or Data.json()."""

import base64
import hashlib
from html import escape
from importlib import resources
from pathlib import Path
from typing import Iterable, Iterator, List, Tuple

from . import text
from .capture import MOST_MARKED, MOST_ROWS, Capture
from .data import MOST_TOLD, Cells, Data, Told
from .draw import Plot, plots
from .messages import MOST_MESSAGES, Messages
from .names import Names
from .rules import NOTE, Finding
from .text import plural
from .words import SECTIONS, TABLES

FIRST_ROWS = 25  # of a table that a page without scripts shows


def _part(name: str) -> str:
    """A file of this package."""
    return (resources.files(__package__) / name).read_text('utf-8')


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _policy(style: str, script: str) -> str:
    """Nothing is fetched, and only this style and this script count."""
    sources = {
        'default-src': "'none'",
        'style-src': _hash(style),
        'script-src': _hash(script),
        'base-uri': "'none'",
        'form-action': "'none'",
    }
    return '; '.join(f'{name} {value}' for name, value in sources.items())


# ---- what it is -------------------------------------------------------------------------------


def _name(capture: Capture, names: Names) -> str:
    files = [names.name('file', Path(name).name) for name in capture.files]
    return ' and '.join(
        files[:1] + [plural(len(each), 'other file') for each in [files[1:]] if each]
    )


def _story(capture: Capture, messages: Messages, names: Names) -> Iterator[str]:
    """Sentences, as plain text."""
    count = {what: len(all) for what, all in capture.names.items()}
    files = plural(len(capture.files), 'file')
    if not capture.messages:
        yield f'There is no Channel Access in this capture ({files}, {text.size(capture.size)}).'
        return
    first, last = capture.span
    yield (
        f'{plural(capture.messages, "message")} of Channel Access in '
        f'{text.duration(last - first)}, from {text.date(first)} to {text.date(last)} UTC '
        f'({files}, {text.size(capture.size)}).'
    )
    circuits = capture.table('circuits', 'circuits').count
    yield (
        f'{plural(count["clients"], "client")} and {plural(count["servers"], "server")}, '
        f'{plural(circuits, "circuit")}, {plural(count["PVs"], "PV name")}.'
    )
    users = sorted(capture.names['users'])
    if users:
        said = [text.short(_user(user, names)) for user in users[:5]] + ['…'] * (len(users) > 5)
        yield f'Clients say they are {", ".join(said)}.'
    kinds = {kind: sum(counts) for kind, counts in messages.rates.items()}
    most = sorted((kind for kind in kinds if kinds[kind]), key=lambda kind: -kinds[kind])
    yield f'Messages by kind: {", ".join(f"{kind} {text.number(kinds[kind])}" for kind in most)}.'
    yield from _heaviest(capture, names)


def _user(user: str, names: Names) -> str:
    name, at, host = user.partition('@')
    return names.name('user', name) + (at and at + names.name('host', host))


def _heaviest(capture: Capture, names: Names) -> Iterator[str]:
    for row in capture.table('channels', 'pvs').rows[:1]:
        share = row['bytes'] / max(1, capture.sums['bytes'])
        if row['pv'] and share > 0.2:
            yield (
                f'{text.short(names.name("pv", row["pv"]))} alone has {share:.0%} of the '
                f'{text.size(capture.sums["bytes"])} on all circuits.'
            )


def _totals(capture: Capture, messages: Messages) -> str:
    tiles = [
        ('messages', capture.messages),
        ('PV names', len(capture.names['PVs'])),
        ('clients', len(capture.names['clients'])),
        ('servers', len(capture.names['servers'])),
        ('circuits', capture.table('circuits', 'circuits').count),
        ('channels', capture.table('channels', 'channels').count),
        ('updates', sum(messages.rates['updates'])),
        ('writes', capture.table('puts', 'puts').count),
        ('errors', capture.sums['errors']),
    ]
    shown = ''.join(f'<div><dt>{name}</dt><dd>{text.number(n)}</dd></div>' for name, n in tiles)
    return f'<dl class="totals">{shown}</dl>'


# ---- what is suspicious -----------------------------------------------------------------------


def _finding(number: int, found: Finding, tables: List[Told], names: Names) -> str:
    rule = found.rule
    labels = list(dict.fromkeys(str(rule.label(names.row(row))) for row in found.examples))
    examples = ', '.join(text.short(label, 80) for label in labels)
    examples += ', …' if found.count > len(labels) else ''
    of = next(
        i for i, each in enumerate(tables) if (each.table.report, each.table.name) == rule.table
    )
    return (
        f'<li class="{rule.level}"><b>{escape(found.said())}</b>: {escape(examples)} '
        f'<a href="#{_id(*rule.table)}" data-finding="{number}" data-of="{of}" '
        f'data-text="{escape(found.said())}">show rows</a></li>'
    )


def _findings(capture: Capture, tables: List[Told], names: Names) -> str:
    items = [
        _finding(i, found, tables, names) for i, found in enumerate(capture.findings) if found.count
    ]
    if capture.messages and not items:
        items = ['<li class="note">Nothing that this page knows of.</li>']
    notices = [] if names.anonymous else capture.notices
    if capture.sums['dropped']:
        notices = [
            *notices,
            f'caw had no room for {plural(capture.sums["dropped"], "row")} of its reports.',
        ]
    items += [f'<li class="{NOTE}">{escape(text.short(notice, 400))}</li>' for notice in notices]
    return f'<h2 id="suspicious">What is suspicious</h2><ul class="findings">{"".join(items)}</ul>'


# ---- plots ------------------------------------------------------------------------------------

TOOLS = """<div class="tools" id="tools" hidden>
<input type="search" id="search" placeholder="Search all tables" aria-label="search all tables">
<label><input type="checkbox" id="marked"> only suspicious rows</label>
<span><label>from <input type="number" id="from" step="any" min="0"> s</label>
<label>to <input type="number" id="to" step="any" min="0"> s</label>
<button type="button" id="whole">Whole capture</button></span>
<button type="button" id="finding" hidden></button>
</div>"""


def _labels(plot: Plot) -> str:
    texts = ''.join(
        f'<text class="left" x="100%" dx="-6" y="{min(max(y + 4, 10), plot.height):.1f}">'
        f'{escape(label)}</text>'
        for y, label in plot.labels
    )
    return f'<svg class="labels" height="{plot.height}" aria-hidden="true">{texts}</svg>'


def _marks(kind: str, plot: Plot, inside: str) -> str:
    return (
        f'<svg class="{kind}" role="img" aria-label="{plot.title}" height="{plot.height}" '
        f'viewBox="0 0 1000 {plot.height}" preserveAspectRatio="none">{inside}</svg>'
    )


def _plot(plot: Plot, span: Tuple[int, int], clock: text.Clock) -> str:
    side = _marks('beside', plot, plot.side) if plot.side else ''
    begin, end = (escape(clock.time(at, 3)) for at in span)
    legend = ''.join(
        f'<li><svg viewBox="0 0 8 8"><rect class="{kind}" width="8" height="8"/></svg>'
        f'{escape(name)}</li>'
        for kind, name in plot.legend
    )
    return (
        f'<figure id="{plot.name}"><figcaption>{plot.title} <span>{escape(plot.note)}</span>'
        '<span class="at"></span></figcaption>'
        f'<div class="frame{" side" if side else ""}">{_labels(plot)}'
        f'<div class="over">{_marks("marks", plot, plot.marks)}</div>{side}'
        f'<svg class="across"><text y="14">{begin}</text>'
        f'<text class="left" x="100%" y="14">{end}</text></svg>'
        f'<ul class="legend">{legend}</ul></div></figure>'
    )


# ---- tables -----------------------------------------------------------------------------------


def _id(report: str, table: str) -> str:
    return f'{report}-{table}'


def _cell(cell: str, number: bool) -> str:
    kind = ' class="number"' if number else ' class="long"' if len(cell) > 40 else ''
    return f'<td{kind}>{escape(cell)}</td>'


def _row(row: List[str], numbers: List[bool], level: str) -> str:
    cells = ''.join(map(_cell, row, numbers))
    return f'<tr{level}>{cells}</tr>'


def _table(told: Told, cells: Cells, number: int, capture: Capture) -> str:
    table = told.table
    head = ''.join(
        f'<th scope="col" class="{"number" if right else "words"}">{escape(title)}</th>'
        for title, right in zip(cells.titles, cells.numbers)
    )
    levels = [
        f' class="{capture.findings[marks[0]].rule.level}"' if marks else ''
        for marks in table.marks
    ]
    rows = ''.join(
        _row(row, cells.numbers, level) for row, level in zip(cells.rows[:FIRST_ROWS], levels)
    )
    shown = min(FIRST_ROWS, len(cells.rows))
    said = (
        plural(table.count, 'row')
        if shown == table.count
        else f'first {shown} of {plural(table.count, "row")}'
    )
    return (
        f'<div class="table" data-table="{number}"><p class="count">{said}</p>'
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        '<div class="more"></div></div>'
    )


def _section(report: str, title: str, question: str, tables: Iterable[Tuple[str, str]]) -> str:
    """Of a report the first table is open, the others are folded."""
    parts = [f'<h2 id="{report}">{title} <span class="dim">{question}</span></h2>']
    known = dict(tables)
    for (of, name), heading in TABLES.items():
        if of != report or name not in known and name != next(_names_of(report)):
            continue
        inside = known.get(name, '<p class="dim">None.</p>')
        if name == next(_names_of(report)):
            parts.append(f'<div id="{_id(report, name)}">{inside}</div>')
        else:
            parts.append(
                f'<details><summary id="{_id(report, name)}">{heading}</summary>{inside}</details>'
            )
    return f'<section>{"".join(parts)}</section>'


def _names_of(report: str) -> Iterator[str]:
    return (name for of, name in TABLES if of == report)


def _sections(capture: Capture, tables: List[Told], data: Data) -> str:
    written = [
        (each.table.report, each.table.name, _table(each, data.cells[i], i, capture))
        for i, each in enumerate(tables)
    ]
    return ''.join(
        _section(*section, [(name, html) for report, name, html in written if report == section[0]])
        for section in SECTIONS
    )


# ---- all together -----------------------------------------------------------------------------


def _footer(messages: Messages, version: str, names: Names) -> str:
    hidden = (
        'Hosts, users, addresses, PV names and texts have other names here, the same everywhere. '
        if names.anonymous
        else ''
    )
    full = ' It is full, and of later rows the messages are left out.' if messages.left_out else ''
    return (
        f'<footer><p>{hidden}A table has its first {MOST_ROWS} rows here, and up to {MOST_MARKED} more '
        f'that are suspicious; the first {MOST_TOLD} rows and the suspicious ones come with their '
        f'first messages, {text.number(MOST_MESSAGES)} in all.{full} Long texts are cut. In a range of time are '
        'the rows whose time touches it; their numbers are those of the whole capture. '
        'Columns are explained by <code>man caw-reports</code>.</p>'
        f'<p>Made by {escape(version)}. All times are UTC. This page fetches nothing.</p></footer>'
    )


def page(
    capture: Capture, tables: List[Told], messages: Messages, names: Names, version: str
) -> str:
    """The whole page."""
    data = Data(capture, tables, messages, names)
    style, script = _part('page.css'), _part('page.js')
    title = f'Channel Access: {_name(capture, names)}'
    story = ''.join(f'<p>{escape(said)}</p>' for said in _story(capture, messages, names))
    drawn = ''.join(
        _plot(plot, capture.span, data.clock)
        for plot in plots(capture, messages, names, data.clock)
    )
    links = ''.join(f'<a href="#{report}">{name}</a>' for report, name, _ in SECTIONS)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{style}</style></head><body>
<header><h1>{escape(title)}</h1>{story}</header>
{_totals(capture, messages)}
{_findings(capture, tables, names)}
{TOOLS}
<div class="plots">{drawn}</div>
<nav aria-label="tables">{links}</nav>
{_sections(capture, tables, data)}
{_footer(messages, version, names)}
<script type="application/json" id="data">{data.json()}</script>
<script>{script}</script>
</body></html>
"""
