/* mm_send_event_fn: states in order, each final one once, and what mm_send_free does to callbacks. */
#include "sends.h"

enum { EVENTS = 100 };

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    mm_send_event events[EVENTS];
    int count, inside, finished, free_at, entered, let_go, returned;
} heard = {.gate = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void on_event(mm_send *send, const mm_send_event *event, void *user) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    int outcome;
    CHECK(user == &heard);
    CHECK_INT(sizeof *event, event->size);
    CHECK_INT(MM_E_STATE, mm_send_wait(send, -1)); /* it would wait for this */
    if (event->state == MM_SEND_STATE_DONE || event->state == MM_SEND_STATE_FAILED) {
        CHECK_OK(mm_send_get_result(send, event->recipient, &result));
        CHECK_INT(event->state, result.state);
        CHECK_INT(event->error, result.error);
        CHECK_INT(event->reply_code, result.reply_code);
    }
    pthread_mutex_lock(&heard.gate);
    CHECK_INT(0, heard.inside++);
    CHECK_INT(0, heard.finished);
    heard.events[heard.count++] = *event;
    heard.finished = event->state == MM_SEND_STATE_FINISHED;
    heard.entered = 1;
    pthread_cond_broadcast(&heard.moved);
    if (event->state == heard.free_at) {
        CHECK_OK(mm_send_free(send));
        CHECK_INT(MM_E_HANDLE, mm_send_get_outcome(send, &outcome));
    }
    heard.inside--;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

static mm_send *new_heard(int free_at) {
    mm_send_options options = to_remote();
    pthread_mutex_lock(&heard.gate);
    heard.count = heard.finished = heard.entered = heard.let_go = heard.returned = 0;
    heard.free_at = free_at;
    pthread_mutex_unlock(&heard.gate);
    options.on_event = on_event;
    options.user = &heard;
    return new_send(&options, "ann@example.net");
}

static void wait_for(int *what) {
    pthread_mutex_lock(&heard.gate);
    while (!*what)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

/* Where a recipient's state stands among those heard; -1 if it does not, -2 if more than once. */
static int place_of(int recipient, int state) {
    int place = -1;
    for (int i = 0; i < heard.count; i++)
        if (heard.events[i].recipient == recipient && heard.events[i].state == state)
            place = place == -1 ? i : -2;
    return place;
}

static void states_come_in_order(void) {
    mm_send *send = new_heard(100);
    CHECK_OK(mm_send_add_recipient(send, "nobody@example.net", MM_SEND_NOTIFY_DEFAULT, NULL));
    CHECK_OK(mm_send_add_recipient(send, "ann@example.net", MM_SEND_NOTIFY_DEFAULT, NULL));
    CHECK_OK(mm_send_write(send, "Subject: heard\n\nx\n", 18));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(1, heard.finished); /* the last has returned */
    CHECK_INT(0, heard.inside);
    CHECK(place_of(-1, MM_SEND_STATE_CONNECTING) >= 0);
    CHECK(place_of(-1, MM_SEND_STATE_CONNECTING) < place_of(-1, MM_SEND_STATE_DIALOG));
    CHECK(place_of(-1, MM_SEND_STATE_DIALOG) < place_of(0, MM_SEND_STATE_DONE));
    CHECK(place_of(1, MM_SEND_STATE_FAILED) >= 0);
    CHECK(place_of(2, MM_SEND_STATE_DONE) >= 0);
    CHECK(heard.events[place_of(0, MM_SEND_STATE_DONE)].octets >= 18);
    CHECK_INT(250, heard.events[place_of(0, MM_SEND_STATE_DONE)].reply_code);
    CHECK_INT(MM_OK, heard.events[place_of(0, MM_SEND_STATE_DONE)].error);
    CHECK_INT(550, heard.events[place_of(1, MM_SEND_STATE_FAILED)].reply_code);
    CHECK_INT(MM_E_REFUSED_PERMANENT, heard.events[place_of(1, MM_SEND_STATE_FAILED)].error);
    CHECK_INT(heard.count - 1, place_of(-1, MM_SEND_STATE_FINISHED));
    mm_send_free(send);
}

static void freed_inside_its_callback(int state) {
    mm_send *send = new_heard(state);
    int count;
    CHECK_OK(mm_send_start(send));
    pthread_mutex_lock(&heard.gate);
    while (heard.count == 0 || heard.events[heard.count - 1].state != state || heard.inside > 0)
        pthread_cond_wait(&heard.moved, &heard.gate);
    count = heard.count;
    pthread_mutex_unlock(&heard.gate);
    CHECK_INT(MM_E_HANDLE, mm_send_cancel(send));
    /* another message's callbacks come after it, those of this one do not */
    is_taken(new_to_remote("ann@example.net"), "");
    CHECK_INT(count, heard.count);
}

static void block(mm_send *send, const mm_send_event *event, void *user) {
    (void)send, (void)event, (void)user;
    pthread_mutex_lock(&heard.gate);
    heard.entered = 1;
    pthread_cond_broadcast(&heard.moved);
    while (!heard.let_go)
        pthread_cond_wait(&heard.moved, &heard.gate);
    heard.returned = 1;
    pthread_mutex_unlock(&heard.gate);
}

static void *let_go(void *unused) {
    (void)unused;
    pthread_mutex_lock(&heard.gate);
    heard.let_go = 1;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
    return NULL;
}

/* mm_send_free waits for the callback that runs; the message itself does not. */
static void freed_while_its_callback_blocks(void) {
    mm_send_options options = to_remote();
    pthread_t thread;
    heard.entered = heard.let_go = heard.returned = 0;
    options.on_event = block;
    mm_send *send = new_send(&options, "ann@example.net");
    int messages = remote.messages;
    CHECK_OK(mm_send_start(send));
    wait_for(&heard.entered);
    pthread_mutex_lock(&remote.gate);
    while (remote.messages == messages)
        pthread_cond_wait(&remote.moved, &remote.gate);
    pthread_mutex_unlock(&remote.gate);
    CHECK_INT(MM_E_TIMEOUT, mm_send_wait(send, 0));
    pthread_create(&thread, NULL, let_go, NULL);
    mm_send_free(send);
    CHECK_INT(1, heard.returned);
    pthread_join(thread, NULL);
}

int main(void) {
    server_settings();
    remote_start(&remote);
    states_come_in_order();
    freed_inside_its_callback(MM_SEND_STATE_DIALOG);
    freed_inside_its_callback(MM_SEND_STATE_FINISHED);
    freed_while_its_callback_blocks();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
