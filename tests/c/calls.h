/* A call of a client on a thread of its own, so that another can end it. */
#ifndef CALLS_H
#define CALLS_H

#include "client_kinds.h"

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

/* ---- a call that was cancelled, of the client of either protocol ---- */

static inline void was_cancelled(const struct client_kind *kind, const struct call *call, const char *words) {
    CHECK_INT(MM_E_CANCELLED, call->result);
    CHECK_INT(MM_E_CANCELLED, call->error);
    mm_error_detail detail = detail_of(kind, call->client);
    CHECK_INT(MM_E_CANCELLED, detail.code);
    CHECK_INT(MM_LAYER_HOST, detail.layer);
    CHECK(strstr(detail.message, words) != NULL);
    CHECK_FAILS(MM_E_STATE, kind->noop(call->client));
    kind->has_ended(call->client);
}

static inline void is_cancelled(const struct client_kind *kind, struct call *call, const char *words) {
    end_call(call);
    was_cancelled(kind, call, words);
}

/* When the script has come to its silence, or its deafness. */
static inline void cancelled_there(const struct client_kind *kind, void *client, int (*body)(void *client)) {
    struct call call;
    begin_call(&call, client, body);
    script_wait(&peer);
    CHECK_OK(kind->cancel(client));
    script_let_go(&peer);
    is_cancelled(kind, &call, "cancelled by the host");
    CHECK_OK(kind->free(client));
}

/* ---- waits before there is a dialogue ---- */

static const struct client_kind *connecting;
static const char *connecting_to;
static int connecting_at, connecting_by_tls;

static inline int connect_there(void *client) {
    return connecting->connect(client, connecting_to, connecting_at, connecting_by_tls);
}

static inline void begin_to_connect(struct call *call, const struct client_kind *kind, void *client, const char *host,
                                    int port) {
    connecting = kind;
    connecting_to = host;
    connecting_at = port;
    connecting_by_tls = 0;
    begin_call(call, client, connect_there);
}

/* That it waits cannot be seen from outside, so the order is given until it was heard. */
static inline void cancelled_at_connecting(const struct client_kind *kind) {
    struct full_line line;
    struct call call;
    void *client = make_client(kind, mm_engine_default(), NULL);
    full_line_start(&line);
    begin_to_connect(&call, kind, client, "127.0.0.1", line.port);
    while (!__atomic_load_n(&call.has_ended, __ATOMIC_SEQ_CST)) {
        CHECK_OK(kind->cancel(client));
        sleep_microseconds(1000);
    }
    end_call(&call);
    if (call.result == MM_E_CONNECT) /* some systems refuse where others do not answer */
        printf("skipped: a cancel at connecting: the system refuses where the line is full\n");
    else
        was_cancelled(kind, &call, "cancelled by the host");
    CHECK_OK(kind->free(client));
    full_line_stop(&line);
}

/* A proxy that takes the connection and says nothing. */
static inline void cancelled_at_the_proxy(const struct client_kind *kind) {
    char proxy[64];
    struct call call;
    sprintf(proxy, "socks5://127.0.0.1:%d", peer.port);
    script_set(&peer, STEPS("#1", "silent"));
    const struct client_choices choices = {.proxy = proxy};
    void *client = make_client(kind, mm_engine_default(), &choices);
    begin_to_connect(&call, kind, client, "mail.example.net", peer.port);
    script_wait(&peer);
    CHECK_OK(kind->cancel(client));
    is_cancelled(kind, &call, "cancelled by the host");
    CHECK_OK(kind->free(client));
}

/* A name server that hears the question and does not answer. */
static inline void cancelled_at_the_name(const struct client_kind *kind) {
    struct call call;
    char server[64], octets[512];
    int port;
    mm_engine *engine = NULL;
    socket_number names = check_bind(SOCK_DGRAM, &port);
    sprintf(server, "127.0.0.1:%d", port);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", check_folder));
    CHECK_OK(mm_engine_set(engine, "smtp_dns", server));
    void *client = make_client(kind, engine, NULL);
    begin_to_connect(&call, kind, client, "mail.example.net", peer.port);
    CHECK(recv(names, octets, sizeof octets, 0) > 0);
    CHECK_OK(kind->cancel(client));
    is_cancelled(kind, &call, "cancelled by the host");
    CHECK_OK(kind->free(client));
    CHECK_OK(mm_engine_free(engine));
    socket_close(names);
}

/* A server with this script, to which the client connects, by TLS or without. */
static inline void cancelled_at_the_greeting(const struct client_kind *kind, const char *const *steps, int is_tls) {
    connecting = kind;
    connecting_to = "127.0.0.1";
    connecting_at = peer.port;
    connecting_by_tls = is_tls;
    script_set(&peer, steps);
    cancelled_there(kind, make_client(kind, mm_engine_default(), NULL), connect_there);
}

static inline void cancelled_at_the_handshake(const struct client_kind *kind) {
    cancelled_at_the_greeting(kind, STEPS("#5", "silent"), 1); /* the header of our first record */
}

/* ---- no call is under way ---- */

static inline void cancelled_between_two_calls(const struct client_kind *kind) {
    void *client = make_client(kind, mm_engine_default(), NULL);
    script_set(&peer, STEPS(kind->greeting, ">", kind->well, ">", kind->well));
    CHECK_OK(kind->connect(client, "127.0.0.1", peer.port, 0));
    CHECK_OK(kind->noop(client));
    CHECK_OK(kind->cancel(client));
    CHECK_OK(kind->cancel(client));
    CHECK_FAILS(MM_E_CANCELLED, kind->noop(client));
    CHECK_FAILS(MM_E_STATE, kind->noop(client));
    CHECK_TEXT("NOOP\n", script_heard(&peer));
    script_set(&peer, STEPS(kind->greeting, ">", kind->well));
    CHECK_OK(kind->connect(client, "127.0.0.1", peer.port, 0));
    CHECK_OK(kind->noop(client));
    CHECK_OK(kind->free(client));
}

/* Clients of an engine that has ended are freed all the same. */
static inline void the_engine_ends(const struct client_kind *kind) {
    mm_engine *engine = NULL;
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", check_folder));
    void *client = make_client(kind, engine, NULL);
    script_set(&peer, STEPS(kind->greeting, "silent"));
    CHECK_OK(kind->connect(client, "127.0.0.1", peer.port, 0));
    CHECK_OK(mm_engine_free(engine));
    CHECK_FAILS(MM_E_CANCELLED, kind->noop(client));
    CHECK_FAILS(MM_E_STATE, kind->connect(client, "127.0.0.1", peer.port, 0));
    CHECK_OK(kind->free(client));
}

#endif
