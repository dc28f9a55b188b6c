# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of channels that were created before the capture: given to caw, and in a preference."""

import csv

import pytest
import wire
from wire import CLIENT_END, SERVER_END, message

SERVER = '%s:%d' % SERVER_END
CLIENT = '%s:%d' % CLIENT_END
DOUBLE = b'\x3f\xf0' + bytes(6)  # 1.0
GET, UPDATE, CLEAR = 15, 1, 12


def get(sid, ioid):
    return 'client', message(GET, type=6, count=1, p1=sid, p2=ioid)


def got(ioid):
    return 'server', message(GET, DOUBLE, type=6, count=1, p1=1, p2=ioid)


def update(id):
    return 'server', message(UPDATE, DOUBLE, type=6, count=1, p1=1, p2=id)


# What goes on in a circuit that is older, and the PV of each message.
TALK = [
    (get(17, 1), 't:sid'),
    (got(1), 't:sid'),
    (update(42), 't:sub'),
    (update(43), None),
    (get(18, 2), None),
    (got(2), None),
    (('client', message(CLEAR, p1=17, p2=5)), 't:sid'),
    (('server', message(CLEAR, p1=17, p2=5)), 't:sid'),
    (get(17, 3), None),
    (update(42), 't:sub'),
]
ROWS = [
    (SERVER, '', 'sid', '17', 't:sid'),
    (SERVER, CLIENT, 'subscription', '42', 't:sub'),
    (SERVER, '10.1.0.2:1', 'subscription', '43', 't:of-another-client'),
    ('10.9.9.9:5064', '', 'sid', '18', 't:of-another-server'),
]


@pytest.fixture(scope='module')
def older(save):
    """The talk without the handshake before it."""
    return save(wire.capture(wire.circuit([chunk for chunk, _ in TALK])[2:]))


@pytest.fixture
def names(save):
    """names(text): path of a file with it."""
    return lambda text: save(text.encode(), 'txt')


def file_of(rows):
    return ''.join(' '.join(filter(None, row)) + '\n' for row in rows)


def preferences(rows, table='ca_names'):
    return [word for row in rows
            for word in ('-o', f'uat:{table}:' + ','.join(f'"{each}"' for each in row))]


WANTED = [pv or 'None' for _, pv in TALK]


# ---- caw -------------------------------------------------------------------------------------


def pvs(caw, *arguments):
    done = caw('--format', '{pv}', *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_file_gives_names(caw, names, older):
    assert pvs(caw, older) == ['None'] * len(TALK)
    assert pvs(caw, '--names', names(file_of(ROWS)), older) == WANTED


def test_they_choose_and_count(caw, names, older):
    file = names('# two\n\n' + file_of(ROWS))
    chosen = pvs(caw, '--names', file, '--where', 'pv ~ "t:s*"', older)
    assert chosen == [pv for _, pv in TALK if pv]
    done = caw('channels', '--csv', '--names', file, older)
    rows = list(csv.reader(done.stdout.splitlines()))[1:]
    told = {(row[0], row[4], row[8], row[9]) for row in rows}
    assert ('t:sid', '17', '0', '0') in told, 'its sid is known'
    assert ('t:sub', '', '1', '2') in told, 'one subscription, two updates'


def test_nothing_else_is_known_of_them(caw, names, older, tshark):
    """Neither how many elements they have nor where they were created."""
    done = caw('--format', '{channel_count}', '--names', names(file_of(ROWS)), older)
    assert set(done.stdout.split()) == {'None'}
    fields = '-T', 'fields', '-e', 'ca.channel_count', '-e', 'ca.create_in', *preferences(ROWS)
    assert not tshark('-r', older, *fields).strip()


def test_the_beginning_of_a_circuit_knows_better(caw, names, save):
    """An id that it has not given is wrong, and no older channel's."""
    whole = save(wire.capture(wire.circuit([chunk for chunk, _ in TALK])))
    assert pvs(caw, '--names', names(file_of(ROWS)), whole) == ['None'] * len(TALK)


@pytest.mark.parametrize('wrong, advice', [
    ('t:sid', "begin it with the server's address"),
    (f'{SERVER} t:sid', 'write sid or subscription'),
    (f'{SERVER} sid t:sid', 'write its number'),
    (f'{SERVER} sid 17', "write the PV's name"),
    (f'{SERVER} sid 17 t:sid t:x', 'has no spaces'),
])
def test_a_wrong_line_is_told(wrong, advice, caw, names, older):
    done = caw('--names', names(f'# comment\n{SERVER} sid 1 t:a\n{wrong}\n'), older)
    assert done.returncode == 2
    assert done.stdout == ''
    assert ', line 3: ' in done.stderr and advice in done.stderr


def test_no_such_file(caw, older):
    done = caw('--names', 'nowhere/names', older)
    assert (done.returncode, done.stdout) == (2, '')
    assert done.stderr == 'caw: --names nowhere/names: No such file or directory\n'


def test_tshark_has_the_preference_instead(caw, names, older):
    done = caw('--names', names(''), '-Y', 'ca', older)
    assert done.returncode == 2
    assert '--names does not go with -Y' in done.stderr


# ---- casr ------------------------------------------------------------------------------------

def casr(clients):
    """As caservertask.c and dbChannel.c print it, with a prompt before."""
    lines = ['epics> casr 2', 'Channel Access Server V4.13', f'{len(clients)} clients connected:']
    for end, channels in clients.items():
        lines += [f"    TCP client at {end} 'console3':",
                  f"\tUser 'operator', V4.13, Priority = 0, {len(channels)} Channels"]
        lines += [f"        Channel: '{pv}'" for pv in channels]
    return '\n'.join([*lines, 'CAS-TCP server on 0.0.0.0:5064 with', 'epics> '])


def test_casr_names_what_has_one_channel(caw, names, older):
    file = names(casr({'10.9.9.9:1': ['t:x'], CLIENT: ['t:only']}))
    told = pvs(caw, '--names', file, older)
    over = TALK.index((get(17, 3), None))
    assert told == ['t:only'] * over + ['None'] + ['t:only'] * (len(TALK) - over - 1)


def test_casr_names_none_of_several(caw, names, older):
    file = names(casr({CLIENT: ['t:one', 't:two', 't:three'], '10.9.9.9:1': ['t:x']}))
    assert pvs(caw, '--names', file, older) == ['None'] * len(TALK)
    told = caw('--names', file, older).stderr.splitlines()
    assert told[0].startswith(f'caw: {file}: 3 of 4 channels name nothing'), told
    assert 'casr' not in caw('--quiet', '--names', file, older).stderr


# ---- Wireshark -------------------------------------------------------------------------------


@pytest.mark.parametrize('passes', [(), ('-2',)], ids=['once', 'twice'])
def test_a_preference_gives_names(passes, tshark, older):
    told = tshark(*passes, '-r', older, '-T', 'fields', '-e', 'ca.pv', *preferences(ROWS))
    assert told.splitlines() == [pv or '' for _, pv in TALK]


def test_they_are_in_lines(lines, older):
    told = lines(older, *preferences(ROWS), report='ca,lines,{pv}')
    assert told == WANTED


@pytest.mark.parametrize('row', [
    ('', '', 'sid', '17', 't:a'),
    (SERVER, '', 'cid', '17', 't:a'),
    (SERVER, '', 'sid', 'x', 't:a'),
    (SERVER, '', 'sid', '17', ''),
    (SERVER, '', 'sid', '17', 't:a t:b'),
    (SERVER, '10.0.0.1', 'sid', '17', 't:a'),
])
def test_a_wrong_row_is_refused(row, run, older):
    done = run(['tshark', '-r', older, *preferences([row])])
    assert done.returncode != 0
    assert 'ca_names' in done.stderr
