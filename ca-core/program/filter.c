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

/* Words of ours without "ca:", which libpcap would call a syntax error. */
static bool is_of_messages(const char *given) {
    static const char *const packets[] = {"tcp", "udp", "src", "dst", "host", "net", "port", "not"};
    caw_where_verdict verdict;
    const char *word = given + strspn(given, " \t\n(!");
    size_t length = strcspn(word, " \t\n()");

    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++)
        if (strlen(packets[i]) == length && strncmp(packets[i], word, length) == 0)
            return false;
    return caw_where_to_pcap(given, NULL, 0, &verdict) > 0;
}

bool filter_compile(const char *given, char **filter) {
    static const char messages[] = "ca:";

    *filter = NULL;
    if (!given)
        return true;
    if (strncmp(given, messages, strlen(messages)) == 0) {
        *filter = compile(given + strlen(messages));
    } else if (is_of_messages(given)) {
        say("capture filter: messages are chosen after ca: as in -f 'ca:%s'", given);
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
