/* SPDX-License-Identifier: BSD-3-Clause */
/* What a test program needs: checks that count and tell where they failed, and a summary. */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int test_passed, test_failed;

/* Counts; a failure prints the place, what was checked, and a printf text that says which case. */
#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (condition) {                                                                           \
            test_passed++;                                                                         \
        } else {                                                                                   \
            test_failed++;                                                                         \
            printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);                                 \
            printf(__VA_ARGS__);                                                                   \
            putchar('\n');                                                                         \
        }                                                                                          \
    } while (0)

#define CHECK_TEXT(got, want) CHECK(strcmp(got, want) == 0, "\n  got:  %s\n  want: %s", got, want)

/* The exit code of main. A program that checked nothing has failed. */
static inline int test_summary(void) {
    printf("%d passed, %d failed\n", test_passed, test_failed);
    return test_failed > 0 || test_passed == 0;
}

#endif
