/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CA_CONNECT_H
#define CA_CONNECT_H

/* Registers "-z ca,connect[,FILTER]" and the table "CA Connections" in the Statistics menu. */
void connect_register(void);

#endif
