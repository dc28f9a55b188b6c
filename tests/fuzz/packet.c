/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: the headers around a message. The first byte is the link layer, the second
 * the size of the buffer, the rest the frame.
 */
#include "caw_capture.h"

#include "printing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static caw_packet packet;
static caw_attribute attribute;
static bool repr;

static size_t print(char *text, size_t size) {
    return caw_packet_text(&packet, &attribute, repr, text, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const char *const paths[] = {"ethernet",
                                        "ip",
                                        "transport",
                                        "ethernet.data",
                                        "ip.data",
                                        "ip.opts",
                                        "ip.src",
                                        "ip.sum",
                                        "transport.data",
                                        "transport.opts",
                                        "ethernet.src",
                                        "ethernet.ip",
                                        "transport.sum",
                                        "ethernet.vlan_tags",
                                        "ip.all_extension_headers",
                                        "ip.ttl",
                                        "ip.len",
                                        "transport.seq",
                                        "ethernet.type",
                                        "transport.flags"};
    if (len < 2)
        return 0;
    uint32_t captured = (uint32_t)len - 2;
    uint8_t *frame = malloc(captured);
    memcpy(frame, data + 2, captured);
    caw_packet_parse(frame, captured, data[0] % (CAW_LINK_UNKNOWN + 1), &packet);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (!caw_packet_find(&packet, paths[i], &attribute) ||
            attribute.kind != CAW_ATTRIBUTE_OBJECT)
            continue;
        for (int turn = 0; turn < 2; turn++) {
            repr = turn;
            check_printer(print, 1 + data[1]);
        }
    }
    free(frame);
    return 0;
}
