/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CA_REPORTS_H
#define CA_REPORTS_H

/*
 * Registers every report of the core: as "-z ca,NAME[,text|,json|,csv][,table=TABLE][,FILTER]",
 * which prints it, and as an entry of Wireshark's Statistics menu, which shows its main table.
 */
void reports_register(void);

#endif
