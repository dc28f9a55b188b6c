/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's tables as Wireshark knows them: one header field for each field row, its alias and
 * its flag bits, one expert field for each flaw row; and the few that only a dissector needs.
 */
#ifndef CA_FIELDS_H
#define CA_FIELDS_H

#include "caw_history.h"

#include <epan/expert.h>

#define FIELDS_MAX_BITS 16

typedef struct {
    int id;                    /* -1: a word of the line, not a field */
    int alias;                 /* -1: none */
    int bits[FIELDS_MAX_BITS]; /* in the order of the row's flags */
} ca_hf;

extern ca_hf hf_ca[CAW_FIELDS];

/* Generated: not a field of the wire. */
extern int hf_ca_message;
extern int hf_ca_line;
extern int hf_ca_request;
extern int hf_ca_response;
extern int hf_ca_continuation;
extern int hf_ca_foreign;
extern int hf_ca_skipped;

/* Generated from history. */
extern int hf_ca_channel; /* another name of the PV */
extern int hf_ca_create_in;
extern int hf_ca_response_in;
extern int hf_ca_response_to;
extern int hf_ca_time;
extern int hf_ca_search_in;
extern int hf_ca_retransmission;

extern expert_field ei_ca[CAW_FLAWS];
extern expert_field ei_ca_history[CAW_HISTORY_FLAWS];

/* Seen by the dissector and not by the core: what is wrong with a stretch of bytes. */
extern expert_field ei_ca_foreign;
extern expert_field ei_ca_cut;
extern expert_field ei_ca_trailing;
extern expert_field ei_ca_large;
extern expert_field ei_ca_continuation;
extern expert_field ei_ca_skipped;
extern expert_field ei_ca_missing;
extern expert_field ei_ca_repeated;
extern expert_field ei_ca_not_reassembled;
extern expert_field ei_ca_more;

/* Subtrees. */
extern int ett_ca;
extern int ett_ca_header;
extern int ett_ca_request;
extern int ett_ca_metadata;
extern int ett_ca_value;
extern int ett_ca_pieces; /* parts of a time stamp, bits of a mask */

/* Registers all of them for proto_ca. */
void fields_register(void);

#endif
