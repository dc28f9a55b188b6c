/* SPDX-License-Identifier: BSD-3-Clause */
#include "process.h"

#include "wide.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <windows.h>

/* ---- its files ------------------------------------------------------------------------------ */

bool process_pipe(int ends[2]) {
    return _pipe(ends, 1 << 16, _O_BINARY | _O_NOINHERIT) == 0;
}

FILE *process_scratch(void) {
    wchar_t folder[MAX_PATH + 1], name[MAX_PATH + 1];

    if (!GetTempPathW(MAX_PATH + 1, folder) || !GetTempFileNameW(folder, L"caw", 0, name))
        return NULL;
    return _wfopen(name, L"w+bDN"); /* deleted when it is closed */
}

/* Another one that a program may have. */
static HANDLE inherited(int fd) {
    HANDLE ours = GetCurrentProcess(), theirs;
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, NULL, TRUE};

    if (fd == PROCESS_NOTHING)
        return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                           &attributes, OPEN_EXISTING, 0, NULL);
    return DuplicateHandle(ours, (HANDLE)_get_osfhandle(fd), ours, &theirs, 0, TRUE,
                           DUPLICATE_SAME_ACCESS)
               ? theirs
               : INVALID_HANDLE_VALUE;
}

/* ---- its command line ----------------------------------------------------------------------- */

/* As the C library takes it apart: \ is itself, but before a quotation mark. */
static wchar_t *quote(wchar_t *to, const wchar_t *argument) {
    size_t slashes = 0;

    *to++ = L'"';
    for (; *argument; argument++) {
        if (*argument == L'"')
            for (slashes++; slashes > 0; slashes--)
                *to++ = L'\\';
        slashes = *argument == L'\\' ? slashes + 1 : 0;
        *to++ = *argument;
    }
    for (; slashes > 0; slashes--)
        *to++ = L'\\';
    *to++ = L'"';
    *to++ = L' ';
    return to;
}

/* To be freed; NULL without memory. */
static wchar_t *command_line(const char *const *arguments) {
    size_t room = 1;
    bool complete = true;

    for (size_t i = 0; arguments[i]; i++)
        room += 2 * strlen(arguments[i]) + 3;
    wchar_t *line = malloc(room * sizeof *line), *to = line;
    for (size_t i = 0; line && complete && arguments[i]; i++) {
        wchar_t *argument = wide_of(arguments[i]);
        complete = argument;
        if (argument)
            to = quote(to, argument);
        free(argument);
    }
    if (line)
        *to = L'\0';
    if (complete)
        return line;
    free(line);
    return NULL;
}

/* ---- its beginning and end ------------------------------------------------------------------ */

/* Else it is the length that would be needed, or none. */
static bool is_length(DWORD length) {
    return length > 0 && length < MAX_PATH;
}

/* In PATH, and not in the folder where we happen to be. False: it is not there. */
static bool find(const char *program, wchar_t *path) {
    DWORD size = GetEnvironmentVariableW(L"PATH", NULL, 0);
    wchar_t *folders = malloc((size + 1) * sizeof *folders), *name = wide_of(program);
    bool found = folders && name && GetEnvironmentVariableW(L"PATH", folders, size) > 0 &&
                 is_length(SearchPathW(folders, name, L".exe", MAX_PATH, path, NULL));

    free(folders);
    free(name);
    return found;
}

static bool run(process *self, const wchar_t *path, wchar_t *line, const HANDLE *files) {
    STARTUPINFOW start = {.cb = sizeof start,
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdInput = files[0],
                          .hStdOutput = files[1],
                          .hStdError = files[2]};
    PROCESS_INFORMATION made;

    if (!CreateProcessW(path, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made))
        return false;
    CloseHandle(made.hThread);
    *self = (process)made.hProcess;
    return true;
}

/* ^C is for all programs of a console: `apart` is of no use so far. */
int process_start(process *self, const char *const *arguments, process_files files, bool apart) {
    wchar_t path[MAX_PATH + 1];
    (void)apart;
    *self = 0;
    if (!find(arguments[0], path))
        return ENOENT;
    wchar_t *line = command_line(arguments);
    if (!line)
        return ENOMEM;
    HANDLE standard[] = {inherited(files.input), inherited(files.output), inherited(files.errors)};
    bool runs = run(self, path, line, standard);
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
        CloseHandle(standard[i]);
    free(line);
    return runs ? 0 : ENOEXEC;
}

void process_interrupt(process self) {
    TerminateProcess((HANDLE)self, 1);
}

int process_end(process self) {
    DWORD status = 1;
    WaitForSingleObject((HANDLE)self, INFINITE);
    GetExitCodeProcess((HANDLE)self, &status);
    CloseHandle((HANDLE)self);
    return (int)status;
}
