/* What the load tools share: options, clock, percentiles, connecting. */
#ifndef TOOL_H
#define TOOL_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int tool_argc;
static char **tool_argv;

static inline void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", tool_argv[0], what);
    exit(2);
}

/* Takes the options; lets the process have all the descriptors it may. */
static inline void tool_init(int argc, char **argv) {
    struct rlimit limit;
    tool_argc = argc;
    tool_argv = argv;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The text after "--name", or the default. */
static inline const char *option(const char *name, const char *otherwise) {
    for (int i = 1; i + 1 < tool_argc; i++)
        if (strncmp(tool_argv[i], "--", 2) == 0 && strcmp(tool_argv[i] + 2, name) == 0)
            return tool_argv[i + 1];
    return otherwise;
}

static inline long option_number(const char *name, long otherwise) {
    const char *text = option(name, NULL);
    return text ? atol(text) : otherwise;
}

static inline int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline void *allocate(size_t n) {
    void *p = calloc(1, n);
    if (!p)
        fail("out of memory");
    return p;
}

/* Durations, kept to be sorted at the end. */
struct durations {
    uint32_t *us;
    size_t n, room;
};

static inline void durations_add(struct durations *d, int64_t ns) {
    if (d->n == d->room) {
        d->room = d->room ? d->room * 2 : 4096;
        d->us = realloc(d->us, d->room * sizeof *d->us);
        if (!d->us)
            fail("out of memory");
    }
    d->us[d->n++] = (uint32_t)(ns / 1000);
}

static inline int durations_order(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sorts as it must; percent is 0 to 100. */
static inline uint32_t durations_percentile(struct durations *d, double percent) {
    if (!d->n)
        return 0;
    qsort(d->us, d->n, sizeof *d->us, durations_order);
    size_t i = (size_t)(percent / 100 * (double)d->n);
    return d->us[i < d->n ? i : d->n - 1];
}

/* A connection under way to 127.0.0.1. Client addresses are spread over 127.0.0.1 to 127.0.0.16, so that short
 * connections do not run out of ports. TCP_NODELAY: what is measured is the server, not Nagle's algorithm. */
static inline int connect_to(int port) {
    static unsigned turn;
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + turn++ % 16);
    bind(fd, (struct sockaddr *)&from, sizeof from);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A message of about so many octets, with CRLF line ends; ends with NUL. */
static inline char *make_message(size_t size, size_t *length) {
    static const char head[] = "From: <a@example.org>\r\nTo: <b@example.net>\r\nSubject: load\r\n"
                               "Message-ID: <load@example.org>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n";
    char *text = (char *)allocate(size + sizeof head + 80);
    size_t n = sizeof head - 1;
    memcpy(text, head, n);
    while (n + 2 < size) {
        size_t line = size - n - 2 < 76 ? size - n - 2 : 76;
        memset(text + n, 'x', line);
        memcpy(text + n + line, "\r\n", 2);
        n += line + 2;
    }
    *length = n;
    return text;
}

static inline int64_t own_cpu_us(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000LL + r.ru_utime.tv_usec + r.ru_stime.tv_usec;
}

/* What a client that has sent messages says of it. */
static inline void say_sent(long messages, int64_t began_ns, int64_t cpu_us) {
    double seconds = (double)(now_ns() - began_ns) / 1e9;
    printf("msgs=%ld seconds=%.4f rate=%.1f cpu=%.3f p50=0 p99=0\n", messages, seconds, (double)messages / seconds,
           (double)(own_cpu_us() - cpu_us) / (double)(messages ? messages : 1));
}

#endif
