# SPDX-License-Identifier: GPL-2.0-or-later
"""The core's one rule for names of the wire, against Python's codecs and Unicode tables."""

import functools
import sys

from hypothesis import example, given, settings
from hypothesis import strategies as st

from driver import start_driver
from shown import decoded, fitting, pieces, shown

LARGE = 1 << 20
AT_ONCE = 4096


@functools.cache
def driver():
    return start_driver('printable_driver')


def ask(what, raw, size=LARGE):
    """(length, text) of printable or utf8 in a buffer of this size."""
    length, _, text = driver()(f'{what} {size} {raw.hex()}').partition(' ')
    return int(length), bytes.fromhex(text)


def characters():
    return [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]


def test_every_character():
    everything = characters()
    for start in range(0, len(everything), AT_ONCE):
        raw = ''.join(everything[start : start + AT_ONCE]).encode()
        assert ask('printable', raw)[1].decode() == shown(raw), f'from {start:#x}'
        assert ask('utf8', raw)[1] == raw, f'from {start:#x}'


# Names as they come: mostly UTF-8 and mostly Latin-1, bytes of all kinds, and these mixed and cut.
TEXTS = st.text(st.characters(exclude_categories=('Cs', 'Cn')), max_size=20)
ENCODED = st.one_of(
    TEXTS.map(str.encode),
    st.text(st.characters(max_codepoint=255), max_size=20).map(lambda text: text.encode('latin-1')),
    st.binary(max_size=20),
    st.lists(st.sampled_from(b'\x00\x1b\\"\x7f\x80\x9b\xa0\xad\xb0\xbf\xc2\xe2\xed\xf4\xff')).map(bytes),
)
RAW = st.one_of(
    ENCODED,
    st.lists(ENCODED, max_size=3).map(b''.join),
    TEXTS.map(lambda text: text.encode()[:-1]),
)


@settings(max_examples=5000, deadline=None)
@given(RAW)
@example(b'T\xb0:x')
@example('\U0001f600\u2028'.encode() + b'\xb0')
def test_any_bytes(raw):
    length, text = ask('printable', raw)
    assert text.decode() == shown(raw) and length == len(text)
    length, text = ask('utf8', raw)
    assert text.decode() == decoded(raw) and length == len(text)


@settings(max_examples=1000, deadline=None)
@given(RAW)
def test_the_encoding_does_not_matter(raw):
    """Who has the name as UTF-8 already gets the same."""
    assert ask('printable', decoded(raw).encode()) == ask('printable', raw)


def check_buffer(what, raw, size, parts):
    length, text = ask(what, raw, size)
    assert length == len(''.join(parts).encode())
    assert text == fitting(parts, max(size - 1, 0))


@settings(max_examples=2000, deadline=None)
@given(RAW, st.integers(0, 30))
def test_any_buffer(raw, size):
    check_buffer('printable', raw, size, pieces(raw))
    names = raw.replace(b'\0', b' ')  # a NUL would end what the driver sees
    check_buffer('utf8', names, size, list(decoded(names)))
