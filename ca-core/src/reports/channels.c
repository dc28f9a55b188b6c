/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is subscribed, what uses the bandwidth, are updates missing: a row for each channel, and
 * for each subscription.
 *
 * A channel begins with the request that creates it. One that the capture never saw created is
 * known by its sid, or where no message tells that, by each of its subscriptions' ids. What is sent
 * under a sid or a subscription's id after its end still belongs to it: it was on its way.
 *
 * A channel is open until CLEAR_CHANNEL is answered, SERVER_DISCONN, or the circuit's end; a
 * subscription until its cancel is confirmed, or the channel's end.
 */
#include "channels.h"
#include "reports.h"

/* ---- updates ------------------------------------------------------------------------------- */

static void add_update(channels_updates *updates, const caw_moment *now) {
    if (!updates->count++)
        updates->first = updates->last = *now;
    else if (caw_between(&updates->last, now) > 0)
        updates->last = *now;
}

static void see_update(caw_report *report, channels_row *row, const caw_event *event) {
    channels_subscription *of = caw_channels_subscription(report, row, event, true);
    caw_moment sent = caw_event_sent(event); /* what was kept waiting is no gap */
    add_update(&row->updates, &sent);
    if (!of)
        return;
    int64_t gap = of->updates.count ? caw_between(&of->updates.last, &sent) : -1;
    add_update(&of->updates, &sent);
    if (gap > of->gap)
        of->gap = gap;
    if (gap > row->gap)
        row->gap = gap;
}

static void leave_twins(channels_twin *twin) {
    caw_ring_remove(&twin->link);
}

static void see_confirmation(caw_report *report, channels_row *row, const caw_event *event) {
    channels_subscription *of = caw_channels_subscription(report, row, event, false);
    if (of)
        leave_twins(&of->twin);
}

static void see_event(caw_report *report, channels_row *row, const caw_event *event) {
    if (event->message.row->payload == CAW_PAYLOAD_DBR)
        see_update(report, row, event);
    else
        see_confirmation(report, row, event);
}

/* ---- channels ------------------------------------------------------------------------------ */

static void see_created(caw_report *report, channels_row *row, const caw_event *event) {
    row->opened = event->now;
    row->twin.came = true;
    caw_channels_create(report, row, event->note->channel);
}

/* A creation that fails, or a subscription, is no longer there. */
static void see_failure(caw_report *report, channels_row *row, const caw_event *event) {
    const caw_exchange *failed = event->note->exchange;
    if (!failed)
        return;
    if (failed->command == CAW_COMMAND_CREATE_CHAN)
        leave_twins(&row->twin);
    if (failed->command != CAW_COMMAND_EVENT_ADD)
        return;
    channels_subscription *of = caw_channels_subscription(report, row, event, false);
    if (of)
        leave_twins(&of->twin);
}

static void see_rights(channels_row *row, const caw_message *message) {
    row->has_rights = true;
    row->rights = message->param2;
}

static void see_answer(caw_report *report, channels_row *row, const caw_event *event) {
    switch (event->message.command) {
    case CAW_COMMAND_CREATE_CHAN:
        see_created(report, row, event);
        break;
    case CAW_COMMAND_CREATE_CH_FAIL:
    case CAW_COMMAND_ERROR:
        see_failure(report, row, event);
        break;
    case CAW_COMMAND_ACCESS_RIGHTS:
        see_rights(row, &event->message);
        break;
    case CAW_COMMAND_EVENT_ADD:
        see_event(report, row, event);
        break;
    case CAW_COMMAND_CLEAR_CHANNEL:
    case CAW_COMMAND_SERVER_DISCONN:
        caw_channels_close(report, row, &event->now);
        break;
    default:
        break;
    }
}

static void see_request(caw_report *report, channels_row *row, const caw_event *event) {
    switch (event->message.command) {
    case CAW_COMMAND_EVENT_ADD:
        row->subscriptions++;
        caw_channels_subscribe(report, row, event);
        break;
    case CAW_COMMAND_READ:
    case CAW_COMMAND_READ_NOTIFY:
        row->gets++;
        break;
    case CAW_COMMAND_WRITE:
    case CAW_COMMAND_WRITE_NOTIFY:
        row->puts++;
        break;
    default:
        break;
    }
}

/* ---- events -------------------------------------------------------------------------------- */

static void see_message(caw_report *report, const caw_event *event) {
    channels_row *row = caw_channels_row(report, event);
    if (!row)
        return;
    row->bytes += event->message.size;
    if (event->message.row->speaker == CAW_SIDE_CLIENT)
        see_request(report, row, event);
    else
        see_answer(report, row, event);
    caw_report_touch(report, &row->record);
}

static void observe(caw_report *report, const caw_event *event) {
    if (event->transport != CAW_TRANSPORT_TCP)
        return;
    switch (event->kind) {
    case CAW_EVENT_MESSAGE:
        if (event->speaker != CAW_SIDE_NOBODY)
            see_message(report, event);
        break;
    case CAW_EVENT_ASKED:
    case CAW_EVENT_ACCEPTED:
        caw_channels_begin_circuit(report, event);
        break;
    case CAW_EVENT_CLOSED:
        caw_channels_end_circuit(report, event);
        break;
    case CAW_EVENT_REFUSED:
    case CAW_EVENT_MALFORMED:
        break;
    }
}

static void close(caw_report *report) {
    channels_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    caw_idmap_free(&state->circuits, memory);
    caw_idmap_free(&state->rows, memory);
    caw_idmap_free(&state->twins, memory);
    caw_idmap_free(&state->totals, memory);
}

static const struct caw_report_code code = {
    .state = sizeof(channels_state),
    .observe = observe,
    .cells = {[CHANNELS_CHANNELS] = caw_channels_cells,
              [CHANNELS_SUBSCRIPTIONS] = caw_channels_subscription_cells,
              [CHANNELS_PVS] = caw_channels_pv_cells,
              [CHANNELS_CLIENTS] = caw_channels_end_cells,
              [CHANNELS_SERVERS] = caw_channels_end_cells},
    .order = {[CHANNELS_PVS] = caw_channels_order,
              [CHANNELS_CLIENTS] = caw_channels_order,
              [CHANNELS_SERVERS] = caw_channels_order},
    .end = caw_channels_add_up,
    .close = close,
};

const caw_report_row caw_report_channels = {
    .name = "channels",
    .title = "Channels",
    .question = "What is subscribed, what uses the bandwidth, are updates missing?",
    .tables = caw_channels_tables,
    .table_count = CHANNELS_TABLES,
    .code = &code,
};
