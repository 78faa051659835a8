/*
 * What a failure of the client is, as data and in words: at each layer and stage before there is a dialogue. Those of a
 * dialogue are in smtp_replies.c, those of TLS in smtp_tls.c. And every argument that is none.
 */
#include "clients.h"

static void failed(mm_smtp *smtp, int code, int layer, int stage, int retry, const char *words) {
    mm_error_detail detail = error_of(smtp);
    CHECK_INT(code, detail.code);
    CHECK_INT(layer, detail.layer);
    CHECK_INT(stage, detail.stage);
    CHECK_INT(retry, detail.retry);
    CHECK_INT(-1, detail.tls_alert);
    CHECK_INT(0, detail.certificate);
    CHECK(strncmp(detail.message, mm_strerror(code), strlen(mm_strerror(code))) == 0);
    if (!strstr(detail.message, words))
        fprintf(stderr, "not \"%s\": %s\n", words, detail.message);
    CHECK(strstr(detail.message, words) != NULL);
}

static void nothing_has_failed(void) {
    mm_smtp *smtp = new_client(NULL);
    mm_error_detail detail = error_of(smtp);
    CHECK_INT(MM_OK, detail.code);
    CHECK_INT(MM_LAYER_NONE, detail.layer);
    CHECK_INT(MM_STAGE_NONE, detail.stage);
    CHECK_TEXT("", detail.message);
    CHECK_TEXT("", detail.host);
    CHECK_TEXT("", detail.peer);
    mm_smtp_reply reply = reply_of(smtp);
    CHECK_INT(0, reply.code);
    CHECK_TEXT("", reply.text);
    CHECK_TEXT("", reply.raw);
    CHECK_FAILS(MM_E_STATE, mm_smtp_ehlo(smtp, NULL, NULL));
    failed(smtp, MM_E_STATE, MM_LAYER_USE, MM_STAGE_NONE, 0, "not connected");
    CHECK_OK(mm_smtp_close(smtp));
    CHECK_OK(mm_smtp_free(smtp));
}

static void nobody_listens(void) {
    char words[32], where[24];
    int port = check_free_port();
    mm_smtp *smtp = new_client(NULL);
    CHECK_FAILS(MM_E_CONNECT, mm_smtp_connect(smtp, "127.0.0.1", port, 0, NULL));
    snprintf(where, sizeof where, "127.0.0.1:%d", port);
    snprintf(words, sizeof words, "%s: ", where);
    failed(smtp, MM_E_CONNECT, MM_LAYER_CONNECT, MM_STAGE_CONNECT, 1, words);
    mm_error_detail detail = error_of(smtp);
    CHECK(detail.os_error != 0);
    CHECK_TEXT("127.0.0.1", detail.host);
    CHECK_TEXT(where, detail.peer);
    CHECK_OK(mm_smtp_free(smtp));
}

/* By the command that was said. */
static void a_hello_is_told_by_its_name(void) {
    int(MM_CALL * verbs[])(mm_smtp *, const char *, int *) = {mm_smtp_ehlo, mm_smtp_helo, mm_smtp_lhlo};
    static const char *const words[] = {" at EHLO: ", " at HELO: ", " at LHLO: "};
    for (int i = 0; i < 6; i++) {
        int is_silent = i >= 3, expected = is_silent ? MM_E_TIMEOUT : MM_E_CLOSED;
        mm_smtp *smtp = connected(STEPS("220 hello", ">", is_silent ? "silent" : "close"));
        if (is_silent)
            CHECK_OK(mm_smtp_set_timeouts(smtp, 0, 0, 50));
        CHECK_FAILS(expected, verbs[i % 3](smtp, "host.example", NULL));
        failed(smtp, expected, MM_LAYER_NETWORK, MM_STAGE_HELLO, 1, words[i % 3]);
        CHECK(strchr(error_of(smtp).message, '(') == NULL);
        CHECK_OK(mm_smtp_free(smtp));
    }
}

static void of_several_own_commands_none_is_blamed_for_another(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", ">", "close"));
    for (int answered = 0; answered < 2; answered++) {
        CHECK_OK(mm_smtp_send_command(smtp, "XONE"));
        CHECK_OK(mm_smtp_send_command(smtp, "XTWO"));
        if (answered)
            CHECK_CODE(250, mm_smtp_receive(smtp, &code));
        CHECK_FAILS(MM_E_CLOSED, mm_smtp_receive(smtp, NULL));
        failed(smtp, MM_E_CLOSED, MM_LAYER_NETWORK, MM_STAGE_OTHER, 1, "127.0.0.1");
        CHECK_INT(answered, strstr(error_of(smtp).message, " at XTWO: ") != NULL);
        script_set(&peer, STEPS("220 hello", ">", ">", "250 one", "close"));
        CHECK_OK(mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, NULL));
    }
    CHECK_OK(mm_smtp_free(smtp));
}

static mm_smtp *client_of(mm_engine *engine, const mm_smtp_options *options) {
    mm_smtp *smtp = NULL;
    CHECK_OK(mm_smtp_new(engine, options, &smtp));
    return smtp;
}

static void names(mm_engine *engine) {
    mm_smtp *smtp = client_of(engine, NULL);
    CHECK_FAILS(MM_E_NOT_FOUND, mm_smtp_connect(smtp, "no..name", 25, 0, NULL));
    failed(smtp, MM_E_NOT_FOUND, MM_LAYER_RESOLVE, MM_STAGE_RESOLVE, 0, "no..name");
    CHECK_FAILS(MM_E_DNS, mm_smtp_connect(smtp, "mx.example.net", 25, 0, NULL));
    failed(smtp, MM_E_DNS, MM_LAYER_RESOLVE, MM_STAGE_RESOLVE, 1, "mx.example.net");
    CHECK_TEXT("mx.example.net", error_of(smtp).host);
    CHECK_TEXT("", error_of(smtp).peer);
    script_set(&peer, STEPS("220 hello", "close"));
    CHECK_OK(mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, NULL));
    CHECK_FAILS(MM_E_DNS, mm_smtp_connect(smtp, "mx.example.net", 25, 0, NULL));
    CHECK_TEXT("", error_of(smtp).peer); /* that one was another's */
    CHECK_OK(mm_smtp_free(smtp));
}

static void addresses_of_both_kinds(void) {
    static const char *const hosts[] = {"127.0.0.1", "[127.0.0.1]", "::ffff:127.0.0.1"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        mm_smtp *smtp = new_client(NULL);
        script_set(&peer, STEPS("220 hello", ">", "221 bye"));
        CHECK_CODE(220, mm_smtp_connect(smtp, hosts[i], peer.port, 0, &code));
        CHECK_CODE(221, mm_smtp_quit(smtp, &code));
        CHECK_OK(mm_smtp_free(smtp));
    }
}

static void proxies(mm_engine *engine) {
    char proxy[64];
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    sprintf(proxy, "http://127.0.0.1:%d", peer.port);
    options.proxy = proxy;
    mm_smtp *smtp = client_of(engine, &options);
    script_set(&peer, STEPS(">", ">", ">", "HTTP/1.1 403 Forbidden\r\n", "close"));
    int result = mm_smtp_connect(smtp, "mx.example.net", 25, 0, NULL);
    CHECK(result == MM_E_CONNECT || result == MM_E_CLOSED);
    CHECK_INT(MM_LAYER_PROXY, error_of(smtp).layer);
    CHECK_INT(MM_STAGE_CONNECT, error_of(smtp).stage);
    CHECK(strstr(script_heard(&peer), "CONNECT mx.example.net:25") != NULL);
    script_set(&peer, STEPS(">", ">", ">", "HTTP/1.1 200 Go\r\n", "220 hello", ">", "250 ehlo"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "mx.example.net", 25, 0, &code));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_smtp_auth(smtp, NULL, "ann", "secret", NULL));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_OK(mm_engine_set(engine, "proxy", proxy));
    options.proxy = "";
    smtp = client_of(engine, &options); /* straight there, whatever the setting says */
    script_set(&peer, STEPS("220 hello", "close"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_OK(mm_engine_set(engine, "proxy", ""));
}

static void without_a_descriptor(void *argument) {
    CHECK_FAILS(MM_E_FULL, mm_smtp_connect(argument, "127.0.0.1", peer.port, 0, NULL));
    failed(argument, MM_E_FULL, MM_LAYER_CONNECT, MM_STAGE_CONNECT, 1, "descriptor");
}

static void no_descriptor_is_left(void) {
    mm_smtp *smtp = new_client(NULL);
    without_descriptors(without_a_descriptor, smtp);
    script_set(&peer, STEPS("220 hello", "close"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    CHECK_OK(mm_smtp_free(smtp));
}

static void options_that_are_none(void) {
    mm_smtp *smtp = NULL;
    mm_engine *engine = mm_engine_default();
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_new(engine, NULL, NULL));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_new(NULL, NULL, &smtp));
    options.connect_timeout_ms = -2;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
    options.connect_timeout_ms = 0;
    options.tls_check = 3;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
    options.tls_check = 0;
    options.proxy = "ftp://127.0.0.1:1";
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
    options.proxy = NULL;
    options.key = "none.key";
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
    options.certificate = "none.pem";
    CHECK_FAILS(MM_E_NOT_FOUND, mm_smtp_new(engine, &options, &smtp));
    CHECK(strstr(mm_last_error_message(), "none.pem") != NULL);
    CHECK(smtp == NULL);
}

static void arguments_that_are_none(void) {
    const char *text;
    int count;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "221 bye"));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_mail(smtp, NULL, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_rcpt(smtp, NULL, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_rcpt(smtp, "\xFF", NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_ehlo(smtp, "", NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_vrfy(smtp, "", NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_vrfy(smtp, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_send_command(smtp, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_send_command(smtp, " "));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_auth_raw(smtp, NULL, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_auth_respond(smtp, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_auth_token(smtp, NULL, "ann", NULL, NULL, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write(smtp, NULL, 1, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write(smtp, "x", 1, 8, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, "x", 1, MM_SMTP_FIRST, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_bdat(smtp, "x", 1, 2, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_capability_count(smtp, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_find_capability(smtp, "X", NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_find_capability(smtp, NULL, &text));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_tls(smtp, NULL));
    CHECK_OK(mm_smtp_get_tls(smtp, &text));
    CHECK_TEXT("", text);
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_reply(smtp, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_error(smtp, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_get_socket(smtp, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_wait(smtp, MM_READY_INPUT, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_wait(smtp, 0, 0, &count));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_wait(smtp, 4, 0, &count));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_wait(smtp, MM_READY_INPUT, -2, &count));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_set_timeouts(smtp, 0, 0, -2));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_start_tls(smtp, NULL, MM_SMTP_TLS, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_start_tls(smtp, NULL, 0, NULL));
    CHECK_CODE(221, mm_smtp_quit(smtp, &code)); /* and all is as it was */
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect(smtp, NULL, 25, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect(smtp, "", 25, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect(smtp, "mx", 65536, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect(smtp, "mx", -1, 0, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect(smtp, "mx", 25, MM_SMTP_GREETING, NULL));
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_TEXT("QUIT\n", script_heard(&peer));
}

static void handles_that_are_none(mm_engine *engine) {
    mm_smtp *smtp = new_client(NULL);
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_noop(smtp, NULL));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_noop(NULL, NULL));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_noop((mm_smtp *)engine, NULL));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_free((mm_smtp *)engine));
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_cancel(NULL));
}

/* A failure is told until the next connect. */
static void a_failure_stays(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250 noop"));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_vrfy(smtp, "", NULL));
    CHECK_CODE(250, mm_smtp_noop(smtp, &code));
    CHECK_INT(MM_OK, mm_last_error());
    failed(smtp, MM_E_ARGUMENT, MM_LAYER_USE, MM_STAGE_NONE, 0, "text is empty");
    script_set(&peer, STEPS("220 hello"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    CHECK_INT(MM_OK, error_of(smtp).code);
    CHECK_OK(mm_smtp_free(smtp));
}

/* What a callback does is no failure of the call that it is made in. */
static void on_trace(int direction, const char *line, void *user) {
    (void)direction, (void)line, (void)user;
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_noop(NULL, NULL));
}

static void callbacks_and_the_last_error(void) {
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.on_trace = on_trace;
    mm_smtp *smtp = new_client(&options);
    script_set(&peer, STEPS("220 hello", ">", "close"));
    CHECK_CODE(220, mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, &code));
    CHECK_INT(MM_OK, mm_last_error());
    CHECK_FAILS(MM_E_CLOSED, mm_smtp_noop(smtp, NULL));
    CHECK(strstr(mm_last_error_message(), "at NOOP") != NULL);
    CHECK_OK(mm_smtp_free(smtp));
}

int main(void) {
    mm_engine *engine;
    server_settings();
    script_start(&peer);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", check_folder));
    CHECK_OK(mm_engine_set(engine, "smtp_dns", SILENT_NAME_SERVER));
    nothing_has_failed();
    nobody_listens();
    a_hello_is_told_by_its_name();
    of_several_own_commands_none_is_blamed_for_another();
    names(engine);
    addresses_of_both_kinds();
    proxies(engine);
    no_descriptor_is_left();
    options_that_are_none();
    arguments_that_are_none();
    handles_that_are_none(engine);
    a_failure_stays();
    callbacks_and_the_last_error();
    script_stop(&peer);
    CHECK_OK(mm_engine_free(engine));
    server_stop();
    return check_result();
}
