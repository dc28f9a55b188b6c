# SPDX-License-Identifier: GPL-2.0-or-later
"""caw.exe at the end of a pipe whose other end goes on: WinDump -U -w - | caw.exe."""

import os
import select
import signal
import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from places import CAPTURES

PATIENCE = 60  # seconds, after which what has not come will not


def parts(capture):
    """The header of a pcap file, and its packets."""
    content = (CAPTURES / capture).read_bytes()
    at, packets = 24, []
    while at < len(content):
        end = at + 16 + struct.unpack_from('<I', content, at + 8)[0]
        packets.append(content[at:end])
        at = end
    return content[:24], packets


def read_lines(process, count=float('inf')):
    """So many lines, or fewer when no more come."""
    got = b''
    while got.count(b'\n') < count:
        if not select.select([process.stdout], [], [], PATIENCE)[0]:
            process.kill()
            break
        more = os.read(process.stdout.fileno(), 1 << 16)
        if not more:
            break
        got += more
    return got.splitlines()


def send_and_interrupt(process, packets):
    process.stdin.write(b''.join(packets))
    process.send_signal(signal.SIGINT)


def test_the_tests_know_when_nothing_comes(start, monkeypatch):
    monkeypatch.setattr('test_pipe.PATIENCE', 1)
    process = start()
    process.stdin.write(parts('beacons.pcap')[0])
    assert read_lines(process, 1) == []


@pytest.mark.parametrize('capture', ['beacons.pcap', 'monitors.pcap', 'puts.pcap'])
def test_a_line_comes_before_the_next_packet_is_sent(capture, start, here):
    header, packets = parts(capture)
    form = ('--format', '{frame} {command}')
    lines = here(*form, CAPTURES / capture).stdout.splitlines()
    process = start(*form)
    process.stdin.write(header)
    for number, packet in enumerate(packets, 1):
        process.stdin.write(packet)
        want = [line for line in lines if line.split()[0] == b'%d' % number]
        assert read_lines(process, len(want)) == want, number
    assert process.communicate(timeout=PATIENCE) == (b'', here(CAPTURES / capture).stderr)
    assert process.returncode == 0


@pytest.mark.parametrize('capture', ['monitors.pcap', 'bigarrays.pcap'])
def test_ctrl_c_ends_it_when_all_lines_are_told(capture, start, here):
    header, packets = parts(capture)
    lines = here(CAPTURES / capture).stdout.splitlines()
    process = start()
    process.stdin.write(header + packets[0])
    first = read_lines(process, 1)
    with ThreadPoolExecutor() as beside:
        beside.submit(send_and_interrupt, process, packets[1:])
        got = first + read_lines(process)  # standard input is still open
    assert got == lines
    assert process.wait(PATIENCE) == 0


def test_ctrl_c_ends_a_report(start, here):
    header, packets = parts('twoiocs.pcap')
    report = here('connect', CAPTURES / 'twoiocs.pcap').stdout.splitlines()
    process = start('connect', '--every', '1')
    process.stdin.write(header + packets[0])
    assert read_lines(process, 1)  # it has begun
    send_and_interrupt(process, packets[1:])
    assert read_lines(process)[-len(report) :] == report
    assert process.wait(PATIENCE) == 0


def test_how_it_stands(start):
    header, packets = parts('beacons.pcap')
    process = start('--stats', '1')
    process.stdin.write(header + packets[0])
    assert select.select([process.stderr], [], [], PATIENCE)[0]
    assert b'caw: ' in os.read(process.stderr.fileno(), 4096)


def test_a_reader_that_goes_ends_it(start):
    header, packets = parts('beacons.pcap')
    process = start()
    process.stdin.write(header + packets[0])
    assert read_lines(process, 1)
    process.stdout.close()
    process.stdin.write(packets[1])
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == b''


def test_a_closed_output(exe):
    closed = exe(CAPTURES / 'beacons.pcap', stdout=None, stderr=-1, capture_output=False,
                 preexec_fn=lambda: os.close(1))
    assert closed.returncode == 1
    assert closed.stderr.splitlines() == [b'caw: Bad file descriptor']


def test_a_full_disk(exe):
    with open('/dev/full', 'wb') as full:
        failed = exe(CAPTURES / 'monitors.pcap', stdout=full, stderr=-1, capture_output=False)
    assert failed.returncode == 1
    assert b'No space left' in failed.stderr


def test_nothing_to_read(exe):
    nothing = exe()
    assert nothing.returncode == 2 and nothing.stderr.startswith(b'caw: ')
