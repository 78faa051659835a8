/* A request callback learns which session asks, keeps a pointer with it, hears of its end, and says why it refuses. */
#include "server.h"
#include <pthread.h>

/* What the host keeps of one connection. */
struct session {
    ServerStream *stream;
    int requests;
};

static struct {
    int answer[32];
    const char *status, *text;
    int opened, closed;
    struct session *last;
} host;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void on_closed(void *user) {
    struct session *session = user;
    CHECK(session->requests > 0);
    CHECK_INT(MM_E_STATE, mm_engine_stop(mm_engine_default(), 0)); /* it is a callback as others are */
    CHECK_INT(MM_E_HANDLE, mm_stream_set_user(session->stream, NULL));
    pthread_mutex_lock(&lock);
    host.closed++;
    free(session);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static struct session *session_of(ServerStream *stream) {
    void *user = stream;
    CHECK_OK(mm_stream_get_user(stream, &user));
    if (user)
        return user;
    struct session *made = calloc(1, sizeof *made);
    made->stream = stream;
    CHECK_OK(mm_stream_set_user(stream, made));
    CHECK_OK(mm_stream_set_closed(stream, on_closed));
    pthread_mutex_lock(&lock);
    host.opened++;
    pthread_mutex_unlock(&lock);
    return made;
}

static int request(ServerStream *stream, char *reqname, int action, ...) {
    struct session *session = session_of(stream);
    (void)reqname;
    CHECK(session->stream == stream);
    session->requests++;
    host.last = session;
    if (host.text)
        CHECK_OK(mm_stream_set_reply(stream, host.status, host.text));
    return host.answer[action];
}

static void wait_for_closed(int count) {
    pthread_mutex_lock(&lock);
    while (host.closed < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void forget(void) {
    memset(&host, 0, sizeof host);
}

static void smtp_sessions_are_told_apart(void) {
    struct wire one, other;
    forget();
    smtp_open(&one);
    smtp_open(&other);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(354, smtp_data(&one, "ann@example.org"));
        struct session *first = host.last;
        CHECK_INT(2 + i, first->requests);
        CHECK_INT(250, wire_smtp(&one, "Subject: x\r\n\r\n."));
        CHECK_INT(354, smtp_data(&other, "bob@example.org"));
        CHECK(host.last != first);
        CHECK(host.last->stream != first->stream);
        CHECK_INT(250, wire_smtp(&other, "Subject: x\r\n\r\n."));
    }
    CHECK_INT(2, host.opened);
    wire_smtp(&one, "QUIT");
    wire_close(&one);
    wait_for_closed(1);
    wire_close(&other); /* without a word */
    wait_for_closed(2);
}

static void pop3_sessions_are_told_apart(void) {
    struct wire one;
    char text[200];
    forget();
    pop_wait(&one, "ann", "secret", 3);
    wait_for_closed(host.opened - 1);
    CHECK_INT(1, host.last->requests);
    CHECK_INT(1, wire_pop(&one, "RETR 1"));
    wire_text(&one, text, sizeof text);
    CHECK_INT(1, wire_pop(&one, "DELE 2"));
    CHECK_INT(2, host.last->requests);
    CHECK_INT(1, wire_pop(&one, "QUIT"));
    wire_close(&one);
    wait_for_closed(host.opened);
}

/* The reply to DATA, with its text. */
static void data_refused(struct wire *wire, const char *line) {
    CHECK_INT(atoi(line), smtp_data(wire, "ann@example.org"));
    CHECK_TEXT(line, wire->line);
}

static void refusals_say_why(void) {
    struct wire wire;
    forget();
    smtp_open(&wire);
    host.answer[ACTION_SMTP_SENDMSG] = 550;
    data_refused(&wire, "550 5.7.1 Message refused");
    host.answer[ACTION_SMTP_SENDMSG] = 452;
    data_refused(&wire, "452 4.3.1 Message not taken: no room for it now, try again later");
    host.text = "We are closed on Sundays";
    data_refused(&wire, "452 4.3.1 We are closed on Sundays");
    host.status = "4.2.1";
    data_refused(&wire, "452 4.2.1 We are closed on Sundays");
    host.answer[ACTION_SMTP_SENDMSG] = 554; /* whose class is another */
    data_refused(&wire, "554 5.7.1 We are closed on Sundays");
    host.answer[ACTION_SMTP_SENDMSG] = 0; /* words are for refusals */
    CHECK_INT(354, smtp_data(&wire, "ann@example.org"));
    CHECK_INT(250, wire_smtp(&wire, "."));
    wire_close(&wire);
    host.answer[ACTION_SMTP_CONNECT] = 554;
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_INT(554, wire_reply(&wire));
    CHECK_TEXT("554 5.7.1 We are closed on Sundays", wire.line);
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    wait_for_closed(host.opened);
}

static void closing_answer_closes_smtp(void) {
    struct wire wire;
    forget();
    smtp_open(&wire);
    host.answer[ACTION_SMTP_SENDMSG] = 421;
    data_refused(&wire, "421 4.3.2 Service not available now, closing connection");
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    host.answer[ACTION_SMTP_CONNECT] = 421;
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_INT(421, wire_reply(&wire));
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    wait_for_closed(host.opened);
}

static int read_then_close(ServerStream *stream, char *reqname, int action, ...) {
    char text[8];
    (void)reqname, (void)action;
    CHECK(SRVRecv(stream, text, sizeof text) > 0);
    return 421;
}

static void closing_answer_after_reading_is_heard_behind_the_message(void) {
    struct wire wire;
    CHECK_OK(SetSMTPServer(read_then_close, 0, ACTION_SMTP_SENDMSG));
    smtp_open(&wire);
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<sender@example.net>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    wire_write(&wire, "DATA\r\nSubject: long enough to be read in parts\r\n\r\nx\r\n");
    CHECK_INT(354, wire_reply(&wire));
    wire_write(&wire, ".\r\n");
    CHECK_INT(421, wire_reply(&wire));
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    CHECK_OK(SetSMTPServer(request, 0, ALL_ACTIONS));
}

static void pop_login(struct wire *wire, const char *line) {
    CHECK_INT(0, wire_open(wire, pop_port));
    CHECK_INT(1, wire_pop(wire, NULL));
    CHECK_INT(1, wire_pop(wire, "USER ann"));
    CHECK_INT(strncmp(line, "+OK", 3) == 0, wire_pop(wire, "PASS secret"));
    if (line[0] == '-')
        CHECK_TEXT(line, wire->line);
}

static void closing_answer_closes_pop3(void) {
    struct wire wire;
    forget();
    host.answer[ACTION_POP_LOGIN] = 421;
    pop_login(&wire, "-ERR [SYS/TEMP] service not available, closing");
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    host.answer[ACTION_POP_LOGIN] = 451;
    pop_login(&wire, "-ERR [SYS/TEMP] login is not possible now, try again later");
    wire_close(&wire);
    host.answer[ACTION_POP_LOGIN] = 0;
    pop_login(&wire, "+OK");
    host.answer[ACTION_POP_GETMSG] = 450;
    CHECK_INT(0, wire_pop(&wire, "RETR 1"));
    CHECK_TEXT("-ERR [SYS/TEMP] the message is not given out for now, try again later", wire.line);
    host.text = "ask again on Monday";
    host.answer[ACTION_POP_GETMSG] = 550;
    CHECK_INT(0, wire_pop(&wire, "RETR 1"));
    CHECK_TEXT("-ERR [SYS/PERM] ask again on Monday", wire.line);
    host.answer[ACTION_POP_GETMSG] = 421;
    CHECK_INT(0, wire_pop(&wire, "RETR 1"));
    CHECK_TEXT("-ERR [SYS/TEMP] ask again on Monday", wire.line);
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    host.text = "[AUTH] the account is at rest";
    host.answer[ACTION_POP_LOGIN] = 1;
    pop_login(&wire, "-ERR [AUTH] the account is at rest");
    wire_close(&wire);
    host.text = "this one stays";
    host.answer[ACTION_POP_LOGIN] = 0;
    host.answer[ACTION_POP_DELMSG] = 1;
    pop_login(&wire, "+OK");
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(0, wire_pop(&wire, "QUIT"));
    CHECK_TEXT("-ERR this one stays", wire.line);
    wire_close(&wire);
    wait_for_closed(host.opened);
}

static int odd_words(ServerStream *stream, char *reqname, int action, ...) {
    char longest[402];
    void *user = stream;
    (void)reqname, (void)action;
    memset(longest, 'x', sizeof longest);
    longest[401] = '\0';
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, NULL, longest));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, NULL, ""));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, NULL, "two\r\n250 lines"));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, NULL, "gr\xc3\xbcn"));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, "5.7", "x"));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, "2.0.0", "x"));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_set_reply(stream, "5.7.1\n", "x"));
    CHECK_INT(MM_E_ARGUMENT, mm_stream_get_user(stream, NULL));
    CHECK_OK(mm_stream_get_user(stream, &user));
    CHECK(!user);
    longest[400] = '\0';
    CHECK_OK(mm_stream_set_reply(stream, NULL, longest));
    CHECK_OK(mm_stream_set_closed(stream, NULL));
    return 550;
}

static void what_is_no_reply_is_refused(void) {
    struct wire wire;
    ServerStream message = SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", 1, NULL, NULL);
    void *user = &wire;
    CHECK_OK(SetSMTPServer(odd_words, 0, ACTION_SMTP_SENDMSG));
    smtp_open(&wire);
    CHECK_INT(550, smtp_data(&wire, "ann@example.org"));
    CHECK_INT(strlen("550 5.7.1 ") + 400, strlen(wire.line));
    wire_close(&wire);
    CHECK_INT(MM_E_STATE, mm_stream_set_user(message, NULL));
    CHECK_INT(MM_E_STATE, mm_stream_get_user(message, &user));
    CHECK(!user);
    CHECK_INT(MM_E_STATE, mm_stream_set_closed(message, on_closed));
    CHECK_INT(MM_E_STATE, mm_stream_set_reply(message, NULL, "x"));
    SRVEndOfMsg(message);
    CHECK_INT(MM_E_HANDLE, mm_stream_set_user(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_stream_get_user(NULL, &user));
    CHECK_INT(MM_E_HANDLE, mm_stream_set_closed(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_stream_set_reply(NULL, NULL, "x"));
}

/* A login that the host vouches for may name a folder. */
static void vouched_folder_is_the_users_own(void) {
    struct wire wire;
    char path[200], text[200];
    forget();
    sprintf(path, "%s/mail/users/ann/Maildir/.sub/cur/1.here%sS", check_folder, MAILDIR_FLAGS_MARK);
    host.answer[ACTION_POP_LOGIN] = -1;
    CHECK_INT(0, wire_open(&wire, pop_port));
    CHECK_INT(1, wire_pop(&wire, NULL));
    CHECK_INT(1, wire_pop(&wire, "USER ann/sub"));
    CHECK_INT(1, wire_pop(&wire, "PASS any")); /* the folder is made */
    CHECK_TEXT("+OK 0 messages (0 octets)", wire.line);
    CHECK_INT(1, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    FILE *file = fopen(path, "wb");
    CHECK(file);
    if (file) {
        fputs("Subject: in the folder\n\nx\n", file);
        fclose(file);
    }
    CHECK_INT(0, wire_open(&wire, pop_port));
    CHECK_INT(1, wire_pop(&wire, NULL));
    CHECK_INT(1, wire_pop(&wire, "USER ann/sub"));
    CHECK_INT(1, wire_pop(&wire, "PASS any"));
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    wire_text(&wire, text, sizeof text);
    CHECK_TEXT("Subject: in the folder\n\nx\n", text);
    CHECK_INT(1, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    CHECK_INT(0, wire_open(&wire, pop_port));
    CHECK_INT(1, wire_pop(&wire, NULL));
    CHECK_INT(1, wire_pop(&wire, "USER ann/../bob"));
    CHECK_INT(0, wire_pop(&wire, "PASS any"));
    wire_close(&wire);
    wait_for_closed(host.opened);
}

int main(void) {
    server_settings();
    server_start(request, ALL_ACTIONS);
    smtp_sessions_are_told_apart();
    pop3_sessions_are_told_apart();
    refusals_say_why();
    closing_answer_closes_smtp();
    closing_answer_after_reading_is_heard_behind_the_message();
    closing_answer_closes_pop3();
    vouched_folder_is_the_users_own();
    what_is_no_reply_is_refused();
    server_stop();
    return check_result();
}
