# SPDX-License-Identifier: GPL-2.0-or-later
"""What the program can be asked, what it refuses, and with which words."""

import re
import subprocess

import pytest

import echo

GOOD, OUTPUT, USAGE, DAMAGED = 0, 1, 2, 3


@pytest.fixture
def echoes(save):
    return save(echo.capture(4))


def refused(done, *told):
    """No line, one or few words why, and the status."""
    assert (done.returncode, done.stdout) == (USAGE, ''), done
    assert 0 < len(done.stderr.splitlines()) <= 15, done.stderr
    assert done.stderr.startswith('caw: ')
    for word in told:
        assert word in done.stderr, done.stderr


# ---- where packets come from -------------------------------------------------------------------


@pytest.mark.parametrize('how', [['{}'], ['-r', '{}'], ['-r{}'], ['-nlU', '{}'], ['-nn', '{}']])
def test_a_file(how, caw, echoes):
    done = caw(*[word.format(echoes) for word in how], stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stderr) == (GOOD, '')
    assert echo.words(done.stdout) == echo.expected(4)


@pytest.mark.parametrize('how', [[], ['-'], ['-r', '-'], ['-r-']], ids=' '.join)
def test_standard_input(how, caw, echoes):
    for source in (dict(input=echoes.read_bytes()), dict(stdin=open(echoes, 'rb'))):
        done = caw(*how, **source)
        assert (done.returncode, done.stderr) == (GOOD, '')
        assert echo.words(done.stdout) == echo.expected(4)


def test_several_files_are_one_capture(caw, save):
    """The second has no handshake; its frames count on."""
    packets = echo.circuit(6)
    parts = [packets[:4], packets[4:]]
    files = [save(echo.wire.pcap(echo.wire.ethernet(part))) for part in parts]
    done = caw('--format', '{frame} {command}', *files)
    assert (done.returncode, done.stderr) == (GOOD, '')
    assert [line.split()[0] for line in done.stdout.splitlines()] == list('345678')
    assert echo.words(done.stdout) == echo.expected(6)


def test_files_named_after_other_options(caw, echoes):
    done = caw(echoes, '-c', '1')
    assert (done.returncode, echo.words(done.stdout)) == (GOOD, ['EchoRequest'])


def test_standard_input_is_closed(run, program):
    refused(run(['sh', '-c', f'{program} <&-']), 'no packets', '-i')


# ---- how many, and of which form ---------------------------------------------------------------


def test_count(caw, echoes):
    assert echo.words(caw('-c3', echoes).stdout) == echo.expected(3)
    assert echo.words(caw('-c', '100', echoes).stdout) == echo.expected(4)


def test_format(caw, echoes):
    for how in (['--format', '{src}|{command.__class__.__name__}'],
                ['-z', 'ca,lines,{src}|{command.__class__.__name__}']):  # fmt: skip
        done = caw(*how, echoes)
        assert done.stdout.splitlines()[:2] == ['10.1.0.2|EchoRequest', '10.1.0.1|EchoResponse']
    assert echo.words(caw('-z', 'ca,lines', echoes).stdout) == echo.expected(4)


@pytest.mark.parametrize('format', ['{src', '{}', '{nonsense}', '{transport.nonsense}'])
def test_a_format_that_is_wrong(format, caw, echoes):
    refused(caw('--format', format, echoes))
    refused(caw('-z', f'ca,lines,{format}', echoes))


def test_a_format_that_a_message_cannot_have(caw, echoes):
    """Lines before it are there; the status says that it went wrong."""
    done = caw('--format', '{src:d}', echoes)
    assert (done.returncode, done.stdout) == (USAGE, '')
    assert done.stderr.startswith('caw: ') and len(done.stderr.splitlines()) == 1


# ---- what it says of itself --------------------------------------------------------------------


@pytest.mark.parametrize('option', ['-V', '--version'])
def test_version(option, caw):
    done = caw(option)
    assert done.returncode == GOOD and re.fullmatch(r'caw \d+\.\d+\.\d+\n', done.stdout)


@pytest.mark.parametrize('option', ['-h', '--help'])
def test_help(option, caw):
    """Two screens."""
    done = caw(option)
    assert (done.returncode, done.stderr) == (GOOD, '')
    lines = done.stdout.splitlines()
    assert len(lines) <= 2 * 24 and all(len(line) <= 80 for line in lines)
    known = '-r -i -f -B -D -Y -c -z -n -l -U -V -h -- --format --capture-filter --where --memory --stats'
    for option in known.split():
        assert re.search(rf'^  {option}\b|^  {option} |, {option}\b', done.stdout, re.M), option
    for word in ('status', 'damaged', 'connect', 'help lists the topics'):
        assert word in done.stdout.lower()


def test_every_option_of_the_help_is_known(caw):
    for option in re.findall(r'^  (--?\w[\w-]*)', caw('--help').stdout, re.M):
        assert 'no such option' not in caw(option, '--help').stderr, option


def test_help_on_a_terminal(program, environment):
    """Called by a person with nothing else, it does not wait for packets in silence."""
    import pty

    main, terminal = pty.openpty()
    done = subprocess.run(
        [program], stdin=terminal, capture_output=True, env=environment, timeout=20
    )
    assert done.returncode == GOOD and done.stdout.startswith(b'Usage: caw')
    asked = subprocess.run(
        [program, '-n'], stdin=terminal, capture_output=True, env=environment, timeout=20
    )
    assert asked.returncode == USAGE and b'no packets' in asked.stderr
    for end in (main, terminal):
        subprocess.os.close(end)


def test_devices(run, program):
    """Root sees them all; others may see none, and are told."""
    done = subprocess.run([program, '-D'], capture_output=True, text=True, timeout=20)
    names = [line.split('\t')[0] for line in done.stdout.splitlines()]
    assert ('lo' in names) == (done.returncode == GOOD)


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize('option', ['-r', '-i', '-f', '-B', '-Y', '-c', '-z', '--format', '--where', '--memory', '--stats'])  # fmt: skip
def test_an_option_given_twice_or_without_its_value(option, caw):
    refused(caw(option, '1', option, '2'), option, 'twice')
    refused(caw(option), option, 'needs a value')


@pytest.mark.parametrize(
    'arguments, told',
    [
        (['--nonsense'], ['--nonsense', '--help']),
        (['-k', 'FILE'], ['-k', '--help']),
        (['-nk', 'FILE'], ['-k', '--help']),
        (['--version=3'], ['--version', 'no value']),
        (['-r', 'FILE', 'FILE'], ['-r', 'caw FILE FILE']),
        (['-r', 'FILE', '-i', 'lo'], ['-i', 'take one']),
        (['FILE', '-i', 'lo'], ['-i', 'take one']),
        (['FILE', '-f', 'udp'], ['-f', '-i', '-Y']),
        (['FILE', '-B', '100'], ['-B', '-i']),
        (['-i', 'lo', '-f', 'ca:nonsense'], ['capture filter', 'nonsense', '^']),
        (['-i', 'lo', '-f', 'ca:write and pv == "a"'], ['capture filter']),
        (['FILE', '-c', '0'], ['-c', '0']),
        (['FILE', '-c', '-1'], ['-c', '-1']),
        (['FILE', '-c', '1x'], ['-c', '1x']),
        (['FILE', '-c', '99999999999999999999'], ['-c']),
        (['FILE', '--memory', '10X'], ['--memory', '512M', '10X']),
        (['FILE', '--memory', '0'], ['--memory']),
        (['FILE', '--memory', '9999999999G'], ['--memory']),
        (['FILE', '--stats', 'often'], ['--stats', 'seconds', 'often']),
        (['FILE', '-z', 'ca,lines,{dst}', '--format', '{src}'], ['--format', '-z']),
        (['FILE', '-z', 'ca,connect', '--format', '{src}'], ['--format', '-z']),
        (['FILE', '-z', 'ca,connect', '-c', '3'], ['-c', '-z']),
        (['FILE', '-z', 'io,phs', '--where', 'put'], ['--where', '-z io,phs', 'tshark']),
        (['FILE', '-z', 'ca,connect,ip', '--where', 'put'], ['--where', '-z', 'tshark']),
        (['connect', 'FILE', '--json', '--csv'], ['text, json or csv: take one']),
        (['connect', 'FILE', '--table', 'x'], ['no table "x"', 'servers']),
        (['FILE', '--table', 'servers'], ['--table is for reports', 'caw connect --table TABLE FILE']),
        (['FILE', '--every', '5'], ['--every is for reports', 'caw connect --every SECONDS FILE']),
        (['connect', 'FILE', '--every', 'often'], ['--every', 'seconds', 'often']),
        (['-z', 'ca,connect', 'FILE', '--json'], ['ca,connect,json']),
        (['connect', 'FILE', '-Y', 'ca', '--every', '5'], ['--every', '-Y', 'tshark']),
        (['all', 'FILE', '-Y', 'ca'], ['all is not a report of tshark', '--where']),
        (['srt', 'FILE', '-Y', 'ca'], ['srt is not a report of tshark', '--where']),
        (['FILE', '-z', 'ca,all'], ['no such report: ca,all']),
        (['FILE', '-Y', 'ca', '--where', 'put'], ['--where', '-Y', 'tshark']),
        (['FILE', '--where', 'put and valeu > 3'], ['--where: ', 'did you mean value?', '^']),
        (['FILE', '--where', 'pv == x'], ['a text in quotes', '^']),
        (['FILE', '-z', 'ca,nonsense'], ['no such report: ca,nonsense (there are ca,lines, ca,', ', ca,connect, ', ', ca,srt)']),
        (['FILE', '-z', 'ca,nonsense,json'], ['no such report: ca,nonsense (there are']),
        (['FILE', '-z', 'ca,connect,json,csv'], ['text, json or csv: take one']),
        (['FILE', '-z', 'ca,connect,table=x,table=y'], ['one table=']),
        (['FILE', '-z', 'ca,connect,table=x'], ['no table "x"', 'servers']),
        (['FILE', '-Y', 'ca', '-c', '3'], ['-c', '-Y', 'tshark']),
        (['FILE', '-Y', 'ca', '--memory', '1G'], ['--memory', '-Y', 'tshark']),
        (['FILE', '-z', 'io,phs', '--stats', '3'], ['--stats', '-z io,phs', 'tshark']),
        (['FILE', '-z', 'ca,connect,ca.pv', '-Y', 'ca'], ['two', 'take one']),
        (['FILE', '-z', 'io,stat,1,tcp', '-Y', 'ca'], ['io,stat,1,tcp', 'two', 'take one']),
        (['FILE', '--capture-filter', 'write'], ['--capture-filter stands alone']),
        (['FILE', '-D'], ['-D stands alone']),
        (['--capture-filter', 'nonsense'], ['capture filter', 'nonsense', '^']),
        (['FILE', '--', '-Y', 'ca.response'], ['-Y goes before --']),
        (['FILE', '--', '-r', '/dev/null'], ['-r goes before --']),
        (['FILE', '--', '--read-file', '/dev/null'], ['--read-file goes before --']),
        (['FILE', '--', '-T', 'json'], ['-T']),
        (['FILE', '--', '-n', '-P'], ['-P']),
        (['FILE', '--', '--color'], ['--color']),
        (['FILE', '--', '-w', '-'], ['-w -']),
        (['FILE', '--', '-w-'], ['-w -']),
        (['FILE', '--', '-d'], ['-d needs a value']),
        (['FILE', '--', '--enable-protocol'], ['--enable-protocol needs a value']),
        (['--', 'FILE'], ['unexpected argument after --', 'files before it']),
    ],
    ids=lambda value: ' '.join(value),
)
def test_refused(arguments, told, caw, echoes):
    words = [str(echoes) if word == 'FILE' else word for word in arguments]
    refused(caw(*words, stdin=subprocess.DEVNULL), *told)


def test_an_unknown_interface(caw):
    refused(caw('-i', 'no-such-interface', timeout=20), 'no-such-interface')


# ---- capture filters ---------------------------------------------------------------------------


def test_capture_filter(caw):
    done = caw('--capture-filter', 'search and pv ^= "BL7:"')
    assert done.returncode == GOOD and len(done.stdout.splitlines()) == 1
    tcpdump = subprocess.run(
        ['tcpdump', '-y', 'EN10MB', '-d', done.stdout.strip()], capture_output=True, timeout=20
    )
    assert tcpdump.returncode == 0, tcpdump.stderr
    assert done.stderr.splitlines()
    assert all(line.startswith('caw: capture filter: ') for line in done.stderr.splitlines())


# ---- the environment ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('filter', 'tags', 'fragments'),
    [
        ('udp port 5064', True, True),
        ('tcp port 5064', True, False),
        ('tcp port 5064 or (vlan and tcp port 5064)', False, False),
        ('udp', True, False),
        ('host 10.9.9.9', False, False),
        ('ether proto 0x8100 or ip', False, False),
    ],
)
def test_what_a_capture_filter_passes_over_is_told(filter, tags, fragments, caw):
    done = caw('-i', 'no-such-interface', '-f', filter)
    assert ('VLAN tag' in done.stderr, 'later IP fragments' in done.stderr) == (tags, fragments)


def test_the_environment_changes_nothing(caw, echoes):
    plain = caw(echoes, '-c', '3')
    for name in ('POSIXLY_CORRECT', 'CAW_FILTER', 'LC_NUMERIC', 'LANG', 'TZ', 'COLUMNS'):
        done = caw(echoes, '-c', '3', env={name: '1'})
        assert (done.stdout, done.returncode) == (plain.stdout, GOOD), name
