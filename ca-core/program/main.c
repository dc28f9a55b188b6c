/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caw: Channel Access messages from a network capture, one line each. libcaw does the work, and
 * what comes from Wireshark is asked of tshark.
 */
#include "complete.h"
#include "decode.h"
#include "descriptor.h"
#include "devices.h"
#include "filter.h"
#include "help.h"
#include "named.h"
#include "options.h"
#include "output.h"
#include "say.h"
#include "schema.h"
#include "signals.h"
#include "status.h"
#include "terminal.h"
#include "tshark.h"

#include <stdlib.h>

static bool wants_stdin(const options *asked) {
    for (size_t i = 0; i < asked->file_count; i++)
        if (named_is_standard_input(asked->files[i]))
            return true;
    return false;
}

/* By tshark, or by libcaw. NULL: the input cannot be had, which has been said. */
static int read_from(const options *asked, input *from) {
    if (!from)
        return STATUS_USAGE;
    int status = asked->action == ACTION_TSHARK ? tshark(asked, from) : decode(asked, from);
    input_free(from);
    return status;
}

static int capture(const options *asked) {
    char *filter;

    if (!filter_compile(asked->capture_filter, &filter))
        return STATUS_USAGE;
    input_live live = {asked->interface, filter, asked->buffer};
    int status = read_from(asked, input_interface(&live));
    free(filter);
    return status;
}

static int read_packets(const options *asked) {
    if (asked->interface)
        return capture(asked);
    if (wants_stdin(asked) && (!descriptor_is_readable(fileno(stdin)) || terminal_is(stdin)))
        return refuse(
            "no packets: pipe tcpdump -B 65536 --immediate-mode -U -w - into me, name a file, or "
            "use -i (caw --help)");
    if (asked->action == ACTION_TSHARK && tshark_reads(asked))
        return tshark(asked, NULL);
    return read_from(asked, input_files(asked->files, asked->file_count));
}

static int print_help(void) {
    help_print();
    return output_end();
}

static int print_version(void) {
    output_text("caw ");
    output_text(caw_version());
    output_text("\n");
    return output_end();
}

static int print_completions(char *const *words) {
    size_t count = 0;

    while (words[count])
        count++;
    return complete_print(words, count);
}

static int act(const options *asked) {
    switch (asked->action) {
    case ACTION_HELP:
        return print_help();
    case ACTION_TOPIC:
        return help_topic(asked->topic[0] ? asked->topic : NULL);
    case ACTION_COMPLETE:
        return print_completions(asked->passed);
    case ACTION_VERSION:
        return print_version();
    case ACTION_DEVICES:
        return devices_print();
    case ACTION_SCHEMA:
        return schema_print(asked->schema);
    case ACTION_CAPTURE_FILTER:
        return filter_print(asked->capture_filter);
    default:
        return read_packets(asked);
    }
}

int main(int count, char **arguments) {
    options asked = {0};
    int status = STATUS_USAGE;

    descriptor_hold_standard();
    signals_spare_pipes();
    if (count == 1 && terminal_is(stdin))
        return print_help();
    if (!(asked.files = calloc((size_t)count, sizeof *asked.files)))
        return refuse("out of memory");
    if (options_read(&asked, count, arguments))
        status = act(&asked);
    free(asked.files);
    return status;
}
