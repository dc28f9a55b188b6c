/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's tables as Wireshark knows them: one header field for each field row, its alias and
 * its flag bits, one for each fact, one expert field for each flaw row; and the plugin's own rows.
 */
#ifndef CA_FIELDS_H
#define CA_FIELDS_H

#include "caw_capture.h"
#include "own_fields.h"

#include <epan/expert.h>

#define FIELDS_MAX_BITS 16

typedef struct {
    int id;                    /* -1: a word of the line, not a field */
    int alias;                 /* -1: none */
    int bits[FIELDS_MAX_BITS]; /* in the order of the row's flags */
} ca_hf;

extern ca_hf hf_ca[CAW_FIELDS];

extern int hf_ca_own[OWN_FIELDS];
extern int hf_ca_facts[CAW_FACTS];

extern expert_field ei_ca[CAW_FLAWS];
extern expert_field ei_ca_history[CAW_HISTORY_FLAWS];
extern expert_field ei_ca_own[OWN_FLAWS];

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
