/* SPDX-License-Identifier: BSD-3-Clause */
#include "signals.h"

#include "clock.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
static const int asking[] = {SIGUSR1, SIGALRM};

/* Nanoseconds within which one that comes again is the same: timeout(1) sends each to its child,
 * and to its group, in which the child is. */
enum { AGAIN = 200000000 };

static volatile sig_atomic_t stop, asked, due;

/* Without SA_RESTART: what waits is to end. A handler runs alone. */
static void take(const int *numbers, size_t count, void (*handler)(int)) {
    struct sigaction before, action = {.sa_handler = handler};

    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < count; i++)
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
}

static void on_end(int number) {
    static int64_t first;

    if (!stop) {
        stop = 1;
        first = clock_now();
    } else if (clock_now() - first > AGAIN) {
        take(ending, sizeof ending / sizeof *ending, SIG_DFL);
        raise(number);
    }
}

static void on_ask(int number) {
    if (number == SIGALRM)
        due = 1;
    else
        asked = 1;
}

void signals_catch(void) {
    take(ending, sizeof ending / sizeof *ending, on_end);
    take(asking, sizeof asking / sizeof *asking, on_ask);
}

void signals_spare_pipes(void) {
    signal(SIGPIPE, SIG_IGN);
}

void signals_ask_every(unsigned seconds) {
    struct itimerval timer = {{(time_t)seconds, 0}, {(time_t)seconds, 0}};

    setitimer(ITIMER_REAL, &timer, NULL);
}

bool signals_stop(void) {
    return stop;
}

bool signals_asked(void) {
    if (!asked)
        return false;
    asked = 0;
    return true;
}

bool signals_due(void) {
    if (!due)
        return false;
    due = 0;
    return true;
}
