# SPDX-License-Identifier: GPL-2.0-or-later
"""caw and the plugin together; what each of them does alone is tested elsewhere."""

import os
import re
import subprocess

import pytest

import messages as made
import wire
from published import PUBLISHED_PORT, published_capture

ECHOES = [
    made.Sent('client', 'tcp', wire.message(23)),
    made.Sent('server', 'tcp', wire.message(23)),
]


@pytest.fixture
def echoes(save):
    return save(wire.capture(made.packets(ECHOES)))


def words(done):
    assert done.returncode == 0, done.stderr
    return [line.split()[-1] for line in done.stdout.splitlines()]


@pytest.mark.parametrize('options', [(), ('-Y', 'ca')], ids=['caw', 'tshark'])
def test_a_segment_behind_its_acknowledgment(options, caw, save):
    """Two directions, two queues of a network card: captures have such an order."""
    packets = wire.circuit([(s.side, s.data) for s in ECHOES] + [('server', b''), ('client', b'')])
    syns, asked, answered, acknowledged = packets[:2], packets[2], packets[3], packets[4:]
    capture = save(wire.capture([*syns, *acknowledged, answered, asked, answered]))
    done = caw(capture, *options)
    assert sorted(words(done)) == ['EchoRequest()', 'EchoResponse()'] and done.stderr == ''


def test_a_filter_is_no_format(caw, echoes):
    """Of -z ca,lines as of lines: what follows its comma is a format, and -Y a filter."""
    filtered = (echoes, '-Y', 'ca.response && !(ca.pv == "a,b")')
    assert words(caw(*filtered, '-z', 'ca,lines')) == ['EchoResponse()']
    done = caw(*filtered, '-z', 'ca,lines,{src},{command}')
    assert done.stdout.splitlines() == ['10.1.0.1,EchoResponse()']
    assert words(caw(echoes, '--format', 'a,{command}', '-z', 'ca,lines')) == [
        'a,EchoRequest()',
        'a,EchoResponse()',
    ]


def test_the_environment_chooses_no_lines(caw, tshark, echoes):
    inherited = {'CAW_FILTER': 'ca.response'}
    assert words(caw(echoes, '-Y', 'ca', env=inherited)) == ['EchoRequest()', 'EchoResponse()']
    assert len(tshark('-q', '-r', echoes, '-z', 'ca,lines', env=inherited).splitlines()) == 2


def test_the_rest_goes_to_tshark(caw, save):
    everything = caw(save(published_capture()), '--', *PUBLISHED_PORT)
    assert everything.stdout.count('192.168.86.245:50421') == 9


def test_help_names_every_token_of_a_format(caw, echoes):
    complaint = caw(echoes, '--format', '{nonsense}').stderr
    tokens = re.search(r'there are: ([a-z_, ]+) ', complaint)[1].split(', ')
    help = caw('help', 'format').stdout
    own = [token for token in tokens if '{%s}' % token in help]
    facts = re.split(r'^\S', caw('help', 'where').stdout.split('\nFACTS\n')[1], flags=re.M)[0]
    assert len(own) > 16 and not set(tokens) - set(own) - set(re.findall(r'\w+', facts))


@pytest.mark.parametrize(
    'options',
    [
        ('--format', '{src:d}', '-Y', 'ca'),
        ('-z', 'ca,filter', '--', '-z', 'ca,lines'),
        ('--', '-d', 'nonsense'),
    ],
    ids=' '.join,
)
def test_status_of_what_tshark_or_the_plugin_refuse(options, caw, echoes):
    done = caw(echoes, *options)
    assert (done.returncode, done.stdout) == (2, '') and done.stderr


def test_as_root_it_works_or_says_why(program, environment, echoes):
    """Wireshark ignores plugin folders when it runs as root; silence would be worst."""
    sudo = [] if os.geteuid() == 0 else ['sudo', '-n', '-E']

    def run(*options):
        command = [*sudo, str(program), str(echoes), *options]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=30
        )

    assert words(run()) == ['EchoRequest()', 'EchoResponse()']
    filtered = run('-Y', 'ca')
    if filtered.returncode == 0:  # the plugin is installed for the system
        assert words(filtered) == ['EchoRequest()', 'EchoResponse()']
    else:
        assert filtered.stdout == '' and 'packaging/install.sh --system' in filtered.stderr
