/* The part of sizes.c about the SMTP client, verb by verb and in whole transactions. */
#ifndef SIZES_CLIENTS_H
#define SIZES_CLIENTS_H

#include "sizes.h"

static void options_of_clients(mm_engine *engine) {
    static const int odd[] = {-2, INT32_MIN};
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    mm_smtp *smtp;
    TRY(mm_smtp_new);
    SIZES_REFUSED(options, mm_smtp_new(engine, &options, &smtp));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        options.connect_timeout_ms = odd[i];
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
        options.connect_timeout_ms = 0;
        options.tls_check = odd[i];
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
        options.tls_check = 0;
    }
    options.connect_timeout_ms = options.send_timeout_ms = options.receive_timeout_ms = INT32_MAX;
    CHECK_OK(mm_smtp_new(engine, &options, &smtp));
    TRY(mm_smtp_set_timeouts);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_set_timeouts(smtp, INT32_MIN, 0, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_set_timeouts(smtp, 0, INT32_MIN, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_set_timeouts(smtp, 0, 0, INT32_MIN));
    CHECK_OK(mm_smtp_set_timeouts(smtp, 0, 1, INT32_MAX));
    CHECK_OK(mm_smtp_set_timeouts(smtp, -1, -1, -1));
    TRY(mm_smtp_connect);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", INT32_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", INT32_MIN, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", 1, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", 1, INT32_MIN, NULL));
    CHECK_INT(MM_E_CONNECT, mm_smtp_connect(smtp, "127.0.0.1", 1, 1, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

static void places_of_clients(void) {
    const char *text;
    int found;
    mm_transport transport = MM_TRANSPORT_INIT;
    mm_smtp_reply reply = MM_SMTP_REPLY_INIT;
    mm_error_detail detail = MM_ERROR_DETAIL_INIT;
    mm_smtp *smtp = connected(STEPS("220 hello", "silent"));
    TRY(mm_smtp_connect_transport);
    SIZES_REFUSED(transport, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    TRY(mm_smtp_set_transport);
    SIZES_REFUSED(transport, mm_smtp_set_transport(smtp, &transport));
    TRY(mm_smtp_get_reply);
    SIZES_REFUSED(reply, mm_smtp_get_reply(smtp, &reply));
    TRY(mm_smtp_get_error);
    SIZES_REFUSED(detail, mm_smtp_get_error(smtp, &detail));
    TRY(mm_smtp_start_tls);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_start_tls(smtp, NULL, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_start_tls(smtp, NULL, INT32_MIN, NULL));
    TRY(mm_smtp_get_capability);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, 0, &text));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, INT32_MAX, &text));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, INT32_MIN, &text));
    TRY(mm_smtp_wait);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_wait(smtp, INT32_MAX, 0, &found));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_wait(smtp, INT32_MIN, 0, &found));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_wait(smtp, MM_READY_ROOM, INT32_MIN, &found));
    CHECK_OK(mm_smtp_wait(smtp, MM_READY_ROOM, INT32_MAX, &found));
    CHECK_INT(MM_E_TIMEOUT, mm_smtp_wait(smtp, MM_READY_INPUT, 0, &found));
    CHECK_INT(MM_E_TIMEOUT, mm_smtp_wait(smtp, MM_READY_INPUT, 1, &found));
    CHECK_OK(mm_smtp_free(smtp));
}

static void content_of_clients(const char *zeros) {
    size_t much = (size_t)INT32_MAX + 1;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250-mx", "250 CHUNKING", ">", "250 none", ">", "#1", "250 one",
                                    ">", "354 go", ".", "250 taken"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    TRY(mm_smtp_bdat);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_bdat(smtp, zeros, much, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_bdat(smtp, zeros, SIZE_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_bdat(smtp, zeros, 1, INT32_MAX, NULL));
    CHECK_CODE(250, mm_smtp_bdat(smtp, NULL, 0, 0, &code));
    CHECK_CODE(250, mm_smtp_bdat(smtp, "x", 1, 1, &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    TRY(mm_smtp_write);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, much, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, SIZE_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, 1, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, 1, INT32_MIN, NULL));
    CHECK_OK(mm_smtp_write(smtp, NULL, 0, 0, NULL));
    CHECK_OK(mm_smtp_write(smtp, "x", 1, 0, NULL));
    TRY(mm_smtp_write_raw);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, zeros, much, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, zeros, SIZE_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, zeros, 1, INT32_MAX, NULL));
    CHECK_OK(mm_smtp_write_raw(smtp, NULL, 0, 0, NULL));
    CHECK_OK(mm_smtp_write_raw(smtp, "x", 1, 0, NULL));
    CHECK_CODE(250, mm_smtp_write(smtp, NULL, 0, MM_SMTP_LAST, &code));
    CHECK_OK(mm_smtp_free(smtp));
}

static void transactions_of_clients(void) {
    static const char *const to[] = {"b@example.net"};
    mm_smtp_message message = MM_SMTP_MESSAGE_INIT;
    mm_smtp_recipient result = MM_SMTP_RECIPIENT_INIT;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250 mx", "silent"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    message.from = "a@example.org";
    message.content = "x";
    message.to = to;
    TRY(mm_smtp_send_message);
    for (message.recipients = 0; message.recipients < 2; message.recipients++)
        SIZES_REFUSED(message, mm_smtp_send_message(smtp, &message, &result, NULL));
    message.recipients = 1;
    SIZES_REFUSED(result, mm_smtp_send_message(smtp, &message, &result, NULL));
    message.recipients = (size_t)INT32_MAX + 1;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    message.recipients = SIZE_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, &result, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

#endif
