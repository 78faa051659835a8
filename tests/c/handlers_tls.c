/*
 * A host whose handlers see what TLS tells of a client, and log in who shows a certificate. handlers_tls SUBJECT,
 * started by handlers_tls.py in a folder with certificates: server.pem for most, one.pem for one.example.net, ca.pem
 * for clients. It says "serves PORT PORT", with STARTTLS and with TLS from the first octet, until its input ends.
 * The greeting and the reply to NOOP say who the session is with.
 */
#include "handled.h"

/* ACCEPT, or with a code that refuses REJECT, in words of the host's. */
static int reply(mm_session *session, int code, const char *status, const char *text) {
    CHECK_OK(mm_session_set_reply(session, code, status, text));
    return code < 400 ? MM_VERDICT_ACCEPT : MM_VERDICT_REJECT;
}

static int tells(mm_session *session, int code) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    char text[400];
    CHECK_OK(mm_session_get_info(session, &info));
    snprintf(text, sizeof text, "%s|%s|%s|%s|%s|%s|%d", info.tls, info.tls_name, info.certificate, info.protocol,
             info.user, info.mechanism, info.trusted);
    return reply(session, code, NULL, text);
}

static int greets(mm_session *session, void *user) {
    (void)user;
    count_sessions(1);
    return tells(session, 220);
}

static int tells_again(mm_session *session, const char *text, void *user) {
    (void)text, (void)user;
    return tells(session, 250);
}

/* Joe may act as anybody but root; of whom the host does not know the library's own users decide. */
static int logs_in(mm_session *session, const mm_session_login *login, void *user) {
    char text[400];
    (void)user;
    CHECK_INT(0, login->password_length);
    snprintf(text, sizeof text, "%s|%s|%s|%s", login->mechanism, login->user, login->identity, login->certificate);
    if (strcmp(login->certificate, "CN=whoever") == 0)
        return MM_VERDICT_CONTINUE;
    if (strcmp(login->identity, "later") == 0)
        return reply(session, 454, "4.7.0", text);
    if (strcmp(login->certificate, "CN=joe") != 0 || strcmp(login->identity, "root") == 0)
        return reply(session, 535, "5.7.8", text);
    if (strcmp(login->identity, "joseph") == 0)
        CHECK_OK(mm_session_set_login(session, "joe"));
    return reply(session, 235, "2.7.0", text);
}

static void settings_of_tls(int smtps_port) {
    CHECK_OK(mm_engine_set_int(engine, "smtps_port", smtps_port));
    CHECK_OK(mm_engine_set_int(engine, "smtp_tls", 1));
    CHECK_OK(mm_engine_set(engine, "tls_cert_file", "server.pem"));
    CHECK_OK(mm_engine_set(engine, "tls_key_file", "server.key"));
    CHECK_OK(mm_engine_set(engine, "tls_host", "one.example.net;one.pem;one.key"));
    CHECK_OK(mm_engine_set(engine, "tls_client_cert", "ask"));
    CHECK_OK(mm_engine_set(engine, "tls_client_ca", "ca.pem"));
    CHECK_OK(mm_engine_set(engine, "smtp_range", "192.0.2.1")); /* nobody is trusted for an address here */
}

/* 1: wine has refused the key; elsewhere the server must start. */
static int wine_lacks_keys(void) {
    mm_smtp_server_options options = {sizeof options, "127.0.0.1", MM_PORT_ANY, 0, 0, 0};
    int result = by_wine() ? mm_smtp_server_start(engine, &options, NULL, NULL, &server) : MM_OK;
    if (by_wine() && result == MM_OK)
        CHECK_OK(mm_smtp_server_stop(server, 10000));
    else if (by_wine())
        CHECK_INT(MM_E_TLS, result);
    return result != MM_OK;
}

int main(int count, char **arguments) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    int smtps_port = check_free_port();
    char octet;
    if (count != 2)
        return 2;
    engine_start();
    settings_of_tls(smtps_port);
    if (wine_lacks_keys())
        return check_failures ? check_result() : check_skipped(arguments[1], "wine does not take the private key");
    handlers.connect = greets;
    handlers.noop = tells_again;
    handlers.auth = logs_in;
    handlers.close = on_close;
    handled_start(&handlers, NULL, MM_SMTP_PROTOCOL_SMTP);
    printf("serves %d %d\n", smtp_port, smtps_port);
    fflush(stdout);
    CHECK_INT(0, descriptor_read(own_input(), &octet, 1));
    begin_anew(); /* each session has been closed */
    handled_stop();
    return check_result();
}
