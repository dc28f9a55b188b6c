/* SPDX-License-Identifier: BSD-3-Clause */
#include "rights.h"

#include "input_dumpcap.h"
#include "input_say.h"
#include "own_path.h"

#include <errno.h>

static void say_how_to_get_rights(const char *interface) {
    char program[4096];
    bool known = own_path(program, sizeof program);
    input_say(
        interface,
        "you may not capture from it. Use sudo; or install dumpcap (Debian: wireshark-common) "
        "and become a member of its group wireshark; or give caw the right: "
        "sudo setcap cap_net_raw,cap_net_admin=eip %s",
        known ? program : "caw");
}

/* dumpcap may have the right that we have not. */
input *rights_borrow(const input_live *wanted) {
    input *lent = input_dumpcap(wanted);
    if (!lent && errno > 0)
        say_how_to_get_rights(wanted->interface);
    return lent;
}
