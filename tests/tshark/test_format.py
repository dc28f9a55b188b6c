# SPDX-License-Identifier: GPL-2.0-or-later
"""The language of `caw --format` against Python's own str.format()."""

import functools
import re
import struct
import sys
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import older
from driver import start_driver
from shown import shown_character

REFUSED = object()


class Thing:
    """What Python prints but does not format: a command, a packet, bytes."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text

    def __str__(self):
        return f'<{self.text}>'


@functools.cache
def driver():
    return start_driver('format_driver')


def encode(value):
    """A value in the words of the driver."""
    if value is None:
        return b'n'
    if isinstance(value, int):
        return b'i%d' % value
    if isinstance(value, float):
        return b'f' + struct.pack('=d', value)
    if isinstance(value, Decimal):
        return b'd%d' % int(value.scaleb(9))
    return b'o' + repr(value).encode() if isinstance(value, Thing) else b's' + value.encode()


def ask(text, value):
    kind, _, answer = driver()(f'{text.encode().hex()} {encode(value).hex()}').partition(' ')
    return kind, bytes.fromhex(answer).decode()


def ours(text, value):
    kind, answer = ask(text, value)
    return answer if kind == 'text' else REFUSED


def complaint(text, value=1):
    kind, answer = ask(text, value)
    assert kind == 'error', answer
    return answer


def python(text, value):
    try:
        return text.format(x=value)
    except (ValueError, TypeError, OverflowError, LookupError, AttributeError):
        return REFUSED


# ---- specs -----------------------------------------------------------------------------------

ENCODABLE = st.characters(exclude_categories=('Cs', 'Cn'))  # unassigned: a matter of versions
FILLS = st.one_of(ENCODABLE.filter(lambda c: c not in '{}\0'), st.just('0'))
NUMBERS = st.one_of(st.just(''), st.integers(0, 40).map(str))
PLACES = st.one_of(st.just(''), st.integers(0, 30).map('.{}'.format))
TYPES = st.sampled_from(['', *'bcdeEfFgGnosxX%'])

INTEGERS = st.one_of(st.integers(-300, 300), st.integers(-(2**63), 2**63 - 1))
EIGHTHS = st.integers(-10000, 10000).map(lambda n: n / 8)
REALS = st.one_of(st.floats(), st.floats(-1e6, 1e6), EIGHTHS)
TEXTS = st.text(ENCODABLE, max_size=20)
THINGS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(Thing)
BILLIONTHS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-1000, 1000),
    st.integers(1_500_000_000, 1_800_000_000).map(lambda s: s * 10**9),
    st.integers(-99999, 99999).map(lambda n: n * 5 * 10**7),
)
DECIMALS = BILLIONTHS.map(lambda n: Decimal(n).scaleb(-9))


@st.composite
def specs(draw):
    align = draw(st.sampled_from(['', *'<>=^']))
    fill = draw(st.one_of(st.just(''), FILLS)) if align else ''
    sign = draw(st.sampled_from(['', *'+- ']))
    flags = draw(st.sampled_from(['', '#'])) + draw(st.sampled_from(['', '0']))
    grouping = draw(st.sampled_from(['', ',', '_']))
    return fill + align + sign + flags + draw(NUMBERS) + grouping + draw(PLACES) + draw(TYPES)


@st.composite
def decimal_specs(draw):
    """Decimals know less: no '#', no '_', and no zeros where there is an alignment."""
    spec = draw(specs())
    fill, align, rest = re.fullmatch(r'(?:(.)?([<>=^]))?(.*)', spec, re.DOTALL).groups('')
    rest = re.sub('[#_]', '', rest)
    rest = re.sub('0+([0-9]*,?)', r'\1' if align else r'0\1', rest, count=1)
    return fill.replace('0', '*') + align + rest


def same(text, value):
    assert ours(text, value) == python(text, value)


def acts(code):
    """A character that is not shown as it is."""
    return 0 <= code <= sys.maxunicode and shown_character(chr(code)) != chr(code)


@settings(max_examples=1000, deadline=None)
@given(specs(), INTEGERS)
@example('<5c', 65)
def test_integers(spec, value):
    assume(not (spec.endswith('c') and acts(value)))
    same(f'{{x:{spec}}}', value)


@pytest.mark.parametrize(
    ('spec', 'code', 'text'),
    [
        ('c', 0x1B, '\\x1b'),
        ('c', 0, '\\x00'),
        ('c', 0x9B, '\\x9b'),
        ('c', 0x202E, '\\u202e'),
        ('c', 0xE0041, '\\U000e0041'),
        ('c', 0x10FFFF, '\\U0010ffff'),
        ('c', ord('"'), '"'),
        ('c', 0xB0, '\xb0'),
        ('6c', 0x1B, '  \\x1b'),
        ('<6c', 0x1B, '\\x1b  '),
        ('06c', 0x2028, '\\u2028'),
        ('08c', 0x2028, '00\\u2028'),
    ],
)
def test_characters_that_are_not_shown(spec, code, text):
    """Here ours is not Python's: a number of the wire must not drive a terminal."""
    assert ours(f'{{x:{spec}}}', code) == text


@settings(max_examples=1500, deadline=None)
@given(specs(), REALS)
@example('', 1e16)
@example('', 5e-324)
@example('#', 1e22)
@example('.0', 0.5)
@example('.1', 9.5)
@example('.3', 99950.0)
@example('.3', 0.00012)
@example('.3', 0.000012)
@example('010,', float('inf'))
@example('%', 1e307)
@example('+', float('nan'))
@example('', -float('nan'))
@example('#.0f', 1.0)
@example('#g', 999999.5)  # glibc 2.36 prints 1.e+06
def test_floats(spec, value):
    same(f'{{x:{spec}}}', value)


@settings(max_examples=1000, deadline=None)
@given(specs(), TEXTS)
def test_texts(spec, value):
    assert ours(f'{{x:{spec}}}', value) == python(f'{{x:{older.spec_of_text(spec)}}}', value)


@settings(max_examples=1500, deadline=None)
@given(decimal_specs(), DECIMALS)
@example('', Decimal('1550679069.309346123'))
@example('.3f', Decimal('1550679069.309346123'))
@example('.3f', Decimal('0.000500000'))
@example('.3f', Decimal('0.001500000'))
@example('.2f', Decimal('9.999999999'))
@example('.3', Decimal('999999.999999999'))
@example('.2e', Decimal('0E-9'))
@example('', Decimal('0E-9'))
@example('020,.2f', Decimal('1550679069.309346123'))
def test_decimals(spec, value):
    same(f'{{x:{spec}}}', value)


@pytest.mark.parametrize('spec', ['#', '_', '#.3f', 'd', 'x', 's'])
def test_decimals_refuse(spec):
    younger = {'#': (3, 12), '_': (3, 14)}  # ours stays with Python 3.11
    takes_it = sys.version_info >= younger.get(spec[0], (4,))
    assert (python(f'{{x:{spec}}}', Decimal(1)) is REFUSED) != takes_it
    complaint(f'{{x:{spec}}}', Decimal(1))


@settings(max_examples=300, deadline=None)
@given(specs(), THINGS)
def test_objects(spec, value):
    """Python refuses a spec without !s."""
    assert ours(f'{{x:{spec}}}', value) == python(f'{{x!s:{older.spec_of_text(spec)}}}', value)


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from('rsa'), specs(), st.one_of(INTEGERS, REALS, TEXTS, DECIMALS, THINGS))
@example('r', '', "it's")
@example('r', '', 'both \' and "')
@example('r', '', '\t\n\r\0\\\x7f\xa0\xad\u2028\U0001f600')
@example('a', '', 'gr\xfc\xdfe \u20ac \U0001f600')
def test_conversions(conversion, spec, value):
    wanted = python(f'{{x!{conversion}:{older.spec_of_text(spec)}}}', value)
    assert ours(f'{{x!{conversion}:{spec}}}', value) == wanted


def test_ascii_of_an_object():
    assert ours('{x!a}', Thing('\xe9\u20ac')) == '\\xe9\\u20ac'


# ---- the format itself -----------------------------------------------------------------------


@settings(max_examples=3000, deadline=None)
@given(st.text(st.sampled_from('{{{}}}xxx:!rs<>0123,.+-# fd%ab'), max_size=15), st.integers(0, 9))
@example('{{}}', 1)
@example('{{{x}}}', 1)
@example('{x!r:>5}{x:05d}', 1)
@example('{x:}}', 1)
@example('{x!r', 1)
@example('{x', 1)
@example('}', 1)
def test_any_format(text, value):
    """Whatever Python refuses, so do we; but ours has no fields in fields and no huge widths."""
    expected = python(text, value)
    if expected is not REFUSED and ours(text, value) is REFUSED:
        assert 'nested' in complaint(text) or 'go up to' in complaint(text)
    else:
        assert ours(text, value) == expected


def test_attributes():
    assert ours('{x.y:>4}|{x}', 7) == '{x.y:>4}|7'.format(x=SimpleNamespace(y=7))


def test_what_is_not_known_suits_every_spec():
    assert ours('{x}', None) == '{x}'.format(x=None)
    assert ours('{x:>8}|{x:8}|{x:08.3f}|{x!r:.2}', None) == '    None|None    |    None|No'


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('{sorce}', ['{sorce}', 'character 2', 'x, z']),
        ('\xe9\xe9 {x', ["'{'", 'character 4', '{{']),
        ('a}', ["'}'", 'character 2', '}}']),
        ('{}', ['{}', 'x, z']),
        ('{x[0]}', ['{x[0]}', 'x, z']),
        ('{x.a[b]}', ['indices']),
        ('{x.a[0].b}', ['indices']),
        ('{x:{z}}', ['nested', 'character 4']),
        ('{x!q}', ['!r']),
        ('{x:5q}', ['{x:5q}', "'q'", 'character 4']),
        ('{x:,x}', ["','", "'x'"]),
        ('{x:.f}', ['digits']),
        ('{x:99999}', ['9999']),
        ('{x..y}', ['attribute']),
        ('{z}', ['{z}', 'attribute']),
        ('{x:s}', ['{x}', "'s'"]),
    ],
)
def test_complaints_say_where_and_what(text, words):
    answer = complaint(text)
    assert all(word in answer for word in words), answer


def test_an_object_is_padded_as_text():
    """Python refuses it without !s."""
    assert ours('{x!s:>8}', Thing('IP()')) == '  <IP()>'
    assert ours('{x:>8}', Thing('IP()')) == '  <IP()>'


def test_backslashes_in_the_text():
    assert ours(r'\t{x}\n\\t\q{x:\>3}' '\\', 7) == '\t7\n\\t\\q\\\\7\\'
