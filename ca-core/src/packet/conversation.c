/* SPDX-License-Identifier: BSD-3-Clause */
#include "conversation.h"

#include <string.h>

static int compare(const caw_end *a, const caw_end *b) {
    int order = a->size == b->size ? memcmp(a->bytes, b->bytes, a->size) : a->size - b->size;
    return order ? order : a->port - b->port;
}

int caw_conversation_end(const caw_end *source, const caw_end *target) {
    return compare(source, target) > 0;
}

static const caw_memory *memory_of(const caw_reader *reader) {
    return caw_ages_memory(reader->ages, CAW_HELD_STREAMS);
}

static void forget_openings(const caw_reader *reader, caw_conversation *self) {
    const caw_memory *memory = memory_of(reader);
    if (self->openings)
        memory->release(memory->user, self->openings);
    self->openings = NULL;
    self->opening_count = self->opening_room = 0;
}

/* ---- telling ---------------------------------------------------------------------------- */

/* Of what this end does. */
static caw_teller teller_of(caw_reader *reader, const caw_conversation *self, int end) {
    caw_teller teller = caw_reader_teller(reader, &self->ends[end], &self->ends[!end]);
    teller.circuit = self->circuit;
    teller.end = end;
    teller.event.transport = CAW_TRANSPORT_TCP;
    teller.event.connection = self->number;
    teller.event.circuit = self->circuit;
    return teller;
}

static caw_event life_event(const caw_teller *teller, const caw_conversation *self) {
    caw_event event = teller->event;
    event.speaker = caw_connection_speaker(&self->life, teller->end);
    event.circuit = self->proven ? self->circuit : NULL;
    if (!event.circuit)
        return event;
    event.user = caw_circuit_user(self->circuit);
    event.host = caw_circuit_host(self->circuit);
    if (event.speaker == CAW_SIDE_NOBODY)
        event.speaker = caw_circuit_speaker(self->circuit, teller->end);
    return event;
}

/* A server is where one was announced, or by its port; or there have been messages. */
static bool is_ours(const caw_reader *reader, caw_conversation *self) {
    for (int end = 0; end < 2 && !self->ours; end++)
        self->ours = caw_connection_speaker(&self->life, end) != CAW_SIDE_CLIENT &&
                     caw_reader_serves(reader, &self->ends[end]);
    self->ours |= self->proven;
    return self->ours;
}

/* Room for one more: mostly there are two or three. */
static bool make_room(caw_conversation *self, const caw_memory *memory) {
    uint32_t room = self->opening_room ? 2 * self->opening_room : 2;
    if (self->opening_count < self->opening_room)
        return true;
    caw_opening *openings = memory->alloc(memory->user, room * sizeof *openings);
    if (!openings)
        return false;
    if (self->opening_count)
        memcpy(openings, self->openings, self->opening_count * sizeof *openings);
    if (self->openings)
        memory->release(memory->user, self->openings);
    self->openings = openings;
    self->opening_room = room;
    return true;
}

static void keep_opening(const caw_reader *reader, caw_conversation *self,
                         const caw_opening *opening) {
    const caw_memory *memory = memory_of(reader);
    if (opening->kind == CAW_EVENT_CLOSED || self->opening_count == CAW_MOST_OPENINGS)
        return;
    if (make_room(self, memory))
        self->openings[self->opening_count++] = *opening;
}

static void tell_opening(caw_reader *reader, const caw_conversation *self,
                         const caw_opening *opening) {
    caw_teller teller = teller_of(reader, self, opening->end);
    caw_event event = life_event(&teller, self);
    event.kind = opening->kind;
    event.by = opening->by;
    event.times = opening->times;
    event.icmp_type = opening->icmp_type;
    event.icmp_code = opening->icmp_code;
    if (opening->now.frame != event.now.frame)
        event.frame = (caw_view){NULL, 0, 0};
    event.now = opening->now;
    event.exact = opening->exact;
    if (opening->kind == CAW_EVENT_CLOSED)
        caw_teller_rest(&teller);
    reader->setup.tell(reader->setup.user, &event);
}

void caw_conversation_settle(caw_reader *reader, caw_conversation *self) {
    if (!self->opening_count || !is_ours(reader, self))
        return;
    for (uint32_t i = 0; i < self->opening_count; i++)
        tell_opening(reader, self, &self->openings[i]);
    forget_openings(reader, self);
}

static void see_change(caw_reader *reader, caw_conversation *self, const caw_opening *opening) {
    if (!is_ours(reader, self)) {
        keep_opening(reader, self, opening);
        return;
    }
    caw_conversation_settle(reader, self);
    tell_opening(reader, self, opening);
}

/* ---- one connection and the next --------------------------------------------------------- */

void caw_conversation_rest(caw_reader *reader, caw_conversation *self) {
    for (int end = 0; end < 2; end++) {
        caw_teller teller = teller_of(reader, self, end);
        caw_flow_look look = {.teller = &teller, .opposite = &self->flows[!end]};
        caw_flow_break(&self->flows[end], &look);
        caw_teller_rest(&teller);
    }
}

void caw_conversation_forget(caw_reader *reader, caw_conversation *self) {
    for (int end = 0; end < 2; end++)
        caw_flow_free(&self->flows[end], memory_of(reader));
    caw_circuit_free(self->circuit);
    self->circuit = NULL;
    self->claimed = self->proven = self->ours = false;
    self->unclaimed = 0;
    self->seen[0] = self->seen[1] = false;
    self->early[0] = self->early[1] = 0;
    forget_openings(reader, self);
}

static void renew(caw_reader *reader, caw_conversation *self) {
    if (!self->anew)
        return;
    self->anew = false;
    caw_conversation_rest(reader, self);
    caw_conversation_forget(reader, self);
    self->number = ++reader->connections;
}

/* A SYN may have waited until it was answered. */
static caw_moment moment_of(const caw_reader *reader, const caw_told *told,
                            const caw_change *change) {
    bool begins = change->kind == CAW_EVENT_ASKED || change->kind == CAW_EVENT_ACCEPTED ||
                  change->by == CAW_BY_SYN;
    return begins ? told->when : reader->frame.now;
}

static void see_sign(caw_reader *reader, caw_conversation *self, const caw_told *told) {
    caw_change changes[CAW_CHANGES];
    if (told->late) {
        caw_connection_late(&self->life, told->end, told->flags, told->sequence);
        return;
    }
    size_t count =
        caw_connection_segment(&self->life, told->end, told->flags, told->sequence, 0, changes);
    for (size_t i = 0; i < count; i++) {
        if (changes[i].by != CAW_BY_SYN)
            renew(reader, self);
        caw_opening opening = {.now = moment_of(reader, told, &changes[i]),
                               .exact = reader->frame.exact,
                               .kind = changes[i].kind,
                               .by = changes[i].by,
                               .end = told->end,
                               .times = changes[i].times};
        see_change(reader, self, &opening);
    }
}

void caw_conversation_unreachable(caw_reader *reader, caw_conversation *self, int end,
                                  const caw_icmp_error *error) {
    if (!caw_connection_unreachable(&self->life, end, error->sequence))
        return;
    caw_opening opening = {.now = reader->frame.now,
                           .exact = reader->frame.exact,
                           .kind = CAW_EVENT_REFUSED,
                           .by = CAW_BY_ICMP,
                           .end = !end,
                           .icmp_type = error->type,
                           .icmp_code = error->code};
    see_change(reader, self, &opening);
}

/* ---- what the capture lacks --------------------------------------------------------------- */

static bool is_after(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) > 0;
}

/* Mirror ports record acknowledgments first: what has come after all is not lost. */
static void see_early(caw_reader *reader, caw_conversation *self, const caw_told *told) {
    int end = told->end;
    bool lost = told->kind == CAW_TOLD_GAP;
    if (!lost && is_after(self->early_end[end], told->sequence + told->length + 1))
        return;
    if (!lost)
        reader->counts.unseen -= self->early[end];
    self->early[end] = 0;
}

void caw_conversation_count(caw_reader *reader, caw_conversation *self, int end,
                            const caw_packet_part *part) {
    uint32_t last = part->sequence + part->payload.length;
    if (!self->proven)
        return;
    if (part->payload.length && (!self->seen[end] || is_after(last, self->seen_end[end]))) {
        self->seen[end] = true;
        self->seen_end[end] = last;
    }
    if (!(part->flags & CAW_TCP_ACK) || !self->seen[!end])
        return;
    reader->counts.acknowledgments++;
    if (!is_after(part->acknowledgment, self->seen_end[!end] + 1)) /* that of a FIN */
        return;
    reader->counts.unseen++;
    self->early[!end]++;
    self->early_end[!end] = part->acknowledgment;
}

/* ---- bytes -------------------------------------------------------------------------------- */

/* A flow has shown that it is Channel Access. */
typedef struct {
    caw_reader *reader;
    caw_conversation *conversation;
    const caw_conversation_watch *watch;
} proof;

static void prove(void *user) {
    proof *self = user;
    caw_conversation *conversation = self->conversation;
    if (conversation->proven)
        return;
    conversation->proven = true;
    self->reader->counts.unclaimed += conversation->unclaimed;
    self->watch->proven(self->watch->user, conversation);
    caw_conversation_settle(self->reader, conversation);
}

/* The first bytes of a direction, as far as the capture has them: a VERSION may begin a circuit. */
static bool is_first(const caw_conversation *self, const caw_told *told) {
    return told->at_start || !self->life.carries[told->end];
}

/* On a port that nobody has named the bytes must speak for themselves. */
static bool is_claimed(const caw_reader *reader, caw_conversation *self, const caw_told *told) {
    if (self->claimed)
        return true;
    self->claimed = caw_reader_serves(reader, &self->ends[0]) ||
                    caw_reader_serves(reader, &self->ends[1]) ||
                    (told->kind == CAW_TOLD_BYTES &&
                     caw_is_circuit(told->bytes, told->length, !told->cut, is_first(self, told)));
    if (!self->claimed && told->kind == CAW_TOLD_BYTES)
        self->unclaimed += told->length;
    return self->claimed;
}

/* The sequence number after the SYN of this end, when it is known. */
static bool find_begin(const caw_connection *life, const caw_told *told, uint32_t *begin) {
    bool has_syn = life->client == told->end ? life->asked : life->accepted;
    *begin = told->at_start ? told->sequence : life->isn[told->end] + 1;
    return told->at_start || has_syn;
}

static void give_names(const caw_reader *reader, const caw_conversation *self) {
    if (self->ends[0].size == 4)
        caw_circuit_give_names(self->circuit, reader->setup.names,
                               caw_reader_endpoint(reader, &self->ends[0]),
                               caw_reader_endpoint(reader, &self->ends[1]));
}

static bool make_circuit(caw_reader *reader, caw_conversation *self) {
    if (self->circuit)
        return true;
    bool complete = caw_connection_speaker(&self->life, 0) != CAW_SIDE_NOBODY;
    self->circuit = caw_circuit_new_forgetting(reader->ages, complete);
    if (self->circuit)
        give_names(reader, self);
    return self->circuit != NULL;
}

static caw_side speaker_of(const caw_reader *reader, const caw_conversation *self, int end) {
    caw_side speaker = caw_connection_speaker(&self->life, end);
    if (speaker != CAW_SIDE_NOBODY)
        return speaker;
    return caw_reader_speaker(reader, &self->ends[end], &self->ends[!end]);
}

static void see_bytes(caw_reader *reader, caw_conversation *self, const caw_told *told,
                      const caw_conversation_watch *watch) {
    int end = told->end;
    caw_change changes[CAW_CHANGES];
    uint32_t begin;
    if (self->anew)
        self->life = (caw_connection){.asked = false};
    renew(reader, self);
    see_early(reader, self, told);
    bool claimed = is_claimed(reader, self, told);
    caw_connection_segment(&self->life, end, CAW_TCP_ACK, told->sequence, told->length, changes);
    if (!claimed || !make_circuit(reader, self))
        return;
    bool known = find_begin(&self->life, told, &begin);
    proof whole = {reader, self, watch};
    caw_teller teller = teller_of(reader, self, end);
    teller.event.sent = told->when;
    caw_flow_look look = {.teller = &teller,
                          .opposite = &self->flows[!end],
                          .source = speaker_of(reader, self, end),
                          .begin = known ? &begin : NULL,
                          .proven = prove,
                          .user = &whole};
    if (told->kind == CAW_TOLD_GAP) {
        reader->counts.missing += told->length;
        caw_flow_break(&self->flows[end], &look);
    } else {
        caw_flow_add(&self->flows[end], told, &look);
    }
}

void caw_conversation_told(caw_reader *reader, caw_conversation *self, const caw_told *told,
                           const caw_conversation_watch *watch) {
    switch (told->kind) {
    case CAW_TOLD_ANEW:
        self->anew = true;
        break;
    case CAW_TOLD_SIGN:
        see_sign(reader, self, told);
        break;
    case CAW_TOLD_BYTES:
    case CAW_TOLD_CUT:
    case CAW_TOLD_GAP:
        see_bytes(reader, self, told, watch);
        break;
    case CAW_TOLD_CONFLICT:
        if (self->claimed)
            reader->counts.conflicts += told->length;
        break;
    case CAW_TOLD_IGNORED:
        if (self->claimed && !caw_ignored_is_usual(told->reason))
            reader->ignored[told->reason]++;
        break;
    case CAW_TOLD_URGENT:
        break;
    }
}
