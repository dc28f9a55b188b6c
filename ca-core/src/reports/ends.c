/* SPDX-License-Identifier: BSD-3-Clause */
#include "ends.h"

#include "message/wire.h"

caw_end caw_announced_end(const caw_event *event) {
    caw_end end = event->source;
    bool ipv4 = end.size == 4;
    uint32_t address = ipv4 ? wire_u32((caw_view){end.bytes, 0, 4}, 0) : 0;
    uint64_t where = caw_announced_server(&event->message, caw_endpoint(address, end.port));
    end.port = (uint16_t)where;
    if (where >> 16 == address)
        return end;
    end.size = 4;
    for (int i = 0; i < 4; i++)
        end.bytes[i] = (uint8_t)(where >> (40 - 8 * i));
    return end;
}

bool caw_is_relayed(const caw_event *event) {
    return event->transport == CAW_TRANSPORT_UDP && event->target.port != CAW_SERVER_PORT &&
           event->target.port != CAW_REPEATER_PORT &&
           caw_same_address(&event->source, &event->target);
}

bool caw_is_relayed_beacon(const caw_event *event) {
    return caw_is_relayed(event) && event->message.param2 != 0;
}

static caw_key key_of(const caw_end *end) {
    return (caw_key){caw_hash_of_end(end), end->port};
}

static caw_kept_end *kept_end(const caw_idmap *ends, const caw_end *end) {
    caw_kept_end *found = caw_idmap_get(ends, key_of(end));
    return found && caw_same_end(&found->end, end) ? found : NULL;
}

const caw_kept_end *caw_report_keep_end(caw_report *report, caw_idmap *ends, const caw_end *end) {
    caw_kept_end *found = kept_end(ends, end);
    if (found)
        return found;
    found = caw_report_keep(report, sizeof *found);
    if (!found)
        return NULL;
    found->end = *end;
    caw_end_port_text(end, found->text, sizeof found->text);
    caw_report_index(report, ends, key_of(end), found);
    return found;
}

bool caw_is_passed_on(const caw_idmap *clients, const caw_event *event) {
    return caw_is_relayed(event) && kept_end(clients, &event->target);
}
