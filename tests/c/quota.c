/* A mailbox with a quota: 452 where a message does not fit, 552 where nothing does, and the events that tell the host
 * of it before and then. */
#include "server.h"
#include <pthread.h>

enum { LIMIT = 4000, TEXT = 1200 };

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    int64_t octets[8], messages[8];
    int errors[8];
    int count;
} heard = {.gate = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void on_event(const mm_queue_event *event, void *user) {
    CHECK(user == &heard);
    CHECK_INT(sizeof *event, event->size);
    CHECK_INT(MM_QUEUE_EVENT_QUOTA, event->kind); /* all of this mail is for a mailbox */
    CHECK_TEXT("ann", event->recipient);
    CHECK_TEXT("sender@example.net", event->sender);
    CHECK(event->id[0] && event->time > 1600000000000);
    CHECK_TEXT(event->error ? "4.2.2" : "", event->status);
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

static void a_message(void) {
    char text[TEXT + 3];
    memset(text, 'x', TEXT);
    for (int i = 78; i + 1 < TEXT; i += 80)
        memcpy(text + i, "\r\n", 2);
    memcpy(text, "Subject: x\r\n\r\n", 14);
    strcpy(text + TEXT, "\r\n");
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

int main(void) {
    mm_engine *engine = mm_engine_default();
    struct wire wire;
    server_settings();
    CHECK_OK(mm_engine_set(engine, "quota", "ann;4000;9"));
    CHECK_OK(mm_engine_set(engine, "quota_warn", "50"));
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

    CHECK_INT(1, pop_open(&wire, "ann", "secret")); /* who deletes has room, and is told again */
    CHECK_INT(3, pop_count(&wire));
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(1, wire_pop(&wire, "DELE 2"));
    pop_close(&wire);
    CHECK_INT(250, rcpt(TEXT));
    a_message();
    wait_events(3);
    CHECK_OK(heard.errors[2]);
    CHECK_INT(2, heard.messages[2]);
    server_stop();
    return check_result();
}
