/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Table rows to header fields. Names and texts made here live as long as the program.
 */
#include "compat.h"

#include "fields.h"
#include "protocol.h"

#include <epan/tfs.h>

ca_hf hf_ca[CAW_FIELDS];
int hf_ca_own[OWN_FIELDS];

expert_field ei_ca[CAW_FLAWS];
expert_field ei_ca_history[CAW_HISTORY_FLAWS];
expert_field ei_ca_own[OWN_FLAWS];

int ett_ca = -1;
int ett_ca_header = -1;
int ett_ca_request = -1;
int ett_ca_metadata = -1;
int ett_ca_value = -1;
int ett_ca_pieces = -1;

/* ---- header fields ---------------------------------------------------------------------- */

static enum ftenum type_of(const caw_field_row *row) {
    switch (row->kind) {
    case CAW_KIND_UINT:
        return row->bits <= 8 ? FT_UINT8 : row->bits <= 16 ? FT_UINT16 : FT_UINT32;
    case CAW_KIND_INT:
        return row->bits <= 16 ? FT_INT16 : FT_INT32;
    case CAW_KIND_REAL:
    case CAW_KIND_ELEMENT:
        return FT_DOUBLE;
    case CAW_KIND_TEXT:
        return FT_STRING;
    case CAW_KIND_IPV4:
        return FT_IPv4;
    case CAW_KIND_TIME:
        return FT_ABSOLUTE_TIME;
    case CAW_KIND_BYTES:
    case CAW_KIND_GROUP:
        break;
    }
    return FT_BYTES;
}

static int display_of(const caw_field_row *row) {
    switch (row->kind) {
    case CAW_KIND_UINT:
        return row->hex ? BASE_HEX : BASE_DEC;
    case CAW_KIND_INT:
        return BASE_DEC;
    case CAW_KIND_TIME:
        return ABSOLUTE_TIME_UTC;
    default:
        return BASE_NONE;
    }
}

static const value_string *value_strings(const caw_name *names) {
    if (!names)
        return NULL;
    size_t count = 0;
    while (names[count].name)
        count++;
    value_string *strings = wmem_alloc0_array(wmem_epan_scope(), value_string, count + 1);
    for (size_t i = 0; i < count; i++)
        strings[i] = (value_string){names[i].value, names[i].name};
    return strings;
}

static void add_field(GArray *all, int *id, const char *label, const char *key, enum ftenum type,
                      int display, const void *strings, uint64_t mask, const char *meaning) {
    char *abbrev = wmem_strdup_printf(wmem_epan_scope(), "ca.%s", key);
    hf_register_info info = {id, {label, abbrev, type, display, strings, mask, meaning, HFILL}};

    *id = -1;
    g_array_append_val(all, info);
}

static void add_bits(GArray *all, const caw_field_row *row, int *ids) {
    for (size_t i = 0; row->flags && row->flags[i].key && i < FIELDS_MAX_BITS; i++) {
        const caw_bit *bit = &row->flags[i];
        char *key = wmem_strdup_printf(wmem_epan_scope(), "%s.%s", row->key, bit->key);
        add_field(all, &ids[i], bit->label, key, FT_BOOLEAN, row->bits, TFS(&tfs_set_notset),
                  bit->mask, bit->meaning);
    }
}

static void add_row(GArray *all, const caw_field_row *row, ca_hf *hf) {
    enum ftenum type = type_of(row);
    int display = display_of(row);
    const void *strings = VALS(value_strings(row->names));

    hf->id = hf->alias = -1;
    if (!row->key)
        return;
    add_field(all, &hf->id, row->label, row->key, type, display, strings, 0, row->meaning);
    add_bits(all, row, hf->bits);
    if (!row->alias)
        return;
    if (type == FT_ABSOLUTE_TIME) { /* its older name meant the bytes */
        type = FT_BYTES;
        display = BASE_NONE;
    }
    add_field(all, &hf->alias, row->label, row->alias, type, display, strings, 0, row->meaning);
}

static void add_own(GArray *all, const own_field_row *row, int *id) {
    static const struct {
        enum ftenum type;
        const void *strings;
    } kinds[] = {
        [OWN_PART] = {FT_NONE, NULL},
        [OWN_TEXT] = {FT_STRING, NULL},
        [OWN_FLAG] = {FT_BOOLEAN, NULL},
        [OWN_BYTES] = {FT_BYTES, NULL},
        [OWN_DURATION] = {FT_RELATIVE_TIME, NULL},
        [OWN_FRAME] = {FT_FRAMENUM, FRAMENUM_TYPE(FT_FRAMENUM_NONE)},
        [OWN_FRAME_OF_REQUEST] = {FT_FRAMENUM, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST)},
        [OWN_FRAME_OF_RESPONSE] = {FT_FRAMENUM, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE)},
        [OWN_FRAME_OF_FIRST] = {FT_FRAMENUM, FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV)},
    };
    add_field(all, id, row->label, row->key, kinds[row->kind].type, BASE_NONE,
              kinds[row->kind].strings, 0, row->meaning);
}

static void register_fields(void) {
    GArray *all = g_array_new(FALSE, FALSE, sizeof(hf_register_info));

    for (int id = 0; id < CAW_FIELDS; id++)
        add_row(all, &caw_field_rows[id], &hf_ca[id]);
    for (int id = 0; id < OWN_FIELDS; id++)
        add_own(all, &own_field_rows[id], &hf_ca_own[id]);
    proto_register_field_array(proto_ca, (hf_register_info *)(void *)all->data, (int)all->len);
    g_array_free(all, FALSE); /* Wireshark keeps the rows */
}

/* ---- expert fields ---------------------------------------------------------------------- */

static int severity_of(caw_level level) {
    switch (level) {
    case CAW_LEVEL_NOTE:
        return PI_NOTE;
    case CAW_LEVEL_WARNING:
        return PI_WARN;
    case CAW_LEVEL_ERROR:
        break;
    }
    return PI_ERROR;
}

/* Wireshark's groups: a server's refusal is an answer like others, missing bytes are malformed. */
static int group_of(caw_flaw flaw) {
    switch (flaw) {
    case CAW_FLAW_FAILURE:
    case CAW_FLAW_ERROR_MESSAGE:
    case CAW_FLAW_CREATE_FAILED:
    case CAW_FLAW_SERVER_DISCONN:
        return PI_RESPONSE_CODE;
    case CAW_FLAW_TOO_SHORT:
    case CAW_FLAW_UNALIGNED:
        return PI_MALFORMED;
    default:
        return PI_PROTOCOL;
    }
}

static void add_expert(GArray *all, expert_field *id, const char *key, int group, int severity,
                       const char *label) {
    char *abbrev = wmem_strdup_printf(wmem_epan_scope(), "ca.flaw.%s", key);
    ei_register_info info = {id, {abbrev, group, severity, label, EXPFILL}};

    *id = (expert_field)EI_INIT;
    g_array_append_val(all, info);
}

static void register_experts(void) {
    static const int own_severities[] = {[OWN_CHAT] = PI_CHAT,
                                         [OWN_NOTE] = PI_NOTE,
                                         [OWN_WARNING] = PI_WARN,
                                         [OWN_ERROR] = PI_ERROR};
    static const int own_groups[] = {[OWN_SEQUENCE] = PI_SEQUENCE,
                                     [OWN_UNDECODABLE] = PI_UNDECODED,
                                     [OWN_MALFORMED] = PI_MALFORMED};
    GArray *all = g_array_new(FALSE, FALSE, sizeof(ei_register_info));

    for (int i = 0; i < CAW_FLAWS; i++) {
        const caw_flaw_row *row = &caw_flaw_rows[i];
        add_expert(all, &ei_ca[i], row->key, group_of((caw_flaw)i), severity_of(row->level),
                   row->label);
    }
    for (int i = 0; i < CAW_HISTORY_FLAWS; i++) {
        const caw_flaw_row *row = &caw_history_rows[i];
        add_expert(all, &ei_ca_history[i], row->key, PI_SEQUENCE, severity_of(row->level),
                   row->label);
    }
    for (int i = 0; i < OWN_FLAWS; i++) {
        const own_flaw_row *row = &own_flaw_rows[i];
        add_expert(all, &ei_ca_own[i], row->key, own_groups[row->group], own_severities[row->level],
                   row->label);
    }
    expert_register_field_array(expert_register_protocol(proto_ca),
                                (ei_register_info *)(void *)all->data, (int)all->len);
    g_array_free(all, FALSE);
}

void fields_register(void) {
    static int *subtrees[] = {&ett_ca,          &ett_ca_header, &ett_ca_request,
                              &ett_ca_metadata, &ett_ca_value,  &ett_ca_pieces};

    register_fields();
    register_experts();
    proto_register_subtree_array(subtrees, array_length(subtrees));
}
