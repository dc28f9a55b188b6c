# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines in other forms: short ones, times, arrays, circuits, colours, none at all; and progress."""

import errno
import os
import pty
import re
import struct
import subprocess
from datetime import datetime, timezone
from decimal import Decimal
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
import wire
from places import CAPTURES, as_nobody

PUTS = CAPTURES / 'puts.pcap'
MONITORS = CAPTURES / 'monitors.pcap'
TYPES = CAPTURES / 'alltypes.pcap'
ODDITIES = CAPTURES / 'oddities.pcap'
ARRAYS = CAPTURES / 'bigarrays.pcap'
SHOWN = 119


@pytest.fixture
def lines(caw):
    def lines(*arguments, status=0, **options):
        done = caw(*arguments, **options)
        assert done.returncode == status, done.stderr
        return done.stdout.splitlines()

    return lines


def records(path):
    """(time as a Decimal, packet) of a pcap in microseconds."""
    content = path.read_bytes()
    assert content[:4] == b'\xd4\xc3\xb2\xa1'
    at = 24
    while at < len(content):
        seconds, micros, length, _ = struct.unpack_from('<IIII', content, at)
        yield Decimal(f'{seconds}.{micros:06}'), content[at + 16 : at + 16 + length]
        at += 16 + length


# ---- times ---------------------------------------------------------------------------------------


def as_date(seconds, zone):
    whole, parts = divmod(seconds, 1)
    date = datetime.fromtimestamp(int(whole), zone).isoformat()
    text = f'{date[:19]}.{int(parts * 10**6):06}{date[19:]}'
    return text.replace('+00:00', 'Z')


def epochs(lines, *arguments):
    return [Decimal(text) for text in lines(*arguments, '--format', '{timestamp:.6f}')]


def test_dates(lines):
    times = epochs(lines, PUTS)
    found = lines(PUTS, '--time', 'iso', '--format', '{timestamp}')
    assert found == [as_date(each, timezone.utc) for each in times]
    assert len(set(found)) > 20


@pytest.mark.parametrize('zone', ['America/St_Johns', 'Asia/Kolkata', 'Europe/Berlin', 'UTC'])
def test_local_dates(zone, lines):
    times = epochs(lines, PUTS)
    found = lines(PUTS, '--time=local', '--format', '{timestamp}', env={'TZ': zone})
    assert found == [as_date(each, ZoneInfo(zone)) for each in times]


def test_summer_time_begins_within_a_capture(lines, save):
    start = datetime(2026, 3, 29, 0, 59, 56, tzinfo=timezone.utc).timestamp()
    packets = wire.timed(wire.circuit([('client', wire.message(23))] * 4), int(start))
    path = save(wire.pcap(wire.ethernet(packets)))
    found = lines(path, '--time=local', '--format', '{timestamp}', env={'TZ': 'Europe/Berlin'})
    assert found == [as_date(each, ZoneInfo('Europe/Berlin')) for each in epochs(lines, path)]
    assert len(found) == 4


def test_since_the_first_packet(lines):
    (first, _), *_ = records(PUTS)
    times = epochs(lines, PUTS)
    for arguments in (('--time', 'relative', '--format', '{timestamp}'), ('--format', '{elapsed}')):
        found = lines(PUTS, *arguments)
        assert [Decimal(text) for text in found] == [each - first for each in times]
        assert all(re.fullmatch(r'\d+\.\d{6}', text) for text in found)


def test_since_the_line_before(lines):
    times = epochs(lines, PUTS, '--where', 'put')
    found = lines(PUTS, '--where', 'put', '--time', 'delta')
    steps = [after - before for before, after in zip(times, times[1:])]
    assert [Decimal(line.split()[0]) for line in found] == [0, *steps]


@pytest.mark.parametrize('form', [(), ('--short',), ('--format', '{timestamp:>20} {frame}')])
def test_a_line_that_waited_has_its_own_time(form, lines):
    """It comes after later ones: its step may go back. All steps together lead to each time."""
    where = 'time < 1 or put or unanswered'
    times = epochs(lines, ODDITIES, '--where', where)
    found = lines(ODDITIES, '--where', where, '--time', 'delta', *form)
    steps = [Decimal(line.split()[0]) for line in found]
    assert sorted(accumulate(steps)) == sorted(each - times[0] for each in times)
    assert min(steps) < 0


def test_the_step_is_from_the_line_above(lines):
    found = lines(ODDITIES, '--where', 'time < 1 or put or unanswered', '--time', 'delta',
                  '--format', '{timestamp} {elapsed}')  # fmt: skip
    pairs = [[Decimal(each) for each in line.split()] for line in found]
    for (_, before), (step, now) in zip(pairs, pairs[1:]):
        assert step == now - before


def test_a_spec_for_numbers_is_not_for_dates(caw):
    done = caw(PUTS, '--time', 'iso', '--format', '{timestamp:.3f}')
    assert done.returncode == 2 and "'f' is for numbers" in done.stderr
    assert caw(PUTS, '--time', 'relative', '--format', '{timestamp:.3f}').returncode == 0


# ---- tokens --------------------------------------------------------------------------------------


def test_what_is_inside_of_words(lines):
    tokens = ['command', 'message', 'command.__class__.__name__', 'command.data[0]', 'severity',
              'command.metadata.severity', 'command.metadata.status', 'command.metadata.timestamp',
              'command.status.name', 'command.status.code_with_severity']  # fmt: skip
    form = r'\t'.join(f'{{{token}}}' for token in tokens)
    seen = set()
    for line in lines(TYPES, '--format', form):
        command, message, name, first, severity, *metadata, status, code = line.split('\t')
        assert message == name == command.partition('(')[0]
        expected = re.search(r"(?:Array\('\w', |data=)\[(b'[^']*'|b\"[^\"]*\"|[^],]+)", command)
        assert first == (expected[1] if expected else 'None')
        word = re.search(r'severity=<AlarmSeverity\.(\w+?)(?:_ALARM)?: (\d)>', command)
        assert severity.replace('NO_ALARM', 'NO') == (word[1] if word else 'None')
        assert metadata[0] == (word[2] if word else 'None')
        alarm = re.search(r'status=<AlarmStatus\.\w+: (\d+)>', command)
        assert metadata[1] == (alarm[1] if alarm else 'None')
        stamp = re.search(r'timestamp=([\d.]+)', command)
        assert metadata[2] == (stamp[1] if stamp else 'None')
        eca = re.search(r"CAStatusCode\(name='(\w+)', code=\d+, code_with_severity=(\d+)", command)
        assert (status, code) == (eca.groups() if eca else ('None', 'None'))
        seen.add((bool(expected), bool(word), bool(stamp), bool(eca)))
    assert len(seen) > 3


def test_values(lines):
    found = lines(PUTS, '--where', 'put', '--format', '{value}')
    assert found[:4] == ['2.5', '3.5', 'Fault', '1']
    assert 'alpha beta gamma delta' in found
    assert '1.5 -2.25 1e300 ... 3 of 5' in found
    assert 'a long string through a char waveform' in found
    states = lines(TYPES, '--format', '{value}|{command}', '--where', 'has data.enum and value >= 0')
    for line in states:
        names = re.findall(r"b'(\w+)'", re.search(r'enum_strings=\(([^)]*)', line)[1])
        number = int(re.search(r"Array\('H', \[(\d+)", line)[1])
        assert line.partition('|')[0].split()[0] == names[number]
    assert len(states) > 1


def test_a_command_takes_the_specs_of_text(lines):
    assert lines(PUTS, '--format', '{command:.60}') == [
        line[:60] for line in lines(PUTS, '--format', '{command}')
    ]


# ---- arrays --------------------------------------------------------------------------------------

ARRAY = re.compile(r"(Array\('\w'(?:, )?)?\[([^]]*)\]")


def shortened(line, most):
    def shorten(match):
        elements = match[2].split(', ')
        if len(elements) <= most:
            return match[0]
        shown = ''.join(each + ', ' for each in elements[:most])
        return f'{match[1] or ""}[{shown}... {most} of {len(elements)}]'

    return re.sub(ARRAY, shorten, line, count=1)


@pytest.mark.parametrize('most', [1, 3, 32])
def test_arrays_are_shortened(most, lines):
    whole = [line for line in lines(ARRAYS) if 'data=Array' in line]
    short = [line for line in lines(ARRAYS, '--elements', str(most)) if 'data=Array' in line]
    assert short == [shortened(line, most) for line in whole]
    assert max(map(len, whole)) > 10**6 and max(map(len, short)) < 2000
    data = lines(ARRAYS, '--elements', str(most), '--format', '{command.data}')
    assert [each for each in data if each != 'None' and 'Array' in each] == [
        re.search(r'data=(Array\(.*?\]?\)), ', line)[1] for line in short
    ]


def test_all_of_them(lines):
    assert lines(ARRAYS, '--elements', '0') == lines(ARRAYS)


# ---- short lines ---------------------------------------------------------------------------------

SHORT = re.compile(r'(\S+)  (\S+) +(->|<-) (\S+) +(\S.*)')


@pytest.mark.parametrize('name', sorted(path.name for path in CAPTURES.glob('*.pcap')))
def test_short_lines(name, caw):
    """Who speaks to whom is what the whole line says; no line is too wide."""
    whole = caw(CAPTURES / name).stdout.splitlines()
    short = caw(CAPTURES / name, '--short').stdout.splitlines()
    assert len(short) == len(whole)
    for line, brief in zip(whole, short):
        time, ends, _ = line.split(' ', 2)
        shown, client, arrow, server, _ = SHORT.fullmatch(brief).groups()
        source, target = ends.split('->')
        assert (source, target) == ((client, server) if arrow == '->' else (server, client))
        assert Decimal(shown) == Decimal(time)
        assert len(brief) <= SHOWN


LONG = 'SR:C01-MG:' + 'very:' * 30 + 'long:name'
NAMES = [b'x' * 400, LONG.encode(), '\u4e2d\u6587'.encode() * 60, b'\x1b[2J' * 30,
         '\U000e0041'.encode() * 40, b'\xe9' * 300, 'e\u0301'.encode() * 60]  # fmt: skip


def columns(text):
    return sum(2 if '\u2e80' <= c <= '\uffdc' else 1 for c in text)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('time', ['epoch', 'iso', 'relative'])
def test_a_long_name_leaves_room(name, time, lines, save):
    create = wire.message(18, wire.text(name), p1=1, p2=13)
    created = wire.message(18, type=6, count=1, p1=1, p2=9)
    write = wire.message(4, wire.padded(b'2.5'), count=1, p1=9, p2=1)
    talk = [('client', create), ('server', created), ('client', write)]
    packets = wire.timed(wire.circuit(talk))
    found = lines(save(wire.pcap(wire.ethernet(packets))), '--short', '--time', time)
    assert len(found) == 3
    assert all(columns(line) <= SHOWN and line.isprintable() for line in found)
    assert '...' in found[-1]


# ---- circuits ------------------------------------------------------------------------------------


def signs(path):
    """(flags, whether the server sent it) of each TCP packet with SYN, FIN or RST."""
    for _, packet in records(path):
        ip = packet[14:]
        if packet[12:14] == b'\x08\x00' and ip[9] == 6:
            tcp = ip[(ip[0] & 15) * 4 :]
            if tcp[13] & 7:
                yield tcp[13] & 23, tcp[:2] == (5064).to_bytes(2, 'big')


def test_circuits(lines):
    words = [line.split(' ', 2)[2] for line in lines(PUTS, '--circuits')]
    made = [word for word in words if word.startswith('Connected(')]
    ended = [word for word in words if word.startswith('Disconnected(')]
    accepted = [flags for flags, _ in signs(PUTS) if flags == 18]
    assert made == ['Connected(attempts=1)'] * len(accepted)
    assert len(ended) == len(made) > 5
    assert all(re.fullmatch(r"Disconnected\(by='(client|server) (FIN|RST)', channels=\d+\)", each)
               for each in ended)  # fmt: skip
    assert [word for word in words if not word.startswith(('Connected(', 'Disconnected('))] == [
        line.split(' ', 2)[2] for line in lines(PUTS)
    ]


def test_channels_that_a_reset_takes_along(lines, save):
    creates = b''.join(wire.message(18, wire.text(f'pv{i}'), p1=i, p2=13) for i in range(5))
    created = b''.join(wire.message(18, type=6, count=1, p1=i, p2=100 + i) for i in range(4))
    cleared = wire.message(12, p1=100, p2=0)
    packets = wire.circuit([('client', creates), ('server', created), ('client', cleared),
                            ('server', cleared)])  # fmt: skip
    sequence = 6001 + len(created) + len(cleared)
    reset = wire.tcp(wire.SERVER_END, wire.CLIENT_END, seq=sequence, flags=4)
    path = save(wire.pcap(wire.ethernet(wire.timed([*packets, reset]))))
    found = lines(path, '--circuits')
    assert found[0].endswith(' Connected(attempts=1)')
    assert found[-1].endswith("Disconnected(by='server RST', channels=3)")
    assert lines(path, '--circuits', '--short')[-1].endswith('Disconnected, server RST, 3 channels')


def test_circuits_are_chosen_as_messages_are(lines):
    every = lines(PUTS, '--circuits', '--format', '{frame} {message} {command.by}')
    some = lines(PUTS, '--circuits', '--format', '{frame} {message} {command.by}', '--where',
                 'message in {"Connected", "Disconnected"} or put')  # fmt: skip
    wanted = ('Connected', 'Disconnected', 'WriteRequest', 'WriteNotifyRequest')
    assert some == [line for line in every if line.split()[1] in wanted]
    assert any('FIN' in line for line in some)
    assert lines(PUTS, '--where', 'message == "Connected"') == []
    assert lines(PUTS, '--where', 'not put') == [
        line for line in lines(PUTS) if not re.search(r' Write(Notify)?Request\(', line)
    ]


# ---- nothing but a status ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('arguments', 'status'),
    [
        ((PUTS, '--where', 'put'), 0),
        ((PUTS, '--where', 'put and pv == "nope"'), 4),
        ((PUTS, '--where', 'unanswered and search'), 0),
        ((PUTS, '--where', 'unanswered and write'), 4),
        ((PUTS,), 0),
        ((PUTS, '--where', 'message == "Connected"'), 4),
        ((PUTS, '--where', 'message == "Connected"', '--circuits'), 0),
        ((PUTS, '--where', 'nonsense'), 2),
        (('/no/such/file', PUTS, '--where', 'pv == "nope"'), 2),
    ],
)
def test_quiet(arguments, status, caw):
    done = caw('--quiet', *arguments)
    assert (done.returncode, done.stdout) == (status, '')


def test_quiet_and_damaged(caw, save):
    cut = save(PUTS.read_bytes()[:-5])
    assert caw('--quiet', cut, '--where', 'put').returncode == 0
    assert caw('--quiet', cut, '--where', 'pv == "nope"').returncode == 3


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (('--quiet', '--short'), ['--quiet', '--short']),
        (('--quiet', '-c', '3'), ['--quiet', '-c']),
        (('--short', '--format', '{src}'), ['--short', '--format']),
        (('--time', 'utc'), ['--time', 'iso', 'utc']),
        (('--color', 'yes'), ['--color', 'always', 'yes']),
        (('--elements', '-1'), ['--elements', '-1']),
        (('--elements', 'x'), ['--elements', 'x']),
        (('-z', 'ca,connect', '--circuits'), ['--circuits', 'ca,connect']),
        (('-Y', 'ca', '--short'), ['--short', '-Y']),
    ],
)
def test_refused(arguments, words, caw):
    done = caw(PUTS, *arguments)
    assert done.returncode == 2 and done.stdout == ''
    assert all(word in done.stderr for word in words), done.stderr


# ---- terminals -----------------------------------------------------------------------------------


def read_all(fd):
    found = b''
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            piece = b''
        if not piece:
            os.close(fd)
            return found.decode()
        found += piece


@pytest.fixture
def on_terminal(environment, program, argv):
    """on_terminal(arguments, streams): what the streams that are terminals got."""

    def on_terminal(*arguments, streams=('stdout',), env=(), **options):
        ours, theirs = pty.openpty()
        every = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.DEVNULL)
        every |= options | dict.fromkeys(streams, theirs)
        process = subprocess.Popen(
            argv([program, *arguments]),
            env=environment | {'TERM': 'xterm'} | dict(env), **every, **as_nobody(),
        )  # fmt: skip
        os.close(theirs)
        found = read_all(ours)
        assert process.wait() == 0
        return found.replace('\r\n', '\n')

    return on_terminal


SGR = re.compile(r'\x1b\[(\d+)m')


def color_of(line):
    """By the words of the line, as issue and manual have them."""
    if re.search(r"name='ECA_(?!NORMAL)| (Error|CreateChFail|ServerDisconn)|Malformed\(", line):
        return '31'
    severity = re.search(r'<AlarmSeverity\.(MINOR|MAJOR|INVALID)', line)
    if severity:
        return {'MINOR': '33', 'MAJOR': '31', 'INVALID': '35'}[severity[1]]
    return '1' if re.search(r'Write(Notify)?Request\(', line) else None


@pytest.mark.parametrize('path', [MONITORS, PUTS, ODDITIES])
def test_colors(path, lines, caw):
    plain = caw(path).stdout.splitlines()
    colored = caw(path, '--color', 'always').stdout.splitlines()
    assert [SGR.sub('', line) for line in colored] == plain
    for line, shown in zip(plain, colored):
        color = color_of(line)
        assert SGR.findall(shown) == ([color, '0'] if color else []), shown
        assert not color or (shown.startswith('\x1b[') and shown.endswith('\x1b[0m'))
    assert any('\x1b' in line for line in colored)


@pytest.mark.parametrize(
    ('arguments', 'env', 'colored'),
    [
        ((), {}, True),
        (('--color', 'auto'), {}, True),
        (('--color', 'never'), {}, False),
        ((), {'NO_COLOR': '1'}, False),
        ((), {'NO_COLOR': ''}, True),
        ((), {'TERM': 'dumb'}, False),
        (('--color=always',), {'NO_COLOR': '1', 'TERM': 'dumb'}, True),
    ],
)
def test_colors_on_a_terminal(arguments, env, colored, on_terminal):
    assert ('\x1b' in on_terminal(PUTS, *arguments, env=env)) == colored


def test_arrays_are_short_on_a_terminal(on_terminal, lines):
    found = on_terminal(ARRAYS, '--color', 'never')
    assert found.splitlines() == lines(ARRAYS, '--elements', '32')
    assert on_terminal(ARRAYS, '--elements', '0', '-c', '4').splitlines() == lines(ARRAYS)[:4]


def test_nothing_but_lines_reaches_a_pipe(caw):
    for arguments in ((), ('--short',), ('--where', 'put', '--time', 'delta')):
        done = caw(MONITORS, PUTS, ODDITIES, *arguments, env={'TERM': 'xterm'})
        assert not re.search('[\x1b\r]', done.stdout + done.stderr)


@pytest.fixture(scope='session')
def large(save):
    """A capture that takes a while to be read."""
    talk = [('client', wire.message(23) * 1000)] * 3000
    return save(wire.pcap(wire.ethernet(wire.timed(wire.circuit(talk)))))


def test_progress(on_terminal, large):
    shown = on_terminal(large, '--where', 'put', streams=('stderr',))
    steps = [int(each) for each in re.findall(r'\] +(\d+) %', shown)]
    assert steps and steps == sorted(steps) and steps[-1] <= 100
    assert shown.rpartition('%')[2].strip(' \r') == '', 'it is cleared'


def test_no_progress_elsewhere(on_terminal, large, caw):
    assert '%' not in on_terminal(large, '--where', 'put', streams=('stdout', 'stderr'))
    assert caw(large, '--where', 'put').stderr == ''
    with open(large, 'rb') as source:
        pipe = subprocess.Popen(['cat'], stdin=source, stdout=subprocess.PIPE)
        assert on_terminal('-', '--where', 'put', streams=('stderr',), stdin=pipe.stdout) == ''
        pipe.wait()
