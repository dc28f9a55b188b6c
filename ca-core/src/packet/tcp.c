/* SPDX-License-Identifier: BSD-3-Clause */
/* Which segments count, where a connection begins and ends, and when a gap is given up. */
#include "ordered.h"

#include <string.h>

#define STEP           INT64_C(25000000) /* nanoseconds that one packet adds to a grace at most */
#define UNACKNOWLEDGED 60                /* graces of the clock before such a gap is given up */
#define STAMP_AGE      (24 * 86400) /* seconds: older timestamps are not compared, RFC 7323 5.5 */
#define UNSCALED       65535u       /* the largest window without an option */
#define LARGEST_WINDOW (UINT32_C(1) << 30)
#define LARGEST_SCALE  14         /* RFC 7323 2.3 */
#define LATE_SYN       65536u     /* bytes by which the first byte may come before its SYN */
#define FAR            (1u << 20) /* from the old numbers: another connection */
#define BAD_FOR_GOOD   16         /* as many bad checksums, and the good ones were chance */
#define OFFERS         4          /* numbers of SYN/ACKs that are remembered */

typedef struct {
    caw_ordered bytes;

    bool has_isn; /* the number of its SYN is known */
    uint32_t isn;
    uint32_t begin;  /* without it: number of the first byte recorded */
    bool by_word;    /* no byte was: it is the number of a segment without data */
    unsigned offers; /* other numbers of its SYN/ACKs, before one is acknowledged */
    uint32_t offer[OFFERS];
    bool has_pending; /* it asks for a new connection, while this one is open */
    caw_tcp_segment pending;

    bool acked; /* the other end has acknowledged ... */
    uint32_t acknowledged;
    int64_t acked_at; /* seconds */
    bool has_edge;    /* ... and takes bytes up to here: */
    uint32_t edge;
    uint32_t window; /* twice what it takes at once */
    uint8_t scale;   /* of the windows that it says itself, with has_scale */
    bool has_scale;
    bool said_scale; /* its SYN was seen: has_scale means something */
    bool answers;    /* that had an ACK */

    bool has_fin;
    uint64_t fin; /* its position */
    caw_moment fin_when;
    uint32_t fin_packet;
    bool ended; /* it was told */

    bool stamped;
    uint32_t stamp;     /* the newest timestamp of bytes that were next */
    int64_t stamped_at; /* seconds */
    uint32_t good;      /* checksums */
    uint32_t bad;

    bool in_turn; /* it is told in turn with the other: both are */
    bool waits;   /* its first gap may be given up after the grace, that began here: */
    uint32_t waits_packet;
    int64_t waits_time;
    uint64_t ticked;    /* the clock has seen the gap at this position since ... */
    int64_t tick;       /* ... then; 0: not yet */
    uint64_t lost_from; /* the gap that was given up last */
    uint64_t lost_to;
} caw_tcp_side;

struct caw_tcp {
    const caw_tcp_setup *setup;
    caw_tcp_side side[2];
    bool used;             /* something was told of this connection */
    bool over;             /* by a RST */
    caw_tcp_segment stray; /* far from all numbers; its bytes are a copy, NULL: there is none */
    uint32_t packets;
    int64_t time; /* nanoseconds of capture time, as graces count them */
    caw_moment now;
};

static const char *const texts[CAW_IGNORED_REASONS] = {
    [CAW_IGNORED_REPEATED] = "repeated",
    [CAW_IGNORED_LATE] = "recorded after its gap was given up",
    [CAW_IGNORED_KEEP_ALIVE] = "keep-alive",
    [CAW_IGNORED_CHECKSUM] = "bad checksum",
    [CAW_IGNORED_TIMESTAMP] = "old timestamp",
    [CAW_IGNORED_WINDOW] = "out of the window",
    [CAW_IGNORED_NO_ACK] = "without ACK",
    [CAW_IGNORED_SYN_FIN] = "SYN with FIN",
    [CAW_IGNORED_SYN] = "SYN that nobody acknowledged",
    [CAW_IGNORED_SYN_DATA] = "data of a SYN that is sent again",
    [CAW_IGNORED_RST] = "RST with another number",
    [CAW_IGNORED_RST_DATA] = "data of a RST",
    [CAW_IGNORED_AFTER_END] = "after the end",
    [CAW_IGNORED_MEMORY] = "no memory",
};

const char *caw_ignored_text(caw_ignored reason) {
    return reason < CAW_IGNORED_REASONS ? texts[reason] : "";
}

bool caw_ignored_is_usual(caw_ignored reason) {
    switch (reason) {
    case CAW_IGNORED_REPEATED:
    case CAW_IGNORED_KEEP_ALIVE:
    case CAW_IGNORED_SYN:
    case CAW_IGNORED_SYN_DATA:
    case CAW_IGNORED_RST_DATA:
        return true;
    default:
        return false;
    }
}

/* ---- numbers and telling ------------------------------------------------------------------ */

/* a is after b, on the circle of sequence numbers. */
static bool is_after(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) > 0;
}

static uint64_t position(const caw_tcp_side *side, uint32_t sequence) {
    return caw_ordered_position(&side->bytes, sequence);
}

static void tell(caw_tcp *tcp, const caw_told *told) {
    tcp->used = true;
    tcp->setup->tell(tcp->setup->user, told);
}

static void tell_of(caw_tcp *tcp, const caw_tcp_segment *segment, caw_told_kind kind,
                    caw_ignored reason, uint32_t length) {
    caw_told told = {.kind = kind,
                     .end = segment->end,
                     .when = segment->when,
                     .sequence = segment->sequence,
                     .length = length,
                     .reason = reason};
    tcp->setup->tell(tcp->setup->user, &told);
}

static void ignore(caw_tcp *tcp, const caw_tcp_segment *segment, caw_ignored reason) {
    tell_of(tcp, segment, CAW_TOLD_IGNORED, reason, segment->length);
}

static void sign(caw_tcp *tcp, const caw_tcp_segment *segment, unsigned flags, bool late) {
    caw_told told = {.kind = CAW_TOLD_SIGN,
                     .end = segment->end,
                     .when = segment->when,
                     .sequence = segment->sequence,
                     .flags = segment->flags & flags,
                     .late = late};
    tell(tcp, &told);
}

/* ---- gaps --------------------------------------------------------------------------------- */

/* All before this position was acknowledged, or nobody is there to say so. */
static bool is_passed(const caw_tcp_side *side, uint64_t at) {
    return !side->acked || position(side, side->acknowledged) >= at;
}

/* Bytes of a SYN wait. */
static bool holds_syn_data(const caw_tcp_side *side) {
    return side->bytes.held && !side->in_turn;
}

/* What waits for other bytes, after the first gap. */
typedef struct {
    uint64_t from;
    uint32_t packet; /* when it was recorded: the connection's packets before it */
} late_part;

/* Bytes, or a FIN. False when nothing waits. */
static bool after_gap(const caw_tcp_side *side, late_part *part) {
    const caw_piece *piece = caw_ordered_first(&side->bytes);
    if (!side->bytes.placed || holds_syn_data(side) || (piece && piece->from == side->bytes.next))
        return false;
    if (piece)
        *part = (late_part){piece->from, piece->packet};
    else
        *part = (late_part){side->fin, side->fin_packet};
    return piece || (side->has_fin && side->fin > side->bytes.next);
}

static bool is_fin_next(const caw_tcp_side *side) {
    return side->has_fin && !side->ended && side->bytes.next == side->fin;
}

static void tell_fin(caw_tcp *tcp, caw_tcp_side *side) {
    caw_tcp_segment fin = {.end = side->bytes.end,
                           .flags = CAW_TCP_FIN | CAW_TCP_ACK,
                           .sequence = (uint32_t)side->fin,
                           .when = side->fin_when};
    side->ended = true;
    side->bytes.next++;
    sign(tcp, &fin, CAW_TCP_FIN | CAW_TCP_ACK, false);
}

/* A FIN is told when all before it has been. */
static void finish(caw_tcp *tcp, caw_tcp_side *side) {
    if (is_fin_next(side) && !side->in_turn)
        tell_fin(tcp, side);
}

/* ---- in turn ------------------------------------------------------------------------------ */

/*
 * While one end's bytes wait for those of a gap, the other goes on. What it sends after it has
 * acknowledged them may answer them, and must not be told before: from then on both ends are told
 * in the order in which they were recorded, until there is no such gap.
 */

/* A gap that will be given up after the grace. */
static bool is_waiting(const caw_tcp_side *side, late_part *part) {
    return after_gap(side, part) && is_passed(side, part->from);
}

/*
 * What is next of this side is here. Its turn is that of the packet: of the first, since it comes
 * before all of them, where one was recorded late.
 */
static bool is_ready(const caw_tcp *tcp, const caw_tcp_side *side, uint32_t *turn) {
    const caw_piece *piece = caw_ordered_first(&side->bytes);
    uint32_t fin = side->has_fin && !side->ended ? side->fin_packet : UINT32_MAX;
    *turn = caw_ordered_earliest(&side->bytes, tcp->setup->packets, fin);
    return piece ? piece->from == side->bytes.next : is_fin_next(side);
}

/* The side that is next to be told, or NULL. */
static caw_tcp_side *whose_turn(caw_tcp *tcp) {
    for (int end = 0; end < 2; end++) {
        const caw_tcp_side *other = &tcp->side[!end];
        uint32_t own, others;
        late_part part;
        if (!is_ready(tcp, &tcp->side[end], &own) ||
            (is_ready(tcp, other, &others) && others < own))
            continue;
        if (!is_waiting(other, &part) || part.packet > own)
            return &tcp->side[end];
    }
    return NULL;
}

/* The side whose gap came first; NULL: none waits. */
static caw_tcp_side *first_waiting(caw_tcp *tcp, late_part *part) {
    caw_tcp_side *first = NULL;
    late_part each;
    for (int end = 0; end < 2; end++) {
        if (!is_waiting(&tcp->side[end], &each) || (first && part->packet < each.packet))
            continue;
        first = &tcp->side[end];
        *part = each;
    }
    return first;
}

static void set_in_turn(caw_tcp *tcp, bool in_turn) {
    for (int end = 0; end < 2; end++)
        tcp->side[end].in_turn = tcp->side[end].bytes.held = in_turn;
}

static void tell_in_turn(caw_tcp *tcp) {
    caw_tcp_side *side;
    late_part part;
    if (!tcp->side[0].in_turn)
        return;
    while ((side = whose_turn(tcp)))
        if (!caw_ordered_tell_first(&side->bytes))
            tell_fin(tcp, side);
    if (!first_waiting(tcp, &part))
        set_in_turn(tcp, false);
}

/* The segment has seen what is missing of the other end. */
static void begin_turns(caw_tcp *tcp, const caw_tcp_segment *segment) {
    const caw_tcp_side *side = &tcp->side[segment->end], *other = &tcp->side[!segment->end];
    late_part part;
    if (side->bytes.held || other->bytes.held || !after_gap(other, &part) || !other->acked)
        return;
    if (position(other, segment->acknowledgment) >= part.from)
        set_in_turn(tcp, true);
}

/* ---- gaps that are given up --------------------------------------------------------------- */

static void give_up(caw_tcp *tcp, caw_tcp_side *side, uint64_t to, bool told) {
    side->lost_from = side->bytes.next;
    side->lost_to = to;
    side->waits = false;
    tcp->used |= told;
    caw_ordered_give_up(&side->bytes, to, &tcp->now, told);
    finish(tcp, side);
    tell_in_turn(tcp);
}

/* What is missing was acknowledged so long ago that nobody will record it after all. */
static bool is_acked_long_ago(const caw_tcp_side *side, const caw_moment *now) {
    return side->acked && now->seconds - side->acked_at > 1;
}

/* The grace of the first gap begins; it is over where nothing came after the gap for so long. */
static void begin_grace(const caw_tcp *tcp, caw_tcp_side *side) {
    bool over = is_acked_long_ago(side, &tcp->now);
    side->waits = true;
    side->waits_packet = tcp->packets;
    side->waits_time = tcp->time - (over ? tcp->setup->nanoseconds : 0);
}

static bool is_grace_over(const caw_tcp *tcp, const caw_tcp_side *side) {
    return tcp->packets - side->waits_packet >= tcp->setup->packets ||
           tcp->time - side->waits_time >= tcp->setup->nanoseconds;
}

/* More waits than may. */
static bool is_full(const caw_tcp *tcp, const caw_tcp_side *side) {
    return side->bytes.waiting > tcp->setup->most || *tcp->setup->held > tcp->setup->most_of_all;
}

/* The gap that this side waits for is given up, be it the other's. False: there is none. */
static bool make_way(caw_tcp *tcp, caw_tcp_side *side) {
    late_part part = {0, 0};
    caw_tcp_side *waits = after_gap(side, &part) ? side : NULL;
    if (side->in_turn)
        waits = first_waiting(tcp, &part);
    if (waits)
        give_up(tcp, waits, part.from, true);
    return waits != NULL;
}

/* Gives up the gaps whose time has come. With one go those that have waited as long. */
static void settle(caw_tcp *tcp, caw_tcp_side *side) {
    late_part part;
    bool given_up = false;
    finish(tcp, side);
    while (is_full(tcp, side) && make_way(tcp, side))
        ;
    while (is_waiting(side, &part)) {
        if (!side->waits)
            begin_grace(tcp, side);
        bool long_ago = given_up && tcp->packets - part.packet >= tcp->setup->packets;
        if (!is_grace_over(tcp, side) && !long_ago)
            return;
        give_up(tcp, side, part.from, true);
        given_up = true;
    }
    side->waits = false;
}

/* After the last byte recorded: what was acknowledged is missing, but for what may be a FIN. */
static void give_up_tail(caw_tcp *tcp, caw_tcp_side *side) {
    uint64_t end = side->bytes.next;
    if (!side->has_fin && side->acked && position(side, side->acknowledged) > end + 1)
        give_up(tcp, side, position(side, side->acknowledged), true);
}

static void flush_side(caw_tcp *tcp, caw_tcp_side *side) {
    late_part part;
    if (!side->bytes.placed || side->ended)
        return;
    if (side->bytes.held) /* of a SYN */
        caw_ordered_drop(&side->bytes);
    while (after_gap(side, &part))
        give_up(tcp, side, part.from, true);
    give_up_tail(tcp, side);
    finish(tcp, side);
}

/* Gives up what both wait for. */
static void flush_turns(caw_tcp *tcp) {
    late_part part = {0, 0};
    tell_in_turn(tcp);
    while (tcp->side[0].in_turn) {
        caw_tcp_side *side = first_waiting(tcp, &part); /* there is one */
        give_up(tcp, side, part.from, true);
    }
}

void caw_tcp_flush(caw_tcp *tcp) {
    flush_turns(tcp);
    flush_side(tcp, &tcp->side[0]);
    flush_side(tcp, &tcp->side[1]);
}

bool caw_tcp_waits(const caw_tcp *tcp) {
    late_part part;
    return after_gap(&tcp->side[0], &part) || after_gap(&tcp->side[1], &part);
}

static void tick(caw_tcp *tcp, caw_tcp_side *side, int64_t now) {
    late_part part;
    bool waits = after_gap(side, &part);
    if (!waits || !side->tick || side->ticked != side->bytes.next) {
        side->tick = waits ? now : 0;
        side->ticked = side->bytes.next;
        return;
    }
    int64_t grace = tcp->setup->nanoseconds;
    for (; waits; waits = after_gap(side, &part)) {
        if (now - side->tick < (is_passed(side, part.from) ? grace : UNACKNOWLEDGED * grace))
            return;
        give_up(tcp, side, part.from, true);
    }
}

void caw_tcp_tick(caw_tcp *tcp, int64_t nanoseconds) {
    tick(tcp, &tcp->side[0], nanoseconds);
    tick(tcp, &tcp->side[1], nanoseconds);
}

/* ---- a new connection --------------------------------------------------------------------- */

static void start(caw_tcp *tcp, int end) {
    caw_tcp_side *side = &tcp->side[end];
    caw_ordered_free(&side->bytes);
    *side = (caw_tcp_side){
        .bytes = {.setup = tcp->setup, .end = end}, .good = side->good, .bad = side->bad};
}

static void begin_anew(caw_tcp *tcp, const caw_tcp_segment *segment) {
    caw_tcp_flush(tcp);
    start(tcp, 0);
    start(tcp, 1);
    tcp->over = false;
    if (tcp->used)
        tell_of(tcp, segment, CAW_TOLD_ANEW, 0, 0);
    tcp->used = false;
}

/* ---- acknowledgments and windows ---------------------------------------------------------- */

/* The data of a SYN: with it acknowledged it counts, with the SYN alone it comes again. */
static void decide_held(caw_tcp *tcp, caw_tcp_side *side) {
    if (!holds_syn_data(side) || !side->acked)
        return;
    if (is_after(side->acknowledged, side->isn + 1)) {
        tcp->used = true;
        caw_ordered_release(&side->bytes);
    } else if (side->acknowledged == side->isn + 1) {
        caw_ordered_drop(&side->bytes);
    }
}

/* One of several SYN/ACKs is the one that is acknowledged. */
static void choose_offer(caw_tcp_side *side, uint32_t acknowledged) {
    for (unsigned i = 0; i < side->offers; i++) {
        if (side->offer[i] + 1 != acknowledged || !side->bytes.at_start)
            continue;
        caw_ordered_drop(&side->bytes);
        caw_ordered_place(&side->bytes, acknowledged, true);
        side->isn = side->offer[i];
        side->acked = false;
    }
    if (acknowledged == side->isn + 1)
        side->offers = 0;
}

/* How far the windows of this side are shifted; of a SYN they never are. */
static unsigned scale_of(const caw_tcp_side *side, const caw_tcp_side *other, unsigned flags) {
    if (flags & CAW_TCP_SYN)
        return 0;
    if ((side->said_scale && !side->has_scale) || (other->said_scale && !other->has_scale))
        return 0;
    unsigned scale = side->said_scale ? side->scale : LARGEST_SCALE;
    return scale < LARGEST_SCALE ? scale : LARGEST_SCALE;
}

/* What the segment says of the bytes of the other end. */
static void see_acknowledgment(caw_tcp *tcp, const caw_tcp_segment *segment) {
    const caw_tcp_side *side = &tcp->side[segment->end];
    caw_tcp_side *other = &tcp->side[!segment->end];
    uint32_t number = segment->acknowledgment;
    if (!(segment->flags & CAW_TCP_ACK))
        return;
    choose_offer(other, number);
    if (!other->acked || is_after(number, other->acknowledged)) {
        other->acknowledged = number;
        other->acked_at = segment->when.seconds;
    }
    other->acked = true;
    uint32_t window = (uint32_t)segment->window << scale_of(side, other, segment->flags);
    uint32_t room = window + (window > UNSCALED ? window : UNSCALED);
    other->window = room < LARGEST_WINDOW ? room : LARGEST_WINDOW;
    uint32_t edge = number + other->window;
    if (!other->has_edge || is_after(edge, other->edge))
        other->edge = edge;
    other->has_edge = true;
    decide_held(tcp, other);
}

/* ---- what does not count ------------------------------------------------------------------ */

static bool has_bad_checksum(caw_tcp_side *side, const caw_tcp_segment *segment) {
    uint32_t *count = segment->checksum == CAW_CHECKSUM_GOOD ? &side->good : &side->bad;
    if (segment->checksum != CAW_CHECKSUM_GOOD && segment->checksum != CAW_CHECKSUM_BAD)
        return false;
    if (*count < UINT32_MAX / BAD_FOR_GOOD)
        ++*count;
    return segment->checksum == CAW_CHECKSUM_BAD && side->bad < BAD_FOR_GOOD * side->good;
}

static bool is_old(const caw_tcp_side *side, const caw_tcp_segment *segment) {
    return side->stamped && segment->has_timestamp && is_after(side->stamp, segment->timestamp) &&
           segment->when.seconds - side->stamped_at < STAMP_AGE;
}

/* It brings nothing new: a copy of what was told, or an acknowledgment. */
static bool is_told(const caw_tcp_side *side, const caw_tcp_segment *segment) {
    return side->bytes.placed &&
           position(side, segment->sequence) + segment->length <= side->bytes.next;
}

/*
 * Beyond what the other end takes, by its last word that was recorded, and as far beyond all bytes
 * that were recorded: when its words are not, these still go on.
 */
static bool is_outside(const caw_tcp_side *side, const caw_tcp_segment *segment) {
    if (!segment->length || !side->bytes.placed)
        return false;
    uint64_t from = position(side, segment->sequence);
    if (!side->has_edge)
        return from > side->bytes.next + LARGEST_WINDOW;
    return is_after(segment->sequence, side->edge) &&
           from > caw_ordered_end(&side->bytes) + side->window;
}

/* Why this segment does not count, or CAW_IGNORED_REASONS. */
static caw_ignored judge(caw_tcp_side *side, const caw_tcp_segment *segment) {
    unsigned flags = segment->flags;
    if (has_bad_checksum(side, segment))
        return CAW_IGNORED_CHECKSUM;
    if (flags & CAW_TCP_SYN && flags & CAW_TCP_FIN)
        return CAW_IGNORED_SYN_FIN;
    if (flags & (CAW_TCP_SYN | CAW_TCP_RST))
        return CAW_IGNORED_REASONS;
    if (!(flags & CAW_TCP_ACK))
        return CAW_IGNORED_NO_ACK;
    if (!is_old(side, segment))
        return CAW_IGNORED_REASONS;
    return is_told(side, segment) ? CAW_IGNORED_REPEATED : CAW_IGNORED_TIMESTAMP;
}

/* ---- SYN ---------------------------------------------------------------------------------- */

static bool is_closing(const caw_tcp *tcp) {
    return tcp->over || tcp->side[0].has_fin || tcp->side[1].has_fin;
}

/* It has this number, and the bytes after it belong to this connection. */
static void take_syn(caw_tcp *tcp, const caw_tcp_segment *segment) {
    caw_tcp_side *side = &tcp->side[segment->end], *other = &tcp->side[!segment->end];
    bool asks = !(segment->flags & CAW_TCP_ACK);
    bool answered = asks && other->answers && !side->said_scale;
    bool late = answered || is_closing(tcp) || (side->bytes.placed && !side->bytes.at_start);
    bool simultaneous = asks && !answered && other->has_isn && !side->has_isn;
    if (!side->bytes.placed)
        caw_ordered_place(&side->bytes, segment->sequence + 1, true);
    side->has_isn = side->said_scale = true;
    side->answers = !asks;
    side->isn = segment->sequence;
    side->has_scale = segment->has_scale;
    side->scale = segment->scale;
    /* What it acknowledges is where the other end begins, though that SYN is not here. */
    if (segment->flags & CAW_TCP_ACK && !other->bytes.placed) {
        caw_ordered_place(&other->bytes, segment->acknowledgment, true);
        other->isn = segment->acknowledgment - 1;
        other->has_isn = true;
    }
    if (!simultaneous)
        sign(tcp, segment, CAW_TCP_SYN | CAW_TCP_ACK, late);
}

/* Bytes of a SYN wait, in a copy of the segment that begins where they do. */
static void hold_data(caw_tcp *tcp, const caw_tcp_segment *segment) {
    caw_tcp_side *side = &tcp->side[segment->end];
    caw_tcp_segment data = *segment;
    data.sequence++;
    if (!segment->length)
        return;
    if (!side->bytes.at_start) {
        ignore(tcp, segment, CAW_IGNORED_SYN_DATA);
        return;
    }
    side->bytes.held = true;
    caw_ordered_put(&side->bytes, &data, data.length, tcp->packets);
    decide_held(tcp, side);
}

/* The connection's own, though recorded late: by its number, or the SYN that it answers. */
static bool is_late_syn(const caw_tcp *tcp, const caw_tcp_segment *segment) {
    const caw_tcp_side *side = &tcp->side[segment->end], *other = &tcp->side[!segment->end];
    if (side->has_isn)
        return false;
    if (side->bytes.placed)
        return side->begin - (segment->sequence + 1) <= LATE_SYN;
    return segment->flags & CAW_TCP_ACK && other->has_isn && !tcp->over &&
           segment->acknowledgment == other->isn + 1;
}

static bool add_offer(caw_tcp_side *side, const caw_tcp_segment *segment) {
    if (!(segment->flags & CAW_TCP_ACK) || !side->bytes.at_start || side->acked)
        return false;
    if (side->offers < OFFERS)
        side->offer[side->offers++] = segment->sequence;
    return true;
}

/* Nobody has answered, and nothing was sent. */
static bool is_unanswered(const caw_tcp *tcp, int end) {
    const caw_tcp_side *side = &tcp->side[end], *other = &tcp->side[!end];
    return side->has_isn && side->bytes.at_start && !side->acked && !other->bytes.placed;
}

/* An acknowledgment of this side's SYN, and maybe of its data. */
static bool is_of_syn(const caw_tcp_side *side, uint32_t acknowledgment) {
    return acknowledgment - (side->isn + 1) <=
           (uint32_t)(caw_ordered_end(&side->bytes) - side->bytes.next);
}

/* Of one that is sent again the first counts. */
static void keep_pending(caw_tcp_side *side, const caw_tcp_segment *segment) {
    if (side->has_pending && side->pending.sequence == segment->sequence)
        return;
    side->has_pending = true;
    side->pending = *segment;
    side->pending.length = side->pending.captured = 0;
    side->pending.bytes = NULL;
}

static void see_syn(caw_tcp *tcp, const caw_tcp_segment *segment) {
    int end = segment->end;
    caw_tcp_side *side = &tcp->side[end], *other = &tcp->side[!end];
    bool answers = segment->flags & CAW_TCP_ACK;
    uint32_t number = segment->sequence;
    if (side->by_word) /* the SYN knows better */
        side->bytes.placed = side->by_word = false;
    if (answers && other->has_pending && other->pending.sequence + 1 == segment->acknowledgment) {
        caw_tcp_segment asked = other->pending;
        begin_anew(tcp, segment);
        take_syn(tcp, &asked);
        other = &tcp->side[!end];
    } else if (side->has_isn && side->isn == number) {
        if (tcp->over && side->bytes.at_start)
            tcp->over = false; /* refused, and asked for again */
    } else if (is_late_syn(tcp, segment)) {
        side->has_isn = true;
    } else if (answers && other->has_isn && !is_closing(tcp) && other->bytes.at_start &&
               !is_of_syn(other, segment->acknowledgment)) {
        ignore(tcp, segment, CAW_IGNORED_SYN); /* of no SYN that was sent */
        return;
    } else if (add_offer(side, segment)) {
        return;
    } else if (is_closing(tcp) || is_unanswered(tcp, end)) {
        begin_anew(tcp, segment);
    } else if (side->bytes.placed) {
        keep_pending(side, segment);
        ignore(tcp, segment, CAW_IGNORED_SYN);
        return;
    }
    take_syn(tcp, segment);
    see_acknowledgment(tcp, segment);
    hold_data(tcp, segment);
}

/* Somebody goes on from a SYN that was not for the open connection. */
static void answer_pending(caw_tcp *tcp, const caw_tcp_segment *segment) {
    for (int end = 0; end < 2; end++) {
        const caw_tcp_side *side = &tcp->side[end];
        uint32_t number = segment->end == end ? segment->sequence : segment->acknowledgment;
        if (!side->has_pending || number != side->pending.sequence + 1 ||
            number == (uint32_t)side->bytes.next)
            continue;
        caw_tcp_segment asked = side->pending;
        begin_anew(tcp, segment);
        take_syn(tcp, &asked);
        see_acknowledgment(tcp, &asked);
        return;
    }
}

/* ---- RST ---------------------------------------------------------------------------------- */

static bool is_exact(const caw_tcp *tcp, const caw_tcp_segment *segment) {
    const caw_tcp_side *side = &tcp->side[segment->end], *other = &tcp->side[!segment->end];
    uint32_t number = segment->sequence;
    if (segment->flags & CAW_TCP_ACK && !side->bytes.placed && other->has_isn)
        return segment->acknowledgment == other->isn + 1 ||
               segment->acknowledgment == (uint32_t)caw_ordered_end(&other->bytes);
    if (!side->bytes.placed)
        return true;
    return number == (uint32_t)side->bytes.next ||
           number == (uint32_t)caw_ordered_end(&side->bytes) ||
           (side->acked && number == side->acknowledged);
}

/* Without a SYN. Of a segment without data the number is that of the next byte, or one before. */
static void begin_at(caw_tcp_side *side, uint32_t sequence, bool by_word) {
    caw_ordered_place(&side->bytes, sequence, false);
    side->begin = sequence;
    side->by_word = by_word;
}

static void see_rst(caw_tcp *tcp, const caw_tcp_segment *segment) {
    if (tcp->over)
        return;
    if (!is_exact(tcp, segment)) {
        ignore(tcp, segment, CAW_IGNORED_RST);
        return;
    }
    caw_tcp_flush(tcp);
    caw_tcp_side *side = &tcp->side[segment->end];
    if (!side->bytes.placed &&
        !tcp->side[!segment->end].has_isn) /* no refusal: its number counts */
        begin_at(side, segment->sequence, false);
    if (segment->length)
        ignore(tcp, segment, CAW_IGNORED_RST_DATA);
    sign(tcp, segment, CAW_TCP_RST | CAW_TCP_ACK, false);
    tcp->over = true;
}

bool caw_tcp_ended(const caw_tcp *tcp) {
    return tcp->over || (tcp->side[0].ended && tcp->side[1].ended);
}

/* ---- data and FIN ------------------------------------------------------------------------- */

/* A segment whose data, if it has any, is that of a keep-alive. */
static bool is_keep_alive(const caw_tcp_side *side, const caw_tcp_segment *segment) {
    if (segment->length > 1)
        return false;
    if (!side->bytes.placed)
        return segment->length == 1; /* no message begins with a single byte */
    uint64_t from = position(side, segment->sequence), end = caw_ordered_end(&side->bytes);
    if (from + 1 == side->bytes.next || (segment->length && from + 1 == end))
        return true;
    /* Acknowledged, and not just before it was recorded. */
    return segment->length && from > end && side->acked &&
           segment->sequence + 1 == side->acknowledged && is_acked_long_ago(side, &segment->when);
}

static caw_ignored why_old(const caw_tcp_side *side, uint64_t from) {
    return from >= side->lost_from && from < side->lost_to ? CAW_IGNORED_LATE
                                                           : CAW_IGNORED_REPEATED;
}

/* How many bytes of the segment come before the FIN of its side. */
static uint32_t before_fin(const caw_tcp_side *side, const caw_tcp_segment *segment) {
    uint64_t from = position(side, segment->sequence);
    if (!side->has_fin || from + segment->length <= side->fin)
        return segment->length;
    return from < side->fin ? (uint32_t)(side->fin - from) : 0;
}

static void take_data(caw_tcp *tcp, caw_tcp_side *side, const caw_tcp_segment *segment) {
    uint64_t from = position(side, segment->sequence);
    uint32_t length = before_fin(side, segment);
    if (length < segment->length)
        tell_of(tcp, segment, CAW_TOLD_IGNORED, CAW_IGNORED_AFTER_END, segment->length - length);
    if (!length)
        return;
    if (holds_syn_data(side) && from == side->bytes.next)
        caw_ordered_drop(&side->bytes);
    else if (holds_syn_data(side))
        caw_ordered_release(&side->bytes);
    tcp->used = true;
    uint32_t added = caw_ordered_put(&side->bytes, segment, length, tcp->packets);
    if (added < length)
        tell_of(tcp, segment, CAW_TOLD_IGNORED, why_old(side, from), length - added);
}

/* The first one counts, and only when nothing was recorded after it. */
static void take_fin(const caw_tcp *tcp, caw_tcp_side *side, const caw_tcp_segment *segment) {
    uint64_t at = position(side, segment->sequence + segment->length);
    if (!(segment->flags & CAW_TCP_FIN) || side->has_fin || at < caw_ordered_end(&side->bytes))
        return;
    side->has_fin = true;
    side->fin = at;
    side->fin_when = segment->when;
    side->fin_packet = tcp->packets;
}

static void note_timestamp(caw_tcp_side *side, const caw_tcp_segment *segment) {
    bool newer = !side->stamped || is_after(segment->timestamp, side->stamp) ||
                 segment->when.seconds - side->stamped_at >= STAMP_AGE;
    if (!segment->has_timestamp || !segment->length || !newer || !side->bytes.placed ||
        position(side, segment->sequence) > side->bytes.next)
        return;
    side->stamped = true;
    side->stamp = segment->timestamp;
    side->stamped_at = segment->when.seconds;
}

/* Far from what was recorded on this side. */
static bool is_far(const caw_tcp_side *side, uint32_t number) {
    return side->bytes.placed && number - (uint32_t)side->bytes.next + FAR > 2 * FAR;
}

/* Bytes before these can still come: from there on. */
static bool can_begin_at(uint32_t sequence, const caw_tcp_segment *segment) {
    uint32_t before = segment->sequence - sequence;
    return before > 1 && before <= LATE_SYN;
}

/*
 * The first data settles where this side begins: with its own bytes, unless the side has said by a
 * segment without data, or the other end by an acknowledgment, that there are some before.
 */
static void settle_begin(caw_tcp_side *side, const caw_tcp_segment *segment) {
    if (side->bytes.placed && !side->by_word)
        return;
    if (!side->bytes.placed && side->acked && can_begin_at(side->acknowledged, segment))
        begin_at(side, side->acknowledged, false);
    else if (!side->bytes.placed || !can_begin_at(side->begin, segment))
        begin_at(side, segment->sequence, false);
    side->by_word = false;
}

/* ---- another connection, whose SYN was not recorded --------------------------------------- */

static void forget_stray(caw_tcp *tcp) {
    if (tcp->stray.bytes)
        tcp->setup->memory.release(tcp->setup->memory.user, (void *)tcp->stray.bytes);
    tcp->stray.bytes = NULL;
}

static void keep_stray(caw_tcp *tcp, const caw_tcp_segment *segment) {
    const caw_memory *memory = &tcp->setup->memory;
    forget_stray(tcp);
    uint8_t *bytes = memory->alloc(memory->user, (size_t)segment->captured + 1);
    if (!bytes)
        return;
    if (segment->captured)
        memcpy(bytes, segment->bytes, segment->captured);
    tcp->stray = *segment;
    tcp->stray.bytes = bytes;
}

/* Two segments that go together. */
static bool goes_on(const caw_tcp_segment *first, const caw_tcp_segment *second) {
    uint32_t end = first->sequence + first->length;
    if (!first->bytes)
        return false;
    if (first->end == second->end)
        return second->sequence == end;
    return second->sequence == first->acknowledgment &&
           second->acknowledgment - first->sequence <= first->length;
}

/* Numbers that have nothing to do with those of this connection. */
static bool is_stray(const caw_tcp *tcp, const caw_tcp_segment *segment) {
    const caw_tcp_side *side = &tcp->side[segment->end], *other = &tcp->side[!segment->end];
    return segment->length && is_far(side, segment->sequence) &&
           (caw_tcp_ended(tcp) || !other->bytes.placed || is_far(other, segment->acknowledgment));
}

static void take_bytes(caw_tcp *tcp, const caw_tcp_segment *segment);

/*
 * One stray segment proves nothing: anybody can inject it. One after the end, or a second that goes
 * on from it, does. True: the segment does not count, so far.
 */
static bool see_stray(caw_tcp *tcp, const caw_tcp_segment *segment) {
    if (!is_stray(tcp, segment))
        return false;
    bool proven = goes_on(&tcp->stray, segment);
    if (!proven && !caw_tcp_ended(tcp)) {
        keep_stray(tcp, segment);
        ignore(tcp, segment, CAW_IGNORED_WINDOW);
        return true;
    }
    caw_tcp_segment stray = tcp->stray;
    tcp->stray.bytes = NULL;
    begin_anew(tcp, segment);
    if (proven)
        take_bytes(tcp, &stray);
    tcp->stray.bytes = stray.bytes;
    forget_stray(tcp);
    return false;
}

/* ---- data, by way of what does not count --------------------------------------------------- */

static void take_bytes(caw_tcp *tcp, const caw_tcp_segment *segment) {
    caw_tcp_side *side = &tcp->side[segment->end];
    see_acknowledgment(tcp, segment);
    if (is_keep_alive(side, segment) && !(segment->flags & CAW_TCP_FIN)) {
        if (!side->bytes.placed)
            begin_at(side, segment->sequence + 1, false);
        ignore(tcp, segment, CAW_IGNORED_KEEP_ALIVE);
        return;
    }
    if (segment->length || segment->flags & CAW_TCP_FIN)
        settle_begin(side, segment);
    else if (!side->bytes.placed)
        begin_at(side, segment->sequence, true);
    note_timestamp(side, segment);
    if (segment->length || segment->flags & CAW_TCP_FIN)
        begin_turns(tcp, segment);
    if (segment->length && segment->flags & CAW_TCP_URG)
        tell_of(tcp, segment, CAW_TOLD_URGENT, 0, segment->length);
    if (segment->length)
        take_data(tcp, side, segment);
    take_fin(tcp, side, segment);
}

static void see_data(caw_tcp *tcp, const caw_tcp_segment *segment) {
    if (see_stray(tcp, segment))
        return;
    answer_pending(tcp, segment);
    if (tcp->over) {
        if (segment->length)
            ignore(tcp, segment, CAW_IGNORED_AFTER_END);
    } else if (is_outside(&tcp->side[segment->end], segment)) {
        ignore(tcp, segment, CAW_IGNORED_WINDOW);
    } else {
        take_bytes(tcp, segment);
    }
}

/* ---- the connection ----------------------------------------------------------------------- */

caw_tcp *caw_tcp_new(const caw_tcp_setup *setup) {
    caw_tcp *tcp = setup->memory.alloc(setup->memory.user, sizeof *tcp);
    if (!tcp)
        return NULL;
    *tcp = (caw_tcp){.setup = setup};
    start(tcp, 0);
    start(tcp, 1);
    return tcp;
}

void caw_tcp_free(caw_tcp *tcp) {
    if (!tcp)
        return;
    const caw_tcp_setup *setup = tcp->setup;
    caw_ordered_free(&tcp->side[0].bytes);
    caw_ordered_free(&tcp->side[1].bytes);
    forget_stray(tcp);
    setup->memory.release(setup->memory.user, tcp);
}

/* What has gone by since the last packet, in nanoseconds: none when the clock went back. */
static int64_t step(const caw_moment *from, const caw_moment *to) {
    if (to->seconds < from->seconds)
        return 0;
    if (to->seconds > from->seconds + 1)
        return STEP;
    int64_t nanoseconds =
        (to->seconds - from->seconds) * INT64_C(1000000000) + (to->nanoseconds - from->nanoseconds);
    return nanoseconds < 0 ? 0 : nanoseconds < STEP ? nanoseconds : STEP;
}

void caw_tcp_add(caw_tcp *tcp, const caw_tcp_segment *segment) {
    tcp->time += step(&tcp->now, &segment->when);
    tcp->now = segment->when;
    tcp->packets++;
    caw_ignored reason = judge(&tcp->side[segment->end], segment);
    if (reason != CAW_IGNORED_REASONS)
        ignore(tcp, segment, reason);
    else if (segment->flags & CAW_TCP_RST)
        see_rst(tcp, segment);
    else if (segment->flags & CAW_TCP_SYN)
        see_syn(tcp, segment);
    else
        see_data(tcp, segment);
    tell_in_turn(tcp);
    settle(tcp, &tcp->side[0]);
    settle(tcp, &tcp->side[1]);
}
