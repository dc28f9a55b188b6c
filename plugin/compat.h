/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every difference between Wireshark 3.4, 3.6, 4.0, 4.2, 4.4 and 4.6 that this plugin meets, and
 * the headers all its files need. No other file asks for a version, which is CMake's word: 3.4 has
 * no header that tells it. 3.6 and 4.2 are not tested: 4.2 is as its headers say, 3.6 as 3.4.
 */
#ifndef CA_COMPAT_H
#define CA_COMPAT_H

#include <epan/packet.h>

#include <epan/conversation_filter.h>
#include <epan/prefs.h>
#include <epan/stat_tap_ui.h>
#include <wiretap/wtap.h>

#include <stdbool.h>

#define CA_WIRESHARK(major, minor)                                                                 \
    (CA_WIRESHARK_MAJOR > (major) ||                                                               \
     (CA_WIRESHARK_MAJOR == (major) && CA_WIRESHARK_MINOR >= (minor)))

/* A plugin says what it contains since 4.4. */
#if CA_WIRESHARK(4, 4)
#include <wsutil/plugins.h>
#define CA_PLUGIN_DESCRIBES 1
#else
#define CA_PLUGIN_DESCRIBES 0
#endif

/* What callbacks return as a truth value. */
#if CA_WIRESHARK(4, 4)
typedef bool ca_bool;
#else
typedef gboolean ca_bool;
#endif

/* The last parameter of a tap's packet callback, which is there since 4.0. */
#if CA_WIRESHARK(4, 0)
#define CA_TAP_FLAGS , tap_flags_t flags _U_
#else
#define CA_TAP_FLAGS
#endif

/* The init callback of a -z option can refuse its argument since 4.6; before, it must exit. */
#if CA_WIRESHARK(4, 6)
typedef bool ca_tap_init;
#define CA_TAP_ACCEPT return true
#define CA_TAP_REFUSE return false
#else
typedef void ca_tap_init;
#define CA_TAP_ACCEPT return
#define CA_TAP_REFUSE exit(1)
#endif

/* Callbacks of conversation filters have a parameter of their own since 4.2. */
#if CA_WIRESHARK(4, 2)
#define CA_FILTER_DATA                          , void *data _U_
#define CA_FILTER_CALL(filter, callback, pinfo) (filter)->callback(pinfo, (filter)->user_data)
#define CA_REGISTER_CONVERSATION_FILTER(protocol, title, is_valid, build)                          \
    register_conversation_filter(protocol, title, is_valid, build, NULL)
#else
#define CA_FILTER_DATA
#define CA_FILTER_CALL(filter, callback, pinfo) (filter)->callback(pinfo)
#define CA_REGISTER_CONVERSATION_FILTER         register_conversation_filter
#endif

/* What stands between the members of a set in a display filter: a comma since 4.0. */
#if CA_WIRESHARK(4, 0)
#define CA_SET_COMMA ", "
#else
#define CA_SET_COMMA " "
#endif

/* So many items a packet can have: a preference since 4.0. */
#if CA_WIRESHARK(4, 0)
#define CA_MOST_TREE_ITEMS prefs.gui_max_tree_items
#else
#define CA_MOST_TREE_ITEMS 1000000
#endif

/* Names that 4.0 has changed. */
#if !CA_WIRESHARK(4, 0)
#define conversation_type                   endpoint_type
#define CONVERSATION_TCP                    ENDPOINT_TCP
#define CONVERSATION_UDP                    ENDPOINT_UDP
#define packet_conv_filter_list             conv_filter_list
#define REGISTER_PACKET_STAT_GROUP_UNSORTED REGISTER_STAT_GROUP_UNSORTED
#endif

#endif
