/* A mailbox with a quota: 452 where a message does not fit, 552 where nothing does, the events that tell the host of it
 * before and then, and what waits for the mailbox in the queue. */
#include "server.h"
#include <pthread.h>

enum { LIMIT = 4000, TEXT = 1200 };

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    int64_t octets[8], messages[8];
    int errors[8];
    int count, removed;
} heard = {.gate = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void on_event(const mm_queue_event *event, void *user) {
    CHECK(user == &heard);
    CHECK_INT(sizeof *event, event->size);
    CHECK_TEXT("sender@example.net", event->sender);
    if (event->kind == MM_QUEUE_EVENT_REMOVED) {
        CHECK_TEXT("ann@example.org", event->recipient);
        pthread_mutex_lock(&heard.gate);
        heard.removed++;
        pthread_cond_broadcast(&heard.moved);
        pthread_mutex_unlock(&heard.gate);
        return;
    }
    CHECK_INT(MM_QUEUE_EVENT_QUOTA, event->kind); /* all of this mail is for a mailbox */
    CHECK_TEXT("ann", event->recipient);
    CHECK(event->id[0] && event->time > 1600000000000);
    CHECK_TEXT(event->error ? "4.2.2" : "2.0.0", event->status);
    CHECK(strstr(event->reply, "full"));
    CHECK_INT(LIMIT, event->quota_octets);
    CHECK_INT(9, event->quota_messages);
    pthread_mutex_lock(&heard.gate);
    CHECK(heard.count < 8);
    heard.octets[heard.count] = event->mailbox_octets;
    heard.messages[heard.count] = event->mailbox_messages;
    heard.errors[heard.count++] = event->error;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

static void wait_events(int count) {
    pthread_mutex_lock(&heard.gate);
    while (heard.count < count)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

static void make_text(char *text) {
    memset(text, 'x', TEXT);
    for (int i = 78; i + 1 < TEXT; i += 80)
        memcpy(text + i, "\r\n", 2);
    memcpy(text, "Subject: x\r\n\r\n", 14);
    strcpy(text + TEXT, "\r\n");
}

static void a_message(void) {
    char text[TEXT + 3];
    make_text(text);
    CHECK_INT(250, smtp_message("ann@example.org", text));
}

/* What RCPT says to a message of that size; 0: none is declared. */
static int rcpt(int size) {
    struct wire wire;
    char command[80];
    int code;
    smtp_open(&wire);
    sprintf(command, size ? "MAIL FROM:<sender@example.net> SIZE=%d" : "MAIL FROM:<sender@example.net>", size);
    CHECK_INT(250, wire_smtp(&wire, command));
    code = wire_smtp(&wire, "RCPT TO:<ann@example.org>");
    CHECK(code == 250 || strstr(wire.line, code == 452 ? "4.2.2" : "5.2.2"));
    wire_smtp(&wire, "QUIT");
    wire_close(&wire);
    return code;
}

static void wait_removed(int count) {
    pthread_mutex_lock(&heard.gate);
    while (heard.removed < count)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

/* The only message of the queue, which waits for ann's mailbox; its id goes into the room. */
static mm_queue_recipient one_waits(mm_engine *engine, char *id) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT;
    mm_queue_cursor *cursor = NULL;
    char text[4000];
    size_t length = 0, count = 1;
    do { /* local delivery has its own time */
        CHECK_OK(mm_queue_get_counts(engine, &counts));
    } while (counts.messages == 0);
    CHECK_INT(1, counts.messages);
    CHECK_INT(1, counts.recipients);
    CHECK_INT(1, counts.deferred);
    CHECK_OK(mm_queue_open(engine, NULL, &cursor));
    CHECK_OK(mm_queue_next(cursor, &message));
    if (!message.id)
        exit(check_result());
    CHECK_TEXT("sender@example.net", message.sender);
    CHECK_INT(1, message.recipients);
    CHECK_INT(1, message.open);
    CHECK(message.length > TEXT && message.expires > message.received);
    snprintf(id, MM_QUEUE_ID_SIZE, "%s", message.id);
    CHECK_OK(mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_TEXT("ann@example.org", recipient.address);
    CHECK_INT(MM_QUEUE_STATE_DEFERRED, recipient.state);
    CHECK_INT(recipient.error ? 1 : 0, recipient.attempts);
    CHECK_TEXT(recipient.error ? "4.2.2" : "", recipient.status);
    for (; count > 0; length += count)
        CHECK_OK(mm_queue_read(cursor, text + length, sizeof text - 1 - length, &count));
    text[length] = '\0';
    CHECK(strstr(text, "Subject: x\n") && strncmp(text, "Return-Path", 11) != 0);
    mm_queue_close(cursor);
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_queue_hold(engine, id));
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_queue_release(engine, id));
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_queue_redirect(engine, id, NULL, "bob@example.org", NULL, 0));
    return recipient;
}

static void none_waits(mm_engine *engine, const char *id) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    do { /* the event comes a moment before */
        CHECK_OK(mm_queue_get_counts(engine, &counts));
    } while (counts.messages > 0);
    CHECK_INT(0, counts.deferred);
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_remove(engine, id));
}

static void ann_deletes(int count) {
    struct wire wire;
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(count, pop_count(&wire));
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(1, wire_pop(&wire, "DELE 2"));
    pop_close(&wire);
}

/* A recipient was accepted when there was room: the host finds the message that waits for it. */
static void what_waits_is_found(mm_engine *engine) {
    struct wire early;
    char id[MM_QUEUE_ID_SIZE], text[TEXT + 3];
    mm_queue_recipient recipient;
    smtp_open(&early);
    CHECK_INT(354, smtp_data(&early, "ann@example.org"));
    a_message();
    wait_events(4); /* full */
    make_text(text);
    wire_write(&early, text);
    CHECK_INT(250, wire_smtp(&early, "."));
    wire_close(&early);
    recipient = one_waits(engine, id);
    CHECK_INT(MM_E_FULL, recipient.error);
    CHECK(recipient.next_attempt > recipient.last_attempt);
    ann_deletes(3);
    CHECK_OK(mm_queue_retry(engine, id));
    wait_events(5); /* it is there, and the mailbox half full again */
    none_waits(engine, id);
}

/* Its sender has it held (RFC 4865). */
static void what_is_held_is_found(mm_engine *engine) {
    struct wire wire;
    char id[MM_QUEUE_ID_SIZE], text[TEXT + 3];
    mm_queue_recipient recipient;
    make_text(text);
    smtp_open(&wire);
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<sender@example.net> HOLDFOR=600"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    wire_write(&wire, text);
    CHECK_INT(250, wire_smtp(&wire, "."));
    wire_close(&wire);
    recipient = one_waits(engine, id);
    CHECK_OK(recipient.error);
    CHECK_INT(0, recipient.last_attempt);
    CHECK(recipient.next_attempt > 1600000000000);
    CHECK_OK(mm_queue_retry(engine, id));
    CHECK_OK(mm_queue_remove(engine, id));
    wait_removed(1);
    none_waits(engine, id);
}

int main(void) {
    mm_engine *engine = mm_engine_default();
    server_settings();
    CHECK_OK(mm_engine_set(engine, "quota", "ann;4000;9"));
    CHECK_OK(mm_engine_set(engine, "quota_warn", "50"));
    CHECK_OK(mm_engine_set(engine, "future_release_max", "3600"));
    CHECK_OK(mm_queue_set_events(engine, on_event, &heard));
    server_start(NULL, 0);

    a_message();
    CHECK_INT(250, rcpt(TEXT));
    a_message();
    wait_events(1); /* more than half of it */
    CHECK_OK(heard.errors[0]);
    CHECK_INT(2, heard.messages[0]);
    CHECK(heard.octets[0] > 2 * TEXT && heard.octets[0] < LIMIT);
    CHECK_INT(250, rcpt(0));
    CHECK_INT(452, rcpt(LIMIT - (int)heard.octets[0] + 1));
    CHECK_INT(552, rcpt(LIMIT + 1)); /* it will never fit */

    a_message();
    wait_events(2);
    CHECK_INT(MM_E_FULL, heard.errors[1]);
    CHECK_INT(3, heard.messages[1]);
    CHECK(heard.octets[1] >= LIMIT);
    CHECK_INT(552, rcpt(0));
    CHECK_INT(552, rcpt(1));

    ann_deletes(3); /* who deletes has room, and is told again */
    CHECK_INT(250, rcpt(TEXT));
    a_message();
    wait_events(3);
    CHECK_OK(heard.errors[2]);
    CHECK_INT(2, heard.messages[2]);

    what_waits_is_found(engine);
    what_is_held_is_found(engine);
    server_stop();
    return check_result();
}
