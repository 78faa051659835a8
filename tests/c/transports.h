/*
 * Transports of the host, for the tests of both clients: a server in memory that says "again" in every order and fails
 * where it is told to; a way above the connection's own socket; a wait that only its interrupt ends.
 */
#ifndef TRANSPORTS_H
#define TRANSPORTS_H

#include "clients.h"

/* ---- a server in memory ---- */

struct memory {
    char input[4096], output[4096]; /* what the client reads; what it has written */
    size_t read, given, written;
    int pattern;       /* how often, and how, a call says "again" before it does something */
    int steps, wanted; /* of the pattern; what the next wait must be for, or 0 */
    int fails_at;      /* the call that fails, counted from 1; 0: none */
    int failure;       /* how */
    int calls, closes, waits;
    const char *answer; /* to each line */
};

static inline void memory_say(struct memory *memory, const char *text) {
    memory->given += (size_t)sprintf(memory->input + memory->given, "%s", text);
}

/* Each line is answered when its end has come. */
static inline void answer(struct memory *memory) {
    memory->output[memory->written] = '\0';
    if (memory->written > 1 && strcmp(memory->output + memory->written - 2, "\r\n") == 0)
        memory_say(memory, memory->answer);
}

/* What a call says first: 0 for the thing itself, or one of the three that mean "again". */
static inline int again(struct memory *memory, int own) {
    int what = memory->pattern >> (2 * (memory->steps++ % 4)) & 3;
    CHECK_INT(0, memory->wanted);
    if (what == 0)
        return 0;
    memory->wanted = what == MM_AGAIN ? own : what == MM_AGAIN_READ ? MM_READY_INPUT : MM_READY_ROOM;
    return what;
}

static inline int fails(struct memory *memory) {
    return ++memory->calls == memory->fails_at;
}

static inline int on_read(void *buffer, size_t size, size_t *length, void *user) {
    struct memory *memory = user;
    int what = again(memory, MM_READY_INPUT);
    CHECK_INT(0, *length);
    CHECK(size > 0);
    if (fails(memory))
        return memory->failure;
    if (what != 0)
        return what;
    if (memory->read == memory->given) {
        memory->wanted = MM_READY_INPUT;
        return MM_AGAIN;
    }
    *(char *)buffer = memory->input[memory->read++]; /* one by one */
    *length = 1;
    return MM_OK;
}

static inline int on_write(const void *octets, size_t size, size_t *length, void *user) {
    struct memory *memory = user;
    int what = again(memory, MM_READY_ROOM);
    CHECK_INT(0, *length);
    if (fails(memory))
        return memory->failure;
    if (what != 0)
        return what;
    *length = size > 3 ? 3 : size;
    memcpy(memory->output + memory->written, octets, *length);
    memory->written += *length;
    answer(memory);
    return MM_OK;
}

static inline int on_wait(int wanted, int timeout_ms, int *found, void *user) {
    struct memory *memory = user;
    CHECK(wanted == memory->wanted);
    CHECK(timeout_ms >= -1);
    memory->wanted = 0;
    memory->waits++;
    *found = wanted;
    if (fails(memory))
        return memory->failure;
    return MM_OK;
}

static inline void on_interrupt(void *user) {
    (void)user;
}

static inline void on_close(void *user) {
    ((struct memory *)user)->closes++;
}

static inline mm_transport over(struct memory *memory) {
    mm_transport transport = MM_TRANSPORT_INIT;
    transport.read = on_read;
    transport.write = on_write;
    transport.wait = on_wait;
    transport.interrupt = on_interrupt;
    transport.close = on_close;
    transport.user = memory;
    return transport;
}

/* It greets, and gives the same answer to each line. */
static inline void memory_begin(struct memory *memory, int pattern, const char *greeting, const char *answer) {
    memset(memory, 0, sizeof *memory);
    memory->pattern = pattern;
    memory->answer = answer;
    memory_say(memory, greeting);
}

/* Four steps, each one of four: whether they come to the thing itself at all. */
static inline int is_endless(int pattern) {
    return (pattern & 3) && (pattern >> 2 & 3) && (pattern >> 4 & 3) && (pattern >> 6 & 3);
}

/* ---- failures ---- */

/* What a callback says, and what the client makes of it. */
static const struct {
    int failure, result;
} transport_failures[] = {{MM_E_CLOSED, MM_E_CLOSED},
                          {MM_E_TLS, MM_E_TLS},
                          {MM_E_TIMEOUT, MM_E_TIMEOUT},
                          {MM_E_ARGUMENT, MM_E_CLOSED},
                          {MM_E_IO, MM_E_CLOSED},
                          {-1000, MM_E_CLOSED},
                          {77, MM_E_CLOSED}};

#define TRANSPORT_FAILURES (sizeof transport_failures / sizeof transport_failures[0])

static inline int read_too_much(void *buffer, size_t size, size_t *length, void *user) {
    (void)buffer, (void)user;
    *length = size + 1;
    return MM_OK;
}

static inline int write_nothing(const void *octets, size_t size, size_t *length, void *user) {
    (void)octets, (void)size, (void)length, (void)user;
    return MM_OK;
}

/* ---- above the connection's own socket ---- */

static int upper_closes;

static inline int recv_below(void *buffer, size_t size, size_t *length, void *user) {
    socket_number *number = user;
    long count = (long)recv(*number, buffer, size, 0);
    if (count < 0)
        return MM_AGAIN;
    *length = (size_t)count;
    return MM_OK;
}

static inline int send_below(const void *octets, size_t size, size_t *length, void *user) {
    socket_number *number = user;
    long count = socket_send(*number, octets, size);
    if (count < 0)
        return MM_AGAIN;
    *length = (size_t)count;
    return MM_OK;
}

/* The socket is open still. */
static inline void close_above(void *user) {
    socket_number *number = user;
    CHECK(socket_send(*number, "X", 1) == 1);
    upper_closes++;
}

static inline mm_transport over_socket(socket_number *number) {
    mm_transport transport = MM_TRANSPORT_INIT;
    transport.read = recv_below;
    transport.write = send_below;
    transport.close = close_above;
    transport.user = number;
    transport.is_secure = 1;
    return transport;
}

/* ---- a wait that only its interrupt ends ---- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int is_waiting, is_interrupted;

static inline int wait_long(int wanted, int timeout_ms, int *found, void *user) {
    (void)wanted, (void)timeout_ms, (void)user;
    pthread_mutex_lock(&gate);
    is_waiting = 1;
    pthread_cond_broadcast(&moved);
    while (!is_interrupted)
        pthread_cond_wait(&moved, &gate);
    pthread_mutex_unlock(&gate);
    *found = 0;
    return MM_OK;
}

static inline void interrupt_wait(void *user) {
    (void)user;
    pthread_mutex_lock(&gate);
    is_interrupted = 1;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&gate);
}

/* The next wait is not interrupted yet. */
static inline void begin_a_wait(void) {
    pthread_mutex_lock(&gate);
    is_waiting = is_interrupted = 0;
    pthread_mutex_unlock(&gate);
}

/* When the client waits there. */
static inline void until_it_waits(void) {
    pthread_mutex_lock(&gate);
    while (!is_waiting)
        pthread_cond_wait(&moved, &gate);
    pthread_mutex_unlock(&gate);
}

#endif
