/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input_driver FILE... or input_driver -i INTERFACE [FILTER [BUFFER]]: a line "SECONDS.NANOSECONDS
 * EXACT LINK INTERFACE LENGTH HEX" for each frame, `-` for no time or no bytes; "live" or "files"
 * before them, "nothing" when none comes for a while, "dropped N" after them. SIGTERM stops the
 * input; SIGUSR1 stops the reading of frames until SIGUSR2, and says so. Exits with the input's
 * status.
 */
#include "input.h"

#include "../core/print_frame.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MILLISECONDS = 50 };

static volatile sig_atomic_t stopped, paused;

static void take_signal(int number) {
    if (number == SIGTERM)
        stopped = 1;
    else
        paused = number == SIGUSR1;
}

static void take_signals(void) {
    struct sigaction action = {.sa_handler = take_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

static input *make(int count, char **arguments) {
    if (count < 3 || strcmp(arguments[1], "-i") != 0)
        return input_files(arguments + 1, (size_t)(count - 1));
    input_live live = {.interface = arguments[2]};
    if (count > 3 && *arguments[3])
        live.filter = arguments[3];
    if (count > 4)
        live.buffer = atoi(arguments[4]);
    return input_interface(&live);
}

static void wait_while_paused(void) {
    bool told = false;
    fflush(stdout);
    while (paused && !stopped) {
        if (!told)
            puts("paused");
        told = true;
        fflush(stdout);
        usleep(1000);
    }
}

static void read_all(input *from) {
    caw_frame frame;
    input_state state;
    bool told = false;
    while (wait_while_paused(), (state = input_next(from, &frame, MILLISECONDS)) != INPUT_END) {
        if (stopped)
            input_stop(from);
        if (state == INPUT_FRAME)
            print_frame(&frame);
        else if (!told)
            puts("nothing");
        told = state == INPUT_NOTHING;
    }
}

int main(int count, char **arguments) {
    take_signals();
    input *from = make(count, arguments);
    if (!from)
        return 2;
    puts(input_is_live(from) ? "live" : "files");
    read_all(from);
    printf("dropped %" PRIu64 "\n", input_dropped(from));
    int status = input_status(from);
    input_free(from);
    return status;
}
