/* SMTPReqCallback: the three POP3 actions with the three answers, and what the stream can do in them. */
#include "server.h"

static struct {
    int answer[8]; /* by action */
    int write;     /* GETMSG: write a message first */
    int calls[8];
    char name[8][256];
    char user[256], password[256];
    char auth_name[256], auth_password[256];
    int number;
} host;

static void remember(char *place, size_t size, const char *text) {
    snprintf(place, size, "%s", text ? text : "(NULL)");
}

static int request(ServerStream *stream, char *reqname, int action, ...) {
    va_list arguments;
    if (action > ACTION_POP_DELMSG)
        return 0;
    host.calls[action]++;
    remember(host.name[action], sizeof host.name[action], reqname);
    remember(host.auth_name, sizeof host.auth_name, GetAUTHName(stream));
    remember(host.auth_password, sizeof host.auth_password, GetAUTHPassw(stream));
    CHECK(GetRemoteIP(stream) == htonl(INADDR_LOOPBACK));
    CHECK_INT(0, SRVRecv(stream, host.user, 1));
    CHECK_INT(MM_E_STATE, mm_last_error());
    if (action != ACTION_POP_GETMSG) {
        CHECK_INT(0, SRVSend(stream, "x", 1));
        CHECK_INT(MM_E_STATE, mm_last_error());
    }
    va_start(arguments, action);
    if (action == ACTION_POP_LOGIN) {
        remember(host.user, sizeof host.user, va_arg(arguments, const char *));
        remember(host.password, sizeof host.password, va_arg(arguments, const char *));
    } else {
        host.number = va_arg(arguments, int);
        remember(host.user, sizeof host.user, va_arg(arguments, const char *));
    }
    va_end(arguments);
    if (action == ACTION_POP_GETMSG && host.write) {
        CHECK_INT(15, SRVprintf(stream, "Subject: %s\n\n", "host"));
        CHECK_INT(16, SRVSend(stream, ".dot\nline two\n\r\n", 16));
    }
    return host.answer[action];
}

static void forget(void) {
    memset(&host, 0, sizeof host);
}

static void login(void) {
    struct wire wire;
    forget();
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_TEXT("ann", host.name[ACTION_POP_LOGIN]);
    CHECK_TEXT("ann", host.user);
    CHECK_TEXT("secret", host.password);
    CHECK_TEXT("ann", host.auth_name);
    CHECK_TEXT("secret", host.auth_password);
    pop_close(&wire);
    CHECK_INT(0, pop_open(&wire, "ann", "wrong"));
    pop_close(&wire);
    host.answer[ACTION_POP_LOGIN] = -1; /* the host vouches */
    CHECK_INT(1, pop_open(&wire, "ann", "wrong"));
    pop_close(&wire);
    host.answer[ACTION_POP_LOGIN] = 1;
    CHECK_INT(0, pop_open(&wire, "ann", "secret"));
    pop_close(&wire);
}

static void messages(void) {
    struct wire wire;
    char text[4096], id[128];
    forget();
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: stored\r\n\r\nfrom the disk\r\n"));
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "UIDL 1"));
    CHECK_INT(1, sscanf(wire.line, "+OK 1 %127s", id));

    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    wire_text(&wire, text, sizeof text);
    CHECK(strstr(text, "Subject: stored\n\nfrom the disk\n"));
    CHECK_TEXT(id, host.name[ACTION_POP_GETMSG]);
    CHECK_INT(1, host.number);
    CHECK_TEXT("ann", host.user);

    host.answer[ACTION_POP_GETMSG] = 1;
    CHECK_INT(0, wire_pop(&wire, "RETR 1"));

    host.write = 1;
    host.answer[ACTION_POP_GETMSG] = -1;
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    CHECK_TEXT("+OK 35 octets", wire.line); /* the host's text, not the stored one */
    wire_text(&wire, text, sizeof text);
    CHECK_TEXT("Subject: host\n\n..dot\nline two\n\n", text);
    CHECK_INT(1, wire_pop(&wire, "TOP 1 1"));
    wire_text(&wire, text, sizeof text);
    CHECK_TEXT("Subject: host\n\n..dot\n", text);
    CHECK_INT(1, wire_pop(&wire, "NOOP"));

    host.answer[ACTION_POP_GETMSG] = 0; /* has written, and then does not know what it wants */
    CHECK_INT(0, wire_pop(&wire, "RETR 1"));
    host.write = 0;
    struct wire again; /* the mailbox is free as soon as the client has heard that */
    CHECK_INT(1, pop_open(&again, "ann", "secret"));
    pop_close(&again);
    CHECK(!wire_read(&wire));
    wire_close(&wire);
}

static void delete_one(int answer, int left) {
    struct wire wire;
    host.answer[ACTION_POP_DELMSG] = answer;
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    wire_pop(&wire, "QUIT");
    wire_close(&wire);
    CHECK_INT(1, host.number);
    CHECK_TEXT("ann", host.user);
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(left, pop_count(&wire));
    pop_close(&wire);
}

static void deletions(void) {
    forget();
    delete_one(1, 1);  /* refused */
    delete_one(-1, 1); /* the host says that it has; this one has not */
    CHECK_INT(2, host.calls[ACTION_POP_DELMSG]);
    delete_one(0, 0);
}

int main(void) {
    server_settings();
    server_start(request, ALL_ACTIONS);
    login();
    messages();
    deletions();
    server_stop();
    return check_result();
}
