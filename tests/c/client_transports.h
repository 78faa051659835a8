/* What holds of a transport of the host under the client of either protocol. */
#ifndef CLIENT_TRANSPORTS_H
#define CLIENT_TRANSPORTS_H

#include "client_kinds.h"
#include "transports.h"

struct conversation {
    const struct client_kind *kind;
    void (*begin)(struct memory *memory, int pattern); /* the server, before the client connects */
    int (*talk)(void *client);                         /* what the client says when it is connected */
};

/* ---- failures ---- */

/* Whichever call fails, and however: the call of the client says why, the transport is closed, once. */
static inline void every_call_fails(const struct conversation *with) {
    static struct memory memory;
    const struct client_kind *kind = with->kind;
    for (size_t way = 0; way < TRANSPORT_FAILURES; way++)
        for (int at = 1, failed = 1; failed; at++) {
            void *client = make_client(kind, mm_engine_default(), NULL);
            with->begin(&memory, MM_AGAIN); /* each fourth call: waits are among those that fail */
            memory.fails_at = at;
            memory.failure = transport_failures[way].failure;
            mm_transport transport = over(&memory);
            int result = kind->connect_transport(client, &transport, NULL, 0);
            if (result == MM_OK)
                result = with->talk(client);
            failed = result != MM_OK;
            if (failed) {
                CHECK_INT(transport_failures[way].result, result);
                CHECK_INT(transport_failures[way].result, detail_of(kind, client).code);
                CHECK_INT(MM_LAYER_HOST, detail_of(kind, client).layer);
                CHECK_INT(1, memory.closes);
                CHECK_FAILS(MM_E_STATE, kind->noop(client));
            }
            CHECK_OK(kind->free(client));
            CHECK_INT(1, memory.closes);
        }
}

/* Behind STARTTLS too, to which the server has agreed: a way of the host's that is not said to be secure is no failed
 * handshake. */
static inline void a_loss_behind_starttls_is_a_loss(const struct conversation *with, void *client) {
    static struct memory memory;
    with->begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.write = write_nothing;
    CHECK_OK(with->kind->set_transport(client, &transport));
    CHECK_FAILS(MM_E_CLOSED, with->kind->noop(client));
    CHECK_OK(with->kind->free(client));
}

static inline void what_a_callback_may_not_say(const struct conversation *with) {
    static struct memory memory;
    const struct client_kind *kind = with->kind;
    void *client = make_client(kind, mm_engine_default(), NULL);
    with->begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.read = read_too_much;
    CHECK_FAILS(MM_E_CLOSED, kind->connect_transport(client, &transport, "", 0));
    with->begin(&memory, 0);
    transport = over(&memory);
    transport.write = write_nothing;
    CHECK_OK(kind->connect_transport(client, &transport, "", 0));
    CHECK_FAILS(MM_E_CLOSED, kind->noop(client));
    CHECK_OK(kind->free(client));
}

/* ---- arguments: a transport that is refused is closed as well ---- */

static inline void transport_arguments(const struct conversation *with) {
    static struct memory memory;
    const struct client_kind *kind = with->kind;
    void *client = make_client(kind, mm_engine_default(), NULL);
    with->begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.read = NULL;
    CHECK_FAILS(MM_E_ARGUMENT, kind->connect_transport(client, &transport, "mx", 0));
    transport = over(&memory);
    transport.write = NULL;
    CHECK_FAILS(MM_E_ARGUMENT, kind->connect_transport(client, &transport, "mx", 0));
    transport = over(&memory);
    transport.interrupt = NULL;
    CHECK_FAILS(MM_E_ARGUMENT, kind->connect_transport(client, &transport, "mx", 0));
    transport = over(&memory);
    transport.wait = NULL; /* and no socket to wait for */
    CHECK_FAILS(MM_E_ARGUMENT, kind->connect_transport(client, &transport, "mx", 0));
    transport = over(&memory);
    transport.is_secure = 2;
    CHECK_FAILS(MM_E_ARGUMENT, kind->connect_transport(client, &transport, "mx", 0));
    transport = over(&memory);
    transport.reserved = 1; /* of a later version, who knows */
    CHECK_FAILS(MM_E_NOT_SUPPORTED, kind->connect_transport(client, &transport, "mx", 0));
    transport = over(&memory);
    CHECK_FAILS(MM_E_ARGUMENT, kind->connect_transport(client, &transport, "mx", 64));
    CHECK_FAILS(MM_E_ARGUMENT, kind->connect_transport(client, &transport, "m\nx", 0));
    CHECK_FAILS(MM_E_STATE, kind->set_transport(client, &transport));
    CHECK_INT(9, memory.closes);
    transport.size = 3;
    CHECK_FAILS(MM_E_ARGUMENT, kind->set_transport(client, &transport));
    CHECK_FAILS(MM_E_ARGUMENT, kind->set_transport(client, NULL));
    CHECK_INT(9, memory.closes);
    CHECK_OK(kind->free(client));
    transport = over(&memory);
    CHECK_FAILS(MM_E_HANDLE, kind->set_transport(client, &transport));
    CHECK_INT(10, memory.closes);
}

/* ---- above the connection's own socket ---- */

static inline void has_no_socket_yet(const struct client_kind *kind, void *client) {
    mm_socket number = MM_INVALID_SOCKET;
    int found = 0;
    CHECK_FAILS(MM_E_STATE, kind->get_socket(client, &number));
    CHECK(number == MM_INVALID_SOCKET);
    CHECK_FAILS(MM_E_STATE, kind->wait(client, MM_READY_ROOM, 0, &found));
}

/* The host's handshake ("hello", "tls\n") on the socket of the client, which waits as the library does; then the
 * client goes on above it. */
static inline void shake_hands_above(const struct client_kind *kind, void *client, mm_socket *number) {
    int found = 0;
    char octets[8];
    CHECK_OK(kind->get_socket(client, number));
    CHECK(recv(*number, octets, sizeof octets, 0) < 0); /* it does not block */
    CHECK_OK(kind->wait(client, MM_READY_ROOM, -1, &found));
    CHECK_INT(MM_READY_ROOM, found);
    CHECK_FAILS(MM_E_TIMEOUT, kind->wait(client, MM_READY_INPUT, 1, &found));
    CHECK_INT(0, found);
    CHECK_INT(5, socket_send(*number, "hello", 5));
    CHECK_OK(kind->wait(client, MM_READY_INPUT, -1, &found));
    CHECK_INT(MM_READY_INPUT, found);
    CHECK_INT(4, recv(*number, octets, sizeof octets, 0));
    mm_transport transport = over_socket(number);
    CHECK_OK(kind->set_transport(client, &transport));
    CHECK_FAILS(MM_E_STATE, kind->start_tls(client, NULL));
}

static inline void ends_above(const struct client_kind *kind, void *client) {
    CHECK_INT(0, upper_closes);
    CHECK_OK(kind->free(client));
    CHECK_INT(1, upper_closes);
}

/* ---- cancels ---- */

/* The client that another thread, or a callback, cancels. */
static const struct client_kind *cancelled_kind;
static void *cancelled_client;

static inline void *cancel_the_wait(void *argument) {
    (void)argument;
    until_it_waits();
    CHECK_OK(cancelled_kind->cancel(cancelled_client));
    return NULL;
}

/* At the host's own wait: for the greeting if there is none, else for what is behind the answer, in the talk. */
static inline void cancelled_at_the_hosts_wait(const struct conversation *with, const char *greeting,
                                               const char *answer) {
    static struct memory memory;
    pthread_t thread;
    const struct client_kind *kind = cancelled_kind = with->kind;
    void *client = cancelled_client = make_client(kind, mm_engine_default(), NULL);
    memory_begin(&memory, 0, greeting, answer);
    mm_transport transport = over(&memory);
    transport.wait = wait_long;
    transport.interrupt = interrupt_wait;
    begin_a_wait();
    CHECK_INT(0, pthread_create(&thread, NULL, cancel_the_wait, NULL));
    int result = kind->connect_transport(client, &transport, "mx", 0);
    CHECK_INT(greeting[0] == '\0' ? MM_E_CANCELLED : MM_OK, result);
    if (result == MM_OK)
        CHECK_FAILS(MM_E_CANCELLED, with->talk(client));
    pthread_join(thread, NULL);
    CHECK_INT(MM_E_CANCELLED, detail_of(kind, client).code);
    CHECK_INT(1, memory.closes);
    CHECK_FAILS(MM_E_STATE, kind->noop(client));
    CHECK_OK(kind->free(client));
}

static int calls_left;

/* At one of the calls, counted from the connect; nothing but the cancel may be called there. */
static inline void perhaps_cancel(void) {
    if (calls_left-- != 1)
        return;
    CHECK_FAILS(MM_E_STATE, cancelled_kind->noop(cancelled_client));
    CHECK_FAILS(MM_E_STATE, cancelled_kind->close(cancelled_client));
    CHECK_FAILS(MM_E_STATE, cancelled_kind->free(cancelled_client));
    CHECK_OK(cancelled_kind->cancel(cancelled_client));
}

static inline int read_and_cancel(void *buffer, size_t size, size_t *length, void *user) {
    perhaps_cancel();
    return on_read(buffer, size, length, user);
}

static inline int write_and_cancel(const void *octets, size_t size, size_t *length, void *user) {
    perhaps_cancel();
    return on_write(octets, size, length, user);
}

static inline int wait_and_cancel(int wanted, int timeout_ms, int *found, void *user) {
    perhaps_cancel();
    return on_wait(wanted, timeout_ms, found, user);
}

static inline void cancelled_inside_every_callback(const struct conversation *with) {
    static struct memory memory;
    const struct client_kind *kind = cancelled_kind = with->kind;
    int is_over = 0, at = 1;
    for (; !is_over; at++) {
        void *client = cancelled_client = make_client(kind, mm_engine_default(), NULL);
        with->begin(&memory, MM_AGAIN);
        calls_left = at;
        mm_transport transport = over(&memory);
        transport.read = read_and_cancel;
        transport.write = write_and_cancel;
        transport.wait = wait_and_cancel;
        int result = kind->connect_transport(client, &transport, NULL, 0);
        if (result == MM_OK)
            result = with->talk(client);
        is_over = calls_left > 0;        /* there are not so many calls */
        if (result == MM_OK && !is_over) /* in the last call of all: the next one hears of it */
            result = kind->noop(client);
        CHECK_INT(is_over ? MM_OK : MM_E_CANCELLED, result);
        if (!is_over) {
            CHECK_INT(MM_E_CANCELLED, detail_of(kind, client).code);
            CHECK_INT(1, memory.closes);
            CHECK_FAILS(MM_E_STATE, kind->noop(client));
        }
        CHECK_OK(kind->free(client));
        CHECK_INT(1, memory.closes);
    }
    CHECK(at > 20);
}

#endif
