/* SPDX-License-Identifier: BSD-3-Clause */
/* The attributes that objects of dpkt have, for who tells all of them. */
#ifndef CAW_DPKT_H
#define CAW_DPKT_H

#include "caw_capture.h"

#define CAW_ATTRIBUTES_MOST 16 /* of a class */

/* What an object of this class is told as: ethernet (any link layer), ip, tcp or udp. */
const char *caw_attribute_object(caw_class is);

/* The `index`-th of a class; NULL after the last. */
const char *caw_attribute_name(caw_class is, size_t index);

/* What it is; of a few neither, such as the list of VLAN tags. */
bool caw_attribute_is_number(caw_class is, size_t index);
bool caw_attribute_is_bytes(caw_class is, size_t index);

/* Of the layer of this class, which the packet has: *number, or *bytes. */
void caw_attribute_read(const caw_packet *packet, caw_class is, size_t index, int64_t *number,
                        caw_view *bytes);

#endif
