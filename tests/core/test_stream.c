/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments in, stretches out: what is lost, late, doubled, cut or foreign. The cases of
 * tests/tshark/test_gaps.py below Wireshark, each at sequence numbers that wrap here and there.
 *
 * Most streams are messages of 40 bytes that bear their number: #n is at 40 n. A row of the tables
 * gives segments by their first byte and their end, and what is told of each.
 */
#include "counted.h"
#include "make.h"
#include "test.h"

#define SIZE    40
#define NUMBERS 100
#define BYTES   (SIZE * NUMBERS)

/* How a row's stream is captured; what is not said here is the plain case. */
enum { FROM_SYN = 0, MIDSTREAM = 1, KEEPING = 2, SMALL_ONLY = 4 };

typedef struct {
    const char *what;
    int how;
    const char *segments; /* "0-80": its bytes; "0-80/70": the first 70 of them are captured */
    const char *told;     /* | between segments, & between stretches */
} scene;

typedef struct {
    char text[2048];
    size_t used;
} story;

static const uint32_t starts[] = {0, 1, 0xffffffff, 0xffffffff - 10, 0xffffffff - 100, 7919};

/* ---- streams ------------------------------------------------------------------------------ */

static uint8_t numbered[BYTES];

static void number_them(void) {
    for (uint32_t n = 0; n < NUMBERS; n++) {
        static uint8_t bytes[MADE_MOST];
        draft update = {.command = CAW_COMMAND_EVENT_ADD, .type = 6, .count = 3, .p1 = 1, .p2 = n};
        update.size = SIZE - CAW_HEADER_SIZE;
        make_message(&update, bytes);
        memcpy(numbered + SIZE * n, bytes, SIZE);
    }
}

/* Bytes that end where memory of their own does, so that reading on is seen by a sanitizer. */
static uint8_t *own(const uint8_t *bytes, uint32_t length) {
    uint8_t *copy = malloc(length ? length : 1);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

/* ---- what is told ------------------------------------------------------------------------- */

static void tell(story *out, const char *what, uint32_t number) {
    size_t room = sizeof out->text - out->used;
    int length = snprintf(out->text + out->used, room, "%s", out->used ? " " : "");
    length += snprintf(out->text + out->used + length, room - (size_t)length, what, number);
    out->used += (size_t)length;
}

static void tell_count(story *out, const char *what, uint32_t count) {
    if (count)
        tell(out, what, count);
}

/* The number of a message, or its command; + when the segment has not all of it. */
static void tell_messages(story *out, const uint8_t *bytes, uint32_t there, uint32_t length) {
    for (uint32_t at = 0; at < length && at < there;) {
        caw_context context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER};
        caw_message message;
        int64_t size = caw_decode(bytes + at, there - at, &context, &message);
        CHECK(size > 0, "no message at %u: %s", at, out->text);
        if (size <= 0)
            return;
        bool numbers = message.command == CAW_COMMAND_EVENT_ADD;
        tell(out, numbers ? "#%u" : "command %u", numbers ? message.param2 : message.command);
        if (caw_is_cut(&message)) {
            out->text[out->used++] = '+';
            out->text[out->used] = '\0';
        }
        at += (uint32_t)size;
    }
}

static void tell_stretch(story *out, const caw_segment *segment, uint32_t at,
                         const caw_stretch *stretch) {
    static const char *const tails[] = {
        [CAW_TAIL_NONE] = "nothing %u",    [CAW_TAIL_KEPT] = "keep %u",
        [CAW_TAIL_HEADER] = "header %u",   [CAW_TAIL_CUT] = "cut %u",
        [CAW_TAIL_FOREIGN] = "foreign %u",
    };
    uint32_t first = at + caw_stretch_first(stretch);
    tell_count(out, "missing %u", stretch->missing);
    tell_count(out, "given up %u", stretch->given_up);
    tell_count(out, "repeated %u", stretch->repeated);
    tell_count(out, "continued %u", stretch->continued);
    tell_count(out, "skipped %u", stretch->skipped);
    if (first < segment->captured)
        tell_messages(out, segment->bytes + first, segment->captured - first, stretch->messages);
    tell_count(out, tails[stretch->tail_kind], stretch->tail);
}

static uint32_t sum(const caw_stretch *stretch) {
    return caw_stretch_first(stretch) + stretch->messages + stretch->tail;
}

/* Adds a segment and tells its stretches, with & between them. */
static void add(caw_stream *stream, const caw_segment *segment, story *out) {
    for (uint32_t at = 0; at < segment->length;) {
        caw_stretch stretch = caw_stream_add(stream, segment, at);
        if (at)
            tell(out, "&", 0);
        tell_stretch(out, segment, at, &stretch);
        CHECK(stretch.length > 0, "no progress: %s", out->text);
        CHECK(stretch.length == sum(&stretch), "%u bytes: %s", stretch.length, out->text);
        CHECK(stretch.length <= segment->length - at, "too many bytes: %s", out->text);
        CHECK(!stretch.missing || stretch.after_loss, "a gap is a loss: %s", out->text);
        at += stretch.length;
    }
}

static caw_stream *new_stream(const caw_memory *memory, int how, uint32_t start) {
    caw_stream *stream = caw_stream_new(memory, how & SMALL_ONLY ? SIZE - 1 : BYTES);
    if (stream && !(how & MIDSTREAM))
        caw_stream_begin(stream, start);
    return stream;
}

/* ---- rows --------------------------------------------------------------------------------- */

/* The segment of this stream that is written here. */
static caw_segment read_segment(const char *text, uint32_t start) {
    unsigned from = 0, end = 0, captured = UINT32_MAX;
    sscanf(text, "%u-%u/%u", &from, &end, &captured);
    caw_segment segment = {.sequence = start + from, .length = end - from};
    segment.captured = captured < segment.length ? captured : segment.length;
    return segment;
}

static void play(const scene *row, const uint8_t *bytes, uint32_t start, const caw_memory *memory,
                 story *out) {
    caw_stream *stream = new_stream(memory, row->how, start);
    for (const char *at = row->segments; stream && at; at = strchr(at, ' ')) {
        at += *at == ' ';
        caw_segment segment = read_segment(at, start);
        uint8_t *copy = own(bytes + (segment.sequence - start), segment.captured);
        segment.keep = row->how & KEEPING;
        segment.bytes = copy;
        if (at != row->segments)
            tell(out, "|", 0);
        add(stream, &segment, out);
        free(copy);
    }
    caw_stream_free(stream);
}

/* What is played again and again: counted_fail_each hands no more than the count. */
static struct {
    const scene *row;
    const uint8_t *bytes;
    uint32_t start;
} played;

/* Only with all of its memory the story is the whole one; nothing crashes or stays without. */
static void play_counted(counted *count) {
    const scene *row = played.row;
    caw_memory memory = counted_memory(count);
    story out = {.used = 0};
    play(row, played.bytes, played.start, &memory, &out);
    CHECK(count->asked > count->good || strcmp(out.text, row->told) == 0,
          "%s, from %u\n  got:  %s\n  want: %s", row->what, played.start, out.text, row->told);
    CHECK(count->live == 0, "%s, %ld allocations: %ld left", row->what, count->good, count->live);
}

/* At every start the same is told. */
static void check_row(const scene *row, const uint8_t *bytes) {
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        played.row = row;
        played.bytes = bytes;
        played.start = starts[i];
        counted_fail_each(play_counted);
    }
}

static void check_rows(const scene *rows, size_t count, const uint8_t *bytes) {
    for (size_t i = 0; i < count; i++)
        check_row(&rows[i], bytes);
}

#define CHECK_ROWS(rows, bytes) check_rows(rows, sizeof(rows) / sizeof *(rows), bytes)

static void whole_streams(void) {
    static const scene rows[] = {
        {"messages end with segments", 0, "0-80 80-120", "#0 #1 | #2"},
        {"a message in two", 0, "0-100 100-200", "#0 #1 #2+ | continued 20 #3 #4"},
        {"a message in four", 0, "0-20 20-30 30-39 39-80",
         "#0+ | continued 10 | continued 9 | continued 1 #1"},
        {"a header in two", 0, "0-50 50-120", "#0 header 10 | continued 30 #2"},
        {"a header in four", 0, "0-1 1-2 2-14 14-80",
         "header 1 | continued 1 | continued 12 | continued 26 #1"},
        {"kept, and added again", KEEPING, "0-100 80-160", "#0 #1 keep 20 | #2 #3"},
        {"kept twice", KEEPING, "0-5 0-30 0-50", "keep 5 | keep 30 | #0 keep 10"},
        {"too large to keep", KEEPING | SMALL_ONLY, "0-60 60-90 80-120",
         "#0 #1+ | continued 20 keep 10 | #2"},
        {"midstream, at a message", MIDSTREAM, "80-160", "#2 #3"},
        {"midstream, inside one", MIDSTREAM, "90-200", "skipped 30 #3 #4"},
        {"midstream, at no message whole", MIDSTREAM, "81-119 119-200",
         "skipped 38 | skipped 1 #3 #4"},
    };
    CHECK_ROWS(rows, numbered);
}

static void lost_segments(void) {
    static const scene rows[] = {
        {"between messages", 0, "0-80 120-200", "#0 #1 | missing 40 #3 #4"},
        {"the first", 0, "40-120", "missing 40 #1 #2"},
        {"part of a payload", 0, "0-100 110-200", "#0 #1 #2+ | missing 10 continued 10 #3 #4"},
        {"the rest of a payload", 0, "0-100 120-160", "#0 #1 #2+ | missing 20 #3"},
        {"a payload and more", 0, "0-100 130-200", "#0 #1 #2+ | missing 30 skipped 30 #4"},
        {"a header", 0, "0-80 100-200", "#0 #1 | missing 20 skipped 20 #3 #4"},
        {"half a header", 0, "0-90 100-200", "#0 #1 header 10 | missing 10 skipped 20 #3 #4"},
        {"of a kept message", KEEPING, "0-100 110-200",
         "#0 #1 keep 20 | missing 10 given up 20 continued 10 #3 #4"},
        {"of a kept header", KEEPING, "0-90 130-200",
         "#0 #1 keep 10 | missing 40 given up 10 skipped 30 #4"},
        {"nothing, but what was kept does not come again", KEEPING, "0-90 90-160",
         "#0 #1 keep 10 | given up 10 continued 30 #3"},
        {"twice", 0, "0-40 60-120 200-240", "#0 | missing 20 skipped 20 #2 | missing 80 #5"},
        {"no message in the next one either", 0, "0-80 100-115 115-200",
         "#0 #1 | missing 20 skipped 15 | skipped 5 #3 #4"},
    };
    CHECK_ROWS(rows, numbered);
}

static void late_segments(void) {
    static const scene rows[] = {
        {"from the front", 0, "0-40 160-200 40-80 80-120 120-160 200-240",
         "#0 | missing 120 #4 | #1 | #2 | #3 | #5"},
        {"from the back", 0, "0-40 160-200 120-160 80-120 40-80 200-240",
         "#0 | missing 120 #4 | #3 | #2 | #1 | #5"},
        {"from the middle", 0, "0-40 160-200 80-120 120-160 40-80 200-240",
         "#0 | missing 120 #4 | #2 | #3 | #1 | #5"},
        {"after a message that goes on in it", 0, "0-60 120-160 60-120",
         "#0 #1+ | missing 60 #3 | continued 20 #2"},
        {"in the middle of a message", 0, "0-60 80-120 65-75 75-80 60-65",
         "#0 #1+ | missing 20 #2 | continued 10 | continued 5 | continued 5"},
        {"after a header that goes on in it", 0, "0-50 120-160 50-120",
         "#0 header 10 | missing 70 #3 | continued 30 #2"},
        {"with a message that goes on after it", 0, "0-40 100-160 40-100",
         "#0 | missing 60 skipped 20 #3 | #1 #2+"},
        {"with a header that goes on after it: it is not kept", KEEPING, "0-40 90-160 40-90",
         "#0 | missing 50 skipped 30 #3 | #1 header 10"},
        {"while a message is kept", KEEPING, "0-40 80-130 40-80 120-160",
         "#0 | missing 40 #2 keep 10 | #1 | #3"},
        {"whose start proves nothing", 0, "0-40 200-240 70-170 40-70 170-200",
         "#0 | missing 160 #5 | skipped 10 #2 #3 header 10 | #1+ | continued 30"},
        {"the first one", 0, "40-80 0-40 80-120", "missing 40 #1 | #0 | #2"},
        {"older than the capture", MIDSTREAM, "80-120 0-80 120-160", "#2 | repeated 80 | #3"},
    };
    CHECK_ROWS(rows, numbered);
}

static void doubled_segments(void) {
    static const scene rows[] = {
        {"the same", 0, "0-80 0-80 80-120", "#0 #1 | repeated 80 | #2"},
        {"a part", 0, "0-80 45-60 80-120", "#0 #1 | repeated 15 | #2"},
        {"and more", 0, "0-80 45-120", "#0 #1 | repeated 35 #2"},
        {"inside a message", 0, "0-60 50-120", "#0 #1+ | repeated 10 continued 20 #2"},
        {"inside a header", 0, "0-50 45-120", "#0 header 10 | repeated 5 continued 30 #2"},
        {"one old byte keeps the connection alive", 0, "0-80 79-80 80-120",
         "#0 #1 | repeated 1 | #2"},
        {"of a kept message", KEEPING, "0-60 50-60 40-80", "#0 keep 20 | repeated 10 | #1"},
        {"more than was kept", KEEPING, "0-60 0-80",
         "#0 keep 20 | given up 20 repeated 60 continued 20"},
        {"around a gap", 0, "0-80 120-200 40-160 200-240",
         "#0 #1 | missing 40 #3 #4 | repeated 40 #2 & repeated 40 | #5"},
        {"around a gap and beyond the end", 0, "0-80 120-200 40-240 240-280",
         "#0 #1 | missing 40 #3 #4 | repeated 40 #2 & repeated 80 #5 | #6"},
        {"around three gaps", 0, "0-40 80-120 160-200 240-280 0-280",
         "#0 | missing 40 #2 | missing 40 #4 | missing 40 #6 | repeated 40 #1 & repeated 40 #3 & "
         "repeated 40 #5 & repeated 40"},
        {"a message across the end of a gap is told from the segment that has all of it", 0,
         "0-40 60-120 40-120", "#0 | missing 20 skipped 20 #2 | #1 & repeated 40"},
        {"a message across two gaps fills both", 0, "0-40 50-60 70-120 40-120 40-120",
         "#0 | missing 10 skipped 10 | missing 10 skipped 10 #2 | #1 & repeated 40 | repeated 80"},
    };
    CHECK_ROWS(rows, numbered);
}

static void cut_segments(void) {
    static const scene rows[] = {
        {"inside a payload", 0, "0-80/70 80-160/70", "#0 #1+ | #2 #3+"},
        {"inside a payload that ends before more", 0, "0-100/70 100-200/70",
         "#0 #1+ cut 20 | skipped 20 #3 cut 40"},
        {"inside a header", 0, "0-80/50 80-160/50", "#0 cut 40 | #2 cut 40"},
        {"between messages", 0, "0-80/40 80-160/40", "#0 cut 40 | #2 cut 40"},
        {"inside what is continued", 0, "0-50/20 50-120/20 120-160/20",
         "#0+ cut 10 | skipped 20 cut 50 | #3+"},
        {"inside the rest of a message", 0, "0-60 60-80 80-160/60",
         "#0 #1+ | continued 20 | #2 #3+"},
        {"before the rest of a message ends", 0, "0-16 16-60/16 60-100/16",
         "#0+ | continued 24 cut 20 | skipped 16 cut 24"},
        {"inside the rest of a header", 0, "0-4 4-14/4 14-40/4 40-44",
         "header 4 | continued 10 | skipped 4 cut 22 | skipped 4"},
        {"nothing is kept of it", KEEPING, "0-100/70 100-200/70",
         "#0 #1+ cut 20 | skipped 20 #3 cut 40"},
    };
    CHECK_ROWS(rows, numbered);
}

/* ---- other contents ----------------------------------------------------------------------- */

static const char web[] = "GET /archiver/data/getData.json?pv=t:sine HTTP/1.1\r\nHost: a\r\n\r\n";

static void foreign_bytes(void) {
    static uint8_t bytes[400];
    static const scene first[] = {
        {"from the start", 0, "0-60 60-64", "foreign 60 | skipped 4"},
        {"midstream", MIDSTREAM, "0-60", "skipped 60"},
        {"the first bytes alone", KEEPING, "0-3 3-60", "foreign 3 | skipped 57"},
        {"then messages", 0, "0-64 80-200", "foreign 64 | missing 16 #0 #1 #2"},
    };
    static const scene unseen[] = {
        {"of another connection, before these", 0, "11-131", "missing 11 #0 #1 #2"},
    };
    static const scene later[] = {
        {"after messages", 0, "0-40 40-144 144-224", "#0 | #1 foreign 64 | #2 #3"},
        {"instead of a message", 0, "0-80 80-184", "#0 #1 | foreign 104"},
    };
    memcpy(bytes, web, 64);
    memcpy(bytes + 80, numbered, 120);
    CHECK_ROWS(first, bytes);
    memcpy(bytes + 11, numbered, 120);
    CHECK_ROWS(unseen, bytes);
    memcpy(bytes, numbered, 80);
    memcpy(bytes + 80, web, 64);
    memcpy(bytes + 144, numbered + 80, 80);
    CHECK_ROWS(later, bytes);
}

/* The SYN and the first bytes are of another protocol's connection between the same ports. */
static void another_connection(void) {
    static const struct {
        uint32_t first, from; /* of the foreign bytes, of the messages */
        const char *told;
    } rows[] = {
        {0, 1003, "foreign 64 | missing 939 #0 #1 #2"},
        {9000000, 1003, "foreign 64 | #0 #1 #2"},
        {UINT32_MAX - 20, 1003, "foreign 64 | missing 960 #0 #1 #2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        counted count = {.good = -1};
        caw_memory memory = counted_memory(&count);
        caw_stream *stream = new_stream(&memory, FROM_SYN, rows[i].first);
        caw_segment foreign = {rows[i].first, 64, 64, (const uint8_t *)web, false};
        caw_segment messages = {rows[i].from, 3 * SIZE, 3 * SIZE, numbered, false};
        story told = {.used = 0};
        add(stream, &foreign, &told);
        tell(&told, "|", 0);
        add(stream, &messages, &told);
        CHECK_TEXT(told.text, rows[i].told);
        caw_stream_free(stream);
    }
}

/* After a gap a message of few words proves itself by filling its segment. */
static void few_words_after_a_gap(void) {
    static const draft poor[] = {
        {.command = CAW_COMMAND_ECHO},
        {.command = CAW_COMMAND_EVENTS_OFF},
        {.command = CAW_COMMAND_EVENTS_ON},
        {.command = CAW_COMMAND_READ_SYNC},
        {.command = CAW_COMMAND_CLEAR_CHANNEL},
        {.command = CAW_COMMAND_CLEAR_CHANNEL, .p1 = 77, .p2 = 5},
        {.command = CAW_COMMAND_READ_NOTIFY, .type = 20, .count = 1, .p1 = 77, .p2 = 5},
        {.command = CAW_COMMAND_EVENT_CANCEL, .type = 20, .count = 1, .p1 = 77, .p2 = 5},
        {.command = CAW_COMMAND_ACCESS_RIGHTS, .p1 = 5, .p2 = 3},
        {.command = CAW_COMMAND_CREATE_CH_FAIL},
        {.command = CAW_COMMAND_CREATE_CH_FAIL, .p1 = 5},
        {.command = CAW_COMMAND_CREATE_CHAN, .type = 6, .count = 1, .p1 = 5, .p2 = 77},
        {.command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .count = 1, .p1 = 1, .p2 = 5},
    };
    static uint8_t bytes[MADE_MOST + 96];
    for (size_t i = 0; i < sizeof poor / sizeof *poor; i++) {
        unsigned command = poor[i].command;
        char told[3][80];
        scene rows[] = {
            {"few words", 0, "0-40 80-96", told[0]},
            {"few words, midstream", MIDSTREAM, "80-96", told[1]},
            {"few words, twice", 0, "0-40 80-112", told[2]},
        };
        memcpy(bytes, numbered, 80);
        make_message(&poor[i], bytes + 80);
        make_message(&poor[i], bytes + 96);
        snprintf(told[0], sizeof told[0], "#0 | missing 40 command %u", command);
        snprintf(told[1], sizeof told[1], "command %u", command);
        snprintf(told[2], sizeof told[2], "#0 | missing 40 command %u command %u", command,
                 command);
        CHECK_ROWS(rows, bytes);
    }
}

/* A header of 24 bytes, cut after each of them. */
static void extended_headers(void) {
    static uint8_t bytes[MADE_MOST + SIZE];
    draft large = {.command = CAW_COMMAND_EVENT_ADD, .type = 6, .count = 1, .p1 = 1, .p2 = 7};
    large.extended = true;
    large.size = 8;
    size_t length = make_message(&large, bytes);
    memcpy(bytes + length, numbered, SIZE);
    for (uint32_t cut = 1; cut < length; cut++) {
        char start[20] = "#7+", segments[40], told[80];
        if (cut < CAW_EXTENDED_HEADER_SIZE)
            snprintf(start, sizeof start, "header %u", cut);
        snprintf(segments, sizeof segments, "0-%u %u-%u", cut, cut, (unsigned)length + SIZE);
        scene row = {"a large message", 0, segments, told};
        snprintf(told, sizeof told, "%s | continued %u #0", start, (unsigned)length - cut);
        check_row(&row, bytes);
    }
}

/* ---- which bytes are kept ----------------------------------------------------------------- */

typedef struct {
    uint32_t at;
    const char *bytes;
} scrap;

#define PAYLOAD 64

/* Adds text inside one large message, and writes down the bytes that were not seen before. */
static void collect(caw_stream *stream, uint32_t start, const scrap *one, char *kept) {
    caw_segment segment = {.sequence = start + CAW_HEADER_SIZE + one->at};
    segment.length = segment.captured = (uint32_t)strlen(one->bytes);
    segment.bytes = (const uint8_t *)one->bytes;
    for (uint32_t at = 0; at < segment.length;) {
        caw_stretch stretch = caw_stream_add(stream, &segment, at);
        uint32_t new = at + stretch.repeated;
        CHECK(stretch.continued + stretch.repeated == stretch.length, "all is of one message");
        memcpy(kept + one->at + new, one->bytes + new, stretch.continued);
        at += stretch.length;
    }
}

/* Overlaps of every kind, as other programs that put streams together are tested with. */
static void the_first_bytes_win(void) {
    static const struct {
        scrap scraps[20];
        const char *kept;
    } cases[] = {
        {{{2, "AAA"},
          {6, "BB"},
          {8, "CCC"},
          {12, "D"},
          {15, "EE"},
          {17, "FFF"},
          {20, "GG"},
          {22, "HH"},
          {24, "I"},
          {3, "JJJJ"},
          {8, "KKK"},
          {11, "LLL"},
          {14, "MMM"},
          {18, "N"},
          {21, "O"},
          {22, "P"},
          {24, "QQ"},
          {1, "0"}},
         ".0AAAJBBCCCLDLMEEFFFGGHHIQ"},
        {{{3, "B"}, {9, "D"}, {12, "EE"}, {2, "AA"}, {1, "JJJJ"}, {8, "LLL"}, {11, "MMM"}},
         ".JABJ...LDLMEE"},
        {{{3, "BB"}, {3, "CCCC"}, {1, "00"}}, ".00BBCC"},
        {{{1, "AAAA"}, {1, "BBBBBB"}}, ".AAAABB"},
        {{{1, "ABCD"}, {1, "AB"}, {3, "CD"}, {1, "ABCD"}}, ".ABCD"},
    };
    static uint8_t head[MADE_MOST];
    draft large = {.command = CAW_COMMAND_EVENT_ADD, .type = 4, .count = PAYLOAD, .p1 = 1};
    large.size = PAYLOAD;
    make_message(&large, head);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
            counted count = {.good = -1};
            caw_memory memory = counted_memory(&count);
            caw_stream *stream = new_stream(&memory, FROM_SYN, starts[i]);
            caw_segment first = {.sequence = starts[i], .bytes = head};
            char kept[PAYLOAD + 1] = "";
            first.length = first.captured = CAW_HEADER_SIZE;
            caw_stream_add(stream, &first, 0);
            memset(kept, '.', strlen(cases[j].kept));
            for (const scrap *one = cases[j].scraps; one->bytes; one++)
                collect(stream, starts[i], one, kept);
            CHECK_TEXT(kept, cases[j].kept);
            caw_stream_free(stream);
            CHECK(count.live == 0, "%ld pieces left", count.live);
        }
}

/* ---- many --------------------------------------------------------------------------------- */

static uint32_t random_word(void) {
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* Every message once, in whatever order its segments come; and no gap is left in memory. */
static void any_order(void) {
    for (int round = 0; round < 200; round++) {
        counted count = {.good = -1};
        caw_memory memory = counted_memory(&count);
        uint32_t order[NUMBERS], found = 0, start = random_word();
        caw_stream *stream = new_stream(&memory, FROM_SYN, start);
        for (uint32_t i = 0; i < NUMBERS; i++)
            order[i] = i;
        for (uint32_t i = NUMBERS - 1; i > 0; i--) {
            uint32_t other = random_word() % (i + 1), held = order[i];
            order[i] = order[other];
            order[other] = held;
        }
        for (uint32_t i = 0; i < NUMBERS; i++) {
            caw_segment segment = {.sequence = start + SIZE * order[i], .length = SIZE};
            segment.captured = SIZE;
            segment.bytes = numbered + SIZE * order[i];
            found += caw_stream_add(stream, &segment, 0).messages;
        }
        CHECK(found == BYTES, "%u bytes of messages, round %d", found, round);
        CHECK(count.live == 1, "%ld pieces beside the stream", count.live - 1);
        caw_stream_free(stream);
        CHECK(count.live == 0, "%ld pieces left", count.live);
    }
}

/* ---- what else is told -------------------------------------------------------------------- */

static caw_segment segment_at(uint32_t start, uint32_t from, uint32_t to) {
    return (caw_segment){.sequence = start + from,
                         .length = to - from,
                         .captured = to - from,
                         .bytes = numbered + from,
                         .keep = true};
}

static void contents_and_next(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_stream *stream = new_stream(&memory, FROM_SYN, 0xfffffff0);
    caw_segment half = segment_at(0xfffffff0, 0, 60), rest = segment_at(0xfffffff0, 40, 80);
    CHECK(caw_stream_contents(stream) == CAW_CONTENTS_UNKNOWN, "nothing was seen");
    CHECK(caw_stream_next(stream) == 0xfffffff0, "the first byte");
    caw_stream_add(stream, &half, 0);
    CHECK(caw_stream_contents(stream) == CAW_CONTENTS_MESSAGES, "a message was seen");
    CHECK(caw_stream_next(stream) == 0xfffffff0 + 40, "what was kept");
    caw_stream_add(stream, &rest, 0);
    CHECK(caw_stream_next(stream) == 0xfffffff0 + 80, "what was never seen");
    caw_stream_begin(stream, 7);
    CHECK(caw_stream_next(stream) == 0xfffffff0 + 80, "it has begun already");
    caw_stream_free(stream);

    stream = new_stream(&memory, FROM_SYN, 0);
    caw_segment other = {.length = 60, .captured = 60, .bytes = (const uint8_t *)web};
    caw_stream_add(stream, &other, 0);
    CHECK(caw_stream_contents(stream) == CAW_CONTENTS_FOREIGN, "a web browser");
    half = segment_at(60, 0, 80);
    caw_stream_add(stream, &half, 0);
    CHECK(caw_stream_contents(stream) == CAW_CONTENTS_MESSAGES, "messages after all");
    caw_stream_free(stream);
    CHECK(count.live == 0, "%ld pieces left", count.live);
}

static bool loses(caw_stream *stream, uint32_t from, uint32_t to) {
    caw_segment segment = segment_at(0, from, to);
    return caw_stream_add(stream, &segment, 0).after_loss;
}

static void losses(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_stream *stream = new_stream(&memory, MIDSTREAM, 0);
    CHECK(!loses(stream, 30, 35), "the start of a capture");
    CHECK(loses(stream, 35, 80), "what was before was not understood");
    CHECK(!loses(stream, 80, 120), "all is well");
    CHECK(loses(stream, 160, 200), "a gap");
    CHECK(!loses(stream, 120, 160), "its bytes");
    CHECK(!loses(stream, 160, 200), "again");
    CHECK(!loses(stream, 200, 220), "the start of a message");
    CHECK(loses(stream, 220, 280), "whose start does not come again");
    caw_stream_free(stream);
}

/* A keep-alive of one byte before the first one. */
static void before_the_first(void) {
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        counted count = {.good = -1};
        caw_memory memory = counted_memory(&count);
        caw_stream *stream = new_stream(&memory, FROM_SYN, starts[i]);
        caw_segment garbage = {.sequence = starts[i] - 1, .length = 1, .captured = 1};
        garbage.bytes = (const uint8_t *)"?";
        caw_segment first = segment_at(starts[i], 0, 80);
        CHECK(caw_stream_add(stream, &garbage, 0).repeated == 1, "from %u", starts[i]);
        CHECK(caw_stream_add(stream, &first, 0).messages == 80, "from %u", starts[i]);
        CHECK(caw_stream_add(stream, &garbage, 1).length == 0, "no byte, no stretch");
        caw_stream_free(stream);
    }
}

/* Half of the numbers are older than what was seen, whatever a segment that is far away says. */
static void far_away(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_stream *stream = new_stream(&memory, FROM_SYN, 0);
    caw_segment old = segment_at(UINT32_C(0x80000000), 0, 40), far = segment_at(0x7fffffff, 0, 40);
    CHECK(caw_stream_add(stream, &old, 0).repeated == 40, "2^31 bytes away: older");
    CHECK(caw_stream_add(stream, &far, 0).missing == 0x7fffffff, "one less: a gap");
    caw_segment first = segment_at(0, 0, 40);
    CHECK(caw_stream_add(stream, &first, 0).repeated == 0, "the far one took nothing else");
    caw_stream_free(stream);
    caw_stream_free(NULL);
}

int main(void) {
    number_them();
    whole_streams();
    lost_segments();
    late_segments();
    doubled_segments();
    cut_segments();
    foreign_bytes();
    another_connection();
    few_words_after_a_gap();
    extended_headers();
    the_first_bytes_win();
    any_order();
    contents_and_next();
    losses();
    before_the_first();
    far_away();
    return test_summary();
}
