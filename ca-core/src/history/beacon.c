/* SPDX-License-Identifier: BSD-3-Clause */
#include "beacon.h"

#include "moment.h"

#define NUMBERED 10                   /* minor version from which on beacons are */
#define BEHIND   256                  /* numbers that a duplicate may be behind */
#define LOST     255                  /* the largest step that has lost some */
#define NEAR     3                    /* the largest step that libca looks away from */
#define STARTING INT64_C(60000000000) /* nanoseconds after a number 0 */
#define EARLY    0.80                 /* times the average */
#define LATE     3.25                 /* the same */
#define SHARE    0.125                /* of a period in the average */
#define SOON     1000000000           /* nanoseconds within which copies come */

/* As libca counts it: one short when the number is behind. */
static uint32_t step_of(uint32_t before, uint32_t number) {
    return number >= before ? number - before : UINT32_MAX - before + number;
}

/* What the number tells. False: the beacon changes neither time nor average. */
static bool see_number(caw_beacons *beacons, uint32_t number, caw_moment now,
                       caw_beacon_verdict *verdict) {
    uint32_t step = step_of(beacons->number, number);
    verdict->restart = number == 0 && beacons->number != 0;
    beacons->number = number;
    if (number == 0)
        beacons->start = now;
    if (verdict->restart)
        return true;
    verdict->duplicate = step == 0 || step > UINT32_MAX - BEHIND;
    if (step > 1 && step <= LOST)
        verdict->lost = step - 1;
    return !verdict->duplicate && (step <= 1 || step > NEAR);
}

static bool is_starting(const caw_beacons *beacons, caw_moment now) {
    return beacons->start.frame && caw_between(&beacons->start, &now) <= STARTING;
}

static void see_period(caw_beacons *beacons, caw_moment now, caw_beacon_verdict *verdict) {
    double period;
    verdict->has_period = true;
    verdict->period = caw_between(&beacons->time, &now);
    period = (double)verdict->period;
    if (beacons->has_average)
        verdict->anomaly =
            (period >= beacons->average * LATE || period <= beacons->average * EARLY) &&
            !is_starting(beacons, now);
    beacons->average =
        beacons->has_average ? period * SHARE + beacons->average * (1 - SHARE) : period;
    verdict->average = beacons->average;
    beacons->has_average = true;
    beacons->time = now;
}

caw_beacon_verdict caw_beacon_next(caw_beacons *beacons, const caw_message *beacon,
                                   caw_moment now) {
    caw_beacon_verdict verdict = {.has_period = false};
    bool numbered = beacon->type >= NUMBERED;
    if (!beacons->seen) {
        beacons->seen = true;
        beacons->number = beacon->param1;
        beacons->time = now;
        if (numbered && beacon->param1 == 0)
            beacons->start = now;
        return verdict;
    }
    if (!numbered || see_number(beacons, beacon->param1, now, &verdict))
        see_period(beacons, now, &verdict);
    return verdict;
}

bool caw_beacon_has_two_senders(caw_beacons *beacons, const caw_beacon_verdict *verdict,
                                uint64_t sender, caw_moment now) {
    if (verdict->duplicate && caw_between(&beacons->sent, &now) <= SOON)
        return false;
    bool two = beacons->sender && beacons->sender != sender;
    beacons->sender = sender;
    beacons->sent = now;
    return two;
}
