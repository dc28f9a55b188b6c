# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples in the headers' comments compile, and the whole program among them prints what caw does.

header_examples.py ROOT BUILD CC FLAGS: with the libraries and the program of that build folder.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT, BUILD, CC, FLAGS = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4].split()
HEADERS = sorted((ROOT / 'ca-core' / 'include').glob('*.h'))
INCLUDE = f'-I{ROOT}/ca-core/include'
CAPTURES = ROOT / 'tests' / 'captures'

# What an example takes for granted, by the first function that it calls.
GIVEN = {
    'caw_decode': 'const uint8_t *bytes, size_t length',
    'caw_stream_new': 'uint32_t syn, uint32_t sequence, uint32_t length, const uint8_t *bytes',
    'caw_ages_new': 'uint64_t most',
    'caw_packet_parse': 'const uint8_t *frame, uint32_t captured',
    'caw_circuit_observe': 'caw_circuit *circuit, int end, caw_event event, caw_note note',
    'caw_file_new': 'int fd, ssize_t length, uint8_t buffer[1 << 16], caw_frame frame, uint64_t at, '
    'const char *problem, const char *name',
    'caw_capture_new': 'caw_frame frame, void (*print)(void *, const caw_event *), int output',
    'caw_report_new': 'caw_event event, caw_output output',
    'caw_where_new': 'caw_event event, caw_where_verdict verdict, caw_where_rest rest',
    'caw_pending_observe': 'caw_pending *pending, caw_where *where, caw_event event, caw_where_rest rest, '
    'const char *line, size_t length, caw_moment last, void (*write)(const char *)',
    'caw_lines_new': 'caw_event event, char *text, size_t size',
}
PRELUDE = """
#include "caw_capture.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static caw_memory memory;
static bool next_event(caw_event *event) { return false; }
static bool next_frame(caw_frame *frame) { return false; }
static void tell(const caw_event *event) {}
static void print(const caw_event *event) {}
"""


def examples():
    """What stands indented in a comment and is C."""
    for header in HEADERS:
        for block in re.findall(r'(?:^ \*(?:     .*)?\n)+', header.read_text(), re.M):
            code = re.sub(r'^ \*(?:     )?', '', block, flags=re.M).strip()
            for piece in re.split(r'\n\n(?=caw_)', code):
                if re.search(r';$', piece, re.M) and re.search(r'\bcaw_\w+\(', piece):
                    yield piece


def first_call(code):
    return next(name for name in re.findall(r'\b(caw_\w+)\(', code) if name in GIVEN)


def in_a_function(code):
    """Left out are words after ..., and what goes without saying."""
    code = re.sub(r'^( *)\.\.\..*$', r'\1;', code, flags=re.M)
    code = re.sub(r'; {2,}[a-z].*$', ';', code, flags=re.M)
    name = first_call(code)
    return name, f'void example_of_{name}({GIVEN[name]}) {{\n{code}\n}}\n'


def compiled(source, *options):
    wrong = ('implicit-function-declaration', 'incompatible-pointer-types', 'int-conversion')
    command = [CC, *FLAGS, '-std=gnu11', *(f'-Werror={each}' for each in wrong), INCLUDE, '-x', 'c', '-', *options]
    done = subprocess.run(command, input=source, text=True, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr


def printed(*command, capture):
    with open(capture, 'rb') as bytes_of:
        return subprocess.run(command, stdin=bytes_of, stdout=subprocess.PIPE, check=True).stdout


def main():
    found = list(examples())
    whole = [code for code in found if 'int main(void)' in code]
    parts = dict(in_a_function(code) for code in found if code not in whole)
    assert set(parts) == set(GIVEN), set(parts) ^ set(GIVEN)
    compiled(PRELUDE + ''.join(parts.values()), '-fsyntax-only')

    (program,) = whole
    with tempfile.TemporaryDirectory() as folder:
        made = f'{folder}/program'
        core = BUILD / 'ca-core'
        compiled(program, '-x', 'none', str(core / 'libcaw_where.a'), str(core / 'libcaw.a'), '-lm', '-o', made)
        line = re.search(r'\.format = "(.*)"', program)[1]
        for capture in ('monitors.pcap', 'puts.pcap'):
            path = CAPTURES / capture
            lines = printed(made, capture=path)
            assert lines.count(b'\n') > 100
            assert lines == printed(str(BUILD / 'bin' / 'caw'), '--format', line, capture=path)


main()
