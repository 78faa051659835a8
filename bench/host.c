/* The library as the benches serve it: host CONFIG discard|keep
 *
 * discard: a callback takes each message and keeps nothing, as smtp-sink does. keep: the library stores and delivers.
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

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
    sigset_t end;
    int signal_number;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, NULL);
    if (argc != 3)
        return fprintf(stderr, "host CONFIG discard|keep\n"), 2;
    SMTPReqCallback callback = strcmp(argv[2], "discard") == 0 ? take : NULL;
    double began = now_ms();
    if (LoadConfig(argv[1]) < 0 || SetSMTPServer(callback, 0, ACTION_SMTP_SENDMSG) < 0 || SetPOP3Server(NULL, 0, 0) < 0)
        return fprintf(stderr, "%s\n", mm_last_error_message()), 1;
    printf("ready after %.2f ms\n", now_ms() - began);
    fflush(stdout);
    sigwait(&end, &signal_number);
    return mm_engine_stop(mm_engine_default(), 10000) == MM_OK ? 0 : 1;
}
