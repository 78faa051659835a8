/*
 * Queues a file for delivery and watches it until nothing of it is left in the queue: queue CONFIG SENDER RECIPIENT
 * FILE. "hold", "retry" and so on are one call each: mm_queue_hold, mm_queue_retry.
 */
#include "system.h"
#include <mailmodule.h>
#include <string.h>

static char recipient_of_ours[320];
static struct flag final_kind = FLAG_INIT;

static const char *const kinds[] = {"", "queued", "deferred", "delivered", "bounced", "removed"};

/* Comes on a thread of the library, one event at a time. */
static void on_event(const mm_queue_event *event, void *user) {
    (void)user;
    printf("%lld %s %s: %s", (long long)event->sequence, event->id, event->recipient, kinds[event->kind]);
    if (*event->host)
        printf(" by %s", event->host);
    if (*event->reply)
        printf(", %s", event->reply);
    printf("\n");
    if (event->kind != MM_QUEUE_EVENT_QUEUED && event->kind != MM_QUEUE_EVENT_DEFERRED &&
        strcmp(event->recipient, recipient_of_ours) == 0)
        flag_set(&final_kind, event->kind);
}

/* What waits, before we begin: from an earlier run. */
static void print_queue(mm_engine *engine) {
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_cursor *cursor;

    if (mm_queue_open(engine, NULL, &cursor) != MM_OK)
        return;
    while (mm_queue_next(cursor, &message) == MM_OK && message.id)
        for (int i = 0; i < message.recipients; i++) {
            mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT;
            mm_queue_get_recipient(cursor, i, &recipient);
            printf("waiting: %s for %s, %d attempts, %s\n", message.id, recipient.address, recipient.attempts,
                   recipient.reply);
        }
    mm_queue_close(cursor);
}

static int enqueue(mm_engine *engine, const char *sender, const char *recipient, const char *file) {
    mm_send *send;
    int outcome = MM_OK, result = mm_send_new(engine, NULL, sender, &send);
    if (result == MM_OK)
        result = mm_send_add_recipient(send, recipient, MM_SEND_NOTIFY_DEFAULT, NULL);
    if (result == MM_OK)
        result = mm_send_set_file(send, file);
    if (result == MM_OK)
        result = mm_send_start(send);
    if (result == MM_OK && (result = mm_send_wait(send, -1)) == MM_OK)
        result = mm_send_get_outcome(send, &outcome);
    mm_send_free(send);
    return result == MM_OK ? outcome : result;
}

int main(int argc, char **argv) {
    mm_engine *engine = mm_engine_default();
    int result;

    if (argc != 5) {
        fprintf(stderr, "usage: queue CONFIG SENDER RECIPIENT FILE\n");
        return 2;
    }
    show_lines_at_once();
    snprintf(recipient_of_ours, sizeof recipient_of_ours, "%s", argv[3]);
    mm_queue_set_events(engine, on_event, NULL);
    if (LoadConfig(argv[1]) < 0) {
        fprintf(stderr, "queue: %s\n", mm_last_error_message());
        return 1;
    }
    print_queue(engine);
    result = enqueue(engine, argv[2], argv[3], argv[4]);
    if (result != MM_OK) {
        fprintf(stderr, "queue: not queued: %s\n", mm_strerror(result));
        return 1;
    }
    result = flag_wait(&final_kind);
    mm_engine_stop(engine, 10000);
    return result == MM_QUEUE_EVENT_DELIVERED ? 0 : 1;
}
