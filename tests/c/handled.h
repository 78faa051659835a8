/* An engine's server with a table of handlers that answer what a test has set, and keep what they hear. */
#ifndef HANDLED_H
#define HANDLED_H

#include "server.h"
#include <pthread.h>

enum step {
    AT_CONNECT,
    AT_HELO,
    AT_EHLO,
    AT_AUTH,
    AT_SECRET,
    AT_MAIL,
    AT_DOMAIN,
    AT_LOOKUP,
    AT_RCPT,
    AT_DATA,
    AT_CHUNK,
    AT_MESSAGE,
    AT_VRFY,
    AT_EXPN,
    AT_HELP,
    AT_NOOP,
    AT_RSET,
    AT_TURN,
    AT_UNKNOWN,
    AT_OPEN, /* and what else POP3 alone has */
    AT_RETR,
    AT_READ,
    AT_REMOVE,
    AT_UPDATE,
    STEPS
};

/* What the handler of a step answers, and what it does before that. */
struct answer {
    int verdict, code;
    const char *status, *text, *line;
    void (*first)(mm_session *session);
};

static struct answer answers[STEPS];

/* What the handlers have heard, one word after the other; the test waits for it where no reply tells. */
static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    char text[8192];
    int sessions; /* that have begun and have not ended */
} heard = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "", 0};

static inline void hear(const char *format, ...) {
    size_t length;
    va_list arguments;
    pthread_mutex_lock(&heard.gate);
    length = strlen(heard.text);
    va_start(arguments, format);
    vsnprintf(heard.text + length, sizeof heard.text - length, format, arguments);
    va_end(arguments);
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

/* Until the handlers have heard a text. */
static inline void wait_to_hear(const char *text) {
    pthread_mutex_lock(&heard.gate);
    while (!strstr(heard.text, text))
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

static inline void count_sessions(int more) {
    pthread_mutex_lock(&heard.gate);
    heard.sessions += more;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

/* When all sessions have ended: the handlers continue again, and have heard nothing. */
static inline void begin_anew(void) {
    memset(answers, 0, sizeof answers);
    pthread_mutex_lock(&heard.gate);
    while (heard.sessions > 0)
        pthread_cond_wait(&heard.moved, &heard.gate);
    heard.text[0] = '\0';
    pthread_mutex_unlock(&heard.gate);
}

static inline int answer_at(mm_session *session, enum step step) {
    struct answer answer = answers[step]; /* the test may change it once it hears what is done first */
    if (answer.first)
        answer.first(session);
    if (answer.code || answer.status || answer.text)
        CHECK_OK(mm_session_set_reply(session, answer.code, answer.status, answer.text));
    if (answer.line)
        CHECK_OK(mm_session_add_reply_line(session, answer.line));
    return answer.verdict;
}

#define HEARS_NOTHING_MORE(name, step)                                                                                 \
    static inline int on_##name(mm_session *session, void *user) {                                                     \
        (void)user;                                                                                                    \
        hear(#name ";");                                                                                               \
        return answer_at(session, step);                                                                               \
    }

#define HEARS_TEXT(name, step)                                                                                         \
    static inline int on_##name(mm_session *session, const char *text, void *user) {                                   \
        (void)user;                                                                                                    \
        hear(#name "(%s);", text);                                                                                     \
        return answer_at(session, step);                                                                               \
    }

HEARS_NOTHING_MORE(data, AT_DATA)
HEARS_NOTHING_MORE(rset, AT_RSET)
HEARS_NOTHING_MORE(turn, AT_TURN)
HEARS_TEXT(helo, AT_HELO)
HEARS_TEXT(ehlo, AT_EHLO)
HEARS_TEXT(secret, AT_SECRET)
HEARS_TEXT(lookup, AT_LOOKUP)
HEARS_TEXT(vrfy, AT_VRFY)
HEARS_TEXT(expn, AT_EXPN)
HEARS_TEXT(help, AT_HELP)
HEARS_TEXT(noop, AT_NOOP)

static inline int on_connect(mm_session *session, void *user) {
    (void)user;
    count_sessions(1);
    hear("connect;");
    return answer_at(session, AT_CONNECT);
}

static inline int on_auth(mm_session *session, const mm_session_login *login, void *user) {
    (void)user;
    CHECK_INT(sizeof *login, login->size);
    CHECK_INT(strlen(login->password), login->password_length);
    hear("auth(%s,%s,%s,%s,%s,%s);", login->mechanism, login->user, login->identity, login->password, login->token,
         login->certificate);
    return answer_at(session, AT_AUTH);
}

static inline int on_mail(mm_session *session, const mm_session_mail *mail, void *user) {
    (void)user;
    CHECK_INT(sizeof *mail, mail->size);
    hear("mail(%s,%s,%s,%s,%s,%s,%lld,%d,%d);", mail->verb, mail->address, mail->local_part, mail->domain,
         mail->parameters, mail->envelope_id, (long long)mail->declared_size, mail->eight_bit, mail->utf8);
    return answer_at(session, AT_MAIL);
}

static inline int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)user;
    CHECK_INT(sizeof *rcpt, rcpt->size);
    hear("rcpt(%s,%s,%s,%s,%s,%s,%d);", rcpt->address, rcpt->local_part, rcpt->domain, rcpt->route, rcpt->parameters,
         rcpt->original, rcpt->notify);
    return answer_at(session, AT_RCPT);
}

static inline int on_domain(mm_session *session, const char *domain, const char *const *route, size_t count,
                            void *user) {
    (void)user;
    hear("domain(%s", domain);
    for (size_t i = 0; i < count; i++)
        hear(",%s", route[i]);
    hear(");");
    return answer_at(session, AT_DOMAIN);
}

static inline int on_chunk(mm_session *session, const void *octets, size_t size, int flags, void *user) {
    (void)user;
    CHECK(octets || size == 0);
    hear("chunk(%d,%d);", (int)size, flags);
    return answer_at(session, AT_CHUNK);
}

static inline int on_message(mm_session *session, int64_t size, void *user) {
    (void)user;
    hear("message(%d);", (int)size);
    return answer_at(session, AT_MESSAGE);
}

static inline int on_unknown(mm_session *session, const char *verb, const char *argument, void *user) {
    (void)user;
    hear("unknown(%s,%s);", verb, argument);
    return answer_at(session, AT_UNKNOWN);
}

static inline void on_timeout(mm_session *session, void *user) {
    (void)session, (void)user;
    hear("timeout;");
}

static inline void on_error(mm_session *session, int error, const char *text, void *user) {
    (void)session, (void)user;
    CHECK(strlen(text) > 0);
    hear("error(%d);", error);
}

static inline void on_close(mm_session *session, void *user) {
    (void)session, (void)user;
    hear("close;");
    count_sessions(-1);
}

static inline mm_smtp_server_handlers all_handlers(void) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    handlers.connect = on_connect;
    handlers.helo = on_helo;
    handlers.ehlo = on_ehlo;
    handlers.auth = on_auth;
    handlers.secret = on_secret;
    handlers.mail = on_mail;
    handlers.domain = on_domain;
    handlers.lookup = on_lookup;
    handlers.rcpt = on_rcpt;
    handlers.data = on_data;
    handlers.chunk = on_chunk;
    handlers.message = on_message;
    handlers.vrfy = on_vrfy;
    handlers.expn = on_expn;
    handlers.help = on_help;
    handlers.noop = on_noop;
    handlers.rset = on_rset;
    handlers.turn = on_turn;
    handlers.unknown = on_unknown;
    handlers.timeout = on_timeout;
    handlers.error = on_error;
    handlers.close = on_close;
    return handlers;
}

/* ---- the server ---- */

static mm_engine *engine;
static mm_smtp_server *server;

/* Domain example.org, users ann (secret) and bob (hidden); a POP3 server beside, so that server.h's functions work. */
static inline void engine_start(void) {
    static int count;
    char root[128];
    mm_pop3_server_options options = MM_POP3_SERVER_OPTIONS_INIT;
    mm_pop3_server *pop3;
    sprintf(root, "%s/mail%d", check_folder[0] ? check_folder : check_make_folder(), count++);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "example.org"));
    CHECK_OK(mm_engine_set(engine, "user", "ann;secret;;PS"));
    CHECK_OK(mm_engine_set(engine, "user", "bob;hidden;;PS"));
    /* no name server is at hand that could say anything of strangers */
    CHECK_OK(mm_engine_set(engine, "spf", "0"));
    CHECK_OK(mm_engine_set(engine, "dkim_verify", "0"));
    CHECK_OK(mm_engine_set(engine, "arc", "0"));
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    CHECK_OK(mm_pop3_server_start(engine, &options, NULL, NULL, &pop3));
    CHECK_OK(mm_pop3_server_get_port(pop3, &pop_port));
    if (check_failures)
        exit(check_result());
}

static inline void handled_start(const mm_smtp_server_handlers *handlers, void *user, int protocol) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    options.protocol = protocol;
    CHECK_OK(mm_smtp_server_start(engine, &options, handlers, user, &server));
    CHECK_OK(mm_smtp_server_get_port(server, &smtp_port));
    if (check_failures)
        exit(check_result());
}

static inline void handled_stop(void) {
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    CHECK_OK(mm_engine_free(engine));
}

/* ---- its client ---- */

/* A command, or nothing, and the whole reply: lines with a line feed between, "" at the end of the connection. */
static inline const char *said(struct wire *wire, const char *command) {
    static char text[8192];
    const char *line;
    size_t length = 0;
    text[0] = '\0';
    if (command) {
        wire_write(wire, command);
        wire_write(wire, "\r\n");
    }
    while ((line = wire_read(wire)) && length + strlen(line) + 2 < sizeof text) {
        length += (size_t)sprintf(text + length, "%s%s", length ? "\n" : "", line);
        if (strlen(line) < 4 || line[3] != '-')
            break;
    }
    return text;
}

/* Greeted; then commands, a line each, of which none is looked at. */
static inline void begin_session(struct wire *wire, const char *commands) {
    char command[512];
    CHECK_INT(0, wire_open(wire, smtp_port));
    CHECK_INT(220, wire_reply(wire));
    while (commands && *commands) {
        size_t length = strcspn(commands, "\n");
        sprintf(command, "%.*s", (int)length, commands);
        wire_smtp(wire, command);
        commands += length + (commands[length] != '\0');
    }
}

/* Both ends of a connection: the client's, and what the host has accepted, which is given back. */
static inline socket_number accepted(struct wire *client) {
    int port;
    socket_number listener = check_bind(SOCK_STREAM, &port), end;
    struct sockaddr_in address = check_loopback(port);
    memset(client, 0, sizeof *client);
    client->number = socket(AF_INET, SOCK_STREAM, 0);
    socket_set_timeout(client->number, 60);
    CHECK_INT(0, listen(listener, 1));
    CHECK_INT(0, connect(client->number, (struct sockaddr *)&address, sizeof address));
    end = accept(listener, NULL, NULL);
    socket_close(listener);
    return end;
}

static inline void end_session(struct wire *wire) {
    CHECK_INT(221, wire_smtp(wire, "QUIT"));
    CHECK(!wire_read(wire));
    wire_close(wire);
}

#define HELLO "EHLO client.example.net"
#define SENDER HELLO "\nMAIL FROM:<sender@example.net>"
#define RECIPIENT SENDER "\nRCPT TO:<ann@example.org>"
#define CONTENT RECIPIENT "\nDATA"

#endif
