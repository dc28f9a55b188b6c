# SPDX-License-Identifier: BSD-3-Clause
"""Names in expressions of caw --where (man caw-where)."""

import re

# How caw writes a character that would act on what is around it; a backslash may be just that, too.
ESCAPED = re.compile(r'\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})')


def quoted(text: str) -> str:
    """Text as an expression has it, with the operator in front.

    Quotes have no escapes, so a text with both quotation marks, or with a character that caw does
    not print as it is, is a pattern; the character itself is nothing to copy to a terminal. So is
    one with an asterisk, which caw takes for a pattern that was meant. Of two quotation marks a
    pattern says less than the text: it finds others that differ in these alone.
    """
    marks = [mark for mark in ('"', "'") if mark not in text]
    if marks and '*' not in text and not ESCAPED.search(text):
        return f'== {marks[0]}{text}{marks[0]}'
    return f'~ "{_pattern(text)}"'


def _pattern(text: str) -> str:
    plain, escapes = ESCAPED.split(text), ESCAPED.findall(text)
    parts = [re.sub(r'([\\*?\[\]{}])', r'\\\1', part).replace('"', '?') for part in plain]
    ways = [f'{{?,\\{escape}}}' for escape in escapes] + ['']
    return ''.join(part + way for part, way in zip(parts, ways))
