# SPDX-License-Identifier: GPL-2.0-or-later
"""What is run by Wine, which tests/windows/run has begun.

Wine starts a program of this system, too, and then ends well whatever becomes of it: only a file
that is Windows's is run.
"""

import shutil

from places import BUILD

WINDOWS = BUILD / 'static' / 'windows'
EXE = WINDOWS / 'bin' / 'caw.exe'
COMPILER = shutil.which('x86_64-w64-mingw32ucrt-gcc') or 'x86_64-w64-mingw32-gcc'


def by_wine(*command):
    """The command that runs a program of Windows."""
    with open(command[0], 'rb') as program:
        assert program.read(2) == b'MZ', f'{command[0]}: not a program of Windows'
    return ['wine', *map(str, command)]
