/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -q [-z ca,filter,FILTER] -z ca,lines[,FORMAT]: one line of text for each message, as its
 * frame is read.
 *
 * FORMAT and lines are the core's, see caw_capture.h. A display filter limits the lines to frames
 * that match it. It is an option of its own because tshark's -Y does not reach taps, and both
 * filters and formats may contain commas.
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
#define FILTER_OPTION "ca,filter"

static char *filter; /* of all -z ca,lines, and before them; NULL: all frames */
static bool started; /* there is a -z ca,lines */

/* One -z option. */
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

static caw_lines *read_format(const char *text, char **error) {
    char problem[CAW_LINES_PROBLEM];
    const caw_lines_form form = {.format = text};
    caw_lines *lines = caw_lines_new(&form, &heap_memory, problem, sizeof problem);

    if (!lines)
        *error = g_strdup(problem);
    return lines;
}

/* NULL, with a sentence in *error, when the argument or the filter is no good. */
static ca_lines *start(const char *argument, char **error) {
    const char *rest = argument + strlen(OPTION);

    if (*rest && *rest != ',') {
        *error = g_strdup_printf("no such report: %s", argument);
        return NULL;
    }
    caw_lines *lines = read_format(*rest ? rest + 1 : NULL, error);
    if (!lines)
        return NULL;

    ca_lines *self = g_new0(ca_lines, 1);
    self->lines = lines;
    self->flush = must_flush();
    self->out = g_string_sized_new(1 << 16);
    GString *refused = register_tap_listener("ca", self, filter, TL_REQUIRES_NOTHING, NULL,
                                             on_frame, on_end, on_finish);
    if (refused) {
        *error = g_string_free(refused, FALSE);
        on_finish(self);
        return NULL;
    }
    if (filter)
        tap_do_not_wait();
    tap_ask_rest(on_rest, self);
    started = true;
    output_begin();
    return self;
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
