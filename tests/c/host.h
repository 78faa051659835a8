/*
 * A host of the old days at work, on Windows: it serves SMTP and POP3 with callbacks, writes to itself, takes and
 * refuses messages, reads its mail over Winsock and looks up a mail server. Included by programs that get at the
 * functions in different ways, in C and in C++. The numbers of the old header are lost: these are the library's.
 */
#ifndef HOST_H
#define HOST_H

#include "host_wire.h"
#include "legacy_calls.h"
#include <stdarg.h>

enum { POP_LOGIN = 1, POP_GETMSG = 2, POP_DELMSG = 4, SMTP_CONNECT = 8, SMTP_SENDMSG = 16, ALL = 0x7fffffff };
enum { DONE = 5, QUEUED = 6, FAILED = -1 };

static DWORD host_thread;
static char host_taken[2000]; /* a message that the host has kept for itself */
static LONG host_connections, host_deletions;

/* What the connection's functions tell is what Winsock tells of its socket. */
static inline void host_looks_at(ServerStream *stream, const char *address) {
    struct sockaddr_in peer, told;
    int size = sizeof peer;

    CHECK_INT(0, getpeername((SOCKET)GetSocket(stream), (struct sockaddr *)&peer, &size));
    CHECK_INT(sizeof told, GetRemoteAddr(stream, &told, sizeof told));
    CHECK_INT(AF_INET, told.sin_family);
    CHECK_INT(ntohs(peer.sin_port), ntohs(told.sin_port));
    CHECK(GetRemoteIP(stream) == inet_addr("127.0.0.1"));
    CHECK(GetRemoteIP(stream) == told.sin_addr.s_addr);
    CHECK_TEXT("127.0.0.1", address);
    CHECK(!GetAUTHName(stream));
    CHECK(!GetAUTHPassw(stream));
}

static inline int host_reads_message(ServerStream *stream, char *message, int room) {
    int length = 0, count;
    while ((count = SRVRecv(stream, message + length, room - 1 - length)) > 0)
        length += count;
    message[length] = '\0';
    return length;
}

/* By the sender: keeps the message, refuses it unread, reads it and leaves it to the module, or just leaves it. */
static inline int host_takes(ServerStream *stream, const char *sender, const char *recipients) {
    char message[2000];

    CHECK_TEXT("ann@example.org", recipients);
    if (strcmp(sender, "refused@example.net") == 0)
        return 554;
    if (strcmp(sender, "kept@example.net") == 0) {
        host_reads_message(stream, host_taken, sizeof host_taken);
        return -1;
    }
    if (strcmp(sender, "read@example.net") == 0)
        CHECK(host_reads_message(stream, message, sizeof message) > 0);
    return 0;
}

static inline int host_smtp(ServerStream *stream, char *reqname, int action, ...) {
    const char *first, *second;
    va_list arguments;
    int result = 0;

    CHECK(GetCurrentThreadId() != host_thread);
    va_start(arguments, action);
    first = va_arg(arguments, const char *);
    CHECK_TEXT(reqname, first);
    if (action == SMTP_CONNECT) {
        InterlockedIncrement(&host_connections);
        host_looks_at(stream, first);
    } else if (action == SMTP_SENDMSG) {
        second = va_arg(arguments, const char *);
        CHECK(strlen(va_arg(arguments, const char *)) > 0);
        result = host_takes(stream, first, second);
    } else
        CHECK(!"an action of SMTP");
    va_end(arguments);
    return result;
}

/* Its own passwords, in place of the module's. */
static inline int host_lets_in(ServerStream *stream, const char *user, const char *password) {
    CHECK_TEXT(user, GetAUTHName(stream));
    CHECK_TEXT(password, GetAUTHPassw(stream));
    return strcmp(user, "ann") == 0 && strcmp(password, "spare") == 0 ? -1 : 1;
}

static inline int host_pop3(ServerStream *stream, char *reqname, int action, ...) {
    va_list arguments;
    int number, result = 0;

    va_start(arguments, action);
    if (action == POP_LOGIN) {
        const char *user = va_arg(arguments, const char *);
        CHECK_TEXT(user, reqname);
        result = host_lets_in(stream, user, va_arg(arguments, const char *));
    } else {
        number = va_arg(arguments, int);
        CHECK_TEXT("ann", va_arg(arguments, const char *));
        CHECK(strlen(reqname) > 0);
        if (action == POP_DELMSG)
            InterlockedIncrement(&host_deletions);
        else if (number == 1) { /* message 1 is written by the host */
            CHECK(SRVprintf(stream, text("Subject: %s\r\n\r\nnumber %d of %.1f, %s\r\n"), "made up", number, 4.5,
                            "ann") > 0);
            result = -1;
        }
    }
    va_end(arguments);
    return result;
}

struct host_outcome {
    LONG done, queued, failed, code;
};

static inline void host_state(ServerStream *stream, void *usr_par, int state, int sent) {
    struct host_outcome *outcome = (struct host_outcome *)usr_par;

    CHECK(stream != NULL);
    CHECK(GetCurrentThreadId() != host_thread);
    if (state == DONE)
        InterlockedIncrement(&outcome->done);
    if (state == QUEUED)
        InterlockedIncrement(&outcome->queued);
    if (state == FAILED) {
        InterlockedIncrement(&outcome->failed);
        InterlockedExchange(&outcome->code, sent);
    }
}

static inline struct host_outcome host_sends(const char *sender, int port) {
    struct host_outcome outcome = {0, 0, 0, 0};
    ServerStream stream =
        SRVInitSendMsgSMTP(text(sender), (int *)text("ann@example.org"), text("127.0.0.1"), port, host_state, &outcome);
    CHECK(stream != NULL);
    CHECK_INT(22, SRVSend(&stream, text("Subject: from a host\r\n"), 22));
    CHECK_INT(18, SRVprintf(&stream, text("\n.%d pears, %5.2f\n"), 12, 0.25));
    SRVEndOfMsg(&stream);
    return outcome;
}

static inline void host_writes(int port) {
    struct host_outcome outcome = host_sends("kept@example.net", port);
    CHECK_INT(1, outcome.done);
    CHECK(strstr(host_taken, "Subject: from a host\r\n\r\n.12 pears,  0.25\r\n") != NULL);
    outcome = host_sends("refused@example.net", port);
    CHECK_INT(0, outcome.done);
    CHECK_INT(1, outcome.failed);
    CHECK_INT(554, outcome.code);
    outcome = host_sends("read@example.net", port);
    CHECK_INT(1, outcome.done);
    CHECK_INT(0, outcome.queued);
    CHECK(host_connections >= 3);
}

/* The three of legacy_calls.h and one of host_writes, once they are delivered. */
static inline SOCKET host_opens_mailbox(int port) {
    char answer[300];
    for (int i = 0; i < 1200; i++) {
        SOCKET server = host_dial(port);
        host_ask(server, "USER ann", answer, sizeof answer);
        host_ask(server, "PASS spare", answer, sizeof answer);
        host_ask(server, "STAT", answer, sizeof answer);
        if (strncmp(answer, "+OK 4 ", 6) == 0)
            return server;
        host_ask(server, "QUIT", answer, sizeof answer);
        closesocket(server);
        Sleep(50);
    }
    CHECK(!"four messages came");
    return INVALID_SOCKET;
}

static inline void host_reads(int port) {
    char answer[300], command[20], message[4000];
    int own = 0;
    SOCKET server = host_opens_mailbox(port);

    host_ask(server, "RETR 1", answer, sizeof answer);
    host_read_text(server, message, sizeof message);
    CHECK_TEXT("Subject: made up\r\n\r\nnumber 1 of 4.5, ann\r\n.\r\n", message);
    for (int i = 2; i <= 4; i++) {
        sprintf(command, "RETR %d", i);
        CHECK_INT(0, strncmp(host_ask(server, command, answer, sizeof answer), "+OK", 3));
        host_read_text(server, message, sizeof message);
        own += strstr(message, "Subject: from a host\r\n\r\n..12 pears,  0.25\r\n.\r\n") != NULL;
    }
    CHECK_INT(1, own);
    CHECK_INT(0, strncmp(host_ask(server, "DELE 2", answer, sizeof answer), "+OK", 3));
    CHECK_INT(0, strncmp(host_ask(server, "QUIT", answer, sizeof answer), "+OK", 3));
    CHECK_INT(1, host_deletions);
    closesocket(server);
}

/* The module would take this password: the host says no. */
static inline void host_refuses_login(int port) {
    char answer[300];
    SOCKET server = host_dial(port);
    host_ask(server, "USER ann", answer, sizeof answer);
    CHECK_INT(0, strncmp(host_ask(server, "PASS secret", answer, sizeof answer), "-ERR", 4));
    closesocket(server);
}

static inline void host_finds(void) {
    MailHostInfo found[3];

    CHECK_INT(1, FindMX(text("old.example"), found, 3));
    CHECK_TEXT("mx.old.example", found[0].name);
    CHECK_INT(10, found[0].prior);
    CHECK(found[0].ip[0] == inet_addr("192.0.2.7"));
    for (int i = 1; i < 12; i++)
        CHECK_INT(0, found[0].ip[i]);
    CHECK_INT(64, (char *)&found[0].prior - (char *)&found[0]);
    CHECK_INT(68, (char *)&found[0].ip - (char *)&found[0]);
    CHECK_INT(116, (char *)&found[1] - (char *)&found[0]);
}

/* The old default name, in the working directory; lines end as Windows ends them, paths have \ and blanks. */
static inline void host_loads_ftp_cfg(void) {
    char before[MAX_PATH];
    FILE *file;

    GetCurrentDirectoryA(sizeof before, before);
    CHECK(SetCurrentDirectoryA(check_folder));
    file = fopen("ftp.cfg", "wb");
    fprintf(file, "# the old name\r\npop_timeout = 77\r\nsmtp_err = \"%s\\given up\"\r\n", before);
    fclose(file);
    CHECK_INT(0, LoadConfig(NULL));
    CHECK_INT(77, GetConfigParamInt(text("pop_timeout")));
    CHECK(strstr(GetConfigParamStr(text("smtp_err")), "\\given up") != NULL);
    SetConfigParam(text("pop_timeout"), text("78"));
    CHECK_INT(0, LoadConfig(text("ftp.cfg")));
    CHECK_INT(77, GetConfigParamInt(text("pop_timeout")));
    CHECK(SetCurrentDirectoryA(before));
}

/* The servers run on when it returns: a host of the old days just ends. */
static inline int host_main(void) {
    char resolver[40];
    int port;

    host_thread = GetCurrentThreadId();
    host_prepare();
    sprintf(resolver, "127.0.0.1:%d", host_start_resolver());
    SetConfigParam(text("smtp_dns"), resolver);
    if (legacy_main() != 0)
        return check_result();
    port = GetConfigParamInt(text("smtp_port"));
    CHECK_INT(0, SetSMTPServer(host_smtp, 0, ALL));
    CHECK_INT(0, SetPOP3Server(host_pop3, legacy_pop_port, ALL));
    host_writes(port);
    host_refuses_login(legacy_pop_port);
    host_reads(legacy_pop_port);
    host_finds();
    host_loads_ftp_cfg();
    return check_result();
}

#endif
