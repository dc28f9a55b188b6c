/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plays a conversation of segments that is written as text, and writes what a caw_tcp tells of it.
 *
 * A segment is written as end, flags, number, and then in any order
 *
 *     C1:AAA     the client's bytes AAA at its number 1
 *     s f r u    SYN FIN RST URG; n without ACK
 *     @4         acknowledges 4 (else 1)
 *     w500       window (else 60000)
 *     z4         window scale 4
 *     t7         timestamp 7
 *     +  !       good, bad checksum
 *     /2         2 bytes were captured
 *
 * and between them
 *
 *     >60  <60   the capture's clock goes on by so many milliseconds, or back
 *     ~60        the real one does, and ticks
 *     x64        the last segment, 64 times more
 *     =          may it be freed? told as `ended` or `open`
 *     .          the capture ends
 *
 * What is told is written as
 *
 *     C AAA      bytes, after who has sent them
 *     <3>  [3]   a gap; bytes that were cut
 *     C-SYN      a sign
 *     NEW        another connection
 *     !          a conflict
 *     (k)        ignored: see `letters`
 *     URG        urgent data
 */
#ifndef TCP_PLAY_H
#define TCP_PLAY_H

#include "counted.h"
#include "packet/tcp.h"
#include "test.h"

#include <ctype.h>

/* The initial sequence numbers, around the wrap. */
static const uint32_t numbers[] = {0, 1, UINT32_MAX, UINT32_MAX - 10};

/* A handshake, and what is told of it. */
#define OPEN   "Cs0 Ss0@1 C1 "
#define OPENED "C-SYN S-SYN/ACK"

static const char letters[] = {
    [CAW_IGNORED_REPEATED] = 'r',  [CAW_IGNORED_LATE] = 'l',      [CAW_IGNORED_KEEP_ALIVE] = 'k',
    [CAW_IGNORED_CHECKSUM] = 'c',  [CAW_IGNORED_TIMESTAMP] = 't', [CAW_IGNORED_WINDOW] = 'w',
    [CAW_IGNORED_NO_ACK] = 'n',    [CAW_IGNORED_SYN_FIN] = 'x',   [CAW_IGNORED_SYN] = 's',
    [CAW_IGNORED_SYN_DATA] = 'd',  [CAW_IGNORED_RST] = 'b',       [CAW_IGNORED_RST_DATA] = 'q',
    [CAW_IGNORED_AFTER_END] = 'e', [CAW_IGNORED_MEMORY] = 'm',
};

typedef struct {
    caw_tcp *tcp;
    uint32_t isn;
    uint64_t held;
    int64_t milliseconds;
    int64_t clock;
    char text[4000];
    size_t length;
    int speaker;
} play;

static void put(play *self, const char *text, size_t length) {
    if (self->length + length < sizeof self->text) {
        memcpy(self->text + self->length, text, length);
        self->length += length;
    }
    self->text[self->length] = '\0';
}

static void put_word(play *self, const char *text) {
    if (self->length)
        put(self, " ", 1);
    put(self, text, strlen(text));
    self->speaker = -1;
}

static const char *sign_text(unsigned flags) {
    if (flags & CAW_TCP_SYN)
        return flags & CAW_TCP_ACK ? "SYN/ACK" : "SYN";
    return flags & CAW_TCP_FIN ? "FIN" : "RST";
}

static void put_in_stream(play *self, const caw_told *told) {
    char text[20];
    if (self->speaker != told->end)
        put_word(self, told->end ? "S " : "C ");
    self->speaker = told->end;
    snprintf(text, sizeof text, told->kind == CAW_TOLD_GAP ? "<%u>" : "[%u]", told->length);
    if (told->kind == CAW_TOLD_BYTES)
        put(self, (const char *)told->bytes, told->length);
    else
        put(self, text, strlen(text));
}

static void tell(void *user, const caw_told *told) {
    play *self = user;
    char word[20];
    switch (told->kind) {
    case CAW_TOLD_ANEW:
        put_word(self, "NEW");
        break;
    case CAW_TOLD_SIGN:
        snprintf(word, sizeof word, "%c-%s", told->end ? 'S' : 'C', sign_text(told->flags));
        put_word(self, word);
        break;
    case CAW_TOLD_BYTES:
    case CAW_TOLD_CUT:
    case CAW_TOLD_GAP:
        put_in_stream(self, told);
        break;
    case CAW_TOLD_CONFLICT:
        put_word(self, "!");
        break;
    case CAW_TOLD_IGNORED:
        snprintf(word, sizeof word, "(%c)", letters[told->reason]);
        put_word(self, word);
        break;
    case CAW_TOLD_URGENT:
        put_word(self, "URG");
        break;
    }
}

/* ---- segments from text ------------------------------------------------------------------- */

static unsigned flag_of(char letter) {
    switch (letter) {
    case 's':
        return CAW_TCP_SYN;
    case 'f':
        return CAW_TCP_FIN;
    case 'r':
        return CAW_TCP_RST;
    default:
        return letter == 'u' ? CAW_TCP_URG : 0;
    }
}

/* Bytes are capitals, digits and #. */
static const char *read_bytes(const char *at, caw_tcp_segment *segment) {
    segment->bytes = (const uint8_t *)at;
    while (isupper((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '#')
        at++;
    segment->length = segment->captured = (uint32_t)(at - (const char *)segment->bytes);
    return at;
}

static const char *read_option(const play *self, const char *at, caw_tcp_segment *segment) {
    char option = *at++;
    if (option == '+' || option == '!') {
        segment->checksum = option == '+' ? CAW_CHECKSUM_GOOD : CAW_CHECKSUM_BAD;
        return at;
    }
    if (option == ':')
        return read_bytes(at, segment);
    char *end;
    uint32_t value = (uint32_t)strtoul(at, &end, 10);
    if (option == '@') {
        segment->acknowledgment = self->isn + value;
        segment->flags |= CAW_TCP_ACK;
    } else if (option == 'w') {
        segment->window = (uint16_t)value;
    } else if (option == 'z') {
        segment->has_scale = true;
        segment->scale = (uint8_t)value;
    } else if (option == 't') {
        segment->has_timestamp = true;
        segment->timestamp = value;
    } else {
        segment->captured = value;
    }
    return end;
}

static caw_tcp_segment read_segment(const play *self, const char *at) {
    caw_tcp_segment segment = {.end = *at++ == 'S',
                               .flags = CAW_TCP_ACK,
                               .acknowledgment = self->isn + 1,
                               .window = 60000,
                               .checksum = CAW_CHECKSUM_UNKNOWN};
    for (; islower((unsigned char)*at); at++) {
        segment.flags |= flag_of(*at);
        if (strchr("srn", *at))
            segment.flags &= ~(unsigned)CAW_TCP_ACK;
    }
    char *end;
    segment.sequence = self->isn + (uint32_t)strtol(at, &end, 10);
    for (at = end; *at && *at != ' ';)
        at = read_option(self, at, &segment);
    return segment;
}

static void add(play *self, caw_tcp_segment segment) {
    segment.when = (caw_moment){.frame = 1,
                                .seconds = self->milliseconds / 1000,
                                .nanoseconds = (int32_t)(self->milliseconds % 1000) * 1000000};
    caw_tcp_add(self->tcp, &segment);
}

static void act(play *self, const char *at, caw_tcp_segment *last) {
    long number = strtol(at + 1, NULL, 10);
    switch (*at) {
    case '>':
        self->milliseconds += number;
        break;
    case '<':
        self->milliseconds -= number;
        break;
    case '~':
        caw_tcp_tick(self->tcp, (self->clock += number * INT64_C(1000000)));
        break;
    case 'x':
        while (number--)
            add(self, *last);
        break;
    case '.':
        put_word(self, ".");
        caw_tcp_flush(self->tcp);
        break;
    case '=':
        put_word(self, caw_tcp_ended(self->tcp) ? "ended" : "open");
        break;
    default:
        *last = read_segment(self, at);
        add(self, *last);
    }
}

static void run(play *self, const caw_memory *memory, const char *script) {
    caw_tcp_setup setup = {.memory = *memory,
                           .tell = tell,
                           .user = self,
                           .most = 4096,
                           .held = &self->held,
                           .most_of_all = 1 << 20,
                           .packets = 64,
                           .nanoseconds = 50000000};
    caw_tcp_segment last = {0};
    self->speaker = -1;
    self->milliseconds = 1000000;
    self->clock = 1;
    self->tcp = caw_tcp_new(&setup);
    if (self->tcp) {
        for (const char *at = script; *at; at += strcspn(at, " "), at += *at == ' ')
            act(self, at, &last);
        caw_tcp_flush(self->tcp);
    }
    caw_tcp_free(self->tcp);
    CHECK(self->held == 0, "%s: %llu held", script, (unsigned long long)self->held);
}

#endif
