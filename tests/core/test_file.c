/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Capture files, written by hand after draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng, and
 * what is told of their packets: "SECONDS.NANOSECONDS[x] LINK@INTERFACE BYTES/LENGTH", x when the
 * time is exact, "untimed" for both when there is none; then the problem.
 */
#include "caw_capture.h"

#include "counted.h"
#include "test.h"

#include <inttypes.h>

typedef struct {
    bool big;
    uint8_t bytes[1 << 17];
    size_t length;
    size_t ends[32]; /* after each packet's last byte */
    size_t packets;
} image;

typedef struct {
    char text[4096];
    size_t length, packets;
} story;

/* ---- writing ------------------------------------------------------------------------------ */

static void put(image *to, uint64_t number, int bytes) {
    for (int i = 0; i < bytes; i++)
        to->bytes[to->length++] = (uint8_t)(number >> 8 * (to->big ? bytes - 1 - i : i));
}

static void put_bytes(image *to, const char *bytes, size_t length) {
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void put_packet(image *to, const char *bytes) {
    put_bytes(to, bytes, strlen(bytes));
    to->ends[to->packets++] = to->length;
}

static void pcap(image *to, uint32_t magic, uint32_t snap, uint32_t link) {
    put(to, magic, 4);
    put(to, 2, 2);
    put(to, 4, 2);
    put(to, 0, 4);
    put(to, 0, 4);
    put(to, snap, 4);
    put(to, link, 4);
}

static void record_header(image *to, uint32_t seconds, uint32_t fraction, size_t captured,
                          uint32_t length) {
    put(to, seconds, 4);
    put(to, fraction, 4);
    put(to, captured, 4);
    put(to, length, 4);
}

static void record(image *to, uint32_t seconds, uint32_t fraction, const char *bytes,
                   uint32_t length) {
    record_header(to, seconds, fraction, strlen(bytes), length);
    put_packet(to, bytes);
}

static size_t open_block(image *to, uint32_t type) {
    put(to, type, 4);
    put(to, 0, 4);
    return to->length - 8;
}

static void close_block(image *to, size_t start) {
    while (to->length % 4)
        put(to, 0, 1);
    size_t end = to->length + 4;
    to->length = start + 4;
    put(to, end - start, 4);
    to->length = end - 4;
    put(to, end - start, 4);
}

static void section(image *to, bool big) {
    to->big = big;
    size_t start = open_block(to, 0x0a0d0d0a);
    put(to, 0x1a2b3c4d, 4);
    put(to, 1, 2);
    put(to, 0, 2);
    put(to, UINT64_MAX, 8);
    close_block(to, start);
}

/* An interface with a name, a resolution and an offset; those that are negative are left out. */
static void interface(image *to, uint32_t link, uint32_t snap, int resolution, int64_t offset) {
    size_t start = open_block(to, 1);
    put(to, link, 2);
    put(to, 0, 2);
    put(to, snap, 4);
    put(to, 2, 2);
    put(to, 5, 2);
    put_bytes(to, "eth10\0\0\0", 8);
    if (resolution >= 0) {
        put(to, 9, 2);
        put(to, 1, 2);
        put(to, (unsigned)resolution, 1);
        put(to, 0, 3);
    }
    if (offset) {
        put(to, 14, 2);
        put(to, 8, 2);
        put(to, (uint64_t)offset, 8);
    }
    put(to, 0, 4);
    close_block(to, start);
}

static void packet_header(image *to, uint64_t time, size_t captured, uint32_t length) {
    put(to, time >> 32, 4);
    put(to, time & UINT32_MAX, 4);
    put(to, captured, 4);
    put(to, length, 4);
}

static void enhanced(image *to, uint32_t number, uint64_t time, const char *bytes,
                     uint32_t length) {
    size_t start = open_block(to, 6);
    put(to, number, 4);
    packet_header(to, time, strlen(bytes), length);
    put_packet(to, bytes);
    while (to->length % 4)
        put(to, 0, 1);
    put(to, 2, 2); /* epb_flags */
    put(to, 4, 2);
    put(to, 1, 4);
    put(to, 0, 4);
    close_block(to, start);
}

static void obsolete(image *to, uint32_t number, uint64_t time, const char *bytes,
                     uint32_t length) {
    size_t start = open_block(to, 2);
    put(to, number, 2);
    put(to, 0xffff, 2);
    packet_header(to, time, strlen(bytes), length);
    put_packet(to, bytes);
    close_block(to, start);
}

static void simple(image *to, const char *bytes, uint32_t length) {
    size_t start = open_block(to, 3);
    put(to, length, 4);
    put_packet(to, bytes);
    close_block(to, start);
}

static void unknown(image *to, uint32_t type, size_t size) {
    size_t start = open_block(to, type);
    for (size_t i = 0; i < size; i++)
        put(to, 0x77, 1);
    close_block(to, start);
}

/* ---- reading ------------------------------------------------------------------------------ */

static void tell(story *out, const char *text) {
    size_t room = sizeof out->text - out->length;
    int length = snprintf(out->text + out->length, room, "%s%s", out->length ? "\n" : "", text);
    out->length += (size_t)length;
}

static void tell_frame(story *out, const caw_frame *frame) {
    char time[64], text[256];
    snprintf(time, sizeof time, "%" PRId64 ".%09" PRId32 "%s", frame->seconds, frame->nanoseconds,
             frame->exact ? "x" : "");
    CHECK(frame->timed || (!frame->seconds && !frame->nanoseconds), "a time");
    snprintf(text, sizeof text, "%s %u@%u %.*s/%u", frame->timed ? time : "untimed", frame->link,
             frame->interface_id, (int)frame->captured, (const char *)frame->bytes, frame->length);
    tell(out, text);
    out->packets++;
}

static void tell_problem(story *out, const caw_file *file) {
    uint64_t at;
    char text[256];
    const char *problem = caw_file_problem(file, &at);
    if (!problem)
        return;
    snprintf(text, sizeof text, "%" PRIu64 ": %s%s", at, problem,
             caw_file_is_damaged(file) ? "!" : "");
    tell(out, text);
}

/* Feeds bytes from memory of their own size, and tells the packets. */
static void feed(caw_file *file, const uint8_t *bytes, size_t length, story *out) {
    caw_frame frame;
    uint8_t *own = malloc(length ? length : 1);
    memcpy(own, bytes, length);
    caw_file_feed(file, own, length);
    while (caw_file_next(file, &frame))
        tell_frame(out, &frame);
    free(own);
}

static void feed_pieces(caw_file *file, const uint8_t *bytes, size_t length, size_t piece,
                        story *out) {
    for (size_t at = 0; at < length; at += piece)
        feed(file, bytes + at, piece < length - at ? piece : length - at, out);
    caw_file_end(file);
    tell_problem(out, file);
}

static void read_pieces(const image *from, size_t piece, counted *count, story *out) {
    caw_memory memory = counted_memory(count);
    caw_file *file = caw_file_new(&memory);
    *out = (story){.length = 0};
    if (file)
        feed_pieces(file, from->bytes, from->length, piece, out);
    caw_file_free(file);
    CHECK(count->live == 0, "%ld pieces of memory left", count->live);
}

/* Whatever pieces it comes in, the same is told; without memory, nothing else. */
static void check_image(const char *what, const image *from, const char *told) {
    static const size_t pieces[] = {sizeof from->bytes, 1, 2, 3, 5, 7, 16, 28, 61};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        counted count = {.good = -1};
        story out;
        read_pieces(from, pieces[i], &count, &out);
        CHECK(strcmp(out.text, told) == 0, "%s, in pieces of %zu\n  got:  %s\n  want: %s", what,
              pieces[i], out.text, told);
        for (long good = 0, all = count.asked; good < all; good++) {
            count = (counted){.good = good};
            read_pieces(from, pieces[i], &count, &out);
            CHECK(!out.length || strstr(out.text, "no memory for"), "%s: %s", what, out.text);
        }
    }
}

/*
 * Wherever the file ends, the packets before are told, each with its last byte; when it grows, the
 * rest is told too.
 */
static void check_cuts(const char *what, const image *from, const char *told) {
    for (size_t cut = 0; cut <= from->length; cut++) {
        counted count = {.good = -1};
        caw_memory memory = counted_memory(&count);
        caw_file *file = caw_file_new(&memory);
        story out = {.length = 0};
        size_t whole = 0;
        while (whole < from->packets && from->ends[whole] <= cut)
            whole++;
        feed(file, from->bytes, cut, &out);
        CHECK(out.packets == whole, "%s: %zu packets in %zu bytes", what, out.packets, cut);
        CHECK(!strncmp(out.text, told, out.length), "%s: %s", what, out.text);
        CHECK(!caw_file_problem(file, NULL), "%s: a problem before the end", what);
        caw_file_end(file);
        CHECK(!caw_file_is_damaged(file), "%s: damaged by a cut at %zu", what, cut);
        feed(file, from->bytes + cut, from->length - cut, &out);
        caw_file_end(file);
        tell_problem(&out, file);
        CHECK(strcmp(out.text, told) == 0, "%s: cut at %zu\n  got:  %s", what, cut, out.text);
        caw_file_free(file);
        CHECK(count.live == 0, "%s: %ld pieces left", what, count.live);
    }
}

static void check_good(const char *what, const image *from, const char *told) {
    check_image(what, from, told);
    check_cuts(what, from, told);
}

/* ---- pcap --------------------------------------------------------------------------------- */

static void pcap_files(void) {
    for (int big = 0; big < 2; big++) {
        image made = {.big = big};
        pcap(&made, 0xa1b2c3d4, 65535, 1);
        check_good("no packets", &made, "");
        record(&made, 1700000000, 999999, "first", 5);
        record(&made, 1700000001, 1, "", 0);
        record(&made, UINT32_MAX, 0, "cut", 1500);
        check_good("microseconds", &made,
                   "1700000000.999999000 1@0 first/5\n"
                   "1700000001.000001000 1@0 /0\n"
                   "4294967295.000000000 1@0 cut/1500");
        made = (image){.big = big};
        pcap(&made, 0xa1b23c4d, 0, 0x10000071); /* with a word on checksums, cooked */
        record(&made, 1, 999999999, "exact", 5);
        record(&made, 1, 1000000000, "carried", 7);
        check_good("nanoseconds", &made,
                   "1.999999999x 113@0 exact/5\n2.000000000x 113@0 carried/7");
        made = (image){.big = big};
        pcap(&made, 0xa1b2cd34, 65535, 101);
        for (uint32_t i = 0; i < 2; i++) {
            record_header(&made, 7 + i, 8, 3, 60);
            put(&made, 0x0102030405060708, 8);
            put_packet(&made, i ? "two" : "one");
        }
        check_good("modified", &made, "7.000008000 101@0 one/60\n8.000008000 101@0 two/60");
    }
}

static void pcap_damage(void) {
    image made = {.big = false};
    pcap(&made, 0xa1b2c3d4, 96, 1);
    record(&made, 1, 2, "good", 4);
    image most = made, zero = made;
    record_header(&made, 3, 4, 262145, 262145);
    check_image("too many bytes", &made,
                "1.000002000 1@0 good/4\n44: a packet of 262145 bytes, where 262144 are the most!");
    record_header(&most, 3, 4, 262144, 262144);
    put_bytes(&most, "some", 4);
    check_image("not too many", &most,
                "1.000002000 1@0 good/4\n"
                "44: it ends inside a packet: 4 of 262144 captured bytes are there");
    put(&zero, 0, 7);
    check_image("a header cut", &zero,
                "1.000002000 1@0 good/4\n44: it ends inside a packet's header");
    made = (image){.big = true};
    pcap(&made, 0xa1b2c3d4, 0, 1);
    record_header(&made, 3, 4, 0x10000001, 60);
    check_image("absurd", &made, "24: a packet of 268435457 bytes, where 268435456 are the most!");
    made = (image){.big = true};
    pcap(&made, 0xa1b2c3d4, 0, 1);
    image huge = made;
    huge.length = 16;
    put(&huge, UINT32_MAX, 4); /* a snap length like this is none */
    huge.length = 24;
    record_header(&huge, 3, 4, 0x10000000, 60);
    check_image("just not", &huge,
                "24: it ends inside a packet: 0 of 268435456 captured bytes are there");
    made.bytes[5] = 9;
    check_image("version", &made, "0: version 9.4 of pcap, where 2.4 is known!");
    made.length = 23;
    made.bytes[5] = 2;
    check_image("header", &made, "0: it ends before its header does");
}

/* ---- pcapng ------------------------------------------------------------------------------- */

static void sections_and_interfaces(void) {
    for (int big = 0; big < 2; big++) {
        image made = {.length = 0};
        section(&made, big);
        interface(&made, 1, 262144, -1, 0);
        enhanced(&made, 0, 1700000000123456, "a", 1);
        unknown(&made, 5, 8); /* statistics */
        interface(&made, 113, 0, 9, 0);
        enhanced(&made, 1, 1700000000123456789, "bcde", 100);
        enhanced(&made, 0, 1700000001000000, "", 0);
        unknown(&made, 0x80000bad, 0);
        section(&made, !big);
        interface(&made, 276, 0, 3, 0);
        unknown(&made, 10, 3001); /* secrets */
        enhanced(&made, 0, 1700000000999, "fg", 2);
        obsolete(&made, 0, 1, "hij", 3);
        check_good("sections", &made,
                   "1700000000.123456000 1@0 a/1\n"
                   "1700000000.123456789x 113@1 bcde/100\n"
                   "1700000001.000000000 1@0 /0\n"
                   "1700000000.999000000 276@2 fg/2\n"
                   "0.001000000 276@2 hij/3");
    }
}

static void simple_packets(void) {
    image made = {.length = 0};
    section(&made, false);
    interface(&made, 1, 4, -1, 0);
    simple(&made, "abcd", 9);
    simple(&made, "abc", 3);
    check_good("with a snap length", &made, "untimed 1@0 abcd/9\nuntimed 1@0 abc/3");
    made = (image){.length = 0};
    section(&made, true);
    interface(&made, 1, 0, 9, 0);
    simple(&made, "abcde", 5);
    simple(&made, "fghi", 5);
    check_good("without", &made, "untimed 1@0 abcde/5\nuntimed 1@0 fghi/5");
}

/* Values by hand: T counts of 10^-n or 2^-n seconds. */
static void resolutions(void) {
    static const struct {
        int resolution;
        int64_t offset;
        uint64_t time;
        const char *told;
    } rows[] = {
        {0, 0, 5, "5.000000000"},
        {1, 0, 57, "5.700000000"},
        {6, 0, UINT64_MAX, "18446744073709.551615000"},
        {7, 0, 12345678, "1.234567800x"},
        {9, 0, UINT64_MAX, "18446744073.709551615x"},
        {10, 0, 12345678909, "1.234567890x"},
        {12, 0, 1999999999999, "1.999999999x"},
        {18, 0, 1999999999999999999, "1.999999999x"},
        {19, 0, UINT64_MAX, "1.844674407x"},
        {20, 0, UINT64_MAX, "0.184467440x"},
        {28, 0, UINT64_MAX, "0.000000001x"},
        {29, 0, UINT64_MAX, "0.000000000x"},
        {127, 0, UINT64_MAX, "0.000000000x"},
        {0x80, 0, 5, "5.000000000"},
        {0x81, 0, 5, "2.500000000"},
        {0x93, 0, 1572864, "3.000000000"},
        {0x94, 0, 1572864, "1.500000000x"},
        {0x80 + 32, 0, UINT64_MAX, "4294967295.999999999x"},
        {0x80 + 33, 0, UINT64_C(3) << 32, "1.500000000x"},
        {0x80 + 33, 0, UINT32_MAX, "0.499999999x"},
        {0x80 + 63, 0, UINT64_MAX, "1.999999999x"},
        {0x80 + 64, 0, UINT64_MAX, "0.999999999x"},
        {0x80 + 65, 0, UINT64_MAX, "0.499999999x"},
        {0xff, 0, UINT64_MAX, "0.000000000x"},
        {6, 1700000000, 1000001, "1700000001.000001000"},
        {6, -3, 1000001, "-2.000001000"},
        {9, 1, 999999999, "1.999999999x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char told[64];
        image made = {.length = 0};
        section(&made, i % 2);
        interface(&made, 1, 0, rows[i].resolution, rows[i].offset);
        enhanced(&made, 0, rows[i].time, "t", 1);
        snprintf(told, sizeof told, "%s 1@0 t/1", rows[i].told);
        check_image(rows[i].told, &made, told);
    }
}

/* Options that do not fit: what stands before them counts. */
static void broken_options(void) {
    image made = {.length = 0};
    section(&made, false);
    size_t start = open_block(&made, 1);
    put(&made, 1, 2);
    put(&made, 0, 2 + 4);
    put(&made, 9, 2);
    put(&made, 1, 2);
    put(&made, 9, 4);
    put(&made, 14, 2);
    put(&made, 8000, 2);
    put(&made, 1, 8);
    close_block(&made, start);
    enhanced(&made, 0, 1000000001, "t", 1);
    check_image("options", &made, "1.000000001x 1@0 t/1");
    made = (image){.length = 0};
    section(&made, false);
    start = open_block(&made, 1);
    put(&made, 1, 2);
    put(&made, 0, 2 + 4);
    put(&made, 14, 2);
    put(&made, 8, 2);
    put(&made, 1, 4);
    close_block(&made, start);
    enhanced(&made, 0, 1000001, "t", 1);
    check_image("half an offset", &made, "1.000001000 1@0 t/1");
}

/* Some writers do not count a packet's padding in the length of its block. */
static void uncounted_padding(void) {
    image made = {.length = 0};
    section(&made, true);
    interface(&made, 1, 0, -1, 0);
    size_t start = made.length;
    obsolete(&made, 0, 1, "hello", 5);
    size_t end = made.length, length = end - start - 3;
    made.length = start + 4;
    put(&made, length, 4);
    made.length = end - 4;
    put(&made, length, 4);
    enhanced(&made, 0, 2, "more", 4);
    check_good("padding", &made, "0.000001000 1@0 hello/5\n0.000002000 1@0 more/4");
}

/* Only so many of them are looked at: here the resolution before a long comment, not the one after.
 */
static void long_options(void) {
    image made = {.length = 0};
    section(&made, true);
    size_t start = open_block(&made, 1);
    put(&made, 1, 2);
    put(&made, 0, 2 + 4);
    for (int i = 0; i < 2; i++) {
        put(&made, 9, 2);
        put(&made, 1, 2);
        put(&made, i ? 6 : 9, 1);
        put(&made, 0, 3);
        put(&made, 1, 2);
        put(&made, i ? 4 : 65535, 2);
        made.length += i ? 4 : 65536;
    }
    close_block(&made, start);
    enhanced(&made, 0, 1000000001, "t", 1);
    check_image("long options", &made, "1.000000001x 1@0 t/1");
}

typedef struct {
    const char *what;
    size_t at; /* offset of a number that is changed ... */
    uint32_t to;
    const char *problem;
} damage;

/* A section of 28 bytes, an interface of 36, a packet of 48. */
static void pcapng_damage(void) {
    static const damage rows[] = {
        {"byte order", 8, 0x1a2b3c4e, "0: a section without a byte order!"},
        {"version", 12, 2, "0: a section of version 2.0 of pcapng, where 1.0 is known!"},
        {"short section", 4, 24, "0: a block of 24 bytes, too few for what it is!"},
        {"its trailer", 24, 32, "0: a block of 28 bytes that ends with the length 32!"},
        {"short interface", 32, 16, "28: a block of 16 bytes, too few for what it is!"},
        {"no block", 32, 0, "28: a block of 0 bytes, too few for what it is!"},
        {"long block", 32, 0x20000000, "28: a block of 536870912 bytes, more than any has!"},
        {"cut block", 32, 0x1000000, "28: it ends inside a block"},
        {"short packet", 68, 28, "64: a block of 28 bytes, too few for what it is!"},
        {"its interface", 72, 1, "64: a packet of interface 1, where the section has 1!"},
        {"its bytes", 84, 17, "64: a packet of 17 bytes in a block of 48!"},
        {"many bytes", 84, UINT32_MAX, "64: a packet of 4294967295 bytes in a block of 48!"},
        {"another trailer", 108, 44,
         "1.000000000 1@0 t/1\n64: a block of 48 bytes that ends with the length 44!"},
        {"its trailer in the next block", 108, 0,
         "1.000000000 1@0 t/1\n64: a block of 48 bytes that ends with the length 0!"},
    };
    image made = {.length = 0};
    section(&made, false);
    interface(&made, 1, 0, -1, 0);
    enhanced(&made, 0, 1000000, "t", 1);
    CHECK(made.length == 112, "%zu bytes", made.length);
    check_good("undamaged", &made, "1.000000000 1@0 t/1");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        image broken = made;
        broken.length = rows[i].at;
        put(&broken, rows[i].to, 4);
        broken.length = made.length;
        check_image(rows[i].what, &broken, rows[i].problem);
    }
}

static void no_interface(void) {
    image made = {.length = 0};
    section(&made, false);
    interface(&made, 1, 0, -1, 0);
    section(&made, false);
    simple(&made, "abc", 3);
    check_image("of an earlier section", &made,
                "92: a packet of interface 0, where the section has 0!");
}

/* ---- what a reader does ------------------------------------------------------------------- */

static void kinds(void) {
    static const struct {
        const char *bytes;
        size_t length;
        caw_file_kind kind;
        const char *problem;
    } rows[] = {
        {"", 0, CAW_FILE_UNKNOWN, "0: nothing in it"},
        {"\xa1\xb2", 2, CAW_FILE_UNKNOWN, "0: 2 bytes, too few for a capture"},
        {"\xd4\xc3\xb2\xa1\2\0\4\0", 8, CAW_FILE_PCAP, "0: it ends before its header does"},
        {"\x0a\x0d\x0d\x0a\0\0\0\x1c", 8, CAW_FILE_PCAPNG, "0: it ends inside a block"},
        {"\x1f\x8b\x08\0\0\0\0\0", 8, CAW_FILE_GZIP, "0: gzip, neither pcap nor pcapng!"},
        {"\x28\xb5\x2f\xfd\0\0\0\0", 8, CAW_FILE_ZSTD, "0: zstd, neither pcap nor pcapng!"},
        {"\x04\x22\x4d\x18\0\0\0\0", 8, CAW_FILE_LZ4, "0: lz4, neither pcap nor pcapng!"},
        {"\xfd\x37\x7a\x58\x5a\0\0\0", 8, CAW_FILE_XZ, "0: xz, neither pcap nor pcapng!"},
        {"BZh91AY&", 8, CAW_FILE_BZIP2, "0: bzip2, neither pcap nor pcapng!"},
        {"snoop\0\0\0", 8, CAW_FILE_OTHER, "0: Sun snoop, neither pcap nor pcapng!"},
        {"Hello, world", 12, CAW_FILE_UNKNOWN, "0: neither pcap nor pcapng!"},
        {"\xa1\xb2\xc3\xd5\0\2\0\4", 8, CAW_FILE_UNKNOWN, "0: neither pcap nor pcapng!"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        image made = {.length = 0};
        const char *name = "unset";
        put_bytes(&made, rows[i].bytes, rows[i].length);
        caw_file_kind kind = caw_file_kind_of(made.bytes, made.length, &name);
        CHECK(kind == rows[i].kind, "row %zu: %d", i, kind);
        CHECK(!name == (kind == CAW_FILE_UNKNOWN), "row %zu: %s", i, name ? name : "no name");
        check_image("kind", &made, rows[i].problem);
    }
}

/* One reader, one file after another, the first one broken. */
static void begun_anew(void) {
    image first = {.big = true}, second = {.length = 0};
    pcap(&first, 0xa1b23c4d, 0, 113);
    record(&first, 1, 2, "one", 3);
    record_header(&first, 1, 2, UINT32_MAX, 3);
    section(&second, false);
    interface(&second, 1, 0, -1, 0);
    enhanced(&second, 0, 3000004, "two", 3);
    for (size_t piece = 1; piece < 99; piece += 48) {
        counted count = {.good = -1};
        caw_memory memory = counted_memory(&count);
        caw_file *file = caw_file_new(&memory);
        story out = {.length = 0};
        feed_pieces(file, first.bytes, first.length, piece, &out);
        caw_file_begin(file);
        feed_pieces(file, second.bytes, second.length, piece, &out);
        caw_file_free(file);
        CHECK_TEXT(out.text, "1.000000002x 113@0 one/3\n"
                             "43: a packet of 4294967295 bytes, where 268435456 are the most!\n"
                             "3.000004000 1@0 two/3");
        CHECK(count.live == 0, "%ld pieces left", count.live);
    }
}

/* Many interfaces: the last can be used, and there is an end to them. */
static void many_interfaces(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_file *file = caw_file_new(&memory);
    story out = {.length = 0};
    image start = {.length = 0}, one = {.length = 0}, packet = {.length = 0};
    section(&start, false);
    interface(&one, 7, 0, -1, 0);
    enhanced(&packet, 65535, 1, "last", 4);
    feed(file, start.bytes, start.length, &out);
    for (int i = 0; i < 65536; i++)
        feed(file, one.bytes, one.length, &out);
    feed(file, packet.bytes, packet.length, &out);
    feed(file, one.bytes, one.length, &out);
    tell_problem(&out, file);
    CHECK_TEXT(out.text, "0.000001000 7@65535 last/4\n2359372: more than 65536 interfaces!");
    caw_file_free(file);
    CHECK(count.live == 0, "%ld pieces left", count.live);
}

/* Memory that knows how much is out, and how much was at most. */
typedef struct {
    size_t now, most;
} weighed;

static void *weighed_alloc(void *user, size_t bytes) {
    weighed *weight = user;
    size_t *memory = malloc(sizeof(size_t) * 2 + bytes);
    *memory = bytes;
    weight->now += bytes;
    weight->most = weight->now > weight->most ? weight->now : weight->most;
    return memory + 2;
}

static void weighed_release(void *user, void *memory) {
    size_t *start = (size_t *)memory - 2;
    ((weighed *)user)->now -= *start;
    free(start);
}

/* A packet that says it has 256 MiB takes what has come of it; a large one's memory is let go. */
static void memory_follows_bytes(void) {
    weighed weight = {0};
    caw_memory memory = {weighed_alloc, weighed_release, &weight};
    caw_file *file = caw_file_new(&memory);
    size_t least = weight.now, size = 1 << 20;
    story out = {.length = 0};
    image made = {.big = false};
    uint8_t *zeros = calloc(1, size);
    pcap(&made, 0xa1b2c3d4, 0, 1);
    record_header(&made, 1, 2, 1 << 28, 60);
    feed(file, made.bytes, made.length, &out);
    feed(file, zeros, 10000, &out);
    CHECK(weight.most < least + 50000, "%zu bytes for 10000", weight.most);
    caw_file_begin(file);
    made = (image){.big = false};
    pcap(&made, 0xa1b2c3d4, 0, 1);
    record_header(&made, 1, 2, size, 60);
    feed(file, made.bytes, made.length, &out);
    feed(file, zeros, size / 2, &out);
    feed(file, zeros, size / 2, &out);
    CHECK(out.packets == 1, "%zu packets", out.packets);
    CHECK(weight.most < 4 * size, "%zu bytes for a packet of 1 MiB", weight.most);
    CHECK(weight.now < least + 4096, "%zu bytes kept", weight.now - least);
    caw_file_free(file);
    CHECK(weight.now == 0, "%zu bytes left", weight.now);
    free(zeros);
}

/* A packet in hundreds of pieces is the packet. */
static void large_packet(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_file *file = caw_file_new(&memory);
    enum { SIZE = 200000, PIECE = 999 };
    image made = {.big = true};
    caw_frame frame;
    uint8_t *bytes = malloc(SIZE);
    size_t given = 0;
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 7919 >> 5);
    pcap(&made, 0xa1b2c3d4, 0, 1);
    record_header(&made, 1, 2, SIZE, SIZE);
    caw_file_feed(file, made.bytes, made.length);
    CHECK(!caw_file_next(file, &frame), "a packet before its bytes");
    for (size_t at = 0; at < SIZE; at += PIECE) {
        caw_file_feed(file, bytes + at, SIZE - at < PIECE ? SIZE - at : PIECE);
        while (caw_file_next(file, &frame)) {
            CHECK(frame.captured == SIZE && !memcmp(frame.bytes, bytes, SIZE), "other bytes");
            given++;
        }
    }
    CHECK(given == 1, "%zu packets", given);
    caw_file_free(file);
    CHECK(count.live == 0, "%ld pieces left", count.live);
    free(bytes);
}

int main(void) {
    pcap_files();
    pcap_damage();
    sections_and_interfaces();
    simple_packets();
    resolutions();
    broken_options();
    long_options();
    uncounted_padding();
    pcapng_damage();
    no_interface();
    kinds();
    begun_anew();
    many_interfaces();
    large_packet();
    memory_follows_bytes();
    return test_summary();
}
