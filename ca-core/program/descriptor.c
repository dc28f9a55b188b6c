/* SPDX-License-Identifier: BSD-3-Clause */
#include "descriptor.h"

#include <poll.h>
#include <sys/ioctl.h>

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
    return poll(&reader, 1, 0) == 1 && reader.revents & POLLERR;
}
