# SPDX-License-Identifier: GPL-2.0-or-later
"""An interface: the loopback, on a port of our own. It needs the right to capture: root has it."""

import os
import signal
import socket
import subprocess
import threading
import time

import pytest

import echo

GOOD = 0


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Running:
    """caw -i lo, and its lines as they come."""

    def __init__(self, command, **options):
        pipes = dict.fromkeys(('stdout', 'stderr'), subprocess.PIPE)
        self.process = subprocess.Popen(command, start_new_session=True, **pipes, **options)
        self.lines = []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode().rstrip('\n'))

    def send_until(self, port, count, *datagrams):
        """Again and again until so many lines have come: capturing begins some time."""
        end = time.monotonic() + 30
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while len(self.lines) < count and time.monotonic() < end:
                for datagram in datagrams:
                    sender.sendto(datagram, ('127.0.0.1', port))
                time.sleep(0.05)
        assert len(self.lines) >= count, self.process.poll()

    def end(self):
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.wait(timeout=30) == GOOD
        self.reader.join(timeout=10)
        return self.process.stderr.read()


@pytest.fixture
def capturing(program, environment):
    """capturing(arguments...): caw as root."""
    running = []

    def capturing(*arguments):
        command = [str(program), *arguments]
        if os.geteuid() != 0:
            command = ['sudo', '-n', '-E', *command]
        running.append(Running(command, env=environment))
        return running[-1]

    yield capturing
    for one in running:
        one.process.kill()
        one.process.wait()
        one.reader.join(timeout=10)


SEARCH = echo.wire.message(0, count=13) + echo.wire.message(
    6, echo.wire.text('caw:nobody:has'), 5, 13, 1, 1
)


@pytest.mark.parametrize('interface', ['lo', 'any'])
def test_an_interface(interface, capturing):
    port = free_port()
    running = capturing('-i', interface, '-B', '4096', '-f', f'udp port {port}')
    running.send_until(port, 2, SEARCH)
    assert running.end() == b''
    classes = [line.split(' ', 2)[2].partition('(')[0] for line in running.lines]
    assert classes == ['VersionRequest', 'SearchRequest'] * (len(classes) // 2)


def test_all_that_was_received_is_told(capturing):
    """Many datagrams right before it is stopped."""
    port = free_port()
    running = capturing('-i', 'lo', '-B', '65536', '-f', f'udp port {port}')
    running.send_until(port, 2, SEARCH)
    time.sleep(0.3)
    before = len(running.lines)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(300):
            sender.sendto(SEARCH, ('127.0.0.1', port))
    complaint = running.end()
    assert complaint == b'' and len(running.lines) == before + 600


def test_chosen_by_messages(capturing):
    name = f'caw:nobody:has:{os.getpid()}'
    search = SEARCH[:16] + echo.wire.message(6, echo.wire.text(name), 5, 13, 1, 1)
    running = capturing('-i', 'lo', '-f', f'ca:search and pv == "{name}"')
    running.send_until(5064, 2, echo.ECHO, SEARCH, search)
    running.end()
    texts = [line.split(' ', 2)[2] for line in running.lines]
    assert texts == [
        'VersionRequest(priority=0, version=13)',
        f"SearchRequest(name='{name}', cid=1, version=13, reply=5)",
    ] * (len(texts) // 2)


def test_so_many_lines(capturing):
    port = free_port()
    running = capturing('-i', 'lo', '-c', '3', '-f', f'udp port {port}')
    running.send_until(port, 3, SEARCH)
    assert running.process.wait(timeout=30) == GOOD
    running.reader.join(timeout=10)
    assert len(running.lines) == 3 and running.process.stderr.read() == b''


def test_a_reader_that_has_seen_enough(program, environment):
    """caw -i lo | head -2: nothing goes wrong, so nothing is said."""
    root = '' if os.geteuid() == 0 else 'sudo -n -E '
    port = free_port()
    command = f'{root}{program} -i lo -f "udp port {port}" | head -2'
    running = Running(['bash', '-c', command], env=environment)
    running.send_until(port, 2, SEARCH)
    assert running.process.wait(timeout=30) == GOOD
    running.reader.join(timeout=10)
    assert len(running.lines) == 2 and running.process.stderr.read() == b''
