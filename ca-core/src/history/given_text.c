/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that the capture lacks, from a text: a channel a line, or what casr of an IOC shell prints.
 */
#include "caw_history.h"

#include <string.h>

/* ---- words ------------------------------------------------------------------------------- */

static bool is_space(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static caw_view after(caw_view text, uint32_t length) {
    return (caw_view){text.bytes + length, text.at + length, text.len - length};
}

static caw_view trimmed(caw_view text) {
    while (text.len && is_space(text.bytes[0]))
        text = after(text, 1);
    while (text.len && is_space(text.bytes[text.len - 1]))
        text.len--;
    return text;
}

/* Takes the next word from the front; empty when there is none. */
static caw_view next_word(caw_view *text) {
    caw_view word = *text = trimmed(*text);
    for (word.len = 0; word.len < text->len && !is_space(text->bytes[word.len]);)
        word.len++;
    *text = trimmed(after(*text, word.len));
    return word;
}

/* Takes the next line from the front, without its end. */
static caw_view next_line(caw_view *text) {
    const uint8_t *end = memchr(text->bytes, '\n', text->len);
    caw_view line = *text;
    line.len = end ? (uint32_t)(end - text->bytes) : text->len;
    *text = after(*text, end ? line.len + 1 : line.len);
    return line;
}

static bool begins(caw_view text, const char *with) {
    size_t length = strlen(with);
    return text.len >= length && memcmp(text.bytes, with, length) == 0;
}

static bool is(caw_view word, const char *text) {
    return word.len == strlen(text) && begins(word, text);
}

/* A decimal number from the front of the text, of at most `most`. */
static bool take_number(caw_view *text, uint64_t most, uint64_t *number) {
    uint32_t length = 0;
    for (*number = 0; length < text->len; length++) {
        unsigned digit = (unsigned)text->bytes[length] - '0';
        if (digit > 9)
            break;
        *number = *number * 10 + digit;
        if (*number > most)
            return false;
    }
    *text = after(*text, length);
    return length > 0;
}

static bool take_byte(caw_view *text, char byte) {
    if (!text->len || text->bytes[0] != (uint8_t)byte)
        return false;
    *text = after(*text, 1);
    return true;
}

bool caw_endpoint_read(caw_view text, uint16_t port, uint64_t *endpoint) {
    uint32_t address = 0;
    uint64_t number = port;
    for (int i = 0; i < 4; i++) {
        uint64_t byte;
        if ((i && !take_byte(&text, '.')) || !take_number(&text, 255, &byte))
            return false;
        address = address << 8 | (uint32_t)byte;
    }
    bool has_port = text.len > 0;
    if (has_port && (!take_byte(&text, ':') || !take_number(&text, UINT16_MAX, &number)))
        return false;
    *endpoint = caw_endpoint(address, (uint16_t)number);
    return !text.len && number;
}

/* ---- a channel a line -------------------------------------------------------------------- */

static const char memory_problem[] = "out of memory";

static bool read_kind(caw_view word, caw_named *kind) {
    *kind = is(word, "sid") ? CAW_NAMED_SID : CAW_NAMED_SUBSCRIPTION;
    return *kind == CAW_NAMED_SID || is(word, "subscription");
}

/* "SERVER [CLIENT] sid|subscription ID PV". What is wrong, or NULL. */
static const char *read_channel(caw_names *names, caw_view line) {
    caw_name_given given = {.client = 0};
    uint64_t id;
    if (!caw_endpoint_read(next_word(&line), CAW_SERVER_PORT, &given.server))
        return "begin it with the server's address, as 10.0.0.5:5064";
    caw_view word = next_word(&line);
    if (!read_kind(word, &given.kind)) {
        if (!caw_endpoint_read(word, 0, &given.client))
            return "after the server write sid or subscription, or a client's address, as "
                   "10.0.0.9:40112";
        if (!read_kind(next_word(&line), &given.kind))
            return "after the addresses write sid or subscription";
    }
    word = next_word(&line);
    if (!take_number(&word, UINT32_MAX, &id) || word.len)
        return "after sid or subscription write its number, as 17";
    if (!line.len)
        return "after the number write the PV's name";
    given.id = (uint32_t)id;
    caw_view pv = next_word(&line);
    if (line.len)
        return "a PV's name has no spaces";
    return caw_names_add(names, &given, pv) ? NULL : memory_problem;
}

/* ---- casr -------------------------------------------------------------------------------- */

/*
 * What level 2 and above of casr print since Base 3.15 (caservertask.c, dbChannel.c): of each TCP
 * client a line "TCP client at ADDRESS:PORT 'HOST':", and then one of each of its channels, such as
 * "Channel: 'NAME'". Other lines, which a shell may print among them, tell no names.
 */
static const char casr_begin[] = "Channel Access Server V";
static const char casr_client[] = "TCP client at ";
static const char casr_channel[] = "Channel: '";

static bool is_casr(caw_view text) {
    while (text.len) {
        caw_view line = next_line(&text);
        for (; line.len; line = after(line, 1)) /* after a prompt */
            if (begins(line, casr_begin))
                return true;
    }
    return false;
}

static const char *read_casr_line(caw_names *names, caw_view line, uint64_t *client) {
    if (begins(line, casr_client)) {
        line = after(line, sizeof casr_client - 1);
        if (!caw_endpoint_read(next_word(&line), 0, client))
            return "a client of casr has an address such as 10.0.0.9:40112";
    }
    if (!begins(line, casr_channel))
        return NULL;
    line = after(line, sizeof casr_channel - 1);
    if (line.len < 2 || line.bytes[line.len - 1] != '\'')
        return "a channel of casr has a name in quotes: print it again, with nothing else";
    if (!*client)
        return "a channel of casr comes after its client: copy all that casr 2 prints";
    line.len--;
    return caw_names_add_channel(names, *client, line) ? NULL : memory_problem;
}

/* ---- all of it --------------------------------------------------------------------------- */

static const char *read_line(caw_names *names, caw_view line, bool casr, uint64_t *client) {
    line = trimmed(line);
    if (line.len && memchr(line.bytes, 0, line.len))
        return "a byte of it is 0: save the file as plain text";
    if (casr)
        return read_casr_line(names, line, client);
    return !line.len || line.bytes[0] == '#' ? NULL : read_channel(names, line);
}

uint32_t caw_names_read(caw_names *names, caw_view text, const char **problem) {
    bool casr = is_casr(text);
    uint64_t client = 0;
    for (uint32_t number = 1; text.len; number++) {
        caw_view line = next_line(&text);
        *problem = read_line(names, line, casr, &client);
        if (*problem)
            return number;
    }
    return 0;
}
