/*
 * mm_smtp_cancel ends every wait, by order: in each case the test knows that the call waits, by what the other side has
 * seen, before it cancels. And the end of the engine; and two threads in one handle.
 */
#include "calls.h"

/* ---- the waits ---- */

static int write_much(void *smtp) {
    static char piece[65536];
    int result = MM_OK;
    memset(piece, 'x', sizeof piece);
    while (result == MM_OK)
        result = mm_smtp_write(smtp, piece, sizeof piece, 0, NULL);
    return result;
}

static int wait_for_input(void *smtp) {
    int found;
    return mm_smtp_wait(smtp, MM_READY_INPUT, -1, &found);
}

static void at_a_reply(void) {
    cancelled_there(&smtp_client, connected(STEPS("220 hello", ">", "silent")), smtp_noop);
    cancelled_there(&smtp_client, connected(STEPS("220 hello", ">", "say 250-half", "silent")), smtp_noop);
}

static void at_sending(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", "#1", "deaf"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    cancelled_there(&smtp_client, smtp, write_much);
}

static int end_content(void *smtp) {
    return mm_smtp_write(smtp, "x", 1, MM_SMTP_LAST, NULL);
}

static void at_the_end_of_data(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", ".", "silent"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    cancelled_there(&smtp_client, smtp, end_content);
}

static void at_mm_smtp_wait(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", "silent"));
    cancelled_there(&smtp_client, smtp, wait_for_input);
}

/* ---- inside a callback ---- */

static mm_smtp *inside;

static void cancel_inside(int direction, const char *line, void *user) {
    (void)user;
    if (direction == MM_TRACE_SENT && strcmp(line, "NOOP") == 0) {
        CHECK_FAILS(MM_E_STATE, mm_smtp_noop(inside, NULL));
        CHECK_FAILS(MM_E_STATE, mm_smtp_free(inside));
        CHECK_FAILS(MM_E_STATE, mm_engine_stop(mm_engine_default(), 0));
        CHECK_OK(mm_smtp_cancel(inside));
    }
}

static void inside_a_callback(void) {
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.on_trace = cancel_inside;
    inside = new_client(&options);
    script_set(&peer, STEPS("220 hello", ">", "250 noop"));
    CHECK_CODE(220, mm_smtp_connect(inside, "127.0.0.1", peer.port, 0, &code));
    CHECK_FAILS(MM_E_CANCELLED, mm_smtp_noop(inside, NULL));
    CHECK_OK(mm_smtp_free(inside));
}

/* ---- two threads in one handle, and the end of the handle ---- */

static void another_thread_is_inside(void) {
    struct call call;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "silent"));
    mm_smtp_reply reply = MM_SMTP_REPLY_INIT;
    begin_call(&call, smtp, smtp_noop);
    script_wait(&peer);
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_close(smtp));
    CHECK_FAILS(MM_E_STATE, mm_smtp_get_reply(smtp, &reply));
    CHECK_FAILS(MM_E_STATE, mm_smtp_free(smtp));
    CHECK(strstr(mm_last_error_message(), "another thread") != NULL);
    CHECK_OK(mm_smtp_cancel(smtp));
    is_cancelled(&smtp_client, &call, "cancelled by the host");
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_cancel(smtp));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_free(smtp));
    CHECK_OK(mm_smtp_free(NULL));
}

/* ---- the engine stops ---- */

static void the_engine_stops(void) {
    struct call call;
    mm_smtp *idle = connected(STEPS("220 hello", "close"));
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "silent"));
    begin_call(&call, smtp, smtp_noop);
    script_wait(&peer);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 60000)); /* which waits for none of them */
    is_cancelled(&smtp_client, &call, "the engine was stopped");
    CHECK_FAILS(MM_E_CANCELLED, mm_smtp_noop(idle, NULL));
    CHECK(strstr(mm_last_error_message(), "the engine was stopped") != NULL);
    script_set(&peer, STEPS("220 hello", ">", "250 noop"));
    CHECK_CODE(220, mm_smtp_connect(idle, "127.0.0.1", peer.port, 0, &code)); /* which starts it again */
    CHECK_CODE(250, mm_smtp_noop(idle, &code));
    CHECK_OK(mm_smtp_free(idle));
    CHECK_OK(mm_smtp_free(smtp));
}

int main(void) {
    server_settings();
    script_start(&peer);
    cancelled_at_the_name(&smtp_client);
    cancelled_at_connecting(&smtp_client);
    cancelled_at_the_proxy(&smtp_client);
    cancelled_at_the_greeting(&smtp_client, STEPS("silent"), 0);
    cancelled_at_the_handshake(&smtp_client);
    at_a_reply();
    at_sending();
    at_the_end_of_data();
    at_mm_smtp_wait();
    cancelled_between_two_calls(&smtp_client);
    inside_a_callback();
    another_thread_is_inside();
    the_engine_stops();
    the_engine_ends(&smtp_client);
    script_stop(&peer);
    server_stop();
    return check_result();
}
