/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <string.h>

#define MOST CAW_DISTANCE_FAR /* characters of words that are compared */

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Damerau and Levenshtein's distance, restricted: no letter that was swapped is changed again. */
size_t caw_distance(const char *written, size_t length, const char *word) {
    size_t rows[3][MOST + 1], width = strlen(word);

    if (width > MOST || length > MOST)
        return CAW_DISTANCE_FAR;
    for (size_t j = 0; j <= width; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= length; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
        char a = lower(written[i - 1]);
        now[0] = i;
        for (size_t j = 1; j <= width; j++) {
            char b = lower(word[j - 1]);
            now[j] = least(before[j - 1] + (a != b), least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a == lower(word[j - 2]) && b == lower(written[i - 2]))
                now[j] = least(now[j], older[j - 2] + 1);
        }
    }
    return rows[length % 3][width];
}
