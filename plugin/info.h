/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Info column: the messages of a payload in the order of the wire, those of a kind in a row as
 * one group, "Version, Event x30: t:a = 1, t:b = 2 and 28 more". What has no room is only counted,
 * so a packet costs no more than a line does.
 */
#ifndef CA_INFO_H
#define CA_INFO_H

#include "brief.h"

#include <epan/packet.h>

/* Of one payload; all zero at first. */
typedef struct {
    wmem_strbuf_t *text;  /* what is complete; NULL: nothing is told yet */
    wmem_strbuf_t *group; /* the latest messages, without the words they begin with ... */
    const char *kind;     /* ... which are these; NULL: they are in the text */
    unsigned count;       /* of these messages */
    unsigned more;        /* messages without room */
} ca_info;

void info_add(ca_info *info, packet_info *pinfo, const caw_message *message, const ca_about *about);

/* Something that is no message: "[Bytes missing]". */
void info_add_text(ca_info *info, packet_info *pinfo, const char *text);

/* Puts it into the column; with `first` in place of what is there, else after it. */
void info_show(ca_info *info, packet_info *pinfo, bool first);

#endif
