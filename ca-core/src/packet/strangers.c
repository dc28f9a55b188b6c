/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/strangers.h"

/* That of this port; else a free one, or the rarest, whose packets the new one takes over
 * (Metwally, Agrawal and El Abbadi's "space saving"): so what is frequent stays. */
static caw_stranger *place_of(caw_strangers *self, caw_transport transport, uint16_t port) {
    caw_stranger *rarest = &self->all[0];

    for (int i = 0; i < CAW_STRANGERS; i++) {
        caw_stranger *each = &self->all[i];
        if (each->packets && each->transport == transport && each->port == port)
            return each;
        if (each->packets < rarest->packets)
            rarest = each;
    }
    rarest->transport = transport;
    rarest->port = port;
    return rarest;
}

void caw_strangers_see(caw_strangers *self, const caw_packet_part *part) {
    uint16_t from = part->source.port, to = part->target.port;

    if (part->kind == CAW_PACKET_ICMP)
        return;
    place_of(self, part->kind == CAW_PACKET_TCP ? CAW_TRANSPORT_TCP : CAW_TRANSPORT_UDP,
             from < to ? from : to)
        ->packets++;
}

/* Of equal ones the first is before the others. */
static bool is_before(const caw_strangers *self, int a, int b) {
    uint64_t here = self->all[a].packets, there = self->all[b].packets;

    return here > there || (here == there && a < b);
}

bool caw_strangers_at(const caw_strangers *self, size_t index, caw_stranger *stranger) {
    for (int i = 0; i < CAW_STRANGERS; i++) {
        size_t before = 0;
        for (int j = 0; j < CAW_STRANGERS; j++)
            before += is_before(self, j, i);
        if (before == index) {
            *stranger = self->all[i];
            return stranger->packets > 0;
        }
    }
    return false;
}
