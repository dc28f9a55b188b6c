# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking the small C programs of tests/core: one line in, one line out."""

import os
import subprocess

from places import BUILD


def start_driver(name):
    """ask(line): the answer of the program build/tests/NAME, or of the one CAW_NAME names."""
    path = os.environ.get('CAW_' + name.upper(), BUILD / 'tests' / name)
    process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(line):
        process.stdin.write(line + '\n')
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, f'{name} died of: {line}'
        return answer.rstrip('\n')

    return ask
