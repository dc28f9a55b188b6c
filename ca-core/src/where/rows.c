/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tests whether a message is of one of some rows: where the command alone does not say so, by the
 * port that a server has, and by what the header of one row has and the other has not.
 */
#include "where.h"

#include <string.h>

where_rows caw_where_rows_on(caw_transport transport) {
    where_rows rows = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (caw_message_rows[i].transport & transport)
            rows |= caw_where_row(i);
    return rows;
}

/* What tells a row apart from the others of its command that are not meant. */
typedef struct {
    where_shape always;
    where_shape elsewhere; /* and this when the port does not tell the side */
    caw_side side;         /* CAW_SIDE_NOBODY: no need to know */
} row_need;

/* The rows of the same command on this transport that are not in the set. */
static where_rows others_of(size_t row, where_rows set, caw_transport transport) {
    where_rows others = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (caw_message_rows[i].command == caw_message_rows[row].command &&
            caw_message_rows[i].transport & transport)
            others |= caw_where_row(i);
    return others & ~set;
}

static row_need need_of(size_t row, where_rows others) {
    row_need found = {caw_where_any_shape, caw_where_any_shape, CAW_SIDE_NOBODY};
    where_shape own = caw_where_shape_of(&caw_message_rows[row]);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        if (!(others & caw_where_row(i)))
            continue;
        where_shape other = caw_where_shape_of(&caw_message_rows[i]);
        where_shape difference = caw_where_difference(own, &other);
        caw_where_add(&found.elsewhere, &difference);
        if (caw_message_rows[i].speaker == caw_message_rows[row].speaker)
            caw_where_add(&found.always, &difference);
        else
            found.side = caw_message_rows[row].speaker;
    }
    return found;
}

static bool same_need(const row_need *one, const row_need *other) {
    return one->side == other->side && caw_where_same_shape(&one->always, &other->always) &&
           caw_where_same_shape(&one->elsewhere, &other->elsewhere);
}

static uint32_t commands_of(where_rows set) {
    uint32_t commands = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & caw_where_row(i))
            commands |= (uint32_t)1 << caw_message_rows[i].command;
    return commands;
}

/* What every row of a command allows. */
static void find_limits(where_rows set, where_shape limits[CAW_COMMANDS]) {
    memset(limits, 0, sizeof *limits * CAW_COMMANDS);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & caw_where_row(i)) {
            where_shape own = caw_where_shape_of(&caw_message_rows[i]);
            own.most[WHERE_SIZE] = own.extended ? UINT32_MAX : own.most_size;
            caw_where_widen(&limits[caw_message_rows[i].command], &own);
        }
}

/* Commands with the same limit as the first that has one are taken out together. */
static void put_limits(where_list *all, where_spot spot, int word,
                       const where_shape limits[CAW_COMMANDS], uint32_t commands) {
    for (uint32_t i = 0; i < CAW_COMMANDS; i++) {
        uint32_t most = limits[i].most[word], alike = 0;
        if (!(commands >> i & 1) || most == UINT32_MAX)
            continue;
        for (uint32_t j = i; j < CAW_COMMANDS; j++)
            if (commands >> j & 1 && limits[j].most[word] == most)
                alike |= (uint32_t)1 << j;
        commands &= ~alike;
        caw_where_next(all);
        caw_puts(all->out, "(not ");
        caw_where_put_commands(all->out, spot, alike);
        caw_puts(all->out, " or ");
        caw_where_put_test(all->out, spot, caw_where_header[word], most ? "<=" : "=", most);
        caw_put(all->out, ')');
    }
}

void caw_where_put_sane(where_list *all, where_spot spot, where_rows set) {
    where_shape limits[CAW_COMMANDS];
    uint32_t commands = commands_of(set);
    find_limits(set, limits);
    caw_where_next(all);
    caw_where_put_commands(all->out, spot, commands);
    caw_puts(all->out, " and (");
    caw_where_put_load(all->out, spot, caw_where_header[WHERE_SIZE].at, 2);
    caw_puts(all->out, "&7=0 or ");
    caw_where_put_extended(all->out, spot);
    caw_puts(all->out, ") and (");
    caw_where_put_test(all->out, spot, (where_word){0, 4}, ">", 0);
    caw_puts(all->out, " or ");
    caw_where_put_test(all->out, spot, (where_word){4, 4}, ">", 0);
    caw_put(all->out, ')');
    for (int word = 0; word < WHERE_WORDS; word++)
        put_limits(all, spot, word, limits, commands);
}

static const char *port_of(caw_side speaker) {
    return speaker == CAW_SIDE_SERVER ? "src port " WHERE_SERVER_PORT
                                      : "dst port " WHERE_SERVER_PORT;
}

static caw_side opposite(caw_side side) {
    return side == CAW_SIDE_SERVER ? CAW_SIDE_CLIENT : CAW_SIDE_SERVER;
}

/* The port says so, or it says nothing and (here the caller goes on, and closes). */
static void open_side(where_list *all, caw_side side) {
    caw_where_next(all);
    caw_put(all->out, '(');
    caw_puts(all->out, port_of(side));
    caw_puts(all->out, " or (not ");
    caw_puts(all->out, port_of(opposite(side)));
}

static void close_side(where_list *all) {
    caw_puts(all->out, "))");
}

static void put_may(where_list *all, where_spot spot, const row_need *need) {
    caw_where_put_shape(all, spot, &need->always);
    if (need->side == CAW_SIDE_NOBODY)
        return;
    open_side(all, need->side);
    where_list inner = {all->out, " and ", true};
    caw_where_put_shape(&inner, spot, &need->elsewhere);
    close_side(all);
}

/* Not what only the other has. */
static void put_not_other(where_list *all, where_spot spot, const where_shape *own, size_t other) {
    where_shape theirs = caw_where_shape_of(&caw_message_rows[other]);
    where_shape difference = caw_where_difference(theirs, own);
    caw_where_next(all);
    if (caw_where_same_shape(&difference,
                             &caw_where_any_shape)) { /* it could always be the other */
        caw_puts(all->out, "ip[0]=0");                /* never */
        return;
    }
    caw_puts(all->out, "not (");
    where_list inner = {all->out, " and ", false};
    caw_where_put_shape(&inner, spot, &difference);
    caw_put(all->out, ')');
}

static void put_not_others(where_list *all, where_spot spot, size_t row, where_rows others,
                           bool same_side) {
    where_shape own = caw_where_shape_of(&caw_message_rows[row]);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (others & caw_where_row(i) &&
            (caw_message_rows[i].speaker == caw_message_rows[row].speaker) == same_side)
            put_not_other(all, spot, &own, i);
}

static void put_surely(where_list *all, where_spot spot, size_t row, where_rows others) {
    where_shape own = caw_where_shape_of(&caw_message_rows[row]);
    if (!others)
        return;
    caw_where_put_shape(all, spot, &own);
    put_not_others(all, spot, row, others, true);
    caw_side side = need_of(row, others).side;
    if (side == CAW_SIDE_NOBODY)
        return;
    open_side(all, side);
    where_list inner = {all->out, " and ", true};
    put_not_others(&inner, spot, row, others, false);
    close_side(all);
}

static row_need how_to_tell(size_t row, where_spot spot, where_rows set,
                            where_certainty certainty) {
    row_need found = {caw_where_any_shape, caw_where_any_shape, CAW_SIDE_NOBODY};
    if (certainty == MAY)
        return need_of(row, others_of(row, set, spot.transport));
    if (certainty == PLAIN)
        found.always = caw_where_shape_of(&caw_message_rows[row]);
    return found;
}

/* Takes the rows that need the same out of a set; their commands as bits. */
static uint32_t take_alike(const row_need *needs, const row_need *one, where_rows *set) {
    uint32_t commands = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (*set & caw_where_row(i) && same_need(one, &needs[i])) {
            commands |= (uint32_t)1 << caw_message_rows[i].command;
            *set &= ~caw_where_row(i);
        }
    return commands;
}

/* One of the set, but not surely. Rows that are told apart in the same way come together. */
static void put_groups(caw_text *out, where_spot spot, where_rows set, where_certainty certainty) {
    row_need needs[WHERE_ROWS] = {0};
    where_list either = {out, " or ", false};
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & caw_where_row(i))
            needs[i] = how_to_tell(i, spot, set, certainty);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & caw_where_row(i)) {
            caw_where_next(&either);
            caw_put(out, '(');
            caw_where_put_commands(out, spot, take_alike(needs, &needs[i], &set));
            where_list all = {out, " and ", true};
            put_may(&all, spot, &needs[i]);
            caw_put(out, ')');
        }
}

static void put_each(caw_text *out, where_spot spot, where_rows set) {
    where_list either = {out, " or ", false};
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & caw_where_row(i)) {
            caw_where_next(&either);
            caw_put(out, '(');
            caw_where_put_commands(out, spot, (uint32_t)1 << caw_message_rows[i].command);
            where_list all = {out, " and ", true};
            put_surely(&all, spot, i, others_of(i, set, spot.transport));
            caw_put(out, ')');
        }
}

/* Some of these rows share their command with others. */
static bool has_others(where_rows set, caw_transport transport) {
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & caw_where_row(i) && others_of(i, set, transport))
            return true;
    return false;
}

void caw_where_put_rows(caw_text *out, where_spot spot, where_rows set, where_certainty certainty) {
    caw_put(out, '(');
    if (certainty == SURELY) {
        where_list all = {out, " and ", false};
        caw_where_put_sane(&all, spot, set);
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

bool caw_where_has_look_alike(where_rows rows) {
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (rows & caw_where_row(i) &&
            need_of(i, others_of(i, rows, CAW_TRANSPORT_TCP)).side != CAW_SIDE_NOBODY)
            return true;
    return false;
}
