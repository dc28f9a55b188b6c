# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the output goes wrong, and where the input does: words and statuses."""


import pytest

import echo

GOOD, OUTPUT, USAGE, DAMAGED = 0, 1, 2, 3


@pytest.fixture
def echoes(save):
    return save(echo.capture(4))


PRINTING = ['{file}', '{file} -z ca,connect', '{file} -z ca,connect,json', '--help', '--version',
            '--capture-filter ca']  # fmt: skip


@pytest.mark.parametrize('arguments', PRINTING)
def test_a_full_disk(arguments, run, program, echoes):
    command = f'{program} {arguments.format(file=echoes)} > /dev/full'
    done = run(['sh', '-c', command])
    assert done.returncode == OUTPUT
    assert done.stderr.splitlines()[-1] == 'caw: No space left on device'


@pytest.mark.parametrize('arguments', PRINTING)
def test_a_closed_output(arguments, run, program, echoes):
    done = run(['sh', '-c', f'{program} {arguments.format(file=echoes)} >&-'])
    assert done.returncode == OUTPUT
    assert done.stderr.splitlines()[-1] == 'caw: Bad file descriptor'


def test_a_closed_standard_error(run, program, save):
    """What is opened first must not get what is said to nobody."""
    kept = save(b'')
    kept.chmod(0o666)
    done = run(['sh', '-c', f'{program} /no/such/file {save(echo.capture(1))} 2>&- > {kept}'])
    assert done.returncode == USAGE
    assert b'caw:' not in kept.read_bytes()


def test_a_reader_that_leaves_early(start, save):
    """More lines than a pipe holds, and nobody for most of them."""
    running = start(save(echo.capture(20000, step=0)))
    assert running.stdout.read(100)
    running.stdout.close()
    assert running.stderr.read() == b''
    assert running.wait(timeout=30) == GOOD


def test_a_reader_that_leaves_while_nothing_comes(start):
    running = start()
    first, *_ = echo.pieces(2)
    running.stdin.write(first)
    running.stdout.close()
    assert running.wait(timeout=30) == GOOD
    assert running.stderr.read() == b''


def test_many_lines_and_long_ones(caw, save):
    """Larger than any buffer: 3 MB of lines, and one line of more than a megabyte."""
    done = caw(save(echo.capture(30000, step=0)))
    assert echo.words(done.stdout) == echo.expected(30000)
    array = echo.wire.message(15, bytes(4 * 100000), type=5, count=100000, p1=1, p2=1)
    chunks = [(side, data) for piece in echo.wire.cut(array, 40000)
              for side, data in (('server', piece), ('client', b''))]  # fmt: skip
    packets = echo.wire.circuit([('client', echo.ECHO), *chunks, ('client', echo.ECHO)])
    done = caw(save(echo.wire.capture(packets)))
    lines = done.stdout.splitlines()
    assert len(lines) == 3 and lines[1].count('0, ') > 99990


# ---- the input ---------------------------------------------------------------------------------


def test_what_cannot_be_read(caw, save, stage):
    for name in ('/no/such/file.pcap', stage):
        done = caw(name)
        assert (done.returncode, done.stdout) == (USAGE, '') and str(name) in done.stderr
    done = caw(save(b'this is no capture at all\n'))
    assert (done.returncode, done.stdout) == (USAGE, '') and 'pcap' in done.stderr


def test_damaged_input(caw, save):
    """A packet that claims more bytes than any has: what was before it is printed."""
    whole = echo.capture(4)
    damaged = save(whole + b'\xff' * 200)
    done = caw(damaged)
    assert echo.words(done.stdout) == echo.expected(4)
    assert done.returncode == DAMAGED and str(damaged) in done.stderr


def test_a_file_of_several_is_missing(caw, save):
    """The others are read, and the status tells."""
    done = caw(save(echo.capture(2)), '/no/such/file.pcap')
    assert echo.words(done.stdout) == echo.expected(2)
    assert done.returncode == USAGE and '/no/such/file.pcap' in done.stderr


def test_an_empty_capture(caw, save):
    done = caw(save(echo.wire.capture([])))
    assert (done.returncode, done.stdout, done.stderr) == (GOOD, '', '')
