/* client_cancel: how long mm_smtp_cancel takes to end a call, at each wait of a client. Servers of this program's own
 * never answer. Prints the longest of several times, in milliseconds: "resolve=MS connect=MS greeting=MS ...". */
#include "tool.h"
#include <mailmodule.h>
#include <pthread.h>

enum { ROUNDS = 7, BEFORE_MS = 50, LARGE = 8 << 20 };

static int silent_port, full_port, server_port;
static mm_smtp *smtp;

/* ---- servers ---- */

static int listen_on(int kind, int backlog, int *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || (kind == SOCK_STREAM && listen(fd, backlog) != 0))
        fail("cannot listen");
    getsockname(fd, (struct sockaddr *)&at, &size);
    *port = ntohs(at.sin_port);
    return fd;
}

/* Answers up to NOOP, which it leaves alone, or up to DATA, behind which it reads nothing. The connection stays. */
static void *serve(void *connection) {
    int fd = (int)(intptr_t)connection;
    char said[512];
    const char *answer = "220 here\r\n";
    while (answer && send(fd, answer, strlen(answer), MSG_NOSIGNAL) > 0) {
        ssize_t n = recv(fd, said, sizeof said - 1, 0);
        if (n <= 0)
            break;
        said[n] = '\0';
        int is_data = strncmp(said, "DATA", 4) == 0;
        answer = strncmp(said, "NOOP", 4) == 0 ? NULL : is_data ? "354 go\r\n" : "250 here\r\n";
        if (is_data && send(fd, answer, strlen(answer), MSG_NOSIGNAL) > 0)
            answer = NULL;
    }
    return NULL;
}

static void *accept_all(void *listener) {
    pthread_t thread;
    intptr_t fd;
    while ((fd = accept((int)(intptr_t)listener, NULL, NULL)) >= 0) {
        pthread_create(&thread, NULL, serve, (void *)fd);
        pthread_detach(thread);
    }
    return NULL;
}

static void start_servers(void) {
    pthread_t thread;
    char dns[32];
    int dns_port;
    listen_on(SOCK_DGRAM, 0, &dns_port);
    listen_on(SOCK_STREAM, 1000, &silent_port); /* connections come to be, and nobody takes them */
    listen_on(SOCK_STREAM, 0, &full_port);
    for (int i = 0; i < 4; i++)
        connect_to(full_port); /* from now on no connection comes to be there */
    intptr_t listener = listen_on(SOCK_STREAM, 100, &server_port);
    pthread_create(&thread, NULL, accept_all, (void *)listener);
    snprintf(dns, sizeof dns, "127.0.0.1:%d", dns_port);
    SetConfigParamString("smtp_dns", dns);
}

/* ---- waits ---- */

static int connect_to_server(void) {
    return mm_smtp_connect(smtp, "127.0.0.1", server_port, 0, NULL);
}

static int resolve(void) {
    return mm_smtp_connect(smtp, "no.answer.example", server_port, 0, NULL);
}

static int connecting(void) {
    return mm_smtp_connect(smtp, "127.0.0.1", full_port, 0, NULL);
}

static int greeting(void) {
    return mm_smtp_connect(smtp, "127.0.0.1", silent_port, 0, NULL);
}

static int tls(void) {
    return mm_smtp_connect(smtp, "127.0.0.1", silent_port, MM_SMTP_TLS, NULL);
}

static int reading(void) {
    return mm_smtp_noop(smtp, NULL);
}

static int writing(void) {
    static char content[LARGE];
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = i % 64 == 63 ? '\n' : 'x';
    return mm_smtp_write(smtp, content, sizeof content, MM_SMTP_CONVERT_EOL, NULL);
}

static int open_for_reading(void) {
    return connect_to_server();
}

static int open_for_writing(void) {
    int code = 0;
    int result = connect_to_server();
    if (result == MM_OK)
        result = mm_smtp_data(smtp, &code);
    return result == MM_OK && code != 354 ? MM_E_STATE : result;
}

static const struct wait {
    const char *name;
    int (*open)(void);
    int (*call)(void);
} waits[] = {
    {"resolve", NULL, resolve}, {"connect", NULL, connecting},       {"greeting", NULL, greeting},
    {"tls", NULL, tls},         {"read", open_for_reading, reading}, {"write", open_for_writing, writing},
};

/* ---- measuring ---- */

static int64_t ended_ns;
static int result;

static void *in_thread(void *call) {
    result = ((const struct wait *)call)->call();
    ended_ns = now_ns();
    return NULL;
}

static double cancel_ms(const struct wait *wait) {
    pthread_t thread;
    if (wait->open && wait->open() != MM_OK)
        fail(mm_last_error_message());
    pthread_create(&thread, NULL, in_thread, (void *)(intptr_t)wait);
    usleep(BEFORE_MS * 1000); /* until it waits */
    int64_t began = now_ns();
    mm_smtp_cancel(smtp);
    pthread_join(thread, NULL);
    if (result != MM_E_CANCELLED)
        fail(wait->name);
    mm_smtp_close(smtp);
    return (double)(ended_ns - began) / 1e6;
}

int main(int argc, char **argv) {
    tool_init(argc, argv);
    start_servers();
    if (mm_smtp_new(mm_engine_default(), NULL, &smtp) != MM_OK)
        fail(mm_last_error_message());
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        double longest = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double ms = cancel_ms(&waits[i]);
            longest = ms > longest ? ms : longest;
        }
        printf("%s=%.2f%c", waits[i].name, longest, i + 1 < sizeof waits / sizeof waits[0] ? ' ' : '\n');
    }
    mm_smtp_free(smtp);
    return mm_engine_stop(mm_engine_default(), 10000) != MM_OK;
}
