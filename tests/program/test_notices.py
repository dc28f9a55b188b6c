# SPDX-License-Identifier: GPL-2.0-or-later
"""What deserves a word on standard error, and what does not."""

import socket
import struct

import pytest

import echo
import wire

GOOD = 0


def notices(done):
    """What is said beside the lines, which is no failure."""
    assert done.returncode == GOOD
    lines = done.stderr.splitlines()
    assert all(line.startswith('caw: ') for line in lines), lines
    return lines


def read(number, sid=1):
    """A READ_NOTIFY of a channel."""
    return wire.message(15, type=6, count=1, p1=sid, p2=number)


def test_a_good_capture(caw, captures):
    for name in ('puts', 'monitors', 'alltypes', 'bigarrays', 'twoiocs', 'beacons'):
        assert notices(caw(captures / f'{name}.pcap')) == [], name


def test_no_channel_access(caw, save):
    packets = [wire.udp(('10.1.0.2', 4000), ('10.1.0.1', 53), b'nothing of ours')] * 3
    assert notices(caw(save(wire.capture(packets)))) == ['caw: no Channel Access in 3 packets']


def test_names_that_are_not_known(caw, save):
    """Two reads of a channel that was created before; an ECHO needs no name."""
    packets = wire.circuit([('client', read(1)), ('client', read(2)), ('client', echo.ECHO)])
    (notice,) = notices(caw(save(wire.capture(packets[2:]))))
    assert notice.startswith('caw: 2 of 3 messages ') and 'names' in notice


def test_packets_that_were_cut(caw, save):
    packets = wire.circuit([('client', read(1) + wire.padded(bytes(400))), ('client', echo.ECHO)])
    done = caw(save(wire.pcap(wire.ethernet(wire.timed(packets)), snap=100)))
    assert any('1 packets were captured only in part' in line for line in notices(done))


def test_bytes_that_are_no_messages(caw, save):
    packets = wire.circuit(
        [('client', echo.ECHO * 3), ('client', b'\x7f\xff' + bytes(range(1, 31))), ('client', echo.ECHO * 8)]
    )  # fmt: skip
    done = caw(save(wire.capture(packets)))
    assert 'Malformed(' in done.stdout
    assert any('bytes were skipped' in line for line in notices(done))


def test_bytes_that_are_missing(caw, save):
    """A segment that was acknowledged, and is not in the capture."""
    packets = wire.circuit([(side, echo.ECHO) for side in ('client', 'server') * 20])
    del packets[10]
    lines = notices(caw(save(wire.capture(packets))))
    assert any('16 bytes of circuits are not in the capture' in line for line in lines)


def test_segments_that_do_not_count(caw, save):
    """A checksum that is wrong is told; a segment that comes again is usual."""
    packets = wire.circuit([('client', echo.ECHO)] * 4)
    assert notices(caw(save(wire.capture([*packets, packets[3]])))) == []
    broken = bytearray(wire.circuit([('client', echo.ECHO)] * 5)[-1])
    broken[20 + 16] ^= 1
    lines = notices(caw(save(wire.capture([*packets, bytes(broken)]))))
    assert any('1 packets were not used: bad checksum' in line for line in lines)


def test_what_does_not_stay_within_the_memory(caw, save):
    """Searches that nobody answers, each from another client."""
    def search(number):
        name = wire.text(f'nobody:has:{number}')
        data = wire.message(0, count=13) + wire.message(6, name, 5, 13, number, number)
        client = (socket.inet_ntoa(struct.pack('>I', 0x0A020000 + number)), 40000)
        return wire.udp(client, wire.EVERYBODY, data)

    packets = [search(number) for number in range(8000)]
    capture = save(wire.pcap(wire.ethernet(wire.timed(packets, step=0))))
    assert notices(caw(capture)) == []
    lines = notices(caw('--memory', '500K', capture))
    assert any('searches were forgotten to stay within --memory' in line for line in lines), lines


@pytest.mark.parametrize('options', [('-c', '1'), ('--format', '{pv}')])
def test_a_word_where_all_was_read_only(options, caw, captures):
    """Who wants one line needs no word on the others."""
    told = notices(caw(*options, captures / 'midstream.pcap'))
    assert bool(told) == (options[0] != '-c')
