#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel_tcp.py [TABLE]: what this machine's kernel makes of the segments of tcp_rows.txt.

Sends each row to a listening socket, as a client behind a tunnel in a network of its own, and
prints the rows whose application reads something else than a caw_tcp tells. Status 1 when it is
not what the table says. Needs unshare, and root or namespaces for everybody.
"""

import fcntl
import os
import random
import re
import select
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name('tcp_rows.txt')
CLIENT, SERVER, PORT = '10.98.0.2', '10.98.0.1', 5064
NUMBERS = (0, 1, 0xFFFFFFFF, 0xFFFFFFF5)
FLAGS = {'f': 1, 's': 2, 'r': 4, 'u': 32}
FIN, SYN, ACK = 1, 2, 16
CLOSED = 7  # TCP_CLOSE, the state after a RST


# ---- the table -------------------------------------------------------------------------------


@dataclass
class Row:
    name: str
    segments: str
    told: str
    kernel: str = ''  # when it is not `expected`
    why: str = ''

    @property
    def ours(self):
        """What an application would read of what is told: bytes up to a gap, FIN and RST."""
        bytes_, signs, words = '', '', iter(self.told.split())
        for word in words:
            if word == 'C':
                bytes_ += next(words)
            elif word in ('C-FIN', 'C-RST'):
                signs += ' ' + word[2:]
        whole, gap, _ = bytes_.partition('<')
        return whole if gap else whole + signs

    @property
    def expected(self):
        return self.kernel or self.ours


def read_table(path):
    lines = [line.strip() for line in path.read_text().splitlines() if not line.startswith('#')]
    for block in '\n'.join(lines).strip().split('\n\n'):
        name, segments, told, *rest = block.split('\n')
        kernel, _, why = rest[0].removeprefix('kernel ').partition(': ') if rest else ('', '', '')
        yield Row(name, segments, told, kernel, why)


# ---- segments --------------------------------------------------------------------------------


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(ports, seq, ack, flags, data=b'', options=b'', bad=False):
    """An IPv4 packet from the client."""
    ends = socket.inet_aton(CLIENT) + socket.inet_aton(SERVER)
    words = (*ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF)
    size = 5 + len(options) // 4 << 4

    def segment(summed):
        return struct.pack('>HHIIBBHHH', *words, size, flags, 60000, summed, 0) + options + data

    length = len(segment(0))
    right = checksum(ends + struct.pack('>HH', 6, length) + segment(0))
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + length, 0, 0, 64, 6, 0) + ends
    head = head[:10] + struct.pack('>H', checksum(head)) + head[12:]
    return head + segment(right ^ bad)


def stamp(value):
    """The option with this timestamp."""
    return struct.pack('>BBBBII', 1, 1, 8, 10, value, 0)


SEGMENT = re.compile(
    r'C(?P<flags>[a-z]*)(?P<seq>\d+)(?::(?P<data>[A-Z0-9#]+))?(?P<sum>[+!])?(?:t(?P<stamp>\d+))?$'
)


def client_segments(row):
    """Of the client, each as often as it is sent."""
    last = None
    for word in row.segments.split():
        if word[0] == 'C':
            last = SEGMENT.match(word)
            assert last, f'{row.name}: {word}'
            yield last
        elif word[0] == 'x' and last:
            yield from [last] * int(word[1:])
        elif word[0] == 'S':
            last = None


# ---- the kernel ------------------------------------------------------------------------------


def open_device():
    """A chroot may lack it."""
    device = '/dev/net/tun'
    if os.path.exists(device):
        return os.open(device, os.O_RDWR)
    with tempfile.TemporaryDirectory() as folder:
        device = f'{folder}/tun'
        os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(10, 200))
        return os.open(device, os.O_RDWR)


def open_tunnel():
    """The client's end: what is written is received by this machine."""
    tunnel = open_device()
    fcntl.ioctl(tunnel, 0x400454CA, struct.pack('16sH22x', b'client', 0x1001))  # TUNSETIFF
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, address in ((0x8916, SERVER), (0x891C, '255.255.255.0')):
            end = struct.pack('HH4s8x', socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, request, struct.pack('16s16s', b'client', end))
        fcntl.ioctl(control, 0x8914, struct.pack('16sH14x', b'client', 0x41))  # up, running
    return tunnel


def answer(tunnel, port):
    """The kernel's next segment for this port of the client: (number, flags)."""
    while select.select([tunnel], [], [], 5)[0]:
        raw = os.read(tunnel, 2000)
        if raw[0] == 0x45 and raw[9] == 6 and raw[22:24] == struct.pack('>H', port):
            return struct.unpack_from('>I', raw, 24)[0], raw[33]
    raise TimeoutError('the kernel does not answer')


def read_more(connection, read):
    """Adds what an application reads; returns how the connection has ended."""
    signs = ''
    try:
        while data := connection.recv(4096):
            read += data
        signs = ' FIN'
    except (BlockingIOError, ConnectionResetError):
        pass
    closed = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == CLOSED
    return signs + ' RST' if closed else signs


def settled(connection, expected):
    """What an application reads, and how the connection ends. Waits a second for what should be."""
    read = bytearray()
    connection.setblocking(False)
    for _ in range(50):
        signs = read_more(connection, read)
        if read.decode() + signs == expected:
            break
        time.sleep(0.02)
    return read.decode() + signs


def ask(tunnel, listener, row, isn):
    """What becomes of a row whose client begins with this number."""
    ports = (random.randrange(20000, 60000), PORT)
    segments = list(client_segments(row))
    stamps = any(segment['stamp'] for segment in segments)
    options = stamp(1) if stamps else b''
    os.write(tunnel, packet(ports, isn, 0, SYN, options=options))
    number, flags = answer(tunnel, ports[0])
    assert flags == SYN | ACK, flags
    os.write(tunnel, packet(ports, isn + 1, number + 1, ACK, options=options))
    connection, _ = listener.accept()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    for segment in segments:
        flags = sum(FLAGS.get(letter, 0) for letter in segment['flags'])
        flags |= 0 if set('srn') & set(segment['flags']) else ACK
        data = (segment['data'] or '').encode()
        option = stamp(int(segment['stamp'])) if segment['stamp'] else options
        bad = segment['sum'] == '!'
        seq = isn + int(segment['seq'])
        os.write(tunnel, packet(ports, seq, number + 1, flags, data, option, bad))
    with connection:
        return settled(connection, row.expected)


def ask_all(rows):
    """[(row, what the kernel gives)], the same for all initial numbers."""
    tunnel = open_tunnel()
    with socket.create_server((SERVER, PORT), backlog=16) as listener:
        listener.settimeout(5)
        for row in rows:
            given = {ask(tunnel, listener, row, isn) for isn in NUMBERS}
            yield row, ' or '.join(sorted(given))


def main(path):
    wrong = 0
    for row, given in ask_all(read_table(path)):
        if given != row.ours:
            print(f'{row.name}\n    ours    {row.ours}\n    kernel  {given}')
            print(f'    {row.why}' if given == row.kernel else f'    expected {row.expected}')
        wrong += given != row.expected
    return wrong > 0


if __name__ == '__main__':
    if sys.argv[1:2] != ['--inside']:
        alone = ['unshare', '--net', *(['--user', '--map-root-user'] if os.geteuid() else [])]
        inside = [*alone, sys.executable, __file__, '--inside', *sys.argv[1:]]
        sys.exit(subprocess.run(inside).returncode)
    sys.exit(main(Path(sys.argv[2]) if sys.argv[2:] else TABLE))
