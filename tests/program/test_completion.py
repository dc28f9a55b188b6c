# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion in bash, zsh and fish: what becomes of a line that somebody types in them.

Each shell runs in a terminal and loads our script as it is installed. The program it calls passes
the questions of the script on to caw, and writes down with which arguments it is called otherwise.
"""

import json
import os
import pty
import re
import shutil
import socket
import subprocess
import threading

import pytest

from places import ROOT, as_nobody

SCRIPTS = ROOT / 'packaging' / 'completion'
TAB = '\t'

CALLED = """#!/bin/sh
[ "$1" = --complete ] && exec {program} "$@"
printf '%s\\n' "$@" > called.tmp
mv called.tmp called
"""


def bash(folder):
    return ['bash', '--noprofile', '--rcfile', folder / 'caw.bash', '-i']


def zsh(folder):
    """Where a function of this name is in fpath, zsh finds it by its first line."""
    (folder / '.zshrc').write_text(
        f'fpath=({folder} $fpath)\nautoload -Uz compinit\ncompinit -u -D\nPS1="> "\n'
    )
    return ['zsh', '-d', '-i']


def fish(folder):
    """Where it has no completions of manual pages, it makes them, and goes on when it has ended."""
    for where in ('.local/share', '.cache'):  # fish 3; 4
        (folder / where / 'fish' / 'generated_completions').mkdir(parents=True)
    return ['fish', '--init-command', f'source {folder}/caw.fish', '-i']


SHELLS = [bash, zsh, fish]


@pytest.fixture
def folder(stage, program, request):
    """Where the shell starts: with our scripts, a program caw, and files to be named."""
    folder = stage / 'made' / f'completion-{os.getpid()}-{abs(hash(request.node.name))}'
    shutil.copytree(SCRIPTS, folder)
    (folder / 'caw').write_text(CALLED.format(program=program))
    (folder / 'caw').chmod(0o755)
    (folder / 'monday.pcap').touch()
    (folder / 'my tuesday.pcap').touch()
    yield folder
    shutil.rmtree(folder)


def drain(terminal):
    """A terminal that nobody reads would stop the shell. It asks what the terminal is, too."""
    try:
        while shown := os.read(terminal, 4096):
            if b'\x1b[c' in shown:
                os.write(terminal, b'\x1b[?62c')
    except OSError:
        pass


def type_into(shell, folder, environment, line):
    """The arguments that the program is called with in the end."""
    command = ['setsid', '--ctty', '--wait', *(str(word) for word in shell(folder))]
    for path in (folder, *folder.rglob('*')):
        path.chmod(0o777)
    own = {'PATH': f'{folder}:{environment["PATH"]}', 'HOME': str(folder), 'TERM': 'xterm',
           'INPUTRC': '/dev/null', 'ZDOTDIR': str(folder)}  # fmt: skip
    main, terminal = pty.openpty()
    running = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=folder,
        env=environment | own, **as_nobody(),
    )  # fmt: skip
    os.close(terminal)
    reader = threading.Thread(target=drain, args=[main], daemon=True)
    reader.start()
    os.write(main, f'{line}\r'.encode() + b'exit\r')
    running.wait(timeout=60)
    os.close(main)
    return (folder / 'called').read_text().splitlines()


@pytest.mark.parametrize('shell', SHELLS)
@pytest.mark.parametrize(
    'line, arguments',
    [
        (f'caw --mem{TAB}1G', ['--memory', '1G']),
        (f'caw conn{TAB}mon{TAB}', ['connect', 'monday.pcap']),
        (f'caw -r mon{TAB}', ['-r', 'monday.pcap']),
        (f'caw my{TAB}', ['my tuesday.pcap']),
        (f'caw -i l{TAB}', ['-i', 'lo']),
        (f'caw --where unans{TAB}', ['--where', 'unanswered']),
        (f'caw --where=unans{TAB}', ['--where=unanswered']),
        (f"caw --where 'put and unans{TAB}", ['--where', 'put and unanswered']),
        (f'caw help sig{TAB}', ['help', 'signals']),
        (f'caw -z ca,connect,j{TAB}', ['-z', 'ca,connect,json']),
        (f'caw err{TAB}--js{TAB}', ['errors', '--json']),
        (f'caw connect --table serv{TAB}', ['connect', '--table', 'servers']),
        (f'caw --csv=fram{TAB}', ['--csv=frame']),
        (f'caw --json=f{TAB}', ['--json=full']),
        (f'caw --schema du{TAB}', ['--schema', 'duckdb']),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_a_line_is_completed(shell, line, arguments, folder, environment):
    assert type_into(shell, folder, environment, line) == arguments


# ---- what caw offers ---------------------------------------------------------------------------


@pytest.fixture
def offered(caw):
    """offered(words): what the last one may become, and what is said of it."""
    return lambda *words: dict(
        (line.split('\t') + [''])[:2] for line in caw('--complete', *words).stdout.splitlines()
    )


def test_every_option_is_offered(caw, offered):
    shown = set(re.findall(r'^  (-\w|--[\w-]+)', caw('--help').stdout, re.M))
    shown |= set(re.findall(r'^  -\w, (--[\w-]+)', caw('--help').stdout, re.M))
    assert set(offered('-')) == shown
    assert all(offered('-').values())


def test_every_topic_is_offered(caw, offered):
    shown = dict(re.findall(r'^  ([a-z]+)  +(.*)$', caw('help').stdout, re.M))
    assert offered('help', '') == shown


def test_every_key_is_offered(caw, offered):
    keys = json.loads(caw('--schema=json').stdout)['properties']
    found = offered('--csv', '=', '')
    assert {key.split('.')[0] for key in found} == set(keys) and all(found.values())
    assert found == offered('--csv', '=')
    assert found == {key.split('=')[1]: title for key, title in offered('--csv=').items()}
    assert offered('--csv=pv,data.prec') == {'--csv=pv,data.precision': 'Precision'}
    assert set(offered('--json=')) == {'--json=full'}
    assert ':files' in offered('--json', '')


def test_every_interface_is_offered(offered):
    names = [name for _, name in socket.if_nameindex()]
    assert set(offered('-i', '')) >= {'any', *names}


BEACON = ('beacon', 'beacon_period', 'beacon_average', 'beacon_server')


@pytest.mark.parametrize(
    'words, expected',
    [
        (['--where', 'put and not (unanswe'], {'put and not (unanswered'}),
        (['--where', 'has data.upper_a'], {'has data.upper_alarm_limit'}),
        (['--where', '=', 'unanswe'], {'unanswered'}),
        (['--where', '='], None),
        (['--capture-filter', 'host and bea'], {f'host and {word}' for word in BEACON}),
        (['-f', 'c'], {'ca:'}),
        (['-f', 'ca:bea'], {f'ca:{word}' for word in BEACON}),
        (['-i', 'lo', '--format', 'x', 'con'], {'connect', ':files'}),
        (['-nc', '5', 'con'], {'connect', ':files'}),
        (['a.pcap', 'con'], {':files'}),
        (['a.pcap', '--', 'con'], {':files'}),
        (['-c', ''], set()),
        (['--nonsense='], set()),
    ],
    ids=lambda value: ' '.join(value) if isinstance(value, list) else '',
)
def test_what_is_offered(words, expected, offered):
    found = set(offered(*words))
    assert found == expected if expected is not None else 'unanswered' in found


def test_reports_are_offered_first(offered):
    assert set(offered()) == {
        'search', 'connect', 'circuits', 'channels', 'puts', 'errors', 'servers', 'srt', 'all', 'help', ':files'
    }  # fmt: skip
    assert {'puts', 'servers'} <= set(offered('connect', '--table', ''))
