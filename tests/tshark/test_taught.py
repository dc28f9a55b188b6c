# SPDX-License-Identifier: GPL-2.0-or-later
"""What rows teach Wireshark: the plugin built around a core that was taught a command and a DBR
type by rows alone (tests/core/teach.py) shows, links, names and times them."""

import os
import struct
import subprocess
import sys

import pytest
import wire
from places import BUILD, ROOT
from talk import client, create, hello, server
from wire import message

LOCK, NOTE_DOUBLE, SID, IOID = 28, 39, 451, 7
VALUE = struct.pack('>hh10s2xd', 5, 2, b'hello', 1.5)

CHUNKS = [
    hello(),
    server(message(0, count=13)),
    create(1, 't:ai'),
    server(message(18, type=6, count=1, p1=1, p2=SID)),
    client(message(LOCK, type=NOTE_DOUBLE, count=1, p1=SID, p2=IOID)),
    server(message(LOCK, VALUE, type=NOTE_DOUBLE, count=1, p1=1, p2=IOID)),
]


@pytest.fixture(scope='module')
def taught(stage, save, tshark):
    """taught(arguments...): what tshark with that plugin says of a capture with a lock."""
    copy, build = stage / 'made' / 'taught', stage / 'made' / 'taught' / 'build'
    cache = (BUILD / 'CMakeCache.txt').read_text()
    wireshark = [f'-D{line}' for line in cache.splitlines() if line.startswith('Wireshark_DIR:')]
    teach = ROOT / 'tests' / 'core' / 'teach.py'
    for command in (
        [sys.executable, teach, ROOT, copy, 'CMakeLists.txt', 'README.md', 'LICENSE', 'plugin', 'packaging'],
        ['cmake', '-S', copy, '-B', build, '-DCMAKE_BUILD_TYPE=Debug', *wireshark],
        ['cmake', '--build', build, '--target', 'ca'],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    for folder, _, files in os.walk(copy):
        os.chmod(folder, 0o755)
        for file in files:
            os.chmod(os.path.join(folder, file), 0o755)
    capture = save(wire.capture(wire.circuit(CHUNKS)))
    env = {'WIRESHARK_PLUGIN_DIR': str(build / 'plugins')}
    return lambda *arguments: tshark('-r', capture, *arguments, env=env)


def test_tree(taught):
    shown = taught('-V', '-Y', 'ca.command == 28 && ca.response')
    for item in (
        'Channel Access, Lock Response, t:ai = 1.5 MAJOR/LOLO',
        'Command: Lock (28)',
        'Data Type: DBR_NOTE_DOUBLE (39)',
        'Alarm Status: LOLO (5)',
        'Note: hello',
        'Value: 1.5',
        '[PV: t:ai]',
        '[User: operator]',
        '[Request In: 7]',
        '[Response Time: 1',  # 1.000000000 seconds, or 1 second since 4.6
    ):
        assert item in shown, shown


def test_filters_and_columns(taught):
    fields = ('-T', 'fields', '-e', 'frame.number', '-e', 'ca.pv', '-e', 'ca.message')
    assert taught('-Y', 'ca.data.note == "hello"', *fields).split() == ['8', 't:ai', 'LockResponse']
    assert taught('-2', '-Y', 'ca.message == "LockRequest"', *fields, '-e', 'ca.response_in').split() == [
        '7', 't:ai', 'LockRequest', '8']  # fmt: skip
    assert 'Lock t:ai ioid 7' in taught('-Y', 'frame.number == 7')
    assert 'Locked t:ai = 1.5 MAJOR/LOLO' in taught('-Y', 'frame.number == 8')
    assert taught('-Y', '_ws.expert && frame.number > 6') == ''


def test_line(taught):
    said = taught('-q', '-z', 'ca,lines').splitlines()[-1]
    assert 'LockResponse(data=Array(\'d\', [1.5]), data_type=<ChannelType.NOTE_DOUBLE: 39>' in said
    assert said.endswith("note=b'hello'))")


def test_response_times(taught):
    rows = [line.split() for line in taught('-q', '-z', 'ca,srt').splitlines()]
    assert any(row[:4] == ['28', 'Lock', '1', '1.000000'] for row in rows), rows
