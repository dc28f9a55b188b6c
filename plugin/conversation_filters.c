/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A filter is made of what the packet's messages were when it was dissected for the menu. Wireshark
 * keeps that dissection as long as the packet is the one selected.
 */
#include "compat.h"

#include "conversation.h"
#include "conversation_filters.h"
#include "protocol.h"

#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>

#define MOST 8 /* names or channels in a filter: of a packet with more, the first */

/* Of a packet. Lives as long as the packet does. */
typedef struct {
    const char *pvs[MOST]; /* no two are the same */
    unsigned pv_count;
    const caw_channel *channels[MOST]; /* the same */
    unsigned channel_count;
} ca_subjects;

static ca_subjects *subjects_of(packet_info *pinfo) {
    return p_get_proto_data(pinfo->pool, pinfo, proto_ca, CA_PACKET_SUBJECTS);
}

static void add_pv(ca_subjects *subjects, const char *pv) {
    for (unsigned i = 0; i < subjects->pv_count; i++)
        if (strcmp(subjects->pvs[i], pv) == 0)
            return;
    if (subjects->pv_count < MOST)
        subjects->pvs[subjects->pv_count++] = pv;
}

static void add_channel(ca_subjects *subjects, const caw_channel *channel) {
    for (unsigned i = 0; i < subjects->channel_count; i++)
        if (subjects->channels[i] == channel)
            return;
    if (subjects->channel_count < MOST)
        subjects->channels[subjects->channel_count++] = channel;
}

void conversation_filters_add(packet_info *pinfo, const caw_note *note) {
    ca_subjects *subjects = subjects_of(pinfo);
    const char *pv = caw_pv(note);

    if (!pv)
        return;
    if (!subjects) {
        subjects = wmem_new0(pinfo->pool, ca_subjects);
        p_add_proto_data(pinfo->pool, pinfo, proto_ca, CA_PACKET_SUBJECTS, subjects);
    }
    add_pv(subjects, pv);
    if (note->channel)
        add_channel(subjects, note->channel);
}

/* ---- text ------------------------------------------------------------------------------- */

/* As ca.pv has it, in quotation marks. */
static void put_quoted(GString *filter, const char *pv) {
    size_t length = caw_printable(caw_view_of(pv), NULL, 0);
    char *text = g_malloc(length + 1);

    caw_printable(caw_view_of(pv), text, length + 1);
    g_string_append_c(filter, '"');
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(filter, '\\');
        g_string_append_c(filter, *at);
    }
    g_string_append_c(filter, '"');
    g_free(text);
}

static void put_pvs(GString *filter, const ca_subjects *subjects) {
    g_string_append(filter, "ca.pv in {");
    for (unsigned i = 0; i < subjects->pv_count; i++) {
        g_string_append(filter, i ? CA_SET_COMMA : "");
        put_quoted(filter, subjects->pvs[i]);
    }
    g_string_append_c(filter, '}');
}

static uint32_t frame_of(const ca_subjects *subjects, unsigned channel) {
    return subjects->channels[channel]->creation->request.frame;
}

/* One packet can ask for several channels. */
static bool is_first_of_frame(const ca_subjects *subjects, unsigned channel) {
    for (unsigned i = 0; i < channel; i++)
        if (frame_of(subjects, i) == frame_of(subjects, channel))
            return false;
    return true;
}

/* Where the channels were asked for. */
static void put_creations(GString *filter, const char *field, const ca_subjects *subjects) {
    g_string_append_printf(filter, "%s in {", field);
    for (unsigned i = 0; i < subjects->channel_count; i++)
        if (is_first_of_frame(subjects, i))
            g_string_append_printf(filter, "%s%u", i ? CA_SET_COMMA : "", frame_of(subjects, i));
    g_string_append_c(filter, '}');
}

/* The names of others are the reader's word: they were there before the capture. */
static bool are_created(const ca_subjects *subjects) {
    for (unsigned i = 0; i < subjects->channel_count; i++)
        if (!subjects->channels[i]->creation)
            return false;
    return true;
}

/* ---- circuits --------------------------------------------------------------------------- */

/* Wireshark's number of the TCP stream, if it is a circuit: with messages, here or elsewhere. */
static bool find_circuit(packet_info *pinfo, uint32_t *stream) {
    conversation_t *conversation =
        pinfo->ptype == PT_TCP ? find_conversation_pinfo(pinfo, 0) : NULL;
    const struct tcp_analysis *analysis =
        conversation ? get_tcp_conversation_data(conversation, pinfo) : NULL;

    if (!analysis || !conversation_circuit(analysis->stream + 1))
        return false;
    *stream = analysis->stream;
    return true;
}

static void put_circuit(GString *filter, packet_info *pinfo) {
    uint32_t stream;

    if (find_circuit(pinfo, &stream))
        g_string_append_printf(filter, "tcp.stream == %u", stream);
}

/* ---- what Wireshark calls ---------------------------------------------------------------- */

static ca_bool has_pv(packet_info *pinfo CA_FILTER_DATA) {
    return subjects_of(pinfo) != NULL;
}

static char *filter_of_pv(packet_info *pinfo CA_FILTER_DATA) {
    GString *filter = g_string_new(NULL);

    put_pvs(filter, subjects_of(pinfo));
    return g_string_free(filter, FALSE);
}

static ca_bool has_channel(packet_info *pinfo CA_FILTER_DATA) {
    const ca_subjects *subjects = subjects_of(pinfo);
    uint32_t stream;

    return subjects && subjects->channel_count && find_circuit(pinfo, &stream);
}

static char *filter_of_channel(packet_info *pinfo CA_FILTER_DATA) {
    const ca_subjects *subjects = subjects_of(pinfo);
    GString *filter = g_string_new(NULL);

    put_circuit(filter, pinfo);
    g_string_append(filter, " && ");
    put_pvs(filter, subjects);
    if (are_created(subjects)) {
        put_creations(filter, " && (ca.create_in", subjects);
        put_creations(filter, " || frame.number", subjects);
        g_string_append_c(filter, ')');
    }
    return g_string_free(filter, FALSE);
}

static ca_bool has_circuit(packet_info *pinfo CA_FILTER_DATA) {
    uint32_t stream;

    return find_circuit(pinfo, &stream);
}

static char *filter_of_circuit(packet_info *pinfo CA_FILTER_DATA) {
    GString *filter = g_string_new(NULL);

    put_circuit(filter, pinfo);
    return g_string_free(filter, FALSE);
}

void conversation_filters_register(void) {
    CA_REGISTER_CONVERSATION_FILTER("ca", "CA: PV", has_pv, filter_of_pv);
    CA_REGISTER_CONVERSATION_FILTER("ca", "CA: channel", has_channel, filter_of_channel);
    CA_REGISTER_CONVERSATION_FILTER("ca", "CA: circuit", has_circuit, filter_of_circuit);
}
