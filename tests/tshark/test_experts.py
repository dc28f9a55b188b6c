# SPDX-License-Identifier: GPL-2.0-or-later
"""Expert items of what came before and after: on each message those that suspected.py finds, and no
others, in tshark's one pass and two and in `caw --where`; for each a made capture that has it and one
that nearly has it.
"""

import re
from decimal import Decimal

import pytest

import reference
import suspected
import talk
import tracker
import wire
from compare import RECORDED, decode_as, ports_of
from places import CAPTURES, ROOT
from talk import client, create, created, read, server, subscribe, update
from test_facts import last_packet
from wire import EVERYBODY, SEARCHER, SERVER_END, message, text

ROWS = re.findall(r'\[CAW_HISTORY_\w+\]\s*=\s*\{\s*"(\w+)",\s*CAW_LEVEL_(\w+)',
                  (ROOT / 'ca-core/src/history/exchange.c').read_text())  # fmt: skip
LEVELS = dict(ROWS)
OLDER = {'unknown_sid', 'unknown_id', 'id_in_use', 'cid_in_use', 'unknown_subscription', 'refresh',
         'not_searched'}  # fmt: skip
WHOLE = OLDER | {'unknown_name'}  # these depend on whether the capture has all of the circuit
KEYS = set(LEVELS) - WHOLE
SMALL = [name for name in RECORDED if name != 'bigarrays.pcap']
WARNINGS = {'beacon_identity', 'version_mismatch', 'count_zero_old', 'echo_unanswered',
            'update_after_cancel', 'write_without_right', 'duplicate_pv'}  # fmt: skip
OTHER, THERE = ('10.1.0.3', 5064), ('10.1.0.7', 40001)


def flaws_of_proto(proto):
    names = {field.get('name') for field in proto.iter('field')}
    return {name[8:] for name in names if name.startswith('ca.flaw.')}


@pytest.fixture
def shown(protos):
    """shown(capture, arguments...): [(frame, flaws)] of each message, as tshark has them."""

    def shown(*arguments):
        return [(frame, flaws_of_proto(proto)) for frame, proto in protos(*arguments)]

    return shown


def expected(notes, final, last):
    found = suspected.flaws(notes, final, last)
    return [(note.frame, flaws) for note, flaws in zip(notes, found) if not note.message.stray]


def assert_same(got, want):
    assert [(frame, flaws & KEYS) for frame, flaws in got] == want


def test_levels():
    assert {key for key in KEYS if LEVELS[key] == 'WARNING'} == WARNINGS


# ---- recorded captures --------------------------------------------------------------------------


@pytest.mark.parametrize('passes', [(), ('-2',)], ids=['one', 'two'])
@pytest.mark.parametrize('name', SMALL)
def test_recorded(name, passes, shown, stage):
    notes = tracker.track(reference.messages(str(CAPTURES / name), ports_of(name)))
    want = expected(notes, bool(passes), last_packet(CAPTURES / name))
    assert_same(shown(stage / 'captures' / name, *passes, *decode_as(name)), want)


# Warnings on legal traffic, and why they are right.
REASONS = {
    ('twoiocs.pcap', 'duplicate_pv'): 'two IOCs at two addresses serve the same records',
}


@pytest.mark.parametrize('name', [name for name in SMALL if name != 'oddities.pcap'])
def test_legal_traffic_has_notes_at_most(name, shown, stage):
    found = shown(stage / 'captures' / name, '-2', *decode_as(name))
    flaws = set().union(*(flaws for _, flaws in found))
    warnings = {(name, key) for key in flaws if LEVELS.get(key) == 'WARNING'}
    assert warnings == {(capture, key) for capture, key in REASONS if capture == name}


def test_names_that_the_capture_does_not_tell(shown, stage):
    """It began later: each message of a channel that was there before says so, and no other."""
    path = CAPTURES / 'midstream.pcap'
    notes = tracker.track(reference.messages(str(path), ports_of(path.name)))
    named = {tracker.EVENT_CANCEL, tracker.WRITE, tracker.WRITE_NOTIFY, tracker.READ_NOTIFY,
             tracker.EVENT_ADD}  # fmt: skip
    found = shown(stage / 'captures' / path.name, *decode_as(path.name))
    asked = [n for n in notes if n.message.role is reference.CLIENT and n.header.command in named]
    flagged = {frame for frame, flaws in found if 'unknown_name' in flaws}
    assert flagged and {n.frame for n in asked if not n.pv} <= flagged
    assert flagged & {n.frame for n in notes if n.pv} == set()


# ---- made ones ----------------------------------------------------------------------------------


def speaking(version, *chunks, **ends):
    return wire.circuit([server(message(0, count=version)), *chunks], **ends)


def channel(*chunks, version=13, **ends):
    return speaking(version, create(1, 't:a'), created(1, 10), *chunks, **ends)


def asks(data=None, to=EVERYBODY, source=SEARCHER):
    return wire.udp(source, to, data or talk.version(1) + talk.search(1, 't:a'))


def told(data, source=SERVER_END, head=talk.version(1)):
    return wire.udp(source, SEARCHER, head + data)


def beacon(number, source=('10.1.0.1', 50000), address=0, to=('10.1.0.255', 5065)):
    return wire.udp(source, to, talk.beacon(number, address=address))


def stamped(id, seconds):
    """An update whose record was processed so many seconds after the capture's beginning."""
    stamp = (wire.NOON + seconds - 631152000).to_bytes(4, 'big') + bytes(4)
    return server(message(1, bytes(4) + stamp + bytes(4) + talk.VALUE, type=20, count=1, p1=1, p2=id))


def host(name, address):
    return wire.circuit([client(message(21, text(name)))], client=(address, 41000))


RIGHTS = lambda bits: server(message(22, p1=1, p2=bits))  # noqa: E731
GET_ALL, GET_TWO = read(10, 5, count=0), read(10, 5, count=2)
SEARCHED = [asks(), told(talk.found(1))]
HERE = 0x0A010001  # 10.1.0.1
REGULAR = [beacon(number) for number in range(1, 8)]

# flaw: packets that have it, packets that nearly do
CASES = {
    'duplicate_pv': ([*SEARCHED, told(talk.found(1), OTHER)], [*SEARCHED, told(talk.found(1))]),
    'duplicate_pv_host': (
        [*SEARCHED, told(talk.found(1, 5070))],
        [*SEARCHED, told(talk.found(1), OTHER)],
    ),
    'update_after_cancel': (
        channel(subscribe(10, 7), update(7), talk.cancel(10, 7), talk.unsubscribed(10, 7), update(7)),
        channel(subscribe(10, 7), update(7), talk.cancel(10, 7), update(7), talk.unsubscribed(10, 7),
                subscribe(10, 7), update(7)),
    ),
    'rights_changed': (channel(RIGHTS(1)), channel(RIGHTS(3))),
    'version_mismatch': (
        [*SEARCHED, *channel(version=11)],
        [*SEARCHED, *channel(version=11, server=OTHER), *channel(client=THERE)],
    ),
    'same_host_name': (
        [*host('console', '10.1.0.2'), *host('console', '10.1.0.3')],
        [*host('console', '10.1.0.2'), *host('terminal', '10.1.0.3')],
    ),
    'beacon_identity': (
        [beacon(1, address=HERE), beacon(700, ('10.1.0.9', 50000), HERE)],
        [beacon(1, address=HERE), beacon(1, ('10.1.0.9', 50000), HERE), beacon(700)],
    ),
    'beacon_anomaly': ([*REGULAR, *[asks()] * 9, beacon(8)], [*REGULAR, *[asks()] * 2, beacon(8)]),
    'beacon_lost': ([beacon(1), beacon(3)], [beacon(1), beacon(2), beacon(2)]),
    'beacon_restart': ([beacon(1), beacon(2), beacon(0)], [beacon(0), beacon(0), beacon(1)]),
    'count_zero_old': (channel(GET_ALL, version=12), [*channel(GET_ALL), *channel(
        read(10, 5), version=12, client=THERE)]),
    'write_without_right': (
        channel(RIGHTS(1), talk.write(10, 1)), channel(RIGHTS(2), talk.write(10, 1), RIGHTS(1))),
    'more_than_channel': (channel(GET_TWO), channel(read(10, 5))),
    'duplicate_channel': (
        channel(create(2, 't:a')), channel(talk.clear(10, 1), talk.cleared(10, 1), create(2, 't:a'))),
    'duplicate_subscription': (
        channel(subscribe(10, 7), subscribe(10, 8)), channel(subscribe(10, 7), subscribe(10, 8, 0))),
    'empty_update': (
        channel(subscribe(10, 7, 0), talk.empty_update(7)),
        channel(subscribe(10, 7), talk.cancel(10, 7), talk.unsubscribed(10, 7)),
    ),
    'old_time': (
        channel(subscribe(10, 7, type=20), stamped(7, 0), stamped(7, -8)),
        channel(subscribe(10, 7, type=20), stamped(7, -90), stamped(7, 0)),
    ),
    'search_to_repeater': ([asks(to=('10.1.0.255', 5065))], [asks(), beacon(1)]),
    'reply_without_version': ([asks(), told(talk.found(1), head=b'')], SEARCHED),
    'unanswered': (channel(read(10, 5), read(10, 6)), channel(read(10, 5), talk.value(5), read(10, 6))),
    'echo_unanswered': (
        channel(client(talk.ECHO), *[update(1)] * 5), channel(client(talk.ECHO), *[update(1)] * 4)),
    'no_first_update': (
        channel(subscribe(10, 7), *[RIGHTS(3)] * 5),
        channel(subscribe(10, 7), *[RIGHTS(3)] * 3, update(7), *[RIGHTS(3)] * 2),
    ),
    'reply_without_connection': (
        [*SEARCHED, *speaking(13, create(1, 't:b'))], [*SEARCHED, *speaking(13, create(1, 't:a'))]),
}  # fmt: skip


def test_every_flaw_has_its_captures():
    assert set(CASES) == KEYS


def frames_of(found, key):
    return [frame for frame, flaws in found if key in flaws]


@pytest.fixture
def judged(shown, caw, save):
    """judged(packets): [(frame, flaws)] of a second pass, when all say what suspected.py does."""

    def judged(packets):
        capture = wire.pcap(wire.ethernet(wire.timed(packets)))
        path = save(capture)
        notes = tracker.track(reference.messages(capture))
        last = max(Decimal(time) for time, _ in wire.timed(packets))
        assert_same(shown(path), expected(notes, False, last))
        want = expected(notes, True, last)
        assert_same(shown(path, '-2'), want)
        for key in CASES:
            done = caw(path, '--where', f'flaw.{key}', '--format', '{frame}')
            assert done.returncode == 0, done.stderr
            assert sorted(map(int, done.stdout.split())) == frames_of(want, key), key
        return want

    return judged


@pytest.mark.parametrize('key', sorted(CASES))
def test_made(key, judged):
    has, nearly = CASES[key]
    assert frames_of(judged(has), key)
    assert frames_of(judged(nearly), key) == []


def test_an_echo_answered_late(judged):
    packets = channel(client(talk.ECHO), *[update(1)] * 5, server(talk.ECHO))
    assert frames_of(judged(packets), 'echo_unanswered') == [6]


def test_a_pv_on_two_servers_names_both_and_links_the_first(tshark, save):
    path = save(wire.capture([*SEARCHED, told(talk.found(1), OTHER)]))
    fields = ('-e', 'ca.duplicate_pv_in', '-e', '_ws.expert.message', '-e', '_ws.expert.severity')
    shown = tshark('-r', path, '-Y', 'ca.flaw.duplicate_pv', '-T', 'fields', *fields)
    sentence = 'Another server has this PV too: 10.1.0.1:5064 and 10.1.0.3:5064'
    assert shown.split('\n')[0].split('\t') == ['2', sentence, str(0x600000)]


def test_wireshark_knows_what_comes_later(sharkd, save):
    path = save(wire.capture(CASES['echo_unanswered'][0]))
    (frame,) = sharkd(path, ('frame', {'frame': 6, 'proto': True}))
    assert 'No answer to this echo within 5 s' in str(frame)


def test_names_before_the_capture(shown, caw, save):
    """Without its SYN a circuit may have channels from before; with it, there is no such channel."""
    packets = wire.circuit([read(10, 5), client(talk.ECHO), create(1, 't:a')])
    later, whole = (save(wire.capture(each)) for each in (packets[2:], packets))
    assert [('unknown_name' in f, 'unknown_sid' in f) for _, f in shown(later)] == [
        (True, False), (False, False), (False, False)]  # fmt: skip
    assert [('unknown_name' in f, 'unknown_sid' in f) for _, f in shown(whole)] == [
        (False, True), (False, False), (False, False)]  # fmt: skip
    done = caw(later, '--where', 'flaw.unknown_name', '--format', '{frame}')
    assert done.stdout.split() == ['1']


def test_a_report_does_not_wait(caw, stage):
    done = caw('srt', stage / 'captures' / 'puts.pcap', '--where', 'flaw.echo_unanswered')
    assert done.returncode and 'does not wait' in done.stderr


def test_one_item_a_packet(tshark, save):
    """Many messages of a packet alike have one item, and each its field."""
    twice = talk.cancel(10, 1)[1] + read(10, 5, count=2)[1] + read(10, 6, count=2)[1]
    path = save(wire.capture(channel(client(twice))))
    fields = ('-e', 'ca.flaw.more_than_channel', '-e', '_ws.expert.message')
    shown = tshark('-r', path, '-Y', 'ca.flaw.more_than_channel', '-T', 'fields', *fields)
    assert shown.count('More elements than the channel has') == 1
