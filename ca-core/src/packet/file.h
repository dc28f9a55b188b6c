/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Capture files, bytes in, packets out: pcap and pcapng. Does no I/O: the bytes come from a file, a
 * pipe or a decompressor, in pieces of any size.
 *
 *     caw_file *file = caw_file_new(&memory);
 *     while ((length = read(fd, buffer, sizeof buffer)) > 0) {
 *         caw_file_feed(file, buffer, length);
 *         while (caw_file_next(file, &frame))
 *             ... frame.bytes, frame.seconds ...
 *     }
 *     caw_file_end(file);
 *     if ((problem = caw_file_problem(file, &at)))
 *         fprintf(stderr, "%s: at byte %" PRIu64 ": %s\n", name, at, problem);
 *
 * A packet is given with its last byte, and not with the first of the next: a live pipe is never a
 * packet late. A packet that lies whole in a piece is not copied. What is read:
 *
 *     pcap    of either byte order, in micro- or nanoseconds, and Kuznetsov's "modified" format;
 *             draft-ietf-opsawg-pcap
 *     pcapng  sections of either byte order, one after another; interfaces with link types, snap
 *             lengths, resolutions and offsets of their own; enhanced, simple and obsolete packet
 *             blocks. Other blocks are passed. draft-ietf-opsawg-pcapng
 *
 * Memory is bounded: twice what has come of one packet that does not lie whole in a piece (a packet
 * has at most 256 MiB), and 65536 interfaces of a section. No length that a file declares takes
 * memory before its bytes have come.
 */
#ifndef CAW_FILE_H
#define CAW_FILE_H

#include "caw_history.h"

/* ---- what a file is --------------------------------------------------------------------- */

typedef enum {
    CAW_FILE_UNKNOWN, /* nothing that is known here, or too short to tell */
    CAW_FILE_PCAP,
    CAW_FILE_PCAPNG,
    CAW_FILE_GZIP, /* compressed: what is inside is not known yet */
    CAW_FILE_ZSTD,
    CAW_FILE_LZ4,
    CAW_FILE_XZ,
    CAW_FILE_BZIP2,
    CAW_FILE_OTHER /* a capture of a format that Wireshark reads */
} caw_file_kind;

enum { CAW_FILE_MAGIC = 8 };

/*
 * What a file is by its first bytes: give CAW_FILE_MAGIC of them, or all when there are fewer.
 * `name` gets what people call the format, "gzip", "Sun snoop", or NULL; it may be NULL itself.
 */
caw_file_kind caw_file_kind_of(const uint8_t *bytes, size_t length, const char **name);

/* ---- reading ---------------------------------------------------------------------------- */

/* A packet as it was captured. All but the bytes are values. */
typedef struct {
    int64_t seconds;       /* since 1970-01-01 00:00 UTC; 0 when not timed */
    int32_t nanoseconds;   /* 0..999999999 */
    bool timed;            /* simple packet blocks have no time */
    bool exact;            /* the file counts in less than microseconds, see caw_event.exact */
    uint16_t link;         /* LINKTYPE_ number as in the file, tcpdump.org/linktypes.html */
    uint32_t interface_id; /* from 0; those of all sections of a file are counted through */
    const uint8_t *bytes;  /* borrowed until the next call of caw_file_next, _feed or _begin */
    uint32_t captured;     /* how many of them there are */
    uint32_t length;       /* bytes of the packet on the wire, as the file says it */
} caw_frame;

typedef struct caw_file caw_file;

/* NULL without memory. */
caw_file *caw_file_new(const caw_memory *memory);
void caw_file_free(caw_file *file);

/* Begins anew: the next bytes are the first of another file, its interfaces counted from 0. */
void caw_file_begin(caw_file *file);

/*
 * The next bytes, borrowed until caw_file_next has returned false: only then may more be fed. After
 * a file has ended, or seemed to, more bytes of it go on where it stopped (a file that grows).
 */
void caw_file_feed(caw_file *file, const uint8_t *bytes, size_t length);

/* The next packet. False: it has not come as a whole yet, or nothing more can be read. */
bool caw_file_next(caw_file *file, caw_frame *frame);

/*
 * No more bytes are there: a packet or block that is not whole is now a problem. As in Wireshark
 * and libpcap what is there of such a packet is not given: a file that grows still brings it.
 */
void caw_file_end(caw_file *file);

/*
 * What is wrong, in a sentence without a period, or NULL; `at` is the offset of the packet or block
 * in the file, from 0. After anything but an end too early nothing more is read: caw_file_next
 * returns false, and more bytes are taken and ignored. The text is the reader's.
 */
const char *caw_file_problem(const caw_file *file, uint64_t *at);

/* Nothing more can be read of this file, whatever comes: stop reading it. */
bool caw_file_is_damaged(const caw_file *file);

#endif
