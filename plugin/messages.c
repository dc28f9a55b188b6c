/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "fields.h"
#include "messages.h"

#define ROOM 200 /* characters; the name that reaches it is the last */

/* "EventAddResponse x30" */
static void end_row(ca_messages *messages) {
    wmem_strbuf_t *text = messages->text;

    if (!messages->count)
        return;
    if (wmem_strbuf_get_len(text) >= ROOM) {
        messages->more += messages->count;
    } else {
        wmem_strbuf_append_printf(text, "%s%s", wmem_strbuf_get_len(text) ? ", " : "",
                                  messages->last->name);
        if (messages->count > 1)
            wmem_strbuf_append_printf(text, " x%u", messages->count);
    }
    messages->count = 0;
}

/* The VERSION that begins a datagram or a circuit is about what follows. */
static bool is_opening(const ca_messages *messages) {
    return messages->count == 1 && messages->last->command == CAW_COMMAND_VERSION &&
           wmem_strbuf_get_len(messages->text) == 0;
}

void messages_add(ca_messages *messages, packet_info *pinfo, const caw_message *message) {
    if (!messages->text)
        messages->text = wmem_strbuf_new(pinfo->pool, "");
    if (messages->count && messages->last != message->row) {
        if (is_opening(messages))
            messages->count = 0;
        end_row(messages);
    }
    messages->last = message->row;
    messages->count++;
}

void messages_show(ca_messages *messages, proto_tree *tree, tvbuff_t *tvb) {
    if (!messages->text)
        return;
    end_row(messages);
    if (messages->more)
        wmem_strbuf_append_printf(messages->text, " and %u more", messages->more);
    proto_item_set_hidden(proto_tree_add_string(tree, hf_ca_own[OWN_MESSAGES], tvb, 0, 0,
                                                wmem_strbuf_get_str(messages->text)));
}
