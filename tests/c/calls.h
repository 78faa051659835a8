/* A call of a client on a thread of its own, so that another can end it. */
#ifndef CALLS_H
#define CALLS_H

#include "clients.h"

struct call {
    void *client;
    int (*body)(void *client);
    int result, error, has_ended;
    pthread_t thread;
};

static inline void *make_call(void *argument) {
    struct call *call = argument;
    call->result = call->body(call->client);
    call->error = mm_last_error();
    __atomic_store_n(&call->has_ended, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static inline void begin_call(struct call *call, void *client, int (*body)(void *client)) {
    memset(call, 0, sizeof *call);
    call->client = client;
    call->body = body;
    CHECK_INT(0, pthread_create(&call->thread, NULL, make_call, call));
}

static inline void end_call(struct call *call) {
    pthread_join(call->thread, NULL);
}

/* For a call of which nobody sees that it waits: the order is given until it was heard. */
static inline void cancel_until_heard(struct call *call, int (*cancel)(void *client)) {
    while (!__atomic_load_n(&call->has_ended, __ATOMIC_SEQ_CST)) {
        CHECK_OK(cancel(call->client));
        sleep_microseconds(1000);
    }
    end_call(call);
}

/* ---- a listener that takes no connections any more ---- */

enum { LINE = 8 };

struct full_line {
    struct wire waiting[LINE];
    socket_number listener;
    int port;
};

/* A connection that is begun and not waited for. */
static inline void wire_begin(struct wire *wire, int port) {
    struct sockaddr_in address = check_loopback(port);
    memset(wire, 0, sizeof *wire);
    wire->number = socket(AF_INET, SOCK_STREAM, 0);
    socket_set_blocking(wire->number, 0);
    connect(wire->number, (struct sockaddr *)&address, sizeof address);
}

/* The next to come waits for an answer that does not come. */
static inline void full_line_start(struct full_line *line) {
    line->listener = check_bind(SOCK_STREAM, &line->port);
    CHECK_INT(0, listen(line->listener, 0));
    for (int i = 0; i < LINE; i++)
        wire_begin(&line->waiting[i], line->port);
}

static inline void full_line_stop(struct full_line *line) {
    for (int i = 0; i < LINE; i++)
        wire_close(&line->waiting[i]);
    socket_close(line->listener);
}

#endif
