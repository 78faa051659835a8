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

static void with_a_certificate_of_our_own(int implicit) {
    const char *peer_name = NULL;
    mm_smtp *smtp = client_with_a_certificate(&smtp_client);
    if (!smtp)
        return;
    CHECK_CODE(220, mm_smtp_connect(smtp, "localhost", implicit, MM_SMTP_TLS, &code));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
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
    another_name(&smtp_client, implicit);
    another_issuer(&smtp_client, implicit);
    no_tls_there(&smtp_client, starttls);
    with_a_certificate_of_our_own(implicit);
    server_stop();
    return check_result();
}
