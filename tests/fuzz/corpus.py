# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeds for the fuzzers: corpus.py FOLDER CAPTURE...

FOLDER has one for each target. One file for each kind of payload in the captures: what decode.c,
stream.c and line.c take, some control bytes and the bytes of a TCP segment or a datagram. Two
payloads are of one kind when the commands and data types at their beginning are the same. For
packet.c the frames around them, for network.c these too, whole and in fragments, for circuit.c their
messages in a row, for file.c files of them, for format.c formats with them, for where.c
expressions with them, for capture.c files, and scripts of packets, for reorder.c talks that are cut, for
names.c texts.
"""

import struct
import sys
from itertools import islice
from pathlib import Path

SERVER_PORT = 5064
MOST = 600  # bytes of a seed: room for the longest metadata
SCRIPTS = 20  # of a capture
IP_AT = {0: 4, 1: 14, 101: 0, 113: 16, 276: 20}  # by link type, tcpdump.org/linktypes.html
LINKS = {1: 0, 113: 1, 276: 2, 0: 3, 101: 4}  # caw_link by link type
TCP, UDP = 6, 17
MODIFIED = 0xA1B2CD34  # Kuznetsov's pcap
FORMATS = (
    '{timestamp} {src}:{transport.sport}->{dst}:{transport.dport} {command}',
    '{timestamp:.3f} {timestamp!r} {frame:#_x} {dt:>12,.2e} {pv!a:*^30.20} {host!s:<9}',
    '{command!r:.80}{command.data!r}{{}}{command.name:20}{command.__class__.__name__}',
    '{ethernet!a}{ip!s:.30}{transport}{ip.ttl:+08.1%}{ip.src!r}{command.cid:c}{user!r:>20}',
)
QUESTIONS = (
    'put and pv ~ "SR:{a,K[!x]*}" and user == \'op\' or unanswered',
    'any value != 1e-3 and not (time > 0.1 || has data.severity) and src in fe80::/10',
    'value in {1, 5..9, "On"} or timestamp >= "2026-11-24 15:00" and failed',
    'search reply and (cid == 7 or serv.ip in 10.0.0.0/8) and udp src port 5064 and mask.alarm',
    'line ~i "*SID=3*" and all value > 0 and flaw.huge and eca != ECA_NORMAL and host 10.0.0.1',
)
NAMES = (
    '# names\n10.0.0.5 10.0.0.5:5065 sid 1 t:a\r\n10.0.0.5:5064 subscription 2 t:b{"arr":{}}\n',
    'epics> casr 2\nChannel Access Server V4.13\n1 client connected:\n'
    "    TCP client at 10.0.0.5:5065 'vm':\n\tUser 'root', V4.13\n        Channel: 't:a'\n",
)


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


def messages(data):
    """(command, size, type, count, parameters, payload) of those with a short header."""
    at = 0
    while at + 16 <= len(data):
        head = struct.unpack_from('>4H2I', data, at)
        yield *head, data[at + 16 : at + 16 + head[1]]
        at += 16 + head[1]


def script(control, data):
    """The same messages as circuit.c takes them: a byte for each word, and short payloads."""
    happens = (control >> 2 & 1) | (8 if control & 1 else 0)  # from the server; in a datagram
    steps = b''
    for command, _, kind, count, p1, p2, payload in messages(data):
        short = payload[:255]
        words = (happens, command, kind, count, p1, p2, len(short))
        steps += bytes(word & 255 for word in words) + short
    return steps


def scripts(payloads):
    """The first messages of each length that a seed has room for, one after the other."""
    steps = b''
    for control, data in payloads:
        steps += script(control, data)
        while len(steps) > MOST:
            yield b'\1\0' + steps[:MOST]
            steps = steps[MOST:]
    yield b'\1\0' + steps


def block(order, kind, body):
    body += b'\0' * (-len(body) % 4)
    size = struct.pack(order + 'I', len(body) + 12)
    return struct.pack(order + 'I', kind) + size + body + size


def pcap_of(order, magic, packets):
    """A file of the form that its magic number says, and of this byte order."""
    made = struct.pack(order + 'I2H4I', magic, 2, 4, 0, 0, 0, 1)
    for packet in packets:
        made += struct.pack(order + '4I', 1, 2, len(packet), len(packet))
        made += (b'\0' * 8 if magic == MODIFIED else b'') + packet
    return made


def pcapng_of(order, packets):
    """A section with every block that is known, and one that is not."""
    made = block(order, 0x0A0D0D0A, struct.pack(order + 'I2Hq', 0x1A2B3C4D, 1, 0, -1))
    options = struct.pack(order + '2HB3x2Hq', 9, 1, 9, 14, 8, 1)
    made += block(order, 1, struct.pack(order + '2HI', 1, 0, 0) + options)
    made += block(order, 5, b'statistics')
    for packet in packets:
        size = len(packet)
        made += block(order, 6, struct.pack(order + '5I', 0, 1, 2, size, size) + packet)
        made += block(order, 2, struct.pack(order + '2H4I', 0, 0, 1, 2, size, size) + packet)
        made += block(order, 3, struct.pack(order + 'I', size) + packet)
    return made


def files(packets):
    for order in '<>':
        for magic in (0xA1B2C3D4, 0xA1B23C4D, MODIFIED):
            yield pcap_of(order, magic, packets)
        yield pcapng_of(order, packets)
    yield pcapng_of('<', packets) + pcapng_of('>', packets)


def whole_captures(link, packets):
    """Seeds of capture.c: the first packets in a file, as many as a seed has room for."""
    for start in range(0, min(len(packets), 40), 4):
        some = [packet for packet in packets[start : start + 8] if len(packet) < MOST]
        raw = bytearray(pcap_of('<', 0xA1B2C3D4, some))
        raw[20:24] = struct.pack('<I', link)
        yield bytes((8, 0, 3, 255)) + bytes(raw)


# The steps of capture.c, in its order.
STEPS = (
    'SYN SYN_ACK DATA AGAIN LOSE RAW FIN RST ERROR RENEW SEARCH COPY SPLIT TIME TICK OTHER'
).split()
SERVER, RENEWED, SECOND, THIRD = 8, 5 << 4, 1 << 4, 2 << 4  # beside the number of a connection
PLAYS = (
    (
        'SYN 0 SYN_ACK 0 DATA 0 100 DATA SERVER 60 DATA 0 100 DATA SERVER 210 FIN 0 0 FIN SERVER 0 '
        'AGAIN 0 20 20'
    ),
    (
        'SYN 3 ERROR 3 DATA 3 120 DATA 11 50 LOSE 3 20 DATA 3 100 DATA 11 50 TIME 100 2 DATA 3 8 '
        'DATA 11 100 RST 11'
    ),
    (
        'SEARCH 0 SEARCH SECOND COPY SECOND DATA 2 100 COPY THIRD SEARCH THIRD TIME 2 2 SEARCH 0 '
        'TICK 0 5 TICK 0 5 DATA 2 60 DATA 10 60'
    ),
    (
        'DATA 0 150 SPLIT 0 RST SERVER RENEW RENEWED SYN 0 SYN_ACK 0 DATA 0 20 OTHER 3 0 DATA 0 20 '
        'DATA 0 20 OTHER 0 0 TICK 0 60'
    ),
    'DATA 3 16 DATA 11 16 LOSE 3 50 DATA 3 250 DATA 11 250 OTHER 1 60 DATA 3 90 DATA 11 90',
)


def plays():
    """Seeds of capture.c: scripts. The words stand for numbers."""
    words = {name: number for number, name in enumerate(STEPS)}
    words.update(SERVER=SERVER, RENEWED=RENEWED, SECOND=SECOND, THIRD=THIRD)
    for play in PLAYS:
        steps = [words[word] if word in words else int(word) for word in play.split()]
        yield bytes((9, 0, 3, *steps))


def framed(frame):
    """A frame as network.c takes it: no time has passed, all of it was captured."""
    return bytes([0]) + len(frame).to_bytes(2, 'big') + bytes([0]) + frame


def fragments(link, frame):
    """The same IPv4 packet in two frames, cut after 8 bytes."""
    at = IP_AT[link]
    body = at + (frame[at] & 15) * 4
    for word, part in ((0x2000, frame[body : body + 8]), (1, frame[body + 8 :])):
        size = body - at + len(part)
        words = struct.pack('>HHH', size, 1, word)  # length, identification, place
        yield frame[: at + 2] + words + frame[at + 8 : at + 10] + bytes(2) + (
            frame[at + 12 : body] + part
        )


def network(link, frame):
    """Seeds of network.c: a frame, and its packet in fragments."""
    head = bytes([LINKS.get(link, 0), 0, 255])
    yield head + framed(frame)
    yield head + b''.join(map(framed, fragments(link, frame)))


def seeds_of(capture):
    """(target, kind, seed); of each kind one is enough."""
    found = [(link, frame, payload(link, frame)) for link, frame in frames(capture.read_bytes())]
    payloads = [seen for *_, seen in found if seen and seen[1]]
    for link, frame, seen in found:
        if seen:
            layer = LINKS.get(link, 0)
            yield 'packet', (layer, seen[0]), bytes([layer, 255]) + frame[:MOST]
            for number, seed in enumerate(network(link, frame[:MOST])):
                yield 'network', (layer, seen[0], number), seed
    for control, data in payloads:
        part = data[:MOST]
        yield 'decode', kind(control, data), bytes([control]) + part
        for how in (0, 32, 96, 224):  # see stream.c
            seed = bytes([control | how, len(data) & 255, 0]) + part
            yield 'stream', (how, *kind(control, data)), seed
        yield 'line', kind(control, data), bytes([control, 255, 0]) + part
        for number, text in enumerate(FORMATS):
            seed = bytes([control, 255, len(text)]) + text.encode() + data[:MOST // 2]
            yield 'format', (number, *kind(control, data)[:2]), seed
        for number, text in enumerate(QUESTIONS):
            seed = bytes([control, len(text)]) + text.encode() + data[:MOST]
            yield 'where', (number, *kind(control, data)[:2]), seed
    for number, made in enumerate(files([frame[:40] for _, frame, _ in found[:3]])):
        yield 'file', (number,), b'\0\0' + made
        yield 'file', (number, 'cut'), b'\7\0' + made
    for number, seed in enumerate(whole_captures(found[0][0], [frame for _, frame, _ in found])):
        yield 'capture', (capture.name, number), seed
    for number, seed in enumerate(islice(scripts(payloads), SCRIPTS)):
        yield 'circuit', (capture.name, number), seed


def main(folder, captures):
    seeds = {('capture', number): seed for number, seed in enumerate(plays())}
    for number, size in enumerate((7, 60, 100)):  # of segments, of which every third is late
        segments = bytes((size, 5, 4, size, 0, 46)) * 20
        seeds['reorder', number] = bytes((0x80, 12, *range(12))) + segments
    for number, text in enumerate(NAMES):
        seeds['names', number] = b'\0' + text.encode()
    for capture in map(Path, captures):
        for target, *what, seed in seeds_of(capture):
            seeds.setdefault((target, *what), seed)
    assert seeds, 'no payload in any capture'
    for number, ((target, *_), seed) in enumerate(seeds.items()):
        Path(folder, target, f'seed-{number}').write_bytes(seed)
    print(f'{len(seeds)} seeds')


main(sys.argv[1], sys.argv[2:])
