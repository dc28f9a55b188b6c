# SPDX-License-Identifier: GPL-2.0-or-later
"""What cmake --install puts where, and which Wireshark is refused."""

import os
import re
import subprocess

from conftest import BUILD, ROOT


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
        r'lib/.*wireshark/plugins/4\.\d/epan/ca\.so',
        r'share/man/man1/caw\.1\.gz',
        r'share/man/man7/caw-cookbook\.7\.gz',
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


def test_another_wireshark_is_refused(tmp_path):
    version = {'MAJOR': 3, 'MINOR': 6}
    (tmp_path / 'WiresharkConfig.cmake').write_text(
        'set(Wireshark_VERSION 3.6.2)\nset(Wireshark_PLUGINS_ENABLED 1)\n'
        'set(Wireshark_INSTALL_PREFIX /usr)\n'
        + ''.join(f'set(Wireshark_{part}_VERSION {value})\n' for part, value in version.items())
    )
    done = cmake('-S', ROOT, '-B', tmp_path / 'build', f'-DWireshark_DIR={tmp_path}')
    assert done.returncode != 0
    assert 'This is Wireshark 3.6.2' in done.stderr
    for series in ('4.0', '4.4', '4.6'):
        assert series in done.stderr
