# SPDX-License-Identifier: GPL-2.0-or-later
"""Where caw's frames come from: files, packed and damaged ones, pipes, other programs, interfaces.

What a file holds is told by Python's struct, what a packed one holds by other unpackers.
"""

import gzip
import lzma
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

import older
import pytest
from places import BUILD, CAPTURES, NOBODY, as_nobody

RECORDED = sorted(CAPTURES.glob('*.pcap'))
DRIVER = BUILD / 'tests' / 'input_driver'
ETHERNET = 1
PATIENCE = 60

# ---- files, made and read by struct ------------------------------------------------------------


def pcap(frames, link=ETHERNET):
    """A capture file of (seconds, microseconds, bytes)."""
    return header(link) + b''.join(record(*frame) for frame in frames)


def header(link=ETHERNET):
    return struct.pack('<IHHiIII', 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)


def record(seconds, microseconds, data):
    return struct.pack('<IIII', seconds, microseconds, len(data), len(data)) + data


def records(raw):
    """(offset, header, bytes) of each packet of a pcap file that is there as a whole."""
    at = 24
    while at + 16 <= len(raw):
        fields = struct.unpack_from('<IIII', raw, at)
        if at + 16 + fields[2] > len(raw):
            return
        yield at, fields, raw[at + 16 : at + 16 + fields[2]]
        at += 16 + fields[2]


def shown(raw, interface=0):
    """The lines for a pcap file with microseconds, or what is there of it."""
    link = struct.unpack_from('<I', raw, 20)[0] if len(raw) >= 24 else None
    return [
        f'{seconds}.{microseconds * 1000:09} 0 {link} {interface} {length} {data.hex() or "-"}'
        for _, (seconds, microseconds, _, length), data in records(raw)
    ]


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)


def pcapng(*blocks):
    return block(0x0A0D0D0A, struct.pack('<IHHq', 0x1A2B3C4D, 1, 0, -1)) + b''.join(blocks)


def interface(link=ETHERNET):
    return block(1, struct.pack('<HHI', link, 0, 0))


def packet(number, microseconds, data):
    fields = struct.pack('<5I', number, 0, microseconds, len(data), len(data))
    return block(6, fields + data)


def simple(data):
    return block(3, struct.pack('<I', len(data)) + data)


FRAMES = [(100 + n, n, bytes([n % 256]) * (60 + n % 7)) for n in range(3000)]
CAPTURE = pcap(FRAMES)

# ---- the driver --------------------------------------------------------------------------------


class Told:
    """What the driver has told of its input."""

    def __init__(self, stdout, stderr, status):
        self.kind, *lines = stdout.decode().splitlines()
        self.lines = [line for line in lines if line[0] in '0123456789-']
        self.dropped = next(int(line.split()[1]) for line in lines if line.startswith('dropped'))
        self.said = stderr.decode()
        self.status = status


def read(*names, **options):
    """Reads these files, or standard input."""
    command = [DRIVER, *(names or ['-'])]
    options = {'timeout': PATIENCE} | options
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    return Told(done.stdout, done.stderr, done.returncode)


@pytest.fixture
def save(tmp_path):
    def save(name, raw):
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return save


class Running:
    """A driver that is not done yet: its lines one by one."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, **options
        )
        self.lines, self.new = [], threading.Condition()
        self.thread = threading.Thread(target=self.collect, daemon=True)
        self.thread.start()

    def collect(self):
        for line in iter(self.process.stdout.readline, b''):
            with self.new:
                self.lines.append(line.decode().rstrip('\n'))
                self.new.notify_all()

    def frames(self):
        return [line for line in self.lines if line[0].isdigit()]

    def wait_for(self, what):
        """Until what(self) holds."""
        with self.new:
            assert self.new.wait_for(lambda: what(self), PATIENCE), self.lines

    def finish(self):
        """(status, what was said on standard error)"""
        said = self.process.stderr.read().decode()
        status = self.process.wait(timeout=PATIENCE)
        self.thread.join(timeout=PATIENCE)
        return status, said


@pytest.fixture
def start():
    """start(command, ...): a Running, which does not survive the test."""
    running = []

    def start(command, **options):
        running.append(Running(command, **options))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.wait()


# ---- files as they should be -------------------------------------------------------------------


@pytest.mark.parametrize('path', RECORDED, ids=lambda path: path.stem)
def test_a_file(path):
    told = read(path)
    assert told.lines == shown(path.read_bytes()) and told.lines
    assert (told.kind, told.said, told.status, told.dropped) == ('files', '', 0, 0)


def test_standard_input_that_is_a_file(save):
    path = save('x.pcap', CAPTURE)
    with path.open('rb') as file:
        told = read('-', stdin=file)
    assert told.lines == shown(CAPTURE)
    assert (told.kind, told.said, told.status) == ('files', '', 0)


def test_standard_input_from_where_it_stands(save):
    with save('x.pcap', b'no capture' + CAPTURE).open('rb') as file:
        os.lseek(file.fileno(), 10, os.SEEK_SET)
        told = read(stdin=file)
    assert (told.lines, told.said) == (shown(CAPTURE), '')


def test_standard_input_that_is_a_pipe():
    told = read(input=CAPTURE)
    assert told.lines == shown(CAPTURE)
    assert (told.kind, told.said, told.status) == ('live', '', 0)


def test_packets_larger_than_a_piece(save):
    frames = [(1, n, bytes([n]) * size) for n, size in enumerate((262144, 1, 200000, 262143))]
    assert read(save('x.pcap', pcap(frames))).lines == shown(pcap(frames))
    assert read(input=pcap(frames)).lines == shown(pcap(frames))


# ---- packed files ------------------------------------------------------------------------------


def by_program(*command):
    def pack(raw):
        return subprocess.run(command, input=raw, stdout=subprocess.PIPE, check=True).stdout

    return pack


PACKERS = {
    'gzip': gzip.compress,
    'xz': lzma.compress,
    'zstd': by_program('zstd', '-c', '-q'),
    'lz4': by_program('lz4', '-c', '-q', '-B4'),
}
PADDING = {
    'gzip': bytes(512),
    'xz': bytes(8),
    'zstd': struct.pack('<II', 0x184D2A53, 5) + b'skip!',
    'lz4': struct.pack('<II', 0x184D2A51, 5) + b'skip!',
}
packed = pytest.mark.parametrize('method', PACKERS)


@packed
def test_a_packed_file(method, save):
    told = read(save('x', PACKERS[method](CAPTURE)))
    assert told.lines == shown(CAPTURE)
    assert (told.kind, told.said, told.status) == ('files', '', 0)


@packed
def test_a_packed_pipe(method):
    assert read(input=PACKERS[method](CAPTURE)).lines == shown(CAPTURE)


@packed
def test_members_one_after_another(method, save):
    """As made by `cat a.gz b.gz`: their contents follow each other."""
    parts = CAPTURE[:5], CAPTURE[5:70001], b'', CAPTURE[70001:]
    told = read(save('x', b''.join(map(PACKERS[method], parts))))
    assert told.lines == shown(CAPTURE)
    assert (told.said, told.status) == ('', 0)


@packed
def test_padding_between_and_after_members(method, save):
    first, second = PACKERS[method](CAPTURE[:1000]), PACKERS[method](CAPTURE[1000:])
    told = read(save('x', first + PADDING[method] + second + PADDING[method]))
    assert told.lines == shown(CAPTURE)
    assert (told.said, told.status) == ('', 0)


@packed
def test_what_is_no_member_follows(method, save):
    whole = PACKERS[method](CAPTURE)
    told = read(save('x', whole + b'what is this, which follows it?'))
    assert told.lines == shown(CAPTURE)
    assert f': {method}: ' in told.said and told.said.count('\n') == 1
    assert told.status == 3


def part_of_gzip(raw):
    return zlib.decompressobj(wbits=31).decompress(raw)


def part_of_xz(raw):
    return lzma.LZMADecompressor().decompress(raw)


@packed
@pytest.mark.parametrize('share', [0.3, 0.8, 0.999])
def test_a_packed_file_that_ends_too_early(method, share, save):
    """What is there is given, as far as another unpacker gets."""
    capture = pcap([(n, 0, os.urandom(200)) for n in range(5000)])
    whole = PACKERS[method](capture)
    part = whole[: int(len(whole) * share)]
    path = save('x', part)
    told = read(path)
    assert told.lines == shown(capture)[: len(told.lines)]
    if method in ('gzip', 'xz'):
        unpacked = {'gzip': part_of_gzip, 'xz': part_of_xz}[method](part)
        assert told.lines == shown(unpacked)
    assert told.lines or share < 0.5
    assert told.said == f'caw: {path}: at byte {len(part)}: {method}: it ends too early\n'
    assert told.status == (3 if told.lines else 2)


@packed
def test_a_checksum_that_is_wrong(method, save):
    """It stands at the end: all is given before it is known."""
    whole = bytearray(PACKERS[method](CAPTURE))
    at = {'gzip': len(whole) - 8, 'zstd': len(whole) - 1, 'lz4': len(whole) - 1}.get(method)
    if at is None:  # xz: the check of the only block lies before the index, whose size is known
        index = 4 * (struct.unpack_from('<I', whole, len(whole) - 8)[0] + 1)
        at = len(whole) - 12 - index - 1
    whole[at] ^= 1
    path = save('x', bytes(whole))
    told = read(path)
    assert told.lines[:2990] == shown(CAPTURE)[:2990]
    assert told.said.startswith(f'caw: {path}: at byte ') and f': {method}: ' in told.said
    assert told.status == 3


def test_blocks_before_a_damaged_one(save):
    """Of lz4 with independent blocks of 64 KiB, each with a checksum, the third is damaged."""
    capture = pcap([(n, 0, os.urandom(1000)) for n in range(500)])
    whole = bytearray(by_program('lz4', '-c', '-q', '-B4', '-BI', '-BX')(capture))
    at = 7
    for _ in range(2):
        at += 4 + (struct.unpack_from('<I', whole, at)[0] & 0x7FFFFFFF) + 4
    whole[at + 1000] ^= 1
    told = read(save('x', bytes(whole)))
    assert told.lines == shown(capture[: 2 * 65536])
    assert told.status == 3


@packed
def test_packed_and_damaged_inside(method, save):
    """The packing is right, the capture in it ends too early."""
    path = save('x', PACKERS[method](CAPTURE[:-3]))
    last = list(records(CAPTURE))[-1][0]
    told = read(path)
    assert told.lines == shown(CAPTURE)[:-1]
    assert told.said.startswith(f'caw: {path}: at byte {last} of what is unpacked: it ends inside')
    assert told.status == 3


@packed
def test_packed_twice(method, save):
    told = read(save('x', PACKERS[method](PACKERS[method](CAPTURE))))
    assert (told.lines, told.status) == ([], 2)
    assert method in told.said


def test_what_is_not_unpacked_here(save):
    path = save('x.bz2', b'BZh91AY&SY' + bytes(50))
    told = read(path)
    assert (told.lines, told.status) == ([], 2)
    assert told.said == f'caw: {path}: bzip2, which is not unpacked here: bzip2 -dc FILE | caw\n'


@pytest.mark.parametrize('method', ['gzip', 'zstd'])
def test_a_bomb(method, save):
    """Half a gigabyte of nothing takes no memory."""
    packer = zlib.compressobj(1, wbits=31)
    size = 1 << 28
    start, zeros = struct.pack('<II', 0x7FFF, size + 12), bytes(1 << 20)
    pieces = [pcapng(interface()), *([start, *[zeros] * 256, start[4:]] * 2), packet(0, 5, b'x')]
    if method == 'gzip':
        raw = b''.join(packer.compress(piece) for piece in pieces) + packer.flush()
    else:
        raw = by_program('zstd', '-c', '-q')(b''.join(pieces))
    most = 100 << 20
    told = read(
        save('x', raw), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most))
    )
    assert (told.lines, told.said) == (['0.000005000 0 1 0 1 78'], '')


# ---- several files -----------------------------------------------------------------------------


def test_several_files_are_one_capture(save):
    first = pcap(FRAMES[:2])
    third = pcap(FRAMES[3:4])
    second = pcapng(
        interface(), interface(113), packet(0, 1, b'a'), packet(1, 2, b'b'), simple(b'c')
    )
    frames = pcapng(interface()), interface(101), packet(1, 3, b'd')
    told = read(
        save('1', first),
        save('2', PACKERS['gzip'](b''.join([*frames, second]))),
        save('3', third),
    )
    assert told.lines == [
        *shown(first),
        '0.000003000 0 101 2 1 64',
        '0.000001000 0 1 3 1 61',
        '0.000002000 0 113 4 1 62',
        '- 0 1 3 1 63',
        *shown(third, 5),
    ]
    assert told.status == 0


def test_standard_input_among_files(save):
    with save('2', pcap(FRAMES[2:4])).open('rb') as file:
        told = read(save('1', pcap(FRAMES[:2])), '-', save('3', pcap(FRAMES[4:5])), stdin=file)
    assert [line.split()[:4] for line in told.lines] == [
        line.split()[:3] + [str(number)]
        for line, number in zip(shown(CAPTURE), (0, 0, 1, 1, 2))
    ]
    assert (told.said, told.status) == ('', 0)


def test_a_file_older_than_the_one_before(save):
    """Told once for each such file; of a file without times nothing can be told."""
    first = save('1', pcap([(100, 0, b'a'), (112, 400000, b'b')]))
    second = save('2', pcap([(100, 100000, b'c'), (90, 0, b'd'), (200, 0, b'e')]))
    third = save('3', pcapng(interface(), simple(b'f')))
    fourth = save('4', pcap([(199, 999999, b'g')]))
    told = read(first, second, third, fourth)
    assert len(told.lines) == 7
    assert told.said == (
        f'caw: {second}: it begins before {first} ends: 12.300000 s earlier\n'
        f'caw: {fourth}: it begins before {second} ends: 0.000001 s earlier\n'
    )
    assert told.status == 0


def test_times_that_are_far_apart(save):
    """The difference of the largest times is said to be large, and nothing breaks."""
    far = struct.pack('<HHq', 14, 8, 2**62) + bytes(4)
    late = pcapng(block(1, struct.pack('<HHI', 1, 0, 0) + far), packet(0, 1, b'a'))
    early = pcapng(
        block(1, struct.pack('<HHI', 1, 0, 0) + struct.pack('<HHq', 14, 8, -(2**62)) + bytes(4)),
        packet(0, 1, b'b'),
    )
    told = read(save('1', late), save('2', early))
    assert [line.split()[0] for line in told.lines] == [f'{2**62}.000001000', f'{-(2**62)}.000001000']
    assert f': {2**63}.000000 s earlier' in told.said


def test_a_damaged_file_among_others(save):
    first, third = save('1', pcap(FRAMES[:3])), save('3', pcap(FRAMES[3:5]))
    raw = bytearray(pcap(FRAMES[:9]))
    at = list(records(raw))[5][0]
    struct.pack_into('<I', raw, at + 8, 0x7FFFFFFF)
    second = save('2', bytes(raw))
    told = read(first, second, third)
    assert [line.split()[3] for line in told.lines] == list('0001111122')
    assert told.lines[3:8] == shown(raw, 1)[:5]
    message = f'caw: {second}: at byte {at}: a packet of 2147483647 bytes, where 262144 are the most'
    said = [line for line in told.said.splitlines() if 'it begins before' not in line]
    assert said == [message]
    assert told.status == 3


def test_a_file_that_ends_inside_a_packet(save):
    path = save('x', CAPTURE[:-1])
    told = read(path)
    last = list(records(CAPTURE))[-1][0]
    assert told.lines == shown(CAPTURE)[:-1]
    assert told.said.startswith(f'caw: {path}: at byte {last}: it ends inside a packet')
    assert told.status == 3


def test_what_cannot_be_read_at_all(save, tmp_path):
    """Each is told, and the others are read."""
    good = save('good', pcap(FRAMES[:1]))
    words = {
        tmp_path / 'missing': 'No such file or directory',
        tmp_path: 'Is a directory',
        save('empty', b''): 'nothing in it',
        save('short', CAPTURE[:5]): '5 bytes, too few for a capture',
        save('text', b'This is no capture.'): 'neither pcap nor pcapng',
        save('head', CAPTURE[:20]): 'it ends before its header does',
        save('empty.gz', gzip.compress(b'')): 'nothing in it',
        save('text.gz', gzip.compress(b'This is no capture.')): 'neither pcap nor pcapng',
    }
    told = read(*words, good)
    assert told.lines == shown(pcap(FRAMES[:1]))
    assert told.said == ''.join(f'caw: {name}: {text}\n' for name, text in words.items())
    assert told.status == 2


def test_a_directory_as_standard_input(tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY)
    told = read(stdin=fd)
    os.close(fd)
    assert (told.kind, told.lines, told.status) == ('files', [], 2)
    assert told.said == 'caw: standard input: Is a directory\n'


def test_a_file_that_must_not_be_read():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        driver = Path(shutil.copy(DRIVER, folder))
        path = folder / 'x.pcap'
        path.write_bytes(CAPTURE)
        path.chmod(0)
        done = subprocess.run([driver, path], capture_output=True, **as_nobody())
    assert done.stderr.decode() == f'caw: {path}: Permission denied\n'
    assert done.returncode == 2


def test_unreadable_weighs_more_than_damaged(save, tmp_path):
    damaged, missing = save('x', CAPTURE[:-1]), tmp_path / 'missing'
    assert read(damaged, missing).status == read(missing, damaged).status == 2


# ---- pipes that are not done -------------------------------------------------------------------


def test_a_file_that_grows(start, save):
    """tail -f -c +1 FILE | caw: each packet is there with its last byte."""
    path = save('x.pcap', CAPTURE[:24])
    with subprocess.Popen(['tail', '-f', '-c', '+1', path], stdout=subprocess.PIPE) as tail:
        running = start([DRIVER, '-'], stdin=tail.stdout)
        with path.open('ab', buffering=0) as file:
            for count in range(1, 6):
                raw = record(*FRAMES[count - 1])
                file.write(raw[:30])
                file.write(raw[30:])
                running.wait_for(lambda now: len(now.frames()) == count)
        tail.kill()
    assert running.finish() == (0, '')
    assert running.frames() == shown(CAPTURE)[:5]
    assert running.lines[0] == 'live'


def test_a_packed_pipe_that_grows(start):
    running = start([DRIVER, '-'], stdin=subprocess.PIPE)
    packer = zlib.compressobj(wbits=31)
    for count in range(4):
        raw = record(*FRAMES[count - 1]) if count else header()
        running.process.stdin.write(packer.compress(raw) + packer.flush(zlib.Z_SYNC_FLUSH))
        running.wait_for(lambda now: len(now.frames()) == count)
    running.process.stdin.write(packer.flush())
    running.process.stdin.close()
    assert running.finish() == (0, '')
    assert running.frames() == shown(CAPTURE)[:3]


@pytest.mark.parametrize('sent', [0, 3, 30, 200], ids=str)
def test_an_idle_pipe_ends_at_a_signal(start, sent):
    """At once, and its end is then not too early."""
    running = start([DRIVER, '-'], stdin=subprocess.PIPE)
    running.process.stdin.write(CAPTURE[:sent])
    running.wait_for(lambda now: 'nothing' in now.lines[-1:])
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    assert running.frames() == (shown(CAPTURE[:sent]) if sent > 24 else [])


def test_a_pipe_with_a_name(start, tmp_path):
    """Neither its opening nor its reading is waited for when a signal comes."""
    path = tmp_path / 'fifo'
    os.mkfifo(path)
    alone = start([DRIVER, path])
    alone.wait_for(lambda now: now.lines[-1:] == ['nothing'])
    alone.process.send_signal(signal.SIGTERM)
    assert alone.finish() == (0, '')
    running = start([DRIVER, path])
    running.wait_for(lambda now: now.lines[-1:] == ['nothing'])
    with path.open('wb') as pipe:
        pipe.write(CAPTURE)
    assert running.finish() == (0, '')
    assert (running.lines[0], running.frames()) == ('live', shown(CAPTURE))


@pytest.mark.parametrize('pack', [bytes, gzip.compress], ids=['plain', 'gzip'])
def test_what_is_in_a_pipe_is_given(start, pack):
    """After a signal too: what was written before it is told, as far as it is whole."""
    running = start([DRIVER, '-'], stdin=subprocess.PIPE)
    running.wait_for(lambda now: now.lines[-1:] == ['nothing'])
    running.process.send_signal(signal.SIGUSR1)
    running.wait_for(lambda now: now.lines[-1:] == ['paused'])
    running.process.stdin.write(pack(CAPTURE[:60000]))
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    assert running.frames() == shown(CAPTURE[:60000])


# ---- other formats, by tshark ------------------------------------------------------------------


def converted(tmp_path, kind, raw=CAPTURE):
    source, path = tmp_path / 'source.pcap', tmp_path / f'x.{kind}'
    source.write_bytes(raw)
    subprocess.run(['editcap', '-F', kind, source, path], check=True, capture_output=True)
    return path


@pytest.fixture
def no_tshark(tmp_path):
    """An environment in which nothing can be run."""
    (tmp_path / 'bin').mkdir()
    return os.environ | {'PATH': str(tmp_path / 'bin')}


OTHER = ['snoop', 'netmon2'] if older.writes_netmon_times() else ['snoop']


def without_format(lines):
    """Time, link type and bytes; how exact a time is depends on the format."""
    return [(line.split()[0][:-6], line.split()[2], *line.split()[3:]) for line in lines]


@pytest.mark.parametrize('kind', OTHER)
def test_another_format(kind, tmp_path):
    told = read(converted(tmp_path, kind))
    assert without_format(told.lines) == without_format(shown(CAPTURE))
    assert (told.kind, told.said, told.status) == ('files', '', 0)


def test_another_format_among_files(save, tmp_path):
    told = read(save('1', CAPTURE), converted(tmp_path, 'snoop'), save('3', CAPTURE))
    assert [line.split()[3] for line in told.lines] == ['0'] * 3000 + ['1'] * 3000 + ['2'] * 3000
    assert told.said.count('it begins before') == 2
    assert told.status == 0


def test_another_format_packed(save, tmp_path):
    raw = converted(tmp_path, 'snoop').read_bytes()
    told = read(save('x.snoop.gz', gzip.compress(raw)))
    assert without_format(told.lines) == without_format(shown(CAPTURE))


def test_another_format_as_standard_input(tmp_path):
    path = converted(tmp_path, 'snoop')
    with path.open('rb') as file:
        told = read(stdin=file)
    assert without_format(told.lines) == without_format(shown(CAPTURE))
    told = read(input=path.read_bytes())
    assert (told.lines, told.status) == ([], 2)
    assert told.said == (
        'caw: standard input: Sun snoop, which is read through tshark, '
        'and not from a pipe: give it as a file\n'
    )


def test_another_format_without_tshark(save, tmp_path, no_tshark):
    other, good = converted(tmp_path, 'snoop'), save('good', pcap(FRAMES[:1]))
    told = read(other, good, env=no_tshark)
    assert told.lines == shown(pcap(FRAMES[:1]))
    assert told.said == (
        f'caw: {other}: Sun snoop, which is read through tshark, '
        'and that cannot be run: No such file or directory\n'
    )
    assert told.status == 2


def test_another_format_that_ends_too_early(tmp_path):
    path = converted(tmp_path, 'snoop')
    path.write_bytes(path.read_bytes()[:-10])
    told = read(path)
    assert len(told.lines) == 2999
    assert told.said.startswith(f'caw: {path}: tshark: ') and 'cut short' in told.said
    assert told.status == 3


# ---- interfaces, in a network of the test's own ------------------------------------------------

INSIDE = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, 0x8914, struct.pack('16sh', b'lo', 0x41))
print(os.getpid(), flush=True)
sys.stdin.read()
"""

SEND = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for number in range(int(sys.argv[2])):
        sender.sendto(b'%06d' % number + b'x' * int(sys.argv[3]), ('127.0.0.1', int(sys.argv[1])))
"""

SET_LO = """
import fcntl, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, 0x8914, struct.pack('16sh', b'lo', int(sys.argv[1])))
"""


@pytest.fixture
def within():
    """within(command): the command, run in a network that has nothing but a loopback interface."""
    root = os.geteuid() == 0
    new = ['unshare', '-n'] if root else ['unshare', '-r', '-n']
    holder = subprocess.Popen(
        [*new, sys.executable, '-c', INSIDE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    pid = holder.stdout.readline().decode().strip()
    assert pid, 'no network namespace can be made'
    enter = ['nsenter', '-t', pid, '-n', *([] if root else ['-U', '--preserve-credentials'])]
    yield lambda *command: [*enter, *map(str, command)]
    holder.stdin.close()
    holder.wait()


@pytest.fixture
def send(within):
    def send(port, count=1, size=0):
        command = [sys.executable, '-c', SEND, port, count, size]
        subprocess.run(within(*command), check=True)

    return send


def numbers(lines):
    """What was sent, by the last bytes of the frames: after 28 bytes of IPv4 and UDP."""
    return [
        int(bytes.fromhex(line.split()[5])[-int(line.split()[4]) :][skip : skip + 6])
        for line in lines
        for skip in [{'1': 42, '276': 48}[line.split()[2]]]
    ]


def capture(start, within, *arguments, **options):
    """A driver that has begun to capture."""
    running = start(within(DRIVER, '-i', *arguments), **options)
    running.wait_for(lambda now: 'nothing' in now.lines or now.process.poll() is not None)
    assert running.lines[:1] == ['live'], running.process.stderr.read()
    return running


@pytest.mark.parametrize('name, link', [('lo', '1'), ('any', '276')])
def test_an_interface(start, within, send, name, link):
    """What the filter chooses is given while it happens, in nanoseconds."""
    running = capture(start, within, name, 'udp port 5064')
    before = time.time()
    send(5065)
    send(5064, 3)
    running.wait_for(lambda now: len(now.frames()) >= 3)
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    frames = running.frames()
    assert numbers(frames) == [0, 1, 2]
    assert {tuple(line.split()[1:4]) for line in frames} == {('1', link, '0')}
    assert all(before <= float(line.split()[0]) <= time.time() for line in frames)
    assert running.lines[-1] == 'dropped 0'


def test_what_was_sent_before_the_stop_is_given(start, within, send):
    """While nobody reads, the kernel holds it: none is lost when the capture is stopped."""
    running = capture(start, within, 'lo', 'udp port 5064')
    running.process.send_signal(signal.SIGUSR1)
    running.wait_for(lambda now: 'paused' in now.lines)
    send(5064, 2000)
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    assert numbers(running.frames()) == list(range(2000))


def test_a_stop_under_traffic(start, within):
    """It ends although more comes."""
    running = capture(start, within, 'lo', 'udp port 5064')
    with subprocess.Popen(within(sys.executable, '-c', SEND, 5064, 10**9, 0)) as sender:
        running.wait_for(lambda now: len(now.frames()) > 100)
        running.process.send_signal(signal.SIGTERM)
        status, said = running.finish()
        assert sender.poll() is None
        sender.kill()
    assert (status, said) == (0, '')
    found = numbers(running.frames())
    assert found == sorted(found)


def test_frames_that_the_kernel_drops_are_counted(start, within, send):
    """A small buffer that nobody reads: what is not given is counted, and perhaps more is."""
    running = capture(start, within, 'lo', 'udp port 5064', 600000)
    running.process.send_signal(signal.SIGUSR1)
    running.wait_for(lambda now: 'paused' in now.lines)
    send(5064, 5000, 1000)
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    given, dropped = len(running.frames()), int(running.lines[-1].split()[1])
    assert 0 < given < 5000
    assert dropped >= 5000 - given


def test_an_interface_that_goes_down(start, within, send):
    running = capture(start, within, 'lo', 'udp port 5064')
    subprocess.run(within(sys.executable, '-c', SET_LO, 0), check=True)
    said = running.process.stderr.readline()
    assert said == b'caw: lo: the interface is down\n'
    subprocess.run(within(sys.executable, '-c', SET_LO, 0x41), check=True)
    assert running.process.stderr.readline() == b'caw: lo: the interface is up again\n'
    send(5064)
    running.wait_for(lambda now: now.frames())
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')


def test_an_interface_that_disappears(start, within):
    for command in (
        ['ip', 'link', 'add', 'caw0', 'type', 'veth', 'peer', 'name', 'caw1'],
        ['ip', 'link', 'set', 'caw0', 'up'],
    ):
        subprocess.run(within(*command), check=True)
    running = capture(start, within, 'caw0')
    subprocess.run(within('ip', 'link', 'del', 'caw0'), check=True)
    status, said = running.finish()
    assert (status, said.splitlines()[-1]) == (2, 'caw: caw0: The interface disappeared')


def refused(within, *arguments, **options):
    command = within(DRIVER, '-i', *arguments)
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, **options)
    assert (done.returncode, done.stdout) == (2, b'')
    return done.stderr.decode()


def test_what_cannot_be_captured(within):
    said = refused(within, 'no-such-if')
    assert said.startswith('caw: no-such-if: ') and said.count('\n') == 1
    said = refused(within, 'lo', 'udp prt 5')
    assert said.startswith('caw: lo: capture filter: ') and 'syntax error' in said
    subprocess.run(within(sys.executable, '-c', SET_LO, 0), check=True)
    assert refused(within, 'lo') == 'caw: lo: That device is not up\n'


# ---- without the right to capture --------------------------------------------------------------


@pytest.fixture
def for_nobody(within):
    """(a folder for programs, for_nobody(command): run by a user without rights)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(DRIVER, folder / 'caw')
        (folder / 'bin').mkdir()
        drop = ['setpriv', '--reuid', NOBODY, '--regid', NOBODY, '--clear-groups']
        path = f'PATH={folder / "bin"}'

        def command(*arguments):
            return within(*drop, '/usr/bin/env', path, folder / 'caw', '-i', *arguments)

        yield folder, command


def install_dumpcap(folder, able):
    copy = Path(shutil.copy(shutil.which('dumpcap'), folder / 'bin' / 'dumpcap'))
    copy.chmod(0o755)
    if able:
        subprocess.run(['setcap', 'cap_net_raw,cap_net_admin=eip', copy], check=True)


@pytest.mark.parametrize('dumpcap', [False, True], ids=['no dumpcap', 'dumpcap without rights'])
def test_no_right(for_nobody, dumpcap):
    folder, command = for_nobody
    if dumpcap:
        install_dumpcap(folder, able=False)
    done = subprocess.run(command('lo'), cwd='/', capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (2, b'')
    said = done.stderr.decode()
    assert said.count('\n') == 1 and said.startswith('caw: lo: you may not capture from it. ')
    assert f'sudo setcap cap_net_raw,cap_net_admin=eip {folder}/caw' in said
    assert 'group wireshark' in said


def test_the_right_of_dumpcap(for_nobody, start, send):
    folder, command = for_nobody
    install_dumpcap(folder, able=True)
    running = start(command('lo', 'udp port 5064', 3 << 20), cwd='/')
    running.wait_for(lambda now: 'nothing' in now.lines)
    send(5065)
    send(5064, 3)
    running.wait_for(lambda now: len(now.frames()) >= 3)
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    assert numbers(running.frames()) == [0, 1, 2]


def test_any_by_dumpcap(for_nobody, start, send):
    """Each frame tells its interface, which is how copies of a datagram are known."""
    folder, command = for_nobody
    install_dumpcap(folder, able=True)
    running = start(command('any', 'udp port 5064'), cwd='/')
    running.wait_for(lambda now: 'nothing' in now.lines)
    send(5064)
    running.wait_for(lambda now: len(now.frames()) >= 1)
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    assert {line.split()[2] for line in running.frames()} == {'276'}  # LINUX_SLL2


def test_frames_that_are_dropped_for_dumpcap(for_nobody, start, send):
    """Nobody reads from dumpcap, so it reads from nobody; it counts, and tells at its end."""
    folder, command = for_nobody
    install_dumpcap(folder, able=True)
    running = start(command('lo', 'udp port 5064', 1 << 20), cwd='/')
    running.wait_for(lambda now: 'nothing' in now.lines)
    running.process.send_signal(signal.SIGUSR1)
    running.wait_for(lambda now: 'paused' in now.lines)
    send(5064, 20000, 1000)
    running.process.send_signal(signal.SIGTERM)
    assert running.finish() == (0, '')
    given, dropped = len(running.frames()), int(running.lines[-1].split()[1])
    assert 0 < given < 20000
    assert dropped >= 20000 - given


def test_what_dumpcap_says(for_nobody):
    folder, command = for_nobody
    install_dumpcap(folder, able=True)
    done = subprocess.run(command('lo', 'udp prt 5'), cwd='/', capture_output=True, timeout=60)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert said.startswith('caw: lo: dumpcap: Invalid capture filter "udp prt 5"')
    assert said.count('\n') == 1
