# SPDX-License-Identifier: GPL-2.0-or-later
"""Capture filters against display filters, on every capture: `tcpdump -r` with the compiled
expression, `tshark -Y` with the same question.

They must agree on every packet within reach: it holds whole messages from its first byte to its
last, and not more of them than a capture filter looks at. The walk that decides this is the
tests' own.
"""

import functools
import random
import struct
import subprocess

import older
import pytest
import wire
from places import CAPTURES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TCP_DEPTH, DEPTH = 4, 2
KERNEL_LIMIT = 4096

# expression, display filter
QUESTIONS = [
    ('ca', 'ca.command < 28'),
    ('search', 'ca.command == 6 && ca.request == 1'),
    ('search request', 'ca.command == 6 && ca.request == 1'),
    ('search reply', 'ca.command == 6 && ca.response == 1'),
    ('beacon', 'ca.command == 13'),
    ('version', 'ca.command == 0'),
    ('create', 'ca.command == 18 && ca.request == 1'),
    ('create reply', 'ca.command == 18 && ca.response == 1'),
    ('access rights', 'ca.command == 22'),
    ('host name', 'ca.command == 21'),
    ('Client Name', 'ca.command == 20'),
    ('read', '(ca.command == 3 || ca.command == 15) && ca.request == 1'),
    ('read notify reply', 'ca.command == 15 && ca.response == 1'),
    ('write', 'ca.command == 4 || (ca.command == 19 && ca.request == 1)'),
    ('write notify', 'ca.command == 19 && ca.request == 1'),
    ('write reply', 'ca.command == 19 && ca.response == 1'),
    ('subscribe', 'ca.command == 1 && ca.request == 1'),
    ('subscribe reply', 'ca.command == 1 && ca.response == 1'),
    ('unsubscribe', 'ca.command == 2'),
    ('error', 'ca.command == 11'),
    ('clear or clear reply', 'ca.command == 12'),
    ('echo or echo reply', 'ca.command == 23'),
    ('create failed', 'ca.command == 26'),
    ('repeater confirm', 'ca.command == 17'),
    ('command == 6', 'ca.command == 6'),
    ('command > 22', 'ca.command > 22'),
    ('cid == 1', 'ca.cid == 1'),
    ('cid < 3', 'ca.cid < 3'),
    ('ioid == 2', 'ca.ioid == 2 && !(ca.command == 11)'),  # not in what an ERROR quotes
    ('sub == 1', 'ca.sub == 1'),
    ('priority > 0', 'ca.priority > 0'),
    ('dtype == DBR_TIME_DOUBLE', 'ca.dtype == 20'),
    ('dtype >= 28', 'ca.dtype >= 28'),
    ('count > 1', 'ca.count > 1'),
    ('count >= 0x10000', 'ca.count >= 0x10000'),
    ('eca != ECA_NORMAL', 'ca.eca < 1 || ca.eca > 1'),
    ('rights == 3', 'ca.rights == 3'),
    ('mask == 5', 'ca.mask == 5'),
    ('port == 5064', 'ca.serv.port == 5064'),
    ('port == 42289', 'ca.serv.port == 42289'),
    ('ca.serv.ip == 255.255.255.255', 'ca.serv.ip == 255.255.255.255'),
    ('beacon == 1', 'ca.beacon == 1'),
    ('size > 100', 'ca.size > 100'),
    ('error.command == 15', 'ca.error.command == 15'),
    ('udp dst port 5064', 'udp.dstport == 5064'),
    ('search and host 10.77.0.10', 'ca.command == 6 && ca.request == 1 && ip.addr == 10.77.0.10'),
    ('(search || beacon) && !src host 10.77.0.10',
     '((ca.command == 6 && ca.request == 1) || ca.command == 13) && !(ip.src == 10.77.0.10)'),
    ('error or create failed', 'ca.command == 11 || ca.command == 26'),
    ('write and sid == 1', 'ca.sid == 1 && (ca.command == 4 || (ca.command == 19 && ca.request == 1))'),
]  # fmt: skip

# What is kept of Channel Access; a capture filter may keep more, but must drop something.
NEGATIONS = [
    ('not search', '!(ca.command == 6 && ca.request == 1)'),
    ('not beacon', '!(ca.command == 13)'),
    ('not version', '!(ca.command == 0)'),
    ('not subscribe reply', '!(ca.command == 1 && ca.response == 1)'),
    ('not read', '!((ca.command == 3 || ca.command == 15) && ca.request == 1)'),
    ('not write', '!(ca.command == 4 || (ca.command == 19 && ca.request == 1))'),
    ('not cid == 1', '!(ca.cid == 1)'),
    ('not eca != 1', '!(ca.eca < 1 || ca.eca > 1)'),
    ('not (error or create)', '!(ca.command == 11) && !(ca.command == 18 && ca.request == 1)'),
    ('not search and not version', '!(ca.command == 6 && ca.request == 1) && !(ca.command == 0)'),
    ('not echo and not echo reply', '!(ca.command == 23)'),
]


# ---- running --------------------------------------------------------------------------------


@pytest.fixture(scope='session')
def everything(save):
    """All captures: the ones from Ethernet in one file, the cooked one."""
    cooked = CAPTURES / 'repeater.pcap'
    ethernet = sorted(path for path in CAPTURES.glob('*.pcap') if path != cooked)
    contents = [path.read_bytes() for path in ethernet]
    assert len({content[:24] for content in contents}) == 1, 'one kind of file'
    return [
        save(contents[0][:24] + b''.join(content[24:] for content in contents)),
        save(cooked.read_bytes()),
    ]


@pytest.fixture(scope='session')
def compile_filter(caw):
    """compile_filter(expression): the finished compiler."""
    return lambda expression, **options: caw('--capture-filter', expression, **options)


@pytest.fixture(scope='session')
def pcap_filter(compile_filter):
    def pcap_filter(expression):
        done = compile_filter(expression)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return pcap_filter


def records(pcap):
    """The packets of a capture file, each with its header."""
    order = '<' if pcap[:2] in (b'\xd4\xc3', b'\x4d\x3c') else '>'
    found, at = [], 24
    while at < len(pcap):
        (size,) = struct.unpack_from(order + 'I', pcap, at + 8)
        found.append(pcap[at : at + 16 + size])
        at += 16 + size
    return found


def kept(path, expression):
    """Numbers of the packets that tcpdump keeps."""
    done = subprocess.run(
        ['tcpdump', '-r', path, '-w', '-', expression], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    order = iter(enumerate(records(path.read_bytes()), 1))
    return {next(n for n, record in order if record == want) for want in records(done.stdout)}


def tcpdump_compile(expression, link='EN10MB'):
    return subprocess.run(
        ['tcpdump', '-y', link, '-ddd', expression], capture_output=True, text=True, timeout=60
    )


# ---- reach ----------------------------------------------------------------------------------


@functools.cache
def sizes(payload):
    """Message sizes of a payload that is nothing but whole messages, else None."""
    found = []
    while payload:
        if len(payload) < 16:
            return None
        size = 16 + int.from_bytes(payload[2:4], 'big')
        if size == 16 + 0xFFFF:
            size = 24 + int.from_bytes(payload[16:20], 'big')
        if size > len(payload):
            return None
        found.append(size)
        payload = payload[size:]
    return found


def is_long(payload):
    return payload[2:4] == b'\xff\xff'


def within(transport, payload, depth):
    found = sizes(payload)
    return bool(found) and len(found) <= depth[transport] and (
        len(found) == 1 or not any(is_long(payload[sum(found[:i]) :]) for i in range(len(found)))
    )  # fmt: skip


@pytest.fixture(scope='session')
def packets(tshark):
    """packets(capture): number -> (transport, ports, payload) of those that tshark sees on their own."""
    fields = ('frame.number', 'udp.port', 'tcp.port', 'udp.payload', 'tcp.payload', 'tcp.reassembled_in', 'tcp.segment',
              'tcp.analysis.retransmission', 'tcp.analysis.out_of_order')  # fmt: skip

    def read(capture):
        output = tshark('-r', capture, '-T', 'fields', *(x for f in fields for x in ('-e', f)))
        for line in output.splitlines():
            number, udp_ports, tcp_ports, udp, tcp, *pieces = line.split('\t')
            ports = {int(port) for port in (udp_ports or tcp_ports).split(',') if port}
            if not any(pieces):
                kind = 'udp' if udp_ports else 'tcp'
                yield int(number), (kind, ports, bytes.fromhex(udp or tcp))

    return functools.cache(lambda capture: dict(read(capture)))


@pytest.fixture(scope='session')
def shown(start):
    """shown(capture, display filter): numbers of the packets. A sharkd for each capture reads it once."""
    daemons = {}

    def ask(daemon, method, **params):
        daemon.stdin.write(older.sharkd_call(1, method, params).encode() + b'\n')
        daemon.stdin.flush()
        return older.sharkd_answer(daemon.stdout)

    @functools.cache
    def shown(capture, question):
        if capture not in daemons:
            pipes = {'stdin': subprocess.PIPE, 'stderr': subprocess.DEVNULL}
            daemons[capture] = start(['sharkd', '-'], **pipes)
            ask(daemons[capture], 'load', file=str(capture))
        return frozenset(row['num'] for row in ask(daemons[capture], 'frames', filter=question))

    yield shown
    for daemon in daemons.values():
        daemon.kill()


def reach(packets, depth):
    return {n for n, (kind, _, payload) in packets.items() if within(kind, payload, depth)}


# ---- what is known to be kept or lost beyond that -----------------------------------------


def commands(payload):
    """Command and payload size of each message."""
    for size in sizes(payload):
        yield int.from_bytes(payload[:2], 'big'), int.from_bytes(payload[2:4], 'big')
        payload = payload[size:]


def looks_alike(packet):
    """Holds what could be a subscription, its update or its end, but for what went before."""
    _, ports, payload = packet
    return any(
        command == 1 and (size == 0 or size == 16 and 5064 not in ports)
        for command, size in commands(payload)
    )


# Not found by name: the wrong transport, and commands that do not exist.
LAWLESS = 'ca.flaw.wrong_transport || ca.flaw.unknown_command'
# Not sure enough to be dropped.
DOUBTFUL = LAWLESS + ' || ca.flaw.bad_type'

# ---- the same question ----------------------------------------------------------------------


@pytest.mark.parametrize('expression, question', QUESTIONS, ids=[q[0] for q in QUESTIONS])
def test_question(expression, question, pcap_filter, packets, shown, everything):
    text = pcap_filter(expression)
    asked = 0
    for path in everything:
        known = packets(path)
        inside = reach(known, {'tcp': TCP_DEPTH, 'udp': DEPTH}) - shown(path, LAWLESS)
        want = shown(path, question) & inside
        got = kept(path, text) & inside
        assert want <= got, f'lost {sorted(want - got)}'
        assert {n for n in got - want if not looks_alike(known[n])} == set()
        asked += len(want)
    assert asked, 'no capture has such a message'


@pytest.mark.parametrize('expression, question', NEGATIONS, ids=[q[0] for q in NEGATIONS])
def test_negation(expression, question, pcap_filter, packets, shown, everything):
    """Nothing that a display filter shows is dropped, reach or not."""
    text = pcap_filter(expression)
    for path in everything:
        known = packets(path)
        inside = reach(known, {'tcp': DEPTH, 'udp': DEPTH}) - shown(path, DOUBTFUL)
        messages = shown(path, 'ca')
        want = shown(path, f'ca && ({question})') & set(known)
        got = kept(path, text)
        assert want <= got, f'lost {sorted(want - got)}'
        assert {n for n in got & inside & messages - want if not looks_alike(known[n])} == set()


def test_double_negation(pcap_filter):
    assert pcap_filter('not (not search)') == pcap_filter('search')


def test_names(pcap_filter, packets, shown, everything):
    """All searches in a datagram's first 256 bytes, and creates."""
    names = ['t:ai', 't:wf:big', 'no:such:pv', 'second:ai']
    for path in everything:
        for name in names:
            inside = {n for n, (kind, _, data) in packets(path).items()
                      if within(kind, data, {'tcp': TCP_DEPTH, 'udp': 99})
                      and (kind == 'tcp' or len(data) <= 256)}  # fmt: skip
            quoted = f'"{name}"'
            of_others = '(ca.command == 6 || ca.command == 18) && ca.request == 1'
            want = shown(path, f'{of_others} && ca.pv == {quoted}')
            assert kept(path, pcap_filter(f'pv == {quoted}')) & inside == want & inside
            want = shown(path, f'{of_others} && ca.pv matches "^{name[:3]}"')
            assert kept(path, pcap_filter(f'pv ^= "{name[:3]}"')) & inside == want & inside


def test_other_ports(pcap_filter, everything, packets):
    """A port that is named is taken at its word; otherwise payload must look like messages."""
    for path in everything:
        ports = {n: ports for n, (_, ports, _) in packets(path).items()}
        on_port = {n for n in ports if 42289 in ports[n]}
        assert kept(path, pcap_filter('port 42289')) & set(ports) == on_port
        assert on_port & kept(path, pcap_filter('ca')) or not on_port


# ---- made packets: where exactly it ends ----------------------------------------------------

OTHER = ('10.1.0.1', 7777)
VERSION = wire.message(0, count=13)
ECHO = wire.message(23)


def search(name, cid):
    return wire.message(6, wire.text(name), 5, 13, cid, cid)


def create(name):
    return wire.message(18, wire.text(name), p1=1, p2=13)


def client(data, server=wire.SERVER_END):
    return wire.tcp(wire.CLIENT_END, server, data)


def server(data, end=wire.SERVER_END):
    return wire.tcp(end, wire.CLIENT_END, data)


def datagram(*messages):
    return wire.udp(wire.SEARCHER, wire.EVERYBODY, b''.join(messages))


@pytest.fixture(scope='session')
def keeps(pcap_filter, save):
    """keeps(expression, packet): would it be captured?"""
    return lambda expression, packet: bool(
        kept(save(wire.capture([packet])), pcap_filter(expression))
    )


MADE = [
    # the fourth message of a segment, whatever the sizes before it; the second under not
    ('create', client(VERSION + wire.message(20, wire.text('me')) + wire.message(21, wire.text('h' * 50)) + create('x')), True),
    ('pv == "x"', client(VERSION + ECHO + ECHO + create('x')), True),
    ('pv == "x"', client(VERSION + ECHO + ECHO + ECHO + create('x')), False),
    ('not create', client(VERSION + create('x')), False),
    ('not create', client(VERSION + ECHO + create('x')), True),
    # datagrams: names in 256 bytes, numbers in 160, messages at the second place
    ('pv == "a"', datagram(VERSION, *[search(f'{i:07}', i) for i in range(9)], search('a', 9)), True),
    ('pv == "a"', datagram(VERSION, *[search(f'{i:07}', i) for i in range(9)], VERSION, search('a', 9)), True),
    ('pv == "a"', datagram(VERSION, *[search(f'{i:07}', i) for i in range(10)], search('a', 9)), False),
    ('cid == 9', datagram(VERSION, *[search(f'{i:07}', i) for i in range(5)], search('a', 9)), True),
    ('cid == 9', datagram(VERSION, *[search(f'{i:07}', i) for i in range(6)], search('a', 9)), False),
    ('beacon', datagram(wire.message(13, count=5064)), True),
    ('beacon', datagram(VERSION, ECHO, wire.message(13, count=5064)), False),
    # names: all of them with the NUL, or a beginning
    ('pv == "abcdefg"', datagram(VERSION, search('abcdefg', 1)), True),
    ('pv == "abcdef"', datagram(VERSION, search('abcdefg', 1)), False),
    ('pv ^= "abcdef"', datagram(VERSION, search('abcdefg', 1)), True),
    ('pv ^= "abcdefgh"', datagram(VERSION, search('abcdefg', 1)), False),
    ('pv != "abcdefg"', datagram(VERSION, search('abcdefg', 1)), False),
    ('pv != "abcdefgh"', datagram(VERSION, search('abcdefg', 1)), True),
    ('pv != "abcdefg"', datagram(VERSION, search('abcdefg', 1), search('b', 2)), True),
    ('not pv == "abcdefg"', datagram(VERSION, search('abcdefg', 1), search('b', 2)), False),
    # what is too short for one condition does not hide the other
    ('cid == 5 or udp', datagram(b'x'), True),
    ('mask == 1 or sid == 3', client(wire.message(2, p1=3)), True),
    ('pv == "a-very-long-name" or search', datagram(VERSION, search('a', 1)), True),
    ('not sid == 3', client(b'\0\x02'), True),
    # extended headers
    ('count == 70000', client(wire.message(15, count=70000)), True),
    ('count == 0', client(wire.message(15, count=70000)), False),
    ('mask == 5', client(wire.message(1, bytes(12) + b'\0\5\0\0', 20, 70000)), True),
    # a side by its port, else by the header
    ('read', client(wire.message(15, type=6, count=1, p1=3)), True),
    ('read reply', client(wire.message(15, type=6, count=0, p1=3)), False),
    ('read reply', client(wire.message(15, type=6, count=0, p1=3), OTHER), True),
    ('read reply', client(wire.message(15, type=6, count=1, p1=3), OTHER), False),
    ('read reply', server(wire.message(15, bytes(8), 6, 1, 1, 7), OTHER), True),
    ('not read reply', server(wire.message(15, bytes(8), 6, 1, 1, 7), OTHER), False),
    ('not read', client(wire.message(15, type=6, count=0, p1=3), OTHER), True),
    ('sid == 1', server(wire.message(15, bytes(8), 6, 1, 1, 7)), False),
    ('sid == 1', client(wire.message(15, type=6, count=1, p1=1, p2=7)), True),
    ('echo', client(ECHO), True),
    ('echo', server(ECHO), False),
    ('echo', server(ECHO, OTHER), True),
    # what is Channel Access on an unknown port
    ('write', client(wire.message(4, bytes(8), 6, 1, 3, 4), OTHER), True),
    ('write', client(wire.message(4, bytes(8), 39, 1, 3, 4), OTHER), False),
    ('write', client(wire.message(4, bytes(8), 39, 1, 3, 4)), True),
    ('write', client(wire.message(4, bytes(7), 6, 1, 3, 4), OTHER), False),
    ('not write', client(b'GET / HTTP/1.1\r\n\r\n', OTHER), False),
    ('not write', client(bytes(64), OTHER), False),
    ('not write', client(b'from the middle of an array'), True),
    ('not write and port 7777', client(b'from the middle of an array', OTHER), True),
    ('not version', client(bytes(64)), True),
]  # fmt: skip


@pytest.mark.parametrize('expression, packet, captured', MADE)
def test_made(expression, packet, captured, keeps):
    assert keeps(expression, packet) == captured


# ---- VLAN tags, fragments -------------------------------------------------------------------

Q, AD, OLD = b'\x81\x00', b'\x88\xa8', b'\x91\x00'
SEARCH = datagram(VERSION, search('a', 1))
SEARCHES = datagram(VERSION, search('a', 1), search('b', 2))
BEACON = wire.udp(('10.1.0.1', 5065), wire.EVERYBODY, wire.message(13, count=5064))
ELSEWHERE = client(wire.message(4, bytes(8), 6, 1, 3, 4), OTHER)
WEB = client(b'GET / HTTP/1.1\r\n\r\n', ('10.1.0.1', 80))


def tagged(packet, *types):
    """The Ethernet frame of an IP packet, with a tag of each of these types."""
    tags = b''.join(kind + (100 + i).to_bytes(2, 'big') for i, kind in enumerate(types))
    return bytes(12) + tags + b'\x08\0' + packet


def fragments(packet):
    """An IP packet without options, in two: 48 bytes, and the rest."""
    header, body = packet[:20], packet[20:]
    parts = []
    for at, more in ((0, True), (48, False)):
        data = body[at : at + 48] if more else body[at:]
        flags = (0x2000 if more else 0) | at // 8
        parts.append(
            header[:2] + (20 + len(data)).to_bytes(2, 'big') + header[4:6]
            + flags.to_bytes(2, 'big') + header[8:] + data
        )  # fmt: skip
    return parts


TAGGED = [
    # after tags by the port alone, without a tag by the message
    ('search', tagged(SEARCH), True),
    ('search', tagged(SEARCH, Q), True),
    ('search', tagged(SEARCH, AD, Q), True),
    ('search', tagged(SEARCH, Q, Q), True),
    ('search', tagged(SEARCH, OLD, Q), True),
    ('search', tagged(SEARCH, Q, Q, Q), False),
    ('search', tagged(BEACON), False),
    ('search', tagged(BEACON, Q), True),
    ('search', tagged(BEACON, AD, Q), True),
    ('not search', tagged(SEARCH), False),
    ('not search', tagged(SEARCH, Q), True),
    ('pv == "b"', tagged(SEARCH), False),
    ('pv == "b"', tagged(SEARCH, AD, Q), True),
    # other ports only if they are named
    ('write', tagged(ELSEWHERE), True),
    ('write', tagged(ELSEWHERE, Q), False),
    ('write and port 7777', tagged(ELSEWHERE, Q), True),
    ('write and (port 1 or tcp dst port 7777)', tagged(ELSEWHERE, Q, Q), True),
    ('write and port 7777', tagged(SEARCH, Q), False),
    ('write or port 7777', tagged(SEARCH, Q), True),
    ('ca or not ca', tagged(WEB, Q), False),
    ('ca or not ca', tagged(WEB, AD, Q), False),
    # options of IP; what is not IPv4, TCP or UDP; what is too short
    ('ca', tagged(b'\x46' + SEARCH[1:20] + b'\1\1\1\1' + SEARCH[20:], Q), True),
    ('ca', tagged(b'\x46' + SEARCH[1:20] + b'\1\1\1\1' + WEB[20:], AD, Q), False),
    ('ca', tagged(SEARCH, Q).replace(b'\x08\0\x45', b'\x86\xdd\x45'), False),
    ('ca', tagged(SEARCH[:9] + b'\x84' + SEARCH[10:], Q), False),
    ('ca', tagged(SEARCH, Q)[:30], False),
    # fragments: the first as any other, later ones are not seen
    ('search', tagged(fragments(SEARCHES)[0]), True),
    ('search', tagged(fragments(SEARCHES)[1]), False),
    ('ca or not ca', tagged(fragments(SEARCHES)[1]), False),
    ('search', tagged(fragments(SEARCHES)[0], Q), True),
    ('search', tagged(fragments(SEARCHES)[0][:20] + bytes(2) + b'\x13\xc8', Q), True),
    ('search', tagged(fragments(SEARCHES)[1][:20] + bytes(2) + b'\x13\xc8', Q), False),
]


def kept_frames(save, text, *frames):
    """Which of these frames, counted from 1, are captured."""
    return kept(save(wire.pcap(list(wire.timed(frames)))), text)


@pytest.mark.parametrize('expression, frame, captured', TAGGED, ids=range(len(TAGGED)))
def test_tagged(expression, frame, captured, pcap_filter, save):
    assert bool(kept_frames(save, pcap_filter(expression), frame)) == captured


def test_later_fragments(compile_filter, pcap_filter, save):
    """The remark tells how to have them."""
    complaint = compile_filter('search').stderr
    addition = complaint[complaint.index('or (udp and ip[6:2]') :].splitlines()[0]
    frames = [tagged(packet) for packet in (*fragments(SEARCHES), SEARCH, WEB, BEACON)]
    assert kept_frames(save, pcap_filter('search'), *frames) == {1, 3}
    assert kept_frames(save, f'{pcap_filter("search")} {addition}', *frames) == {1, 2, 3}


@pytest.mark.parametrize('link', ['LINUX_SLL', 'LINUX_SLL2', 'RAW', 'NULL', 'EN10MB', 'PPP'])
def test_every_link_type_takes_it(link, pcap_filter):
    """pcap-filter's word "vlan" is Ethernet's only."""
    done = tcpdump_compile(pcap_filter('search or not write'), link)
    assert done.returncode == 0, done.stderr


def test_noise_is_not_captured(pcap_filter, save):
    """Random payloads on ports that nobody named."""
    dice = random.Random(1)
    packets = [client(dice.randbytes(dice.randrange(200)), OTHER) for _ in range(3000)]
    assert kept(save(wire.capture(packets)), pcap_filter('ca or not ca')) == set()


# ---- any expression -------------------------------------------------------------------------

LEAVES = st.sampled_from([q[0] for q in QUESTIONS if '(' not in q[0] and ' and ' not in q[0]])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds('({} and {})'.format, inner, inner),
        st.builds('{} || {}'.format, inner, inner),
        st.builds('not ({})'.format, inner),
        st.builds('!({})'.format, inner),
    ),
    max_leaves=4,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXPRESSIONS)
def test_compiles(pcap_filter, expression):
    done = tcpdump_compile(pcap_filter(expression))
    assert done.returncode == 0 or 'rejects all packets' in done.stderr, done.stderr


@pytest.mark.parametrize('expression', [q[0] for q in QUESTIONS] + [q[0] for q in NEGATIONS])
def test_fits_the_kernel(expression, pcap_filter):
    done = tcpdump_compile(pcap_filter(expression))
    assert int(done.stdout.split()[0]) <= KERNEL_LIMIT


# ---- mistakes -------------------------------------------------------------------------------

MISTAKES = [
    ('serch', 0, "no such message 'serch'", 'did you mean search?'),
    ('search and serch', 11, "no such message 'serch'", 'did you mean search?'),
    ('cidd == 7', 0, "no such field 'cidd'", 'did you mean cid?'),
    ('data.value > 1', 0, 'cannot see this field', 'fixed place'),
    ('cid = 7', 4, "operator '='", '== != < <= > >='),
    ('cid ^= 7', 4, "by '^='", '== != < <= > >='),
    ('pv > "a"', 3, "by '>'", '==, != or ^='),
    ('pv == a', 6, "not 'a'", 'a text in quotes'),
    ('pv == "a', 6, 'no closing quote', ''),
    ('pv ^= ""', 6, 'begins with nothing', 'has FIELD'),
    ('cid == seven', 7, "value of this field: 'seven'", '4294967295'),
    ('cid == 4294967296', 7, 'not a value', '4294967295'),
    ('(search', 0, 'no closing parenthesis', ''),
    ('search)', 6, 'no opening parenthesis', ''),
    ('search and', 10, 'a condition is missing', 'caw help words'),
    ('', 0, 'a condition is missing', 'caw help words'),
    ('and search', 0, "before 'and'", 'caw help words'),
    ('search beacon', 7, "missing before 'beacon'", 'and or or'),
    ('host 10.0.0', 5, "'10.0.0'", 'host 10.0.0.1'),
    ('net 10.0.0.1/24', 4, "'10.0.0.1/24'", 'zeros after the bits'),
    ('port 70000', 5, "'70000'", '65535'),
    ('tcp src host 10.0.0.1', 8, "'host'", 'port NUMBER'),
    ('search; reboot', 6, "';'", 'and or not'),
    ('(' * 17 + 'search' + ')' * 17, 16, 'nested', ''),
    ('!' * 17 + 'search', 16, 'nested', ''),
    (' or '.join(['search'] * 33), 326, 'too long', '64'),
    ('pv == "' + 'x' * 81 + '"', 6, 'more than 80', '^='),
    # a name together with a message that has none
    ('write and pv == "t:ao"', 0, "'write'", 'search, create'),
    ('pv ^= "t:" && read', 14, "'read'", 'ca.pv'),
    ('pv != "t:ao" and beacon', 17, "'beacon'", 'search, create'),
    ('tcp and (port 5064 and (event and pv == "t:ao"))', 24, "'event'", 'search, create'),
    ('(write or write notify) and pv == "x"', 1, "'write'", 'search, create'),
    ('search reply and (pv == "y" or pv == "x")', 0, "'search reply'", 'search, create'),
    ('echo or not (write and pv == "x")', 13, "'write'", 'search, create'),
    ('write and not pv == "x"', 0, "'write'", 'search, create'),
    ('not (not write or pv == "x")', 9, "'write'", 'search, create'),
    ('search and user == "op"', 0, "'search'", 'client'),
    ('create and host == "pc"', 0, "'create'", 'ca.host'),
]

# Names with what has them, or a packet that may have both, or without and between them.
SENSE = [
    'search and pv == "x"',
    '(search or create) and pv == "x"',
    'search and create and not pv == "x"',
    '(search or write notify) and pv == "x"',
    'search reply and (cid == 1 or pv == "x")',
    'write and (search or pv == "x")',
    'ca and pv == "x"',
    'write or pv == "x"',
    'not write and pv == "x"',
    'not (write or echo) and pv == "x"',
    'not (write or pv == "x")',
    '(write and sid == 3) or (create and pv == "x")',
    'user == "op" and pv == "x"',
    'cid == 7 and pv == "x"',
    'Client Name and user == "op"',
    'host name and host == "pc"',
    'host 10.0.0.1 and pv == "x"',
    'search and write',
]


@pytest.mark.parametrize('expression', SENSE)
def test_makes_sense(expression, compile_filter):
    done = compile_filter(expression)
    assert done.returncode == 0 and done.stdout, done.stderr


@pytest.mark.parametrize('expression, at, problem, advice', MISTAKES, ids=[m[0] or 'nothing' for m in MISTAKES])
def test_mistake(expression, at, problem, advice, compile_filter):
    done = compile_filter(expression)
    assert (done.returncode, done.stdout) == (2, '')
    assert problem in done.stderr
    assert advice in done.stderr
    *_, quoted, mark = done.stderr.splitlines()
    assert (quoted, mark.index('^')) == ('  ' + expression, 2 + at)


# ---- the program ---------------------------------------------------------------------------


def test_says_what_may_be_missed(compile_filter):
    assert 'first 4 messages' in compile_filter('search').stderr
    assert 'drops a packet' in compile_filter('not search').stderr
    assert 'alike' in compile_filter('read').stderr
    assert 'begins like Channel Access' in compile_filter('search').stderr
    assert 'VLAN' in compile_filter('not write').stderr
    assert 'fragments' in compile_filter('beacon').stderr
    assert 'fragments' not in compile_filter('write').stderr
    for named in ('pv == "t:ao"', 'search and pv ^= "t:"', 'not user == "op"', 'host in {"a", "b"}'):
        assert 'what follows is not captured' in compile_filter(named).stderr
    assert 'what follows' not in compile_filter('search and cid == 1').stderr
    assert compile_filter('tcp port 5064').stderr == ''


def test_the_output_fails(program, run):
    for option in ('--capture-filter write', '--help'):
        for output, why in (('/dev/full', 'No space left on device'), ('&-', 'Bad file descriptor')):
            done = run(['sh', '-c', f'{program} {option} >{output}'])
            assert done.returncode == 1
            assert f'caw: {why}' in done.stderr


def test_words(caw):
    done = caw('help', 'words')
    assert done.returncode == 0
    shown = ' '.join(done.stdout.split())
    for word in ('search response', 'access rights', 'priority', 'serv.port', 'error.command', 'mask.alarm',
                 'flaw.wrong_side', 'flaw.no_first_update'):  # fmt: skip
        assert word in shown
    assert shown.endswith('and, or, not, ( )')


def test_capturing_with_a_mistake(caw):
    """The expression is read before anything is captured."""
    done = caw('-i', 'lo', '-f', 'ca:serch')
    assert done.returncode == 2
    assert "no such message 'serch'" in done.stderr
