/*
 * G5, on a machine without OpenSSL (hide_libssl.c): the process lives; mail in clear text, ids, names and plain
 * passwords work, and what needs TLS or digests is MM_E_TLS with the reason.
 */
#include "sends.h"
#include <fcntl.h>

static void says_why(void) {
    CHECK_INT(MM_E_TLS, mm_last_error());
    if (!strstr(mm_last_error_message(), "OpenSSL")) {
        fprintf(stderr, "not the reason: %s\n", mm_last_error_message());
        check_failures++;
    }
}

static void clear_text_works(void) {
    struct wire wire;
    smtp_open(&wire);
    CHECK_INT(235, wire_smtp(&wire, "AUTH PLAIN AGFubgBzZWNyZXQ=")); /* ann, secret */
    CHECK_INT(502, wire_smtp(&wire, "STARTTLS"));
    wire_close(&wire);
    smtp_open(&wire);
    CHECK_INT(535, wire_smtp(&wire, "AUTH PLAIN AGFubgBzZWNyZXR0"));
    wire_close(&wire);
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: clear\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "UIDL 1"));
    pop_close(&wire);
    CHECK_INT(0, pop_open(&wire, "ann", "secre"));
    wire_close(&wire);
}

/* A name that is no unique id gets one made of it. */
static void odd_names_work(void) {
    char path[512];
    struct wire wire;
    int file;
    snprintf(path, sizeof path, "%s/mail/users/ann/Maildir/new/%0100d", check_folder, 1);
    file = open(path, O_CREAT | O_WRONLY, 0600);
    CHECK(file >= 0 && write(file, "Subject: odd\n\nx\n", 16) == 16);
    close(file);
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(2, pop_count(&wire));
    CHECK_INT(1, wire_pop(&wire, "UIDL 1"));
    CHECK_INT(1, wire_pop(&wire, "UIDL 2"));
    pop_close(&wire);
}

static void opportunistic_mail_goes_in_clear(void) {
    remote.offers = "250-STARTTLS\r\n";
    mm_send *send = new_to_remote("eve@example.net");
    CHECK_OK(mm_send_write(send, "Subject: clear\n\nx\n", 19));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_OK(mm_send_free(send));
    CHECK_INT(1, remote.messages);
    CHECK_INT(0, remote.starttls);
}

static void fails_for_want_of_tls(mm_send_options options) {
    mm_send_result result;
    mm_send *send = new_send(&options, "eve@example.net");
    CHECK_OK(mm_send_write(send, "Subject: x\n\nx\n", 14));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_E_TLS, outcome_of(send));
    result = result_of(send, 0);
    if (!strstr(result.reply, "OpenSSL")) {
        fprintf(stderr, "not the reason: %s\n", result.reply);
        check_failures++;
    }
    CHECK_OK(mm_send_free(send));
}

/* What needs no digest is checked, and the rest says why it is not. */
static void signatures_are_not_made_or_verified(void) {
    static const char letter[] = "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s; h=From; "
                                 "bh=Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg=; b=Xp2/R8zG\r\n"
                                 "From: ann@example.org\r\n\r\nHello\r\n";
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    mm_sign_options options = MM_SIGN_OPTIONS_INIT;
    mm_auth *auth;
    query.message = letter;
    query.message_size = sizeof letter - 1;
    query.timeout_ms = 1000;
    CHECK_OK(mm_dkim_verify(mm_engine_default(), &query, &auth));
    CHECK_OK(mm_auth_get_result(auth, 0, &found));
    CHECK_INT(MM_AUTH_TEMPERROR, found.result);
    CHECK_OK(mm_auth_free(auth));
    CHECK_OK(mm_dmarc_check(mm_engine_default(), &query, &auth));
    CHECK_OK(mm_auth_free(auth));
    options.domain = "example.org";
    options.selector = "s";
    options.key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n"
                  "-----END PRIVATE KEY-----\n"; /* of RFC 8463, appendix A */
    CHECK_INT(MM_E_TLS, mm_dkim_sign(mm_engine_default(), &options, &query, NULL, 0, NULL));
    says_why();
    CHECK_INT(MM_E_TLS, mm_arc_seal(mm_engine_default(), &options, &query, "example.org; none", NULL, 0, NULL));
    says_why();
}

static void tls_is_an_error(void) {
    mm_send_options options = to_remote();
    options.tls = MM_TLS_IMPLICIT;
    fails_for_want_of_tls(options);
    options = to_remote();
    options.user_name = "ann";
    options.password = "secret";
    remote.offers = "250-AUTH CRAM-MD5 SCRAM-SHA-256\r\n";
    fails_for_want_of_tls(options);
}

static void digests_are_an_error(void) {
    mm_engine *engine = mm_engine_default();
    CHECK_INT(MM_E_TLS,
              mm_engine_set(engine, "user", "eve;{PBKDF2-SHA256}1000:c2FsdHNhbHQ=:AAAAAAAAAAAAAAAAAAAAAA==;;PS"));
    says_why();
    CHECK_INT(MM_E_TLS, mm_engine_set(engine, "user", "eve;~00112233.44556677.8899aabb.ccddeeff;;PS"));
    says_why();
    CHECK_INT(MM_E_CONFIG, mm_engine_set(engine, "user", "eve;{PBKDF2-SHA256}none;;PS"));
    CHECK_OK(mm_engine_set(engine, "user", "eve;plain;;PS"));
}

static void a_certificate_is_an_error(void) {
    mm_engine *engine;
    mm_smtp_server *server;
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    char file[128], root[128];
    snprintf(file, sizeof file, "%s/certificate", check_folder);
    snprintf(root, sizeof root, "%s/other", check_folder);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    options.port = MM_PORT_ANY;
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_bind", "127.0.0.1"));
    CHECK_OK(mm_engine_set(engine, "tls_cert_file", file));
    CHECK_OK(mm_engine_set(engine, "smtp_tls", "1"));
    CHECK_INT(MM_E_TLS, mm_smtp_server_start(engine, &options, NULL, NULL, &server));
    says_why();
    CHECK_OK(mm_engine_free(engine));
}

int main(void) {
    MailHostInfo found[1];
    server_settings();
    remote_start(&remote);
    server_start(NULL, ALL_ACTIONS);
    clear_text_works();
    odd_names_work();
    opportunistic_mail_goes_in_clear();
    tls_is_an_error();
    digests_are_an_error();
    a_certificate_is_an_error();
    SetConfigParamString("smtp_dns", "127.0.0.1:1"); /* a question has an id that cannot be guessed */
    CHECK_INT(0, FindMX("far.example", found, 1));
    CHECK_INT(MM_E_DNS, mm_last_error());
    signatures_are_not_made_or_verified();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
