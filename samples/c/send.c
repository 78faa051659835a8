/* Sends a file through an SMTP server: send HOST PORT SENDER RECIPIENT[,RECIPIENT...] FILE. Ends with 0 if every
 * recipient was taken. */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[] = {"", "looking up the host", "connecting", "in dialog", "sending"};

/* Hears of each state; what became of the recipients is asked for at the end. */
static void on_event(mm_send *send, const mm_send_event *event, void *user) {
    (void)send, (void)user;
    if (event->state == MM_SEND_STATE_SENDING)
        printf("sending, %lld octets so far\n", (long long)event->octets);
    else if (event->state > MM_SEND_STATE_NEW && event->state < MM_SEND_STATE_SENDING)
        printf("%s\n", states[event->state]);
}

static int add_recipients(mm_send *send, char *list) {
    int count = 0;
    for (char *address = strtok(list, ","); address; address = strtok(NULL, ","), count++)
        if (mm_send_add_recipient(send, address, MM_SEND_NOTIFY_DEFAULT, NULL) != MM_OK)
            return -1;
    return count;
}

static void print_result(mm_send *send, int recipient) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    mm_send_get_result(send, recipient, &result);
    if (result.state == MM_SEND_STATE_DONE)
        printf("%s: taken by %s [%s]%s%s\n", result.address, result.host, result.host_address, *result.tls ? ", " : "",
               result.tls);
    else if (result.reply_code)
        printf("%s: refused with %d: %s\n", result.address, result.reply_code, result.reply);
    else
        printf("%s: %s: %s%s\n", result.address, mm_strerror(result.error), result.reply,
               result.maybe_taken ? " (it may have arrived all the same)" : "");
}

static int fail(mm_send *send, const char *what) {
    fprintf(stderr, "send: %s: %s\n", what, mm_last_error_message());
    mm_send_free(send);
    return 1;
}

int main(int argc, char **argv) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    mm_send *send;
    int count, outcome;

    if (argc != 6) {
        fprintf(stderr, "usage: send HOST PORT SENDER RECIPIENT[,RECIPIENT...] FILE\n");
        return 2;
    }
    options.route = MM_SEND_ROUTE_SERVER;
    options.on_event = on_event;
    options.host = argv[1];
    options.port = atoi(argv[2]);
    if (mm_send_new(mm_engine_default(), &options, argv[3], &send) != MM_OK)
        return fail(NULL, "options or sender");
    if ((count = add_recipients(send, argv[4])) < 0)
        return fail(send, "recipient");
    if (mm_send_set_file(send, argv[5]) != MM_OK)
        return fail(send, argv[5]);
    if (mm_send_start(send) != MM_OK || mm_send_wait(send, -1) != MM_OK)
        return fail(send, "sending");
    for (int i = 0; i < count; i++)
        print_result(send, i);
    if (mm_send_get_outcome(send, &outcome) != MM_OK)
        return fail(send, "outcome");
    mm_send_free(send);
    return outcome == MM_OK ? 0 : 1;
}
