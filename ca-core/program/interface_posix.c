/* SPDX-License-Identifier: BSD-3-Clause */
#include "interface.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

bool interface_look(const char *name, bool *down) {
    struct ifreq request = {0};
    int control = socket(AF_INET, SOCK_DGRAM, 0);
    if (control < 0)
        return false;
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    bool known = ioctl(control, SIOCGIFFLAGS, &request) == 0;
    close(control);
    *down = !(request.ifr_flags & IFF_UP);
    return known;
}
