/* The other ends that an old host speaks with, by Winsock alone: a server's lines, and a resolver that knows one mail
 * server, mx.DOMAIN at 192.0.2.7, for each domain. */
#ifndef HOST_WIRE_H
#define HOST_WIRE_H

#include "check.h"
#include <winsock2.h>

static inline void host_prepare(void) {
    WSADATA data;
    CHECK_INT(0, WSAStartup(MAKEWORD(2, 2), &data));
}

/* Reads up to the end that is named; what came is ended by NUL. */
static inline void host_read(SOCKET server, const char *end, char *text, int room) {
    int length = 0, last = (int)strlen(end);
    text[0] = '\0';
    while (length < room - 1 && (length < last || strcmp(text + length - last, end) != 0)) {
        if (recv(server, text + length, 1, 0) != 1) {
            CHECK(!"the server is there");
            return;
        }
        text[++length] = '\0';
    }
}

static inline void host_read_text(SOCKET server, char *text, int room) {
    host_read(server, "\r\n.\r\n", text, room);
}

/* A line of one's own, and the one that answers. */
static inline const char *host_ask(SOCKET server, const char *command, char *answer, int room) {
    char line[200];
    sprintf(line, "%s\r\n", command);
    CHECK_INT(strlen(line), send(server, line, (int)strlen(line), 0));
    host_read(server, "\r\n", answer, room);
    return answer;
}

/* A connection that has been greeted. */
static inline SOCKET host_dial(int port) {
    struct sockaddr_in address = check_loopback(port);
    char greeting[300];
    DWORD patience = 60000;
    SOCKET server = socket(AF_INET, SOCK_STREAM, 0);

    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    CHECK_INT(0, connect(server, (struct sockaddr *)&address, sizeof address));
    host_read(server, "\r\n", greeting, sizeof greeting);
    return server;
}

enum { HOST_A = 1, HOST_MX = 15 };

/* Turns a query into its answer; its length. The name asked for stands at octet 12. */
static inline int host_answer(unsigned char *message) {
    static const unsigned char mx[] = {0xC0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 7, 0, 10, 2, 'm', 'x', 0xC0, 12};
    static const unsigned char a[] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7};
    int end = 12 + (int)strlen((char *)message + 12) + 1 + 4, type = message[end - 3], size = 0;

    if (type == HOST_MX)
        memcpy(message + end, mx, size = sizeof mx);
    if (type == HOST_A)
        memcpy(message + end, a, size = sizeof a);
    message[2] = 0x85; /* an answer, of one who knows, recursion wanted */
    message[3] = 0x80;
    message[6] = 0;
    message[7] = size > 0;
    memset(message + 8, 0, 4);
    return end + size;
}

/* A client that has gone is an error of the next receive (WSAECONNRESET). */
static inline DWORD WINAPI host_resolve(void *number) {
    int length;
    do {
        unsigned char message[1000];
        struct sockaddr_in from;
        int size = sizeof from;
        length = recvfrom(*(SOCKET *)number, (char *)message, 600, 0, (struct sockaddr *)&from, &size);
        if (length > 16)
            sendto(*(SOCKET *)number, (char *)message, host_answer(message), 0, (struct sockaddr *)&from, size);
    } while (length >= 0 || WSAGetLastError() == WSAECONNRESET);
    return 1;
}

/* It runs until the process ends; its port. */
static inline int host_start_resolver(void) {
    static SOCKET number;
    struct sockaddr_in address = check_loopback(0);
    int size = sizeof address;

    number = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK_INT(0, bind(number, (struct sockaddr *)&address, size));
    CHECK_INT(0, getsockname(number, (struct sockaddr *)&address, &size));
    CHECK(CreateThread(NULL, 0, host_resolve, &number, 0, NULL) != NULL);
    return ntohs(address.sin_port);
}

#endif
