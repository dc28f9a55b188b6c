/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the packets of the capture file on stdin, read in pieces of as many bytes as the argument
 * says: a line "SECONDS.NANOSECONDS EXACT LINK INTERFACE LENGTH HEX" for each, `-` for no bytes or
 * no time; then "problem OFFSET SENTENCE" if there is one.
 */
#include "heap.h"
#include "print_frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
    caw_memory memory = {take, give_back, NULL};
    caw_file *file = caw_file_new(&memory);
    size_t piece = count > 1 ? strtoul(arguments[1], NULL, 10) : 65536;
    uint8_t *bytes = malloc(piece);
    size_t length;
    uint64_t at;
    while ((length = fread(bytes, 1, piece, stdin)) > 0) {
        caw_frame frame;
        caw_file_feed(file, bytes, length);
        while (caw_file_next(file, &frame))
            print_frame(&frame);
    }
    caw_file_end(file);
    const char *problem = caw_file_problem(file, &at);
    if (problem)
        printf("problem %" PRIu64 " %s\n", at, problem);
    caw_file_free(file);
    free(bytes);
    return 0;
}
