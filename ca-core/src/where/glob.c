/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pattern is a list of steps, and a text is matched by keeping all steps at which its characters
 * so far could have ended, as a set of bits. Forks and jumps lead forward only, so one look at the
 * set in order follows them all. Nothing is tried twice.
 */
#include "glob.h"

#include "text/text.h"

_Static_assert(GLOB_MOST % 64 == 0, "whole words of bits");

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct {
    caw_view text;
    uint32_t at;
    glob_step *steps;
    uint32_t count, room;
    uint32_t fork;  /* of the last alternative, when `inside` braces */
    uint32_t jumps; /* the last jump, each of which holds the one before it, counted from 1 */
    uint32_t brace; /* where they were opened */
    bool inside;
    bool any_case;
    const char *problem;
} reader;

static uint32_t fold(uint32_t character) {
    return character >= 'A' && character <= 'Z' ? character - 'A' + 'a' : character;
}

static uint32_t next_character(caw_view text, uint32_t *at) {
    uint32_t size = 1;
    uint32_t character = caw_character(text.bytes + *at, text.len - *at, &size);
    if (character == CAW_NO_CHARACTER) /* no name has that */
        size = 1;
    *at += size;
    return character;
}

static bool fail(reader *in, const char *problem) {
    in->problem = problem;
    return false;
}

static glob_step *add(reader *in, glob_kind kind, uint32_t character, uint32_t to) {
    if (in->count == in->room || in->count == GLOB_MOST) {
        fail(in, "the pattern is too long");
        return NULL;
    }
    in->steps[in->count] = (glob_step){kind, character, to};
    return &in->steps[in->count++];
}

static bool is_at(const reader *in, char c) {
    return in->at < in->text.len && in->text.bytes[in->at] == c;
}

static bool skip(reader *in, char c) {
    if (!is_at(in, c))
        return false;
    in->at++;
    return true;
}

/* A character as it stands, after a backslash perhaps. */
static bool read_plain(reader *in, uint32_t *character) {
    skip(in, '\\');
    if (in->at == in->text.len)
        return fail(in, "the pattern ends too early");
    *character = next_character(in->text, &in->at);
    if (in->any_case)
        *character = fold(*character);
    return true;
}

static bool read_range(reader *in) {
    uint32_t first, last;
    if (!read_plain(in, &first))
        return false;
    last = first;
    bool range = is_at(in, '-') && in->at + 1 < in->text.len && in->text.bytes[in->at + 1] != ']';
    if (range) {
        in->at++;
        if (!read_plain(in, &last))
            return false;
    }
    if (last < first)
        return fail(in, "the range goes backwards");
    return add(in, GLOB_RANGE, first, last) != NULL;
}

static bool read_set(reader *in) {
    uint32_t set = in->count;
    bool other = skip(in, '!') || skip(in, '^');
    if (!add(in, other ? GLOB_OTHER : GLOB_SET, 0, 0))
        return false;
    do {
        if (in->at == in->text.len)
            return fail(in, "[ is never closed");
        if (!read_range(in))
            return false;
    } while (!skip(in, ']'));
    in->steps[set].to = in->count;
    return true;
}

/* After [, behind its ]. */
static uint32_t skip_set(caw_view text, uint32_t at) {
    if (at < text.len && (text.bytes[at] == '!' || text.bytes[at] == '^'))
        at++;
    for (bool first = true; at < text.len && (first || text.bytes[at] != ']'); first = false)
        at += text.bytes[at] == '\\' ? 2 : 1;
    return at + 1;
}

/* After {: something to choose from. If not, braces are characters: the PV SR{PS:1}I has them. */
static bool has_alternatives(const reader *in) {
    for (uint32_t at = in->at; at < in->text.len;) {
        uint8_t c = in->text.bytes[at++];
        if (c == ',' || c == '{')
            return true;
        if (c == '}')
            return false;
        if (c == '[')
            at = skip_set(in->text, at);
        else if (c == '\\')
            at++;
    }
    return true;
}

static bool open_braces(reader *in) {
    if (!in->inside && !has_alternatives(in))
        return add(in, GLOB_CHARACTER, '{', 0) != NULL;
    if (in->inside)
        return fail(in, "{ } within { } is not known");
    in->inside = true;
    in->brace = in->at - 1;
    in->fork = in->count;
    in->jumps = 0;
    return add(in, GLOB_FORK, 0, 0) != NULL;
}

/* The alternative so far is one; here begins the next. */
static bool next_alternative(reader *in) {
    if (!add(in, GLOB_JUMP, 0, in->jumps))
        return false;
    in->jumps = in->count;
    in->steps[in->fork].to = in->count;
    in->fork = in->count;
    return add(in, GLOB_FORK, 0, 0) != NULL;
}

/* The last fork has no other alternative. */
static bool close_braces(reader *in) {
    in->steps[in->fork].to = in->fork + 1;
    for (uint32_t jump = in->jumps; jump;) {
        glob_step *step = &in->steps[jump - 1];
        jump = step->to;
        step->to = in->count;
    }
    in->inside = false;
    return true;
}

static bool read_step(reader *in) {
    uint32_t character;
    if (skip(in, '*'))
        return add(in, GLOB_ANY, 0, 0) != NULL;
    if (skip(in, '?'))
        return add(in, GLOB_ONE, 0, 0) != NULL;
    if (skip(in, '['))
        return read_set(in);
    if (skip(in, '{'))
        return open_braces(in);
    if (in->inside && skip(in, ','))
        return next_alternative(in);
    if (in->inside && skip(in, '}'))
        return close_braces(in);
    return read_plain(in, &character) && add(in, GLOB_CHARACTER, character, 0) != NULL;
}

bool caw_glob_read(caw_view pattern, bool any_case, glob_step *steps, uint32_t room, glob *self,
                   const char **problem, uint32_t *at) {
    reader in = {.text = pattern, .steps = steps, .room = room, .any_case = any_case};
    bool good = true;
    while (good && in.at < pattern.len) {
        *at = in.at;
        good = read_step(&in);
    }
    if (good && in.inside) {
        *at = in.brace;
        good = fail(&in, "{ is never closed");
    }
    *problem = in.problem;
    *self = (glob){steps, in.count, any_case};
    return good;
}

/* ---- matching ----------------------------------------------------------------------------- */

/* Steps to be taken next; the one after the last is the end. */
typedef struct {
    uint64_t bits[GLOB_MOST / 64 + 1];
} places;

static void put(places *set, uint32_t place) {
    set->bits[place / 64] |= (uint64_t)1 << place % 64;
}

static bool has(const places *set, uint32_t place) {
    return set->bits[place / 64] >> place % 64 & 1;
}

/* A place, and all that it leads to without a character. */
static void enter(const glob *self, places *set, uint32_t place) {
    while (!has(set, place)) {
        put(set, place);
        if (place == self->count)
            return;
        const glob_step *step = &self->steps[place];
        if (step->kind == GLOB_FORK)
            enter(self, set, step->to);
        if (step->kind == GLOB_JUMP)
            place = step->to;
        else if (step->kind == GLOB_FORK || step->kind == GLOB_ANY)
            place++;
        else
            return;
    }
}

static bool is_one_of(const glob *self, const glob_step *set, uint32_t place, uint32_t character) {
    for (uint32_t i = place + 1; i < set->to; i++)
        if (character >= self->steps[i].character && character <= self->steps[i].to)
            return true;
    return false;
}

/* Takes one step with a character; adds what comes after it to `next`. */
static void take(const glob *self, uint32_t place, uint32_t character, places *next) {
    const glob_step *step = &self->steps[place];
    switch (step->kind) {
    case GLOB_CHARACTER:
        if (step->character == character)
            enter(self, next, place + 1);
        break;
    case GLOB_ONE:
        enter(self, next, place + 1);
        break;
    case GLOB_ANY:
        enter(self, next, place);
        break;
    case GLOB_SET:
    case GLOB_OTHER:
        if (is_one_of(self, step, place, character) == (step->kind == GLOB_SET))
            enter(self, next, step->to);
        break;
    case GLOB_RANGE:
    case GLOB_FORK:
    case GLOB_JUMP:
        break;
    }
}

/* Whatever comes, the rest is any characters. */
static bool is_decided(const glob *self, const places *now) {
    return self->count && self->steps[self->count - 1].kind == GLOB_ANY &&
           has(now, self->count - 1);
}

bool caw_glob_matches(const glob *self, caw_view text) {
    places now = {{0}};
    enter(self, &now, 0);
    for (uint32_t at = 0; at < text.len;) {
        places next = {{0}};
        bool any = false;
        if (is_decided(self, &now))
            return true;
        uint32_t character = next_character(text, &at);
        if (self->any_case)
            character = fold(character);
        for (uint32_t place = 0; place < self->count; place++)
            if (has(&now, place))
                take(self, place, character, &next);
        for (size_t i = 0; i < sizeof next.bits / sizeof *next.bits; i++)
            any |= next.bits[i] != 0;
        if (!any)
            return false;
        now = next;
    }
    return has(&now, self->count);
}
