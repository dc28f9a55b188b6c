# SPDX-License-Identifier: GPL-2.0-or-later
"""The program: where it reads from, what it says when something is wrong."""

import os
import re
import select
import signal
import subprocess
import time

import pytest

import messages as made
import wire
from conftest import BUILD
from published import PUBLISHED_PORT, published_capture

ECHOES = [
    made.Sent('client', 'tcp', wire.message(23)),
    made.Sent('server', 'tcp', wire.message(23)),
]


@pytest.fixture
def echoes(save):
    return save(wire.capture(made.packets(ECHOES)))


def words(done):
    assert done.returncode == 0, done.stderr
    return [line.split()[-1] for line in done.stdout.splitlines()]


# ---- where the packets come from -------------------------------------------------------------


def test_reads_standard_input(caw, echoes):
    with open(echoes, 'rb') as file:
        done = caw(stdin=file)
    assert words(done) == ['EchoRequest()', 'EchoResponse()'] and done.stderr == ''


def test_reads_a_pipe(caw, echoes):
    done = caw(input=echoes.read_bytes())
    assert words(done) == ['EchoRequest()', 'EchoResponse()'] and done.stderr == ''


def test_reads_a_file(caw, echoes):
    done = caw('-r', echoes, stdin=subprocess.DEVNULL)
    assert words(done) == ['EchoRequest()', 'EchoResponse()'] and done.stderr == ''


def test_an_empty_capture_has_no_lines(caw, save):
    done = caw('-r', save(wire.capture([])))
    assert words(done) == [] and done.stderr == ''


def test_a_segment_behind_its_acknowledgment(caw, save):
    """Two directions, two queues of a network card: captures have such an order."""
    packets = wire.circuit([(s.side, s.data) for s in ECHOES] + [('server', b''), ('client', b'')])
    syns, asked, answered, acknowledged = packets[:2], packets[2], packets[3], packets[4:]
    done = caw('-r', save(wire.capture([*syns, *acknowledged, answered, asked, answered])))
    assert words(done) == ['EchoResponse()', 'EchoRequest()'] and done.stderr == ''


def test_display_filter(caw, echoes):
    assert words(caw('-r', echoes, '-Y', 'ca.response')) == ['EchoResponse()']


def test_a_filter_is_no_format(caw, echoes):
    """Of -z ca,lines as of lines: what follows its comma is a format, and -Y a filter."""
    filtered = ('-r', echoes, '-Y', 'ca.response && ca.command in {22,23}')
    assert words(caw(*filtered, '-z', 'ca,lines')) == ['EchoResponse()']
    done = caw(*filtered, '-z', 'ca,lines,{src},{command}')
    assert done.stdout.splitlines() == ['10.1.0.1,EchoResponse()']
    assert words(caw('-r', echoes, '--format', 'a,{command}', '-z', 'ca,lines')) == [
        'a,EchoRequest()',
        'a,EchoResponse()',
    ]


def test_filter_of_tsharks_own_reports(caw, echoes):
    frames = re.compile(r'ca +frames:(\d+)')
    assert frames.search(caw('-r', echoes, '-z', 'io,phs').stdout)[1] == '2'
    done = caw('-r', echoes, '-z', 'io,phs', '-Y', 'ca.response')
    assert frames.search(done.stdout)[1] == '1'


def test_the_environment_chooses_no_lines(caw, tshark, echoes):
    inherited = {'CAW_FILTER': 'ca.response'}
    assert words(caw('-r', echoes, env=inherited)) == ['EchoRequest()', 'EchoResponse()']
    assert len(tshark('-q', '-r', echoes, '-z', 'ca,lines', env=inherited).splitlines()) == 2


def test_the_rest_goes_to_tshark(caw, save):
    capture = save(published_capture())
    everything = caw('-r', capture, '--', *PUBLISHED_PORT)
    assert everything.stdout.count('192.168.86.245:50421') == 9


def test_format(caw, echoes):
    done = caw('-r', echoes, '--format', '{src} {command}')
    assert done.stdout.splitlines() == ['10.1.0.2 EchoRequest()', '10.1.0.1 EchoResponse()']


# ---- what it tells about itself --------------------------------------------------------------


@pytest.mark.parametrize('option', ['--version', '-V'])
def test_version(option, caw):
    done = caw(option)
    assert (
        done.returncode == 0
        and done.stdout.startswith('caw ')
        and len(done.stdout.splitlines()) == 1
    )


@pytest.mark.parametrize('option', ['-h', '--help'])
def test_help_names_every_option(option, caw):
    done = caw(option)
    assert done.returncode == 0
    for known in ('--format', '--version', '-V', '-h', '-r', '-i', '-f', '-Y'):
        assert known in done.stdout


def test_help_names_every_token_of_a_format(caw, echoes):
    complaint = caw('-r', echoes, '--format', '{nonsense}').stderr
    tokens = re.search(r'there are: ([a-z, ]+) ', complaint)[1].split(', ')
    help = caw('--help').stdout
    assert len(tokens) == 12 and all('{%s}' % token in help for token in tokens)


def test_the_example_in_help_works(caw, echoes):
    example = re.search(r'such as\s+(-d \S+)', caw('--help').stdout)[1].split()
    assert words(caw('-r', echoes, '--', *example)) == ['EchoRequest()', 'EchoResponse()']


# ---- what it says when something is wrong ----------------------------------------------------


def refused(done, *told):
    """It failed, printed no line and says why, in few words of its own (tshark may add advice)."""
    assert done.returncode != 0 and done.stdout == ''
    assert 0 < len(done.stderr.splitlines()) <= 15, done.stderr
    for word in told:
        assert word in done.stderr, done.stderr


def test_no_such_file(caw):
    refused(caw('-r', '/no/such/file.pcap'), '/no/such/file.pcap')


def test_not_a_capture(caw, save):
    refused(caw('-r', save(b'this is no capture at all\n')), 'captur')


def test_standard_input_is_not_a_capture(caw):
    refused(caw(input=b'this is no capture at all\n' * 10), 'standard input')


def test_bad_display_filter(caw, echoes):
    refused(caw('-r', echoes, '-Y', 'ca.nonsense == 1'), 'ca.nonsense')


def test_bad_format_names_the_token_and_the_good_ones(caw, echoes):
    done = caw('-r', echoes, '--format', '{timestamp} {nonsense}')
    refused(done, 'nonsense', 'timestamp', 'ethernet', 'ip', 'transport', 'command', 'src', 'dst')


@pytest.mark.parametrize(
    'format', ['{src', 'src}', '{', '{}', '{transport.nonsense}', '{timestamp:q}']
)
def test_bad_formats(format, caw, echoes):
    refused(caw('-r', echoes, '--format', format))


def test_unknown_option(caw):
    refused(caw('--nonsense'), '--nonsense')


@pytest.mark.parametrize('option', ['-r', '-i', '-f', '-Y', '-z', '--format'])
def test_an_option_given_twice(option, caw):
    refused(caw(option, 'a', option, 'b'), option, 'twice')


@pytest.mark.parametrize(
    'options, told',
    [
        (('-z', 'ca,srt', '--format', '{src}'), '--format'),
        (('-z', 'ca,lines,{dst}', '--format', '{src}'), '--format'),
        (('-i', 'lo'), '-i'),
        (('-f', 'udp'), '-f'),
        (('--capture-filter', 'write'), '--capture-filter'),
        (('--', '-Y', 'ca.response'), '-Y'),
        (('--', '-Yca.response'), '-Y'),
        (('--', '-r', '/dev/null'), '-r'),
        (('--', '-T', 'json'), '-T'),
        (('--', '-t', 'ad'), '-t'),
        (('--', '-V'), '-V'),
        (('--', '-n', '-P'), '-P'),
        (('--', '-s', '100'), '-s'),
        (('--', '-G'), '-G'),
        (('--', '--color'), '--color'),
        (('--', '-w', '-'), '-w'),
        (('--', '-d'), '-d'),
        (('--', 'ca.response'), 'ca.response'),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, tuple) else None,
)
def test_what_would_be_ignored_is_refused(options, told, caw, echoes):
    done = caw('-r', echoes, *options)
    refused(done, told)
    assert done.returncode == 2


def test_what_tshark_may_be_told(caw, echoes, stage):
    kept = stage / 'made' / 'kept.pcapng'
    for options in (
        ('-n', '-2', '-R', 'ca'),
        ('-c', '100', '-w', kept),
        ('-o', 'tcp.desegment_tcp_streams:TRUE', '--disable-protocol', 'dns'),
        ('--disable-heuristic=ca_udp', '-C', 'Default', '-X', 'lua_script1:x', '-N', 'm'),
    ):
        done = caw('-r', echoes, '--', *options)
        assert words(done) == ['EchoRequest()', 'EchoResponse()'] and done.stderr == ''
    assert words(caw('-r', kept)) == ['EchoRequest()', 'EchoResponse()']


def test_standard_input_is_closed(caw, program, run):
    refused(run(['sh', '-c', f'{program} <&-']), 'no packets')


# ---- the status ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    'options',
    [
        ('-r', '/no/such/file.pcap'),
        ('-Y', 'ca.nonsense == 1'),
        ('--format', '{nonsense}'),
        ('--format', '{src:d}'),
        ('-z', 'nonsense'),
        ('-z', 'ca,filter', '--', '-z', 'ca,lines'),
        ('--', '-d', 'nonsense'),
        ('--', '-o', 'nonsense:1'),
        ('-i', 'no-such-interface'),
    ],
    ids=' '.join,
)
def test_status_of_bad_input_and_usage(options, caw, echoes):
    """Whether it is ours or tshark's to find out."""
    source = () if {'-r', '-i'} & set(options) else ('-r', echoes)
    done = caw(*source, *options)
    assert (done.returncode, done.stdout) == (2, '') and done.stderr


def test_status_of_a_format_that_one_message_cannot_have(caw, echoes):
    done = caw('-r', echoes, '--format', '{ip.ttl:d} {dt:d}')
    assert done.returncode == 2 and done.stderr


@pytest.mark.parametrize('report', ['ca,channels', 'ca,channels,json,ca.pv'])
def test_a_report_that_does_not_exist(report, caw, echoes):
    """One line, not TShark's list of all protocols' reports."""
    done = caw('-r', echoes, '-z', report)
    told = 'caw: no such report: ca,channels (there are ca,connect ca,lines ca,srt)\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, '', told)


@pytest.mark.parametrize('report', ['ca,lines', 'ca,lines,{src}', 'ca,connect', 'ca,srt'])
def test_a_tshark_without_the_plugin(report, run, stage, program, echoes):
    bare = stage / 'bare' / 'bin'
    bare.mkdir(parents=True, exist_ok=True)
    alone = bare / 'caw'
    alone.write_bytes(program.read_bytes())
    alone.chmod(0o755)
    done = run([alone, '-r', echoes, '-z', report], env={'WIRESHARK_PLUGIN_DIR': bare})
    assert (done.returncode, done.stdout) == (2, '') and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith('caw: tshark did not load the Channel Access plugin')


def test_a_full_disk(program, run, echoes):
    done = run(['sh', '-c', f'{program} -r {echoes} > /dev/full'])
    assert (done.returncode, done.stderr) == (1, 'caw: No space left on device\n')


def test_a_closed_output(program, run, echoes):
    done = run(['sh', '-c', f'{program} -r {echoes} >&-'])
    assert (done.returncode, done.stderr) == (1, 'caw: Bad file descriptor\n')


def test_no_right_to_capture(caw):
    refused(caw('-i', 'lo', timeout=20), 'lo')


def test_no_such_interface(caw):
    refused(caw('-i', 'no-such-interface', timeout=20), 'no-such-interface')


def test_tshark_is_missing(caw, stage, echoes):
    """With everything else the program may need in its PATH."""
    tools = stage / 'made' / 'no-tshark'
    tools.mkdir(exist_ok=True)
    for folder in ('/usr/bin', '/bin'):
        for tool in os.listdir(folder):
            if tool != 'tshark' and not (tools / tool).is_symlink():
                (tools / tool).symlink_to(os.path.join(folder, tool))
    refused(caw('-r', echoes, env={'PATH': str(tools)}), 'tshark')


def test_as_root_it_works_or_says_why(program, environment, echoes):
    """Wireshark ignores plugin folders when it runs as root; silence would be worst."""
    if os.geteuid() != 0:
        command = ['sudo', '-n', '-E', str(program), '-r', str(echoes)]
    else:
        command = [str(program), '-r', str(echoes)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=30)
    printed = done.stdout.decode().splitlines()
    if done.returncode == 0:
        assert [line.split()[-1] for line in printed] == ['EchoRequest()', 'EchoResponse()']
    else:
        assert printed == [] and 'root' in done.stderr.decode()


# ---- pipes -----------------------------------------------------------------------------------


def test_a_reader_that_leaves_early_hears_no_complaint(start, program, save):
    many = [made.Sent('client', 'tcp', wire.message(23))] * 20000
    running = start([program, '-r', save(wire.capture(made.packets(many)))])
    assert running.stdout.readline().endswith(b'EchoRequest()\n')
    running.stdout.close()
    complaint = running.stderr.read()
    running.wait(timeout=30)
    assert complaint == b''


def next_line(stream, seconds=10):
    """One line of a pipe, or fails when it does not come in time."""
    line, end = b'', time.monotonic() + seconds
    while not line.endswith(b'\n'):
        ready, _, _ = select.select([stream], [], [], max(0, end - time.monotonic()))
        assert ready, f'no line within {seconds} s, got {line!r}'
        line += os.read(stream.fileno(), 1)
    return line.decode()


def test_lines_appear_at_once(start, program):
    """Each line comes before the next packet is written."""
    running = start([program], stdin=subprocess.PIPE, bufsize=0)
    packets = wire.timed(made.packets(ECHOES * 3))
    whole = wire.pcap(wire.ethernet(packets))
    sizes = [24] + [16 + 14 + len(packet) for _, packet in packets]
    for number, size in enumerate(sizes):
        running.stdin.write(whole[:size])
        whole = whole[size:]
        if number > 2:
            expected = 'EchoResponse()\n' if number % 2 == 0 else 'EchoRequest()\n'
            assert next_line(running.stdout).endswith(expected)
    running.stdin.close()
    assert running.wait(timeout=30) == 0
    assert running.stdout.read() == b''


# ---- signals ---------------------------------------------------------------------------------


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def heed_signals():
    """Whoever runs the tests in the background, or by nohup, has some of them ignored."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def waiting(start, program):
    """waiting(bytes, stdout=..., ...): it has been given them and waits for more."""
    running = []

    def waiting(content, **options):
        options = {'stdin': subprocess.PIPE, 'start_new_session': True, 'bufsize': 0} | options
        options |= {'preexec_fn': heed_signals}
        running.append(start([program], **options))
        running[-1].stdin.write(content)
        return running[-1]

    yield waiting
    for process in running:
        process.kill()
        process.stdin.close()


@pytest.mark.parametrize('who', [os.kill, os.killpg], ids=['alone', 'as by the terminal'])
@pytest.mark.parametrize('number', SIGNALS)
def test_a_signal_while_it_waits_for_packets(number, who, waiting, echoes):
    running = waiting(echoes.read_bytes())
    for expected in ('EchoRequest()\n', 'EchoResponse()\n'):
        assert next_line(running.stdout).endswith(expected)
    who(running.pid, number)
    assert running.wait(timeout=20) == 0
    assert (running.stdout.read(), running.stderr.read()) == (b'', b'')


def test_a_signal_inside_a_packet(waiting, echoes):
    """What has been received whole is told, and that the rest is missing is no error."""
    running = waiting(echoes.read_bytes()[:-10])
    assert next_line(running.stdout).endswith('EchoRequest()\n')
    running.terminate()
    assert running.wait(timeout=20) == 0
    assert (running.stdout.read(), running.stderr.read()) == (b'', b'')


def wait_for_lines(path, count, seconds=20):
    end = time.monotonic() + seconds
    while len(path.read_text().splitlines()) < count:
        assert time.monotonic() < end, path.read_text()
        time.sleep(0.02)


def test_lines_come_to_a_file_at_once(waiting, save, echoes):
    """When packets come from a pipe: somebody may be looking at the file."""
    log = save(b'', 'log')
    with open(log, 'wb') as file:
        running = waiting(echoes.read_bytes(), stdout=file)
    wait_for_lines(log, 2)
    running.terminate()
    assert running.wait(timeout=20) == 0
    assert [line.split()[-1] for line in log.read_text().splitlines()] == [
        'EchoRequest()',
        'EchoResponse()',
    ]


def test_a_named_pipe(start, program, stage, echoes):
    pipe = stage / 'made' / f'{os.getpid()}.pipe'
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    running = start([program, '-r', pipe])
    with open(pipe, 'wb', buffering=0) as packets:
        packets.write(echoes.read_bytes())
        assert next_line(running.stdout).endswith('EchoRequest()\n')
        running.terminate()
        assert running.wait(timeout=20) == 0
    assert running.stdout.read().endswith(b'EchoResponse()\n')


def test_the_launcher_is_in_the_build_folder():
    assert os.access(BUILD / 'plugin' / 'caw', os.X_OK)
