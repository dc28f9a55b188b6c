/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message in a few words: what its item is called, and its clause in the Info column. */
#ifndef CA_BRIEF_H
#define CA_BRIEF_H

#include "caw_history.h"

/* What is known of a message beyond its bytes. Strings are NULL when not known. */
typedef struct {
    const caw_note *note;
    const char *user; /* of the circuit's client */
    const char *host;
} ca_about;

#define BRIEF_SIZE 2048 /* three names, each of whose bytes may be escaped, and a value */

/*
 * "t:ao = 2.5 (operator@console3)": the short form without the words it begins with, which are
 * message->row->brief; empty when there is nothing more to say. Points into `text`.
 */
const char *brief_details(const caw_message *message, const ca_about *about, char text[BRIEF_SIZE]);

#endif
