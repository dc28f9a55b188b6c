/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "wanted.h"

#include "fields.h"
#include "protocol.h"

bool wanted_by_name(int hf) {
    return hf >= 0 && proto_registrar_get_nth((unsigned)hf)->ref_type >= HF_REF_TYPE_DIRECT;
}

static bool is_named(caw_field_id id) {
    const ca_hf *hf = &hf_ca[id];
    const caw_bit *bits = caw_field_rows[id].flags;

    for (size_t i = 0; bits && bits[i].key && i < FIELDS_MAX_BITS; i++)
        if (wanted_by_name(hf->bits[i]))
            return true;
    return wanted_by_name(hf->id) || wanted_by_name(hf->alias);
}

/* What a person sees of a field without asking for it. */
static wanted_how shown(caw_field_id id) {
    if (ca_every_byte)
        return WANTED_ALWAYS;
    return caw_field_rows[id].filler ? WANTED_UNLESS_ZERO : WANTED_ALWAYS;
}

/* What a message with a value, of which there are most, does not have. */
static bool is_of_others(int id) {
    return id >= CAW_FIELD_PV && id <= CAW_FIELD_ERROR_TEXT;
}

static bool is_any_named(const expert_field *flaws, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (wanted_by_name(flaws[i].hf))
            return true;
    return false;
}

/* By their names, or by a field of all expert items. */
static bool are_flaws_named(void) {
    static int experts = -1; /* Wireshark's protocol of all expert items */

    if (experts < 0)
        experts = proto_get_id_by_filter_name("_ws.expert");
    return proto_registrar_get_nth((unsigned)experts)->ref_type != HF_REF_TYPE_NONE ||
           is_any_named(ei_ca, CAW_FLAWS) || is_any_named(ei_ca_history, CAW_HISTORY_FLAWS) ||
           is_any_named(ei_ca_own, OWN_FLAWS);
}

void wanted_in(ca_wanted *wanted, proto_tree *tree) {
    *wanted = (ca_wanted){.visible = tree && PTREE_DATA(tree)->visible};
    if (!tree)
        return;
    wanted->messages = wanted->visible || wanted_by_name(proto_ca) || are_flaws_named();
    for (int id = 0; id < CAW_FIELDS; id++) {
        wanted_how how = is_named((caw_field_id)id) ? WANTED_ALWAYS
                         : wanted->visible          ? shown((caw_field_id)id)
                                                    : WANTED_NOT;
        wanted->field[id] = (uint8_t)how;
        wanted->fields |= how != WANTED_NOT;
        wanted->of_values |= how != WANTED_NOT && !is_of_others(id);
    }
    for (int id = 0; id < OWN_FIELDS; id++)
        wanted->own[id] = wanted_by_name(hf_ca_own[id]) || (wanted->visible && id != OWN_LINE);
    for (int id = 0; id < CAW_FACTS; id++) {
        wanted->fact[id] = wanted->visible || wanted_by_name(hf_ca_facts[id]);
        wanted->facts |= wanted->fact[id];
    }
}
