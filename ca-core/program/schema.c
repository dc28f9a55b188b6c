/* SPDX-License-Identifier: BSD-3-Clause */
#include "schema.h"

#include "heap.h"
#include "output.h"
#include "say.h"

#include "caw_capture.h"

#include <string.h>

static bool write_text(void *user, const char *text, size_t length) {
    (void)user;
    return output_write(text, length);
}

int schema_print(const char *words) {
    static const char *const all[] = {[CAW_SCHEMA_JSON] = "json",
                                      [CAW_SCHEMA_DUCKDB] = "duckdb",
                                      [CAW_SCHEMA_SPARK] = "spark",
                                      [CAW_SCHEMA_ELASTIC] = "elastic"};
    static const caw_output output = {write_text, NULL};
    int i = 0;

    while (strcmp(all[i], words) != 0)
        i++;
    if (!caw_schema_print((caw_schema)i, &heap, &output) && !output_is_over())
        return refuse("out of memory");
    return output_end();
}
