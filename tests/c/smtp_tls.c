/*
 * TLS of the client, verb by verb, with another host's server: smtp_tls send PORT PORT, to STARTTLS and to TLS from the
 * first octet. Started by tls.py in a folder with certificates for localhost; ann's password is secret.
 */
#include "certificates.h"

static void is_under_tls(mm_smtp *smtp) {
    const char *text = NULL;
    CHECK_OK(mm_smtp_get_tls(smtp, &text));
    CHECK(text && strncmp(text, "TLSv1.", 6) == 0);
}

static void a_message_and_the_end(mm_smtp *smtp) {
    static const char text[] = "Subject: verbs under TLS\r\n\r\nx\r\n";
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_CODE(235, mm_smtp_auth(smtp, NULL, "ann", "secret", &code));
    CHECK_CODE(250, mm_smtp_mail(smtp, "bert@example.net", NULL, &code));
    CHECK_CODE(250, mm_smtp_rcpt(smtp, "ann@example.org", NULL, &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    CHECK_CODE(250, mm_smtp_write(smtp, text, sizeof text - 1, MM_SMTP_LAST, &code));
    is_under_tls(smtp);
    CHECK_INT(MM_OK, mm_smtp_quit(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

static void from_the_first_octet(int implicit) {
    mm_smtp *smtp = new_client(NULL);
    CHECK_CODE(220, mm_smtp_connect(smtp, "localhost", implicit, MM_SMTP_TLS, &code));
    a_message_and_the_end(smtp);
    smtp = new_client(NULL);
    CHECK_CODE(0, mm_smtp_connect(smtp, "localhost", implicit, MM_SMTP_NO_GREETING, &code));
    CHECK_FAILS(MM_E_STATE, mm_smtp_ehlo(smtp, NULL, NULL));
    CHECK_CODE(220, mm_smtp_start_tls(smtp, NULL, MM_SMTP_GREETING, &code));
    a_message_and_the_end(smtp);
}

/* In clear text up to the handshake. */
static mm_smtp *ready_for_tls(const mm_smtp_options *options, const char *host, int starttls) {
    const char *parameters = NULL;
    int count = -1;
    mm_smtp *smtp = new_client(options);
    CHECK_CODE(220, mm_smtp_connect(smtp, host, starttls, 0, &code));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_OK(mm_smtp_find_capability(smtp, "STARTTLS", &parameters));
    CHECK(parameters != NULL);
    CHECK_CODE(220, mm_smtp_starttls(smtp, &code));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_start_tls(smtp, NULL, MM_SMTP_GREETING, NULL));
    CHECK_OK(mm_smtp_get_capability_count(smtp, &count));
    return smtp;
}

static void by_starttls(int starttls) {
    int count = -1;
    mm_smtp *smtp = ready_for_tls(NULL, "localhost", starttls);
    CHECK_CODE(0, mm_smtp_start_tls(smtp, NULL, 0, &code));
    CHECK_OK(mm_smtp_get_capability_count(smtp, &count));
    CHECK_INT(0, count); /* those from before count for nothing */
    a_message_and_the_end(smtp);
    smtp = ready_for_tls(NULL, "127.0.0.1", starttls);
    CHECK_CODE(0, mm_smtp_start_tls(smtp, "localhost", 0, &code));
    a_message_and_the_end(smtp);
}

/* ---- what the host sees of a certificate, and says to it ---- */

static int noop(void *smtp) {
    return mm_smtp_noop(smtp, NULL);
}

static void another_name(int implicit) {
    struct seen seen = {0, 0, NULL, noop};
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    mm_smtp *smtp = new_client(NULL);
    CHECK_FAILS(MM_E_CERTIFICATE_NAME, mm_smtp_connect(smtp, "127.0.0.1", implicit, MM_SMTP_TLS, NULL));
    mm_error_detail detail = error_of(smtp);
    CHECK_INT(MM_E_CERTIFICATE_NAME, detail.code);
    CHECK_INT(MM_LAYER_TLS, detail.layer);
    CHECK_INT(MM_STAGE_TLS, detail.stage);
    CHECK_INT(MM_CERTIFICATE_NAME, detail.certificate);
    CHECK_INT(0, detail.retry);
    CHECK(strstr(detail.message, "not for 127.0.0.1 but for localhost") != NULL);
    CHECK_OK(mm_smtp_free(smtp));
    options.on_certificate = on_certificate;
    options.user = &seen;
    for (seen.accept = 0; seen.accept < 2; seen.accept++) {
        seen.client = smtp = new_client(&options);
        int expected = seen.accept ? MM_OK : MM_E_CERTIFICATE_NAME;
        CHECK_INT(expected, mm_smtp_connect(smtp, "127.0.0.1", implicit, MM_SMTP_TLS, NULL));
        CHECK_INT(seen.accept + 1, seen.times);
        CHECK_OK(mm_smtp_free(smtp));
    }
    options.on_certificate = NULL;
    options.tls_check = MM_TLS_CHECK_NEVER;
    smtp = new_client(&options);
    CHECK_OK(mm_smtp_connect(smtp, "127.0.0.1", implicit, MM_SMTP_TLS, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

static void another_issuer(int implicit) {
    mm_smtp *smtp = new_client(NULL);
    trust("other.pem");
    int result = mm_smtp_connect(smtp, "localhost", implicit, MM_SMTP_TLS, NULL);
    if (result == MM_OK && by_wine()) {
        printf("skipped: another issuer: wine does not look at who has issued a certificate\n");
    } else {
        CHECK_INT(MM_E_TLS, result);
        CHECK(error_of(smtp).certificate & MM_CERTIFICATE_UNTRUSTED);
    }
    trust("ca.pem");
    CHECK_OK(mm_smtp_free(smtp));
}

static void no_tls_there(int starttls) {
    mm_smtp *smtp = new_client(NULL);
    CHECK_FAILS(MM_E_TLS, mm_smtp_connect(smtp, "localhost", starttls, MM_SMTP_TLS, NULL));
    CHECK_INT(MM_LAYER_TLS, error_of(smtp).layer);
    CHECK_INT(0, error_of(smtp).certificate);
    CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* Our own certificate: the files are read when the client is made. */
static void with_a_certificate_of_our_own(int implicit) {
    mm_smtp *smtp = NULL;
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.certificate = "server.pem";
    options.key = "ca.key";
    CHECK_FAILS(MM_E_TLS, mm_smtp_new(mm_engine_default(), &options, &smtp));
    options.key = "server.key";
    int result = mm_smtp_new(mm_engine_default(), &options, &smtp);
    if (result != MM_OK && by_wine()) {
        printf("skipped: a certificate of our own: wine does not take the private key\n");
        return;
    }
    CHECK_OK(result);
    CHECK_CODE(220, mm_smtp_connect(smtp, "localhost", implicit, MM_SMTP_TLS, &code));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    const char *peer_name = NULL;
    CHECK_OK(mm_smtp_find_capability(smtp, "XPEER", &peer_name)); /* whom the server sees */
    CHECK_TEXT("localhost", peer_name);
    a_message_and_the_end(smtp);
}

int main(int count, char **arguments) {
    if (count != 4 || strcmp(arguments[1], "send") != 0)
        return 2;
    int starttls = atoi(arguments[2]), implicit = atoi(arguments[3]);
    server_settings();
    trust("ca.pem");
    from_the_first_octet(implicit);
    by_starttls(starttls);
    another_name(implicit);
    another_issuer(implicit);
    no_tls_there(starttls);
    with_a_certificate_of_our_own(implicit);
    server_stop();
    return check_result();
}
