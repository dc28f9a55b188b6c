/* SPDX-License-Identifier: BSD-3-Clause */
/* What the program was asked for. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "forms.h"
#include "report_words.h"

typedef enum {
    ACTION_DECODE,         /* lines or a report, by libcaw */
    ACTION_TSHARK,         /* what needs Wireshark: display filters, and reports of its own */
    ACTION_HELP,           /* all that can be asked for */
    ACTION_TOPIC,          /* more about one thing */
    ACTION_COMPLETE,       /* for a shell: what may be typed next */
    ACTION_VERSION,        /* of the program */
    ACTION_DEVICES,        /* interfaces that can be captured */
    ACTION_SCHEMA,         /* the keys of JSON */
    ACTION_CAPTURE_FILTER, /* a pcap-filter expression of one on messages */
} action;

enum { OPTIONS_WORD = 64 };

/* All texts are borrowed from the arguments of main(). */
typedef struct {
    action action;

    char **files; /* in order; "-" is standard input */
    size_t file_count;
    const char *interface;      /* NULL: files */
    const char *capture_filter; /* of -f, or of ACTION_CAPTURE_FILTER; may be NULL */
    int buffer;                 /* of the kernel, in bytes; 0: libpcap's own choice */

    const char *schema;         /* in which words, of ACTION_SCHEMA */
    forms form;                 /* of lines */
    const char *names;          /* of channels, a file; NULL: none are known */
    const char *where;          /* which messages, an expression; NULL: all */
    const char *display_filter; /* of -Y; NULL: none */
    const char *report;         /* of -z, or "ca," and the command; NULL: lines */
    report_words asked;         /* of a report of libcaw's */
    char command[OPTIONS_WORD]; /* before "connect" in "caw connect FILE" comes "ca,"; "": none */
    char topic[OPTIONS_WORD];   /* of ACTION_TOPIC; "": which there are */
    char **passed;              /* on to tshark, or of ACTION_COMPLETE; NULL at the end */

    uint64_t most_lines;    /* UINT64_MAX: all */
    uint64_t memory;        /* bytes for what stays open */
    unsigned stats_seconds; /* 0: never */
    unsigned every_seconds; /* a report is printed; 0: at the end */
} options;

/*
 * Reads the arguments of main(). `files` of the zeroed options has room for as many. False when
 * they are wrong: what has been said.
 */
bool options_read(options *self, int count, char **arguments);

#endif
