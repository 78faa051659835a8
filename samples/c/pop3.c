/*
 * Reads a mailbox by POP3 with plain sockets: pop3 HOST PORT USER PASSWORD [FOLDER]. Lists the messages; with a
 * folder, writes each to FOLDER/<number>.eml as it came, dots unstuffed. Not a use of the library, but something to
 * try it with.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static FILE *input;
static FILE *output;
static char *line;
static size_t room;

static int fail(const char *what) {
    fprintf(stderr, "pop3: %s\n", what);
    exit(1);
}

static int dial(const char *host, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found, *address;
    int number = -1;

    if (getaddrinfo(host, port, &hints, &found) != 0)
        fail("no such host");
    for (address = found; address && number < 0; address = address->ai_next) {
        number = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
        if (number >= 0 && connect(number, address->ai_addr, address->ai_addrlen) != 0) {
            close(number);
            number = -1;
        }
    }
    freeaddrinfo(found);
    return number < 0 ? fail("cannot connect") : number;
}

/* The next line into `line`; its length. */
static ssize_t read_line(void) {
    ssize_t length = getline(&line, &room, input);
    return length < 0 ? fail("connection lost") : length;
}

static void expect_ok(void) {
    read_line();
    if (strncmp(line, "+OK", 3) != 0)
        fail(line);
}

static void command(const char *verb, const char *argument) {
    fprintf(output, "%s%s%s\r\n", verb, *argument ? " " : "", argument);
    fflush(output);
    expect_ok();
}

/* A multi-line answer up to its final dot, into a file. */
static void copy_message(FILE *file) {
    for (;;) {
        ssize_t length = read_line();
        const char *text = line;
        if (strcmp(text, ".\r\n") == 0)
            return;
        if (text[0] == '.') {
            text++;
            length--;
        }
        fwrite(text, 1, (size_t)length, file);
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
    number = dial(argv[1], argv[2]);
    input = fdopen(number, "rb");
    output = fdopen(dup(number), "wb");
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
