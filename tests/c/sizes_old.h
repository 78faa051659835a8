/* The part of sizes.c about the functions of the old module. */
#ifndef SIZES_OLD_H
#define SIZES_OLD_H

#include "sizes.h"

static ServerStream new_stream(void) {
    ServerStream stream = SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", 1, NULL, NULL);
    CHECK(stream);
    return stream;
}

static void more_than_a_file_takes(ServerStream stream, const char *zeros) {
    CHECK_INT(0, SRVSend(stream, zeros, LARGEST_CONTENT)); /* behind others */
    CHECK(mm_last_error() == MM_E_FULL || mm_last_error() == MM_E_IO);
    CHECK_INT(0, SRVSend(stream, "x", 1)); /* its content is lost */
    SRVEndOfMsg(stream);
    CHECK(mm_last_error() == MM_E_FULL || mm_last_error() == MM_E_IO);
}

static void old_sending(const char *zeros) {
    ServerStream stream = new_stream();
    TRY(SRVInitSendMsgSMTP);
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", 0, NULL, NULL));
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", 65536, NULL, NULL));
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", INT32_MAX, NULL, NULL));
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", INT32_MIN, NULL, NULL));
    TRY(SRVSend);
    CHECK_INT(0, SRVSend(stream, zeros, 0));
    CHECK_OK(mm_last_error());
    CHECK_INT(1, SRVSend(stream, "x", 1));
    CHECK_INT(0, SRVSend(stream, zeros, INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    if (files_are_limited)
        more_than_a_file_takes(stream, zeros);
    else
        SRVEndOfMsg(stream);
}

static void old_settings(void) {
    TRY(SetConfigParamInt);
    SetConfigParamInt("queue_lifetime", 0);
    SetConfigParamInt("from_same_host", 1);
    CHECK_OK(mm_last_error());
    SetConfigParamInt("smtp_port", INT32_MAX);
    CHECK_INT(MM_E_CONFIG, mm_last_error());
    SetConfigParamInt("smtp_port", INT32_MIN);
    CHECK_INT(MM_E_CONFIG, mm_last_error());
    SetConfigParamInt("smtp_msg_limit", INT32_MAX);
    CHECK_OK(mm_last_error());
    CHECK_INT(INT32_MAX, GetConfigParamInt("smtp_msg_limit"));
}

static void old_lookup(void) {
    MailHostInfo found[2];
    TRY(FindMX);
    CHECK_INT(0, FindMX("127.0.0.1.", found, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("no..name", found, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("no..name", found, INT32_MAX));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("no..name", found, INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
}

static int asked;

static int request(ServerStream *stream, char *reqname, int action, ...) {
    struct sockaddr_in6 address;
    static char text[64];
    (void)reqname, (void)action;
    asked++;
    TRY(GetRemoteAddr);
    CHECK_INT(0, GetRemoteAddr(stream, &address, 0));
    CHECK_INT(0, GetRemoteAddr(stream, &address, 1));
    CHECK_INT(0, GetRemoteAddr(stream, &address, 15));
    CHECK_INT(16, GetRemoteAddr(stream, &address, 16));
    CHECK_INT(16, GetRemoteAddr(stream, &address, INT32_MAX));
    CHECK_INT(0, GetRemoteAddr(stream, &address, INT32_MIN));
    mm_auth_result result = MM_AUTH_RESULT_INIT;
    TRY(mm_stream_auth_get_result); /* of a client that is not checked: there is none */
    SIZES_REFUSED(result, mm_stream_auth_get_result(stream, 0, &result));
    CHECK_INT(MM_E_NOT_FOUND, mm_stream_auth_get_result(stream, 0, &result));
    CHECK_INT(MM_E_NOT_FOUND, mm_stream_auth_get_result(stream, 1, &result));
    CHECK_INT(MM_E_NOT_FOUND, mm_stream_auth_get_result(stream, INT32_MAX, &result));
    CHECK_INT(MM_E_NOT_FOUND, mm_stream_auth_get_result(stream, INT32_MIN, &result));
    TRY(SRVRecv);
    CHECK_INT(0, SRVRecv(stream, text, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, SRVRecv(stream, text, INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(1, SRVRecv(stream, text, 1));
    CHECK(SRVRecv(stream, text, INT32_MAX) > 0); /* the message is shorter than the place */
    return 0;
}

static void old_servers(void) {
    TRY(SetSMTPServer);
    TRY(SetPOP3Server);
    CHECK_INT(MM_E_ARGUMENT, SetSMTPServer(NULL, 65536, 0));
    CHECK_INT(MM_E_ARGUMENT, SetSMTPServer(NULL, INT32_MAX, 0));
    CHECK_INT(MM_E_ARGUMENT, SetSMTPServer(NULL, INT32_MIN, 0));
    CHECK_INT(MM_E_ARGUMENT, SetPOP3Server(NULL, 65536, 0));
    CHECK_INT(MM_E_ARGUMENT, SetPOP3Server(NULL, INT32_MAX, 0));
    CHECK_INT(MM_E_ARGUMENT, SetPOP3Server(NULL, INT32_MIN, 0));
    CHECK_OK(SetPOP3Server(NULL, pop_port, INT32_MIN));
    CHECK_OK(SetPOP3Server(NULL, 0, INT32_MAX));
    CHECK_OK(SetSMTPServer(request, smtp_port, 0));
    CHECK_OK(SetSMTPServer(request, 0, 1));
    CHECK_OK(SetSMTPServer(request, 0, ACTION_SMTP_SENDMSG));
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: short\r\n\r\nx\r\n"));
    CHECK_INT(1, asked);
}

#endif
