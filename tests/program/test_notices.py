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
    """What there is instead, and how to read it as Channel Access: its ports, most frequent first."""
    def datagrams(port, count):
        return [wire.udp(('10.1.0.2', 40000), ('10.1.0.1', port), b'nothing of ours')] * count

    (notice,) = notices(caw(save(wire.capture(datagrams(53, 2) + datagrams(123, 3)))))
    assert 'no Channel Access in 5 packets' in notice and 'UDP 123 (3), UDP 53 (2)' in notice
    assert notice.endswith('-- -d udp.port==123,ca')
    lots = [packet for port in range(1000, 1100) for packet in datagrams(port, 1)]
    (notice,) = notices(caw(save(wire.capture(lots + datagrams(53, 40) + lots))))
    assert 'UDP 53 (' in notice
    (notice,) = notices(caw(save(wire.pcap(wire.timed([bytes(12) + b'\x88\xcc' + bytes(50)])))))
    assert 'no Channel Access in 1 packets, and neither TCP nor UDP' in notice


def test_no_channel_access_on_a_port_of_tcp(caw, save):
    """The port of the service is named, whichever side has spoken."""
    packets = wire.circuit([('client', b'GET / HTTP/1.1\r\n\r\n'), ('server', b'HTTP/1.1 200 OK\r\n')],
                           server=('10.1.0.1', 8080))  # fmt: skip
    (notice,) = notices(caw(save(wire.capture(packets))))
    assert f'TCP 8080 ({len(packets)})' in notice and '-- -d tcp.port==8080,ca' in notice


def test_quiet_is_quiet(caw, save):
    packets = [wire.udp(('10.1.0.2', 4000), ('10.1.0.1', 53), b'nothing of ours')] * 3
    done = caw('--quiet', save(wire.capture(packets)))
    assert (done.returncode, done.stdout, done.stderr) == (4, '', '')


def test_nothing_but_malformed(caw, save):
    """Not one message: the input is damaged, or something else."""
    packets = [wire.udp(('10.1.0.2', 40000), ('10.1.0.1', 5064), b'\x7f\xff' + bytes(range(1, 31)))] * 2
    done = caw(save(wire.capture(packets)))
    assert done.returncode == 3 and len(done.stdout.splitlines()) == 2
    assert all(' Malformed(' in line for line in done.stdout.splitlines())
    assert done.stderr.startswith('caw: not one of 64 bytes for Channel Access is a message')


def test_names_that_are_not_known(caw, save):
    """Two reads of a channel that was created before; an ECHO needs no name."""
    packets = wire.circuit([('client', read(1)), ('client', read(2)), ('client', echo.ECHO)])
    (notice,) = notices(caw(save(wire.capture(packets[2:]))))
    assert notice.startswith('caw: 2 of 3 messages ') and 'names' in notice
    assert 'began after' in notice and 'begin before clients connect' in notice


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
