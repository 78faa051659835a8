/* The library as the benches serve it: host CONFIG discard|keep|hold
 *
 * discard: a callback takes each message and keeps nothing, as smtp-sink does. keep: the library stores and delivers.
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
        return fprintf(stderr, "host CONFIG discard|keep|hold\n"), 2;
    SMTPReqCallback callback = strcmp(argv[2], "discard") == 0 ? take : NULL;
    int holds = strcmp(argv[2], "hold") == 0;
    double began = now_ms();
    if (LoadConfig(argv[1]) < 0 || SetSMTPServer(callback, 0, ACTION_SMTP_SENDMSG) < 0 || SetPOP3Server(NULL, 0, 0) < 0)
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
