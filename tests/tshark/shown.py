# SPDX-License-Identifier: GPL-2.0-or-later
"""How a name of the wire is shown, told by Python's codecs and Unicode tables."""

import unicodedata

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, which Python does not have.
# Those that it reserves for later are among them, so the list does not grow.
IGNORABLE = [
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]  # fmt: skip
# Formats since Unicode 14 and 15, which are Python 3.11's and 3.12's.
YOUNG = [(0x890, 0x891), (0x13439, 0x1343F)]


def is_within(code, ranges):
    return any(first <= code <= last for first, last in ranges)


def is_no_character(code):
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def is_numbered(character):
    """It would act on what is around it, or nobody could see it."""
    code = ord(character)
    category = unicodedata.category(character)
    separates = category in ('Zs', 'Zl', 'Zp') and character != ' '
    unseen = is_within(code, IGNORABLE) or is_within(code, YOUNG)
    return category in ('Cc', 'Cf') or separates or unseen or is_no_character(code)


def decoded(raw):
    """The name as text."""
    try:
        return raw.decode('utf-8')
    except UnicodeDecodeError:
        return raw.decode('latin-1')


def by_number(character):
    code = ord(character)
    return f'\\x{code:02x}' if code < 256 else f'\\u{code:04x}' if code < 65536 else f'\\U{code:08x}'


def shown_character(character):
    return by_number(character) if is_numbered(character) else character


def pieces(raw):
    """What is shown, in pieces that stay whole."""
    return [shown_character(character) for character in decoded(raw)]


def shown(raw):
    return ''.join(pieces(raw))


def fitting(parts, room):
    """As many pieces as fit into so many bytes."""
    text = b''
    for part in parts:
        if len(text) + len(part.encode()) > room:
            break
        text += part.encode()
    return text
