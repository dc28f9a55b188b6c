#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Teaches a copy of the core, or of all of it, what the protocol does not have: teach.py ROOT COPY [PART].

One command with its answer, and one DBR type with a text of its own in its metadata. Every edit is
a row or the number it stands at; there is no other, which is what the tests of the copy are about.
PART is a folder of ROOT that is copied too.
"""

import shutil
import sys
from pathlib import Path

ROOT, COPY = map(Path, sys.argv[1:3])
PARTS = ['ca-core', *sys.argv[3:]]

# The file, how the line begins that the text goes before, the text.
EDITS = [
    # a field: its id and its row
    ('include/caw.h', 'CAW_FIELD_RISC_PAD,', '    CAW_FIELD_NOTE,\n'),
    (
        'src/message/protocol.c',
        '[CAW_FIELD_RISC_PAD] =',
        """    [CAW_FIELD_NOTE] = {"data.note", "Note", NAMED("note"), .kind = CAW_KIND_TEXT, .room = 10,
                        .style = CAW_STYLE_BYTES, .meaning = "What the operator had to say."},
""",
    ),
    # a DBR type: its number, its name in EPICS Base, its layout if that is new, its row
    ('include/caw.h', 'CAW_DBR_TYPES ', '    CAW_DBR_NOTE_DOUBLE,\n'),
    (
        'src/message/names.c',
        '{CAW_DBR_CLASS_NAME,',
        '    {CAW_DBR_NOTE_DOUBLE, "DBR_NOTE_DOUBLE", NULL, false},\n',
    ),
    (
        'src/message/dbr.c',
        'static const caw_field_id plain[]',
        'static const caw_field_id noted[] = {ALARM, CAW_FIELD_NOTE, CAW_FIELD_RESERVED};\n',
    ),
    (
        'src/message/dbr.c',
        '[CAW_DBR_CLASS_NAME] =',
        """    [CAW_DBR_NOTE_DOUBLE] = {TYPE("NOTE_DOUBLE: 39"), DATA("DBR_NOTE_DOUBLE"), 16, CAW_ELEMENT_DOUBLE, noted},
""",
    ),
    # a command: its number, its name, a row for each side
    ('include/caw.h', 'CAW_COMMANDS ', '    CAW_COMMAND_LOCK,\n'),
    (
        'src/message/names.c',
        '{CAW_COMMAND_SERVER_DISCONN,',
        '    {CAW_COMMAND_LOCK, "Lock", NULL, false},\n',
    ),
    (
        'src/message/protocol.c',
        '/* the last row stands',
        """    {CAW_COMMAND_LOCK, CAW_SIDE_CLIENT, CAW_TRANSPORT_TCP, "LockRequest", "Lock Request", "Lock",
     "Asks for a value that nobody else may change.",
     .type = CAW_FIELD_DATA_TYPE, .count = CAW_FIELD_DATA_COUNT,
     .param1 = CAW_FIELD_SID, .param2 = CAW_FIELD_IOID,
     .exchange = CAW_TURN_REQUEST, .repeats = {CAW_FIELD_IOID}, .channel = CAW_FIELD_SID, .timed = "Lock",
     .subject = CAW_FIELD_SID, .details = {CAW_FIELD_IOID},
     .line = {{CAW_FIELD_DATA_TYPE}, {CAW_FIELD_DATA_COUNT}, {CAW_FIELD_SID}, {CAW_FIELD_IOID}}},
    {CAW_COMMAND_LOCK, CAW_SIDE_SERVER, CAW_TRANSPORT_TCP, "LockResponse", "Lock Response", "Locked",
     "Answers one lock.",
     .type = CAW_FIELD_DATA_TYPE, .count = CAW_FIELD_DATA_COUNT,
     .param1 = CAW_FIELD_STATUS, .param2 = CAW_FIELD_IOID,
     .payload = CAW_PAYLOAD_DBR,
     .exchange = CAW_TURN_RESPONSE, .repeats = {CAW_FIELD_IOID},
     .subject = CAW_FIELD_IOID, .details = {CAW_FIELD_STATUS},
     .line = {{CAW_FIELD_DATA}, {CAW_FIELD_DATA_TYPE}, {CAW_FIELD_DATA_COUNT},
              {CAW_FIELD_STATUS}, {CAW_FIELD_IOID}, {CAW_FIELD_METADATA}}},
""",
    ),
]


def main():
    for part in PARTS:
        source, copy = ROOT / part, COPY / part
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True)
        else:
            shutil.copy(source, copy)
    for name, line, text in EDITS:
        path = COPY / 'ca-core' / name
        lines = path.read_text().splitlines(keepends=True)
        places = [i for i, each in enumerate(lines) if each.lstrip().startswith(line)]
        if len(places) != 1:
            sys.exit(f'{name}: {len(places)} lines begin with {line!r}')
        lines.insert(places[0], text)
        path.write_text(''.join(lines))


main()
