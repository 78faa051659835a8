/* What the tests of mm_queue_... share: a smarthost of this test's own, the events that were heard, messages in the
 * queue. */
#ifndef QUEUES_H
#define QUEUES_H

#include "remote.h"
#include "server.h"

static struct remote remote; /* the smarthost */

/* ---- events ---- */

enum { EVENTS = 8192 }; /* queue.c, where 50 retries of 100 messages may bring as many attempts, has most */

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    struct {
        int64_t sequence;
        int kind, error, reply_code, attempts, has_next;
        char id[MM_QUEUE_ID_SIZE], sender[64], recipient[64], status[16], reply[128], host[64];
    } events[EVENTS];
    int count, inside, calls_back;
} heard = {.gate = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static inline void on_event(const mm_queue_event *event, void *user) {
    CHECK(user == &heard);
    CHECK_INT(sizeof *event, event->size);
    CHECK(event->time > 1600000000000);
    CHECK_TEXT("", event->tls);
    pthread_mutex_lock(&heard.gate);
    CHECK_INT(0, heard.inside++); /* one at a time */
    CHECK(heard.count < EVENTS);
    if (heard.count < EVENTS) {
        int i = heard.count++;
        heard.events[i].sequence = event->sequence;
        heard.events[i].kind = event->kind;
        heard.events[i].error = event->error;
        heard.events[i].reply_code = event->reply_code;
        heard.events[i].attempts = event->attempts;
        heard.events[i].has_next = event->next_attempt > event->time;
        snprintf(heard.events[i].id, sizeof heard.events[i].id, "%s", event->id);
        snprintf(heard.events[i].sender, sizeof heard.events[i].sender, "%s", event->sender);
        snprintf(heard.events[i].recipient, sizeof heard.events[i].recipient, "%s", event->recipient);
        snprintf(heard.events[i].status, sizeof heard.events[i].status, "%s", event->status);
        snprintf(heard.events[i].reply, sizeof heard.events[i].reply, "%s", event->reply);
        snprintf(heard.events[i].host, sizeof heard.events[i].host, "%s", event->host);
    }
    pthread_mutex_unlock(&heard.gate);
    if (heard.calls_back) { /* anything but a stop */
        mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
        CHECK_OK(mm_queue_get_counts(mm_engine_default(), &counts));
        CHECK_OK(mm_queue_retry(mm_engine_default(), NULL));
        CHECK_INT(MM_E_STATE, mm_engine_stop(mm_engine_default(), 0));
    }
    pthread_mutex_lock(&heard.gate);
    heard.inside--;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

static inline int count_events(void) {
    pthread_mutex_lock(&heard.gate);
    int count = heard.count;
    pthread_mutex_unlock(&heard.gate);
    return count;
}

/* Waits for an event of the kind about the recipient, the first from that one on; tells which it is. */
static inline int wait_event_from(int first, int kind, const char *recipient) {
    pthread_mutex_lock(&heard.gate);
    for (;; pthread_cond_wait(&heard.moved, &heard.gate))
        for (int i = first; i < heard.count; i++)
            if (heard.events[i].kind == kind && strcmp(heard.events[i].recipient, recipient) == 0) {
                pthread_mutex_unlock(&heard.gate);
                return i;
            }
}

/* The next one after those that were asked for by this before. */
static inline int wait_event(int kind, const char *recipient) {
    static int looked_at;
    if (looked_at > count_events())
        looked_at = 0; /* a new list */
    int found = wait_event_from(looked_at, kind, recipient);
    looked_at = found + 1;
    return found;
}

static inline void sequence_has_no_gap(void) {
    pthread_mutex_lock(&heard.gate);
    for (int i = 1; i < heard.count; i++)
        CHECK_INT(heard.events[i - 1].sequence + 1, heard.events[i].sequence);
    pthread_mutex_unlock(&heard.gate);
}

static inline void forget_events(void) {
    pthread_mutex_lock(&heard.gate);
    heard.count = 0;
    pthread_mutex_unlock(&heard.gate);
}

/* ---- what the tests do with the queue ---- */

/* Queues a message; its id goes into the room. */
static inline void enqueue_from(const char *sender, const char *recipient, const char *text, char *id) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    mm_send *send = NULL;
    CHECK_OK(mm_send_new(mm_engine_default(), NULL, sender, &send));
    CHECK_OK(mm_send_add_recipient(send, recipient, MM_SEND_NOTIFY_DEFAULT, NULL));
    CHECK_OK(mm_send_write(send, text, strlen(text)));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_OK(mm_send_get_result(send, 0, &result));
    CHECK_INT(MM_SEND_STATE_QUEUED, result.state);
    snprintf(id, MM_QUEUE_ID_SIZE, "%s", result.queue_id);
    mm_send_free(send);
    if (check_failures)
        exit(check_result());
}

static inline void enqueue(const char *recipient, char *id) {
    enqueue_from("bert@example.net", recipient, "Subject: queued\nDate: today\nMessage-ID: <1@x>\n\ntext\n", id);
}

static inline mm_queue_counts counts(void) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    CHECK_OK(mm_queue_get_counts(mm_engine_default(), &counts));
    CHECK_INT(counts.recipients, counts.ready + counts.active + counts.deferred + counts.held + counts.failed);
    return counts;
}

static inline mm_queue_cursor *open_cursor(const char *id) {
    mm_queue_cursor *cursor = NULL;
    CHECK_OK(mm_queue_open(mm_engine_default(), id, &cursor));
    return cursor;
}

/* What is on a connection leaves when its attempt has ended; an event tells it. */
static inline void wait_messages(int count) {
    pthread_mutex_lock(&heard.gate);
    while (counts().messages > count)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

/* The state of the first recipient of a message; 0 if it is not in the queue. */
static inline int state_of(const char *id) {
    mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT;
    mm_queue_cursor *cursor = NULL;
    int state = 0;
    if (mm_queue_open(mm_engine_default(), id, &cursor) == MM_OK && step(cursor)) {
        CHECK_OK(mm_queue_get_recipient(cursor, 0, &recipient));
        state = recipient.state;
    }
    mm_queue_close(cursor);
    return state;
}

static inline int number_of_messages(void) {
    mm_queue_cursor *cursor = open_cursor(NULL);
    int count = 0;
    while (step(cursor))
        count++;
    mm_queue_close(cursor);
    return count;
}

/* Servers, and a queue whose messages go through the smarthost; its events are heard. */
static inline void queue_start(void) {
    char smarthost[64];
    server_settings();
    remote_start(&remote);
    sprintf(smarthost, "127.0.0.1:%d", remote.port);
    SetConfigParamString("smtpproxy", smarthost);
    CHECK_OK(mm_last_error());
    CHECK_OK(mm_queue_set_events(mm_engine_default(), on_event, &heard));
    server_start(NULL, 0);
}

#endif
