/*
 * mm_engine_stop(e, 0) waits for no callback. Each kind of callback blocks here until the stop has returned: one that
 * waited for it would never return. Then the engine cannot be started until the callback has come back.
 */
#include "server.h"
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int inside, may_go;

static void set(int *flag, int value) {
    pthread_mutex_lock(&lock);
    *flag = value;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void wait_for(const int *flag) {
    pthread_mutex_lock(&lock);
    while (!*flag)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void block(void) {
    set(&inside, 1);
    wait_for(&may_go);
}

static int request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    block();
    return 0;
}

static void on_state(ServerStream *stream, void *usr_par, int state, int sent) {
    (void)stream, (void)usr_par, (void)state, (void)sent;
    block();
}

static void on_event(mm_send *send, const mm_send_event *event, void *user) {
    (void)send, (void)event, (void)user;
    block();
}

static int give(void *buffer, size_t size, size_t *length, void *user) {
    (void)buffer, (void)size, (void)length, (void)user;
    block();
    return MM_OK;
}

static void on_queue(const mm_queue_event *event, void *user) {
    (void)event, (void)user;
    block();
}

static void on_closed(void *user) {
    (void)user;
    block();
}

static void on_log(int level, const char *area, const char *text, void *user) {
    (void)level, (void)area, (void)user;
    if (strstr(text, "nobody@example.org"))
        block();
}

static int watch_its_end(ServerStream *stream, char *reqname, int action, ...) {
    (void)reqname, (void)action;
    CHECK_OK(mm_stream_set_closed(stream, on_closed));
    return 421;
}

/* What brings a callback about; each leaves it inside. */

static struct wire wire;

static void in_connect(void) {
    CHECK_OK(SetSMTPServer(request, smtp_port, ACTION_SMTP_CONNECT));
    CHECK_INT(0, wire_open(&wire, smtp_port));
}

static void in_message(void) {
    CHECK_OK(SetSMTPServer(request, smtp_port, ACTION_SMTP_SENDMSG));
    smtp_open(&wire);
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<sender@example.net>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    wire_write(&wire, "DATA\r\n");
}

static void in_line_of_log(void) {
    CHECK_OK(SetSMTPServer(NULL, smtp_port, 0));
    CHECK_OK(mm_engine_set_log(mm_engine_default(), MM_LOG_INFO, on_log, NULL));
    smtp_open(&wire);
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<sender@example.net>"));
    wire_write(&wire, "RCPT TO:<nobody@example.org>\r\n");
}

static void in_login(void) {
    CHECK_OK(SetPOP3Server(request, pop_port, ACTION_POP_LOGIN));
    CHECK_INT(0, wire_open(&wire, pop_port));
    CHECK_INT(1, wire_pop(&wire, NULL));
    CHECK_INT(1, wire_pop(&wire, "USER ann"));
    wire_write(&wire, "PASS secret\r\n");
}

static void in_end_of_connection(void) {
    CHECK_OK(SetSMTPServer(watch_its_end, smtp_port, ACTION_SMTP_CONNECT));
    CHECK_INT(0, wire_open(&wire, smtp_port));
    CHECK_INT(421, wire_reply(&wire));
}

static void *end_message(void *stream) {
    SRVEndOfMsg(stream);
    return NULL;
}

static pthread_t sender;

static void in_state(void) {
    ServerStream stream = SRVInitSendMsgSMTP("a@example.org", "b@example.net", "127.0.0.1", 1, on_state, NULL);
    pthread_create(&sender, NULL, end_message, stream);
}

static mm_send *sent;

static void start(mm_send_options *options, mm_send_read_fn reader) {
    CHECK_OK(mm_send_new(mm_engine_default(), options, "a@example.org", &sent));
    CHECK_OK(mm_send_add_recipient(sent, "b@example.net", MM_SEND_NOTIFY_NEVER, NULL));
    if (reader)
        CHECK_OK(mm_send_set_reader(sent, reader, NULL));
    CHECK_OK(mm_send_start(sent));
}

static void in_send_event(void) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    options.on_event = on_event;
    start(&options, NULL);
}

static void in_reader(void) {
    start(NULL, give);
}

static void in_queue_event(void) {
    CHECK_OK(mm_queue_set_events(mm_engine_default(), on_queue, NULL));
    start(NULL, NULL);
}

static void stop_waits_for_nothing(void (*bring_about)(void), const char *name) {
    mm_engine *engine = mm_engine_default();
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    mm_send *none;
    memset(&wire, 0, sizeof wire);
    wire.number = NO_SOCKET;
    set(&inside, 0);
    set(&may_go, 0);
    bring_about();
    wait_for(&inside);
    CHECK_INT(MM_E_TIMEOUT, mm_engine_stop(engine, 0));
    CHECK(!may_go);
    if (!strstr(mm_last_error_message(), name))
        CHECK_TEXT(name, mm_last_error_message());
    CHECK_INT(MM_E_STATE, SetSMTPServer(NULL, smtp_port, 0));
    CHECK_INT(MM_E_STATE, SetPOP3Server(NULL, pop_port, 0));
    CHECK_INT(MM_E_STATE, mm_send_new(engine, NULL, "a@example.org", &none));
    CHECK_INT(MM_E_STATE, mm_queue_get_counts(engine, &counts));
    CHECK_INT(MM_E_TIMEOUT, mm_engine_stop(engine, 0));
    CHECK_INT(MM_E_TIMEOUT, mm_engine_stop(engine, 1));
    set(&may_go, 1);
    CHECK_OK(mm_engine_stop(engine, -1));
    if (bring_about == in_state)
        pthread_join(sender, NULL);
    CHECK_OK(mm_send_free(sent));
    sent = NULL;
    wire_close(&wire);
    CHECK_OK(mm_queue_set_events(engine, NULL, NULL));
    CHECK_OK(mm_queue_get_counts(engine, &counts)); /* it starts again */
    CHECK_OK(mm_queue_remove(engine, NULL));
    CHECK_OK(mm_engine_stop(engine, 10000));
}

/* Whoever frees an engine does not wait either. */
static void free_waits_for_nothing(void) {
    mm_engine *engine;
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    char root[128];
    sprintf(root, "%s/other", check_folder);
    set(&inside, 0);
    set(&may_go, 0);
    options.on_event = on_event;
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_send_new(engine, &options, "a@example.org", &sent));
    CHECK_OK(mm_send_add_recipient(sent, "b@example.net", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_send_start(sent));
    wait_for(&inside);
    CHECK_INT(MM_E_TIMEOUT, mm_engine_free(engine));
    CHECK(!may_go);
    CHECK_INT(MM_E_HANDLE, mm_engine_stop(engine, -1));
    set(&may_go, 1);
    CHECK_OK(mm_send_free(sent));
}

int main(void) {
    server_settings();
    SetConfigParamString("smtpproxy", "127.0.0.1:1");
    stop_waits_for_nothing(in_connect, "1 of ACTION_SMTP_CONNECT");
    stop_waits_for_nothing(in_message, "1 of ACTION_SMTP_SENDMSG");
    stop_waits_for_nothing(in_login, "1 of ACTION_POP_LOGIN");
    stop_waits_for_nothing(in_end_of_connection, "1 of mm_stream_closed_fn");
    stop_waits_for_nothing(in_state, "1 of MsgCallback or mm_send_event_fn");
    stop_waits_for_nothing(in_send_event, "1 of MsgCallback or mm_send_event_fn");
    stop_waits_for_nothing(in_reader, "1 of mm_send_read_fn");
    stop_waits_for_nothing(in_queue_event, "1 of mm_queue_event_fn");
    stop_waits_for_nothing(in_line_of_log, "1 of mm_log_fn");
    free_waits_for_nothing();
    return check_result();
}
