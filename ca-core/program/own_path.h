/* SPDX-License-Identifier: BSD-3-Clause */
/* Where this program is. */
#ifndef OWN_PATH_H
#define OWN_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* False: that is not known. */
bool own_path(char *path, size_t size);

#endif
