/* What the tests of mm_send_... share: a message to a server of this test's own, its results, and that it is taken. */
#ifndef SENDS_H
#define SENDS_H

#include "remote.h"
#include "server.h"

static struct remote remote;

static inline mm_send_options to_remote(void) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = "127.0.0.1";
    options.port = remote.port;
    return options;
}

static inline mm_send *new_send(const mm_send_options *options, const char *recipient) {
    mm_send *send = NULL;
    CHECK_OK(mm_send_new(mm_engine_default(), options, "bert@example.net", &send));
    if (!send)
        exit(check_result());
    if (recipient)
        CHECK_OK(mm_send_add_recipient(send, recipient, MM_SEND_NOTIFY_DEFAULT, NULL));
    return send;
}

static inline mm_send *new_to_remote(const char *recipient) {
    mm_send_options options = to_remote();
    return new_send(&options, recipient);
}

static inline mm_send_result result_of(mm_send *send, int recipient) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    CHECK_OK(mm_send_get_result(send, recipient, &result));
    return result;
}

/* Starts, waits, and is taken; the text is what the other side got. */
static inline void is_taken(mm_send *send, const char *text) {
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_TEXT(text, remote.text);
    CHECK_INT(strlen(text), remote.length);
    CHECK_OK(mm_send_free(send));
}

#endif
