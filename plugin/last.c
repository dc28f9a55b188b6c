/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "last.h"
#include "protocol.h"

static caw_moment last; /* of those that were read once */

static void new_capture(void) {
    last = (caw_moment){0, 0, 0};
}

static int see_packet(tvbuff_t *tvb _U_, packet_info *pinfo, proto_tree *tree _U_, void *data _U_) {
    if (!PINFO_FD_VISITED(pinfo))
        last = (caw_moment){pinfo->num, pinfo->abs_ts.nsecs, pinfo->abs_ts.secs};
    return 0;
}

caw_moment last_moment(packet_info *pinfo) {
    return PINFO_FD_VISITED(pinfo) ? last : (caw_moment){0, 0, 0};
}

void last_register(void) {
    register_postdissector(create_dissector_handle(see_packet, proto_ca));
    register_init_routine(new_capture);
}
