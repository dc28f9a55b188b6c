/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's cursor yields the fields in wire order, so the tree is built in one walk: a field
 * goes below the part of the message it is in, and pieces of a field below that field.
 */
#include "compat.h"

#include "facts.h"
#include "fields.h"
#include "plots.h"
#include "protocol.h"
#include "tree.h"

#include <wsutil/utf8_entities.h>

#include <math.h>

/* One walk over one message. */
typedef struct {
    packet_info *pinfo;
    tvbuff_t *tvb;
    uint32_t base; /* where the message begins in the tvb */
    const caw_message *message;
    const ca_about *about;
    const ca_wanted *wanted;
    proto_item *item; /* of the message; NULL: nobody looks at it */
    proto_tree *root; /* what its fields are below */
    caw_part part;    /* of the last field */
    proto_tree *part_tree;
    proto_item *part_item; /* NULL: fields of this part are below the root */
    uint32_t part_end;     /* in the tvb */
    proto_item *last_item; /* of a field; NULL: nobody looks at the last one */
    uint8_t pieces;        /* fields to come that are pieces of that one */
    caw_view states[16];   /* names of an enumeration, as they came by */
} ca_walk;

/* ---- text ------------------------------------------------------------------------------- */

/* Text in a packet's pool, as everybody shows it: labels and `-T fields` print it as it is. */
static const char *text_of(packet_info *pinfo, caw_view text) {
    size_t room = (size_t)text.len + 1; /* enough for most */
    char *shown = wmem_alloc(pinfo->pool, room);
    size_t length = caw_printable(text, shown, room);

    if (length >= room) {
        shown = wmem_realloc(pinfo->pool, shown, length + 1);
        caw_printable(text, shown, length + 1);
    }
    return shown;
}

/* The shortest decimal that reads back to the same number, of the precision it was sent in. */
static void print_real(const caw_message *message, double value, char *text, size_t size) {
    if (message->dbr && message->dbr->element == CAW_ELEMENT_FLOAT && isfinite(value)) {
        for (int digits = 6; digits <= 9; digits++) {
            char form[8];
            g_snprintf(form, sizeof form, "%%.%dg", digits);
            g_ascii_formatd(text, (int)size, form, value);
            if ((float)g_ascii_strtod(text, NULL) == (float)value)
                return;
        }
    }
    caw_real(value, text, size);
    size_t length = strlen(text);
    if (length > 2 && strcmp(text + length - 2, ".0") == 0)
        text[length - 2] = '\0';
}

/* ---- one field -------------------------------------------------------------------------- */

static proto_item *add_number(ca_walk *walk, proto_tree *tree, const ca_hf *hf, uint32_t at,
                              const caw_field *field) {
    const caw_field_row *row = &caw_field_rows[field->id];
    proto_item *item = proto_tree_add_uint(tree, hf->id, walk->tvb, (int)at, (int)field->view.len,
                                           (uint32_t)field->number);

    if (row->names) {
        const caw_name *name = caw_name_of(row->names, (uint32_t)field->number);
        bool says_more = field->id != CAW_FIELD_STATUS || field->number != CAW_ECA_NORMAL;
        if (name && name->text && says_more && walk->wanted->visible)
            proto_item_append_text(item, ", %s", name->text);
    }
    if (row->flags) {
        proto_tree *bits = proto_item_add_subtree(item, ett_ca_pieces);
        for (size_t i = 0; row->flags[i].key && i < FIELDS_MAX_BITS; i++) {
            proto_tree_add_boolean(bits, hf->bits[i], walk->tvb, (int)at, (int)field->view.len,
                                   (uint32_t)field->number);
            if (walk->wanted->visible && field->number & row->flags[i].mask)
                proto_item_append_text(item, " %s", row->flags[i].label);
        }
    }
    return item;
}

/* A number of the value or a limit of it; of an enumeration with the name of its state. */
static proto_item *add_real(ca_walk *walk, proto_tree *tree, const ca_hf *hf, uint32_t at,
                            const caw_field *field) {
    char number[40];

    if (!walk->wanted->visible)
        return proto_tree_add_double(tree, hf->id, walk->tvb, (int)at, (int)field->view.len,
                                     field->real);
    print_real(walk->message, field->real, number, sizeof number);
    proto_item *item = proto_tree_add_double_format_value(
        tree, hf->id, walk->tvb, (int)at, (int)field->view.len, field->real, "%s", number);
    if (field->id == CAW_FIELD_VALUE && walk->message->dbr &&
        walk->message->dbr->element == CAW_ELEMENT_ENUM &&
        field->number < array_length(walk->states)) {
        caw_view state = walk->states[field->number];
        if (state.len)
            proto_item_append_text(item, ", %s", text_of(walk->pinfo, state));
    }
    return item;
}

static proto_item *add_stamp(ca_walk *walk, proto_tree *tree, const ca_hf *hf, uint32_t at,
                             const caw_field *field) {
    nstime_t time = {(time_t)field->seconds + CAW_EPICS_EPOCH, (int)field->nanoseconds};

    return proto_tree_add_time(tree, hf->id, walk->tvb, (int)at, (int)field->view.len, &time);
}

static proto_item *add_bytes(ca_walk *walk, proto_tree *tree, const ca_hf *hf, uint32_t at,
                             const caw_field *field) {
    proto_item *item =
        proto_tree_add_item(tree, hf->id, walk->tvb, (int)at, (int)field->view.len, ENC_NA);

    if (field->id == CAW_FIELD_MORE_VALUES && walk->message->dbr)
        proto_item_set_text(item, UTF8_HORIZONTAL_ELLIPSIS " %u more elements",
                            field->view.len / caw_element_size(walk->message->dbr->element));
    return item;
}

static proto_item *add_text_field(ca_walk *walk, proto_tree *tree, const ca_hf *hf, uint32_t at,
                                  const caw_field *field) {
    const char *text = text_of(walk->pinfo, field->text);

    if (walk->wanted->visible && field->id == CAW_FIELD_STATE)
        return proto_tree_add_string_format(tree, hf->id, walk->tvb, (int)at, (int)field->view.len,
                                            text, "State %u: %s", field->index, text);
    return proto_tree_add_string(tree, hf->id, walk->tvb, (int)at, (int)field->view.len, text);
}

static proto_item *add_field(ca_walk *walk, proto_tree *tree, const ca_hf *hf, uint32_t at,
                             const caw_field *field) {
    switch (caw_field_rows[field->id].kind) {
    case CAW_KIND_UINT:
        return add_number(walk, tree, hf, at, field);
    case CAW_KIND_INT:
        return proto_tree_add_int(tree, hf->id, walk->tvb, (int)at, (int)field->view.len,
                                  (int32_t)(int64_t)field->number);
    case CAW_KIND_REAL:
    case CAW_KIND_ELEMENT:
        return add_real(walk, tree, hf, at, field);
    case CAW_KIND_TEXT:
        return add_text_field(walk, tree, hf, at, field);
    case CAW_KIND_IPV4:
        return proto_tree_add_ipv4(tree, hf->id, walk->tvb, (int)at, (int)field->view.len,
                                   g_htonl((uint32_t)field->number));
    case CAW_KIND_TIME:
        return add_stamp(walk, tree, hf, at, field);
    case CAW_KIND_BYTES:
        return add_bytes(walk, tree, hf, at, field);
    case CAW_KIND_GROUP:
        break;
    }
    return NULL;
}

/* The same value under the name it used to have: a hidden item without bytes of its own. */
static void add_alias(ca_walk *walk, proto_tree *tree, const ca_hf *hf, uint32_t at,
                      const caw_field *field) {
    ca_hf hidden = {.id = hf->alias};
    caw_field empty = *field;
    proto_item *item;

    if (hf->alias < 0 || !(walk->wanted->visible || wanted_by_name(hf->alias)))
        return;
    empty.view.len = 0;
    if (caw_field_rows[field->id].kind == CAW_KIND_TIME)
        item = proto_tree_add_bytes_with_length(tree, hf->alias, walk->tvb, (int)at, 0,
                                                field->view.bytes, (int)field->view.len);
    else
        item = add_field(walk, tree, &hidden, at, &empty);
    proto_item_set_hidden(item);
}

/* ---- parts of the message --------------------------------------------------------------- */

/* A value stands in its own line, elements of an array below one. */
static bool is_array(const caw_message *message) {
    return message->elements > 1;
}

/* Its text is put there, because the packet diagram takes none from the name. */
static void open_tree(ca_walk *walk, uint32_t at, own_field_id id, int subtree) {
    if (!walk->wanted->own[id])
        return;
    walk->part_item = proto_tree_add_item(walk->root, hf_ca_own[id], walk->tvb, (int)at, 0, ENC_NA);
    walk->part_tree = proto_item_add_subtree(walk->part_item, subtree);
    if (walk->wanted->visible)
        proto_item_set_text(walk->part_item, "%s", own_field_rows[id].label);
}

static void close_part(ca_walk *walk) {
    if (walk->part_item)
        proto_item_set_end(walk->part_item, walk->tvb, (int)walk->part_end);
}

static void open_part(ca_walk *walk, uint32_t at, const caw_field *field) {
    char preview[BRIEF_SIZE];

    close_part(walk);
    walk->part = field->part;
    walk->part_item = NULL;
    walk->part_tree = walk->root;
    switch (field->part) {
    case CAW_PART_HEADER:
        open_tree(walk, at, OWN_HEADER, ett_ca_header);
        break;
    case CAW_PART_REQUEST:
        open_tree(walk, at, OWN_FAILED_REQUEST, ett_ca_request);
        break;
    case CAW_PART_META:
        open_tree(walk, at, OWN_METADATA, ett_ca_metadata);
        break;
    case CAW_PART_VALUE:
        if (!is_array(walk->message))
            break;
        open_tree(walk, at, OWN_PAYLOAD, ett_ca_value);
        if (walk->part_item && walk->wanted->visible) {
            caw_summary_value(walk->message, preview, sizeof preview);
            proto_item_append_text(walk->part_item, ": %s", preview);
        }
        break;
    case CAW_PART_PAYLOAD:
        break;
    }
}

static bool is_zero(caw_view bytes) {
    for (uint32_t i = 0; i < bytes.len; i++)
        if (bytes.bytes[i])
            return false;
    return true;
}

/* It only fills its place, and nobody asks for it. */
static bool is_filler(const ca_walk *walk, const caw_field *field) {
    return walk->wanted->field[field->id] == WANTED_UNLESS_ZERO && is_zero(field->view);
}

static void add_part_field(ca_walk *walk, const caw_field *field, bool piece) {
    uint32_t at = walk->base + field->view.at;
    const ca_hf *hf = &hf_ca[field->id];
    proto_tree *tree = piece && walk->last_item
                           ? proto_item_add_subtree(walk->last_item, ett_ca_pieces)
                           : walk->part_tree;
    proto_item *item = add_field(walk, tree, hf, at, field);

    if (walk->part_item && field->part == CAW_PART_VALUE && field->id != CAW_FIELD_MORE_VALUES)
        proto_item_prepend_text(item, "[%u] ", field->index);
    add_alias(walk, tree, hf, at, field);
    if (!piece)
        walk->last_item = item;
}

/* What the preference says, and no more than Wireshark takes: it holds too many for a bug. */
static uint32_t elements_shown(const ca_walk *walk) {
    uint32_t items = PTREE_DATA(walk->root)->count;
    uint32_t most = CA_MOST_TREE_ITEMS;
    uint32_t room = most > items ? (most - items) / 2 : 0;

    return ca_elements_shown ? MIN(ca_elements_shown, room) : room;
}

static void report_more(const ca_walk *walk, proto_item *item, uint32_t shown) {
    if (walk->message->elements > shown)
        expert_add_info_format(walk->pinfo, item, &ei_ca_own[OWN_FLAW_MORE_ELEMENTS],
                               "Of %u elements the first %u are shown one by one",
                               walk->message->elements, shown);
}

/* A filler goes to what is before it: the part, or the field in a part without an item. */
static void walk_field(ca_walk *walk, const caw_field *field) {
    uint32_t end = walk->base + field->view.at + field->view.len;
    bool filler = is_filler(walk, field);
    bool piece = walk->pieces > 0;

    walk->pieces = piece ? walk->pieces - 1 : field->parts;
    if (filler && !walk->part_item)
        proto_item_set_end(walk->last_item, walk->tvb, (int)end);
    if (!piece && !filler)
        walk->last_item = NULL;
    if (!filler && field->part != walk->part)
        open_part(walk, walk->base + field->view.at, field);
    if (!filler && walk->wanted->field[field->id])
        add_part_field(walk, field, piece);
    walk->part_end = end;
}

static void add_fields(ca_walk *walk, uint32_t shown) {
    const uint8_t *wanted = walk->wanted->field;
    bool all = wanted[CAW_FIELD_VALUE] || wanted[CAW_FIELD_STRING];
    caw_cursor cursor = caw_fields(walk->message, all ? shown : 0);
    caw_field field;

    if (walk->message->dbr ? !walk->wanted->of_values : !walk->wanted->fields)
        return;
    walk->part = CAW_PART_PAYLOAD; /* none of the header's */
    walk->part_tree = walk->root;
    while (caw_next(&cursor, &field)) {
        if (field.id == CAW_FIELD_STATE && field.index < array_length(walk->states))
            walk->states[field.index] = field.text;
        walk_field(walk, &field);
    }
    close_part(walk);
}

/* ---- generated items -------------------------------------------------------------------- */

static void add_generated(ca_walk *walk, int hf, const char *text) {
    proto_item *item = proto_tree_add_string(walk->root, hf, walk->tvb, (int)walk->base, 0, text);
    proto_item_set_generated(item);
}

static void add_hidden_flag(ca_walk *walk, own_field_id id) {
    if (!walk->wanted->own[id])
        return;
    int hf = hf_ca_own[id];
    proto_item *item = proto_tree_add_boolean(walk->root, hf, walk->tvb, (int)walk->base, 0, 1);
    proto_item_set_hidden(item);
}

/* The word "failed" of the core's expressions. */
static bool has_failed(const caw_message *message) {
    switch (message->row->command) {
    case CAW_COMMAND_ERROR:
    case CAW_COMMAND_CREATE_CH_FAIL:
    case CAW_COMMAND_SERVER_DISCONN:
        return true;
    default:
        return message->row->param1 == CAW_FIELD_STATUS && message->param1 != CAW_ECA_NORMAL;
    }
}

/* Long strings travel as CHAR arrays: show those that are text, up to their NUL. */
static void add_text(ca_walk *walk) {
    int hf = hf_ca[CAW_FIELD_STRING].id;
    caw_view text;

    if (!walk->wanted->field[CAW_FIELD_STRING] || !caw_long_string(walk->message, &text))
        return;
    const char *shown = text_of(walk->pinfo, text);
    proto_item *item = proto_tree_add_string_format(
        walk->root, hf, walk->tvb, (int)(walk->base + text.at), 0, shown, "Text: %s", shown);
    proto_item_set_generated(item);
}

/* The text line can be as long as the message: only for who asks by name. */
static void add_line(ca_walk *walk) {
    if (!walk->wanted->own[OWN_LINE])
        return;
    size_t length = caw_line(walk->message, NULL, 0);
    char *line = wmem_alloc(walk->pinfo->pool, length + 1);
    caw_line(walk->message, line, length + 1);
    proto_item *item =
        proto_tree_add_string(walk->root, hf_ca_own[OWN_LINE], walk->tvb, (int)walk->base, 0, line);
    proto_item_set_hidden(item);
}

/* "Channel Access, Read Notify Response, t:ai = 3.25 mm": the short form, named in full. */
static void set_title(const ca_walk *walk) {
    char text[BRIEF_SIZE];
    const char *details = brief_details(walk->message, walk->about, text);

    proto_item_set_text(walk->item, "Channel Access, %s%s%s", walk->message->row->label,
                        *details ? ", " : "", details);
}

/* ---- what history tells ------------------------------------------------------------------- */

static void add_frame(ca_walk *walk, own_field_id id, uint32_t frame) {
    if (!frame || frame == walk->pinfo->num || !walk->wanted->own[id])
        return;
    proto_item_set_generated(
        proto_tree_add_uint(walk->root, hf_ca_own[id], walk->tvb, (int)walk->base, 0, frame));
}

/* A name that the message does not carry itself. */
static void add_name(ca_walk *walk, caw_field_id id, const char *name) {
    if (!name || walk->message->row->text == id || !walk->wanted->field[id])
        return;
    add_generated(walk, hf_ca[id].id, text_of(walk->pinfo, caw_view_of(name)));
}

static void add_pv(ca_walk *walk, const char *pv) {
    if (!pv)
        return;
    add_name(walk, CAW_FIELD_PV, pv);
    if (!walk->wanted->own[OWN_CHANNEL])
        return;
    proto_item *alias =
        proto_tree_add_string(walk->root, hf_ca_own[OWN_CHANNEL], walk->tvb, (int)walk->base, 0,
                              text_of(walk->pinfo, caw_view_of(pv)));
    proto_item_set_hidden(alias);
}

static void add_time(ca_walk *walk, const caw_moment *request) {
    nstime_t asked = {request->seconds, request->nanoseconds};
    nstime_t elapsed;

    if (!walk->wanted->own[OWN_TIME])
        return;
    nstime_delta(&elapsed, &walk->pinfo->abs_ts, &asked);
    proto_item_set_generated(proto_tree_add_time(walk->root, hf_ca_own[OWN_TIME], walk->tvb,
                                                 (int)walk->base, 0, &elapsed));
}

static void add_exchange(ca_walk *walk, const caw_note *note) {
    const caw_exchange *exchange = note->exchange;

    if (!exchange)
        return;
    if (note->turn == CAW_TURN_RESPONSE) {
        add_frame(walk, OWN_RESPONSE_TO, exchange->request.frame);
        add_time(walk, &exchange->request);
        return;
    }
    if (walk->message->row->speaker == CAW_SIDE_SERVER)
        return; /* an update, which answers nothing */
    add_frame(walk, OWN_RESPONSE_IN, exchange->answer.frame);
    if (note->repeated)
        add_frame(walk, OWN_RETRANSMISSION, exchange->request.frame);
}

static void add_history(ca_walk *walk) {
    const caw_note *note = walk->about->note;
    const caw_exchange *creation = note->channel ? note->channel->creation : NULL;

    add_pv(walk, caw_pv(note));
    if (creation)
        add_frame(walk, OWN_CREATE_IN, creation->request.frame);
    if (creation && creation == note->exchange && creation->search)
        add_frame(walk, OWN_SEARCH_IN, creation->search->request.frame);
    add_name(walk, CAW_FIELD_USER, walk->about->user);
    add_name(walk, CAW_FIELD_HOST, walk->about->host);
    add_exchange(walk, note);
}

/* ---- the message ------------------------------------------------------------------------ */

/* Where nobody looks at messages, their fields are below the packet. */
static void open_message(ca_walk *walk, proto_tree *tree) {
    walk->root = tree;
    if (!walk->wanted->messages)
        return;
    walk->item = proto_tree_add_item(tree, proto_ca, walk->tvb, (int)walk->base,
                                     (int)walk->message->whole.len, ENC_NA);
    walk->root = proto_item_add_subtree(walk->item, ett_ca);
    if (walk->wanted->visible)
        set_title(walk);
}

proto_item *tree_message(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t at,
                         const caw_message *message, const ca_about *about, const caw_event *event,
                         const ca_wanted *wanted) {
    ca_walk walk = {.pinfo = pinfo,
                    .tvb = tvb,
                    .base = at,
                    .message = message,
                    .about = about,
                    .wanted = wanted};

    if (!tree)
        return NULL;
    open_message(&walk, tree);
    uint32_t shown = elements_shown(&walk);
    report_more(&walk, walk.item, shown);
    add_fields(&walk, shown);
    add_text(&walk);
    add_history(&walk);
    if (wanted->own[OWN_MESSAGE])
        add_generated(&walk, hf_ca_own[OWN_MESSAGE], message->row->name);
    if (message->row->exchange == CAW_TURN_REQUEST)
        add_hidden_flag(&walk, OWN_REQUEST);
    if (message->row->exchange == CAW_TURN_RESPONSE)
        add_hidden_flag(&walk, OWN_RESPONSE);
    if (has_failed(message))
        add_hidden_flag(&walk, OWN_FAILED);
    add_line(&walk);
    if (event)
        facts_add(walk.root, pinfo, tvb, at, event, wanted);
    plots_add(walk.root, tvb, at, message, caw_pv(about->note), wanted->visible);
    return walk.item;
}

void tree_bytes(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t at, uint32_t length,
                int field, expert_field *expert, const char *what) {
    proto_item *item = proto_tree_add_item(tree, proto_ca, tvb, (int)at, (int)length, ENC_NA);
    proto_tree *root = proto_item_add_subtree(item, ett_ca);

    proto_tree_add_item(root, field, tvb, (int)at, (int)length, ENC_NA);
    proto_item_set_text(item, "Channel Access, %s (%u bytes)", what, length);
    expert_add_info_format(pinfo, item, expert, "%s (%u bytes)", what, length);
}
