/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcaw: Channel Access on the wire. Bytes in, messages out.
 *
 * The library does no I/O, reads no clock and keeps no state of its own. Decoding allocates
 * nothing: it looks at bytes the caller holds. This page is about one message; read it top to
 * bottom. What came before a message is in caw_history.h, whole packets are in caw_capture.h.
 *
 *     1. views        bytes that belong to somebody else
 *     2. tables       the protocol as rows: fields, messages, DBR types, flaws, names
 *     3. size         where does this message end?
 *     4. decode       one message
 *     5. fields       walk it, value by value, each with its bytes
 *     6. text         the one-line form, the short form, single values
 *
 *     caw_message message;
 *     caw_context context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER};
 *     int64_t used = caw_decode(bytes, length, &context, &message);
 *     if (used > 0) {
 *         caw_cursor cursor = caw_fields(&message, CAW_ALL);
 *         caw_field field;
 *         while (caw_next(&cursor, &field))
 *             printf("%s at %u\n", caw_field_rows[field.id].label, field.view.at);
 *     }
 *
 * Facts come from EPICS Base (modules/ca, modules/database/src/ioc/rsrv); numbers on the wire are
 * big endian.
 */
#ifndef CAW_H
#define CAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, such as "0.2.0". Static text; never NULL. */
const char *caw_version(void);

/* ---- 1. views --------------------------------------------------------------------------- */

/* Bytes borrowed from the caller; valid as long as the caller's buffer is. */
typedef struct {
    const uint8_t *bytes; /* the first byte of the view, not of the message */
    uint32_t at;          /* offset of that byte from the start of the message */
    uint32_t len;         /* in bytes */
} caw_view;

/* The bytes of a string, without its NUL. */
static inline caw_view caw_view_of(const char *text) {
    caw_view view = {(const uint8_t *)text, 0, (uint32_t)strlen(text)};
    return view;
}

/* ---- 2. tables -------------------------------------------------------------------------- */

#define CAW_SERVER_PORT   5064 /* TCP and UDP, where servers listen unless told otherwise */
#define CAW_REPEATER_PORT 5065 /* UDP, where beacons go */
#define CAW_MINOR_VERSION 13   /* of the protocol today: 4.13 */
#define CAW_ECA_NORMAL    1    /* the status that says that all is well (caerr.h) */

/* Such a number as a text literal: "5064". */
#define CAW_LITERAL(number)  CAW_LITERAL_(number)
#define CAW_LITERAL_(number) #number

/* Who sent a message. The message does not say: both sides use the same command numbers. */
typedef enum {
    CAW_SIDE_NOBODY, /* not known, or both could have */
    CAW_SIDE_CLIENT,
    CAW_SIDE_SERVER /* of searches and channels; a repeater too */
} caw_side;

/* Bits, so that a row can name both. */
typedef enum { CAW_TRANSPORT_TCP = 1, CAW_TRANSPORT_UDP = 2, CAW_TRANSPORT_BOTH = 3 } caw_transport;

/* Command numbers (caProto.h). */
typedef enum {
    CAW_COMMAND_VERSION = 0,      /* first on a circuit and in a datagram of searches */
    CAW_COMMAND_EVENT_ADD = 1,    /* a subscription, each of its updates, and the end of it */
    CAW_COMMAND_EVENT_CANCEL = 2, /* the server confirms it with an EVENT_ADD without payload */
    CAW_COMMAND_READ = 3,         /* obsolete: READ_NOTIFY took its place */
    CAW_COMMAND_WRITE = 4,        /* nobody answers it but an ERROR */
    CAW_COMMAND_SNAPSHOT = 5,     /* obsolete, nobody knows its layout */
    CAW_COMMAND_SEARCH = 6,       /* who has this PV? */
    CAW_COMMAND_BUILD = 7,        /* obsolete, nobody knows its layout */
    CAW_COMMAND_EVENTS_OFF = 8,   /* the client is too slow: hold updates back */
    CAW_COMMAND_EVENTS_ON = 9,
    CAW_COMMAND_READ_SYNC = 10, /* obsolete: ECHO took its place */
    CAW_COMMAND_ERROR = 11,     /* a request failed; has its header */
    CAW_COMMAND_CLEAR_CHANNEL = 12,
    CAW_COMMAND_RSRV_IS_UP = 13, /* beacon */
    CAW_COMMAND_NOT_FOUND = 14,  /* answers a SEARCH with CAW_REPLY_ALWAYS */
    CAW_COMMAND_READ_NOTIFY = 15,
    CAW_COMMAND_READ_BUILD = 16,       /* obsolete, nobody knows its layout */
    CAW_COMMAND_REPEATER_CONFIRM = 17, /* answers REPEATER_REGISTER */
    CAW_COMMAND_CREATE_CHAN = 18,
    CAW_COMMAND_WRITE_NOTIFY = 19, /* answered when the record has processed */
    CAW_COMMAND_CLIENT_NAME = 20,  /* of the user */
    CAW_COMMAND_HOST_NAME = 21,
    CAW_COMMAND_ACCESS_RIGHTS = 22,
    CAW_COMMAND_ECHO = 23, /* comes back as it is */
    CAW_COMMAND_REPEATER_REGISTER = 24,
    CAW_COMMAND_SIGNAL = 25,         /* obsolete, nobody knows its layout */
    CAW_COMMAND_CREATE_CH_FAIL = 26, /* answers CREATE_CHAN: no such PV */
    CAW_COMMAND_SERVER_DISCONN = 27, /* the server has dropped a channel */
    CAW_COMMANDS                     /* numbers from here on are no commands */
} caw_command;

/* A number with a name: an ECA status, an alarm severity, a command ... */
typedef struct {
    uint32_t value;
    const char *name; /* "ECA_NORDACCESS"; NULL ends a list */
    const char *text; /* a sentence, or NULL */
    bool obsolete;    /* no longer part of the protocol, or "defunct" in caerr.h */
} caw_name;

/* A short constant text with its length, for who prints it often: all of the array is copied. */
typedef struct {
    uint8_t length; /* 0: there is none */
    char chars[32]; /* ends with a NUL */
} caw_phrase;

#define CAW_PHRASE(text)                                                                           \
    { sizeof(text) - 1, text }

/* One bit of a flag word. */
typedef struct {
    uint32_t mask;
    const char *key;     /* filter name below the field's own: "val" in ca.mask.val */
    const char *label;   /* "DBE_VALUE" */
    const char *meaning; /* NULL key ends a list */
} caw_bit;

/* Which member of caw_field a value is in. */
typedef enum {
    CAW_KIND_UINT,    /* .number */
    CAW_KIND_INT,     /* .number, negative values as two's complement: cast to int64_t */
    CAW_KIND_REAL,    /* .real */
    CAW_KIND_ELEMENT, /* stored like an element of the value: .real, and .number of an integer */
    CAW_KIND_TEXT,    /* .text: without its NUL, any bytes, no encoding promised */
    CAW_KIND_BYTES,   /* .view */
    CAW_KIND_IPV4,    /* .number, the first octet in the highest byte */
    CAW_KIND_TIME,    /* .seconds since 1990-01-01 UTC (CAW_EPICS_EPOCH), .nanoseconds */
    CAW_KIND_GROUP /* not on the wire as such: a word of the line that stands for several fields */
} caw_kind;

/* Seconds from the POSIX epoch to the EPICS epoch, 1990-01-01 00:00:00 UTC (epicsTime.h). */
#define CAW_EPICS_EPOCH 631152000

/* Every field a message can have. CAW_FIELD_RESERVED is zero so that a header word which a message
 * row leaves out is reserved. */
typedef enum {
    CAW_FIELD_RESERVED, /* also ends a list of fields */
    /* header */
    CAW_FIELD_COMMAND,
    CAW_FIELD_SIZE,           /* of the payload, in bytes */
    CAW_FIELD_MARKER,         /* 0xffff and 0 of an extended header */
    CAW_FIELD_TYPE,           /* the type word of a message without a row */
    CAW_FIELD_PARAM1,         /* its first parameter */
    CAW_FIELD_PARAM2,         /* and its second */
    CAW_FIELD_DATA_TYPE,      /* a DBR type */
    CAW_FIELD_DATA_COUNT,     /* of elements */
    CAW_FIELD_PRIORITY,       /* of a circuit */
    CAW_FIELD_VERSION,        /* minor */
    CAW_FIELD_SEQUENCE_VALID, /* whether there is a ... */
    CAW_FIELD_SEQUENCE,       /* ... number of a datagram of searches */
    CAW_FIELD_REPLY,          /* a caw_reply */
    CAW_FIELD_CID,            /* the client's number of a channel */
    CAW_FIELD_SID,            /* the server's number of a channel */
    CAW_FIELD_IOID,           /* number of a read or a write */
    CAW_FIELD_SUBSCRIPTION,   /* number of a subscription */
    CAW_FIELD_STATUS,         /* ECA status */
    CAW_FIELD_RIGHTS,         /* access rights */
    CAW_FIELD_SERVER_PORT,
    CAW_FIELD_SERVER_IP,
    CAW_FIELD_BEACON, /* number of a beacon */
    CAW_FIELD_CLIENT_IP,
    /* payloads */
    CAW_FIELD_PV,
    CAW_FIELD_USER,
    CAW_FIELD_HOST,
    CAW_FIELD_LOW, /* of a subscription, as the next two; not used */
    CAW_FIELD_HIGH,
    CAW_FIELD_PERIOD, /* of updates */
    CAW_FIELD_MASK,
    CAW_FIELD_FAILED_COMMAND, /* of an ERROR's request */
    CAW_FIELD_FAILED_SIZE,    /* the same */
    CAW_FIELD_ERROR_TEXT,
    CAW_FIELD_DATA, /* a payload without layout; as a word of the line also a value */
    CAW_FIELD_PADDING,
    CAW_FIELD_FRAGMENT, /* the beginning of a field, the rest is not there */
    /* DBR metadata */
    CAW_FIELD_ALARM_STATUS,
    CAW_FIELD_ALARM_SEVERITY,
    CAW_FIELD_STAMP,   /* made of the next two */
    CAW_FIELD_SECONDS, /* since 1990 */
    CAW_FIELD_NANOSECONDS,
    CAW_FIELD_PRECISION,
    CAW_FIELD_UNITS,
    CAW_FIELD_UPPER_DISP,
    CAW_FIELD_LOWER_DISP,
    CAW_FIELD_UPPER_ALARM,
    CAW_FIELD_UPPER_WARNING,
    CAW_FIELD_LOWER_WARNING,
    CAW_FIELD_LOWER_ALARM,
    CAW_FIELD_UPPER_CTRL,
    CAW_FIELD_LOWER_CTRL,
    CAW_FIELD_STATES,        /* how many states an enumeration has */
    CAW_FIELD_STATE,         /* name of one */
    CAW_FIELD_UNUSED_STATES, /* room of those it does not have */
    CAW_FIELD_ACK_TRANSIENT,
    CAW_FIELD_ACK_SEVERITY,
    CAW_FIELD_RISC_PAD, /* for alignment */
    /* DBR values */
    CAW_FIELD_VALUE,       /* one numeric element */
    CAW_FIELD_STRING,      /* one element that is text */
    CAW_FIELD_MORE_VALUES, /* elements that were not asked for */
    /* words of the line */
    CAW_FIELD_METADATA,       /* all of it, as one word */
    CAW_FIELD_FAILED_REQUEST, /* header of an ERROR's request */
    CAW_FIELDS
} caw_field_id;

/* How the line prints a field: as caproto's classes do. */
typedef enum {
    CAW_STYLE_OWN,            /* a field: by its kind; a word of the line: as its field does */
    CAW_STYLE_NUMBER,         /* 20 */
    CAW_STYLE_INT16,          /* the same, signed */
    CAW_STYLE_CHANNEL_TYPE,   /* <ChannelType.TIME_DOUBLE: 20> */
    CAW_STYLE_RIGHTS,         /* <AccessRights.READ|WRITE: 3> */
    CAW_STYLE_STATUS,         /* CAStatusCode(name='ECA_NORMAL', ...) */
    CAW_STYLE_ALARM_STATUS,   /* <AlarmStatus.LOLO: 5> */
    CAW_STYLE_ALARM_SEVERITY, /* <AlarmSeverity.MAJOR_ALARM: 2> */
    CAW_STYLE_BYTES,          /* b'mm': a text that caproto leaves undecoded */
    CAW_STYLE_BYTEARRAY,      /* bytearray(b'...'): the text and all bytes after it */
    CAW_STYLE_VALUE,          /* all elements */
    CAW_STYLE_METADATA,       /* DBR_TIME_DOUBLE(...): all words of the metadata */
    CAW_STYLE_HEADER          /* MessageHeader(...): of the request in an ERROR */
} caw_style;

/* .room of a field that is as wide as an element of the value. */
#define CAW_ROOM_OF_ELEMENT UINT16_MAX

typedef struct {
    const char *key;   /* filter name without "ca."; NULL for a CAW_KIND_GROUP */
    const char *label; /* as a person reads it */
    const char *name;  /* as the line names it, NULL when no line does */
    caw_phrase head;   /* the same between two words: ", timestamp=" */
    caw_kind kind;
    uint8_t bits;          /* width of a CAW_KIND_UINT or CAW_KIND_INT on the wire, at most */
    bool hex;              /* shown in base 16 */
    bool identifier;       /* a number that stands for something: shown with its key */
    uint32_t most;         /* largest value that makes sense; 0: names, flags or bits say it */
    const caw_name *names; /* names of its values, or NULL */
    const caw_bit *flags;  /* its bits, or NULL */
    caw_style style;       /* how the line prints it */
    uint16_t room;         /* bytes in the metadata of a DBR type; 0: it is not metadata */
    bool several;          /* a message may have it more than once: a list in JSON */
    bool filler;         /* fills a place: not worth telling while it is zero, as it ought to be */
    bool last;           /* caproto's metadata classes name it after the others */
    const char *alias;   /* an older filter name that must keep working, or NULL */
    const char *json;    /* key of JSON, where the filter name would be an object too, or NULL */
    const char *meaning; /* one sentence */
} caw_field_row;

extern const caw_field_row caw_field_rows[CAW_FIELDS];

/* What follows the header. */
typedef enum {
    CAW_PAYLOAD_NOTHING, /* no payload; bytes that are there nevertheless are CAW_FIELD_DATA */
    CAW_PAYLOAD_STRING,  /* NUL-terminated text: the row's .text */
    CAW_PAYLOAD_EVENT,   /* low, high, period, mask of a subscription */
    CAW_PAYLOAD_MINOR,   /* 16 bit version of a search answer, maybe left out */
    CAW_PAYLOAD_FAILURE, /* the header of the failed request, then text */
    CAW_PAYLOAD_DBR,     /* metadata and elements of the header's data type */
    CAW_PAYLOAD_ANY      /* any bytes: CAW_FIELD_DATA */
} caw_payload;

/* What a message is in an exchange of two. */
typedef enum {
    CAW_TURN_ALONE, /* neither asks nor answers */
    CAW_TURN_REQUEST,
    CAW_TURN_RESPONSE
} caw_turn;

/* One name=value of the line. */
typedef struct {
    caw_field_id id;
    const char *name; /* NULL: the field row's name and head */
    caw_phrase head;
    caw_style style; /* CAW_STYLE_OWN: the field row's style */
} caw_word;

#define CAW_MAX_WORDS 9

/*
 * One message of the protocol, one direction. The columns are the protocol's own: what the header
 * and the payload hold, then what belongs together, then how a person sees it.
 */
typedef struct {
    uint16_t command;
    caw_side speaker;
    caw_transport transport;
    const char *name;  /* caproto's class name: "ReadNotifyResponse" */
    const char *label; /* "Read Notify Response" */
    const char *brief; /* first words of the short form: "Read Notify" */
    const char *meaning;
    caw_field_id type, count, param1, param2; /* the four header words after the size */
    bool native;                              /* its DBR type is a channel's own */
    caw_payload payload;
    caw_field_id text; /* of a CAW_PAYLOAD_STRING */
    uint64_t flaws;    /* 1 << caw_flaw: what each such message is flagged with */

    caw_turn exchange;
    uint16_t answers;        /* the command that a response answers; 0: its own */
    caw_field_id repeats[2]; /* words that are equal in a request and its answer */
    bool in_turn;            /* requests with equal ones are legal: the oldest is answered first */
    bool failure;            /* a response that says no */
    caw_field_id channel;    /* the word that names the channel, CAW_FIELD_SID or CAW_FIELD_CID;
                                a response without one belongs to its request's channel */
    bool writes;             /* a request that changes the channel's value */
    const char *timed;       /* a request whose response time is reported: under this name */

    caw_field_id subject;    /* what the short form names: the sid in "Read Notify sid 451" */
    caw_field_id details[3]; /* what it adds: "ioid 7 DBR_TIME_DOUBLE"; the value of a
                                CAW_PAYLOAD_DBR comes by itself */
    caw_word line[CAW_MAX_WORDS + 1]; /* words in the order of the class's arguments */
} caw_message_row;

/* Rows fit in a set of 64 bits. */
#define CAW_MESSAGE_ROWS_MOST 64

/* By command; the last row stands for every message that has none. */
extern const caw_message_row caw_message_rows[];
extern const size_t caw_message_row_count;

/* The row of what clients send with this command; the last row when they do not. */
const caw_message_row *caw_request_row(uint16_t command);

/* How one element of a DBR value is stored. */
typedef enum {
    CAW_ELEMENT_STRING, /* a slot of 40 bytes */
    CAW_ELEMENT_INT16,
    CAW_ELEMENT_FLOAT,
    CAW_ELEMENT_ENUM, /* unsigned 16 bit */
    CAW_ELEMENT_CHAR, /* unsigned 8 bit */
    CAW_ELEMENT_INT32,
    CAW_ELEMENT_DOUBLE
} caw_element_kind;

/* DBR types (db_access.h): a base type, plain or with ever more metadata before the value. */
typedef enum {
    /* plain: the value alone */
    CAW_DBR_STRING,
    CAW_DBR_SHORT,
    CAW_DBR_FLOAT,
    CAW_DBR_ENUM,
    CAW_DBR_CHAR,
    CAW_DBR_LONG,
    CAW_DBR_DOUBLE,
    /* with the alarm state */
    CAW_DBR_STS_STRING,
    CAW_DBR_STS_SHORT,
    CAW_DBR_STS_FLOAT,
    CAW_DBR_STS_ENUM,
    CAW_DBR_STS_CHAR,
    CAW_DBR_STS_LONG,
    CAW_DBR_STS_DOUBLE,
    /* and a time stamp */
    CAW_DBR_TIME_STRING,
    CAW_DBR_TIME_SHORT,
    CAW_DBR_TIME_FLOAT,
    CAW_DBR_TIME_ENUM,
    CAW_DBR_TIME_CHAR,
    CAW_DBR_TIME_LONG,
    CAW_DBR_TIME_DOUBLE,
    /* no stamp, but units and limits of display and alarm, or states */
    CAW_DBR_GR_STRING,
    CAW_DBR_GR_SHORT,
    CAW_DBR_GR_FLOAT,
    CAW_DBR_GR_ENUM,
    CAW_DBR_GR_CHAR,
    CAW_DBR_GR_LONG,
    CAW_DBR_GR_DOUBLE,
    /* and limits of control */
    CAW_DBR_CTRL_STRING,
    CAW_DBR_CTRL_SHORT,
    CAW_DBR_CTRL_FLOAT,
    CAW_DBR_CTRL_ENUM,
    CAW_DBR_CTRL_CHAR,
    CAW_DBR_CTRL_LONG,
    CAW_DBR_CTRL_DOUBLE,
    CAW_DBR_PUT_ACKT,      /* written only: whether transient alarms wait for acknowledgement */
    CAW_DBR_PUT_ACKS,      /* written only: acknowledges alarms up to this severity */
    CAW_DBR_STSACK_STRING, /* alarm state and what of it waits for acknowledgement */
    CAW_DBR_CLASS_NAME,    /* the record's type, such as "ai" */
    CAW_DBR_TYPES          /* numbers from here on are no types */
} caw_dbr_type;

typedef struct {
    caw_phrase type; /* "<ChannelType.TIME_INT: 15>", as caproto; caw_dbr_names has Base's names */
    caw_phrase structure; /* "DBR_TIME_INT(", caproto's metadata class; NULL without one */
    uint16_t meta;        /* bytes before the first element: the layout, then RISC padding */
    caw_element_kind element;
    const caw_field_id *layout; /* metadata in wire order, ended by CAW_FIELD_RESERVED */
    bool native;                /* a channel itself can be of this type */
    bool written;               /* clients write it */
    bool with_value;            /* caproto's metadata class has the first element too */
    bool first_only;            /* servers fill in the first element, whatever the count */
    bool maybe_time;            /* caproto's servers lay it out like CAW_DBR_TIME_STRING */
} caw_dbr_row;

extern const caw_dbr_row caw_dbr_rows[CAW_DBR_TYPES];

extern const uint8_t caw_element_sizes[];

/* The row of a DBR type number, NULL when there is none. */
static inline const caw_dbr_row *caw_dbr(uint32_t type) {
    return type < CAW_DBR_TYPES ? &caw_dbr_rows[type] : NULL;
}

/* Bytes of one element of this kind. */
static inline uint32_t caw_element_size(caw_element_kind kind) {
    return caw_element_sizes[kind];
}

/* What can be wrong with a message: one bit each of caw_flaws. caw_flaw_rows says each in a
 * sentence. */
typedef enum {
    CAW_FLAW_UNALIGNED, /* payload size is not a multiple of 8 */
    CAW_FLAW_TOO_SHORT, /* payload shorter than the header says */
    CAW_FLAW_TOO_LONG,  /* payload longer than the header says */
    CAW_FLAW_UNKNOWN_COMMAND,
    CAW_FLAW_OBSOLETE,            /* the command left the protocol long ago */
    CAW_FLAW_OLD,                 /* current clients do not send the command */
    CAW_FLAW_WRONG_SIDE,          /* this side never sends the command */
    CAW_FLAW_WRONG_TRANSPORT,     /* TCP only, or UDP only */
    CAW_FLAW_BAD_TYPE,            /* no such DBR type */
    CAW_FLAW_BAD_NATIVE_TYPE,     /* of a channel: more than 6 */
    CAW_FLAW_EXTENDED_UDP,        /* an extended header in a datagram */
    CAW_FLAW_BAD_MARKER,          /* count in an extended header's first half */
    CAW_FLAW_HUGE,                /* more than 16 MiB of payload */
    CAW_FLAW_UNKNOWN_STATUS,      /* no such ECA status */
    CAW_FLAW_FAILURE,             /* the status is not ECA_NORMAL */
    CAW_FLAW_ERROR_MESSAGE,       /* the message is an ERROR */
    CAW_FLAW_UNTERMINATED_ERROR,  /* its text has no NUL */
    CAW_FLAW_PRIORITY,            /* of a circuit: more than 99 */
    CAW_FLAW_VERSION_TOO_OLD,     /* below 4: current servers refuse it */
    CAW_FLAW_VERSION_OLDER,       /* below CAW_MINOR_VERSION */
    CAW_FLAW_VERSION_NEWER,       /* above CAW_MINOR_VERSION */
    CAW_FLAW_NO_VERSION,          /* a datagram's search without one before it */
    CAW_FLAW_SEARCH_IDS,          /* the two ids of a search differ */
    CAW_FLAW_SEARCH_REPLY,        /* the reply flag is no caw_reply */
    CAW_FLAW_SEARCH_DOREPLY,      /* CAW_REPLY_ALWAYS in a datagram */
    CAW_FLAW_NO_NAME,             /* the PV name is empty */
    CAW_FLAW_UNTERMINATED_NAME,   /* it has no NUL */
    CAW_FLAW_ODD_NAME,            /* blanks, control or non-ASCII characters, two dots */
    CAW_FLAW_LONG_NAME,           /* a record of more than 60 characters, or 500 in all */
    CAW_FLAW_CREATE_FAILED,       /* the server does not have the PV */
    CAW_FLAW_SERVER_DISCONN,      /* the server dropped the channel */
    CAW_FLAW_MASK,                /* of a subscription: empty, or unknown bits */
    CAW_FLAW_DELTAS,              /* of a subscription: low, high, period not 0 */
    CAW_FLAW_EMPTY_WRITE,         /* a write of no elements */
    CAW_FLAW_WRITE_TYPE,          /* a DBR type that clients do not write */
    CAW_FLAW_UNTERMINATED_STRING, /* no NUL within its room */
    CAW_FLAW_STATES,              /* an enumeration of more than 16 states */
    CAW_FLAW_ENUM_VALUE,          /* the value is none of the states */
    CAW_FLAW_ALARM,               /* no such alarm status or severity */
    CAW_FLAW_NANOSECONDS,         /* of a time stamp: a second or more */
    CAW_FLAW_INVALID,             /* severity INVALID_ALARM: the value means nothing */
    CAW_FLAW_DIRTY_PADDING,       /* bytes after the value are not 0 */
    CAW_FLAW_TIME_LAYOUT,         /* laid out like TIME_STRING: caproto's servers */
    CAW_FLAW_RESERVED,            /* a reserved header word is not 0 */
    CAW_FLAW_LONG_IDENTITY,       /* user or host of more than 511 characters */
    CAW_FLAW_EVENTS_OFF,          /* the client is too slow for updates */
    CAW_FLAW_BEACON_PORT,         /* the beacon has no TCP port */
    CAW_FLAW_NO_ACCESS,           /* neither reading nor writing is allowed */
    CAW_FLAW_RIGHTS,              /* access rights with unknown bits */
    CAW_FLAWS
} caw_flaw;

typedef enum {
    CAW_LEVEL_NOTE,    /* legal, worth knowing */
    CAW_LEVEL_WARNING, /* suspicious */
    CAW_LEVEL_ERROR    /* against the protocol, or not decodable */
} caw_level;

typedef struct {
    const char *key; /* filter name below "ca.flaw." */
    caw_level level;
    const char *label; /* a sentence */
} caw_flaw_row;

extern const caw_flaw_row caw_flaw_rows[CAW_FLAWS];

/* CAW_FIELD_REPLY: whether a server without the PV shall answer a search, too (caProto.h). */
typedef enum {
    CAW_REPLY_FOUND = 5,  /* DONTREPLY: only one that has the PV */
    CAW_REPLY_ALWAYS = 10 /* DOREPLY */
} caw_reply;

/* Lists of names, each ended by a row whose name is NULL. */
extern const caw_name caw_command_names[];
extern const caw_name caw_dbr_names[];
extern const caw_name caw_status_names[]; /* ECA codes by wire value */
extern const caw_name caw_alarm_status_names[];
extern const caw_name caw_alarm_severity_names[];
extern const caw_name caw_rights_names[];
extern const caw_name caw_reply_names[];
extern const caw_bit caw_mask_bits[];

/* The row of a value, NULL when the list does not have it. */
const caw_name *caw_name_of(const caw_name *list, uint32_t value);

/* ---- 3. size ---------------------------------------------------------------------------- */

#define CAW_HEADER_SIZE          16
#define CAW_EXTENDED_HEADER_SIZE 24

#define CAW_MORE      0    /* the header is not complete yet */
#define CAW_MALFORMED (-1) /* these bytes are not Channel Access */

/*
 * Size in bytes, header and payload, of the message that starts here. Needs the header only (16
 * bytes, 24 when the 16 bit payload size is 0xffff: tcpiiu.cpp needs no more than that).
 * CAW_MALFORMED when the command is unknown and the size is impossible too: then nothing speaks
 * for Channel Access. May exceed 2^32.
 */
int64_t caw_size(const uint8_t *bytes, size_t available);

/* Command number of the message that starts here, known or not; -1 when that is not there. */
int32_t caw_command_at(const uint8_t *bytes, size_t available);

/* ---- 4. decode -------------------------------------------------------------------------- */

/* What the caller knows of a message beyond its bytes. */
typedef struct {
    caw_transport transport;
    caw_side speaker;    /* CAW_SIDE_NOBODY: judge by the message alone */
    bool starts;         /* it is the first message of its datagram */
    bool cancel_pending; /* an unconfirmed EVENT_CANCEL of its subscription id is known */
} caw_context;

typedef struct {
    const caw_message_row *row; /* never NULL: the last row is the unknown message */
    const caw_dbr_row *dbr; /* layout of a CAW_PAYLOAD_DBR payload; NULL: no such type, or none */
    caw_side speaker;       /* the context's, or what the message itself shows */
    caw_transport transport;
    bool starts;   /* as in the context */
    bool extended; /* 24 byte header */
    uint16_t command;
    uint16_t type;
    uint32_t payload_size; /* declared */
    uint32_t count;
    uint32_t param1;
    uint32_t param2;
    uint64_t size;     /* declared, header and payload */
    caw_view whole;    /* what is there of the message */
    caw_view payload;  /* what is there of the payload */
    uint32_t elements; /* whole elements of a CAW_PAYLOAD_DBR payload that are there */
} caw_message;

/*
 * Decodes the message at the start of bytes. Returns its declared size, CAW_MORE or CAW_MALFORMED
 * as caw_size does. When fewer bytes are available than that (a capture cut short), what is there
 * is decoded: see caw_is_cut. The message borrows bytes.
 */
int64_t caw_decode(const uint8_t *bytes, size_t available, const caw_context *context,
                   caw_message *message);

/* Bytes at the end of the message are not there. */
static inline bool caw_is_cut(const caw_message *message) {
    return message->whole.len < message->size;
}

/* What is wrong with the message: 1 << caw_flaw for each. Found anew by each call. */
uint64_t caw_flaws(const caw_message *message);

/* The payload lacks bytes that this message cannot do without: why, or NULL when it is whole. */
const char *caw_broken(const caw_message *message);

/*
 * Who sent a message with this header, if it tells: CAW_SIDE_NOBODY when both sides could have.
 * Needs the header only. One decisive message settles a whole circuit.
 */
caw_side caw_speaker(const uint8_t *bytes, size_t available, caw_transport transport);

/* ---- 5. fields -------------------------------------------------------------------------- */

/* The part of the message a field is in. */
typedef enum {
    CAW_PART_HEADER,
    CAW_PART_PAYLOAD, /* but for the three below */
    CAW_PART_REQUEST, /* the header of the failed request in an ERROR */
    CAW_PART_META,    /* DBR metadata */
    CAW_PART_VALUE    /* elements */
} caw_part;

typedef struct {
    caw_field_id id;
    caw_part part;
    uint8_t parts;        /* the next so many fields are pieces of this one, for a time stamp */
    uint32_t index;       /* of an element or an enum state */
    caw_view view;        /* exactly its bytes */
    uint64_t number;      /* CAW_KIND_UINT, CAW_KIND_INT, CAW_KIND_IPV4, integer CAW_KIND_ELEMENT */
    double real;          /* CAW_KIND_REAL; CAW_KIND_ELEMENT always */
    caw_view text;        /* CAW_KIND_TEXT */
    uint32_t seconds;     /* CAW_KIND_TIME */
    uint32_t nanoseconds; /* CAW_KIND_TIME */
} caw_field;

/* A place in a message. A value that may be copied; its members are private. */
typedef struct {
    const caw_message *message;
    const caw_message_row *request; /* of an ERROR's embedded header */
    uint32_t limit;                 /* elements to yield */
    uint32_t at;                    /* next byte, from the start of the message */
    uint32_t step;                  /* fields of the payload so far */
    uint32_t index;                 /* elements, states or pieces of a field so far */
} caw_cursor;

#define CAW_ALL UINT32_MAX

/*
 * Starts a walk over all fields, in wire order, without gap or overlap: every byte that is there
 * belongs to exactly one field, but for a field with parts, whose bytes are theirs. At most
 * `elements` elements of an array come one by one; the rest is one CAW_FIELD_MORE_VALUES.
 */
caw_cursor caw_fields(const caw_message *message, uint32_t elements);

/* The next field; false at the end. */
bool caw_next(caw_cursor *cursor, caw_field *field);

/* The first field of this id, if the message has one. Searches no array elements but the first. */
bool caw_find(const caw_message *message, caw_field_id id, caw_field *field);

/* Element `index` of the value; false when it is not there. */
bool caw_element(const caw_message *message, uint32_t index, caw_field *field);

/*
 * The text of a CHAR array that is one: EPICS sends strings of more than 39 characters so. True
 * when the array has more than one element, its first is not NUL, and nothing before a NUL is
 * a control character (0x00 to 0x1f, 0x7f) but tab, line feed and carriage return. Bytes from 0x80
 * on are text in some encoding: caw_printable says how it is shown. *text is set when true.
 */
bool caw_long_string(const caw_message *message, caw_view *text);

/* ---- 6. text ---------------------------------------------------------------------------- */

/*
 * All of these work like snprintf: they write at most size bytes, NUL included, and return the
 * length the whole text has, NUL excluded; where it does not fit, no escape and no character of
 * several bytes is cut in two. Numbers are printed without the locale. Texts are UTF-8, and but for
 * caw_utf8 what comes from the wire is escaped in them: no text breaks a terminal or a line.
 */

/*
 * Names and strings of the wire as they are shown everywhere but in caw_line. Bytes that as a
 * whole are valid UTF-8 are that, any others Latin-1: databases are older than UTF-8. Characters
 * that would act on a terminal or on the text around them, or that nobody could see, are written
 * \xNN, \uNNNN or \UNNNNNNNN (which ones: printable.c). Backslashes and quotation marks stay as
 * they are, as names with channel filters have them: rec.VAL{"dbnd":{"d":1}}. So the text acts on
 * nothing around it, but does not tell every two names apart: an ESC looks like the four characters
 * \x1b, and the byte b0 like c2 b0, the degree sign in UTF-8.
 *
 * Wireshark's plugin has this text as the field's value: as ca.pv == r"..." it finds the name
 * again, unless a quotation mark is in it, which ends such a string.
 */
size_t caw_printable(caw_view bytes, char *text, size_t size);

/*
 * How unlike `length` characters are to a word: how many letters to change, leave out or add, or to
 * swap with their neighbour, in any case. For "did you mean": of words within CAW_DISTANCE_LIKE the
 * nearest was meant. CAW_DISTANCE_FAR when one is longer than that.
 */
#define CAW_DISTANCE_FAR          32
#define CAW_DISTANCE_LIKE(length) ((size_t)((length) < 4 ? 1 : (length) < 8 ? 2 : 3))
size_t caw_distance(const char *written, size_t length, const char *word);

/* The same characters with nothing escaped, NULs included: for those who escape in another way. */
size_t caw_utf8(caw_view bytes, char *text, size_t size);

/* ClassName(field=value, ...): what repr() of caproto's class prints. */
size_t caw_line(const caw_message *message, char *text, size_t size);

/*
 * The same with at most so many elements of the value: "Array('d', [1.0, 2.0, ... 2 of 1000])". Of
 * a value without a type an element is a byte: "b'ab'... 2 of 1000".
 */
size_t caw_line_shortened(const caw_message *message, uint32_t elements, char *text, size_t size);

/* The line of bytes that are no message: Malformed(reason='...', bytes=5). */
size_t caw_malformed_line(const char *reason, uint64_t bytes, char *text, size_t size);

/* What the line begins with, the class: "WriteRequest", or "Malformed" when it is broken. */
const char *caw_line_class(const caw_message *message);

/* One value of the line by its name there, as {command.name} of a format wants it. */
typedef enum {
    CAW_WORD_NUMBER,
    CAW_WORD_REAL,
    CAW_WORD_STRING,
    CAW_WORD_OBJECT /* what is no number and no string in Python: an array, a status ... */
} caw_word_kind;

typedef struct {
    caw_word_kind kind;
    int64_t number; /* CAW_WORD_NUMBER; enumerations are numbers too */
    double real;    /* CAW_WORD_REAL */
    size_t length;  /* of the text: CAW_WORD_STRING as caw_utf8, CAW_WORD_OBJECT as repr() */
} caw_word_value;

/* False when the message's line has no such name. Of a value at most so many elements. */
bool caw_line_word(const caw_message *message, const char *name, uint32_t elements,
                   caw_word_value *value, char *text, size_t size);

/*
 * What is inside of such a value, by its path in Python: "data[3]", "metadata.severity",
 * "status.name". False when this message has none.
 */
bool caw_line_part(const caw_message *message, const char *path, caw_word_value *value, char *text,
                   size_t size);

/* Some message could have it. */
bool caw_line_is_part(const char *path);

/* What is known of a message beside it; NULL: it is not. */
typedef struct {
    const char *pv;    /* takes the place of ids */
    const char *user;  /* of the client, as on the wire; both are told of a write */
    const char *host;  /* may be NULL */
    uint32_t elements; /* of an array that are shown; 0: three */
} caw_about;

/*
 * The short form a control engineer reads at a glance: "Event t:ai = 3.25 mm MINOR/HIGH", or
 * without a PV "Event sub 3 = 3.25 mm", "Write t:ao = 2.5 (operator@console3)". `about` may be
 * NULL.
 */
size_t caw_summary(const caw_message *message, const caw_about *about, char *text, size_t size);

/* The value alone, shortened: "3.25 mm", "[1, 2, 3, ... 1000 elements]", "Fault (2)". */
size_t caw_summary_value(const caw_message *message, char *text, size_t size);

/*
 * The value as a person reads it, with its units and alarm: "3.25 mm MINOR/HIGH", "Run (1)" of an
 * enumeration where the message brings the names of states along, a text as it is, of an array the
 * first element and how many there are: "[1.5, ...] 5". Of a text come 80 bytes. 0 when the message
 * has no value.
 */
size_t caw_shown_value(const caw_message *message, char *text, size_t size);

#define CAW_SHOWN_VALUE 1024 /* room for any such text, NUL included */

/*
 * The value as a person would type it: 3.25, Fault (the name of a state, where the message has it),
 * a text as it is, the elements of an array with blanks between them and no more than so many of
 * them: "1 2 3 ... 3 of 1000". 0 when the message has no value.
 */
size_t caw_plain_value(const caw_message *message, uint32_t elements, char *text, size_t size);

/* Shortest digits that read back to the same double, as Python's repr: "0.1", "1e-05", "nan". */
size_t caw_real(double value, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
