/* Results that the tests of messages and of the queue ask for again and again. */
#ifndef RESULTS_H
#define RESULTS_H

#include "check.h"
#include "mailmodule.h"

/* What became of a message that is final. */
static inline int outcome_of(mm_send *send) {
    int outcome = 1;
    CHECK_OK(mm_send_get_outcome(send, &outcome));
    return outcome;
}

/* 1: the cursor stands on the next message; 0: the walk is at its end. */
static inline int next_message(mm_queue_cursor *cursor, mm_queue_message *message) {
    CHECK_OK(mm_queue_next(cursor, message));
    return message->id != NULL;
}

static inline int step(mm_queue_cursor *cursor) {
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    return next_message(cursor, &message);
}

#endif
