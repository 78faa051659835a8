/* Header, "ServerStream" and G5: what is no live handle is an error value at every function, and h and &h are the
 * same. */
#include "server.h"

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

/* Every function that takes a stream, with one that is no good. */
static void refuses(ServerStream *stream) {
    char octets[64];
    CHECK_INT(0, SRVSend(stream, "x", 1));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK_INT(0, SRVprintf(stream, "%d", 1));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK_INT(0, SRVRecv(stream, octets, sizeof octets));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK(!GetAUTHName(stream));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK(!GetAUTHPassw(stream));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK_INT(0, GetRemoteIP(stream));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK_INT(0, GetRemoteAddr(stream, octets, sizeof octets));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK_INT(-1, GetSocket(stream));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK(!mm_stream_recipient(stream));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    SRVEndOfMsg(stream);
    CHECK_INT(MM_E_HANDLE, mm_last_error());
}

static void what_is_no_handle(void) {
    static char inside_data[64];
    ServerStream null = NULL, small = (ServerStream)16, data = inside_data;
    refuses(NULL);
    refuses((ServerStream *)1);
    refuses((ServerStream *)8);
    refuses((ServerStream *)(void *)(inside_data + 1));
    refuses(&null);
    refuses(&small);
    refuses(&data);
    refuses((ServerStream *)mm_engine_default());
    CHECK_INT(MM_E_HANDLE, mm_engine_stop(NULL, 0));
    CHECK_INT(MM_E_HANDLE, mm_engine_set_log(NULL, MM_LOG_INFO, NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_engine_stop((mm_engine *)(void *)&null, 0));
}

static ServerStream open_message(void) {
    ServerStream s = SRVInitSendMsgSMTP("a@example.net", "ann@example.org", "127.0.0.1", 1, NULL, NULL);
    if (!s) {
        fprintf(stderr, "no message can be begun: %s\n", mm_last_error_message());
        exit(1);
    }
    return s;
}

static void a_message_by_both_forms(void) {
    ServerStream s = open_message(), copy = s;
    CHECK(*(ServerStream *)s == s);
    CHECK_INT(3, SRVSend((ServerStream *)s, "abc", 3));
    CHECK_INT(3, SRVSend(&s, "def", 3));
    CHECK_INT(4, SRVprintf(&copy, "%04d", 7));
    CHECK_INT(0, GetRemoteIP(&s));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK(!GetAUTHName(&s));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK_INT(-1, GetSocket(&s));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK(!mm_stream_recipient(&s));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK_INT(0, SRVRecv(&s, &copy, 1));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK_INT(MM_E_HANDLE, mm_engine_stop((mm_engine *)s, 0));
    SRVEndOfMsg(&s); /* nobody listens on port 1 */
    CHECK_INT(MM_E_CONNECT, mm_last_error());
    refuses(&s);
    refuses((ServerStream *)copy);
}

/* A handle that has gone stays stale while thousands of others come and go. */
static void stale_stays_stale(void) {
    ServerStream first = open_message();
    SRVEndOfMsg(&first);
    for (int i = 0; i < 50; i++) {
        ServerStream other = open_message();
        CHECK(other != first);
        SRVEndOfMsg(&other);
        CHECK_INT(0, SRVSend(&first, "x", 1));
        CHECK_INT(MM_E_HANDLE, mm_last_error());
    }
}

static void arguments(void) {
    char octets[16];
    ServerStream s = open_message();
    MailHostInfo found[2];

    CHECK_INT(0, SRVSend(&s, NULL, 3));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, SRVSend(&s, octets, -1));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, SRVSend(&s, NULL, 0));
    CHECK_INT(MM_OK, mm_last_error());
    SRVEndOfMsg(&s);
    CHECK(!SRVInitSendMsgSMTP(NULL, "b@example.net", "127.0.0.1", 25, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(!SRVInitSendMsgSMTP("a@example.net", NULL, "127.0.0.1", 25, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(!SRVInitSendMsgSMTP("a@example.net", "", "127.0.0.1", 25, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(!SRVInitSendMsgSMTP("a@example.net", "b@example.net", NULL, 25, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(!SRVInitSendMsgSMTP("a@example.net", "b@example.net", "127.0.0.1", 65536, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(!SRVInitSendMsgSMTP("a@example.net", "\xff\xfe@example.net", "127.0.0.1", 25, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(!SRVInitSendMsgImidiatly("a@example.net", "no address", NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(!SRVInitSendMsgBackgaund(NULL, "b@example.net", NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX(NULL, found, 2));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(MM_E_ARGUMENT, SetSMTPServer(request, 65536, ALL_ACTIONS));
    CHECK_INT(MM_E_ARGUMENT, SetPOP3Server(request, -1, ALL_ACTIONS));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_stop(mm_engine_default(), -2));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set_log(mm_engine_default(), 0, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set_log(mm_engine_default(), 5, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, LoadConfig("\xc3"));
    CHECK_INT(MM_E_NOT_FOUND, LoadConfig("/nowhere/at/all.cfg"));
}

static void settings(void) {
    char *first;
    SetConfigParam("from_same_host", 12);
    CHECK_OK(mm_last_error());
    CHECK_INT(12, GetConfigParamInt("from_same_host"));
    first = GetConfigParamStr("from_same_host");
    CHECK_TEXT("12", first);
    CHECK(GetConfigParamStr("from_same_host") == first);
    SetConfigParam("from_same_host", "13");
    CHECK_TEXT("13", SetConfigParamStr("from_same_host"));
    CHECK_INT(0, GetConfigParamInt("no_such_key"));
    CHECK_INT(MM_E_NOT_FOUND, mm_last_error());
    CHECK(!GetConfigParamStr("no_such_key"));
    CHECK_INT(MM_E_NOT_FOUND, mm_last_error());
    SetConfigParamInt("no_such_key", 1);
    CHECK_INT(MM_E_NOT_FOUND, mm_last_error());
    SetConfigParamString("smtp_port", "many");
    CHECK_INT(MM_E_CONFIG, mm_last_error());
    SetConfigParamString(NULL, "x");
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    SetConfigParamString("smtp_name", NULL);
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    SetConfigParamString("smtp_name", "\xff");
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK(mm_last_error_message()[0] != '\0');
}

static void errors(void) {
    CHECK_TEXT("", mm_last_error_message());
    CHECK_INT(MM_OK, mm_last_error());
    for (int code = MM_OK; code >= MM_E_CERTIFICATE_NAME; code--)
        CHECK(mm_strerror(code)[0] != '\0' && strcmp(mm_strerror(code), "unknown error") != 0);
    CHECK_TEXT("unknown error", mm_strerror(1));
    CHECK_TEXT("unknown error", mm_strerror(MM_E_CERTIFICATE_NAME - 1));
    CHECK_TEXT(MM_VERSION, mm_version());
    CHECK_INT(MM_ABI_VERSION, mm_abi_version());
    CHECK(mm_engine_default() && mm_engine_default() == mm_engine_default());
}

int main(void) {
    errors();
    what_is_no_handle();
    server_settings();
    settings();
    a_message_by_both_forms();
    stale_stays_stale();
    arguments();
    server_stop();
    return check_result();
}
