/* SPDX-License-Identifier: BSD-3-Clause */
#include "tshark.h"

#include "pcapng.h"
#include "say.h"
#include "signals.h"
#include "status.h"
#include "tshark_errors.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool tshark_reads(const options *asked) {
    struct stat file;
    const char *name = asked->files[0];

    if (asked->interface || asked->file_count != 1)
        return false;
    int found = strcmp(name, "-") == 0 ? fstat(STDIN_FILENO, &file) : stat(name, &file);
    return found != 0 || S_ISREG(file.st_mode); /* what is not there tshark cannot find either */
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
    ssize_t length = readlink("/proc/self/exe", place, sizeof place - 1);

    if (length < 0)
        return;
    place[length] = '\0';
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

static pid_t spawn(const arguments *command, int in, int out, int errors) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t normal;
    pid_t pid;

    sigemptyset(&normal);
    sigaddset(&normal, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &normal);
    /* A session of its own: ^C is for all of ours, and tshark would leave packets unread. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    int error =
        posix_spawnp(&pid, "tshark", &files, &attributes, (char *const *)command->all, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (error == 0)
        return pid;
    if (error == ENOENT)
        say("tshark is not installed (on Debian and Ubuntu: apt install tshark)");
    else
        say("tshark: %s", strerror(error));
    return -1;
}

/*
 * As a shell has it: 128 and more for a signal. A signal of ours stops it, once; it is looked for
 * again and again, because one that comes just before a wait does not end it.
 */
static int wait_for(pid_t pid) {
    enum { EACH = 10 }; /* milliseconds */
    bool stopped = false;
    int status;

    while (waitpid(pid, &status, WNOHANG) != pid) {
        if (signals_stop() && !stopped) {
            stopped = true;
            kill(pid, SIGTERM);
        }
        poll(NULL, 0, EACH);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- its packets ---------------------------------------------------------------------------- */

/* It has ended, perhaps because of an option that is wrong. */
static bool is_unread(int pipe) {
    struct pollfd reader = {.fd = pipe, .events = 0};

    return poll(&reader, 1, 0) == 1 && reader.revents & POLLERR;
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
        if (state == INPUT_NOTHING && (fflush(to->file) != 0 || is_unread(fileno(to->file))))
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
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC), ends[2];

    if (nothing < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return false;
    arguments command = make_arguments(asked, "-");
    add_option(&command, "-w", "/dev/null");
    bool fed = write(ends[1], empty, sizeof empty) == (ssize_t)sizeof empty;
    close(ends[1]);
    pid_t pid = fed ? spawn(&command, ends[0], nothing, nothing) : -1;
    close(ends[0]);
    close(nothing);
    free_arguments(&command);
    return pid > 0 && wait_for(pid) != 0;
}

static int status_of(int status, const options *asked) {
    if (signals_stop() && status == 128 + SIGTERM) /* by us, before it could end in its own way */
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

    if (from && pipe2(ends, O_CLOEXEC) != 0)
        return refuse("%s", strerror(errno));
    pid_t pid = spawn(&command, ends[0], STDOUT_FILENO, errors);
    free_arguments(&command);
    if (from)
        close(ends[0]);
    if (pid < 0)
        return STATUS_USAGE;
    if (from)
        feed(from, ends[1]);
    int status = status_of(wait_for(pid), asked);
    return status == STATUS_DONE && from ? input_status(from) : status;
}

int tshark(const options *asked, input *from) {
    int errors;

    prepare_environment();
    pid_t reader = tshark_errors_start(&errors);
    if (reader < 0)
        return refuse("%s", strerror(errno));
    signals_catch();
    int status = run(asked, from, errors);
    close(errors);
    while (waitpid(reader, NULL, 0) < 0 && errno == EINTR)
        ;
    return status;
}
