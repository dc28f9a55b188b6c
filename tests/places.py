# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are, and who runs them.

CAW_BUILD names the build folder (default: build/ at the top of the tree).
"""

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
CAPTURES = TESTS / 'captures'
BUILD = Path(os.environ.get('CAW_BUILD', ROOT / 'build'))
NOBODY = 65534


def as_nobody():
    """Arguments for subprocess that give up root."""
    if os.geteuid() != 0:
        return {}
    return {'user': NOBODY, 'group': NOBODY, 'extra_groups': []}
