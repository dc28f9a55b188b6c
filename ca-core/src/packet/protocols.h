/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers that say what the next header is. */
#ifndef CAW_PROTOCOLS_H
#define CAW_PROTOCOLS_H

/* EtherTypes (IANA, IEEE 802). CAW_TYPE_ETHERNET is "transparent Ethernet bridging" of GRE. */
enum {
    CAW_TYPE_IP4 = 0x0800,
    CAW_TYPE_ETHERNET = 0x6558,
    CAW_TYPE_VLAN = 0x8100,  /* 802.1Q */
    CAW_TYPE_QINQ = 0x88a8,  /* 802.1ad */
    CAW_TYPE_QINQ1 = 0x9100, /* before there was a standard */
    CAW_TYPE_QINQ2 = 0x9200,
    CAW_TYPE_IP6 = 0x86dd,
    CAW_TYPE_MPLS = 0x8847,
    CAW_TYPE_MPLS_MULTICAST = 0x8848,
    CAW_TYPE_PPPOE = 0x8864,  /* the session; its discovery carries no packets */
    CAW_TYPE_ERSPAN = 0x88be, /* types I and II */
    CAW_TYPE_ERSPAN3 = 0x22eb
};

/* Protocols of IPv4, next headers of IPv6 (IANA). */
enum {
    CAW_IP_HOP_BY_HOP = 0,
    CAW_IP_ICMP = 1,
    CAW_IP_IP4 = 4,
    CAW_IP_TCP = 6,
    CAW_IP_UDP = 17,
    CAW_IP_IP6 = 41,
    CAW_IP_ROUTING = 43,
    CAW_IP_FRAGMENT = 44,
    CAW_IP_GRE = 47,
    CAW_IP_ESP = 50,
    CAW_IP_AH = 51,
    CAW_IP_ICMP6 = 58,
    CAW_IP_OPTIONS = 60
};

/* The part of "flags and fragment offset" of IPv4 that is the offset, in units of 8 bytes. */
#define CAW_IP4_OFFSET 0x1fff

#endif
