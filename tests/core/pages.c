/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads message pages and holds the decoder to them. A page is six paragraphs:
 *
 *     heading      what the message is, for the reader
 *     context      tcp|udp client|server|nobody [starts] [cancel]
 *     bytes        hexadecimal; # begins a comment
 *     line         what caw_line prints
 *     log          "offset length key=value" of every field in wire order; key[i] of element i
 *     flaws        "flaws: key key", or "flaws: none"
 *
 * Each page is also decoded cut at every byte, with unreadable memory after it.
 */
#include "caw.h"
#include "guard.h"
#include "test.h"
#include "walk.h"

#include <inttypes.h>
#include <stdarg.h>

#define PARAGRAPHS 6
#define MOST       (1 << 16)

typedef struct {
    char file[MOST];
    char *paragraph[PARAGRAPHS];
    uint8_t bytes[MOST];
    size_t len;
    caw_context context;
} message_page;

/* ---- reading ------------------------------------------------------------------------------ */

/* Cuts the file at its empty lines; each paragraph keeps its last line's end. */
static bool cut_paragraphs(message_page *page) {
    char *at = page->file;
    int count = 0;
    while (*at) {
        if (count == PARAGRAPHS)
            return false;
        page->paragraph[count++] = at;
        char *end = strstr(at, "\n\n");
        if (!end)
            break;
        end[1] = '\0';
        at = end + 2;
    }
    return count == PARAGRAPHS;
}

static bool read_context(message_page *page) {
    char transport[8] = "", speaker[8] = "", rest[32] = "";
    if (sscanf(page->paragraph[1], "%7s %7s %31[^\n]", transport, speaker, rest) < 2)
        return false;
    page->context = (caw_context){
        .transport = strcmp(transport, "udp") ? CAW_TRANSPORT_TCP : CAW_TRANSPORT_UDP,
        .speaker = !strcmp(speaker, "client")   ? CAW_SIDE_CLIENT
                   : !strcmp(speaker, "server") ? CAW_SIDE_SERVER
                                                : CAW_SIDE_NOBODY,
        .starts = strstr(rest, "starts"),
        .cancel_pending = strstr(rest, "cancel"),
    };
    return true;
}

static bool read_bytes(message_page *page) {
    const char *at = page->paragraph[2];
    page->len = 0;
    while (*at) {
        unsigned byte;
        at += strspn(at, " \n");
        if (*at == '#')
            at += strcspn(at, "\n");
        else if (*at && sscanf(at, "%2x", &byte) == 1)
            page->bytes[page->len++] = (uint8_t)byte, at += 2;
        else if (*at)
            return false;
    }
    return page->len > 0;
}

static bool read_page(const char *path, message_page *page) {
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(page->file, 1, MOST - 1, file) : 0;
    page->file[len] = '\0';
    if (file)
        fclose(file);
    return len && cut_paragraphs(page) && read_context(page) && read_bytes(page);
}

/* ---- what the decoder says, in the words of a page ------------------------------------------ */

typedef struct {
    char text[MOST];
    size_t len;
} log_text;

__attribute__((format(printf, 2, 3))) static void add(log_text *log, const char *format, ...) {
    va_list list;
    va_start(list, format);
    log->len += (size_t)vsnprintf(log->text + log->len, MOST - log->len, format, list);
    va_end(list);
}

static void add_hex(log_text *log, caw_view bytes) {
    for (uint32_t i = 0; i < bytes.len; i++)
        add(log, "%02x", bytes.bytes[i]);
}

static void add_text(log_text *log, caw_view text) {
    for (uint32_t i = 0; i < text.len; i++)
        add(log, text.bytes[i] >= ' ' && text.bytes[i] < 0x7f ? "%c" : "\\x%02x", text.bytes[i]);
}

static void add_value(log_text *log, const caw_field *field) {
    switch (caw_field_rows[field->id].kind) {
    case CAW_KIND_UINT:
        add(log, "%" PRIu64, field->number);
        break;
    case CAW_KIND_INT:
        add(log, "%" PRId64, (int64_t)field->number);
        break;
    case CAW_KIND_REAL:
    case CAW_KIND_ELEMENT:
        add(log, "%.15g", field->real);
        break;
    case CAW_KIND_TEXT:
        add_text(log, field->text);
        break;
    case CAW_KIND_IPV4:
        for (int shift = 24; shift >= 0; shift -= 8)
            add(log, "%u%s", (unsigned)(field->number >> shift & 0xff), shift ? "." : "");
        break;
    case CAW_KIND_TIME:
        add(log, "%" PRIu32 ".%09" PRIu32, field->seconds, field->nanoseconds);
        break;
    case CAW_KIND_BYTES:
    case CAW_KIND_GROUP:
        add_hex(log, field->view);
        break;
    }
}

static void log_fields(const caw_message *message, log_text *log) {
    caw_cursor cursor = caw_fields(message, CAW_ALL);
    caw_field field;
    log->len = 0;
    while (caw_next(&cursor, &field)) {
        add(log, "%u %u %s", field.view.at, field.view.len, caw_field_rows[field.id].key);
        if (field.index)
            add(log, "[%u]", field.index);
        add(log, "=");
        add_value(log, &field);
        add(log, "\n");
    }
}

static void log_line(const caw_message *message, log_text *log) {
    log->len = caw_line(message, log->text, MOST - 1);
    add(log, "\n");
}

static void log_flaws(const caw_message *message, log_text *log) {
    log->len = 0;
    add(log, "flaws:");
    for (int flaw = 0; flaw < CAW_FLAWS; flaw++)
        if (caw_flaws(message) >> flaw & 1)
            add(log, " %s", caw_flaw_rows[flaw].key);
    add(log, caw_flaws(message) ? "\n" : " none\n");
}

/* ---- checks ------------------------------------------------------------------------------- */

static void check_page(const char *path, message_page *page) {
    static log_text log;
    caw_message message;
    int64_t used = caw_decode(page->bytes, page->len, &page->context, &message);
    CHECK(used > 0, "%s: caw_decode gives %" PRId64, path, used);
    if (used <= 0)
        return;
    log_line(&message, &log);
    CHECK_TEXT(log.text, page->paragraph[3]);
    log_fields(&message, &log);
    CHECK_TEXT(log.text, page->paragraph[4]);
    log_flaws(&message, &log);
    CHECK_TEXT(log.text, page->paragraph[5]);
}

/* Any beginning of the message is decoded as far as it goes. */
static void check_cuts(const char *path, const message_page *page, const guard_pages *guard) {
    for (size_t len = 0; len <= page->len; len++) {
        caw_message message;
        const uint8_t *bytes = guard_copy(guard, page->bytes, len);
        int64_t used = caw_decode(bytes, len, &page->context, &message);
        caw_speaker(bytes, len, page->context.transport);
        if (used == CAW_MORE) {
            bool extended = page->bytes[2] == 0xff && page->bytes[3] == 0xff;
            CHECK(len < (extended ? 24u : 16u), "%s: no message in %zu bytes", path, len);
            continue;
        }
        CHECK(caw_is_cut(&message) == (len < (size_t)used), "%s cut at %zu", path, len);
        CHECK(message.whole.len == (len < (size_t)used ? len : (size_t)used), "%s cut at %zu", path,
              len);
        walk_fault fault = walk_message(&message);
        CHECK(!fault, "%s cut at %zu: %s", path, len, fault);
    }
}

int main(int count, char **paths) {
    static message_page page;
    guard_pages guard = guard_make(MOST);
    for (int i = 1; i < count; i++) {
        bool read = read_page(paths[i], &page);
        CHECK(read, "%s is no page", paths[i]);
        if (!read)
            continue;
        check_page(paths[i], &page);
        check_cuts(paths[i], &page, &guard);
    }
    guard_free(&guard);
    return test_summary();
}
