/* Odd calls of clients, over a transport that answers by the dice, and of the socket by which a queue is steered. */
#ifndef ODD_CLIENTS_H
#define ODD_CLIENTS_H

#include "odd.h"

static inline int odd_read(void *buffer, size_t size, size_t *length, void *user) {
    static const char *const replies[] = {
        "220 a\r\n",  "250-a\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250 SIZE 9\r\n",
        "354 go\r\n", "334 \r\n",
        "421 no\r\n", "550 no\r\n",
        "what\r\n",   "250-"};
    const char *reply = replies[dice(sizeof replies / sizeof replies[0])];
    (void)user;
    *length = strlen(reply) < size ? strlen(reply) : size;
    memcpy(buffer, reply, *length);
    return dice(16) ? MM_OK : odd_number();
}

static inline int odd_write(const void *octets, size_t size, size_t *length, void *user) {
    (void)octets, (void)user;
    *length = dice(8) ? size : dice(2) ? 0 : size + 1;
    return dice(16) ? MM_OK : odd_number();
}

static inline int odd_wait(int wanted, int timeout_ms, int *found, void *user) {
    (void)timeout_ms, (void)user;
    *found = dice(16) ? wanted : odd_number();
    return dice(16) ? MM_OK : odd_number();
}

static inline void odd_interrupt(void *user) {
    (void)user;
}

static inline const mm_transport *odd_transport(void) {
    mm_transport *transport = odd_struct(sizeof *transport);
    if (!transport || dice(8) == 0)
        return transport;
    transport->read = dice(16) ? odd_read : NULL;
    transport->write = dice(16) ? odd_write : NULL;
    transport->wait = odd_wait;
    transport->interrupt = dice(16) ? odd_interrupt : NULL;
    transport->socket = dice(16) ? -1 : odd_number();
    transport->is_secure = (int)dice(2);
    return transport;
}

static inline const mm_smtp_options *odd_smtp_options(void) {
    mm_smtp_options *options = odd_struct(sizeof *options);
    if (!options || dice(4))
        return options;
    options->connect_timeout_ms = dice(2) ? 1000 : odd_number();
    options->send_timeout_ms = dice(2) ? 1000 : odd_number();
    options->receive_timeout_ms = dice(2) ? 1000 : odd_number();
    options->tls_check = dice(2) ? 0 : odd_number();
    options->proxy = dice(4) ? NULL : odd_text();
    options->certificate = dice(4) ? NULL : odd_text();
    options->key = dice(4) ? NULL : odd_text();
    return options;
}

/* Live, connected or not, gone, of another kind, or never one. */
static inline mm_smtp *odd_smtp(void) {
    static mm_smtp *clients[4];
    mm_smtp **place = &clients[dice(4)];
    int code;
    if (dice(32) == 0)
        return (mm_smtp *)(void *)odd_stream();
    if (dice(32) == 0) {
        CALL(mm_smtp_free, *place);
        CALL(mm_smtp_new, odd_engine(), odd_smtp_options(), dice(16) ? place : NULL);
    }
    if (dice(8) == 0)
        CALL(mm_smtp_connect_transport, *place, odd_transport(), dice(4) ? "mail.example.org" : odd_text(),
             dice(4) ? 0 : odd_number(), dice(8) ? &code : NULL);
    return *place;
}

static inline int odd_token(char *buffer, size_t size, size_t *length, void *user) {
    (void)user;
    memset(buffer, 'x', size);
    *length = dice(2) ? 5 : size + 1;
    return dice(4) ? MM_OK : odd_number();
}

static inline int odd_next(mm_smtp_message *message, void *user) {
    static const char *const recipients[] = {"b@example.net"};
    (void)user;
    if (dice(4) == 0)
        return 0;
    message->from = "a@example.net";
    message->to = recipients;
    message->recipients = dice(8) ? 1 : 0;
    message->content = "x";
    message->content_size = 1;
    return dice(8) ? 1 : odd_number();
}

static inline void odd_sent(int64_t message, const mm_smtp_recipient *const *recipients, size_t count, void *user) {
    (void)message, (void)recipients, (void)count, (void)user;
}

static inline void one_call_of_connection(mm_smtp *smtp) {
    mm_socket socket;
    int code;
    switch (dice(10)) {
    case 0:
        CALL(mm_smtp_set_timeouts, smtp, odd_number(), odd_number(), odd_number());
        break;
    case 1:
        CALL(mm_smtp_connect, smtp, dice(2) ? "127.0.0.1" : odd_text(), dice(2) ? 1 : odd_number() | 0x10000,
             dice(4) ? 0 : odd_number(), dice(8) ? &code : NULL);
        break;
    case 2:
        CALL(mm_smtp_starttls, smtp, dice(8) ? &code : NULL);
        break;
    case 3:
        CALL(mm_smtp_start_tls, smtp, odd_text(), odd_number(), dice(8) ? &code : NULL);
        break;
    case 4:
        CALL(mm_smtp_set_transport, smtp, odd_transport());
        break;
    case 5:
        CALL(mm_smtp_get_socket, smtp, dice(8) ? &socket : NULL);
        break;
    case 6:
        CALL(mm_smtp_wait, smtp, odd_number(), dice(2) ? 0 : -2, dice(8) ? &code : NULL);
        break;
    case 7:
        CALL(mm_smtp_cancel, smtp);
        break;
    case 8:
        CALL(mm_smtp_close, smtp);
        break;
    case 9:
        CALL(mm_smtp_quit, smtp, dice(8) ? &code : NULL);
        break;
    }
}

static inline void one_call_of_verb(mm_smtp *smtp) {
    int code;
    int *place = dice(8) ? &code : NULL;
    switch (dice(12)) {
    case 0:
        CALL(mm_smtp_helo, smtp, odd_text(), place);
        break;
    case 1:
        CALL(mm_smtp_ehlo, smtp, dice(2) ? NULL : odd_text(), place);
        break;
    case 2:
        CALL(mm_smtp_lhlo, smtp, odd_text(), place);
        break;
    case 3:
        CALL(mm_smtp_mail, smtp, dice(2) ? "a@example.net" : odd_text(), odd_text(), place);
        break;
    case 4:
        CALL(mm_smtp_rcpt, smtp, dice(2) ? "a@example.net" : odd_text(), odd_text(), place);
        break;
    case 5:
        CALL(mm_smtp_data, smtp, place);
        break;
    case 6:
        CALL(mm_smtp_rset, smtp, place);
        break;
    case 7:
        CALL(mm_smtp_noop, smtp, place);
        break;
    case 8:
        CALL(mm_smtp_vrfy, smtp, odd_text(), place);
        break;
    case 9:
        CALL(mm_smtp_expn, smtp, odd_text(), place);
        break;
    case 10:
        CALL(mm_smtp_help, smtp, odd_text(), place);
        break;
    case 11:
        CALL(mm_smtp_receive, smtp, place);
        break;
    }
}

static inline void one_call_of_login(mm_smtp *smtp) {
    int code;
    int *place = dice(8) ? &code : NULL;
    switch (dice(5)) {
    case 0:
        CALL(mm_smtp_auth, smtp, dice(2) ? "PLAIN" : odd_text(), odd_text(), odd_text(), place);
        break;
    case 1:
        CALL(mm_smtp_auth_token, smtp, odd_text(), odd_text(), dice(8) ? odd_token : NULL, NULL, place);
        break;
    case 2:
        CALL(mm_smtp_auth_raw, smtp, odd_text(), odd_text(), place);
        break;
    case 3:
        CALL(mm_smtp_auth_respond, smtp, odd_text(), place);
        break;
    case 4:
        CALL(mm_smtp_send_command, smtp, odd_text());
        break;
    }
}

static inline void one_call_of_content(mm_smtp *smtp) {
    static char octets[512];
    static mm_smtp_recipient results[1];
    const char *to = odd_text();
    int code;
    int *place = dice(8) ? &code : NULL;
    mm_smtp_message *message;
    switch (dice(5)) {
    case 0:
        CALL(mm_smtp_write, smtp, octets, dice(sizeof octets), dice(4) ? (int)dice(2) : odd_number(), place);
        break;
    case 1:
        CALL(mm_smtp_write_raw, smtp, dice(2) ? NULL : octets, dice(2) ? 0 : (size_t)-1, odd_number(), place);
        break;
    case 2:
        CALL(mm_smtp_bdat, smtp, octets, dice(sizeof octets), (int)dice(2), place);
        break;
    case 3:
        CALL(mm_smtp_send_all, smtp, dice(8) ? odd_next : NULL, odd_sent, NULL);
        break;
    case 4:
        message = odd_struct(sizeof *message);
        results[0].size = dice(8) ? sizeof results[0] : 0;
        if (message) {
            message->from = odd_text();
            message->to = &to;
            message->recipients = 1;
            message->content = "x";
            message->content_size = dice(8) ? 1 : (size_t)-1;
        }
        CALL(mm_smtp_send_message, smtp, message, dice(2) ? results : NULL, place);
        break;
    }
}

static inline void one_call_of_client(void) {
    mm_smtp *smtp = odd_smtp();
    const char *text;
    int number;
    switch (dice(10)) {
    case 0:
        CALL(mm_smtp_get_capability_count, smtp, dice(8) ? &number : NULL);
        break;
    case 1:
        CALL(mm_smtp_get_capability, smtp, odd_number(), dice(8) ? &text : NULL);
        break;
    case 2:
        CALL(mm_smtp_find_capability, smtp, dice(2) ? "size" : odd_text(), dice(8) ? &text : NULL);
        break;
    case 3:
        CALL(mm_smtp_get_reply, smtp, odd_struct(sizeof(mm_smtp_reply)));
        break;
    case 4:
        CALL(mm_smtp_get_error, smtp, odd_struct(sizeof(mm_error_detail)));
        break;
    case 5:
        CALL(mm_smtp_get_tls, smtp, dice(8) ? &text : NULL);
        break;
    case 6:
        one_call_of_connection(smtp);
        break;
    case 7:
        one_call_of_content(smtp);
        break;
    case 8:
        one_call_of_login(smtp);
        break;
    case 9:
        one_call_of_verb(smtp);
        break;
    }
}

/* ---- the socket of a queue: nobody listens, so there is no handle that is good ---- */

static inline void one_call_of_control(void) {
    static char octets[512];
    mm_control *control = NULL;
    mm_queue_cursor *cursor;
    switch (dice(10)) {
    case 0:
        CALL(mm_control_open, dice(2) ? "/nowhere/at/all" : odd_text(), dice(2) ? &control : NULL);
        break;
    default:
        control = (mm_control *)(void *)odd_stream();
        break;
    }
    switch (dice(9)) {
    case 0:
        CALL(mm_control_close, control);
        break;
    case 1:
        CALL(mm_control_get_counts, control, odd_struct(sizeof(mm_queue_counts)));
        break;
    case 2:
        CALL(mm_control_open_queue, control, odd_text(), &cursor);
        break;
    case 3:
        CALL(mm_control_retry, control, odd_text());
        break;
    case 4:
        CALL(mm_control_hold, control, odd_text());
        break;
    case 5:
        CALL(mm_control_release, control, odd_text());
        break;
    case 6:
        CALL(mm_control_remove, control, odd_text());
        break;
    case 7:
        CALL(mm_control_redirect, control, odd_text(), odd_text(), odd_text(), octets, dice(sizeof octets));
        break;
    case 8:
        CALL(mm_control_send, control, odd_text(), odd_text(), odd_piece, NULL, NULL, NULL);
        break;
    }
}

#endif
