/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A datagram is a piece of memory with a bit for every 8 bytes, the unit of offsets: all bits of a
 * fragment set is a copy, none is news, some is an overlap.
 */
#include "packet/fragments.h"

#include "packet/digest.h"
#include "packet/protocols.h"

enum { UNIT = 8, MOST = 65535, FIRST_ROOM = 2048, DAY = 86400 };

typedef struct datagram {
    struct datagram *next; /* in its bucket */
    struct datagram *older;
    struct datagram *newer;
    uint64_t digest; /* of what tells datagrams apart, which is: */
    caw_end source;
    caw_end target;
    uint32_t id;
    uint8_t protocol; /* IPv4's; IPv6 takes that of the first fragment */

    caw_moment since; /* when its first fragment was seen; once it is whole, its last */
    bool is_bad;      /* dropped and told: what is still to come is ignored */
    uint8_t carries;  /* protocol of the payload */
    uint32_t end;     /* of the data seen so far, in bytes */
    uint32_t length;  /* of the datagram, once the last fragment was seen; else 0 */
    uint32_t units;   /* set in seen */
    uint32_t room;    /* bytes of data, a power of two or MOST + 1 */
    uint8_t *data;    /* room bytes of data, then the bits; NULL: none */
    uint8_t *seen;
} datagram;

struct caw_fragments {
    caw_memory memory;
    caw_fragments_limits limits;
    uint64_t seed;
    uint64_t *problems;
    datagram **buckets; /* NULL before the first fragment */
    size_t room;        /* of buckets, a power of two */
    size_t count;
    size_t bytes; /* of the datagrams in the table */
    datagram *oldest;
    datagram *newest;
    datagram *whole; /* the last one that was completed; not in the table */
};

/* ---- the memory of a datagram -------------------------------------------------------------- */

static size_t size_of_data(uint32_t room) {
    return room + room / UNIT / 8;
}

static size_t size_of(const datagram *each) {
    return sizeof *each + (each->data ? size_of_data(each->room) : 0);
}

static void release_data(caw_fragments *self, datagram *each) {
    if (each->data)
        self->memory.release(self->memory.user, each->data);
    each->data = NULL;
}

static void release(caw_fragments *self, datagram *each) {
    if (!each)
        return;
    release_data(self, each);
    self->memory.release(self->memory.user, each);
}

/* Makes room for data up to this end. */
static bool reserve(caw_fragments *self, datagram *each, uint32_t end) {
    uint32_t room = each->data ? each->room : FIRST_ROOM;
    while (room < end)
        room *= 2;
    if (each->data && room == each->room)
        return true;
    uint8_t *data = self->memory.alloc(self->memory.user, size_of_data(room));
    if (!data)
        return false;
    uint8_t *seen = data + room;
    memset(seen, 0, room / UNIT / 8);
    if (each->data) {
        memcpy(data, each->data, each->end);
        memcpy(seen, each->seen, each->room / UNIT / 8);
    }
    self->bytes -= size_of(each);
    release_data(self, each);
    each->data = data;
    each->seen = seen;
    each->room = room;
    self->bytes += size_of(each);
    return true;
}

/* ---- the table ----------------------------------------------------------------------------- */

static bool same_address(const caw_end *a, const caw_end *b) {
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static uint8_t protocol_of(const caw_ip *ip) {
    return ip->source.size == 4 ? ip->protocol : 0;
}

static bool is_of(const datagram *each, const caw_ip *ip) {
    return each->id == ip->id && each->protocol == protocol_of(ip) &&
           same_address(&each->source, &ip->source) && same_address(&each->target, &ip->target);
}

static uint64_t digest_of(const caw_fragments *self, const caw_ip *ip) {
    uint64_t key = (uint64_t)protocol_of(ip) << 32 | ip->id;
    uint64_t digest = caw_digest_number(self->seed, key);
    digest = caw_digest(digest, (caw_view){ip->source.bytes, 0, ip->source.size});
    return caw_digest(digest, (caw_view){ip->target.bytes, 0, ip->target.size});
}

static datagram **bucket_of(const caw_fragments *self, uint64_t digest) {
    return &self->buckets[digest & (self->room - 1)];
}

static datagram *find(const caw_fragments *self, const caw_ip *ip) {
    if (!self->count)
        return NULL;
    datagram *each = *bucket_of(self, digest_of(self, ip));
    while (each && !is_of(each, ip))
        each = each->next;
    return each;
}

static bool make_buckets(caw_fragments *self) {
    size_t room = 1;
    while (room < self->limits.datagrams)
        room *= 2;
    self->buckets = self->memory.alloc(self->memory.user, room * sizeof *self->buckets);
    if (!self->buckets)
        return false;
    for (size_t i = 0; i < room; i++)
        self->buckets[i] = NULL;
    self->room = room;
    return true;
}

static void take_out(caw_fragments *self, datagram *each) {
    datagram **at = bucket_of(self, each->digest);
    while (*at != each)
        at = &(*at)->next;
    *at = each->next;
    *(each->older ? &each->older->newer : &self->oldest) = each->newer;
    *(each->newer ? &each->newer->older : &self->newest) = each->older;
    self->count--;
    self->bytes -= size_of(each);
}

static void put_in(caw_fragments *self, datagram *each) {
    datagram **bucket = bucket_of(self, each->digest);
    each->next = *bucket;
    *bucket = each;
    each->older = self->newest;
    *(self->newest ? &self->newest->newer : &self->oldest) = each;
    self->newest = each;
    self->count++;
    self->bytes += size_of(each);
}

/* What was dropped before has been told. */
static void give_up(caw_fragments *self, datagram *each, caw_problem problem) {
    self->problems[problem] += !each->is_bad;
    take_out(self, each);
    release(self, each);
}

/* The datagram that is being worked on is the last to go, and its room is needed now. */
static void keep_limits(caw_fragments *self, size_t datagrams, uint64_t bytes,
                        const datagram *but) {
    while (self->oldest && self->oldest != but && (self->count > datagrams || self->bytes > bytes))
        give_up(self, self->oldest, CAW_PROBLEM_FRAGMENTS_BOUND);
}

static datagram *begin(caw_fragments *self, const caw_ip *ip, caw_moment now) {
    if (!self->buckets && !make_buckets(self))
        return NULL;
    keep_limits(self, self->limits.datagrams - 1, self->limits.bytes, NULL);
    datagram *made = self->memory.alloc(self->memory.user, sizeof *made);
    if (!made)
        return NULL;
    *made = (datagram){.digest = digest_of(self, ip),
                       .source = ip->source,
                       .target = ip->target,
                       .id = ip->id,
                       .protocol = protocol_of(ip),
                       .since = now};
    put_in(self, made);
    return made;
}

/* ---- fragments ----------------------------------------------------------------------------- */

static int64_t nanoseconds_between(caw_moment from, caw_moment to) {
    int64_t seconds = (int64_t)((uint64_t)to.seconds - (uint64_t)from.seconds);
    if (seconds > DAY || seconds < -DAY)
        return INT64_MAX;
    return seconds * 1000000000 + to.nanoseconds - from.nanoseconds;
}

static bool is_old(const datagram *each, caw_moment now) {
    int64_t age = nanoseconds_between(each->since, now);
    return age > CAW_FRAGMENTS_SECONDS * INT64_C(1000000000) && age != INT64_MAX;
}

static bool is_seen(const datagram *each, uint32_t unit) {
    return each->seen[unit / 8] >> unit % 8 & 1;
}

static uint32_t count_seen(const datagram *each, uint32_t from, uint32_t to) {
    uint32_t count = 0;
    for (uint32_t unit = from; unit < to && unit < each->room / UNIT; unit++)
        count += is_seen(each, unit);
    return count;
}

static bool is_valid(const caw_ip *ip) {
    uint32_t length = ip->payload.length;
    return length > 0 && length <= MOST && ip->offset + length + ip->header <= MOST &&
           (!ip->more || length % UNIT == 0);
}

/* Of the datagram that is whole, and recorded once more. */
static bool is_copy(const caw_fragments *self, const caw_ip *ip, caw_moment now) {
    const datagram *whole = self->whole;
    uint32_t length = ip->payload.length;
    if (!whole || !is_of(whole, ip))
        return false;
    int64_t age = nanoseconds_between(whole->since, now);
    return age <= CAW_FRAGMENTS_COPIES && age >= -CAW_FRAGMENTS_COPIES &&
           ip->offset + length <= whole->length &&
           memcmp(whole->data + ip->offset, ip->payload.bytes.bytes, length) == 0;
}

/* The end of the datagram, when it is known, is the end of all its fragments. */
static bool contradicts(const datagram *each, const caw_ip *ip, uint32_t end) {
    if (ip->more)
        return each->length && end > each->length;
    return each->length ? end != each->length : end < each->end;
}

static void drop(caw_fragments *self, datagram *each) {
    self->problems[CAW_PROBLEM_FRAGMENTS_OVERLAP]++;
    self->bytes -= size_of(each);
    release_data(self, each);
    self->bytes += size_of(each);
    each->is_bad = true;
}

static void store(datagram *each, const caw_ip *ip, uint32_t end) {
    uint32_t units = (end + UNIT - 1) / UNIT;
    memcpy(each->data + ip->offset, ip->payload.bytes.bytes, ip->payload.length);
    for (uint32_t unit = ip->offset / UNIT; unit < units; unit++)
        each->seen[unit / 8] |= (uint8_t)(1u << unit % 8);
    each->units += units - ip->offset / UNIT;
    each->end = end > each->end ? end : each->end;
    if (!ip->more)
        each->length = end;
    if (!ip->offset)
        each->carries = ip->protocol;
}

/* Adds a valid fragment to its datagram; false when it, or the datagram, is of no more use. */
static bool add(caw_fragments *self, datagram *each, const caw_ip *ip) {
    uint32_t end = ip->offset + ip->payload.length;
    uint32_t from = ip->offset / UNIT, to = (end + UNIT - 1) / UNIT;
    uint32_t seen = each->data ? count_seen(each, from, to) : 0;
    if (contradicts(each, ip, end) || (seen && seen < to - from)) {
        drop(self, each);
        return false;
    }
    if (seen)
        return false;
    if (!reserve(self, each, end)) {
        give_up(self, each, CAW_PROBLEM_MEMORY);
        return false;
    }
    store(each, ip, end);
    keep_limits(self, self->limits.datagrams, self->limits.bytes, each);
    if (self->bytes > self->limits.bytes) { /* all of them its own */
        give_up(self, each, CAW_PROBLEM_FRAGMENTS_BOUND);
        return false;
    }
    return true;
}

/* The datagram leaves the table and stays for its reader, and to know its copies. */
static void finish(caw_fragments *self, datagram *each, caw_ip *ip, caw_moment now) {
    take_out(self, each);
    release(self, self->whole);
    self->whole = each;
    each->since = now;
    ip->fragment = ip->more = ip->is_open = false;
    ip->offset = 0;
    ip->protocol = each->carries;
    ip->payload = (caw_span){{each->data, 0, each->length}, each->length};
}

bool caw_fragments_add(caw_fragments *self, caw_ip *ip, caw_moment now) {
    caw_fragments_expire(self, now);
    if (!is_valid(ip)) {
        self->problems[CAW_PROBLEM_FRAGMENT]++;
        return false;
    }
    if (ip->payload.bytes.len < ip->payload.length) {
        self->problems[CAW_PROBLEM_FRAGMENT_CUT]++;
        return false;
    }
    if (is_copy(self, ip, now))
        return false;
    datagram *each = find(self, ip);
    if (!each && !(each = begin(self, ip, now))) {
        self->problems[CAW_PROBLEM_MEMORY]++;
        return false;
    }
    if (each->is_bad || !add(self, each, ip) || !each->length ||
        each->units < (each->length + UNIT - 1) / UNIT)
        return false;
    finish(self, each, ip, now);
    return true;
}

/* ------------------------------------------------------------------------------------------ */

void caw_fragments_expire(caw_fragments *self, caw_moment now) {
    while (self->oldest && is_old(self->oldest, now))
        give_up(self, self->oldest, CAW_PROBLEM_FRAGMENTS_MISSING);
}

void caw_fragments_end(caw_fragments *self) {
    while (self->oldest)
        give_up(self, self->oldest, CAW_PROBLEM_FRAGMENTS_MISSING);
}

size_t caw_fragments_bytes(const caw_fragments *self) {
    return self->bytes;
}

caw_fragments *caw_fragments_new(const caw_memory *memory, caw_fragments_limits limits,
                                 uint64_t seed, uint64_t *problems) {
    caw_fragments *self = memory->alloc(memory->user, sizeof *self);
    if (self)
        *self = (caw_fragments){
            .memory = *memory, .limits = limits, .seed = seed, .problems = problems};
    return self;
}

void caw_fragments_free(caw_fragments *self) {
    if (!self)
        return;
    while (self->oldest) {
        datagram *each = self->oldest;
        take_out(self, each);
        release(self, each);
    }
    release(self, self->whole);
    if (self->buckets)
        self->memory.release(self->memory.user, self->buckets);
    self->memory.release(self->memory.user, self);
}
