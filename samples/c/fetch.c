/*
 * Fetches the mail of a POP3 mailbox at another host into the mailbox of a user here, and leaves it there:
 * fetch CONFIG HOST PORT USER PASSWORD NAME. Once more, and it fetches what is new.
 */
#include "system.h"
#include <mailmodule.h>
#include <stdlib.h>

static struct flag has_ended = FLAG_INIT;

/* Comes on a thread of the library, one look at a time. */
static void on_look(const mm_fetch_result *result, void *user) {
    (void)user;
    printf("%s: %d messages, %d fetched, %d known, %d left\n", result->account, result->found, result->fetched,
           result->known, result->left);
    if (result->error != MM_OK)
        printf("%s: %s\n", mm_strerror(result->error), result->text);
    flag_set(&has_ended, 1);
}

int main(int argc, char **argv) {
    mm_engine *engine = mm_engine_default();
    mm_fetch_account account = MM_FETCH_ACCOUNT_INIT;
    mm_fetch_result found = MM_FETCH_RESULT_INIT;
    mm_fetch *fetch = NULL;
    int result;

    if (argc != 7) {
        fprintf(stderr, "usage: fetch CONFIG HOST PORT USER PASSWORD NAME\n");
        return 2;
    }
    show_lines_at_once();
    mm_fetch_set_events(engine, on_look, NULL);
    result = mm_engine_load(engine, argv[1]);
    account.host = argv[2];
    account.port = atoi(argv[3]);
    account.user = argv[4];
    account.password = argv[5];
    account.name = argv[6];
    account.flags = MM_FETCH_KEEP;
    if (result == MM_OK)
        result = mm_fetch_begin(engine, &account, &fetch);
    if (result == MM_OK)
        result = mm_fetch_wait(fetch, -1);
    if (result == MM_OK)
        result = mm_fetch_get_result(fetch, &found);
    if (result != MM_OK)
        fprintf(stderr, "fetch: %s\n", mm_last_error_message());
    else
        flag_wait(&has_ended); /* the callback tells of it */
    mm_fetch_free(fetch);
    mm_engine_stop(engine, 5000); /* what was fetched is delivered before, or by the next start */
    return result != MM_OK || found.error != MM_OK;
}
