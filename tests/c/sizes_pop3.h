/* The part of sizes.c about the POP3 client, verb by verb. */
#ifndef SIZES_POP3_H
#define SIZES_POP3_H

#include "pop3_clients.h"
#include "sizes.h"

static void options_of_pop3_clients(mm_engine *engine) {
    static const int odd[] = {-2, INT32_MIN};
    mm_pop3_options options = MM_POP3_OPTIONS_INIT;
    mm_pop3 *pop3;
    TRY(mm_pop3_new);
    SIZES_REFUSED(options, mm_pop3_new(engine, &options, &pop3));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        options.connect_timeout_ms = odd[i];
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_new(engine, &options, &pop3));
        options.connect_timeout_ms = 0;
        options.tls_check = odd[i];
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_new(engine, &options, &pop3));
        options.tls_check = 0;
    }
    options.connect_timeout_ms = options.send_timeout_ms = options.receive_timeout_ms = INT32_MAX;
    CHECK_OK(mm_pop3_new(engine, &options, &pop3));
    TRY(mm_pop3_set_timeouts);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_set_timeouts(pop3, INT32_MIN, 0, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_set_timeouts(pop3, 0, INT32_MIN, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_set_timeouts(pop3, 0, 0, INT32_MIN));
    CHECK_OK(mm_pop3_set_timeouts(pop3, 0, 1, INT32_MAX));
    CHECK_OK(mm_pop3_set_timeouts(pop3, -1, -1, -1));
    TRY(mm_pop3_connect);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_connect(pop3, "127.0.0.1", INT32_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_connect(pop3, "127.0.0.1", INT32_MIN, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_connect(pop3, "127.0.0.1", 1, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_connect(pop3, "127.0.0.1", 1, INT32_MIN, NULL));
    CHECK_INT(MM_E_CONNECT, mm_pop3_connect(pop3, "127.0.0.1", 1, 1, NULL));
    CHECK_OK(mm_pop3_free(pop3));
}

static void places_of_pop3_clients(void) {
    const char *text;
    int found;
    mm_transport transport = MM_TRANSPORT_INIT;
    mm_pop3_reply reply = MM_POP3_REPLY_INIT;
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    mm_error_detail detail = MM_ERROR_DETAIL_INIT;
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", "silent"));
    TRY(mm_pop3_connect_transport);
    SIZES_REFUSED(transport, mm_pop3_connect_transport(pop3, &transport, "mx", 0, NULL));
    TRY(mm_pop3_set_transport);
    SIZES_REFUSED(transport, mm_pop3_set_transport(pop3, &transport));
    TRY(mm_pop3_get_reply);
    SIZES_REFUSED(reply, mm_pop3_get_reply(pop3, &reply));
    TRY(mm_pop3_next);
    SIZES_REFUSED(entry, mm_pop3_next(pop3, &entry));
    TRY(mm_pop3_get_error);
    SIZES_REFUSED(detail, mm_pop3_get_error(pop3, &detail));
    TRY(mm_pop3_start_tls);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_start_tls(pop3, NULL, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_start_tls(pop3, NULL, INT32_MIN, NULL));
    TRY(mm_pop3_get_capability);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_get_capability(pop3, 0, &text));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_get_capability(pop3, INT32_MAX, &text));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_get_capability(pop3, INT32_MIN, &text));
    TRY(mm_pop3_wait);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_wait(pop3, INT32_MAX, 0, &found));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_wait(pop3, INT32_MIN, 0, &found));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_wait(pop3, MM_READY_ROOM, INT32_MIN, &found));
    CHECK_OK(mm_pop3_wait(pop3, MM_READY_ROOM, INT32_MAX, &found));
    CHECK_INT(MM_E_TIMEOUT, mm_pop3_wait(pop3, MM_READY_INPUT, 0, &found));
    CHECK_INT(MM_E_TIMEOUT, mm_pop3_wait(pop3, MM_READY_INPUT, 1, &found));
    CHECK_OK(mm_pop3_free(pop3));
}

static int MM_CALL no_message(int number, const void *octets, size_t size, int status, void *user) {
    (void)number, (void)octets, (void)size, (void)status, (void)user;
    return MM_OK;
}

static void numbers_of_pop3_clients(void) {
    static const int odd[] = {INT32_MIN, -1}, none[] = {0};
    char octet[2];
    size_t length;
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "-ERR", ">", "-ERR", ">", "-ERR", ">", "-ERR", ">", "-ERR", ">",
                                         "-ERR", ">", "-ERR", ">", "+OK", "ab", "say .\r\n", ">", "-ERR", "silent"));
    TRY(mm_pop3_login);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_login(pop3, "ann", "secret", INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_login(pop3, "ann", "secret", INT32_MIN, NULL));
    TRY(mm_pop3_list);
    TRY(mm_pop3_uidl);
    TRY(mm_pop3_retr);
    TRY(mm_pop3_top);
    TRY(mm_pop3_dele);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_list(pop3, odd[i], NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_uidl(pop3, odd[i], NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_retr(pop3, odd[i], NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_top(pop3, odd[i], 0, NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_top(pop3, 1, odd[i], NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_dele(pop3, odd[i], NULL));
    }
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_retr(pop3, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_dele(pop3, 0, NULL));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_list(pop3, INT32_MAX, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_uidl(pop3, 1, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_uidl(pop3, 0, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_retr(pop3, INT32_MAX, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_top(pop3, 1, 0, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_top(pop3, INT32_MAX, INT32_MAX, &status));
    CHECK_STATUS(MM_POP3_ERR, mm_pop3_dele(pop3, INT32_MAX, &status));
    TRY(mm_pop3_read);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_read(pop3, octet, 0, &length));
    CHECK_OK(mm_pop3_read(pop3, octet, 1, &length));
    CHECK_INT(1, length);
    CHECK_OK(mm_pop3_read(pop3, octet, 2, &length));
    CHECK(length > 0 && length <= 2);
    TRY(mm_pop3_retr_all);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_retr_all(pop3, NULL, (size_t)INT32_MAX + 1, -1, no_message, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_retr_all(pop3, NULL, SIZE_MAX, -1, no_message, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_retr_all(pop3, NULL, 1, -2, no_message, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_retr_all(pop3, NULL, 1, INT32_MIN, no_message, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_retr_all(pop3, none, 1, -1, no_message, NULL));
    CHECK_OK(mm_pop3_retr_all(pop3, NULL, 0, 0, no_message, NULL));
    CHECK_OK(mm_pop3_retr_all(pop3, NULL, 1, INT32_MAX, no_message, NULL));
    TRY(mm_pop3_send_command);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_send_command(pop3, "NOOP", INT32_MAX));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_send_command(pop3, "NOOP", INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_send_command(pop3, "NOOP", 3));
    CHECK_OK(mm_pop3_free(pop3));
}

#endif
