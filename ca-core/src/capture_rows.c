/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tests whether a message is of one of some rows: where the command alone does not say so, by the
 * port that a server has, and by what the header of one row has and the other has not.
 */
#include "capture.h"

#include <string.h>

capture_rows capture_rows_on(caw_transport transport) {
    capture_rows rows = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (caw_message_rows[i].transport & transport)
            rows |= capture_row(i);
    return rows;
}

/* What tells a row apart from the others of its command that are not meant. */
typedef struct {
    capture_shape always;
    capture_shape elsewhere; /* and this when the port does not tell the side */
    caw_side side;           /* CAW_NOBODY: no need to know */
} row_need;

/* The rows of the same command on this transport that are not in the set. */
static capture_rows others_of(size_t row, capture_rows set, caw_transport transport) {
    capture_rows others = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (caw_message_rows[i].command == caw_message_rows[row].command &&
            caw_message_rows[i].transport & transport)
            others |= capture_row(i);
    return others & ~set;
}

static row_need need_of(size_t row, capture_rows others) {
    row_need found = {capture_any_shape, capture_any_shape, CAW_NOBODY};
    capture_shape own = capture_shape_of(&caw_message_rows[row]);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        if (!(others & capture_row(i)))
            continue;
        capture_shape other = capture_shape_of(&caw_message_rows[i]);
        capture_shape difference = capture_difference(own, &other);
        capture_add(&found.elsewhere, &difference);
        if (caw_message_rows[i].speaker == caw_message_rows[row].speaker)
            capture_add(&found.always, &difference);
        else
            found.side = caw_message_rows[row].speaker;
    }
    return found;
}

static bool same_need(const row_need *one, const row_need *other) {
    return one->side == other->side && capture_same_shape(&one->always, &other->always) &&
           capture_same_shape(&one->elsewhere, &other->elsewhere);
}

static uint32_t commands_of(capture_rows set) {
    uint32_t commands = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i))
            commands |= (uint32_t)1 << caw_message_rows[i].command;
    return commands;
}

/* What every row of a command allows. */
static void find_limits(capture_rows set, capture_shape limits[CAW_COMMANDS]) {
    memset(limits, 0, sizeof *limits * CAW_COMMANDS);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i)) {
            capture_shape own = capture_shape_of(&caw_message_rows[i]);
            own.most[CAPTURE_SIZE] = own.extended ? UINT32_MAX : own.most_size;
            capture_widen(&limits[caw_message_rows[i].command], &own);
        }
}

/* Commands with the same limit as the first that has one are taken out together. */
static void put_limits(capture_list *all, capture_spot spot, int word,
                       const capture_shape limits[CAW_COMMANDS], uint32_t commands) {
    for (uint32_t i = 0; i < CAW_COMMANDS; i++) {
        uint32_t most = limits[i].most[word], alike = 0;
        if (!(commands >> i & 1) || most == UINT32_MAX)
            continue;
        for (uint32_t j = i; j < CAW_COMMANDS; j++)
            if (commands >> j & 1 && limits[j].most[word] == most)
                alike |= (uint32_t)1 << j;
        commands &= ~alike;
        capture_next(all);
        caw_puts(all->out, "(not ");
        capture_put_commands(all->out, spot, alike);
        caw_puts(all->out, " or ");
        capture_put_test(all->out, spot, capture_words[word], most ? "<=" : "=", most);
        caw_put(all->out, ')');
    }
}

void capture_put_sane(capture_list *all, capture_spot spot, capture_rows set) {
    capture_shape limits[CAW_COMMANDS];
    uint32_t commands = commands_of(set);
    find_limits(set, limits);
    capture_next(all);
    capture_put_commands(all->out, spot, commands);
    caw_puts(all->out, " and (");
    capture_put_load(all->out, spot, capture_words[CAPTURE_SIZE].at, 2);
    caw_puts(all->out, "&7=0 or ");
    capture_put_extended(all->out, spot);
    caw_puts(all->out, ") and (");
    capture_put_test(all->out, spot, (capture_word){0, 4}, ">", 0);
    caw_puts(all->out, " or ");
    capture_put_test(all->out, spot, (capture_word){4, 4}, ">", 0);
    caw_put(all->out, ')');
    for (int word = 0; word < CAPTURE_WORDS; word++)
        put_limits(all, spot, word, limits, commands);
}

static const char *port_of(caw_side speaker) {
    return speaker == CAW_SERVER ? "src port " CAPTURE_SERVER_PORT
                                 : "dst port " CAPTURE_SERVER_PORT;
}

static caw_side opposite(caw_side side) {
    return side == CAW_SERVER ? CAW_CLIENT : CAW_SERVER;
}

/* The port says so, or it says nothing and (here the caller goes on, and closes). */
static void open_side(capture_list *all, caw_side side) {
    capture_next(all);
    caw_put(all->out, '(');
    caw_puts(all->out, port_of(side));
    caw_puts(all->out, " or (not ");
    caw_puts(all->out, port_of(opposite(side)));
}

static void close_side(capture_list *all) {
    caw_puts(all->out, "))");
}

static void put_may(capture_list *all, capture_spot spot, const row_need *need) {
    capture_put_shape(all, spot, &need->always);
    if (need->side == CAW_NOBODY)
        return;
    open_side(all, need->side);
    capture_list inner = {all->out, " and ", true};
    capture_put_shape(&inner, spot, &need->elsewhere);
    close_side(all);
}

/* Not what only the other has. */
static void put_not_other(capture_list *all, capture_spot spot, const capture_shape *own,
                          size_t other) {
    capture_shape theirs = capture_shape_of(&caw_message_rows[other]);
    capture_shape difference = capture_difference(theirs, own);
    capture_next(all);
    if (capture_same_shape(&difference, &capture_any_shape)) { /* it could always be the other */
        caw_puts(all->out, "ip[0]=0");                         /* never */
        return;
    }
    caw_puts(all->out, "not (");
    capture_list inner = {all->out, " and ", false};
    capture_put_shape(&inner, spot, &difference);
    caw_put(all->out, ')');
}

static void put_not_others(capture_list *all, capture_spot spot, size_t row, capture_rows others,
                           bool same_side) {
    capture_shape own = capture_shape_of(&caw_message_rows[row]);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (others & capture_row(i) &&
            (caw_message_rows[i].speaker == caw_message_rows[row].speaker) == same_side)
            put_not_other(all, spot, &own, i);
}

static void put_surely(capture_list *all, capture_spot spot, size_t row, capture_rows others) {
    capture_shape own = capture_shape_of(&caw_message_rows[row]);
    if (!others)
        return;
    capture_put_shape(all, spot, &own);
    put_not_others(all, spot, row, others, true);
    caw_side side = need_of(row, others).side;
    if (side == CAW_NOBODY)
        return;
    open_side(all, side);
    capture_list inner = {all->out, " and ", true};
    put_not_others(&inner, spot, row, others, false);
    close_side(all);
}

static row_need how_to_tell(size_t row, capture_spot spot, capture_rows set,
                            capture_certainty certainty) {
    row_need found = {capture_any_shape, capture_any_shape, CAW_NOBODY};
    if (certainty == MAY)
        return need_of(row, others_of(row, set, spot.transport));
    if (certainty == PLAIN)
        found.always = capture_shape_of(&caw_message_rows[row]);
    return found;
}

/* Takes the rows that need the same out of a set; their commands as bits. */
static uint32_t take_alike(const row_need *needs, const row_need *one, capture_rows *set) {
    uint32_t commands = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (*set & capture_row(i) && same_need(one, &needs[i])) {
            commands |= (uint32_t)1 << caw_message_rows[i].command;
            *set &= ~capture_row(i);
        }
    return commands;
}

/* One of the set, but not surely. Rows that are told apart in the same way come together. */
static void put_groups(caw_text *out, capture_spot spot, capture_rows set,
                       capture_certainty certainty) {
    row_need needs[CAPTURE_ROWS] = {0};
    capture_list either = {out, " or ", false};
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i))
            needs[i] = how_to_tell(i, spot, set, certainty);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i)) {
            capture_next(&either);
            caw_put(out, '(');
            capture_put_commands(out, spot, take_alike(needs, &needs[i], &set));
            capture_list all = {out, " and ", true};
            put_may(&all, spot, &needs[i]);
            caw_put(out, ')');
        }
}

static void put_each(caw_text *out, capture_spot spot, capture_rows set) {
    capture_list either = {out, " or ", false};
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i)) {
            capture_next(&either);
            caw_put(out, '(');
            capture_put_commands(out, spot, (uint32_t)1 << caw_message_rows[i].command);
            capture_list all = {out, " and ", true};
            put_surely(&all, spot, i, others_of(i, set, spot.transport));
            caw_put(out, ')');
        }
}

/* Some of these rows share their command with others. */
static bool has_others(capture_rows set, caw_transport transport) {
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i) && others_of(i, set, transport))
            return true;
    return false;
}

void capture_put_rows(caw_text *out, capture_spot spot, capture_rows set,
                      capture_certainty certainty) {
    caw_put(out, '(');
    if (certainty == SURELY) {
        capture_list all = {out, " and ", false};
        capture_put_sane(&all, spot, set);
        if (has_others(set, spot.transport)) {
            caw_puts(out, " and (");
            put_each(out, spot, set);
            caw_put(out, ')');
        }
    } else {
        put_groups(out, spot, set, certainty);
    }
    caw_put(out, ')');
}

bool capture_has_look_alike(capture_rows rows) {
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (rows & capture_row(i) && need_of(i, others_of(i, rows, CAW_TCP)).side != CAW_NOBODY)
            return true;
    return false;
}
