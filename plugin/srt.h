/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CA_SRT_H
#define CA_SRT_H

/* Registers "-z ca,srt[,FILTER]" and its entry in Statistics, Service Response Time. */
void srt_register(void);

#endif
