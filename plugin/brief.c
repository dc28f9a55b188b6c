/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "brief.h"

const char *brief_details(const caw_message *message, const ca_about *about,
                          char text[BRIEF_SIZE]) {
    const caw_about known = {.pv = caw_pv(about->note), .user = about->user, .host = about->host};

    caw_summary(message, &known, text, BRIEF_SIZE);
    text += strlen(message->row->brief);
    return *text == ' ' ? text + 1 : text;
}
