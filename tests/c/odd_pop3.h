/* Odd calls of POP3 clients, over a transport that answers by the dice. */
#ifndef ODD_POP3_H
#define ODD_POP3_H

#include "odd_clients.h"

static inline int odd_pop3_read(void *buffer, size_t size, size_t *length, void *user) {
    static const char *const answers[] = {"+OK <a@b>\r\n", "+OK\r\nSASL PLAIN\r\nPIPELINING\r\n.\r\n",
                                          "+ \r\n",        "-ERR [IN-USE] no\r\n",
                                          "what\r\n",      "+OK",
                                          "\r\n.\r\n",     "1 2\r\n"};
    const char *answer = answers[dice(sizeof answers / sizeof answers[0])];
    (void)user;
    *length = strlen(answer) < size ? strlen(answer) : size;
    memcpy(buffer, answer, *length);
    return dice(16) ? MM_OK : odd_number();
}

static inline const mm_transport *odd_pop3_transport(void) {
    mm_transport *transport = (mm_transport *)odd_transport();
    if (transport && transport->read == odd_read)
        transport->read = odd_pop3_read;
    return transport;
}

static inline const mm_pop3_options *odd_pop3_options(void) {
    return (const mm_pop3_options *)odd_smtp_options(); /* member by member the same */
}

/* Live, connected or not, gone, of another kind, or never one. */
static inline mm_pop3 *odd_pop3(void) {
    static mm_pop3 *clients[4];
    mm_pop3 **place = &clients[dice(4)];
    int status;
    if (dice(32) == 0)
        return (mm_pop3 *)(void *)odd_stream();
    if (dice(32) == 0) {
        CALL(mm_pop3_free, *place);
        CALL(mm_pop3_new, odd_engine(), odd_pop3_options(), dice(16) ? place : NULL);
    }
    if (dice(8) == 0)
        CALL(mm_pop3_connect_transport, *place, odd_pop3_transport(), dice(4) ? "pop.example.org" : odd_text(),
             dice(4) ? 0 : odd_number(), dice(8) ? &status : NULL);
    return *place;
}

static inline int MM_CALL odd_retrieved(int number, const void *octets, size_t size, int status, void *user) {
    (void)number, (void)octets, (void)size, (void)status, (void)user;
    return dice(8) ? MM_OK : odd_number();
}

static inline void one_call_of_pop3_connection(mm_pop3 *pop3) {
    mm_socket socket;
    int status;
    switch (dice(10)) {
    case 0:
        CALL(mm_pop3_set_timeouts, pop3, odd_number(), odd_number(), odd_number());
        break;
    case 1:
        CALL(mm_pop3_connect, pop3, dice(2) ? "127.0.0.1" : odd_text(), dice(2) ? 1 : odd_number() | 0x10000,
             dice(4) ? 0 : odd_number(), dice(8) ? &status : NULL);
        break;
    case 2:
        CALL(mm_pop3_stls, pop3, dice(8) ? &status : NULL);
        break;
    case 3:
        CALL(mm_pop3_start_tls, pop3, odd_text(), odd_number(), dice(8) ? &status : NULL);
        break;
    case 4:
        CALL(mm_pop3_set_transport, pop3, odd_pop3_transport());
        break;
    case 5:
        CALL(mm_pop3_get_socket, pop3, dice(8) ? &socket : NULL);
        break;
    case 6:
        CALL(mm_pop3_wait, pop3, odd_number(), dice(2) ? 0 : -2, dice(8) ? &status : NULL);
        break;
    case 7:
        CALL(mm_pop3_cancel, pop3);
        break;
    case 8:
        CALL(mm_pop3_close, pop3);
        break;
    case 9:
        CALL(mm_pop3_quit, pop3, dice(8) ? &status : NULL);
        break;
    }
}

static inline void one_call_of_pop3_login(mm_pop3 *pop3) {
    int status;
    int *place = dice(8) ? &status : NULL;
    switch (dice(10)) {
    case 0:
        CALL(mm_pop3_login, pop3, odd_text(), odd_text(), dice(2) ? MM_POP3_CLEAR_PASSWORD : odd_number(), place);
        break;
    case 1:
        CALL(mm_pop3_user, pop3, odd_text(), place);
        break;
    case 2:
        CALL(mm_pop3_pass, pop3, odd_text(), place);
        break;
    case 3:
        CALL(mm_pop3_apop, pop3, odd_text(), odd_text(), place);
        break;
    case 4:
        CALL(mm_pop3_auth, pop3, dice(2) ? "PLAIN" : odd_text(), odd_text(), odd_text(), place);
        break;
    case 5:
        CALL(mm_pop3_auth_token, pop3, odd_text(), odd_text(), dice(8) ? odd_token : NULL, NULL, place);
        break;
    case 6:
        CALL(mm_pop3_auth_raw, pop3, odd_text(), odd_text(), place);
        break;
    case 7:
        CALL(mm_pop3_auth_respond, pop3, odd_text(), place);
        break;
    case 8:
        CALL(mm_pop3_utf8, pop3, place);
        break;
    case 9:
        CALL(mm_pop3_lang, pop3, odd_text(), place);
        break;
    }
}

static inline void one_call_of_pop3_verb(mm_pop3 *pop3) {
    static const int numbers[] = {1, 2, 0, -1};
    int status, count;
    int64_t octets;
    int *place = dice(8) ? &status : NULL;
    switch (dice(11)) {
    case 0:
        CALL(mm_pop3_capa, pop3, place);
        break;
    case 1:
        CALL(mm_pop3_stat, pop3, dice(8) ? &count : NULL, dice(8) ? &octets : NULL, place);
        break;
    case 2:
        CALL(mm_pop3_list, pop3, dice(2) ? 0 : odd_number(), place);
        break;
    case 3:
        CALL(mm_pop3_uidl, pop3, dice(2) ? 0 : odd_number(), place);
        break;
    case 4:
        CALL(mm_pop3_retr, pop3, odd_number(), place);
        break;
    case 5:
        CALL(mm_pop3_top, pop3, odd_number(), odd_number(), place);
        break;
    case 6:
        CALL(mm_pop3_dele, pop3, odd_number(), place);
        break;
    case 7:
        CALL(mm_pop3_rset, pop3, place);
        break;
    case 8:
        CALL(mm_pop3_noop, pop3, place);
        break;
    case 9:
        CALL(mm_pop3_receive, pop3, place);
        break;
    case 10:
        CALL(mm_pop3_retr_all, pop3, dice(2) ? NULL : numbers, dice(8) ? dice(5) : (size_t)-1,
             dice(2) ? -1 : odd_number(), dice(8) ? odd_retrieved : NULL, NULL);
        break;
    }
}

static inline void one_call_of_pop3_client(void) {
    static char octets[512];
    mm_pop3 *pop3 = odd_pop3();
    const char *text;
    size_t length;
    int number;
    switch (dice(12)) {
    case 0:
        CALL(mm_pop3_get_capability_count, pop3, dice(8) ? &number : NULL);
        break;
    case 1:
        CALL(mm_pop3_get_capability, pop3, odd_number(), dice(8) ? &text : NULL);
        break;
    case 2:
        CALL(mm_pop3_find_capability, pop3, dice(2) ? "sasl" : odd_text(), dice(8) ? &text : NULL);
        break;
    case 3:
        CALL(mm_pop3_get_reply, pop3, odd_struct(sizeof(mm_pop3_reply)));
        break;
    case 4:
        CALL(mm_pop3_get_error, pop3, odd_struct(sizeof(mm_error_detail)));
        break;
    case 5:
        CALL(mm_pop3_get_tls, pop3, dice(8) ? &text : NULL);
        break;
    case 6:
        CALL(mm_pop3_next, pop3, odd_struct(sizeof(mm_pop3_entry)));
        break;
    case 7:
        CALL(mm_pop3_read, pop3, dice(8) ? octets : NULL, dice(sizeof octets), dice(8) ? &length : NULL);
        break;
    case 8:
        CALL(mm_pop3_send_command, pop3, dice(2) ? "XTND" : odd_text(), dice(2) ? (int)dice(3) : odd_number());
        break;
    case 9:
        one_call_of_pop3_connection(pop3);
        break;
    case 10:
        one_call_of_pop3_login(pop3);
        break;
    case 11:
        one_call_of_pop3_verb(pop3);
        break;
    }
}

#endif
