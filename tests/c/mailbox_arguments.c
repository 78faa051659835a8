/* mm_mailbox_...: what is no handle and no argument; structures of other sizes (G4, G5). */
#include "mailboxes.h"

static void refuses(mm_mailbox *mailbox) {
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    mm_message *opened;
    int number;
    size_t length;
    char octets[10];
    CHECK_INT(MM_E_HANDLE, mm_mailbox_get_count(mailbox, &number, NULL));
    CHECK_INT(0, number);
    CHECK_INT(MM_E_HANDLE, mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_INT(MM_E_HANDLE, mm_mailbox_find(mailbox, "x", &number));
    CHECK_INT(-1, number);
    CHECK_INT(MM_E_HANDLE, mm_mailbox_read(mailbox, 0, 0, octets, sizeof octets, &length));
    CHECK_INT(0, length);
    CHECK_INT(MM_E_HANDLE, mm_mailbox_open_message(mailbox, 0, NULL, &opened));
    CHECK(opened == NULL);
    CHECK_INT(MM_E_HANDLE, mm_mailbox_delete(mailbox, NULL, 0, &number));
    CHECK_INT(mailbox ? MM_E_HANDLE : MM_OK, mm_mailbox_close(mailbox));
}

static void what_is_no_handle(void) {
    mm_mailbox *mailbox = open_mailbox("ann", NULL, 0), *none = (mm_mailbox *)8;
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    char text[201];
    CHECK_OK(mm_mailbox_close(mailbox));
    refuses(mailbox);
    refuses(NULL);
    refuses((mm_mailbox *)8);
    refuses((mm_mailbox *)(void *)mm_engine_default());
    CHECK_INT(MM_E_HANDLE, mm_mailbox_open(NULL, "ann", NULL, 0, &none));
    CHECK(none == NULL);
    CHECK_INT(MM_E_HANDLE, mm_mailbox_open((mm_engine *)(void *)mailbox, "ann", NULL, 0, &none));
    CHECK_INT(MM_E_HANDLE, mm_mailbox_get_folder(NULL, "ann", 0, text, sizeof text));
    CHECK_INT(MM_E_HANDLE, mm_mailbox_set_events(NULL, NULL, NULL));
    delivery.message = "x";
    CHECK_INT(MM_E_HANDLE, mm_mailbox_deliver(NULL, &delivery, NULL));
}

static void names(void) {
    static const char *const no_folders[] = {"..", "../bob", "a/../../b", "/etc", "a//b", "a\tb", "~", "\xff"};
    mm_engine *engine = mm_engine_default();
    mm_mailbox *mailbox = (mm_mailbox *)8;
    char text[201];
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, NULL, NULL, 0, &mailbox));
    CHECK(mailbox == NULL);
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, "\xff", NULL, 0, &mailbox));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, "ann", NULL, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, "ann", NULL, 4, &mailbox));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, "ann", NULL, -1, &mailbox));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_open(engine, "", NULL, 0, &mailbox));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_open(engine, "nobody", NULL, 0, &mailbox));
    for (size_t i = 0; i < sizeof no_folders / sizeof no_folders[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, "ann", no_folders[i], MM_MAILBOX_CREATE, &mailbox));
        CHECK_INT(MM_E_ARGUMENT, deliver("ann", no_folders[i], "x", NULL));
    }
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_folder(engine, NULL, 0, text, sizeof text));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_get_folder(engine, "nobody", 0, text, sizeof text));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_folder(engine, "ann", -1, text, sizeof text));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_folder(engine, "ann", 0, NULL, 9));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_folder(engine, "ann", 0, text, 0));
}

static void places(void) {
    mm_mailbox *mailbox;
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    mm_message *opened;
    size_t length;
    char octets[10];
    int number;
    CHECK_OK(deliver("ann", NULL, "Subject: x\n\n", NULL));
    mailbox = open_mailbox("ann", NULL, 0);
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_count(mailbox, NULL, NULL));
    message.size--;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_message(mailbox, 0, NULL));
    message.size++;
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_get_message(mailbox, 1, &message));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_get_message(mailbox, -1, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_find(mailbox, NULL, &number));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_find(mailbox, "x", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_read(mailbox, 0, 0, NULL, 10, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_read(mailbox, 0, 0, octets, 0, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_read(mailbox, 0, -1, octets, 10, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_read(mailbox, 0, 0, octets, 10, NULL));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_read(mailbox, 1, 0, octets, 10, &length));
    CHECK_OK(mm_mailbox_read(mailbox, 0, INT64_MAX, octets, 10, &length));
    CHECK_INT(0, length);
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open_message(mailbox, 0, NULL, NULL));
    options.flags = -1;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open_message(mailbox, 0, &options, &opened));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_open_message(mailbox, 1, NULL, &opened));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_delete(mailbox, NULL, 1, &number));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_delete(mailbox, &number, (size_t)INT32_MAX + 1, NULL));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_delete(mailbox, (int[]){-1}, 1, NULL));
    CHECK_OK(mm_mailbox_close(mailbox));
}

static void deliveries(void) {
    mm_engine *engine = mm_engine_default();
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    struct {
        mm_mailbox_delivery known;
        void *unknown;
    } larger = {MM_MAILBOX_DELIVERY_INIT, NULL};
    mm_mailbox *mailbox;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, NULL, NULL));
    delivery.name = "bob";
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL)); /* no content */
    delivery.message_size = 1;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.message = "x";
    delivery.path = "/nowhere/at/all";
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL)); /* two of them */
    delivery.path = NULL;
    delivery.from = "no address";
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.from = "\xff";
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.from = NULL;
    delivery.size--;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.size++;
    delivery.name = "nobody";
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.name = NULL;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL));
    larger.known.size = sizeof larger;
    larger.known.name = "bob";
    larger.known.message = "";
    larger.unknown = &larger;
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_mailbox_deliver(engine, &larger.known, NULL));
    larger.unknown = NULL;
    CHECK_OK(mm_mailbox_deliver(engine, &larger.known, NULL)); /* of no octets, it is one */
    mailbox = open_mailbox("bob", NULL, 0);
    CHECK_INT(1, count_of(mailbox));
    CHECK_OK(mm_mailbox_close(mailbox));
}

int main(void) {
    server_settings();
    what_is_no_handle();
    names();
    places();
    deliveries();
    server_stop();
    return check_result();
}
