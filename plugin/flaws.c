/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "fields.h"
#include "flaws.h"

#include <epan/tap.h>

#define REPEATED CAW_HISTORY_FLAWS /* the bit after the core's */

G_STATIC_ASSERT(REPEATED < 32);

bool flaws_are_counted(void) {
    static int tap = -1;

    if (tap < 0)
        tap = find_tap_id("expert");
    return have_tap_listener(tap);
}

/* True the first time. */
static bool is_news(ca_flaws *flaws, int bit) {
    bool told = flaws->told >> bit & 1;

    flaws->told |= (uint32_t)1 << bit;
    return !told;
}

/* The flaw's field alone. */
static void add_field(const ca_flaws *flaws, proto_item *item, uint32_t at, int hf) {
    if (item)
        proto_item_set_generated(proto_tree_add_item(proto_item_add_subtree(item, ett_ca), hf,
                                                     flaws->tvb, (int)at, 0, ENC_NA));
}

static void report_history(ca_flaws *flaws, proto_item *item, uint32_t at, const caw_event *event,
                           caw_history_flaw flaw) {
    expert_field *expert = &ei_ca_history[flaw];
    char text[CAW_FLAW_TEXT];

    if (!is_news(flaws, flaw)) {
        add_field(flaws, item, at, expert->hf);
        return;
    }
    caw_event_flaw_text(event, flaw, text, sizeof text);
    expert_add_info_format(flaws->pinfo, item, expert, "%s", text);
}

static void report_repeated(ca_flaws *flaws, proto_item *item, uint32_t at) {
    expert_field *expert = &ei_ca_own[OWN_FLAW_REPEATED];

    if (is_news(flaws, REPEATED))
        expert_add_info(flaws->pinfo, item, expert);
    else
        add_field(flaws, item, at, expert->hf);
}

void flaws_report(ca_flaws *flaws, proto_item *item, uint32_t at, const caw_message *message,
                  const caw_note *note, const caw_event *event) {
    uint64_t odd = caw_flaws(message);
    uint32_t history = event ? caw_event_flaws(event) : 0;

    for (int i = 0; i < CAW_FLAWS && odd >> i; i++)
        if (odd >> i & 1)
            expert_add_info(flaws->pinfo, item, &ei_ca[i]);
    for (int i = 0; i < CAW_HISTORY_FLAWS && history >> i; i++)
        if (history >> i & 1)
            report_history(flaws, item, at, event, (caw_history_flaw)i);
    if (note->repeated && note->turn == CAW_TURN_REQUEST)
        report_repeated(flaws, item, at);
}
