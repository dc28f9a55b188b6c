/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caw: Channel Access messages from a network capture, one line each. libcaw does the work, and
 * what comes from Wireshark is asked of tshark.
 */
#include "decode.h"
#include "devices.h"
#include "filter.h"
#include "options.h"
#include "output.h"
#include "say.h"
#include "status.h"
#include "tshark.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is opened later must not be taken for standard input, output or error: these stay closed. */
static void hold_standard_files(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Standard input is there, and no terminal. */
static bool can_read_stdin(void) {
    int flags = fcntl(STDIN_FILENO, F_GETFL);

    return flags >= 0 && (flags & O_ACCMODE) != O_WRONLY && !isatty(STDIN_FILENO);
}

static bool wants_stdin(const options *options) {
    for (size_t i = 0; i < options->file_count; i++)
        if (strcmp(options->files[i], "-") == 0)
            return true;
    return false;
}

/* NULL: why has been said. */
static input *open_input(const options *options) {
    if (!options->interface)
        return input_files(options->files, options->file_count);
    char *filter;
    if (!filter_compile(options->capture_filter, &filter))
        return NULL;
    input_live live = {options->interface, filter, options->buffer};
    input *opened = input_interface(&live);
    free(filter);
    return opened;
}

static int read_packets(const options *options) {
    input *input = NULL;

    if (wants_stdin(options) && !can_read_stdin())
        return refuse("no packets: pipe tcpdump --immediate-mode -U -w - into me, name a file, or "
                      "use -i (caw --help)");
    if (options->action == ACTION_TSHARK && tshark_reads(options))
        return tshark(options, NULL);
    if (!(input = open_input(options)))
        return STATUS_USAGE;
    int status =
        options->action == ACTION_TSHARK ? tshark(options, input) : decode(options, input);
    input_free(input);
    return status;
}

static int print_help(void) {
    options_help();
    return output_end();
}

static int print_version(void) {
    output_text("caw ");
    output_text(caw_version());
    output_text("\n");
    return output_end();
}

static int act(const options *options) {
    switch (options->action) {
    case ACTION_HELP:
        return print_help();
    case ACTION_VERSION:
        return print_version();
    case ACTION_DEVICES:
        return devices_print();
    case ACTION_CAPTURE_FILTER:
        return filter_print(options->capture_filter);
    default:
        return read_packets(options);
    }
}

int main(int count, char **arguments) {
    options options = {0};
    int status = STATUS_USAGE;

    hold_standard_files();
    output_begin();
    if (count == 1 && isatty(STDIN_FILENO))
        return print_help();
    if (!(options.files = calloc((size_t)count, sizeof *options.files)))
        return refuse("out of memory");
    if (options_read(&options, count, arguments))
        status = act(&options);
    free(options.files);
    return status;
}
