/* mm_engine_stop ends every thread, socket and file, and the engine starts again: 100 times, and nothing is left over. */
#include "server.h"
#include <dirent.h>

static int entries(const char *path) {
    DIR *folder = opendir(path);
    int count = 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static long resident_kib(void) {
    char line[256];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = atol(line + 6);
    fclose(file);
    return kib;
}

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

static void one_life(void) {
    struct wire wire;
    server_start(request, ALL_ACTIONS);
    smtp_open(&wire); /* and is still there when the engine stops */
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: again\r\n\r\nx\r\n"));
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0));
    wire_close(&wire);
    CHECK(wire_open(&wire, smtp_port) != 0);
    wire_close(&wire);
}

int main(void) {
    int descriptors, threads;
    long memory;

    server_settings();
    for (int i = 0; i < 20; i++)
        one_life();
    descriptors = entries("/proc/self/fd");
    threads = entries("/proc/self/task");
    memory = resident_kib();
    for (int i = 0; i < 100 && !check_failures; i++)
        one_life();
    printf("descriptors %d then %d, threads %d then %d, resident %ld then %ld KiB\n", descriptors,
           entries("/proc/self/fd"), threads, entries("/proc/self/task"), memory, resident_kib());
    CHECK_INT(descriptors, entries("/proc/self/fd"));
    CHECK(entries("/proc/self/task") <= threads + 2); /* the runtime's own pool breathes */
    CHECK(resident_kib() < memory + 16 * 1024);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0));
    return check_result();
}
