/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core knows of a message beside its bytes, as generated items below it. */
#ifndef CA_FACTS_H
#define CA_FACTS_H

#include "caw_capture.h"
#include "wanted.h"

/* Those that somebody looks at; `at` is where the message begins in the tvb. */
void facts_add(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t at,
               const caw_event *event, const ca_wanted *wanted);

#endif
