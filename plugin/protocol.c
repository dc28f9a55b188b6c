/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "protocol.h"

int proto_ca = -1;
unsigned ca_elements_shown = 32;
unsigned ca_largest_message = 64;
ca_bool ca_every_byte;

static void register_preferences(void) {
    module_t *module = prefs_register_protocol(proto_ca, NULL);

    prefs_register_uint_preference(
        module, "elements_shown", "Array elements shown",
        "How many elements of an array have a line of their own in the packet details and can be "
        "filtered for (0: all)",
        10, &ca_elements_shown);
    prefs_register_uint_preference(module, "largest_message", "Largest message to reassemble (MiB)",
                                   "Larger messages are decoded as far as their first segment goes",
                                   10, &ca_largest_message);
    prefs_register_bool_preference(
        module, "every_byte", "Show reserved words and padding",
        "Every byte has a line of its own in the packet details, also where it says nothing",
        &ca_every_byte);
}

void protocol_register(void) {
    proto_ca = proto_register_protocol("Channel Access", "CA", "ca");
    register_preferences();
}
