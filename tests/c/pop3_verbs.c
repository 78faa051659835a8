/*
 * The POP3 client, verb by verb: every function of it, against the library's own server and against one that hears
 * every line.
 */
#include "pop3_clients.h"

/* ---- with the library's own server ---- */

static void has_capabilities(mm_pop3 *pop3) {
    const char *text = NULL, *parameters = NULL;
    int count = 0;
    CHECK_STATUS(MM_POP3_OK, mm_pop3_capa(pop3, &status));
    CHECK_OK(mm_pop3_get_capability_count(pop3, &count));
    CHECK(count > 3);
    for (int i = 0; i < count; i++) {
        CHECK_OK(mm_pop3_get_capability(pop3, i, &text));
        CHECK(text && *text);
    }
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_get_capability(pop3, count, &text));
    CHECK(text == NULL);
    CHECK_OK(mm_pop3_find_capability(pop3, "uidl", &parameters));
    CHECK_TEXT("", parameters);
    CHECK_OK(mm_pop3_find_capability(pop3, "IMPLEMENTATION", &parameters));
    CHECK(parameters && *parameters);
    CHECK_OK(mm_pop3_find_capability(pop3, "XNONE", &parameters));
    CHECK(parameters == NULL);
}

static void one_entry(mm_pop3 *pop3, int number, int has_id) {
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    CHECK_OK(mm_pop3_next(pop3, &entry));
    CHECK_INT(number, entry.number);
    CHECK((entry.octets > 0) == (number > 0 && !has_id));
    CHECK((*entry.id != '\0') == (number > 0 && has_id));
}

struct retrieved {
    int ends, refused;
    size_t octets;
};

static int MM_CALL take(int number, const void *octets, size_t size, int status, void *user) {
    struct retrieved *all = user;
    (void)number, (void)octets;
    all->octets += size;
    all->ends += status == MM_POP3_OK && size == 0;
    all->refused += status == MM_POP3_ERR;
    return MM_OK;
}

static void with_our_own_server(void) {
    static const int numbers[] = {2, 3, 1};
    struct retrieved all = {0, 0, 0};
    struct wire pop;
    char text[4096];
    int count = 0;
    int64_t octets = 0;
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: one\r\n\r\n..dot\r\n...\r\nend\r\n"));
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: two\r\n\r\nx\r\n"));
    pop_wait(&pop, "ann", "secret", 2);
    pop_close(&pop);
    mm_pop3 *pop3 = new_pop3(NULL);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "127.0.0.1", pop_port, 0, &status));
    has_capabilities(pop3);
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_stat(pop3, NULL, NULL, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_login(pop3, "ann", "secret", 0, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stat(pop3, &count, &octets, &status));
    CHECK_INT(2, count);
    CHECK(octets > 100);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_list(pop3, 0, &status));
    one_entry(pop3, 1, 0);
    one_entry(pop3, 2, 0);
    one_entry(pop3, 0, 0);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_uidl(pop3, 2, &status));
    one_entry(pop3, 2, 1);
    one_entry(pop3, 0, 1);
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_list(pop3, 3, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    CHECK_OK(pop3_read_all(pop3, text, sizeof text, 7));
    CHECK(strstr(text, "Subject: one\r\n\r\n.dot\r\n..\r\nend\r\n") != NULL);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_top(pop3, 2, 0, &status));
    CHECK_OK(pop3_read_all(pop3, text, sizeof text, 1000));
    CHECK(strstr(text, "Subject: two\r\n\r\n") != NULL && strstr(text, "x\r\n") == NULL);
    CHECK_OK(mm_pop3_retr_all(pop3, numbers, 3, -1, take, &all));
    CHECK_INT(2, all.ends);
    CHECK_INT(1, all.refused);
    CHECK(all.octets == (size_t)octets);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_dele(pop3, 1, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_rset(pop3, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_dele(pop3, 2, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(pop3, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_quit(pop3, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "127.0.0.1", pop_port, 0, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_user(pop3, "ann", &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_pass(pop3, "secret", &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stat(pop3, &count, NULL, &status));
    CHECK_INT(1, count);
    CHECK_OK(mm_pop3_free(pop3));
}

/* ---- every verb as it goes out ---- */

static void every_verb(void) {
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK hello <1896.697170952@dbc.mtview.ca.us>", ">", "-ERR", ">", "-ERR", ">",
                                         "-ERR", ">", "-ERR", ">", "-ERR", ">", "+ YQ==", ">", "-ERR", ">", "-ERR", ">",
                                         "-ERR", ">", "-ERR", ">", "-ERR", ">", "-ERR", ">", "-ERR", ">", "+OK"));
    CHECK_TEXT("<1896.697170952@dbc.mtview.ca.us>", answer_of(pop3).stamp);
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_capa(pop3, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_stls(pop3, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_user(pop3, "ann lee", &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_pass(pop3, "a b", &status));
    if (mm_pop3_apop(pop3, "mrose", "tanstaaf", NULL) == MM_E_TLS) /* no OpenSSL for the digest */
        CHECK_STATUS(MM_POP3_ERR, mm_pop3_noop(pop3, &status));
    CHECK_STATUS(MM_POP3_CHALLENGE, mm_pop3_auth_raw(pop3, "X-OWN", "=", &status));
    CHECK_TEXT("a", answer_of(pop3).challenge);
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_auth_respond(pop3, "*", &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_auth(pop3, "PLAIN", "ann", "secret", &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_utf8(pop3, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_lang(pop3, "de", &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_lang(pop3, NULL, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_list(pop3, 0, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_uidl(pop3, 7, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_quit(pop3, &status));
    CHECK_OK(mm_pop3_free(pop3));
    const char *heard = script_heard(&peer);
    CHECK(strncmp(heard, "CAPA\nSTLS\nUSER ann lee\nPASS a b\n", 32) == 0);
    CHECK(strstr(heard, "AUTH X-OWN =\n*\nAUTH PLAIN AGFubgBzZWNyZXQ=\nUTF8\nLANG de\nLANG\nLIST\nUIDL 7\nQUIT\n"));
    CHECK(strstr(heard, "APOP mrose c4c9334bac560ecc979e58001b3e22fb\n") || strstr(heard, "NOOP\n"));
}

static void own_commands(void) {
    char text[100];
    mm_pop3 *pop3 = pop3_connected(
        STEPS("+OK", ">", ">", ">", "+OK lines", "a", "..b", "say .\r\n", "-ERR [IN-USE] no", "+OK 3 x", "silent"));
    CHECK_OK(mm_pop3_send_command(pop3, "XTND XLST", MM_POP3_MANY_LINES));
    CHECK_OK(mm_pop3_send_command(pop3, "RETR 9", MM_POP3_KNOWN));
    CHECK_OK(mm_pop3_send_command(pop3, "XNOOP", MM_POP3_ONE_LINE));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_send_command(pop3, "XNOOP", MM_POP3_KNOWN));
    CHECK_INT(3, answer_of(pop3).due);
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_receive(pop3, &status));
    CHECK_OK(pop3_read_all(pop3, text, sizeof text, 3));
    CHECK_TEXT("a\r\n.b\r\n", text);
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_receive(pop3, &status));
    CHECK_TEXT("IN-USE", answer_of(pop3).code);
    CHECK_TEXT("no", answer_of(pop3).text);
    CHECK_TEXT("-ERR [IN-USE] no", answer_of(pop3).raw);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_receive(pop3, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_receive(pop3, NULL));
    CHECK_OK(mm_pop3_close(pop3));
    CHECK_OK(mm_pop3_free(pop3));
    CHECK_TEXT("XTND XLST\nRETR 9\nXNOOP\n", script_heard(&peer));
}

/* ---- what would be two commands, and what a server says ahead ---- */

static void injections(void) {
    static const char *const bad[] = {"a\r\nDELE 1", "a\nDELE 1", "a\rDELE 1"};
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "say +OK\r\n+OK early\r\n", "silent"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_user(pop3, bad[i], NULL));
        CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_pass(pop3, bad[i], NULL));
        CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_login(pop3, bad[i], "x", 0, NULL));
        CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_lang(pop3, bad[i], NULL));
        CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_auth_raw(pop3, bad[i], NULL, NULL));
        CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_auth_raw(pop3, "X", bad[i], NULL));
        CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_send_command(pop3, bad[i], MM_POP3_ONE_LINE));
    }
    CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(pop3, &status));
    CHECK_FAILS(MM_E_PROTOCOL, mm_pop3_noop(pop3, NULL));
    CHECK_INT(MM_E_PROTOCOL, pop3_error_of(pop3).code);
    CHECK_OK(mm_pop3_free(pop3));
}

/* ---- what ends in the middle ---- */

static void a_message_that_is_cut(void) {
    char text[100];
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "+OK", "half", "close"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    CHECK_FAILS(MM_E_CLOSED, pop3_read_all(pop3, text, sizeof text, 50));
    CHECK_TEXT("half\r\n", text);
    mm_error_detail detail = pop3_error_of(pop3);
    CHECK_INT(MM_STAGE_CONTENT, detail.stage);
    CHECK_INT(MM_LAYER_NETWORK, detail.layer);
    CHECK_INT(1, detail.retry);
    CHECK_OK(mm_pop3_free(pop3));
}

static int MM_CALL once(int number, const void *octets, size_t size, int status, void *user) {
    (void)number, (void)octets, (void)size, (void)status;
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(user, NULL));
    return 1;
}

static void who_wants_no_more(void) {
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "+OK", "a", "say .\r\n", ">", "+OK"));
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_retr_all(pop3, NULL, 3, -1, once, pop3));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(pop3, &status));
    CHECK_OK(mm_pop3_free(pop3));
    CHECK_TEXT("RETR 1\nNOOP\n", script_heard(&peer));
}

static void silence(void) {
    mm_pop3_options options = MM_POP3_OPTIONS_INIT;
    options.receive_timeout_ms = 50;
    mm_pop3 *pop3 = new_pop3(&options);
    script_set(&peer, STEPS("silent"));
    CHECK_FAILS(MM_E_TIMEOUT, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, NULL));
    CHECK_INT(MM_STAGE_GREETING, pop3_error_of(pop3).stage);
    CHECK_OK(mm_pop3_free(pop3));
}

int main(void) {
    server_settings();
    server_start(NULL, 0);
    script_start(&peer);
    with_our_own_server();
    every_verb();
    own_commands();
    injections();
    a_message_that_is_cut();
    who_wants_no_more();
    silence();
    CHECK_INT(MM_E_HANDLE, mm_pop3_noop(NULL, NULL));
    CHECK_OK(mm_pop3_free(NULL));
    script_stop(&peer);
    server_stop();
    return check_result();
}
