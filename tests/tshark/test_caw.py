# SPDX-License-Identifier: GPL-2.0-or-later
"""The launcher: where it reads from, what it says when something is wrong."""

import os
import select
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


def test_no_right_to_capture(caw):
    refused(caw('-i', 'lo', timeout=20), 'lo')


def test_no_such_interface(caw):
    refused(caw('-i', 'no-such-interface', timeout=20), 'no-such-interface')


def test_tshark_is_missing(caw, stage, echoes):
    """With everything else the launcher may need in its PATH."""
    tools = stage / 'made' / 'no-tshark'
    tools.mkdir(exist_ok=True)
    for folder in ('/usr/bin', '/bin'):
        for tool in os.listdir(folder):
            if tool != 'tshark' and not (tools / tool).is_symlink():
                (tools / tool).symlink_to(os.path.join(folder, tool))
    refused(caw('-r', echoes, env={'PATH': str(tools)}), 'tshark')


def test_as_root_it_works_or_says_why(launcher, environment, echoes):
    """Wireshark ignores plugin folders when it runs as root; silence would be worst."""
    if os.geteuid() != 0:
        command = ['sudo', '-n', '-E', str(launcher), '-r', str(echoes)]
    else:
        command = [str(launcher), '-r', str(echoes)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=30)
    printed = done.stdout.decode().splitlines()
    if done.returncode == 0:
        assert [line.split()[-1] for line in printed] == ['EchoRequest()', 'EchoResponse()']
    else:
        assert printed == [] and 'root' in done.stderr.decode()


# ---- pipes -----------------------------------------------------------------------------------


def test_a_reader_that_leaves_early_hears_no_complaint(start, launcher, save):
    many = [made.Sent('client', 'tcp', wire.message(23))] * 20000
    running = start([launcher, '-r', save(wire.capture(made.packets(many)))])
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


def test_lines_appear_at_once(start, launcher):
    """Each line comes before the next packet is written."""
    running = start([launcher], stdin=subprocess.PIPE, bufsize=0)
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


def test_the_launcher_is_in_the_build_folder():
    assert os.access(BUILD / 'plugin' / 'caw', os.X_OK)
