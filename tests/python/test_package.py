# SPDX-License-Identifier: GPL-2.0-or-later
"""The package as it is installed: a wheel that needs nothing, an sdist that makes the same wheel."""

import email
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from conftest import PACKAGE
from places import ROOT

BUILD = 'import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])'
VERSION = next(
    line.split()[2]
    for line in (ROOT / 'ca-core' / 'CMakeLists.txt').read_text().splitlines()
    if line.startswith('project(libcaw VERSION ')
)


def build(kind, source, target):
    """The wheel or sdist of a source folder."""
    target.mkdir()
    subprocess.run(
        [sys.executable, '-c', BUILD.format(kind), target],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope='module')
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp('sdist')
    ignored = shutil.ignore_patterns('__pycache__', 'build', '*.egg-info')
    shutil.copytree(PACKAGE, folder / 'source', ignore=ignored)
    return build('sdist', folder / 'source', folder / 'made')


@pytest.fixture(scope='module')
def wheel(sdist, tmp_path_factory):
    folder = tmp_path_factory.mktemp('wheel')
    with tarfile.open(sdist) as archive:
        archive.extractall(folder)
    return build('wheel', folder / sdist.name[: -len('.tar.gz')], folder / 'made')


@pytest.fixture(scope='module')
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp('installed')
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def python(installed):
    """python(script, argument): what it prints, with the wheel and the standard library alone."""

    def python(script, *arguments):
        start = f'import sys; sys.path.insert(0, {str(installed)!r})\n'
        done = subprocess.run(
            [sys.executable, '-I', '-S', '-W', 'error', '-c', start + script, *arguments],
            stdout=subprocess.PIPE,
            check=True,
        )
        return done.stdout.decode().strip()

    return python


def test_wheel(wheel):
    """Pure Python for any machine, with its licence, its types, and no dependency."""
    assert wheel.name == f'caw-{VERSION}-py3-none-any.whl'
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = email.message_from_bytes(archive.read(f'caw-{VERSION}.dist-info/METADATA'))
    assert {f'caw/{path.name}' for path in (PACKAGE / 'caw').glob('*.py')} <= names
    assert 'caw/py.typed' in names
    assert any(name.endswith('/LICENSE') for name in names)
    assert metadata['License-Expression'] == 'BSD-3-Clause'
    assert metadata['Requires-Python'] == '>=3.9'
    assert set(metadata.get_all('Provides-Extra')) == {'pandas', 'plot'}
    assert all('extra == ' in each for each in metadata.get_all('Requires-Dist'))


def test_without_any_package(python, captures):
    script = 'import caw\nprint(sum(1 for _ in caw.shark(sys.argv[1])), caw.__version__)'
    assert python(script, captures / 'monitors.pcap') == f'182 {VERSION}'


@pytest.mark.parametrize('call', ["frame('x')", "values('x', 'y')", "report('puts', 'x')"])
def test_what_needs_pandas_says_so(python, call):
    script = f'import caw\ntry: caw.{call}\nexcept ImportError as error: print(error)'
    assert python(script) == "this needs pandas: pip install 'caw[pandas]'"


def test_version_is_that_of_the_program(program):
    import caw

    done = subprocess.run([program, '--version'], stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().split() == ['caw', caw.__version__]


def test_everything_is_told():
    """Each public name has a docstring."""
    import caw

    for name in caw.__all__:
        thing = getattr(caw, name)
        assert isinstance(thing, str) or thing.__doc__, name
