/* SPDX-License-Identifier: BSD-3-Clause */
#include "tshark.h"

#include "say.h"

/* Here it reads nothing. */
bool tshark_reads(const options *asked) {
    (void)asked;
    return true;
}

int tshark(const options *asked, input *from) {
    (void)asked;
    (void)from;
    return refuse(
        "display filters, reports of TShark and its options need the plugin in TShark, and"
        " the plugin is not made for Windows; --where chooses messages without it");
}
