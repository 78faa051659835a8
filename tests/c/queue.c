/* mm_queue_...: what is in the queue and what can be done with it while delivery runs, its events, and that a restart
 * keeps it. */
#include "queues.h"

static void an_empty_queue(void) {
    mm_queue_cursor *cursor = open_cursor(NULL);
    mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT;
    size_t length = 1;
    char octets[10];
    CHECK_INT(0, counts().messages);
    CHECK_INT(MM_E_STATE, mm_queue_get_recipient(cursor, 0, &recipient)); /* before the first */
    CHECK_INT(MM_E_STATE, mm_queue_read(cursor, octets, sizeof octets, &length));
    CHECK_INT(0, length);
    CHECK_INT(0, step(cursor));
    CHECK_INT(0, step(cursor));
    CHECK_INT(MM_E_STATE, mm_queue_read(cursor, octets, sizeof octets, &length));
    CHECK_OK(mm_queue_close(cursor));
    CHECK_OK(mm_queue_retry(mm_engine_default(), NULL));
    CHECK_OK(mm_queue_hold(mm_engine_default(), NULL));
    CHECK_OK(mm_queue_release(mm_engine_default(), NULL));
    CHECK_OK(mm_queue_remove(mm_engine_default(), NULL));
}

static void one_that_is_delivered(void) {
    char id[MM_QUEUE_ID_SIZE];
    enqueue("ann@far.example", id);
    int queued = wait_event(MM_QUEUE_EVENT_QUEUED, "ann@far.example");
    int delivered = wait_event(MM_QUEUE_EVENT_DELIVERED, "ann@far.example");
    CHECK_TEXT(id, heard.events[queued].id);
    CHECK_TEXT("bert@example.net", heard.events[queued].sender);
    CHECK_OK(heard.events[queued].error);
    CHECK_TEXT(id, heard.events[delivered].id);
    CHECK_INT(250, heard.events[delivered].reply_code);
    CHECK_INT(1, heard.events[delivered].attempts);
    CHECK_TEXT("127.0.0.1", heard.events[delivered].host);
    CHECK_INT(0, state_of(id));
    CHECK(strstr(remote.text, "Subject: queued\n"));
}

static void one_that_is_deferred(char *id) {
    enqueue("later@far.example", id);
    int deferred = wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example");
    CHECK_TEXT(id, heard.events[deferred].id);
    CHECK_INT(MM_E_REFUSED_TEMPORARY, heard.events[deferred].error);
    CHECK_INT(451, heard.events[deferred].reply_code);
    CHECK_TEXT("4.7.1", heard.events[deferred].status);
    CHECK(strstr(heard.events[deferred].reply, "Come back later"));
    CHECK_INT(1, heard.events[deferred].has_next);
    CHECK_INT(1, counts().messages);
    CHECK_INT(1, counts().deferred);
}

static void it_can_be_looked_at(const char *id) {
    mm_queue_cursor *cursor = open_cursor(id);
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT, again = {.size = sizeof again};
    char text[2000];
    size_t length = 0, count = 1;

    CHECK_INT(1, next_message(cursor, &message));
    CHECK_TEXT(id, message.id);
    CHECK_TEXT("bert@example.net", message.sender);
    CHECK_INT(1, message.recipients);
    CHECK_INT(1, message.open);
    CHECK(message.received > 1600000000000);
    CHECK_INT(86400000, message.expires - message.received);
    CHECK_OK(mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_TEXT("later@far.example", recipient.address);
    CHECK_INT(MM_QUEUE_STATE_DEFERRED, recipient.state);
    CHECK_INT(MM_E_REFUSED_TEMPORARY, recipient.error);
    CHECK_INT(451, recipient.reply_code);
    CHECK_INT(1, recipient.attempts);
    CHECK_TEXT("4.7.1", recipient.status);
    CHECK_TEXT("127.0.0.1", recipient.host);
    CHECK(strstr(recipient.reply, "Come back later"));
    CHECK(recipient.next_attempt > recipient.last_attempt && recipient.last_attempt >= message.received);
    CHECK_OK(mm_queue_get_recipient(cursor, 0, &again));
    CHECK(again.address == recipient.address);
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, 1, &again));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, -1, &again));
    for (; count > 0; length += count) {
        CHECK_OK(mm_queue_read(cursor, text + length, 7, &count));
        CHECK(count <= 7);
    }
    text[length] = '\0';
    CHECK(strncmp(text, "Return-Path", 11) != 0);
    CHECK(strstr(text, "Subject: queued\nDate: today\nMessage-ID: <1@x>\n\ntext\n"));
    CHECK(message.length > (int64_t)length);
    CHECK_OK(mm_queue_read(cursor, text, 7, &count));
    CHECK_INT(0, count);
    CHECK_INT(0, next_message(cursor, &message)); /* all of it is 0 then */
    CHECK_INT(sizeof message, message.size);
    CHECK(!message.id && !message.sender && message.length == 0 && message.recipients == 0);
    CHECK_OK(mm_queue_close(cursor));
}

static void it_is_held_and_released(const char *id) {
    CHECK_OK(mm_queue_hold(mm_engine_default(), id));
    CHECK_INT(MM_QUEUE_STATE_HELD, state_of(id));
    CHECK_INT(1, counts().held);
    CHECK_OK(mm_queue_retry(mm_engine_default(), id));
    CHECK_INT(MM_QUEUE_STATE_HELD, state_of(id));
    CHECK_OK(mm_queue_release(mm_engine_default(), id));
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example"); /* tried again, and again too early */
}

static void it_is_tried_again(const char *id) {
    CHECK_OK(mm_queue_retry(mm_engine_default(), id));
    int deferred = wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example");
    CHECK_INT(3, heard.events[deferred].attempts);
}

/* It may be delivered before the event tells that the old one is gone. Returns how many events there were before. */
static int it_is_redirected(const char *id) {
    char new_id[MM_QUEUE_ID_SIZE];
    int before = count_events();
    mm_engine *engine = mm_engine_default();
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_redirect(engine, id, "other@far.example", "eve@far.example", NULL, 0));
    CHECK_OK(mm_queue_redirect(engine, id, "later@far.example", "eve@far.example", new_id, sizeof new_id));
    CHECK(strcmp(id, new_id) != 0);
    wait_event(MM_QUEUE_EVENT_REMOVED, "later@far.example");
    CHECK_INT(0, state_of(id));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_retry(engine, id));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_hold(engine, id));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_release(engine, id));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_remove(engine, id));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_redirect(engine, id, NULL, "eve@far.example", NULL, 0));
    return before;
}

static void the_new_one_is_delivered(int from) {
    int delivered = wait_event_from(from, MM_QUEUE_EVENT_DELIVERED, "eve@far.example");
    CHECK_TEXT("bert@example.net", heard.events[delivered].sender);
    CHECK(strstr(remote.rcpt, "<eve@far.example>"));
    CHECK(strstr(remote.text, "\n\ntext\n"));
}

static void one_that_is_refused(void) {
    char id[MM_QUEUE_ID_SIZE];
    struct wire wire;
    enqueue_from("ann@example.org", "nobody@far.example", "Subject: in vain\n\nx\n", id);
    int bounced = wait_event(MM_QUEUE_EVENT_BOUNCED, "nobody@far.example");
    CHECK_TEXT(id, heard.events[bounced].id);
    CHECK_INT(MM_E_REFUSED_PERMANENT, heard.events[bounced].error);
    CHECK_INT(550, heard.events[bounced].reply_code);
    CHECK_TEXT("5.1.1", heard.events[bounced].status);
    CHECK_INT(0, heard.events[bounced].has_next);
    pop_wait(&wire, "ann", "secret", 1); /* its sender is told */
    pop_close(&wire);
}

static void it_is_removed(void) {
    char id[MM_QUEUE_ID_SIZE];
    mm_queue_cursor *cursor;
    size_t length;
    char octets[10];
    enqueue("later2@far.example", id);
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later2@far.example");
    cursor = open_cursor(id);
    CHECK_INT(1, step(cursor));
    CHECK_OK(mm_queue_remove(mm_engine_default(), id));
    int removed = wait_event(MM_QUEUE_EVENT_REMOVED, "later2@far.example");
    CHECK_TEXT(id, heard.events[removed].id);
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_read(cursor, octets, sizeof octets, &length));
    mm_queue_close(cursor);
    CHECK_INT(0, counts().messages);
}

static void a_callback_may_call_back(void) {
    char id[MM_QUEUE_ID_SIZE];
    heard.calls_back = 1;
    enqueue("fred@far.example", id);
    wait_event(MM_QUEUE_EVENT_DELIVERED, "fred@far.example");
    pthread_mutex_lock(&heard.gate);
    while (heard.inside)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
    heard.calls_back = 0;
}

/* Walks while others are taken out and put in: none twice, and those that stay are all there. */
static void *change_queue(void *ids) {
    char(*id)[MM_QUEUE_ID_SIZE] = ids;
    for (int i = 0; i < 100; i += 2) {
        char new_id[MM_QUEUE_ID_SIZE];
        CHECK_OK(mm_queue_remove(mm_engine_default(), id[i]));
        enqueue("later-new@far.example", new_id);
        CHECK_OK(mm_queue_retry(mm_engine_default(), NULL));
    }
    return NULL;
}

static void walks_while_it_changes(void) {
    static char ids[100][MM_QUEUE_ID_SIZE];
    int seen[100] = {0};
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    pthread_t thread;
    for (int i = 0; i < 100; i++)
        enqueue("later3@far.example", ids[i]);
    mm_queue_cursor *cursor = open_cursor(NULL);
    pthread_create(&thread, NULL, change_queue, ids);
    for (int last = -1, i; next_message(cursor, &message); last = i) {
        for (i = 0; i < 100 && strcmp(ids[i], message.id) != 0; i++) {
        }
        CHECK(i < 100 && i > last); /* of those there at the beginning, oldest first */
        if (i < 100)
            seen[i]++;
    }
    mm_queue_close(cursor);
    pthread_join(thread, NULL);
    for (int i = 0; i < 100; i++)
        CHECK(i % 2 ? seen[i] == 1 : seen[i] <= 1);
    wait_messages(100);
    CHECK_INT(100, number_of_messages());
    CHECK_OK(mm_queue_remove(mm_engine_default(), NULL));
    wait_messages(0);
    CHECK_INT(0, number_of_messages());
}

static void a_restart_keeps_it(void) {
    char held[MM_QUEUE_ID_SIZE], deferred[MM_QUEUE_ID_SIZE];
    mm_queue_cursor *cursor;
    enqueue("later4@far.example", held);
    enqueue("later5@far.example", deferred);
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later5@far.example");
    CHECK_OK(mm_queue_hold(mm_engine_default(), held));
    cursor = open_cursor(NULL);
    CHECK_INT(1, step(cursor));
    sequence_has_no_gap();
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000));
    forget_events();
    CHECK_INT(0, step(cursor));
    CHECK_OK(mm_last_error());
    mm_queue_close(cursor);

    CHECK_INT(2, counts().messages); /* opens it again */
    CHECK_INT(MM_QUEUE_STATE_HELD, state_of(held));
    CHECK_INT(MM_QUEUE_STATE_DEFERRED, state_of(deferred));
    remote.takes_all = 1;
    CHECK_OK(mm_queue_retry(mm_engine_default(), NULL));
    int delivered = wait_event(MM_QUEUE_EVENT_DELIVERED, "later5@far.example"); /* the callback is kept too */
    CHECK_TEXT(deferred, heard.events[delivered].id);
    CHECK_INT(MM_QUEUE_STATE_HELD, state_of(held));
    CHECK_OK(mm_queue_release(mm_engine_default(), NULL));
    wait_event(MM_QUEUE_EVENT_DELIVERED, "later4@far.example");
    CHECK_INT(0, counts().messages);
    remote.takes_all = 0;
}

static void nobody_hears(void) {
    char id[MM_QUEUE_ID_SIZE];
    int count;
    CHECK_OK(mm_queue_set_events(mm_engine_default(), NULL, NULL));
    count = count_events();
    enqueue("later6@far.example", id);
    CHECK_OK(mm_queue_remove(mm_engine_default(), id));
    while (state_of(id) != 0) /* it leaves, and tells so, when its attempt has ended */
        sleep_microseconds(1000);
    CHECK_OK(mm_queue_set_events(mm_engine_default(), on_event, &heard));
    enqueue("gina@far.example", id);
    wait_event(MM_QUEUE_EVENT_DELIVERED, "gina@far.example");
    for (int i = count; i < heard.count; i++)
        CHECK_TEXT("gina@far.example", heard.events[i].recipient);
    CHECK(heard.events[count].sequence > heard.events[count - 1].sequence + 1); /* the gap tells it */
}

static void the_old_functions_queue(void) {
    ServerStream s = SRVInitSendMsgBackgaund("bert@example.net", "hans@far.example", NULL, NULL);
    CHECK(s != NULL);
    SRVprintf(&s, "Subject: by the old %s\n\nx\n", "function");
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    wait_event(MM_QUEUE_EVENT_DELIVERED, "hans@far.example");
    CHECK(strstr(remote.text, "Subject: by the old function\n"));
}

int main(void) {
    char id[MM_QUEUE_ID_SIZE];

    queue_start();
    an_empty_queue();
    one_that_is_delivered();
    one_that_is_deferred(id);
    it_can_be_looked_at(id);
    it_is_held_and_released(id);
    it_is_tried_again(id);
    the_new_one_is_delivered(it_is_redirected(id));
    one_that_is_refused();
    it_is_removed();
    a_callback_may_call_back();
    walks_while_it_changes();
    a_restart_keeps_it();
    nobody_hears();
    the_old_functions_queue();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
