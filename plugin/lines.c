/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -q -z ca,lines[,FORMAT]: one line of text for each message, as its frame is read.
 *
 * FORMAT is a Python format string, see format.h; its tokens are in the table below. A display
 * filter in the environment variable CAW_FILTER limits the lines to frames that match it
 * (tshark's -Y does not reach taps, and a FORMAT may contain commas).
 */
#include "compat.h"

#include "caw_capture.h"
#include "format.h"
#include "lines.h"
#include "output.h"
#include "tap.h"

#include <epan/epan_dissect.h>
#include <epan/tap.h>
#include <epan/to_str.h>

#include <stdio.h>
#include <sys/stat.h>

#define OPTION "ca,lines"

/* One -z option. */
typedef struct {
    format *form; /* NULL: the default, "{timestamp} {src}:{transport.sport}->... {command}" */
    bool flush;   /* somebody may be waiting for the line */
    GString *out; /* the lines of one frame */

    /* The frame and the message being printed. */
    packet_info *pinfo;
    const ca_event *event;
    GString *start; /* of the default format: what all messages of the frame have in common */
    bool parsed;    /* the frame's headers are in `packet` */
    tvbuff_t *frame;
    caw_packet packet;
    caw_attribute attribute;
    GString *word; /* text of the last token */
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

static size_t write_command(const ca_event *event, char *text, size_t size) {
    if (event->reason)
        return caw_malformed_line(event->reason, event->bytes, text, size);
    return caw_line(&event->message, text, size);
}

static void append_command(const ca_event *event, GString *out) {
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
static bool is_exact(const packet_info *pinfo) {
    return pinfo->rec->tsprec > WTAP_TSPREC_USEC;
}

static double seconds(const packet_info *pinfo) {
    return (double)pinfo->abs_ts.secs + pinfo->abs_ts.nsecs / 1000 / 1e6;
}

static void get_timestamp(const packet_info *pinfo, format_value *value) {
    if (is_exact(pinfo)) {
        value->kind = FORMAT_DECIMAL;
        value->integer = (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs;
    } else {
        value->kind = FORMAT_REAL;
        value->real = seconds(pinfo);
    }
}

static void get_number(int64_t number, format_value *value) {
    value->kind = FORMAT_INT;
    value->integer = number;
}

static void get_address(ca_lines *lines, const address *address, format_value *value) {
    value->kind = FORMAT_TEXT;
    value->text = address_to_str(lines->pinfo->pool, address);
    value->length = strlen(value->text);
}

static caw_link link_of(int encapsulation) {
    switch (encapsulation) {
    case WTAP_ENCAP_ETHERNET:
        return CAW_LINK_ETHERNET;
    case WTAP_ENCAP_SLL:
        return CAW_LINK_SLL;
    case WTAP_ENCAP_SLL2:
        return CAW_LINK_SLL2;
    case WTAP_ENCAP_NULL:
    case WTAP_ENCAP_LOOP:
        return CAW_LINK_NULL;
    case WTAP_ENCAP_RAW_IP:
    case WTAP_ENCAP_RAW_IP4:
    case WTAP_ENCAP_RAW_IP6:
        return CAW_LINK_RAW_IP;
    default:
        return CAW_LINK_UNKNOWN;
    }
}

static void parse_frame(ca_lines *lines) {
    if (lines->parsed)
        return;
    uint32_t captured = tvb_captured_length(lines->frame);
    caw_packet_parse(tvb_get_ptr(lines->frame, 0, (int)captured), captured,
                     link_of(lines->pinfo->rec->rec_header.packet_header.pkt_encap),
                     &lines->packet);
    lines->parsed = true;
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

static void get_text(const char *text, format_value *value) {
    if (text)
        *value = (format_value){FORMAT_TEXT, .text = text, .length = strlen(text)};
}

/* Names from the wire, escaped: no byte of them may end a line or drive a terminal. */
static void get_name(ca_lines *lines, const char *name, format_value *value) {
    get_text(name ? ca_format_text(lines->pinfo->pool, name) : NULL, value);
}

/* Seconds from the request to this answer. */
static void get_dt(const ca_lines *lines, format_value *value) {
    const caw_note *note = lines->event->note;

    if (!note || note->turn != CAW_TURN_RESPONSE || !note->exchange)
        return;
    const caw_moment *asked = &note->exchange->request;
    value->kind = FORMAT_REAL;
    value->real = (double)(lines->pinfo->abs_ts.secs - asked->seconds) +
                  (lines->pinfo->abs_ts.nsecs - asked->nanoseconds) / 1e9;
}

static gboolean get_value(void *user, const char *name, format_value *value) {
    ca_lines *lines = user;

    if (strcmp(name, "timestamp") == 0)
        get_timestamp(lines->pinfo, value);
    else if (strcmp(name, "src") == 0)
        get_address(lines, &lines->pinfo->src, value);
    else if (strcmp(name, "dst") == 0)
        get_address(lines, &lines->pinfo->dst, value);
    else if (strcmp(name, "transport.sport") == 0)
        get_number(lines->pinfo->srcport, value);
    else if (strcmp(name, "transport.dport") == 0)
        get_number(lines->pinfo->destport, value);
    else if (strcmp(name, "frame") == 0)
        get_number(lines->pinfo->num, value);
    else if (strcmp(name, "pv") == 0)
        get_name(lines, lines->event->note ? caw_pv(lines->event->note) : NULL, value);
    else if (strcmp(name, "user") == 0)
        get_name(lines, lines->event->user, value);
    else if (strcmp(name, "host") == 0)
        get_name(lines, lines->event->host, value);
    else if (strcmp(name, "dt") == 0)
        get_dt(lines, value);
    else if (strcmp(name, "command") == 0)
        *value = (format_value){FORMAT_OBJECT, .print = print_command, .object = lines->event};
    else if (g_str_has_prefix(name, "command."))
        return get_word(lines, name + strlen("command."), value);
    else
        return get_header(lines, name, value);
    return TRUE;
}

/* ---- printing --------------------------------------------------------------------------- */

static void append_timestamp(const packet_info *pinfo, GString *out) {
    char text[40];

    if (is_exact(pinfo)) {
        g_string_append_printf(out, "%" PRId64 ".%09d", (int64_t)pinfo->abs_ts.secs,
                               pinfo->abs_ts.nsecs);
    } else {
        caw_real(seconds(pinfo), text, sizeof text);
        g_string_append(out, text);
    }
}

/* The default format, without asking for each token by name. */
static void begin_default(ca_lines *lines) {
    packet_info *pinfo = lines->pinfo;

    append_timestamp(pinfo, lines->start);
    g_string_append_printf(lines->start, " %s:%u->%s:%u ", address_to_str(pinfo->pool, &pinfo->src),
                           pinfo->srcport, address_to_str(pinfo->pool, &pinfo->dst),
                           pinfo->destport);
}

static void append_default(ca_lines *lines) {
    if (!lines->start->len)
        begin_default(lines);
    g_string_append_len(lines->out, lines->start->str, (gssize)lines->start->len);
    append_command(lines->event, lines->out);
}

static void append_line(ca_lines *lines) {
    char *error;

    if (!lines->form)
        append_default(lines);
    else if (!format_print(lines->form, get_value, lines, lines->out, &error))
        output_fail(error);
    g_string_append_c(lines->out, '\n');
}

static tap_packet_status on_frame(void *data, packet_info *pinfo, epan_dissect_t *dissection,
                                  const void *events, tap_flags_t flags _U_) {
    ca_lines *lines = data;

    lines->pinfo = pinfo;
    lines->frame = dissection->tvb;
    lines->parsed = false;
    g_string_truncate(lines->out, 0);
    g_string_truncate(lines->start, 0);
    for (const ca_event *event = ((const ca_events *)events)->first; event; event = event->next) {
        lines->event = event;
        append_line(lines);
    }
    output_write(lines->out->str, lines->out->len);
    if (lines->flush)
        output_flush();
    return TAP_PACKET_DONT_REDRAW;
}

static void on_end(void *data _U_) {
    output_flush();
}

static void on_finish(void *data) {
    ca_lines *lines = data;

    format_free(lines->form);
    g_string_free(lines->out, TRUE);
    g_string_free(lines->start, TRUE);
    g_string_free(lines->word, TRUE);
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
    lines->flush = !is_file(stdout);
    lines->out = g_string_sized_new(1 << 16);
    lines->start = g_string_new(NULL);
    lines->word = g_string_new(NULL);
    GString *refused =
        register_tap_listener("ca", lines, g_getenv("CAW_FILTER"), TL_REQUIRES_NOTHING, NULL,
                              on_frame, on_end, on_finish);
    if (refused) {
        *error = g_string_free(refused, FALSE);
        on_finish(lines);
        return NULL;
    }
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

void lines_register(void) {
    static stat_tap_ui ui = {REGISTER_STAT_GROUP_GENERIC, NULL, OPTION, init, 0, NULL};

    register_stat_tap_ui(&ui, NULL);
}
