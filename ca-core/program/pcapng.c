/* SPDX-License-Identifier: BSD-3-Clause */
#include "pcapng.h"

#include <stdlib.h>

/* Block types, and what is in them; numbers are in our own byte order. */
enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6, BYTE_ORDER_MAGIC = 0x1a2b3c4d };

/* An option of an interface: how fine its times are, as a power of ten. */
enum { RESOLUTION = 9, RESOLUTION_SIZE = 1, MICROSECONDS = 6, NANOSECONDS = 9 };

/* A block: a head and then bytes that fill up to a multiple of 4. */
static bool write_block(FILE *file, uint32_t type, const uint32_t *head, uint32_t words,
                        const uint8_t *bytes, uint32_t length) {
    static const uint8_t zeros[4];
    uint32_t fill = -length & 3;
    uint32_t size = 12 + 4 * words + length + fill;

    return fwrite(&type, 4, 1, file) == 1 && fwrite(&size, 4, 1, file) == 1 &&
           fwrite(head, 4, words, file) == words &&
           (length == 0 || fwrite(bytes, 1, length, file) == length) &&
           fwrite(zeros, 1, fill, file) == fill && fwrite(&size, 4, 1, file) == 1;
}

bool pcapng_begin(pcapng *self, FILE *file) {
    static const uint32_t head[] = {BYTE_ORDER_MAGIC, 1, UINT32_MAX,
                                    UINT32_MAX}; /* 1.0, any length */

    *self = (pcapng){.file = file};
    return write_block(file, SECTION, head, 4, NULL, 0);
}

static bool write_interface(FILE *file, const pcapng_interface *interface) {
    uint8_t resolution = interface->exact ? NANOSECONDS : MICROSECONDS;
    uint32_t head[] = {0, 0, 0, 0, 0};
    uint16_t option[] = {RESOLUTION, RESOLUTION_SIZE};
    uint16_t link[] = {interface->link, 0};

    memcpy(&head[0], link, 4);
    memcpy(&head[2], option, 4);
    memcpy(&head[3], &resolution, 1);
    return write_block(file, INTERFACE, head, 5, NULL, 0);
}

/* Its number in the file; it is written when it is new. UINT32_MAX: it cannot be. */
static uint32_t number_of(pcapng *self, const caw_frame *frame) {
    pcapng_interface wanted = {frame->interface_id, frame->link, frame->exact};

    for (uint32_t i = 0; i < self->count; i++)
        if (self->interfaces[i].id == wanted.id && self->interfaces[i].link == wanted.link &&
            self->interfaces[i].exact == wanted.exact)
            return i;
    pcapng_interface *more =
        realloc(self->interfaces, (self->count + 1) * sizeof *self->interfaces);
    if (!more)
        return UINT32_MAX;
    self->interfaces = more;
    self->interfaces[self->count] = wanted;
    return write_interface(self->file, &wanted) ? self->count++ : UINT32_MAX;
}

bool pcapng_write(pcapng *self, const caw_frame *frame) {
    uint32_t number = number_of(self, frame);
    uint64_t time = frame->exact
                        ? (uint64_t)frame->seconds * 1000000000 + (uint64_t)frame->nanoseconds
                        : (uint64_t)frame->seconds * 1000000 + (uint64_t)frame->nanoseconds / 1000;
    uint32_t head[] = {number, (uint32_t)(time >> 32), (uint32_t)time, frame->captured,
                       frame->length};

    return number != UINT32_MAX &&
           write_block(self->file, PACKET, head, 5, frame->bytes, frame->captured);
}

void pcapng_free(pcapng *self) {
    free(self->interfaces);
}
