/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of TCP connections, from the flags of their segments.
 *
 * Two ends that use the same ports again begin a new connection; its SYN has another sequence
 * number (RFC 6528). Nothing is known of what the capture lacks, so a connection is also there
 * without its handshake, and is closed without having been asked for.
 */
#include "caw_capture.h"

/* It exists, as far as the capture shows. */
static bool is_open(const caw_connection *connection) {
    return (connection->accepted || connection->used) && !connection->closed &&
           !connection->refused;
}

static size_t change(caw_change *to, caw_event_kind kind, caw_by by, uint32_t times) {
    *to = (caw_change){kind, by, times};
    return 1;
}

static size_t close(caw_connection *connection, caw_by by, caw_change *to) {
    if (connection->closed || connection->refused)
        return 0;
    connection->closed = true;
    return change(to, CAW_EVENT_CLOSED, by, 0);
}

/* The same SYN again: it or its answer was lost, or it was refused and tries again. */
static size_t ask_again(caw_connection *connection, caw_change *to) {
    if (connection->closed || connection->carries[0] || connection->carries[1])
        return 0; /* a late copy */
    connection->refused = false;
    return change(to, CAW_EVENT_ASKED, CAW_BY_NOTHING, ++connection->times);
}

static size_t see_syn(caw_connection *connection, int end, uint32_t sequence, caw_change *to) {
    size_t count = 0;
    if (connection->asked && connection->client == end && connection->isn[end] == sequence)
        return ask_again(connection, to);
    if (is_open(connection))
        count = close(connection, CAW_BY_SYN, to);
    *connection = (caw_connection){.asked = true, .client = end, .times = 1};
    connection->isn[end] = sequence;
    return count + change(to + count, CAW_EVENT_ASKED, CAW_BY_NOTHING, 1);
}

/* A copy of a SYN/ACK says nothing new; another connection has one when its SYN is missing. */
static size_t see_syn_ack(caw_connection *connection, int end, uint32_t sequence, caw_change *to) {
    bool over = connection->closed || connection->refused;
    if (connection->accepted && (!over || connection->isn[end] == sequence))
        return 0;
    if (over || !connection->asked)
        *connection = (caw_connection){0};
    connection->client = !end;
    connection->accepted = true;
    connection->isn[end] = sequence;
    return change(to, CAW_EVENT_ACCEPTED, CAW_BY_NOTHING, connection->times);
}

static size_t see_rst(caw_connection *connection, int end, caw_change *to) {
    bool carried = connection->carries[0] || connection->carries[1];
    if (!connection->asked || connection->client == end || carried)
        return close(connection, CAW_BY_RST, to);
    if (connection->closed || connection->refused)
        return 0;
    connection->refused = true;
    return change(to, CAW_EVENT_REFUSED, CAW_BY_RST, 0);
}

size_t caw_connection_segment(caw_connection *connection, int end, unsigned flags,
                              uint32_t sequence, uint32_t bytes, caw_change changes[CAW_CHANGES]) {
    size_t count = 0;
    if (flags & CAW_TCP_RST)
        return see_rst(connection, end, changes);
    if (flags & CAW_TCP_SYN)
        count = flags & CAW_TCP_ACK ? see_syn_ack(connection, end, sequence, changes)
                                    : see_syn(connection, end, sequence, changes);
    else
        connection->used = true;
    if (bytes)
        connection->carries[end] = true;
    if (flags & CAW_TCP_FIN && count < CAW_CHANGES)
        count += close(connection, CAW_BY_FIN, changes + count);
    return count;
}

void caw_connection_late(caw_connection *connection, int end, unsigned flags, uint32_t sequence) {
    bool answers = flags & CAW_TCP_ACK;
    connection->asked |= !answers;
    connection->accepted |= answers;
    connection->client = answers ? !end : end;
    connection->isn[end] = sequence;
}

bool caw_connection_unreachable(caw_connection *connection, int end, uint32_t sequence) {
    if (!connection->asked || connection->accepted || connection->closed || connection->refused ||
        connection->client != end || connection->isn[end] != sequence)
        return false;
    connection->refused = true;
    return true;
}

caw_side caw_connection_speaker(const caw_connection *connection, int end) {
    if (!connection->asked && !connection->accepted)
        return CAW_SIDE_NOBODY;
    return connection->client == end ? CAW_SIDE_CLIENT : CAW_SIDE_SERVER;
}
