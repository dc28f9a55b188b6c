/* SPDX-License-Identifier: BSD-3-Clause */
#include "decompress.h"

static const struct {
    caw_file_kind kind;
    const decompress_method *method;
} methods[] = {
#ifdef HAVE_GZIP
    {CAW_FILE_GZIP, &decompress_gzip},
#endif
#ifdef HAVE_ZSTD
    {CAW_FILE_ZSTD, &decompress_zstd},
#endif
#ifdef HAVE_LZ4
    {CAW_FILE_LZ4, &decompress_lz4},
#endif
#ifdef HAVE_XZ
    {CAW_FILE_XZ, &decompress_xz},
#endif
    {CAW_FILE_UNKNOWN, NULL},
};

const decompress_method *decompress_method_of(caw_file_kind kind) {
    size_t i = 0;
    while (methods[i].method && methods[i].kind != kind)
        i++;
    return methods[i].method;
}
