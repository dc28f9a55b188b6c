# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of a capture as a file: what is in it, what is not, what a hostile name makes of it."""

import base64
import hashlib
import json
import os
import re
import shlex
import struct
import subprocess
import sys
from decimal import Decimal

import hostile as floods
import load
import pytest
import talk
import wire

from caw import page
from caw.page.names import names
from pages import HOSTILE, Elements, data_of, hostile
from places import CAPTURES

NAMES = ('oddities', 'twoiocs', 'midstream', 'puts', 'search-missing', 'repeater')


@pytest.fixture(scope='module')
def dangerous(save):
    return save(hostile())


@pytest.fixture(scope='module')
def made(captures, dangerous, program):
    """made(name): the page of this capture and the hostile one."""
    kept = {}

    def made(name, **options):
        key = name, *options
        if key not in kept:
            kept[key] = page.html([captures / f'{name}.pcap', dangerous], **options)
        return kept[key]

    return made


@pytest.fixture
def rows(caw):
    """rows(files): what caw itself says, by report and table."""

    def rows(files):
        found = {}
        for report in ('all', 'srt'):
            for line in caw(report, *files, '--json').stdout.splitlines():
                row = json.loads(line)
                found.setdefault((row.pop('report', report), row.pop('table')), []).append(row)
        return found

    return rows


def table_ids(text):
    """Which table of the data is which: (report, table) of each, by the order in the page."""
    ids, current = {}, None
    for name, attributes in Elements(text).found:
        if name in ('div', 'summary') and '-' in attributes.get('id', ''):
            current = tuple(attributes['id'].split('-'))
        if 'data-table' in attributes:
            ids[current] = int(attributes['data-table'])
    return ids


# ---- safe ------------------------------------------------------------------------------------


@pytest.mark.parametrize('name', NAMES)
def test_the_policy_allows_only_the_style_and_the_script_of_the_page(made, name):
    found = Elements(made(name))
    (policy,) = [
        each['content'] for each, _ in found.named('meta')
        if each.get('http-equiv') == 'Content-Security-Policy'
    ]  # fmt: skip
    assert policy.startswith("default-src 'none';")
    ((_, style),) = found.named('style')
    (script,) = [text for each, text in found.named('script') if 'type' not in each]
    for content in (style, script):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert 'unsafe' not in policy and 'http' not in policy


@pytest.mark.parametrize('name', NAMES)
def test_no_name_becomes_markup(made, name):
    """Elements and attributes are those of the page, and none of them fetches or acts."""
    found = Elements(made(name))
    assert len(found.named('script')) == 2
    assert {each for each, _ in found.found} <= set(
        'html head meta title style body header h1 h2 p dl div dt dd ul li b a input label span '
        'button figure figcaption svg path text rect nav section details summary table thead tbody '
        'tr th td footer code script'.split()
    )
    for _, attributes in found.found:
        assert not any(key.startswith('on') or key in ('src', 'style') for key in attributes)
        assert attributes.get('href', '#').startswith('#')


def test_names_are_shown_as_they_are(made, caw, dangerous):
    """Each stands in the page as caw itself writes it."""
    found = Elements(made('twoiocs'))
    cells = [text for _, text in found.named('td')]
    searched = caw(dangerous, '--where', 'search', '--format', '{pv}').stdout.splitlines()
    assert len(searched) == len(HOSTILE)
    for name in searched:
        assert name in cells


def test_nothing_ends_the_script_early(made):
    text = made('oddities')
    data = text[text.index('id="data">') :]
    data = data[len('id="data">') : data.index('</script>')]
    assert not set('<>&\u2028\u2029') & set(data)
    assert json.loads(data)


# ---- whole -----------------------------------------------------------------------------------


@pytest.mark.parametrize('name', NAMES)
def test_every_row_of_every_report_is_in_it(made, rows, captures, dangerous, name):
    text = made(name)
    data, ids = data_of(text), table_ids(text)
    of_caw = rows([captures / f'{name}.pcap', dangerous])
    assert set(ids) == {key for key in of_caw if key[1] != 'totals'}
    for key, number in ids.items():
        table = data['tables'][number]
        assert table['total'] == len(table['rows']) == len(of_caw[key])
        for shown, row in zip(table['rows'], of_caw[key]):
            cells = [data['words'][word] for word in shown]
            for column, cell in zip(row, cells):
                same_cell(column, row[column], cell)


def same_cell(column, value, cell):
    if value is None:
        assert cell == ''
    elif column.endswith('_ns'):
        assert cell.endswith(f'{value // 1000 % 10**6:06}') or column == 'second_ns'
    elif isinstance(value, list):
        assert cell == ', '.join(value) or cell.endswith('…')
    elif isinstance(value, str):
        assert cell == value or cell == value[:99] + '…'
    else:
        shown = float(cell.replace('\u202f', ''))
        assert shown == pytest.approx(value, abs=0.51e-6 if column.endswith('_s') else 0.51e-3)


@pytest.mark.parametrize('name', ('oddities', 'twoiocs', 'midstream'))
def test_the_command_of_a_row_finds_its_messages(made, caw, captures, dangerous, name):
    """The page counts by its own keys; caw by the expression that it offers."""
    data = data_of(made(name))
    checked = 0
    for table in data['tables']:
        for where, seen, shown in list(zip(table['where'], table['seen'], table['shown']))[:4]:
            if where is None:
                continue
            (expression,) = shlex.split(data['words'][where])
            files = captures / f'{name}.pcap', dangerous
            done = caw(*files, '--where', expression, '--format', '{frame}')
            assert done.returncode == 0, (expression, done.stderr)
            frames = done.stdout.split()
            assert len(frames) == seen, (expression, table['rows'][0])
            assert {data['words'][data['messages'][each][1]] for each in shown} <= set(frames)
            assert bool(shown) == bool(seen)
            checked += 1
    assert checked > 20


def test_the_command_is_one_for_a_shell(made, captures, dangerous, program):
    """What the reader copies means the same to sh, whatever the name."""
    text = made('twoiocs')
    data, ids = data_of(text), table_ids(text)
    table = data['tables'][ids['channels', 'pvs']]
    for where, seen in zip(table['where'], table['seen']):
        command = f'{data["command"]} --where {data["words"][where]}'.replace(
            'caw', str(program), 1
        )
        done = subprocess.run(['sh', '-c', command], capture_output=True, text=True)
        assert len(done.stdout.splitlines()) == seen, (command, done.stderr)


@pytest.mark.parametrize('name', NAMES)
def test_it_is_readable_without_scripts(made, rows, captures, dangerous, name):
    """Story, plots and the first rows are there as HTML."""
    found = Elements(made(name))
    shown = [text for _, text in found.named('td')]
    (story,) = [text for _, text in found.named('p') if ' of Channel Access in ' in text]
    (totals,) = rows([captures / f'{name}.pcap', dangerous])['connect', 'totals']
    assert story.startswith(f'{totals["messages"]} messages')
    assert {each.get('id') for each, _ in found.named('figure')} == {'rates', 'answers', 'timeline'}
    assert len(found.named('rect')) > 5 and len(shown) > 50


@pytest.mark.parametrize(
    'name, told',
    [
        ('search-missing', '4 PVs are searched, and nobody answers'),
        ('twoiocs', '1 PV is answered by more than one server'),
        ('repeater', '1 server restarted'),
        ('oddities', '1 PV was found, but not connected'),
        ('midstream', '2 circuits have channels whose names are not in the capture'),
    ],
)
def test_what_is_suspicious_is_told_on_top(captures, name, told):
    """What is known of these captures: tests/captures/README.md."""
    text = page.html(captures / f'{name}.pcap')
    assert told in text
    assert text.index(told) < text.index('<figure')


def test_a_capture_without_channel_access(save):
    nothing = wire.capture([wire.udp(('10.0.0.1', 9), ('10.0.0.2', 9), b'nothing')])
    text = page.html(save(nothing))
    assert 'There is no Channel Access in this capture' in text
    assert 'no Channel Access' in text


# ---- bounded ---------------------------------------------------------------------------------


def test_rows_messages_and_size_are_bounded(save, tmp_path):
    frames, more = floods.channels(20000)
    path = tmp_path / 'flood.pcap'
    load.write(path, [*frames, *more])
    text = page.html(path)
    data, ids = data_of(text), table_ids(text)
    table = data['tables'][ids['channels', 'channels']]
    assert table['total'] == 20001
    assert len(table['rows']) == 1000
    assert len(data['messages']) <= 5000
    assert max(map(len, data['words'])) <= 400
    assert len(text) < 4_000_000


def test_names_as_long_as_packets_are_cut(save):
    """Of a PV, a user and a host; each is in the page many times."""
    packets = []
    for i in range(60):
        long = b'%d:' % i + b'long"' * 3000
        hello = [wire.message(20, wire.text(long)), wire.message(21, wire.text(long))]
        chunks = [talk.client(wire.message(0, count=13), *hello)]
        chunks += [talk.client(wire.message(18, wire.text(long), p1=1, p2=13)), talk.created(1, 7)]
        packets += wire.circuit(chunks, client=('10.1.0.2', 41000 + i))
    text = page.html(save(wire.capture(packets)))
    assert data_of(text)['tables'][0]['total'] > 0
    assert len(text) < 400_000
    assert max(map(len, data_of(text)['words'])) <= 620


# ---- anonymous -------------------------------------------------------------------------------


@pytest.mark.parametrize('name', NAMES)
def test_anonymized_pages_have_no_name_of_the_capture(caw, captures, made, rows, dangerous, name):
    """Names as caw itself lists them: of PVs, users, hosts; addresses; texts of errors."""
    text = made(name, anonymize=True)
    files = [captures / f'{name}.pcap', dangerous]
    secret = set(re.findall(r'\d+\.\d+\.\d+\.\d+', caw(*files).stdout))
    listed = caw(*files, '--format', '{pv}\t{user}\t{host}').stdout.splitlines()
    secret |= {each for line in listed for each in line.split('\t')} - {'None'}
    secret |= {row['text'] for row in rows(files).get(('errors', 'errors'), []) if row['text']}
    secret |= {path.name for path in files}
    found = Elements(text)
    words = data_of(text)['words']
    words += [each for kind in ('text', 'td', 'li', 'p', 'title') for _, each in found.named(kind)]
    words = '\n'.join(words)
    for each in secret:
        assert not re.search(r'(?<![\w.])' + re.escape(each) + r'(?![\w.])', words), each


def test_anonymized_names_are_the_same_everywhere(made):
    """Row by row, what was the same name is the same name, and what was not is not."""
    plain, hidden = data_of(made('twoiocs')), data_of(made('twoiocs', anonymize=True))
    renamed = {}
    for number in table_ids(made('twoiocs')).values():
        pairs = zip(plain['tables'][number]['rows'], hidden['tables'][number]['rows'])
        for old, new in (pair for rows in pairs for pair in zip(*rows)):
            old, new = plain['words'][old], hidden['words'][new]
            if new.startswith('pv'):
                assert renamed.setdefault(old, new) == new
    assert len(set(renamed.values())) == len(renamed) > 5


@pytest.mark.parametrize('value', ['3.25', '-1', '1e-05', 'nan', '-inf', '[0.1, ...] 3', '[-2, ...] 400'])
def test_numbers_that_were_written_remain(value):
    assert names(anonymize=True).row({'value': value}) == {'value': value}


@pytest.mark.parametrize('value', ['192.168.1.77', '10.0.0.1, 10.0.0.2', '2026-11-27', '+1 555', '[a, ...] 2'])
def test_what_only_begins_as_a_number_is_a_text(value):
    """Such as an address that was written to a string."""
    assert names(anonymize=True).row({'value': value}) == {'value': 'text1'}


# ---- python -m caw report --------------------------------------------------------------------


def run(*arguments):
    return subprocess.run(
        [sys.executable, '-m', 'caw', 'report', *map(str, arguments)],
        capture_output=True,
        text=True,
    )


def test_the_command_writes_the_page(tmp_path, captures):
    target = tmp_path / 'report.html'
    done = run(CAPTURES / 'puts.pcap', '-o', target)
    assert (done.returncode, done.stdout) == (0, ''), done.stderr
    assert Elements(target.read_text()).named('title')[0][1] == 'Channel Access: puts.pcap'
    assert [path.name for path in tmp_path.iterdir()] == ['report.html']


def test_several_files_are_one_capture(tmp_path, captures):
    target = tmp_path / 'report.html'
    assert (
        run(*[CAPTURES / f'{name}.pcap' for name in ('puts', 'twoiocs')], '-o', target).returncode
        == 0
    )
    assert 'puts.pcap and 1 other file' in target.read_text()


@pytest.mark.parametrize('name', ['missing.pcap', 'text.pcap'])
def test_what_is_no_capture_leaves_the_old_page(tmp_path, name):
    target = tmp_path / 'report.html'
    target.write_text('old')
    (tmp_path / 'text.pcap').write_text('no capture at all, but a text')
    done = run(tmp_path / name, '-o', target)
    assert done.returncode == 2 and name in done.stderr and 'Traceback' not in done.stderr
    assert target.read_text() == 'old'


def test_one_packet(save):
    """A capture that lasts no time, of IPv6."""
    data = talk.version() + talk.search(1, 'six')
    segment = struct.pack('>HHHH', 40000, 5064, 8 + len(data), 0) + data
    ends = (0xFD00 << 112 | 1).to_bytes(16, 'big') + (0xFD00 << 112 | 2).to_bytes(16, 'big')
    packet = struct.pack('>IHBB', 6 << 28, len(segment), 17, 64) + ends + segment
    frame = bytes.fromhex('02ca0000000102ca0000000286dd') + packet
    path = save(wire.pcap([(Decimal(wire.NOON), frame)]))
    data = data_of(page.html(path))
    assert data['tables'][0]['seen'] == [1]
    assert '[fd00::1]:40000' in data['words']
    hidden = page.html(path, anonymize=True)
    assert 'address1:40000' in hidden and 'fd00' not in hidden


def test_a_folder_that_is_not_there_is_told_before_the_work(tmp_path):
    done = run(CAPTURES / 'puts.pcap', '-o', tmp_path / 'none' / 'report.html')
    told = f'there is no folder {tmp_path / "none"}\n'
    assert done.returncode == 2 and done.stderr.endswith(told) and done.stderr.count('\n') == 1


def test_a_generator_of_paths(tmp_path):
    """Path.glob() is one, and the capture is read several times."""
    page.write(CAPTURES.glob('twoiocs.pcap'), tmp_path / 'report.html')
    assert (tmp_path / 'report.html').read_text() == page.html(CAPTURES / 'twoiocs.pcap')


def test_times_that_are_none(far):
    """They stand where 64 bits of nanoseconds end, and the page is made."""
    assert '2262-04-11 23:47:16' in page.html(far)


def test_a_file_whose_name_is_no_utf_8(tmp_path):
    capture = os.fsencode(tmp_path) + b'/caf\xe9.pcap'
    with open(capture, 'wb') as file:
        file.write((CAPTURES / 'twoiocs.pcap').read_bytes())
    done = run(os.fsdecode(capture), '-o', tmp_path / 'report.html')
    assert done.returncode == 0, done.stderr
    title = Elements((tmp_path / 'report.html').read_text()).named('title')[0][1]
    assert title == 'Channel Access: caf?.pcap'


def test_the_capture_is_not_overwritten(tmp_path):
    """As by -o *.pcap: the first of them would be the page."""
    capture, link = tmp_path / 'a.pcap', tmp_path / 'b.pcap'
    capture.write_bytes((CAPTURES / 'puts.pcap').read_bytes())
    link.symlink_to(capture)
    for target in (capture, link):
        done = run(CAPTURES / 'twoiocs.pcap', capture, '-o', target)
        assert done.returncode == 2 and 'this is the capture' in done.stderr
    assert capture.read_bytes() == (CAPTURES / 'puts.pcap').read_bytes()


def test_what_is_no_file_remains_what_it_is(tmp_path):
    """/dev/stdout would become a file when root writes there."""
    pipe, link = tmp_path / 'pipe', tmp_path / 'link.html'
    os.mkfifo(pipe)
    reading = ['timeout', '60', 'tail', '-c', '8', pipe]
    with subprocess.Popen(reading, stdout=subprocess.PIPE, text=True) as reader:
        assert run(CAPTURES / 'puts.pcap', '-o', pipe).returncode == 0
        assert reader.communicate()[0] == '</html>\n'
    assert pipe.is_fifo()
    link.symlink_to(tmp_path / 'target.html')
    assert run(CAPTURES / 'puts.pcap', '-o', link).returncode == 0
    assert link.is_symlink() and link.read_text().endswith('</html>\n')


def test_standard_output(tmp_path):
    target = tmp_path / 'report.html'
    run(CAPTURES / 'puts.pcap', '-o', target)
    done = run(CAPTURES / 'puts.pcap', '-o', '-')
    assert (done.returncode, done.stderr) == (0, '') and done.stdout == target.read_text()


def test_a_folder_is_no_page_and_told_as_one(tmp_path):
    done = run(CAPTURES / 'puts.pcap', '-o', tmp_path)
    assert done.returncode == 2 and done.stderr.endswith(f"Is a directory: '{tmp_path}'\n")


def test_a_pipe_is_refused(tmp_path):
    """As <(zcat a.pcap.gz) of a shell is: it would be empty when it is read again."""
    pipe = tmp_path / 'pipe'
    os.mkfifo(pipe)
    done = run(pipe, '-o', tmp_path / 'report.html')
    assert done.returncode == 2 and 'read several times' in done.stderr
