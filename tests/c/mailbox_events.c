/* mm_mailbox_set_events: the host hears of new mail, however it came. */
#include "mailboxes.h"
#include <pthread.h>

enum { MOST = 64 };

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    struct {
        int64_t sequence, octets;
        char name[32], folder[64], id[80], sender[64];
    } events[MOST];
    int count, inside, is_held, looks;
} heard = {.gate = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

/* In the call the message is there to be read. */
static void look(const mm_mailbox_event *event) {
    mm_mailbox *mailbox = open_mailbox(event->name, event->folder, MM_MAILBOX_SHARED);
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    int index;
    CHECK_OK(mm_mailbox_find(mailbox, event->id, &index));
    CHECK_OK(mm_mailbox_get_message(mailbox, index, &message));
    CHECK_INT(event->octets, message.octets);
    CHECK_OK(mm_mailbox_close(mailbox));
    CHECK_INT(MM_E_STATE, mm_engine_stop(mm_engine_default(), 0));
}

static void on_mail(const mm_mailbox_event *event, void *user) {
    CHECK(user == &heard);
    CHECK_INT(sizeof *event, event->size);
    if (heard.looks)
        look(event);
    pthread_mutex_lock(&heard.gate);
    CHECK_INT(0, heard.inside++); /* one at a time */
    while (heard.is_held)
        pthread_cond_wait(&heard.moved, &heard.gate);
    if (heard.count < MOST) {
        int i = heard.count++;
        heard.events[i].sequence = event->sequence;
        heard.events[i].octets = event->octets;
        snprintf(heard.events[i].name, sizeof heard.events[i].name, "%s", event->name);
        snprintf(heard.events[i].folder, sizeof heard.events[i].folder, "%s", event->folder);
        snprintf(heard.events[i].id, sizeof heard.events[i].id, "%s", event->id);
        snprintf(heard.events[i].sender, sizeof heard.events[i].sender, "%s", event->sender);
    }
    heard.inside--;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

static void wait_for(int count) {
    pthread_mutex_lock(&heard.gate);
    while (heard.count < count)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

static void hold(int is_held) {
    pthread_mutex_lock(&heard.gate);
    heard.is_held = is_held;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

static void mail_of_both_ways(void) {
    char id[25];
    heard.looks = 1;
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: one\r\n\r\nx\r\n"));
    wait_for(1);
    CHECK_TEXT("ann", heard.events[0].name);
    CHECK_TEXT("", heard.events[0].folder);
    CHECK_TEXT("sender@example.net", heard.events[0].sender);
    CHECK_INT(1, heard.events[0].sequence);
    CHECK_OK(deliver("bob", "spam", "Subject: two\n\nx\n", id));
    wait_for(2);
    CHECK_TEXT("bob", heard.events[1].name);
    CHECK_TEXT("spam", heard.events[1].folder);
    CHECK(strstr(heard.events[1].id, id));
    CHECK_TEXT("eve@there.example", heard.events[1].sender);
    CHECK_INT(2, heard.events[1].sequence);
    heard.looks = 0;
}

static void one_that_blocks_holds_up_no_delivery(void) {
    mm_mailbox *mailbox;
    hold(1);
    for (int i = 0; i < 20; i++)
        CHECK_OK(deliver("ann", NULL, "Subject: many\n\n", NULL));
    mailbox = open_mailbox("ann", NULL, 0);
    CHECK_INT(21, count_of(mailbox));
    CHECK_OK(mm_mailbox_close(mailbox));
    CHECK_INT(2, heard.count);
    hold(0);
    wait_for(22);
    for (int i = 0; i < 22; i++)
        CHECK_INT(i + 1, heard.events[i].sequence);
}

static void nobody_hears_and_then_somebody_again(void) {
    CHECK_OK(mm_mailbox_set_events(mm_engine_default(), NULL, NULL));
    CHECK_OK(deliver("ann", NULL, "Subject: unheard\n\n", NULL));
    CHECK_OK(mm_mailbox_close(open_mailbox("ann", NULL, 0)));
    CHECK_INT(22, heard.count);
    CHECK_OK(mm_mailbox_set_events(mm_engine_default(), on_mail, &heard));
    CHECK_OK(deliver("ann", NULL, "Subject: heard\n\n", NULL));
    wait_for(23);
    CHECK_INT(24, heard.events[22].sequence); /* the gap tells it */
}

static void it_stays_over_a_stop(void) {
    server_stop();
    CHECK_OK(deliver("bob", NULL, "Subject: later\n\n", NULL)); /* which starts the engine */
    wait_for(24);
    CHECK_TEXT("bob", heard.events[23].name);
    CHECK_INT(25, heard.events[23].sequence);
}

int main(void) {
    server_settings();
    CHECK_OK(mm_mailbox_set_events(mm_engine_default(), on_mail, &heard)); /* which starts nothing */
    server_start(NULL, 0);
    mail_of_both_ways();
    one_that_blocks_holds_up_no_delivery();
    nobody_hears_and_then_somebody_again();
    it_stays_over_a_stop();
    server_stop();
    return check_result();
}
