/* What holds of a session that the host steps while an answer is owed, whatever is spoken: no wake runs behind its end,
 * a wake may free it, and so much of what the client says is kept meanwhile. */
#ifndef STEPPED_WAITS_H
#define STEPPED_WAITS_H

#include "wakes.h"

/* The one session of a test, by the functions of its protocol. */
struct stepped_kind {
    void (*begin_waiting)(mm_wake_fn wake, void *user); /* a new session that waits for an answer */
    int (*step)(const void *octets, size_t size, int *wants);
    int (*free)(void);
    mm_pending **owed;
};

static const struct stepped_kind *kind;

static inline void no_wake_runs_behind_the_end(void) {
    enum { ROUNDS = 300 };
    int calls = 0, late = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct waking waking = {PTHREAD_MUTEX_INITIALIZER, 0, 0, 0};
        pthread_t answering;
        kind->begin_waiting(wakes_slowly, &waking);
        CHECK_INT(0, pthread_create(&answering, NULL, answers_now, *kind->owed));
        sleep_microseconds(i % 5 * 50);
        CHECK_OK(kind->free());
        pthread_mutex_lock(&waking.gate);
        waking.is_freed = 1;
        pthread_mutex_unlock(&waking.gate);
        CHECK_INT(0, pthread_join(answering, NULL));
        calls += waking.calls;
        late += waking.late;
    }
    CHECK_INT(0, late);
    CHECK(calls > 0);
}

static inline void frees_its_own(void *user) {
    ++*(int *)user;
    CHECK_OK(kind->free());
    CHECK_INT(MM_E_HANDLE, kind->free());
}

static inline void a_wake_may_end_its_own_session(void) {
    int calls = 0;
    kind->begin_waiting(frees_its_own, &calls);
    CHECK_OK(mm_pending_answer(*kind->owed, MM_VERDICT_ACCEPT));
    wait_to_hear("close;");
    CHECK_INT(1, calls);
}

static inline void it_keeps_so_much(void) {
    static char octets[40000];
    int wants = 0;
    memset(octets, '\n', sizeof octets);
    kind->begin_waiting(NULL, NULL);
    CHECK_OK(kind->step(octets, sizeof octets, &wants));
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_INT(MM_E_LIMIT, kind->step(octets, sizeof octets, &wants));
    CHECK(strlen(mm_last_error_message()) > 0);
    CHECK_OK(kind->step(octets, 65536 - sizeof octets, &wants));
    CHECK_INT(MM_WANTS_WAIT, wants);
    CHECK_OK(kind->free());
}

static inline void what_holds_while_an_answer_is_owed(const struct stepped_kind *of) {
    kind = of;
    no_wake_runs_behind_the_end();
    a_wake_may_end_its_own_session();
    it_keeps_so_much();
}

#endif
