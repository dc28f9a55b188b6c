# SPDX-License-Identifier: GPL-2.0-or-later
"""The answers to the cookbook's questions: reports, and frames that filters and expressions should find,
by the tracker and dpkt; and made captures in which the answers are others than in the recorded ones.
"""

import functools
from decimal import Decimal

import dpkt
from caproto import CLIENT, SERVER

import expect_channels
import expect_circuits
import expect_errors
import expect_puts
import expect_search
import expect_servers
import known
import reference
import suspected
import talk
import test_reports as expect_connect
import tracker
import wire
from compare import ports_of
from expect_search import end
from places import CAPTURES
from test_report_puts import begin
from test_report_servers import at, beacons
from wire import EVERYBODY, SEARCHER, SERVER_END


class Seen:
    """A capture, a path or bytes, by the tracker."""

    def __init__(self, capture, ports):
        self.capture, self.ports = capture, ports
        self.notes = tracker.track(reference.messages(capture, ports))
        last = max(Decimal(repr(float(time))) for _, time, _ in reference.ip_packets(capture))
        facts = known.facts(self.notes, True, last)
        self.all = list(zip(self.notes, facts, suspected.flaws(self.notes, True, last)))

    def frames(self, wanted):
        return {note.frame for note, facts, flaws in self.all if wanted(note, facts, flaws)}

    @property
    def tables(self):
        """Of a report by its name."""
        return {
            'search': lambda: expect_search.expected(self.capture, self.ports),
            'connect': self.connect,
            'circuits': lambda: expect_circuits.expected(self.capture, self.ports),
            'channels': lambda: expect_channels.expected(self.capture, self.ports),
            'puts': lambda: {'puts': expect_puts.expected(self.capture, self.ports)},
            'errors': lambda: {'errors': expect_errors.expected(self.capture, self.ports)},
            'servers': lambda: {'servers': expect_servers.expected(self.capture, self.ports),
                                'strangers': self.strangers()},
        }  # fmt: skip

    def connect(self):
        rows = expect_connect.expected_rows(self.notes, expect_connect.connections(self.capture))
        described = expect_connect.expected_servers(rows).items()
        words = expect_connect.DESCRIBED.items()
        servers = [{'server': server, 'count': int(figures['count'])}
                   | {key: float(figures[word]) for key, word in words}
                   for server, figures in described]  # fmt: skip
        return {'connect': rows, 'servers': servers}

    def strangers(self):
        """Datagrams that hold no message."""
        strays = [note.message for note in self.notes if note.message.stray]
        return [{'client': end(each.source), 'server': end(each.destination), 'packets': 1,
                 'first_bytes': each.data[:16].hex(), 'looks_like': 'unknown'}
                for each in strays]  # fmt: skip


@functools.cache
def recorded(name):
    return Seen(str(CAPTURES / name), ports_of(name))


def asks(note, *commands):
    return note.header and note.message.role is CLIENT and note.header.command in commands


def tells(note, *commands):
    return note.header and note.message.role is SERVER and note.header.command in commands


def announced_port(note):
    if tells(note, tracker.SEARCH):
        return note.header.type
    return note.header.count if tells(note, tracker.BEACON) else None


def failed(note):
    if tells(note, tracker.CREATE_CH_FAIL, tracker.SERVER_DISCONN):
        return True
    status = note.header and known.status_of(note)
    return status is not None and status > 1


def disturbs(flaws):
    return flaws & {'beacon_anomaly', 'beacon_restart', 'beacon_lost'}


def resets(seen):
    return {frame for frame, _, ip in reference.ip_packets(seen.capture)
            if isinstance(ip.data, dpkt.tcp.TCP) and ip.data.flags & dpkt.tcp.TH_RST}  # fmt: skip


def disconnected(note, facts, flaws):
    return tells(note, tracker.SERVER_DISCONN) or 'echo_unanswered' in flaws


RIGHT = ('10.77.0.255', '10.1.0.255')  # where searches should go

# What a recipe's filter means, and its expression: frames by what is known of a message.
MEANT = {
    'Who searches for what nobody has?':
        lambda n, facts, flaws: {'search', 'unanswered'} <= facts.keys(),
    'Which PVs do two servers have?': lambda n, facts, flaws: 'duplicate_pv' in flaws,
    'Do searches go to the right place?':
        lambda n, facts, flaws: 'search' in facts and n.message.destination[0] not in RIGHT,
    'Do name servers answer?':
        lambda n, facts, flaws: 'search' in facts and n.message.transport == 'tcp',
    'What happens in each second of a storm?':
        lambda n, facts, flaws: {'search', 'create'} & facts.keys() or 'beacon_anomaly' in flaws,
    'Which servers use which ports?': lambda n, facts, flaws: (announced_port(n) or 5064) != 5064,
    'What is wrong with beacons, and when?': lambda n, facts, flaws: disturbs(flaws),
    'What else talks to the CA ports?': lambda n, facts, flaws: n.message.stray,
    'Are the clocks and time stamps right?':
        lambda n, facts, flaws: not -1 <= facts.get('data_age', 0) <= 10,
    'Why does this PV not connect?': lambda n, facts, flaws: n.pv == 'typo:ai',
    'Which server is slow to connect to?':
        lambda n, facts, flaws: facts.get('connect_time', 0) > Decimal('0.003'),
    'Why did channels disconnect?': disconnected,
    'Who has which channels of a server?':
        lambda n, facts, flaws: flaws & {'duplicate_channel', 'duplicate_subscription'},
    'Which versions do they speak?':
        lambda n, facts, flaws: facts.get('client_version', 13) < 13
        or facts.get('server_version', 13) < 13,
    'Is a client too slow for its updates?':
        lambda n, facts, flaws: asks(n, expect_circuits.EVENTS_OFF),
    'Who may read and write what?':
        lambda n, facts, flaws: flaws & {'write_without_right', 'rights_changed', 'same_host_name'},
    'Which messages are about this PV?': lambda n, facts, flaws: n.pv == 't:ai',
    'Who wrote what, and was it taken?': lambda n, facts, flaws: 'put' in facts,
    'Which errors do servers send, for what?': lambda n, facts, flaws: failed(n),
    'What was answered late, or not at all?':
        lambda n, facts, flaws: 'unanswered' in facts or (n.header and n.time or 0) > 0.1,
    'Which updates are late, empty, missing?':
        lambda n, facts, flaws: facts.get('update_interval', 0) > 0.5
        or flaws & {'empty_update', 'no_first_update'},
    'Which arrays are large?': lambda n, facts, flaws: n.header and n.header.size > 16368,
}  # fmt: skip
BESIDES = {'Why did channels disconnect?': resets}  # of packets that are no messages

# Where the expression means something else than the filter.
SAID = {
    'Who may read and write what?': lambda n, facts, flaws: tells(n, tracker.ACCESS_RIGHTS),
    'What was answered late, or not at all?':
        lambda n, facts, flaws: 'unanswered' in facts or n.header and (
            n.time or n.asked.answer and n.asked.answer.time or 0) > 0.1,
}  # fmt: skip


# ---- made captures ---------------------------------------------------------------------------

GATEWAY, BEHIND, GATEWAY_SEARCHES = ('10.1.0.5', 5064), ('10.1.0.7', 5064), ('10.1.0.5', 40010)


def made(*timed):
    """Of (seconds, packet), in order of time."""
    return at(sorted(timed, key=lambda each: each[0]))


def spoken(*chunks, step=1, start=0):
    """A circuit, a packet every `step` seconds."""
    return [(start + step * i, packet) for i, packet in enumerate(wire.circuit(chunks))]


def asked(client, name, number=1, to=EVERYBODY):
    return wire.udp(client, to, talk.version(number) + talk.search(1, name))


def found(server, client, number=1):
    return wire.udp(server, client, talk.version(number) + talk.found(1, port=server[1]))


def closed(chunks, flags, side, **options):
    """A circuit that one side ends."""
    packets = wire.circuit([*chunks, (side, b'')], **options)
    last = dpkt.ip.IP(packets.pop())
    last.data.flags = flags | wire.ACK
    last.data.sum = last.sum = 0
    return packets + [bytes(last)]


STAYS = (60, asked(SEARCHER, 't:later'))  # so that what came before is not of the last second
THROUGH_A_GATEWAY = made(
    (0, asked(SEARCHER, 't:ai')), (0.01, asked(GATEWAY_SEARCHES, 't:ai')),
    (0.02, found(BEHIND, GATEWAY_SEARCHES)), (0.03, found(GATEWAY, SEARCHER)),
)  # fmt: skip
NOISY_BEACONS = made(
    *beacons([7, 8, 9, 10, 11, 12]), *beacons([13], start=79), *beacons([16, 17, 0], start=94)
)
SLOW_READ = begin('t:ai') + [talk.read(1, 1), talk.value(1), talk.write_notify(1, 2)]
LISTENING = begin('t:ai') + [
    talk.subscribe(1, 1), talk.update(1), talk.empty_update(1), talk.subscribe(1, 2),
]  # fmt: skip
TWICE = begin('t:ai', 't:ai') + [
    talk.subscribe(1, 1), talk.update(1), talk.subscribe(1, 2), talk.update(2),
]  # fmt: skip
RESET = closed(begin('t:ai') + [talk.client(talk.ECHO)], dpkt.tcp.TH_RST, 'client')
OLD_SERVER = [
    talk.server(wire.message(0, count=11)), talk.client(wire.message(0, count=13)),
    talk.create(1, 't:ai'), talk.created(1, 1),
]  # fmt: skip
NO_LONGER = begin('t:ai') + [talk.server(wire.message(22, p1=1, p2=1)), talk.write(1, 1)]
REFUSED = begin('t:ai') + [talk.write(1, 1), talk.failing(talk.write(1, 1)[1], talk.NO_WRITE)]
TWO_NETWORKS = made(
    (0, asked(SEARCHER, 't:ai')), (1, asked(SEARCHER, 't:ai', 2, ('10.2.0.255', 5064))), STAYS
)
TWO_SERVERS = made(
    (0, asked(SEARCHER, 't:ai')), (0.1, found(SERVER_END, SEARCHER)), (0.2, found(BEHIND, SEARCHER)),
    STAYS,
)
OTHER_CLOCK = begin('t:ai') + [talk.subscribe(1, 1, type=talk.TIME_DOUBLE)] + 3 * [
    talk.server(wire.message(1, bytes(4) + (1700003600 - 631152000).to_bytes(4, 'big') + bytes(16),
                             type=talk.TIME_DOUBLE, count=1, p1=1, p2=1))
]  # fmt: skip

# Where the answer is another than in the page.
MADE = [
    ('What passes through a gateway?', THROUGH_A_GATEWAY),
    ('Do searches go to the right place?', TWO_NETWORKS),
    ('Which PVs do two servers have?', TWO_SERVERS),
    ('What is wrong with beacons, and when?', NOISY_BEACONS),
    ('Why did channels disconnect?', made(*enumerate(RESET), STAYS)),
    ('Who has which channels of a server?', made(*spoken(*TWICE))),
    ('Which versions do they speak?', made(*spoken(*OLD_SERVER))),
    ('What was answered late, or not at all?', made(*spoken(*SLOW_READ), STAYS)),
    ('Which updates are late, empty, missing?', made(*spoken(*LISTENING), STAYS)),
    ('Are the clocks and time stamps right?', made(*spoken(*OTHER_CLOCK))),
    ('Who may read and write what?', made(*spoken(*NO_LONGER))),
    ('Which errors do servers send, for what?', made(*spoken(*REFUSED))),
]
