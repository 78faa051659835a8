/* The part of sizes.c about the sessions of servers: in handlers, which one that is stepped calls. */
#ifndef SIZES_SESSIONS_H
#define SIZES_SESSIONS_H

#include "sizes.h"

static const int odd_numbers[] = {INT32_MIN, -1, INT32_MAX};

static int sizes_noop(mm_session *session, const char *text, void *user) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    mm_session_check check = MM_SESSION_CHECK_INIT;
    mm_pending *pending;
    (void)text, (void)user;
    TRY(mm_session_get_info);
    SIZES_REFUSED(info, mm_session_get_info(session, &info));
    TRY(mm_session_get_check);
    SIZES_REFUSED(check, mm_session_get_check(session, 0, &check));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_check(session, 0, &check));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_check(session, 1, &check));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_check(session, INT32_MAX, &check));
    mm_auth_result result = MM_AUTH_RESULT_INIT;
    TRY(mm_session_auth_get_result);
    SIZES_REFUSED(result, mm_session_auth_get_result(session, 0, &result));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_auth_get_result(session, 0, &result));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_auth_get_result(session, 1, &result));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_auth_get_result(session, INT32_MAX, &result));
    TRY(mm_session_set_reply);
    TRY(mm_session_defer);
    for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, odd_numbers[i], NULL, NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_session_defer(session, 0, odd_numbers[i], &pending));
    }
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, 1, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, 600, NULL, NULL));
    CHECK_OK(mm_session_set_reply(session, 599, NULL, NULL));
    CHECK_OK(mm_session_set_reply(session, 0, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_defer(session, INT32_MIN, 0, &pending));
    CHECK_OK(mm_session_defer(session, INT32_MAX, 599, &pending));
    TRY(mm_pending_set_reply);
    CHECK_INT(MM_E_ARGUMENT, mm_pending_set_reply(pending, INT32_MAX, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_set_reply(pending, INT32_MIN, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_set_reply(pending, 1, NULL, NULL));
    CHECK_OK(mm_pending_set_reply(pending, 0, NULL, NULL));
    TRY(mm_pending_answer);
    for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++)
        CHECK_INT(MM_E_ARGUMENT, mm_pending_answer(pending, odd_numbers[i]));
    CHECK_OK(mm_pending_answer(pending, 1));
    return MM_VERDICT_PENDING;
}

static int sizes_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)session, (void)rcpt, (void)user;
    return MM_VERDICT_ACCEPT;
}

static int sizes_data(mm_session *session, void *user) {
    mm_session_rcpt rcpt = MM_SESSION_RCPT_INIT;
    (void)user;
    TRY(mm_session_get_recipient);
    SIZES_REFUSED(rcpt, mm_session_get_recipient(session, 0, &rcpt));
    CHECK_OK(mm_session_get_recipient(session, 0, &rcpt));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_recipient(session, 1, &rcpt));
    TRY(mm_session_remove_recipient);
    CHECK_INT(MM_E_NOT_FOUND, mm_session_remove_recipient(session, 1));
    for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++) {
        CHECK_INT(MM_E_NOT_FOUND, mm_session_get_recipient(session, odd_numbers[i], &rcpt));
        CHECK_INT(MM_E_NOT_FOUND, mm_session_remove_recipient(session, odd_numbers[i]));
    }
    return MM_VERDICT_CONTINUE;
}

static int sizes_message(mm_session *session, int64_t size, void *user) {
    static char room[16];
    size_t length = 7;
    (void)user;
    CHECK_INT(3, size);
    TRY(mm_session_add_message); /* of POP3 sessions: pop3_handlers.c has what they take */
    CHECK_INT(MM_E_STATE, mm_session_add_message(session, INT64_MIN, "a", NULL));
    CHECK_INT(MM_E_STATE, mm_session_add_message(session, INT64_MAX, "a", NULL));
    TRY(mm_session_write);
    CHECK_INT(MM_E_STATE, mm_session_write(session, room, SIZE_MAX));
    CHECK_INT(MM_E_STATE, mm_session_write(session, room, 0));
    TRY(mm_session_set_recipient_reply);
    CHECK_INT(MM_E_NOT_FOUND, mm_session_set_recipient_reply(session, 1, 550, NULL, NULL));
    for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++) {
        CHECK_INT(MM_E_NOT_FOUND, mm_session_set_recipient_reply(session, odd_numbers[i], 550, NULL, NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_session_set_recipient_reply(session, 0, odd_numbers[i], NULL, NULL));
    }
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_recipient_reply(session, 0, 1, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_recipient_reply(session, 0, 0, NULL, NULL));
    TRY(mm_session_read_message);
    CHECK_INT(MM_E_ARGUMENT, mm_session_read_message(session, INT64_MIN, room, 1, &length));
    CHECK_INT(0, length);
    CHECK_OK(mm_session_read_message(session, INT64_MAX, room, 1, &length));
    CHECK_INT(0, length);
    CHECK_OK(mm_session_read_message(session, 0, room, 0, &length));
    CHECK_INT(0, length);
    CHECK_OK(mm_session_read_message(session, 1, room, 1, &length));
    CHECK_INT(1, length);
    CHECK_OK(mm_session_read_message(session, 0, room, SIZE_MAX, &length)); /* it writes what there is */
    CHECK_INT(3, length);
    return MM_VERDICT_DONE;
}

static void steps_of_sessions(mm_smtp_server *smtp) {
    static const char all[] = "NOOP\r\nLHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n";
    mm_smtp_stepped_options options = MM_SMTP_STEPPED_OPTIONS_INIT;
    mm_smtp_stepped *stepped;
    const void *output;
    size_t length;
    int wants;
    TRY(mm_smtp_stepped_new);
    SIZES_REFUSED(options, mm_smtp_stepped_new(smtp, &options, &stepped));
    for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++) {
        int *const members[] = {&options.client_port, &options.server_port, &options.protocol, &options.offer_tls};
        for (size_t member = 0; member < 4; member++) {
            options = (mm_smtp_stepped_options)MM_SMTP_STEPPED_OPTIONS_INIT;
            options.client = options.server = "192.0.2.1";
            *members[member] = odd_numbers[i];
            CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_new(smtp, &options, &stepped));
        }
    }
    options.offer_tls = 0;
    options.client_port = options.server_port = 65535;
    options.protocol = MM_SMTP_PROTOCOL_LMTP;
    CHECK_OK(mm_smtp_stepped_new(smtp, &options, &stepped));
    TRY(mm_smtp_stepped_step);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_step(stepped, "", SIZE_MAX, &output, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_stepped_step(stepped, "", (size_t)INT32_MAX + 1, &output, &length, &wants));
    CHECK_OK(mm_smtp_stepped_step(stepped, NULL, 0, &output, &length, &wants));
    for (size_t i = 0; i < sizeof all - 1; i++)
        CHECK_OK(mm_smtp_stepped_step(stepped, all + i, 1, &output, &length, &wants));
    CHECK_OK(mm_smtp_stepped_step(stepped, "x\r\n.\r\n", 6, &output, &length, &wants));
    CHECK(length > 4 && memcmp(output, "250 ", 4) == 0);
    CHECK_OK(mm_smtp_stepped_free(stepped));
}

static void steps_of_pop3(mm_pop3_server *pop3) {
    mm_pop3_stepped_options options = MM_POP3_STEPPED_OPTIONS_INIT;
    mm_pop3_stepped *stepped;
    const void *output;
    size_t length;
    int wants;
    TRY(mm_pop3_server_adopt);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_adopt(pop3, MM_INVALID_SOCKET, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_adopt(pop3, (mm_socket)INT32_MAX, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_adopt(pop3, MM_INVALID_SOCKET, INT32_MAX));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_adopt(pop3, MM_INVALID_SOCKET, 2));
    TRY(mm_pop3_stepped_new);
    SIZES_REFUSED(options, mm_pop3_stepped_new(pop3, &options, &stepped));
    for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++) {
        int *const members[] = {&options.client_port, &options.server_port, &options.reserved, &options.offer_tls};
        for (size_t member = 0; member < 4; member++) {
            options = (mm_pop3_stepped_options)MM_POP3_STEPPED_OPTIONS_INIT;
            options.client = options.server = "192.0.2.1";
            *members[member] = odd_numbers[i];
            CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_new(pop3, &options, &stepped));
        }
    }
    options.offer_tls = 0;
    options.client_port = options.server_port = 65535;
    CHECK_OK(mm_pop3_stepped_new(pop3, &options, &stepped));
    TRY(mm_pop3_stepped_step);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_step(stepped, "", SIZE_MAX, &output, &length, &wants));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_stepped_step(stepped, "", (size_t)INT32_MAX + 1, &output, &length, &wants));
    CHECK_OK(mm_pop3_stepped_step(stepped, NULL, 0, &output, &length, &wants));
    CHECK(length > 3 && memcmp(output, "+OK", 3) == 0);
    CHECK_OK(mm_pop3_stepped_step(stepped, "QUIT\r\n", 6, &output, &length, &wants));
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_pop3_stepped_free(stepped));
}

static void sessions_of_engines(mm_engine *engine) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_smtp_server *smtp;
    options.port = MM_PORT_NONE;
    for (size_t i = 0; i < sizeof odd_numbers / sizeof odd_numbers[0]; i++) {
        options.protocol = odd_numbers[i];
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_start(engine, &options, NULL, NULL, &smtp));
        options.protocol = 0;
        options.tls = odd_numbers[i];
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_start(engine, &options, NULL, NULL, &smtp));
        options.tls = 0;
    }
    handlers.noop = sizes_noop;
    handlers.rcpt = sizes_rcpt;
    handlers.data = sizes_data;
    handlers.message = sizes_message;
    CHECK_OK(mm_smtp_server_start(engine, &options, &handlers, NULL, &smtp));
    steps_of_sessions(smtp);
    TRY(mm_smtp_server_add_handlers);
    SIZES_REFUSED(handlers, mm_smtp_server_add_handlers(smtp, &handlers, NULL));
    TRY(mm_smtp_server_adopt);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_adopt(smtp, MM_INVALID_SOCKET, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_adopt(smtp, (mm_socket)INT32_MAX, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_adopt(smtp, MM_INVALID_SOCKET, INT32_MAX));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_adopt(smtp, MM_INVALID_SOCKET, 2));
    CHECK_OK(mm_smtp_server_stop(smtp, 0));
}

#endif
