/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of the values that fields take. */
#include "caw.h"

const caw_name caw_command_names[] = {
    {CAW_COMMAND_VERSION, "Version", NULL, false},
    {CAW_COMMAND_EVENT_ADD, "Event Add", NULL, false},
    {CAW_COMMAND_EVENT_CANCEL, "Event Cancel", NULL, false},
    {CAW_COMMAND_READ, "Read", NULL, false},
    {CAW_COMMAND_WRITE, "Write", NULL, false},
    {CAW_COMMAND_SNAPSHOT, "Snapshot", NULL, true},
    {CAW_COMMAND_SEARCH, "Search", NULL, false},
    {CAW_COMMAND_BUILD, "Build", NULL, true},
    {CAW_COMMAND_EVENTS_OFF, "Events Off", NULL, false},
    {CAW_COMMAND_EVENTS_ON, "Events On", NULL, false},
    {CAW_COMMAND_READ_SYNC, "Read Sync", NULL, false},
    {CAW_COMMAND_ERROR, "Error", NULL, false},
    {CAW_COMMAND_CLEAR_CHANNEL, "Clear Channel", NULL, false},
    {CAW_COMMAND_RSRV_IS_UP, "Beacon", NULL, false},
    {CAW_COMMAND_NOT_FOUND, "Not Found", NULL, false},
    {CAW_COMMAND_READ_NOTIFY, "Read Notify", NULL, false},
    {CAW_COMMAND_READ_BUILD, "Read Build", NULL, true},
    {CAW_COMMAND_REPEATER_CONFIRM, "Repeater Confirm", NULL, false},
    {CAW_COMMAND_CREATE_CHAN, "Create Channel", NULL, false},
    {CAW_COMMAND_WRITE_NOTIFY, "Write Notify", NULL, false},
    {CAW_COMMAND_CLIENT_NAME, "Client Name", NULL, false},
    {CAW_COMMAND_HOST_NAME, "Host Name", NULL, false},
    {CAW_COMMAND_ACCESS_RIGHTS, "Access Rights", NULL, false},
    {CAW_COMMAND_ECHO, "Echo", NULL, false},
    {CAW_COMMAND_REPEATER_REGISTER, "Repeater Register", NULL, false},
    {CAW_COMMAND_SIGNAL, "Signal", NULL, true},
    {CAW_COMMAND_CREATE_CH_FAIL, "Create Channel Failed", NULL, false},
    {CAW_COMMAND_SERVER_DISCONN, "Server Disconnect", NULL, false},
    {0, NULL, NULL, false}};

/* db_access.h: the base type plus 7 times plain, STS, TIME, GR, CTRL. */
const caw_name caw_dbr_names[] = {
    {0, "DBR_STRING", NULL, false},       {1, "DBR_SHORT", NULL, false},
    {2, "DBR_FLOAT", NULL, false},        {3, "DBR_ENUM", NULL, false},
    {4, "DBR_CHAR", NULL, false},         {5, "DBR_LONG", NULL, false},
    {6, "DBR_DOUBLE", NULL, false},       {7, "DBR_STS_STRING", NULL, false},
    {8, "DBR_STS_SHORT", NULL, false},    {9, "DBR_STS_FLOAT", NULL, false},
    {10, "DBR_STS_ENUM", NULL, false},    {11, "DBR_STS_CHAR", NULL, false},
    {12, "DBR_STS_LONG", NULL, false},    {13, "DBR_STS_DOUBLE", NULL, false},
    {14, "DBR_TIME_STRING", NULL, false}, {15, "DBR_TIME_SHORT", NULL, false},
    {16, "DBR_TIME_FLOAT", NULL, false},  {17, "DBR_TIME_ENUM", NULL, false},
    {18, "DBR_TIME_CHAR", NULL, false},   {19, "DBR_TIME_LONG", NULL, false},
    {20, "DBR_TIME_DOUBLE", NULL, false}, {21, "DBR_GR_STRING", NULL, false},
    {22, "DBR_GR_SHORT", NULL, false},    {23, "DBR_GR_FLOAT", NULL, false},
    {24, "DBR_GR_ENUM", NULL, false},     {25, "DBR_GR_CHAR", NULL, false},
    {26, "DBR_GR_LONG", NULL, false},     {27, "DBR_GR_DOUBLE", NULL, false},
    {28, "DBR_CTRL_STRING", NULL, false}, {29, "DBR_CTRL_SHORT", NULL, false},
    {30, "DBR_CTRL_FLOAT", NULL, false},  {31, "DBR_CTRL_ENUM", NULL, false},
    {32, "DBR_CTRL_CHAR", NULL, false},   {33, "DBR_CTRL_LONG", NULL, false},
    {34, "DBR_CTRL_DOUBLE", NULL, false}, {35, "DBR_PUT_ACKT", NULL, false},
    {36, "DBR_PUT_ACKS", NULL, false},    {37, "DBR_STSACK_STRING", NULL, false},
    {38, "DBR_CLASS_NAME", NULL, false},  {0, NULL, NULL, false}};

/*
 * caerr.h: code number times 8 plus severity. The sentences are caproto's, which the line prints;
 * they differ from those of Base's access.cpp in hyphens and apostrophes at most.
 */
const caw_name caw_status_names[] = {
    {1, "ECA_NORMAL", "Normal successful completion", false},
    {10, "ECA_MAXIOC", "Maximum simultaneous IOC connections exceeded", true},
    {18, "ECA_UKNHOST", "Unknown internet host", true},
    {26, "ECA_UKNSERV", "Unknown internet service", true},
    {34, "ECA_SOCK", "Unable to allocate a new socket", true},
    {40, "ECA_CONN", "Unable to connect to internet host or service", true},
    {48, "ECA_ALLOCMEM", "Unable to allocate additional dynamic memory", false},
    {56, "ECA_UKNCHAN", "Unknown IO channel", true},
    {64, "ECA_UKNFIELD", "Record field specified inappropriate for channel specified", true},
    {72, "ECA_TOLARGE",
     "The requested data transfer is greater than available memory or EPICS_CA_MAX_ARRAY_BYTES",
     false},
    {80, "ECA_TIMEOUT", "User specified timeout on IO operation expired", false},
    {88, "ECA_NOSUPPORT", "Sorry, that feature is planned but not supported at this time", true},
    {96, "ECA_STRTOBIG", "The supplied string is unusually large", true},
    {106, "ECA_DISCONNCHID",
     "The request was ignored because the specified channel is disconnected", true},
    {114, "ECA_BADTYPE", "The data type specifed is invalid", false},
    {123, "ECA_CHIDNOTFND", "Remote Channel not found", true},
    {131, "ECA_CHIDRETRY", "Unable to locate all user specified channels", true},
    {142, "ECA_INTERNAL", "Channel Access Internal Failure", false},
    {144, "ECA_DBLCLFAIL", "The requested local DB operation failed", true},
    {152, "ECA_GETFAIL", "Channel read request failed", false},
    {160, "ECA_PUTFAIL", "Channel write request failed", false},
    {168, "ECA_ADDFAIL", "Channel subscription request failed", true},
    {176, "ECA_BADCOUNT", "Invalid element count requested", false},
    {186, "ECA_BADSTR", "Invalid string", false},
    {192, "ECA_DISCONN", "Virtual circuit disconnect", false},
    {200, "ECA_DBLCHNL", "Identical process variable name on multiple servers", false},
    {210, "ECA_EVDISALLOW", "Request inappropriate within subscription (monitor) update callback",
     false},
    {216, "ECA_BUILDGET", "Database value get for that channel failed during channel search", true},
    {224, "ECA_NEEDSFP", "Unable to initialize without the vxWorks VX_FP_TASKtask option set",
     true},
    {232, "ECA_OVEVFAIL", "Event queue overflow has prevented first pass event after event add",
     true},
    {242, "ECA_BADMONID", "Bad event subscription (monitor) identifier", false},
    {248, "ECA_NEWADDR", "Remote channel has new network address", true},
    {259, "ECA_NEWCONN", "New or resumed network connection", true},
    {264, "ECA_NOCACTX", "Specified task isnt a member of a CA context", true},
    {278, "ECA_DEFUNCT", "Attempt to use defunct CA feature failed", true},
    {280, "ECA_EMPTYSTR", "The supplied string is empty", true},
    {288, "ECA_NOREPEATER", "Unable to spawn the CA repeater thread; auto reconnect will fail",
     true},
    {296, "ECA_NOCHANMSG", "No channel id match for search reply; search reply ignored", true},
    {304, "ECA_DLCKREST", "Reseting dead connection; will try to reconnect", true},
    {312, "ECA_SERVBEHIND", "Server (IOC) has fallen behind or is not responding; still waiting",
     true},
    {320, "ECA_NOCAST", "No internet interface with broadcast available", true},
    {330, "ECA_BADMASK", "Invalid event selection mask", false},
    {339, "ECA_IODONE", "IO operations have completed", false},
    {347, "ECA_IOINPROGRESS", "IO operations are in progress", false},
    {354, "ECA_BADSYNCGRP", "Invalid synchronous group identifier", false},
    {362, "ECA_PUTCBINPROG", "Put callback timed out", false},
    {368, "ECA_NORDACCESS", "Read access denied", false},
    {376, "ECA_NOWTACCESS", "Write access denied", false},
    {386, "ECA_ANACHRONISM", "Requested feature is no longer supported", false},
    {392, "ECA_NOSEARCHADDR", "Empty PV search address list", false},
    {400, "ECA_NOCONVERT", "No reasonable data conversion between client and server types", false},
    {410, "ECA_BADCHID", "Invalid channel identifier", false},
    {418, "ECA_BADFUNCPTR", "Invalid function pointer", false},
    {424, "ECA_ISATTACHED", "Thread is already attached to a client context", false},
    {432, "ECA_UNAVAILINSERV", "Not supported by attached service", false},
    {440, "ECA_CHANDESTROY", "User destroyed channel", false},
    {450, "ECA_BADPRIORITY", "Invalid channel priority", false},
    {458, "ECA_NOTTHREADED",
     "Preemptive callback not enabled - additional threads may not join context", false},
    {464, "ECA_16KARRAYCLIENT",
     "Client’s protocol revision does not support transfers exceeding 16k bytes", false},
    {472, "ECA_CONNSEQTMO", "Virtual circuit connection sequence aborted", false},
    {480, "ECA_UNRESPTMO", "Virtual circuit unresponsive", false},
    {0, NULL, NULL, false}};

/* alarm.h */
const caw_name caw_alarm_status_names[] = {{0, "NO_ALARM", NULL, false},
                                           {1, "READ", NULL, false},
                                           {2, "WRITE", NULL, false},
                                           {3, "HIHI", NULL, false},
                                           {4, "HIGH", NULL, false},
                                           {5, "LOLO", NULL, false},
                                           {6, "LOW", NULL, false},
                                           {7, "STATE", NULL, false},
                                           {8, "COS", NULL, false},
                                           {9, "COMM", NULL, false},
                                           {10, "TIMEOUT", NULL, false},
                                           {11, "HWLIMIT", NULL, false},
                                           {12, "CALC", NULL, false},
                                           {13, "SCAN", NULL, false},
                                           {14, "LINK", NULL, false},
                                           {15, "SOFT", NULL, false},
                                           {16, "BAD_SUB", NULL, false},
                                           {17, "UDF", NULL, false},
                                           {18, "DISABLE", NULL, false},
                                           {19, "SIMM", NULL, false},
                                           {20, "READ_ACCESS", NULL, false},
                                           {21, "WRITE_ACCESS", NULL, false},
                                           {0, NULL, NULL, false}};

const caw_name caw_alarm_severity_names[] = {{0, "NO_ALARM", NULL, false},
                                             {1, "MINOR", NULL, false},
                                             {2, "MAJOR", NULL, false},
                                             {3, "INVALID", NULL, false},
                                             {0, NULL, NULL, false}};

const caw_name caw_rights_names[] = {{0, "NO_ACCESS", NULL, false},
                                     {1, "READ", NULL, false},
                                     {2, "WRITE", NULL, false},
                                     {3, "READ|WRITE", NULL, false},
                                     {0, NULL, NULL, false}};

const caw_name caw_reply_names[] = {
    {5, "DONTREPLY", "Only a server that has the PV answers", false},
    {10, "DOREPLY", "A server that does not have the PV says so", false},
    {0, NULL, NULL, false}};

/* caeventmask.h */
const caw_bit caw_mask_bits[] = {
    {1, "val", "DBE_VALUE", "The value moved by more than MDEL."},
    {2, "log", "DBE_LOG", "The value moved by more than ADEL, for archivers."},
    {4, "alarm", "DBE_ALARM", "The alarm state changed."},
    {8, "prop", "DBE_PROPERTY", "A property changed: limits, units, state names."},
    {0, NULL, NULL, NULL}};

const caw_name *caw_name_of(const caw_name *list, uint32_t value) {
    for (const caw_name *row = list; row && row->name; row++)
        if (row->value == value)
            return row;
    return NULL;
}
