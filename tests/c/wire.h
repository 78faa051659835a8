/* The other end of a connection: lines to and from a server on loopback. */
#ifndef WIRE_H
#define WIRE_H

#include "check.h"
#include <stdarg.h>

struct wire {
    socket_number number;
    char line[4096];
    char buffer[4096];
    size_t begin, end;
};

static inline int wire_open(struct wire *wire, int port) {
    struct sockaddr_in address = check_loopback(port);
    memset(wire, 0, sizeof *wire);
    wire->number = socket(AF_INET, SOCK_STREAM, 0);
    socket_set_timeout(wire->number, 60);
    socket_set_no_delay(wire->number);
    return connect(wire->number, (struct sockaddr *)&address, sizeof address);
}

static inline void wire_close(struct wire *wire) {
    socket_close(wire->number);
}

/* The next connection of a server whose socket stays open. A test that leaves no descriptor takes it from this, too. */
static inline socket_number accept_next(socket_number listener) {
    socket_number number;
    while ((number = accept(listener, NULL, NULL)) == NO_SOCKET)
        sleep_microseconds(1000);
    return number;
}

/* The next line without its CRLF; NULL at the end. */
static inline const char *wire_read(struct wire *wire) {
    size_t length = 0;
    for (;;) {
        if (wire->begin == wire->end) {
            long count = (long)recv(wire->number, wire->buffer, sizeof wire->buffer, 0);
            if (count <= 0)
                return NULL;
            wire->begin = 0;
            wire->end = (size_t)count;
        }
        char octet = wire->buffer[wire->begin++];
        if (octet == '\n')
            break;
        if (length < sizeof wire->line - 1)
            wire->line[length++] = octet;
    }
    if (length > 0 && wire->line[length - 1] == '\r')
        length--;
    wire->line[length] = '\0';
    return wire->line;
}

static inline void wire_write(struct wire *wire, const char *text) {
    CHECK(socket_send(wire->number, text, strlen(text)) == (long)strlen(text));
}

/* The code of an SMTP reply, over all its lines; 0 at the end. */
static inline int wire_reply(struct wire *wire) {
    const char *line;
    do {
        line = wire_read(wire);
    } while (line && strlen(line) > 3 && line[3] == '-');
    return line ? atoi(line) : 0;
}

static inline int wire_smtp(struct wire *wire, const char *command) {
    wire_write(wire, command);
    wire_write(wire, "\r\n");
    return wire_reply(wire);
}

/* 1 for +OK, 0 for -ERR, -1 at the end. */
static inline int wire_pop(struct wire *wire, const char *command) {
    const char *line;
    if (command) {
        wire_write(wire, command);
        wire_write(wire, "\r\n");
    }
    line = wire_read(wire);
    return !line ? -1 : strncmp(line, "+OK", 3) == 0;
}

/* The lines of a multi-line POP3 answer, stuffing and all, each with LF; up to the final dot. */
static inline void wire_text(struct wire *wire, char *text, size_t size) {
    const char *line;
    size_t length = 0;
    text[0] = '\0';
    while ((line = wire_read(wire)) && strcmp(line, ".") != 0) {
        size_t count = strlen(line);
        if (length + count + 2 < size) {
            memcpy(text + length, line, count);
            length += count;
            text[length++] = '\n';
            text[length] = '\0';
        }
    }
}

#endif
