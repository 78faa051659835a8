/*
 * mm_pop3_cancel ends every wait, by order: in each case the test knows that the call waits, by what the other side has
 * seen, before it cancels.
 */
#include "calls.h"

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
    {{"+OK", ">", "+OK", "what nobody reads", "silent"}, retr, pop3_noop},
    {{"+OK", ">", "silent"}, NULL, retr_all},
    {{"+OK", ">", "+OK", "one", "say .\r\n", ">", "+OK", "half", "silent"}, NULL, retr_all},
    {{"+OK", ">", "silent"}, NULL, dele},
    {{"+OK", ">", "silent"}, NULL, rset},
    {{"+OK", ">", "silent"}, NULL, pop3_noop},
    {{"+OK", ">", "say +O", "silent"}, NULL, pop3_noop},
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
        cancelled_there(&pop3_client, pop3, points[i].call);
        if (check_failures > before)
            fprintf(stderr, "that was point %d\n", (int)i);
    }
}

int main(void) {
    server_settings();
    script_start(&peer);
    cancelled_at_the_name(&pop3_client);
    cancelled_at_connecting(&pop3_client);
    cancelled_at_the_proxy(&pop3_client);
    cancelled_at_the_greeting(&pop3_client, STEPS("silent"), 0);
    cancelled_at_the_greeting(&pop3_client, STEPS("say +OK hel", "silent"), 0);
    cancelled_at_the_handshake(&pop3_client);
    at_every_verb();
    script_stop(&peer);
    server_stop();
    return check_result();
}
