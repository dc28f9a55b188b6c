/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames from an interface, by libpcap. */
#include "clock.h"
#include "deadline.h"
#include "input_kind.h"
#include "input_say.h"
#include "interface.h"
#include "libpcap.h"
#include "rights.h"

#include <stdlib.h>

enum {
    SNAP_LENGTH = 1 << 18,
    USUAL_BUFFER = 8 << 20,
    READ_TIMEOUT = 10, /* ms after which the kernel hands over what has come */
    DRAIN_TIME = 50    /* ms after which it surely has */
};

typedef struct {
    input base;
    const char *interface;
    pcap_t *pcap;
    uint16_t link;       /* LINKTYPE_ */
    bool nano;           /* its times count nanoseconds */
    bool down;           /* that has been said */
    struct timespec end; /* once it is stopped: frames that came later are left out */
    int64_t drained;     /* and the deadline for those that came before */
    uint64_t dropped;    /* by the kernel ... */
    unsigned counted;    /* ... and its count, which may run over */
} live;

/* ---- opening ------------------------------------------------------------------------------ */

/* What an interface does not offer it goes on without. */
static void try_to(int result) {
    (void)result;
}

/*
 * It is created and not active: none of these can fail then. libpcap's "immediate mode" is not for
 * us: on Linux each packet, however small, then takes as much of the buffer as the largest, 64 KiB
 * where the network card puts segments together. A short timeout brings packets as well.
 */
static void set_options(pcap_t *pcap, const input_live *wanted) {
    try_to(pcap_set_snaplen(pcap, SNAP_LENGTH));
    try_to(pcap_set_promisc(pcap, !input_is_any(wanted->interface)));
    try_to(pcap_set_timeout(pcap, READ_TIMEOUT));
    /* where it is not offered: microseconds */
    try_to(pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO));
    try_to(pcap_set_buffer_size(pcap, wanted->buffer > 0 ? wanted->buffer : USUAL_BUFFER));
}

/* libpcap's own words, which are not always there. */
static const char *reason(pcap_t *pcap, int code) {
    const char *text = pcap_geterr(pcap);
    return text && *text ? text : pcap_statustostr(code);
}

static bool set_filter(pcap_t *pcap, const input_live *wanted) {
    struct bpf_program program;
    if (!wanted->filter)
        return true;
    if (pcap_compile(pcap, &program, wanted->filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        input_say(wanted->interface, "capture filter: %s", pcap_geterr(pcap));
        return false;
    }
    bool set = pcap_setfilter(pcap, &program) == 0;
    pcap_freecode(&program);
    if (!set)
        input_say(wanted->interface, "capture filter: %s", pcap_geterr(pcap));
    return set;
}

static void prefer_cooked_2(pcap_t *pcap, const char *interface) {
    if (input_is_any(interface))
        try_to(pcap_set_datalink(pcap, DLT_LINUX_SLL2)); /* else it stays as it is */
}

/* Active and ready to be read from. False: it cannot be, and that has been said. */
static bool prepare(live *self, const input_live *wanted) {
    char problem[PCAP_ERRBUF_SIZE];
    prefer_cooked_2(self->pcap, wanted->interface);
    if (!set_filter(self->pcap, wanted))
        return false;
    if (!libpcap_link(self->pcap, &self->link)) {
        input_say(wanted->interface, "%s", pcap_geterr(self->pcap));
        return false;
    }
    if (pcap_setnonblock(self->pcap, 1, problem) != 0) {
        input_say(wanted->interface, "%s", problem);
        return false;
    }
    self->nano = pcap_get_tstamp_precision(self->pcap) == PCAP_TSTAMP_PRECISION_NANO;
    return true;
}

/* ---- frames ------------------------------------------------------------------------------- */

/* Says so when the interface is down: then nothing can come, until it is up again. */
static void watch(live *self) {
    bool down;
    if (input_is_any(self->interface) || !interface_look(self->interface, &down))
        return;
    if (down != self->down)
        input_say(self->interface, down ? "the interface is down" : "the interface is up again");
    self->down = down;
}

static caw_frame frame_of(const live *self, const struct pcap_pkthdr *header,
                          const uint8_t *bytes) {
    return (caw_frame){
        .seconds = header->ts.tv_sec,
        .nanoseconds = (int32_t)(header->ts.tv_usec * (self->nano ? 1 : 1000)),
        .timed = true,
        .exact = self->nano,
        .link = self->link,
        .bytes = bytes,
        .captured = header->caplen,
        .length = header->len,
    };
}

/* It came after we were to stop. */
static bool is_late(const live *self, const caw_frame *frame) {
    return self->base.stopped &&
           (frame->seconds > self->end.tv_sec ||
            (frame->seconds == self->end.tv_sec && frame->nanoseconds > self->end.tv_nsec));
}

/* What is there at once. */
static input_state take(live *self, caw_frame *frame) {
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    int result = pcap_next_ex(self->pcap, &header, &bytes);
    if (result == 0)
        return INPUT_NOTHING;
    if (result == 1) {
        *frame = frame_of(self, header, bytes);
        return is_late(self, frame) ? INPUT_END : INPUT_FRAME;
    }
    input_say(self->interface, "%s", reason(self->pcap, result));
    input_fail(&self->base, INPUT_STATUS_NOT_READ);
    return INPUT_END;
}

static input_state next(input *base, caw_frame *frame, int milliseconds) {
    live *self = (live *)base;
    input_state state = take(self, frame);
    if (state != INPUT_NOTHING)
        return state;
    libpcap_wait(self->pcap, base->stopped ? deadline_left(self->drained) : milliseconds);
    state = take(self, frame);
    if (state == INPUT_NOTHING && base->stopped)
        return deadline_left(self->drained) > 0 ? INPUT_NOTHING : INPUT_END;
    if (state == INPUT_NOTHING)
        watch(self);
    return state;
}

/* ---- the rest ----------------------------------------------------------------------------- */

static void stop(input *base) {
    live *self = (live *)base;
    self->end = clock_date();
    self->drained = deadline_in(DRAIN_TIME);
}

static uint64_t dropped(const input *base) {
    live *self = (live *)(uintptr_t)base; /* counting goes on, whoever asks */
    struct pcap_stat stat;
    if (pcap_stats(self->pcap, &stat) == 0) {
        self->dropped += stat.ps_drop - self->counted;
        self->counted = stat.ps_drop;
    }
    return self->dropped;
}

static void free_live(input *base) {
    live *self = (live *)base;
    if (self->pcap)
        pcap_close(self->pcap);
    free(self);
}

/* Zero, a warning above it, or an error below. */
static int activate(live *self, const input_live *wanted) {
    char problem[PCAP_ERRBUF_SIZE];
    self->pcap = pcap_create(wanted->interface, problem);
    if (!self->pcap) {
        input_say(wanted->interface, "%s", problem);
        return PCAP_ERROR;
    }
    set_options(self->pcap, wanted);
    int code = pcap_activate(self->pcap);
    bool forbidden = code == PCAP_ERROR_PERM_DENIED || code == PCAP_ERROR_PROMISC_PERM_DENIED;
    if (code != 0 && !forbidden)
        input_say(wanted->interface, "%s", reason(self->pcap, code));
    return code;
}

input *input_interface(const input_live *wanted) {
    static const input_kind kind = {next, stop, dropped, free_live};
    live *self = calloc(1, sizeof *self);
    if (!self) {
        input_say(wanted->interface, "no memory");
        return NULL;
    }
    *self = (live){.base = {.kind = &kind, .live = true}, .interface = wanted->interface};
    int code = activate(self, wanted);
    if (code >= 0 && prepare(self, wanted))
        return &self->base;
    free_live(&self->base);
    if (code == PCAP_ERROR_PERM_DENIED || code == PCAP_ERROR_PROMISC_PERM_DENIED)
        return rights_borrow(wanted);
    return NULL;
}
