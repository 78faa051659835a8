/* client_send: messages by mm_smtp_send_all, in whole transactions over one connection.
 *
 *   client_send --port P --msgs N --size S
 *
 * Prints "msgs=TAKEN seconds=S rate=R cpu=MICROSECONDS-A-MESSAGE p50=0 p99=0". */
#include "tool.h"
#include <mailmodule.h>

struct work {
    long left, taken;
    char *text;
    size_t length;
};

static int next(mm_smtp_message *message, void *user) {
    static const char *const to[] = {"b@example.net"};
    struct work *work = user;
    if (work->left-- <= 0)
        return MM_OK;
    message->from = "a@example.org";
    message->to = to;
    message->recipients = 1;
    message->content = work->text;
    message->content_size = work->length;
    return MM_OK;
}

static void sent(int64_t number, const mm_smtp_recipient *const *recipients, size_t count, void *user) {
    (void)number;
    (void)count;
    ((struct work *)user)->taken += recipients[0]->error == MM_OK;
}

int main(int argc, char **argv) {
    tool_init(argc, argv);
    struct work work = {.left = option_number("msgs", 10000)};
    int port = (int)option_number("port", 0);
    mm_smtp *smtp;
    work.text = make_message((size_t)option_number("size", 1024), &work.length);
    if (mm_smtp_new(mm_engine_default(), NULL, &smtp) != MM_OK)
        fail(mm_last_error_message());
    int64_t began = now_ns(), cpu = own_cpu_us();
    if (mm_smtp_connect(smtp, "127.0.0.1", port, 0, NULL) != MM_OK || mm_smtp_ehlo(smtp, NULL, NULL) != MM_OK ||
        mm_smtp_send_all(smtp, next, sent, &work) != MM_OK || mm_smtp_quit(smtp, NULL) != MM_OK)
        fail(mm_last_error_message());
    say_sent(work.taken, began, cpu);
    mm_smtp_free(smtp);
    return mm_engine_stop(mm_engine_default(), 10000) != MM_OK;
}
