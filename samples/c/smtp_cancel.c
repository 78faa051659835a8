/*
 * Sends on a thread of its own what another thread, such as that of a user interface, may cancel at any moment:
 * smtp_cancel HOST PORT. The user says "stop" by a line on standard input, or by its end. Ends with 0 if the exchange
 * came to its end, with 3 if it was cancelled.
 */
#include "system.h"
#include <mailmodule.h>
#include <stdlib.h>

static struct flag finished = FLAG_INIT;
static const char *host;
static int port;

/* What may wait for long: here for a greeting and one answer. */
static int talk(mm_smtp *smtp) {
    int result = mm_smtp_connect(smtp, host, port, 0, NULL);
    if (result == MM_OK)
        result = mm_smtp_ehlo(smtp, NULL, NULL);
    if (result == MM_OK)
        result = mm_smtp_quit(smtp, NULL);
    if (result == MM_OK)
        printf("done\n");
    else
        printf("%s\n", mm_last_error_message());
    return result;
}

static void run(void *smtp) {
    int result = talk(smtp);
    flag_set(&finished, result == MM_OK ? 1 : result == MM_E_CANCELLED ? 2 : 3);
}

/* The user's side: waits for nothing but the user. */
static void wait_for_user(void) {
    char line[100];
    if (!fgets(line, sizeof line, stdin))
        return;
}

int main(int argc, char **argv) {
    mm_smtp *smtp;
    int end;
    if (argc != 3)
        return fprintf(stderr, "usage: smtp_cancel HOST PORT\n"), 2;
    host = argv[1];
    port = atoi(argv[2]);
    show_lines_at_once();
    if (mm_smtp_new(mm_engine_default(), NULL, &smtp) != MM_OK)
        return fprintf(stderr, "smtp_cancel: %s\n", mm_last_error_message()), 1;
    thread_begin(run, smtp);
    wait_for_user();
    mm_smtp_cancel(smtp); /* the other thread's call returns at once; after its end this does nothing */
    end = flag_wait(&finished);
    mm_smtp_free(smtp);
    return end == 1 ? 0 : end == 2 ? 3 : 1;
}
