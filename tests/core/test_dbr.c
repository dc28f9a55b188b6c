/* SPDX-License-Identifier: BSD-3-Clause */
/* The 39 data types: sizes as in db_access.h, values at their places, arrays of any length. */
#include "caw.h"
#include "make.h"
#include "test.h"

/* Bytes before the value, of an element, of the payload of a scalar. */
static const struct {
    uint32_t meta, element, scalar;
} sizes[CAW_DBR_TYPES] = {
    {0, 40, 40},  {0, 2, 8},   {0, 4, 8},   {0, 2, 8},     {0, 1, 8},   {0, 4, 8},   {0, 8, 8},
    {4, 40, 48},  {4, 2, 8},   {4, 4, 8},   {4, 2, 8},     {5, 1, 8},   {4, 4, 8},   {8, 8, 16},
    {12, 40, 56}, {14, 2, 16}, {12, 4, 16}, {14, 2, 16},   {15, 1, 16}, {12, 4, 16}, {16, 8, 24},
    {4, 40, 48},  {24, 2, 32}, {40, 4, 48}, {422, 2, 424}, {19, 1, 24}, {36, 4, 40}, {64, 8, 72},
    {4, 40, 48},  {28, 2, 32}, {48, 4, 56}, {422, 2, 424}, {21, 1, 24}, {44, 4, 48}, {80, 8, 88},
    {0, 2, 8},    {0, 2, 8},   {8, 40, 48}, {0, 40, 40},
};

static uint8_t bytes[MADE_MOST];

static bool decode(const draft *made, caw_message *message) {
    size_t len = make_message(made, bytes);
    return caw_decode(bytes, len, &made->context, message) == (int64_t)len;
}

static draft answer(uint16_t type, uint32_t count, uint32_t size) {
    draft made = {{CAW_TRANSPORT_TCP, CAW_SIDE_SERVER, false, false},
                  CAW_COMMAND_READ_NOTIFY,
                  type,
                  count,
                  1,
                  2,
                  NULL,
                  size,
                  false,
                  0,
                  0};
    return made;
}

static uint32_t payload_of(uint16_t type, uint32_t count) {
    return (sizes[type].meta + count * sizes[type].element + 7) / 8 * 8;
}

static bool has(const caw_message *message, caw_flaw flaw) {
    return caw_flaws(message) >> flaw & 1;
}

static void check_array(uint16_t type, uint32_t count) {
    uint32_t size = payload_of(type, count);
    draft made = answer(type, count, size);
    caw_message message;
    caw_field field;
    CHECK(decode(&made, &message), "type %u", type);
    CHECK(message.elements == count, "type %u: %u of %u elements", type, message.elements, count);
    CHECK(caw_flaws(&message) == 0, "type %u, %u elements: %llx", type, count,
          (unsigned long long)caw_flaws(&message));
    for (uint32_t i = 0; i < count; i += count / 3 + 1) {
        CHECK(caw_element(&message, i, &field), "type %u element %u", type, i);
        CHECK(field.view.at == 16 + sizes[type].meta + i * sizes[type].element, "type %u: at %u",
              type, field.view.at);
        CHECK(field.view.len == sizes[type].element, "type %u: %u bytes", type, field.view.len);
    }
    CHECK(!caw_element(&message, count, &field), "type %u: one too many", type);

    uint32_t stamp = type == 28 && count ? 8 : 0; /* caproto's room for one is no TOO_LONG */
    made.size = size + 8 + stamp + (count ? 0 : payload_of(type, 1) - size); /* nor room for one */
    CHECK(decode(&made, &message) && has(&message, CAW_FLAW_TOO_LONG), "type %u, %u too long", type,
          count);
    if (size >= 48) { /* shorter than this a single string may be sent */
        made.size = size - 48;
        CHECK(decode(&made, &message) && has(&message, CAW_FLAW_TOO_SHORT), "type %u, %u too short",
              type, count);
    }
}

static void test_sizes(void) {
    for (uint16_t type = 0; type < CAW_DBR_TYPES; type++) {
        CHECK(caw_dbr(type)->meta == sizes[type].meta, "type %u", type);
        CHECK(caw_element_size(caw_dbr(type)->element) == sizes[type].element, "type %u", type);
        CHECK(payload_of(type, 1) == sizes[type].scalar, "type %u", type);
        for (uint32_t count = 0; count < 4; count++)
            check_array(type, count);
        check_array(type, 1000);
    }
}

/* ---- values ------------------------------------------------------------------------------- */

static const struct {
    uint16_t type;
    const char *bytes;
    double real;
    int64_t number; /* 0 for floats */
} values[] = {
    {1, "\x80\x00\0\0\0\0\0\0", -32768, -32768},
    {1, "\x7f\xff\0\0\0\0\0\0", 32767, 32767},
    {2, "\xc0\x20\0\0\0\0\0\0", -2.5, 0},
    {3, "\xff\xff\0\0\0\0\0\0", 65535, 65535},
    {4, "\xff\0\0\0\0\0\0\0", 255, 255},
    {5, "\x80\0\0\0\0\0\0\0", -2147483648.0, -2147483648LL},
    {5, "\xff\xff\xff\xff\0\0\0\0", -1, -1},
    {6, "\x3f\xb9\x99\x99\x99\x99\x99\x9a", 0.1, 0},
    {35, "\0\1\0\0\0\0\0\0", 1, 1},
};

static void test_values(void) {
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        draft made = answer(values[i].type, 1, 8);
        made.payload = values[i].bytes;
        caw_message message;
        caw_field field;
        CHECK(decode(&made, &message) && caw_find(&message, CAW_FIELD_VALUE, &field), "value %zu",
              i);
        CHECK(field.real == values[i].real, "value %zu is %g", i, field.real);
        CHECK((int64_t)field.number == values[i].number, "value %zu is %lld", i,
              (long long)field.number);
    }
}

/* Of a long array a walk shows as many elements as it was asked for, and one field for the rest. */
static void test_limit(void) {
    draft made = answer(5, 1000, 4000);
    caw_message message;
    CHECK(decode(&made, &message), "array");
    for (uint32_t limit = 0; limit < 1003; limit += 17) {
        caw_cursor cursor = caw_fields(&message, limit);
        caw_field field;
        uint32_t shown = 0, more = 0, bytes_left = 0;
        while (caw_next(&cursor, &field)) {
            shown += field.id == CAW_FIELD_VALUE;
            more += field.id == CAW_FIELD_MORE_VALUES;
            if (field.id == CAW_FIELD_MORE_VALUES)
                bytes_left = field.view.len;
        }
        uint32_t want = limit < 1000 ? limit : 1000;
        CHECK(shown == want, "%u of %u", shown, limit);
        CHECK(more == (want < 1000) && bytes_left == 4 * (1000 - want), "%u left", bytes_left);
    }
}

/* Counts and sizes that no memory could hold are only numbers. */
static void test_huge(void) {
    draft made = answer(20, 0xffffffff, 64);
    made.extended = true;
    made.declared = 0xfffffff8;
    caw_message message;
    size_t len = make_message(&made, bytes);
    CHECK(caw_size(bytes, len) == 24 + INT64_C(0xfffffff8), "size");
    CHECK(caw_decode(bytes, len, &made.context, &message) == 24 + INT64_C(0xfffffff8), "size");
    CHECK(message.elements == 6 && caw_is_cut(&message), "%u elements", message.elements);
    CHECK(has(&message, CAW_FLAW_HUGE) && has(&message, CAW_FLAW_TOO_SHORT), "flaws");
    CHECK(caw_broken(&message) != NULL, "cut");
}

int main(void) {
    test_sizes();
    test_values();
    test_limit();
    test_huge();
    return test_summary();
}
