# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeds for the fuzzer: corpus.py FOLDER CAPTURE...

One file for each kind of payload in the captures: what decode.c takes, a control byte and the
bytes of a TCP segment or a datagram. Two payloads are of one kind when the commands and data types
at their beginning are the same.
"""

import struct
import sys
from pathlib import Path

SERVER_PORT = 5064
MOST = 600  # bytes of a seed: room for the longest metadata
IP_AT = {0: 4, 1: 14, 101: 0, 113: 16, 276: 20}  # by link type, tcpdump.org/linktypes.html
TCP, UDP = 6, 17


def frames(raw):
    """(link type, frame) of a classic capture."""
    order = '<' if raw[:1] in b'\xd4\x4d' else '>'
    link = struct.unpack_from(order + 'I', raw, 20)[0]
    at = 24
    while at + 16 <= len(raw):
        size = struct.unpack_from(order + 'I', raw, at + 8)[0]
        yield link, raw[at + 16 : at + 16 + size]
        at += 16 + size


def payload(link, frame):
    """(control byte, bytes above TCP or UDP) of a frame, None when it has neither."""
    ip = frame[IP_AT[link] :]
    if len(ip) < 40 or ip[0] >> 4 != 4 or ip[9] not in (TCP, UDP):
        return None
    segment = ip[(ip[0] & 15) * 4 : int.from_bytes(ip[2:4], 'big')]
    from_server = int.from_bytes(segment[:2], 'big') == SERVER_PORT
    if ip[9] == TCP:
        return (4 if from_server else 2), segment[(segment[12] >> 4) * 4 :]
    return (4 if from_server else 2) | 1 | 8, segment[8:]


def kind(control, data):
    """Control byte, then command and data type of the first messages."""
    heads, at = [control], 0
    while at + 16 <= len(data) and len(heads) < 4:
        command, size, number, _ = struct.unpack_from('>4H', data, at)
        heads.append((command, number))
        at += 16 + size
    return tuple(heads)


def main(folder, captures):
    seeds = {}
    for capture in captures:
        for link, frame in frames(Path(capture).read_bytes()):
            control, data = payload(link, frame) or (0, b'')
            if data:
                seeds.setdefault(kind(control, data), bytes([control]) + data[:MOST])
    assert seeds, 'no payload in any capture'
    for number, seed in enumerate(seeds.values()):
        Path(folder, f'seed-{number}').write_bytes(seed)
    print(f'{len(seeds)} seeds')


main(sys.argv[1], sys.argv[2:])
