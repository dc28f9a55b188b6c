# SPDX-License-Identifier: GPL-2.0-or-later
"""The program is found, or the error says what to do; it is ended however its reader stops."""

import contextlib
import gzip
import io
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import caw
from caw import child


@pytest.fixture
def capture(captures):
    return captures / 'monitors.pcap'


@pytest.fixture
def lines(caw_lines, capture):
    return caw_lines(capture)


@pytest.fixture
def caw_lines(program):
    """What the program itself prints, as a list of lines."""

    def lines(*arguments):
        done = subprocess.run([program, *arguments], stdout=subprocess.PIPE)
        return done.stdout.splitlines(keepends=True)

    return lines


@pytest.fixture
def pretend(tmp_path):
    """pretend(script): a program called caw that does this."""

    def pretend(script, folder='pretended'):
        path = tmp_path / folder / 'caw'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('#!/bin/sh\n' + script)
        path.chmod(0o755)
        return path

    return pretend


# ---- found -----------------------------------------------------------------------------------


def test_program_of_the_variable(program):
    assert caw.program() == program


def test_use_comes_before_the_variable(pretend):
    path = pretend('echo caw 9.0.0')
    caw.use(str(path))
    assert caw.program() == path


def test_program_in_path(pretend, monkeypatch):
    path = pretend('echo caw 9.0.0')
    monkeypatch.delenv('CAW')
    monkeypatch.setenv('PATH', f'{path.parent}:/usr/bin:/bin')
    assert caw.program() == path


def test_program_of_a_user_alone(pretend, tmp_path, monkeypatch):
    path = pretend('echo caw 9.0.0', '.local/bin')
    monkeypatch.delenv('CAW')
    monkeypatch.setenv('PATH', '/nowhere')
    monkeypatch.setenv('HOME', str(tmp_path))
    assert caw.program() == path


def test_no_program(tmp_path, monkeypatch):
    monkeypatch.delenv('CAW')
    monkeypatch.setenv('PATH', '/nowhere')
    monkeypatch.setenv('HOME', str(tmp_path))
    with pytest.raises(caw.Error, match=r'not found: .* PATH .*caw\.use\('):
        list(caw.shark('a.pcap'))


def test_program_that_is_not_there():
    caw.use('/nowhere/caw')
    with pytest.raises(caw.Error, match='/nowhere/caw does not run: No such file'):
        caw.program()


@pytest.mark.parametrize(
    ('says', 'message'),
    [
        ('caw 0.1.9', r'is caw 0\.1\.9, and this package needs 0\.2\.0 or newer'),
        ('cawk 7', 'is not the program caw'),
    ],
)
def test_wrong_program(pretend, says, message):
    caw.use(pretend(f'echo {says}'))
    with pytest.raises(caw.Error, match=message):
        caw.program()


def test_program_that_was_updated(pretend):
    """In a notebook that goes on."""
    caw.use(pretend('echo caw 0.1.9'))
    with pytest.raises(caw.Error, match='update it'):
        caw.program()
    assert pretend('echo caw 9.0.0') == caw.program()


# ---- read ------------------------------------------------------------------------------------


def read(source):
    arguments, stdin = child.inputs(source)
    with child.lines(arguments, stdin) as running:
        return list(running)


def test_path(capture, lines):
    assert len(lines) == 182
    assert read(capture) == read(str(capture)) == lines


def test_several_files_are_one_capture(capture, captures, caw_lines):
    paths = [capture, captures / 'repeater.pcap']
    assert read(paths) == caw_lines(*paths)


def test_name_that_looks_like_an_option_or_a_report(capture, lines, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ('-i', 'puts', '--json', '-'):
        (tmp_path / name).write_bytes(capture.read_bytes())
        assert read(name) == lines


def test_open_file_is_read_from_where_it_is(capture, lines, tmp_path):
    (tmp_path / 'behind').write_bytes(b'something else' + capture.read_bytes())
    with open(tmp_path / 'behind', 'rb') as file:
        assert file.read(14) == b'something else'
        assert read(file) == lines


@pytest.mark.parametrize('buffering', [0, -1])
def test_pipe(capture, lines, buffering):
    sent = subprocess.Popen(['cat', capture], stdout=subprocess.PIPE, bufsize=buffering)
    with sent:
        assert read(sent.stdout) == lines


def test_files_of_python(capture, lines, tmp_path):
    """Bytes that only Python can read are fed to the child."""
    (tmp_path / 'a.gz').write_bytes(gzip.compress(capture.read_bytes()))
    with gzip.open(tmp_path / 'a.gz') as unpacked:
        assert read(unpacked) == lines
    assert read(io.BytesIO(capture.read_bytes())) == lines


def test_socket(capture, lines):
    here, there = socket.socketpair()
    with here, there, there.makefile('rb') as file:
        sender = threading.Thread(target=lambda: (here.sendall(capture.read_bytes()), here.close()))
        sender.start()
        assert read(file) == lines
        sender.join()


def test_source_that_fails(capture):
    class Broken(io.BytesIO):
        def read1(self, size=-1):
            raise OSError('the disk is gone')

    with pytest.raises(OSError, match='the disk is gone'):
        read(Broken())


def test_text_file_is_refused(capture):
    with open(capture, encoding='latin-1') as file, pytest.raises(TypeError, match="mode 'rb'"):
        read(file)


def test_no_path_is_refused():
    with pytest.raises(ValueError, match='the list of paths is empty'):
        read([])


def test_error_says_what_and_why(tmp_path):
    with pytest.raises(caw.Error, match='No such file') as caught:
        read(tmp_path / 'none.pcap')
    assert caught.value.status == 2
    assert 'none.pcap' in caught.value.said
    with pytest.raises(caw.Error, match='No such file') as caught:
        next(caw.shark(tmp_path / 'none.pcap'))
    assert len(str(caught.value)) < 200 + 3 * len(str(tmp_path))


def test_child_that_is_killed(pretend):
    caw.use(pretend('[ "$1" = --version ] && exec echo caw 9.0.0\nkill -9 $$'))
    with pytest.raises(caw.Error, match='signal 9') as caught:
        read('a.pcap')
    assert caught.value.status == -9


def test_notice_of_what_a_capture_lacks(captures):
    with pytest.warns(caw.Notice, match='75 of 101 messages are of channels whose names are not'):
        read(captures / 'midstream.pcap')


def test_damaged_capture_is_read_as_far_as_it_goes(capture, lines):
    cut = io.BytesIO(capture.read_bytes()[:-7])
    with pytest.warns(caw.Notice):
        got = read(cut)
    assert got == lines[: len(got)]
    assert len(got) > 150


def test_much_on_standard_error(pretend):
    """More than a pipe holds, before there is any output."""
    caw.use(
        pretend('[ "$1" = --version ] && exec echo caw 9.0.0\nyes | head -c 300000 >&2; echo x')
    )
    with pytest.warns(caw.Notice):
        assert read('a.pcap') == [b'x\n']


# ---- ended -----------------------------------------------------------------------------------


@pytest.fixture
def endless(capture):
    """A pipe with the packets of a capture, which does not end."""
    out, into = os.pipe()
    os.write(into, capture.read_bytes())
    with open(out, 'rb') as file:
        yield file
    os.close(into)


def test_lines_come_at_once(endless, lines):
    """One by one, though the input goes on."""
    with child.lines(['-'], endless) as running:
        assert [line for _, line in zip(lines, running)] == lines


def test_ended_by_leaving_the_block(endless, children):
    with child.lines(['-'], endless) as running:
        next(iter(running))
        assert len(children()) == 1
    assert children() == []


def test_ended_by_an_exception(endless, children):
    with pytest.raises(KeyError), child.lines(['-'], endless) as running:
        next(iter(running))
        raise KeyError
    assert children() == []


def test_ended_by_close(endless, children):
    running = child.lines(['-'], endless)
    running.close()
    assert children() == []
    running.close()


def test_ended_as_garbage(endless, children):
    running = child.lines(['-'], endless)
    assert len(children()) == 1
    del running
    assert children() == []


def test_ended_while_it_is_fed(capture, children):
    """Nobody reads, so the child writes no more and its feeder waits."""
    much = io.BytesIO(capture.read_bytes() + bytes(10**8))
    running = child.lines(['-'], much)
    next(iter(running))
    running.close()
    assert children() == []


def test_child_that_does_not_end_is_killed(pretend, monkeypatch, children):
    monkeypatch.setattr(child, 'PATIENCE', 0.1)
    caw.use(
        pretend(
            '[ "$1" = --version ] && exec echo caw 9.0.0\ntrap "" TERM PIPE\necho x\n'
            'while :; do read never < /dev/zero; done'
        )
    )
    with child.lines([]) as running:
        assert next(iter(running)) == b'x\n'
    assert children() == []


def test_nothing_is_left_open(capture):
    before = len(os.listdir('/proc/self/fd'))
    for _ in range(3):
        read(capture)
        read(io.BytesIO(capture.read_bytes()))
    with child.lines([str(capture)]) as running:
        next(iter(running))
    assert len(os.listdir('/proc/self/fd')) == before


def test_in_a_thread(capture, lines):
    """As in a server or a notebook: signals are the main thread's alone."""
    found = []
    reader = threading.Thread(target=lambda: found.extend(read(capture)))
    reader.start()
    reader.join()
    assert found == lines


SCRIPT = """
    import sys
    from caw import child
    running = child.lines(['-'], sys.stdin.buffer)
    kept = iter(running)
    next(kept)
    print(running.process_id, flush=True)
    {ending}
"""


def is_gone(process_id):
    """A little later at most."""
    deadline = time.monotonic() + 10
    while os.path.exists(f'/proc/{process_id}') and time.monotonic() < deadline:
        time.sleep(0.01)
    return not os.path.exists(f'/proc/{process_id}')


@pytest.mark.parametrize('ending', ['', 'sys.exit(3)', '1 / 0', 'sys.stdin.buffer.read()'])
def test_ended_with_python(endless, ending):
    """At its end, by an exception, by ^C."""
    script = textwrap.dedent(SCRIPT).format(ending=ending)
    with subprocess.Popen(
        [sys.executable, '-c', script],
        stdin=endless,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as python:
        process_id = int(python.stdout.readline())
        # One that comes right before Python begins to read does not wake it.
        while 'read' in ending and python.poll() is None:
            python.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                python.wait(5)
        python.communicate(timeout=60)
    assert is_gone(process_id)
