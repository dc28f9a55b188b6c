/* SPDX-License-Identifier: BSD-3-Clause */
/* A walk that leaves the header out. */
#ifndef CAW_FIELDS_H
#define CAW_FIELDS_H

#include "caw.h"

/* As caw_fields, from the first field of the payload on. */
caw_cursor caw_payload_fields(const caw_message *message, uint32_t elements);

#endif
