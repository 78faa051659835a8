/* sink: takes SMTP mail on every loopback address and throws it away, in one epoll loop.
 *
 *   sink --port P --count N
 *
 * Says "listening", and after N messages "ended_ns=T conns=C" with the time of the last one (CLOCK_MONOTONIC), then
 * goes on until its clients have gone or it is killed. */
#include "tool.h"

enum { ROOM = 1 << 18, LINE = 2048, TEXT_END = 5 };

struct peer {
    int fd, in_text, end_at, closing; /* end_at: how much of CRLF . CRLF has come */
    size_t line_n;
    char line[LINE];
};

static long wanted, taken, conns;
static char out[ROOM];
static size_t out_n;

static void say(const char *text) {
    size_t n = strlen(text);
    if (out_n + n > sizeof out)
        fail("the client sends ahead without end");
    memcpy(out + out_n, text, n);
    out_n += n;
}

static void take_message(struct peer *peer) {
    peer->in_text = 0;
    say("250 2.0.0 taken\r\n");
    if (++taken == wanted) {
        printf("ended_ns=%lld conns=%ld\n", (long long)now_ns(), conns);
        fflush(stdout);
    }
}

static void obey(struct peer *peer) {
    const char *verb = peer->line;
    if (strncasecmp(verb, "EHLO", 4) == 0)
        say("250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 0\r\n250 ENHANCEDSTATUSCODES\r\n");
    else if (strncasecmp(verb, "DATA", 4) == 0) {
        say("354 go on\r\n");
        peer->in_text = 1;
        peer->end_at = 2; /* a dot may be the first octet of the text */
    } else if (strncasecmp(verb, "QUIT", 4) == 0) {
        say("221 2.0.0 bye\r\n");
        peer->closing = 1;
    } else
        say("250 2.0.0 ok\r\n");
}

/* How much of the text there is, its end included. */
static size_t pass_text(struct peer *peer, const char *in, size_t n) {
    static const char end[] = "\r\n.\r\n";
    for (size_t i = 0; i < n; i++) {
        if (peer->end_at == 0) {
            const char *cr = memchr(in + i, '\r', n - i);
            if (!cr)
                return n;
            i = (size_t)(cr - in);
        }
        if (in[i] == end[peer->end_at])
            peer->end_at++;
        else
            peer->end_at = in[i] == '\r';
        if (peer->end_at == TEXT_END) {
            take_message(peer);
            return i + 1;
        }
    }
    return n;
}

static size_t pass_line(struct peer *peer, const char *in, size_t n) {
    const char *lf = memchr(in, '\n', n);
    size_t used = lf ? (size_t)(lf - in) + 1 : n;
    if (peer->line_n + used >= LINE)
        fail("a command line is too long");
    memcpy(peer->line + peer->line_n, in, used);
    peer->line_n += used;
    if (lf) {
        peer->line[peer->line_n] = '\0';
        peer->line_n = 0;
        obey(peer);
    }
    return used;
}

static int serve(struct peer *peer) {
    static char in[ROOM];
    ssize_t n = recv(peer->fd, in, sizeof in, 0);
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    out_n = 0;
    for (size_t at = 0; at < (size_t)n && !peer->closing;)
        at += peer->in_text ? pass_text(peer, in + at, (size_t)n - at) : pass_line(peer, in + at, (size_t)n - at);
    if (out_n && send(peer->fd, out, out_n, MSG_NOSIGNAL) != (ssize_t)out_n)
        return 0;
    return !peer->closing;
}

static void admit(int epoll, int listener) {
    static const char hello[] = "220 sink ESMTP\r\n";
    int one = 1, fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct peer *peer = allocate(sizeof *peer);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        peer->fd = fd;
        conns++;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        if (send(fd, hello, sizeof hello - 1, MSG_NOSIGNAL) < 0)
            fail("greeting");
    }
}

int main(int argc, char **argv) {
    int one = 1;
    tool_init(argc, argv);
    wanted = option_number("count", 0);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)option_number("port", 0))};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&to, sizeof to) != 0 || listen(listener, 1024) != 0)
        fail("cannot listen");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    printf("listening\n");
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            struct peer *peer = events[i].data.ptr;
            if (!peer)
                admit(epoll, listener);
            else if (!serve(peer)) {
                close(peer->fd);
                free(peer);
            }
        }
    }
}
