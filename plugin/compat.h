/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every difference between Wireshark 4.0, 4.2, 4.4 and 4.6 that this plugin meets, and the headers
 * all its files need. No other file asks for a version.
 */
#ifndef CA_COMPAT_H
#define CA_COMPAT_H

#include <wireshark.h>

#include <epan/packet.h>
#include <epan/stat_tap_ui.h>
#include <wiretap/wtap.h>

#define CA_WIRESHARK(major, minor)                                                                 \
    (WIRESHARK_VERSION_MAJOR > (major) ||                                                          \
     (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

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

#endif
