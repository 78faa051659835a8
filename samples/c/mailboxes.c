/*
 * Puts a file into a user's mailbox, waits until it is told of as new mail, shows what the mailbox holds, and deletes
 * the message again, all without POP3: mailboxes CONFIG USER FILE.
 */
#include "system.h"
#include <mailmodule.h>
#include <string.h>

static char wanted[25];
static struct flag has_come = FLAG_INIT;

/* Comes on a thread of the library, one event at a time. */
static void on_mail(const mm_mailbox_event *event, void *user) {
    (void)user;
    printf("new mail for %s from <%s>: %s, %lld octets\n", event->name, event->sender, event->id,
           (long long)event->octets);
    flag_set(&has_come, 1);
}

/* The subject of a message, by the library's reader of messages. */
static void print_message(mm_mailbox *mailbox, int index) {
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    mm_field field = MM_FIELD_INIT;
    mm_message *opened = NULL;
    int number = -1;

    if (mm_mailbox_get_message(mailbox, index, &message) != MM_OK)
        return;
    printf("%d: %s, %lld octets%s%s", index, message.id, (long long)message.octets,
           message.flags & MM_MAILBOX_SEEN ? ", seen" : "", message.flags & MM_MAILBOX_DELETED ? ", deleted" : "");
    if (mm_mailbox_open_message(mailbox, index, NULL, &opened) == MM_OK &&
        mm_message_find_field(opened, 0, "Subject", 0, &number) == MM_OK && number >= 0 &&
        mm_message_get_field(opened, 0, number, &field) == MM_OK)
        printf(", %s", field.text);
    printf("\n");
    mm_message_free(opened);
}

static void print_folders(mm_engine *engine, const char *name) {
    char folder[201];
    for (int i = 0; mm_mailbox_get_folder(engine, name, i, folder, sizeof folder) == MM_OK && *folder; i++)
        printf("folder %s\n", folder);
}

/* The message whose unique id holds the id that it has in the spool; -1 if there is none. */
static int find(mm_mailbox *mailbox, int count) {
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    for (int i = 0; i < count; i++)
        if (mm_mailbox_get_message(mailbox, i, &message) == MM_OK && strstr(message.id, wanted))
            return i;
    return -1;
}

static int look_and_delete(mm_engine *engine, const char *name) {
    mm_mailbox *mailbox;
    int count = 0, index, result = mm_mailbox_open(engine, name, NULL, 0, &mailbox);
    if (result != MM_OK)
        return result;
    result = mm_mailbox_get_count(mailbox, &count, NULL);
    for (int i = 0; i < count; i++)
        print_message(mailbox, i);
    index = find(mailbox, count);
    if (result == MM_OK)
        result = index < 0 ? MM_E_NOT_FOUND : mm_mailbox_delete(mailbox, &index, 1, NULL);
    if (result == MM_OK)
        printf("deleted %d\n", index);
    mm_mailbox_close(mailbox);
    return result;
}

int main(int argc, char **argv) {
    mm_engine *engine = mm_engine_default();
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    int result;

    if (argc != 4) {
        fprintf(stderr, "usage: mailboxes CONFIG USER FILE\n");
        return 2;
    }
    show_lines_at_once();
    mm_mailbox_set_events(engine, on_mail, NULL);
    result = mm_engine_load(engine, argv[1]);
    delivery.name = argv[2];
    delivery.path = argv[3];
    if (result == MM_OK)
        result = mm_mailbox_deliver(engine, &delivery, wanted);
    if (result == MM_OK) {
        flag_wait(&has_come);
        print_folders(engine, argv[2]);
        result = look_and_delete(engine, argv[2]);
    }
    if (result != MM_OK)
        fprintf(stderr, "mailboxes: %s\n", mm_last_error_message());
    mm_engine_stop(engine, 5000);
    return result != MM_OK;
}
