# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages that tests look at: each of a recorded capture and of one with names that want to harm it."""

import json
import struct
from html.parser import HTMLParser

import talk
import wire

# As names of a PV, a user, a host, as a value and as the text of an error.
HOSTILE = [
    '</script><script>window.harmed=1</script>',
    '</title><img src=x onerror=window.harmed=1>',
    '" onmouseover="window.harmed=1" x="',
    "' or '1'=='1",
    """both " and ' {a,b} [c] * \\ `id` $(id) !x""",
    '<!--<script>',
    '\u2028window.harmed=1\u2029\u202e',
    '=1+1;&lt;b&gt;${window.harmed=1}',
    ']]></style><svg onload=window.harmed=1>',
]


def hostile(start=wire.NOON):
    """A capture in which everything has such a name: searched, created, written, refused."""
    packets = []
    for i, name in enumerate(HOSTILE):
        raw = name.encode()[:39]
        client = ('10.1.0.2', 41000 + i)
        searching = wire.message(6, wire.text(name.encode()), type=5, count=13, p1=i, p2=i)
        packets.append(wire.udp(wire.SEARCHER, wire.EVERYBODY, talk.version() + searching))
        request = wire.message(4, raw.ljust(40, b'\0'), type=0, count=1, p1=7, p2=3)
        packets += wire.circuit(
            [
                talk.client(
                    wire.message(0, count=13),
                    wire.message(20, wire.text(name.encode())),
                    wire.message(21, wire.text(name.encode())),
                ),
                talk.client(wire.message(18, wire.text(name.encode()), p1=1, p2=13)),
                talk.created(1, 7),
                ('client', request),
                talk.failing(request, talk.NO_WRITE, 1, name.encode()),
                talk.subscribe(7, 5),
                ('server', wire.message(1, struct.pack('>d', i), type=6, count=1, p1=1, p2=5)),
                talk.read(7, 9),
                talk.value(9),
            ],
            client=client,
        )
    return wire.pcap(wire.ethernet(wire.timed(packets, start, step=1)))


class Elements(HTMLParser):
    """What a browser finds in a page: (name, attributes) of its elements, and the text in each."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self._texts = []
        self._open = []
        self.feed(page)
        self.texts = [''.join(texts) for texts in self._texts]

    def handle_starttag(self, name, attributes):
        self.found.append((name, dict(attributes)))
        self._texts.append([])
        if name not in ('meta', 'input'):
            self._open.append(self._texts[-1])

    def handle_endtag(self, name):
        self._open.pop()

    def handle_data(self, text):
        for each in self._open:
            each.append(text)

    def named(self, name):
        return [(each, text) for (of, each), text in zip(self.found, self.texts) if of == name]


def data_of(page):
    """The JSON in it."""
    (text,) = [text for each, text in Elements(page).named('script') if each.get('id') == 'data']
    return json.loads(text)
