/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of JSON, for other tools. */
#ifndef SCHEMA_H
#define SCHEMA_H

/* In these words, one of those of the option. The status to exit with. */
int schema_print(const char *words);

#endif
