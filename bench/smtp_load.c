/* smtp_load: many SMTP clients in one epoll loop.
 *
 *   smtp_load --port P [--conns 1] [--msgs 1000] [--size 1024] [--pipeline 0|1] [--per-conn 0]
 *             [--to user%d@example.org] [--users 1] [--timeout 60] [--tls 0|1]
 *             [--message FILE]
 *
 * tls 1 begins each connection by STARTTLS; any certificate will do. pipeline 1 writes MAIL, RCPT and DATA at once
 * (RFC 2920); per-conn K opens a new connection after K messages. A %d in --to becomes the connection's number modulo
 * --users. With --message each message is that file (CRLF, no line that begins with a dot); with --size its text comes
 * again until the message is so large. One line of key=value comes out; the time of a message is from the write of
 * MAIL to the reply to its end. */
#include "tool.h"
#include <openssl/ssl.h>

enum step { GREETING, STARTTLS, HANDSHAKE, EHLO, MAIL, RCPT, DATA, BODY, QUIT };

struct client {
    int fd, id, wants_out, done_here;
    SSL *tls;            /* NULL in clear text */
    enum step step;      /* the reply that is awaited */
    char code[4];        /* the first octets of the reply line that is coming in */
    int column;          /* how much of the line has come */
    uint64_t sent;       /* of the body */
    const char *pending; /* of the commands, what could not be written yet */
    size_t pending_n;
    int64_t began;
    char commands[512];
};

static int epoll, port, pipeline, per_connection, users;
static long wanted, begun, accepted, refused, lost, opened, live;
static int last_refusal;
static const char *to;
static struct durations times;
static int64_t ended;
static SSL_CTX *tls_settings; /* NULL: no TLS */

/* The message: `body` as it stands, then its lines again until `body_total` octets. So 1 GiB needs no 1 GiB. */
static char *body;
static size_t body_n, header_n;
static uint64_t body_total;

static void make_body(uint64_t size) {
    enum { LINE = 78, MOST = 4 << 20 };
    size_t room = (size_t)(size < MOST ? size : MOST) + 2 * LINE + 256;
    body = allocate(room);
    header_n = (size_t)sprintf(body, "From: <load@example.net>\r\nTo: <user@example.org>\r\nSubject: load\r\n"
                                     "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n\r\n");
    body_n = header_n;
    while (body_n + 2 < size && body_n < MOST) {
        size_t n = size - body_n < LINE ? (size_t)(size - body_n) : LINE;
        memset(body + body_n, 'a' + (int)(body_n % 26), n);
        memcpy(body + body_n + n - 2, "\r\n", 2);
        body_n += n;
    }
    body_total = body_n;
    while (body_total < size)
        body_total += body_n - header_n;
    memcpy(body + body_n, ".\r\n", 4);
}

/* The message is a file's. */
/* With a size: the text behind its header again and again, until there are so many octets. */
static int read_body(const char *path, uint64_t size) {
    enum { MOST = 16 << 20 };
    FILE *file = fopen(path, "rb");
    body = allocate(MOST + 4);
    body_n = file ? fread(body, 1, MOST, file) : 0;
    if (!file || ferror(file) || body_n == MOST)
        return fprintf(stderr, "smtp_load: %s cannot be read, or is too long\n", path), -1;
    fclose(file);
    body[body_n] = '\0';
    const char *text = strstr(body, "\r\n\r\n");
    header_n = text ? (size_t)(text + 4 - body) : 0;
    body_total = body_n;
    while (body_total < size && body_n > header_n)
        body_total += body_n - header_n;
    memcpy(body + body_n, ".\r\n", 4);
    return 0;
}

/* What to write next of the body and its final dot. */
static size_t body_piece(uint64_t at, const char **piece) {
    size_t lines_n = body_n - header_n;
    if (at < body_n) {
        *piece = body + at;
        return body_n - (size_t)at + (body_total == body_n ? 3 : 0);
    }
    if (at < body_total) {
        size_t within = (size_t)((at - body_n) % lines_n);
        *piece = body + header_n + within;
        return lines_n - within;
    }
    if (at < body_total + 3) {
        *piece = body + body_n + (at - body_total);
        return (size_t)(body_total + 3 - at);
    }
    return 0;
}

static void want_out(struct client *c, int wanted_now) {
    if (c->wants_out == wanted_now)
        return;
    c->wants_out = wanted_now;
    struct epoll_event event = {.events = wanted_now ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

/* As send and recv: -1 with EAGAIN when nothing can be moved now. */
static ssize_t tls_result(struct client *c, int result) {
    if (result > 0)
        return result;
    int error = SSL_get_error(c->tls, result);
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static ssize_t send_some(struct client *c, const char *octets, size_t n) {
    enum { MOST = 1 << 20 };
    if (!c->tls)
        return send(c->fd, octets, n, MSG_NOSIGNAL);
    return tls_result(c, SSL_write(c->tls, octets, n < MOST ? (int)n : MOST));
}

static ssize_t receive_some(struct client *c, char *octets, int n) {
    if (!c->tls)
        return recv(c->fd, octets, (size_t)n, 0);
    return tls_result(c, SSL_read(c->tls, octets, n));
}

/* Writes as much as goes; -1 when the connection is lost. */
static int write_out(struct client *c) {
    for (;;) {
        const char *piece = c->pending;
        size_t n = c->pending_n;
        if (!n && c->step == BODY)
            n = body_piece(c->sent, &piece);
        if (!n) {
            want_out(c, 0);
            return 0;
        }
        ssize_t k = send_some(c, piece, n);
        if (k < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
            want_out(c, 1);
            return 0;
        }
        if (k < 0)
            return -1;
        if (c->pending_n) {
            c->pending += k;
            c->pending_n -= (size_t)k;
        } else {
            c->sent += (uint64_t)k;
        }
    }
}

static int say(struct client *c, enum step awaited, int n) {
    c->step = awaited;
    c->pending = c->commands;
    c->pending_n = (size_t)n;
    return write_out(c);
}

static int write_rcpt(struct client *c, char *at, size_t room) {
    char address[200];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(address, sizeof address, to, c->id % users);
#pragma GCC diagnostic pop
    return snprintf(at, room, "RCPT TO:<%s>\r\n", address);
}

static int begin_message(struct client *c) {
    if (begun >= wanted || (per_connection && c->done_here >= per_connection))
        return say(c, QUIT, snprintf(c->commands, sizeof c->commands, "QUIT\r\n"));
    begun++;
    c->began = now_ns();
    int n = snprintf(c->commands, sizeof c->commands, "MAIL FROM:<load@example.net>\r\n");
    if (pipeline) {
        n += write_rcpt(c, c->commands + n, sizeof c->commands - (size_t)n);
        n += snprintf(c->commands + n, sizeof c->commands - (size_t)n, "DATA\r\n");
    }
    return say(c, MAIL, n);
}

static int end_message(struct client *c) {
    accepted++;
    c->done_here++;
    ended = now_ns();
    durations_add(&times, ended - c->began);
    return begin_message(c);
}

static int say_ehlo(struct client *c) {
    enum step awaited = tls_settings && !c->tls ? STARTTLS : EHLO;
    return say(c, awaited, snprintf(c->commands, sizeof c->commands, "EHLO load.example.net\r\n"));
}

static int shake_hands(struct client *c) {
    if (!c->tls) {
        c->tls = SSL_new(tls_settings);
        SSL_set_fd(c->tls, c->fd);
        SSL_set_connect_state(c->tls);
    }
    int result = SSL_do_handshake(c->tls);
    if (result != 1)
        return tls_result(c, result) < 0 && errno == EAGAIN ? 0 : -1;
    return say_ehlo(c);
}

/* A whole reply has come; -1 ends the connection. */
static int take_reply(struct client *c, int code) {
    if (code != (c->step == GREETING || c->step == HANDSHAKE ? 220
                 : c->step == DATA                           ? 354
                 : c->step == QUIT                           ? 221
                                                             : 250)) {
        refused++;
        last_refusal = code;
        return -1;
    }
    switch (c->step) {
    case GREETING:
        return say_ehlo(c);
    case STARTTLS:
        return say(c, HANDSHAKE, snprintf(c->commands, sizeof c->commands, "STARTTLS\r\n"));
    case HANDSHAKE:
        return shake_hands(c);
    case EHLO:
        return begin_message(c);
    case MAIL:
        c->step = RCPT;
        return pipeline ? 0 : say(c, RCPT, write_rcpt(c, c->commands, sizeof c->commands));
    case RCPT:
        c->step = DATA;
        return pipeline ? 0 : say(c, DATA, snprintf(c->commands, sizeof c->commands, "DATA\r\n"));
    case DATA:
        c->sent = 0;
        c->step = BODY;
        return write_out(c);
    case BODY:
        return end_message(c);
    default:
        return -1;
    }
}

static int take_octets(struct client *c, const char *p, ssize_t n) {
    for (const char *end = p + n; p < end; p++) {
        if (c->column < 4)
            c->code[c->column] = *p;
        c->column++;
        if (*p != '\n')
            continue;
        int last = c->code[3] != '-'; /* RFC 5321 §4.2: a hyphen after the code says that more lines follow */
        c->column = 0;
        if (last && take_reply(c, (c->code[0] - '0') * 100 + (c->code[1] - '0') * 10 + c->code[2] - '0') < 0)
            return -1;
    }
    return 0;
}

static int serve(struct client *c, uint32_t events) {
    char in[8192];
    if (c->tls && !SSL_is_init_finished(c->tls))
        return shake_hands(c);
    if (events & EPOLLOUT && write_out(c) < 0)
        return -1;
    if (!(events & ~(uint32_t)EPOLLOUT))
        return 0;
    do {
        ssize_t n = receive_some(c, in, sizeof in);
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n <= 0 || take_octets(c, in, n) < 0)
            return -1;
    } while (c->tls && SSL_pending(c->tls));
    return 0;
}

static int open_client(struct client *c) {
    int id = c->id;
    memset(c, 0, sizeof *c);
    c->id = id;
    c->fd = connect_to(port);
    if (c->fd < 0) {
        lost++;
        return 0;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
    opened++;
    live++;
    return 1;
}

static void close_client(struct client *c) {
    if (c->step != QUIT)
        lost++;
    SSL_free(c->tls);
    close(c->fd);
    live--;
    if (begun < wanted && lost < 100)
        open_client(c);
}

static void run(int64_t deadline) {
    struct epoll_event events[256];
    while (live && now_ns() < deadline) {
        int n = epoll_wait(epoll, events, 256, 100);
        for (int i = 0; i < n; i++)
            if (serve(events[i].data.ptr, events[i].events) < 0)
                close_client(events[i].data.ptr);
    }
}

int main(int argc, char **argv) {
    tool_init(argc, argv);
    port = (int)option_number("port", 0);
    int conns = (int)option_number("conns", 1);
    wanted = option_number("msgs", 1000);
    pipeline = (int)option_number("pipeline", 0);
    per_connection = (int)option_number("per-conn", 0);
    users = (int)option_number("users", 1);
    to = option("to", "user%d@example.org");
    if (option_number("tls", 0)) {
        signal(SIGPIPE, SIG_IGN);
        tls_settings = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_mode(tls_settings, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    const char *message = option("message", "");
    if (*message && read_body(message, (uint64_t)option_number("size", 0)) < 0)
        return 2;
    if (!*message)
        make_body((uint64_t)option_number("size", 1024));
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct client *clients = allocate((size_t)conns * sizeof *clients);
    int64_t began = now_ns();
    ended = began;
    for (int i = 0; i < conns; i++) {
        clients[i].id = i;
        open_client(&clients[i]);
    }
    run(began + option_number("timeout", 60) * 1000000000LL);
    double seconds = (double)(ended - began) / 1e9;
    printf("msgs=%ld refused=%ld last_refusal=%d lost=%ld opened=%ld seconds=%.4f rate=%.1f p50=%u p95=%u p99=%u "
           "client_cpu=%lld\n",
           accepted, refused, last_refusal, lost, opened, seconds, seconds > 0 ? (double)accepted / seconds : 0,
           durations_percentile(&times, 50), durations_percentile(&times, 95), durations_percentile(&times, 99),
           (long long)own_cpu_us());
    return accepted == wanted ? 0 : 1;
}
