/* SPDX-License-Identifier: BSD-3-Clause */
#include "descriptor.h"

#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <windows.h>

enum { STANDARD = 3 };

static bool was_closed[STANDARD];

/* Its C library would end a line in two bytes, and a file at the byte 0x1A. */
void descriptor_hold_standard(void) {
    for (int fd = 0; fd < STANDARD; fd++) {
        was_closed[fd] = _get_osfhandle(fd) < 0;
        if (was_closed[fd]) {
            int nothing = _open("NUL", fd == 0 ? _O_WRONLY : _O_RDONLY);
            _dup2(nothing, fd);
            if (nothing >= STANDARD)
                _close(nothing);
        }
        _setmode(fd, _O_BINARY);
    }
}

bool descriptor_is_readable(int fd) {
    return fd >= STANDARD || !was_closed[fd];
}

bool descriptor_wait(int fd, int milliseconds) {
    if (fd >= 0)
        return pump_wait(fd, milliseconds);
    Sleep((DWORD)milliseconds);
    return false;
}

/* What is in the pipe itself cannot be asked for while it is read: it is soon where that can be. */
int descriptor_bytes(int fd) {
    enum { SOON = 20 };

    if (!pump_is_there(fd))
        return 0;
    Sleep(SOON);
    return (int)pump_held(fd);
}

/* Windows tells it when something is written, and only then. */
bool descriptor_is_unread(int fd) {
    (void)fd;
    return false;
}

int64_t descriptor_position(int fd) {
    return GetFileType((HANDLE)_get_osfhandle(fd)) == FILE_TYPE_DISK ? _telli64(fd) : -1;
}

bool descriptor_go_to(int fd, int64_t position) {
    return _lseeki64(fd, position, SEEK_SET) >= 0;
}

ptrdiff_t descriptor_read(int fd, void *bytes, size_t length) {
    return pump_is_there(fd) ? pump_read(fd, bytes, length) : _read(fd, bytes, (unsigned)length);
}

/* For the C library each of these is some other error. */
static bool nobody_reads(DWORD error) {
    return error == ERROR_NO_DATA || error == ERROR_BROKEN_PIPE ||
           error == ERROR_PIPE_NOT_CONNECTED;
}

ptrdiff_t descriptor_write(int fd, const void *bytes, size_t length) {
    int written = _write(fd, bytes, (unsigned)length);

    if (written < 0 && nobody_reads(GetLastError()))
        errno = EPIPE;
    return written;
}

int descriptor_close(int fd) {
    if (!pump_is_there(fd))
        return _close(fd);
    pump_leave(fd);
    return 0;
}
