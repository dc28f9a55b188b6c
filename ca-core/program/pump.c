/* SPDX-License-Identifier: BSD-3-Clause */
#include "pump.h"

#include <errno.h>
#include <io.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { ROOM = 1 << 20 };

typedef struct pump {
    struct pump *next;
    int fd;
    HANDLE thread;
    SRWLOCK lock; /* of all below */
    CONDITION_VARIABLE changed;
    uint64_t came, used; /* bytes so far; came % ROOM is where the next one goes */
    bool ended;          /* no more come ... */
    int error;           /* ... because of this; 0: it is the end */
    bool left;           /* nobody wants more */
    uint8_t bytes[ROOM];
} pump;

static pump *pumps; /* of the program's one thread that asks */

/* ---- beside the program --------------------------------------------------------------------- */

static size_t smaller(uint64_t a, uint64_t b) {
    return (size_t)(a < b ? a : b);
}

/* Where there is room, and how much in one piece. False: nobody wants more. */
static bool wait_for_room(pump *self, size_t *at, size_t *length) {
    AcquireSRWLockExclusive(&self->lock);
    while (self->came - self->used == ROOM && !self->left)
        SleepConditionVariableSRW(&self->changed, &self->lock, INFINITE, 0);
    *at = (size_t)(self->came % ROOM);
    *length = smaller(ROOM - *at, ROOM - (self->came - self->used));
    bool wanted = !self->left;
    ReleaseSRWLockExclusive(&self->lock);
    return wanted;
}

/* True: more may come. */
static bool took(pump *self, DWORD length, DWORD error) {
    AcquireSRWLockExclusive(&self->lock);
    self->came += length;
    self->ended = error || length == 0;
    if (error && error != ERROR_BROKEN_PIPE && error != ERROR_HANDLE_EOF)
        self->error = EIO;
    bool more = !self->ended && !self->left;
    ReleaseSRWLockExclusive(&self->lock);
    WakeAllConditionVariable(&self->changed);
    return more;
}

/* A pipe that is being read cannot be closed, so its reader does that. */
static void end(pump *self) {
    AcquireSRWLockExclusive(&self->lock);
    while (!self->left)
        SleepConditionVariableSRW(&self->changed, &self->lock, INFINITE, 0);
    ReleaseSRWLockExclusive(&self->lock);
    _close(self->fd);
    free(self);
}

static DWORD WINAPI run(void *user) {
    pump *self = user;
    HANDLE from = (HANDLE)_get_osfhandle(self->fd);
    bool more = true;
    size_t at, room;

    while (more && wait_for_room(self, &at, &room)) {
        DWORD got = 0;
        BOOL well = ReadFile(from, self->bytes + at, (DWORD)room, &got, NULL);
        more = took(self, got, well ? 0 : GetLastError());
    }
    end(self);
    return 0;
}

/* ---- for the program ------------------------------------------------------------------------ */

static pump *find(int fd) {
    pump *found = pumps;

    while (found && found->fd != fd)
        found = found->next;
    return found;
}

static pump *begin(int fd) {
    pump *self = calloc(1, sizeof *self);

    if (!self)
        return NULL;
    self->fd = fd;
    self->next = pumps;
    self->thread = CreateThread(NULL, 0, run, self, 0, NULL);
    if (self->thread)
        return pumps = self;
    free(self);
    return NULL;
}

static pump *pump_of(int fd) {
    pump *found = find(fd);
    return found ? found : begin(fd);
}

bool pump_is_there(int fd) {
    return find(fd);
}

bool pump_wait(int fd, int milliseconds) {
    pump *self = pump_of(fd);

    if (!self)
        return true; /* reading will wait */
    ULONGLONG end = GetTickCount64() + (ULONGLONG)milliseconds, now = 0;
    AcquireSRWLockExclusive(&self->lock);
    while (self->came == self->used && !self->ended &&
           (milliseconds < 0 || (now = GetTickCount64()) < end))
        SleepConditionVariableSRW(&self->changed, &self->lock,
                                  milliseconds < 0 ? INFINITE : (DWORD)(end - now), 0);
    bool any = self->came > self->used || self->ended;
    ReleaseSRWLockExclusive(&self->lock);
    return any;
}

ptrdiff_t pump_read(int fd, void *bytes, size_t length) {
    pump *self = find(fd);

    pump_wait(fd, -1);
    AcquireSRWLockExclusive(&self->lock);
    size_t at = (size_t)(self->used % ROOM);
    length = smaller(length, smaller(ROOM - at, self->came - self->used));
    memcpy(bytes, self->bytes + at, length);
    self->used += length;
    int error = length == 0 ? self->error : 0;
    ReleaseSRWLockExclusive(&self->lock);
    WakeAllConditionVariable(&self->changed);
    if (error)
        errno = error;
    return error ? -1 : (ptrdiff_t)length;
}

size_t pump_held(int fd) {
    pump *self = find(fd);

    AcquireSRWLockExclusive(&self->lock);
    size_t held = (size_t)(self->came - self->used);
    ReleaseSRWLockExclusive(&self->lock);
    return held;
}

void pump_leave(int fd) {
    pump *self = find(fd), **link = &pumps;

    while (*link != self)
        link = &(*link)->next;
    *link = self->next;
    HANDLE thread = self->thread;
    AcquireSRWLockExclusive(&self->lock);
    bool ended = self->ended;
    self->left = true;
    WakeAllConditionVariable(&self->changed);
    ReleaseSRWLockExclusive(&self->lock); /* its thread may free it now */
    if (ended)
        WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}
