/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines: what the tokens of a format are for an event, and the line without a format. */
#include "brief.h"
#include "data/data.h"
#include "format.h"
#include "history/moment.h"
#include "text/value.h"
#include "timing.h"

/* From one end to the other, as the default line has it: " 10.0.0.1:5064->10.0.0.2:40000 ". */
typedef struct {
    caw_end source, target;
    size_t length; /* 0: none was made */
    char text[2 * CAW_END_TEXT + 20];
} route;

/* What the default line of an event begins with, and of which event that was last made. */
typedef struct {
    caw_moment now;
    bool exact;
    const route *route;
    size_t length;
    char text[sizeof((route *)0)->text + 50]; /* two numbers of 20 digits before it */
} beginning;

/* One of the kinds of lines. False when a value does not suit the format. */
typedef bool put_function(caw_lines *self, const caw_event *event, caw_text *out);

struct caw_lines {
    caw_memory memory;
    caw_format *format; /* NULL: the default, or the short line */
    caw_data *data;     /* JSON and CSV; NULL: neither */
    put_function *put;
    bool csv;
    bool circuits;
    uint32_t elements; /* of arrays in commands */
    uint32_t shown;    /* of arrays in the short line and in {value}; 0: as usual */
    caw_timing timing;
    caw_brief columns;
    char problem[CAW_LINES_PROBLEM];
    beginning last;
    route routes[2]; /* the latest: mostly both ways of a connection */
    unsigned oldest; /* of those */

    /* The event being printed. */
    const caw_event *event;
    bool parsed; /* its frame is in `packet` */
    caw_packet packet;
    caw_attribute attribute;
    const char *word; /* of its command */
    bool later;       /* what depends on the line before is left out */
    char address[CAW_END_TEXT];
    char fact[CAW_FACT_TEXT];
};

/* What a name may begin with, beside the facts. */
static const char *const tokens[] = {
    "timestamp", "elapsed", "ethernet", "ip", "transport", "command", "message", "value",
    "severity",  "src",     "dst",      "pv", "user",      "host",    "dt",      "frame"};

enum { TOKENS = sizeof tokens / sizeof *tokens };

/* All that a name may begin with; ends with NULL. */
typedef struct {
    const char *name[TOKENS + CAW_FACTS + 1];
} token_list;

static bool is_token(const char *name) {
    for (size_t i = 0; i < TOKENS; i++)
        if (strcmp(name, tokens[i]) == 0)
            return true;
    return false;
}

static token_list all_tokens(void) {
    token_list list = {.name = {NULL}};
    size_t count = 0;
    for (size_t i = 0; i < TOKENS; i++)
        list.name[count++] = tokens[i];
    for (int id = 0; id < CAW_FACTS; id++)
        if (!is_token(caw_fact_rows[id].key))
            list.name[count++] = caw_fact_rows[id].key;
    return list;
}

/* The room that is left for one of the core's writers. */
static char *left_of(const caw_text *out, size_t *size) {
    *size = out->length < out->size ? out->size - out->length : 0;
    return *size ? out->text + out->length : NULL;
}

/* ---- values ----------------------------------------------------------------------------- */

static void put_command(const caw_lines *self, const caw_event *event, caw_text *out) {
    size_t size;
    char *text = left_of(out, &size);
    out->length += event->kind == CAW_EVENT_MESSAGE /* mostly */
                       ? caw_line_shortened(&event->message, self->elements, text, size)
                       : caw_event_line(event, self->elements, text, size);
}

static void print_command(const void *object, bool repr, caw_text *out) {
    const caw_lines *self = object;
    (void)repr;
    put_command(self, self->event, out);
}

static void print_attribute(const void *object, bool repr, caw_text *out) {
    const caw_lines *self = object;
    size_t size;
    char *text = left_of(out, &size);
    out->length += caw_packet_text(&self->packet, &self->attribute, repr, text, size);
}

static caw_value number(int64_t integer) {
    return (caw_value){.kind = CAW_VALUE_INT, .integer = integer};
}

static caw_value text_of(const char *text) {
    return (caw_value){.kind = CAW_VALUE_TEXT, .text = text, .length = strlen(text)};
}

static caw_value get_timestamp(caw_lines *self) {
    if (self->later)
        return (caw_value){.kind = CAW_VALUE_LATER};
    return caw_timing_value(&self->timing, self->event);
}

static caw_value get_address(caw_lines *self, const caw_end *end) {
    caw_end_text(end, self->address, sizeof self->address);
    return text_of(self->address);
}

static void print_name(const void *name, bool repr, caw_text *out) {
    (void)repr;
    caw_put_utf8(out, caw_view_of(name));
}

/* A name from the wire. */
static caw_value get_name(const char *name) {
    if (!name)
        return (caw_value){.kind = CAW_VALUE_NONE};
    return (caw_value){
        .kind = CAW_VALUE_TEXT, .print = print_name, .object = name, .foreign = true};
}

/* Seconds from the request to this answer. */
static caw_value get_dt(const caw_event *event) {
    const caw_note *note = event->note;
    if (!note || note->turn != CAW_TURN_RESPONSE || !note->exchange)
        return (caw_value){.kind = CAW_VALUE_NONE};
    const caw_moment *asked = &note->exchange->request;
    caw_moment answered = caw_event_sent(event);
    return (caw_value){.kind = CAW_VALUE_REAL, .real = (double)caw_between(asked, &answered) / 1e9};
}

static void print_value(const void *object, bool repr, caw_text *out) {
    const caw_lines *self = object;
    size_t size;
    char *text = left_of(out, &size);
    (void)repr;
    out->length += caw_plain_value(&self->event->message,
                                   self->shown ? self->shown : CAW_ELEMENTS_SHOWN, text, size);
}

static caw_value get_plain_value(const caw_lines *self) {
    const caw_event *event = self->event;
    if (event->kind != CAW_EVENT_MESSAGE || caw_broken(&event->message) ||
        !caw_has_value(&event->message))
        return (caw_value){.kind = CAW_VALUE_NONE};
    return (caw_value){.kind = CAW_VALUE_TEXT, .print = print_value, .object = self};
}

static caw_value get_severity(const caw_event *event) {
    const caw_message *message = &event->message;
    caw_field field;
    const caw_name *name = NULL;
    if (event->kind == CAW_EVENT_MESSAGE && message->dbr && message->dbr->meta &&
        caw_find(message, CAW_FIELD_ALARM_SEVERITY, &field))
        name = caw_name_of(caw_alarm_severity_names, (uint32_t)field.number);
    return name ? text_of(name->name) : (caw_value){.kind = CAW_VALUE_NONE};
}

static caw_value get_fact(caw_lines *self, caw_fact_id id) {
    caw_fact_value fact;
    if (!caw_fact(self->event, id, &fact, self->fact, sizeof self->fact))
        return (caw_value){.kind = CAW_VALUE_NONE};
    const char *name = caw_fact_name(id, &fact);
    switch (caw_fact_rows[id].kind) {
    case CAW_FACT_IS_TEXT:
    case CAW_FACT_IS_ADDRESS:
        return text_of(self->fact);
    case CAW_FACT_IS_DURATION:
        return (caw_value){.kind = CAW_VALUE_REAL, .real = (double)fact.nanoseconds / 1e9};
    default:
        return name ? text_of(name) : number((int64_t)fact.number);
    }
}

/* The attribute of ethernet, ip or transport that was found. */
static caw_value get_attribute(const caw_lines *self) {
    switch (self->attribute.kind) {
    case CAW_ATTRIBUTE_NUMBER:
        return number(self->attribute.number);
    case CAW_ATTRIBUTE_OBJECT:
        return (caw_value){.kind = CAW_VALUE_OBJECT, .print = print_attribute, .object = self};
    case CAW_ATTRIBUTE_NONE:
        break;
    }
    return (caw_value){.kind = CAW_VALUE_NONE};
}

static bool find_attribute(caw_lines *self, const char *name) {
    if (!self->parsed) {
        const caw_view *frame = &self->event->frame;
        caw_packet_parse(frame->bytes, frame->len, self->event->link, &self->packet);
        self->parsed = true;
    }
    return caw_packet_find(&self->packet, name, &self->attribute);
}

/* ---- words of the command --------------------------------------------------------------- */

static const char class_name[] = "__class__.__name__";

static bool is_word(const char *name) {
    return strcmp(name, class_name) == 0 || caw_event_is_word(name);
}

static void print_word(const void *object, bool repr, caw_text *out) {
    const caw_lines *self = object;
    caw_word_value word;
    size_t size;
    char *text = left_of(out, &size);
    (void)repr;
    caw_event_word(self->event, self->word, self->elements, &word, text, size);
    out->length += word.length;
}

static caw_value value_of_word(const caw_lines *self, const caw_word_value *word) {
    if (word->kind == CAW_WORD_NUMBER)
        return number(word->number);
    if (word->kind == CAW_WORD_REAL)
        return (caw_value){.kind = CAW_VALUE_REAL, .real = word->real};
    return (caw_value){.kind = CAW_VALUE_TEXT,
                       .print = print_word,
                       .object = self,
                       .foreign = word->kind == CAW_WORD_STRING};
}

/* A word of the command's line; None when this command has no such word and another has. */
static bool get_word(caw_lines *self, const char *name, caw_value *value) {
    const caw_event *event = self->event;
    caw_word_value word;
    if (strcmp(name, class_name) == 0)
        *value = text_of(caw_event_class(event));
    else if (caw_event_word(event, name, self->elements, &word, NULL, 0))
        *value = value_of_word(self, &word);
    else
        return is_word(name);
    self->word = name;
    return true;
}

/* ---- tokens ----------------------------------------------------------------------------- */

static const char command_prefix[] = "command.";

static bool is_command_word(const char *name) {
    return strncmp(name, command_prefix, sizeof command_prefix - 1) == 0;
}

static bool get_value(void *user, const char *name, caw_value *value) {
    caw_lines *self = user;
    const caw_event *event = self->event;

    if (strcmp(name, "timestamp") == 0)
        *value = get_timestamp(self);
    else if (strcmp(name, "src") == 0)
        *value = get_address(self, &event->source);
    else if (strcmp(name, "dst") == 0)
        *value = get_address(self, &event->target);
    else if (strcmp(name, "transport.sport") == 0)
        *value = number(event->source.port);
    else if (strcmp(name, "transport.dport") == 0)
        *value = number(event->target.port);
    else if (strcmp(name, "frame") == 0)
        *value = number(event->now.frame);
    else if (strcmp(name, "pv") == 0)
        *value = get_name(event->note ? caw_pv(event->note) : NULL);
    else if (strcmp(name, "user") == 0)
        *value = get_name(event->user);
    else if (strcmp(name, "host") == 0)
        *value = get_name(event->host);
    else if (strcmp(name, "dt") == 0)
        *value = get_dt(event);
    else if (strcmp(name, "command") == 0)
        *value = (caw_value){.kind = CAW_VALUE_OBJECT, .print = print_command, .object = self};
    else if (strcmp(name, "message") == 0)
        *value = text_of(caw_event_class(event));
    else if (strcmp(name, "value") == 0)
        *value = get_plain_value(self);
    else if (strcmp(name, "severity") == 0)
        *value = get_severity(event);
    else if (strcmp(name, "elapsed") == 0)
        *value = caw_timing_between(&event->began, event);
    else if (is_command_word(name))
        return get_word(self, name + sizeof command_prefix - 1, value);
    else if (caw_fact_find(name) < CAW_FACTS)
        *value = get_fact(self, caw_fact_find(name));
    else if (find_attribute(self, name))
        *value = get_attribute(self);
    else
        return false;
    return true;
}

/* Finds names that no message could ever have before the first event does: all are None. */
static bool check_name(void *user, const char *name, caw_value *value) {
    caw_packet packet;
    caw_attribute attribute;
    (void)user;
    value->kind = CAW_VALUE_NONE;
    if (is_command_word(name))
        return is_word(name + sizeof command_prefix - 1);
    if (is_token(name) || caw_fact_find(name) < CAW_FACTS)
        return true;
    caw_packet_parse(NULL, 0, CAW_LINK_UNKNOWN, &packet);
    return caw_packet_find(&packet, name, &attribute);
}

/* ---- the default ------------------------------------------------------------------------ */

static void put_end(const caw_end *end, caw_text *out) {
    char address[CAW_END_TEXT];
    caw_end_text(end, address, sizeof address);
    caw_puts(out, address);
    caw_put(out, ':');
    caw_put_unsigned(out, end->port);
}

static bool is_same_end(const caw_end *one, const caw_end *other) {
    return one->port == other->port && one->size == other->size &&
           memcmp(one->bytes, other->bytes, sizeof one->bytes) == 0;
}

static void make_route(route *self, const caw_event *event) {
    caw_text out = caw_text_into(self->text, sizeof self->text);
    self->source = event->source;
    self->target = event->target;
    caw_put(&out, ' ');
    put_end(&event->source, &out);
    caw_puts(&out, "->");
    put_end(&event->target, &out);
    caw_put(&out, ' ');
    self->length = out.length;
}

static const route *route_of(caw_lines *self, const caw_event *event) {
    for (unsigned i = 0; i < 2; i++) {
        const route *known = &self->routes[i];
        if (known->length && is_same_end(&event->source, &known->source) &&
            is_same_end(&event->target, &known->target))
            return known;
    }
    route *made = &self->routes[self->oldest];
    self->oldest = !self->oldest;
    self->last.length = 0; /* it may have been of that one */
    make_route(made, event);
    return made;
}

/* It begins as the last one did. */
static bool begins_alike(const caw_event *event, const route *way, const beginning *last) {
    return last->length && event->now.seconds == last->now.seconds &&
           event->now.nanoseconds == last->now.nanoseconds && event->exact == last->exact &&
           way == last->route;
}

static void begin(const caw_event *event, const route *way, beginning *last) {
    caw_text out = caw_text_into(last->text, sizeof last->text);
    last->now = event->now;
    last->exact = event->exact;
    last->route = way;
    caw_put_epoch(event, &out);
    caw_put_chars(&out, way->text, way->length);
    last->length = out.length;
}

/* The same as a format. */
static const char default_format[] =
    "{timestamp} {src}:{transport.sport}->{dst}:{transport.dport} {command}";

static bool put_default(caw_lines *self, const caw_event *event, caw_text *out) {
    const route *way = route_of(self, event);
    if (!begins_alike(event, way, &self->last))
        begin(event, way, &self->last);
    caw_put_chars(out, self->last.text, self->last.length);
    put_command(self, event, out);
    return true;
}

/* ---- the short line --------------------------------------------------------------------- */

static void put_time(const caw_lines *self, const caw_event *event, caw_text *out) {
    if (self->later)
        caw_put(out, '\0');
    else
        caw_timing_put(&self->timing, event, out);
}

static bool put_short(caw_lines *self, const caw_event *event, caw_text *out) {
    char time[CAW_DATE_TEXT];
    caw_text columns = caw_text_into(time, sizeof time);
    caw_timing_put(&self->timing, event, &columns);
    put_time(self, event, out);
    caw_put_brief(&self->columns, event, columns.length, self->shown, out);
    return true;
}

/* ---- JSON and CSV ----------------------------------------------------------------------- */

static bool put_data(caw_lines *self, const caw_event *event, caw_text *out) {
    caw_text why = caw_text_into(self->problem, sizeof self->problem);
    if (caw_data_put(self->data, event, out))
        return true;
    caw_refuse(&why, "out of memory");
    caw_text_end(&why);
    return false;
}

/* ---- lines ------------------------------------------------------------------------------ */

static void put_line_end(const caw_lines *self, caw_text *out) {
    if (self->csv)
        caw_put(out, '\r');
    caw_put(out, '\n');
}

size_t caw_lines_head(const caw_lines *self, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    if (!self->csv)
        return 0;
    caw_data_put_head(self->data, &out);
    put_line_end(self, &out);
    return caw_text_end(&out);
}

/* By the format. */
static bool put_formatted(caw_lines *self, const caw_event *event, caw_text *out) {
    caw_text why = caw_text_into(self->problem, sizeof self->problem);
    (void)event;
    if (caw_format_print(self->format, get_value, self, out, &why))
        return true;
    caw_text_end(&why);
    return false;
}

bool caw_lines_has(const caw_lines *self, const caw_event *event) {
    return event->kind == CAW_EVENT_MESSAGE || event->kind == CAW_EVENT_MALFORMED ||
           (self->circuits && caw_event_class(event));
}

size_t caw_lines_print(caw_lines *self, const caw_event *event, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    self->problem[0] = '\0';
    self->event = event;
    self->parsed = false;
    if (!caw_lines_has(self, event))
        return 0;
    if (!self->put(self, event, &out))
        return 0;
    put_line_end(self, &out);
    return caw_text_end(&out);
}

size_t caw_lines_print_later(caw_lines *self, const caw_event *event, char *text, size_t size) {
    self->later = self->timing.style == CAW_TIME_DELTA;
    size_t length = caw_lines_print(self, event, text, size);
    self->later = false;
    return length;
}

static bool complete(caw_lines *self, const char *line, size_t length, caw_text *out) {
    caw_text why = caw_text_into(self->problem, sizeof self->problem);
    const char *gap = memchr(line, '\0', length);
    if (self->format) {
        if (caw_format_complete(self->format, "timestamp", line, length, get_value, self, out,
                                &why))
            return true;
        caw_text_end(&why);
        return false;
    }
    if (gap) {
        caw_put_chars(out, line, (size_t)(gap - line));
        caw_timing_put(&self->timing, self->event, out);
        length -= (size_t)(gap + 1 - line);
        line = gap + 1;
    }
    caw_put_chars(out, line, length);
    return true;
}

size_t caw_lines_complete(caw_lines *self, const char *line, size_t length, const caw_event *when,
                          char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    self->problem[0] = '\0';
    self->event = when;
    if (!complete(self, line, length, &out))
        return 0;
    return caw_text_end(&out);
}

void caw_lines_follow(caw_lines *self, caw_moment previous) {
    self->timing.previous = previous;
}

const char *caw_lines_problem(const caw_lines *self) {
    return self->problem[0] ? self->problem : NULL;
}

/* NULL, with why, when no event could be printed so. */
static caw_format *read_format(const char *text, const caw_memory *memory, caw_text *why) {
    caw_text line = caw_text_into(NULL, 0);
    token_list known = all_tokens();
    caw_format *format = caw_format_parse(text, known.name, memory, why);
    if (format && !caw_format_print(format, check_name, NULL, &line, why)) {
        caw_format_free(format);
        return NULL;
    }
    return format;
}

static void take_form(caw_lines *self, const caw_lines_form *form) {
    self->csv = form->kind == CAW_LINES_CSV;
    self->circuits = form->circuits;
    self->elements = form->elements ? form->elements : CAW_ALL;
    self->shown = form->shown;
    self->timing.style = form->time;
    self->timing.zone = form->zone;
}

/* The default line is made without a format where it can be: most are. */
static const char *format_of(const caw_lines_form *form) {
    if (form->format || form->brief || form->time == CAW_TIME_EPOCH)
        return form->format;
    return default_format;
}

/* False, with why: the form is no good, or there is no memory. */
static bool begin_form(caw_lines *self, const caw_lines_form *form, caw_text *why) {
    if (form->kind != CAW_LINES_TEXT) {
        self->put = put_data;
        return (self->data = caw_data_new(form, &self->memory, why)) != NULL;
    }
    const char *format = format_of(form);
    self->put = format ? put_formatted : form->brief ? put_short : put_default;
    return !format || (self->format = read_format(format, &self->memory, why));
}

caw_lines *caw_lines_new(const caw_lines_form *form, const caw_memory *memory, char *problem,
                         size_t size) {
    static const caw_lines_form usual = {.format = NULL};
    caw_text why = caw_text_into(problem, size);
    caw_lines *self = memory->alloc(memory->user, sizeof *self);
    if (!self) {
        caw_refuse(&why, "out of memory");
        caw_text_end(&why);
        return NULL;
    }
    memset(self, 0, sizeof *self);
    self->memory = *memory;
    form = form ? form : &usual;
    take_form(self, form);
    if (!begin_form(self, form, &why)) {
        caw_lines_free(self);
        self = NULL;
    }
    caw_text_end(&why);
    return self;
}

void caw_lines_free(caw_lines *self) {
    if (!self)
        return;
    caw_memory memory = self->memory;
    caw_format_free(self->format);
    caw_data_free(self->data);
    memory.release(memory.user, self);
}
