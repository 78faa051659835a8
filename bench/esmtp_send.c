/* esmtp_send: the same messages as client_send, by libesmtp: one session, which is one connection and pipelines. */
#include "tool.h"
#include <libesmtp.h>

static char *text;
static size_t length;

/* *gone is freed by the library: one octet, which says whether the text has been given. */
static const char *give(void **gone, int *count, void *unused) {
    (void)unused;
    if (!*gone)
        *gone = allocate(1);
    char *is_given = *gone;
    const char *piece = count && !*is_given ? text : NULL;
    if (count)
        *count = piece ? (int)length : 0;
    *is_given = piece != NULL;
    return piece;
}

static void count_taken(smtp_message_t message, void *taken) {
    const smtp_status_t *status = smtp_message_transfer_status(message);
    *(long *)taken += status && status->code == 250;
}

int main(int argc, char **argv) {
    char server[32], words[256];
    long taken = 0;
    tool_init(argc, argv);
    long count = option_number("msgs", 10000);
    text = make_message((size_t)option_number("size", 1024), &length);
    snprintf(server, sizeof server, "127.0.0.1:%ld", option_number("port", 0));
    signal(SIGPIPE, SIG_IGN);
    int64_t began = now_ns(), cpu = own_cpu_us();
    smtp_session_t session = smtp_create_session();
    smtp_set_server(session, server);
    smtp_set_hostname(session, "load.example.org");
    for (long i = 0; i < count; i++) {
        smtp_message_t message = smtp_add_message(session);
        smtp_set_reverse_path(message, "a@example.org");
        smtp_set_messagecb(message, give, NULL);
        smtp_add_recipient(message, "b@example.net");
    }
    if (!smtp_start_session(session))
        fail(smtp_strerror(smtp_errno(), words, sizeof words));
    smtp_enumerate_messages(session, count_taken, &taken);
    say_sent(taken, began, cpu);
    smtp_destroy_session(session);
    return taken != count;
}
