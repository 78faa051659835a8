/* The end of sessions that the host steps: by their server's stop, and by the host, whatever threads do meanwhile. */
#include "stepped.h"
#include "stepped_waits.h"

static void begin_woken(mm_wake_fn wake, void *user) {
    mm_smtp_stepped_options options = MM_SMTP_STEPPED_OPTIONS_INIT;
    options.client = "192.0.2.1";
    options.wake = wake;
    options.user = user;
    begin_stepped(&options);
    step_for(NULL);
}

static mm_pending *owed;

static void defers(mm_session *session) {
    CHECK_OK(mm_session_defer(session, 60000, MM_VERDICT_REJECT, &owed));
}

/* A session that waits for the answer to NOOP. */
static void begin_waiting(mm_wake_fn wake, void *user) {
    int wants = 0;
    begin_anew();
    begin_woken(wake, user);
    answers[AT_NOOP] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    one_step("NOOP\r\n", &wants);
    CHECK_INT(MM_WANTS_WAIT, wants);
}

/* ---- the stop of the server ---- */

static void begin_to_stop(int protocol) {
    engine_start();
    serve_nowhere(protocol);
    begin_anew();
    wakes = 0;
}

/* When it returns the handlers have heard of the end; the client does in the next step. */
static void a_stop_is_the_end(int stops_engine) {
    mm_smtp_stepped *unused;
    int wants = 0, timeout = -2;
    begin_to_stop(MM_SMTP_PROTOCOL_SMTP);
    begin_woken(woken, NULL);
    CHECK_OK(stops_engine ? mm_engine_stop(engine, 5000) : mm_smtp_server_stop(server, 0));
    CHECK(has_heard("error(-20);close;"));
    CHECK_INT(1, wakes);
    CHECK_OK(mm_smtp_stepped_get_timeout(stepped, &timeout));
    CHECK_INT(0, timeout);
    hear("stopped;");
    CHECK_TEXT("421 4.3.2 Service is stopping, try again later\r\n", one_step("NOOP\r\n", &wants));
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_TEXT("", one_step("NOOP\r\n", &wants));
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_smtp_stepped_free(stepped));
    CHECK(has_heard("close;stopped;") && heard.text[strlen(heard.text) - strlen("stopped;")] == 's');
    CHECK_INT(stops_engine ? MM_E_STATE : MM_E_HANDLE, mm_smtp_stepped_new(server, NULL, &unused));
    CHECK_OK(mm_engine_free(engine));
}

static void an_owed_answer_comes_too_late(void) {
    int wants = 0;
    begin_to_stop(MM_SMTP_PROTOCOL_SMTP);
    begin_waiting(NULL, NULL);
    CHECK_OK(mm_smtp_server_stop(server, 300));
    CHECK(has_heard("close;"));
    CHECK_INT(MM_E_TIMEOUT, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    CHECK(strncmp(one_step(NULL, &wants), "550 ", 4) == 0);
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_smtp_stepped_free(stepped));
    CHECK_OK(mm_engine_free(engine));
}

static void stops_from_inside(mm_session *session) {
    (void)session;
    CHECK_INT(MM_E_STATE, mm_smtp_server_stop(server, -1));
    CHECK_INT(MM_E_STATE, mm_engine_stop(engine, -1));
}

static volatile int is_inside, may_return;

static void stays_inside(mm_session *session) {
    stops_from_inside(session);
    is_inside = 1;
    while (!may_return)
        sleep_microseconds(1000);
    hear("returned;");
}

static void *steps_once(void *wants) {
    CHECK(strstr(one_step("NOOP\r\n", wants), "\r\n421 ") != NULL);
    return NULL;
}

static void *lets_return(void *nothing) {
    sleep_microseconds(100000);
    may_return = 1;
    return nothing;
}

/* Nobody can stop from inside a handler; a stop on another thread waits for the step. */
static void a_step_is_waited_for(void) {
    pthread_t stepping, letting;
    int wants = 0;
    begin_to_stop(MM_SMTP_PROTOCOL_SMTP);
    begin_woken(NULL, NULL);
    answers[AT_NOOP].first = stays_inside;
    CHECK_INT(0, pthread_create(&stepping, NULL, steps_once, &wants));
    while (!is_inside)
        sleep_microseconds(1000);
    CHECK_INT(0, pthread_create(&letting, NULL, lets_return, NULL));
    CHECK_OK(mm_smtp_server_stop(server, 20000));
    CHECK(has_heard("returned;error(-20);close;"));
    CHECK_INT(0, pthread_join(stepping, NULL));
    CHECK_INT(0, pthread_join(letting, NULL));
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_smtp_stepped_free(stepped));
    CHECK_OK(mm_engine_free(engine));
}

static int step_octets(const void *octets, size_t size, int *wants) {
    const void *output;
    size_t length;
    return mm_smtp_stepped_step(stepped, octets, size, &output, &length, wants);
}

static int free_session(void) {
    return mm_smtp_stepped_free(stepped);
}

static const struct stepped_kind this_kind = {begin_waiting, step_octets, free_session, &owed};

int main(void) {
    engine_start();
    serve_nowhere(MM_SMTP_PROTOCOL_SMTP);
    what_holds_while_an_answer_is_owed(&this_kind);
    begin_anew();
    CHECK_OK(mm_engine_free(engine));
    a_stop_is_the_end(0);
    a_stop_is_the_end(1);
    an_owed_answer_comes_too_late();
    a_step_is_waited_for();
    return check_result();
}
