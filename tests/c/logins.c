/* Logins of users whose passwords are kept in each of the forms there are: by SMTP and by POP3. */
#include "server.h"

/* The password is pencil everywhere. */
static const struct {
    const char *name, *setting, *right, *wrong; /* what AUTH PLAIN says */
} users[] = {
    {"plain", "plain;{PLAIN}pencil;;PS", "AHBsYWluAHBlbmNpbA==", "AHBsYWluAHBlbmNpbHM="},
    {"scram",
     "scram;{SCRAM-SHA-256}4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
     "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=;;PS", /* RFC 7677 §3 */
     "AHNjcmFtAHBlbmNpbA==", "AHNjcmFtAHBlbmNpbHM="},
    {"derived", "derived;{PBKDF2-SHA256}4096:W22ZaJ0SNY7soEsUEjb6gQ==:xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0=;;PS",
     "AGRlcml2ZWQAcGVuY2ls", "AGRlcml2ZWQAcGVuY2lscw=="},
    {"old", "old;~54b5033f.92389184.ad0f569f.f1b4ce40;;PS", "AG9sZABwZW5jaWw=", "AG9sZABwZW5jaWxz"},
};

enum { USERS = sizeof users / sizeof users[0] };

static void log_in_by_smtp(struct wire *wire, const char *login) {
    smtp_open(wire);
    wire_write(wire, "AUTH PLAIN ");
    wire_write(wire, login);
    wire_write(wire, "\r\n");
}

static void log_in_by_pop3(struct wire *wire, const char *name, const char *password) {
    CHECK_INT(0, wire_open(wire, pop_port));
    CHECK_INT(1, wire_pop(wire, NULL));
    wire_write(wire, "USER ");
    wire_write(wire, name);
    wire_write(wire, "\r\n");
    CHECK_INT(1, wire_pop(wire, NULL));
    wire_write(wire, "PASS ");
    wire_write(wire, password);
    wire_write(wire, "\r\n");
}

/* All at once: the answer to a wrong password is held back. */
static void log_in(int code, int is_let_in) {
    static struct wire smtp[USERS], pop3[USERS];
    for (int i = 0; i < USERS; i++) {
        log_in_by_smtp(&smtp[i], is_let_in ? users[i].right : users[i].wrong);
        log_in_by_pop3(&pop3[i], users[i].name, is_let_in ? "pencil" : "pencils");
    }
    for (int i = 0; i < USERS; i++) {
        CHECK_INT(code, wire_reply(&smtp[i]));
        CHECK_INT(is_let_in, wire_pop(&pop3[i], NULL));
        wire_close(&smtp[i]);
        wire_close(&pop3[i]);
        if (check_failures) {
            fprintf(stderr, "the user is %s\n", users[i].name);
            exit(check_result());
        }
    }
}

int main(void) {
    server_settings();
    for (int i = 0; i < USERS; i++)
        CHECK_OK(mm_engine_set(mm_engine_default(), "user", users[i].setting));
    server_start(NULL, 0);
    log_in(235, 1);
    log_in(535, 0);
    server_stop();
    return check_result();
}
