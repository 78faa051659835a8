/*
 * The SMTP client, verb by verb: every function of it, against the library's own server and against one that hears
 * every line.
 */
#include "clients.h"

/* ---- with the library's own server ---- */

static void has_capabilities(mm_smtp *smtp) {
    const char *text = NULL, *parameters = NULL;
    int count = 0;
    CHECK_OK(mm_smtp_get_capability_count(smtp, &count));
    CHECK(count > 3);
    for (int i = 0; i < count; i++) {
        CHECK_OK(mm_smtp_get_capability(smtp, i, &text));
        CHECK(text && *text);
    }
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, count, &text));
    CHECK(text == NULL);
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, -1, &text));
    CHECK_OK(mm_smtp_find_capability(smtp, "pipelining", &parameters));
    CHECK_TEXT("", parameters);
    CHECK_OK(mm_smtp_find_capability(smtp, "SIZE", &parameters));
    CHECK(parameters && atol(parameters) > 0);
    CHECK_OK(mm_smtp_find_capability(smtp, "XNONE", &parameters));
    CHECK(parameters == NULL);
}

/* Until the next EHLO or connect: so behind the end of the connection as well. */
static void what_was_told_of_a_capability_lives_on(void) {
    const char *text = NULL, *parameters = NULL, *none = "";
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250-mx", "250 SIZE 1000", ">", "421 bye"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_OK(mm_smtp_get_capability(smtp, 0, &text));
    CHECK_OK(mm_smtp_find_capability(smtp, "size", &parameters));
    CHECK_CODE(421, mm_smtp_noop(smtp, &code));
    CHECK_OK(mm_smtp_find_capability(smtp, "SIZE", &none));
    CHECK(none == NULL);
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, 0, &none));
    CHECK_TEXT("SIZE 1000", text);
    CHECK_TEXT("1000", parameters);
    CHECK_OK(mm_smtp_free(smtp));
}

static void a_message_for_ann(mm_smtp *smtp, const char *text) {
    CHECK_CODE(250, mm_smtp_mail(smtp, "bert@example.net", "BODY=8BITMIME", &code));
    CHECK_CODE(250, mm_smtp_rcpt(smtp, "<ann@example.org>", NULL, &code));
    CHECK_CODE(550, mm_smtp_rcpt(smtp, "nobody@example.org", NULL, &code));
    CHECK(strncmp(reply_of(smtp).status, "5.", 2) == 0);
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(250, mm_smtp_write(smtp, text, strlen(text), MM_SMTP_FIRST | MM_SMTP_LAST | MM_SMTP_CONVERT_EOL, &code));
}

static void with_our_own_server(void) {
    struct wire pop;
    char text[4096];
    mm_smtp *smtp = new_client(NULL);
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", smtp_port, 0, &code));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, NULL, &code));
    has_capabilities(smtp);
    a_message_for_ann(smtp, "Subject: verbs\n\n.dot\n..\nend\n");
    CHECK_CODE(250, mm_smtp_mail(smtp, "", NULL, &code));
    CHECK_CODE(250, mm_smtp_rcpt(smtp, "ann@example.org", NULL, &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(0, mm_smtp_write(smtp, "Subject: pieces\r\n\r", 18, 0, &code));
    CHECK_CODE(250, mm_smtp_write(smtp, "\nx\r\n", 5, MM_SMTP_LAST, &code));
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_CODE(250, mm_smtp_rset(smtp, &code));
    CHECK_CODE(235, mm_smtp_auth(smtp, NULL, "ann", "secret", &code));
    CHECK_CODE(221, mm_smtp_quit(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
    pop_wait(&pop, "ann", "secret", 2);
    CHECK_INT(1, wire_pop(&pop, "RETR 1"));
    wire_text(&pop, text, sizeof text);
    CHECK(strstr(text, "Subject: verbs\n\n..dot\n...\nend\n") != NULL);
    pop_close(&pop);
}

/* ---- every verb as it goes out ---- */

static void every_verb(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250 helo", ">", "250-ehlo", "250-SIZE 1000", "250-SMTPUTF8",
                                    "250 CHUNKING", ">", "250 mail", ">", "250 rcpt", ">", "354 data", ".", "250 dot",
                                    ">", "#3", "250 chunk", ">", "250 rset", ">", "250 noop", ">", "252 vrfy", ">",
                                    "250 expn", ">", "214 help", ">", "214 help", ">", "221 quit"));
    CHECK_CODE(250, mm_smtp_helo(smtp, "host.example", &code));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "192.0.2.1", &code));
    CHECK_CODE(250, mm_smtp_mail(smtp,
                                 "j\xC3\xBCrgen@b\xC3\xBC"
                                 "cher.example",
                                 "SIZE=7 SMTPUTF8", &code));
    CHECK_CODE(250, mm_smtp_rcpt(smtp,
                                 "ann@b\xC3\xBC"
                                 "cher.example",
                                 "NOTIFY=NEVER", &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(250, mm_smtp_write(smtp, ".x", 2, MM_SMTP_LAST, &code));
    CHECK_CODE(250, mm_smtp_bdat(smtp, "y\nz", 3, 1, &code));
    CHECK_CODE(250, mm_smtp_rset(smtp, &code));
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_CODE(252, mm_smtp_vrfy(smtp, "ann", &code));
    CHECK_CODE(250, mm_smtp_expn(smtp, "staff", &code));
    CHECK_CODE(214, mm_smtp_help(smtp, "MAIL", &code));
    CHECK_CODE(214, mm_smtp_help(smtp, NULL, &code));
    CHECK_CODE(221, mm_smtp_quit(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("HELO host.example\nEHLO [192.0.2.1]\n"
               "MAIL FROM:<j\xC3\xBCrgen@xn--bcher-kva.example> SIZE=7 SMTPUTF8\n"
               "RCPT TO:<ann@xn--bcher-kva.example> NOTIFY=NEVER\nDATA\n..x\n.\nBDAT 3 LAST\ny\nz"
               "RSET\nNOOP\nVRFY ann\nEXPN staff\nHELP MAIL\nHELP\nQUIT\n",
               script_heard(&peer));
}

static void what_the_server_does_not_offer(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250 nothing", ">", "221 bye"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_FAILS(MM_E_NOT_SUPPORTED, mm_smtp_mail(smtp, "j\xC3\xBCrgen@example.org", NULL, NULL));
    CHECK_FAILS(MM_E_NOT_SUPPORTED, mm_smtp_bdat(smtp, "x", 1, 1, NULL));
    CHECK_FAILS(MM_E_NOT_SUPPORTED, mm_smtp_auth(smtp, NULL, "ann", "secret", NULL));
    CHECK_CODE(221, mm_smtp_quit(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("EHLO host.example\nQUIT\n", script_heard(&peer));
}

/* ---- content in pieces ---- */

/* The same text, cut after every octet and not at all, is the same on the wire. */
static void content_in_pieces(void) {
    static const char text[] = "one\r\n.two\r\n..\r\n\r\n.\r\nlast";
    for (size_t piece = 1; piece <= sizeof text; piece += piece < 4 ? 1 : 7) {
        mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", ".", "250 taken"));
        CHECK_CODE(354, mm_smtp_data(smtp, &code));
        for (size_t at = 0; at < sizeof text - 1; at += piece) {
            size_t size = sizeof text - 1 - at < piece ? sizeof text - 1 - at : piece;
            CHECK_CODE(0, mm_smtp_write(smtp, text + at, size, at == 0 ? MM_SMTP_FIRST : 0, &code));
        }
        CHECK_CODE(250, mm_smtp_write(smtp, NULL, 0, MM_SMTP_LAST, &code));
        CHECK_OK(mm_smtp_free(smtp));
        CHECK_TEXT("DATA\none\n..two\n...\n\n..\nlast\n.\n", script_heard(&peer));
    }
}

static void bare_line_ends(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", ".", "250 taken", ">", "354 go", ".", "250 taken"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write(smtp, "bad\n", 4, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write(smtp, "bad\rx", 5, 0, NULL));
    CHECK_OK(mm_smtp_write(smtp, "good\r", 5, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write(smtp, "x", 1, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write(smtp, NULL, 0, MM_SMTP_LAST, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_write(smtp, "\n", 1, MM_SMTP_FIRST, NULL));
    CHECK_CODE(250, mm_smtp_write(smtp, "\n.\r\n", 4, MM_SMTP_LAST, &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(0, mm_smtp_write(smtp, "a\nb\rc\r", 6, MM_SMTP_CONVERT_EOL, &code));
    CHECK_CODE(250, mm_smtp_write(smtp, "\n.d", 3, MM_SMTP_CONVERT_EOL | MM_SMTP_LAST, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("DATA\ngood\n..\n.\nDATA\na\nb\nc\n..d\n.\n", script_heard(&peer));
}

static void octets_as_they_are(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", ".", "250 taken", ">", "#5", "250 foo"));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(0, mm_smtp_write_raw(smtp, "..x\r\n", 5, 0, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_write(smtp, "x", 1, MM_SMTP_FIRST, NULL));
    CHECK_CODE(250, mm_smtp_write_raw(smtp, ".\r\n", 3, MM_SMTP_LAST, &code));
    CHECK_OK(mm_smtp_send_command(smtp, "XFOO 5"));
    CHECK_CODE(250, mm_smtp_write_raw(smtp, "12345", 5, MM_SMTP_LAST, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("DATA\n..x\n.\nXFOO 5\n12345", script_heard(&peer));
}

/* ---- verbs of the host's own ---- */

static void own_verbs(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "299-one", "299 two", ">", ">", "250 first", "250 second"));
    CHECK_OK(mm_smtp_send_command(smtp, "XFOO bar"));
    CHECK_INT(1, reply_of(smtp).due);
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_CODE(299, mm_smtp_receive(smtp, &code));
    CHECK_TEXT("one\ntwo", reply_of(smtp).text);
    CHECK_OK(mm_smtp_send_command(smtp, "XONE"));
    CHECK_OK(mm_smtp_send_command(smtp, "XTWO"));
    CHECK_INT(2, reply_of(smtp).due);
    CHECK_CODE(250, mm_smtp_receive(smtp, &code));
    CHECK_TEXT("first", reply_of(smtp).text);
    CHECK_CODE(250, mm_smtp_receive(smtp, &code));
    CHECK_TEXT("second", reply_of(smtp).text);
    CHECK_FAILS(MM_E_STATE, mm_smtp_receive(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("XFOO bar\nXONE\nXTWO\n", script_heard(&peer));
}

/* What SMTP knows is understood, also where the host has written it. */
static void known_verbs_of_the_host(void) {
    const char *parameters = NULL;
    mm_smtp *smtp =
        connected(STEPS("220 hello", ">", "250-mx", "250 CHUNKING", ">", ">", ">", "250 mail", "250 rcpt", "354 go",
                        ".", "250 taken", ">", "#4", "250 chunk", ">", "334 eA==", ">", "235 in", ">", "220 tls"));
    CHECK_OK(mm_smtp_send_command(smtp, "ehlo host.example"));
    CHECK_CODE(250, mm_smtp_receive(smtp, &code));
    CHECK_OK(mm_smtp_find_capability(smtp, "CHUNKING", &parameters));
    CHECK(parameters != NULL);
    CHECK_OK(mm_smtp_send_command(smtp, "MAIL FROM:<>"));
    CHECK_OK(mm_smtp_send_command(smtp, "RCPT TO:<ann>"));
    CHECK_OK(mm_smtp_send_command(smtp, "data"));
    CHECK_FAILS(MM_E_STATE, mm_smtp_send_command(smtp, "NOOP"));
    CHECK_CODE(250, mm_smtp_receive(smtp, &code));
    CHECK_CODE(250, mm_smtp_receive(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_write(smtp, "x", 1, MM_SMTP_LAST, NULL));
    CHECK_CODE(354, mm_smtp_receive(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_send_command(smtp, "NOOP"));
    CHECK_CODE(250, mm_smtp_write(smtp, "x", 1, MM_SMTP_LAST, &code));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_send_command(smtp, "BDAT many"));
    CHECK_OK(mm_smtp_send_command(smtp, "BDAT 4 LAST"));
    CHECK_FAILS(MM_E_STATE, mm_smtp_receive(smtp, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_send_command(smtp, "NOOP"));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, "12345", 5, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, "123", 3, MM_SMTP_LAST, NULL));
    CHECK_CODE(0, mm_smtp_write_raw(smtp, "1", 1, 0, &code));
    CHECK_CODE(250, mm_smtp_write_raw(smtp, "234", 3, MM_SMTP_LAST, &code));
    CHECK_OK(mm_smtp_send_command(smtp, "AUTH XTEST"));
    CHECK_CODE(334, mm_smtp_receive(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_CODE(235, mm_smtp_auth_respond(smtp, "eQ==", &code));
    CHECK_OK(mm_smtp_send_command(smtp, "STARTTLS"));
    CHECK_CODE(220, mm_smtp_receive(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_close(smtp));
    CHECK_OK(mm_smtp_free(smtp));
}

static void quit_of_the_host(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "221 bye"));
    CHECK_OK(mm_smtp_send_command(smtp, "QUIT"));
    CHECK_CODE(221, mm_smtp_receive(smtp, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* ---- LMTP ---- */

static void lmtp_answers_for_each_recipient(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250 lmtp", ">", "250 mail", ">", "250 ann", ">", "550 bob", ">",
                                    "250 eve", ">", "354 go", ".", "250 for ann", "452 for eve", ">", "221 bye"));
    CHECK_CODE(250, mm_smtp_lhlo(smtp, "host.example", &code));
    CHECK_CODE(250, mm_smtp_mail(smtp, "", NULL, &code));
    CHECK_CODE(250, mm_smtp_rcpt(smtp, "ann", NULL, &code));
    CHECK_CODE(550, mm_smtp_rcpt(smtp, "bob", NULL, &code));
    CHECK_CODE(250, mm_smtp_rcpt(smtp, "eve", NULL, &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(250, mm_smtp_write(smtp, "x", 1, MM_SMTP_LAST, &code));
    CHECK_INT(1, reply_of(smtp).due);
    CHECK_FAILS(MM_E_STATE, mm_smtp_quit(smtp, NULL));
    CHECK_CODE(452, mm_smtp_receive(smtp, &code));
    CHECK_TEXT("for eve", reply_of(smtp).text);
    CHECK_CODE(221, mm_smtp_quit(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
}

/* ---- logins ---- */

static void logins(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250-mx", "250 AUTH PLAIN LOGIN", ">", "535 5.7.8 no", ">",
                                    "334 UHc6", ">", "235 in", ">", "334 eA==", ">", "501 cancelled"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_CODE(535, mm_smtp_auth(smtp, "plain", "ann", "wrong", &code));
    CHECK_TEXT("5.7.8", reply_of(smtp).status);
    CHECK_FAILS(MM_E_NOT_SUPPORTED, mm_smtp_auth(smtp, "XNONE", "ann", "secret", NULL));
    CHECK_FAILS(MM_E_TLS, mm_smtp_auth(smtp, "SCRAM-SHA-256-PLUS", "ann", "secret", NULL));
    CHECK_CODE(334, mm_smtp_auth_raw(smtp, "XTEST", "=", &code));
    CHECK_TEXT("Pw:", reply_of(smtp).challenge);
    CHECK_CODE(235, mm_smtp_auth_respond(smtp, "", &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_auth_respond(smtp, "", NULL));
    CHECK_CODE(334, mm_smtp_auth_raw(smtp, "XTEST", NULL, &code));
    CHECK_CODE(501, mm_smtp_auth_respond(smtp, "*", &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("EHLO host.example\nAUTH PLAIN AGFubgB3cm9uZw==\nAUTH XTEST =\n\nAUTH XTEST\n*\n", script_heard(&peer));
}

static int give_token(char *buffer, size_t size, size_t *length, void *user) {
    const char *token = user;
    if (!token)
        return MM_E_NOT_FOUND;
    CHECK_INT(65536, size);
    *length = strlen(token);
    memcpy(buffer, token, *length);
    return MM_OK;
}

static void tokens(void) {
    char token[] = "tok";
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250-mx", "250 AUTH XOAUTH2", ">", "334 eyJhIjoxfQ==", ">",
                                    "535 5.7.8 expired", ">", "235 in"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_FAILS(MM_E_CANCELLED, mm_smtp_auth_token(smtp, NULL, "ann@example.org", give_token, NULL, NULL));
    CHECK_FAILS(MM_E_NOT_SUPPORTED, mm_smtp_auth_token(smtp, "XNONE", "ann@example.org", give_token, token, NULL));
    CHECK_CODE(535, mm_smtp_auth_token(smtp, NULL, "ann@example.org", give_token, token, &code));
    CHECK_TEXT("{\"a\":1}", reply_of(smtp).challenge);
    CHECK_CODE(235, mm_smtp_auth_token(smtp, "XOAUTH2", "ann@example.org", give_token, token, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("EHLO host.example\nAUTH XOAUTH2 dXNlcj1hbm5AZXhhbXBsZS5vcmcBYXV0aD1CZWFyZXIgdG9rAQE=\n\n"
               "AUTH XOAUTH2 dXNlcj1hbm5AZXhhbXBsZS5vcmcBYXV0aD1CZWFyZXIgdG9rAQE=\n",
               script_heard(&peer));
}

/* ---- trace ---- */

static char traced[4096];

static void on_trace(int direction, const char *line, void *user) {
    CHECK(user == traced);
    size_t length = strlen(traced);
    snprintf(traced + length, sizeof traced - length, "%c%s\n", "?><="[direction], line);
}

static void a_trace_without_secrets(void) {
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.on_trace = on_trace;
    options.user = traced;
    mm_smtp *smtp = new_client(&options);
    script_set(&peer,
               STEPS("220 hello", ">", "250 AUTH", ">", "235 in", ">", "354 go", ".", "250 taken", ">", "221 bye"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_CODE(235, mm_smtp_auth(smtp, "PLAIN", "ann", "secret", &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(250, mm_smtp_write(smtp, "text", 4, MM_SMTP_LAST, &code));
    CHECK_CODE(221, mm_smtp_quit(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
    const char *rest = strchr(traced, '\n');
    CHECK(strncmp(traced, "=connected to 127.0.0.1:", 24) == 0);
    CHECK_TEXT("\n<220 hello\n>EHLO host.example\n<250 AUTH\n>AUTH PLAIN ***\n<235 in\n>DATA\n<354 go\n"
               "=4 octets of content sent\n<250 taken\n>QUIT\n<221 bye\n=closed\n",
               rest);
}

static void a_trace_ends_with_the_handle(void) {
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.on_trace = on_trace;
    options.user = traced;
    mm_smtp *smtp = new_client(&options);
    script_set(&peer, STEPS("220 hello", "silent"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    traced[0] = '\0';
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("=closed\n", traced);
    traced[0] = '\0';
}

int main(void) {
    server_settings();
    script_start(&peer);
    server_start(NULL, 0);
    what_was_told_of_a_capability_lives_on();
    a_trace_ends_with_the_handle();
    with_our_own_server();
    every_verb();
    what_the_server_does_not_offer();
    content_in_pieces();
    bare_line_ends();
    octets_as_they_are();
    own_verbs();
    known_verbs_of_the_host();
    quit_of_the_host();
    lmtp_answers_for_each_recipient();
    logins();
    tokens();
    a_trace_without_secrets();
    script_stop(&peer);
    server_stop();
    return check_result();
}
