/* SPDX-License-Identifier: BSD-3-Clause */
/* What is learned from searches, their answers and beacons, and each only once. */
#include "counted.h"
#include "make.h"
#include "test.h"

#define HOST   UINT32_C(0x0a010001)
#define SERVER caw_endpoint(HOST, 4321)
#define CLIENT caw_endpoint(HOST + 1, 50000)

static const draft beacon = {.context = {CAW_TRANSPORT_UDP, CAW_SIDE_SERVER, false, false},
                             .command = CAW_COMMAND_RSRV_IS_UP,
                             .type = 13,
                             .count = 4321};
static const draft question = {.context = {CAW_TRANSPORT_UDP, CAW_SIDE_CLIENT, false, false},
                               .command = CAW_COMMAND_SEARCH,
                               .type = 5,
                               .count = 13,
                               .p1 = 1,
                               .p2 = 1,
                               .payload = "t:a\0\0\0\0",
                               .size = 8};

static caw_message decoded(const draft *made) {
    static uint8_t bytes[MADE_MOST];
    caw_message message;
    caw_decode(bytes, make_message(made, bytes), &made->context, &message);
    return message;
}

static void test_once(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_endpoints *known = caw_endpoints_new(&memory);
    caw_message announces = decoded(&beacon);
    uint64_t from = caw_endpoint(HOST, 5065);
    CHECK(!caw_endpoints_has_server(known, SERVER), "nothing yet");
    CHECK(caw_endpoints_learn_server(known, &announces, from) == SERVER, "news");
    CHECK(caw_endpoints_learn_server(known, &announces, from) == 0, "no news");
    CHECK(caw_endpoints_has_server(known, SERVER), "a server");
    CHECK(!caw_endpoints_has_client(known, SERVER), "a server is no client");
    CHECK(!caw_endpoints_learn_client(known, &announces, from), "a beacon is no search");

    caw_message asks = decoded(&question);
    CHECK(caw_endpoints_learn_server(known, &asks, CLIENT) == 0, "a search announces nobody");
    CHECK(caw_endpoints_learn_client(known, &asks, CLIENT), "a client");
    CHECK(!caw_endpoints_learn_client(known, &asks, CLIENT), "the same");
    CHECK(caw_endpoints_has_client(known, CLIENT), "it is known");
    caw_endpoints_free(known);
    CHECK(count.live == 0, "%ld pieces of memory left", count.live);
}

static void test_a_circuit_searches_elsewhere(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_endpoints *known = caw_endpoints_new(&memory);
    draft over_tcp = question;
    over_tcp.context.transport = CAW_TRANSPORT_TCP;
    caw_message asks = decoded(&over_tcp);
    CHECK(!caw_endpoints_learn_client(known, &asks, CLIENT), "no datagrams go there");
    caw_endpoints_free(known);
}

static void without_memory(counted *count) {
    caw_memory memory = counted_memory(count);
    caw_endpoints *known = caw_endpoints_new(&memory);
    caw_message announces = decoded(&beacon);
    if (known && caw_endpoints_learn_server(known, &announces, SERVER))
        CHECK(caw_endpoints_has_server(known, SERVER), "what is said to be learned is known");
    caw_endpoints_free(known);
    CHECK(count->live == 0, "%ld pieces of memory left", count->live);
}

static void test_sides(void) {
    CHECK(caw_side_of_source(true, false) == CAW_SIDE_SERVER, "the source serves");
    CHECK(caw_side_of_source(false, true) == CAW_SIDE_CLIENT, "the target serves");
    CHECK(caw_side_of_source(true, true) == CAW_SIDE_NOBODY, "both");
    CHECK(caw_side_of_source(false, false) == CAW_SIDE_NOBODY, "neither");
}

int main(void) {
    test_once();
    test_a_circuit_searches_elsewhere();
    test_sides();
    counted_fail_each(without_memory);
    return test_summary();
}
