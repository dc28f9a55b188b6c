# SPDX-License-Identifier: GPL-2.0-or-later
"""Capturing by Npcap, which Windows may have or not: Wine has something in its place.

What Npcap itself does is not tried.
"""

import subprocess
import sys

import pytest

from wine import EXE, by_wine

WITHOUT = {'WINEDLLOVERRIDES': 'wpcap='}
BEACON = '000d0000000d13c80000000100000000'  # version 13, port 5064, number 1

SEND = f"""
import socket, time
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    to.sendto(bytes.fromhex('{BEACON}'), ('127.0.0.1', 5065))
    time.sleep(0.05)
"""

# A network of its own, where only one program sends.
ALONE = ['unshare', '--map-root-user', '--net', 'sh', '-c',
         'ip link set lo up; "$1" -c "$2" & shift 2; "$@"; status=$?; kill $!; exit $status', 'sh',
         sys.executable, SEND]


def interfaces(exe):
    """Names, by what Wine says of them."""
    told = exe('-D')
    assert told.returncode == 0
    return dict(reversed(line.split('\t')[:2]) for line in told.stdout.decode().splitlines())


@pytest.mark.parametrize('wish', [('-D',), ('-i', 'any'), ('-i', 'eth0', '-f', 'udp')], ids=' '.join)
def test_without_npcap(wish, exe):
    refused = exe(*wish, env=WITHOUT)
    assert refused.returncode == 2 and not refused.stdout
    assert b'Npcap must be installed' in refused.stderr


def test_what_needs_no_npcap(exe):
    assert exe('--capture-filter', 'put', env=WITHOUT).returncode == 0


def test_names_of_interfaces(exe):
    assert interfaces(exe)['lo'].startswith('\\Device\\NPF_{')


def test_an_interface(exe):
    command = [*ALONE, *by_wine(EXE, '-c', '3', '-i', interfaces(exe)['lo'])]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line.endswith(
            "->127.0.0.1:5065 Beacon(version=13, server_port=5064, beacon_id=1, address='0.0.0.0')"
        )


def test_no_such_interface(exe):
    refused = exe('-i', 'nowhere')
    assert refused.returncode == 2 and refused.stderr.startswith(b'caw: nowhere: ')


@pytest.mark.parametrize('wish', [('-Y', 'ca'), ('-z', 'io,phs'), ('-z', 'ca,srt')], ids=' '.join)
def test_what_needs_tshark(wish, exe, tmp_path):
    (tmp_path / 'a').write_bytes(b'')
    refused = exe(*wish, 'a', cwd=tmp_path)
    assert refused.returncode == 2
    assert b'not made for Windows' in refused.stderr
