# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tests run tshark with the plugin, and what they ask it."""

import io
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import older
from places import BUILD, as_nobody


@pytest.fixture(scope='session')
def environment(environment, stage):
    """That of every test, with the plugin; what Wireshark would forgive ends it."""
    return environment | {
        'WIRESHARK_PLUGIN_DIR': str(stage / 'plugins'),
        'WIRESHARK_ABORT_ON_DISSECTOR_BUG': '1',
        'WIRESHARK_ABORT_ON_TOO_MANY_ITEMS': '1',
    }


@pytest.fixture(scope='session')
def start(environment):
    """start(command, ...): a running process of the same kind, for live tests."""

    def start(command, **options):
        options = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE} | as_nobody() | options
        return subprocess.Popen([str(c) for c in command], env=environment, **options)

    return start


@pytest.fixture(scope='session')
def tshark(run):
    """tshark(arguments, ...): its standard output. Fails on any complaint of the dissector."""

    def tshark(*arguments, **options):
        done = run(['tshark', *arguments], **options)
        assert done.returncode == 0, f'tshark {arguments}: {done.returncode}\n{done.stderr}'
        assert 'issector bug' not in done.stderr + done.stdout, done.stderr
        return done.stdout

    return tshark


@pytest.fixture(scope='session')
def protos(tshark):
    """protos(capture, arguments...): [(frame, proto)] of each message, the trees that tshark has."""

    def protos(capture, *arguments):
        text = tshark('-r', capture, *arguments, '-o', 'ca.elements_shown:1', '-T', 'pdml', '-J',
                      'ca frame', errors='replace')  # fmt: skip
        for packet in ElementTree.fromstring(text).iter('packet'):
            frame = int(packet.find("./proto[@name='geninfo']/field[@name='num']").get('show'))
            for proto in packet.iterfind("./proto[@name='ca']"):
                if proto.find(".//field[@name='ca.message']") is not None:
                    yield frame, proto

    return protos


@pytest.fixture(scope='session')
def home(stage):
    """A home folder with the tests' own plugins."""
    home = stage / 'plugins-home'
    shutil.copytree(BUILD / 'tests' / 'home', home)
    for path in (home, *home.rglob('*')):
        path.chmod(0o755)
    return home


@pytest.fixture(scope='session')
def sharkd(run):
    """sharkd(capture, (method, parameters)...): what it answers to each."""

    def sharkd(capture, *calls, **options):
        asked = enumerate([('load', {'file': str(capture)}), *calls], 1)
        text = ''.join(older.sharkd_call(number, *call) + '\n' for number, call in asked)
        stream = io.BytesIO(run(['sharkd', '-'], input=text.encode(), **options).stdout.encode())
        return [older.sharkd_answer(stream) for _ in range(len(calls) + 1)][1:]

    return sharkd


@pytest.fixture(scope='session')
def lines(tshark):
    """lines(capture, arguments...): the lines of a capture, of `-z ca,lines` unless `report` says more."""

    def lines(capture, *arguments, report='ca,lines'):
        return tshark('-q', '-r', capture, *arguments, '-z', report).splitlines()

    return lines


@pytest.fixture(scope='session')
def own_lines(caw):
    """own_lines(capture): the lines of a capture as the program prints them."""

    def own_lines(capture):
        done = caw(capture)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return own_lines
