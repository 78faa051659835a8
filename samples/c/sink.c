/* A server that says yes to everything and keeps nothing: sink [PORT], until its input ends. It does what the example
 * of the C++ framework SPServer does, with the same replies (docs/decisions/0060-programs-of-the-seeds.md). */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>

static int reply(mm_session *session, const char *address, const char *words, int verdict) {
    char text[400];
    snprintf(text, sizeof text, "%s%s", address, words);
    return mm_session_set_reply(session, 250, NULL, text) == MM_OK ? verdict : MM_VERDICT_ERROR;
}

static int on_mail(mm_session *session, const mm_session_mail *mail, void *user) {
    return (void)user, reply(session, mail->address, ", sender ok", MM_VERDICT_ACCEPT);
}

static int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    return (void)user, reply(session, rcpt->address, ", recipient ok", MM_VERDICT_DONE);
}

static int on_message(mm_session *session, int64_t size, void *user) {
    return (void)size, (void)user, reply(session, "", "Requested mail action okay, completed.", MM_VERDICT_DONE);
}

int main(int argc, char **argv) {
    mm_smtp_server_options options = {sizeof options, "127.0.0.1", argc > 1 ? atoi(argv[1]) : 1025, 0, 0, 0};
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_engine *engine;
    mm_smtp_server *server;
    handlers.mail = on_mail, handlers.rcpt = on_rcpt, handlers.message = on_message;
    if (mm_engine_new(&engine) != MM_OK || mm_smtp_server_start(engine, &options, &handlers, NULL, &server) != MM_OK)
        return fprintf(stderr, "sink: %s\n", mm_last_error_message()), 1;
    while (getchar() != EOF)
        ;
    return mm_engine_free(engine) != MM_OK;
}
