/* SPDX-License-Identifier: BSD-3-Clause */
/* Capturing by the program dumpcap, which may where its user may not. */
#ifndef INPUT_DUMPCAP_H
#define INPUT_DUMPCAP_H

#include "input.h"

/* As input_interface; when there is no dumpcap nothing is said, and errno is ENOENT or EACCES. */
input *input_dumpcap(const input_live *live);

#endif
