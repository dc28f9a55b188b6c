/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "info.h"

#define ROOM 200 /* characters; the clause that reaches it is the last */

/* False when nobody looks at the column. */
static bool begin(ca_info *info, packet_info *pinfo) {
    if (!col_get_writable(pinfo->cinfo, COL_INFO))
        return false;
    if (!info->text) {
        info->text = wmem_strbuf_new(pinfo->pool, "");
        info->group = wmem_strbuf_new(pinfo->pool, "");
    }
    return true;
}

static bool is_full(const ca_info *info) {
    return wmem_strbuf_get_len(info->text) + wmem_strbuf_get_len(info->group) >= ROOM;
}

/* One more of a list. */
static void append(wmem_strbuf_t *list, const char *text) {
    if (wmem_strbuf_get_len(list) && *text)
        wmem_strbuf_append(list, ", ");
    wmem_strbuf_append(list, text);
}

/* "Event t:a = 1", "Event x30: t:a = 1, t:b = 2", "Echo x2" */
static void end_group(ca_info *info) {
    const char *messages = wmem_strbuf_get_str(info->group);

    if (!info->kind)
        return;
    append(info->text, info->kind);
    if (info->count > 1)
        wmem_strbuf_append_printf(info->text, " x%u%s", info->count, *messages ? ":" : "");
    if (*messages)
        wmem_strbuf_append(info->text, " ");
    wmem_strbuf_append(info->text, messages);
    wmem_strbuf_truncate(info->group, 0);
    info->kind = NULL;
}

void info_add(ca_info *info, packet_info *pinfo, const caw_message *message,
              const ca_about *about) {
    const char *kind = message->row->brief;
    char text[BRIEF_SIZE];

    if (!begin(info, pinfo))
        return;
    if (!info->kind || strcmp(info->kind, kind) != 0) {
        end_group(info);
        if (!is_full(info)) {
            info->kind = kind;
            info->count = 0;
        }
    }
    info->count++;
    if (is_full(info))
        info->more++;
    else
        append(info->group, brief_details(message, about, text));
}

void info_add_text(ca_info *info, packet_info *pinfo, const char *text) {
    if (!begin(info, pinfo))
        return;
    end_group(info);
    if (!is_full(info))
        append(info->text, text);
}

void info_show(ca_info *info, packet_info *pinfo, bool first) {
    if (!info->text)
        return;
    end_group(info);
    if (info->more)
        wmem_strbuf_append_printf(info->text, " and %u more", info->more);
    if (first)
        col_add_str(pinfo->cinfo, COL_INFO, wmem_strbuf_get_str(info->text));
    else
        col_append_sep_str(pinfo->cinfo, COL_INFO, ", ", wmem_strbuf_get_str(info->text));
}
