/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who talks something else to the protocol's ports: a row for each pair of ends with a packet that
 * is no Channel Access from its first byte on. The packets of both directions count, with those of
 * one connection after another; nothing on a circuit that has carried messages, or in a datagram
 * after them.
 */
#include "servers.h"

/* ---- what it looks like -------------------------------------------------------------------- */

static bool begins(const caw_event *event, const char *word) {
    size_t length = strlen(word);
    return event->foreign_count >= length && memcmp(event->foreign, word, length) == 0;
}

/* A record of version 3.0 to 3.4 (RFC 8446, 5.1): change cipher spec, alert, handshake, data. */
static bool is_tls(const caw_event *event) {
    const uint8_t *bytes = event->foreign;
    return event->foreign_count >= 3 && bytes[0] >= 20 && bytes[0] <= 23 && bytes[1] == 3 &&
           bytes[2] <= 4;
}

/* A method (RFC 9110, 9.3), a status line, or the preface of HTTP/2. */
static bool is_http(const caw_event *event) {
    static const char *const words[] = {"GET ",    "HEAD ",    "POST ",    "PUT ",
                                        "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ",
                                        "PATCH ",  "PRI ",     "HTTP/"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins(event, words[i]))
            return true;
    return false;
}

/* pvAccess: a magic byte, then the version of the protocol, 1 or 2. */
static bool is_pva(const caw_event *event) {
    return event->foreign_count >= 2 && event->foreign[0] == 0xca && event->foreign[1] <= 2;
}

static const char *kind_of(const caw_event *event) {
    if (is_tls(event))
        return "TLS";
    if (is_http(event))
        return "HTTP";
    if (begins(event, "SSH-"))
        return "SSH";
    return is_pva(event) ? "PVA" : "unknown";
}

/* ---- rows ---------------------------------------------------------------------------------- */

static bool is_known_port(const caw_end *end) {
    return end->port == CAW_SERVER_PORT || end->port == CAW_REPEATER_PORT;
}

/* Who serves: as the connection tells, or by the ports. */
static caw_side source_side(const caw_event *event) {
    if (event->speaker != CAW_SIDE_NOBODY)
        return event->speaker;
    if (is_known_port(&event->target))
        return CAW_SIDE_CLIENT;
    return is_known_port(&event->source) ? CAW_SIDE_SERVER : CAW_SIDE_NOBODY;
}

static servers_stranger *stranger_of(caw_report *report, const caw_end *client,
                                     const caw_end *server) {
    servers_state *state = caw_report_state(report);
    caw_key key = {caw_hash_of_end(client), caw_hash_of_end(server)};
    servers_stranger *found = caw_idmap_get(&state->strangers, key);
    if (found && caw_same_end(&found->client, client) && caw_same_end(&found->server, server))
        return found;
    found = caw_report_add(report, SERVERS_STRANGERS, sizeof *found);
    if (!found)
        return NULL;
    found->client = *client;
    found->server = *server;
    caw_report_index(report, &state->strangers, key, found);
    return found;
}

static void put_first(servers_stranger *of, const caw_event *event) {
    static const char digits[] = "0123456789abcdef";
    for (uint8_t i = 0; i < event->foreign_count; i++) {
        of->first[2 * i] = digits[event->foreign[i] >> 4];
        of->first[2 * i + 1] = digits[event->foreign[i] & 15];
    }
    of->looks_like = kind_of(event);
}

/* After messages on a circuit, or in a datagram, there is nothing foreign but a mistake. */
static bool is_strange(const caw_report *report, const caw_event *event) {
    return event->foreign_count &&
           !(event->transport == CAW_TRANSPORT_TCP && caw_servers_is_circuit(report, event));
}

void caw_servers_see_malformed(caw_report *report, const caw_event *event) {
    caw_side side = source_side(event);
    if (side == CAW_SIDE_NOBODY || !is_strange(report, event))
        return;
    bool from_server = side == CAW_SIDE_SERVER;
    servers_stranger *of = stranger_of(report, from_server ? &event->target : &event->source,
                                       from_server ? &event->source : &event->target);
    if (!of || of->frame == event->now.frame)
        return;
    of->frame = event->now.frame;
    if (!of->packets++)
        put_first(of, event);
}
