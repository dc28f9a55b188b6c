# SPDX-License-Identifier: GPL-2.0-or-later
"""Pipes and signals: what is there is told at once, and the end comes when it is asked for."""

import json
import os
import re
import select
import signal
import time

import pytest

import echo

GOOD = 0
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def heed_signals():
    """Whoever runs the tests in the background, or by nohup, has some of them ignored."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def next_line(stream, seconds=20):
    """One line of a pipe, or fails when it does not come in time."""
    line, end = b'', time.monotonic() + seconds
    while not line.endswith(b'\n'):
        ready, _, _ = select.select([stream], [], [], max(0, end - time.monotonic()))
        assert ready, f'no line within {seconds} s, got {line!r}'
        byte = os.read(stream.fileno(), 1)
        assert byte, f'the end, after {line!r}'
        line += byte
    return line.decode()


@pytest.fixture
def waiting(start):
    """waiting(pieces, arguments...): the program has printed their lines and waits for more."""

    def waiting(pieces, *arguments, **options):
        running = start(*arguments, preexec_fn=heed_signals, **options)
        for number, piece in enumerate(pieces):
            running.stdin.write(piece)
            if number > 0 and not arguments:
                word = echo.expected(len(pieces))[number - 1]
                assert echo.words(next_line(running.stdout)) == [word]
        return running

    return waiting


def test_each_line_comes_before_the_next_packet(waiting):
    running = waiting(echo.pieces(6))
    running.stdin.close()
    assert running.wait(timeout=20) == GOOD
    assert (running.stdout.read(), running.stderr.read()) == (b'', b'')


@pytest.mark.parametrize('who', [os.kill, os.killpg], ids=['alone', 'as by the terminal'])
@pytest.mark.parametrize('number', SIGNALS)
def test_a_signal_while_it_waits(number, who, waiting):
    running = waiting(echo.pieces(2))
    asked = time.monotonic()
    who(running.pid, number)
    assert running.wait(timeout=20) == GOOD
    assert time.monotonic() - asked < 10
    assert (running.stdout.read(), running.stderr.read()) == (b'', b'')


@pytest.mark.parametrize('number', SIGNALS)
def test_a_signal_that_comes_twice_at_once(number, waiting):
    """As timeout(1) sends it, to its child and to its group: that is one."""
    running = waiting(echo.pieces(4), 'srt', '--json', '--stats', '1')
    assert 'messages 4,' in next_line(running.stderr)
    running.send_signal(number)
    os.killpg(running.pid, number)
    assert running.wait(timeout=20) == GOOD
    assert json.loads(running.stdout.readline())['messages'] == 4


def test_the_second_signal_ends_it(start, captures):
    """Which cannot end by itself, because nobody reads what it prints."""
    running = start('--elements', '0', captures / 'bigarrays.pcap', preexec_fn=heed_signals)
    next_line(running.stdout)
    running.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == -signal.SIGINT


def test_a_signal_before_any_packet(start):
    running = start(preexec_fn=heed_signals)
    time.sleep(0.2)
    running.terminate()
    assert running.wait(timeout=20) in (GOOD, -signal.SIGTERM)  # it may not have begun
    assert (running.stdout.read(), running.stderr.read()) == (b'', b'')


def test_a_signal_inside_a_packet(waiting):
    """What has been received whole is told, and that the rest is missing is no error."""
    pieces = echo.pieces(2)
    running = waiting(pieces[:2])
    running.stdin.write(pieces[2][:-10])
    running.terminate()
    assert running.wait(timeout=20) == GOOD
    assert (running.stdout.read(), running.stderr.read()) == (b'', b'')


def test_a_signal_that_is_ignored(start):
    """As by nohup: it goes on."""
    running = start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    first, *others = echo.pieces(2)
    running.stdin.write(first + others[0])
    assert echo.words(next_line(running.stdout)) == ['EchoRequest']
    running.send_signal(signal.SIGHUP)
    running.stdin.write(others[1])
    assert echo.words(next_line(running.stdout)) == ['EchoResponse']


def test_a_report_when_it_is_stopped(waiting):
    """All that was received is in it."""
    running = waiting(echo.pieces(4), '-z', 'ca,connect,json', '--stats', '1')
    assert 'messages 4,' in next_line(running.stderr)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == GOOD
    assert json.loads(running.stdout.readline())['messages'] == 4


def test_a_report_every_so_often(waiting):
    """And once more at the end; each begins with its totals."""
    running = waiting(echo.pieces(4), 'srt', '--json', '--every', '1')
    printed = [json.loads(next_line(running.stdout)) for _ in range(6)]
    assert [row['table'] for row in printed] == ['totals', 'srt', 'kinds'] * 2
    assert {row['messages'] for row in printed if row['table'] == 'totals'} == {4}
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == GOOD
    assert json.loads(running.stdout.readline())['table'] == 'totals'


def test_a_report_that_is_asked_for(waiting):
    """USR1 asks for it, and how it stands; time asks for that alone."""
    running = waiting(echo.pieces(4), 'srt', '--json', '--stats', '1')
    assert 'messages 4,' in next_line(running.stderr)
    os.kill(running.pid, signal.SIGUSR1)
    assert json.loads(next_line(running.stdout))['messages'] == 4
    assert 'messages 4,' in next_line(running.stderr)
    running.terminate()
    assert running.wait(timeout=20) == GOOD
    assert [json.loads(line)['table'] for line in running.stdout.read().splitlines()] == [
        'srt', 'kinds', 'totals', 'srt', 'kinds'
    ]  # fmt: skip


def test_lines_come_to_a_file_at_once(waiting, save):
    """When packets come from a pipe: somebody may be looking at the file."""
    log = save(b'', 'log')
    with open(log, 'wb') as file:
        running = waiting(echo.pieces(2), '-n', stdout=file)
    end = time.monotonic() + 20
    while echo.words(log.read_text()) != echo.expected(2):
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.02)
    running.terminate()
    assert running.wait(timeout=20) == GOOD


def test_a_named_pipe(start, stage):
    pipe = stage / 'made' / f'{os.getpid()}.pipe'
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    running = start(pipe, preexec_fn=heed_signals)
    with open(pipe, 'wb', buffering=0) as packets:
        packets.write(b''.join(echo.pieces(2)))
        assert echo.words(next_line(running.stdout)) == ['EchoRequest']
        running.terminate()
        assert running.wait(timeout=20) == GOOD
    assert echo.words(running.stdout.read().decode()) == ['EchoResponse']


# ---- how it stands -----------------------------------------------------------------------------

NUMBERS = ['packets', 'dropped by the kernel', 'messages', 'connections', 'channels',
           'subscriptions', 'requests', 'searches', 'streams', 'circuits', 'fragments']  # fmt: skip


def test_asked_how_it_stands(waiting):
    running = waiting(echo.pieces(3))
    os.kill(running.pid, signal.SIGUSR1)
    line = next_line(running.stderr)
    found = dict(re.findall(r'([a-z][a-z ]*?) (\d+)\b', line))
    assert line.startswith('caw: packets 5,') and found['messages'] == '3'
    assert set(NUMBERS) <= {name.split(': ')[-1] for name in found} | set(found)
    assert re.search(r'loss \d+\.\d+ %$', line.strip())
    running.stdin.close()
    assert running.wait(timeout=20) == GOOD and running.stdout.read() == b''


def test_told_now_and_then(waiting):
    running = waiting(echo.pieces(2), '--stats', '1')
    assert [next_line(running.stderr).split(',')[0] for _ in range(2)] == ['caw: packets 4'] * 2
    running.terminate()
    assert running.wait(timeout=20) == GOOD
