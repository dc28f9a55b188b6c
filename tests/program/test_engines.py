# SPDX-License-Identifier: GPL-2.0-or-later
"""caw and `tshark -z ca,lines` print the same lines, or a rule with a name says why not.

Every capture of the project is read by both under every recording condition of conditions.py, with
names, users and response times. A difference that no rule explains fails, and so does a rule that
explains none.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import conditions
import older
import pytest
import wire

HERE = Path(__file__).resolve().parent
CAPTURES = HERE.parent / 'captures'
FORMAT = '\t'.join(
    ('{timestamp}', '{frame}', '{src}:{transport.sport}->{dst}:{transport.dport}', '{pv}', '{user}',
     '{dt}', '{command}')
)
NAMES = sorted(path.stem for path in CAPTURES.glob('*.pcap'))
STREAMS = sorted(path.stem for path in (CAPTURES / 'streams').glob('*.pcap'))

# TShark's time grows with the square of the pieces that it puts together: minutes for these.
TOO_SLOW = {('seven', 'bigarrays'), ('odd_segments', 'bigarrays')}

CASES = [(condition, name) for condition in conditions.ALL for name in NAMES
         if (condition.__name__, name) not in TOO_SLOW]


@dataclass(frozen=True)
class Line:
    time: str
    frame: str
    ends: str
    pv: str
    user: str
    dt: str
    command: str

    @property
    def message(self):
        """What does not depend on when it was told, and what was told before it."""
        return self.ends, self.command


def lines(text):
    return [Line(*line.split('\t', 6)) for line in text.splitlines()]


def known(told):
    """What does not depend on when it was told, but on what was told before it."""
    return Counter((line.ends, line.pv, line.user, line.dt, line.command) for line in told)


def messages(told):
    return Counter(line.message for line in told)


@dataclass
class Case:
    """What both print of a capture, and what TShark prints of the good one that it was made of."""

    condition: str
    caw: list
    tshark: list
    good: list


# ---- rules -------------------------------------------------------------------------------------


def later(case):
    """After a gap caw waits for what may still come: some lines are told with a later packet. Names
    and response times are the same."""
    gaps = ('lossy', 'begins_late')
    return case.condition in gaps and known(case.caw) == known(case.tshark)


def order(case):
    """Wireshark reads the segments of a connection as they stand in the capture, caw in the order
    of their numbers: caw has every message of the good capture, and no other."""
    return case.condition == 'reordered' and messages(case.caw) == messages(case.good)


def copies(case):
    """A datagram that was recorded on several interfaces is one message for caw, and several for
    TShark."""
    interfaces = ('bridged', 'bridged_cooked')
    return case.condition in interfaces and messages(case.caw) == messages(case.good)


def reset(case):
    """What is recorded after a RST was not received: caw says so, and has all the rest."""
    missing = messages(case.good) - messages(case.caw)
    ends = {end for end, _ in missing}
    after = [line for line in case.good if line.ends in ends][-len(missing) :]
    return (
        case.condition in ('reordered', 'clocks_apart')
        and not messages(case.caw) - messages(case.good)
        and sum(missing.values()) <= 3
        and messages(after) == missing
    )


def deep(case):
    """Segments of a burst stand more than 64 packets from their place: the gap was given up, and
    caw says less, but nothing that was not sent."""
    return (
        case.condition == 'reordered'
        and not messages(case.caw) - messages(case.good)
        and len(case.good) - len(case.caw) <= 6
    )


def twice(case):
    """TShark 3.4 loses messages of several segments when some are recorded twice, or overlap: caw
    has those of the good capture, and no others; TShark has no others either."""
    conditions_of = ('doubled', 'odd_segments', 'merged', 'keep_alive')
    told = Counter({line: n for line, n in messages(case.tshark).items() if 'Malformed(' not in line[1]})
    return (
        not older.reads_segments_recorded_twice()
        and case.condition in conditions_of
        and set(messages(case.caw)) == set(messages(case.good))
        and not told - messages(case.caw)
    )


# Each with a condition and a capture that need it.
RULES = {
    later: (conditions.lossy, 'puts'),
    order: (conditions.reordered, 'monitors'),
    copies: (conditions.bridged, 'monitors'),
    reset: (conditions.reordered, 'caproto'),
    deep: (conditions.reordered, 'bigarrays'),
}
if not older.reads_segments_recorded_twice():
    RULES[twice] = (conditions.odd_segments, 'puts')


def explanation(case):
    """The first rule that explains why the lines are not the same; None without."""
    return next((rule for rule in RULES if rule(case)), None)


# ---- both engines -------------------------------------------------------------------------------


@pytest.fixture(scope='module')
def tshark(run, stage):
    """tshark(file): the lines of the plugin."""

    def tshark(file):
        done = run(
            ['tshark', '-o', 'tcp.analyze_sequence_numbers:FALSE', '-q', '-r', file,
             '-z', f'ca,lines,{FORMAT}'],
            env={'WIRESHARK_PLUGIN_DIR': str(stage / 'plugins')}, timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return lines(done.stdout)

    return tshark


@pytest.fixture(scope='module')
def told(caw):
    """told(files): the lines of the program, whose status tells when there is no message."""

    def told(*files):
        done = caw('--format', FORMAT, *files)
        said = lines(done.stdout)
        nothing_good = bool(said) and all(line.command.startswith('Malformed(') for line in said)
        assert done.returncode == (3 if nothing_good else 0), done.stderr
        return said

    return told


@pytest.fixture(scope='module')
def both(tshark, told, save):
    """both(condition, name): a Case."""
    good = {}

    def both(condition, name):
        raw = (CAPTURES / f'{name}.pcap').read_bytes()
        files = [save(each) for each in conditions.make(condition, raw, name)]
        whole = files[0]
        if len(files) > 1: # TShark reads one
            whole = save(conditions.write(list(conditions.read(raw))))
        if name not in good:
            good[name] = tshark(save(conditions.write(list(conditions.read(raw)))))
        return Case(condition.__name__, told(*files), tshark(whole), good[name])

    return both


SILENT = ('one_direction', 'other_direction', 'headers_only')  # may leave nothing to tell


@pytest.mark.parametrize(('condition', 'name'), CASES, ids=lambda each: getattr(each, '__name__', each))
def test_engines_agree(both, condition, name):
    case = both(condition, name)
    assert case.caw or condition.__name__ in SILENT
    if case.caw != case.tshark and not explanation(case):
        assert case.caw == case.tshark


@pytest.mark.parametrize('rule', RULES, ids=lambda each: each.__name__)
def test_every_rule_is_needed(both, rule):
    case = both(*RULES[rule])
    assert case.caw != case.tshark
    assert explanation(case) is rule


def test_a_gap_does_not_make_answers_late(told, save):
    """One answer is lost, the next comes, then there is silence: caw tells it late, but not as late."""
    value = bytes(8)
    chunks = [('client', wire.message(0, count=13) + wire.message(18, wire.text('a'), p1=1, p2=13)),
              ('server', wire.message(18, type=6, count=1, p1=1, p2=9))]
    for ioid in (1, 2):
        chunks += [('client', wire.message(15, type=6, count=1, p1=9, p2=ioid)),
                   ('server', wire.message(15, value, 6, 1, 1, ioid))]
    packets = wire.circuit(chunks)
    packets.append(wire.tcp(wire.CLIENT_END, wire.SERVER_END, seq=1000 + 1 + 40 + 32,
                            ack=6001 + 16 + 48, flags=wire.ACK))
    times = [wire.Decimal(wire.NOON) + wire.Decimal(each) / 1000 for each in range(len(packets))]
    times[-1] += 1
    lost = 5  # the first answer
    captured = [(time, packet) for at, (time, packet) in enumerate(zip(times, packets)) if at != lost]
    capture = save(wire.pcap(wire.ethernet(captured)))
    (ours,) = [line.dt for line in told(capture) if line.command.startswith('ReadNotifyResponse')]
    assert float(ours) == pytest.approx(0.001)


# ---- captures in which segments stand oddly ------------------------------------------------------


def stream(name):
    return CAPTURES / 'streams' / f'{name}.pcap'


def test_swapped_segments_are_put_in_order(told, captures):
    swapped = told(captures / 'streams' / 'swap-first-two.pcap')
    assert len(swapped) == 13
    assert messages(swapped) == messages(told(captures / 'streams' / 'in-order.pcap'))


def test_a_probe_of_a_closed_window_is_no_second_byte(told, tshark, captures):
    file = captures / 'streams' / 'zwp-two-pass.pcap'
    assert len(told(file)) == 70
    assert told(file) == tshark(file)


def test_a_bare_version_begins_a_circuit(told, captures):
    found = told(captures / 'streams' / 'lbmsrs-no-syn.pcap')
    assert len(found) == 15
    assert [line.command for line in found[:2]] == ['VersionRequest(priority=0, version=13)',
                                                    'VersionResponse(version=13)']


def test_a_keep_alive_before_the_first_data_is_none(told, save):
    raw = stream('keepalive-garbage-first').read_bytes()
    frames = list(conditions.read(raw))
    kept = [frame for frame in frames if not (frame.is_tcp and len(frame.data) == 1)]
    assert len(kept) < len(frames)
    assert messages(told(save(raw))) == messages(told(save(conditions.write(kept))))


def test_data_before_its_syn_is_read(told, save):
    """Put in order by the numbers of its segments, it is another capture of the same circuit."""
    raw = stream('syn-after-data').read_bytes()
    sent = sum(len(frame.data) for frame in set(conditions.read(raw)) if frame.is_tcp)
    found = told(save(raw))
    assert [line.command.split('(')[0] for line in found if '49934->' not in line.ends] == [
        'VersionRequest', 'HostNameRequest', 'ClientNameRequest', 'CreateChanRequest',
        'ReadNotifyRequest', 'ClearChannelRequest']
    assert sent > 0 and not any('Malformed' in line.command for line in found)


def test_circuit_after_tls_between_the_same_ports(told, captures):
    found = told(captures / 'streams' / 'tls-reuse-nosyn.pcap')
    good = told(captures / 'streams' / 'in-order.pcap')
    spoken = [line for line in found if not line.command.startswith('Malformed')]
    assert messages(spoken) == messages(good)


# ---- ring files -----------------------------------------------------------------------------------


@pytest.mark.parametrize('name', NAMES)
def test_names_go_on_from_file_to_file(told, save, name):
    raw = (CAPTURES / f'{name}.pcap').read_bytes()
    files = [save(each) for each in conditions.make(conditions.ring, raw, name)]
    whole = save(conditions.write(list(conditions.read(raw))))
    assert told(*files) == told(whole)
