/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows what a network makes of frames. Each line of stdin is "LINKTYPE SECONDS LENGTH HEX": LENGTH
 * on the wire, HEX what was captured. One line of stdout answers it, with what tshark calls
 * ip.src ip.dst ip.ttl ip.id, then either tcp.srcport tcp.dstport tcp.seq_raw tcp.ack_raw tcp.len
 * tcp.flags tcp.window_size_value tcp.options.timestamp.tsval tcp.checksum.status or udp.srcport
 * udp.dstport udp.length udp.checksum.status; or "-". At the end: "PROBLEM: COUNT" of each problem.
 */
#include "packet/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *take(void *user, size_t bytes) {
    (void)user;
    return malloc(bytes);
}

static void give_back(void *user, void *memory) {
    (void)user;
    free(memory);
}

/* The bytes end where the memory does, so that a sanitizer sees any read past them. */
static caw_view from_hex(const char *hex) {
    uint32_t length = (uint32_t)(strlen(hex) / 2);
    uint8_t *bytes = malloc(length + 1);
    for (uint32_t i = 0; i < length; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        bytes[i] = (uint8_t)byte;
    }
    return (caw_view){realloc(bytes, length ? length : 1), 0, length};
}

/* As Wireshark's field: 0 bad, 1 good, 2 unverified, 3 not present; 4 is not its own: partial. */
static int status(const caw_packet_part *part) {
    switch (caw_packet_checksum(part)) {
    case CAW_CHECKSUM_GOOD:
        return 1;
    case CAW_CHECKSUM_ABSENT:
        return 3;
    case CAW_CHECKSUM_UNKNOWN:
        return 2;
    case CAW_CHECKSUM_PARTIAL:
        return 4;
    default:
        return 0;
    }
}

static void print(const caw_packet_part *part) {
    char source[CAW_END_TEXT], target[CAW_END_TEXT];
    caw_end_text(&part->source, source, sizeof source);
    caw_end_text(&part->target, target, sizeof target);
    printf("%s %s %d %" PRIu32, source, target, part->ttl, part->id);
    if (part->kind == CAW_PACKET_TCP) {
        printf(" tcp %d %d %" PRIu32 " %" PRIu32 " %" PRIu32 " %d %d", part->source.port,
               part->target.port, part->sequence, part->acknowledgment, part->payload.length,
               part->flags, part->window);
        if (part->has_time)
            printf(" %" PRIu32, part->time);
        printf(" %d\n", status(part));
    } else if (part->kind == CAW_PACKET_UDP) {
        printf(" udp %d %d %" PRIu32 " %d\n", part->source.port, part->target.port,
               part->segment.length, status(part));
    } else {
        printf(" icmp %d %d\n", part->error.type, part->error.code);
    }
}

static void print_problems(const caw_network *network) {
    for (size_t i = 1; i < CAW_PROBLEMS; i++)
        if (caw_network_problems(network)[i])
            printf("%s: %" PRIu64 "\n", caw_problem_texts[i], caw_network_problems(network)[i]);
}

int main(void) {
    static char line[1 << 20];
    caw_memory memory = {take, give_back, NULL};
    caw_network *network = caw_network_new(&memory, (caw_fragments_limits){256, 1 << 22}, 1);
    while (fgets(line, sizeof line, stdin)) {
        caw_packet_part part;
        caw_moment now = {.frame = 1};
        char *at = line;
        line[strcspn(line, "\n")] = '\0';
        uint32_t link = (uint32_t)strtoul(at, &at, 10);
        now.seconds = strtoll(at, &at, 10);
        uint32_t length = (uint32_t)strtoul(at, &at, 10);
        caw_view bytes = from_hex(at + 1);
        if (caw_network_frame(network, link, (caw_span){bytes, length}, now, &part))
            print(&part);
        else
            puts("-");
        free((void *)bytes.bytes);
    }
    caw_network_end(network);
    print_problems(network);
    caw_network_free(network);
    return 0;
}
