/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of which only the beginning may have been captured. */
#ifndef CAW_SPAN_H
#define CAW_SPAN_H

#include "message/wire.h"

typedef struct {
    caw_view bytes;  /* that are there; `at` is their offset in the frame or datagram */
    uint32_t length; /* on the wire: never less than bytes.len */
} caw_span;

/* What comes after so many bytes. */
static inline caw_span span_after(caw_span span, uint32_t bytes) {
    caw_span rest = {wire_sub(span.bytes, bytes, span.bytes.len), 0};
    rest.length = bytes < span.length ? span.length - bytes : 0;
    return rest;
}

/* The beginning, of this length on the wire, whether so much was captured or not. */
static inline caw_span span_of_length(caw_span span, uint32_t length) {
    return (caw_span){wire_sub(span.bytes, 0, length), length};
}

#endif
