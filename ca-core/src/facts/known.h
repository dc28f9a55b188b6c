/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CAW_KNOWN_H
#define CAW_KNOWN_H

#include "caw_capture.h"

/* Which of these facts the event has, both as 1 << caw_fact_id: quicker than one by one. */
uint64_t caw_facts_known(const caw_event *event, uint64_t ids);

#endif
