/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIGINT, SIGTERM and SIGHUP ask the program to end with what it has received; the second of them,
 * a fifth of a second later or more, ends it at once. SIGUSR1 asks how it stands, and so does time.
 * Each ends what the program waits for.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/* Signals that were ignored when the program began, as by nohup, stay ignored. */
void signals_catch(void);

/* A pipe that nobody reads is then an error of who writes to it, like others. */
void signals_spare_pipes(void);

/* Asks how it stands every so many seconds, too. */
void signals_ask_every(unsigned seconds);

/* Somebody wants it to end. */
bool signals_stop(void);

/* Somebody has asked how it stands since the last call; or it is time to say. */
bool signals_asked(void);
bool signals_due(void);

#endif
