# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures made to do harm: nothing crashes, hangs, leaks or grows beyond its capture.

CAW_FLOOD says how many things a flood has (default: 100000).
"""

import os
import random
import re
import subprocess

import hostile
import pytest
import wire
from places import CAPTURES

FLOOD = int(os.environ.get('CAW_FLOOD', 100000))
STRICT = {'WIRESHARK_DEBUG_WMEM_OVERRIDE': 'strict'}
REPORTS = ['-z', 'ca,lines', '-z', 'ca,connect', '-z', 'ca,srt']
HEADERS = 54  # Ethernet, IP, TCP
CAPTURE_NAMES = sorted(path.name for path in CAPTURES.glob('*.pcap'))

# what could end a line or drive a terminal: C0 but the line end, DEL, C1
CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]')
COMPLAINT = re.compile(r'issector bug|\(process:|CRITICAL|WARNING|ERROR|runtime error')


def survive(run, capture, *arguments, **options):
    """Text of a tshark that had nothing to complain of."""
    done = run(['tshark', '-r', capture, *arguments], **options)
    assert done.returncode == 0, f'{capture}: {done.returncode}\n{done.stderr[-2000:]}'
    assert not COMPLAINT.search(done.stderr), done.stderr[-2000:]
    assert 'issector bug' not in done.stdout
    return done.stdout


# ---- the captures of this project, changed ---------------------------------------------------


def noise(rate, seed, offset):
    """Bytes of packets changed at random, all of them or those after the headers."""

    def change(source, target):
        command = ['editcap', '-F', 'pcap', '-E', str(rate), '--seed', str(seed), '-o', str(offset)]
        subprocess.run([*command, source, target], check=True, capture_output=True)

    return change


def rewritten(rearrange):
    """Other packets in place of a capture's, from its (time, frame)."""

    def change(source, target):
        raw = source.read_bytes()
        frames = list(wire.frames(raw))
        made = rearrange(random.Random(len(raw)), frames)
        target.write_bytes(wire.pcap(made, link=int.from_bytes(raw[20:24], 'little')))

    return change


def shortened(rng, frames):
    return [(time, frame[: rng.randrange(min(HEADERS, len(frame)), len(frame) + 1)]) for time, frame in frames]


def snapped(source, target):
    """All packets cut by the capturing program, which says so."""
    subprocess.run(['editcap', '-F', 'pcap', '-s', '90', source, target], check=True)


CHANGES = {
    'noise 1': noise(0.001, 1, HEADERS),
    'noise 2': noise(0.01, 2, HEADERS),
    'noise 3': noise(0.05, 3, HEADERS),
    'noise everywhere 4': noise(0.002, 4, 0),
    'noise everywhere 5': noise(0.02, 5, 0),
    'snapped': snapped,
    'shortened': rewritten(shortened),
    'shuffled': rewritten(lambda rng, frames: rng.sample(frames, len(frames))),
    'dropped': rewritten(lambda rng, frames: [f for f in frames if rng.random() > 0.2]),
    'duplicated': rewritten(lambda rng, frames: [f for f in frames for _ in range(rng.choice((1, 1, 2, 3)))]),
}  # fmt: skip


@pytest.mark.parametrize('change', CHANGES)
@pytest.mark.parametrize('name', CAPTURE_NAMES)
def test_changed_captures(run, save, name, change):
    capture = save(b'')
    CHANGES[change](CAPTURES / name, capture)
    capture.chmod(0o644)
    shown = survive(run, capture, '-2', '-V', *REPORTS, env=STRICT)
    assert shown.count('\nFrame ') + shown.startswith('Frame ') > 0
    assert not CONTROL.search(shown)


# ---- floods ----------------------------------------------------------------------------------

# What is no flood of one thing, or takes Wireshark's own reassembly time that grows with the
# square of the packets.
FEWER = {'headers': 10, 'crumbs': 20, 'benchmarks': 10, 'gaps': 5}


@pytest.fixture(scope='session')
def flood(save):
    """flood(name, count): the path of a flood."""

    def flood(name, count):
        path = save(b'')
        hostile.write(path, name, count // FEWER.get(name, 1))
        return path

    return flood


def used(start, capture, *arguments):
    """Bytes of memory that tshark needs at most."""
    process = start(['timeout', '120', 'tshark', '-r', capture, *arguments], stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, capture
    return usage.ru_maxrss * 1024


# Bytes of memory for each byte of a capture: a channel with its request and answer, which have
# 90 bytes, is kept in less than 600, and a server with its circuit, 530, in its own table. A search
# for a name that nobody has, 34 bytes, takes most: 1100, with what is counted of it, its row in the
# report and its line.
MEMORY = 24


@pytest.mark.parametrize('name', hostile.floods)
def test_floods(run, start, flood, name):
    """Every report of it, within a minute, and memory in proportion to the capture."""
    small, large = flood(name, FLOOD // 4), flood(name, FLOOD)
    grown = large.stat().st_size - small.stat().st_size
    more = used(start, large, '-q', *REPORTS) - used(start, small, '-q', *REPORTS)
    assert more < MEMORY * grown + 32 * hostile.MIB, f'{more} bytes more for {grown}'
    for path in (small, large):
        path.unlink()


@pytest.mark.parametrize('name', hostile.floods)
def test_floods_in_the_tree(run, flood, name):
    """All details of a smaller one, in two passes, with an allocator that looks for overruns."""
    capture = flood(name, 2000)
    survive(run, capture, '-2', '-V', *REPORTS, env=STRICT)


def test_floods_are_what_they_say(run, flood):
    """As many lines as there are messages, each answer with its request."""
    capture = flood('outstanding', 5000)
    shown = survive(run, capture, '-q', '-z', 'ca,lines,{command.ioid} {dt}').splitlines()
    asked, answered = shown[-10000:-5000], shown[-5000:]
    assert [line.split()[0] for line in asked] == [str(i) for i in range(5000)]
    assert all(line.endswith(' None') for line in asked)
    assert [line.split()[0] for line in answered] == [str(i) for i in reversed(range(5000))]
    assert not any(line.endswith(' None') for line in answered)
