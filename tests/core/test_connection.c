/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of connections: conversations of segments, one a line, and what each of them changes.
 *
 * Sequence numbers matter for SYNs only, so the others have none here.
 */
#include "caw_capture.h"
#include "test.h"

#define C 0 /* the client's end */
#define S 1

#define SYN CAW_TCP_SYN
#define ACK CAW_TCP_ACK
#define FIN CAW_TCP_FIN
#define RST CAW_TCP_RST

/* More than any segment's flags: an ICMP error quotes a segment of this end. */
#define ICMP 0x1000u
#define LATE 0x2000u /* with SYN: known to be recorded late */

typedef struct {
    int end;
    unsigned flags;
    uint32_t sequence;
    uint32_t bytes;
    const char *tells; /* the changes, each as written by text_of */
} segment;

static const char *text_of(const caw_change *change, char text[40]) {
    static const char *const kinds[] = {"message",  "malformed", "asked",
                                        "accepted", "refused",   "closed"};
    static const char *const by[] = {"", " by FIN", " by RST", " by SYN", " by ICMP"};
    if (change->kind == CAW_EVENT_ASKED)
        snprintf(text, 40, "asked %u", change->times);
    else
        snprintf(text, 40, "%s%s", kinds[change->kind], by[change->by]);
    return text;
}

/* All that a segment changes, with commas. */
static const char *see(caw_connection *connection, const segment *line, char all[100]) {
    caw_change changes[CAW_CHANGES];
    char text[40];
    size_t count = 0;
    all[0] = 0;
    if (line->flags == ICMP)
        return caw_connection_unreachable(connection, line->end, line->sequence) ? "refused by ICMP"
                                                                                 : "";
    if (line->flags & LATE) {
        caw_connection_late(connection, line->end, line->flags, line->sequence);
        return all;
    }
    count = caw_connection_segment(connection, line->end, line->flags, line->sequence, line->bytes,
                                   changes);
    for (size_t i = 0; i < count; i++) {
        strcat(all, i ? ", " : "");
        strcat(all, text_of(&changes[i], text));
    }
    return all;
}

static void test(const char *what, const segment *lines, size_t count, caw_side first) {
    caw_connection connection = {0};
    char all[100];
    for (size_t i = 0; i < count; i++) {
        const char *tells = see(&connection, &lines[i], all);
        CHECK(strcmp(tells, lines[i].tells) == 0, "%s, segment %zu: \"%s\"", what, i + 1, tells);
    }
    CHECK(caw_connection_speaker(&connection, C) == first, "%s: who is at the first end", what);
}

#define TEST(what, lines, first) test(what, lines, sizeof lines / sizeof *lines, first)

/* ---- conversations ------------------------------------------------------------------------ */

static const segment usual[] = {
    {C, SYN, 100, 0, "asked 1"}, {S, SYN | ACK, 900, 0, "accepted"},
    {C, ACK, 0, 0, ""},          {C, ACK, 0, 32, ""},
    {S, ACK, 0, 16, ""},         {C, FIN | ACK, 0, 0, "closed by FIN"},
    {S, FIN | ACK, 0, 0, ""}, /* the first word counts */
    {C, ACK, 0, 0, ""},          {S, RST, 0, 0, ""},
};

static const segment asked_again[] = {
    {C, SYN, 100, 0, "asked 1"},
    {C, SYN, 100, 0, "asked 2"},
    {C, SYN, 100, 0, "asked 3"},
    {S, SYN | ACK, 900, 0, "accepted"},
    {S, SYN | ACK, 900, 0, ""},
    {C, SYN, 100, 0, "asked 4"}, /* it has not heard of it */
    {C, ACK, 0, 32, ""},
    {C, SYN, 100, 0, ""}, /* a late copy */
    {S, FIN | ACK, 0, 8, "closed by FIN"},
    {C, SYN, 100, 0, ""},
};

static const segment refused[] = {
    {C, SYN, 100, 0, "asked 1"},
    {S, RST | ACK, 0, 0, "refused by RST"},
    {S, RST | ACK, 0, 0, ""},
    {C, SYN, 100, 0, "asked 2"}, /* Windows asks three times */
    {S, RST | ACK, 0, 0, "refused by RST"},
    {C, SYN, 7100, 0, "asked 1"}, /* another attempt from the same port */
    {S, RST | ACK, 0, 0, "refused by RST"},
};

/* A forwarder takes the connection and finds nobody who listens. */
static const segment refused_when_accepted[] = {
    {C, SYN, 100, 0, "asked 1"},      {S, SYN | ACK, 900, 0, "accepted"}, {C, ACK, 0, 0, ""},
    {S, RST, 0, 0, "refused by RST"}, {C, FIN | ACK, 0, 0, ""},
};

static const segment given_up[] = {
    {C, SYN, 100, 0, "asked 1"},
    {S, SYN | ACK, 900, 0, "accepted"},
    {C, RST, 0, 0, "closed by RST"},
};

static const segment reset_after_data[] = {
    {C, SYN, 100, 0, "asked 1"},           {S, SYN | ACK, 900, 0, "accepted"}, {C, ACK, 0, 16, ""},
    {S, RST | ACK, 0, 0, "closed by RST"}, {S, RST | ACK, 0, 0, ""},
};

static const segment ports_used_again[] = {
    {C, SYN, 100, 0, "asked 1"},
    {S, SYN | ACK, 900, 0, "accepted"},
    {C, ACK, 0, 16, ""},
    {C, SYN, 5100, 0, "closed by SYN, asked 1"},
    {S, SYN | ACK, 6900, 0, "accepted"},
    {C, ACK, 0, 16, ""},
    {S, FIN, 0, 0, "closed by FIN"},
    {C, SYN, 9100, 0, "asked 1"}, /* after the end nothing is closed */
    {S, SYN | ACK, 9900, 0, "accepted"},
};

/* Nothing was there yet that could be closed. */
static const segment attempts[] = {
    {C, SYN, 100, 0, "asked 1"},
    {C, SYN, 200, 0, "asked 1"},
    {C, SYN, 200, 0, "asked 2"},
};

static const segment unreachable[] = {
    {C, SYN, 100, 0, "asked 1"},
    {C, ICMP, 99, 0, ""},
    {S, ICMP, 100, 0, ""},
    {C, ICMP, 100, 0, "refused by ICMP"},
    {C, ICMP, 100, 0, ""},
    {C, SYN, 100, 0, "asked 2"},
    {C, ICMP, 100, 0, "refused by ICMP"},
    {C, SYN, 100, 0, "asked 3"},
    {S, SYN | ACK, 900, 0, "accepted"},
    {C, ICMP, 100, 0, ""},
};

/* The capture begins in the middle. */
static const segment middle[] = {
    {S, ACK, 0, 100, ""},
    {C, ACK, 0, 0, ""},
    {S, FIN | ACK, 0, 50, "closed by FIN"},
};

static const segment middle_then_new[] = {
    {C, ACK, 0, 0, ""},
    {C, SYN, 100, 0, "closed by SYN, asked 1"},
    {S, SYN | ACK, 900, 0, "accepted"},
};

/* Its SYN and SYN/ACK come after data, and the former again: nothing is closed or asked for. */
static const segment late[] = {
    {C, ACK, 0, 16, ""},         {S, SYN | ACK | LATE, 900, 0, ""},
    {C, SYN | LATE, 100, 0, ""}, {C, SYN, 100, 0, ""},
    {S, SYN | ACK, 900, 0, ""},  {C, SYN, 5100, 0, "closed by SYN, asked 1"},
};

static const segment late_answer[] = {
    {C, ACK, 0, 16, ""},
    {S, SYN | ACK | LATE, 900, 0, ""},
    {S, FIN | ACK, 0, 0, "closed by FIN"},
};

static const segment middle_reset[] = {
    {S, RST, 0, 0, "closed by RST"},
    {C, RST, 0, 0, ""},
};

/* Only what the server sends is in the capture. */
static const segment one_way[] = {
    {S, SYN | ACK, 900, 0, "accepted"},    {S, ACK, 0, 16, ""},
    {S, FIN | ACK, 0, 0, "closed by FIN"}, {S, SYN | ACK, 900, 0, ""},
    {S, SYN | ACK, 7900, 0, "accepted"},   {S, FIN | ACK, 0, 0, "closed by FIN"},
};

static const segment all_in_one[] = {
    {C, SYN, 100, 16, "asked 1"}, /* TCP Fast Open */
    {S, SYN | ACK, 900, 0, "accepted"},
    {C, SYN, 5100, 0, "closed by SYN, asked 1"},
    {S, SYN | ACK | FIN, 6900, 0, "accepted, closed by FIN"},
};

int main(void) {
    TEST("usual", usual, CAW_SIDE_CLIENT);
    TEST("asked again", asked_again, CAW_SIDE_CLIENT);
    TEST("refused", refused, CAW_SIDE_CLIENT);
    TEST("refused when accepted", refused_when_accepted, CAW_SIDE_CLIENT);
    TEST("given up", given_up, CAW_SIDE_CLIENT);
    TEST("reset after data", reset_after_data, CAW_SIDE_CLIENT);
    TEST("ports used again", ports_used_again, CAW_SIDE_CLIENT);
    TEST("attempts", attempts, CAW_SIDE_CLIENT);
    TEST("unreachable", unreachable, CAW_SIDE_CLIENT);
    TEST("middle", middle, CAW_SIDE_NOBODY);
    TEST("middle, then new", middle_then_new, CAW_SIDE_CLIENT);
    TEST("middle, reset", middle_reset, CAW_SIDE_NOBODY);
    TEST("late SYN", late, CAW_SIDE_CLIENT);
    TEST("late SYN/ACK", late_answer, CAW_SIDE_CLIENT);
    TEST("one way", one_way, CAW_SIDE_CLIENT);
    TEST("all in one", all_in_one, CAW_SIDE_CLIENT);
    return test_summary();
}
