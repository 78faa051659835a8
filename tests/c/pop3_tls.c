/*
 * TLS of the POP3 client, verb by verb, with another host's server: pop3_tls read PORT PORT, to STLS and to TLS from
 * the first octet. Started by tls.py in a folder with certificates for localhost; ann's password is secret.
 */
#include "certificates.h"

static void is_under_tls(mm_pop3 *pop3) {
    const char *text = NULL;
    CHECK_OK(mm_pop3_get_tls(pop3, &text));
    CHECK(text && strncmp(text, "TLSv1.", 6) == 0);
}

static void read_a_message(mm_pop3 *pop3) {
    char text[100];
    int count = 0;
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stat(pop3, &count, NULL, &status));
    CHECK_INT(1, count);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    CHECK_OK(pop3_read_all(pop3, text, sizeof text, 7));
    CHECK_TEXT("Subject: verbs under TLS\r\n\r\n.dot\r\n", text);
    is_under_tls(pop3);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_quit(pop3, &status));
    CHECK_OK(mm_pop3_free(pop3));
}

/* By what is best: SCRAM-SHA-256 from the first octet, CRAM-MD5 behind STLS. */
static void a_message_and_the_end(mm_pop3 *pop3) {
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_stat(pop3, NULL, NULL, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_login(pop3, "ann", "secret", 0, &status));
    read_a_message(pop3);
}

static void from_the_first_octet(int implicit) {
    mm_pop3 *pop3 = new_pop3(NULL);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "localhost", implicit, MM_POP3_TLS, &status));
    a_message_and_the_end(pop3);
    pop3 = new_pop3(NULL);
    CHECK_STATUS(MM_POP3_NONE, mm_pop3_connect(pop3, "localhost", implicit, MM_POP3_NO_GREETING, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_capa(pop3, NULL));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_start_tls(pop3, NULL, MM_POP3_GREETING, &status));
    a_message_and_the_end(pop3);
}

/* Each login by name under TLS: a refusal too is told as one. */
static void every_login(int stls, int implicit) {
    static const struct {
        const char *mechanism;
        int is_implicit;
    } ways[] = {{"SCRAM-SHA-256", 1}, {NULL, 1}, {"CRAM-MD5", 0}, {"PLAIN", 0}, {NULL, 0}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        mm_pop3 *pop3 = new_pop3(NULL);
        if (ways[i].is_implicit) {
            CHECK_OK(mm_pop3_connect(pop3, "localhost", implicit, MM_POP3_TLS, NULL));
        } else {
            CHECK_OK(mm_pop3_connect(pop3, "localhost", stls, 0, NULL));
            CHECK_STATUS(MM_POP3_OK, mm_pop3_stls(pop3, &status));
            CHECK_OK(mm_pop3_start_tls(pop3, NULL, 0, NULL));
        }
        CHECK_STATUS(MM_POP3_ERR, mm_pop3_auth(pop3, ways[i].mechanism, "ann", "wrong", &status));
        CHECK_TEXT("AUTH", answer_of(pop3).code);
        CHECK_STATUS(MM_POP3_OK, mm_pop3_auth(pop3, ways[i].mechanism, "ann", "secret", &status));
        read_a_message(pop3);
    }
    mm_pop3 *pop3 = new_pop3(NULL);
    CHECK_OK(mm_pop3_connect(pop3, "localhost", implicit, MM_POP3_TLS, NULL));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_apop(pop3, "ann", "wrong", &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_apop(pop3, "ann", "secret", &status));
    read_a_message(pop3);
}

/* In clear text up to the handshake. */
static mm_pop3 *ready_for_tls(const char *host, int stls) {
    const char *parameters = NULL;
    int count = 0;
    mm_pop3 *pop3 = new_pop3(NULL);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, host, stls, 0, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_capa(pop3, &status));
    CHECK_OK(mm_pop3_find_capability(pop3, "STLS", &parameters));
    CHECK(parameters != NULL);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stls(pop3, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_start_tls(pop3, NULL, MM_POP3_GREETING, NULL));
    CHECK_OK(mm_pop3_get_capability_count(pop3, &count));
    return pop3;
}

static void by_stls(int stls) {
    int count = -1;
    mm_pop3 *pop3 = ready_for_tls("localhost", stls);
    CHECK_STATUS(MM_POP3_NONE, mm_pop3_start_tls(pop3, NULL, 0, &status));
    CHECK_OK(mm_pop3_get_capability_count(pop3, &count));
    CHECK_INT(0, count); /* those from before count for nothing */
    CHECK_FAILS(MM_E_STATE, mm_pop3_start_tls(pop3, NULL, 0, NULL));
    a_message_and_the_end(pop3);
    pop3 = ready_for_tls("127.0.0.1", stls);
    CHECK_STATUS(MM_POP3_NONE, mm_pop3_start_tls(pop3, "localhost", 0, &status));
    a_message_and_the_end(pop3);
}

/* The handshake is over with it, whatever the host says of the certificate. */
static void MM_CALL accept_and_cancel(const mm_certificate *certificate, int *accept, void *user) {
    mm_pop3 **pop3 = user;
    (void)certificate;
    *accept = 1;
    CHECK_OK(mm_pop3_cancel(*pop3));
}

static void cancel_at_the_certificate(int stls, int implicit) {
    mm_pop3 *pop3 = NULL;
    mm_pop3_options options = MM_POP3_OPTIONS_INIT;
    options.on_certificate = accept_and_cancel;
    options.user = &pop3;
    pop3 = new_pop3(&options);
    CHECK_FAILS(MM_E_CANCELLED, mm_pop3_connect(pop3, "localhost", implicit, MM_POP3_TLS, NULL));
    CHECK_INT(MM_LAYER_HOST, pop3_error_of(pop3).layer);
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_OK(mm_pop3_connect(pop3, "localhost", stls, 0, NULL));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stls(pop3, &status));
    int result = mm_pop3_start_tls(pop3, NULL, 0, NULL);
    if (result == MM_OK) /* it was over in this moment: the next call hears of it */
        result = mm_pop3_noop(pop3, NULL);
    CHECK_INT(MM_E_CANCELLED, result);
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_OK(mm_pop3_free(pop3));
}

static void with_a_certificate_of_our_own(int implicit) {
    const char *peer_name = NULL;
    mm_pop3 *pop3 = client_with_a_certificate(&pop3_client);
    if (!pop3)
        return;
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "localhost", implicit, MM_POP3_TLS, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_capa(pop3, &status));
    CHECK_OK(mm_pop3_find_capability(pop3, "XPEER", &peer_name)); /* whom the server sees */
    CHECK_TEXT("localhost", peer_name);
    a_message_and_the_end(pop3);
}

int main(int count, char **arguments) {
    if (count != 4 || strcmp(arguments[1], "read") != 0)
        return 2;
    int stls = atoi(arguments[2]), implicit = atoi(arguments[3]);
    server_settings();
    trust("ca.pem");
    from_the_first_octet(implicit);
    every_login(stls, implicit);
    by_stls(stls);
    another_name(&pop3_client, implicit);
    cancel_at_the_certificate(stls, implicit);
    another_issuer(&pop3_client, implicit);
    no_tls_there(&pop3_client, stls);
    with_a_certificate_of_our_own(implicit);
    server_stop();
    return check_result();
}
