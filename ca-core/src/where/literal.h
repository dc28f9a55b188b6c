/* SPDX-License-Identifier: BSD-3-Clause */
/* Values as they are written in an expression. All of a word is meant, or it is none. */
#ifndef CAW_WHERE_LITERAL_H
#define CAW_WHERE_LITERAL_H

#include "caw_capture.h"
#include "token.h"

/* 7, -7, +7, 0x1f, 0.25, .5, 1e-3, inf, nan */
bool caw_where_number(const char *text, size_t length, double *number);

/* 10.0.0.1 as a number. */
bool caw_where_ipv4(const char *text, size_t length, uint32_t *address);

/*
 * 10.0.0.1, 10.0.0.0/8, fe80::1, 2001:db8::/32; *bits is then how many of the address count, and
 * the others are zero. No port.
 */
bool caw_where_address(const char *text, size_t length, caw_end *address, uint32_t *bits);

/*
 * 2026-11-24, 2026-11-24 15:00, 2026-11-24T15:00:07.25, each in UTC, or with Z, " UTC", +01:00 or
 * +0100 after a time; or a number of seconds since 1970. What is left out is zero.
 */
bool caw_where_moment(const char *text, size_t length, caw_moment *moment);

#endif
