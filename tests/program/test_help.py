# SPDX-License-Identifier: GPL-2.0-or-later
"""The help and its topics, the manual pages they are made of, and what people try first."""

import gzip
import re
import subprocess

import pytest

from places import BUILD, ROOT

GOOD, USAGE = 0, 2
PAGES = {page.name: page for page in (ROOT / 'ca-core' / 'program' / 'man').iterdir()}


def made(page):
    """The page as it is installed."""
    return gzip.open(BUILD / 'packaging' / f'{page}.gz', 'rt').read()


# ---- examples of the help ----------------------------------------------------------------------


@pytest.fixture(scope='module')
def examples(caw):
    text = caw('--help').stdout
    return re.findall(r'^  (caw .*|sudo .*)$', text, re.M)


def test_the_examples_work(examples, run, captures, program, environment):
    """On our captures, whose names they have; those that capture want rights, and nobody there."""
    live = [line for line in examples if line.startswith('sudo')]
    assert len(live) == 2 and len(examples) >= 6
    for line in examples:
        if line not in live:
            path = f'{program.parent}:{environment["PATH"]}'
            done = run(['bash', '-c', line], env={'PATH': path}, cwd=captures)
            assert done.returncode == GOOD and done.stdout, (line, done.stderr)


def test_the_examples_that_capture_are_understood(examples, caw):
    """Their interface and filter are: what is wrong is that there is no such interface."""
    (line,) = [line for line in examples if line.startswith('sudo caw')]
    filter = re.search(r"-f '(.*)'", line)[1]
    assert caw('--capture-filter', filter.removeprefix('ca:')).returncode == GOOD


# ---- topics ------------------------------------------------------------------------------------


def topics(caw):
    return re.findall(r'^  ([a-z]+)  +\S', caw('help').stdout, re.M)


def test_every_topic_is_told(caw):
    assert {'where', 'format', 'filter', 'reports', 'capture', 'status', 'examples', 'completion',
            'words'} <= set(topics(caw))  # fmt: skip
    for topic in topics(caw):
        done = caw('help', topic)
        assert (done.returncode, done.stderr) == (GOOD, ''), topic
        lines = done.stdout.splitlines()
        assert len(lines) > 3 and not any(line.endswith(' ') for line in lines), topic


def test_topics_fit_the_terminal(caw):
    """But for lines that are examples of output."""
    for topic in topics(caw):
        long = [line for line in caw('help', topic).stdout.splitlines() if len(line) > 80]
        assert all(line.startswith('  ') for line in long), (topic, long)
        assert topic in ('where', 'cookbook', 'examples', 'format', 'time', 'short', 'circuits') or not long


@pytest.mark.parametrize(
    'words, topic',
    [(['live'], 'capture'), (['capture', 'filters'], 'filter'), (['WHERE'], 'where'), (['time'], 'format'), (['files'], 'input'),
     (['connect'], 'reports'), (['color'], 'options')],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_other_names_of_topics(words, topic, caw):
    assert caw('help', *words).stdout == caw('help', topic).stdout != ''


def test_a_topic_that_there_is_not(caw):
    for name, told in (('formt', 'did you mean format?'), ('qqqqqqqq', 'caw help lists them')):
        done = caw('help', name)
        assert (done.returncode, done.stdout) == (USAGE, '')
        assert done.stderr == f'caw: no such topic: {name} ({told})\n'


def test_topics_are_what_man_shows(caw):
    """Every word of the pages, in the order of the pages, beside groff's own words."""
    for page, topic in (('caw-where.7', 'where'), ('caw-reports.7', 'columns'), ('caw-cookbook.7', 'cookbook')):
        shown = subprocess.run(
            ['groff', '-man', '-Tascii', '-P-cbou', '-rHY=0', '-dAD=l'], input=made(page), text=True,
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        body = re.sub(r'^\S+\(7\).*\(7\)$|^caw \d.*$', '', shown, flags=re.M)
        same = [re.sub(r"[`'\u2018\u2019]", "'", text) for text in (body, caw('help', topic).stdout)]
        ours, theirs = [re.sub(r'^\s*[*o]\s', ' ', text, flags=re.M).split() for text in same]
        assert ours == theirs


# ---- manual pages ------------------------------------------------------------------------------


@pytest.mark.parametrize('page', PAGES)
def test_a_page_is_good_roff(page, tmp_path):
    file = tmp_path / page
    file.write_text(made(page))
    for command in (['mandoc', '-Tlint', '-W', 'warning'], ['groff', '-ww', '-man', '-z', '-Tutf8']):
        done = subprocess.run([*command, file], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (GOOD, '', '')


def test_the_manual_has_every_option(caw):
    manual = made('caw.1').replace(r'\-', '-')
    options = re.findall(r'^  (-[-\w]+)(?:, (--\w+))?', caw('--help').stdout, re.M)
    told = {name for pair in options for name in pair if name}
    assert {'-r', '--format', '--version', '--color', '--'} <= told
    items = re.findall(r'^\.TP\n\\fB(.*)$|^\.TP\n\.BI (.*)$', manual, re.M)
    text = '\n'.join(a or b for a, b in items)
    assert {name for name in told if not re.search(rf'(?<![-\w]){name}(?![-\w])', text)} == set()


# ---- reports by their names --------------------------------------------------------------------


def test_a_report_by_its_name(caw, captures):
    file = captures / 'twoiocs.pcap'
    asked = caw('-z', 'ca,connect', file)
    assert asked.stdout
    for how in (['connect', file], ['connect', '-r', file], ['-r', file, 'connect']):
        done = caw(*how)
        assert (done.returncode, done.stdout, done.stderr) == (GOOD, asked.stdout, '')


@pytest.mark.parametrize('name', ['connect', 'help'])
def test_a_file_comes_first(name, caw, captures, stage):
    folder = stage / 'made' / f'named-{name}'
    folder.mkdir()
    (folder / name).symlink_to(captures / 'beacons.pcap')
    folder.chmod(0o755)
    done = caw(name, cwd=folder)
    assert done.returncode == GOOD and done.stdout.count('Beacon(') == 8
    assert done.stderr.startswith('caw: there is a file of this name')


# ---- first guesses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    'line, told',
    [
        ('-v FILE', '--version'),
        ('-q FILE', '--quiet'),
        ('-w out.pcap FILE', 'tshark -r FILE -Y ca -w OUT'),
        ('-x FILE', 'tshark -x -r FILE'),
        ('-e ca.pv FILE', '--format'),
        ('-t a FILE', '--time'),
        ('-tttt FILE', '--time'),
        ('-T json FILE', 'tshark -T json'),
        ('-T fields -e ca.pv FILE', 'tshark -T json'),
        ('-p FILE', '-i any'),
        ('-d tcp.port==5066,ca FILE', 'caw FILE -- -d'),
        ('-o ca.x:1 FILE', 'caw FILE -- -o'),
        ('-2 FILE', 'caw FILE -- -2'),
        ('-R ca FILE', 'caw FILE -- -R'),
        ('-s 0 FILE', 'whole'),
        ('-A FILE', 'tshark -x'),
        ('-5 FILE', '-c 5'),
        ('--json=all FILE', '--json takes nothing, or =full'),
        ('--csv=pvs FILE', 'no such key: pvs (did you mean pv?)'),
        ('connect puts FILE', 'or caw all'),
        ('--puts FILE', 'caw puts FILE'),
        ('--port 5064 FILE', "--where 'port 5064'"),
        ('--host 10.0.0.1 FILE', "--where 'host 10.0.0.1'"),
        ('--client 10.0.0.1 FILE', 'src == 10.0.0.1'),
        ('--severity MAJOR FILE', "--where 'severity >= MINOR'"),
        ('--since 15:00 FILE', '--where \'timestamp >= "2026-11-24 15:00"\''),
        ('--no-color FILE', '--color never'),
        ('--relative FILE', '--time=iso, local, relative'),
        ('\u2013\u2013where put FILE', 'as a keyboard has it'),
        ('missing.pcap put', "--where 'put'"),
        ('--table x FILE', 'caw connect --table TABLE FILE'),
        ('--csv frame,pv FILE', 'columns are chosen by --csv=frame,pv'),
        ('--csv=by,dt FILE', 'no such key: dt (did you mean dst?)'),
        ('--csv=time FILE', '(did you mean time_ns?)'),
        ('--csv=severity FILE', '(did you mean data.severity?)'),
        ('--csv=ca.update_interval FILE', '(did you mean update_interval_ns?)'),
        ('--csv=ca.pv FILE', '(did you mean pv?)'),
        ('--evry 5 FILE', 'did you mean --every?'),
        ('--filter put FILE', '--where chooses messages'),
        ('--verbose FILE', '--version'),
        ('--output x FILE', 'tcpdump -w'),
        ('--count 3 FILE', '-c COUNT'),
        ('--read-file FILE', '-r FILE'),
        ('--display-filter ca FILE', '-Y'),
        ('--pv t:ao FILE', """--where 'pv == "NAME"'"""),
        ('--frame 5 FILE', "--where 'frame == NUMBER'"),
        ('--put FILE', "--where 'put'"),
        ('--unanswered FILE', "--where 'unanswered'"),
        ('--formt x FILE', 'did you mean --format?'),
        ('--colour=always FILE', 'did you mean --color?'),
        ('--memroy 1G FILE', 'did you mean --memory?'),
        ('-where put FILE', 'did you mean --where?'),
        ('--c 5 FILE', '--circuits or --color or --csv or --capture-filter'),
        ('--color=allways FILE', 'auto|always|never, not allways: did you mean always?'),
        ('--time=human FILE', 'epoch|iso|local|relative|delta, not human'),
        ('--where=put --where=get FILE', 'twice'),
        ('-Y ca -Y ca FILE', 'twice'),
        ('-i lo -f udp -f tcp', 'twice'),
        ('tcp port 5064', "caw -i any -f 'tcp port 5064'"),
        ('-i lo -f put', "-f 'ca:put'"),
        ('-i lo -f (error)', "-f 'ca:(error)'"),
        ('-i lo tcp port 5064', "caw -i lo -f 'tcp port 5064'"),
        ('put', "--where 'put'"),
        ('beacon FILE', "--where 'beacon'"),
        ('conect FILE', 'did you mean connect?'),
        ('hepl', 'did you mean help?'),
        ('-z ca,conect FILE', 'did you mean ca,connect?'),
        ('-z connect FILE', 'did you mean -z ca,connect?'),
        ('-z connect,json FILE', 'did you mean -z ca,connect,json?'),
        ('-z ca,qqqqqq FILE', 'there are ca,lines, ca,search, ca,connect, ca,circuits, ca,channels, ca,puts, ca,errors, ca,servers, ca,srt'),
        ('-z puts FILE', 'did you mean -z ca,puts?'),
        ('al FILE', 'did you mean all?'),
        ('FILE puts --json', 'the report comes first: caw puts'),
        ('FILE put', "--where 'put'"),
        ('FILE pv~"t:*"', "--where 'pv~\"t:*\"'"),
        ('FILE put and pv == t:ao', "--where 'put and pv == t:ao'"),
        ('put and get FILE', "--where 'put and get'"),
        ('--where put and get FILE', "--where '... and get'"),
        ('-r FILE host 10.0.0.1 and port 5064', "--where 'host 10.0.0.1 and port 5064'"),
        ('FILE ip host 10.0.0.1', "tcpdump -r FILE -w - 'ip host 10.0.0.1' | caw"),
        ('connect -z ca,srt FILE', 'two reports'),
        ('missing.pcap', 'No such file'),
    ],
)
def test_the_right_way_is_told(line, told, caw, captures):
    words = [str(captures / 'puts.pcap') if word == 'FILE' else word for word in line.split()]
    done = caw(*words, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (USAGE, '')
    assert done.stderr.startswith('caw: ') and len(done.stderr.splitlines()) == 1
    assert told in done.stderr


@pytest.mark.parametrize(
    'line',
    [
        'FILE', '-n FILE', '-rFILE', '-nlUrFILE', 'FILE -c 5 -n', '-nc5 FILE', '--form={pv} FILE',
        '--where=put FILE', '--wh put FILE', 'FILE FILE', '-ni lo --version', '--vers', '-nV', '-nh',
        '--format {src} -r FILE', 'FILE --time=iso', '--short FILE',
    ],
)  # fmt: skip
def test_what_works_at_once(line, caw, captures):
    done = caw(*line.replace('FILE', str(captures / 'puts.pcap')).split(), stdin=subprocess.DEVNULL)
    assert done.returncode == GOOD and done.stdout
