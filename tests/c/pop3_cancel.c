/*
 * mm_pop3_cancel ends every wait, by order: in each case the test knows that the call waits, by what the other side has
 * seen, before it cancels. And the end of the engine; and two threads in one handle.
 */
#include "calls.h"
#include "pop3_clients.h"

/* ---- a call that was cancelled ---- */

static void was_cancelled(const struct call *call, const char *words) {
    mm_pop3 *pop3 = call->client;
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    char octet;
    size_t length = 1;
    CHECK_INT(MM_E_CANCELLED, call->result);
    CHECK_INT(MM_E_CANCELLED, call->error);
    mm_error_detail detail = pop3_error_of(pop3);
    CHECK_INT(MM_E_CANCELLED, detail.code);
    CHECK_INT(MM_LAYER_HOST, detail.layer);
    CHECK(strstr(detail.message, words) != NULL);
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_read(pop3, &octet, 1, &length));
    CHECK_INT(0, length);
    CHECK_FAILS(MM_E_STATE, mm_pop3_next(pop3, &entry));
    CHECK_FAILS(MM_E_STATE, mm_pop3_quit(pop3, NULL)); /* so that nothing is deleted behind it */
}

static void *make(mm_engine *engine, const char *proxy) {
    mm_pop3 *pop3 = NULL;
    mm_pop3_options options = MM_POP3_OPTIONS_INIT;
    options.proxy = proxy;
    CHECK_OK(mm_pop3_new(engine, &options, &pop3));
    return pop3;
}

static int connect_in_clear(void *pop3, const char *host, int port) {
    return mm_pop3_connect(pop3, host, port, 0, NULL);
}

static int cancel(void *pop3) {
    return mm_pop3_cancel(pop3);
}

static int end(void *pop3) {
    return mm_pop3_free(pop3);
}

static const struct client_kind kind = {make, connect_in_clear, cancel, end, was_cancelled};

/* ---- before there is a dialogue ---- */

static int connect_to_peer(void *pop3) {
    return mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, NULL);
}

static int connect_with_tls(void *pop3) {
    return mm_pop3_connect(pop3, "127.0.0.1", peer.port, MM_POP3_TLS, NULL);
}

static void at_the_greeting(void) {
    script_set(&peer, STEPS("silent"));
    cancelled_there(&kind, new_pop3(NULL), connect_to_peer);
    script_set(&peer, STEPS("say +OK hel", "silent"));
    cancelled_there(&kind, new_pop3(NULL), connect_to_peer);
}

static void at_the_handshake(void) {
    script_set(&peer, STEPS("#5", "silent")); /* the header of our first record */
    cancelled_there(&kind, new_pop3(NULL), connect_with_tls);
}

/* ---- at every verb ---- */

static int capa(void *pop3) {
    return mm_pop3_capa(pop3, NULL);
}

static int stls(void *pop3) {
    return mm_pop3_stls(pop3, NULL);
}

static int start_tls(void *pop3) {
    return mm_pop3_start_tls(pop3, "pop.example.net", 0, NULL);
}

static int user(void *pop3) {
    return mm_pop3_user(pop3, "ann", NULL);
}

static int pass(void *pop3) {
    return mm_pop3_pass(pop3, "secret", NULL);
}

static int apop(void *pop3) {
    return mm_pop3_apop(pop3, "ann", "secret", NULL);
}

static int login(void *pop3) {
    return mm_pop3_login(pop3, "ann", "secret", 0, NULL);
}

static int auth(void *pop3) {
    return mm_pop3_auth(pop3, "LOGIN", "ann", "secret", NULL);
}

static int auth_raw(void *pop3) {
    return mm_pop3_auth_raw(pop3, "X-OWN", NULL, NULL);
}

static int auth_respond(void *pop3) {
    return mm_pop3_auth_respond(pop3, "YQ==", NULL);
}

static int utf8(void *pop3) {
    return mm_pop3_utf8(pop3, NULL);
}

static int lang(void *pop3) {
    return mm_pop3_lang(pop3, "de", NULL);
}

static int stat_of(void *pop3) {
    return mm_pop3_stat(pop3, NULL, NULL, NULL);
}

static int list(void *pop3) {
    return mm_pop3_list(pop3, 0, NULL);
}

static int uidl(void *pop3) {
    return mm_pop3_uidl(pop3, 1, NULL);
}

static int next(void *pop3) {
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    return mm_pop3_next(pop3, &entry);
}

static int list_and_one(void *pop3) {
    int result = list(pop3);
    return result == MM_OK ? next(pop3) : result;
}

static int retr(void *pop3) {
    return mm_pop3_retr(pop3, 1, NULL);
}

static int top(void *pop3) {
    return mm_pop3_top(pop3, 1, 2, NULL);
}

static int read_on(void *pop3) {
    char text[100];
    return pop3_read_all(pop3, text, sizeof text, 10);
}

static int dele(void *pop3) {
    return mm_pop3_dele(pop3, 1, NULL);
}

static int rset(void *pop3) {
    return mm_pop3_rset(pop3, NULL);
}

static int noop(void *pop3) {
    return mm_pop3_noop(pop3, NULL);
}

static int quit(void *pop3) {
    return mm_pop3_quit(pop3, NULL);
}

static int own_line(void *pop3) {
    return mm_pop3_send_command(pop3, "XOWN", MM_POP3_ONE_LINE);
}

static int own_lines(void *pop3) {
    return mm_pop3_send_command(pop3, "XOWN", MM_POP3_MANY_LINES);
}

static int receive(void *pop3) {
    return mm_pop3_receive(pop3, NULL);
}

static int own_lines_begun(void *pop3) {
    int result = own_lines(pop3);
    return result == MM_OK ? receive(pop3) : result;
}

static int MM_CALL take(int number, const void *octets, size_t size, int status, void *user) {
    (void)number, (void)octets, (void)size, (void)status, (void)user;
    return MM_OK;
}

static int retr_all(void *pop3) {
    return mm_pop3_retr_all(pop3, NULL, 2, -1, take, NULL);
}

static int wait_for_input(void *pop3) {
    int found;
    return mm_pop3_wait(pop3, MM_READY_INPUT, -1, &found);
}

/* What the server does, what is done before, and the call that waits. */
static const struct point {
    const char *steps[10];
    int (*before)(void *pop3);
    int (*call)(void *pop3);
} points[] = {
    {{"+OK", ">", "silent"}, NULL, capa},
    {{"+OK", ">", "say +OK here\r\nTOP\r\nUI", "silent"}, NULL, capa},
    {{"+OK", ">", "silent"}, NULL, stls},
    {{"+OK", ">", "+OK go", "#5", "silent"}, stls, start_tls},
    {{"+OK", ">", "silent"}, NULL, user},
    {{"+OK", ">", "+OK", ">", "silent"}, user, pass},
    {{"+OK <a@b>", ">", "silent"}, NULL, apop},
    {{"+OK", ">", "silent"}, NULL, login},
    {{"+OK", ">", "-ERR", ">", "silent"}, NULL, login},
    {{"+OK", ">", "-ERR", ">", "+OK", ">", "silent"}, NULL, login},
    {{"+OK", ">", "silent"}, NULL, auth},
    {{"+OK", ">", "+ VXNlcm5hbWU6", ">", "silent"}, NULL, auth},
    {{"+OK", ">", "+ VXNlcm5hbWU6", ">", "+ UGFzc3dvcmQ6", ">", "silent"}, NULL, auth},
    {{"+OK", ">", "silent"}, NULL, auth_raw},
    {{"+OK", ">", "+ YQ==", ">", "silent"}, auth_raw, auth_respond},
    {{"+OK", ">", "silent"}, NULL, utf8},
    {{"+OK", ">", "silent"}, NULL, lang},
    {{"+OK", ">", "silent"}, NULL, stat_of},
    {{"+OK", ">", "say +OK 2 3", "silent"}, NULL, stat_of},
    {{"+OK", ">", "silent"}, NULL, list},
    {{"+OK", ">", "+OK", "1 10", "silent"}, list_and_one, next},
    {{"+OK", ">", "say +OK\r\n1 10\r\n2 2", "silent"}, list_and_one, next},
    {{"+OK", ">", "silent"}, NULL, uidl},
    {{"+OK", ">", "silent"}, NULL, retr},
    {{"+OK", ">", "+OK", "silent"}, retr, read_on},
    {{"+OK", ">", "say +OK\r\nhalf a li", "silent"}, retr, read_on},
    {{"+OK", ">", "say +OK\r\na line\r\n.", "silent"}, retr, read_on},
    {{"+OK", ">", "silent"}, NULL, top},
    {{"+OK", ">", "+OK", "Subject: x", "silent"}, top, read_on},
    {{"+OK", ">", "+OK", "what nobody reads", "silent"}, retr, noop},
    {{"+OK", ">", "silent"}, NULL, retr_all},
    {{"+OK", ">", "+OK", "one", "say .\r\n", ">", "+OK", "half", "silent"}, NULL, retr_all},
    {{"+OK", ">", "silent"}, NULL, dele},
    {{"+OK", ">", "silent"}, NULL, rset},
    {{"+OK", ">", "silent"}, NULL, noop},
    {{"+OK", ">", "say +O", "silent"}, NULL, noop},
    {{"+OK", ">", "silent"}, NULL, quit},
    {{"+OK", ">", "silent"}, own_line, receive},
    {{"+OK", ">", "silent"}, own_lines, receive},
    {{"+OK", ">", "+OK", "a line", "silent"}, own_lines_begun, read_on},
    {{"+OK", "silent"}, NULL, wait_for_input},
};

static void at_every_verb(void) {
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        mm_pop3 *pop3 = pop3_connected(points[i].steps);
        int before = check_failures;
        if (points[i].before)
            CHECK_OK(points[i].before(pop3));
        cancelled_there(&kind, pop3, points[i].call);
        if (check_failures > before)
            fprintf(stderr, "that was point %d\n", (int)i);
    }
}

/* ---- between calls ---- */

static void between_two_calls(void) {
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "+OK", ">", "+OK"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(pop3, &status));
    CHECK_OK(mm_pop3_cancel(pop3));
    CHECK_OK(mm_pop3_cancel(pop3));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_noop(pop3, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_TEXT("NOOP\n", script_heard(&peer));
    script_set(&peer, STEPS("+OK", ">", "+OK"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(pop3, &status));
    CHECK_OK(mm_pop3_free(pop3));
}

/* Though all that it asks for has come already. */
static void between_two_reads(void) {
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
    CHECK_OK(list_and_one(pop3));
    CHECK_OK(mm_pop3_cancel(pop3));
    CHECK_FAILS(MM_E_CANCELLED, next(pop3));
    CHECK_FAILS(MM_E_STATE, next(pop3));
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
    begin_call(&call, pop3, noop);
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
    is_cancelled(&kind, &call, "cancelled by the host");
    CHECK_OK(mm_pop3_free(pop3));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_cancel(pop3));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_noop(pop3, NULL));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_free(pop3));
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_cancel(NULL));
    CHECK_OK(mm_pop3_free(NULL));
}

/* ---- the engine stops ---- */

static void the_engine_stops(void) {
    struct call call;
    mm_pop3 *idle = pop3_connected(STEPS("+OK", "close"));
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "+OK", "half", "silent"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    begin_call(&call, pop3, read_on);
    script_wait(&peer);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 60000)); /* which waits for none of them */
    is_cancelled(&kind, &call, "the engine was stopped");
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_noop(idle, NULL));
    CHECK(strstr(mm_last_error_message(), "the engine was stopped") != NULL);
    script_set(&peer, STEPS("+OK", ">", "+OK"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(idle, "127.0.0.1", peer.port, 0, &status)); /* which starts it again */
    CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(idle, &status));
    CHECK_OK(mm_pop3_free(idle));
    CHECK_OK(mm_pop3_free(pop3));
}

/* Clients of an engine that has ended are freed all the same. */
static void the_engine_ends(void) {
    mm_engine *engine = NULL;
    mm_pop3 *pop3 = NULL;
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", check_folder));
    CHECK_OK(mm_pop3_new(engine, NULL, &pop3));
    script_set(&peer, STEPS("+OK", "silent"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, &status));
    CHECK_OK(mm_engine_free(engine));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_noop(pop3, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, NULL));
    CHECK_OK(mm_pop3_free(pop3));
}

int main(void) {
    server_settings();
    script_start(&peer);
    cancelled_at_the_name(&kind);
    cancelled_at_connecting(&kind);
    cancelled_at_the_proxy(&kind);
    at_the_greeting();
    at_the_handshake();
    at_every_verb();
    between_two_calls();
    between_two_reads();
    inside_a_callback();
    another_thread_is_inside();
    the_engine_stops();
    the_engine_ends();
    script_stop(&peer);
    server_stop();
    return check_result();
}
