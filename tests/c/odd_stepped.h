/* Odd calls of servers, and of sessions that are stepped. */
#ifndef ODD_STEPPED_H
#define ODD_STEPPED_H

#include "odd_sessions.h"

static inline const mm_smtp_stepped_options *odd_stepped_options(void) {
    mm_smtp_stepped_options *options = odd_struct(sizeof *options);
    if (!options || dice(2))
        return options;
    options->client = dice(2) ? "192.0.2.1" : odd_text();
    options->server = dice(4) ? NULL : odd_text();
    options->tls = dice(4) ? NULL : odd_text();
    options->client_port = dice(4) ? 0 : odd_number();
    options->server_port = dice(4) ? 0 : odd_number();
    options->offer_tls = dice(4) ? (int)dice(2) : odd_number();
    options->protocol = dice(4) ? (int)dice(3) : odd_number();
    return options;
}

/* A server without a port, whose sessions are stepped, with handlers. */
static inline mm_smtp_server *stepped_server(void) {
    static mm_smtp_server *server;
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    options.port = MM_PORT_NONE;
    if (dice(64) == 0) {
        CALL(mm_smtp_server_stop, server, 0);
        server = NULL;
    }
    if (!server && CALL(mm_smtp_server_start, mm_engine_default(), &options, odd_handlers(), NULL, &server) != MM_OK)
        server = NULL;
    return dice(8) ? server : odd_server();
}

/* Live, gone, of another kind, or never one. */
static inline mm_smtp_stepped *odd_stepped(void) {
    static mm_smtp_stepped *stepped[4];
    unsigned int which = dice(4);
    if (dice(16) == 0)
        return (mm_smtp_stepped *)(void *)odd_server();
    if (dice(16) == 0) {
        CALL(mm_smtp_stepped_free, stepped[which]);
        CALL(mm_smtp_stepped_new, stepped_server(), odd_stepped_options(), dice(16) ? &stepped[which] : NULL);
    }
    return stepped[which];
}

static inline const mm_pop3_stepped_options *odd_pop3_stepped_options(void) {
    mm_pop3_stepped_options *options = odd_struct(sizeof *options);
    if (!options || dice(2))
        return options;
    options->client = dice(2) ? "192.0.2.1" : odd_text();
    options->tls = dice(4) ? NULL : odd_text();
    options->client_port = dice(4) ? 0 : odd_number();
    options->offer_tls = dice(4) ? (int)dice(2) : odd_number();
    options->reserved = dice(4) ? 0 : odd_number();
    return options;
}

/* As stepped_server, of POP3; without handlers, so that logins open mailboxes. */
static inline mm_pop3_server *pop3_stepped_server(void) {
    static mm_pop3_server *server;
    mm_pop3_server_options options = MM_POP3_SERVER_OPTIONS_INIT;
    options.port = MM_PORT_NONE;
    if (dice(64) == 0) {
        CALL(mm_pop3_server_stop, server, 0);
        server = NULL;
    }
    if (!server && CALL(mm_pop3_server_start, mm_engine_default(), &options, NULL, NULL, &server) != MM_OK)
        server = NULL;
    return dice(8) ? server : (mm_pop3_server *)(void *)odd_server();
}

static inline mm_pop3_stepped *odd_pop3_stepped(void) {
    static mm_pop3_stepped *stepped[4];
    unsigned int which = dice(4);
    if (dice(16) == 0)
        return (mm_pop3_stepped *)(void *)odd_stepped();
    if (dice(16) == 0) {
        CALL(mm_pop3_stepped_free, stepped[which]);
        CALL(mm_pop3_stepped_new, pop3_stepped_server(), odd_pop3_stepped_options(), dice(16) ? &stepped[which] : NULL);
    }
    return stepped[which];
}

static inline void one_call_of_pop3_stepped(void) {
    static const char *const commands[] = {"USER ann\r\nPASS secret\r\n",
                                           "USER ann\r\n",
                                           "PASS secret\r\n",
                                           "CAPA\r\n",
                                           "STAT\r\n",
                                           "UIDL\r\n",
                                           "RETR 1\r\n",
                                           "TOP 1 1\r\n",
                                           "DELE 1\r\n",
                                           "RSET\r\n",
                                           "QUIT\r\n",
                                           "AUTH CRAM-MD5\r\n",
                                           "*\r\n",
                                           "STLS\r\n",
                                           "\n"};
    const char *command = commands[dice(sizeof commands / sizeof commands[0])];
    const void *output;
    size_t length;
    int number;
    switch (dice(8)) {
    case 0:
        CALL(mm_pop3_stepped_begin_tls, odd_pop3_stepped(), dice(4) ? "TLSv1.3" : odd_text());
        break;
    case 1:
        CALL(mm_pop3_stepped_get_timeout, odd_pop3_stepped(), dice(8) ? &number : NULL);
        break;
    case 2:
        CALL(mm_pop3_stepped_step, odd_pop3_stepped(), dice(2) ? NULL : command, dice(2) ? 0 : (size_t)-1,
             dice(8) ? &output : NULL, dice(8) ? &length : NULL, dice(8) ? &number : NULL);
        break;
    default:
        CALL(mm_pop3_stepped_step, odd_pop3_stepped(), command, dice(4) ? strlen(command) : 0, &output, &length,
             &number);
        break;
    }
}

static inline const char *odd_command(void) {
    static const char *const commands[] = {"EHLO a\r\n",
                                           "MAIL FROM:<a@example.net>\r\n",
                                           "RCPT TO:<ann@example.org>\r\n",
                                           "DATA\r\n",
                                           "x\r\n.\r\n",
                                           "BDAT 1 LAST\r\nx",
                                           "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n",
                                           "AUTH CRAM-MD5\r\n",
                                           "*\r\n",
                                           "RSET\r\n",
                                           "NOOP\r\n",
                                           "VRFY ann\r\n",
                                           "STARTTLS\r\n",
                                           "WHAT\r\n"};
    const char *text = odd_text();
    return dice(8) ? commands[dice(sizeof commands / sizeof commands[0])] : text ? text : "";
}

static inline void one_call_of_stepped(void) {
    const char *command = odd_command();
    const void *output;
    size_t length;
    int number;
    switch (dice(8)) {
    case 0:
        CALL(mm_smtp_stepped_begin_tls, odd_stepped(), dice(4) ? "TLSv1.3" : odd_text());
        break;
    case 1:
        CALL(mm_smtp_stepped_get_timeout, odd_stepped(), dice(8) ? &number : NULL);
        break;
    case 2:
        CALL(mm_smtp_stepped_step, odd_stepped(), dice(2) ? NULL : command, dice(2) ? 0 : (size_t)-1,
             dice(8) ? &output : NULL, dice(8) ? &length : NULL, dice(8) ? &number : NULL);
        break;
    default:
        CALL(mm_smtp_stepped_step, odd_stepped(), command, dice(4) ? strlen(command) : 0, &output, &length, &number);
        break;
    }
}

static inline void one_call_of_servers(void) {
    int port;
    switch (dice(12)) {
    case 9:
        CALL(mm_pop3_server_adopt, (mm_pop3_server *)(void *)odd_server(), odd_descriptor(), odd_number());
        break;
    case 10:
        one_call_of_pop3_stepped();
        break;
    case 8:
        CALL(mm_pop3_server_add_handlers, (mm_pop3_server *)(void *)odd_server(),
             odd_struct(sizeof(mm_pop3_server_handlers)), NULL);
        break;
    case 0:
        CALL(mm_smtp_server_get_port, odd_server(), dice(8) ? &port : NULL);
        break;
    case 1:
        CALL(mm_pop3_server_get_port, (mm_pop3_server *)(void *)odd_server(), dice(8) ? &port : NULL);
        break;
    case 2:
        CALL(mm_smtp_server_add_handlers, dice(2) ? odd_server() : stepped_server(), odd_handlers(), NULL);
        break;
    case 3:
        CALL(mm_smtp_server_adopt, odd_server(), odd_descriptor(), odd_number());
        break;
    case 4:
        one_call_of_session(odd_session());
        break;
    default:
        one_call_of_stepped();
        break;
    }
}

#endif
