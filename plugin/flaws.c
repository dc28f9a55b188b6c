/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "fields.h"
#include "flaws.h"

#define REPEATED CAW_HISTORY_FLAWS /* the bit after the core's */

/* An expert item, or the flaw's field alone. */
static void report_once(ca_flaws *flaws, int bit, proto_item *item, uint32_t at,
                        expert_field *flaw) {
    if (!(flaws->told >> bit & 1)) {
        expert_add_info(flaws->pinfo, item, flaw);
    } else if (item) {
        proto_tree *tree = proto_item_add_subtree(item, ett_ca);
        proto_item_set_generated(
            proto_tree_add_item(tree, flaw->hf, flaws->tvb, (int)at, 0, ENC_NA));
    }
    flaws->told |= (uint32_t)1 << bit;
}

void flaws_report(ca_flaws *flaws, proto_item *item, uint32_t at, const caw_message *message,
                  const caw_note *note) {
    uint64_t odd = caw_flaws(message);

    for (int i = 0; i < CAW_FLAWS && odd >> i; i++)
        if (odd >> i & 1)
            expert_add_info(flaws->pinfo, item, &ei_ca[i]);
    for (int i = 0; i < CAW_HISTORY_FLAWS && note->flaws >> i; i++)
        if (note->flaws >> i & 1)
            report_once(flaws, i, item, at, &ei_ca_history[i]);
    if (note->repeated && note->turn == CAW_TURN_REQUEST)
        report_once(flaws, REPEATED, item, at, &ei_ca_own[OWN_FLAW_REPEATED]);
}
