/*
 * Reads a mailbox by POP3 with plain sockets: pop3 HOST PORT USER PASSWORD [FOLDER]. Lists the messages; with a
 * folder, writes each to FOLDER/<number>.eml as it came, dots unstuffed. Not a use of the library, but something to
 * try it with.
 */
#include "system.h"
#include <stdlib.h>
#include <string.h>

static SOCKET server;
static char input[4096];
static long begin, end;
static char *line;
static size_t room;

static int fail(const char *what) {
    fprintf(stderr, "pop3: %s\n", what);
    exit(1);
}

static SOCKET dial(const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found, *address;
    SOCKET number = INVALID_SOCKET;

    if (getaddrinfo(host, port, &hints, &found) != 0)
        fail("no such host");
    for (address = found; address && number == INVALID_SOCKET; address = address->ai_next) {
        number = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
        if (number != INVALID_SOCKET && connect(number, address->ai_addr, (socklen_t)address->ai_addrlen) != 0) {
            closesocket(number);
            number = INVALID_SOCKET;
        }
    }
    freeaddrinfo(found);
    if (number == INVALID_SOCKET)
        fail("cannot connect");
    return number;
}

static char read_octet(void) {
    if (begin == end) {
        begin = 0;
        end = recv(server, input, sizeof input, 0);
        if (end <= 0)
            fail("connection lost");
    }
    return input[begin++];
}

/* The next line into `line`; its length. */
static size_t read_line(void) {
    size_t length = 0;
    do {
        if (length + 1 >= room && !(line = realloc(line, room += 4096)))
            fail("no memory");
        line[length++] = read_octet();
    } while (line[length - 1] != '\n');
    line[length] = '\0';
    return length;
}

static void expect_ok(void) {
    read_line();
    if (strncmp(line, "+OK", 3) != 0)
        fail(line);
}

static void command(const char *verb, const char *argument) {
    char text[512];
    int length = snprintf(text, sizeof text, "%s%s%s\r\n", verb, *argument ? " " : "", argument);
    if (length >= (int)sizeof text || send(server, text, length, 0) != length)
        fail("cannot send");
    expect_ok();
}

/* A multi-line answer up to its final dot, into a file. */
static void copy_message(FILE *file) {
    for (;;) {
        size_t length = read_line();
        const char *text = line;
        if (strcmp(text, ".\r\n") == 0)
            return;
        if (text[0] == '.') {
            text++;
            length--;
        }
        fwrite(text, 1, length, file);
    }
}

static void fetch(int number, const char *folder) {
    char argument[16], name[4096];
    FILE *file;

    snprintf(argument, sizeof argument, "%d", number);
    command("RETR", argument);
    snprintf(name, sizeof name, "%s/%d.eml", folder, number);
    file = fopen(name, "wb");
    if (!file)
        fail(name);
    copy_message(file);
    if (fclose(file) != 0)
        fail(name);
}

int main(int argc, char **argv) {
    int number, count = 0;

    if (argc < 5 || argc > 6) {
        fprintf(stderr, "usage: pop3 HOST PORT USER PASSWORD [FOLDER]\n");
        return 2;
    }
    sockets_prepare();
    server = dial(argv[1], argv[2]);
    expect_ok();
    command("USER", argv[3]);
    command("PASS", argv[4]);
    command("LIST", "");
    for (read_line(); strcmp(line, ".\r\n") != 0; read_line()) {
        printf("message %s", line);
        count++;
    }
    for (number = 1; argc == 6 && number <= count; number++)
        fetch(number, argv[5]);
    command("QUIT", "");
    printf("%d messages\n", count);
    return 0;
}
