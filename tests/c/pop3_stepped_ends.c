/* The end of POP3 sessions that the host steps: by their server's stop, and by the host, whatever threads do meanwhile.
 */
#include "pop3_stepped.h"
#include "stepped_waits.h"

static mm_pending *owed;

static void defers(mm_session *session) {
    CHECK_OK(mm_session_defer(session, 60000, MM_VERDICT_REJECT, &owed));
}

/* A session that waits for the answer to NOOP. */
static void begin_waiting(mm_wake_fn wake, void *user) {
    int wants = 0;
    have_store();
    begin_stepped(wake, user);
    step_for(LOGIN);
    answers[AT_NOOP] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    one_step("NOOP\r\n", &wants);
    CHECK_INT(MM_WANTS_WAIT, wants);
}

/* When it returns the handlers have heard of the end; the client does in the next step. Nothing is deleted. */
static void a_stop_is_the_end(int stops_engine) {
    mm_pop3_stepped *unused;
    int wants = 0, timeout = -2;
    pop3_serve_nowhere();
    have_store();
    begin_stepped(woken, NULL);
    step_for(LOGIN "DELE 1\r\n");
    CHECK_OK(stops_engine ? mm_engine_stop(engine, 5000) : mm_pop3_server_stop(pop3, 0));
    CHECK(has_heard("error(-20);close;"));
    CHECK_INT(1, wakes);
    CHECK_OK(mm_pop3_stepped_get_timeout(stepped, &timeout));
    CHECK_INT(0, timeout);
    hear("stopped;");
    CHECK_TEXT("-ERR [SYS/TEMP] closing down\r\n", one_step("NOOP\r\n", &wants));
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_TEXT("", one_step("NOOP\r\n", &wants));
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_pop3_stepped_free(stepped));
    CHECK(has_heard("close;stopped;") && !has_heard("remove") && !has_heard("update"));
    CHECK_INT(stops_engine ? MM_E_STATE : MM_E_HANDLE, mm_pop3_stepped_new(pop3, NULL, &unused));
    CHECK_OK(mm_engine_free(engine));
}

static void an_owed_answer_comes_too_late(void) {
    int wants = 0;
    pop3_serve_nowhere();
    begin_waiting(NULL, NULL);
    CHECK_OK(mm_pop3_server_stop(pop3, 300));
    CHECK(has_heard("close;"));
    CHECK_INT(MM_E_TIMEOUT, mm_pending_answer(owed, MM_VERDICT_ACCEPT));
    CHECK(strncmp(one_step(NULL, &wants), "-ERR ", 5) == 0);
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_pop3_stepped_free(stepped));
    CHECK_OK(mm_engine_free(engine));
}

/* A QUIT that waits for a handler ends by the deadline's verdict, and says so. */
static void a_quit_ends_in_the_time_of_the_stop(void) {
    int wants = 0;
    pop3_serve_nowhere();
    have_store();
    begin_stepped(NULL, NULL);
    step_for(LOGIN "DELE 1\r\n");
    answers[AT_REMOVE] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    one_step("QUIT\r\n", &wants);
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_OK(mm_pop3_server_stop(pop3, 1000));
    CHECK(has_heard("remove(1);update;close;"));
    CHECK(strncmp(one_step(NULL, &wants), "-ERR [SYS/TEMP] ", 16) == 0);
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_pop3_stepped_free(stepped));
    CHECK_OK(mm_engine_free(engine));
}

/* The session outlives its engine, as memory; stepping it is of no use. */
static void what_is_freed_last(void) {
    const void *output;
    size_t length;
    int wants = 0;
    pop3_serve_nowhere();
    have_store();
    begin_stepped(NULL, NULL);
    step_for(LOGIN);
    CHECK_OK(mm_engine_free(engine));
    CHECK(has_heard("close;"));
    CHECK_OK(mm_pop3_stepped_step(stepped, "NOOP\r\n", 6, &output, &length, &wants));
    CHECK_INT(MM_WANTS_CLOSE, wants);
    CHECK_OK(mm_pop3_stepped_free(stepped));
}

static int step_octets(const void *octets, size_t size, int *wants) {
    const void *output;
    size_t length;
    return mm_pop3_stepped_step(stepped, octets, size, &output, &length, wants);
}

static int free_session(void) {
    return mm_pop3_stepped_free(stepped);
}

static const struct stepped_kind this_kind = {begin_waiting, step_octets, free_session, &owed};

int main(void) {
    pop3_serve_nowhere();
    what_holds_while_an_answer_is_owed(&this_kind);
    begin_anew();
    CHECK_OK(mm_engine_free(engine));
    a_stop_is_the_end(0);
    a_stop_is_the_end(1);
    an_owed_answer_comes_too_late();
    a_quit_ends_in_the_time_of_the_stop();
    what_is_freed_last();
    return check_result();
}
