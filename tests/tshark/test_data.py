# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages as JSON and CSV: against another decoder (expect_data.py), against their own schema, and
read by others."""

import base64
import csv
import functools
import io
import json
import math
import re
import struct
from decimal import Decimal

import dpkt
import jsonschema
import pytest

import expect_data
import hostile
import messages as made
import reference
import talk
import tracker
import wire
from compare import RECORDED, decode_as, ports_of
from places import CAPTURES
from wire import message

SMALL = [name for name in RECORDED if name != 'bigarrays.pcap']
FLOODS = [name for name in hostile.floods if name not in ('crumbs', 'zeros')]
HOSTILE = [
    b'plain', b'\xff\xfe\x80', b'"quoted"', b'back\\slash', b'tab\there\r\n', b'\x1b[31mred',
    'line\u2028end'.encode(), b'=cmd()', b'@SUM(1)', b'+1+2', b'-1', b'-2+3', b'a,b;c', b"it's",
    b'</script><b>', '\u202egpj'.encode(), b'\xb0C', '\U0001f600'.encode(), b'{"a": 1}', b'',
    '\uff1d1'.encode(),
]  # fmt: skip


@pytest.fixture(scope='session')
def text_of(caw):
    """text_of(capture, options...): what caw prints."""

    def text_of(capture, *options):
        done = caw(capture, *options)
        assert done.returncode in (0, 3), done.stderr
        return done.stdout

    return text_of


@pytest.fixture(scope='session')
def objects_of(text_of):
    """objects_of(capture, options...): the objects that caw --json prints, one a line."""

    def objects_of(capture, *options):
        text = text_of(capture, *(options or ['--json']))
        assert text.endswith('\n') or not text
        return [json.loads(line, object_pairs_hook=object_of) for line in text.split('\n')[:-1]]

    return objects_of


def object_of(pairs):
    """No key comes twice."""
    assert len(dict(pairs)) == len(pairs), [key for key, _ in pairs]
    return dict(pairs)


def flat(of, prefix=''):
    found = {}
    for key, value in of.items():
        found |= flat(value, f'{prefix}{key}.') if isinstance(value, dict) else {prefix + key: value}
    return found


@pytest.fixture(scope='session')
def schema(caw):
    return json.loads(caw('--schema=json').stdout, object_pairs_hook=object_of)


@pytest.fixture(scope='session')
def validator(schema):
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    return kind(schema)


# ---- the tables ----------------------------------------------------------------------------------


def leaves(schema, prefix=''):
    """[(path, type)], one for each."""
    for key, value in schema['properties'].items():
        if value['type'] == 'object':
            assert value['additionalProperties'] is False
            yield from leaves(value, f'{prefix}{key}.')
        else:
            yield prefix + key, kind_of(value)


def kind_of(value):
    kind = value['type']
    if kind == 'array':
        pairs = 'prefixItems' in value['items']
        return 'pairs' if pairs else 'list of ' + kind_of(value['items'])
    return '|'.join(kind) if isinstance(kind, list) else kind


def test_no_key_is_both_and_none_has_two_types(schema):
    """JSON's own parser would not tell: keys of one object come once, and so all of them differ."""
    paths = [path for path, _ in leaves(schema)]
    assert len(paths) > 150 and len(set(paths)) == len(paths)
    for path in paths:
        assert not [other for other in paths if other.startswith(path + '.')]
        assert all(part and ' ' not in part for part in path.split('.'))


def test_the_keys_are_the_filter_names(schema, run):
    """Those of the table of fields, nested at the dots, but for what JSON could not nest."""
    listed = run(['tshark', '-G', 'fields']).stdout.splitlines()
    fields = {line.split('\t')[2][3:] for line in listed
              if line.startswith('F\t') and line.split('\t')[4] == 'ca'}  # fmt: skip
    renamed = {'data': 'data.bytes', 'error': 'error.text', 'mask': 'mask.bits',
               'sequence': 'sequence.number', 'error.command': 'failed.command',
               'error.size': 'failed.size'}  # fmt: skip
    aliases = {'str', 'data.timestamp', 'data.upper_ctr_limit', 'channel'}
    own = {'header', 'metadata', 'payload', 'error.request', 'continuation', 'undecoded', 'skipped',
           'create_in', 'response_in', 'search_in', 'retransmission', 'request', 'response',
           'failed', 'messages'}  # fmt: skip
    paths = {path for path, _ in leaves(schema)}
    for field in sorted(fields - aliases - own):
        if field.startswith(('flaw.', 'plot')) or field == 'flaw':
            continue
        path = renamed.get(field, field)
        assert path in paths or path + '_ns' in paths, field
    assert not paths & (aliases | set(renamed) - {'mask.bits'})


@pytest.mark.parametrize('words', ['duckdb', 'spark', 'elastic'])
def test_every_schema_has_every_key(words, caw, schema):
    text = caw(f'--schema={words}').stdout
    for path, _ in leaves(schema):
        assert path.split('.')[-1] in text
    if words == 'elastic':
        mapped = json.loads(text, object_pairs_hook=object_of)['mappings']
        assert dict(elastic_leaves(mapped)).keys() == dict(leaves(schema)).keys()
    else:
        assert text.count('BIGINT') == sum('integer' in kind and kind != 'pairs' for _, kind in
                                           leaves(schema))  # fmt: skip
        assert text.count('(') == text.count(')') and text.count('<') == text.count('>')


def elastic_leaves(mapped, prefix=''):
    for key, value in mapped['properties'].items():
        if 'properties' in value:
            yield from elastic_leaves(value, f'{prefix}{key}.')
        else:
            yield prefix + key, value['type']


# ---- against the schema ---------------------------------------------------------------------------


def assert_valid(objects, validator):
    for each in objects:
        for error in validator.iter_errors(each):
            pytest.fail(f'{list(error.path)}: {error.message[:300]}: {str(each)[:300]}')


@pytest.mark.parametrize('form', ['--json', '--json=full'])
@pytest.mark.parametrize('name', RECORDED)
def test_recorded_captures_are_valid(name, form, objects_of, validator):
    objects = objects_of(CAPTURES / name, form, '--circuits', '--elements', '40')
    assert objects
    assert_valid(objects, validator)


@pytest.mark.parametrize('name', FLOODS)
def test_hostile_captures_are_valid(name, objects_of, validator, save, stage):
    path = save(b'')
    path.unlink()
    hostile.write(path, name, 200)
    path.chmod(0o644)
    objects = objects_of(path, '--json=full', '--circuits', '--elements', '40')
    assert objects
    assert_valid(objects, validator)


def test_made_messages_are_valid(objects_of, validator, save):
    for sent in (made.every_data_type(1), made.oddities(1)):
        capture = save(wire.capture(made.packets(list(sent))))
        objects = objects_of(capture, '--json=full', '--elements', '40')
        assert len(objects) > 100
        assert_valid(objects, validator)


# ---- against another decoder -----------------------------------------------------------------------


@functools.cache
def notes_of(name):
    return tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))


SLACK = 1000  # an average is kept to a microsecond
PACKET = ('line', 'data.raw', 'ethernet.', 'ip.', 'tcp.', 'udp.')  # proven by themselves
OURS_ALONE = {'timestamp', 'flaws', 'padding', 'data.padding', 'data.unused_enum', 'fragment',
              'duplicate_pv_in'}  # fmt: skip


def assert_same(ours, theirs):
    assert len(ours) == len(theirs)
    for number, (one, other) in enumerate(zip(map(flat, ours), theirs)):
        where = f'{number}: {other}'[:600]
        check_time(one)
        if other['message'] == 'Malformed':
            assert one.items() >= other.items() and one['bytes'] >= 0 and one['reason'], where
            continue
        one = {key: value for key, value in one.items()
               if key not in OURS_ALONE | expect_data.PLAIN and not key.startswith(PACKET)}  # fmt: skip
        averages = [each.pop('beacon_average_ns', 0) for each in (one, other)]
        assert abs(averages[0] - averages[1]) <= SLACK
        different = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
        assert one == other, {key: (one.get(key), other.get(key)) for key in different}


def check_time(one):
    """The text, whose digits after the seconds are nine, is the number."""
    seconds, fraction = one['timestamp'].rstrip('Z').split('.')
    parsed = dpkt_time(seconds) * 10**9 + int(fraction)
    assert one['timestamp'].endswith('Z') and len(fraction) == 9 and parsed == one['timestamp_ns']


def dpkt_time(text):
    from datetime import datetime, timezone

    return int(datetime.strptime(text, '%Y-%m-%dT%H:%M:%S').replace(tzinfo=timezone.utc).timestamp())


@pytest.mark.parametrize('name', RECORDED)
def test_recorded_captures(name, objects_of):
    full = objects_of(CAPTURES / name, '--json=full')
    assert_same(full, list(expect_data.expected(notes_of(name))))
    facts = {key for each in expect_data.facts_of(notes_of(name)) for key in each}
    alone = (*PACKET, *(expect_data.PLAIN | facts), 'duplicate_pv_in')
    usual = [{key: value for key, value in flat(each).items()
              if key in expect_data.MARKS or not key.startswith(alone)} for each in full]  # fmt: skip
    assert usual == [flat(each) for each in objects_of(CAPTURES / name)]


@pytest.mark.parametrize('corpus', [made.every_data_type, made.oddities])
def test_made_messages(corpus, objects_of, save):
    capture = wire.capture(made.packets(list(corpus(5))))
    notes = tracker.track(reference.messages(capture))
    assert_same(objects_of(save(capture), '--json=full'), list(expect_data.expected(notes)))


def test_shortened_arrays(objects_of):
    for name, most in (('alltypes.pcap', 3), ('alltypes.pcap', 1), ('puts.pcap', 5)):
        theirs = list(expect_data.expected(notes_of(name), most))
        assert any('data.more' in each for each in theirs)
        assert_same(objects_of(CAPTURES / name, '--json=full', '--elements', str(most)), theirs)


# ---- by the plugin ---------------------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_both_engines_print_the_same(name, text_of, tshark, stage):
    capture = stage / 'captures' / name
    theirs = tshark('-q', '-r', capture, *decode_as(name), '-z', 'ca,json')
    assert text_of(capture, '--json') == theirs


def test_a_filter_of_the_plugin(caw, tshark, captures):
    capture = captures / 'puts.pcap'
    wanted = 'ca.command == 4 && !(ca.pv == "a,b")'
    theirs = tshark('-q', '-r', capture, '-z', f'ca,json,{wanted}')
    assert theirs and theirs == caw(capture, '--json', '-Y', wanted).stdout
    assert theirs == caw(capture, '-z', f'ca,json,{wanted}').stdout
    every = [json.loads(line) for line in caw(capture, '-z', 'ca,json').stdout.splitlines()]
    frames = {each['frame'] for each in every if each['command'] == 4}
    assert [json.loads(line) for line in theirs.splitlines()] == [
        each for each in every if each['frame'] in frames
    ]


# ---- what is special --------------------------------------------------------------------------------


def circuit(*chunks):
    """A capture of a circuit with a channel of cid 1 and sid 10."""
    return wire.capture(wire.circuit(
        [talk.hello(), talk.create(1, 't:a'), talk.created(1, 10), *chunks]
    ))  # fmt: skip


def doubles(*values):
    payload = struct.pack(f'>{len(values)}d', *values)
    return talk.server(message(1, payload, type=6, count=len(values), p1=1, p2=7))


def test_what_is_no_number(objects_of, text_of, save):
    values = (1.5, math.nan, math.inf, -math.inf, 5e-324, -0.0, 1.7976931348623157e308, 1e22)
    capture = save(circuit(doubles(*values), doubles(1.0)))
    update, plain = objects_of(capture)[-2:]
    assert update['data']['special'] == [[1, 'nan'], [2, 'inf'], [3, '-inf']]
    assert update['data']['value'][1:4] == [None] * 3 and 'special' not in plain['data']
    for got, sent in zip(update['data']['value'], values):
        assert got is None or struct.pack('d', got) == struct.pack('d', sent)
    row = rows_of(text_of(capture, '--csv=data.value,data.special'))[-2]
    assert row['data.special'] == '1 nan; 2 inf; 3 -inf'
    for got, sent in zip(row['data.value'].split('; '), values):
        assert struct.pack('d', float(got)) == struct.pack('d', sent) or math.isnan(sent)


def test_limits_that_are_no_numbers(objects_of, save):
    meta = struct.pack('>HHhH8s6d', 0, 0, 3, 0, b'mm', math.nan, -math.inf, 1.5, math.nan, 0, 1)
    sent = message(15, meta + talk.VALUE, type=27, count=1, p1=1, p2=5)
    data = objects_of(save(circuit(talk.read(10, 5), talk.server(sent))))[-1]['data']
    assert data['upper_disp_limit'] is None and data['upper_disp_limit_special'] == 'nan'
    assert data['lower_disp_limit'] is None and data['lower_disp_limit_special'] == '-inf'
    assert data['upper_alarm_limit'] == 1.5 and 'upper_alarm_limit_special' not in data


def test_numbers_at_their_ends(objects_of, save):
    longs = struct.pack('>2i', -(2**31), 2**31 - 1)
    capture = save(circuit(
        talk.server(message(1, longs, type=5, count=2, p1=1, p2=0xFFFFFFFF)),
        talk.server(message(1, b'\x80\x00\x7f\xff' + bytes(4), type=1, count=2, p1=1, p2=7)),
        talk.server(message(1, b'\xff\xff' + bytes(6), type=3, count=1, p1=1, p2=7)),
        talk.server(message(1, b'\x80\xff\x01' + bytes(5), type=4, count=3, p1=1, p2=7)),
    ))  # fmt: skip
    found = objects_of(capture)[-4:]
    assert [each['data']['value'] for each in found] == [
        [-(2**31), 2**31 - 1], [-32768, 32767], [65535], [128, 255, 1],
    ]  # fmt: skip
    assert found[0]['sub'] == 0xFFFFFFFF
    assert all(isinstance(value, int) for each in found for value in each['data']['value'])


def test_times_of_every_file(objects_of, save):
    packets = wire.circuit([talk.hello()])
    exact = wire.timed(packets, start=Decimal('1700000000.123456789'))
    found = objects_of(save(wire.pcap(wire.ethernet(exact), digits=9)))[0]
    assert found['timestamp_ns'] == 1700000002123456789
    assert found['timestamp'] == '2023-11-14T22:13:22.123456789Z'


def test_a_search_with_two_ids(objects_of, save):
    found = objects_of(save(wire.capture([
        wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version() + message(
            6, wire.text('t:a'), type=5, count=13, p1=7, p2=8) + talk.search(9, 't:b')),
    ])))  # fmt: skip
    assert [(each.get('cid'), each.get('cid2')) for each in found] == [(None, None), (7, 8), (9, None)]
    assert found[1]['flaws'] == ['search_ids'] and 'flaws' not in found[2]


def test_the_request_in_an_error(objects_of, save):
    failed = talk.write(10, 5)[1]
    found = objects_of(save(circuit(
        talk.write(10, 5), talk.failing(failed, talk.NO_WRITE, 1, 'no "way"\n'))))[-1]  # fmt: skip
    assert found['failed'] == {
        'command': 4, 'command_name': 'Write', 'size': 8, 'dtype': 6, 'dtype_name': 'DBR_DOUBLE',
        'count': 1, 'sid': 10, 'ioid': 5,
    }  # fmt: skip
    assert found['error'] == {'text': 'no "way"\\x0a'} and found['eca_name'] == 'ECA_NOWTACCESS'


def test_bytes_that_are_no_message(objects_of, save):
    datagram = wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version() + b'abc')
    found = objects_of(save(wire.capture([datagram])))[-1]
    assert found['message'] == 'Malformed' and found['bytes'] == 3 and found['reason']
    assert found['index'] == 1 and 'command' not in found


def blocks_of(raw):
    while raw:
        size = struct.unpack_from('<I', raw, 4)[0]
        yield raw[:size]
        raw = raw[size:]


def recorded_by(interface, block):
    return block[:8] + struct.pack('<I', interface) + block[12:]


def search_datagram(cid, name, identification):
    """With an IP identification, by which copies are known."""
    packet = dpkt.ip.IP(wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version() + talk.search(cid, name)))
    packet.id, packet.sum = identification, 0
    return bytes(packet)


def test_a_datagram_that_was_recorded_twice(objects_of, save):
    packets = [search_datagram(7, 't:a', 1), search_datagram(8, 't:b', 2)]
    section, interface, first, second = blocks_of(
        wire.pcapng(wire.ethernet([(Decimal(wire.NOON), packet) for packet in packets]))
    )
    capture = [section, interface, interface, recorded_by(1, first), second, recorded_by(1, second)]
    found = objects_of(save(b''.join(capture), 'pcapng'))
    assert [(each.get('cid'), each.get('copies')) for each in found] == [
        (None, None), (7, None), (None, 2), (8, 2),
    ]  # fmt: skip


# ---- all that there is -------------------------------------------------------------------------------


def test_full_has_the_line_and_the_headers(objects_of, caw):
    for name in SMALL:
        objects = objects_of(CAPTURES / name, '--json=full')
        lines = caw(CAPTURES / name, '--format', '{command}').stdout.split('\n')[:-1]
        assert [each['line'] for each in objects] == [expect_data.shown(line.encode())
                                                      for line in lines]  # fmt: skip
        frames = dict(frames_of(CAPTURES / name))
        for each in objects:
            check_packet(each, frames[each['frame']])


def frames_of(path):
    kinds = {1: dpkt.ethernet.Ethernet, 113: dpkt.sll.SLL, 276: dpkt.sll2.SLL2}
    with open(path, 'rb') as file:
        reader = dpkt.pcap.UniversalReader(file)
        for number, (_, frame) in enumerate(reader, 1):
            yield number, kinds[reader.datalink()](frame)


def check_packet(each, ethernet):
    ip = ethernet.data
    layers = {'ethernet': ethernet, 'ip': ip}
    if not isinstance(ip.data, bytes):
        layers[each['transport']] = ip.data
    for name, layer in layers.items():
        for key, value in each[name].items():
            theirs = getattr(layer, key)
            assert value == (theirs.hex() if isinstance(theirs, bytes) else theirs), (name, key)
    assert each[each['transport']]['sport'] == each['sport']


def test_full_has_the_bytes_of_strings(objects_of, save):
    strings = [b'mm', b'\xb0C', b'\x1b[1m', b'a\0rest', b'', bytes(range(1, 41))]
    long = b'long text \xe9 of more than 39 characters, as CHAR'
    capture = save(circuit(
        talk.server(message(1, b''.join(s.ljust(40, b'\0') for s in strings), type=0,
                            count=len(strings), p1=1, p2=7)),
        talk.server(message(1, wire.padded(long + b'\0'), type=4, count=len(long) + 1, p1=1, p2=7)),
    ))  # fmt: skip
    found = objects_of(capture, '--json=full')[-2:]
    raw = [[base64.b64decode(one, validate=True) for one in each['data']['raw']] for each in found]
    assert raw == [[each.split(b'\0')[0] for each in strings], [long]]
    assert [len(each['data']['string']) for each in found] == [len(strings), 1]
    assert 'raw' not in objects_of(capture)[-1]['data']


# ---- hostile names -----------------------------------------------------------------------------------


def hostile_capture():
    """Names of PVs, users and hosts, units, strings, texts of errors."""
    chunks = []
    for cid, name in enumerate(HOSTILE):
        create = message(18, wire.padded(name + b'\0'), p1=cid, p2=13)
        units = struct.pack('>HH8s', 0, 0, name[:8]) + bytes(24) + bytes(4)
        failed = message(15, type=6, count=1, p1=cid, p2=1)
        chunks += [
            talk.client(create),
            talk.server(message(18, type=0, count=1, p1=cid, p2=cid)),
            talk.client(message(20, wire.padded(name + b'\0')), message(21, wire.padded(name + b'\0'))),
            talk.client(message(4, wire.padded(name + b'\0'), type=0, count=1, p1=cid, p2=9)),
            talk.server(message(15, units, type=26, count=1, p1=1, p2=1)),
            talk.server(message(11, wire.padded(failed + name + b'\0'), p1=cid, p2=152)),
        ]
    return wire.capture(wire.circuit(chunks))


def test_hostile_names_in_json(caw, validator, save):
    done = caw(save(hostile_capture()), '--json')
    lines = done.stdout.split('\n')  # no other line end gets into a line
    assert not set(done.stdout) & set('\x1b\x7f\u2028\u202e\r\t') and lines.pop() == ''
    objects = [json.loads(line) for line in lines]
    assert len(objects) == 7 * len(HOSTILE)
    assert_valid(objects, validator)
    created = [each for each in objects if each['message'] == 'CreateChanRequest']
    written = [each for each in objects if each['message'] == 'WriteRequest']
    for each in (created, written):
        assert [one.get('pv') for one in each] == [expect_data.shown(name) for name in HOSTILE]
    assert [one['data']['string'] for one in written] == [[expect_data.shown(name)]
                                                          for name in HOSTILE]  # fmt: skip
    for key, kind in (('user', 'ClientNameRequest'), ('host', 'HostNameRequest')):
        told = [one[key] for one in objects if one['message'] == kind]
        assert told == [expect_data.shown(name) for name in HOSTILE]


FORMULAS = '=+-@\uff1d'


def test_hostile_names_in_csv(text_of, save):
    text = text_of(save(hostile_capture()), '--csv=message,pv,data.string,error.text,line')
    rows = [row for row in rows_of(text) if row['message'] == 'WriteRequest']
    assert len(rows) == len(HOSTILE)
    for row, name in zip(rows, map(expect_data.shown, HOSTILE)):
        assert row['pv'] == row['data.string'] == ("'" if is_formula(name) else '') + name
    for row in rows_of(text):
        for cell in row.values():
            assert not cell or cell[0] not in FORMULAS or float(cell) == -1


# ---- CSV ---------------------------------------------------------------------------------------------


def rows_of(text):
    reader = csv.DictReader(io.StringIO(text, newline=''), strict=True)
    rows = list(reader)
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


def is_formula(text):
    number = re.fullmatch(r'[-+]?[0-9.]+(e[-+]?[0-9]+)?', text)
    return text[:1] in tuple(FORMULAS) and not number


def cell_of(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return '; '.join(map(cell_of, value))
    return '' if value is None else str(value) if not isinstance(value, float) else repr(value)


def test_a_row_of_nothing_is_a_row(caw, captures):
    """Readers of CSV pass over empty lines; Python's csv.writer writes such a row so, too."""
    alone, both = (
        [row['pv'] for row in rows_of(caw(captures / 'puts.pcap', f'--csv={keys}').stdout)]
        for keys in ('pv', 'pv,frame')
    )
    assert alone == both and '' in alone


@pytest.mark.parametrize('name', SMALL)
def test_csv_has_the_cells_of_json(name, caw, objects_of, schema):
    """All keys that there are, of messages that have nothing which differs in CSV."""
    csv.field_size_limit(1 << 24)
    keys = [path for path, _ in leaves(schema)]
    text = caw(CAPTURES / name, '--csv=' + ','.join(keys)).stdout
    assert text.count('\r\n') == text.count('\n') == len(rows_of(text)) + 1
    objects = [flat(each) for each in objects_of(CAPTURES / name, '--json=full')]
    rows = rows_of(text)
    assert len(rows) == len(objects) and list(rows[0]) == keys
    for row, each in zip(rows, objects):
        for key in keys:
            value = each.get(key)
            if isinstance(value, str) and is_formula(value):
                value = "'" + value
            plain = key not in ('data.special',) and each.get(key + '_special') is None
            if plain and 'data.special' not in each:
                assert row[key] == cell_of(value), key


def test_the_usual_columns(caw, captures):
    text = caw(captures / 'alltypes.pcap', '--csv').stdout
    assert text.split('\r\n')[0].split(',')[:4] == ['timestamp', 'frame', 'src', 'sport']
    assert text == caw(captures / 'alltypes.pcap', '--csv=' + text.split('\r\n')[0]).stdout
    assert caw('--csv', captures / 'alltypes.pcap').stdout == text


def test_a_table_of_nothing_has_its_first_line(caw, captures):
    done = caw(captures / 'alltypes.pcap', '--csv=pv,frame', '--where', 'pv == "nobody"')
    assert (done.stdout, done.returncode) == ('pv,frame\r\n', 0)
    counted = caw(captures / 'alltypes.pcap', '--csv=pv,frame', '-c', '2')
    assert counted.stdout.count('\n') == 3


# ---- with other options -------------------------------------------------------------------------------


def test_what_is_in_front(objects_of):
    """The keys that are of no field come before those that are, always in this order."""
    front = ['timestamp', 'timestamp_ns', 'frame', 'src', 'sport', 'dst', 'dport', 'transport', 'index',
             'message', 'pv', 'user', 'host', 'time_ns', 'response_to', 'flaws']  # fmt: skip
    for each in objects_of(CAPTURES / 'oddities.pcap'):
        if each['message'] != 'Malformed':
            expected = [key for key in front if key in each] + ['command']
            assert list(each)[: len(expected)] == expected


def test_the_index_counts_all_messages_of_a_frame(objects_of):
    every = objects_of(CAPTURES / 'alltypes.pcap')
    some = objects_of(CAPTURES / 'alltypes.pcap', '--json', '--where', 'create reply')
    assert some and some == [each for each in every if each['message'] == 'CreateChanResponse']
    for before, after in zip(every, every[1:]):
        same = before['frame'] == after['frame']
        assert after['index'] == (before['index'] + 1 if same else 0)


def test_what_waits_for_an_answer_is_the_same(objects_of):
    wanted = 'time >= 0 and read notify request'
    every = objects_of(CAPTURES / 'alltypes.pcap', '--json=full', '--where', 'read notify request')
    waited = objects_of(CAPTURES / 'alltypes.pcap', '--json=full', '--where', wanted)
    assert waited and sorted(waited, key=repr) == sorted(
        [each for each in every if each in waited], key=repr
    )


def test_the_life_of_circuits(objects_of, save):
    chunks = [talk.hello(), talk.create(1, 't:a'), talk.created(1, 10)]
    sent = sum(len(data) for side, data in chunks if side == 'client')
    reset = wire.tcp(wire.CLIENT_END, wire.SERVER_END, seq=1001 + sent, flags=dpkt.tcp.TH_RST)
    packets = [*wire.circuit(chunks), reset]
    capture = save(wire.capture(packets))
    circuits = [each for each in objects_of(capture, '--json', '--circuits') if 'index' not in each]
    assert [each['message'] for each in circuits] == ['Connected', 'Disconnected']
    assert circuits[0]['attempts'] == 1
    assert circuits[1]['by'] == 'client RST' and circuits[1]['channels'] == 1
    assert all('index' in each for each in objects_of(capture))


@pytest.mark.parametrize(
    'options, word',
    [
        (['--json', '--csv'], 'text, json or csv: take one'),
        (['--json', '--short'], '--short'),
        (['--csv', '--format', '{pv}'], '--format'),
        (['--json', '--time', 'iso'], '--time'),
        (['--json', '--color', 'always'], '--color'),
        (['--json=all'], 'full'),
        (['--csv=pv,nonsense'], 'nonsense'),
        (['--csv=data.valu'], 'data.value'),
        (['--csv=data'], 'data'),
        (['--csv=pv,,frame'], 'no such key'),
        (['--json=full', '-Y', 'ca'], '-Y'),
        (['--csv', '-Y', 'ca'], '-Y'),
        (['--json', '--table', 'x'], '--table'),
        (['--schema=xml'], 'duckdb'),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_what_does_not_go_together(options, word, caw, captures):
    done = caw(captures / 'alltypes.pcap', *options)
    assert done.returncode == 2 and done.stdout == '' and word in done.stderr


def test_a_report_has_its_own(caw, captures):
    capture = captures / 'puts.pcap'
    rows = [json.loads(line) for line in caw('puts', capture, '--json').stdout.splitlines()]
    assert {row['table'] for row in rows} >= {'totals', 'puts'}
    for option in ('--json=full', '--csv=pv'):
        done = caw('puts', capture, option)
        assert done.returncode == 2 and 'messages' in done.stderr
