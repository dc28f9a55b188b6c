/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a message ends, by its header alone. */
#include "caw.h"
#include "make.h"
#include "test.h"

static const struct {
    const char *what;
    int64_t size;
    draft message;
} cases[] = {
    {"no payload", 16, {.command = CAW_COMMAND_ECHO}},
    {"a payload", 24, {.command = CAW_COMMAND_READ_NOTIFY, .declared = 8}},
    {"the largest plain one", 16 + 65528, {.command = CAW_COMMAND_READ_NOTIFY, .declared = 65528}},
    {"an unaligned one of a command that exists", 21, {.command = 27, .declared = 5}},
    {"an unknown command, aligned", 24, {.command = 28, .declared = 8}},
    {"an unknown command, unaligned", CAW_MALFORMED, {.command = 28, .declared = 5}},
    {"an extended header, no payload", 24, {.command = CAW_COMMAND_READ_NOTIFY, .extended = true}},
    {"an extended header whose 16 bit count is not 0",
     32,
     {.command = CAW_COMMAND_READ_NOTIFY, .extended = true, .marker = 1, .declared = 8}},
    {"the largest of all",
     INT64_C(24) + 0xffffffff,
     {.command = CAW_COMMAND_READ_NOTIFY, .extended = true, .declared = 0xffffffff}},
    {"an unknown command, extended, unaligned",
     CAW_MALFORMED,
     {.command = 0xffff, .extended = true, .declared = 0xffffffff}},
};

int main(void) {
    static uint8_t bytes[MADE_MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_message(&cases[i].message, bytes);
        size_t header = cases[i].message.extended ? 24 : 16;
        for (size_t available = 0; available < 40; available++) {
            int64_t size = caw_size(bytes, available);
            int64_t want = available < header ? CAW_MORE : cases[i].size;
            CHECK(size == want, "%s, %zu bytes: %lld", cases[i].what, available, (long long)size);
            int32_t command = available < 2 ? -1 : cases[i].message.command;
            CHECK(caw_command_at(bytes, available) == command, "%s", cases[i].what);
        }
    }
    return test_summary();
}
