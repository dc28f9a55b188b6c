/* SPDX-License-Identifier: BSD-3-Clause */
#include "descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

void descriptor_hold_standard(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

bool descriptor_is_readable(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY;
}

bool descriptor_wait(int fd, int milliseconds) {
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    return poll(&wanted, 1, milliseconds) > 0;
}

int descriptor_bytes(int fd) {
    int waiting = 0;
    return ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0 ? waiting : 0;
}

bool descriptor_is_unread(int fd) {
    struct pollfd reader = {.fd = fd, .events = 0};
    return poll(&reader, 1, 0) == 1 && reader.revents & (POLLERR | POLLHUP);
}

int64_t descriptor_position(int fd) {
    return lseek(fd, 0, SEEK_CUR);
}

bool descriptor_go_to(int fd, int64_t position) {
    return lseek(fd, (off_t)position, SEEK_SET) >= 0;
}

ptrdiff_t descriptor_read(int fd, void *bytes, size_t length) {
    return read(fd, bytes, length);
}

ptrdiff_t descriptor_write(int fd, const void *bytes, size_t length) {
    return write(fd, bytes, length);
}

int descriptor_close(int fd) {
    return close(fd);
}
