/* mm_queue_...: what is in the queue and what can be done with it while delivery runs, its events, and that a restart
 * keeps it. */
#include "remote.h"
#include "server.h"

static struct remote remote; /* the smarthost */

/* ---- events ---- */

enum { EVENTS = 4096 };

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

static void on_event(const mm_queue_event *event, void *user) {
    CHECK(user == &heard);
    CHECK_INT(sizeof *event, event->size);
    CHECK(event->time > 1600000000000);
    CHECK_TEXT("", event->tls);
    pthread_mutex_lock(&heard.gate);
    CHECK_INT(0, heard.inside++); /* one at a time */
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

/* Waits for an event of the kind about the recipient, the next one after those that were asked for before; tells which
 * it is. */
static int wait_event(int kind, const char *recipient) {
    static int looked_at;
    pthread_mutex_lock(&heard.gate);
    for (;; pthread_cond_wait(&heard.moved, &heard.gate)) {
        if (looked_at > heard.count)
            looked_at = 0; /* a new list */
        for (int i = looked_at; i < heard.count; i++)
            if (heard.events[i].kind == kind && strcmp(heard.events[i].recipient, recipient) == 0) {
                looked_at = i + 1;
                pthread_mutex_unlock(&heard.gate);
                return i;
            }
    }
}

static void sequence_has_no_gap(void) {
    pthread_mutex_lock(&heard.gate);
    for (int i = 1; i < heard.count; i++)
        CHECK_INT(heard.events[i - 1].sequence + 1, heard.events[i].sequence);
    pthread_mutex_unlock(&heard.gate);
}

static void forget_events(void) {
    pthread_mutex_lock(&heard.gate);
    heard.count = 0;
    pthread_mutex_unlock(&heard.gate);
}

/* ---- what the tests do with the queue ---- */

/* Queues a message; its id goes into the room. */
static void enqueue_from(const char *sender, const char *recipient, const char *text, char *id) {
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

static void enqueue(const char *recipient, char *id) {
    enqueue_from("bert@example.net", recipient, "Subject: queued\nDate: today\nMessage-ID: <1@x>\n\ntext\n", id);
}

static mm_queue_counts counts(void) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    CHECK_OK(mm_queue_get_counts(mm_engine_default(), &counts));
    CHECK_INT(counts.recipients, counts.ready + counts.active + counts.deferred + counts.held + counts.failed);
    return counts;
}

static mm_queue_cursor *open_cursor(const char *id) {
    mm_queue_cursor *cursor = NULL;
    CHECK_OK(mm_queue_open(mm_engine_default(), id, &cursor));
    return cursor;
}

/* What is on a connection leaves when its attempt has ended; an event tells it. */
static void wait_messages(int count) {
    pthread_mutex_lock(&heard.gate);
    while (counts().messages > count)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

/* The state of the first recipient of a message; 0 if it is not in the queue. */
static int state_of(const char *id) {
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

static int number_of_messages(void) {
    mm_queue_cursor *cursor = open_cursor(NULL);
    int count = 0;
    while (step(cursor))
        count++;
    mm_queue_close(cursor);
    return count;
}

/* ---- tests ---- */

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

static void it_is_redirected(const char *id) {
    char new_id[MM_QUEUE_ID_SIZE];
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
}

static void the_new_one_is_delivered(void) {
    int delivered = wait_event(MM_QUEUE_EVENT_DELIVERED, "eve@far.example");
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
    pthread_mutex_lock(&heard.gate);
    count = heard.count;
    pthread_mutex_unlock(&heard.gate);
    enqueue("later6@far.example", id);
    CHECK_OK(mm_queue_remove(mm_engine_default(), id));
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

/* ---- arguments and handles ---- */

static void refuses(mm_queue_cursor *cursor) {
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT;
    size_t length;
    char octets[10];
    CHECK_INT(MM_E_HANDLE, mm_queue_next(cursor, &message));
    CHECK_INT(MM_E_HANDLE, mm_queue_next(cursor, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_INT(MM_E_HANDLE, mm_queue_read(cursor, octets, sizeof octets, &length));
    CHECK_INT(cursor ? MM_E_HANDLE : MM_OK, mm_queue_close(cursor));
}

static void what_is_no_handle(void) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    mm_queue_cursor *cursor = open_cursor(NULL), *none = (mm_queue_cursor *)8;
    mm_queue_close(cursor);
    refuses(cursor);
    refuses(NULL);
    refuses((mm_queue_cursor *)8);
    refuses((mm_queue_cursor *)(void *)mm_engine_default());
    CHECK_INT(MM_E_HANDLE, mm_queue_open(NULL, NULL, &none));
    CHECK(none == NULL);
    CHECK_INT(MM_E_HANDLE, mm_queue_get_counts((mm_engine *)(void *)cursor, &counts));
    CHECK_INT(MM_E_HANDLE, mm_queue_retry(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_hold(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_release(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_remove(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_redirect(NULL, "x", NULL, "eve@far.example", NULL, 0));
    CHECK_INT(MM_E_HANDLE, mm_queue_set_events(NULL, on_event, NULL));
}

static void arguments(void) {
    mm_engine *engine = mm_engine_default();
    mm_queue_counts counts = {.size = 8};
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_recipient recipient = {.size = 0};
    mm_queue_cursor *cursor = (mm_queue_cursor *)8;
    char id[MM_QUEUE_ID_SIZE], octets[10];
    size_t length;

    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_counts(engine, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_counts(engine, &counts));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_open(engine, NULL, NULL));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_open(engine, "0000000000", &cursor));
    CHECK(cursor == NULL);
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_open(engine, "", &cursor));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_open(engine, "\xff", &cursor));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_retry(engine, "\xff"));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_remove(engine, "../../etc/passwd"));

    enqueue("later7@far.example", id);
    cursor = open_cursor(id);
    message.size--;
    CHECK_INT(MM_E_ARGUMENT, mm_queue_next(cursor, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_next(cursor, NULL));
    message.size = sizeof message;
    CHECK_INT(1, next_message(cursor, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_read(cursor, NULL, 10, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_read(cursor, octets, 0, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_read(cursor, octets, 10, NULL));
    mm_queue_close(cursor);
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, NULL, NULL, "eve@far.example", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, NULL, NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, "no address", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, "no address", "eve@far.example", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, "eve@far.example", octets, sizeof octets));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, "eve@far.example", NULL, 32));
    CHECK_OK(mm_queue_remove(engine, id));
}

int main(void) {
    char smarthost[64], id[MM_QUEUE_ID_SIZE];

    server_settings();
    remote_start(&remote);
    sprintf(smarthost, "127.0.0.1:%d", remote.port);
    SetConfigParamString("smtpproxy", smarthost);
    CHECK_OK(mm_last_error());
    CHECK_OK(mm_queue_set_events(mm_engine_default(), on_event, &heard));
    server_start(NULL, 0);
    an_empty_queue();
    one_that_is_delivered();
    one_that_is_deferred(id);
    it_can_be_looked_at(id);
    it_is_held_and_released(id);
    it_is_tried_again(id);
    it_is_redirected(id);
    the_new_one_is_delivered();
    one_that_is_refused();
    it_is_removed();
    a_callback_may_call_back();
    walks_while_it_changes();
    a_restart_keeps_it();
    nobody_hears();
    the_old_functions_queue();
    what_is_no_handle();
    arguments();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
