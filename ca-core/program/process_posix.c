/* SPDX-License-Identifier: BSD-3-Clause */
#include "process.h"

#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- its files ------------------------------------------------------------------------------ */

bool process_pipe(int ends[2]) {
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return true;
}

FILE *process_scratch(void) {
    FILE *file = tmpfile();
    if (file)
        fcntl(fileno(file), F_SETFD, FD_CLOEXEC);
    return file;
}

static void set_file(posix_spawn_file_actions_t *actions, int standard, int fd) {
    if (fd == PROCESS_NOTHING)
        posix_spawn_file_actions_addopen(actions, standard, "/dev/null", O_RDWR, 0);
    else
        posix_spawn_file_actions_adddup2(actions, fd, standard);
}

/* ---- its beginning -------------------------------------------------------------------------- */

/*
 * It is ended by what we, and who does not read what it writes, end it with, whatever is ignored
 * here; SIGHUP stays ignored, as by nohup. ^C is for all of a session.
 */
static void set_signals(posix_spawnattr_t *attributes, bool apart) {
    static const int usual[] = {SIGPIPE, SIGINT, SIGTERM};
    int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (apart ? POSIX_SPAWN_SETSID : 0);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(attributes, &set);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        sigaddset(&set, usual[i]);
    posix_spawnattr_setsigdefault(attributes, &set);
    posix_spawnattr_setflags(attributes, (short)flags);
}

int process_start(process *self, const char *const *arguments, process_files files, bool apart) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t made;
    signal(SIGCHLD, SIG_DFL); /* who started us may ignore it: then nobody could wait */
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_file(&actions, STDIN_FILENO, files.input);
    set_file(&actions, STDOUT_FILENO, files.output);
    set_file(&actions, STDERR_FILENO, files.errors);
    set_signals(&attributes, apart);
    /* The arguments are not written to: the type is older than const. */
    int error = posix_spawnp(&made, arguments[0], &actions, &attributes,
                             (char *const *)(uintptr_t)arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    *self = error ? 0 : made;
    return error;
}

static void ignore_signals(void) {
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        signal(ending[i], SIG_IGN);
}

process process_beside(void (*part)(FILE *from), int *pipe) {
    int ends[2];
    if (!process_pipe(ends))
        return 0;
    process self = fork();
    if (self == 0) {
        FILE *from = fdopen(ends[0], "r");
        ignore_signals();
        close(ends[1]);
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        if (from)
            part(from);
        _exit(0);
    }
    close(ends[0]);
    *pipe = ends[1];
    if (self > 0)
        return self;
    close(ends[1]);
    return 0;
}

/* ---- its end -------------------------------------------------------------------------------- */

void process_interrupt(process self) {
    kill((pid_t)self, SIGINT);
}

void process_terminate(process self) {
    kill((pid_t)self, SIGTERM);
}

static int status_of(int ended) {
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

int process_end(process self) {
    int ended = 0;
    while (waitpid((pid_t)self, &ended, 0) < 0 && errno == EINTR)
        continue;
    return status_of(ended);
}

bool process_has_ended(process self, int milliseconds, int *status) {
    int ended = 0;
    if (waitpid((pid_t)self, &ended, WNOHANG) == 0) {
        descriptor_wait(-1, milliseconds);
        return false;
    }
    *status = status_of(ended);
    return true;
}
