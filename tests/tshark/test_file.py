# SPDX-License-Identifier: GPL-2.0-or-later
"""Capture files as the core reads them, against TShark, in every form that editcap makes."""

import bz2
import gzip
import hashlib
import lzma
import os
import struct
import subprocess
from decimal import Decimal
from typing import NamedTuple

import older
import pytest

from places import BUILD, CAPTURES

DRIVER = os.environ.get('CAW_FILE_DRIVER', BUILD / 'tests' / 'file_driver')
NAMES = sorted(path.name for path in CAPTURES.glob('*.pcap'))
# LINKTYPE_ numbers (tcpdump.org/linktypes.html) by those of Wireshark's wtap.h
LINKS = {'1': 1, '7': 101, '15': 0, '25': 113, '210': 276}
FIELDS = ('time_epoch', 'encap_type', 'len', 'cap_len', 'md5_hash')


class Packet(NamedTuple):
    time: Decimal
    link: int
    length: int
    captured: int
    md5: str


def driver(content, piece=65536):
    """(what is told of each packet, whether its time is exact, its interface), and the problem."""
    told = subprocess.run(
        [DRIVER, str(piece)], input=content, capture_output=True, check=True, timeout=60
    )
    lines = told.stdout.decode().splitlines()
    problem = lines.pop() if lines and lines[-1].startswith('problem') else None
    packets, exact, interfaces = [], set(), []
    for line in lines:
        time, is_exact, link, interface, length, text = line.split()
        raw = bytes.fromhex(text.strip('-'))
        md5 = hashlib.md5(raw).hexdigest()
        packets.append(Packet(Decimal(time), int(link), int(length), len(raw), md5))
        exact.add(is_exact == '1')
        interfaces.append(int(interface))
    return packets, exact, interfaces, problem


def ours(content, piece=65536, exact=False):
    """The packets of a good file, all of them counted in microseconds, or all in nanoseconds."""
    packets, counted, _, problem = driver(content, piece)
    assert problem is None
    assert counted == {exact}
    return packets


@pytest.fixture(scope='session')
def theirs(run):
    """theirs(path): the packets of a file as TShark reads it, and its status."""

    def theirs(path, *more):
        asked = [argument for field in (*FIELDS, *more) for argument in ('-e', f'frame.{field}')]
        hashing = ('-o', 'frame.generate_md5_hash:TRUE')
        done = run(['tshark', '-n', '-r', path, *hashing, '-T', 'fields', *asked])
        packets, rest = [], []
        for line in done.stdout.splitlines():
            time, encapsulation, length, captured, md5, *others = line.split('\t')
            link = LINKS[encapsulation]
            packets.append(Packet(Decimal(time), link, int(length), int(captured), md5))
            rest.append(others)
        return packets, rest, done.returncode

    return theirs


@pytest.fixture(scope='session')
def recorded(theirs, stage):
    """recorded(name): the packets of one of the project's captures by TShark, asked once."""
    known = {}

    def recorded(name):
        if name not in known:
            known[name], _, status = theirs(stage / 'captures' / name)
            assert status == 0 and known[name]
        return known[name]

    return recorded


def convert(tool, *arguments):
    """What editcap or mergecap writes to `-`, from the arguments before it."""
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, check=True, timeout=60)
    return done.stdout


def edited(name, form):
    return convert('editcap', '-F', form, CAPTURES / name, '-')


# ---- files of the other byte order ----------------------------------------------------------------


def words(order, form, raw):
    """The same numbers in big endian."""
    return struct.pack('>' + form, *struct.unpack(order + form, raw))


def big_pcap(raw):
    made, at = words('<', 'IHHiIII', raw[:24]), 24
    while at < len(raw):
        size = struct.unpack_from('<I', raw, at + 8)[0]
        made += words('<', '4I', raw[at : at + 16]) + raw[at + 16 : at + 16 + size]
        at += 16 + size
    return made


def big_options(raw):
    made, at = b'', 0
    while at < len(raw):
        code, size = struct.unpack_from('<HH', raw, at)
        padded = (size + 3) // 4 * 4
        made += struct.pack('>HH', code, size) + raw[at + 4 : at + 4 + padded]
        at += 4 + padded
    return made


def big_pcapng(raw):
    made, at = b'', 0
    while at < len(raw):
        kind, size = struct.unpack_from('<2I', raw, at)
        body = raw[at + 8 : at + size - 4]
        if kind == 0x0A0D0D0A:
            body = words('<', 'IHHq', body[:16]) + big_options(body[16:])
        elif kind == 1:
            body = words('<', 'HHI', body[:8]) + big_options(body[8:])
        elif kind == 6:
            body = words('<', '5I', body[:20]) + body[20:]
        made += struct.pack('>2I', kind, size) + body + struct.pack('>I', size)
        at += size
    return made


# ---- whole files ------------------------------------------------------------------------------


@pytest.mark.parametrize('name', NAMES)
def test_every_form_of_a_capture_has_the_same_packets(name, recorded):
    assert ours((CAPTURES / name).read_bytes()) == recorded(name)
    for form in ('pcap', 'modpcap', 'pcapng'):
        assert ours(edited(name, form)) == recorded(name), form
    assert ours(edited(name, 'nsecpcap'), exact=True) == recorded(name)


@pytest.mark.parametrize('piece', [1, 7, 4096])
def test_pieces_do_not_matter(piece, recorded):
    for form in ('pcap', 'modpcap', 'pcapng'):
        assert ours(edited('puts.pcap', form), piece) == recorded('puts.pcap'), form


@pytest.mark.parametrize('name', NAMES)
def test_big_endian(name, recorded, theirs, save):
    pcap, pcapng = big_pcap(edited(name, 'pcap')), big_pcapng(edited(name, 'pcapng'))
    assert ours(pcap) == ours(pcapng) == recorded(name)
    assert theirs(save(pcapng))[0] == recorded(name), 'the script writes what others can read'


def test_sections_one_after_another(recorded):
    """Of both byte orders, with other link types and snap lengths."""
    made, expected = b'', []
    for number, name in enumerate(NAMES):
        section = edited(name, 'pcapng')
        made += big_pcapng(section) if number % 2 else section
        expected += recorded(name)
    packets, exact, interfaces, problem = driver(made)
    assert packets == expected
    assert exact == {False}
    assert problem is None
    assert set(interfaces) == set(range(len(NAMES))), 'each section has one interface'


@pytest.mark.parametrize('mode', ['all', 'none'])
def test_interfaces_side_by_side(mode, theirs, save):
    made = convert('mergecap', '-F', 'pcapng', '-I', mode, '-w', '-', *(CAPTURES / n for n in NAMES))
    packets, _, interfaces, problem = driver(made)
    expected, others, status = theirs(save(made, 'pcapng'), 'interface_id')
    assert status == 0 and problem is None
    assert packets == expected
    assert interfaces == [int(number) for (number,) in others]
    assert len(set(interfaces)) > 1


def test_snap_length(theirs, save):
    for form in ('pcap', 'pcapng'):
        made = convert('editcap', '-F', form, '-s', '70', CAPTURES / 'monitors.pcap', '-')
        assert ours(made) == theirs(save(made))[0]


# ---- time ---------------------------------------------------------------------------------------


def block(kind, body):
    size = len(body) + 12
    return struct.pack('<2I', kind, size) + body + struct.pack('<I', size)


def timed(resolution, offset, times):
    options = struct.pack('<HHB3xHHqI', 9, 1, resolution, 14, 8, offset, 0)
    made = block(0x0A0D0D0A, struct.pack('<IHHq', 0x1A2B3C4D, 1, 0, -1))
    made += block(1, struct.pack('<HHI', 1, 0, 0) + options)
    for time in times:
        made += block(6, struct.pack('<5I4x', 0, time >> 32, time & 0xFFFFFFFF, 4, 4))
    return made


@pytest.mark.parametrize('offset', [0, 1_000_000_000, -5])
@pytest.mark.parametrize('resolution', [0, 1, 3, 6, 7, 9, 10, 0x80, 0x81, 0x8A, 0x94, 0x9E])
def test_resolutions(resolution, offset, theirs, save):
    units = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    times = [units * 1000, units * 1234 + units // 3, units * 99999 + units - 1]
    made = timed(resolution, offset, times)
    told = [packet.time for packet in driver(made)[0]]
    assert told == [
        time // units + offset + Decimal(time % units * 10**9 // units).scaleb(-9) for time in times
    ], 'by whole numbers in Python'
    if older.heeds_offsets() or not offset:
        assert told == [packet.time for packet in theirs(save(made, 'pcapng'))[0]]


# ---- files that break off ---------------------------------------------------------------------


@pytest.mark.parametrize('form', ['pcap', 'pcapng'])
def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(form, theirs, save):
    whole = edited('puts.pcap', form)
    for cut in (150, 1000, 1001, 2222, len(whole) - 40):
        packets, *_, problem = driver(whole[:cut])
        expected, _, status = theirs(save(whole[:cut]))
        assert packets == expected
        assert (problem is not None) == (status != 0), 'TShark complains too'


def test_compressed_files_are_named():
    for name, module in (('gzip', gzip), ('xz', lzma), ('bzip2', bz2)):
        packets, *_, problem = driver(module.compress((CAPTURES / 'puts.pcap').read_bytes()))
        assert not packets
        assert problem == f'problem 0 {name}, neither pcap nor pcapng'


def test_other_captures_are_named(tmp_path):
    made = tmp_path / 'made'
    for form, name in (('snoop', 'Sun snoop'), ('netmon2', 'Network Monitor')):
        convert('editcap', '-F', form, CAPTURES / 'beacons.pcap', made)
        packets, *_, problem = driver(made.read_bytes())
        assert not packets
        assert problem == f'problem 0 {name}, neither pcap nor pcapng'
