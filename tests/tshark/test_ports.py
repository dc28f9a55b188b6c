# SPDX-License-Identifier: GPL-2.0-or-later
"""Channel Access wherever it is spoken, and who speaks.

Ports are learned from search answers and beacons; a circuit that nobody announced gives itself
away by its bytes. Roles come from the SYN, from what was announced, or from one message that only
one side can have sent.
"""

import struct

import pytest

import wire
from wire import message, text

CLIENT = '10.1.0.2'
IOC, OTHER = '10.1.0.1', '10.1.0.7'
NAME_SERVER = ('10.1.0.9', 5064)
NOWHERE = 0xFFFFFFFF
VERSION = message(0, count=13)
CAPROTO_VERSION = message(0, type=1, count=13, p1=1)
STAMPED = struct.pack('>hhIIId', 0, 0, 1000000000, 5, 0, 3.25)
MASK = struct.pack('>fffHH', 0, 0, 0, 5, 0)


# ---- pieces of a session ---------------------------------------------------------------------


def address(host):
    return int.from_bytes(bytes(int(part) for part in host.split('.')), 'big')


def search(name='t:ai', cid=1, port=5064, sender=wire.SEARCHER):
    asked = message(0, type=1, count=13, p1=9) + message(6, text(name), 5, 13, cid, cid)
    return wire.udp(sender, ('10.1.0.255', port), asked)


def found(port, source=(IOC, 5064), cid=1, host=NOWHERE, to=wire.SEARCHER):
    minor = b'\0\x0d' + bytes(6)
    return wire.udp(
        source, to, message(0, type=1, count=13, p1=9) + message(6, minor, port, 0, host, cid)
    )


def beacon(port, source=(IOC, 40111), host=0, to=('10.1.0.255', 5065)):
    return wire.udp(source, to, message(13, type=13, count=port, p1=1, p2=host))


def session(client_port, server, version=VERSION, start=1000):
    """A circuit with a message of each direction that both sides could have sent."""
    return wire.circuit(
        [
            ('server', version),
            ('client', VERSION + message(20, text('me')) + message(21, text('here'))),
            ('client', message(18, text('t:ai'), p1=1, p2=13)),
            ('server', message(22, p1=1, p2=3) + message(18, type=6, count=1, p1=1, p2=451)),
            ('client', message(1, MASK, type=20, count=1, p1=451, p2=5)),
            ('server', message(1, STAMPED, type=20, count=1, p1=1, p2=5)),
            ('client', message(23)),
            ('server', message(23)),
        ],
        client=(CLIENT, client_port),
        server=server,
        start=start,
    )


CLASSES = [
    'VersionResponse',
    'VersionRequest',
    'ClientNameRequest',
    'HostNameRequest',
    'CreateChanRequest',
    'AccessRightsResponse',
    'CreateChanResponse',
    'EventAddRequest',
    'EventAddResponse',
    'EchoRequest',
    'EchoResponse',
]


@pytest.fixture
def classes(lines, save):
    """classes(packets, port, arguments...): names of the lines with this port at either end."""

    def classes(packets, port, *arguments):
        printed = lines(save(wire.capture(packets)), *arguments)
        return [
            line.split(' ', 2)[2].split('(')[0] for line in printed if f':{port}' in line.split()[1]
        ]

    return classes


PASSES = pytest.mark.parametrize('passes', [(), ('-2',)], ids=['one pass', 'two passes'])


# ---- ports that were announced ---------------------------------------------------------------

ANNOUNCED = {
    'search answer': found(42289),
    'search answer with an address': found(42289, (OTHER, 5064), host=address(IOC)),
    'beacon': beacon(42289),
    'beacon with an address': beacon(42289, (OTHER, 40111), address(IOC)),
}


@PASSES
@pytest.mark.parametrize('kind', ANNOUNCED)
def test_an_announced_server(kind, passes, classes):
    packets = [search(), ANNOUNCED[kind], *session(40100, (IOC, 42289))]
    assert classes(packets, 42289, *passes) == CLASSES


@PASSES
@pytest.mark.parametrize('kind', ANNOUNCED)
def test_later_clients_of_the_same_server(kind, passes, classes):
    packets = [search(), ANNOUNCED[kind]]
    for number in range(3):
        packets += session(40100 + number, (IOC, 42289), start=9999 * number)
    assert classes(packets, 42289, *passes) == CLASSES * 3


def test_even_few_words_are_understood_at_an_announced_port(classes):
    """After a search answer nothing has to prove itself."""
    echoes = wire.circuit([('client', message(23)), ('server', message(23))], server=(IOC, 42289))
    assert classes([search(), found(42289), *echoes[2:]], 42289) == ['EchoRequest', 'EchoResponse']
    assert classes(echoes[2:], 42289) == []


@PASSES
def test_announced_after_the_circuit_had_begun(passes, classes):
    """What was said before stays TCP in every pass."""
    echo = message(23)
    circuit = wire.circuit([('client', echo)] * 4, server=(IOC, 42289))[2:]
    packets = [*circuit[:2], beacon(42289), *circuit[2:]]
    assert classes(packets, 42289, *passes) == ['EchoRequest'] * 2


@PASSES
def test_two_servers_on_a_host(passes, classes):
    packets = [search(), found(5064), *session(40100, (IOC, 5064))]
    packets += [search('t:bo', 2), found(42289, cid=2), *session(40101, (IOC, 42289))]
    assert classes(packets, 42289, *passes) == CLASSES
    assert classes(packets, 40100, *passes) == CLASSES


@PASSES
def test_a_server_that_dies_and_returns(passes, classes):
    """On the same ports: a new circuit; then on another one."""
    packets = [search(), found(42289), *session(40100, (IOC, 42289))]
    packets += [search(), found(42289), *session(40100, (IOC, 42289), start=500000)]
    packets += [search(), found(42290), *session(40100, (IOC, 42290), start=900000)]
    assert classes(packets, 42289, *passes) == CLASSES * 2
    assert classes(packets, 42290, *passes) == CLASSES


@PASSES
def test_a_name_server(passes, classes):
    """It is asked over TCP, again and again with a VERSION, and names a server elsewhere."""
    version = message(0, type=1, count=13, p1=77)
    ask = version + message(6, text('t:ai'), 5, 13, 1, 1)
    answer = message(6, type=42289, count=0, p1=address(IOC), p2=1)
    packets = wire.circuit(
        [
            ('server', VERSION),
            ('client', VERSION),
            ('client', ask),
            ('client', ask),
            ('server', answer),
        ],
        client=(CLIENT, 39000),
        server=NAME_SERVER,
    )
    packets += session(40100, (IOC, 42289))
    assert classes(packets, 39000, *passes) == (
        ['VersionResponse', 'VersionRequest']
        + ['VersionRequest', 'SearchRequest'] * 2
        + ['SearchResponse']
    )
    assert classes(packets, 42289, *passes) == CLASSES


# ---- circuits that nobody announced ------------------------------------------------------------


@PASSES
@pytest.mark.parametrize('version', [VERSION, CAPROTO_VERSION], ids=['rsrv', 'caproto'])
def test_a_circuit_from_its_beginning(version, passes, classes):
    assert classes(session(40100, (IOC, 42289), version), 42289, *passes) == CLASSES


@PASSES
def test_a_caproto_server_speaks_second(passes, classes):
    packets = wire.circuit(
        [
            ('client', VERSION + message(21, text('here')) + message(20, text('me'))),
            ('server', CAPROTO_VERSION),
            ('client', message(18, text('t:ai'), p1=0, p2=13)),
            ('server', message(22, p1=0, p2=3) + message(18, type=6, count=1, p1=0, p2=0)),
        ],
        server=(IOC, 50421),
    )
    assert classes(packets, 50421, *passes) == [
        'VersionRequest',
        'HostNameRequest',
        'ClientNameRequest',
        'VersionResponse',
        'CreateChanRequest',
        'AccessRightsResponse',
        'CreateChanResponse',
    ]


def test_a_circuit_from_its_middle(classes):
    """Not before a message has proven it; roles by the first one that tells."""
    packets = session(40100, (IOC, 42289))[4:]
    assert classes(packets, 42289) == CLASSES[4:]


@PASSES
@pytest.mark.parametrize('host', [IOC, '127.0.0.1'])
@pytest.mark.parametrize('first', ['server', 'client'])
def test_a_circuit_from_its_first_messages(first, host, passes, classes):
    """The handshake was not recorded. On the loopback LBMSRS would take each lone VERSION."""
    packets = wire.circuit(
        [
            (first, VERSION),
            ('client' if first == 'server' else 'server', VERSION),
            ('client', message(18, text('t:ai'), p1=1, p2=13)),
        ],
        client=(host, 40100),
        server=(host, 42289),
    )
    versions = ['VersionRequest', 'VersionResponse']
    ours = versions if first == 'client' else versions[::-1]
    assert classes(packets[2:], 42289, *passes) == [*ours, 'CreateChanRequest']


@pytest.mark.parametrize(
    'ports', [(40100, 42289), (42289, 40100)], ids=['low client', 'high client']
)
def test_roles_do_not_follow_port_numbers(ports, classes):
    client, server = ports
    for skipped in (0, 4):
        assert classes(session(client, (IOC, server))[skipped:], client) == CLASSES[skipped:]


def test_messages_before_the_decision(classes):
    """Echoes tell nothing; the second pass knows what a later message told."""
    chunks = [('client', message(23) * 2), ('server', message(23) * 2)]
    chunks.append(('client', message(18, text('t:ai'), p1=1, p2=13)))
    packets = wire.circuit(chunks, client=(CLIENT, 40100), server=(IOC, 42289))[2:]
    arguments = ('-d', 'tcp.port==42289,ca')
    expected = ['EchoRequest'] * 2 + ['EchoResponse'] * 2 + ['CreateChanRequest']
    assert classes(packets, 42289, '-2', *arguments) == expected
    assert classes(packets, 42289, *arguments)[-1] == 'CreateChanRequest'


# ---- datagrams -------------------------------------------------------------------------------


@PASSES
def test_a_repeater_between_ephemeral_ports(passes, classes):
    repeater, client = ('127.0.0.1', 41000), ('127.0.0.1', 42000)
    packets = [
        wire.udp(repeater, client, message(17, p2=0x7F000001)),
        wire.udp(repeater, client, bytes(16)),  # is the client alive?
        wire.udp(repeater, client, message(13, type=13, count=5064, p1=3, p2=address(IOC))),
    ]
    assert classes(packets, 42000, *passes) == [
        'RepeaterConfirmResponse',
        'VersionResponse',
        'Beacon',
    ] or (
        classes(packets, 42000, *passes) == ['RepeaterConfirmResponse', 'VersionRequest', 'Beacon']
    )


@PASSES
@pytest.mark.parametrize('source', [(OTHER, 5064), (IOC, 47000), (OTHER, 47000)])
def test_an_answer_from_elsewhere(source, passes, classes):
    """From another address or port than was asked; the server it names is learned all the same."""
    packets = [search(), found(42289, source), *session(40100, (source[0], 42289))]
    assert classes(packets, wire.SEARCHER[1], *passes) == [
        'VersionRequest',
        'SearchRequest',
        'VersionResponse',
        'SearchResponse',
    ]
    assert classes(packets, 42289, *passes) == CLASSES


@PASSES
def test_a_site_with_another_search_port(passes, classes):
    """EPICS_CA_SERVER_PORT: neither the searches nor the answers use a known port."""
    packets = [search(port=6064), found(6064, (IOC, 6064)), *session(40000, (IOC, 6064))]
    asked, answered = ['VersionRequest', 'SearchRequest'], ['VersionResponse', 'SearchResponse']
    assert classes(packets, 6064, *passes) == asked + answered + CLASSES


def test_an_answer_says_what_it_is(classes):
    """Its search came before the capture began."""
    assert classes([found(6064, (IOC, 6064))], 6064) == ['VersionResponse', 'SearchResponse']


NO_SEARCHES = {
    'a version alone': message(0, type=1, count=13, p1=9),
    'another command': message(6, text('t:ai'), 5, 13, 1, 1) + message(23),
    'two ids': message(6, text('t:ai'), 5, 13, 1, 2),
    'bytes after it': message(6, text('t:ai'), 5, 13, 1, 1) + b'more',
    'small numbers': struct.pack('>24H', 6, 8, 5, 0, *range(20)),
}


@pytest.mark.parametrize('kind', NO_SEARCHES)
def test_other_datagrams_between_unknown_ports(kind, classes):
    assert classes([wire.udp(wire.SEARCHER, (IOC, 6064), NO_SEARCHES[kind])], 6064) == []


def test_ipv6_is_read(tshark, save):
    """Nobody speaks it over IPv6, but a tunnel or a test may."""
    head = struct.pack('>IHBB', 0x60000000, 24, 17, 64) + bytes(15) + b'\1' + bytes(15) + b'\2'
    body = message(13, type=13, count=5064)
    frame = head + struct.pack('>HHHH', 40000, 5065, 24, 0) + body
    ethernet = [
        (time, raw[:12] + b'\x86\xdd' + raw[14:])
        for time, raw in wire.ethernet(wire.timed([frame]))
    ]
    shown = tshark('-r', save(wire.pcap(ethernet)), '-Y', 'ca', '-T', 'fields', '-e', 'ca.message')
    assert shown.split() == ['Beacon']


# ---- any order of looking --------------------------------------------------------------------


def whole_story():
    """Everything above in one capture, and a segment lost in the middle."""
    packets = [search(), found(42289), *session(40100, (IOC, 42289))]
    packets += [*session(40101, (IOC, 42290)), *session(40102, (IOC, 42291))[4:]]
    packets += [wire.udp(('127.0.0.1', 41000), ('127.0.0.1', 42000), message(17, p2=0x7F000001))]
    updates = b''.join(message(1, STAMPED, type=20, count=1, p1=1, p2=n) for n in range(60))
    pieces = wire.circuit(
        [('server', piece) for piece in wire.cut(updates, 90)], client=(CLIENT, 40103), start=77
    )
    return packets + pieces[:5] + pieces[6:]


def test_frames_look_the_same_in_any_order(sharkd, save):
    packets = whole_story()
    capture = save(wire.capture(packets))
    calls = [('frame', {'frame': number, 'proto': True}) for number in range(1, len(packets) + 1)]
    forward = [answer['tree'] for answer in sharkd(capture, *calls)]
    backward = [answer['tree'] for answer in sharkd(capture, *calls[::-1])]
    assert len(forward) == len(packets)
    assert backward == forward[::-1]
