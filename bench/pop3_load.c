/* pop3_load: many POP3 clients in one epoll loop.
 *
 *   pop3_load --port P [--conns 1] [--sessions 1] [--retr all|N] [--list 0|1] [--window 1] [--user user%d] [--users 1]
 *             [--password secret] [--timeout 60] [--tls 0|1]
 *
 * A session is USER, PASS, STAT, with list 1 LIST, then RETR of the first N messages (0: none) with `window` of them
 * asked for at once (RFC 2449 §6.6), then QUIT. A %d in --user becomes the connection's number modulo --users.
 * tls 1 begins each session by STLS (RFC 2595 §4); any certificate will do. */
#include "tool.h"
#include <openssl/err.h>
#include <openssl/ssl.h>

enum step { GREETING, STLS, USER, PASS, STAT, LIST, RETR, QUIT };

enum { LONGEST_WINDOW = 64 };

struct client {
    int fd, id;
    SSL *tls; /* NULL in clear text */
    enum step step;
    int in_text; /* within the lines of a RETR's answer */
    int to_get, asked, got;
    char line[128]; /* a reply line, cut to what fits */
    size_t line_n;
    char tail[4]; /* the last octets of the text so far, for an end that comes in two pieces */
    size_t tail_n;
    int64_t began, asked_at[LONGEST_WINDOW];
};

static int epoll, port, window, users, lists;
static SSL_CTX *tls_settings; /* NULL: no TLS */
static long wanted, begun, done, failed, live, messages, most;
static uint64_t octets;
static const char *user, *password;
static struct durations sessions, retrievals;
static int64_t ended;

static int say(struct client *c, enum step awaited, const char *text, size_t n) {
    c->step = awaited;
    if (c->tls)
        return SSL_write(c->tls, text, (int)n) == (int)n ? 0 : -1;
    return send(c->fd, text, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : -1;
}

/* As recv: EAGAIN where nothing has come. */
static ssize_t hear(struct client *c, void *octets, size_t n) {
    if (!c->tls)
        return recv(c->fd, octets, n, 0);
    int result = SSL_read(c->tls, octets, (int)n);
    if (result > 0)
        return result;
    int error = SSL_get_error(c->tls, result);
    errno = error == SSL_ERROR_WANT_READ ? EAGAIN : EPROTO;
    return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static int say_with(struct client *c, enum step awaited, const char *verb, const char *argument) {
    char text[256];
    return say(c, awaited, text, (size_t)snprintf(text, sizeof text, "%s %s\r\n", verb, argument));
}

static int say_user(struct client *c) {
    char name[100];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(name, sizeof name, user, c->id % users);
#pragma GCC diagnostic pop
    return say_with(c, USER, "USER", name);
}

/* Goes on with the handshake, and says USER behind it: where the server is quick, all of it is one call. What the
 * client writes is short, so that the socket takes it at once. */
static int shake_hands(struct client *c) {
    if (!c->tls) {
        c->tls = SSL_new(tls_settings);
        SSL_set_fd(c->tls, c->fd);
        SSL_set_connect_state(c->tls);
    }
    ERR_clear_error();
    int result = SSL_do_handshake(c->tls);
    if (result == 1)
        return say_user(c);
    return SSL_get_error(c->tls, result) == SSL_ERROR_WANT_READ ? 0 : -1;
}

/* Keeps `window` retrievals under way. */
static int ask_more(struct client *c) {
    char text[LONGEST_WINDOW * 20];
    size_t n = 0;
    if (c->got == c->to_get)
        return say(c, QUIT, "QUIT\r\n", 6);
    while (c->asked < c->to_get && c->asked - c->got < window) {
        c->asked_at[c->asked % LONGEST_WINDOW] = now_ns();
        n += (size_t)snprintf(text + n, sizeof text - n, "RETR %d\r\n", ++c->asked);
    }
    return n ? say(c, RETR, text, n) : 0;
}

static int end_text(struct client *c) {
    if (c->step == LIST) {
        c->in_text = 0;
        return ask_more(c);
    }
    durations_add(&retrievals, now_ns() - c->asked_at[c->got % LONGEST_WINDOW]);
    c->in_text = 0;
    c->got++;
    messages++;
    return ask_more(c);
}

static int take_line(struct client *c) {
    if (c->line[0] != '+')
        return -1;
    switch (c->step) {
    case GREETING:
        return tls_settings ? say(c, STLS, "STLS\r\n", 6) : say_user(c);
    case STLS:
        return shake_hands(c);
    case USER:
        return say_with(c, PASS, "PASS", password);
    case PASS:
        return say(c, STAT, "STAT\r\n", 6);
    case STAT:
        c->to_get = atoi(c->line + 4);
        if (c->to_get > most)
            c->to_get = (int)most;
        return lists ? say(c, LIST, "LIST\r\n", 6) : ask_more(c);
    case LIST:
    case RETR:
        c->in_text = 1;
        memcpy(c->tail, "\r\n", 2); /* an empty text is a dot alone */
        c->tail_n = 2;
        return 0;
    case QUIT:
        done++;
        ended = now_ns();
        durations_add(&sessions, ended - c->began);
        return -1;
    }
    return -1;
}

/* How much of p belongs to the text, its end included; *over tells whether the end is in it. */
static size_t text_length(struct client *c, const char *p, size_t n, int *over) {
    static const char end[] = "\r\n.\r\n";
    char seam[8];
    size_t head = n < 4 ? n : 4;
    memcpy(seam, c->tail, c->tail_n);
    memcpy(seam + c->tail_n, p, head);
    const char *found = memmem(seam, c->tail_n + head, end, 5);
    *over = 1;
    if (found)
        return (size_t)(found - seam) + 5 - c->tail_n;
    found = memmem(p, n, end, 5);
    if (found)
        return (size_t)(found - p) + 5;
    *over = 0;
    if (n >= 4) {
        memcpy(c->tail, p + n - 4, c->tail_n = 4);
    } else {
        size_t all = c->tail_n + n, keep = all < 4 ? all : 4;
        memmove(c->tail, seam + all - keep, keep);
        c->tail_n = keep;
    }
    return n;
}

static int take_octets(struct client *c, const char *p, size_t n) {
    while (n) {
        size_t used;
        int whole = 0;
        if (c->in_text) {
            used = text_length(c, p, n, &whole);
            octets += used;
            if (whole && end_text(c) < 0)
                return -1;
        } else {
            const char *end = memchr(p, '\n', n);
            used = end ? (size_t)(end - p) + 1 : n;
            size_t room = sizeof c->line - 1 - c->line_n, keep = used < room ? used : room;
            memcpy(c->line + c->line_n, p, keep);
            c->line_n += keep;
            if (end) {
                c->line[c->line_n] = 0;
                c->line_n = 0;
                if (take_line(c) < 0)
                    return -1;
            }
        }
        p += used;
        n -= used;
    }
    return 0;
}

static int serve(struct client *c) {
    static char in[256 * 1024];
    if (c->tls && !SSL_is_init_finished(c->tls)) {
        int shaken = shake_hands(c);
        if (shaken < 0 || !SSL_is_init_finished(c->tls))
            return shaken;
    }
    do {
        ssize_t n = hear(c, in, sizeof in);
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n <= 0 || take_octets(c, in, (size_t)n) < 0)
            return -1;
    } while (c->tls && SSL_is_init_finished(c->tls));
    return 0;
}

static void open_client(struct client *c, int id) {
    memset(c, 0, sizeof *c);
    c->id = id;
    c->began = now_ns();
    c->fd = connect_to(port);
    if (c->fd < 0) {
        failed++;
        return;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
    begun++;
    live++;
}

static void close_client(struct client *c, long done_before) {
    if (done == done_before)
        failed++;
    SSL_free(c->tls);
    close(c->fd);
    live--;
    if (begun < wanted && failed < 100)
        open_client(c, c->id);
}

static void run(int64_t deadline) {
    struct epoll_event events[256];
    while (live && now_ns() < deadline) {
        int n = epoll_wait(epoll, events, 256, 100);
        for (int i = 0; i < n; i++) {
            long before = done;
            if (serve(events[i].data.ptr) < 0)
                close_client(events[i].data.ptr, before);
        }
    }
}

int main(int argc, char **argv) {
    tool_init(argc, argv);
    port = (int)option_number("port", 0);
    int conns = (int)option_number("conns", 1);
    wanted = option_number("sessions", 1);
    most = strcmp(option("retr", "all"), "all") == 0 ? INT32_MAX : option_number("retr", 0);
    window = (int)option_number("window", 1);
    if (window < 1 || window > LONGEST_WINDOW)
        fail("--window is 1 to 64");
    user = option("user", "user%d");
    users = (int)option_number("users", 1);
    password = option("password", "secret");
    lists = (int)option_number("list", 0);
    if (option_number("tls", 0)) {
        signal(SIGPIPE, SIG_IGN);
        tls_settings = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_verify(tls_settings, SSL_VERIFY_NONE, NULL);
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct client *clients = allocate((size_t)conns * sizeof *clients);
    int64_t began = now_ns();
    ended = began;
    for (int i = 0; i < conns && begun < wanted; i++)
        open_client(&clients[i], i);
    run(began + option_number("timeout", 60) * 1000000000LL);
    double seconds = (double)(ended - began) / 1e9;
    printf("sessions=%ld failed=%ld msgs=%ld octets=%llu seconds=%.4f session_rate=%.1f rate=%.1f p50=%u p95=%u p99=%u "
           "session_p50=%u client_cpu=%lld\n",
           done, failed, messages, (unsigned long long)octets, seconds, seconds > 0 ? (double)done / seconds : 0,
           seconds > 0 ? (double)messages / seconds : 0, durations_percentile(&retrievals, 50),
           durations_percentile(&retrievals, 95), durations_percentile(&retrievals, 99),
           durations_percentile(&sessions, 50), (long long)own_cpu_us());
    return done == wanted ? 0 : 1;
}
