/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Big-endian reads that check bounds: the only place that touches bytes. A read outside the view
 * is zero; where the difference matters the caller asks wire_has first.
 */
#ifndef CAW_WIRE_H
#define CAW_WIRE_H

#include "caw.h"

#include <string.h>

static inline bool wire_has(caw_view view, uint32_t at, uint32_t bytes) {
    return at <= view.len && bytes <= view.len - at;
}

static inline uint8_t wire_u8(caw_view view, uint32_t at) {
    return wire_has(view, at, 1) ? view.bytes[at] : 0;
}

static inline uint16_t wire_u16(caw_view view, uint32_t at) {
    if (!wire_has(view, at, 2))
        return 0;
    return (uint16_t)(view.bytes[at] << 8 | view.bytes[at + 1]);
}

static inline uint32_t wire_u32(caw_view view, uint32_t at) {
    if (!wire_has(view, at, 4))
        return 0;
    const uint8_t *b = view.bytes + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t wire_u64(caw_view view, uint32_t at) {
    if (!wire_has(view, at, 8))
        return 0;
    return (uint64_t)wire_u32(view, at) << 32 | wire_u32(view, at + 4);
}

static inline double wire_f32(caw_view view, uint32_t at) {
    uint32_t bits = wire_u32(view, at);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static inline double wire_f64(caw_view view, uint32_t at) {
    uint64_t bits = wire_u64(view, at);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The part of a view from `at` on, at most len bytes of it; its offset moves along. */
static inline caw_view wire_sub(caw_view view, uint32_t at, uint32_t len) {
    if (at > view.len)
        at = view.len;
    if (len > view.len - at)
        len = view.len - at;
    caw_view sub = {view.bytes + at, view.at + at, len};
    return sub;
}

/* Bytes before the first NUL, all of them when there is none. */
static inline uint32_t wire_strlen(caw_view view) {
    const uint8_t *nul = view.len ? memchr(view.bytes, 0, view.len) : NULL;
    return nul ? (uint32_t)(nul - view.bytes) : view.len;
}

static inline bool wire_is_zero(caw_view view) {
    for (uint32_t i = 0; i < view.len; i++)
        if (view.bytes[i])
            return false;
    return true;
}

#endif
