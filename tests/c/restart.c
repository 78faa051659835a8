/* mm_engine_stop ends every thread, socket and file, and the engine starts again with what was queued: 100 times, and
 * nothing is left over. */
#include "server.h"

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

static void on_event(const mm_queue_event *event, void *user) {
    CHECK(event->sequence > 0);
    __atomic_add_fetch((int *)user, 1, __ATOMIC_RELAXED);
}

/* The message of the life before is there; it goes, and another takes its place. */
static void queue(int number) {
    static char last[MM_QUEUE_ID_SIZE];
    mm_engine *engine = mm_engine_default();
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_send_result result = MM_SEND_RESULT_INIT;
    mm_queue_cursor *cursor;
    mm_send *send;

    CHECK_OK(mm_queue_open(engine, NULL, &cursor));
    CHECK_INT(number > 0, next_message(cursor, &message));
    if (number > 0)
        CHECK_TEXT(last, message.id);
    CHECK_INT(0, step(cursor));
    mm_queue_close(cursor);
    CHECK_OK(mm_queue_remove(engine, NULL));

    CHECK_OK(mm_send_new(engine, NULL, "ann@example.org", &send));
    CHECK_OK(mm_send_add_recipient(send, "far@example.net", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_send_write(send, "Subject: waits\n\nx\n", 18));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_OK(mm_send_get_result(send, 0, &result));
    CHECK_INT(MM_SEND_STATE_QUEUED, result.state);
    snprintf(last, sizeof last, "%s", result.queue_id);
    mm_send_free(send);
    if (number % 2)
        CHECK_OK(mm_queue_hold(engine, last));
}

/* To a server that nobody is; the handle outlives the engine. */
static mm_send *try_to_send(void) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    mm_send *send;
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = "127.0.0.1";
    options.port = 1;
    CHECK_OK(mm_send_new(mm_engine_default(), &options, "", &send));
    CHECK_OK(mm_send_add_recipient(send, "far@example.net", MM_SEND_NOTIFY_DEFAULT, NULL));
    CHECK_OK(mm_send_start(send));
    return send;
}

static void one_life(int number) {
    struct wire wire;
    mm_send *send;
    server_start(request, ALL_ACTIONS);
    queue(number);
    send = try_to_send();
    smtp_open(&wire); /* and is still there when the engine stops */
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: again\r\n\r\nx\r\n"));
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0));
    CHECK_OK(mm_send_wait(send, 0));
    CHECK(outcome_of(send) == MM_E_CONNECT || outcome_of(send) == MM_E_CANCELLED);
    mm_send_free(send);
    wire_close(&wire);
    CHECK(wire_open(&wire, smtp_port) != 0);
    wire_close(&wire);
}

/* By qemu what is left over is seen as well after fewer lives: its memory is not looked at there. */
enum { LIVES = BY_QEMU ? 40 : 120 };

int main(void) {
    int descriptors, threads, events = 0;
    long memory;

    server_settings();
    SetConfigParamString("smtpproxy", "127.0.0.1:1"); /* nobody: what is queued stays */
    CHECK_OK(mm_queue_set_events(mm_engine_default(), on_event, &events));
    for (int i = 0; i < 20; i++)
        one_life(i);
    descriptors = count_descriptors();
    threads = count_threads();
    memory = resident_kib();
    for (int i = 20; i < LIVES && !check_failures; i++)
        one_life(i);
    CHECK(events > 0);
    printf("descriptors %d then %d, threads %d then %d, resident %ld then %ld KiB\n", descriptors, count_descriptors(),
           threads, count_threads(), memory, resident_kib());
    CHECK_INT(descriptors, count_descriptors());
    CHECK(wait_for_threads(threads + 2) <= threads + 2);
    if (BY_QEMU)
        check_skipped("restart, memory", "qemu keeps 280 KiB of each thread that has ended");
    else
        CHECK(resident_kib() < memory + 16 * 1024);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0));
    return check_result();
}
