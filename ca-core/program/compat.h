/* SPDX-License-Identifier: BSD-3-Clause */
/* What compilers and C libraries have not in common; nowhere else in the program is any of it. */
#ifndef COMPAT_H
#define COMPAT_H

#include <stdlib.h>

/* A function that prints: which argument is the format, which the first of what it formats. */
#if defined __MINGW32__
#define PRINTS(format_at, first) __attribute__((format(gnu_printf, format_at, first)))
#elif defined __GNUC__
#define PRINTS(format_at, first) __attribute__((format(printf, format_at, first)))
#else
#define PRINTS(format_at, first)
#endif

/* glibc keeps small pieces that lie below others that are in use. */
#ifdef __GLIBC__
#include <malloc.h>
#define compat_trim_heap() malloc_trim(0)
#else
#define compat_trim_heap() ((void)0)
#endif

#endif
