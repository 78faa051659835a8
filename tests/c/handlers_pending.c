/* Answers that handlers owe: given before the handler returns, later from any thread, twice, too late, and when the
 * session is over; a thousand at once hold no thread. */
#include "handled.h"

enum { MANY = 1000, SOME = 25 };

/* ---- one ---- */

static mm_session *session_then;
static mm_pending *owed;
static int timeout_ms, verdict_then;

static void defers(mm_session *session) {
    mm_pending *again;
    session_then = session;
    CHECK_INT(MM_E_ARGUMENT, mm_session_defer(session, -1, MM_VERDICT_REJECT, &owed));
    CHECK_INT(MM_E_ARGUMENT, mm_session_defer(session, 0, MM_VERDICT_PENDING, &owed));
    CHECK_INT(MM_E_ARGUMENT, mm_session_defer(session, 0, 199, &owed));
    CHECK_INT(MM_E_ARGUMENT, mm_session_defer(session, 0, MM_VERDICT_REJECT, NULL));
    CHECK_OK(mm_session_defer(session, timeout_ms, verdict_then, &owed));
    CHECK_INT(MM_E_STATE, mm_session_defer(session, 0, MM_VERDICT_REJECT, &again));
    CHECK(!again);
    hear("deferred;");
}

static void answers_at_once(mm_session *session) {
    defers(session);
    CHECK_OK(mm_pending_set_reply(owed, 0, NULL, "at once"));
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_ACCEPT));
}

/* A session whose RCPT has no reply yet. */
static void begin_owing(struct wire *wire, int milliseconds, int verdict) {
    begin_anew();
    timeout_ms = milliseconds;
    verdict_then = verdict;
    answers[AT_RCPT] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    begin_session(wire, SENDER);
    wire_write(wire, "RCPT TO:<ann@example.org>\r\n");
    wait_to_hear("deferred;");
}

static void the_answer_comes_before_the_handler_returns(void) {
    struct wire wire;
    begin_anew();
    answers[AT_RCPT] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = answers_at_once};
    begin_session(&wire, SENDER);
    CHECK_TEXT("250 2.1.5 at once", said(&wire, "RCPT TO:<ann@example.org>"));
    end_session(&wire);
}

static void the_answer_comes_later_with_its_reply(void) {
    struct wire wire;
    int count = 0;
    begin_owing(&wire, 60000, MM_VERDICT_REJECT);
    CHECK_OK(mm_session_get_recipient_count(session_then, &count)); /* while it is owed the session may be used */
    CHECK_INT(0, count);
    CHECK_INT(MM_E_ARGUMENT, mm_pending_set_reply(owed, 0, NULL, "a\r\nb"));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_set_reply(owed, 100, NULL, "a"));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_set_reply(owed, 550, "2.0.0", "a"));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_add_reply_line(owed, "a\nb"));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_add_reply_line(owed, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_answer(owed, MM_VERDICT_PENDING));
    CHECK_INT(MM_E_ARGUMENT, mm_pending_answer(owed, 10));
    CHECK_OK(mm_pending_set_reply(owed, 550, "5.7.1", "not to her"));
    CHECK_OK(mm_pending_add_reply_line(owed, "today"));
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_REJECT));
    CHECK_TEXT("550-5.7.1 not to her\n550 5.7.1 today", said(&wire, NULL));
    CHECK_INT(MM_E_STATE, mm_session_set_reply(session_then, 0, NULL, "x"));
    CHECK_INT(MM_E_HANDLE, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    CHECK_INT(MM_E_HANDLE, mm_pending_set_reply(owed, 0, NULL, "x"));
    CHECK_INT(MM_E_HANDLE, mm_pending_add_reply_line(owed, "x"));
    end_session(&wire);
    wait_to_hear("close;");
}

static void speaks_and_defers(mm_session *session) {
    CHECK_OK(mm_session_set_reply(session, 0, NULL, "as it was deferred"));
    defers(session);
}

/* While the answer is owed mm_session_set_reply sets its reply as well; when it was given, nothing does. */
static void the_session_sets_the_reply_of_what_it_owes(void) {
    struct wire wire;
    begin_owing(&wire, 60000, MM_VERDICT_REJECT);
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session_then, 550, NULL, "a\r\nb"));
    CHECK_OK(mm_pending_set_reply(owed, 550, "5.7.1", "not to her"));
    CHECK_OK(mm_session_set_reply(session_then, 551, "5.1.6", "she has moved"));
    CHECK_OK(mm_session_add_reply_line(session_then, "far away"));
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_REJECT));
    CHECK_TEXT("551-5.1.6 she has moved\n551 5.1.6 far away", said(&wire, NULL));
    CHECK_INT(MM_E_STATE, mm_session_set_reply(session_then, 0, NULL, "x"));
    end_session(&wire);
    begin_anew();
    answers[AT_RCPT] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = speaks_and_defers};
    begin_session(&wire, SENDER);
    wire_write(&wire, "RCPT TO:<ann@example.org>\r\n");
    wait_to_hear("deferred;");
    CHECK_OK(mm_pending_answer(owed, 450));
    CHECK_TEXT("450 4.2.0 as it was deferred", said(&wire, NULL));
    end_session(&wire);
}

static void the_session_goes_on_as_any(void) {
    struct wire wire;
    begin_owing(&wire, 60000, MM_VERDICT_REJECT);
    wire_write(&wire, "RCPT TO:<bob@example.org>\r\nNOOP\r\n"); /* pipelined behind what is owed */
    answers[AT_RCPT] = (struct answer){.verdict = MM_VERDICT_CONTINUE};
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_CONTINUE));
    for (int i = 0; i < 3; i++)
        CHECK_INT(250, wire_reply(&wire));
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    CHECK_INT(250, wire_smtp(&wire, "x\r\n."));
    end_session(&wire);
}

static void nobody_answers_in_time(int verdict, int expected) {
    struct wire wire;
    begin_owing(&wire, 50, verdict);
    CHECK_INT(expected, wire_reply(&wire));
    CHECK_INT(MM_E_TIMEOUT, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    CHECK_INT(MM_E_HANDLE, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    if (expected != 421)
        CHECK_INT(250, wire_smtp(&wire, "NOOP"));
    wire_close(&wire);
}

static void the_handler_answers_by_itself_after_all(void) {
    struct wire wire;
    begin_anew();
    timeout_ms = 60000;
    verdict_then = MM_VERDICT_REJECT;
    answers[AT_RCPT] = (struct answer){.verdict = 551, .first = defers};
    begin_session(&wire, SENDER);
    CHECK_INT(551, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    CHECK_INT(MM_E_CLOSED, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    CHECK_INT(MM_E_HANDLE, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    end_session(&wire);
}

/* Every step may owe its answer. */
static void every_step_may_be_put_off(void) {
    static const enum step steps[] = {AT_CONNECT, AT_EHLO,  AT_MAIL,    AT_DOMAIN, AT_LOOKUP, AT_RCPT,
                                      AT_DATA,    AT_CHUNK, AT_MESSAGE, AT_VRFY,   AT_NOOP,   AT_UNKNOWN};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct wire wire;
        begin_anew();
        timeout_ms = 60000;
        answers[steps[i]] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
        CHECK_INT(0, wire_open(&wire, smtp_port));
        wire_write(&wire, HELLO "\r\nNOOP\r\nVRFY ann\r\nXYZ\r\n");
        wire_write(&wire, "MAIL FROM:<sender@example.net>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n");
        if (steps[i] >= AT_CHUNK && steps[i] <= AT_MESSAGE) {
            for (int reply = 0; reply < 8; reply++)
                wire_reply(&wire);
            wire_write(&wire, "x\r\n.\r\n");
        }
        wait_to_hear("deferred;");
        answers[steps[i]].verdict = MM_VERDICT_CONTINUE;
        answers[steps[i]].first = NULL;
        CHECK_OK(mm_pending_answer(owed, MM_VERDICT_CONTINUE));
        if (steps[i] < AT_CHUNK || steps[i] > AT_MESSAGE) {
            for (int reply = 0; reply < 7; reply++)
                wire_reply(&wire);
            CHECK_INT(354, wire_reply(&wire));
            wire_write(&wire, "x\r\n.\r\n");
        }
        CHECK_INT(250, wire_reply(&wire));
        end_session(&wire);
    }
}

/* ---- the end of a session ---- */

static void the_server_stops_meanwhile(int stop_ms) {
    mm_smtp_server_handlers handlers = all_handlers();
    struct wire wire;
    int late;
    begin_owing(&wire, 600000, MM_VERDICT_REJECT);
    CHECK_OK(mm_smtp_server_stop(server, stop_ms));
    late = mm_pending_answer(owed, MM_VERDICT_ACCEPT); /* the deadline has come sooner, or the session was cut */
    CHECK(late == MM_E_TIMEOUT || late == MM_E_CLOSED);
    wait_to_hear("close;");
    CHECK_INT(MM_E_HANDLE, mm_session_set_user(session_then, NULL));
    wire_close(&wire);
    handled_start(&handlers, NULL, 0);
}

static void the_client_goes_meanwhile(void) {
    struct wire wire;
    begin_owing(&wire, 60000, MM_VERDICT_REJECT);
    wire_close(&wire);
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_ACCEPT)); /* that it is gone shows when the reply is written */
    wait_to_hear("close;");
}

/* The deadline's verdict would be ACCEPT: nothing is accepted of who is gone. */
static void the_client_resets_meanwhile(void) {
    struct linger at_once = {1, 0};
    struct wire wire;
    begin_owing(&wire, 600000, MM_VERDICT_ACCEPT);
    setsockopt(wire.number, SOL_SOCKET, SO_LINGER, (const void *)&at_once, sizeof at_once);
    wire_close(&wire);
    if (hears_of_resets()) {
        wait_to_hear("error(-14);close;");
        CHECK_INT(MM_E_CLOSED, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    } else {
        CHECK_OK(mm_pending_answer(owed, MM_VERDICT_ACCEPT));
        wait_to_hear("close;");
    }
}

static void also_on_the_thread_that_serves_all(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    CHECK_OK(mm_engine_set(engine, "callback_inline", "1"));
    handled_start(&handlers, NULL, 0);
    the_answer_comes_before_the_handler_returns();
    the_answer_comes_later_with_its_reply();
    the_session_goes_on_as_any();
    nobody_answers_in_time(452, 452);
    every_step_may_be_put_off();
    the_client_goes_meanwhile();
    the_client_resets_meanwhile();
    begin_anew();
    CHECK_OK(mm_engine_set(engine, "callback_inline", "0"));
}

/* ---- many ---- */

static mm_pending *all[MANY];
static int count;

static int owes(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)rcpt, (void)user;
    pthread_mutex_lock(&heard.gate);
    CHECK_OK(mm_session_defer(session, 300000, MM_VERDICT_REJECT, &all[count]));
    count++;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
    return MM_VERDICT_PENDING;
}

static void wait_for_all(int wanted) {
    pthread_mutex_lock(&heard.gate);
    while (count < wanted)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

/* So many in RCPT, whose answer is owed; the memory and the threads that this has taken. */
static void so_many_owe(struct wire *wires, int sessions, int most, long *kib, int *threads) {
    count = 0;
    for (int i = 0; i < sessions; i++)
        begin_session(&wires[i], SENDER);
    *kib = resident_kib();
    for (int i = 0; i < sessions; i++)
        wire_write(&wires[i], "RCPT TO:<ann@example.org>\r\n");
    wait_for_all(sessions);
    *threads = wait_for_threads(most);
    *kib = resident_kib() - *kib;
    for (int i = 0; i < sessions; i++)
        CHECK_OK(mm_pending_answer(all[i], 551));
    for (int i = 0; i < sessions; i++) {
        CHECK_INT(551, wire_reply(&wires[i]));
        wire_close(&wires[i]);
    }
}

static void a_thousand_hold_no_thread(void) {
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    struct wire *wires = calloc(MANY, sizeof *wires);
    int sessions = may_open_descriptors(2 * MANY + 200) ? MANY : SOME, few, many;
    long kib;
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    CHECK_OK(mm_engine_set(engine, "handler_threads", "2"));
    handlers.rcpt = owes;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    options.max_sessions = 2 * MANY;
    CHECK_OK(mm_smtp_server_start(engine, &options, &handlers, NULL, &server));
    CHECK_OK(mm_smtp_server_get_port(server, &smtp_port));
    so_many_owe(wires, SOME, SOME, &kib, &few);
    so_many_owe(wires, sessions, few + 4, &kib, &many);
    printf("%d sessions owe: %ld KiB more than idle, %d threads; %d owe: %d threads\n", sessions, kib, many, SOME, few);
    CHECK(many <= few + 4); /* the library's own, for what else there is to do */
    CHECK(sessions < MANY || kib < 8 * MANY);
    free(wires);
}

int main(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    engine_start();
    handled_start(&handlers, NULL, 0);
    the_answer_comes_before_the_handler_returns();
    the_answer_comes_later_with_its_reply();
    the_session_sets_the_reply_of_what_it_owes();
    the_session_goes_on_as_any();
    nobody_answers_in_time(MM_VERDICT_CONTINUE, 451);
    nobody_answers_in_time(MM_VERDICT_REJECT, 550);
    nobody_answers_in_time(MM_VERDICT_ACCEPT, 250);
    nobody_answers_in_time(MM_VERDICT_CLOSE, 421);
    nobody_answers_in_time(452, 452);
    the_handler_answers_by_itself_after_all();
    every_step_may_be_put_off();
    the_server_stops_meanwhile(0);
    the_server_stops_meanwhile(100);
    the_client_goes_meanwhile();
    the_client_resets_meanwhile();
    also_on_the_thread_that_serves_all();
    a_thousand_hold_no_thread();
    handled_stop();
    return check_result();
}
