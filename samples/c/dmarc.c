/*
 * Is a message from whom it says? dmarc ADDRESS HELO SENDER NAMESERVER MESSAGE... checks each as a mail server would by
 * SPF, DKIM, ARC and DMARC, all of them at once and without a thread for each, and shows the field for its header and
 * what the domain in From asks for. NAMESERVER "" is the system's. Ends with 0 if none is to be refused.
 */
#include "system.h"
#include <mailmodule.h>

enum { TAKEN = 1, REFUSED = 2 };

/* One message. Its check ends on a thread of the library. */
struct message {
    const char *path;
    struct flag ended;
};

static void on_checked(int error, mm_auth *auth, void *user) {
    static const char *const words[] = {"nothing", "quarantine", "reject"};
    struct message *message = user;
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    char field[8192];
    int count;
    if (error == MM_OK && mm_auth_get_count(auth, &count) == MM_OK &&
        mm_auth_get_result(auth, count - 1, &found) == MM_OK && /* DMARC is the last */
        mm_auth_get_field(auth, NULL, field, sizeof field, NULL) == MM_OK)
        printf("%s: %s asks for %s\n%s", message->path, *found.domain ? found.domain : "nobody",
               words[found.disposition], field);
    else
        printf("%s: %s\n", message->path, mm_strerror(error ? error : mm_last_error()));
    mm_auth_free(auth);
    flag_set(&message->ended, error || found.disposition == MM_DMARC_REJECT ? REFUSED : TAKEN);
}

int main(int argc, char **argv) {
    static struct message messages[100];
    mm_engine *engine = mm_engine_default();
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    int is_refused = 0, count = argc - 5;
    if (count < 1 || count > 100)
        return fprintf(stderr, "usage: dmarc ADDRESS HELO SENDER NAMESERVER MESSAGE...\n"), 2;
    query.client = argv[1];
    query.helo = argv[2];
    query.sender = argv[3];
    if (*argv[4] && mm_engine_set(engine, "smtp_dns", argv[4]) != MM_OK)
        return fprintf(stderr, "dmarc: %s\n", mm_last_error_message()), 2;
    for (int i = 0; i < count; i++) {
        messages[i] = (struct message){argv[5 + i], FLAG_INIT};
        query.path = argv[5 + i];
        if (mm_dmarc_check_start(engine, &query, on_checked, &messages[i]) != MM_OK)
            return fprintf(stderr, "dmarc: %s: %s\n", query.path, mm_last_error_message()), 2;
    }
    for (int i = 0; i < count; i++)
        is_refused |= flag_wait(&messages[i].ended) == REFUSED;
    return is_refused;
}
