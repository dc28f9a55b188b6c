/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caw-capture EXPRESSION: prints the pcap-filter expression.
 * caw-capture --words: prints the words of expressions.
 *
 * Exits with 2 when the expression is wrong, with 1 when the output fails; says why.
 */
#include "caw_capture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The status to exit with. When nobody reads any more the work is done, quietly. */
static int print(const char *text) {
    if ((fputs(text, stdout) >= 0 && fflush(stdout) == 0) || errno == EPIPE)
        return 0;
    fprintf(stderr, "caw: %s\n", strerror(errno));
    return 1;
}

static int complain(const char *expression, const caw_where_verdict *verdict) {
    fprintf(stderr, "caw: capture filter: %s\n  %s\n  %*s^\n", verdict->problem, expression,
            (int)verdict->at, "");
    return 2;
}

static void warn(unsigned remarks) {
    for (unsigned i = 0; i < CAW_WHERE_REMARKS; i++)
        if (remarks >> i & 1)
            fprintf(stderr, "caw: capture filter: %s\n", caw_where_remarks[i]);
}

static int print_filter(const char *expression) {
    caw_where_verdict verdict;
    size_t length = caw_where_to_pcap(expression, NULL, 0, &verdict);
    if (length == 0)
        return complain(expression, &verdict);
    char *text = malloc(length + sizeof "\n");
    if (!text) {
        fputs("caw: out of memory\n", stderr);
        return 1;
    }
    caw_where_to_pcap(expression, text, length + 1, &verdict);
    strcpy(text + length, "\n");
    warn(verdict.remarks);
    int status = print(text);
    free(text);
    return status;
}

static int print_words(void) {
    char words[CAW_WHERE_PROBLEM];
    caw_where_words(words, sizeof words);
    return print(words);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN); /* a write then fails, which print() tells from other failures */
    if (argc == 2 && strcmp(argv[1], "--words") == 0)
        return print_words();
    if (argc == 2)
        return print_filter(argv[1]);
    fputs("usage: caw-capture EXPRESSION | --words\n", stderr);
    return 2;
}
