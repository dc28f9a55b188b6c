/* SPDX-License-Identifier: BSD-3-Clause */
/* Formats by their magic bytes. */
#include "caw_capture.h"

#include <string.h>

#define MAGIC(text)                                                                                \
    { text, sizeof text - 1 }

/* The first bytes as in Wireshark's wiretap and the formats' own documents. */
static const struct {
    struct {
        const char *bytes;
        size_t length;
    } magic;
    caw_file_kind kind;
    const char *name;
} kinds[] = {
    {MAGIC("\xa1\xb2\xc3\xd4"), CAW_FILE_PCAP, "pcap"},
    {MAGIC("\xd4\xc3\xb2\xa1"), CAW_FILE_PCAP, "pcap"},
    {MAGIC("\xa1\xb2\x3c\x4d"), CAW_FILE_PCAP, "pcap with nanoseconds"},
    {MAGIC("\x4d\x3c\xb2\xa1"), CAW_FILE_PCAP, "pcap with nanoseconds"},
    {MAGIC("\xa1\xb2\xcd\x34"), CAW_FILE_PCAP, "modified pcap"},
    {MAGIC("\x34\xcd\xb2\xa1"), CAW_FILE_PCAP, "modified pcap"},
    {MAGIC("\x0a\x0d\x0d\x0a"), CAW_FILE_PCAPNG, "pcapng"},
    {MAGIC("\x1f\x8b"), CAW_FILE_GZIP, "gzip"},
    {MAGIC("\x28\xb5\x2f\xfd"), CAW_FILE_ZSTD, "zstd"},
    {MAGIC("\x04\x22\x4d\x18"), CAW_FILE_LZ4, "lz4"},
    {MAGIC("\xfd"
           "7zXZ\0"),
     CAW_FILE_XZ, "xz"},
    {MAGIC("BZh"), CAW_FILE_BZIP2, "bzip2"},
    {MAGIC("snoop\0\0\0"), CAW_FILE_OTHER, "Sun snoop"},
    {MAGIC("btsnoop\0"), CAW_FILE_OTHER, "btsnoop"},
    {MAGIC("TRSNIFF "), CAW_FILE_OTHER, "Sniffer"},
    {MAGIC("RTSS"), CAW_FILE_OTHER, "Network Monitor"},
    {MAGIC("GMBU"), CAW_FILE_OTHER, "Network Monitor"},
    {MAGIC("XCP\0"), CAW_FILE_OTHER, "NetXRay"},
    {MAGIC("\x1c\0\x01\xab"), CAW_FILE_OTHER, "IxOS pcap"},
    {MAGIC("\x1c\0\x01\xac"), CAW_FILE_OTHER, "IxOS pcap"},
    {MAGIC("iptrace "), CAW_FILE_OTHER, "AIX iptrace"},
};

caw_file_kind caw_file_kind_of(const uint8_t *bytes, size_t length, const char **name) {
    size_t count = sizeof kinds / sizeof *kinds, i = 0;
    while (i < count && (length < kinds[i].magic.length ||
                         memcmp(bytes, kinds[i].magic.bytes, kinds[i].magic.length) != 0))
        i++;
    if (name)
        *name = i < count ? kinds[i].name : NULL;
    return i < count ? kinds[i].kind : CAW_FILE_UNKNOWN;
}
