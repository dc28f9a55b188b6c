# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes of caw-cookbook(7): for each question of its table the command, the filter and the view."""

import functools
import re
from dataclasses import dataclass

from test_documents import MAN, blocks, examples, plain

PAGE = MAN / 'caw-cookbook.7'


def as_made(text):
    """The network of made captures in the place of the recorded ones'."""
    return text.replace('10.77.0.', '10.1.0.')


@dataclass
class Recipe:
    command: str  # the only one
    shown: list  # of its output
    filter: str  # of Wireshark, if there is one
    view: str  # the same

    @property
    def capture(self):
        return re.search(r'[\w-]+\.pcap|FILE', self.command)[0]

    @property
    def expression(self):
        return re.search(r"--where '([^']+)'", self.command)[1]

    def of(self, path):
        """For another capture, which is in another network when it is made."""
        command = self.command.replace(self.capture, str(path), 1)
        return command if str(path).endswith(self.capture) else as_made(command)


def recipe(section):
    (found,) = re.findall(r'^\.EX\n(.*?)^\.EE$', section, re.M | re.S)
    block = plain(found)
    ((command, shown),) = examples(block if block.startswith('$ ') else '$ ' + block)
    filter = re.search(r'^Filter:\n\.B (.*)$', section, re.M)
    view = re.search(r'^View: (.*)$', section, re.M)
    return Recipe(command, shown, filter and plain(filter[1]), view and view[1])


@functools.cache
def recipes():
    sections = re.split(r'^\.S[SH] (.*)\n', PAGE.read_text(), flags=re.M)
    asked = {plain(title): text for title, text in zip(sections[1::2], sections[2::2])}
    return {title: recipe(asked[title]) for title in table() if title in asked}


def table():
    """{question: command} of the page's first block."""
    rows = (re.split(r' {2,}', line, maxsplit=1) for line in blocks(PAGE)[0].splitlines())
    return dict(rows)
