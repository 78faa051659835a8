/*
 * mm_pop3_cancel where no call waits: between calls, inside callbacks. And the end of the engine; and two threads in
 * one handle.
 */
#include "calls.h"

/* ---- between calls ---- */

/* Though all that it asks for has come already. */
static void between_two_reads(void) {
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    char octets[6];
    size_t length;
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "say +OK\r\none\r\ntwo\r\n.\r\n", "silent"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    CHECK_OK(mm_pop3_read(pop3, octets, 5, &length));
    CHECK_OK(mm_pop3_cancel(pop3));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_read(pop3, octets, 5, &length));
    CHECK_INT(0, length);
    CHECK_FAILS(MM_E_STATE, mm_pop3_read(pop3, octets, 5, &length));
    CHECK_OK(mm_pop3_free(pop3));
    pop3 = pop3_connected(STEPS("+OK", ">", "say +OK\r\n1 2\r\n2 3\r\n.\r\n", "silent"));
    CHECK_OK(mm_pop3_list(pop3, 0, NULL));
    CHECK_OK(mm_pop3_next(pop3, &entry));
    CHECK_OK(mm_pop3_cancel(pop3));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_next(pop3, &entry));
    CHECK_FAILS(MM_E_STATE, mm_pop3_next(pop3, &entry));
    CHECK_OK(mm_pop3_free(pop3));
}

/* ---- inside a callback ---- */

static mm_pop3 *inside;

static void cancel_it(void) {
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(inside, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_free(inside));
    CHECK_OK(mm_pop3_cancel(inside));
}

static void MM_CALL cancel_at_trace(int direction, const char *line, void *user) {
    (void)user;
    if (direction == MM_TRACE_SENT && strcmp(line, "NOOP") == 0) {
        CHECK_FAILS(MM_E_STATE, mm_engine_stop(mm_engine_default(), 0));
        cancel_it();
    }
}

static int MM_CALL cancel_at_message(int number, const void *octets, size_t size, int status, void *user) {
    (void)number, (void)octets, (void)status, (void)user;
    if (size > 0)
        cancel_it();
    return MM_OK;
}

static int MM_CALL cancel_at_token(char *buffer, size_t size, size_t *length, void *user) {
    (void)user;
    CHECK(size > 0);
    buffer[0] = 't';
    *length = 1;
    cancel_it();
    return MM_OK;
}

static void inside_a_callback(void) {
    mm_pop3_options options = MM_POP3_OPTIONS_INIT;
    options.on_trace = cancel_at_trace;
    inside = new_pop3(&options);
    script_set(&peer, STEPS("+OK", ">", "+OK"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(inside, "127.0.0.1", peer.port, 0, &status));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_noop(inside, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(inside, NULL));
    CHECK_OK(mm_pop3_free(inside));
    inside = pop3_connected(STEPS("+OK", ">", "+OK", "a", "silent"));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_retr_all(inside, NULL, 2, -1, cancel_at_message, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(inside, NULL));
    CHECK_OK(mm_pop3_free(inside));
    inside = pop3_connected(STEPS("+OK", ">", "silent"));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_auth_token(inside, "XOAUTH2", "ann", cancel_at_token, NULL, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(inside, NULL));
    CHECK_OK(mm_pop3_free(inside));
}

/* ---- two threads in one handle, and the end of the handle ---- */

static void another_thread_is_inside(void) {
    struct call call;
    char octet;
    size_t length;
    int number = 0;
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "silent"));
    mm_pop3_reply reply = MM_POP3_REPLY_INIT;
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    begin_call(&call, pop3, pop3_noop);
    script_wait(&peer);
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_close(pop3));
    CHECK_FAILS(MM_E_STATE, mm_pop3_get_reply(pop3, &reply));
    CHECK_FAILS(MM_E_STATE, mm_pop3_next(pop3, &entry));
    CHECK_FAILS(MM_E_STATE, mm_pop3_read(pop3, &octet, 1, &length));
    CHECK_FAILS(MM_E_STATE, mm_pop3_get_capability_count(pop3, &number));
    CHECK_FAILS(MM_E_STATE, mm_pop3_set_timeouts(pop3, 1, 1, 1));
    CHECK_FAILS(MM_E_STATE, mm_pop3_free(pop3));
    CHECK(strstr(mm_last_error_message(), "another thread") != NULL);
    CHECK_OK(mm_pop3_cancel(pop3));
    is_cancelled(&pop3_client, &call, "cancelled by the host");
    CHECK_OK(mm_pop3_free(pop3));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_cancel(pop3));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_noop(pop3, NULL));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_free(pop3));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_cancel(NULL));
    CHECK_OK(mm_pop3_free(NULL));
}

/* ---- the engine stops ---- */

static int read_on(void *pop3) {
    char text[100];
    return pop3_read_all(pop3, text, sizeof text, 10);
}

static void the_engine_stops(void) {
    struct call call;
    mm_pop3 *idle = pop3_connected(STEPS("+OK", "close"));
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "+OK", "half", "silent"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    begin_call(&call, pop3, read_on);
    script_wait(&peer);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 60000)); /* which waits for none of them */
    is_cancelled(&pop3_client, &call, "the engine was stopped");
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_noop(idle, NULL));
    CHECK(strstr(mm_last_error_message(), "the engine was stopped") != NULL);
    script_set(&peer, STEPS("+OK", ">", "+OK"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(idle, "127.0.0.1", peer.port, 0, &status)); /* which starts it again */
    CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(idle, &status));
    CHECK_OK(mm_pop3_free(idle));
    CHECK_OK(mm_pop3_free(pop3));
}

int main(void) {
    server_settings();
    script_start(&peer);
    cancelled_between_two_calls(&pop3_client);
    between_two_reads();
    inside_a_callback();
    another_thread_is_inside();
    the_engine_stops();
    the_engine_ends(&pop3_client);
    script_stop(&peer);
    server_stop();
    return check_result();
}
