/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "own_fields.h"

const own_field_row own_field_rows[OWN_FIELDS] = {
    [OWN_HEADER] = {"header", "Header", OWN_PART, "The header of a message."},
    [OWN_METADATA] = {"metadata", "Metadata", OWN_PART,
                      "What comes with a value: alarm, time stamp, limits, states."},
    [OWN_PAYLOAD] = {"payload", "Value", OWN_PART, "The value of an array."},
    [OWN_FAILED_REQUEST] = {"error.request", "Request", OWN_PART,
                            "Header of the request that failed."},
    [OWN_MESSAGE] = {"message", "Message", OWN_TEXT,
                     "Class name of the message, as the text line begins."},
    [OWN_MESSAGES] = {"messages", "Messages", OWN_TEXT,
                      "Classes of the messages of a payload, for a column: `SearchRequest x2`; "
                      "without the VERSION that others follow."},
    [OWN_LINE] = {"line", "Line", OWN_TEXT, "The message as one line of text."},
    [OWN_REQUEST] = {"request", "Request", OWN_FLAG, "The message asks for an answer."},
    [OWN_RESPONSE] = {"response", "Response", OWN_FLAG, "The message answers a request."},
    [OWN_FAILED] = {"failed", "Failed", OWN_FLAG,
                    "The message says that something failed: an ERROR, a refused creation, a "
                    "dropped channel, a status other than ECA_NORMAL."},
    [OWN_CONTINUATION] = {"continuation", "Continuation", OWN_BYTES,
                          "Bytes of a message that began in an earlier frame and was not "
                          "reassembled."},
    [OWN_UNDECODED] = {"undecoded", "Undecoded", OWN_BYTES,
                       "Bytes that are no whole Channel Access message."},
    [OWN_SKIPPED] = {"skipped", "Skipped", OWN_BYTES,
                     "Bytes in which no message begins that could be proven to be one."},
    [OWN_CHANNEL] = {"channel", "PV", OWN_TEXT,
                     "Another name of ca.pv, that of the plugin of 2008."},
    [OWN_CREATE_IN] = {"create_in", "Channel Created In", OWN_FRAME,
                       "Frame of the request that created the channel."},
    [OWN_RESPONSE_IN] = {"response_in", "Response In", OWN_FRAME_OF_RESPONSE,
                         "Frame of the answer to this request."},
    [OWN_RESPONSE_TO] = {"response_to", "Request In", OWN_FRAME_OF_REQUEST,
                         "Frame of the request that this answers."},
    [OWN_TIME] = {"time", "Response Time", OWN_DURATION,
                  "From the request to this answer; of a repeated search from the first."},
    [OWN_SEARCH_IN] = {"search_in", "Searched In", OWN_FRAME,
                       "Frame of the first search that led to this channel."},
    [OWN_RETRANSMISSION] = {"retransmission", "Repeated Search", OWN_FRAME_OF_FIRST,
                            "Frame in which this client asked for the same PV first."},
};

const own_flaw_row own_flaw_rows[OWN_FLAWS] = {
    [OWN_FLAW_SKIPPED] = {"skipped", OWN_WARNING, OWN_UNDECODABLE,
                          "No message begins in these bytes that could be proven to be one"},
    [OWN_FLAW_MISSING] = {"missing", OWN_WARNING, OWN_SEQUENCE,
                          "The capture lacks bytes before this"},
    [OWN_FLAW_REPEATED] = {"repeated", OWN_NOTE, OWN_SEQUENCE,
                           "The client has searched for this PV before"},
    [OWN_FLAW_NOT_CA] = {"not_ca", OWN_ERROR, OWN_MALFORMED, "Not Channel Access"},
    [OWN_FLAW_CUT] = {"cut", OWN_ERROR, OWN_MALFORMED, "The datagram ends inside this message"},
    [OWN_FLAW_TRAILING] = {"trailing", OWN_ERROR, OWN_MALFORMED,
                           "Bytes after the last message are too few to be one"},
    [OWN_FLAW_NOT_REASSEMBLED] = {"not_reassembled", OWN_WARNING, OWN_UNDECODABLE,
                                  "The message is larger than the preference allows to "
                                  "reassemble"},
    [OWN_FLAW_REASSEMBLY_OFF] = {"reassembly_off", OWN_WARNING, OWN_UNDECODABLE,
                                 "The message continues in another segment, and reassembly is "
                                 "off or impossible"},
    [OWN_FLAW_MORE_ELEMENTS] = {"more_elements", OWN_CHAT, OWN_UNDECODABLE,
                                "The array has more elements than are shown one by one"},
    [OWN_FLAW_CONTINUATION] = {"continuation", OWN_NOTE, OWN_UNDECODABLE,
                               "Rest of a message that began in an earlier frame"},
};
