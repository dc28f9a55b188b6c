# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers report: every row and cell against the tracker; strangers against their packets."""

import struct
from decimal import Decimal

import dpkt
import pytest

import talk
import wire
from compare import RECORDED, decode_as, ports_of
from expect_servers import COLUMNS, EPOCH, STRANGERS, expected
from places import CAPTURES
from forms import read_json
from report_forms import assert_forms, assert_report
from test_reports import report, window  # noqa: F401
from wire import EVERYBODY, SEARCHER, SERVER_END

TABLES = {'servers': COLUMNS, 'strangers': STRANGERS}
SENDER, ALL_REPEATERS = ('10.1.0.1', 50020), ('10.1.0.255', 5065)
STRAY = {'client': '10.77.0.10:58001', 'server': '10.77.0.1:5064', 'packets': 1,
         'first_bytes': '000600', 'looks_like': 'unknown'}  # fmt: skip


def at(timed):
    """A capture of (seconds, packet)."""
    return wire.pcap(wire.ethernet([(wire.NOON + Decimal(str(s)), p) for s, p in timed]))


@pytest.fixture
def row(caw, save):
    """row(timed packets): the only server of a capture of (seconds, packet), as it has to be."""

    def row(timed):
        capture = at(timed)
        text = caw('-z', 'ca,servers,json', save(capture)).stdout
        wanted = expected(capture)
        assert_report(text, {'servers': wanted, 'strangers': []}, TABLES)
        (only,) = wanted
        return only

    return row


def beacon(number, sender=SENDER, to=ALL_REPEATERS, **options):
    return wire.udp(sender, to, talk.beacon(number, **options))


def beacons(numbers, period=15, start=0, **options):
    return [(start + period * i, beacon(n, **options)) for i, n in enumerate(numbers)]


# ---- recorded --------------------------------------------------------------------------------


@pytest.mark.parametrize('name', RECORDED)
def test_every_capture(name, caw, stage):
    path = stage / 'captures' / name
    strangers = [STRAY] if name == 'oddities.pcap' else []
    wanted = {'servers': expected(str(path), ports_of(name)), 'strangers': strangers}
    assert_report(caw('-z', 'ca,servers,json', path).stdout, wanted, TABLES)


@pytest.mark.parametrize('name', RECORDED)
def test_all_forms_say_the_same(name, caw, report, window, stage):  # noqa: F811
    path = stage / 'captures' / name
    assert_forms((caw, report, window), path, 'servers', TABLES, decode_as(name))


# ---- beacons ---------------------------------------------------------------------------------


def counted(row):
    return [row[key] for key in ('beacons', 'lost', 'duplicates', 'restarts', 'anomalies')]


def test_regular_beacons(row):
    only = row(beacons(range(100, 120)))
    assert counted(only) == [20, 0, 0, 0, 0]
    assert (only['period_s'], only['versions'], only['senders']) == (15, ['4.13'], ['10.1.0.1'])


@pytest.mark.parametrize(
    'numbers, lost, duplicates',
    [
        ([5, 7, 8], 1, 0),  # a step of 2 and of 3: libca looks away
        ([5, 8, 9], 2, 0),
        ([5, 9, 10], 3, 0),  # and of more: not
        ([300, 555, 556], 254, 0),
        ([300, 556, 557], 0, 0),
        ([5, 5, 6], 0, 1),
        ([7, 6, 7], 0, 1),
        ([400, 143, 144], 0, 0),  # too far behind for a duplicate
        ([400, 145, 146], 0, 1),
    ],
)
def test_steps(numbers, lost, duplicates, row):
    assert counted(row(beacons(numbers)))[:4] == [3, lost, duplicates, 0]


def test_a_short_step_changes_neither_time_nor_average(row):
    """The period after it is counted from before it: 45 s are late, of 13 s three times and more."""
    times = [0, 13, 26, 56, 71]
    only = row([(s, beacon(n)) for s, n in zip(times, [10, 11, 12, 14, 15])])
    assert (counted(only), only['period_s']) == ([5, 1, 0, 0, 1], 13)


@pytest.mark.parametrize(
    'period, anomalies', [(48.7, 0), (48.75, 1), (12.1, 0), (12, 1), (18.75, 0), (14, 0)]
)
def test_thresholds(period, anomalies, row):
    """Of an average of 15 s: 3.25 times and 0.80 times; 1.25 times alerts circuits alone."""
    timed = beacons([10, 11, 12, 13]) + [(45 + period, beacon(14))]
    assert counted(row(timed)) == [5, 0, 0, 0, anomalies]


def test_the_second_beacon_is_never_an_anomaly(row):
    assert counted(row([(0, beacon(10)), (100, beacon(11))])) == [2, 0, 0, 0, 0]


def test_the_average_follows(row):
    """An eighth of each period: the second long one is none any more than 3.25 times."""
    times = [0, 10, 20, 60, 100, 140]
    assert counted(row([(s, beacon(n)) for s, n in zip(times, range(10, 16))]))[4] == 1


def starting(start, last=12):
    """The beacons of a server that starts: 0, 0, 1 ... after 0.02 s, 0.04 s ... up to 15 s."""
    at, period, timed = start, 0.02, []
    for number in [0, *range(last)]:
        timed.append((at, beacon(number)))
        at, period = at + period, min(2 * period, 15)
    return timed


def test_a_server_that_starts(row):
    """The two zeros are of libca's making; nothing is an anomaly in the first minute."""
    only = row(starting(0))
    assert counted(only) == [13, 0, 1, 0, 0]


def test_a_server_that_starts_again(row):
    """The number falls to 0, however small it was; the zero after it is a duplicate."""
    only = row(beacons(range(3, 9)) + starting(100, 16))
    assert counted(only) == [23, 0, 1, 1, 0]


def test_anomalies_a_minute_after_a_start(row):
    """As the 61st second begins; in the 60th it would be none."""
    for last, anomalies in ((59, 0), (61, 1)):
        times = [0, 20, 40, 55, last]
        timed = [(s, beacon(n)) for s, n in zip(times, range(5))]
        assert counted(row(timed)) == [5, 0, 0, 0, anomalies]


def test_two_servers_with_one_identity(row):
    """Both say that they are at 10.1.0.1:5064; their numbers do not fit together."""
    claim = 0x0A010001
    other = beacons(range(7, 12), start=4, sender=('10.1.0.9', 50009), address=claim)
    only = row(sorted(beacons(range(1000, 1005)) + other))
    assert only['senders'] == ['10.1.0.1', '10.1.0.9'] and only['anomalies'] > 0


def test_what_a_repeater_passes_on(row):
    """It fills in the server's address, and sends from the host to itself."""
    relayed = [
        (s + 0.001, beacon(n, ('127.0.0.1', 50500), ('127.0.0.1', 40500), address=0x0A010001))
        for n, s in enumerate(range(0, 60, 15), 10)
    ]
    only = row(sorted(beacons(range(10, 14)) + relayed))
    assert counted(only) == [4, 0, 0, 0, 0]


def test_another_port_and_no_port(caw, save):
    capture = at([*beacons([10, 11], port=42289), (20, beacon(7, port=0)), (21, beacon(8, minor=8))])
    tables = read_json(caw('-z', 'ca,servers,json', save(capture)).stdout)
    assert [row['server'] for row in tables['servers']] == ['10.1.0.1:42289', '10.1.0.1:5064']
    assert [row['versions'] for row in tables['servers']] == [['4.13'], ['4.13', '4.8']]
    assert tables['servers'] == [dict(row) for row in expected(capture)]


def test_without_numbers_there_are_no_duplicates(row):
    """Before 4.10 the word is not one."""
    assert counted(row(beacons([7, 7, 7, 7], minor=9))) == [4, 0, 0, 0, 0]


# ---- circuits and clocks ---------------------------------------------------------------------


def stamped(id, seconds, nanoseconds=0):
    """An update of DBR_TIME_DOUBLE, of this time of 1970."""
    stamp = struct.pack('>HHII4x', 0, 0, seconds - EPOCH, nanoseconds)
    data = stamp + talk.VALUE
    return talk.server(wire.message(1, data, type=talk.TIME_DOUBLE, count=1, p1=1, p2=id))


def test_ages(row):
    """Neither of a first update, nor of 1990, nor of a value without a stamp."""
    noon = wire.NOON
    chunks = [
        talk.hello(), talk.server(talk.version()), talk.create(1, 't:a'), talk.created(1, 5),
        talk.subscribe(5, 1, type=talk.TIME_DOUBLE), stamped(1, noon - 5000), stamped(1, noon + 7),
        stamped(1, noon + 7, 500000000), stamped(1, EPOCH), stamped(1, EPOCH + 1000),
        stamped(1, noon + 111), talk.update(1),
        talk.subscribe(5, 2, type=talk.TIME_DOUBLE), stamped(2, noon - 10), stamped(2, noon - 10),
    ]  # fmt: skip
    only = row(list(enumerate(wire.circuit(chunks))))
    assert [only[f'age_{which}_s'] for which in ('min', 'median', 'max')] == [-99, 1.25, 26]
    assert (only['circuits'], only['seen_in'], only['versions']) == (1, ['circuit'], ['4.13'])


def test_versions_that_do_not_agree(caw, save):
    """A name server answers with its own version; two circuits to one server."""
    name_server = ('10.1.0.9', 5064)
    answer = wire.udp(name_server, SEARCHER, talk.version(1) + talk.found(1, address=0x0A010001))
    old = talk.server(wire.message(0, count=11))
    capture = at(enumerate([
        wire.udp(SEARCHER, EVERYBODY, talk.version(1) + talk.search(1, 't:a')), answer,
        *wire.circuit([talk.hello(), old]),
        *wire.circuit([talk.hello(), old], client=('10.1.0.2', 40333)),
    ]))  # fmt: skip
    tables = read_json(caw('-z', 'ca,servers,json', save(capture)).stdout)
    (server,) = tables['servers']
    assert (server['server'], server['versions'], server['circuits'], server['seen_in']) == (
        '10.1.0.1:5064', ['4.13', '4.11'], 2, ['search', 'circuit'],
    )  # fmt: skip
    assert tables['servers'] == expected(capture)


# ---- strangers -------------------------------------------------------------------------------

SPOKEN = {
    b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + bytes(range(30)): 'TLS',
    b'GET / HTTP/1.1\r\nHost: ioc\r\n\r\n': 'HTTP',
    b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n': 'HTTP',
    b'SSH-2.0-OpenSSH_9.2\r\n': 'SSH',
    b'\xca\x02\x00\x01\x00\x00\x00\x04\x00\x00\x00\x00': 'PVA',
    b'EHLO localhost\r\n\r\n': 'unknown',
    b'\xff\xfb\x01': 'unknown',
}


def stranger(client, server, data, kind, packets=1):
    return {
        'client': '{}:{}'.format(*client), 'server': '{}:{}'.format(*server), 'packets': packets,
        'first_bytes': data[:16].hex(), 'looks_like': kind,
    }  # fmt: skip


def strangers(text):
    return read_json(text)['strangers']


@pytest.mark.parametrize('transport', ['tcp', 'udp'])
def test_what_strangers_say(transport, caw, report, window, save):  # noqa: F811
    packets, wanted = [], []
    for number, (data, kind) in enumerate(SPOKEN.items()):
        client = ('10.1.0.66', 41000 + number)
        if transport == 'udp':
            packets.append(wire.udp(client, SERVER_END, data))
        else:
            packets += wire.circuit([talk.client(data)], client=client)
        wanted.append(stranger(client, SERVER_END, data, kind))
    path = save(wire.capture(packets))
    assert strangers(caw('-z', 'ca,servers,json', path).stdout) == wanted
    assert_forms((caw, report, window), path, 'servers', TABLES)


def test_most_packets_first(caw, save):
    """Both directions count, and whoever speaks first is heard."""
    web, shell = ('10.1.0.66', 41001), ('10.1.0.66', 41002)
    get, banner = b'GET / HTTP/1.1\r\n\r\n', b'SSH-2.0-OpenSSH_9.2\r\n'
    packets = wire.circuit([talk.client(get)], client=web)
    packets += wire.circuit([talk.server(banner), talk.client(banner)] * 2, client=shell)
    path = save(wire.capture(packets))
    assert strangers(caw('-z', 'ca,servers,json', path).stdout) == [
        stranger(shell, SERVER_END, banner, 'SSH', 4), stranger(web, SERVER_END, get, 'HTTP'),
    ]  # fmt: skip


def test_strangers_at_the_repeater_and_from_a_server_port(caw, save):
    """DNS sent from port 5064 of a host: that end is the protocol's, the other asks nothing."""
    junk = b'\x9a\x01' + bytes(20)
    packets = [
        wire.udp(('10.1.0.66', 41000), ('10.1.0.1', 5065), junk),
        wire.udp(SERVER_END, ('10.1.0.3', 53), junk),
        wire.udp(('10.1.0.66', 5064), SERVER_END, junk),
    ]
    path = save(wire.capture(packets))
    found = [(r['client'], r['server']) for r in strangers(caw('-z', 'ca,servers,json', path).stdout)]
    assert found == [
        ('10.1.0.66:41000', '10.1.0.1:5065'), ('10.1.0.3:53', '10.1.0.1:5064'),
        ('10.1.0.66:5064', '10.1.0.1:5064'),
    ]  # fmt: skip


def test_mistakes_of_a_client_are_no_strangers(caw, save):
    """Behind its messages, in the datagram or on the circuit."""
    packets = [
        wire.udp(SEARCHER, EVERYBODY, talk.version(1) + talk.search(1, 't:a') + b'\x01\x02'),
        *wire.circuit([talk.hello(), talk.create(1, 't:a'), talk.client(b'GET / HTTP/1.1\r\n' * 4)]),
    ]
    text = caw('-z', 'ca,servers,json', save(wire.capture(packets))).stdout
    assert read_json(text)['totals'][0]['skipped'] and not strangers(text)


def test_tls_before_channel_access(caw, report, stage):  # noqa: F811
    """Wireshark's own dissector has taken the connection over; every segment with data counts."""
    name = 'streams/tls-reuse-nosyn.pcap'
    with open(CAPTURES / name, 'rb') as file:
        segments = [dpkt.ethernet.Ethernet(frame).data.data for _, frame in dpkt.pcap.Reader(file)]
    first = next(segment for segment in segments if segment.data)
    said = [s for s in segments if s.data and s.data[0] in (0x14, 0x15, 0x16, 0x17)]
    path = stage / 'captures' / name
    wanted = stranger(('10.0.0.1', 40000), ('10.0.0.2', 5064), first.data, 'TLS', len(said))
    assert strangers(caw('-z', 'ca,servers,json', path).stdout) == [wanted]
    for passes in ((), ('-2',)):
        assert strangers(report(path, 'ca,servers,json', *passes)) == [wanted]


def test_no_stranger_at_all(caw, save):
    """Bytes at ports that are nobody's, and an end that was a client's."""
    packets = wire.circuit([talk.client(b'GET / HTTP/1.1\r\n\r\n')], server=('10.1.0.1', 80))
    packets += [
        wire.udp(SEARCHER, EVERYBODY, talk.version(1) + talk.search(1, 't:a')),
        wire.udp(('10.1.0.3', 53), SEARCHER, b'\x9a\x01' + bytes(20)),
    ]
    assert not strangers(caw('-z', 'ca,servers,json', save(wire.capture(packets))).stdout)
