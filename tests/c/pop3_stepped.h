/* A POP3 server that listens nowhere, whose handlers answer what a test has set, and a session of it that the host
 * steps. What handlers hear is kept as that of SMTP's is. */
#ifndef POP3_STEPPED_H
#define POP3_STEPPED_H

#include "wakes.h"

static mm_pop3_server *pop3;
static mm_pop3_stepped *stepped;

static inline int on_open(mm_session *session, const char *name, const char *folder, void *user) {
    (void)user;
    hear("open(%s,%s);", name, folder);
    return answer_at(session, AT_OPEN);
}

static inline int on_retr(mm_session *session, const mm_session_message *message, void *user) {
    (void)user;
    hear("retr(%d,%d);", message->number, message->lines);
    return answer_at(session, AT_RETR);
}

static inline int on_read(mm_session *session, size_t room, void *user) {
    (void)user;
    CHECK(room >= 16384);
    hear("read;");
    return answer_at(session, AT_READ);
}

static inline int on_remove(mm_session *session, const mm_session_message *message, void *user) {
    (void)user;
    hear("remove(%d);", message->number);
    return answer_at(session, AT_REMOVE);
}

static inline int on_update(mm_session *session, void *user) {
    (void)user;
    hear("update;");
    return answer_at(session, AT_UPDATE);
}

static inline mm_pop3_server_handlers pop3_handlers(void) {
    mm_pop3_server_handlers handlers = MM_POP3_SERVER_HANDLERS_INIT;
    handlers.connect = on_connect;
    handlers.auth = on_auth;
    handlers.secret = on_secret;
    handlers.open = on_open;
    handlers.retr = on_retr;
    handlers.read = on_read;
    handlers.remove = on_remove;
    handlers.update = on_update;
    handlers.noop = on_noop;
    handlers.timeout = on_timeout;
    handlers.error = on_error;
    handlers.close = on_close;
    return handlers;
}

/* Domain example.org, user ann (secret). */
static inline void pop3_serve_nowhere(void) {
    static int count;
    char root[128];
    mm_pop3_server_options options = MM_POP3_SERVER_OPTIONS_INIT;
    const mm_pop3_server_handlers handlers = pop3_handlers();
    int port = 7;
    sprintf(root, "%s/mail%d", check_folder[0] ? check_folder : check_make_folder(), count++);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "example.org"));
    CHECK_OK(mm_engine_set(engine, "plain_auth", "always"));
    CHECK_OK(mm_engine_set(engine, "user", "ann;secret;;PS"));
    options.port = MM_PORT_NONE;
    CHECK_OK(mm_pop3_server_start(engine, &options, &handlers, NULL, &pop3));
    CHECK_OK(mm_pop3_server_get_port(pop3, &port));
    CHECK_INT(0, port);
    if (check_failures)
        exit(check_result());
}

/* ---- a store of the host's, of two messages ---- */

#define FIRST "Subject: one\r\n\r\n.dot\r\n"
#define SECOND "Subject: two\r\n\r\nx\r\n"

static inline void tells_messages(mm_session *session) {
    CHECK_OK(mm_session_add_message(session, (int64_t)strlen(FIRST), "first", NULL));
    CHECK_OK(mm_session_add_message(session, (int64_t)strlen(SECOND), "second", NULL));
}

static inline void writes_first(mm_session *session) {
    CHECK_OK(mm_session_write(session, FIRST, strlen(FIRST)));
}

/* Every session opens the store, whoever logs in; read gives the first message at once. */
static inline void have_store(void) {
    begin_anew();
    answers[AT_AUTH].verdict = MM_VERDICT_ACCEPT;
    answers[AT_OPEN] = (struct answer){.verdict = MM_VERDICT_ACCEPT, .first = tells_messages};
    answers[AT_RETR].verdict = MM_VERDICT_ACCEPT;
    answers[AT_READ] = (struct answer){.verdict = MM_VERDICT_DONE, .first = writes_first};
    answers[AT_REMOVE].verdict = MM_VERDICT_DONE;
    answers[AT_UPDATE].verdict = MM_VERDICT_ACCEPT;
}

/* ---- steps ---- */

/* A step with these octets, or none: what is to be sent, and what is waited for, which is written to now or else so. */
static inline const char *one_step(const char *octets, int *wants) {
    static char text[8192];
    const void *output = NULL;
    size_t length = 0;
    CHECK_OK(mm_pop3_stepped_step(stepped, octets, octets ? strlen(octets) : 0, &output, &length, wants));
    CHECK(length < sizeof text && (output || length == 0));
    sprintf(text, "%.*s", (int)length, (const char *)output);
    return text;
}

/* Steps until the client is heard again, or nothing more: all the output. */
static inline const char *steps(const char *octets, int wanted) {
    static char text[8192];
    int wants = 0;
    strcpy(text, one_step(octets, &wants));
    while (wants == MM_WANTS_WRITE || wants == MM_WANTS_WAIT) {
        if (wants == MM_WANTS_WAIT)
            wait_for_wake();
        strcat(text, one_step(NULL, &wants));
    }
    CHECK_INT(wanted, wants);
    return text;
}

static inline const char *step_for(const char *octets) {
    return steps(octets, MM_WANTS_READ);
}

/* Greeted; a client at 192.0.2.1, whose waits end with a wake. */
static inline void begin_stepped(mm_wake_fn wake, void *user) {
    mm_pop3_stepped_options options = MM_POP3_STEPPED_OPTIONS_INIT;
    options.client = "192.0.2.1";
    options.client_port = 1234;
    options.wake = wake;
    options.user = user;
    wakes = 0;
    CHECK_OK(mm_pop3_stepped_new(pop3, &options, &stepped));
    if (check_failures)
        exit(check_result());
    CHECK(strncmp(step_for(NULL), "+OK ", 4) == 0);
}

#define LOGIN "USER ann\r\nPASS secret\r\n"

#endif
