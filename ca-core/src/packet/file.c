/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each step waits for a number of bytes, looks at them, and says what to wait for next. pcap is a
 * header and then records, pcapng is blocks:
 *
 *     START -> PCAP_HEADER -> RECORD -> DATA -> RECORD ...
 *     START -> SECTION -> TRAILER -> BLOCK -> what it is -> (DATA) -> TRAILER -> BLOCK ...
 */
#include "caw_capture.h"

#include "pieces.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NANOSECONDS  UINT64_C(1000000000)
#define MOST_BYTES   (UINT32_C(1) << 28) /* of a packet */
#define USUAL_BYTES  (UINT32_C(1) << 18) /* libpcap's bound for most link types */
#define BLOCK_EXTRA  (UINT32_C(1) << 20) /* of a block, beside a packet: options */
#define MOST_OPTIONS (UINT32_C(1) << 16) /* bytes that are looked at of an interface's */

enum {
    BLOCK_HEADER = 8,
    BLOCK_TRAILER = 4,
    SECTION_BODY = 16,
    INTERFACE_BODY = 8,
    PACKET_BODY = 20,
    SIMPLE_BODY = 4,
    MOST_INTERFACES = 1 << 16,
    FEW_INTERFACES = 8,
    PCAP_REST = 16,
    RECORD_HEADER = 16,
    MODIFIED_RECORD_HEADER = 24
};

enum {
    TYPE_SECTION = 0x0a0d0d0a,
    TYPE_INTERFACE = 1,
    TYPE_OBSOLETE = 2,
    TYPE_SIMPLE = 3,
    TYPE_ENHANCED = 6
};

enum { OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

typedef enum {
    START,
    PCAP_HEADER,
    RECORD,
    BLOCK,
    SECTION,
    INTERFACE,
    ENHANCED,
    OBSOLETE,
    SIMPLE,
    DATA,
    TRAILER,
    DAMAGED
} step;

typedef struct {
    uint16_t link;
    bool binary; /* its time counts 2^-digits seconds, not 10^-digits */
    uint8_t digits;
    uint32_t snap;
    int64_t offset; /* seconds to add to each time */
} interface;

struct caw_file {
    caw_pieces pieces;
    step step;
    size_t want;     /* bytes that the step waits for */
    uint64_t item;   /* offset of the record or block */
    bool big;        /* byte order */
    bool blocks;     /* pcapng */
    caw_frame frame; /* whose bytes are awaited */

    uint32_t scale; /* pcap: nanoseconds of a unit */
    uint32_t record_header;

    uint8_t declared[4]; /* a block's length, as it stands there, while its byte order is unknown */
    uint32_t total;      /* the same */
    interface *interfaces; /* of the section; of pcap there is one */
    uint32_t interface_count, interface_room;
    uint32_t earlier; /* interfaces of earlier sections */

    bool early; /* the problem is an end too early */
    uint64_t problem_at;
    char problem[160];
};

/* ---- numbers ---------------------------------------------------------------------------- */

static uint32_t get_u16(const caw_file *file, const uint8_t *at) {
    return file->big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static uint32_t get_u32(const caw_file *file, const uint8_t *at) {
    uint32_t first = get_u16(file, at), second = get_u16(file, at + 2);
    return file->big ? first << 16 | second : second << 16 | first;
}

static uint64_t get_u64(const caw_file *file, const uint8_t *at) {
    uint64_t first = get_u32(file, at), second = get_u32(file, at + 4);
    return file->big ? first << 32 | second : second << 32 | first;
}

/* ---- steps ------------------------------------------------------------------------------ */

static void await(caw_file *file, step next, size_t want) {
    file->step = next;
    file->want = want;
}

/* A record or a block begins here. */
static void await_item(caw_file *file) {
    file->item = file->pieces.position;
    if (file->blocks)
        await(file, BLOCK, BLOCK_HEADER);
    else
        await(file, RECORD, file->record_header);
}

static void tell(caw_file *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(file->problem, sizeof file->problem, format, arguments);
    va_end(arguments);
    file->problem_at = file->item;
}

/* Nothing more can be read. */
#define DAMAGE(file, ...) (tell(file, __VA_ARGS__), await(file, DAMAGED, 0))

/*
 * The most bytes that a packet of this interface can have. Some write a snap length that their
 * packets exceed; 0 means that there is none.
 */
static uint32_t most_bytes(const interface *from) {
    if (!from->snap || from->snap > MOST_BYTES)
        return MOST_BYTES;
    return from->snap < USUAL_BYTES ? USUAL_BYTES : from->snap;
}

/* The frame's bytes come next, if their number can be. */
static void await_data(caw_file *file, const interface *from) {
    uint32_t captured = file->frame.captured, most = most_bytes(from);
    if (captured > most) {
        DAMAGE(file, "a packet of %" PRIu32 " bytes, where %" PRIu32 " are the most", captured,
               most);
        return;
    }
    file->frame.link = from->link;
    await(file, DATA, captured);
}

/* ---- interfaces ------------------------------------------------------------------------- */

static bool make_room(caw_file *file) {
    if (file->interface_count < file->interface_room)
        return true;
    caw_memory memory = file->pieces.memory;
    uint32_t room = file->interface_room ? 2 * file->interface_room : FEW_INTERFACES;
    interface *wider = memory.alloc(memory.user, room * sizeof *wider);
    if (!wider)
        return false;
    if (file->interfaces) {
        memcpy(wider, file->interfaces, file->interface_count * sizeof *wider);
        memory.release(memory.user, file->interfaces);
    }
    file->interfaces = wider;
    file->interface_room = room;
    return true;
}

static bool add_interface(caw_file *file, interface added) {
    if (file->interface_count == MOST_INTERFACES) {
        DAMAGE(file, "more than %d interfaces", MOST_INTERFACES);
    } else if (!make_room(file)) {
        DAMAGE(file, "no memory for an interface");
    } else {
        file->interfaces[file->interface_count++] = added;
        return true;
    }
    return false;
}

/* ---- time ------------------------------------------------------------------------------- */

/* A fraction of a second in 2^-digits seconds, in nanoseconds; its product may have 94 bits. */
static uint64_t from_binary(uint64_t fraction, unsigned digits) {
    if (digits <= 32)
        return fraction * NANOSECONDS >> digits;
    uint64_t high = (fraction >> 32) * NANOSECONDS;
    uint64_t low = (fraction & UINT32_MAX) * NANOSECONDS >> 32;
    return (high + low) >> (digits - 32);
}

/* Digits below what 64 bits can count in a second are left out. */
static void set_binary_time(caw_frame *frame, uint64_t time, unsigned digits) {
    if (digits > 63) {
        time = digits - 63 < 64 ? time >> (digits - 63) : 0;
        digits = 63;
    }
    uint64_t seconds = time >> digits;
    frame->seconds = (int64_t)seconds;
    frame->nanoseconds = (int32_t)from_binary(time - (seconds << digits), digits);
}

static void set_decimal_time(caw_frame *frame, uint64_t time, unsigned digits) {
    uint64_t units = 1, nanoseconds = NANOSECONDS;
    for (; digits > 9; digits--) {
        if (units > UINT64_MAX / NANOSECONDS / 10)
            time /= 10;
        else
            units *= 10;
    }
    for (; digits > 0; digits--)
        nanoseconds /= 10;
    uint64_t per_second = NANOSECONDS / nanoseconds * units;
    frame->seconds = (int64_t)(time / per_second);
    frame->nanoseconds = (int32_t)(time % per_second / units * nanoseconds);
}

static void set_time(caw_frame *frame, const interface *from, uint64_t time) {
    if (from->binary)
        set_binary_time(frame, time, from->digits);
    else
        set_decimal_time(frame, time, from->digits);
    frame->seconds = (int64_t)((uint64_t)frame->seconds + (uint64_t)from->offset);
    frame->timed = true;
    frame->exact = from->digits > (from->binary ? 19 : 6); /* 2^-19 s are 1.9 microseconds */
}

/* ---- pcap ------------------------------------------------------------------------------- */

/* The second half of the header. Above the link type's 16 bits is what a frame's checksum is. */
static void take_pcap_header(caw_file *file, const uint8_t *bytes) {
    interface only = {.link = (uint16_t)get_u32(file, bytes + 12),
                      .snap = get_u32(file, bytes + 8)};
    if (add_interface(file, only))
        await_item(file);
}

static void take_record(caw_file *file, const uint8_t *bytes) {
    uint64_t nanoseconds = (uint64_t)get_u32(file, bytes + 4) * file->scale;
    file->frame = (caw_frame){
        .seconds = (int64_t)(get_u32(file, bytes) + nanoseconds / NANOSECONDS),
        .nanoseconds = (int32_t)(nanoseconds % NANOSECONDS),
        .timed = true,
        .exact = file->scale == 1,
        .captured = get_u32(file, bytes + 8),
        .length = get_u32(file, bytes + 12),
    };
    await_data(file, &file->interfaces[0]);
}

/* ---- pcapng: sections and interfaces ---------------------------------------------------- */

static uint32_t padded(uint32_t length) {
    return (length + 3) & ~UINT32_C(3);
}

/* How many bytes a block has between its header and its trailer; what it says is checked. */
static uint32_t body(const caw_file *file) {
    return file->total - BLOCK_HEADER - BLOCK_TRAILER;
}

/* What is left of the block comes to nothing; its length stands there once more. */
static void await_trailer(caw_file *file) {
    uint64_t trailer = file->item + padded(file->total) - BLOCK_TRAILER;
    caw_pieces_skip(&file->pieces, trailer - file->pieces.position);
    await(file, TRAILER, BLOCK_TRAILER);
}

/* The block's own length can be, and is enough for a body of this size. */
static bool has_body(caw_file *file, uint32_t least) {
    file->total = get_u32(file, file->declared);
    if (file->total < BLOCK_HEADER + BLOCK_TRAILER + least)
        DAMAGE(file, "a block of %" PRIu32 " bytes, too few for what it is", file->total);
    else if (file->total > MOST_BYTES + BLOCK_EXTRA)
        DAMAGE(file, "a block of %" PRIu32 " bytes, more than any has", file->total);
    else
        return true;
    return false;
}

static void take_block(caw_file *file, const uint8_t *bytes) {
    static const struct {
        uint32_t type;
        step step;
        uint32_t body; /* its fixed part */
    } types[] = {
        {TYPE_INTERFACE, INTERFACE, INTERFACE_BODY},
        {TYPE_OBSOLETE, OBSOLETE, PACKET_BODY},
        {TYPE_SIMPLE, SIMPLE, SIMPLE_BODY},
        {TYPE_ENHANCED, ENHANCED, PACKET_BODY},
    };
    size_t i = 0, count = sizeof types / sizeof *types;
    uint32_t type = get_u32(file, bytes);
    memcpy(file->declared, bytes + 4, sizeof file->declared);
    if (type == TYPE_SECTION) {
        await(file, SECTION, SECTION_BODY);
        return;
    }
    while (i < count && types[i].type != type)
        i++;
    if (!has_body(file, i < count ? types[i].body : 0))
        return;
    if (i == count)
        await_trailer(file);
    else if (types[i].step == INTERFACE) /* with its options */
        await(file, INTERFACE, body(file) < MOST_OPTIONS ? body(file) : MOST_OPTIONS);
    else
        await(file, types[i].step, types[i].body);
}

static void take_section(caw_file *file, const uint8_t *bytes) {
    static const uint8_t order[] = {0x1a, 0x2b, 0x3c, 0x4d};
    file->big = memcmp(bytes, order, sizeof order) == 0;
    if (get_u32(file, bytes) != 0x1a2b3c4d) {
        DAMAGE(file, "a section without a byte order");
    } else if (get_u16(file, bytes + 4) != 1) {
        DAMAGE(file, "a section of version %" PRIu32 ".%" PRIu32 " of pcapng, where 1.0 is known",
               get_u16(file, bytes + 4), get_u16(file, bytes + 6));
    } else if (has_body(file, SECTION_BODY)) {
        file->earlier += file->interface_count;
        file->interface_count = 0;
        await_trailer(file);
    }
}

static void read_option(const caw_file *file, interface *of, uint32_t code, const uint8_t *value,
                        uint32_t length) {
    if (code == OPTION_RESOLUTION && length == 1) {
        of->binary = value[0] & 0x80;
        of->digits = value[0] & 0x7f;
    } else if (code == OPTION_OFFSET && length == 8) {
        of->offset = (int64_t)get_u64(file, value);
    }
}

/* Options that go on after the block, or after what is looked at, are not read. */
static void read_options(const caw_file *file, interface *of, const uint8_t *bytes, size_t length) {
    size_t at = 0;
    while (at + 4 <= length) {
        uint32_t code = get_u16(file, bytes + at), size = get_u16(file, bytes + at + 2);
        at += 4;
        if (code == OPTION_END || size > length - at)
            return;
        read_option(file, of, code, bytes + at, size);
        at += padded(size);
    }
}

static void take_interface(caw_file *file, const uint8_t *bytes) {
    interface added = {
        .link = (uint16_t)get_u16(file, bytes), .snap = get_u32(file, bytes + 4), .digits = 6};
    read_options(file, &added, bytes + INTERFACE_BODY, file->want - INTERFACE_BODY);
    if (add_interface(file, added))
        await_trailer(file);
}

/* ---- pcapng: packets -------------------------------------------------------------------- */

/* The interface with this number in the section, or NULL. */
static const interface *find_interface(caw_file *file, uint32_t number) {
    file->frame = (caw_frame){.interface_id = file->earlier + number};
    if (number < file->interface_count)
        return &file->interfaces[number];
    DAMAGE(file, "a packet of interface %" PRIu32 ", where the section has %" PRIu32, number,
           file->interface_count);
    return NULL;
}

static void take_packet(caw_file *file, uint32_t number, const uint8_t *bytes) {
    const interface *from = find_interface(file, number);
    if (!from)
        return;
    uint64_t time = (uint64_t)get_u32(file, bytes + 4) << 32 | get_u32(file, bytes + 8);
    set_time(&file->frame, from, time);
    file->frame.captured = get_u32(file, bytes + 12);
    file->frame.length = get_u32(file, bytes + 16);
    if (file->frame.captured > body(file) - PACKET_BODY)
        DAMAGE(file, "a packet of %" PRIu32 " bytes in a block of %" PRIu32, file->frame.captured,
               file->total);
    else
        await_data(file, from);
}

/* How much was captured is not said: as much as the interface takes. */
static void take_simple(caw_file *file, const uint8_t *bytes) {
    const interface *from = find_interface(file, 0);
    if (!from)
        return;
    uint32_t captured = file->frame.length = get_u32(file, bytes);
    if (from->snap && captured > from->snap)
        captured = from->snap;
    if (captured > body(file) - SIMPLE_BODY)
        captured = body(file) - SIMPLE_BODY;
    file->frame.captured = captured;
    await_data(file, from);
}

static void take_trailer(caw_file *file, const uint8_t *bytes) {
    uint32_t again = get_u32(file, bytes);
    if (again != file->total)
        DAMAGE(file, "a block of %" PRIu32 " bytes that ends with the length %" PRIu32, file->total,
               again);
    else
        await_item(file);
}

/* ---- the beginning ---------------------------------------------------------------------- */

static void take_pcap_start(caw_file *file, const uint8_t *bytes) {
    file->big = bytes[0] == 0xa1;
    uint32_t magic = get_u32(file, bytes);
    file->scale = magic == 0xa1b23c4d ? 1 : 1000;
    file->record_header = magic == 0xa1b2cd34 ? MODIFIED_RECORD_HEADER : RECORD_HEADER;
    if (get_u16(file, bytes + 4) != 2)
        DAMAGE(file, "version %" PRIu32 ".%" PRIu32 " of pcap, where 2.4 is known",
               get_u16(file, bytes + 4), get_u16(file, bytes + 6));
    else
        await(file, PCAP_HEADER, PCAP_REST);
}

static void take_start(caw_file *file, const uint8_t *bytes) {
    const char *name;
    caw_file_kind kind = caw_file_kind_of(bytes, CAW_FILE_MAGIC, &name);
    file->blocks = kind == CAW_FILE_PCAPNG;
    if (kind == CAW_FILE_PCAP)
        take_pcap_start(file, bytes);
    else if (kind == CAW_FILE_PCAPNG)
        take_block(file, bytes);
    else if (kind == CAW_FILE_UNKNOWN)
        DAMAGE(file, "neither pcap nor pcapng");
    else
        DAMAGE(file, "%s, neither pcap nor pcapng", name);
}

/* ---- all together ----------------------------------------------------------------------- */

caw_file *caw_file_new(const caw_memory *memory) {
    caw_file *file = memory->alloc(memory->user, sizeof *file);
    if (!file)
        return NULL;
    *file = (caw_file){.pieces = caw_pieces_begin(memory)};
    await(file, START, CAW_FILE_MAGIC);
    return file;
}

static void release_parts(caw_file *file) {
    caw_memory memory = file->pieces.memory;
    if (file->interfaces)
        memory.release(memory.user, file->interfaces);
    caw_pieces_free(&file->pieces);
}

void caw_file_free(caw_file *file) {
    if (!file)
        return;
    caw_memory memory = file->pieces.memory;
    release_parts(file);
    memory.release(memory.user, file);
}

void caw_file_begin(caw_file *file) {
    caw_memory memory = file->pieces.memory;
    release_parts(file);
    *file = (caw_file){.pieces = caw_pieces_begin(&memory)};
    await(file, START, CAW_FILE_MAGIC);
}

void caw_file_feed(caw_file *file, const uint8_t *bytes, size_t length) {
    if (length && file->early) {
        file->early = false;
        file->problem[0] = '\0';
    }
    caw_pieces_feed(&file->pieces, bytes, length);
}

/* Gives the frame that has come. */
static void give(caw_file *file, const uint8_t *bytes, caw_frame *frame) {
    *frame = file->frame;
    frame->bytes = bytes;
    if (file->blocks)
        await_trailer(file);
    else
        await_item(file);
}

/* What the step waited for has come; it is no frame. */
static void take(caw_file *file, const uint8_t *bytes) {
    switch (file->step) {
    case START:
        take_start(file, bytes);
        break;
    case PCAP_HEADER:
        take_pcap_header(file, bytes);
        break;
    case RECORD:
        take_record(file, bytes);
        break;
    case BLOCK:
        take_block(file, bytes);
        break;
    case SECTION:
        take_section(file, bytes);
        break;
    case INTERFACE:
        take_interface(file, bytes);
        break;
    case ENHANCED:
        take_packet(file, get_u32(file, bytes), bytes);
        break;
    case OBSOLETE:
        take_packet(file, get_u16(file, bytes), bytes);
        break;
    case SIMPLE:
        take_simple(file, bytes);
        break;
    case TRAILER:
        take_trailer(file, bytes);
        break;
    case DATA:
    case DAMAGED:
        break;
    }
}

bool caw_file_next(caw_file *file, caw_frame *frame) {
    const uint8_t *bytes;
    while (file->step != DAMAGED && caw_pieces_take(&file->pieces, file->want, &bytes)) {
        if (file->step == DATA) {
            give(file, bytes, frame);
            return true;
        }
        take(file, bytes);
    }
    if (file->pieces.starved && file->step != DAMAGED)
        DAMAGE(file, "no memory for a packet or block of which %zu bytes are wanted", file->want);
    return false;
}

/* Nothing has come of the next record or block. */
static bool is_between(const caw_file *file) {
    return (file->step == RECORD || file->step == BLOCK) && !caw_pieces_waiting(&file->pieces);
}

void caw_file_end(caw_file *file) {
    size_t waiting = caw_pieces_waiting(&file->pieces);
    if (file->step == DAMAGED || is_between(file))
        return;
    file->early = true;
    if (file->step == START && !waiting)
        tell(file, "nothing in it");
    else if (file->step == START)
        tell(file, "%zu bytes, too few for a capture", waiting);
    else if (file->step == PCAP_HEADER)
        tell(file, "it ends before its header does");
    else if (file->step == DATA)
        tell(file, "it ends inside a packet: %zu of %zu captured bytes are there", waiting,
             file->want);
    else
        tell(file, "it ends inside a %s", file->blocks ? "block" : "packet's header");
}

const char *caw_file_problem(const caw_file *file, uint64_t *at) {
    if (!file->problem[0])
        return NULL;
    if (at)
        *at = file->problem_at;
    return file->problem;
}

bool caw_file_is_damaged(const caw_file *file) {
    return file->step == DAMAGED;
}
