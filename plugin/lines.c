/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -q [-z ca,filter,FILTER] -z ca,lines[,FORMAT]: one line of text for each message, as its
 * frame is read. tshark -q -z ca,json[,FILTER]: an object of JSON for each.
 *
 * FORMAT and lines are the core's, see caw_capture.h. A display filter limits the lines to frames
 * that match it. Of text it is an option of its own because tshark's -Y does not reach taps, and
 * both filters and formats may contain commas.
 */
#include "compat.h"

#include "caw_capture.h"
#include "lines.h"
#include "memory.h"
#include "output.h"
#include "system.h"
#include "tap.h"

#include <epan/tap.h>

#include <stdio.h>

#define OPTION        "ca,lines"
#define JSON_OPTION   "ca,json"
#define FILTER_OPTION "ca,filter"

static char *filter; /* of all -z ca,lines, and before them; NULL: all frames */
static bool started; /* there is a -z ca,lines */

/* One -z option of lines. */
typedef struct {
    caw_lines *lines;
    bool flush;   /* somebody may be waiting for the line */
    GString *out; /* the lines of one frame */
} ca_lines;

/* ---- printing --------------------------------------------------------------------------- */

/* The core prints like snprintf: the GString grows when the first try says so. */
static void see(void *data, const caw_event *event) {
    ca_lines *self = data;
    size_t at = self->out->len;
    size_t space = self->out->allocated_len - at;
    size_t length = caw_lines_print(self->lines, event, self->out->str + at, space);

    g_string_set_size(self->out, at + length);
    if (length >= space)
        caw_lines_print(self->lines, event, self->out->str + at, length + 1);
    if (caw_lines_problem(self->lines))
        output_fail(caw_lines_problem(self->lines), OUTPUT_BAD_FORMAT);
}

static void write_lines(ca_lines *self) {
    output_write(self->out->str, self->out->len);
    if (self->flush)
        output_flush();
}

static tap_packet_status on_frame(void *data, packet_info *pinfo _U_,
                                  epan_dissect_t *dissection _U_, const void *tapped CA_TAP_FLAGS) {
    const ca_events *events = tapped;
    ca_lines *self = data;

    g_string_truncate(self->out, 0);
    for (unsigned i = 0; i < events->count; i++)
        see(data, events->all[i]);
    write_lines(data);
    return TAP_PACKET_DONT_REDRAW;
}

/* What no frame has told. */
static void on_rest(void *data, const caw_event *event) {
    ca_lines *self = data;

    g_string_truncate(self->out, 0);
    see(data, event);
    write_lines(data);
}

static void on_end(void *data _U_) {
    tap_rest();
    output_flush();
}

static void on_finish(void *data) {
    ca_lines *self = data;

    tap_forget(self);
    caw_lines_free(self->lines);
    g_string_free(self->out, TRUE);
    g_free(self);
}

/* ---- the option ------------------------------------------------------------------------- */

/* A line is wanted at once, unless packets come from a file and lines go to one. */
static bool must_flush(void) {
    return !system_is_file(stdout) || system_is_pipe(stdin);
}

static caw_lines *read_form(const caw_lines_form *form, char **error) {
    char problem[CAW_LINES_PROBLEM];
    caw_lines *lines = caw_lines_new(form, &heap_memory, problem, sizeof problem);

    if (!lines)
        *error = g_strdup(problem);
    return lines;
}

/* Lines of this form, of the frames that match. NULL, with a sentence in *error, when one of these
 * is no good. */
static ca_lines *start(const caw_lines_form *form, const char *frames, char **error) {
    caw_lines *lines = read_form(form, error);
    if (!lines)
        return NULL;

    ca_lines *self = g_new0(ca_lines, 1);
    self->lines = lines;
    self->flush = must_flush();
    self->out = g_string_sized_new(1 << 16);
    GString *refused = register_tap_listener("ca", self, frames, TL_REQUIRES_NOTHING, NULL,
                                             on_frame, on_end, on_finish);
    if (refused) {
        *error = g_string_free(refused, FALSE);
        on_finish(self);
        return NULL;
    }
    if (frames)
        tap_do_not_wait();
    tap_ask_rest(on_rest, self);
    output_begin();
    return self;
}

/* What is after the option's comma, or NULL; false when it is another option. */
static bool rest_of(const char *argument, const char *option, const char **rest, char **error) {
    const char *after = argument + strlen(option);

    if (*after && *after != ',') {
        *error = g_strdup_printf("no such report: %s", argument);
        return false;
    }
    *rest = *after ? after + 1 : NULL;
    return true;
}

static bool start_text(const char *argument, char **error) {
    caw_lines_form form = {0};

    if (!rest_of(argument, OPTION, &form.format, error) || !start(&form, filter, error))
        return false;
    started = true;
    return true;
}

static bool start_json(const char *argument, char **error) {
    const caw_lines_form form = {.kind = CAW_LINES_JSON};
    const char *frames;

    return rest_of(argument, JSON_OPTION, &frames, error) &&
           start(&form, frames && *frames ? frames : NULL, error);
}

static void refuse(char *error) {
    fprintf(stderr, "caw: %s\n", error);
    g_free(error);
}

static ca_tap_init init(const char *argument, void *user _U_) {
    char *error;

    if (!start_text(argument, &error)) {
        refuse(error);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

static ca_tap_init init_json(const char *argument, void *user _U_) {
    char *error;

    if (!start_json(argument, &error)) {
        refuse(error);
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
        refuse(error);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

void lines_register(void) {
    static stat_tap_ui filter_ui = {
        REGISTER_STAT_GROUP_GENERIC, NULL, FILTER_OPTION, init_filter, 0, NULL};
    static stat_tap_ui ui = {REGISTER_STAT_GROUP_GENERIC, NULL, OPTION, init, 0, NULL};

    static stat_tap_ui json_ui = {
        REGISTER_STAT_GROUP_GENERIC, NULL, JSON_OPTION, init_json, 0, NULL};

    register_stat_tap_ui(&filter_ui, NULL);
    register_stat_tap_ui(&ui, NULL);
    register_stat_tap_ui(&json_ui, NULL);
}
