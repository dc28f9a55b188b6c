/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "facts.h"
#include "fields.h"

static proto_item *add(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, int at, caw_fact_id id,
                       const caw_fact_value *value, const char *text) {
    int hf = hf_ca_facts[id];
    nstime_t time = {(time_t)(value->nanoseconds / 1000000000),
                     (int)(value->nanoseconds % 1000000000)};

    switch (caw_fact_rows[id].kind) {
    case CAW_FACT_IS_MARK:
        return proto_tree_add_boolean(tree, hf, tvb, at, 0, 1);
    case CAW_FACT_IS_NUMBER:
    case CAW_FACT_IS_FRAME:
        return proto_tree_add_uint(tree, hf, tvb, at, 0, (uint32_t)value->number);
    case CAW_FACT_IS_DURATION:
        return proto_tree_add_time(tree, hf, tvb, at, 0, &time);
    case CAW_FACT_IS_TEXT:
    case CAW_FACT_IS_ADDRESS:
        break;
    }
    return proto_tree_add_string(tree, hf, tvb, at, 0, wmem_strdup(pinfo->pool, text));
}

void facts_add(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t at,
               const caw_event *event, const ca_wanted *wanted) {
    char text[CAW_FACT_TEXT];
    caw_fact_value value;

    for (int i = 0; wanted->facts && i < CAW_FACTS; i++) {
        caw_fact_id id = (caw_fact_id)i;
        if (!wanted->fact[i] || !caw_fact(event, id, &value, text, sizeof text))
            continue;
        proto_item *item = add(tree, pinfo, tvb, (int)at, id, &value, text);
        if (caw_fact_rows[i].plain)
            proto_item_set_hidden(item);
        else
            proto_item_set_generated(item);
    }
}
