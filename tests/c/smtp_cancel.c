/*
 * mm_smtp_cancel ends every wait, by order: in each case the test knows that the call waits, by what the other side has
 * seen, before it cancels. And the end of the engine; and two threads in one handle.
 */
#include "calls.h"

/* ---- a call that was cancelled ---- */

static void was_cancelled(const struct call *call, const char *words) {
    mm_smtp *smtp = call->client;
    CHECK_INT(MM_E_CANCELLED, call->result);
    CHECK_INT(MM_E_CANCELLED, call->error);
    mm_error_detail detail = error_of(smtp);
    CHECK_INT(MM_E_CANCELLED, detail.code);
    CHECK_INT(MM_LAYER_HOST, detail.layer);
    CHECK(strstr(detail.message, words) != NULL);
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
}

static void *make(mm_engine *engine, const char *proxy) {
    mm_smtp *smtp = NULL;
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.proxy = proxy;
    CHECK_OK(mm_smtp_new(engine, &options, &smtp));
    return smtp;
}

static int connect_in_clear(void *smtp, const char *host, int port) {
    return mm_smtp_connect(smtp, host, port, 0, NULL);
}

static int cancel(void *smtp) {
    return mm_smtp_cancel(smtp);
}

static int end(void *smtp) {
    return mm_smtp_free(smtp);
}

static const struct client_kind kind = {make, connect_in_clear, cancel, end, was_cancelled};

/* ---- the waits ---- */

static int connect_to_peer(void *smtp) {
    return mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, NULL);
}

static int connect_with_tls(void *smtp) {
    return mm_smtp_connect(smtp, "127.0.0.1", peer.port, MM_SMTP_TLS, NULL);
}

static int read_reply(void *smtp) {
    return mm_smtp_noop(smtp, NULL);
}

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

static void at_the_greeting(void) {
    script_set(&peer, STEPS("silent"));
    cancelled_there(&kind, new_client(NULL), connect_to_peer);
}

static void at_the_handshake(void) {
    script_set(&peer, STEPS("#5", "silent")); /* the header of our first record */
    cancelled_there(&kind, new_client(NULL), connect_with_tls);
}

static void at_a_reply(void) {
    cancelled_there(&kind, connected(STEPS("220 hello", ">", "silent")), read_reply);
    cancelled_there(&kind, connected(STEPS("220 hello", ">", "say 250-half", "silent")), read_reply);
}

static void at_sending(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", "#1", "deaf"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    cancelled_there(&kind, smtp, write_much);
}

static int end_content(void *smtp) {
    return mm_smtp_write(smtp, "x", 1, MM_SMTP_LAST, NULL);
}

static void at_the_end_of_data(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", ".", "silent"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    cancelled_there(&kind, smtp, end_content);
}

static void at_mm_smtp_wait(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", "silent"));
    cancelled_there(&kind, smtp, wait_for_input);
}

/* ---- between calls ---- */

static void between_two_calls(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250 noop", ">", "250 noop"));
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_OK(mm_smtp_cancel(smtp));
    CHECK_OK(mm_smtp_cancel(smtp));
    CHECK_FAILS(MM_E_CANCELLED, mm_smtp_noop(smtp, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_TEXT("NOOP\n", script_heard(&peer));
    script_set(&peer, STEPS("220 hello", ">", "250 noop"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
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
    begin_call(&call, smtp, read_reply);
    script_wait(&peer);
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_close(smtp));
    CHECK_FAILS(MM_E_STATE, mm_smtp_get_reply(smtp, &reply));
    CHECK_FAILS(MM_E_STATE, mm_smtp_free(smtp));
    CHECK(strstr(mm_last_error_message(), "another thread") != NULL);
    CHECK_OK(mm_smtp_cancel(smtp));
    is_cancelled(&kind, &call, "cancelled by the host");
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
    begin_call(&call, smtp, read_reply);
    script_wait(&peer);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 60000)); /* which waits for none of them */
    is_cancelled(&kind, &call, "the engine was stopped");
    CHECK_FAILS(MM_E_CANCELLED, mm_smtp_noop(idle, NULL));
    CHECK(strstr(mm_last_error_message(), "the engine was stopped") != NULL);
    script_set(&peer, STEPS("220 hello", ">", "250 noop"));
    CHECK_CODE(220, mm_smtp_connect(idle, "127.0.0.1", peer.port, 0, &code)); /* which starts it again */
    CHECK_CODE(250, mm_smtp_noop(idle, &code));
    CHECK_OK(mm_smtp_free(idle));
    CHECK_OK(mm_smtp_free(smtp));
}

/* Clients of an engine that has ended are freed all the same. */
static void the_engine_ends(void) {
    mm_engine *engine = NULL;
    mm_smtp *smtp = NULL;
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", check_folder));
    CHECK_OK(mm_smtp_new(engine, NULL, &smtp));
    script_set(&peer, STEPS("220 hello", "silent"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    CHECK_OK(mm_engine_free(engine));
    CHECK_FAILS(MM_E_CANCELLED, mm_smtp_noop(smtp, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

int main(void) {
    server_settings();
    script_start(&peer);
    cancelled_at_the_name(&kind);
    cancelled_at_connecting(&kind);
    cancelled_at_the_proxy(&kind);
    at_the_greeting();
    at_the_handshake();
    at_a_reply();
    at_sending();
    at_the_end_of_data();
    at_mm_smtp_wait();
    between_two_calls();
    inside_a_callback();
    another_thread_is_inside();
    the_engine_stops();
    the_engine_ends();
    script_stop(&peer);
    server_stop();
    return check_result();
}
