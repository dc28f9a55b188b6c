/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What rows teach: this program is built with a copy of the core that teach.py has taught a
 * command, its answer and a DBR type, and sees that all of the core knows them.
 */
#include "caw_capture.h"
#include "counted.h"
#include "talk.h"
#include "test.h"
#include "walk.h"

/* DBR_NOTE_DOUBLE: status, severity, a note of 10 bytes, 2 bytes of padding, a double. */
#define VALUE "\0\5\0\2hello\0\0\0\0\0\0\0\x3f\xf8\0\0\0\0\0\0"

static const draft create = {
    .command = CAW_COMMAND_CREATE_CHAN, .p1 = 1, .p2 = 13, .payload = "t:ai\0\0\0", .size = 8};
static const draft created = {
    .command = CAW_COMMAND_CREATE_CHAN, .type = CAW_DBR_DOUBLE, .count = 1, .p1 = 1, .p2 = 451};
static const draft request = {
    .command = CAW_COMMAND_LOCK, .type = CAW_DBR_NOTE_DOUBLE, .count = 1, .p1 = 451, .p2 = 7};
static const draft answer = {.command = CAW_COMMAND_LOCK,
                             .type = CAW_DBR_NOTE_DOUBLE,
                             .count = 1,
                             .p1 = CAW_ECA_NORMAL,
                             .p2 = 7,
                             .payload = VALUE,
                             .size = 24};

static uint8_t bytes[MADE_MOST];

static caw_message decode(const draft *made, caw_side speaker) {
    caw_message message;
    caw_context context = {.transport = CAW_TRANSPORT_TCP, .speaker = speaker};
    caw_decode(bytes, make_message(made, bytes), &context, &message);
    return message;
}

static void lines(void) {
    char text[1000];
    caw_message message = decode(&request, CAW_SIDE_CLIENT);
    caw_line(&message, text, sizeof text);
    CHECK_TEXT(text, "LockRequest(data_type=<ChannelType.NOTE_DOUBLE: 39>, data_count=1, sid=451, "
                     "ioid=7)");
    message = decode(&answer, CAW_SIDE_SERVER);
    caw_line(&message, text, sizeof text);
    CHECK_TEXT(text,
               "LockResponse(data=Array('d', [1.5]), data_type=<ChannelType.NOTE_DOUBLE: 39>, "
               "data_count=1, status=CAStatusCode(name='ECA_NORMAL', code=0, "
               "code_with_severity=1, severity=<CASeverity.SUCCESS: 1>, success=1, "
               "defunct=False, description='Normal successful completion'), ioid=7, "
               "metadata=DBR_NOTE_DOUBLE(status=<AlarmStatus.LOLO: 5>, "
               "severity=<AlarmSeverity.MAJOR_ALARM: 2>, note=b'hello'))");
    caw_summary(&message, NULL, text, sizeof text);
    CHECK_TEXT(text, "Locked ioid 7 = 1.5 MAJOR/LOLO");
    caw_summary(&message, &(caw_about){.pv = "t:ai"}, text, sizeof text);
    CHECK_TEXT(text, "Locked t:ai = 1.5 MAJOR/LOLO");
    CHECK(caw_flaws(&message) == 0, "flaws %llx", (unsigned long long)caw_flaws(&message));
}

static void fields(void) {
    static const struct {
        caw_field_id id;
        uint32_t at, len;
    } wanted[] = {{CAW_FIELD_COMMAND, 0, 2},       {CAW_FIELD_SIZE, 2, 2},
                  {CAW_FIELD_DATA_TYPE, 4, 2},     {CAW_FIELD_DATA_COUNT, 6, 2},
                  {CAW_FIELD_STATUS, 8, 4},        {CAW_FIELD_IOID, 12, 4},
                  {CAW_FIELD_ALARM_STATUS, 16, 2}, {CAW_FIELD_ALARM_SEVERITY, 18, 2},
                  {CAW_FIELD_NOTE, 20, 10},        {CAW_FIELD_RISC_PAD, 30, 2},
                  {CAW_FIELD_VALUE, 32, 8}};
    caw_message message = decode(&answer, CAW_SIDE_SERVER);
    caw_cursor cursor = caw_fields(&message, CAW_ALL);
    caw_field field;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        bool next = caw_next(&cursor, &field);
        CHECK(next && field.id == wanted[i].id, "field %zu", i);
        CHECK(field.view.at == wanted[i].at && field.view.len == wanted[i].len, "field %zu", i);
    }
    CHECK(!caw_next(&cursor, &field), "no more");
    CHECK(caw_find(&message, CAW_FIELD_NOTE, &field) && field.text.len == 5 &&
              memcmp(field.text.bytes, "hello", 5) == 0,
          "the note");
    for (size_t size = 16; size <= 40; size++) { /* all that holds for any message, cut or not */
        caw_context context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER};
        caw_decode(bytes, size, &context, &message);
        walk_fault fault = walk_message(&message);
        CHECK(!fault, "%zu bytes: %s", size, fault);
    }
}

/* A note without NUL, alarm states that are none: judged wherever a layout has them. */
static void flaws(void) {
    draft wrong = answer;
    wrong.payload = "\0\x16\0\3hello_all_\0\0\x3f\xf8\0\0\0\0\0\0";
    caw_message message = decode(&wrong, CAW_SIDE_SERVER);
    CHECK(caw_flaws(&message) == (UINT64_C(1) << CAW_FLAW_UNTERMINATED_STRING |
                                  UINT64_C(1) << CAW_FLAW_ALARM | UINT64_C(1) << CAW_FLAW_INVALID),
          "flaws %llx", (unsigned long long)caw_flaws(&message));
    wrong = answer;
    wrong.size = 8;
    message = decode(&wrong, CAW_SIDE_SERVER);
    CHECK(caw_flaws(&message) >> CAW_FLAW_TOO_SHORT & 1, "too short");
    wrong = (draft){.command = CAW_COMMANDS};
    message = decode(&wrong, CAW_SIDE_SERVER);
    CHECK(caw_flaws(&message) >> CAW_FLAW_UNKNOWN_COMMAND & 1, "the next command is unknown");
}

static void speakers(void) {
    size_t length = make_message(&request, bytes);
    CHECK(caw_speaker(bytes, length, CAW_TRANSPORT_TCP) == CAW_SIDE_CLIENT, "who asks");
    length = make_message(&answer, bytes);
    CHECK(caw_speaker(bytes, length, CAW_TRANSPORT_TCP) == CAW_SIDE_SERVER, "who answers");
}

/* The circuit knows nothing of locks: it links them, and says whose PV it is. */
static void history(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_circuit *circuit = caw_circuit_new(&memory, true);
    caw_note notes[8];
    uint32_t frame = 0;
    talk_say(circuit, CLIENT_END, &create, ++frame, &notes[0]);
    talk_say(circuit, SERVER_END, &created, ++frame, &notes[1]);
    talk_say(circuit, CLIENT_END, &request, 10, &notes[2]);
    talk_say(circuit, CLIENT_END, &request, 11, &notes[3]); /* its ioid is taken */
    talk_say(circuit, SERVER_END, &answer, 12, &notes[4]);
    const caw_exchange *exchange = notes[2].exchange;
    CHECK(exchange && notes[4].exchange == exchange, "the answer belongs to the request");
    CHECK(notes[2].turn == CAW_TURN_REQUEST && notes[4].turn == CAW_TURN_RESPONSE, "turns");
    CHECK(exchange && exchange->request.frame == 10 && exchange->answer.frame == 12, "frames");
    CHECK(exchange && exchange->answer.seconds - exchange->request.seconds == 2, "the time");
    CHECK(exchange && exchange->command == CAW_COMMAND_LOCK && !exchange->failed, "the exchange");
    CHECK(caw_pv(&notes[2]) && strcmp(caw_pv(&notes[2]), "t:ai") == 0, "the PV by its sid");
    CHECK(caw_pv(&notes[4]) && strcmp(caw_pv(&notes[4]), "t:ai") == 0, "the PV of the answer");
    CHECK(notes[2].flaws == 0 && notes[3].flaws == 1u << CAW_HISTORY_ID_IN_USE, "an id in use");

    draft unknown = request;
    unknown.p1 = 99;
    talk_say(circuit, CLIENT_END, &unknown, 13, &notes[5]);
    CHECK(notes[5].flaws & 1u << CAW_HISTORY_UNKNOWN_SID, "no such channel");

    /* an ERROR quotes the request: ioid 7, asked again in frame 11 */
    draft error = {.command = CAW_COMMAND_ERROR, .p1 = 1, .p2 = 152, .size = 24};
    char quoted[24] = {
        0, CAW_COMMAND_LOCK, 0, 0, 0, CAW_DBR_NOTE_DOUBLE, 0, 1, 0, 0, 1, (char)195, 0, 0, 0, 7};
    error.payload = quoted;
    talk_say(circuit, SERVER_END, &error, 14, &notes[6]);
    CHECK(notes[6].exchange == notes[3].exchange && notes[6].exchange->failed, "it failed");
    CHECK(caw_pv(&notes[6]) && strcmp(caw_pv(&notes[6]), "t:ai") == 0, "of this PV");
    caw_circuit_free(circuit);
    CHECK(count.live == 0, "no leak");
    CHECK_TEXT(caw_request_row(CAW_COMMAND_LOCK)->timed, "Lock");
}

/* Where the beginning of a stream is lost, an answer with a status and a value proves itself. */
static void evidence(void) {
    uint8_t stream[200];
    memset(stream, 0x5a, sizeof stream);
    size_t length = make_message(&answer, bytes);
    memcpy(stream + 48, bytes, length);
    CHECK(caw_resync(stream, 48 + length, 0, 8, true) == 48, "the way back");
    stream[48 + 9] = 7; /* no such status */
    CHECK(caw_resync(stream, 48 + length, 0, 8, true) == 48 + length, "nothing to go by");
}

static void expressions(void) {
    char text[4096];
    caw_where_verdict verdict;
    CHECK(caw_where_to_pcap("lock and sid == 451", text, sizeof text, &verdict), "%s",
          verdict.problem);
    CHECK(caw_where_to_pcap("locked and dtype == DBR_NOTE_DOUBLE", text, sizeof text, &verdict),
          "%s", verdict.problem);
}

int main(void) {
    lines();
    fields();
    flaws();
    speakers();
    history();
    evidence();
    expressions();
    return test_summary();
}
