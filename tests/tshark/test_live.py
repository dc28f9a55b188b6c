# SPDX-License-Identifier: GPL-2.0-or-later
"""A real IOC, real clients, tcpdump and caw on the loopback: the lines come while it happens."""

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

import reference
import wire
from compare import assert_same
from deviations import expected_line

DATABASE = """
record(ao, "caw:ao") { field(VAL, "3.25") field(PINI, "YES") field(EGU, "mm") }
record(stringout, "caw:name") { field(VAL, "hello") field(PINI, "YES") }
"""

LIBCA_CLIENT = """
import ctypes
from epicscorelibs import path
ca = ctypes.CDLL(path.get_lib('ca'))
channel, value = ctypes.c_void_p(), ctypes.c_double(-1.5)
ca.ca_create_channel(b"caw:ao", None, None, 0, ctypes.byref(channel))
assert ca.ca_pend_io(ctypes.c_double(10)) == 1
assert ca.ca_array_put(6, ctypes.c_ulong(1), channel, ctypes.byref(value)) == 1
assert ca.ca_array_get(6, ctypes.c_ulong(1), channel, ctypes.byref(value)) == 1
assert ca.ca_pend_io(ctypes.c_double(10)) == 1
print(value.value)
ca.ca_clear_channel(channel)
ca.ca_flush_io()
ca.ca_context_destroy()
"""


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


@pytest.fixture
def ports():
    """Ports of our own, so that an IOC on this machine is left alone."""
    server, repeater = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    return {'server': server, 'repeater': repeater}


@pytest.fixture
def epics(ports):
    """Environment that keeps EPICS on the loopback."""
    return os.environ | {
        'EPICS_CA_ADDR_LIST': '127.0.0.1',
        'EPICS_CA_AUTO_ADDR_LIST': 'NO',
        'EPICS_CA_SERVER_PORT': str(ports['server']),
        'EPICS_CA_REPEATER_PORT': str(ports['repeater']),
        'EPICS_CAS_INTF_ADDR_LIST': '127.0.0.1',
        'EPICS_CAS_BEACON_ADDR_LIST': '127.0.0.1',
        'EPICS_CAS_AUTO_BEACON_ADDR_LIST': 'NO',
        'EPICS_PVAS_INTF_ADDR_LIST': '127.0.0.1',
        'EPICS_PVA_ADDR_LIST': '127.0.0.1',
        'EPICS_PVA_AUTO_ADDR_LIST': 'NO',
        'EPICS_PVAS_SERVER_PORT': str(free_port(socket.SOCK_STREAM)),
        'EPICS_PVAS_BROADCAST_PORT': str(free_port(socket.SOCK_DGRAM)),
    }


@pytest.fixture
def ioc(epics, tmp_path):
    database = tmp_path / 'live.db'
    database.write_text(DATABASE)
    command = [sys.executable, '-m', 'epicscorelibs.ioc', '-d', str(database)]
    pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.DEVNULL, 'stderr': subprocess.PIPE}
    with subprocess.Popen(command, env=epics, **pipes) as running:
        while b'IOC Running' not in (line := running.stderr.readline()):
            assert line, 'the IOC did not start'
        threading.Thread(target=running.stderr.read, daemon=True).start()
        yield
        running.stdin.close()
        running.terminate()


@pytest.fixture
def watched(ports, start, program):
    """caw fed by tcpdump: (its lines so far, the packets it was given so far)."""
    lines, packets = [], bytearray()
    expression = 'port {server} or port {repeater}'.format(**ports)
    command = ['tcpdump', '-i', 'lo', '-U', '--immediate-mode', '-Z', 'root', '-w', '-', expression]
    if os.geteuid() != 0:
        command = ['sudo', '-n', *command]
    tcpdump = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while b'listening' not in (line := tcpdump.stderr.readline()):
        assert line, 'tcpdump did not start'
    caw = start([program], stdin=subprocess.PIPE, bufsize=0)

    def pump():
        while chunk := os.read(tcpdump.stdout.fileno(), 65536):
            packets.extend(chunk)
            caw.stdin.write(chunk)
        caw.stdin.close()

    def collect():
        for line in caw.stdout:
            lines.append(line.decode().rstrip('\n'))

    threads = [threading.Thread(target=target) for target in (pump, collect)]
    for thread in threads:
        thread.start()

    def finish():
        tcpdump.terminate()
        for thread in threads:
            thread.join(timeout=30)
        return caw.wait(timeout=30), caw.stderr.read().decode()

    yield lines, packets, finish
    tcpdump.kill()
    caw.kill()


def wait_for(lines, text, seconds=20):
    """Until a line with this text is there, while everything is still running."""
    end = time.monotonic() + seconds
    while not any(text in line for line in list(lines)):
        assert time.monotonic() < end, f'{text} did not come; lines: {lines}'
        time.sleep(0.02)


def in_order(lines, *texts):
    """Each text stands in a line after the one before it."""
    rest = iter(lines)
    return all(any(text in line for line in rest) for text in texts)


def client(epics, *arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, env=epics, capture_output=True, timeout=60, check=True
    ).stdout.decode()


def test_a_live_session(ioc, epics, watched, ports):
    assert shutil.which('tcpdump')
    lines, packets, finish = watched

    assert '3.25' in client(epics, '-m', 'caproto.commandline.get', '--no-repeater', 'caw:ao')
    wait_for(lines, "ReadNotifyResponse(data=Array('d', [3.25])")

    client(epics, '-m', 'caproto.commandline.put', '--no-repeater', '-c', 'caw:name', 'world')
    wait_for(lines, 'WriteNotifyResponse(')

    assert client(epics, '-c', LIBCA_CLIENT).strip() == '-1.5'
    wait_for(lines, "ReadNotifyResponse(data=Array('d', [-1.5])")
    wait_for(lines, 'ClearChannelResponse(')

    status, complaint = finish()
    assert (status, complaint) == (0, '')
    assert in_order(
        lines,
        "SearchRequest(name='caw:ao'",
        'SearchResponse(',
        "CreateChanRequest(name='caw:ao'",
        'CreateChanResponse(',
        'ReadNotifyRequest(',
        "ReadNotifyResponse(data=Array('d', [3.25])",
        "CreateChanRequest(name='caw:name'",
        "WriteNotifyRequest(data=[b'world']",
        'WriteNotifyResponse(',
        "CreateChanRequest(name='caw:ao'",
        "WriteRequest(data=Array('d', [-1.5])",
        "ReadNotifyResponse(data=Array('d', [-1.5])",
    )
    captured = reference.messages(bytes(packets), (ports['server'],), ports['repeater'])
    expected = [expected_line(message) for message in captured]
    # Where the repeater does not have its own port, nothing tells what these 16 bytes are.
    assert_same(lines, [line for line in expected if ' Repeater' not in line])


@pytest.fixture(scope='module')
def dumpcap_for_nobody(stage):
    """A folder with a dumpcap with which any user may capture.

    Made once: TShark may end before its dumpcap does, and a running file cannot be written."""
    folder = stage / 'made' / 'capturing'
    folder.mkdir()
    copy = folder / 'dumpcap'
    shutil.copy(shutil.which('dumpcap'), copy)
    copy.chmod(0o755)
    setcap = ['setcap', 'cap_net_raw,cap_net_admin=eip', str(copy)]
    subprocess.run(setcap if os.geteuid() == 0 else ['sudo', '-n', *setcap], check=True)
    return folder


@contextlib.contextmanager
def capturing(start, dumpcap_for_nobody, environment, *command):
    """(the process, its lines so far), in a group of its own; its end is that of Ctrl-C."""
    path = f'PATH={dumpcap_for_nobody}:{environment["PATH"]}'
    running = start(['env', path, *command], start_new_session=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(iter(running.stdout.readline, b'')))
    reader.start()
    try:
        yield running, lines
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(timeout=10) == 0
        reader.join(timeout=10)
        assert not reader.is_alive()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)


def search(name):
    """A datagram that is known for Channel Access on any port."""
    return wire.message(0, count=13) + wire.message(6, wire.text(name), 5, 13, 1, 1)


def send_until(lines, port, *datagrams):
    """Again and again until it has begun to capture, and what was sent has been printed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        end = time.monotonic() + 30
        while not lines and time.monotonic() < end:
            for datagram in datagrams:
                sender.sendto(datagram, ('127.0.0.1', port))
            time.sleep(0.1)


def test_capturing_by_itself(start, program, environment, dumpcap_for_nobody):
    """caw -i: packets from the interface, chosen by a capture filter, printed as they come."""
    port = free_port(socket.SOCK_DGRAM)
    command = [program, '-i', 'lo', '-f', f'udp port {port}']
    with capturing(start, dumpcap_for_nobody, environment, *command) as (running, lines):
        send_until(lines, port, search('caw:nobody:has'))
        assert lines and b' VersionRequest(' in lines[0], running.stderr.read1()


def test_capturing_by_messages(start, program, environment, dumpcap_for_nobody):
    """caw -f ca:...: of all that is sent to Channel Access's own port only the searches."""
    name = f'caw:nobody:has:{os.getpid()}'
    command = [program, '-i', 'lo', '-f', f'ca:search and pv == "{name}"']
    with capturing(start, dumpcap_for_nobody, environment, *command) as (running, lines):
        send_until(lines, 5064, wire.message(23), search(name), search('cow:nobody:has'))
        assert lines, running.stderr.read1()
    texts = [line.decode().split(' ', 2)[2].rstrip() for line in lines]
    assert texts == [
        'VersionRequest(priority=0, version=13)',
        f"SearchRequest(name='{name}', cid=1, version=13, reply=5)",
    ] * (len(texts) // 2)


def test_a_reader_that_has_seen_enough(start, program, environment, dumpcap_for_nobody):
    """caw -i lo | head -2: nothing goes wrong, so nothing is said."""
    port = free_port(socket.SOCK_DGRAM)
    path = f'PATH={dumpcap_for_nobody}:{environment["PATH"]}'
    options = ['-i', 'lo', '-f', f'udp port {port}']
    running = start(['env', path, program, *options], start_new_session=True)
    lines = []

    def read_two():
        while len(lines) < 2 and (line := running.stdout.readline()):
            lines.append(line)
        running.stdout.close()

    reader = threading.Thread(target=read_two)
    reader.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        end = time.monotonic() + 30
        while running.poll() is None and time.monotonic() < end:
            sender.sendto(search('caw:nobody:has'), ('127.0.0.1', port))
            time.sleep(0.02)
    assert running.wait(timeout=20) == 0
    reader.join(timeout=10)
    assert len(lines) == 2
    assert running.stderr.read() == b''


# ---- what an IOC says of its clients -----------------------------------------------------------

SHOW = b"""
import ctypes
from epicscorelibs import path
_ = ctypes.CDLL(path.get_lib('dbCore')).casr(2)
_ = ctypes.CDLL(None).fflush(None)
"""


def show_clients(ioc):
    """What casr 2 prints, as the IOC shell has it."""
    ioc.stdin.write(SHOW)
    ioc.stdin.flush()
    text = b''
    while b'Sending CAS-beacons' not in text:
        line = ioc.stdout.readline()
        assert line, 'the IOC has ended'
        text += line
    return text


def create(client, pv, cid):
    """On a fresh circuit."""
    client.sendall(wire.message(0, count=13) + wire.message(18, wire.text(pv), p1=cid, p2=13))
    answer = b''
    while struct.pack('>HHHHI', 18, 0, 6, 1, cid) not in answer:
        more = client.recv(4096)
        assert more, 'the IOC has closed the circuit'
        answer += more


def test_casr_names_a_channel_of_before(epics, ports, tmp_path, caw, save):
    database = tmp_path / 'live.db'
    database.write_text(DATABASE)
    command = [sys.executable, '-m', 'epicscorelibs.ioc', '-d', str(database)]
    pipes = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.PIPE)
    with subprocess.Popen(command, env=epics, **pipes) as ioc:
        while b'IOC Running' not in (line := ioc.stderr.readline()):
            assert line, 'the IOC did not start'
        threading.Thread(target=ioc.stderr.read, daemon=True).start()
        with socket.create_connection(('127.0.0.1', ports['server'])) as client:
            create(client, 'caw:ao', 1)
            end, told = client.getsockname(), show_clients(ioc)
        ioc.stdin.close()
        ioc.terminate()
    update = 'server', wire.message(1, struct.pack('>d', 3.25), type=6, count=1, p1=1, p2=7)
    read = 'client', wire.message(15, type=6, count=1, p1=4, p2=1)
    packets = wire.circuit([update, read], client=end, server=('127.0.0.1', 5064))[2:]
    done = caw('--names', save(told, 'txt'), '--format', '{pv}', save(wire.capture(packets)))
    assert done.stdout.splitlines() == ['caw:ao', 'caw:ao'], told.decode() + done.stderr
