/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where frames come from: files and pipes, one after another, or an interface. What goes wrong is
 * said on standard error, once, when it happens.
 */
#ifndef INPUT_H
#define INPUT_H

#include "caw_capture.h"

typedef struct input input;

typedef enum {
    INPUT_FRAME,   /* here is one */
    INPUT_NOTHING, /* none within the time that was given; more may come */
    INPUT_END      /* no more come */
} input_state;

/*
 * Files in this order, as one capture; "-" is standard input. What is packed is unpacked. Each
 * file's interfaces have numbers of their own: they go on from file to file. Nothing is opened
 * before the first frame is asked for. NULL without memory. The names are borrowed.
 */
input *input_files(char *const *names, size_t count);

/* What an interface is captured with. Texts are borrowed. */
typedef struct {
    const char *interface; /* as pcap_create knows it; "any" too */
    const char *filter;    /* of pcap-filter(7); NULL: none */
    int buffer;            /* of the kernel, in bytes; 0: as usual, 8 MiB */
} input_live;

/* NULL when it cannot be captured: why has been said. */
input *input_interface(const input_live *live);

/*
 * The next frame, which holds until the next call. Waits for it so many milliseconds at most; a
 * signal that is caught ends the waiting.
 */
input_state input_next(input *self, caw_frame *frame, int milliseconds);

/*
 * A frame may come at any time: lines are wanted at once. False: all input is regular files; they
 * are not waited for, and INPUT_NOTHING does not say that time passes, but that a frame takes long
 * to be read.
 */
bool input_is_live(const input *self);

/* The bytes of all input as it lies on the disk, 0 when it is not only regular files; of these are
 * read so far. */
uint64_t input_size(const input *self);
uint64_t input_done(const input *self);

/*
 * Stops bringing more: what the kernel and libpcap still hold of an interface is given by
 * input_next, then INPUT_END; of a pipe what is in it, of a file what has been read.
 */
void input_stop(input *self);

/* Frames that the kernel had no room for: dumpcap tells it at its end. 0 for files. */
uint64_t input_dropped(const input *self);

/*
 * The status to exit with: 0; 2 when something could not be read at all, or an interface no longer,
 * else 3 when something damaged was read as far as it goes.
 */
int input_status(const input *self);

void input_free(input *self);

#endif
