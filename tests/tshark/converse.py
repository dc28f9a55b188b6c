# SPDX-License-Identifier: GPL-2.0-or-later
"""Talks that keep the protocol's rules and are otherwise random: chunks for wire.circuit().

The server answers in order, and each side hears the other late: a client still uses what the server
has dropped, and uses ids again as soon as it may.
"""

import random
import struct

import talk
from talk import client, server
from wire import message

OLD = {50: (70, 60), 51: (71, 61)}  # created before the capture: sid: cid, subscription


class Talk:
    def __init__(self, seed, midstream):
        self.random = random.Random(seed)
        self.chunks = [server(message(0, count=13)), talk.hello()]
        self.coming = []  # from the server, with what the client does then
        self.served = {}  # the server's channels: sid: cid
        self.posting = {}  # and subscriptions: (sid, id): count
        self.open = {}  # the client's channels: cid: sid, None: asked for
        self.subscribed = {}  # and subscriptions: id: sid
        self.next_sid, self.next_ioid = 0, 100
        for sid, (cid, id) in OLD.items() if midstream else ():
            self.served[sid], self.open[cid] = cid, sid
            self.posting[sid, id], self.subscribed[id] = 0, sid

    def goes_on(self, steps):
        for _ in range(steps):
            while self.coming and self.random.random() < 0.55:
                self.hear()
            self.random.choices([self.create, self.serve, self.say, self.use], [2, 2, 1, 6])[0]()
        while self.coming and self.random.random() < 0.9:
            self.hear()
        return self.chunks

    # -- the server

    def answer(self, chunk, then=lambda: None):
        self.coming.append((chunk, then))

    def hear(self):
        chunk, then = self.coming.pop(0)
        self.chunks.append(chunk)
        then()

    def drop(self, sid):
        self.posting = {key: n for key, n in self.posting.items() if key[0] != sid}
        return self.served.pop(sid)

    def serve(self):
        """What nobody asked for."""
        what = self.random.random()
        if what < 0.6 and self.posting:
            self.answer(talk.update(self.random.choice(list(self.posting))[1]))
        elif what < 0.8 and self.served:
            cid = self.random.choice(list(self.served.values()))
            self.answer(server(message(22, p1=cid, p2=self.random.randint(0, 3))))
        elif self.served:
            sid = self.random.choice(list(self.served))
            cid = self.drop(sid)
            self.answer(talk.gone(cid), lambda: self.forget(cid, sid))

    # -- the client

    def forget(self, cid, sid=None):
        self.open.pop(cid, None)
        self.subscribed = {id: of for id, of in self.subscribed.items() if of != sid}

    def ioid(self):
        self.next_ioid += 1
        return self.next_ioid

    def create(self):
        cid = next(n for n in range(1, 99) if n not in self.open)
        self.open[cid] = None
        self.chunks.append(talk.create(cid, f't:{self.random.randint(1, 3)}'))
        what = self.random.random()
        if what < 0.15:
            self.answer(talk.refused(cid), lambda: self.forget(cid))
        elif what < 0.9:
            again = self.random.random() < 0.2 and self.next_sid - 1 not in self.served
            sid = max(0, self.next_sid - again)
            self.next_sid = sid + 1
            self.served[sid] = cid
            self.answer(talk.created(cid, sid), lambda: self.open.update({cid: sid}))

    def say(self):
        what = self.random.choice([message(8), message(9), talk.ECHO])
        self.chunks.append(client(what))
        if what == talk.ECHO and self.random.random() < 0.8:
            self.answer(server(talk.ECHO))

    def use(self):
        known = [(cid, sid) for cid, sid in self.open.items() if sid is not None]
        if known:
            cid, sid = self.random.choice(known)
            ways = [self.subscribe, self.cancel, self.read, self.write, self.put, self.clear]
            served = self.served.get(sid) == cid
            self.random.choices(ways, [3, 2, 2, 1, 1, 1])[0](cid, sid, served)

    def subscribe(self, cid, sid, served):
        id = next(n for n in range(1, 99) if n not in self.subscribed)
        count, mask = self.random.choice([0, 1]), self.random.choice([1, 5])
        payload = struct.pack('>fffHH', 0, 0, 0, mask, 0)
        self.subscribed[id] = sid
        self.chunks.append(
            client(message(1, payload, type=talk.DOUBLE, count=count, p1=sid, p2=id))
        )
        if served:
            self.posting[sid, id] = count
            self.answer(talk.update(id))

    def cancel(self, cid, sid, served):
        mine = [id for id, of in self.subscribed.items() if of == sid]
        if mine:
            id = self.random.choice(mine)
            del self.subscribed[id]
            self.chunks.append(talk.cancel(sid, id))
        if mine and (sid, id) in self.posting:
            self.answer(talk.unsubscribed(sid, id, self.posting.pop((sid, id))))

    def read(self, cid, sid, served):
        ioid = self.ioid()
        self.chunks.append(talk.read(sid, ioid))
        if served:
            self.answer(talk.value(ioid))

    def write(self, cid, sid, served):
        self.chunks.append(talk.write(sid, cid))

    def put(self, cid, sid, served):
        ioid = self.ioid()
        request = talk.write_notify(sid, ioid)
        self.chunks.append(request)
        fails = talk.failing(request[1], talk.NO_WRITE, cid)
        if served:
            self.answer(fails if self.random.random() < 0.3 else talk.written(ioid))

    def clear(self, cid, sid, served):
        self.chunks.append(talk.clear(sid, cid))
        self.forget(cid, sid)
        if served:
            self.drop(sid)
            self.answer(talk.cleared(sid, cid))
