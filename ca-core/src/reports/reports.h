/* SPDX-License-Identifier: BSD-3-Clause */
/* The reports that list.c lists, each in the file of its name. */
#ifndef CAW_REPORTS_H
#define CAW_REPORTS_H

#include "caw_capture.h"

extern const caw_report_row caw_report_search;
extern const caw_report_row caw_report_connect;
extern const caw_report_row caw_report_circuits;
extern const caw_report_row caw_report_channels;
extern const caw_report_row caw_report_servers;
extern const caw_report_row caw_report_puts;
extern const caw_report_row caw_report_errors;
extern const caw_report_row caw_report_srt;

#endif
