/* A name server for the benches: dns_server [TEXT]. By datagrams on a free port of 127.0.0.1, which it prints first:
 * each name has one MX, mx below it, and one address, which may not be kept (TTL 0). With TEXT each has that TXT
 * record, which may be kept for an hour. There are no records of other types. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, A = 1, MX = 15, TXT = 16, MOST_TEXT = 1000 };

static const unsigned char a_record[] = {0xc0, HEADER, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 2};
static const unsigned char mx_record[] = {0xc0, HEADER, 0, MX, 0, 1,   0,   0,    0,     0,
                                          0,    7,      0, 10, 2, 'm', 'x', 0xc0, HEADER};

static unsigned char txt_record[12 + MOST_TEXT + MOST_TEXT / 255 + 1] = {0xc0, HEADER, 0, TXT, 0, 1, 0, 0, 14, 16};
static size_t txt_size;

/* RFC 1035 §3.3.14: strings of 255 octets at most, each behind its length. */
static void make_txt(const char *text) {
    size_t left = strlen(text);
    unsigned char *at = txt_record + 12;
    while (left > 0) {
        size_t count = left < 255 ? left : 255;
        *at++ = (unsigned char)count;
        memcpy(at, text, count);
        at += count, text += count, left -= count;
    }
    txt_size = (size_t)(at - txt_record);
    txt_record[10] = (unsigned char)((txt_size - 12) >> 8);
    txt_record[11] = (unsigned char)(txt_size - 12);
}

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
    else if (message[end - 3] == TXT && txt_size > 0)
        record = txt_record, size = txt_size;
    message[2] |= 0x80; /* a response */
    message[3] = 0x80;  /* that recurses */
    memset(message + 6, 0, 6);
    message[7] = record != NULL;
    if (record)
        memcpy(message + end, record, size);
    return (size_t)end + size;
}

int main(int argc, char **argv) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}, client;
    socklen_t length = sizeof own;
    unsigned char message[2048];
    if (argc > 1 && strlen(argv[1]) > MOST_TEXT)
        return fprintf(stderr, "dns_server: the text is too long\n"), 2;
    if (argc > 1)
        make_txt(argv[1]);
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
