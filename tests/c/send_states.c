/* mm_send_state_fn: states in order, each final one once, and what mm_send_free does to callbacks. */
#include "sends.h"

enum { EVENTS = 100 };

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    int recipients[EVENTS], states[EVENTS];
    int64_t values[EVENTS];
    int count, inside, finished, free_at, entered, let_go, returned;
} heard = {.gate = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void on_state(mm_send *send, int recipient, int state, int64_t value, void *user) {
    mm_send_result result = {.size = sizeof result};
    CHECK(user == &heard);
    CHECK_INT(MM_E_STATE, mm_send_wait(send, -1)); /* it would wait for this */
    if (state == STATE_SMTP_DONE || state == STATE_SMTP_ERROR) {
        CHECK_OK(mm_send_get_result(send, recipient, &result));
        CHECK_INT(state, result.state);
    }
    pthread_mutex_lock(&heard.gate);
    CHECK_INT(0, heard.inside++);
    CHECK_INT(0, heard.finished);
    heard.recipients[heard.count] = recipient;
    heard.states[heard.count] = state;
    heard.values[heard.count++] = value;
    heard.finished = state == STATE_SMTP_FINISHED;
    heard.entered = 1;
    pthread_cond_broadcast(&heard.moved);
    if (state == heard.free_at) {
        mm_send_free(send);
        CHECK_OK(mm_last_error());
        CHECK_INT(MM_E_HANDLE, mm_send_outcome(send));
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
    options.on_state = on_state;
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
        if (heard.recipients[i] == recipient && heard.states[i] == state)
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
    CHECK(place_of(-1, STATE_SMTP_CONNECTING) >= 0);
    CHECK(place_of(-1, STATE_SMTP_CONNECTING) < place_of(-1, STATE_SMTP_DIALOG));
    CHECK(place_of(-1, STATE_SMTP_DIALOG) < place_of(0, STATE_SMTP_DONE));
    CHECK(place_of(1, STATE_SMTP_ERROR) >= 0);
    CHECK(place_of(2, STATE_SMTP_DONE) >= 0);
    CHECK(heard.values[place_of(0, STATE_SMTP_DONE)] >= 18);
    CHECK_INT(550, heard.values[place_of(1, STATE_SMTP_ERROR)]);
    CHECK_INT(heard.count - 1, place_of(-1, STATE_SMTP_FINISHED));
    mm_send_free(send);
}

static void freed_inside_its_callback(int state) {
    mm_send *send = new_heard(state);
    int count;
    CHECK_OK(mm_send_start(send));
    pthread_mutex_lock(&heard.gate);
    while (heard.count == 0 || heard.states[heard.count - 1] != state || heard.inside > 0)
        pthread_cond_wait(&heard.moved, &heard.gate);
    count = heard.count;
    pthread_mutex_unlock(&heard.gate);
    CHECK_INT(MM_E_HANDLE, mm_send_cancel(send));
    /* another message's callbacks come after it, those of this one do not */
    is_taken(new_to_remote("ann@example.net"), "");
    CHECK_INT(count, heard.count);
}

static void block(mm_send *send, int recipient, int state, int64_t value, void *user) {
    (void)send, (void)recipient, (void)state, (void)value, (void)user;
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
    options.on_state = block;
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
    freed_inside_its_callback(STATE_SMTP_DIALOG);
    freed_inside_its_callback(STATE_SMTP_FINISHED);
    freed_while_its_callback_blocks();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
