/* Several tables of handlers of one server: in order, each with a session handle and a pointer of its own; what a
 * session tells about itself; handles that are gone. */
#include "handled.h"

enum { MOST = 8 };

/* ---- order and pointers ---- */

/* One table: its letter, what it answers at NOOP, and the session it has heard of. */
struct table {
    char letter;
    int verdict;
    mm_session *session;
};

static int noop_of_table(mm_session *session, const char *text, void *user) {
    struct table *table = user;
    void *kept = table;
    (void)text;
    if (!table->session) {
        CHECK_OK(mm_session_get_user(session, &kept));
        CHECK(kept == NULL);
        CHECK_OK(mm_session_set_user(session, &table->letter));
        table->session = session;
    }
    CHECK(table->session == session);
    CHECK_OK(mm_session_get_user(session, &kept));
    CHECK(kept == &table->letter);
    hear("%c;", table->letter);
    return table->verdict;
}

static void close_of_table(mm_session *session, void *user) {
    struct table *table = user;
    void *kept = NULL;
    CHECK_OK(mm_session_get_user(session, &kept));
    CHECK(kept == (table->session ? &table->letter : NULL));
    hear("close %c;", table->letter);
}

static mm_smtp_server_handlers noop_and_close(void) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    handlers.noop = noop_of_table;
    handlers.close = close_of_table;
    return handlers;
}

static struct table tables[MOST + 1];

static void asks(const char *expected, int code) {
    struct wire wire;
    begin_anew();
    for (int i = 0; i <= MOST; i++)
        tables[i].session = NULL;
    begin_session(&wire, NULL);
    CHECK_INT(code, wire_smtp(&wire, "NOOP"));
    CHECK_TEXT(expected, heard.text);
    end_session(&wire);
    wait_to_hear("close h;");
    CHECK(strstr(heard.text, "close a;close b;close c;close d;close e;close f;close g;close h;"));
    for (int i = 0; i < MOST; i++)
        for (int j = 0; j < i; j++)
            CHECK(!tables[i].session || tables[i].session != tables[j].session);
}

static void tables_are_asked_in_order_until_one_answers(void) {
    mm_smtp_server_handlers handlers = noop_and_close(), nothing = MM_SMTP_SERVER_HANDLERS_INIT;
    for (int i = 0; i <= MOST; i++)
        tables[i].letter = (char)('a' + i);
    engine_start();
    handled_start(&handlers, &tables[0], 0);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_add_handlers(server, NULL, NULL));
    nothing.size = 1;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_add_handlers(server, &nothing, NULL));
    for (int i = 1; i < MOST; i++)
        CHECK_OK(mm_smtp_server_add_handlers(server, &handlers, &tables[i]));
    CHECK_INT(MM_E_LIMIT, mm_smtp_server_add_handlers(server, &handlers, &tables[MOST]));
    asks("a;b;c;d;e;f;g;h;", 250);
    tables[2].verdict = 252;
    asks("a;b;c;", 252);
    tables[0].verdict = MM_VERDICT_REJECT;
    asks("a;", 550);
    tables[0].verdict = tables[2].verdict = MM_VERDICT_CONTINUE;
}

/* A server without handlers gets them for the sessions that begin from then on. */
static void later_sessions_alone_have_a_later_table(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    struct wire before, after;
    engine_start();
    handled_start(NULL, NULL, 0);
    begin_anew();
    begin_session(&before, NULL); /* it has no table */
    CHECK_OK(mm_smtp_server_add_handlers(server, &handlers, NULL));
    begin_session(&after, NULL);
    answers[AT_NOOP].verdict = 252;
    CHECK_INT(250, wire_smtp(&before, "NOOP"));
    CHECK_INT(252, wire_smtp(&after, "NOOP"));
    end_session(&before);
    end_session(&after);
    wait_to_hear("close;");
    CHECK_TEXT("connect;noop();close;", heard.text);
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    CHECK_INT(MM_E_HANDLE, mm_smtp_server_add_handlers(server, &handlers, NULL));
    CHECK_OK(mm_engine_free(engine));
}

/* Two in one session: the first refuses a message, the other sees each piece of it. */
static int all_pieces(mm_session *session, const void *octets, size_t size, int flags, void *user) {
    (void)session, (void)octets, (void)flags;
    *(size_t *)user += size;
    return MM_VERDICT_CONTINUE;
}

static void each_table_has_each_piece(void) {
    mm_smtp_server_handlers first = all_handlers(), second = MM_SMTP_SERVER_HANDLERS_INIT;
    size_t octets = 0;
    second.chunk = all_pieces;
    engine_start();
    handled_start(&first, NULL, 0);
    CHECK_OK(mm_smtp_server_add_handlers(server, &second, &octets));
    begin_anew();
    answers[AT_CHUNK].verdict = MM_VERDICT_REJECT;
    CHECK_INT(554, smtp_message("ann@example.org", "Subject: x\r\n\r\nx\r\n"));
    CHECK_INT(17, octets);
    handled_stop();
}

/* ---- what a session tells about itself ---- */

static void looks(mm_session *session) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    mm_session_check check = MM_SESSION_CHECK_INIT;
    int count = -1;
    CHECK_OK(mm_session_get_info(session, &info));
    CHECK_TEXT("127.0.0.1", info.client);
    CHECK_TEXT("127.0.0.1", info.connected_from);
    CHECK_TEXT("127.0.0.1", info.server);
    CHECK_INT(smtp_port, info.server_port);
    CHECK(info.client_port > 0);
    CHECK_TEXT("", info.tls);
    CHECK_TEXT("", info.tls_name);
    CHECK_TEXT("", info.certificate);
    CHECK(info.began > (int64_t)1700000000 * 1000);
    hear("%s,%s,%s,%s,%d;", info.helo, info.protocol, info.user, info.mechanism, info.messages);
    CHECK_OK(mm_session_get_check_count(session, &count));
    CHECK_INT(0, count);
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_check(session, 0, &check));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_check(session, -1, &check));
    info.size = 1;
    CHECK_INT(MM_E_ARGUMENT, mm_session_get_info(session, &info));
    CHECK_INT(MM_E_ARGUMENT, mm_session_get_info(session, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_get_user(session, NULL));
}

/* What belongs to other steps. */
static void tries_what_is_not_of_noop(mm_session *session) {
    const char *text = "x";
    int count = 7;
    size_t length = 7;
    char octet;
    CHECK_INT(MM_E_STATE, mm_session_set_login(session, "x"));
    CHECK_INT(MM_E_STATE, mm_session_set_secret(session, "x"));
    CHECK_INT(MM_E_STATE, mm_session_set_sender(session, ""));
    CHECK_INT(MM_E_STATE, mm_session_get_sender(session, &text));
    CHECK(text == NULL);
    CHECK_OK(mm_session_get_recipient_count(session, &count));
    CHECK_INT(0, count);
    CHECK_INT(MM_E_STATE, mm_session_add_recipient(session, "ann@example.org"));
    CHECK_INT(MM_E_STATE, mm_session_remove_recipient(session, 0));
    CHECK_INT(MM_E_STATE, mm_session_set_expansion(session, "ann@example.org"));
    CHECK_INT(MM_E_STATE, mm_session_add_header(session, "X-A", "a"));
    CHECK_INT(MM_E_STATE, mm_session_read_message(session, 0, &octet, 1, &length));
    CHECK_INT(0, length);
    CHECK_INT(MM_E_STATE, mm_session_get_path(session, &text));
    CHECK_INT(MM_E_STATE, mm_session_set_recipient_reply(session, 0, 250, NULL, NULL));
}

static mm_session *outside;

static void keeps(mm_session *session) {
    outside = session;
}

/* Between its handlers a session is MM_E_STATE, at its end MM_E_HANDLE. */
static void is_out_of_reach(int expected) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    mm_session_rcpt rcpt = MM_SESSION_RCPT_INIT;
    mm_session_check check = MM_SESSION_CHECK_INIT;
    mm_pending *pending;
    const char *text;
    int count = 7;
    CHECK_INT(expected, mm_session_get_info(outside, &info));
    CHECK_INT(expected, mm_session_set_reply(outside, 0, NULL, "x"));
    CHECK_INT(expected, mm_session_add_reply_line(outside, "x"));
    CHECK_INT(expected, mm_session_defer(outside, 0, MM_VERDICT_REJECT, &pending));
    CHECK_INT(expected, mm_session_get_sender(outside, &text));
    CHECK_INT(expected, mm_session_get_recipient_count(outside, &count));
    CHECK_INT(0, count);
    CHECK_INT(expected, mm_session_get_recipient(outside, 0, &rcpt));
    CHECK_INT(expected, mm_session_get_check_count(outside, &count));
    CHECK_INT(expected, mm_session_get_check(outside, 0, &check));
    CHECK_INT(expected, mm_session_set_sender(outside, ""));
    CHECK_INT(expected, mm_session_get_path(outside, &text));
}

static void a_session_tells_about_itself(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    struct wire wire;
    engine_start();
    handled_start(&handlers, NULL, 0);
    begin_anew();
    answers[AT_HELP].first = looks;
    answers[AT_NOOP].first = tries_what_is_not_of_noop;
    answers[AT_VRFY].first = keeps;
    begin_session(&wire, "HELP\nHELO old.test\nHELP\n" HELLO "\nHELP\nAUTH PLAIN AGFubgBzZWNyZXQ=\nHELP\nVRFY ann");
    CHECK(strstr(heard.text, "help();,SMTP,,,0;helo(old.test);help();old.test,SMTP,,,0;ehlo(client.example.net);"
                             "help();client.example.net,ESMTP,,,0;"));
    CHECK(strstr(heard.text, "client.example.net,ESMTPA,ann,PLAIN,0;"));
    CHECK_INT(250, wire_smtp(&wire, "NOOP"));
    is_out_of_reach(MM_E_STATE);
    CHECK_OK(mm_session_set_user(outside, &wire));
    end_session(&wire);
    wait_to_hear("close;");
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    is_out_of_reach(MM_E_HANDLE);
    CHECK_OK(mm_engine_free(engine));
}

/* ---- the pool ---- */

static void holds(mm_session *session) {
    (void)session;
    hear("held;");
    wait_to_hear("let go;");
}

/* One thread, and nobody who may wait for it: who comes meanwhile is told so, and comes again. */
static void who_finds_no_place_in_the_pool_is_told(void) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    struct wire held, other, third;
    handlers.vrfy = on_vrfy;
    handlers.rset = on_rset;
    engine_start();
    CHECK_OK(mm_engine_set(engine, "handler_threads", "1"));
    CHECK_OK(mm_engine_set(engine, "handler_queue", "0"));
    CHECK_OK(mm_engine_set(engine, "handler_busy", "All our clerks are busy"));
    handled_start(&handlers, NULL, 0);
    begin_anew();
    answers[AT_VRFY].first = holds;
    begin_session(&held, NULL);
    begin_session(&other, NULL);
    begin_session(&third, NULL);
    wire_write(&held, "VRFY ann\r\n");
    wait_to_hear("held;");
    CHECK_TEXT("451 4.3.2 All our clerks are busy", said(&other, "VRFY ann"));
    CHECK_INT(250, wire_smtp(&other, HELLO)); /* what asks nobody waits for nobody */
    wire_write(&other, "RSET\r\n");           /* RFC 5321 §4.1.1.5: 250 alone, so it waits */
    CHECK_TEXT("451 4.3.2 All our clerks are busy", said(&third, "VRFY ann"));
    end_session(&third);
    hear("let go;");
    CHECK_INT(250, wire_reply(&other));
    CHECK_INT(252, wire_reply(&held));
    end_session(&held);
    while (strncmp(said(&other, "VRFY ann"), "451", 3) == 0) /* the place is free a little behind the reply */
        ;
    end_session(&other);
    handled_stop();
}

/* A stop waits for a handler as long as it may, and says so where that is not long enough. */
static void a_stop_waits_for_a_handler(void) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    struct wire held;
    handlers.noop = on_noop;
    engine_start();
    handled_start(&handlers, NULL, 0);
    begin_anew();
    answers[AT_NOOP].first = holds;
    begin_session(&held, NULL);
    wire_write(&held, "NOOP\r\n");
    wait_to_hear("held;");
    CHECK_INT(MM_E_TIMEOUT, mm_smtp_server_stop(server, 0));
    hear("let go;");
    wire_close(&held);
    CHECK_OK(mm_engine_stop(engine, -1)); /* the handler comes back in its own time, for which a free does not wait */
    CHECK_OK(mm_engine_free(engine));
}

/* ---- inline ---- */

static void on_the_thread_that_serves_all(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    struct wire wire;
    engine_start();
    CHECK_OK(mm_engine_set(engine, "callback_inline", "1"));
    handled_start(&handlers, NULL, 0);
    begin_anew();
    for (int i = 0; i < 20; i++)
        CHECK_INT(250, smtp_message("ann@example.org", "Subject: inline\r\n\r\nx\r\n"));
    answers[AT_MESSAGE].verdict = MM_VERDICT_DONE;
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: inline\r\n\r\nx\r\n"));
    answers[AT_RCPT] = (struct answer){.verdict = 571, .text = "no"};
    begin_session(&wire, SENDER);
    CHECK_INT(571, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    end_session(&wire);
    handled_stop();
}

int main(void) {
    tables_are_asked_in_order_until_one_answers();
    handled_stop();
    CHECK_INT(MM_E_HANDLE, mm_session_set_user(tables[0].session, NULL));
    later_sessions_alone_have_a_later_table();
    each_table_has_each_piece();
    a_session_tells_about_itself();
    who_finds_no_place_in_the_pool_is_told();
    a_stop_waits_for_a_handler();
    on_the_thread_that_serves_all();
    return check_result();
}
