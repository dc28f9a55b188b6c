# SPDX-License-Identifier: GPL-2.0-or-later
"""Files by their names, as Windows has them; and what is in the zip."""

import gzip
import lzma
import shutil
import subprocess
import zipfile

import pytest

from places import CAPTURES, ROOT
from wine import EXE, WINDOWS

BEACONS = CAPTURES / 'beacons.pcap'
ODD = [
    'two words.pcap',
    'Strahlführung.pcap',
    '加速器 真空.pcap',
    '\U0001f52d.pcap',
    "it's 100% ^&;,=+[x]!.pcap",
    '-o',
    'no extension',
]


@pytest.mark.parametrize('name', ODD)
def test_an_odd_name(name, exe, here, tmp_path):
    shutil.copy(BEACONS, tmp_path / name)
    assert exe(f'./{name}', cwd=tmp_path).stdout == here(BEACONS).stdout != b''


@pytest.mark.parametrize('name', ODD[:5])
def test_a_name_that_is_not_there(name, exe, tmp_path):
    missing = exe(name, cwd=tmp_path)
    assert missing.returncode == 2 and not missing.stdout
    assert missing.stderr.decode().splitlines() == [f'caw: {name}: No such file or directory']


def test_a_folder(exe, tmp_path):
    (tmp_path / 'a folder').mkdir()
    refused = exe('a folder', cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.splitlines() == [b'caw: a folder: Is a directory']


def test_a_pattern(exe, here, tmp_path):
    """No shell of Windows makes files of it."""
    for name in ('a 1.pcap', 'a 2.pcap', 'b.pcap'):
        shutil.copy(CAPTURES / 'puts.pcap', tmp_path / name)
    want = here('a 1.pcap', 'a 2.pcap', cwd=tmp_path).stdout
    assert exe('a?*.pcap', cwd=tmp_path).stdout == want != b''


def pack(method, content):
    if method == 'gzip':
        return gzip.compress(content)
    if method == 'xz':
        return lzma.compress(content)
    return subprocess.run([method, '-c'], input=content, capture_output=True, check=True).stdout


@pytest.mark.parametrize('method', ['gzip', 'zstd', 'lz4', 'xz'])
def test_a_packed_file(method, exe, here, tmp_path):
    (tmp_path / 'packed').write_bytes(pack(method, BEACONS.read_bytes()))
    assert exe('packed', cwd=tmp_path).stdout == here(BEACONS).stdout != b''


def test_a_damaged_file(exe, here, tmp_path):
    (tmp_path / 'cut.pcap').write_bytes(BEACONS.read_bytes()[:-7])
    damaged, judge = (run('cut.pcap', cwd=tmp_path) for run in (exe, here))
    assert damaged.returncode == judge.returncode == 3
    assert (damaged.stdout, damaged.stderr) == (judge.stdout, judge.stderr)


def test_names_of_channels(exe, here, tmp_path):
    """A file that an editor of Windows has written."""
    names = '# seen by casr\r\n1 = ß:ai\r\n'
    (tmp_path / 'naïve.txt').write_bytes(names.encode())
    got, want = (
        run('--names', 'naïve.txt', CAPTURES / 'midstream.pcap', cwd=tmp_path)
        for run in (exe, here)
    )
    assert (got.stdout, got.stderr, got.returncode) == (want.stdout, want.stderr, want.returncode)


def test_the_zip():
    [path] = WINDOWS.glob('caw-*-windows.zip')
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        files = {name.split('/', 1)[1]: packed.read(name) for name in packed.namelist()}
    assert files.pop('caw.exe') == EXE.read_bytes()
    files.pop('', None)
    assert sorted(files) == ['LICENSE.txt', 'LICENSES-of-libraries.txt', 'caw-cookbook.txt',
                             'caw-reports.txt', 'caw-where.txt', 'caw.txt']
    for name, content in files.items():
        assert content.count(b'\r\n') == content.count(b'\n') > 20, name
        assert b'\x08' not in content, name
    assert b'--immediate-mode' in files['caw.txt'] and b'EXPRESSION' in files['caw-where.txt'].upper()
    licence = (ROOT / 'ca-core' / 'LICENSE').read_bytes()
    assert files['LICENSE.txt'].replace(b'\r', b'') == licence
    for library in (b'zlib', b'libzstd', b'lz4', b'xz-utils', b'mingw-w64'):
        assert b'==== ' + library in files['LICENSES-of-libraries.txt']
