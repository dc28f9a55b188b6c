/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be filtered for beside the core's tables: fields that the plugin makes of a message and
 * its history, and flaws that only a dissector sees. Plain rows without Wireshark: fields.c
 * registers them, manual.c prints them.
 */
#ifndef CA_OWN_FIELDS_H
#define CA_OWN_FIELDS_H

typedef enum {
    OWN_HEADER, /* these four are groups of the core's fields */
    OWN_METADATA,
    OWN_PAYLOAD,
    OWN_FAILED_REQUEST,
    OWN_MESSAGE,
    OWN_MESSAGES,
    OWN_LINE,
    OWN_REQUEST,
    OWN_RESPONSE,
    OWN_FAILED,
    OWN_CONTINUATION,
    OWN_UNDECODED,
    OWN_SKIPPED,
    OWN_CHANNEL,
    OWN_CREATE_IN,
    OWN_RESPONSE_IN,
    OWN_RESPONSE_TO,
    OWN_TIME,
    OWN_SEARCH_IN,
    OWN_RETRANSMISSION,
    OWN_FIELDS
} own_field_id;

typedef enum {
    OWN_PART, /* items below it */
    OWN_TEXT,
    OWN_FLAG,
    OWN_BYTES,
    OWN_DURATION,
    OWN_FRAME, /* a frame's number; the others are the same, with another arrow in the list */
    OWN_FRAME_OF_REQUEST,
    OWN_FRAME_OF_RESPONSE,
    OWN_FRAME_OF_FIRST
} own_kind;

typedef struct {
    const char *key; /* after "ca." */
    const char *label;
    own_kind kind;
    const char *meaning;
} own_field_row;

extern const own_field_row own_field_rows[OWN_FIELDS];

typedef enum {
    OWN_FLAW_SKIPPED,
    OWN_FLAW_MISSING,
    OWN_FLAW_REPEATED,
    OWN_FLAW_NOT_CA,
    OWN_FLAW_CUT,
    OWN_FLAW_TRAILING,
    OWN_FLAW_NOT_REASSEMBLED,
    OWN_FLAW_REASSEMBLY_OFF,
    OWN_FLAW_MORE_ELEMENTS,
    OWN_FLAW_CONTINUATION,
    OWN_FLAWS
} own_flaw_id;

typedef enum { OWN_CHAT, OWN_NOTE, OWN_WARNING, OWN_ERROR } own_level;

/* Wireshark's groups of expert items. */
typedef enum { OWN_SEQUENCE, OWN_UNDECODABLE, OWN_MALFORMED } own_group;

typedef struct {
    const char *key; /* after "ca.flaw." */
    own_level level;
    own_group group;
    const char *label;
} own_flaw_row;

extern const own_flaw_row own_flaw_rows[OWN_FLAWS];

#endif
