# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark does for the program: display filters, reports of its own, options after --."""

import os
import re
import signal
import subprocess

import pytest

import echo
import wire
from places import as_nobody

GOOD, OUTPUT, USAGE = 0, 1, 2


@pytest.fixture
def echoes(save):
    return save(echo.capture(4))


def test_a_display_filter(caw, echoes, save):
    """Of a file, of what is piped, and of several files."""
    chosen = ('-Y', 'ca.response && !(ca.pv == "a,b")')
    for how in (dict(), dict(input=echoes.read_bytes()), dict(stdin=open(echoes, 'rb'))):
        done = caw(*chosen, *([] if how else [echoes]), **how)
        assert (done.returncode, done.stderr) == (GOOD, '')
        assert echo.words(done.stdout) == ['EchoResponse'] * 2
    late = wire.timed([wire.udp(wire.SERVER_END, wire.SEARCHER, echo.ECHO)], start=1800000000)
    nanoseconds = wire.pcap(wire.ethernet(late), digits=9)
    done = caw(*chosen, '--format', '{timestamp} {command}', echoes, save(nanoseconds))
    times = [line.split()[0] for line in done.stdout.splitlines()]
    assert times == ['1700000003.0', '1700000005.0', '1800000000.000000000']


def test_the_same_lines(caw, captures):
    """With a filter that chooses all of them."""
    for name in ('puts', 'alltypes', 'repeater'):
        capture = captures / f'{name}.pcap'
        assert caw('-Y', 'ca', capture).stdout == caw(capture).stdout


def test_reports_of_tshark(caw, echoes):
    frames = re.compile(r'ca +frames:(\d+)')
    assert frames.search(caw('-z', 'io,phs', echoes).stdout)[1] == '4'
    assert frames.search(caw('-z', 'io,phs', '-Y', 'ca.response', echoes).stdout)[1] == '2'
    assert 'Echo' in caw('-z', 'ca,srt', echoes).stdout
    done = caw('-z', 'ca,connect,json,ca.response', echoes)
    assert done.returncode == GOOD and '"messages":2' in done.stdout.replace(' ', '')


def test_what_is_passed_on(caw, echoes, stage):
    kept = stage / 'made' / 'kept.pcapng'
    profile = stage / 'home' / '.config' / 'wireshark' / 'profiles' / 'mine'
    profile.mkdir(parents=True, exist_ok=True)
    for folder in (profile, *list(profile.parents)[:3]):
        folder.chmod(0o777)
    for options in (
        ('-n', '-2', '-R', 'ca'),
        ('-c', '100', '-w', kept),
        ('-o', 'tcp.desegment_tcp_streams:TRUE', '--disable-protocol', 'dns'),
        ('--disable-heuristic=ca_udp', '-C', 'mine', '-N', 'm'),
    ):
        done = caw(echoes, '--', *options)
        assert (done.returncode, done.stderr) == (GOOD, '')
        assert echo.words(done.stdout) == echo.expected(4)
    assert echo.words(caw(kept).stdout) == echo.expected(4)


def test_the_example_in_the_help(caw, echoes):
    example = re.search(r'-- (-d \S+)', caw('--help').stdout)[1].split()
    assert echo.words(caw(echoes, '--', *example).stdout) == echo.expected(4)


@pytest.mark.parametrize(
    'options, told',
    [
        (['-Y', 'ca.nonsense == 1'], 'ca.nonsense'),
        (['-Y', 'value > 3'], "messages are chosen by --where 'value > 3'"),
        (['-Y', 'ca', '--format', '{nonsense}'], 'nonsense'),
        (['-z', 'nonsense'], 'no such report: nonsense'),
        (['--', '-o', 'nonsense:1'], 'nonsense'),
    ],
)
@pytest.mark.parametrize('piped', [False, True])
def test_what_tshark_refuses(options, told, piped, caw, echoes):
    source = dict(input=echoes.read_bytes()) if piped else {}
    done = caw(*([] if piped else [echoes]), *options, **source)
    assert (done.returncode, done.stdout) == (USAGE, '')
    assert done.stderr.startswith('caw: ') and told in done.stderr


@pytest.mark.parametrize('options', ['-Y ca', '-z io,phs'])
def test_a_full_disk(options, run, program, echoes):
    done = run(['sh', '-c', f'{program} {echoes} {options} > /dev/full'])
    assert (done.returncode, done.stderr) == (OUTPUT, 'caw: No space left on device\n')


def test_without_tshark(caw, echoes):
    done = caw('-Y', 'ca', echoes, env={'PATH': '/no/such/folder'})
    assert (done.returncode, done.stdout) == (USAGE, '')
    assert done.stderr.startswith('caw: tshark is not installed')
    assert echo.words(caw(echoes, env={'PATH': '/no/such/folder'}).stdout) == echo.expected(4)


def test_without_the_plugin(run, stage, program, echoes):
    bare = stage / 'made' / 'bare'
    bare.mkdir()
    alone = bare / 'caw'
    alone.write_bytes(program.read_bytes())
    alone.chmod(0o755)
    nowhere = {'WIRESHARK_PLUGIN_DIR': str(bare)}
    for options in (['-Y', 'ca'], ['-z', 'ca,srt']):
        done = run([alone, echoes, *options], env=nowhere)
        assert (done.returncode, done.stdout) == (USAGE, '')
        assert done.stderr.startswith('caw: ')
    assert 'tshark did not load the Channel Access plugin' in done.stderr


def heed_signals():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize('who', [os.kill, os.killpg], ids=['alone', 'as by the terminal'])
def test_a_signal_while_it_waits(who, start):
    """tshark has its packets, and is told that there are no more."""
    running = start('-Y', 'ca', preexec_fn=heed_signals)
    running.stdin.write(b''.join(echo.pieces(2)))
    assert running.stdout.readline().endswith(b'EchoRequest()\n')
    assert running.stdout.readline().endswith(b'EchoResponse()\n')
    who(running.pid, signal.SIGINT)
    assert running.wait(timeout=30) == GOOD
    assert (running.stdout.read(), running.stderr.read()) == (b'', b'')


@pytest.mark.parametrize('how', [['-Y', 'ca'], []], ids=['a filter', 'another format'])
def test_signals_that_are_ignored(how, tmp_path, save, stage, environment):
    """By nohup tshark goes on too; what ends it ends it, and its end is noticed."""
    (tmp_path / 'tshark').write_text(
        '#!/bin/sh\necho "tshark: $(grep SigIgn /proc/self/status)" >&2\nexit 1\n'
    )
    (tmp_path / 'tshark').chmod(0o755)
    ignored = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD]
    snoop = b'snoop\0\0\0' + bytes([0, 0, 0, 2, 0, 0, 0, 4])
    done = subprocess.run(
        [stage / 'bin' / 'caw', *how, save(snoop)],
        capture_output=True,
        env=environment | {'PATH': f'{tmp_path}:{environment["PATH"]}'},
        preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in ignored],
    )
    assert done.returncode == USAGE
    stays = int(re.search(rb'SigIgn:\s*([0-9a-f]+)', done.stderr)[1], 16)
    known = {number for number in [*ignored, signal.SIGPIPE] if stays >> (number - 1) & 1}
    assert known == {signal.SIGHUP}


def test_a_signal_before_tshark_is_ready(captures, stage, environment):
    """tshark has no handlers yet: here it is a program that has none."""
    folder = stage / 'made' / 'unready'
    folder.mkdir()
    (folder / 'tshark').write_text('#!/bin/sh\necho ready\nexec sleep 60\n')
    (folder / 'tshark').chmod(0o755)
    folder.chmod(0o755)
    running = subprocess.Popen(
        [stage / 'bin' / 'caw', captures / 'monitors.pcap', '-Y', 'ca'],
        stdout=subprocess.PIPE,
        env=environment | {'PATH': f'{folder}:{environment["PATH"]}'},
        **as_nobody(),
    )
    with running.stdout:
        assert running.stdout.readline() == b'ready\n'
        running.terminate()
        assert running.wait(20) == GOOD
