# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client and a server say to each other, as the chunks that wire.circuit() takes."""

import struct

from wire import message, padded, text

ANYBODY = 0xFFFFFFFF
NORMAL, NO_READ, NO_WRITE, BAD_CHANNEL = 1, 368, 376, 410  # ECA codes
DOUBLE, TIME_DOUBLE = 6, 20
VALUE = struct.pack('>d', 2.5)


def client(*messages):
    return 'client', b''.join(messages)


def server(*messages):
    return 'server', b''.join(messages)


def failing(request, status, cid=ANYBODY, words='t:record'):
    """An ERROR about a request; only its header comes back."""
    head = request[: 24 if request[2:4] == b'\xff\xff' else 16]
    return server(message(11, padded(head + text(words)), p1=cid, p2=status))


# ---- the client ------------------------------------------------------------------------------


def hello(user='operator', host='console3'):
    return client(message(0, count=13), message(20, text(user)), message(21, text(host)))


def create(cid, name):
    return client(message(18, text(name), p1=cid, p2=13))


def read(sid, ioid, count=1):
    return client(message(15, type=DOUBLE, count=count, p1=sid, p2=ioid))


def old_read(sid, ioid):
    return client(message(3, type=DOUBLE, count=1, p1=sid, p2=ioid))


def write(sid, p2, data=VALUE):
    return client(message(4, data, type=DOUBLE, count=1, p1=sid, p2=p2))


def write_notify(sid, ioid):
    return client(message(19, VALUE, type=DOUBLE, count=1, p1=sid, p2=ioid))


def subscribe(sid, id, count=1, type=DOUBLE):
    return client(message(1, bytes(12) + b'\0\5\0\0', type=type, count=count, p1=sid, p2=id))


def cancel(sid, id, count=1):
    return client(message(2, type=DOUBLE, count=count, p1=sid, p2=id))


def clear(sid, cid):
    return client(message(12, p1=sid, p2=cid))


def search(cid, name, reply=5):
    return message(6, text(name), type=reply, count=13, p1=cid, p2=cid)


def version(sequence=None):
    """The head of a datagram; with a sequence number, or of a circuit."""
    return message(0, type=sequence is not None, count=13, p1=sequence or 0)


# ---- the server ------------------------------------------------------------------------------


def created(cid, sid):
    """Access rights and the answer to CREATE_CHAN, in one segment as rsrv sends them."""
    return server(message(22, p1=cid, p2=3), message(18, type=DOUBLE, count=1, p1=cid, p2=sid))


def refused(cid):
    return server(message(26, p1=cid))


def gone(cid):
    return server(message(27, p1=cid))


def value(ioid, status=NORMAL):
    return server(message(15, VALUE, type=DOUBLE, count=1, p1=status, p2=ioid))


def old_value(cid, ioid):
    return server(message(3, VALUE, type=DOUBLE, count=1, p1=cid, p2=ioid))


def written(ioid, status=NORMAL):
    return server(message(19, type=DOUBLE, count=1, p1=status, p2=ioid))


def update(id, status=NORMAL):
    return server(message(1, VALUE, type=DOUBLE, count=1, p1=status, p2=id))


def empty_update(id):
    """An array without elements, as an autosize subscription gets it."""
    return server(message(1, type=DOUBLE, count=0, p1=NORMAL, p2=id))


def unsubscribed(sid, id, count=1):
    return server(message(1, type=DOUBLE, count=count, p1=sid, p2=id))


def cleared(sid, cid):
    return server(message(12, p1=sid, p2=cid))


def found(cid, port=5064, address=ANYBODY):
    return message(6, b'\0\x0d' + bytes(6), type=port, p1=address, p2=cid)


def found_over_tcp(cid, port=5064, address=ANYBODY):
    return server(message(6, type=port, p1=address, p2=cid))


def not_found(cid):
    return server(message(14, type=10, count=13, p1=cid, p2=cid))


ECHO = message(23)


def beacon(number, port=5064, address=0, minor=13):
    return message(13, type=minor, count=port, p1=number, p2=address)
