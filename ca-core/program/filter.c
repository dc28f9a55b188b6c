/* SPDX-License-Identifier: BSD-3-Clause */
#include "filter.h"

#include "caw_capture.h"
#include "expression.h"
#include "filter_reach.h"
#include "output.h"
#include "say.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

static void warn(unsigned remarks) {
    for (unsigned i = 0; i < CAW_WHERE_REMARKS; i++)
        if (remarks >> i & 1)
            say("capture filter: %s", caw_where_remarks[i]);
}

/* To be freed; NULL: why has been said. */
static char *compile(const char *expression) {
    caw_where_verdict verdict;
    size_t length = caw_where_to_pcap(expression, NULL, 0, &verdict);

    if (length == 0) {
        expression_refuse("capture filter", expression, &verdict);
        return NULL;
    }
    char *text = malloc(length + 1);
    if (!text) {
        say("out of memory");
        return NULL;
    }
    caw_where_to_pcap(expression, text, length + 1, &verdict);
    warn(verdict.remarks);
    return text;
}

bool filter_compile(const char *given, char **filter) {
    static const char messages[] = "ca:";

    *filter = NULL;
    if (!given)
        return true;
    if (strncmp(given, messages, strlen(messages)) == 0) {
        *filter = compile(given + strlen(messages));
    } else {
        filter_reach_warn(given);
        *filter = strdup(given);
    }
    return *filter != NULL;
}

int filter_print(const char *expression) {
    char *text = compile(expression);

    if (!text)
        return STATUS_USAGE;
    output_text(text);
    output_text("\n");
    free(text);
    return output_end();
}
