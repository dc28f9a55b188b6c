/* SPDX-License-Identifier: BSD-3-Clause */
/* For a program on Windows, whose C library would make two bytes of the end of a line. */
#include <fcntl.h>
#include <io.h>

__attribute__((constructor)) static void begin(void) {
    for (int fd = 0; fd <= 2; fd++)
        _setmode(fd, _O_BINARY);
}
