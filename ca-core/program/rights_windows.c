/* SPDX-License-Identifier: BSD-3-Clause */
#include "rights.h"

#include "input_say.h"

/* dumpcap has no more rights than others here. */
input *rights_borrow(const input_live *wanted) {
    input_say(wanted->interface, "you may not capture from it: Npcap was installed for"
                                 " administrators only. Run caw as one");
    return NULL;
}
