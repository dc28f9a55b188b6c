/* SPDX-License-Identifier: BSD-3-Clause */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Signals as a shell gives them, whatever we do with them. */
static void set_signals(posix_spawnattr_t *attributes) {
    static const int usual[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(attributes, &set);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        sigaddset(&set, usual[i]);
    posix_spawnattr_setsigdefault(attributes, &set);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static void set_files(posix_spawn_file_actions_t *files, bool reads, int output, FILE *errors) {
    if (!reads)
        posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
    if (errors)
        posix_spawn_file_actions_adddup2(files, fileno(errors), STDERR_FILENO);
    else
        posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
}

/* Zero, or an error's number. */
static int spawn(child *self, const char *const *arguments, bool reads, int output) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    set_files(&files, reads, output, self->errors);
    set_signals(&attributes);
    /* The arguments are not written to: the type is older than const. */
    int error = posix_spawnp(&self->pid, self->program, &files, &attributes,
                             (char *const *)(uintptr_t)arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static void close_errors(child *self) {
    if (self->errors)
        fclose(self->errors);
    self->errors = NULL;
}

/* Neither end of the pipe is the child's but as its standard output, nor is what it says. */
static void keep_from_children(int fd) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int child_start(child *self, const char *const *arguments, bool reads) {
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    *self = (child){.program = arguments[0], .errors = tmpfile()};
    keep_from_children(ends[0]);
    keep_from_children(ends[1]);
    if (self->errors)
        keep_from_children(fileno(self->errors));
    int error = spawn(self, arguments, reads, ends[1]);
    close(ends[1]);
    if (error == 0)
        return ends[0];
    close(ends[0]);
    close_errors(self);
    self->pid = 0;
    errno = error;
    return -1;
}

void child_interrupt(const child *self) {
    if (self->pid)
        kill(self->pid, SIGINT);
}

/* From after "PROGRAM: ", if that is there: before it are remarks that do not concern us. */
static void read_errors(const child *self, char *text, size_t size) {
    char said[4096];
    rewind(self->errors);
    said[fread(said, 1, sizeof said - 1, self->errors)] = '\0';
    const char *from = said, *found;
    size_t name = strlen(self->program);
    for (found = said; (found = strstr(found, self->program)); found++)
        if (strncmp(found + name, ": ", 2) == 0) {
            from = found + name + 2;
            break;
        }
    snprintf(text, size, "%s", from);
    for (char *at = text; (at = strchr(at, '\n'));)
        *at = at[1] ? ' ' : '\0';
}

bool child_end(child *self, char *text, size_t size) {
    int status = 0;
    snprintf(text, size, "%s", "");
    if (!self->pid)
        return true;
    while (waitpid(self->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    self->pid = 0;
    if (self->errors)
        read_errors(self, text, size);
    if (status != 0 && !*text)
        snprintf(text, size, "it has failed");
    close_errors(self);
    return status == 0;
}
