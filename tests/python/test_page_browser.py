# SPDX-License-Identifier: GPL-2.0-or-later
"""The page in headless Chromium: what moves in it, and that nothing else does.

Every page is of a recorded capture and of one with hostile names. What it shows is compared with the
reports of caw.
"""

import json
from collections import Counter

import pytest

from browser import Browser
from caw import page
from pages import hostile

PAGES = ('oddities', 'twoiocs', 'midstream', 'puts')
BEGIN = 1795402800  # the hostile capture is before these


@pytest.fixture(scope='module')
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture(scope='module')
def files(captures, save):
    kept = {}

    def files(name):
        if not kept:
            kept['hostile'] = save(hostile(BEGIN))
        return [kept['hostile'], captures / f'{name}.pcap']

    return files


@pytest.fixture(scope='module')
def paths(files, tmp_path_factory, program):
    """paths(name): the page of this capture and the hostile one, as a file."""
    kept = {}
    folder = tmp_path_factory.mktemp('pages')

    def paths(name, **options):
        key = name, *options
        if key not in kept:
            kept[key] = folder / f'{len(kept)}.html'
            page.write(files(name), kept[key], **options)
        return kept[key]

    return paths


@pytest.fixture
def opened(browser, paths):
    """opened(name): the browser with this page; afterwards nothing must have gone wrong in it."""
    browser.troubles.clear()

    def opened(name, anonymize=False, **options):
        browser.open(paths(name, **({'anonymize': True} if anonymize else {})), **options)
        return browser

    yield opened
    assert browser.run('window.harmed') is None
    assert browser.troubles == []


@pytest.fixture
def rows(caw, files):
    """rows(name, report, table): what caw itself says."""

    def rows(name, report, table):
        told = caw(report, *files(name), '--json', '--table', table).stdout.splitlines()
        return [row for row in map(json.loads, told) if row['table'] == table]

    return rows


def cells(browser, table, column):
    """The texts of a column of a table, from 1; its rows all shown."""
    selector = f'#{table} tbody tr:not(.told) > td:nth-child({column + 1})'
    return browser.run(f"""
        [...document.querySelectorAll('#{table} .more button')].at(-1)?.click();
        [...document.querySelectorAll('{selector}')].map((cell) => cell.textContent)""")


def section(report):
    return f'{report}-{report}'


def click(browser, selector):
    browser.run(f"document.querySelector('{selector}').click()")


def sort(browser, table, column):
    click(browser, f'#{table} th:nth-child({column + 1}) button')


def put(browser, name, text, event='input'):
    browser.run(f"""(() => {{
        const input = document.getElementById('{name}');
        input.value = {json.dumps(text)};
        input.dispatchEvent(new Event('{event}'));
    }})()""")


def set_range(browser, first, last):
    put(browser, 'to', str(last), 'change')
    put(browser, 'from', str(first), 'change')
    put(browser, 'to', str(last), 'change')


# ---- nothing goes wrong ----------------------------------------------------------------------


@pytest.mark.parametrize('name', PAGES)
@pytest.mark.parametrize('anonymize', [False, True])
def test_everything_can_be_clicked(opened, name, anonymize):
    """Each heading, each row, each link; no name acts, nothing is fetched, no script fails."""
    browser = opened(name, anonymize)
    browser.run("""
        document.querySelectorAll('details').forEach((each) => { each.open = true; });
        document.querySelectorAll('th button').forEach((each) => each.click());
        document.querySelectorAll('td.open button').forEach((each) => each.click());
        document.querySelectorAll('.findings a').forEach((each) => each.click());
        document.getElementById('marked').click();
        document.querySelectorAll('*').forEach((each) => each.dispatchEvent(new MouseEvent('mouseover')));
    """)
    assert browser.run("document.querySelectorAll('script').length") == 2
    assert (
        browser.run("document.querySelectorAll('img, iframe, object, [onmouseover]').length") == 0
    )
    assert not browser.run("document.getElementById('tools').hidden")


# ---- tables ----------------------------------------------------------------------------------


def test_a_column_of_numbers_is_sorted_as_numbers(opened, rows):
    browser = opened('oddities')
    known = [row['create_s'] for row in rows('oddities', 'connect', 'connect')]
    numbers = sorted((each for each in known if each is not None), reverse=True)
    sort(browser, 'connect-connect', 8)
    shown = cells(browser, 'connect-connect', 8)
    assert [float(each) for each in shown if each] == pytest.approx(numbers, abs=1e-6)
    assert shown[len(numbers) :] == [''] * (len(known) - len(numbers))
    sort(browser, 'connect-connect', 8)
    again = cells(browser, 'connect-connect', 8)
    assert [float(each) for each in again if each] == pytest.approx(numbers[::-1], abs=1e-6)
    heading = "document.querySelector('#connect-connect [aria-sort]')"
    assert browser.run(f"{heading}.textContent + {heading}.getAttribute('aria-sort')") == (
        'create [s]ascending'
    )


def test_a_column_of_texts_is_sorted_as_texts(opened, rows):
    browser = opened('puts')
    names = [row['pv'] for row in rows('puts', 'connect', 'connect')]
    sort(browser, 'connect-connect', 1)
    assert cells(browser, 'connect-connect', 1) == sorted(
        names, key=lambda s: s.encode('utf-16-be')
    )


def test_the_search_is_for_all_words_in_all_tables(opened, rows):
    browser = opened('puts')
    put(browser, 'search', 'T:MBBO callback')
    puts = [row for row in rows('puts', 'puts', 'puts') if row['pv'] == 't:mbbo']
    wanted = [row['value'] for row in puts if row['kind'] == 'callback']
    assert cells(browser, 'puts-puts', 8) == wanted
    assert cells(browser, 'search-search', 1) == []
    put(browser, 'search', '</script>')
    hostile = [row['pv'] for row in rows('puts', 'search', 'search') if '</script>' in row['pv']]
    assert cells(browser, 'search-search', 1) == hostile and hostile


def test_only_suspicious_rows(opened, rows):
    browser = opened('oddities')
    click(browser, '#marked')
    unanswered = [row['pv'] for row in rows('oddities', 'search', 'search') if not row['servers']]
    assert cells(browser, 'search-search', 1) == unanswered


def test_a_finding_shows_its_rows(opened, rows):
    browser = opened('oddities')
    link = "[...document.querySelectorAll('.findings a')].find((a) => a.dataset.text.includes('without success'))"
    browser.run(f'{link}.click()')
    refused = [
        row['pv'] for row in rows('oddities', 'puts', 'puts')
        if row['outcome'] not in ('ok', 'unconfirmed')
    ]  # fmt: skip
    assert cells(browser, 'puts-puts', 7) == refused
    click(browser, '#finding')
    assert len(cells(browser, 'puts-puts', 7)) == len(rows('oddities', 'puts', 'puts'))


def test_more_rows_come_when_they_are_asked_for(opened, rows):
    browser = opened('oddities')
    shown = "document.querySelectorAll('#connect-connect tbody tr').length"
    assert browser.run(shown) == 25
    click(browser, '#connect-connect .more button')
    assert browser.run(shown) == len(rows('oddities', 'connect', 'connect'))


# ---- time ------------------------------------------------------------------------------------


def within(rows, first, last, start):
    """The rows of puts that a range (seconds since the start) touches."""
    for row in rows:
        begin = (row['timestamp_ns'] - start) / 1e9
        if begin <= last and begin + (row['took_s'] or 0) >= first:
            yield row['pv']


def test_a_range_of_time_is_for_tables_and_plots(opened, rows):
    """Of the hostile capture alone, whose writes are some seconds apart."""
    browser = opened('puts')
    puts = rows('puts', 'puts', 'puts')
    first, last = 15.5, 58.25
    set_range(browser, first, last)
    wanted = list(within(puts, first, last, BEGIN * 10**9))
    assert 0 < len(wanted) < len(puts)
    assert cells(browser, 'puts-puts', 7) == wanted
    boxes = browser.run(
        "[...document.querySelectorAll('svg.marks')].map((svg) => svg.getAttribute('viewBox'))"
    )
    assert len(boxes) == 3 and len({tuple(box.split()[::2]) for box in boxes}) == 1
    left, width = (float(each) for each in boxes[0].split()[::2])
    assert left / width == pytest.approx(first / (last - first), rel=1e-3)
    click(browser, '#whole')
    assert len(cells(browser, 'puts-puts', 7)) == len(puts)


def test_the_scale_of_rates_is_that_of_the_range(opened, caw, files):
    """What is low is seen beside a storm elsewhere: the labels end at the highest rate of the range."""
    browser = opened('oddities')
    width = browser.run("JSON.parse(document.getElementById('data').textContent).rate_width") / 1e6
    told = caw(*files('oddities'), '--format', '{timestamp}').stdout.split()
    bins = Counter(int((float(time) - float(told[0])) / width) for time in told)
    last = 100  # of the hostile capture alone
    labels = "[...document.querySelectorAll('#rates .labels text')].map((text) => text.textContent)"
    for end in (browser.run("Number(document.getElementById('to').value)"), last):
        set_range(browser, 0, end)
        most = max(count for bin, count in bins.items() if bin <= end / width) / width
        highest = float(browser.run(labels)[-1].replace('\u202f', ''))
        assert most / 2 < highest <= most * 1.01


def test_the_histogram_counts_the_range(opened):
    """Its bars have the lengths of the answers that the range has."""
    browser = opened('twoiocs')
    set_range(browser, 0, 100)  # of the hostile capture alone
    wide = "[...document.querySelectorAll('[data-bin]')].filter((bar) => Number(bar.getAttribute('width')) > 0).length"
    few = browser.run(wide)
    click(browser, '#whole')
    assert 0 < few < browser.run(wide)


def test_dragging_over_a_plot_chooses_the_range(opened):
    browser = opened('twoiocs')
    browser.run("document.querySelector('#rates').scrollIntoView()")
    box = browser.run("""(() => {
        const box = document.querySelector('#rates .over').getBoundingClientRect();
        return [box.left, box.top, box.width, box.height];
    })()""")
    left, top, width, height = box
    whole = float(browser.run("document.getElementById('to').value"))
    y = top + height / 2
    browser.drag((left + width * 0.25, y), (left + width * 0.75, y))
    chosen = [
        float(browser.run(f"document.getElementById('{name}').value")) for name in ('from', 'to')
    ]
    assert chosen == pytest.approx([whole * 0.25, whole * 0.75], rel=0.02)


# ---- messages --------------------------------------------------------------------------------


@pytest.mark.parametrize('name', PAGES)
def test_a_row_opens_to_its_messages_and_their_command(opened, caw, rows, files, name):
    browser = opened(name)
    click(browser, '#circuits-circuits td.open button')
    told = browser.run("document.querySelector('tr.told').innerText")
    first = rows(name, 'circuits', 'circuits')[0]
    address, port = first['client'].split(':')
    lines = caw(
        *files(name), '--where', f'tcp and host {address} and port {port}', '--format', '{message}'
    )
    messages = lines.stdout.splitlines()
    shown = browser.run(
        "[...document.querySelectorAll('tr.told tbody td:nth-child(5)')].map((td) => td.textContent)"
    )
    assert shown == messages[:8]
    assert f'of {len(messages)} messages' in told or len(messages) == len(shown)
    assert f"--where 'tcp and host {address} and port {port}" in told
    click(browser, '#circuits-circuits td.open button')
    assert browser.run("document.querySelector('tr.told')") is None


# ---- other ways to read it -------------------------------------------------------------------


@pytest.mark.parametrize('name', PAGES)
def test_without_scripts(opened, browser, name):
    """Everything that needs a script is away; tables and plots are there."""
    opened(name, scripts=False)
    shown = browser.ask('DOM.getDocument', depth=-1)['root']
    texts = json.dumps(shown)
    assert 'svg' in texts and 'tbody' in texts
    root = shown['nodeId']
    tools = browser.ask('DOM.querySelector', nodeId=root, selector='#tools[hidden]')['nodeId']
    rows = browser.ask('DOM.querySelectorAll', nodeId=root, selector='tbody tr')['nodeIds']
    assert tools and len(rows) > 20


@pytest.mark.parametrize('width', (360, 768))
@pytest.mark.parametrize('name', PAGES)
def test_on_a_phone_only_tables_scroll_sideways(opened, name, width):
    browser = opened(name, width=width, height=640)
    assert browser.run('document.documentElement.scrollWidth') == width
    assert browser.run("document.querySelector('#rates svg.marks').clientWidth") > width / 2


@pytest.mark.parametrize('name', PAGES)
def test_it_prints(opened, name):
    browser = opened(name)
    assert browser.pdf().startswith(b'%PDF')
