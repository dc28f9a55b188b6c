# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree in Wireshark: fields, filters, expert items, and that no byte is left out.

Expected values are written down here from the protocol, or come from the reference.
"""

import struct
import xml.etree.ElementTree as ElementTree

import pytest

import messages as made
import reference
import wire
from compare import RECORDED, decode_as, ports_of
from places import CAPTURES
from messages import Sent
from wire import message, padded, text

NOTE, WARNING = 0x400000, 0x600000  # expert severities, epan/proto.h
ECA_NORMAL = 1
EVERY_BYTE = ('-o', 'ca.every_byte:TRUE')


# ---- reading what tshark shows ---------------------------------------------------------------


@pytest.fixture
def tree(tshark):
    """tree(capture, arguments...): the `ca` elements of tshark's PDML, one a message."""

    def tree(capture, *arguments):
        # tshark 4.0 cuts long labels in the middle of a character
        pdml = tshark('-r', capture, '-T', 'pdml', *arguments, errors='replace')
        return [
            proto
            for proto in ElementTree.fromstring(pdml).iter('proto')
            if proto.get('name') == 'ca'
        ]

    return tree


@pytest.fixture
def decode(tree, save):
    """decode(Sent...): the `ca` elements of these messages, sent one a packet."""
    return lambda *sent: tree(save(wire.capture(made.packets(sent))))


@pytest.fixture
def frames_with(tshark):
    """frames_with(capture, filter): numbers of the frames that match a display filter.

    They are in a column: with -T fields, TShark 4.0 makes all fields, and not those of the filter.
    """

    def frames_with(capture, expression):
        column = ['-o', 'gui.column.format:"No.","%m"']
        shown = tshark('-r', capture, '-Y', expression, *column)
        return [int(number) for number in shown.split()]

    return frames_with


def values(element, name):
    """What a field shows, once for each time it is there; hidden items do not count."""
    return [
        f.get('show')
        for f in element.iter('field')
        if f.get('name') == name and f.get('hide') != 'yes'
    ]


def numbers(element, name):
    return [float(show) if '.' in show else int(show, 0) for show in values(element, name)]


def names_of(element):
    return {field.get('name') for field in element.iter('field')}


def experts(element):
    """(severity, text) of the expert items below this element."""
    for item in element.iter('field'):
        if item.get('name') == '_ws.expert':
            severity = item.find("field[@name='_ws.expert.severity']")
            yield int(severity.get('show')), item.get('showname')


def message_names(elements):
    return [values(element, 'ca.message')[0] for element in elements]


# ---- every byte ------------------------------------------------------------------------------


def is_sized(field):
    return int(field.get('size', 0)) > 0 and field.get('hide') != 'yes'


def is_flag(field):
    """One bit of a word: its bytes are the word's."""
    return field.get('unmaskedvalue') is not None


def leaves(element):
    """Ranges (first byte, end) of the fields that stand for bytes themselves."""
    parts = [f for f in element if f.tag in ('field', 'proto') and is_sized(f) and not is_flag(f)]
    if parts:
        return [leaf for part in parts for leaf in leaves(part)]
    start = int(element.get('pos'))
    return [(start, start + int(element.get('size')))]


def assert_no_gap(element):
    start, size = int(element.get('pos')), int(element.get('size'))
    at = start
    for first, end in sorted(leaves(element)):
        assert (
            first == at
        ), f'bytes {at}..{first} of:\n{ElementTree.tostring(element).decode()[:4000]}'
        at = end
    assert at == start + size


def assert_all_covered(element):
    """Below the message itself, each byte belongs to an item; zeros that fill a place to others'."""
    start, size = int(element.get('pos')), int(element.get('size'))
    covered = set()
    for part in filter(is_sized, element):
        first = int(part.get('pos'))
        covered.update(range(first, first + int(part.get('size'))))
    assert covered == set(range(start, start + size))


@pytest.mark.parametrize('name', RECORDED)
def test_every_byte_is_below_an_item(name, tree, stage):
    for element in tree(stage / 'captures' / name, *decode_as(name)):
        assert_all_covered(element)


def test_what_only_fills_a_place(decode):
    """Zeros have no item of their own; other bytes have."""
    stamp = struct.pack('>hhIIi', 0, 0, 7, 8, 0) + struct.pack('>d', 1.5)
    odd = struct.pack('>hhIIi', 0, 0, 7, 8, 9) + struct.pack('>d', 1.5)
    quiet, loud, name = decode(
        *(Sent('server', 'tcp', message(1, value, 20, 1, 1, 1)) for value in (stamp, odd)),
        Sent('client', 'tcp', message(18, text('t:a'), p1=1, p2=13)),
    )
    fillers = {'ca.data.padding', 'ca.padding', 'ca.reserved'}
    assert not names_of(quiet) & fillers and not names_of(name) & fillers
    assert values(loud, 'ca.data.padding') == ['0x00000009']
    (pv,) = (f for f in name.iter('field') if f.get('name') == 'ca.pv')
    assert int(pv.get('size')) == 8


@pytest.mark.parametrize('name', RECORDED)
def test_every_byte_of_every_message_is_in_one_field(name, tree, stage):
    elements = tree(stage / 'captures' / name, *EVERY_BYTE, *decode_as(name))
    sizes = [len(m.data) for m in reference.messages(str(CAPTURES / name), ports_of(name))]
    assert [int(element.get('size')) for element in elements] == sizes
    for element in elements:
        assert_no_gap(element)


@pytest.mark.parametrize('corpus', [made.every_data_type, made.oddities])
def test_every_byte_of_generated_messages_is_in_one_field(corpus, tree, save):
    sent = list(corpus())
    capture = save(wire.capture(made.packets(sent)))
    elements = tree(capture, *EVERY_BYTE)
    assert [int(element.get('size')) for element in elements] == [len(one.data) for one in sent]
    for element in tree(capture):
        assert_all_covered(element)
    for element in elements:
        assert_no_gap(element)


# ---- expert items ----------------------------------------------------------------------------


LEGAL = [name for name in RECORDED if name != 'oddities.pcap']
SUSPICIOUS = {'twoiocs.pcap': 'Another server has this PV too'}  # and so it has


@pytest.mark.parametrize('name', LEGAL)
def test_nothing_worse_than_a_note_on_legal_traffic(name, tree, stage):
    found = [
        item
        for element in tree(stage / 'captures' / name, *decode_as(name))
        for item in experts(element)
    ]
    suspicious = [text for severity, text in found if severity > NOTE]
    assert [text for text in suspicious if name not in SUSPICIOUS or SUSPICIOUS[name] not in text] == []


def test_answers_that_nothing_waits_for_have_one_expert_item_a_packet(tree, frames_with, save):
    stray = message(15, bytes(8), type=6, count=1, p1=ECA_NORMAL, p2=7)
    capture = save(wire.capture(wire.circuit([('server', stray * 3), ('server', stray)])))
    first, second, third, alone = tree(capture)
    assert [len(list(experts(each))) for each in (first, second, third, alone)] == [1, 0, 0, 1]
    for each in (first, second, third, alone):
        assert 'ca.flaw.unknown_id' in names_of(each)
    frames = frames_with(capture, 'ca')
    assert len(frames) == 2
    for named in ('ca.flaw.unknown_id', f'_ws.expert.severity == {WARNING}', 'ca && _ws.expert'):
        assert frames_with(capture, named) == frames


def test_what_is_wrong_in_a_session_full_of_mistakes(frames_with, stage):
    capture = stage / 'captures' / 'oddities.pcap'
    flaws = ('unknown_command', 'bad_type', 'version_too_old')
    assert {flaw for flaw in flaws if frames_with(capture, f'ca.flaw.{flaw}')} >= {
        'unknown_command',
        'bad_type',
    }


@pytest.mark.parametrize('name', LEGAL)
def test_nothing_is_called_malformed(name, frames_with, stage):
    assert frames_with(stage / 'captures' / name, '_ws.malformed') == []


# ---- filters ---------------------------------------------------------------------------------

STAMP = struct.pack('>II', 1000000000, 123456789)
LIMITS = (10.0, -10.0, 8.0, 6.0, -6.0, -8.0, 100.0, -100.0)
CTRL_DOUBLE = struct.pack('>hhhH8s8d', 0, 0, 3, 0, b'mm', *LIMITS) + struct.pack('>d', -1.5)
CTRL_ENUM = struct.pack('>hhh', 0, 0, 2) + b''.join(
    s.ljust(26, b'\0') for s in [b'Off', b'On'] + [b''] * 14
)
MASK = struct.pack('>fffHH', 0, 0, 0, 13, 0)
FAILED = message(15, type=20, count=1, p1=452, p2=18)

SESSION = {
    'version': Sent('client', 'tcp', message(0, type=7, count=13)),
    'create': Sent('client', 'tcp', message(18, text('t:ai'), p1=1, p2=13)),
    'rights': Sent('server', 'tcp', message(22, p1=1, p2=3)),
    'created': Sent('server', 'tcp', message(18, type=6, count=1, p1=1, p2=451)),
    'user': Sent('client', 'tcp', message(20, text('operator'))),
    'host': Sent('client', 'tcp', message(21, text('console3'))),
    'subscribe': Sent('client', 'tcp', message(1, MASK, type=20, count=0, p1=451, p2=55)),
    'update': Sent(
        'server',
        'tcp',
        message(1, struct.pack('>hh8s4xd', 4, 1, STAMP, 139.0), type=20, count=1, p1=1, p2=55),
    ),
    'read': Sent('client', 'tcp', message(15, type=34, count=1, p1=451, p2=9)),
    'value': Sent('server', 'tcp', message(15, CTRL_DOUBLE, type=34, count=1, p1=1, p2=9)),
    'long': Sent(
        'server', 'tcp', message(15, padded(struct.pack('>i', -1)), type=5, count=1, p1=1, p2=10)
    ),
    'string': Sent(
        'server', 'tcp', message(15, b'hello'.ljust(40, b'\0'), type=0, count=1, p1=1, p2=10)
    ),
    'enum': Sent('server', 'tcp', message(15, CTRL_ENUM + b'\0\1', type=31, count=1, p1=1, p2=10)),
    'denied': Sent('server', 'tcp', message(19, type=6, count=1, p1=376, p2=11)),
    'error': Sent('server', 'tcp', message(11, padded(FAILED + text('t:ai')), p1=1, p2=142)),
    'unknown': Sent('server', 'tcp', message(99, b'12345678', type=1, count=2, p1=3, p2=4)),
    'search': Sent('client', 'udp', message(6, text('some:pv'), type=5, count=13, p1=77, p2=77)),
    'answer': Sent('server', 'udp', message(6, padded(b'\0\x0d'), type=5064, p1=0x0A000009, p2=77)),
    'beacon': Sent('client', 'udp', message(13, type=13, count=5064, p1=4711, p2=0x0A000007)),
}

FILTERS = {
    # cashark's names
    'ca.command == 15': 'read value long string enum',
    'ca.size == 88': 'value',
    'ca.type == 1': 'unknown',
    'ca.count == 2': 'unknown',
    'ca.p1 == 3': 'unknown',
    'ca.p2 == 4': 'unknown',
    'ca.data == 31:32:33:34:35:36:37:38': 'unknown',
    'ca.serv.ip == 10.0.0.9': 'answer',
    'ca.serv.ip == 10.0.0.7': 'beacon',
    'ca.serv.port == 5064': 'answer beacon',
    'ca.doreply == 5': 'search',
    'ca.doreply == 0x5': 'search',
    'ca.version == 13': 'version create search answer beacon',
    'ca.dtype == 34': 'read value',
    'ca.rights == 3': 'rights',
    'ca.cid == 1': 'create rights created error',
    'ca.cid == 77': 'search answer',
    'ca.sid == 451': 'created subscribe read',
    'ca.ioid == 9': 'read value',
    'ca.sub == 55': 'subscribe update',
    'ca.pv == "some:pv"': 'search answer',
    'ca.pv contains "pv"': 'search answer',
    'ca.channel == "some:pv"': 'search answer',
    'ca.beacon == 4711': 'beacon',
    'ca.eca == 376': 'denied',
    'ca.eca == 142': 'error',
    'ca.error == "t:ai"': 'error',
    'ca.str == "operator"': 'user',
    'ca.str == "console3"': 'host',
    'ca.mask == 13': 'subscribe',
    'ca.mask.val == 1': 'subscribe',
    'ca.mask.log == 0': 'subscribe',
    'ca.mask.log == 1': '',
    'ca.mask.alarm == 1': 'subscribe',
    'ca.mask.prop == 1': 'subscribe',
    'ca.data.status == 4': 'update',
    'ca.data.severity == 1': 'update',
    'ca.data.precision == 3': 'value',
    'ca.data.timestamp': 'update',
    'ca.data.timestamp.sec == 1000000000': 'update',
    'ca.data.timestamp.nsec == 123456789': 'update',
    'ca.data.units == "mm"': 'value',
    'ca.data.no_str == 2': 'enum',
    'ca.data.padding == 0': 'update value',
    'ca.data.upper_disp_limit == 10': 'value',
    'ca.data.lower_disp_limit < -9.5': 'value',
    'ca.data.upper_alarm_limit == 8': 'value',
    'ca.data.upper_warning_limit == 6': 'value',
    'ca.data.lower_warning_limit == -6': 'value',
    'ca.data.lower_alarm_limit == -8': 'value',
    'ca.data.upper_ctr_limit == 100': 'value',
    'ca.data.upper_ctrl_limit == 100': 'value',
    'ca.data.lower_ctrl_limit == -100': 'value',
    'ca.data.value == 139': 'update',
    'ca.data.value > 5': 'update',
    'ca.data.value == -1.5': 'value',
    'ca.data.value == -1': 'long',
    'ca.data.value == 1': 'enum',
    # ours
    'ca.data.string == "hello"': 'string',
    'ca.data.enum == "On"': 'enum',
    'ca.data.enum == "Off"': 'enum',
    'ca.data.time == "2021-09-09 01:46:40.123456789"': 'update',
    'ca.message == "ReadNotifyResponse"': 'value long string enum',
    'ca.message == "UnknownMessage"': 'unknown',
    'ca.line contains "ReadNotifyRequest(data_type="': 'read',
    'ca.priority == 7': 'version',
    'ca.request && !udp': 'create subscribe read',
    'ca.response && !udp': 'created update value long string enum denied error',
}


@pytest.fixture(scope='module')
def session(save):
    sent = dict(SESSION)
    packets = made.packets(sent.values())
    at = 2 + list(sent).index('beacon')
    packets[at] = wire.udp(wire.SEARCHER, ('10.1.0.255', 5065), sent['beacon'].data)
    return save(wire.capture(packets))


@pytest.mark.parametrize('expression, expected', FILTERS.items())
def test_filters(expression, expected, frames_with, session):
    names = list(SESSION)
    assert [names[number - 3] for number in frames_with(session, expression)] == expected.split()


def test_several_messages_in_a_packet_all_count(decode):
    both = decode(Sent('server', 'tcp', FAILED + message(27, p1=5)))
    assert message_names(both) == ['ReadNotifyResponse', 'ServerDisconnResponse']


# ---- packets that other tools got wrong ------------------------------------------------------


def update(number, count, body, **header):
    header = {'p1': ECA_NORMAL, 'p2': 7} | header
    return Sent('server', 'tcp', message(1, padded(body), type=number, count=count, **header))


def test_search_for_a_name_of_two_characters(decode):
    (search,) = decode(Sent('client', 'udp', message(6, text('ab'), type=5, count=13, p1=1, p2=1)))
    assert message_names([search]) == ['SearchRequest'] and values(search, 'ca.pv') == ['ab']


def test_update_of_two_zeros_is_an_update(decode):
    (event,) = decode(update(6, 2, bytes(16)))
    assert message_names([event]) == ['EventAddResponse']
    assert numbers(event, 'ca.data.value') == [0, 0]


def test_subscription_with_a_delta_is_a_request(decode):
    body = struct.pack('>fffHH', 1.0, 0, 0, 5, 0)
    (event,) = decode(Sent('client', 'tcp', message(1, body, type=20, count=0, p1=1, p2=7)))
    assert message_names([event]) == ['EventAddRequest']
    assert numbers(event, 'ca.low') == [1] and numbers(event, 'ca.mask') == [5]


def test_negative_long(decode):
    (event,) = decode(update(5, 1, struct.pack('>i', -1)))
    assert numbers(event, 'ca.data.value') == [-1]


def test_extended_header_cut_in_two(tree, save):
    whole = message(15, bytes(80000), type=4, count=80000, p1=1, p2=3)
    pieces = [('server', piece) for piece in (whole[:18], *wire.cut(whole[18:], 1448))]
    (answer,) = tree(save(wire.capture(wire.circuit(pieces))))
    assert numbers(answer, 'ca.size') == [80000] and numbers(answer, 'ca.count') == [80000]


def test_error_ends_where_it_ends(decode):
    error = message(11, padded(FAILED + text('t:ai')), p1=1, p2=152)
    first, second = decode(Sent('server', 'tcp', error + message(27, p1=5)))
    assert values(first, 'ca.error') == ['t:ai'] and numbers(first, 'ca.eca') == [152]
    assert message_names([second]) == ['ServerDisconnResponse'] and numbers(second, 'ca.cid') == [5]


def test_error_without_room_for_a_request(decode):
    (error,) = decode(Sent('server', 'tcp', message(11, bytes(8), p1=1, p2=152)))
    assert 'ca.flaw.too_short' in names_of(error) and numbers(error, 'ca.eca') == [152]


def test_error_about_an_extended_request(decode):
    request = message(19, type=4, count=70000, p1=452, p2=18, size=70000)
    (error,) = decode(
        Sent('server', 'tcp', message(11, padded(request + text('t:wf')), p1=1, p2=72))
    )
    assert values(error, 'ca.error') == ['t:wf'] and numbers(error, 'ca.error.size') == [70000]


def test_empty_answers_are_answers(decode):
    answer, event = decode(
        Sent('server', 'tcp', message(15, type=6, p1=ECA_NORMAL, p2=3)),
        update(6, 0, b'', p1=ECA_NORMAL),
    )
    assert message_names([answer, event]) == ['ReadNotifyResponse', 'EventAddResponse']


@pytest.mark.parametrize('shown', [32, 5])
def test_arrays_show_their_first_elements(shown, tree, save):
    sent = update(6, 20000, struct.pack('>20000d', *range(20000)))
    pieces = [('server', piece) for piece in wire.cut(sent.data, 60000)]
    capture = save(wire.capture(wire.circuit(pieces)))
    option = () if shown == 32 else ('-o', f'ca.elements_shown:{shown}')
    (event,) = tree(capture, *option)
    assert numbers(event, 'ca.data.value') == list(range(shown))
    assert_no_gap(event)


def test_a_million_characters(tree, save):
    whole = message(15, bytes(1000000), type=4, count=1000000, p1=1, p2=3)
    pieces = [('server', piece) for piece in wire.cut(whole, 60000)]
    (answer,) = tree(save(wire.capture(wire.circuit(pieces))))
    assert numbers(answer, 'ca.count') == [1000000] and len(names_of(answer)) < 40


def test_updates_cut_every_30_bytes(tree, save):
    events = [update(20, 1, struct.pack('>hh8s4xd', 0, 0, STAMP, n)) for n in range(50)]
    pieces = [('server', piece) for piece in wire.cut(b''.join(e.data for e in events), 30)]
    shown = [numbers(e, 'ca.data.value') for e in tree(save(wire.capture(wire.circuit(pieces))))]
    assert shown == [[n] for n in range(50)]


def test_snap_length_cuts_values_not_messages(tshark, frames_with, lines, save):
    """What is there of a cut message is shown and named; the next packet is read from its start."""
    events = [update(20, 1, struct.pack('>hh8s4xd', 4, 1, STAMP, n)) for n in range(5)]
    capture = save(wire.capture(made.packets(events), snap=80))
    shown = tshark(
        '-r', capture, '-Y', 'ca', '-T', 'fields', '-e', 'ca.message', '-e', 'ca.data.status'
    )
    assert shown.splitlines() == ['EventAddResponse\t4'] * 5
    assert frames_with(capture, '_ws.malformed') == []
    assert len(lines(capture)) == 5


def test_snap_length_cuts_a_header(frames_with, lines, save):
    events = [update(20, 1, bytes(24)) for _ in range(3)]
    capture = save(wire.capture(made.packets(events), snap=60))
    assert frames_with(capture, '_ws.malformed') == []
    assert len(lines(capture)) <= 3


def test_ioc_on_another_port(tree, save):
    chunks = [
        ('server', message(0, count=13)),
        ('client', message(0, count=13) + message(20, text('me'))),
        ('client', message(18, text('t:ai'), p1=1, p2=13)),
    ]
    capture = save(wire.capture(wire.circuit(chunks, server=('10.1.0.1', 37777))))
    expected = ['VersionResponse', 'VersionRequest', 'ClientNameRequest', 'CreateChanRequest']
    assert message_names(tree(capture, '-d', 'tcp.port==37777,ca')) == expected
    assert message_names(tree(capture, '-o', 'ca.tcp.port:5064,37777')) == expected


GET = b'GET / HTTP/1.0\r\nHost: ioc\r\nUser-Agent: something that scans networks\r\n\r\n'


@pytest.mark.parametrize('transport', ['tcp', 'udp'])
def test_http_is_not_channel_access(transport, tree, lines, save):
    """It is told, not waited for: its second word would be a payload size of 21 kB."""
    capture = save(wire.capture(made.packets([Sent('client', transport, GET)])))
    assert any(severity >= WARNING for element in tree(capture) for severity, _ in experts(element))
    (line,) = lines(capture)
    assert 'Malformed(reason=' in line and f'bytes={len(GET)})' in line


def test_name_of_60_characters(decode):
    name = 'a' * 60
    (create,) = decode(Sent('client', 'tcp', message(18, text(name), p1=1, p2=13)))
    assert values(create, 'ca.pv') == [name] and [s for s, _ in experts(create) if s > NOTE] == []


def test_property_mask_is_legal(decode):
    body = struct.pack('>fffHH', 0, 0, 0, 8, 0)
    (event,) = decode(Sent('client', 'tcp', message(1, body, type=20, count=0, p1=1, p2=7)))
    assert values(event, 'ca.mask.prop') in (['1'], ['True'])
    assert not any('mask' in text for _, text in experts(event))


def test_nan(decode):
    (event,) = decode(update(6, 2, struct.pack('>dd', float('nan'), float('-inf'))))
    assert [repr(float(show)) for show in values(event, 'ca.data.value')] == ['nan', '-inf']


def test_search_sent_to_the_repeater_port(tree, save):
    search = message(6, text('t:ai'), type=5, count=13, p1=1, p2=1)
    (element,) = tree(save(wire.capture([wire.udp(wire.SEARCHER, ('10.1.0.1', 5065), search)])))
    assert message_names([element]) == ['SearchRequest']


def test_search_answer_without_or_with_an_odd_version(decode):
    bare, odd = decode(
        Sent('server', 'udp', message(6, type=5064, p1=0xFFFFFFFF, p2=1)),
        Sent('server', 'udp', message(6, padded(b'\x7f\xfd'), type=5064, p1=0xFFFFFFFF, p2=1)),
    )
    assert values(bare, 'ca.version') == [] and message_names([bare]) == ['SearchResponse']
    assert numbers(odd, 'ca.version') == [32765] and 'ca.flaw.version_newer' in names_of(odd)


def test_long_strings_are_text_too(decode):
    (event,) = decode(update(4, 12, b'hello world\0'))
    assert 'hello world' in values(event, 'ca.data.string')


def test_names_cannot_reach_the_terminal(tshark, lines, save):
    sent = [Sent('client', 'tcp', message(18, text('\x1b[31mred\nline'), p1=1, p2=13))]
    capture = save(wire.capture(made.packets(sent)))
    assert '\x1b' not in tshark('-r', capture) + tshark('-r', capture, '-V') + ''.join(
        lines(capture)
    )
    assert len(lines(capture)) == 1


# ---- the Info column -------------------------------------------------------------------------


def test_info_names_every_message_of_a_packet(tshark, save):
    chunk = (
        message(0, count=13)
        + message(20, text('operator'))
        + message(18, text('t:ai'), p1=1, p2=13)
    )
    capture = save(wire.capture(wire.circuit([('client', chunk)])))
    info = tshark('-r', capture, '-Y', 'ca', '-T', 'fields', '-e', '_ws.col.Info').strip()
    assert all(word in info for word in ('Version', 'operator', 't:ai'))
    assert (
        tshark('-r', capture, '-Y', 'ca', '-T', 'fields', '-e', '_ws.col.Protocol').strip() == 'CA'
    )
