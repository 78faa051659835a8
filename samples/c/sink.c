/* A server that says yes to everything and keeps nothing: sink PORT, until its input ends. It has 26 lines of code;
 * the example of the C++ framework SPServer that does the same has 32, without its inclusions. */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>

static int on_mail(mm_session *session, const mm_session_mail *mail, void *user) {
    char text[400];
    (void)user;
    snprintf(text, sizeof text, "%s, sender ok", mail->address);
    return mm_session_set_reply(session, 250, "2.1.0", text) == MM_OK ? MM_VERDICT_ACCEPT : MM_VERDICT_CONTINUE;
}

static int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)session, (void)rcpt, (void)user;
    return MM_VERDICT_DONE;
}

int main(int argc, char **argv) {
    mm_smtp_server_options options = {sizeof options, "127.0.0.1", 0, 0, 0, 0};
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_engine *engine;
    mm_smtp_server *server;
    options.port = argc > 1 ? atoi(argv[1]) : 1025;
    handlers.mail = on_mail, handlers.rcpt = on_rcpt;
    if (mm_engine_new(&engine) != MM_OK || mm_smtp_server_start(engine, &options, &handlers, NULL, &server) != MM_OK)
        return fprintf(stderr, "sink: %s\n", mm_last_error_message()), 1;
    while (getchar() != EOF)
        ;
    return mm_engine_free(engine) != MM_OK;
}
