/*
 * CR and LF at every text that a host gives to a verb: the call is MM_E_ARGUMENT and names the argument, and the server
 * hears the expected number of lines, exactly. A NUL ends a text of C; where octets have a length it is one among
 * others.
 */
#include "clients.h"

static const char *const evil[] = {"x\r\nNOOP", "x\nNOOP", "x\rNOOP", "\r\n", "\n", "x\r\n", "a@b.example\r\nNOOP"};

enum { EVILS = sizeof evil / sizeof evil[0] };

static int no_token(char *buffer, size_t size, size_t *length, void *user) {
    (void)user;
    static const char token[] = "x\r\nNOOP";
    CHECK(size > sizeof token);
    memcpy(buffer, token, sizeof token - 1);
    *length = sizeof token - 1;
    return MM_OK;
}

/* Refused, and the argument is named. */
#define REFUSED(name, call)                                                                                            \
    do {                                                                                                               \
        CHECK_INT(MM_E_ARGUMENT, call);                                                                                \
        if (!strstr(mm_last_error_message(), name))                                                                    \
            fprintf(stderr, "%s: %s\n", #call, mm_last_error_message());                                               \
        CHECK(strstr(mm_last_error_message(), name) != NULL);                                                          \
    } while (0)

static void every_text_of_every_verb(mm_smtp *smtp, const char *text) {
    REFUSED("name", mm_smtp_helo(smtp, text, NULL));
    REFUSED("name", mm_smtp_ehlo(smtp, text, NULL));
    REFUSED("name", mm_smtp_lhlo(smtp, text, NULL));
    REFUSED("mechanism", mm_smtp_auth(smtp, text, "ann", "secret", NULL));
    REFUSED("mechanism", mm_smtp_auth_token(smtp, text, "ann", no_token, NULL, NULL));
    REFUSED("mechanism", mm_smtp_auth_raw(smtp, text, NULL, NULL));
    REFUSED("initial", mm_smtp_auth_raw(smtp, "XTEST", text, NULL));
    REFUSED("response", mm_smtp_auth_respond(smtp, text, NULL));
    REFUSED("from", mm_smtp_mail(smtp, text, NULL, NULL));
    REFUSED("parameters", mm_smtp_mail(smtp, "a@b.example", text, NULL));
    REFUSED("to", mm_smtp_rcpt(smtp, text, NULL, NULL));
    REFUSED("parameters", mm_smtp_rcpt(smtp, "a@b.example", text, NULL));
    REFUSED("text", mm_smtp_vrfy(smtp, text, NULL));
    REFUSED("text", mm_smtp_expn(smtp, text, NULL));
    REFUSED("text", mm_smtp_help(smtp, text, NULL));
    REFUSED("line", mm_smtp_send_command(smtp, text));
    REFUSED("server_name", mm_smtp_start_tls(smtp, text, 0, NULL));
}

static void nothing_is_sent(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250-mx", "250 AUTH XOAUTH2 OAUTHBEARER", ">", "221 bye"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    for (int i = 0; i < EVILS; i++)
        every_text_of_every_verb(smtp, evil[i]);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_auth_token(smtp, "XOAUTH2", "ann", no_token, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_auth_token(smtp, "OAUTHBEARER", "ann", no_token, NULL, NULL));
    REFUSED("from", mm_smtp_mail(smtp, "a> SIZE=1", NULL, NULL));
    REFUSED("to", mm_smtp_rcpt(smtp, "<a> NOTIFY=NEVER", NULL, NULL));
    CHECK_CODE(221, mm_smtp_quit(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("EHLO host.example\nQUIT\n", script_heard(&peer));
}

static void no_connection_is_made(void) {
    mm_smtp *smtp = new_client(NULL);
    script_set(&peer, STEPS("220 hello", ">"));
    for (int i = 0; i < EVILS; i++)
        REFUSED("host", mm_smtp_connect(smtp, evil[i], peer.port, 0, NULL));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("", script_heard(&peer));
}

/* What a login sends is base64: no line end of a name or a password can stand in it. */
static void logins_are_one_line_each(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250-mx", "250 AUTH PLAIN LOGIN CRAM-MD5", ">", "334 eA==", ">",
                                    "235 in", ">", "250 noop"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    for (int i = 0; i < EVILS; i++)
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_auth(smtp, "PLAIN", evil[i], "secret", NULL));
    CHECK_CODE(334, mm_smtp_auth_raw(smtp, "XTEST", NULL, &code));
    for (int i = 0; i < EVILS; i++)
        REFUSED("response", mm_smtp_auth_respond(smtp, evil[i], NULL));
    CHECK_CODE(235, mm_smtp_auth_respond(smtp, "eQ==", &code));
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("EHLO host.example\nAUTH XTEST\neQ==\nNOOP\n", script_heard(&peer));
}

/* No line of a content is a final dot but the last, whatever stands in it and wherever it is cut. */
static void content_cannot_end_itself(void) {
    static const char text[] = "a\r\n.\r\nNOOP\r\n\0.\r\n\n.\n\r.\rQUIT\n.\r\n";
    size_t size = sizeof text - 1;
    for (size_t cut = 0; cut <= size; cut++) {
        int lines = 0;
        mm_smtp *smtp = connected(STEPS("220 hello", ">", "354 go", ".", "250 taken", ">", "250 noop"));
        CHECK_CODE(354, mm_smtp_data(smtp, &code));
        CHECK_OK(mm_smtp_write(smtp, text, cut, MM_SMTP_CONVERT_EOL, NULL));
        CHECK_CODE(250, mm_smtp_write(smtp, text + cut, size - cut, MM_SMTP_CONVERT_EOL | MM_SMTP_LAST, &code));
        CHECK_CODE(250, mm_smtp_noop(smtp, &code));
        CHECK_OK(mm_smtp_free(smtp));
        const char *heard = script_heard(&peer);
        for (const char *at = heard; (at = strchr(at, '\n')) != NULL; at++)
            lines++;
        CHECK_INT(13, lines);
        CHECK_TEXT("DATA\na\n..\nNOOP\n..\n\n..\n\n..\nQUIT\n..\n.\nNOOP\n", heard);
    }
}

int main(void) {
    server_settings();
    script_start(&peer);
    nothing_is_sent();
    no_connection_is_made();
    logins_are_one_line_each();
    content_cannot_end_itself();
    script_stop(&peer);
    server_stop();
    return check_result();
}
