/* SPDX-License-Identifier: BSD-3-Clause */
#include "tshark.h"

#include "descriptor.h"
#include "guesses.h"
#include "named.h"
#include "own_path.h"
#include "pcapng.h"
#include "process.h"
#include "say.h"
#include "signals.h"
#include "status.h"
#include "tshark_errors.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool tshark_reads(const options *asked) {
    if (asked->interface || asked->file_count != 1)
        return false;
    named_kind kind = named_look(asked->files[0]).kind;
    /* what is not there tshark cannot find either */
    return kind == NAMED_FILE || kind == NAMED_NOTHING;
}

/* ---- its arguments -------------------------------------------------------------------------- */

enum { MOST = 16 }; /* arguments beside those that are passed on */

/* NULL at the end; `joined` are those that were made of two. */
typedef struct {
    const char **all;
    size_t count;
    char *joined[2];
    size_t joined_count;
} arguments;

static void add(arguments *self, const char *argument) {
    self->all[self->count++] = argument;
    self->all[self->count] = NULL;
}

static void add_option(arguments *self, const char *option, const char *value) {
    add(self, option);
    add(self, value);
}

/* -z WORD[,REST] */
static void add_tap(arguments *self, const char *word, const char *rest) {
    char *text;

    if (!rest) {
        add_option(self, "-z", word);
        return;
    }
    if (asprintf(&text, "%s,%s", word, rest) < 0)
        exit(refuse("out of memory"));
    self->joined[self->joined_count++] = text;
    add_option(self, "-z", text);
}

/* A filter of lines is an option of its own: formats may have commas, and may be empty. */
static void add_report(arguments *self, const options *asked) {
    const char *filter = asked->display_filter;

    if (filter && !*filter)
        filter = NULL;
    if (asked->report) {
        add_tap(self, asked->report, filter);
        return;
    }
    if (asked->form.lines.kind == CAW_LINES_JSON) {
        add_tap(self, "ca,json", filter);
        return;
    }
    if (filter)
        add_tap(self, "ca,filter", filter);
    add_tap(self, "ca,lines", asked->form.lines.format);
}

/* TCP's analysis takes a segment for sent again when the capture has it after its acknowledgment,
 * and keeps it to itself. The plugin knows what it has seen. */
static arguments make_arguments(const options *asked, const char *file) {
    size_t most = MOST;
    arguments made = {0};

    while (asked->passed[most - MOST])
        most++;
    if (!(made.all = malloc(most * sizeof *made.all)))
        exit(refuse("out of memory"));
    add(&made, "tshark");
    add(&made, "-q");
    add_option(&made, "-r", file);
    add_option(&made, "-o", "tcp.analyze_sequence_numbers:FALSE");
    add_report(&made, asked);
    for (char **next = asked->passed; *next; next++)
        add(&made, *next);
    return made;
}

static void free_arguments(arguments *self) {
    while (self->joined_count)
        free(self->joined[--self->joined_count]);
    free(self->all);
}

/* ---- its environment ------------------------------------------------------------------------ */

/* In the build folder the plugin is at ../plugins/X.Y/epan, seen from this program. */
static void find_plugin(void) {
    char place[4096], pattern[4096 + 32];
    glob_t found;

    if (!own_path(place, sizeof place))
        return;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(place, '/');
        if (slash)
            *slash = '\0';
    }
    snprintf(pattern, sizeof pattern, "%s/plugins/*/epan/ca.so", place);
    if (glob(pattern, 0, NULL, &found) == 0) {
        snprintf(pattern, sizeof pattern, "%s/plugins", place);
        setenv("WIRESHARK_PLUGIN_DIR", pattern, 1);
        globfree(&found);
    }
}

/* Wireshark does not look whether what it prints arrives: the plugin does it for us. */
static void prepare_environment(void) {
    setenv("CAW_CHECKS_OUTPUT", "yes", 1);
    find_plugin();
}

/* ---- the process ---------------------------------------------------------------------------- */

/* Apart: ^C is for all of ours, and tshark would leave packets unread. 0: why has been said. */
static process start(const arguments *command, process_files files) {
    process self;
    int error = process_start(&self, command->all, files, true);

    if (error == ENOENT)
        say("tshark is not installed (on Debian and Ubuntu: apt install tshark)");
    else if (error)
        say("tshark: %s", strerror(error));
    return self;
}

/*
 * A signal of ours stops it, once; it is looked for again and again, because one that comes just
 * before a wait does not end it.
 */
static int wait_for(process self) {
    enum { EACH = 10 }; /* milliseconds */
    bool stopped = false;
    int status;

    while (!process_has_ended(self, EACH, &status)) {
        if (signals_stop() && !stopped) {
            stopped = true;
            process_terminate(self);
        }
    }
    return status;
}

/* ---- its packets ---------------------------------------------------------------------------- */

/* It may have ended, perhaps because of an option that is wrong. */
static bool is_unread(FILE *pipe) {
    return fflush(pipe) != 0 || descriptor_is_unread(fileno(pipe));
}

static void feed_all(input *from, pcapng *to) {
    enum { IDLE = 100 };
    bool stopped = false, waits = true;
    caw_frame frame;

    for (;;) {
        if (signals_stop() && !stopped) {
            stopped = true;
            input_stop(from);
        }
        input_state state = input_next(from, &frame, waits ? 0 : IDLE);
        if (state == INPUT_END)
            return;
        if (state == INPUT_FRAME && !pcapng_write(to, &frame))
            return;
        if (state == INPUT_NOTHING && is_unread(to->file))
            return;
        waits = state == INPUT_FRAME;
    }
}

/* Writes what comes from the input to tshark, which ends when we stop. */
static void feed(input *from, int pipe) {
    FILE *file = fdopen(pipe, "wb");
    pcapng to;

    if (file && pcapng_begin(&to, file)) {
        feed_all(from, &to);
        pcapng_free(&to);
    }
    if (file)
        fclose(file);
}

/* ---- the status ----------------------------------------------------------------------------- */

/* tshark has 1 for a bad option, too. That it would have without packets. */
static bool fails_without_packets(const options *asked) {
    static const uint32_t empty[] = {0xa1b2c3d4, 0x00040002, 0, 0, 1 << 18, 1}; /* a pcap file */
    int ends[2];

    if (!process_pipe(ends))
        return false;
    arguments command = make_arguments(asked, "-");
    add_option(&command, "-w", "/dev/null");
    bool fed = write(ends[1], empty, sizeof empty) == (ssize_t)sizeof empty;
    close(ends[1]);
    process_files files = {ends[0], PROCESS_NOTHING, PROCESS_NOTHING};
    process trial = fed ? start(&command, files) : 0;
    close(ends[0]);
    free_arguments(&command);
    return trial && wait_for(trial) != 0;
}

static int status_of(int status, const options *asked) {
    if (signals_stop() && status == PROCESS_TERMINATED) /* before it could end in its own way */
        return STATUS_DONE;
    if (status == 0 || status >= 20)
        return status;
    if (status == 1)
        return fails_without_packets(asked) ? STATUS_USAGE : STATUS_OUTPUT;
    return signals_stop() ? STATUS_DONE : STATUS_USAGE;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int run(const options *asked, input *from, int errors) {
    const char *file = from ? "-" : asked->files[0];
    arguments command = make_arguments(asked, file);
    int ends[2] = {STDIN_FILENO, -1};

    if (from && !process_pipe(ends))
        return refuse("%s", strerror(errno));
    process running = start(&command, (process_files){ends[0], STDOUT_FILENO, errors});
    free_arguments(&command);
    if (from)
        close(ends[0]);
    if (!running)
        return STATUS_USAGE;
    if (from)
        feed(from, ends[1]);
    int status = status_of(wait_for(running), asked);
    return status == STATUS_DONE && from ? input_status(from) : status;
}

int tshark(const options *asked, input *from) {
    int errors;

    prepare_environment();
    process reader = process_beside(tshark_errors_say, &errors);
    if (!reader)
        return refuse("%s", strerror(errno));
    signals_catch();
    int status = run(asked, from, errors);
    close(errors);
    process_end(reader);
    if (status == STATUS_USAGE && asked->display_filter)
        guesses_of_display_filter(asked->display_filter);
    return status;
}
