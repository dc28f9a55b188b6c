/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What follows "--" is for tshark. It may say how packets are read, but not what is printed: tshark
 * would ignore it for lines, or print something else among them.
 */
#ifndef PASSED_H
#define PASSED_H

#include <stdbool.h>

/* False when one of these arguments, NULL at the end, is not to be passed on; why has been said. */
bool passed_are_good(char *const *arguments);

/* This option of one letter, as "-d", is passed on after "--", and is not one of caw's. */
bool passed_has(const char *option);

#endif
