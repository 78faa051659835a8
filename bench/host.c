/* The library as the benches serve it: host CONFIG discard|keep|handled|hold
 *
 * discard: a callback takes each message and keeps nothing, as smtp-sink does. keep: the library stores and delivers.
 * handled: so it does, and asks a table that has a handler for every step.
 * hold: what is for other hosts stays in the queue until SIGUSR1, which releases all of it at once.
 * Says how long the first use took, then serves until SIGTERM. */
#include <mailmodule.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int take(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return -1;
}

/* ---- handlers that leave everything to the library ---- */

static int on_step(mm_session *session, void *user) {
    (void)session, (void)user;
    return MM_VERDICT_CONTINUE;
}

static int on_text(mm_session *session, const char *text, void *user) {
    (void)session, (void)text, (void)user;
    return MM_VERDICT_CONTINUE;
}

static int on_mail(mm_session *session, const mm_session_mail *mail, void *user) {
    (void)session, (void)mail, (void)user;
    return MM_VERDICT_CONTINUE;
}

static int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)session, (void)rcpt, (void)user;
    return MM_VERDICT_CONTINUE;
}

static int on_domain(mm_session *session, const char *domain, const char *const *route, size_t count, void *user) {
    (void)session, (void)domain, (void)route, (void)count, (void)user;
    return MM_VERDICT_CONTINUE;
}

static int on_chunk(mm_session *session, const void *octets, size_t size, int flags, void *user) {
    (void)session, (void)octets, (void)size, (void)flags, (void)user;
    return MM_VERDICT_CONTINUE;
}

static int on_message(mm_session *session, int64_t size, void *user) {
    (void)session, (void)size, (void)user;
    return MM_VERDICT_CONTINUE;
}

static int on_unknown(mm_session *session, const char *verb, const char *argument, void *user) {
    (void)session, (void)verb, (void)argument, (void)user;
    return MM_VERDICT_CONTINUE;
}

static void on_event(mm_session *session, void *user) {
    (void)session, (void)user;
}

static int start_handled(void) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_smtp_server *server;
    handlers.connect = handlers.data = handlers.rset = handlers.turn = on_step;
    handlers.helo = handlers.ehlo = handlers.lookup = handlers.vrfy = handlers.expn = handlers.help = handlers.noop =
        on_text;
    handlers.mail = on_mail;
    handlers.rcpt = on_rcpt;
    handlers.domain = on_domain;
    handlers.chunk = on_chunk;
    handlers.message = on_message;
    handlers.unknown = on_unknown;
    handlers.close = on_event;
    return mm_smtp_server_start(mm_engine_default(), NULL, &handlers, NULL, &server);
}

static void MM_CALL hold(const mm_queue_event *event, void *user) {
    (void)user;
    if (event->kind == MM_QUEUE_EVENT_QUEUED)
        mm_queue_hold(mm_engine_default(), event->id);
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
    sigset_t awaited;
    int signal_number;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGUSR1);
    sigprocmask(SIG_BLOCK, &awaited, NULL);
    if (argc != 3)
        return fprintf(stderr, "host CONFIG discard|keep|handled|hold\n"), 2;
    SMTPReqCallback callback = strcmp(argv[2], "discard") == 0 ? take : NULL;
    int holds = strcmp(argv[2], "hold") == 0, is_handled = strcmp(argv[2], "handled") == 0;
    double began = now_ms();
    if (LoadConfig(argv[1]) < 0 ||
        (is_handled ? start_handled() : SetSMTPServer(callback, 0, ACTION_SMTP_SENDMSG)) < 0 ||
        SetPOP3Server(NULL, 0, 0) < 0)
        return fprintf(stderr, "%s\n", mm_last_error_message()), 1;
    if (holds)
        mm_queue_set_events(mm_engine_default(), hold, NULL);
    printf("ready after %.2f ms\n", now_ms() - began);
    fflush(stdout);
    while (sigwait(&awaited, &signal_number) == 0 && signal_number == SIGUSR1) {
        mm_queue_release(mm_engine_default(), NULL);
        mm_queue_retry(mm_engine_default(), NULL);
    }
    return mm_engine_stop(mm_engine_default(), 10000) == MM_OK ? 0 : 1;
}
