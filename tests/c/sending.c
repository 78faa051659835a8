/* Sending: MsgCallback's states, one final state for each recipient, synchronous and asynchronous, and what is left of
 * the stream. */
#include "server.h"
#include <pthread.h>

enum { EVENTS = 100 };

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

static struct {
    int states[EVENTS], values[EVENTS];
    char recipients[EVENTS][64];
    int count, finals, on_caller, inside;
    ServerStream stream;
} heard;

static pthread_t caller;

static void on_state(ServerStream *stream, void *usr_par, int state, int sent) {
    const char *recipient = mm_stream_recipient(stream);
    CHECK(usr_par == &heard);
    CHECK(recipient != NULL);
    SRVEndOfMsg(stream); /* not inside its own callback */
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK_INT(0, SRVSend(stream, "late", 4));
    CHECK_INT(MM_E_STATE, mm_last_error());
    pthread_mutex_lock(&gate);
    CHECK_INT(0, heard.inside++); /* never two at once */
    heard.on_caller |= pthread_equal(pthread_self(), caller);
    if (heard.count < EVENTS) {
        heard.states[heard.count] = state;
        heard.values[heard.count] = sent;
        snprintf(heard.recipients[heard.count], sizeof heard.recipients[0], "%s", recipient ? recipient : "(NULL)");
        heard.count++;
    }
    if (state == STATE_SMTP_DONE || state == STATE_SMTP_ERROR || state == STATE_SMTP_QUEUED)
        heard.finals++;
    heard.inside--;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&gate);
}

static void wait_finals(int count) {
    pthread_mutex_lock(&gate);
    while (heard.finals < count)
        pthread_cond_wait(&moved, &gate);
    pthread_mutex_unlock(&gate);
}

static ServerStream begin(const char *to, int port) {
    memset(&heard, 0, sizeof heard);
    ServerStream s = SRVInitSendMsgSMTP("bert@example.net", to, "127.0.0.1", port, on_state, &heard);
    CHECK(s != NULL);
    return s;
}

static int position(int state) {
    for (int i = 0; i < heard.count; i++)
        if (heard.states[i] == state)
            return i;
    return -1;
}

/* The value of a recipient's only final state. */
static int final_of(const char *recipient, int state) {
    int found = 0, value = -100;
    for (int i = 0; i < heard.count; i++)
        if (strcmp(heard.recipients[i], recipient) == 0 &&
            (heard.states[i] == STATE_SMTP_DONE || heard.states[i] == STATE_SMTP_ERROR ||
             heard.states[i] == STATE_SMTP_QUEUED)) {
            CHECK_INT(state, heard.states[i]);
            value = heard.values[i];
            found++;
        }
    CHECK_INT(1, found);
    return value;
}

static void gone(ServerStream *stream) {
    CHECK_INT(0, SRVSend(stream, "x", 1));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    SRVEndOfMsg(stream);
    CHECK_INT(MM_E_HANDLE, mm_last_error());
}

static void synchronous(void) {
    char text[5000];
    struct wire wire;
    ServerStream s = begin("ann@example.org", smtp_port);
    CHECK_INT(0, heard.count);
    memset(text, 'x', 900);
    text[900] = '\0';
    CHECK_INT(20, SRVprintf(&s, "Subject: %s\n\n", "by printf"));
    for (int i = 0; i < 10; i++) /* longer in all than any buffer inside */
        CHECK_INT(901, SRVprintf(&s, "%s\n", text));
    CHECK_INT(5, SRVSend(&s, ".end\n", 5));
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    CHECK(!heard.on_caller);
    CHECK(position(STATE_SMTP_CONNECTING) >= 0);
    CHECK(position(STATE_SMTP_CONNECTING) < position(STATE_SMTP_DIALOG));
    CHECK(position(STATE_SMTP_DIALOG) < position(STATE_SMTP_SENDING));
    CHECK(position(STATE_SMTP_SENDING) < position(STATE_SMTP_DONE));
    CHECK_INT(1, heard.finals);
    CHECK(final_of("ann@example.org", STATE_SMTP_DONE) >= 20 + 9010 + 5);
    gone(&s);

    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "TOP 1 100"));
    static char got[20000];
    wire_text(&wire, got, sizeof got);
    CHECK(strstr(got, "Subject: by printf\n\nxxx"));
    CHECK(strstr(got, "x\n..end\n"));
    pop_close(&wire);
}

static void a_long_line_of_printf(void) {
    static char text[100001];
    ServerStream s = begin("ann@example.org", smtp_port);
    memset(text, 'y', sizeof text - 1);
    for (size_t i = 900; i < sizeof text - 1; i += 900)
        text[i] = '\n';
    CHECK_INT(100009, SRVprintf(&s, "X: y\n\n%s%s", text, "end"));
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
}

static void several_recipients(void) {
    ServerStream s = begin("ann@example.org, nobody@example.org;bob@example.org", smtp_port);
    SRVprintf(&s, "Subject: three\n\nx\n");
    SRVEndOfMsg(&s);
    CHECK_INT(MM_E_REFUSED_PERMANENT, mm_last_error());
    CHECK_INT(3, heard.finals);
    CHECK(final_of("ann@example.org", STATE_SMTP_DONE) > 0);
    CHECK(final_of("bob@example.org", STATE_SMTP_DONE) > 0);
    CHECK_INT(550, final_of("nobody@example.org", STATE_SMTP_ERROR));
    gone(&s);
}

static void nobody_listens(void) {
    ServerStream s = begin("ann@example.org", check_free_port());
    SRVprintf(&s, "Subject: none\n\nx\n");
    SRVEndOfMsg(&s);
    CHECK_INT(MM_E_CONNECT, mm_last_error());
    CHECK_INT(MM_E_CONNECT, final_of("ann@example.org", STATE_SMTP_ERROR));
    gone(&s);
}

/* What is this host's own goes into its mailbox, by the queue or straight. */
static void into_the_queue(void) {
    memset(&heard, 0, sizeof heard);
    ServerStream s = SRVInitSendMsgBackgaund("bert@example.net", "ann@example.org; bob@example.org", on_state, &heard);
    CHECK(s != NULL);
    CHECK_INT(19, SRVprintf(&s, "Subject: %s\n\nx\n", "queued"));
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    CHECK_INT(2, heard.finals);
    CHECK(final_of("ann@example.org", STATE_SMTP_QUEUED) >= 19);
    CHECK(final_of("bob@example.org", STATE_SMTP_QUEUED) >= 19);
    gone(&s);
}

/* Another host is looked for, and nobody knows of it for now. */
static void straight(void) {
    memset(&heard, 0, sizeof heard);
    SetConfigParamString("smtp_dns", SILENT_NAME_SERVER);
    ServerStream s = SRVInitSendMsgImidiatly("bert@example.net", "ann@example.org eve@far.example", on_state, &heard);
    CHECK(s != NULL);
    SRVprintf(&s, "Subject: straight\n\nx\n");
    SRVEndOfMsg(&s);
    CHECK_INT(MM_E_DNS, mm_last_error());
    CHECK(position(STATE_SMTP_FINDHOST) >= 0);
    CHECK_INT(2, heard.finals);
    CHECK(final_of("ann@example.org", STATE_SMTP_DONE) > 0);
    CHECK_INT(MM_E_DNS, final_of("eve@far.example", STATE_SMTP_ERROR));
    gone(&s);
}

static void asynchronous(void) {
    ServerStream s, silent;
    SetConfigParam("async", 1);
    CHECK_OK(mm_last_error());
    s = begin("ann@example.org bob@example.org", smtp_port);
    SRVprintf(&s, "Subject: later\n\nx\n");
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    wait_finals(2);
    CHECK(final_of("ann@example.org", STATE_SMTP_DONE) > 0);
    CHECK(final_of("bob@example.org", STATE_SMTP_DONE) > 0);
    CHECK(!heard.on_caller);
    silent = SRVInitSendMsgSMTP("bert@example.net", "ann@example.org", "127.0.0.1", smtp_port, NULL, NULL);
    SRVprintf(&silent, "Subject: silent\n\nx\n");
    SRVEndOfMsg(&silent);
    CHECK_OK(mm_last_error());
    gone(&silent);
    SetConfigParam("async", 0);
}

/* A callback may send, and wait for it. */
static int sends(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    ServerStream s = SRVInitSendMsgSMTP("module@example.org", "bob@example.org", "127.0.0.1", smtp_port, NULL, NULL);
    SRVprintf(&s, "Subject: ann logs in\n\nx\n");
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    return 0;
}

static void from_inside_a_callback(void) {
    struct wire wire;
    CHECK_OK(SetPOP3Server(sends, 0, ACTION_POP_LOGIN));
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    pop_close(&wire);
}

static void cancelled_by_stop(void) {
    ServerStream s = SRVInitSendMsgSMTP("a@example.net", "ann@example.org", "127.0.0.1", smtp_port, NULL, NULL);
    CHECK_INT(1, SRVSend(&s, "x", 1));
    server_stop();
    CHECK_INT(0, SRVSend(&s, "x", 1));
    CHECK_INT(MM_E_CANCELLED, mm_last_error());
    SRVEndOfMsg(&s);
    CHECK_INT(MM_E_CANCELLED, mm_last_error());
    gone(&s);
}

int main(void) {
    caller = pthread_self();
    server_settings();
    server_start(NULL, 0);
    synchronous();
    a_long_line_of_printf();
    several_recipients();
    nobody_listens();
    into_the_queue();
    straight();
    asynchronous();
    from_inside_a_callback();
    cancelled_by_stop();
    return check_result();
}
