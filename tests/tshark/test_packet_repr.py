# SPDX-License-Identifier: GPL-2.0-or-later
"""{ethernet}, {ip} and {transport} against dpkt itself: recorded frames and made ones."""

import functools
import struct

import dpkt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from places import CAPTURES
from driver import start_driver

ETHERNET, SLL, SLL2, LOOPBACK, RAW_IP, UNKNOWN_LINK = range(6)
LINKS = {1: ETHERNET, 113: SLL, 276: SLL2}  # pcap's numbers
CLASSES = {
    ETHERNET: dpkt.ethernet.Ethernet,
    SLL: dpkt.sll.SLL,
    SLL2: dpkt.sll2.SLL2,
    LOOPBACK: dpkt.loopback.Loopback,
}
LAYERS = ('ethernet', 'ip', 'transport')
IPS = (dpkt.ip.IP, dpkt.ip6.IP6)
TRANSPORTS = (dpkt.tcp.TCP, dpkt.udp.UDP)


@functools.cache
def driver():
    return start_driver('packet_driver')


def ours(link, frame, path, form='repr'):
    return driver()(f'{link} {form} {path} {frame.hex() or "-"}')


def theirs(link, frame):
    """dpkt's objects by name; None where there is none. New ones: str() changes them."""
    ip = ethernet = None
    if link == RAW_IP:
        ip = (dpkt.ip6.IP6 if frame[0] >> 4 == 6 else dpkt.ip.IP)(frame)
    else:
        ethernet = CLASSES[link](frame)
        ip = ethernet.data if isinstance(ethernet.data, IPS) else None
    transport = ip.data if ip and isinstance(ip.data, TRANSPORTS) else None
    return dict(zip(LAYERS, (ethernet, ip, transport)))


def expected(value, form='repr'):
    if value is None:
        return 'none'
    if isinstance(value, int):
        return f'number {value}'
    return 'text ' + (repr(value) if form == 'repr' else str(value))


def paths(objects):
    """Every attribute dpkt has, and its value; but `bytes`, a fragment's other name for data."""
    for layer, thing in objects.items():
        if thing is None:
            continue
        bit_fields = getattr(thing, '__bit_fields_defaults__', ())
        for name in (*thing.__hdr_fields__, *bit_fields, *vars(thing), 'data'):
            if not name.startswith('_') and name != 'bytes':
                yield f'{layer}.{name}', getattr(thing, name)


def check(link, frame):
    """All that dpkt makes of a frame is what we make of it."""
    try:
        objects = theirs(link, frame)
    except dpkt.UnpackError:
        for layer in LAYERS:
            ours(link, frame, layer)  # the line must not be lost with the frame
        return
    for layer, thing in objects.items():
        assert ours(link, frame, layer) == expected(thing)
    for path, value in paths(objects):
        assert ours(link, frame, path) == expected(value), path
    if objects['ip']:
        for layer in LAYERS:
            thing = theirs(link, frame)[layer]
            assert ours(link, frame, layer, 'str') == expected(thing, 'str')


# ---- recorded --------------------------------------------------------------------------------


@pytest.mark.parametrize('name', sorted(path.name for path in CAPTURES.glob('*.pcap')))
def test_recorded_frames(name):
    with open(CAPTURES / name, 'rb') as file:
        reader = dpkt.pcap.Reader(file)
        frames = [frame for _, frame in reader]
    link = LINKS[reader.datalink()]
    checked = 0
    for frame in frames[:150]:
        if theirs(link, frame)['transport']:
            check(link, frame)
            checked += 1
    assert checked > 3


# ---- made ------------------------------------------------------------------------------------

BYTE = st.one_of(st.just(0), st.integers(0, 0xFF))
SHORT = st.one_of(st.just(0), st.integers(0, 0xFFFF))
LONG = st.one_of(st.just(0), st.integers(0, 0xFFFFFFFF))
DATA = st.one_of(st.binary(max_size=40), st.text('\'"\\\t\n\r az', max_size=8).map(str.encode))
IP4_TYPE, IP6_TYPE, OTHER_TYPE = 0x0800, 0x86DD, 0x88B5
TYPES = st.sampled_from([IP4_TYPE, IP4_TYPE, IP4_TYPE, IP6_TYPE, OTHER_TYPE])
KNOWN_PROTOCOLS = [6, 17, 253]
PROTOCOLS = st.sampled_from(KNOWN_PROTOCOLS)


def some_bytes(count):
    return st.one_of(st.just(bytes(count)), st.binary(min_size=count, max_size=count))


def mostly(usual, others):
    return st.one_of(st.just(usual), st.just(usual), others)


@st.composite
def tcp(draw):
    options = draw(st.integers(0, 10))
    offset = draw(mostly(5 + options, st.integers(0, 15)))
    off_flags = offset << 12 | draw(mostly(2, st.integers(0, 0xFFF)))
    ports = draw(mostly(0xDEAD, SHORT)), draw(SHORT)
    numbers = draw(mostly(0xDEADBEEF, LONG)), draw(LONG)
    rest = draw(mostly(0xFFFF, SHORT)), draw(SHORT), draw(SHORT)
    head = struct.pack('>HHIIHHHH', *ports, *numbers, off_flags, *rest)
    return head + draw(some_bytes(4 * options)) + draw(DATA)


@st.composite
def udp(draw):
    ports = draw(mostly(0xDEAD, SHORT)), draw(SHORT)
    data = draw(DATA)
    length = draw(mostly(8 + len(data), SHORT))
    return struct.pack('>HHHH', *ports, length, draw(SHORT)) + data


def body_of(protocol):
    return {6: tcp(), 17: udp()}.get(protocol, DATA)


@st.composite
def ip4(draw):
    protocol = draw(PROTOCOLS)
    body = draw(body_of(protocol))
    options = draw(st.integers(0, 10))
    nibble = st.integers(0, 15)
    version = draw(mostly(4, nibble)) << 4 | draw(mostly(5 + options, nibble))
    length = draw(mostly(20 + 4 * options + len(body), SHORT))
    fragment = draw(st.one_of(st.just(0x4000), st.integers(0, 15).map(lambda bit: 1 << bit), SHORT))
    head = struct.pack('>BBHHHBBH', version, draw(BYTE), length, draw(SHORT), fragment,
                       draw(mostly(64, BYTE)), protocol, draw(SHORT))
    addresses = draw(some_bytes(4)) + draw(some_bytes(4))
    return head + addresses + draw(some_bytes(4 * options)) + body


@st.composite
def ip6(draw):
    protocol = draw(PROTOCOLS)
    body = draw(body_of(protocol))
    first = draw(mostly(0x60000000, LONG))
    length = draw(mostly(len(body), SHORT))
    head = struct.pack('>IHBB', first, length, protocol, draw(BYTE))
    return head + draw(some_bytes(16)) + draw(some_bytes(16)) + body


def network(type):
    return {IP4_TYPE: ip4(), IP6_TYPE: ip6()}.get(type, DATA)


@st.composite
def ethernet(draw):
    type = draw(TYPES)
    head = draw(some_bytes(6)) + draw(some_bytes(6))
    outer = draw(st.sampled_from([[], [], [0x8100], [0x88A8], [0x9100, 0x8100], [0x8100, 0x8100]]))
    for tag in outer:
        head += struct.pack('>HH', tag, draw(SHORT))
    return head + struct.pack('>H', type) + draw(network(type)) + draw(st.binary(max_size=20))


@st.composite
def sll(draw):
    type = draw(TYPES)
    words = draw(SHORT), draw(mostly(1, SHORT)), draw(mostly(6, SHORT))
    return struct.pack('>HHH8sH', *words, draw(some_bytes(8)), type) + draw(network(type))


@st.composite
def sll2(draw):
    type = draw(TYPES)
    words = type, draw(SHORT), draw(LONG), draw(mostly(1, SHORT)), draw(BYTE), draw(mostly(6, BYTE))
    return struct.pack('>HHIHBB8s', *words, draw(some_bytes(8))) + draw(network(type))


@st.composite
def loopback(draw):
    family = draw(st.sampled_from([2, 24, 28, 30]))
    order = draw(st.sampled_from('<>'))
    return struct.pack(order + 'I', family) + draw(ip4() if family == 2 else ip6())


MAKERS = {
    ETHERNET: ethernet(),
    SLL: sll(),
    SLL2: sll2(),
    LOOPBACK: loopback(),
    RAW_IP: ip4() | ip6(),
}


@st.composite
def frames(draw, links):
    link = draw(st.sampled_from(links))
    frame = draw(MAKERS[link])
    kept = draw(st.one_of(st.none(), st.none(), st.integers(0, len(frame))))
    return link, frame[:kept]


NO_SUM = bytes.fromhex('450000004000000040110000' '0a0000010a000002' '13c813c800090000' '41')
SUM_IS_0 = bytes.fromhex('450000004000000040110000' '0a0000010a000002' '13c813c8000a0000' 'c447')


@settings(max_examples=1500, deadline=None)
@given(frames([ETHERNET]))
@example((ETHERNET, b''))
@example((ETHERNET, bytes(12) + b'\x08\x00' + NO_SUM))
@example((ETHERNET, bytes(12) + b'\x08\x00' + SUM_IS_0))
@example((ETHERNET, bytes(12) + b'\x08\x00' + NO_SUM + bytes(17)))
def test_ethernet(made):
    check(*made)


@settings(max_examples=1000, deadline=None)
@given(frames([SLL, SLL2, LOOPBACK]))
def test_other_links(made):
    check(*made)


def is_bare_ip(made):
    """A version that exists, and no protocol but those: a made header of the other version, by a
    changed first byte, would have any."""
    frame = made[1]
    place = {4: 9, 6: 6}.get(frame[0] >> 4) if frame else None
    return place is not None and (len(frame) <= place or frame[place] in KNOWN_PROTOCOLS)


@settings(max_examples=500, deadline=None)
@given(frames([RAW_IP]).filter(is_bare_ip))
def test_bare_ip(made):
    check(*made)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(range(6)), st.binary(max_size=80), st.sampled_from(LAYERS))
def test_no_bytes_can_hurt(link, frame, layer):
    for form in ('repr', 'str'):
        assert ours(link, frame, layer, form).split()[0] in ('text', 'none')


# ---- names -----------------------------------------------------------------------------------

DATAGRAM = bytes(12) + b'\x08\x00' + NO_SUM


@pytest.mark.parametrize(
    ('path', 'answer'),
    [
        ('ip.udp.sport', 'number 5064'),
        ('ethernet.ip.udp.sport', 'number 5064'),
        ('ethernet.data.data.sport', 'number 5064'),
        ('transport.data', "text b'A'"),
        ('transport.seq', 'none'),  # a datagram has none, a segment has
        ('ip.tcp', 'none'),
        ('ip.tcp.sport', 'none'),
        ('ethernet.vlanid', 'none'),
        ('ethernet.ip6.plen', 'none'),
        ('transport.port', 'unknown'),
        ('transport.sport.x', 'unknown'),
        ('transport.sport.dport', 'unknown'),
        ('transport.data.sport', 'unknown'),
        ('transport.ip', 'unknown'),
        ('ip.ip', 'unknown'),
        ('ip.', 'unknown'),
        ('ip..ttl', 'unknown'),
        ('link', 'unknown'),
    ],
)
def test_names(path, answer):
    assert ours(ETHERNET, DATAGRAM, path) == answer


def test_an_unknown_link_has_no_layers():
    assert [ours(UNKNOWN_LINK, DATAGRAM, layer) for layer in LAYERS] == ['none'] * 3
