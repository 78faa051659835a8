/* The library's own servers on loopback, over a folder that goes when the test ends. */
#ifndef SERVER_H
#define SERVER_H

#include "mailmodule.h"
#include "results.h"
#include "wire.h"

static int smtp_port;
static int pop_port;

/* Settings for both servers: domain example.org, users ann (password secret) and bob (password hidden). */
static inline void server_settings(void) {
    char root[128];
    sprintf(root, "%s/mail", check_make_folder());
    SetConfigParamString("mail_root", root);
    CHECK_OK(mm_last_error());
    SetConfigParamString("smtp_name", "example.org");
    SetConfigParamString("smtp_bind", "127.0.0.1");
    SetConfigParamString("pop_bind", "127.0.0.1");
    SetConfigParamString("user", "ann;secret;;PS");
    SetConfigParamString("user", "bob;hidden;;PS");
    CHECK_OK(mm_last_error());
    smtp_port = check_free_port();
    pop_port = check_free_port();
}

static inline void server_start(SMTPReqCallback callback, int mask) {
    CHECK_OK(SetSMTPServer(callback, smtp_port, mask));
    CHECK_OK(SetPOP3Server(callback, pop_port, mask));
    if (check_failures)
        exit(check_result());
}

static inline void server_stop(void) {
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000));
}

/* A session that has been greeted and has said EHLO. */
static inline void smtp_open(struct wire *wire) {
    CHECK_INT(0, wire_open(wire, smtp_port));
    CHECK_INT(220, wire_reply(wire));
    CHECK_INT(250, wire_smtp(wire, "EHLO client.example.net"));
}

/* Up to the answer to DATA. */
static inline int smtp_data(struct wire *wire, const char *recipient) {
    char command[200];
    CHECK_INT(250, wire_smtp(wire, "MAIL FROM:<sender@example.net>"));
    sprintf(command, "RCPT TO:<%s>", recipient);
    CHECK_INT(250, wire_smtp(wire, command));
    return wire_smtp(wire, "DATA");
}

/* A whole message by SMTP; the code after its final dot. */
static inline int smtp_message(const char *recipient, const char *text) {
    struct wire wire;
    int code;
    smtp_open(&wire);
    CHECK_INT(354, smtp_data(&wire, recipient));
    wire_write(&wire, text);
    code = wire_smtp(&wire, ".");
    wire_smtp(&wire, "QUIT");
    wire_close(&wire);
    return code;
}

/* Logs in; 1 when it was let in. */
static inline int pop_open(struct wire *wire, const char *user, const char *password) {
    char command[200];
    CHECK_INT(0, wire_open(wire, pop_port));
    CHECK_INT(1, wire_pop(wire, NULL));
    sprintf(command, "USER %s", user);
    CHECK_INT(1, wire_pop(wire, command));
    sprintf(command, "PASS %s", password);
    return wire_pop(wire, command);
}

static inline int pop_count(struct wire *wire) {
    return wire_pop(wire, "STAT") == 1 ? atoi(wire->line + 4) : -1;
}

/* Delivery follows the 250: tries for a minute until the mailbox holds so many messages; the session stays open. */
static inline void pop_wait(struct wire *wire, const char *user, const char *password, int count) {
    int have = -1;
    for (int i = 0; i < 6000; i++) {
        if (pop_open(wire, user, password) == 1 && (have = pop_count(wire)) >= count)
            break;
        wire_pop(wire, "QUIT");
        wire_close(wire);
        sleep_microseconds(10000);
    }
    CHECK_INT(count, have);
}

static inline void pop_close(struct wire *wire) {
    wire_pop(wire, "QUIT");
    wire_close(wire);
}

#endif
