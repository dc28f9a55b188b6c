# SPDX-License-Identifier: GPL-2.0-or-later
"""FIELDS.md has every name that Wireshark has registered for the plugin, and no other."""

import re

from places import ROOT


def test_fields_md_has_every_filter_name(run):
    columns = [line.split('\t') for line in run(['tshark', '-G', 'fields']).stdout.splitlines()]
    registered = [row[2] for row in columns if row[0] == 'F' and row[2].startswith('ca.')]
    written = re.findall(r'`(ca\.[\w.]+)`', (ROOT / 'plugin' / 'FIELDS.md').read_text())
    assert len(registered) > 100
    assert set(registered) - set(written) == set(), 'not in FIELDS.md'
    assert set(written) - set(registered) == set(), 'in FIELDS.md only'
