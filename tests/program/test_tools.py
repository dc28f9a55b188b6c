# SPDX-License-Identifier: GPL-2.0-or-later
"""What other tools read of caw's data: DuckDB, jq, JavaScript; and how a facility keeps it.

The queries are those of packaging/FACILITY.md; what they should find is what the tracker says.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections import Counter

import duckdb
import pytest
import reference
import tracker

from places import CAPTURES, ROOT

PACKAGING = ROOT / 'packaging'
BIG = 1795402995757688565  # not a double: one whose last digits a double loses
EVENT_ADD, WRITE, READ_NOTIFY, WRITE_NOTIFY = 1, 4, 15, 19
SERVER, CLIENT = reference.SERVER, reference.CLIENT


def examples(language):
    text = (PACKAGING / 'FACILITY.md').read_text()
    return re.findall(rf'^```{language}\n(.*?)^```', text, re.M | re.S)


@pytest.fixture(scope='module')
def printed(caw):
    """printed(option, ...): what caw prints of captures, which has to be without a fault."""

    def printed(*arguments):
        done = caw(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return printed


@pytest.fixture(scope='module')
def schema(printed):
    return printed('--schema=duckdb')


@pytest.fixture
def ask(tmp_path, printed, schema):
    """ask(capture): a function that gives FACILITY.md's query of that number, from 1, its rows."""

    def ask(name):
        (tmp_path / f'{name}.json').write_text(printed('--json', CAPTURES / f'{name}.pcap'))
        base = duckdb.connect()
        view, *queries = examples('sql')
        view = view.replace('{SCHEMA}', schema).replace('*.json.zst', str(tmp_path / '*.json'))
        base.execute(view)
        return lambda number: base.execute(queries[number - 1]).fetchall()

    return ask


def notes(name):
    return tracker.track(list(reference.messages(CAPTURES / f'{name}.pcap')))


def messages(name, command, role):
    return [note for note in notes(name)
            if note.header and note.header.command == command and note.message.role is role]


def test_who_wrote(ask):
    wanted = [note for command in (WRITE, WRITE_NOTIFY) for note in messages('puts', command, CLIENT)
              if note.pv == 't:ao']
    rows = ask('puts')(1)
    assert len(rows) == len(wanted) > 1
    who = Counter((note.user_then, note.host_then, note.message.source[0]) for note in wanted)
    assert Counter(row[1:4] for row in rows) == who


def test_updates_a_second(ask):
    wanted = {}
    for note in messages('monitors', EVENT_ADD, SERVER):
        if note.subscription and note.number:
            wanted.setdefault(note.pv, []).append(note.message.time)
    rows = ask('monitors')(2)
    assert {pv: count for pv, count, _ in rows} == {pv: len(all) for pv, all in wanted.items()}
    assert rows[0][1] == max(map(len, wanted.values())) > 10
    for pv, count, rate in rows:
        times = wanted[pv]
        if count > 1:
            assert rate == pytest.approx((count - 1) / float(times[-1] - times[0]), rel=1e-6)


def test_slowest_reads(ask):
    wanted = [(note.time, note.pv) for note in messages('alltypes', READ_NOTIFY, SERVER) if note.request]
    rows = ask('alltypes')(3)
    slowest = sorted((float(time) for time, _ in wanted), reverse=True)[:10]
    assert [row[0] for row in rows] == pytest.approx(slowest, abs=1e-6)
    assert len(rows) == 10


def test_a_key_that_comes_late(tmp_path, schema):
    """Later than DuckDB looks when it guesses, which is why there is a schema."""
    path = tmp_path / 'late.json'
    path.write_text('{"frame": 1}\n' * 30000 + '{"frame": 2, "copies": 3}\n')
    found = duckdb.sql(f"SELECT copies FROM read_json('{path}', columns = {schema}) WHERE copies > 1")
    assert found.fetchall() == [(3,)]


def test_csv(tmp_path, printed):
    path = tmp_path / 'messages.csv'
    path.write_text(printed('--csv', CAPTURES / 'puts.pcap'))
    base = duckdb.connect()
    rows = base.sql(f"SELECT message, pv, \"data.value\" FROM read_csv('{path}')").fetchall()
    wanted = Counter(reference.caproto_class(note.message).__name__ for note in notes('puts'))
    assert Counter(row[0] for row in rows) == wanted


@pytest.fixture(scope='module')
def line(printed):
    """A message whose record has a time that no double can tell."""
    lines = printed('--json', CAPTURES / 'puts.pcap').splitlines()
    return next(line for line in lines if f'{BIG}' in line)


def test_nanoseconds(line, tmp_path, schema):
    """The text survives where the number does not."""
    exact = json.loads(line)
    told = exact['timestamp']
    assert told.endswith('Z') and len(told.split('.')[1]) == 10
    jq = subprocess.run(['jq', '-r', '.timestamp'], input=line, text=True, capture_output=True)
    assert jq.stdout.strip() == told
    script = 'console.log(JSON.parse(require("fs").readFileSync(0)).timestamp)'
    node = subprocess.run(['node', '-e', script], input=line, text=True, capture_output=True)
    assert node.stdout.strip() == told
    path = tmp_path / 'line.json'
    path.write_text(line)
    columns = f"read_json('{path}', columns = {schema})"
    (row,) = duckdb.sql(f'SELECT epoch_ns(timestamp), timestamp_ns, data.time_ns FROM {columns}').fetchall()
    assert row == (exact['timestamp_ns'], exact['timestamp_ns'], BIG)


@pytest.mark.parametrize('number, name, wanted', [
    (0, 'puts', lambda: sum(note.pv == 't:ao' for c in (WRITE, WRITE_NOTIFY)
                            for note in messages('puts', c, CLIENT))),
    (1, 'monitors', lambda: len({note.pv for note in messages('monitors', EVENT_ADD, SERVER)
                                 if note.subscription and note.number})),
    (2, 'alltypes', lambda: len(messages('alltypes', READ_NOTIFY, SERVER))),
])
def test_jq(number, name, wanted, environment, program, captures):
    """As many lines as the tracker finds."""
    commands = [line for line in examples('sh')[-1].splitlines() if 'jq' in line]
    path = f'{program.parent}:{environment["PATH"]}'
    command = commands[number].replace('capture.pcap', str(captures / f'{name}.pcap'))
    done = subprocess.run(command, shell=True, text=True, capture_output=True,
                          env=environment | {'PATH': path})
    assert done.stderr == '' and len(done.stdout.splitlines()) == wanted() > 0


def exec_start():
    """The command of the service, as systemd reads it."""
    text = (PACKAGING / 'caw.service').read_text().replace('\\\n', ' ')
    (command,) = re.findall('^ExecStart=(.*)$', text, re.M)
    return [word.replace('$$', '$').replace('%%', '%') for word in shlex.split(command)]


def test_service(tmp_path, environment, program, captures):
    """Told to end, with all its processes, it has written all that it has read, whole lines a file."""
    name, flag, script = exec_start()
    assert 'caw -i any' in script and '256M' in script
    script = script.replace('caw -i any', 'caw').replace('256M', '8K')
    running = subprocess.Popen(
        [name, flag, script], cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment | {'PATH': f'{program.parent}:{environment["PATH"]}'}, start_new_session=True)
    running.stdin.write((captures / 'monitors.pcap').read_bytes())
    running.stdin.flush()
    wanted = len(notes('monitors'))
    wait_for(lambda: len(list(tmp_path.iterdir())) > 1)
    os.killpg(running.pid, signal.SIGTERM)
    assert running.wait(30) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)
    running.stdin.close()
    running.stderr.read()  # until all of them have ended
    running.stderr.close()
    found = []
    for path in sorted(tmp_path.glob('ca-*.json.zst')):
        unpacked = subprocess.run(['zstd', '-dcq', path], capture_output=True).stdout
        assert len(unpacked) <= 8192 or unpacked.count(b'\n') == 1
        found += [json.loads(line) for line in unpacked.splitlines()]
    assert len(found) == wanted


def wait_for(what):
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)
