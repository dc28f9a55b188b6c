# SPDX-License-Identifier: GPL-2.0-or-later
"""shark() against caproto's own, message by message and attribute by attribute."""

import array
import inspect
import os
import pickle
import subprocess
import sys
import warnings
from collections import Counter, UserList, defaultdict
from enum import Enum

import pytest
from caproto import select_backend
from caproto.sync.shark import shark as caproto_shark

import caw
import captures as made
import load
import talk
import wire
from places import CAPTURES

select_backend('array')  # as when there is no NumPy

# caproto cannot tell who speaks: its class, and what ours may be.
AMBIGUOUS = {
    'EventAddRequestOrResponse': {'EventAddRequest', 'EventAddResponse'},
    'EchoRequestOrResponse': {'EchoRequest', 'EchoResponse'},
    'ClearChannelRequestOrResponse': {'ClearChannelRequest', 'ClearChannelResponse'},
    'VersionRequest': {'VersionRequest', 'VersionResponse'},
    'EventCancelResponse': {'EventCancelResponse', 'EventAddResponse'},
}
MISREAD = {28, 35, 36, 37, 38}  # types whose metadata or data caproto takes for something else
HEADERS = ('ethernet', 'ip', 'transport')


def names():
    return sorted(path.name for path in CAPTURES.glob('*.pcap'))


def ours(path):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', caw.Notice)
        return list(caw.shark(path))


def theirs(path):
    with open(path, 'rb') as file:
        return list(caproto_shark(file))


def place(item):
    """What tells a message from others of the packet's time; IPv4 has a number in each packet."""
    return item.timestamp, item.src, item.dst, item.transport.sport, item.ip.id


def by_place(items):
    found = defaultdict(list)
    for item in items:
        found[place(item)].append(item)
    return found


def is_same_class(theirs, ours):
    name = type(theirs).__name__
    return type(ours).__name__ in AMBIGUOUS.get(name, {name})


def pairs(path):
    """Messages of caproto with ours, of the packets that both see as the same sequence of messages."""
    mine = by_place(ours(path))
    for key, items in by_place(theirs(path)).items():
        found = mine.get(key, [])
        if len(items) == len(found) and all(
            is_same_class(one.command, other.command) for one, other in zip(items, found)
        ):
            yield from zip(items, found)


def plain(value):
    """A value without the classes that hold it."""
    if isinstance(value, (array.array, list, tuple, UserList)) and not hasattr(value, '_fields'):
        return [plain(each) for each in value]
    if isinstance(value, float) and value != value:
        return 'nan'
    if hasattr(value, 'to_dict'):
        return {name: plain(each) for name, each in value.to_dict().items()}
    if hasattr(value, '_fields_'):
        return {name: getattr(value, name) for name, *_ in value._fields_}
    if hasattr(value, '__dict__') and not isinstance(value, Enum):
        return value.__dict__
    return value


def is_certain(command):
    """caproto can tell what it is, and reads what is in it."""
    misread = command.header.data_type in MISREAD and hasattr(command, 'metadata')
    return type(command).__name__ not in AMBIGUOUS and not misread


def words(command):
    """The attributes that caproto's class has, but for those that it cannot read."""
    found = {}
    for name in inspect.signature(type(command)).parameters:
        try:
            found[name] = plain(getattr(command, name))
        except Exception:  # a value outside its table, elements that are not there
            pass
    return found


def test_attributes_of_commands():
    """Every attribute of every message that both read alike."""
    compared, classes = 0, set()
    for name in names():
        for theirs, ours in pairs(CAPTURES / name):
            if not is_certain(theirs.command):
                continue
            for word, value in words(theirs.command).items():
                got = plain(getattr(ours.command, word))
                assert got == value, (name, ours.frame, ours.command, word)
                compared += 1
            classes.add(type(ours.command).__name__)
    assert compared > 6000
    assert len(classes) >= 24


def test_ambiguous_commands():
    """caproto's request has the words of ours, where they have the same place in the header."""
    compared = 0
    for name in names():
        for theirs, ours in pairs(CAPTURES / name):
            if type(theirs.command).__name__ in AMBIGUOUS:
                for word in set(words(theirs.command)) & set(type(ours.command).WORDS) - {'data'}:
                    assert getattr(ours.command, word) == getattr(theirs.command, word)
                    compared += 1
    assert compared > 900


def test_repr():
    """The same text, from Python 3.11 on, whose enumerations caw prints."""
    compared = 0
    for name in names():
        for theirs, ours in pairs(CAPTURES / name):
            expected = repr(theirs.command)
            if is_certain(theirs.command) and '(repr: ' not in expected:
                if sys.version_info >= (3, 11):
                    assert repr(ours.command) == expected
                compared += 1
    assert compared > 1800


def test_packets():
    """Addresses, times and headers, to their last attribute."""
    compared = 0
    for name in names():
        for theirs, ours in pairs(CAPTURES / name):
            assert (ours.timestamp, ours.src, ours.dst) == (
                theirs.timestamp,
                theirs.src,
                theirs.dst,
            )
            for header in HEADERS:
                one, other = getattr(theirs, header), getattr(ours, header)
                assert type(other).__name__ == type(one).__name__
                for attribute in (*one.__hdr_fields__, *getattr(one, '__bit_fields__', ())):
                    if not attribute.startswith('_'):
                        assert getattr(other, attribute) == getattr(one, attribute), attribute
                        compared += 1
    assert compared > 10000


def test_sizes():
    """Of each message with its header, as bandwidth is counted."""
    compared = 0
    for name in names():
        for theirs, ours in pairs(CAPTURES / name):
            assert (len(ours.command), ours.command.nbytes) == (len(theirs.command),) * 2
            compared += 1
    assert compared > 2000
    large = [m.command for m in ours_of_large()]
    assert {len(command) - command.payload_size for command in large} == {24}


def ours_of_large():
    """Messages that have the extended header."""
    return caw.shark(CAPTURES / 'bigarrays.pcap', where='size > 65535')


def test_a_message_is_a_namespace(captures):
    """As caproto's: what caproto-shark does with --format is done with vars(), too."""
    form = '{timestamp} {src}:{transport.sport}->{dst}:{ip.tcp.dport} {ethernet.ip.id} {command!r}'
    compared = 0
    for theirs, ours in pairs(captures / 'midstream.pcap'):
        if is_certain(theirs.command) and sys.version_info >= (3, 11):
            if hasattr(theirs.ip, 'tcp'):
                assert form.format(**vars(ours)) == form.format(**vars(theirs))
                compared += 1
        assert set(vars(theirs)) < set(vars(ours))
    assert compared > 50 or sys.version_info < (3, 11)


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(captures, protocol):
    """Between processes, as multiprocessing does."""
    message = next(caw.shark(captures / 'midstream.pcap', where='update'))
    copied = pickle.loads(pickle.dumps(message, protocol))
    assert (copied.command, copied.ip.src) == (message.command, message.ip.src)
    assert copied.command.metadata.nanoSeconds == message.command.metadata.nanoSeconds


def test_attributes_of_metadata():
    """Those that a structure of caproto has besides what its repr() tells."""
    compared = Counter()
    for theirs, ours in (pair for name in names() for pair in pairs(CAPTURES / name)):
        metadata = getattr(theirs.command, 'metadata', None)
        if metadata is None or not is_certain(theirs.command):
            continue
        for name in ('secondsSinceEpoch', 'nanoSeconds', 'no_str'):
            got = getattr(ours.command.metadata, name, None)
            assert got == getattr(metadata, name, None)
            compared[name] += got is not None
    assert len(compared) == 3 and all(compared.values())


def test_bit_fields_of_dpkt(captures):
    theirs_, ours_ = next(pairs(captures / 'monitors.pcap'))
    assert (ours_.ip.v, ours_.ip.hl, ours_.ip.df) == (theirs_.ip.v, theirs_.ip.hl, theirs_.ip.df)
    assert ours_.ethernet.data.data.sport == theirs_.ethernet.data.data.sport
    assert ours_.ip.opts == theirs_.ip.opts == b''


def test_caproto_reads_whole_what_is_timed(tmp_path):
    """Of such a capture every message is compared, and all attributes are equal."""
    path = tmp_path / 'made.pcap'
    load.write(path, made.exchanges(2000))
    expected, got = theirs(path), ours(path)
    assert len(got) == len(expected) > 2000
    for one, other in zip(expected, got):
        assert place(one) == place(other)
        assert is_same_class(one.command, other.command)


# ---- what caproto does not have --------------------------------------------------------------


def test_history(captures):
    """The PV, the user and the response time of an answer, by hand from the capture."""
    creations = [
        message
        for message in caw.shark(captures / 'monitors.pcap')
        if isinstance(message.command, caw.CreateChanResponse)
    ]
    first = creations[0]
    assert (first.frame, first.pv, first.user, first.host) == (10, 't:cnt', 'root', 'vm')
    assert first.time == 0.000296
    assert first.timestamp_ns == 1795403004198421000


def test_nanoseconds_of_a_time_stamp(captures):
    """caproto has microseconds, and so has `timestamp`; `stamp` has them all."""
    stamps = [
        message.command.metadata
        for message in caw.shark(captures / 'monitors.pcap', where='update and pv == "t:sine"')
    ]
    assert stamps[-1].stamp.nanoSeconds == 158687395
    assert stamps[-1].stamp.secondsSinceEpoch == 1795403007 - 631152000
    assert stamps[-1].timestamp == stamps[-1].stamp.timestamp == 1795403007.158687
    assert stamps[-1].DBR_ID is caw.ChannelType.TIME_DOUBLE


def test_cooked_captures_have_their_own_headers(save):
    """dpkt's class for what `tcpdump -i any` writes."""
    packets = wire.circuit([talk.client(talk.version())])
    path = save(wire.pcap(wire.cooked(wire.ethernet(wire.timed(packets))), link=113))
    header = next(caw.shark(path)).ethernet
    assert type(header).__name__ == 'SLL' and repr(header).startswith('SLL(type=0, hrd=1, ')
    assert header.ip.tcp.dport == 5064


def test_a_time_that_is_none(far):
    message = next(caw.shark(far))
    assert message.timestamp != message.timestamp and message.timestamp_ns is None
    assert 'nan 10.' in repr(message)


def test_where(captures):
    found = list(caw.shark(captures / 'puts.pcap', where='put and pv == "t:mbbo"'))
    assert {type(message.command) for message in found} == {
        caw.WriteRequest,
        caw.WriteNotifyRequest,
    }


def test_several_files(captures):
    paths = [captures / 'monitors.pcap', captures / 'puts.pcap']
    assert len(ours(paths)) == len(ours(paths[0])) + len(ours(paths[1]))


def test_malformed(captures):
    found = [
        m.command for m in ours(captures / 'oddities.pcap') if isinstance(m.command, caw.Malformed)
    ]
    assert [command.bytes for command in found] == [3]
    assert isinstance(found[0].reason, str)
    assert not hasattr(found[0], 'payload_size') and bool(found[0])
    with pytest.raises(AttributeError, match='Malformed has no cid'):
        found[0].cid


def test_hostile_text(save):
    """Names come back byte by byte, whatever is in them."""
    names = [
        b"it's",
        b'say "x"',
        b'back\\slash',
        b'a, cid=7)',
        b'\xc2\xb5A',
        b'\xb5A',
        b'\x1b[2J\n',
    ]
    circuit = load.Circuit(0)
    frames = list(circuit.opening(0))
    for cid, name in enumerate(names, 100):
        data = load.message(18, name.ljust(16, b'\0'), p1=cid, p2=13)
        frames.append(circuit.packet('client', data))
    path = save(b'')
    load.write(path, frames)
    commands = [message.command for message in caw.shark(path, where='create and cid >= 100')]
    assert [(command.name, command.cid) for command in commands] == [
        (name.decode('latin-1'), cid) for cid, name in enumerate(names, 100)
    ]


# ---- how it is called and ends ---------------------------------------------------------------


def test_one_capture_is_asked_for():
    with pytest.raises(TypeError, match='a file or an interface'):
        caw.shark()
    with pytest.raises(TypeError, match='a file or an interface'):
        caw.shark('a.pcap', interface='lo')


def test_it_is_a_generator(captures):
    assert inspect.isgenerator(caw.shark(captures / 'puts.pcap'))


@pytest.mark.parametrize('leave', ['break', 'close', 'exception', 'garbage'])
def test_child_ends_with_the_loop(captures, children, leave):
    messages = caw.shark(open(captures / 'alltypes.pcap', 'rb'))
    if leave == 'exception':
        with pytest.raises(ZeroDivisionError):
            for _ in messages:
                1 / 0
    for _ in messages:
        assert leave == 'exception' or len(children()) == 1
        break
    if leave == 'close':
        messages.close()
    del messages
    assert children() == []


def test_a_message_does_not_look_for_the_program(captures, monkeypatch):
    """That is a walk through PATH, which takes longer than all else."""
    messages = list(caw.shark(captures / 'puts.pcap', where='put'))
    assert messages[0].ethernet.ip.p == 6
    monkeypatch.setenv('CAW', '/nowhere/caw')
    assert {message.ethernet.ip.tcp.dport for message in messages} == {5064}


def test_messages_outlive_the_generator(captures):
    message = next(caw.shark(captures / 'monitors.pcap'))
    assert message.command == caw.VersionRequest(message)
    assert (message.command.priority, message.command.version) == (1, 13)


LIVE = """
import socket, struct, threading, time
import caw

def beacons():
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(struct.pack('>HHHHII', 13, 0, 13, 5064, 7, 0), ('127.0.0.1', 5065))
        time.sleep(0.05)

threading.Thread(target=beacons, daemon=True).start()
for message in caw.shark(interface='lo', where='beacon'):
    print(message.command.beacon_id, message.transport.dport)
    break
"""


def test_live():
    """On an interface, until the loop is left; in a network of its own."""
    root = [] if os.geteuid() == 0 else ['-r']
    script = 'ip link set lo up && exec "$0" -c "$1"'
    command = ['unshare', *root, '-n', 'sh', '-c', script, sys.executable, LIVE]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True)
    assert done.stdout == b'7 5065\n'


# ---- the benchmark ---------------------------------------------------------------------------

OURS = 'from caw import CreateChanRequest, CreateChanResponse, shark\n'
THEIRS = """
from caproto import CreateChanRequest, CreateChanResponse
from caproto.sync.shark import shark
"""
BENCHMARK = """
import sys
import pandas

asked, rows = {}, []
with open(sys.argv[1], 'rb') as file:
    for item in shark(file):
        command = item.command
        if isinstance(command, CreateChanRequest):
            asked[item.src, item.transport.sport, command.cid] = item
        elif isinstance(command, CreateChanResponse):
            request = asked.pop((item.dst, item.transport.dport, command.cid))
            rows.append((item.src, request.command.name, item.timestamp - request.timestamp))
table = pandas.DataFrame(rows, columns=['server', 'pv', 'seconds'])
print(table.groupby('server').seconds.describe().to_csv())
print(table.to_csv())
"""


@pytest.mark.parametrize('name', ['twoiocs.pcap', 'made'])
def test_benchmark_of_creations(captures, save, name):
    """How long creating a channel takes, by server: with caproto and here, to the last digit."""
    path = captures / name
    if name == 'made':
        path = save(b'')
        load.write(path, made.updates(3000, 1, channels=300))
    printed = [
        subprocess.run(
            [sys.executable, '-c', imports + BENCHMARK, path], check=True, stdout=subprocess.PIPE
        ).stdout
        for imports in (OURS, THEIRS)
    ]
    assert printed[0] == printed[1]
    assert printed[0].count(b'\n') > 6
