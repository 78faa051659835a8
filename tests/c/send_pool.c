/* Messages that share connections: settings pool_idle, pool_max, pool_host_max, pool_messages. */
#include "sends.h"

enum { MANY = 200 };

static void set(const char *key, int value) {
    CHECK_OK(mm_engine_set_int(mm_engine_default(), key, value));
}

/* A fresh server, and settings for a test. */
static void begin(int idle, int host_max) {
    remote_start(&remote);
    set("pool_idle", idle);
    set("pool_host_max", host_max);
    set("pool_max", 100);
    set("pool_messages", 100);
}

/* A stop closes what idles. */
static void end(void) {
    server_stop();
    remote_stop(&remote);
}

static void wait_for(int *counter, int value) {
    pthread_mutex_lock(&remote.gate);
    while (*counter != value)
        pthread_cond_wait(&remote.moved, &remote.gate);
    pthread_mutex_unlock(&remote.gate);
}

static int send_one(const mm_send_options *options) {
    mm_mail mail = MM_MAIL_INIT;
    mail.from = "bert@example.net";
    mail.to = "ann@example.net";
    mail.text = "x";
    return mm_send_mail(mm_engine_default(), options, &mail, NULL);
}

static void one(void) {
    mm_send_options options = to_remote();
    CHECK_OK(send_one(&options));
}

static mm_send *started(const mm_send_options *options) {
    mm_send *send = new_send(options, "ann@example.net");
    CHECK_OK(mm_send_write(send, "Subject: x\n\nx\n", 14));
    CHECK_OK(mm_send_start(send));
    return send;
}

static void is_sent(mm_send *send) {
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_OK(mm_send_free(send));
}

/* ---- one after the other ---- */

static void without_idling_each_has_its_own(void) {
    begin(0, 20);
    for (int i = 1; i <= 3; i++) {
        one();
        wait_for(&remote.open, 0); /* at once, by QUIT */
        CHECK_INT(i, remote.quits);
    }
    CHECK_INT(3, remote.connections);
    end();
}

static void one_after_the_other_on_one(void) {
    begin(60, 20);
    for (int i = 0; i < 5; i++)
        one();
    mm_send_options options = to_remote();
    mm_send *send = started(&options);
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(1, result_of(send, 0).attempts);
    CHECK_INT(250, result_of(send, 0).reply_code);
    CHECK_TEXT("127.0.0.1", result_of(send, 0).host);
    CHECK(strlen(result_of(send, 0).host_address) > 10);
    is_sent(send);
    ServerStream stream =
        SRVInitSendMsgSMTP("bert@example.net", "ann@example.net", "127.0.0.1", remote.port, NULL, NULL);
    CHECK_INT(14, SRVSend(&stream, "Subject: x\n\nx\n", 14));
    SRVEndOfMsg(&stream);
    CHECK_OK(mm_last_error());
    CHECK_INT(7, remote.messages);
    CHECK_INT(1, remote.connections);
    CHECK_INT(0, remote.quits);
    end();
    CHECK_INT(1, remote.quits); /* by the stop */
}

static void a_refused_message_leaves_a_good_connection(void) {
    mm_mail mail = MM_MAIL_INIT;
    begin(60, 20);
    mm_send_options options = to_remote();
    mail.from = "bert@example.net";
    mail.to = "nobody@example.net";
    mail.text = "x";
    CHECK_INT(MM_E_REFUSED_PERMANENT, mm_send_mail(mm_engine_default(), &options, &mail, NULL));
    one();
    CHECK_INT(1, remote.connections);
    CHECK_INT(1, remote.messages);
    end();
}

static void an_idle_one_ends_with_quit(void) {
    begin(1, 20);
    one();
    wait_for(&remote.open, 0);
    CHECK_INT(1, remote.quits);
    one();
    CHECK_INT(2, remote.connections);
    end();
}

static void some_messages_on_each(void) {
    begin(60, 20);
    set("pool_messages", 2);
    for (int i = 0; i < 5; i++)
        one();
    CHECK_INT(3, remote.connections);
    end();
    CHECK_INT(3, remote.quits);
}

static void so_many_idle_at_most(void) {
    begin(60, 20);
    set("pool_max", 1);
    mm_send_options options = to_remote();
    options.hello_name = "one.example.net";
    CHECK_OK(send_one(&options));
    options.hello_name = "two.example.net";
    CHECK_OK(send_one(&options));
    wait_for(&remote.open, 1);
    CHECK_INT(2, remote.connections);
    CHECK_INT(1, remote.quits);
    end();
}

/* ---- the server closes ---- */

static void the_server_closes_what_idles(const char *words) {
    begin(60, 20);
    remote.closes_after = 1;
    remote.last_words = words;
    for (int i = 1; i <= 3; i++) {
        one();
        wait_for(&remote.open, 0);
        CHECK_INT(i, remote.messages);
    }
    CHECK_INT(3, remote.connections);
    CHECK_INT(0, remote.quits);
    end();
}

/* It closes when the next message's first command has come: that one is sent anew, once. */
static void the_server_closes_under_the_next(const char *words) {
    begin(60, 20);
    remote.closes_after = 1;
    remote.closes_late = 1;
    remote.last_words = words;
    mm_send_options options = to_remote();
    for (int i = 1; i <= 4; i++) {
        mm_send *send = started(&options);
        CHECK_OK(mm_send_wait(send, -1));
        CHECK_INT(250, result_of(send, 0).reply_code);
        CHECK_INT(i == 1 ? 1 : 2, result_of(send, 0).attempts);
        CHECK_INT(i, remote.messages);
        is_sent(send);
    }
    CHECK_INT(4, remote.connections);
    end();
}

/* ---- what may not share ---- */

static void each_its_own(void) {
    begin(60, 20);
    remote.offers = "250-AUTH PLAIN\r\n250-STARTTLS\r\n";
    mm_send_options plain = to_remote(), other = to_remote();
    plain.tls = other.tls = MM_TLS_NONE;
    CHECK_OK(send_one(&plain));
    other.hello_name = "other.example.net";
    CHECK_OK(send_one(&other));
    CHECK_INT(2, remote.connections);
    other = plain;
    other.user_name = "ann";
    other.password = "secret";
    CHECK_OK(send_one(&other));
    CHECK_OK(send_one(&other));
    CHECK_INT(3, remote.connections);
    other.password = "hidden";
    CHECK_OK(send_one(&other));
    CHECK_INT(4, remote.connections);
    other.user_name = "bob";
    CHECK_OK(send_one(&other));
    CHECK_INT(5, remote.connections);
    other = plain;
    other.tls = MM_TLS_OPPORTUNISTIC;
    CHECK_OK(send_one(&other)); /* refused there, and goes on in clear */
    CHECK_INT(6, remote.connections);
    other.tls = MM_TLS_REQUIRED;
    CHECK_INT(MM_E_TLS, send_one(&other));
    CHECK_INT(7, remote.connections);
    other = plain;
    other.tls_check = MM_TLS_CHECK_ALWAYS;
    CHECK_OK(send_one(&other));
    CHECK_INT(8, remote.connections);
    CHECK_OK(send_one(&plain));
    CHECK_INT(8, remote.connections);
    end();
}

/* ---- many at once ---- */

static int finished;

static void count(mm_send *send, const mm_send_event *event, void *user) {
    (void)send, (void)user;
    if (event->state == MM_SEND_STATE_FINISHED)
        __atomic_add_fetch(&finished, 1, __ATOMIC_RELAXED);
}

static void many_at_once(int idle, int host_max, int most) {
    static mm_send *sends[MANY];
    begin(idle, host_max);
    set("pool_messages", 1000);
    remote.most = most;
    finished = 0;
    mm_send_options options = to_remote();
    options.on_event = count;
    for (int i = 0; i < MANY; i++)
        sends[i] = started(&options);
    for (int i = 0; i < MANY; i++) {
        CHECK_OK(mm_send_wait(sends[i], -1));
        CHECK_INT(MM_OK, outcome_of(sends[i]));
    }
    CHECK_INT(MANY, remote.messages);
    CHECK_INT(MANY, finished);
    CHECK(remote.peak <= host_max);
    if (idle > 0 && most == 0)
        CHECK(remote.connections <= host_max);
    for (int i = 0; i < MANY; i++)
        CHECK_OK(mm_send_free(sends[i]));
    end();
}

static void nobody_there(void) {
    mm_send *sends[20];
    mm_send_options options = to_remote();
    options.port = check_free_port();
    begin(60, 2);
    for (int i = 0; i < 20; i++)
        sends[i] = started(&options);
    for (int i = 0; i < 20; i++) {
        CHECK_OK(mm_send_wait(sends[i], -1));
        CHECK_INT(MM_E_CONNECT, outcome_of(sends[i]));
        CHECK_OK(mm_send_free(sends[i]));
    }
    end();
}

/* ---- cancel ---- */

static void is_cancelled_soon(mm_send *send) {
    double began = clock_milliseconds();
    CHECK_OK(mm_send_cancel(send));
    CHECK_INT(MM_E_CANCELLED, outcome_of(send));
    CHECK(clock_milliseconds() - began < 1000); /* in the line of it, not by its time-out; the bench measures more */
    CHECK_OK(mm_send_free(send));
}

static void cancelled_while_it_waits(void) {
    begin(60, 1);
    mm_send_options options = to_remote();
    remote_set(&remote, AT_DATA, AT_NOTHING);
    mm_send *first = started(&options);
    remote_wait_silent(&remote);
    mm_send *second = started(&options), *third = started(&options);
    CHECK_INT(MM_E_TIMEOUT, mm_send_wait(third, 20));
    is_cancelled_soon(second);
    while (result_of(third, 0).state == MM_SEND_STATE_NEW) /* it has not come into the line yet */
        sleep_microseconds(1000);
    CHECK_INT(MM_SEND_STATE_FIND_HOST, result_of(third, 0).state);
    CHECK_INT(0, result_of(third, 0).attempts);
    CHECK_INT(1, remote.connections);
    remote_set(&remote, AT_NOTHING, AT_NOTHING);
    is_cancelled_soon(first); /* whose connection nobody else has */
    is_sent(third);
    CHECK_INT(2, remote.connections);
    CHECK_INT(1, remote.messages);
    end();
}

/* The last has waited longer than its time when its turn comes, and is tried all the same. */
static void time_runs_for_none_that_waits(void) {
    mm_send *sends[4];
    begin(0, 1);
    mm_send_options options = to_remote();
    options.timeout_ms = 400;
    remote_set(&remote, AT_DATA, AT_NOTHING);
    for (int i = 0; i < 4; i++)
        sends[i] = started(&options);
    for (int i = 0; i < 4; i++) {
        CHECK_OK(mm_send_wait(sends[i], -1));
        CHECK_INT(MM_E_TIMEOUT, outcome_of(sends[i]));
        CHECK_INT(1, result_of(sends[i], 0).attempts);
        CHECK_OK(mm_send_free(sends[i]));
    }
    CHECK_INT(4, remote.connections);
    end();
}

static void stopped_while_it_waits(void) {
    begin(60, 1);
    mm_send_options options = to_remote();
    remote_set(&remote, AT_DATA, AT_NOTHING);
    mm_send *first = started(&options);
    remote_wait_silent(&remote);
    mm_send *second = started(&options);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0));
    CHECK_INT(MM_E_CANCELLED, outcome_of(first));
    CHECK_INT(MM_E_CANCELLED, outcome_of(second));
    CHECK_OK(mm_send_free(first));
    CHECK_OK(mm_send_free(second));
    end();
}

/* Whatever idles, a stop leaves nothing open. */
static void nothing_is_left(void) {
    int before = 0;
    for (int i = 0; i < 6; i++) {
        begin(60, 20);
        one();
        one();
        end();
        if (i == 2)
            before = count_descriptors();
    }
    CHECK_INT(before, count_descriptors());
}

int main(void) {
    server_settings();
    without_idling_each_has_its_own();
    one_after_the_other_on_one();
    a_refused_message_leaves_a_good_connection();
    an_idle_one_ends_with_quit();
    some_messages_on_each();
    so_many_idle_at_most();
    the_server_closes_what_idles(NULL);
    the_server_closes_what_idles("421 4.4.2 Idle too long\r\n");
    the_server_closes_under_the_next(NULL);
    the_server_closes_under_the_next("421 4.4.2 Enough of it\r\n");
    each_its_own();
    many_at_once(0, 5, 0);
    many_at_once(60, 20, 0);
    many_at_once(60, 20, 3);
    nobody_there();
    cancelled_while_it_waits();
    time_runs_for_none_that_waits();
    stopped_while_it_waits();
    nothing_is_left();
    return check_result();
}
