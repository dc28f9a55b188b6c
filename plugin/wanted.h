/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of a message's fields somebody looks at: a person at all of them, a filter, a column or an
 * option at those it names (but TShark 4.0 does not say what -e names: it asks for all). Others are
 * not made, as items are what a message costs most.
 */
#ifndef CA_WANTED_H
#define CA_WANTED_H

#include "caw_capture.h"
#include "own_fields.h"

#include <epan/packet.h>

typedef enum {
    WANTED_NOT,
    WANTED_UNLESS_ZERO, /* fills a place: not worth a line while it is zero, as it ought to be */
    WANTED_ALWAYS
} wanted_how;

typedef struct {
    bool visible;              /* to a person */
    bool messages;             /* an item for each, and their flaws */
    bool fields;               /* one of the next at least, or a group of them */
    bool of_values;            /* of these, one that a message with a value can have */
    uint8_t field[CAW_FIELDS]; /* wanted_how; by its name, an older one, or one of its bits */
    bool own[OWN_FIELDS];
    bool facts; /* one of the next at least */
    bool fact[CAW_FACTS];
} ca_wanted;

/* For a packet with this tree, which may be NULL. */
void wanted_in(ca_wanted *wanted, proto_tree *tree);

/* Somebody names the field; a person who looks at all of them does not. */
bool wanted_by_name(int hf);

#endif
