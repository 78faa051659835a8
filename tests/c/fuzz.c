/*
 * G5: odd arguments, by a seeded dice, never end the process. The functions are those of the header, read here: one
 * that is new and not called fails.
 */
#include "odd_auth.h"
#include "odd_clients.h"
#include "odd_fetches.h"
#include "odd_mailboxes.h"
#include "odd_messages.h"
#include "odd_pop3.h"
#include "odd_queue.h"
#include "odd_sends.h"
#include "odd_stepped.h"

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

static void one_call_of_engine(void) {
    static char text[512];
    size_t length;
    int64_t value;
    switch (dice(8)) {
    case 0:
        CALL(mm_engine_new, NULL);
        break;
    case 1:
        CALL(mm_engine_load, odd_engine(), odd_text() ? "/nowhere/at/all" : NULL);
        break;
    case 2:
        CALL(mm_engine_set, odd_engine(), dice(2) ? "no_such_key" : NULL, odd_text());
        break;
    case 3:
        CALL(mm_engine_set_int, odd_engine(), dice(2) ? "from_same_host" : "no_such_key", odd_number());
        break;
    case 4:
        CALL(mm_engine_get, odd_engine(), odd_text(), dice(8) ? text : NULL, dice(sizeof text),
             dice(2) ? &length : NULL);
        break;
    case 5:
        CALL(mm_engine_get_int, odd_engine(), odd_text(), dice(8) ? &value : NULL);
        break;
    case 6:
        CALL(mm_engine_stop, dice(16) ? NULL : odd_engine(), dice(2) ? 0 : -2);
        break;
    case 7:
        CALL(mm_engine_set_log, odd_engine(), dice(2) ? MM_LOG_INFO : odd_number(), NULL, NULL);
        break;
    }
}

static void on_closed(void *user) {
    (void)user;
}

static void one_call_of_stream(void) {
    void *user;
    switch (dice(5)) {
    case 0:
        CALL(mm_stream_set_user, odd_stream(), NULL);
        break;
    case 1:
        CALL(mm_stream_get_user, odd_stream(), dice(8) ? &user : NULL);
        break;
    case 2:
        CALL(mm_stream_set_closed, odd_stream(), dice(2) ? on_closed : NULL);
        break;
    case 3:
        CALL(mm_stream_set_reply, odd_stream(), odd_text(), odd_text());
        break;
    case 4:
        CALL(mm_stream_recipient, odd_stream());
        break;
    }
}

static void on_line(int severity, const char *file, int line, const char *key, const char *text, void *user) {
    (void)severity, (void)file, (void)line, (void)key, (void)text, (void)user;
}

static void one_call_of_settings(void) {
    static char text[512], record[512];
    size_t length;
    int number;
    switch (dice(5)) {
    case 0:
        CALL(mm_config_check, odd_text(), dice(2) ? on_line : NULL, NULL, dice(8) ? &number : NULL);
        break;
    case 1: /* rounds take time: few are right */
        CALL(mm_password_make, odd_text(), (int)dice(6) - 1, dice(16) ? -1 : 0, dice(8) ? text : NULL,
             dice(sizeof text), dice(8) ? &length : NULL);
        break;
    case 2:
        CALL(SetConfigParamStr, odd_text());
        break;
    case 3:
        CALL(SetConfigParam, dice(2) ? "no_such_key" : NULL, odd_text());
        break;
    case 4: /* a key of RSA takes time */
        CALL(mm_dkim_key_make, (int)dice(4), dice(64) ? 1 : 0, dice(8) ? text : NULL, dice(sizeof text),
             dice(8) ? &length : NULL, dice(8) ? record : NULL, dice(sizeof record), NULL);
        break;
    }
}

static void functions_without_arguments(void) {
    calling("mm_version");
    CHECK(mm_version()[0] != '\0');
    calling("mm_abi_version");
    CHECK_INT(MM_ABI_VERSION, mm_abi_version());
    calling("mm_engine_default");
    CHECK(mm_engine_default());
    calling("mm_last_error");
    CHECK_OK(mm_last_error());
    calling("mm_last_error_message");
    CHECK_TEXT("", mm_last_error_message());
}

static void one_call(void) {
    static char room[600];
    static MailHostInfo found[2];
    int size = odd_number();
    int room_size = size > 512 ? 512 : size;

    switch (dice(40)) {
    case 0:
        CALL(SRVSend, odd_stream(), room, room_size);
        break;
    case 1:
        CALL(SRVSend, odd_stream(), NULL, size);
        break;
    case 2:
        CALL(SRVprintf, odd_stream(), "%s %d", odd_text(), size);
        break;
    case 3:
        CALL(SRVRecv, odd_stream(), room, room_size);
        break;
    case 4:
        CALL(SRVEndOfMsg, odd_stream());
        break;
    case 5:
        CALL(GetAUTHName, odd_stream());
        CALL(GetAUTHPassw, odd_stream());
        break;
    case 6:
        CALL(GetRemoteIP, odd_stream());
        CALL(GetSocket, odd_stream());
        break;
    case 7:
        CALL(GetRemoteAddr, odd_stream(), room, room_size);
        break;
    case 8:
        one_call_of_stream();
        break;
    case 9:
        CALL(SetSMTPServer, request, size == 65535 || size == 25 || size == 512 || size <= 1 ? -1 : size, odd_number());
        break;
    case 10:
        CALL(SetPOP3Server, NULL, size >= 0 && size < 65536 ? 65536 : size, odd_number());
        break;
    case 11:
        CALL(FindMX, odd_text(), found, size > 2 ? 2 : size);
        break;
    case 12:
        CALL(LoadConfig, odd_text() ? "/nowhere/at/all" : "");
        break;
    case 13:
        CALL(GetConfigParamInt, odd_text());
        break;
    case 14:
        CALL(GetConfigParamStr, odd_text());
        break;
    case 15:
        CALL(SetConfigParamInt, dice(2) ? "from_same_host" : "no_such_key", size);
        break;
    case 16:
        CALL(SetConfigParamString, dice(2) ? "no_such_key" : NULL, odd_text());
        break;
    case 17:
        CALL(SRVInitSendMsgImidiatly, odd_text(), odd_text(), NULL, NULL);
        CALL(SRVInitSendMsgSMTP, odd_text(), odd_text(), NULL, size, NULL, NULL);
        CALL(SRVInitSendMsgBackgaund, odd_text(), odd_text(), NULL, NULL);
        CALL(mm_strerror, size);
        break;
    case 18:
        one_call_of_settings();
        break;
    case 19:
        one_call_of_control();
        break;
    case 20:
        if (dice(2))
            one_call_of_compose();
        else
            one_call_of_auth();
        break;
    case 21:
        if (dice(8) == 0)
            one_call_of_mail();
        break;
    case 22:
    case 23:
    case 24:
        one_call_of_message();
        break;
    case 25:
    case 27:
        if (dice(2))
            one_call_of_client();
        else
            one_call_of_pop3_client();
        break;
    case 26:
        if (dice(3))
            one_call_of_mailboxes();
        else
            one_call_of_fetches();
        break;
    case 28:
    case 29:
    case 30:
    case 31:
        one_call_of_servers();
        break;
    default:
        if (dice(4) == 0)
            one_call_of_engine();
        else if (dice(2))
            one_call_of_send();
        else
            one_call_of_queue();
        break;
    }
    CHECK(mm_last_error() <= 0 && mm_last_error() >= MM_E_INTERNAL);
    CHECK((mm_last_error() == MM_OK) == (mm_last_error_message()[0] == '\0'));
    if (mm_last_error() == MM_E_INTERNAL) {
        fprintf(stderr, "%s\n", mm_last_error_message());
        check_failures++;
    }
}

static int is_any(const char *parameters) {
    (void)parameters;
    return 1;
}

int main(int argc, char **argv) {
    read_header(is_any);
    functions_without_arguments();
    state = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 20261121u;
    server_settings();
    SetConfigParamString("smtp_dns", SILENT_NAME_SERVER); /* where nobody answers */
    SetConfigParamString("smtpproxy", "127.0.0.1:1");
    SetConfigParamInt("smtp_port", smtp_port);
    SetConfigParamInt("pop_port", pop_port);
    for (int i = 0; i < 40000 && !check_failures; i++)
        one_call();
    all_were_called();
    server_stop();
    return check_result();
}
