/* What the tests of mm_smtp_... share: a client, a server with a script, and what was heard. */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "script.h"
#include "server.h"

static struct script peer;

/* A function of the client that succeeds, with the code that it tells. */
#define CHECK_CODE(expected, call)                                                                                     \
    do {                                                                                                               \
        int code = -1;                                                                                                 \
        CHECK_OK(call);                                                                                                \
        CHECK_INT(expected, code);                                                                                     \
    } while (0)

/* One that fails, and says why. */
#define CHECK_FAILS(expected, call)                                                                                    \
    do {                                                                                                               \
        CHECK_INT(expected, call);                                                                                     \
        CHECK_INT(expected, mm_last_error());                                                                          \
        CHECK(strlen(mm_last_error_message()) > strlen(mm_strerror(expected)));                                        \
    } while (0)

#define STEPS(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline mm_smtp *new_client(const mm_smtp_options *options) {
    mm_smtp *smtp = NULL;
    CHECK_OK(mm_smtp_new(mm_engine_default(), options, &smtp));
    if (!smtp)
        exit(check_result());
    return smtp;
}

/* Connected to a server with this script, whose greeting is 220. */
static inline mm_smtp *connected(const char *const *steps) {
    mm_smtp *smtp = new_client(NULL);
    script_set(&peer, steps);
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    return smtp;
}

static inline mm_smtp_reply reply_of(mm_smtp *smtp) {
    mm_smtp_reply reply = MM_SMTP_REPLY_INIT;
    CHECK_OK(mm_smtp_get_reply(smtp, &reply));
    return reply;
}

static inline mm_error_detail error_of(mm_smtp *smtp) {
    mm_error_detail detail = MM_ERROR_DETAIL_INIT;
    CHECK_OK(mm_smtp_get_error(smtp, &detail));
    return detail;
}

#endif
