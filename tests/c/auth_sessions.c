/* What the checks of a stranger's message have found, as handlers of its session and the old callback see it. */
#include "auths.h"
#include "wire.h"
#include <stdarg.h>

static char seen[4][512]; /* in mail, rcpt, message; by the old callback */

/* One result of a session or a stream in short. */
static void tell_result(char *place, const mm_auth_result *found) {
    sprintf(place + strlen(place), "%s=%d(%s)%s ", found->method, found->result, found->domain,
            found->flags & MM_AUTH_FLAG_HELO ? "helo" : "");
}

static void tell_session(mm_session *session, char *place) {
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    int count;
    place[0] = '\0';
    CHECK_OK(mm_session_auth_get_count(session, &count));
    for (int i = 0; i < count; i++) {
        CHECK_OK(mm_session_auth_get_result(session, i, &found));
        tell_result(place, &found);
    }
    CHECK_INT(MM_E_NOT_FOUND, mm_session_auth_get_result(session, count, &found));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_auth_get_result(session, -1, &found));
}

static mm_session *outside;

static int on_mail(mm_session *session, const mm_session_mail *mail, void *user) {
    (void)mail, (void)user;
    tell_session(session, seen[0]);
    return MM_VERDICT_CONTINUE;
}

static int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)rcpt, (void)user;
    tell_session(session, seen[1]);
    return MM_VERDICT_ACCEPT;
}

static int on_message(mm_session *session, int64_t size, void *user) {
    (void)size, (void)user;
    tell_session(session, seen[2]);
    outside = session;
    return MM_VERDICT_DONE;
}

/* A whole session; what the message was answered with. */
static int deliver(int port, const char *sender, const char *message) {
    struct wire wire;
    char command[200];
    int code;
    CHECK_INT(0, wire_open(&wire, port));
    CHECK_INT(220, wire_reply(&wire));
    CHECK_INT(250, wire_smtp(&wire, "EHLO example.org"));
    sprintf(command, "MAIL FROM:<%s>", sender);
    CHECK_INT(250, wire_smtp(&wire, command));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.net>"));
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    wire_write(&wire, message);
    code = wire_smtp(&wire, ".");
    CHECK_INT(221, wire_smtp(&wire, "QUIT"));
    wire_close(&wire);
    return code;
}

static void handlers(mm_engine *engine) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server_handlers table = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_smtp_server *server;
    int port, count;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    table.mail = on_mail;
    table.rcpt = on_rcpt;
    table.message = on_message;
    CHECK_OK(mm_smtp_server_start(engine, &options, &table, NULL, &server));
    CHECK_OK(mm_smtp_server_get_port(server, &port));
    CHECK_INT(250, deliver(port, "ann@example.org", signed_letter(engine, "example.org")));
    CHECK_TEXT("spf=1(example.org)helo spf=1(example.org) ", seen[0]);
    CHECK_TEXT(seen[0], seen[1]);
    CHECK_TEXT("spf=1(example.org)helo spf=1(example.org) dkim=1(example.org) arc=0() dmarc=1(example.org) ", seen[2]);
    CHECK_INT(250, deliver(port, "ann@nowhere.example", letter));
    CHECK_TEXT("spf=1(example.org)helo spf=0(nowhere.example) ", seen[0]);
    CHECK_TEXT("spf=1(example.org)helo spf=0(nowhere.example) dkim=0() arc=0() dmarc=2(example.org) ", seen[2]);
    CHECK_OK(mm_engine_set(engine, "smtp_range", "127.0.0.1")); /* who may relay is not checked */
    CHECK_INT(250, deliver(port, "ann@example.org", letter));
    CHECK_TEXT("", seen[2]);
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    CHECK_INT(MM_E_HANDLE, mm_session_auth_get_count(outside, &count));
    CHECK_INT(MM_E_HANDLE, mm_session_auth_get_result(outside, 0, &found));
}

/* ---- the old callback ---- */

static void tell_stream(ServerStream *stream) {
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    int count;
    CHECK_OK(mm_stream_auth_get_count(stream, &count));
    seen[3][0] = '\0';
    for (int i = 0; i < count; i++) {
        CHECK_OK(mm_stream_auth_get_result(stream, i, &found));
        tell_result(seen[3], &found);
    }
    CHECK_INT(MM_E_NOT_FOUND, mm_stream_auth_get_result(stream, count, &found));
}

static int request(ServerStream *stream, char *name, int action, ...) {
    char piece[100];
    int count;
    (void)name;
    if (action == ACTION_SMTP_CONNECT)
        CHECK_INT(MM_E_STATE, mm_stream_auth_get_count(stream, &count));
    if (action != ACTION_SMTP_SENDMSG)
        return 0;
    tell_stream(stream);
    CHECK_TEXT("spf=1(example.org)helo spf=1(example.org) ", seen[3]);
    while (SRVRecv(stream, piece, sizeof piece) > 0)
        ;
    CHECK_OK(mm_last_error());
    tell_stream(stream);
    return -1;
}

static void old_callback(const char *server, const char *message) {
    char place[200];
    int port = check_free_port();
    sprintf(place, "%s/old", check_folder);
    SetConfigParamString("mail_root", place);
    SetConfigParamString("smtp_name", "example.net");
    SetConfigParamString("smtp_bind", "127.0.0.1");
    SetConfigParamString("smtp_range", "192.0.2.1");
    SetConfigParamString("smtp_dns", server);
    SetConfigParamString("user", "ann;secret;;PS");
    CHECK_OK(SetSMTPServer(request, port, ALL_ACTIONS));
    CHECK_INT(250, deliver(port, "ann@example.org", message));
    CHECK_TEXT("spf=1(example.org)helo spf=1(example.org) dkim=1(example.org) arc=0() dmarc=1(example.org) ", seen[3]);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000));
}

int main(void) {
    int has_key;
    mm_engine *engine = auths_start(&has_key);
    char server[64];
    if (!has_key)
        return auths_without_key("auth_sessions", engine);
    sprintf(server, "127.0.0.1:%d", names.port);
    CHECK_OK(mm_engine_set(engine, "smtp_range", "192.0.2.1")); /* nobody is trusted for an address here */
    handlers(engine);
    char message[ROOM];
    strcpy(message, signed_letter(engine, "example.org"));
    CHECK_OK(mm_engine_free(engine));
    old_callback(server, message);
    names_stop();
    return check_result();
}
