/* What the tests of mm_pop3_... share beside clients.h: a client, and what it has heard. */
#ifndef POP3_CLIENTS_H
#define POP3_CLIENTS_H

#include "clients.h"

/* A function of the client that succeeds, with the status that it tells. */
#define CHECK_STATUS(expected, call)                                                                                   \
    do {                                                                                                               \
        int status = -1;                                                                                               \
        CHECK_OK(call);                                                                                                \
        CHECK_INT(expected, status);                                                                                   \
    } while (0)

static inline mm_pop3 *new_pop3(const mm_pop3_options *options) {
    mm_pop3 *pop3 = NULL;
    CHECK_OK(mm_pop3_new(mm_engine_default(), options, &pop3));
    if (!pop3)
        exit(check_result());
    return pop3;
}

/* Connected to a server with this script, whose greeting is +OK. */
static inline mm_pop3 *pop3_connected(const char *const *steps) {
    mm_pop3 *pop3 = new_pop3(NULL);
    script_set(&peer, steps);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, &status));
    return pop3;
}

static inline mm_pop3_reply answer_of(mm_pop3 *pop3) {
    mm_pop3_reply reply = MM_POP3_REPLY_INIT;
    CHECK_OK(mm_pop3_get_reply(pop3, &reply));
    return reply;
}

static inline mm_error_detail pop3_error_of(mm_pop3 *pop3) {
    mm_error_detail detail = MM_ERROR_DETAIL_INIT;
    CHECK_OK(mm_pop3_get_error(pop3, &detail));
    return detail;
}

/* All that is left of an answer, read so many octets at a time; what its reading came to. */
static inline int pop3_read_all(mm_pop3 *pop3, char *text, size_t size, size_t piece) {
    size_t length = 1, total = 0;
    int result = MM_OK;
    while (result == MM_OK && length > 0 && total + piece < size) {
        result = mm_pop3_read(pop3, text + total, piece, &length);
        total += length;
    }
    text[total] = '\0';
    return result;
}

#endif
