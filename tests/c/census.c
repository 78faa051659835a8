/*
 * Header, "THE HOST'S PROCESS": what a use of the library leaves of the process it is in. Everything is counted before
 * the first call and after a whole use: dispositions of signals, environment, working directory, locale, mask,
 * standard output, threads.
 */
#include "faults.h"
#include "server.h"
#include <locale.h>

struct census {
    struct dispositions dispositions;
    char *environment;
    char folder[4096];
    char locale[256];
};

static void take(struct census *census) {
    memset(census, 0, sizeof *census);
    dispositions_take(&census->dispositions);
    census->environment = all_of_environment();
    if (!getcwd(census->folder, sizeof census->folder))
        exit(99);
    strncpy(census->locale, setlocale(LC_ALL, NULL), sizeof census->locale - 1);
}

static void compare(const struct census *before, const struct census *after) {
    dispositions_compare(&before->dispositions, &after->dispositions);
    CHECK_TEXT(before->environment, after->environment);
    CHECK_TEXT(before->folder, after->folder);
    CHECK_TEXT(before->locale, after->locale);
}

static void on_event(const mm_queue_event *event, void *user) {
    (void)event, (void)user;
}

/* A message to another host, which nobody is: by the queue, and at once. */
static void use_delivery(void) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    MailHostInfo found[1];
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    options.route = MM_SEND_ROUTE_DIRECT;
    SetConfigParamString("smtp_dns", SILENT_NAME_SERVER);
    CHECK_INT(0, FindMX("far.example", found, 1));
    CHECK_INT(MM_E_DNS, mm_last_error());
    CHECK_OK(mm_queue_set_events(mm_engine_default(), on_event, NULL));
    for (int i = 0; i < 2; i++) {
        mm_send *send;
        CHECK_OK(mm_send_new(mm_engine_default(), i ? &options : NULL, "ann@example.org", &send));
        CHECK_OK(mm_send_add_recipient(send, "eve@far.example", MM_SEND_NOTIFY_DEFAULT, NULL));
        CHECK_OK(mm_send_start(send));
        CHECK_OK(mm_send_wait(send, -1));
        CHECK_INT(i ? MM_E_DNS : MM_OK, outcome_of(send));
        mm_send_free(send);
    }
    CHECK_OK(mm_queue_get_counts(mm_engine_default(), &counts));
    CHECK_INT(1, counts.messages);
}

static void use(void) {
    struct wire wire;
    server_settings();
    server_start(NULL, ALL_ACTIONS);
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: census\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 1);
    pop_close(&wire);
    ServerStream s = SRVInitSendMsgSMTP("a@example.net", "bob@example.org", "127.0.0.1", smtp_port, NULL, NULL);
    SRVprintf(&s, "Subject: %s\n\ntext\n", "by the library");
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    use_delivery();
}

/* Without a handler of the host, a fault of its own ends it as the system ends a process for it. */
static void fault_without_handler(const char *program) {
    struct child child;
    child_start(&child, program, "fault", "");
    CHECK(ended_by_fault(child_wait(&child)));
}

static int commit_fault(void) {
    volatile int *volatile nowhere = NULL; /* a store that the compiler cannot drop */
    say_nothing_of_faults();
    SetConfigParamInt("from_same_host", 1);
    *nowhere = 1;
    return 0;
}

int main(int argc, char **argv) {
    static struct census before, after;
    struct captured_output output;
    double begin, end;

    if (argc > 1)
        return commit_fault();
    fault_without_handler(argv[0]);
    set_handlers();
    capture_standard_output(&output);
    take(&before);
    begin = clock_milliseconds();
    SetConfigParamInt("from_same_host", 100);
    end = clock_milliseconds();
    use();
    take(&after);
    CHECK_INT(0, standard_output_back(&output));
    compare(&before, &after);
    printf("first use took %.1f ms\n", end - begin);
    look_at_threads();
    fault_of_the_host();
    server_stop();
    free(before.environment);
    free(after.environment);
    return check_result();
}
