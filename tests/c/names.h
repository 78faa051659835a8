/* A name server on loopback, which knows what a test says: names_start, names_stop. */
#ifndef NAMES_H
#define NAMES_H

#include "check.h"
#include <pthread.h>

enum { NAMES_A = 1, NAMES_MX = 15, NAMES_TXT = 16, NAMES_AAAA = 28 };

/* In place of a type: each question for the name fails, or gets no answer. */
enum { NAMES_BROKEN = -1, NAMES_SILENT = -2 };

/* One that it knows: name, type, preference of an MX record, and host, address or text; NULL ends the list. */
struct name_record {
    const char *name;
    int type, preference;
    const char *value;
};

enum { NAMES_NAME_ERROR = 3, NAMES_SERVER_FAILURE = 2 };

static struct {
    const struct name_record *records;
    socket_number number;
    pthread_t thread;
    int port;
    int asked; /* questions that it has had */
} names;

static inline size_t names_put_name(unsigned char *place, const char *name) {
    size_t length = 0;
    while (*name) {
        size_t label = strcspn(name, ".");
        place[length++] = (unsigned char)label;
        memcpy(place + length, name, label);
        length += label;
        name += label + (name[label] == '.');
    }
    place[length++] = 0;
    return length;
}

/* A text as strings of 255 octets. */
static inline size_t names_put_text(unsigned char *place, const char *text) {
    size_t size = 0, left = strlen(text);
    do {
        size_t length = left > 255 ? 255 : left;
        place[size++] = (unsigned char)length;
        memcpy(place + size, text, length);
        size += length;
        text += length;
        left -= length;
    } while (left > 0);
    return size;
}

static inline size_t names_put_answer(unsigned char *place, const struct name_record *record) {
    unsigned char data[1024];
    size_t size = 0;
    if (record->type == NAMES_MX) {
        data[0] = 0;
        data[1] = (unsigned char)record->preference;
        size = 2 + names_put_name(data + 2, record->value);
    } else if (record->type == NAMES_TXT) {
        size = names_put_text(data, record->value);
    } else {
        inet_pton(record->type == NAMES_A ? AF_INET : AF_INET6, record->value, data);
        size = record->type == NAMES_A ? 4 : 16;
    }
    unsigned char head[12] = {
        0xC0, 12, 0, (unsigned char)record->type, 0, 1, 0, 0, 0, 60, (unsigned char)(size >> 8), (unsigned char)size};
    memcpy(place, head, sizeof head);
    memcpy(place + sizeof head, data, size);
    return sizeof head + size;
}

static inline void names_read_name(const unsigned char *question, char *name) {
    size_t length = 0;
    while (*question) {
        memcpy(name + length, question + 1, *question);
        length += *question;
        name[length++] = '.';
        question += *question + 1;
    }
    name[length ? length - 1 : 0] = '\0';
}

/* Turns a query into its answer; 0: there is none. */
static inline size_t names_answer(unsigned char *message) {
    char name[256];
    int found = 0, code = NAMES_NAME_ERROR;
    names_read_name(message + 12, name);
    size_t end = 12 + strlen(name) + 2 + 4;
    int type = message[end - 3];
    for (const struct name_record *record = names.records; record->name; record++) {
        if (strcasecmp(record->name, name) != 0)
            continue;
        if (record->type == NAMES_SILENT)
            return 0;
        code = record->type == NAMES_BROKEN ? NAMES_SERVER_FAILURE : 0;
        if (record->type == type) {
            end += names_put_answer(message + end, record);
            found++;
        }
    }
    message[2] = 0x85; /* an answer, of one who knows, recursion wanted */
    message[3] = (unsigned char)(0x80 | code);
    message[6] = 0;
    message[7] = (unsigned char)found;
    memset(message + 8, 0, 4);
    return end;
}

static inline void *names_resolve(void *argument) {
    (void)argument;
    for (;;) {
        unsigned char message[4096];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        long length = (long)recvfrom(names.number, (char *)message, 600, 0, (struct sockaddr *)&from, &size);
        if (length == 0)
            return NULL;
        if (length < 17) /* on Windows a client that has gone is an error of the next receive */
            continue;
        __atomic_add_fetch(&names.asked, 1, __ATOMIC_RELAXED);
        length = (long)names_answer(message);
        if (length > 0)
            sendto(names.number, (char *)message, (size_t)length, 0, (struct sockaddr *)&from, size);
    }
}

/* Its address, for the setting smtp_dns. */
static inline const char *names_start(const struct name_record *records) {
    static char server[64];
    names.records = records;
    names.number = check_bind(SOCK_DGRAM, &names.port);
    pthread_create(&names.thread, NULL, names_resolve, NULL);
    sprintf(server, "127.0.0.1:%d", names.port);
    return server;
}

static inline void names_stop(void) {
    struct sockaddr_in address = check_loopback(names.port);
    sendto(names.number, "", 0, 0, (struct sockaddr *)&address, sizeof address); /* too short for a question: the end */
    pthread_join(names.thread, NULL);
    socket_close(names.number);
}

#endif
