#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How much memory caw takes, however much it reads: traffic of every kind, made up, through a pipe.

    tests/bench/memory.py                           every kind, 10^6 and 10^7 messages: an hour
    tests/bench/memory.py --messages 100000 1000000 reads scans

Prints for each kind the largest resident size that caw had, in MiB, and how much it grew. CAW_BUILD
names the build folder (default: build/).
"""

import argparse
import fcntl
import os
import random
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import captures
import load
from load import DOUBLE, Circuit, message, text

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(os.environ.get('CAW_BUILD', ROOT / 'build')) / 'bin' / 'caw'
FIN_ACK, RST_ACK = 0x11, 0x14
BOUND = '48M'  # for what stays open


def udp(source, target, data):
    """An Ethernet frame with a datagram; ends are (4 bytes, port)."""
    head = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 28 + len(data), 0, 0x4000, 64, 17, 0, source[0],
                       target[0])
    return bytes(12) + b'\x08\x00' + head + struct.pack('>HHHH', source[1], target[1],
                                                        8 + len(data), 0) + data


# ---- what is forgotten when it is done ----------------------------------------------------------


def dense(messages):
    """Updates, 30 in a segment."""
    return captures.updates(messages, 30)


def single(messages):
    """Updates, one in a packet, and the acknowledgments."""
    return captures.updates(messages, 1)


def reads(messages):
    """Reads, their answers, updates."""
    return captures.exchanges(messages)


def circuits(messages):
    """Circuits that are opened, used and closed, of 250 hosts; a host's name is known an hour."""
    for number in range(messages // 11):
        circuit, host = Circuit(number % 20000), number % 250
        circuit.sequence = {side: random.getrandbits(32) for side in circuit.sequence}
        yield from circuit.opening(host)
        for ioid in (1, 2):
            yield circuit.packet('client', message(15, type=DOUBLE, count=1, p1=host + 1, p2=ioid))
            yield circuit.packet('server', message(15, bytes(8), DOUBLE, 1, 1, ioid))
        yield circuit.packet('client', flags=FIN_ACK)
        circuit.sequence['client'] += 1
        yield circuit.packet('server', flags=FIN_ACK)
        circuit.sequence['server'] += 1
        yield circuit.packet('client', flags=0x10)


# ---- what stays open, and is bounded ------------------------------------------------------------


def unanswered(messages):
    """Reads that nobody answers."""
    circuit = Circuit(0)
    yield from captures.opening(circuit, 100)
    for number in range(messages):
        request = message(15, type=DOUBLE, count=1, p1=2 + number % 100, p2=1000 + number)
        yield circuit.packet('client', request)


def searches(messages):
    """Searches for names that nobody has, each another one."""
    client, everybody = (b'\x0a\x01\x02\x01', 40000), (b'\x0a\x01\x02\xff', 5064)
    for number in range(messages):
        name = text(f'no:such:pv:{number}')
        yield udp(client, everybody, message(0, count=13) + message(6, name, 5, 13, number, number))


def scans(messages):
    """SYNs to one port after the other, of which half are refused."""
    for number in range(messages):
        circuit = Circuit(0)
        host = struct.pack('>I', 0x0A030000 + number // 60000)
        circuit.ends['server'] = (host, 1024 + number % 60000)
        yield circuit.packet('client', flags=2)
        if number % 2:
            yield circuit.packet('server', flags=RST_ACK)


def spoofed(messages):
    """Searches and segments from addresses that do not exist."""
    rng = random.Random(4)
    everybody = (b'\x0a\x01\x02\xff', 5064)
    for number in range(messages):
        source = (rng.randbytes(4), rng.randrange(1024, 65536))
        if number % 2:
            name = message(6, text(f'a:{number}'), 5, 13, 1, 1)
            yield udp(source, everybody, message(0, count=13) + name)
        else:
            circuit = Circuit(0)
            circuit.ends['client'] = source
            yield circuit.packet('client', message(0, count=13))


KINDS = {each.__name__: each for each in (dense, single, reads, circuits, unanswered, searches, scans,
                                          spoofed)}
BOUNDED = {'unanswered', 'searches', 'scans', 'spoofed'}


# ---- measuring ---------------------------------------------------------------------------------


def feed(pipe, frames):
    """Writes a capture of these frames, 50 microseconds apart."""
    pipe.write(struct.pack('<IHHIIII', 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    pieces = []
    for number, frame in enumerate(frames):
        seconds, micros = divmod(number * 50, 10**6)
        pieces.append(struct.pack('<IIII', load.NOON + seconds, micros, len(frame), len(frame)))
        pieces.append(frame)
        if len(pieces) > 1000:
            pipe.write(b''.join(pieces))
            pieces.clear()
    pipe.write(b''.join(pieces))
    pipe.flush()


def wait_until_read(pipe):
    """Until caw has taken all that was written."""
    left = bytearray(4)
    while fcntl.ioctl(pipe, termios.FIONREAD, left) == 0 and any(left):
        time.sleep(0.01)
    time.sleep(0.2)


def most_resident(process):
    """In KiB. (What wait4 tells has the size of the Python that started it in it.)"""
    status = Path(f'/proc/{process.pid}/status').read_text()
    (line,) = [line for line in status.splitlines() if line.startswith('VmHWM:')]
    return int(line.split()[1])


def largest(kind, messages, program=PROGRAM, bound=BOUND):
    """The largest resident size, in KiB, of caw that reads so many messages of a kind."""
    limit = ['--memory', bound] if kind in BOUNDED else []
    process = subprocess.Popen([program, *limit], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env={'LC_ALL': 'C.UTF-8'})
    feed(process.stdin, KINDS[kind](messages))
    wait_until_read(process.stdin)
    size = most_resident(process)
    process.stdin.close()
    assert process.wait() == 0
    return size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('kinds', nargs='*', default=[], choices=[[], *KINDS], metavar='KIND')
    parser.add_argument('--messages', nargs=2, type=int, default=[10**6, 10**7])
    asked = parser.parse_args()
    print('| traffic | {} messages | {} messages | growth |\n|---|---|---|---|'.format(*asked.messages))
    for kind in asked.kinds or KINDS:
        few, many = (largest(kind, messages) / 1024 for messages in asked.messages)
        print(f'| {kind} | {few:.1f} MiB | {many:.1f} MiB | {many - few:+.1f} MiB |', flush=True)


if __name__ == '__main__':
    sys.exit(main())
