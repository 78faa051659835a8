/* SMTPReqCallback: the two SMTP actions with the three answers, and what the stream can do in them. */
#include "server.h"
#include <pthread.h>

static struct {
    int answer[32]; /* by action */
    int read_all;   /* SENDMSG: read the message first */
    int calls[32];
    char name[32][256];
    char sender[256], recipients[512], helo[256], address[64];
    uint32_t ip;
    int addr_size, port;
    int socket_port;
    char text[65536];
    size_t length;
    ServerStream kept;
} host;

static void read_message(ServerStream *stream) {
    int count;
    host.length = 0;
    while ((count = SRVRecv(stream, host.text + host.length, 100)) > 0)
        host.length += (size_t)count;
    host.text[host.length] = '\0';
    CHECK_OK(mm_last_error());
    CHECK_INT(0, SRVRecv(stream, host.text, 1)); /* the end stays the end */
    CHECK_OK(mm_last_error());
}

static void look_at_connection(ServerStream *stream) {
    struct sockaddr_in address, again;
    socklen_t size = sizeof again;
    host.ip = GetRemoteIP(stream);
    CHECK_INT(0, GetRemoteAddr(stream, &address, 4));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    host.addr_size = GetRemoteAddr(stream, &address, sizeof address);
    CHECK_INT(AF_INET, address.sin_family);
    CHECK(address.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    host.port = ntohs(address.sin_port);
    CHECK_INT(0, getpeername(GetSocket(stream), (struct sockaddr *)&again, &size));
    host.socket_port = ntohs(again.sin_port);
}

/* What no request's stream can do, whatever the action. */
static void refusals(ServerStream *stream, int action) {
    SRVEndOfMsg(stream);
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK(!mm_stream_recipient(stream));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK_INT(MM_E_STATE, mm_engine_stop(mm_engine_default(), 1000));
    if (action == ACTION_SMTP_SENDMSG) {
        CHECK_INT(0, SRVSend(stream, "x", 1));
        CHECK_INT(MM_E_STATE, mm_last_error());
        CHECK_INT(0, SRVprintf(stream, "x"));
        CHECK_INT(MM_E_STATE, mm_last_error());
    }
}

static int request(ServerStream *stream, char *reqname, int action, ...) {
    va_list arguments;
    host.calls[action]++;
    strncpy(host.name[action], reqname, sizeof host.name[action] - 1);
    host.kept = (ServerStream)stream;
    look_at_connection(stream);
    refusals(stream, action);
    va_start(arguments, action);
    if (action == ACTION_SMTP_CONNECT)
        strcpy(host.address, va_arg(arguments, const char *));
    if (action == ACTION_SMTP_SENDMSG) {
        strcpy(host.sender, va_arg(arguments, const char *));
        strcpy(host.recipients, va_arg(arguments, const char *));
        strcpy(host.helo, va_arg(arguments, const char *));
        if (host.read_all)
            read_message(stream);
    }
    va_end(arguments);
    return host.answer[action];
}

static void forget(void) {
    memset(&host, 0, sizeof host);
}

static void carry_on(void) {
    struct wire wire;
    struct sockaddr_in mine;
    socklen_t size = sizeof mine;
    forget();
    smtp_open(&wire);
    getsockname(wire.number, (struct sockaddr *)&mine, &size);
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<sender@example.net>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<bob@example.org>"));
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    wire_write(&wire, "Subject: one\r\n\r\n..dot\r\n");
    CHECK_INT(250, wire_smtp(&wire, "."));
    wire_close(&wire);
    CHECK_INT(1, host.calls[ACTION_SMTP_CONNECT]);
    CHECK_TEXT("127.0.0.1", host.name[ACTION_SMTP_CONNECT]);
    CHECK_TEXT("127.0.0.1", host.address);
    CHECK_INT(1, host.calls[ACTION_SMTP_SENDMSG]);
    CHECK_TEXT("sender@example.net", host.name[ACTION_SMTP_SENDMSG]);
    CHECK_TEXT("sender@example.net", host.sender);
    CHECK_TEXT("ann@example.org,bob@example.org", host.recipients);
    CHECK_TEXT("client.example.net", host.helo);
    CHECK(host.ip == htonl(INADDR_LOOPBACK));
    CHECK_INT(sizeof(struct sockaddr_in), host.addr_size);
    CHECK_INT(ntohs(mine.sin_port), host.port);
    CHECK_INT(ntohs(mine.sin_port), host.socket_port);
    CHECK_INT(0, SRVSend((ServerStream *)host.kept, "x", 1)); /* gone since the callback returned */
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK(!GetAUTHName(&host.kept));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    pop_wait(&wire, "bob", "hidden", 1);
    pop_close(&wire);
}

static void connection_refused(void) {
    struct wire wire;
    forget();
    host.answer[ACTION_SMTP_CONNECT] = 450;
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_INT(450, wire_reply(&wire));
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    host.answer[ACTION_SMTP_CONNECT] = 7; /* no reply code: 550 */
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_INT(550, wire_reply(&wire));
    wire_close(&wire);
}

static void data_refused(void) {
    struct wire wire;
    forget();
    host.answer[ACTION_SMTP_SENDMSG] = 452;
    smtp_open(&wire);
    CHECK_INT(452, smtp_data(&wire, "ann@example.org"));
    host.answer[ACTION_SMTP_SENDMSG] = 99;
    wire_smtp(&wire, "RSET");
    CHECK_INT(550, smtp_data(&wire, "ann@example.org"));
    CHECK_INT(250, wire_smtp(&wire, "NOOP")); /* the session goes on */
    wire_close(&wire);
}

static void taken_by_host(void) {
    struct wire wire;
    forget();
    host.read_all = 1;
    host.answer[ACTION_SMTP_SENDMSG] = -1;
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: two\r\n\r\n..dot\r\n...\r\nend\r\n"));
    CHECK_TEXT("Subject: two\r\n\r\n.dot\r\n..\r\nend\r\n", host.text);
    host.read_all = 0; /* below 0 without reading: taken all the same */
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: three\r\n\r\nx\r\n"));
    host.read_all = 1;
    host.answer[ACTION_SMTP_SENDMSG] = 0; /* read, and stored by the module too */
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: four\r\n\r\nstored\r\n"));
    CHECK_TEXT("Subject: four\r\n\r\nstored\r\n", host.text);
    host.answer[ACTION_SMTP_SENDMSG] = 554; /* read, then refused */
    CHECK_INT(554, smtp_message("ann@example.org", "Subject: five\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 2); /* one and four */
    pop_close(&wire);
}

/* A host that speaks for itself. */
static int echo(ServerStream *stream, char *reqname, int action, ...) {
    char text[256];
    int count;
    (void)reqname, (void)action;
    CHECK_INT(11, SRVprintf(stream, "%s\r\n", "777 hello"));
    count = SRVRecv(stream, text, sizeof text);
    CHECK(count > 0);
    CHECK_INT(count, SRVSend(stream, text, count));
    return -1;
}

static void spoken_for(void) {
    struct wire wire;
    CHECK_OK(SetSMTPServer(echo, 0, ACTION_SMTP_CONNECT));
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_TEXT("777 hello", wire_read(&wire));
    wire_write(&wire, "over to you\r\n");
    CHECK_TEXT("over to you", wire_read(&wire));
    CHECK(!wire_read(&wire));
    wire_close(&wire);
}

static int silent(ServerStream *stream, char *reqname, int action, ...) {
    (void)reqname, (void)action;
    CHECK_INT(0, SRVSend(stream, "", 0));
    CHECK_OK(mm_last_error());
    return 0;
}

static void nothing_sent_is_nothing_said(void) {
    struct wire wire;
    CHECK_OK(SetSMTPServer(silent, 0, ACTION_SMTP_CONNECT));
    smtp_open(&wire);
    wire_close(&wire);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int inside, may_go, lost;

static void signal_all(int *what) {
    pthread_mutex_lock(&gate);
    *what = 1;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&gate);
}

static void wait_for(const int *what) {
    pthread_mutex_lock(&gate);
    while (!*what)
        pthread_cond_wait(&moved, &gate);
    pthread_mutex_unlock(&gate);
}

static int blocking(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)action;
    if (strcmp(reqname, "slow@example.net") == 0) {
        signal_all(&inside);
        wait_for(&may_go);
    }
    return 0;
}

static void blocked_callback_disturbs_nobody(void) {
    struct wire slow;
    CHECK_OK(SetSMTPServer(blocking, 0, ACTION_SMTP_SENDMSG));
    smtp_open(&slow);
    CHECK_INT(250, wire_smtp(&slow, "MAIL FROM:<slow@example.net>"));
    CHECK_INT(250, wire_smtp(&slow, "RCPT TO:<ann@example.org>"));
    wire_write(&slow, "DATA\r\n");
    wait_for(&inside);
    for (int i = 0; i < 20; i++)
        CHECK_INT(250, smtp_message("bob@example.org", "Subject: fast\r\n\r\nx\r\n"));
    signal_all(&may_go);
    CHECK_INT(354, wire_reply(&slow));
    wire_close(&slow);
}

static void stop_with_a_blocked_callback(void) {
    struct wire slow;
    double before;
    inside = may_go = 0;
    CHECK_OK(SetSMTPServer(blocking, smtp_port, ACTION_SMTP_SENDMSG));
    smtp_open(&slow);
    CHECK_INT(250, wire_smtp(&slow, "MAIL FROM:<slow@example.net>"));
    CHECK_INT(250, wire_smtp(&slow, "RCPT TO:<ann@example.org>"));
    wire_write(&slow, "DATA\r\n");
    wait_for(&inside);
    before = clock_milliseconds();
    CHECK_INT(MM_E_TIMEOUT, mm_engine_stop(mm_engine_default(), 200));
    CHECK(clock_milliseconds() - before < 6000);
    CHECK(strstr(mm_last_error_message(), "1 of ACTION_SMTP_SENDMSG"));
    CHECK_INT(MM_E_STATE, SetSMTPServer(NULL, smtp_port, 0)); /* while the old one's callback still blocks */
    CHECK(strstr(mm_last_error_message(), "ACTION_SMTP_SENDMSG"));
    CHECK_INT(MM_E_TIMEOUT, mm_engine_stop(mm_engine_default(), 0));
    signal_all(&may_go);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000)); /* waits for the end */
    CHECK(!wire_read(&slow));
    wire_close(&slow);
    CHECK_OK(SetSMTPServer(NULL, smtp_port, 0));
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: anew\r\n\r\nx\r\n"));
}

static int broken(ServerStream *stream, char *reqname, int action, ...) {
    char text[256];
    (void)reqname, (void)action;
    while (SRVRecv(stream, text, sizeof text) > 0)
        ;
    CHECK_INT(MM_E_PROTOCOL, mm_last_error());
    return 0;
}

static void text_that_breaks_a_rule(void) {
    CHECK_OK(SetSMTPServer(broken, 0, ACTION_SMTP_SENDMSG));
    CHECK_INT(550, smtp_message("ann@example.org", "Subject: bare\r\n\r\nx\ny\r\n"));
}

static int reading(ServerStream *stream, char *reqname, int action, ...) {
    char text[256];
    int count;
    (void)reqname, (void)action;
    while ((count = SRVRecv(stream, text, sizeof text)) > 0)
        ;
    CHECK(mm_last_error() != MM_OK);
    signal_all(&lost);
    return -1;
}

static void read_in_the_middle_of_loss(void) {
    struct wire wire;
    CHECK_OK(SetSMTPServer(reading, 0, ACTION_SMTP_SENDMSG));
    smtp_open(&wire);
    CHECK_INT(354, smtp_data(&wire, "ann@example.org"));
    wire_write(&wire, "Subject: cut\r\n\r\nhalf a mess");
    wire_close(&wire);
    wait_for(&lost);
}

int main(void) {
    server_settings();
    server_start(request, ALL_ACTIONS);
    carry_on();
    connection_refused();
    data_refused();
    taken_by_host();
    spoken_for();
    nothing_sent_is_nothing_said();
    blocked_callback_disturbs_nobody();
    read_in_the_middle_of_loss();
    text_that_breaks_a_rule();
    stop_with_a_blocked_callback();
    server_stop();
    return check_result();
}
