/* A name server for the benches: dns_server. By datagrams on a free port of 127.0.0.1, which it prints first: each name
 * has one MX, mx below it, and one address; nothing may be kept (TTL 0), and there are no records of other types. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, A = 1, MX = 15 };

static const unsigned char a_record[] = {0xc0, HEADER, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 2};
static const unsigned char mx_record[] = {0xc0, HEADER, 0, MX, 0, 1,   0,   0,    0,     0,
                                          0,    7,      0, 10, 2, 'm', 'x', 0xc0, HEADER};

/* Where the question ends; 0 if there is none. */
static ssize_t question_end(const unsigned char *query, ssize_t length) {
    ssize_t at = HEADER;
    while (at < length && query[at] != 0)
        at += query[at] + 1;
    return at + 5 <= length ? at + 5 : 0;
}

/* Turns a query into its response. */
static size_t answer(unsigned char *message, ssize_t end) {
    const unsigned char *record = NULL;
    size_t size = 0;
    if (message[end - 3] == A)
        record = a_record, size = sizeof a_record;
    else if (message[end - 3] == MX)
        record = mx_record, size = sizeof mx_record;
    message[2] |= 0x80; /* a response */
    message[3] = 0x80;  /* that recurses */
    memset(message + 6, 0, 6);
    message[7] = record != NULL;
    if (record)
        memcpy(message + end, record, size);
    return (size_t)end + size;
}

int main(void) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}, client;
    socklen_t length = sizeof own;
    unsigned char message[2048];
    int server = socket(AF_INET, SOCK_DGRAM, 0);
    if (server < 0 || bind(server, (void *)&own, sizeof own) < 0 || getsockname(server, (void *)&own, &length) < 0)
        return perror("dns_server"), 1;
    printf("%d\n", ntohs(own.sin_port));
    fflush(stdout);
    while (1) {
        length = sizeof client;
        ssize_t end = question_end(message, recvfrom(server, message, 512, 0, (void *)&client, &length));
        if (end > 0)
            sendto(server, message, answer(message, end), 0, (void *)&client, length);
    }
}
