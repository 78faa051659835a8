/* Sessions that the host steps, octets in and octets out, and connections that the host has accepted. */
#include "stepped.h"

/* ---- a session in memory ---- */

static void a_whole_session(void) {
    mm_smtp_stepped_options options = MM_SMTP_STEPPED_OPTIONS_INIT;
    struct wire wire;
    int timeout = 0;
    begin_anew();
    options.client = "192.0.2.1";
    options.client_port = 1234;
    options.wake = woken;
    begin_stepped(&options);
    CHECK_TEXT("220 example.org ESMTP\r\n", step_for(NULL));
    CHECK_OK(mm_smtp_stepped_get_timeout(stepped, &timeout));
    CHECK(timeout > 0 && timeout <= 600000);
    CHECK(strstr(step_for("EHLO client.example.net\r\n"), "250-PIPELINING\r\n"));
    CHECK_TEXT("250 2.1.0 Sender ok\r\n", step_for("MAIL FROM:<sender@example.net>\r\n"));
    CHECK_TEXT("250 2.1.5 Recipient ok\r\n", step_for("RCPT TO:<ann@example.org>\r\n"));
    CHECK(strstr(step_for("DATA\r\n"), "354 ") != NULL);
    CHECK(strstr(step_for("Subject: stepped\r\n\r\nx\r\n.\r\n"), "250 2."));
    CHECK(strstr(steps("QUIT\r\n", MM_WANTS_CLOSE), "221 2.0.0 ") != NULL);
    CHECK(strstr(heard.text, "message(23);") && strstr(heard.text, "close;"));
    CHECK_OK(mm_smtp_stepped_free(stepped));
    CHECK_INT(MM_E_HANDLE, mm_smtp_stepped_free(stepped));
    CHECK_INT(MM_E_HANDLE, mm_smtp_stepped_get_timeout(stepped, &timeout));
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    pop_close(&wire);
}

/* All that the client says, one octet at a time; the whole output. A host that has the message needs no thread. */
static void one_octet_at_a_time(void) {
    static const char said_by_client[] = "EHLO client.example.net\r\nMAIL FROM:<sender@example.net>\r\n"
                                         "RCPT TO:<ann@example.org>\r\nDATA\r\n..x\r\n.\r\nNOOP\r\nQUIT\r\n";
    char octet[2] = "", all[8192] = "";
    int threads, wants = 0;
    begin_anew();
    answers[AT_MESSAGE].verdict = MM_VERDICT_DONE;
    begin_stepped(NULL);
    threads = count_threads();
    strcat(all, one_step(NULL, &wants));
    for (const char *next = said_by_client; *next; next++) {
        octet[0] = *next;
        strcat(all, one_step(octet, &wants));
        while (wants == MM_WANTS_WRITE)
            strcat(all, one_step(NULL, &wants));
        CHECK_INT(next[1] ? MM_WANTS_READ : MM_WANTS_CLOSE, wants);
    }
    CHECK(strstr(all, "220 ") == all && strstr(all, "\r\n354 ") && strstr(all, "\r\n221 "));
    CHECK(strstr(heard.text, "chunk(4,3);message(4);noop();close;"));
    CHECK(wait_for_threads(threads) <= threads);
    CHECK_OK(mm_smtp_stepped_free(stepped));
}

/* Handlers run on the thread that steps. */
static pthread_t stepping;

static void runs_here(mm_session *session) {
    (void)session;
    CHECK(pthread_equal(stepping, pthread_self()));
    CHECK_INT(MM_E_STATE, mm_smtp_stepped_free(stepped));
    CHECK(strlen(mm_last_error_message()) > 0);
}

static void handlers_run_on_the_thread_that_steps(void) {
    begin_anew();
    stepping = pthread_self();
    for (int i = 0; i < STEPS; i++)
        answers[i].first = runs_here;
    answers[AT_MESSAGE].verdict = MM_VERDICT_DONE;
    begin_stepped(NULL);
    step_for(NULL);
    step_for(HELLO "\r\nMAIL FROM:<>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
    CHECK_TEXT("250 2.6.0 Message accepted\r\n", step_for("x\r\n.\r\n"));
    CHECK_OK(mm_smtp_stepped_free(stepped));
    CHECK(strstr(heard.text, "error(-14);close;"));
}

/* ---- answers that are owed ---- */

static mm_pending *owed;

static void defers(mm_session *session) {
    CHECK_OK(mm_session_defer(session, 60000, MM_VERDICT_REJECT, &owed));
}

static void an_owed_answer_wakes_the_host(void) {
    mm_smtp_stepped_options options = MM_SMTP_STEPPED_OPTIONS_INIT;
    int wants = 0, timeout = 0;
    begin_anew();
    wakes = 0;
    options.wake = woken;
    begin_stepped(&options);
    step_for(NULL);
    answers[AT_NOOP] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    CHECK_TEXT("", one_step("NOOP\r\nHELP\r\n", &wants));
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_OK(mm_smtp_stepped_get_timeout(stepped, &timeout));
    CHECK_INT(-1, timeout);
    CHECK_TEXT("", one_step(NULL, &wants)); /* too early */
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_INT(0, wakes);
    CHECK_OK(mm_pending_set_reply(owed, 0, NULL, "owed"));
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    wait_for_wake();
    CHECK(strstr(step_for(NULL), "250 2.0.0 owed\r\n214") != NULL);
    answers[AT_NOOP].verdict = MM_VERDICT_PENDING;
    CHECK_TEXT("", one_step("NOOP\r\n", &wants));
    CHECK_OK(mm_smtp_stepped_free(stepped)); /* while it is owed */
    wait_to_hear("close;");
    CHECK_INT(MM_E_CLOSED, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
}

/* ---- TLS, which is the host's ---- */

static void protocol(mm_session *session) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    CHECK_OK(mm_session_get_info(session, &info));
    hear("%s,%s,%s,%d;", info.protocol, info.tls, info.client, info.client_port);
}

static void tls_is_the_hosts(void) {
    mm_smtp_stepped_options options = MM_SMTP_STEPPED_OPTIONS_INIT;
    const void *output;
    size_t length;
    int wants;
    begin_anew();
    answers[AT_NOOP].first = protocol;
    options.offer_tls = 1;
    options.client = "2001:db8::1";
    options.client_port = 7;
    begin_stepped(&options);
    step_for(NULL);
    CHECK_INT(MM_E_STATE, mm_smtp_stepped_begin_tls(stepped, "TLSv1.3"));
    CHECK(strstr(step_for(HELLO "\r\n"), "STARTTLS") != NULL);
    CHECK(strncmp(steps("STARTTLS\r\n", MM_WANTS_TLS), "220 ", 4) == 0);
    CHECK_INT(MM_E_STATE, mm_smtp_stepped_step(stepped, "NOOP\r\n", 6, &output, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_begin_tls(stepped, "a\r\nb"));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_begin_tls(stepped, NULL));
    CHECK_OK(mm_smtp_stepped_begin_tls(stepped, "TLSv1.3 TLS_AES_128_GCM_SHA256"));
    CHECK_TEXT("", step_for(NULL)); /* no greeting again */
    CHECK(!strstr(step_for(HELLO "\r\n"), "STARTTLS"));
    step_for("NOOP\r\n");
    CHECK(strstr(heard.text, "ESMTPS,TLSv1.3 TLS_AES_128_GCM_SHA256,2001:db8::1,7;"));
    CHECK_OK(mm_smtp_stepped_free(stepped));
}

/* ---- what it is not ---- */

static void arguments(void) {
    mm_smtp_stepped_options options = MM_SMTP_STEPPED_OPTIONS_INIT;
    const void *output;
    size_t length;
    int wants;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_new(server, NULL, NULL));
    options.client = "nowhere";
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_new(server, &options, &stepped));
    CHECK(stepped == NULL);
    options.client = "192.0.2.1";
    options.client_port = 65536;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_new(server, &options, &stepped));
    options.client_port = 0;
    options.protocol = 3;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_new(server, &options, &stepped));
    options.protocol = 0;
    options.tls = "a\r\nb";
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_new(server, &options, &stepped));
    CHECK_INT(MM_E_HANDLE, mm_smtp_stepped_new((mm_smtp_server *)(void *)engine, NULL, &stepped));
    CHECK_OK(mm_smtp_stepped_free(NULL));
    begin_stepped(NULL);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_step(stepped, NULL, 1, &output, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_step(stepped, NULL, 0, NULL, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_step(stepped, NULL, 0, &output, NULL, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_step(stepped, NULL, 0, &output, &length, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_get_timeout(stepped, NULL));
    CHECK_OK(mm_smtp_stepped_free(stepped));
}

/* ---- connections that the host has accepted ---- */

static void is_served(socket_number client) {
    struct wire wire;
    memset(&wire, 0, sizeof wire);
    wire.number = client;
    socket_set_timeout(client, 60);
    CHECK_INT(220, wire_reply(&wire));
    CHECK_INT(250, wire_smtp(&wire, HELLO));
    CHECK_INT(250, wire_smtp(&wire, "NOOP"));
    end_session(&wire);
}

static void it_serves_what_the_host_accepts(void) {
    struct sockaddr_in address;
    socket_number client, listener, ends[2];
    int port;
    begin_anew();
    listener = check_bind(SOCK_STREAM, &port);
    CHECK_INT(0, listen(listener, 1));
    address = check_loopback(port);
    client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(0, connect(client, (struct sockaddr *)&address, sizeof address));
    CHECK_OK(mm_smtp_server_adopt(server, accept(listener, NULL, NULL), 0));
    is_served(client);
    wait_to_hear("noop();close;");
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_adopt(server, listener, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_adopt(server, NO_SOCKET, 0));
    socket_close(listener);
    if (local_pair(ends)) {
        CHECK_OK(mm_smtp_server_adopt(server, ends[0], 0));
        is_served(ends[1]);
    }
}

int main(void) {
    engine_start();
    serve_nowhere(MM_SMTP_PROTOCOL_SMTP);
    a_whole_session();
    one_octet_at_a_time();
    handlers_run_on_the_thread_that_steps();
    an_owed_answer_wakes_the_host();
    tls_is_the_hosts();
    arguments();
    it_serves_what_the_host_accepts();
    CHECK_OK(mm_engine_free(engine));
    return check_result();
}
