# SPDX-License-Identifier: GPL-2.0-or-later
"""A name of the wire is one text everywhere, shows nothing that acts, and finds itself again."""

import re
import struct

import older
import pytest
import wire
from shown import decoded, is_numbered, shown
from talk import DOUBLE, client, create, created, server, write
from wire import message, padded, text

CHAR, STRING, NORMAL = 4, 0, 1

NAMES = [
    b't:plain', b'T\xb0:x', 'T\xb0\u20ac:\U0001f600'.encode(), b'\xc2\xb0 and \xb0', b'\xff\xfe\xc3(',
    b'\x1b[31mred\x1b[0m', b'\\x1b[31mred\\x1b[0m', b'two\nlines\r', b'tab\there', b'\x7f', b'\x9b1m',
    b'\\', b'ends with \\', b'\\\\server\\n', b'"', b'say "hi"', b'say \\"hi\\"', b"it's", b'%s%n%d',
    b'$(P)ai', b'{src}{0}{', b'a, b = c', b'\xa0', b'e\xcc\x81',
    *(c.encode() for c in '\x85\xad\u061c\u180e\u200b\u2028\u2029\u202e\ufeff\ufff9\ufdd0\ufffe'),
    *(c.encode() for c in '\U0001d173\U000e0041\U0010ffff'),
    'left\u202etfel'.encode(), b'\xe2\x80\xae\xff',
]  # fmt: skip
IDS = [shown(name) for name in NAMES]


def forms(name):
    """Since 4.4 labels and `-T fields` may double the backslashes of a value."""
    return {shown(name), shown(name).replace('\\', '\\\\')}


def acting(output):
    """What is in an output that a terminal or the text around it would act on."""
    return [c for c in output if is_numbered(c) and c != '\n']


@pytest.fixture(scope='module')
def creations(save):
    """A client that creates a channel of each name; and the frames of the requests, by name."""
    chunks = [client(message(0, count=13))]
    for cid, name in enumerate(NAMES):
        chunks += [create(cid, name), created(cid, 100 + cid)]
    frames = {name: 4 + 2 * i for i, name in enumerate(NAMES)}  # after two of the handshake
    return save(wire.capture(wire.circuit(chunks))), frames


def everywhere_in_a_circuit(name, port):
    """The name as user, host, PV, string, long string, units, state and text of an ERROR."""
    long = padded(name + b'\0')
    units = struct.pack('>hhh2x', 0, 0, 1) + name[:7].ljust(8, b'\0') + bytes(64 + 8)
    states = struct.pack('>hhh', 0, 0, 1) + name[:25].ljust(26 * 16, b'\0') + bytes(2)
    request = message(15, type=DOUBLE, count=1, p1=1, p2=7)
    chunks = [
        client(message(0, count=13), message(20, text(name)), message(21, text(name))),
        create(1, name),
        created(1, 1),
        write(1, 1),
        client(message(4, name[:39].ljust(40, b'\0'), type=STRING, count=1, p1=1, p2=1)),
        client(message(4, long, type=CHAR, count=len(long), p1=1, p2=1)),
        server(message(15, padded(units), type=34, count=1, p1=NORMAL, p2=5)),
        server(message(15, padded(states), type=31, count=1, p1=NORMAL, p2=6)),
        server(message(11, padded(request + text(name)), p1=1, p2=152)),
    ]
    return wire.circuit(chunks, client=('10.1.0.2', port))


@pytest.fixture(scope='module')
def everywhere(save):
    """A circuit of each name, in their order."""
    circuits = [everywhere_in_a_circuit(name, 40100 + i) for i, name in enumerate(NAMES)]
    return save(wire.capture([packet for packets in circuits for packet in packets]))


# ---- one text --------------------------------------------------------------------------------


def rows(output):
    """Of "FRAME|text" by frame."""
    return {int(row.partition('|')[0]): row.partition('|')[2] for row in output.split('\n')[:-1]}


@pytest.mark.parametrize('token', ['{pv}', '{command.name}', '{pv!s}', '{pv:s}'])
def test_lines(tshark, creations, token):
    capture, frames = creations
    told = rows(tshark('-q', '-r', capture, '-z', f'ca,lines,{{frame}}|{token}'))
    assert {name: told[frames[name]] for name in NAMES} == {name: shown(name) for name in NAMES}


@pytest.mark.parametrize('token', ['{pv!r}', '{command.name!r}'])
def test_repr_in_lines_is_pythons(tshark, creations, token):
    capture, frames = creations
    told = rows(tshark('-q', '-r', capture, '-z', f'ca,lines,{{frame}}|{token}'))
    assert {name: told[frames[name]] for name in NAMES} == {n: repr(decoded(n)) for n in NAMES}


def test_the_command_is_caprotos(tshark, creations):
    """Which knows Latin-1 only."""
    capture, frames = creations
    told = rows(tshark('-q', '-r', capture, '-z', 'ca,lines,{frame}|{command}'))
    for cid, name in enumerate(NAMES):
        word = repr(name.decode('latin-1'))
        assert told[frames[name]] == f'CreateChanRequest(name={word}, cid={cid}, version=13)'


@pytest.mark.parametrize('field', ['ca.pv', 'ca.channel'])
def test_fields(tshark, creations, field):
    capture, frames = creations
    options = ['-e', 'frame.number', '-e', field, '-E', 'separator=|']
    told = rows(tshark('-r', capture, '-Y', 'ca.pv', '-T', 'fields', *options))
    assert [n for n in NAMES if told[frames[n]] not in forms(n)] == []
    answers = [n for n in NAMES if told[frames[n] + 1] not in {f'{f},{f}' for f in forms(n)}]
    assert answers == []


def test_info(tshark, creations):
    capture, frames = creations
    columns = ('-o', 'gui.column.format:"No","%m","Info","%i"')
    told = [line.strip() for line in tshark('-r', capture, *columns).split('\n')]
    asked = {name: told[frames[name] - 1].partition(' Create ')[2] for name in NAMES}
    assert [name for name in NAMES if asked[name] not in {f.strip() for f in forms(name)}] == []


def test_tree(tshark, creations):
    capture, frames = creations
    for name in (b'T\xb0:x', b'say \\"hi\\"', b'\x1b[31mred\x1b[0m'):
        tree = tshark('-r', capture, '-V', '-Y', f'frame.number == {frames[name]}')
        assert any(f'\n    PV: {form}\n' in tree for form in forms(name))
        titles = [row for row in tree.split('\n') if row.startswith('Channel Access, ')]
        assert any(titles[0].endswith(f', {form}') for form in forms(name))
        tree = tshark('-r', capture, '-V', '-Y', f'frame.number == {frames[name] + 1}')
        assert any(f'\n    [PV: {form}]\n' in tree for form in forms(name))


def test_connect(tshark, creations):
    """In the order of the answers."""
    told = tshark('-q', '-r', creations[0], '-z', 'ca,connect').split('\n')
    assert [name for name in NAMES if not any(row.startswith(shown(name) + ' ') for row in told)] == []


def by_name(output):
    """Of "STREAM|text", all that is told of each name."""
    told = {name: [] for name in NAMES}
    for row in output.split('\n')[:-1]:
        stream, _, rest = row.lstrip(' ').partition('|')
        told[NAMES[int(stream)]].append(rest)
    return told


@pytest.mark.parametrize(
    ('field', 'most'),
    [('user', None), ('host', None), ('pv', None), ('data.units', 7), ('data.enum', 25), ('error', None)],
)
def test_all_that_is_text(tshark, everywhere, field, most):
    """In each message that has it; a comma stands between the messages of a packet."""
    options = ['-e', 'tcp.stream', '-e', f'ca.{field}', '-E', 'separator=|', '-Y', f'ca.{field}']
    for name, told in by_name(tshark('-r', everywhere, '-T', 'fields', *options)).items():
        values = {part for row in told for part in row.split(',')}
        expected = {part for form in forms(name[:most]) for part in form.split(',')}
        assert values and values <= expected


def is_text(name):
    """As a CHAR array."""
    return not any(byte < 32 and byte not in b'\t\r\n' or byte == 127 for byte in name)


def test_values(tshark, everywhere):
    """A string and a CHAR array; of the latter only if it is text."""
    options = ['-e', 'tcp.stream', '-e', 'ca.data.string', '-E', 'separator=|', '-Y', 'ca.command == 4']
    for name, told in by_name(tshark('-r', everywhere, '-T', 'fields', *options)).items():
        _, string, long = told
        assert string in forms(name[:39])
        assert long in (forms(name) if is_text(name) else {''})


def test_values_and_writers_in_info(tshark, everywhere):
    columns = ('-o', 'gui.column.format:"Stream","%Cus:tcp.stream:0:R","Info","%i"')
    told = tshark('-r', everywhere, *columns, '-Y', 'ca.command == 4')
    for name, (_, string, long) in by_name(re.sub('(?m)^( *[0-9]+) +', r'\1|', told)).items():
        assert any(f' = "{form}" ({form}@{form})' in string for form in forms(name))
        assert (' = "' in long) == is_text(name)
        assert not is_text(name) or any(f' = "{form}" (' in long for form in forms(name))


# ---- pasted into a filter --------------------------------------------------------------------


@pytest.mark.parametrize('name', NAMES, ids=IDS)
def test_a_name_finds_itself(tshark, creations, name):
    """As a raw string, if there are any; where a quotation mark would end that, as any other."""
    capture, frames = creations
    line = tshark('-q', '-r', capture, '-z', 'ca,lines,{frame}|{command.name}')
    pasted = rows(line)[frames[name]]
    raw = older.has_raw_strings() and '"' not in pasted and not pasted.endswith('\\')
    escaped = pasted.replace('\\', '\\\\').replace('"', '\\"')
    string = f'r"{pasted}"' if raw else f'"{escaped}"'
    found = tshark(
        '-r', capture, '-Y', f'ca.pv == {string} && ca.request', '-T', 'fields', '-e', 'frame.number'
    )  # fmt: skip
    alike = [frames[other] for other in NAMES if shown(other) == pasted]
    assert found == ''.join(f'{frame}\n' for frame in alike)


def test_both_encodings_of_a_name_are_one(tshark, save):
    chunks = [client(message(0, count=13)), create(1, b'T\xb0:x'), create(2, b'T\xc2\xb0:x')]
    capture = save(wire.capture(wire.circuit(chunks)))
    found = tshark('-r', capture, '-Y', 'ca.pv == "T\xb0:x"', '-T', 'fields', '-e', 'frame.number')
    assert found == '4\n5\n'


def test_a_name_like_a_macro(tshark, save):
    """Wireshark looks for macros in strings too: the dollar sign must not be seen."""
    chunks = [client(message(0, count=13)), create(1, b'${P}:x'), create(2, b'$(P):x')]
    capture = save(wire.capture(wire.circuit(chunks)))
    found = tshark('-r', capture, '-Y', 'ca.pv == "\\x24{P}:x"', '-T', 'fields', '-e', 'frame.number')
    assert found == '4\n'


# ---- nothing acts ----------------------------------------------------------------------------


TOKENS = '{pv}|{user}|{host}|{command}|{command.name}|{command.name!r:.5}'
FIELDS = 'pv user host data.string data.units data.enum error line'.split()


@pytest.mark.parametrize(
    'arguments',
    [
        [],
        ['-V'],
        ['-V', '-q', '-z', 'ca,lines'],
        ['-q', '-z', f'ca,lines,{TOKENS}'],
        ['-q', '-z', 'ca,connect', '-z', 'ca,srt'],
        ['-T', 'fields', '-E', 'separator=|', *(word for f in FIELDS for word in ('-e', f'ca.{f}'))],
    ],
    ids=' '.join,
)
def test_no_output_acts(tshark, everywhere, arguments):
    shown = tshark('-r', everywhere, *arguments)
    assert len(shown) > 1000 and acting(shown) == []


@pytest.mark.parametrize('code', [0x1B, 0, 0x9B, 0x202E, 0xE0041])
def test_numbers_as_characters(tshark, save, code):
    chunks = [client(message(0, count=13)), client(message(15, type=DOUBLE, count=1, p1=code, p2=code))]
    capture = save(wire.capture(wire.circuit(chunks)))
    told = tshark('-q', '-r', capture, '-z', 'ca,lines,{frame}|{command.sid:c}{command.ioid:>12c}')
    text = shown(chr(code).encode())
    assert rows(told)[4] == f'{text}{text:>12}'


@pytest.mark.parametrize('name', [b'\xb0' * 3000, b'\x1b' * 3000, '\u202e\u20ac'.encode() * 1000])
def test_long_names_are_cut_between_characters(tshark, save, name):
    """The first pieces of each, in the Info column and in who wrote; they leave room for the value."""
    chunks = [
        client(message(0, count=13), message(20, text(name)), message(21, text(name))),
        create(1, name),
        created(1, 1),
        write(1, 1),
    ]
    capture = save(wire.capture(wire.circuit(chunks)))
    columns = ('-o', 'gui.column.format:"Info","%i"')
    told = tshark('-r', capture, *columns, '-Y', 'ca.command == 4')
    whole = shown(name)
    head, _, who = told.removesuffix(')\n').rpartition(' (')
    user, _, host = who.partition('@')
    assert head.endswith(' = 2.5')
    for piece in (head.removeprefix('Write ').removesuffix(' = 2.5'), user, host):
        form = piece.replace('\\\\', '\\')
        rest = whole.removeprefix(form)
        assert len(form) > 30 and rest != whole and rest[0] in '\\\xb0\u20ac'
