/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice of a message's row. */
#ifndef CAW_MESSAGE_H
#define CAW_MESSAGE_H

#include "caw.h"

/*
 * Sets the row of a message by command, speaker and transport.
 * `confirmation`: of the two answers to EVENT_ADD, the one that confirms a cancel.
 */
void caw_find_row(caw_message *message, bool confirmation);

#endif
