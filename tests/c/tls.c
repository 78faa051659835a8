/*
 * TLS as another host's clients and servers see it: tls serve SUBJECT; tls send PORT PORT, to STARTTLS and to TLS from
 * the first octet; tls issuer PORT, of the second kind. Started by tls.py in a folder with certificates for localhost:
 * server.pem and server.key, issued under ca.pem; other.pem did not issue them. ann's password is secret.
 */
#include "server.h"
#include <pthread.h>

static int smtps_port, pop3s_port;

static mm_send_options by(const char *host, int port, int tls) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = host;
    options.port = port;
    options.tls = tls;
    options.tls_check = MM_TLS_CHECK_ALWAYS;
    return options;
}

static mm_send_options with_login(mm_send_options options, const char *password) {
    options.user_name = "ann";
    options.password = password;
    return options;
}

static mm_send *sent(mm_send_options options, mm_send_result *result) {
    static const char text[] = "Subject: under TLS\n\nx\n";
    mm_send *send = NULL;
    CHECK_OK(mm_send_new(mm_engine_default(), &options, "bert@example.net", &send));
    if (!send)
        exit(check_result());
    CHECK_OK(mm_send_add_recipient(send, "ann@example.org", MM_SEND_NOTIFY_DEFAULT, NULL));
    CHECK_OK(mm_send_write(send, text, sizeof text - 1));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_OK(mm_send_get_result(send, 0, result));
    return send;
}

static void is_taken(mm_send_options options) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    mm_send *send = sent(options, &result);
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_INT(MM_OK, result.error);
    CHECK_INT(options.tls_check == MM_TLS_CHECK_ALWAYS, result.tls_checked);
    CHECK(strncmp(result.tls, "TLSv1.", 6) == 0);
    if (result.error != MM_OK)
        fprintf(stderr, "the result's words: %s\n", result.reply);
    CHECK_OK(mm_send_free(send));
}

static void fails(mm_send_options options, int error, const char *words) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    mm_send *send = sent(options, &result);
    CHECK_INT(error, outcome_of(send));
    CHECK_INT(error, result.error);
    CHECK_INT(0, result.tls_checked);
    if (!strstr(result.reply, words)) {
        fprintf(stderr, "not \"%s\": %s\n", words, result.reply);
        check_failures++;
    }
    CHECK_OK(mm_send_free(send));
}

static void set_number(const char *name, int number) {
    char text[16];
    sprintf(text, "%d", number);
    CHECK_OK(mm_engine_set(mm_engine_default(), name, text));
}

static void trust(const char *file) {
    CHECK_OK(mm_engine_set(mm_engine_default(), "tls_cafile", file));
}

/* What any server of TLS must see of our client. */
static void send_to(int starttls, int implicit) {
    is_taken(by("localhost", starttls, MM_TLS_REQUIRED));
    is_taken(by("localhost", implicit, MM_TLS_IMPLICIT));
    is_taken(with_login(by("localhost", starttls, MM_TLS_REQUIRED), "secret"));
    is_taken(with_login(by("localhost", implicit, MM_TLS_IMPLICIT), "secret"));
    fails(by("127.0.0.1", starttls, MM_TLS_REQUIRED), MM_E_TLS, "not for 127.0.0.1 but for localhost");
    fails(by("127.0.0.1", implicit, MM_TLS_IMPLICIT), MM_E_TLS, "not for 127.0.0.1 but for localhost");
    fails(by("localhost", starttls, MM_TLS_IMPLICIT), MM_E_TLS, "does not speak TLS");
}

/* Connections leave nothing behind. */
static void nothing_is_left(int port) {
    enum { TIMES = 3 };
    int before;
    for (int i = 0; i < TIMES; i++)
        is_taken(by("localhost", port, MM_TLS_IMPLICIT));
    before = count_handles();
    for (int i = 0; i < TIMES; i++)
        is_taken(by("localhost", port, MM_TLS_IMPLICIT));
    for (int i = 0; i < 6000 && count_handles() >= before + TIMES; i++)
        sleep_microseconds(10000); /* the ends of the last connections */
    CHECK(count_handles() < before + TIMES);
}

static int client(int starttls, int implicit) {
    server_settings();
    trust("ca.pem");
    send_to(starttls, implicit);
    nothing_is_left(implicit);
    fails(with_login(by("localhost", starttls, MM_TLS_REQUIRED), "secre"), MM_E_REFUSED_PERMANENT, "no such login");
    server_stop();
    return check_result();
}

/* 1: wine does not look at who has issued a certificate. */
static int wine_takes_any_issuer(int port) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    int taken = 0;
    if (by_wine()) {
        mm_send *send = sent(by("localhost", port, MM_TLS_IMPLICIT), &result);
        taken = outcome_of(send) == MM_OK;
        CHECK_OK(mm_send_free(send));
    }
    return taken;
}

static int issuer(int port) {
    mm_send_options unchecked = by("localhost", port, MM_TLS_IMPLICIT);
    unchecked.tls_check = MM_TLS_CHECK_NEVER;
    server_settings();
    trust("other.pem");
    if (wine_takes_any_issuer(port))
        return check_skipped("tls_client_issuer", "wine does not look at who has issued a certificate");
    fails(by("localhost", port, MM_TLS_IMPLICIT), MM_E_TLS, "the certificate's issuer is not known");
    is_taken(unchecked);
    trust("ca.pem");
    is_taken(by("localhost", port, MM_TLS_IMPLICIT));
    trust("other.pem");
    fails(by("localhost", port, MM_TLS_IMPLICIT), MM_E_TLS, "the certificate's issuer is not known");
    server_stop();
    return check_result();
}

static void settings_of_tls(void) {
    mm_engine *engine = mm_engine_default();
    smtps_port = check_free_port();
    pop3s_port = check_free_port();
    set_number("smtps_port", smtps_port);
    set_number("pop3s_port", pop3s_port);
    set_number("smtp_tls", 1);
    CHECK_OK(mm_engine_set(engine, "tls_cert_file", "server.pem"));
    CHECK_OK(mm_engine_set(engine, "tls_key_file", "server.key"));
    CHECK_OK(mm_engine_set(engine, "plain_auth", "never"));
    trust("ca.pem");
}

/* 1: wine has refused the key, in the words of the last error; elsewhere the server must start. */
static int wine_lacks_keys(void) {
    if (!by_wine() || SetSMTPServer(NULL, smtp_port, ALL_ACTIONS) == 0)
        return 0;
    CHECK_INT(MM_E_TLS, mm_last_error());
    CHECK(strstr(mm_last_error_message(), "server.") != NULL);
    return 1;
}

struct adopting {
    mm_smtp_server *server;
    socket_number listener;
};

static void *adopts_one(void *argument) {
    struct adopting *adopting = argument;
    CHECK_OK(mm_smtp_server_adopt(adopting->server, accept(adopting->listener, NULL, NULL), 1));
    return NULL;
}

/* A connection that the host has accepted has TLS from the first octet: our own client, and a login inside it. */
static void what_is_adopted_has_tls(mm_engine *engine) {
    struct adopting adopting;
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    pthread_t thread;
    int port;
    options.port = MM_PORT_NONE;
    options.protocol = MM_SMTP_PROTOCOL_SUBMISSION;
    CHECK_OK(mm_smtp_server_start(engine, &options, NULL, NULL, &adopting.server));
    adopting.listener = check_bind(SOCK_STREAM, &port);
    CHECK_INT(0, listen(adopting.listener, 1));
    CHECK_INT(0, pthread_create(&thread, NULL, adopts_one, &adopting));
    is_taken(with_login(by("localhost", port, MM_TLS_IMPLICIT), "secret"));
    CHECK_INT(0, pthread_join(thread, NULL));
    CHECK_OK(mm_smtp_server_stop(adopting.server, 5000));
    socket_close(adopting.listener);
}

/* Of an engine of its own, which has the server's settings; the client is the default one. */
static void adopt_under_tls(void) {
    char root[128];
    mm_engine *engine;
    sprintf(root, "%s/adopted", check_folder);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "example.org"));
    CHECK_OK(mm_engine_set(engine, "user", "ann;secret;;PS"));
    CHECK_OK(mm_engine_set(engine, "tls_cert_file", "server.pem"));
    CHECK_OK(mm_engine_set(engine, "tls_key_file", "server.key"));
    what_is_adopted_has_tls(engine);
    CHECK_OK(mm_engine_free(engine));
}

/* tls.py knocks, too, before it ends our input. */
static int server(const char *subject) {
    char octet, reason[1000];
    int keys = count_kept_keys();
    server_settings();
    settings_of_tls();
    if (wine_lacks_keys()) {
        snprintf(reason, sizeof reason, "wine does not take the private key: %s", mm_last_error_message());
        return check_failures ? check_result() : check_skipped(subject, reason);
    }
    server_start(NULL, ALL_ACTIONS);
    send_to(smtp_port, smtps_port);
    nothing_is_left(smtps_port);
    adopt_under_tls();
    printf("serves %d %d %d %d\n", smtp_port, smtps_port, pop_port, pop3s_port);
    fflush(stdout);
    CHECK_INT(0, descriptor_read(own_input(), &octet, 1));
    server_stop();
    CHECK_INT(keys, count_kept_keys());
    return check_result();
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "serve") == 0)
        return server(arguments[2]);
    if (count == 3 && strcmp(arguments[1], "issuer") == 0)
        return issuer(atoi(arguments[2]));
    if (count == 4 && strcmp(arguments[1], "send") == 0)
        return client(atoi(arguments[2]), atoi(arguments[3]));
    return 2;
}
