/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -q [-z ca,filter,FILTER] -z ca,lines[,FORMAT]: one line of text for each message, as its
 * frame is read.
 *
 * FORMAT is a Python format string, see format.h; its tokens are in the table below. A display
 * filter limits the lines to frames that match it. It is an option of its own because tshark's -Y
 * does not reach taps, and both filters and formats may contain commas.
 */
#include "compat.h"

#include "caw_capture.h"
#include "format.h"
#include "lines.h"
#include "output.h"
#include "tap.h"

#include <epan/tap.h>

#include <stdio.h>
#include <sys/stat.h>

#define OPTION        "ca,lines"
#define FILTER_OPTION "ca,filter"

static char *filter; /* of all -z ca,lines, and before them; NULL: all frames */
static bool started; /* there is a -z ca,lines */

/* One -z option. */
typedef struct {
    format *form; /* NULL: the default, "{timestamp} {src}:{transport.sport}->... {command}" */
    bool flush;   /* somebody may be waiting for the line */
    GString *out; /* the lines of one frame */

    /* The message being printed. */
    const caw_event *event;
    const uint8_t *parsed; /* the frame of which the headers are in `packet` */
    caw_packet packet;
    caw_attribute attribute;
    GString *word;             /* text of the last token */
    wmem_allocator_t *scratch; /* until the lines of the frame are printed */

    /* The default format: what messages have in common with the one before, and whose it is. */
    GString *start;
    const caw_event *started;
} ca_lines;

static const char *const tokens[] = {"timestamp", "ethernet", "ip", "transport", "command",
                                     "src",       "dst",      "pv", "user",      "host",
                                     "dt",        "frame",    NULL};

/* ---- values ----------------------------------------------------------------------------- */

/* The core's writers work like snprintf: the GString grows when the first try says so. */
static char *room(GString *out, size_t at, size_t length) {
    g_string_set_size(out, at + length);
    return out->str + at;
}

static size_t write_command(const caw_event *event, char *text, size_t size) {
    if (event->reason)
        return caw_malformed_line(event->reason, event->bytes, text, size);
    return caw_line(&event->message, text, size);
}

static void append_command(const caw_event *event, GString *out) {
    size_t at = out->len;
    size_t space = out->allocated_len - at;
    size_t length = write_command(event, out->str + at, space);

    room(out, at, length);
    if (length >= space)
        write_command(event, out->str + at, length + 1);
}

static void print_command(const void *event, gboolean repr _U_, GString *out) {
    append_command(event, out);
}

static void print_attribute(const void *object, gboolean repr, GString *out) {
    const ca_lines *lines = object;
    size_t at = out->len;
    size_t length = caw_packet_text(&lines->packet, &lines->attribute, repr, NULL, 0);

    caw_packet_text(&lines->packet, &lines->attribute, repr, room(out, at, length), length + 1);
}

/* A capture that knows nanoseconds prints all of them, any other a float: as dpkt reads them. */
static double seconds(const caw_event *event) {
    return (double)event->now.seconds + event->now.nanoseconds / 1000 / 1e6;
}

static void get_timestamp(const caw_event *event, format_value *value) {
    if (event->exact) {
        value->kind = FORMAT_DECIMAL;
        value->integer = event->now.seconds * 1000000000 + event->now.nanoseconds;
    } else {
        value->kind = FORMAT_REAL;
        value->real = seconds(event);
    }
}

static void get_number(int64_t number, format_value *value) {
    value->kind = FORMAT_INT;
    value->integer = number;
}

static void get_address(ca_lines *lines, const caw_end *end, format_value *value) {
    char *text = wmem_alloc(lines->scratch, CAW_END_TEXT);

    value->kind = FORMAT_TEXT;
    value->length = caw_end_text(end, text, CAW_END_TEXT);
    value->text = text;
}

static void parse_frame(ca_lines *lines) {
    const caw_event *event = lines->event;

    if (lines->parsed && lines->parsed == event->frame.bytes)
        return;
    caw_packet_parse(event->frame.bytes, event->frame.len, event->link, &lines->packet);
    lines->parsed = event->frame.bytes;
}

/* An attribute of ethernet, ip or transport. */
static bool get_header(ca_lines *lines, const char *name, format_value *value) {
    parse_frame(lines);
    if (!caw_packet_find(&lines->packet, name, &lines->attribute))
        return false;
    switch (lines->attribute.kind) {
    case CAW_ATTRIBUTE_NONE:
        value->kind = FORMAT_NONE;
        break;
    case CAW_ATTRIBUTE_NUMBER:
        get_number(lines->attribute.number, value);
        break;
    case CAW_ATTRIBUTE_OBJECT:
        value->kind = FORMAT_OBJECT;
        value->print = print_attribute;
        value->object = lines;
        break;
    }
    return true;
}

static bool is_word(const char *name) {
    for (size_t i = 0; i < caw_message_row_count; i++)
        for (const caw_word *word = caw_message_rows[i].line; word->id; word++)
            if (strcmp(name, word->name ? word->name : caw_field_rows[word->id].name) == 0)
                return true;
    return false;
}

/* A word of the command's line; None when this command has no such word and another has. */
static bool get_word(ca_lines *lines, const char *name, format_value *value) {
    const caw_message *message = &lines->event->message;
    caw_word_value word;

    value->kind = FORMAT_NONE;
    if (lines->event->reason || !caw_line_word(message, name, &word, NULL, 0))
        return is_word(name);
    switch (word.kind) {
    case CAW_WORD_NUMBER:
        get_number(word.number, value);
        return true;
    case CAW_WORD_REAL:
        value->kind = FORMAT_REAL;
        value->real = word.real;
        return true;
    case CAW_WORD_STRING:
    case CAW_WORD_OBJECT:
        break;
    }
    caw_line_word(message, name, &word, room(lines->word, 0, word.length), word.length + 1);
    value->kind = FORMAT_TEXT;
    value->text = lines->word->str;
    value->length = word.length;
    value->foreign = word.kind == CAW_WORD_STRING;
    return true;
}

/* A name from the wire. */
static void get_name(ca_lines *lines, const char *name, format_value *value) {
    if (!name)
        return;
    size_t length = caw_utf8(caw_view_of(name), NULL, 0);
    caw_utf8(caw_view_of(name), room(lines->word, 0, length), length + 1);
    *value =
        (format_value){FORMAT_TEXT, .text = lines->word->str, .length = length, .foreign = TRUE};
}

/* Seconds from the request to this answer. */
static void get_dt(const ca_lines *lines, format_value *value) {
    const caw_note *note = lines->event->note;

    if (!note || note->turn != CAW_TURN_RESPONSE || !note->exchange)
        return;
    const caw_moment *asked = &note->exchange->request;
    value->kind = FORMAT_REAL;
    value->real = (double)(lines->event->now.seconds - asked->seconds) +
                  (lines->event->now.nanoseconds - asked->nanoseconds) / 1e9;
}

static gboolean get_value(void *user, const char *name, format_value *value) {
    ca_lines *lines = user;
    const caw_event *event = lines->event;

    if (strcmp(name, "timestamp") == 0)
        get_timestamp(event, value);
    else if (strcmp(name, "src") == 0)
        get_address(lines, &event->source, value);
    else if (strcmp(name, "dst") == 0)
        get_address(lines, &event->target, value);
    else if (strcmp(name, "transport.sport") == 0)
        get_number(event->source.port, value);
    else if (strcmp(name, "transport.dport") == 0)
        get_number(event->target.port, value);
    else if (strcmp(name, "frame") == 0)
        get_number(event->now.frame, value);
    else if (strcmp(name, "pv") == 0)
        get_name(lines, event->note ? caw_pv(event->note) : NULL, value);
    else if (strcmp(name, "user") == 0)
        get_name(lines, event->user, value);
    else if (strcmp(name, "host") == 0)
        get_name(lines, event->host, value);
    else if (strcmp(name, "dt") == 0)
        get_dt(lines, value);
    else if (strcmp(name, "command") == 0)
        *value = (format_value){FORMAT_OBJECT, .print = print_command, .object = event};
    else if (g_str_has_prefix(name, "command."))
        return get_word(lines, name + strlen("command."), value);
    else
        return get_header(lines, name, value);
    return TRUE;
}

/* ---- printing --------------------------------------------------------------------------- */

static void append_timestamp(const caw_event *event, GString *out) {
    char text[40];

    if (event->exact) {
        g_string_append_printf(out, "%" PRId64 ".%09d", event->now.seconds, event->now.nanoseconds);
    } else {
        caw_real(seconds(event), text, sizeof text);
        g_string_append(out, text);
    }
}

/* It begins as the one before does: both are of this frame, on the way between the same ends. */
static bool is_alike(const caw_event *event, const caw_event *before) {
    return before && event->now.frame == before->now.frame &&
           memcmp(&event->source, &before->source, sizeof event->source) == 0 &&
           memcmp(&event->target, &before->target, sizeof event->target) == 0;
}

/* The default format, without asking for each token by name. */
static void begin_default(ca_lines *lines) {
    const caw_event *event = lines->event;
    char source[CAW_END_TEXT], target[CAW_END_TEXT];

    g_string_truncate(lines->start, 0);
    append_timestamp(event, lines->start);
    caw_end_text(&event->source, source, sizeof source);
    caw_end_text(&event->target, target, sizeof target);
    g_string_append_printf(lines->start, " %s:%u->%s:%u ", source, event->source.port, target,
                           event->target.port);
    lines->started = event;
}

static void append_default(ca_lines *lines) {
    if (!is_alike(lines->event, lines->started))
        begin_default(lines);
    g_string_append_len(lines->out, lines->start->str, (gssize)lines->start->len);
    append_command(lines->event, lines->out);
}

static void append_line(ca_lines *lines) {
    char *error;

    if (!lines->form)
        append_default(lines);
    else if (!format_print(lines->form, get_value, lines, lines->out, &error))
        output_fail(error, OUTPUT_BAD_FORMAT);
    g_string_append_c(lines->out, '\n');
}

/* A line for each message, and for bytes that are none; the life of circuits has none. */
static void see(void *data, const caw_event *event) {
    ca_lines *lines = data;

    if (event->kind != CAW_EVENT_MESSAGE && event->kind != CAW_EVENT_MALFORMED)
        return;
    lines->event = event;
    append_line(lines);
}

static void begin_lines(ca_lines *lines) {
    g_string_truncate(lines->out, 0);
    wmem_free_all(lines->scratch);
    lines->parsed = NULL;
    lines->started = NULL;
}

static void write_lines(ca_lines *lines) {
    output_write(lines->out->str, lines->out->len);
    if (lines->flush)
        output_flush();
}

static tap_packet_status on_frame(void *data, packet_info *pinfo _U_,
                                  epan_dissect_t *dissection _U_, const void *tapped,
                                  tap_flags_t flags _U_) {
    const ca_events *events = tapped;

    begin_lines(data);
    for (unsigned i = 0; i < events->count; i++)
        see(data, events->all[i]);
    write_lines(data);
    return TAP_PACKET_DONT_REDRAW;
}

/* What no frame has told. */
static void on_rest(void *data, const caw_event *event) {
    begin_lines(data);
    see(data, event);
    write_lines(data);
}

static void on_end(void *data _U_) {
    tap_rest();
    output_flush();
}

static void on_finish(void *data) {
    ca_lines *lines = data;

    tap_forget(lines);
    format_free(lines->form);
    g_string_free(lines->out, TRUE);
    g_string_free(lines->start, TRUE);
    g_string_free(lines->word, TRUE);
    wmem_destroy_allocator(lines->scratch);
    g_free(lines);
}

/* ---- the option ------------------------------------------------------------------------- */

/* Finds names that no message could ever have before the first packet does. */
static gboolean check_name(void *user _U_, const char *name, format_value *value) {
    caw_packet packet;
    caw_attribute attribute;

    value->kind = FORMAT_NONE;
    if (g_str_has_prefix(name, "command."))
        return is_word(name + strlen("command."));
    for (size_t i = 0; tokens[i]; i++)
        if (strcmp(name, tokens[i]) == 0)
            return TRUE;
    caw_packet_parse(NULL, 0, CAW_LINK_UNKNOWN, &packet);
    return caw_packet_find(&packet, name, &attribute);
}

static format *read_format(const char *text, char **error) {
    GString *line = g_string_new(NULL);
    format *form = format_parse(text, tokens, error);

    if (form && !format_print(form, check_name, NULL, line, error)) {
        format_free(form);
        form = NULL;
    }
    g_string_free(line, TRUE);
    return form;
}

static bool is_file(FILE *file) {
    struct stat status;

    return fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_pipe(FILE *file) {
    struct stat status;

    return fstat(fileno(file), &status) == 0 && S_ISFIFO(status.st_mode);
}

/* A line is wanted at once, unless packets come from a file and lines go to one. */
static bool must_flush(void) {
    return !is_file(stdout) || is_pipe(stdin);
}

/* NULL, with a sentence in *error, when the argument or the filter is no good. */
static ca_lines *start(const char *argument, char **error) {
    const char *rest = argument + strlen(OPTION);
    format *form = NULL;

    if (*rest && *rest != ',') {
        *error = g_strdup_printf("no such report: %s", argument);
        return NULL;
    }
    if (*rest && !(form = read_format(rest + 1, error)))
        return NULL;

    ca_lines *lines = g_new0(ca_lines, 1);
    lines->form = form;
    lines->flush = must_flush();
    lines->out = g_string_sized_new(1 << 16);
    lines->start = g_string_new(NULL);
    lines->word = g_string_new(NULL);
    lines->scratch = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    GString *refused = register_tap_listener("ca", lines, filter, TL_REQUIRES_NOTHING, NULL,
                                             on_frame, on_end, on_finish);
    if (refused) {
        *error = g_string_free(refused, FALSE);
        on_finish(lines);
        return NULL;
    }
    if (filter)
        tap_do_not_wait();
    tap_ask_rest(on_rest, lines);
    started = true;
    output_begin();
    return lines;
}

static ca_tap_init init(const char *argument, void *user _U_) {
    char *error;

    if (!start(argument, &error)) {
        fprintf(stderr, "caw: %s\n", error);
        g_free(error);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

static void check_use(void *data _U_) {
    if (!started)
        output_fail("-z " FILTER_OPTION " goes before -z " OPTION ", and there is none",
                    OUTPUT_BAD_FORMAT);
}

/*
 * A listener of its own has Wireshark compile the filter, and hears when the capture ends. NULL, or
 * what is wrong with the option, to be freed.
 */
static char *read_filter(const char *rest) {
    if (rest[0] != ',' || !rest[1])
        return g_strdup("-z " FILTER_OPTION " needs a display filter: " FILTER_OPTION ",FILTER");
    if (started)
        return g_strdup("-z " FILTER_OPTION " goes before -z " OPTION);
    if (filter)
        return g_strdup("-z " FILTER_OPTION " is given twice");
    filter = g_strdup(rest + 1);
    GString *error = register_tap_listener("ca", &filter, filter, TL_REQUIRES_NOTHING, NULL, NULL,
                                           check_use, NULL);
    return error ? g_string_free(error, FALSE) : NULL;
}

static ca_tap_init init_filter(const char *argument, void *user _U_) {
    char *error = read_filter(argument + strlen(FILTER_OPTION));

    if (error) {
        fprintf(stderr, "caw: %s\n", error);
        g_free(error);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

void lines_register(void) {
    static stat_tap_ui filter_ui = {
        REGISTER_STAT_GROUP_GENERIC, NULL, FILTER_OPTION, init_filter, 0, NULL};
    static stat_tap_ui ui = {REGISTER_STAT_GROUP_GENERIC, NULL, OPTION, init, 0, NULL};

    register_stat_tap_ui(&filter_ui, NULL);
    register_stat_tap_ui(&ui, NULL);
}
