# SPDX-License-Identifier: GPL-2.0-or-later
"""What is beyond a limit is told, and no text of the wire gets out of its place."""

import os
import re
import struct

import pytest
import wire
from talk import ECHO, client, create, created, hello, server, write
from wire import message, padded

MIB = 1 << 20
DOUBLE, CHAR, STRING, NORMAL = 6, 4, 0, 1
CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]')  # all but tab and line end


def array(elements, kind=CHAR, size=1):
    return message(1, padded(bytes(elements * size)), type=kind, count=elements, p1=NORMAL, p2=1)


def segments(data):
    return [server(piece) for piece in wire.cut(data, 60000)]


def column(tshark, capture, field, *arguments):
    shown = tshark(
        '-r', capture, *arguments, '-T', 'fields', '-e', field, '-E', 'occurrence=f'
    )  # fmt: skip
    return shown.split('\n')[:-1]


# ---- the largest message ---------------------------------------------------------------------


@pytest.mark.parametrize('limit, told', [(1, True), (2, False), (64, False)])
def test_the_largest_message(tshark, lines, save, limit, told):
    """A message of one and a half MiB, and one after it."""
    chunks = [hello(), *segments(array(3 * MIB // 2) + ECHO)]
    capture = save(wire.capture(wire.circuit(chunks)))
    option = ('-o', f'ca.largest_message:{limit}')
    expert = column(tshark, capture, 'ca.command', '-Y', 'ca.flaw.not_reassembled', *option)
    assert expert == (['1'] if told else [])
    last = lines(capture, *option)[-2:]
    assert ('Malformed(' in last[0]) == told and last[1].endswith('EchoResponse()')


@pytest.mark.parametrize('size', [65 * MIB, 0x7FFFFFFF, 0xFFFFFFF8, 0xFFFFFFFF])
def test_declared_sizes_take_no_memory(tshark, run, save, size):
    """tshark is not given the memory that the larger ones speak of."""
    head = struct.pack('>HHHHIIII', 1, 0xFFFF, DOUBLE, 0, NORMAL, 1, size, 0xFFFFFFFF)
    chunks = [hello(), server(message(0, count=13)), server(head + bytes(64)), server(bytes(640))]
    capture = save(wire.capture(wire.circuit(chunks)))
    assert column(tshark, capture, 'ca.count', '-Y', 'ca.flaw.not_reassembled') == ['4294967295']
    if 'LD_PRELOAD' not in os.environ:  # sanitizers reserve terabytes
        tight = ['prlimit', f'--as={1 << 30}', 'tshark']
        assert run([*tight, '-V', '-r', capture, '-z', 'ca,lines']).returncode == 0


# ---- elements --------------------------------------------------------------------------------


@pytest.mark.parametrize('shown, elements, told', [(32, 33, True), (32, 32, False), (5, 33, True)])
def test_elements_that_are_not_shown(tshark, save, shown, elements, told):
    capture = save(wire.capture(wire.circuit([hello(), server(array(elements, DOUBLE, 8))])))
    option = ('-o', f'ca.elements_shown:{shown}')
    expert = column(tshark, capture, '_ws.expert.message', '-Y', 'ca.flaw.more_elements', *option)
    text = f'Of {elements} elements the first {shown} are shown one by one'
    assert expert == ([text] if told else [])


def test_all_elements_are_as_many_as_wireshark_takes(tshark, save):
    """It gives up at a million items, which is no fault of the array."""
    elements = 1200000
    capture = save(wire.capture(wire.circuit([hello(), *segments(array(elements))])))
    tree = tshark('-V', '-r', capture, '-o', 'ca.elements_shown:0')
    told = re.search(r'Of (\d+) elements the first (\d+) are shown', tree)
    of, shown = map(int, told.groups())
    assert of == elements and 100000 < shown < 1000000
    assert f'[{shown - 1}] ' in tree and f'[{shown}] ' not in tree
    assert f'{elements - shown} more elements' in tree


# ---- text from the wire ----------------------------------------------------------------------

HOSTILE = [
    b'\x1b[31mred\x1b[0m',
    b'\x1b]0;title\x07',
    b'two\nlines\r\nand more',
    b'tab\there',
    b'%s%n%d%1000000d',
    b'comma,"quote",\'both\';',
    b'\xff\xfe\xc3\x28',
    b'\xe2\x80\xae\xc2\x9b31m',
    b'\xf0\x9f\x92\xa3\xc2\x85',
    b'\\x1b\\n',
    b'{src}{0}{',
    b'=cmd|x!A1',
    b'a' * 5000,
]


def captured(save, name):
    """A name wherever one can be: user, host, PV, a string, units, a state, an ERROR's text."""
    raw = padded(name + b'\0')
    said = message(20, raw) + message(21, raw)
    slot = name[:39].ljust(40, b'\0')
    units = struct.pack('>hhh2x', 0, 0, 1) + name[:7].ljust(8, b'\0') + bytes(64 + 8)
    states = struct.pack('>hhh', 0, 0, 1) + name[:25].ljust(26 * 16, b'\0') + bytes(2)
    request = message(15, type=DOUBLE, count=1, p1=1, p2=7)
    chunks = [
        client(message(0, count=13), said, message(18, raw, p1=1, p2=13)),
        created(1, 1),
        write(1, 1),
        client(message(4, slot, type=STRING, count=1, p1=1, p2=1)),
        server(message(15, padded(units), type=34, count=1, p1=NORMAL, p2=5)),
        server(message(15, padded(states), type=31, count=1, p1=NORMAL, p2=6)),
        server(message(11, padded(request + raw), p1=1, p2=152)),
    ]
    return save(wire.capture(wire.circuit(chunks)))


MESSAGES = 11


@pytest.mark.parametrize('name', HOSTILE)
def test_lines(lines, save, name):
    capture = captured(save, name)
    tokens = '{pv}|{user}|{host}|{command}'
    named = ['ca,lines,{frame} {command.name}', 'ca,lines,{frame} {command.name!s:>9}']
    for report in ('ca,lines', f'ca,lines,{tokens}', *named):
        shown = lines(capture, report=report)
        assert len(shown) == MESSAGES and not CONTROL.search(''.join(shown))


@pytest.mark.parametrize('name', HOSTILE)
def test_reports(tshark, save, name):
    capture = captured(save, name)
    shown = tshark('-q', '-r', capture, '-z', 'ca,connect')
    assert not CONTROL.search(shown + tshark('-q', '-r', capture, '-z', 'ca,srt'))
    heading, *rows = shown.split('\n\n')[1].split('\n')
    assert heading.startswith('pv ') and len(rows) == 1
    assert re.search(r' 10\.1\.0\.1:5064 .* 1\.000000 .*  connected ', rows[0])


@pytest.mark.parametrize('name', HOSTILE)
def test_tree_and_columns(tshark, save, name):
    capture = captured(save, name)
    shown = tshark('-V', '-r', capture)
    assert not CONTROL.search(shown)
    assert len(re.findall(r'^    Header$', shown, re.MULTILINE)) == MESSAGES
    assert len(tshark('-r', capture).splitlines()) == 9  # two of the handshake, one a chunk
    assert not CONTROL.search(tshark('-r', capture))


@pytest.mark.parametrize('name', HOSTILE)
def test_fields_as_csv(tshark, save, name):
    """A row for each packet; what Wireshark quotes is one cell, if it has no such quote itself."""
    fields = ['frame.number', 'ca.pv', 'ca.user', 'ca.data.string', '_ws.col.Info', 'ca.channel']
    options = [word for field in fields for word in ('-e', field)]
    shown = tshark(
        '-r', captured(save, name), '-Y', 'ca', '-T', 'fields', *options,
        '-E', 'separator=,', '-E', 'quote=d', '-E', 'occurrence=f',
    )  # fmt: skip
    assert not CONTROL.search(shown)
    lines = shown.split('\n')[:-1]
    assert [line.split(',')[0] for line in lines] == [f'"{i}"' for i in range(3, 10)]
    if b'"' not in name:
        quoted = re.compile(r'("[^"]*"|)(,("[^"]*"|)){5}')
        assert all(quoted.fullmatch(line.replace('= "', '= ')) or '= "' in line for line in lines)
