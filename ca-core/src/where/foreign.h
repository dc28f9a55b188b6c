/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that people bring with them: of EPICS, pcap-filter, Wireshark, other languages. */
#ifndef CAW_WHERE_FOREIGN_H
#define CAW_WHERE_FOREIGN_H

#include "token.h"

typedef enum { WHERE_A_MESSAGE, WHERE_A_FIELD, WHERE_AN_OPERATOR } where_wanted;

/* What is written here for it; NULL: it is none of them. */
const char *caw_where_translate(const where_token *written, where_wanted wanted);

#endif
