/*
 * G5: once the library runs, a system that gives no more address space makes calls and commands fail that need it, and
 * ends nothing.
 */
#include "check.h"
#include "shortage.h"
#include "sends.h"

enum { CLIENTS = 6, OCTETS = 2 * 1024 * 1024 };

static char line[1002];

static size_t size_of_process(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld", &pages) != 1)
        exit(99);
    fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* 1: taken; 0: refused for now, or the connection was given up. */
static int one_large_message(void) {
    struct wire wire;
    int code;
    if (wire_open(&wire, smtp_port) != 0)
        return 0;
    code = wire_reply(&wire);
    if (code == 220)
        code = wire_smtp(&wire, "EHLO client.example.net");
    if (code == 250)
        code = wire_smtp(&wire, "MAIL FROM:<sender@example.net>");
    if (code == 250)
        code = wire_smtp(&wire, "RCPT TO:<ann@example.org>");
    if (code == 250)
        code = wire_smtp(&wire, "DATA");
    if (code == 354) {
        for (int i = 0; i < OCTETS / 1000; i++)
            if (socket_send(wire.number, line, 1000) != 1000)
                break;
        socket_send(wire.number, ".\r\n", 3);
        code = wire_reply(&wire);
    }
    if (code != 250 && code != 0 && code / 100 != 4) {
        fprintf(stderr, "answered with %d\n", code);
        check_failures++;
    }
    wire_close(&wire);
    return code == 250;
}

static void *some_large_messages(void *count) {
    for (int i = 0; i < 3; i++)
        __atomic_add_fetch((int *)count, one_large_message(), __ATOMIC_RELAXED);
    return NULL;
}

static void without_more_memory(long mib) {
    pthread_t clients[CLIENTS];
    int taken = 0, started = 0, result;
    mm_engine *engine;
    server_settings();
    server_start(NULL, ALL_ACTIONS);
    memset(line, 'x', 998);
    memcpy(line + 998, "\r\n", 3);
    set_soft_limit(RLIMIT_AS, size_of_process() + ((size_t)mib << 20));
    while (started < CLIENTS && pthread_create(&clients[started], NULL, some_large_messages, &taken) == 0)
        started++;
    some_large_messages(&taken);
    for (int i = 0; i < started; i++)
        pthread_join(clients[i], NULL);
    result = mm_engine_new(&engine);
    CHECK(result == MM_OK || result == MM_E_MEMORY);
    set_soft_limit(RLIMIT_AS, RLIM_INFINITY);
    CHECK_INT(1, one_large_message());
    if (getenv("SHOW"))
        printf("%ld MiB: %d threads, %d taken\n", mib, started, taken);
    server_stop();
}

/* The heap has half of the limit: many large messages at once must not want more of it than there is. */
static void with_a_small_heap(long mib) {
    pthread_t clients[4 * CLIENTS];
    int taken = 0;
    set_soft_limit(RLIMIT_AS, (rlim_t)mib << 20);
    server_settings();
    server_start(NULL, ALL_ACTIONS);
    set_soft_limit(RLIMIT_AS, RLIM_INFINITY);
    memset(line, 'x', 998);
    memcpy(line + 998, "\r\n", 3);
    for (int i = 0; i < 4 * CLIENTS; i++)
        CHECK_INT(0, pthread_create(&clients[i], NULL, some_large_messages, &taken));
    for (int i = 0; i < 4 * CLIENTS; i++)
        pthread_join(clients[i], NULL);
    CHECK_INT(1, one_large_message());
    if (getenv("SHOW"))
        printf("heap in %ld MiB: %d taken\n", mib, taken);
    server_stop();
}

int main(void) {
    if (BY_QEMU)
        return check_skipped("memory", "qemu takes RLIMIT_AS and forgets it");
    check_make_folder();
    CHECK_CHILD(with_a_small_heap, 700);
    for (long mib = 0; mib <= 64; mib = mib ? 2 * mib : 1)
        CHECK_CHILD(without_more_memory, mib);
    return check_result();
}
