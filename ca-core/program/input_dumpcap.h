/* SPDX-License-Identifier: BSD-3-Clause */
/* Capturing by the program dumpcap, which may where its user may not. */
#ifndef INPUT_DUMPCAP_H
#define INPUT_DUMPCAP_H

#include "input.h"

/*
 * As input_interface. When there is no dumpcap, or it has no right either, that is not said: errno
 * is then above 0.
 */
input *input_dumpcap(const input_live *live);

#endif
