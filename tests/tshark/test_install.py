# SPDX-License-Identifier: GPL-2.0-or-later
"""What cmake --install puts where, which Wireshark is refused, and what install.sh says."""

import os
import re
import shutil
import subprocess

import pytest
from places import BUILD, ROOT


def cmake(*arguments, **environment):
    return subprocess.run(
        ['cmake', *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def test_destdir_and_prefix(tmp_path):
    done = cmake('--install', BUILD, '--prefix', '/opt/epics', DESTDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    names = [str(p.relative_to(tmp_path)) for p in tmp_path.rglob('*') if p.is_file()]
    assert all(name.startswith('opt/epics/') for name in names), names
    expected = [
        r'bin/caw',
        r'lib/.*wireshark/plugins/[34]\.\d/epan/ca\.so',
        r'share/man/man1/caw\.1\.gz',
        r'share/man/man7/caw-cookbook\.7\.gz',
        r'share/man/man7/caw-reports\.7\.gz',
        r'share/man/man7/caw-where\.7\.gz',
        r'share/bash-completion/completions/caw',
        r'share/zsh/(site-functions|vendor-completions)/_caw',
        r'share/fish/vendor_completions\.d/caw\.fish',
        *(
            rf'share/wireshark/profiles/EPICS CA/{file}'
            for file in ('preferences', 'recent', 'colorfilters', 'cfilters', 'dfilters', 'dfilter_buttons')
        ),
        r'include/caw\.h',
        r'lib/.*libcaw\.a',
        r'lib/.*pkgconfig/caw\.pc',
        r'lib/.*cmake/caw/caw-config\.cmake',
    ]
    for pattern in expected:
        assert any(re.fullmatch(f'opt/epics/{pattern}', name) for name in names), pattern


def test_the_program_alone(tmp_path):
    """Where Wireshark is not: neither the plugin nor the profile, but all of caw."""
    build = tmp_path / 'build'
    options = ['-DCMAKE_DISABLE_FIND_PACKAGE_Wireshark=ON', '-DBUILD_TESTING=OFF']
    for step in (['-S', ROOT, '-B', build, *options], ['--build', build], ['--install', build]):
        done = cmake(*step, DESTDIR=str(tmp_path / 'installed'))
        assert done.returncode == 0, done.stderr
    names = {path.name for path in (tmp_path / 'installed').rglob('*')}
    assert {'caw', 'caw.1.gz', 'caw-cookbook.7.gz', 'caw-reports.7.gz', 'caw-where.7.gz', '_caw', 'caw.fish',
            'libcaw.a'} <= names  # fmt: skip
    assert not {'ca.so', 'wireshark', 'cfilters'} & names
    printed = subprocess.run(
        [build / 'bin' / 'caw', ROOT / 'tests' / 'captures' / 'beacons.pcap'],
        env={}, capture_output=True, text=True,
    )  # fmt: skip
    assert (printed.returncode, printed.stderr) == (0, '')
    assert [line.split()[2].partition('(')[0] for line in printed.stdout.splitlines()] == ['Beacon'] * 8


def test_another_wireshark_is_refused(tmp_path):
    """In one sentence, with what to do."""
    version = {'MAJOR': 3, 'MINOR': 2}
    (tmp_path / 'WiresharkConfig.cmake').write_text(
        'set(Wireshark_VERSION 3.2.1)\nset(Wireshark_PLUGINS_ENABLED 1)\n'
        + ''.join(f'set(Wireshark_{part}_VERSION {value})\n' for part, value in version.items())
    )
    done = cmake('-S', ROOT, '-B', tmp_path / 'build', f'-DWireshark_DIR={tmp_path}')
    assert done.returncode != 0
    told = ' '.join(done.stderr.split())
    assert 'for Wireshark 3.4, 3.6, 4.0, 4.2, 4.4, 4.6, and this is 3.2.1' in told
    assert '-DCMAKE_DISABLE_FIND_PACKAGE_Wireshark=ON' in told


# ---- install.sh ------------------------------------------------------------------------------


def install_sh(run, *options, **environment):
    """Of a copy, because nobody may not read the tree."""
    tree = environment.pop('tree')
    return run([tree / 'packaging' / 'install.sh', *options], env=environment)


def copy_of_packaging(folder):
    shutil.copytree(ROOT / 'packaging', folder / 'packaging')
    for path in (folder, *folder.rglob('*')):
        path.chmod(0o755)
    return folder


def test_install_sh_tells_its_options(run, stage):
    tree = copy_of_packaging(stage / 'made' / 'help')
    for option in ('-h', '--help'):
        done = install_sh(run, option, tree=tree)
        assert (done.returncode, done.stderr) == (0, '')
        assert all(word in done.stdout for word in ('--system', '--alone', '--uninstall', '~/.local'))
        assert '#' not in done.stdout
    done = install_sh(run, '--nonsense', tree=tree)
    assert done.returncode == 1 and '--nonsense' in done.stderr and '--help' in done.stderr


def test_uninstall_tells_what_it_removes(run, stage):
    """And leaves alone what it has not installed."""
    tree = copy_of_packaging(stage / 'made' / 'uninstall')
    home = tree / 'home'
    home.mkdir()
    plugins = run(['tshark', '-G', 'folders'], env={'HOME': str(home)}).stdout
    plugins = re.search(r'^Personal Plugins:\s*(.+)$', plugins, re.M)[1]
    ours = [f'{plugins}/epan/ca.so', f'{home}/.local/bin/caw']
    other = home / '.local' / 'bin' / 'other'
    for path in (*ours, other):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, 'w').close()
    for path in (home, *home.rglob('*')):
        path.chmod(0o777)

    done = install_sh(run, '--uninstall', tree=tree, HOME=str(home))
    assert (done.returncode, done.stderr) == (0, '')
    assert sorted(done.stdout.splitlines()) == sorted(f'Removed {path}' for path in ours)
    assert [path for path in home.rglob('*') if path.is_file()] == [other]

    for options in ((), ('--alone',)):
        done = install_sh(run, '--uninstall', *options, tree=tree, HOME=str(home))
        assert (done.returncode, done.stderr) == (0, '')
        assert done.stdout.startswith('Nothing to remove') and len(done.stdout.splitlines()) == 1


def test_uninstall_where_tshark_is_gone(run, stage):
    """What can be found without it is removed: the program."""
    tree = copy_of_packaging(stage / 'made' / 'gone')
    bin = tree / 'home' / '.local' / 'bin'
    bin.mkdir(parents=True)
    (bin / 'caw').touch()
    tools = tree / 'tools'
    tools.mkdir()
    for tool in ('bash', 'dirname', 'id', 'rm', 'rmdir'):
        (tools / tool).symlink_to(shutil.which(tool))
    for path in (tree, *tree.rglob('*')):
        if not path.is_symlink():
            path.chmod(0o777)
    done = install_sh(
        run, '--uninstall', tree=tree, HOME=str(tree / 'home'), PATH=str(tools)
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert done.stdout == f'Removed {bin}/caw\n' and not bin.exists()


@pytest.mark.parametrize('manager, names, not_names', [
    ('dnf', ['libpcap-devel', 'xz-devel', 'wireshark-devel', 'wireshark-cli'], ['cmake', 'tshark', '-']),
    ('brew', ['libpcap', 'xz', 'wireshark'], ['cmake', 'wireshark-dev', 'gcc', '-']),
])  # fmt: skip
def test_install_sh_knows_other_systems(run, stage, manager, names, not_names):
    """By programs of their names that have cmake and cannot install the rest."""
    tree = copy_of_packaging(stage / 'made' / manager)
    tools = tree / 'tools'
    tools.mkdir()
    for tool in ('awk', 'bash', 'cat', 'dirname', 'id', 'sed'):
        (tools / tool).symlink_to(shutil.which(tool))
    asked = '[ $1 = install ] || { [ $2 = cmake ]; exit; }\necho ASKED "$@"; exit 1\n'
    for name, script in (
        (manager, asked),
        ('rpm', asked),
        ('sudo', 'exec "$@"\n'),
    ):
        (tools / name).write_text(f'#!{shutil.which("bash")}\n{script}')
    for path in (tree, *tree.rglob('*')):
        if not path.is_symlink():
            path.chmod(0o755)
    done = install_sh(run, tree=tree, HOME=str(tree), PATH=str(tools))
    assert done.returncode != 0
    asked = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith('ASKED')]
    assert asked and all(set(names) <= set(words) for words in asked), done.stdout + done.stderr
    assert not any(set(not_names) & set(words) for words in asked)
