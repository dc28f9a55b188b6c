/* SPDX-License-Identifier: BSD-3-Clause */
#include "signals.h"

#include "clock.h"

#include <windows.h>

static volatile LONG stop;
static int64_t each, due; /* nanoseconds between two words, and when the next one is due */

/* It runs beside the program. The second one ends it at once, as Windows does. */
static BOOL WINAPI on_end(DWORD what) {
    if (InterlockedExchange(&stop, 1))
        return FALSE;
    if (what == CTRL_CLOSE_EVENT || what == CTRL_LOGOFF_EVENT || what == CTRL_SHUTDOWN_EVENT)
        Sleep(INFINITE); /* when this returns the program is ended, and it is not ready yet */
    return TRUE;
}

void signals_catch(void) {
    SetConsoleCtrlHandler(on_end, TRUE);
}

/* It is an error here, always. */
void signals_spare_pipes(void) {}

void signals_ask_every(unsigned seconds) {
    each = (int64_t)seconds * 1000000000;
    due = clock_now() + each;
}

bool signals_stop(void) {
    return stop;
}

/* Windows has no signal for it. */
bool signals_asked(void) {
    return false;
}

bool signals_due(void) {
    if (!each || clock_now() < due)
        return false;
    due += each;
    return true;
}
