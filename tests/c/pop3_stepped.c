/* Sessions of a POP3 server that the host steps, with a mail store of the host's and with the library's mailboxes. */
#include "pop3_stepped.h"

/* ---- a session in memory ---- */

static void a_store_of_the_hosts(void) {
    int timeout = 0;
    have_store();
    begin_stepped(woken, NULL);
    CHECK_OK(mm_pop3_stepped_get_timeout(stepped, &timeout));
    CHECK(timeout > 0 && timeout <= 600000);
    CHECK_TEXT("+OK send PASS\r\n+OK 2 messages (41 octets)\r\n", step_for(LOGIN));
    CHECK_TEXT("+OK list follows\r\n1 first\r\n2 second\r\n.\r\n", step_for("UIDL\r\n"));
    CHECK_TEXT("+OK 22 octets\r\nSubject: one\r\n\r\n..dot\r\n.\r\n", step_for("RETR 1\r\n"));
    CHECK_TEXT("+OK marked for deletion\r\n", step_for("DELE 2\r\n"));
    CHECK_TEXT("+OK goodbye\r\n", steps("QUIT\r\n", MM_WANTS_CLOSE));
    CHECK(has_heard("auth(USER,ann,,secret,,);open(ann,);retr(1,-1);read;remove(2);update;close;"));
    CHECK_OK(mm_pop3_stepped_free(stepped));
    CHECK_INT(MM_E_HANDLE, mm_pop3_stepped_free(stepped));
    CHECK_INT(MM_E_HANDLE, mm_pop3_stepped_get_timeout(stepped, &timeout));
}

static void deliver(const char *text) {
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    delivery.name = "ann";
    delivery.message = text;
    delivery.message_size = strlen(text);
    CHECK_OK(mm_mailbox_deliver(engine, &delivery, NULL));
}

/* The library's mailbox: what touches it runs in the steps, and QUIT deletes. */
static void a_mailbox_of_the_librarys(void) {
    int threads;
    begin_anew();
    deliver("Subject: here\r\n\r\n.x\r\n");
    threads = count_threads();
    begin_stepped(woken, NULL);
    CHECK(strstr(step_for(LOGIN), "+OK 1 messages") != NULL);
    CHECK(strstr(step_for("RETR 1\r\n"), "Subject: here\r\n\r\n..x\r\n.\r\n") != NULL);
    CHECK(wait_for_threads(threads) <= threads);
    step_for("DELE 1\r\n");
    CHECK_OK(mm_pop3_stepped_free(stepped)); /* without QUIT */
    begin_anew();
    begin_stepped(woken, NULL);
    CHECK(strstr(step_for(LOGIN "DELE 1\r\n"), "+OK 1 messages") != NULL);
    CHECK_TEXT("+OK goodbye\r\n", steps("QUIT\r\n", MM_WANTS_CLOSE));
    CHECK_OK(mm_pop3_stepped_free(stepped));
    begin_anew();
    begin_stepped(woken, NULL);
    CHECK(strstr(step_for(LOGIN), "+OK 0 messages") != NULL);
    CHECK_OK(mm_pop3_stepped_free(stepped));
}

/* All that the client says, one octet at a time; the whole output, and no thread for it. */
static void one_octet_at_a_time(void) {
    static const char said_by_client[] = LOGIN "CAPA\r\nTOP 1 0\r\nNOOP\r\nQUIT\r\n";
    char octet[2] = "", all[8192] = "";
    int threads, wants = 0;
    have_store();
    begin_stepped(NULL, NULL);
    threads = count_threads();
    for (const char *next = said_by_client; *next; next++) {
        octet[0] = *next;
        strcat(all, one_step(octet, &wants));
        while (wants == MM_WANTS_WRITE)
            strcat(all, one_step(NULL, &wants));
        CHECK_INT(next[1] ? MM_WANTS_READ : MM_WANTS_CLOSE, wants);
    }
    CHECK(strstr(all, "\r\nUIDL\r\n") && strstr(all, "Subject: one\r\n\r\n.\r\n") && strstr(all, "+OK goodbye\r\n"));
    CHECK(has_heard("retr(1,0);read;noop();update;close;"));
    CHECK(wait_for_threads(threads) <= threads);
    CHECK_OK(mm_pop3_stepped_free(stepped));
}

static pthread_t stepping;

static void runs_here(mm_session *session) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    CHECK(pthread_equal(stepping, pthread_self()));
    CHECK_INT(MM_E_STATE, mm_pop3_stepped_free(stepped));
    CHECK(strlen(mm_last_error_message()) > 0);
    CHECK_OK(mm_session_get_info(session, &info));
    hear("%s,%s,%s,%d;", info.protocol, info.tls, info.client, info.client_port);
}

static void handlers_run_on_the_thread_that_steps(void) {
    have_store();
    stepping = pthread_self();
    answers[AT_AUTH].first = answers[AT_NOOP].first = answers[AT_UPDATE].first = runs_here;
    begin_stepped(woken, NULL);
    step_for(LOGIN "NOOP\r\n");
    CHECK(has_heard("noop();POP3,,192.0.2.1,1234;"));
    steps("QUIT\r\n", MM_WANTS_CLOSE);
    CHECK_OK(mm_pop3_stepped_free(stepped));
    CHECK(has_heard("update;POP3,,192.0.2.1,1234;close;"));
    have_store();
    begin_stepped(woken, NULL);
    step_for(LOGIN);
    CHECK_OK(mm_pop3_stepped_free(stepped));
    CHECK(has_heard("error(-14);close;"));
}

/* ---- answers that are owed, or late ---- */

static mm_pending *owed;

static void defers(mm_session *session) {
    CHECK_OK(mm_session_defer(session, 60000, MM_VERDICT_REJECT, &owed));
}

static mm_session *reading;

static void defers_read(mm_session *session) {
    reading = session;
    defers(session);
}

static void an_owed_answer_wakes_the_host(void) {
    int wants = 0, timeout = 0;
    have_store();
    begin_stepped(woken, NULL);
    step_for(LOGIN);
    answers[AT_NOOP] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    CHECK_TEXT("", one_step("NOOP\r\nSTAT\r\n", &wants));
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_OK(mm_pop3_stepped_get_timeout(stepped, &timeout));
    CHECK_INT(-1, timeout);
    CHECK_TEXT("", one_step(NULL, &wants)); /* too early */
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_INT(0, wakes);
    CHECK_OK(mm_pending_set_reply(owed, 0, NULL, "owed"));
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    wait_for_wake();
    CHECK_TEXT("+OK owed\r\n+OK 2 41\r\n", step_for(NULL));
    answers[AT_READ] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers_read};
    CHECK_TEXT("", one_step("RETR 1\r\n", &wants) + strlen("+OK 22 octets\r\n"));
    while (wants == MM_WANTS_WRITE)
        one_step(NULL, &wants);
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_OK(mm_session_write(reading, FIRST, strlen(FIRST)));
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_DONE));
    wait_for_wake();
    CHECK_TEXT("Subject: one\r\n\r\n..dot\r\n.\r\n", step_for(NULL));
    CHECK_TEXT("", one_step("NOOP\r\n", &wants));
    CHECK_OK(mm_pop3_stepped_free(stepped)); /* while it is owed */
    wait_to_hear("close;");
    CHECK_INT(MM_E_CLOSED, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
}

/* RFC 1939 section 6: what QUIT has begun it ends, though the host has freed the session. */
static void a_quit_comes_to_its_end(void) {
    int wants = 0;
    have_store();
    begin_stepped(woken, NULL);
    step_for(LOGIN "DELE 1\r\nDELE 2\r\n");
    answers[AT_REMOVE] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    CHECK_TEXT("", one_step("QUIT\r\n", &wants));
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_OK(mm_pop3_stepped_free(stepped));
    CHECK(!has_heard("close;"));
    answers[AT_REMOVE] = (struct answer){.verdict = MM_VERDICT_DONE};
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_DONE));
    wait_to_hear("close;");
    CHECK(has_heard("remove(1);remove(2);update;"));
}

static void a_wrong_password_is_answered_late(void) {
    int wants = 0;
    begin_anew();
    answers[AT_AUTH].verdict = MM_VERDICT_REJECT;
    begin_stepped(woken, NULL);
    one_step("USER ann\r\nPASS wrong\r\n", &wants);
    CHECK_INT(MM_WANTS_WAIT, wants);
    wait_for_wake();
    CHECK(strstr(step_for(NULL), "-ERR [AUTH] ") != NULL);
    CHECK_OK(mm_pop3_stepped_free(stepped));
}

/* ---- TLS, which is the host's ---- */

static void tls_is_the_hosts(void) {
    mm_pop3_stepped_options options = MM_POP3_STEPPED_OPTIONS_INIT;
    const void *output;
    size_t length;
    int wants;
    have_store();
    stepping = pthread_self();
    answers[AT_AUTH].first = runs_here;
    options.offer_tls = 1;
    options.client = "2001:db8::1";
    options.client_port = 7;
    CHECK_OK(mm_pop3_stepped_new(pop3, &options, &stepped));
    step_for(NULL);
    CHECK_INT(MM_E_STATE, mm_pop3_stepped_begin_tls(stepped, "TLSv1.3"));
    CHECK(strstr(step_for("CAPA\r\n"), "\r\nSTLS\r\n") != NULL);
    CHECK_TEXT("+OK begin TLS\r\n", steps("STLS\r\nUSER eve\r\n", MM_WANTS_TLS));
    CHECK_INT(MM_E_STATE, mm_pop3_stepped_step(stepped, "NOOP\r\n", 6, &output, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_begin_tls(stepped, "a\r\nb"));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_begin_tls(stepped, NULL));
    CHECK_OK(mm_pop3_stepped_begin_tls(stepped, "TLSv1.3 TLS_AES_128_GCM_SHA256"));
    CHECK_TEXT("", step_for(NULL)); /* no greeting again, and nothing of eve */
    CHECK(!strstr(step_for("CAPA\r\n"), "\r\nSTLS\r\n"));
    CHECK(strncmp(step_for("PASS secret\r\n"), "-ERR", 4) == 0);
    step_for(LOGIN);
    CHECK(has_heard("TLSv1.3 TLS_AES_128_GCM_SHA256,2001:db8::1,7;"));
    CHECK_OK(mm_pop3_stepped_free(stepped));
}

/* ---- what it is not ---- */

static void arguments(void) {
    mm_pop3_stepped_options options = MM_POP3_STEPPED_OPTIONS_INIT;
    const void *output;
    size_t length;
    int wants;
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_new(pop3, NULL, NULL));
    options.client = "nowhere";
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_new(pop3, &options, &stepped));
    CHECK(stepped == NULL);
    options.client = "192.0.2.1";
    options.client_port = 65536;
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_new(pop3, &options, &stepped));
    options.client_port = 0;
    options.reserved = 1;
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_new(pop3, &options, &stepped));
    options.reserved = 0;
    options.tls = "a\r\nb";
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_new(pop3, &options, &stepped));
    CHECK_INT(MM_E_HANDLE, mm_pop3_stepped_new((mm_pop3_server *)(void *)engine, NULL, &stepped));
    CHECK_INT(MM_E_HANDLE,
              mm_smtp_stepped_new((mm_smtp_server *)(void *)pop3, NULL, (mm_smtp_stepped **)(void *)&stepped));
    CHECK_OK(mm_pop3_stepped_free(NULL));
    begin_anew();
    begin_stepped(NULL, NULL);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_step(stepped, NULL, 1, &output, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_step(stepped, NULL, 0, NULL, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_step(stepped, NULL, 0, &output, NULL, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_step(stepped, NULL, 0, &output, &length, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_get_timeout(stepped, NULL));
    CHECK_INT(MM_E_HANDLE, mm_smtp_stepped_free((mm_smtp_stepped *)(void *)stepped));
    CHECK_OK(mm_pop3_stepped_free(stepped));
}

int main(void) {
    pop3_serve_nowhere();
    a_store_of_the_hosts();
    a_mailbox_of_the_librarys();
    one_octet_at_a_time();
    handlers_run_on_the_thread_that_steps();
    an_owed_answer_wakes_the_host();
    a_quit_comes_to_its_end();
    a_wrong_password_is_answered_late();
    tls_is_the_hosts();
    arguments();
    CHECK_OK(mm_engine_free(engine));
    return check_result();
}
