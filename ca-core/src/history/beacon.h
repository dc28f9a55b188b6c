/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one beacon of a server is in the light of those before it: libca's own rule
 * (bhe::updatePeriod in Base's bhe.cpp). A beacon that comes after the average period times 3.25 or
 * later, or times 0.80 or earlier, is an anomaly, which makes clients search again. The average
 * takes an eighth of each period. The second beacon only begins it.
 *
 * From version 4.10 on beacons are numbered. The same number again, or one of up to 256 before it,
 * is a duplicate. A step of 2 or 3 is noticed, and changes neither the time that the next period is
 * counted from nor the average; neither does a duplicate.
 *
 * Other than libca: a number that falls to 0 is a restart, and counts as the next beacon; and there
 * are no anomalies in the 60 s after a number 0, for a server that starts beacons ever more slowly.
 */
#ifndef CAW_BEACON_H
#define CAW_BEACON_H

#include "caw_history.h"

/* The beacons of one server so far. Begins zeroed; holds no memory; its members are private. */
typedef struct {
    bool seen;
    bool has_average;
    uint32_t number;  /* of the latest */
    caw_moment time;  /* that the next period is counted from */
    caw_moment start; /* the latest number 0; frame 0: none */
    double average;   /* of the periods, in nanoseconds */
    uint64_t sender;  /* of the latest that was no copy */
    caw_moment sent;  /* when that was */
} caw_beacons;

typedef struct {
    bool has_period;
    int64_t period; /* nanoseconds, from the last beacon that was neither duplicate nor skipped */
    double average; /* of the periods with this one, in nanoseconds */
    uint32_t lost;  /* numbers that a step of 2 to 255 skips */
    bool duplicate;
    bool restart;
    bool anomaly;
} caw_beacon_verdict;

/* The next beacon of a server: an RSRV_IS_UP. */
caw_beacon_verdict caw_beacon_next(caw_beacons *beacons, const caw_message *beacon, caw_moment now);

/*
 * Another address than before has sent this beacon, which caw_beacon_next has judged: two servers
 * with one identity. A copy with the same number within a second came by another way from the same
 * server, which may have several addresses. `sender` is not 0.
 */
bool caw_beacon_has_two_senders(caw_beacons *beacons, const caw_beacon_verdict *verdict,
                                uint64_t sender, caw_moment now);

#endif
