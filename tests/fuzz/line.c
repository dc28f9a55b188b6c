/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: all that prints what came from the wire, into buffers of every size. Any
 * text must be one line of valid UTF-8 without control characters.
 *
 * The first byte says what the caller knows, as in decode.c, the second the size of the buffer,
 * the third how many of the bytes after it are a name; then the message.
 */
#include "caw.h"

#include "printing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define MANY 65536

static caw_message message;
static char name[256];
static double number;

/* ---- what prints -------------------------------------------------------------------------- */

static size_t print_line(char *text, size_t size) {
    return caw_line(&message, text, size);
}

static size_t print_brief(char *text, size_t size) {
    return caw_summary(&message, NULL, text, size);
}

static size_t print_brief_of_name(char *text, size_t size) {
    return caw_summary(&message, &(caw_about){.pv = name}, text, size);
}

static size_t print_value(char *text, size_t size) {
    return caw_summary_value(&message, text, size);
}

static size_t print_real(char *text, size_t size) {
    return caw_real(number, text, size);
}

static size_t print_malformed(char *text, size_t size) {
    return caw_malformed_line("not reassembled", message.size, text, size);
}

/* "Class(...)": no text from the wire ends it early. */
static void check_line(void) {
    static char text[MANY];
    const char *class = caw_broken(&message) ? "Malformed" : message.row->name;
    size_t length = caw_line(&message, text, sizeof text);
    require(strncmp(text, class, strlen(class)) == 0 && text[strlen(class)] == '(', "its class");
    require(length >= sizeof text || text[length - 1] == ')', "its end");
}

static void check_real(const uint8_t *data, size_t len) {
    char text[40];
    if (len < sizeof number)
        return;
    memcpy(&number, data, sizeof number);
    caw_real(number, text, sizeof text);
    double back = strtod(text, NULL);
    require(back == number || number != number, "another number");
}

/* ---- the target --------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static printer *const printers[] = {print_line,  print_brief, print_brief_of_name,
                                        print_value, print_real,  print_malformed};
    if (len < 3 || len - 3 < data[2])
        return 0;
    caw_context context = {.transport = data[0] & 1 ? CAW_TRANSPORT_UDP : CAW_TRANSPORT_TCP,
                           .speaker = (caw_side)((data[0] >> 1 & 3) % 3),
                           .starts = data[0] >> 3 & 1,
                           .cancel_pending = data[0] >> 4 & 1};
    size_t room = 1 + data[1], named = data[2];
    data += 3;
    len -= 3;
    memcpy(name, data, named);
    name[named] = '\0';
    check_real(data, len);
    if (caw_decode(data + named, len - named, &context, &message) <= 0)
        return 0;
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
        check_printer(printers[i], room);
    check_line();
    return 0;
}
