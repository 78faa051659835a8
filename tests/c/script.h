/*
 * A server on loopback that does what a script says, step by step, for one connection after the other, and keeps what
 * it hears. The steps of a script, which ends with NULL:
 *   ">"        hears a line                    "."      hears lines up to the final dot
 *   "#12"      hears twelve octets             "silent" hears whatever comes, and says nothing, until the client goes
 *   "deaf"     hears nothing, until told so    "close"  ends the connection; "reset" by a reset
 *   "say ..."  says the rest as it is          other    says it with CRLF behind
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "wire.h"
#include <pthread.h>

struct script {
    socket_number listener;
    int port;
    pthread_t thread;
    pthread_mutex_t gate;
    pthread_cond_t moved;
    const char *steps[64];
    const char *reached;        /* "silent" or "deaf", when a client waits there */
    int number, served, let_go; /* counted scripts: the last, the one under way, the last one to be let go */
    int stops;
    size_t length;
    char heard[100000]; /* lines with LF, "." for a final dot */
};

static inline void script_keep(struct script *script, const char *octets, size_t size) {
    pthread_mutex_lock(&script->gate);
    if (script->length + size < sizeof script->heard) {
        memcpy(script->heard + script->length, octets, size);
        script->length += size;
        script->heard[script->length] = '\0';
    }
    pthread_mutex_unlock(&script->gate);
}

static inline int script_hear(struct script *script, struct wire *wire) {
    const char *line = wire_read(wire);
    if (line) {
        script_keep(script, line, strlen(line));
        script_keep(script, "\n", 1);
    }
    return line != NULL;
}

static inline int script_hear_octets(struct script *script, struct wire *wire, long count) {
    for (; count > 0; count--) {
        if (wire->begin == wire->end) {
            long got = (long)recv(wire->number, wire->buffer, sizeof wire->buffer, 0);
            if (got <= 0)
                return 0;
            wire->begin = 0;
            wire->end = (size_t)got;
        }
        script_keep(script, &wire->buffer[wire->begin++], 1);
    }
    return 1;
}

static inline void script_rest(struct script *script, struct wire *wire, const char *step) {
    char octets[4096];
    pthread_mutex_lock(&script->gate);
    if (script->served == script->number)
        script->reached = step;
    pthread_cond_broadcast(&script->moved);
    while (strcmp(step, "deaf") == 0 && script->let_go < script->served && !script->stops)
        pthread_cond_wait(&script->moved, &script->gate);
    pthread_mutex_unlock(&script->gate);
    while (recv(wire->number, octets, sizeof octets, 0) > 0) {
    }
}

static inline void script_reset(struct wire *wire) {
    struct linger at_once = {1, 0};
    setsockopt(wire->number, SOL_SOCKET, SO_LINGER, (const char *)&at_once, sizeof at_once);
}

/* 0: the connection is over. */
static inline int script_step(struct script *script, struct wire *wire, const char *step) {
    if (strcmp(step, ">") == 0)
        return script_hear(script, wire);
    if (strcmp(step, ".") == 0) {
        while (script_hear(script, wire))
            if (strcmp(wire->line, ".") == 0)
                return 1;
        return 0;
    }
    if (step[0] == '#')
        return script_hear_octets(script, wire, atol(step + 1));
    if (strcmp(step, "close") == 0)
        return 0;
    if (strcmp(step, "silent") == 0 || strcmp(step, "deaf") == 0) {
        script_rest(script, wire, step);
        return 0;
    }
    if (strcmp(step, "reset") == 0) {
        script_reset(wire);
        return 0;
    }
    if (strncmp(step, "say ", 4) == 0) {
        socket_send(wire->number, step + 4, strlen(step + 4));
        return 1;
    }
    socket_send(wire->number, step, strlen(step));
    socket_send(wire->number, "\r\n", 2);
    return 1;
}

static inline void script_serve(struct script *script, socket_number number) {
    const char *steps[sizeof script->steps / sizeof script->steps[0]];
    const char *const *step = steps;
    struct wire wire;
    memset(&wire, 0, sizeof wire);
    wire.number = number;
    socket_set_no_delay(number);
    pthread_mutex_lock(&script->gate);
    memcpy(steps, script->steps, sizeof steps);
    script->served = script->number;
    pthread_mutex_unlock(&script->gate);
    while (*step && script_step(script, &wire, *step))
        step++;
    wire_close(&wire);
}

static inline void *script_accept(void *argument) {
    struct script *script = argument;
    for (;;) {
        socket_number number = accept_next(script->listener);
        pthread_mutex_lock(&script->gate);
        int stops = script->stops;
        pthread_mutex_unlock(&script->gate);
        if (stops) {
            socket_close(number);
            return NULL;
        }
        script_serve(script, number);
    }
}

/* For connections from now on; what was heard is forgotten. */
static inline void script_set(struct script *script, const char *const *steps) {
    pthread_mutex_lock(&script->gate);
    size_t count = 0;
    while (steps[count] && count < sizeof script->steps / sizeof script->steps[0] - 1) {
        script->steps[count] = steps[count];
        count++;
    }
    script->steps[count] = NULL;
    script->reached = NULL;
    script->number++;
    script->length = 0;
    script->heard[0] = '\0';
    pthread_mutex_unlock(&script->gate);
}

static inline void script_start(struct script *script) {
    static const char *const nothing[] = {NULL};
    memset(script, 0, sizeof *script);
    pthread_mutex_init(&script->gate, NULL);
    pthread_cond_init(&script->moved, NULL);
    script_set(script, nothing);
    script->listener = check_bind(SOCK_STREAM, &script->port);
    if (listen(script->listener, 16) != 0)
        exit(99);
    pthread_create(&script->thread, NULL, script_accept, script);
}

/* Until a client waits at "silent" or "deaf". */
static inline void script_wait(struct script *script) {
    pthread_mutex_lock(&script->gate);
    while (!script->reached)
        pthread_cond_wait(&script->moved, &script->gate);
    pthread_mutex_unlock(&script->gate);
}

/* A client that waits at "deaf", or will, is heard now; also if there is another script before that is seen. */
static inline void script_let_go(struct script *script) {
    pthread_mutex_lock(&script->gate);
    script->let_go = script->number;
    pthread_cond_broadcast(&script->moved);
    pthread_mutex_unlock(&script->gate);
}

/* When the connection under way has ended. */
static inline void script_stop(struct script *script) {
    struct wire wire;
    pthread_mutex_lock(&script->gate);
    script->stops = 1;
    pthread_cond_broadcast(&script->moved);
    pthread_mutex_unlock(&script->gate);
    wire_open(&wire, script->port);
    pthread_join(script->thread, NULL);
    wire_close(&wire);
    socket_close(script->listener);
}

/* What a client has said, when the connection has ended: by then the next one is served. */
static inline const char *script_heard(struct script *script) {
    struct wire wire;
    pthread_mutex_lock(&script->gate);
    script->steps[0] = NULL;
    pthread_mutex_unlock(&script->gate);
    wire_open(&wire, script->port);
    wire_read(&wire);
    wire_close(&wire);
    return script->heard;
}

#endif
