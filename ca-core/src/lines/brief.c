/* SPDX-License-Identifier: BSD-3-Clause */
#include "brief.h"

#include "text/columns.h"

enum {
    MOST_END = 30,  /* columns of an address with its port */
    GROWN_END = 21, /* as wide as a column becomes: any of IPv4 */
    MOST_NAME = 48, /* bytes of a PV's name; of a longer one the first and the last ... */
    HEAD = 30,
    TAIL = 15,
    CLAUSE = 1024 /* more bytes than there can be columns for */
};

/* ---- ends --------------------------------------------------------------------------------- */

/* All of it, or its beginning and its end, with the port. */
static size_t put_end(caw_text *out, const caw_end *end) {
    char text[CAW_END_PORT_TEXT];
    size_t length = caw_end_port_text(end, text, sizeof text);
    size_t half = (MOST_END - strlen("...")) / 2;
    if (length <= MOST_END) {
        caw_put_chars(out, text, length);
        return length;
    }
    caw_put_chars(out, text, half);
    caw_puts(out, "...");
    caw_put_chars(out, text + length - half, half);
    return 2 * half + strlen("...");
}

/* The same as a column, which grows with it. How wide it is. */
static size_t put_column(caw_text *out, const caw_end *end, size_t *width) {
    size_t taken = put_end(out, end);
    if (taken > *width)
        *width = taken < GROWN_END ? taken : GROWN_END;
    for (; taken < *width; taken++)
        caw_put(out, ' ');
    return taken;
}

/* The client on the left, so that a conversation reads like one. */
static size_t put_ends(caw_brief *self, const caw_event *event, caw_text *out) {
    bool back = event->speaker == CAW_SIDE_SERVER;
    size_t columns = put_column(out, back ? &event->target : &event->source, &self->client);
    caw_puts(out, back ? " <- " : " -> ");
    columns += put_column(out, back ? &event->source : &event->target, &self->server);
    return columns + strlen(" -> ");
}

/* ---- what happened ------------------------------------------------------------------------ */

/* How many bytes in this direction the character of UTF-8 goes on that is cut here; 0: it is none. */
static size_t inside(const char *at, int step) {
    size_t bytes = 0;
    for (; bytes < 4 && (*at & 0xc0) == 0x80; at += step)
        bytes++;
    return bytes < 4 ? bytes : 0;
}

/* A name that leaves room for what is said of it, in this room or as it is; NULL: there is none. */
static const char *short_name(const char *name, char room[MOST_NAME + 8]) {
    size_t length = name ? strlen(name) : 0;
    if (length <= MOST_NAME)
        return name;
    size_t head = HEAD - inside(name + HEAD, -1);
    const char *tail = name + length - TAIL;
    tail += inside(tail, 1);
    caw_text out = caw_text_into(room, MOST_NAME + 8);
    caw_put_chars(&out, name, head);
    caw_puts(&out, "...");
    caw_puts(&out, tail);
    caw_text_end(&out);
    return room;
}

static void put_clause(const caw_event *event, uint32_t elements, size_t columns, caw_text *out) {
    char clause[CLAUSE], name[MOST_NAME + 8];
    caw_about about = {.pv = short_name(event->note ? caw_pv(event->note) : NULL, name),
                       .user = event->user,
                       .host = event->host,
                       .elements = elements < CAW_BRIEF_COLUMNS ? elements : CAW_BRIEF_COLUMNS};
    caw_event_summary(event, &about, clause, sizeof clause);
    caw_put_columns(out, clause, strlen(clause), columns);
}

void caw_put_brief(caw_brief *self, const caw_event *event, size_t time, uint32_t elements,
                   caw_text *out) {
    caw_puts(out, "  ");
    size_t taken = time + put_ends(self, event, out) + 2 * strlen("  ");
    caw_puts(out, "  ");
    put_clause(event, elements, taken < CAW_BRIEF_COLUMNS ? CAW_BRIEF_COLUMNS - taken : 0, out);
}
