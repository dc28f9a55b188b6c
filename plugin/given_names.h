/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preference "Names of channels": of those that were created before the capture. */
#ifndef CA_GIVEN_NAMES_H
#define CA_GIVEN_NAMES_H

#include "caw_history.h"

/* Registers it, for the preferences of proto_ca. */
void given_names_register(void);

/* What it says now, on memory of the capture that begins. NULL: nothing. */
const caw_names *given_names_now(void);

#endif
