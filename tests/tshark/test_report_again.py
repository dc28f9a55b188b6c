# SPDX-License-Identifier: GPL-2.0-or-later
"""What is recorded more than once counts once in reports."""

from decimal import Decimal

import pytest

import talk
import wire
from expect_puts import end
from places import CAPTURES
from report_forms import read_json
from wire import EVERYBODY, SEARCHER, SERVER_END, SYN

REPORTS = 'connect', 'search', 'servers', 'circuits', 'channels'
AGAIN = Decimal('0.000002')  # seconds after which a mirror port has it again
MOVED = 'frame', 'same_as'  # keys that tell the number of a frame


@pytest.fixture
def tables(caw, tshark):
    """tables(report, path): by caw and by TShark, without frames."""

    def tables(name, path):
        options = '-q', '-r', path, '-z', f'ca,{name},json'
        for text in (caw(name, '--json', path).stdout, tshark(*options)):
            found = read_json(text)
            del found['totals']
            yield {
                table: [{key: row[key] for key in row if key not in MOVED} for row in rows]
                for table, rows in found.items()
            }

    return tables


def mirrored(captured):
    """Each packet is recorded twice, as where two ports are mirrored to one."""
    return [each for time, frame in captured for each in ((time, frame), (time + AGAIN, frame))]


@pytest.mark.parametrize('report', REPORTS)
@pytest.mark.parametrize('name', ['caproto.pcap', 'repeater.pcap', 'twoiocs.pcap'])
def test_two_ports_mirrored_to_one(name, report, tables, stage, save):
    """But for answers to searches: a server may be asked in two ways, and answers each."""
    raw = (CAPTURES / name).read_bytes()
    twice = save(wire.pcap(mirrored(wire.frames(raw)), link=int.from_bytes(raw[20:24], 'little')))
    for once, again in zip(tables(report, stage / 'captures' / name), tables(report, twice)):
        for row in [*once.get('seconds', []), *again.get('seconds', [])]:
            del row['answers']
        assert again == once and any(once.values())


def asked(client, name, cid=1, to=EVERYBODY, number=1):
    return wire.udp(client, to, talk.version(number) + talk.search(cid, name))


def test_a_storm(tables, save):
    """Eight datagrams of 40 names in 0.1 ms; each is there again after all of them."""
    told = [
        wire.udp(SEARCHER, EVERYBODY, talk.version(n) + b''.join(
            talk.search(cid, f't:{cid}') for cid in range(40 * n, 40 * n + 40)))
        for n in range(1, 9)
    ]  # fmt: skip
    path = save(wire.pcap(wire.ethernet(wire.timed(told * 2, step=Decimal('0.000015')))))
    for found in tables('search', path):
        assert [(row['searches'], row['pvs']) for row in found['clients']] == [(320, 320)]


def test_attempts_to_connect(tables, save):
    """Two SYNs, each recorded on three interfaces."""
    packets = [
        (0, asked(SEARCHER, 't:a')), (1, wire.udp(SERVER_END, SEARCHER, talk.version() + talk.found(1))),
        *[(at, wire.tcp(wire.CLIENT_END, SERVER_END, seq=1000, flags=SYN))
          for at in (2, 2.1, 2.2, 1002, 1002.1, 1002.2)],
    ]  # fmt: skip
    timed = [(wire.NOON + Decimal(str(at)) / 1000, packet) for at, packet in packets]
    path = save(wire.pcap(wire.ethernet(timed)))
    for found in tables('connect', path):
        assert [row['state'] for row in found['connect']] == ['no answer to 2 SYN']
    for found in tables('search', path):
        assert [row['circuits'] for row in found['seconds']] == [1, 1]


def test_a_search_that_a_repeater_passes_on(tables, save):
    """It tries nothing itself; the client that is told did not ask for that."""
    repeater, listener = (SEARCHER[0], 50000), (SEARCHER[0], 40009)
    path = save(wire.capture([
        asked(listener, 't:b', 7), asked(SEARCHER, 't:a', to=('10.1.0.255', 5065)),
        asked(repeater, 't:a', to=listener),
    ]))  # fmt: skip
    for found in tables('connect', path):
        assert [(row['pv'], row['client']) for row in found['connect']] == [
            ('t:b', end(listener)), ('t:a', end(SEARCHER))]  # fmt: skip
