/* What the wakes of a stepped session do, and what is heard meanwhile, whatever its protocol. */
#ifndef WAKES_H
#define WAKES_H

#include "handled.h"

static int wakes;

static inline void woken(void *user) {
    (void)user;
    pthread_mutex_lock(&heard.gate);
    wakes++;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

static inline void wait_for_wake(void) {
    pthread_mutex_lock(&heard.gate);
    while (!wakes)
        pthread_cond_wait(&heard.moved, &heard.gate);
    wakes = 0;
    pthread_mutex_unlock(&heard.gate);
}

static inline int has_heard(const char *text) {
    int found;
    pthread_mutex_lock(&heard.gate);
    found = strstr(heard.text, text) != NULL;
    pthread_mutex_unlock(&heard.gate);
    return found;
}

/* What the wakes of one session use, which the host frees behind it: here it only says so. */
struct waking {
    pthread_mutex_t gate;
    int calls, is_freed, late;
};

static inline void wakes_slowly(void *user) {
    struct waking *waking = user;
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&waking->gate);
        waking->calls++;
        waking->late += waking->is_freed;
        pthread_mutex_unlock(&waking->gate);
        sleep_microseconds(300);
    }
}

static inline void *answers_now(void *pending) {
    int result = mm_pending_answer(pending, MM_VERDICT_ACCEPT);
    CHECK(result == MM_OK || result == MM_E_CLOSED);
    return NULL;
}

#endif
