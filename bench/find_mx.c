/* Threads that look up mail hosts: find_mx PORT THREADS LOOKUPS
 *
 * Each look-up is FindMX of a name of its own, so three questions (MX, A, AAAA) to the name server on that port of
 * 127.0.0.1. Prints what a question costs this process: "rate=QUESTIONS-A-SECOND cpu=MICROSECONDS". */
#include <mailmodule.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS = 256, QUESTIONS = 3 };

static atomic_int left, failed;

static double now_us(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void *look_up(void *unused) {
    MailHostInfo host;
    char name[64];
    int number;
    while ((number = atomic_fetch_sub(&left, 1)) > 0) {
        snprintf(name, sizeof name, "d%d.example.org", number);
        if (FindMX(name, &host, 1) != 1)
            failed++;
    }
    return unused;
}

static void run(int threads, int lookups) {
    pthread_t started[THREADS];
    left = lookups;
    for (int i = 0; i < threads; i++)
        pthread_create(&started[i], NULL, look_up, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(started[i], NULL);
}

int main(int argc, char **argv) {
    char server[32];
    int threads = argc == 4 ? atoi(argv[2]) : 0, lookups = argc == 4 ? atoi(argv[3]) : 0;
    if (threads < 1 || threads > THREADS || lookups < 1)
        return fprintf(stderr, "find_mx PORT THREADS LOOKUPS\n"), 2;
    snprintf(server, sizeof server, "127.0.0.1:%d", atoi(argv[1]));
    SetConfigParamString("smtp_dns", server);
    run(threads, lookups / 10 + 1); /* warms up */
    double cpu = now_us(CLOCK_PROCESS_CPUTIME_ID), began = now_us(CLOCK_MONOTONIC);
    run(threads, lookups);
    double questions = (double)lookups * QUESTIONS;
    printf("rate=%.0f cpu=%.2f\n", questions * 1e6 / (now_us(CLOCK_MONOTONIC) - began),
           (now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / questions);
    if (failed > 0)
        fprintf(stderr, "%d look-ups failed: %s\n", failed, mm_last_error_message());
    return mm_engine_stop(mm_engine_default(), 10000) == MM_OK && failed == 0 ? 0 : 1;
}
