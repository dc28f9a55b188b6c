# SPDX-License-Identifier: GPL-2.0-or-later
"""What the TCP of this Wireshark itself gets wrong, shown by DNS, which Wireshark itself decodes.

Nothing of ours can make up for it: a dissector is not called. Where DNS loses a message, the
tests of ours do not ask for one.
"""

import struct

import wire

MESSAGES = 10


def query(number):
    """Four segments long."""
    question = (b'\x28' + b'a' * 40) * 4 + b'\0' + struct.pack('>HH', 16, 1)
    content = struct.pack('>HHHHHH', number, 0x0100, 2, 0, 0, 0) + question * 2
    return struct.pack('>H', len(content)) + content


def resent(at, count):
    return [*range(at + 3), at, *range(at + 3, count)]


def swapped(at, count):
    return [*range(at), at + 1, at, *range(at + 2, count)]


def capture(order):
    """Circuits, each with this disorder at another one of its segments."""
    frames = []
    chunks = [('client', piece) for piece in wire.cut(b''.join(map(query, range(MESSAGES))), 90)]
    for at in range(5, 15):
        ends = {'client': ('10.1.0.2', 40100 + at), 'server': ('10.1.0.1', 53)}
        packets = wire.ethernet(wire.timed(wire.circuit(chunks, **ends)))
        frames += [packets[n] for n in order(at, len(packets))]
    return wire.pcap(frames)


def queries(tshark, path, *arguments):
    return tshark('-r', path, *arguments, '-T', 'fields', '-E', 'occurrence=a', '-e', 'dns.id').split()


def loses_out_of_order(tshark, save, order):
    """Reassembling out of order, which is meant for it."""
    found = queries(tshark, save(capture(order)), '-o', 'tcp.reassemble_out_of_order:TRUE')
    return len(','.join(found).split(',')) < 10 * MESSAGES


def resending_ends_a_stream(tshark, save):
    """4.4 and 4.6, with reassembly out of order: what is sent again in the middle of a message."""
    return loses_out_of_order(tshark, save, resent)


def swapping_ends_a_stream(tshark, save):
    """3.4, with reassembly out of order: segments that are swapped in the middle of messages."""
    return loses_out_of_order(tshark, save, swapped)


def late_segments_are_given_once(tshark, save):
    """4.6: what completes a message too late is handed over, but not when it is looked at again."""
    path = save(capture(swapped))
    return queries(tshark, path) != queries(tshark, path, '-2')
