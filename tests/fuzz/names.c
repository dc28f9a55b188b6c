/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: a text of names. The first byte says how many pieces of memory there are (0:
 * enough). A line that is told as wrong is one of the text, and what was read before it is there.
 */
#include "caw_history.h"

#include "../core/counted.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool fact, const char *what) {
    if (!fact) {
        fprintf(stderr, "names: %s\n", what);
        abort();
    }
}

static uint32_t lines_of(const uint8_t *text, size_t len) {
    uint32_t lines = len > 0;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n' && i + 1 < len;
    return lines;
}

/* Small ids, which the text is likely to have. */
static void ask(const caw_names *names) {
    uint64_t server = caw_endpoint(UINT32_C(0x0a000005), CAW_SERVER_PORT);
    for (uint32_t id = 0; id < 20; id++) {
        caw_name_given asked = {server, server + id, (caw_named)(id & 1), id};
        const char *pv = caw_names_find(names, &asked);
        require(!pv || *pv, "an empty name");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (!len)
        return 0;
    counted count = {.good = data[0] ? data[0] : -1};
    caw_memory memory = counted_memory(&count);
    caw_names *names = caw_names_new(&memory);
    const char *problem = NULL;
    if (!names)
        return 0;
    uint32_t line = caw_names_read(names, (caw_view){data + 1, 0, (uint32_t)len - 1}, &problem);
    require(line <= lines_of(data + 1, len - 1), "a line beyond the last");
    require(!line || problem, "a line is wrong without a reason");
    caw_names_channels channels = caw_names_counted(names);
    require(channels.only <= channels.all, "more than all");
    ask(names);
    caw_names_free(names);
    require(count.live == 0, "memory that was not given back");
    return 0;
}
