/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of JSON and CSV: which keys, and the text of an event. */
#ifndef CAW_DATA_H
#define CAW_DATA_H

#include "caw_capture.h"
#include "text/text.h"

typedef struct caw_data caw_data;

/* NULL, with why, when a key is none or without memory. The form's keys are not needed later. */
caw_data *caw_data_new(const caw_lines_form *form, const caw_memory *memory, caw_text *why);
void caw_data_free(caw_data *self);

/* The first line, without its end; of JSON there is none, and nothing is put. */
void caw_data_put_head(const caw_data *self, caw_text *out);

/* The event, without a line end. False without memory. */
bool caw_data_put(caw_data *self, const caw_event *event, caw_text *out);

#endif
