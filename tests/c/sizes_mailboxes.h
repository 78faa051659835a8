/* The part of sizes.c about mailboxes. */
#ifndef SIZES_MAILBOXES_H
#define SIZES_MAILBOXES_H

#include "sizes.h"

/* One message is in the mailbox of max then. */
static void deliveries(mm_engine *engine, const char *zeros) {
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    CHECK_OK(mm_engine_set(engine, "user", "max;secret;;P"));
    delivery.name = "max";
    delivery.message = zeros;
    TRY(mm_mailbox_deliver);
    SIZES_REFUSED(delivery, mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.message_size = SIZE_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.message_size = (size_t)INT32_MAX + 1;
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_deliver(engine, &delivery, NULL));
    if (files_are_limited) {
        delivery.message_size = LARGEST_CONTENT;
        int code = mm_mailbox_deliver(engine, &delivery, NULL);
        CHECK(code == MM_E_FULL || code == MM_E_IO);
    }
    delivery.message_size = 0;
    CHECK_OK(mm_mailbox_deliver(engine, &delivery, NULL));
}

static void mailboxes(mm_engine *engine, const char *zeros) {
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    mm_mailbox *mailbox;
    mm_message *opened;
    size_t length;
    char text[201];
    int number;
    deliveries(engine, zeros);
    TRY(mm_mailbox_open);
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, "max", NULL, INT32_MAX, &mailbox));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_open(engine, "max", NULL, INT32_MIN, &mailbox));
    CHECK_OK(mm_mailbox_open(engine, "max", NULL, 0, &mailbox));
    TRY(mm_mailbox_get_message);
    SIZES_REFUSED(message, mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_OK(mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_get_message(mailbox, INT32_MAX, &message));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_get_message(mailbox, INT32_MIN, &message));
    TRY(mm_mailbox_read);
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_read(mailbox, 0, 0, text, 0, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_read(mailbox, 0, INT64_MIN, text, 1, &length));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_read(mailbox, INT32_MAX, 0, text, 1, &length));
    CHECK_OK(mm_mailbox_read(mailbox, 0, INT64_MAX, text, 1, &length));
    CHECK_INT(0, length);
    CHECK_OK(mm_mailbox_read(mailbox, 0, 0, text, 1, &length));
    CHECK_INT(1, length);
    TRY(mm_mailbox_open_message);
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_open_message(mailbox, INT32_MAX, NULL, &opened));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_open_message(mailbox, INT32_MIN, NULL, &opened));
    TRY(mm_mailbox_delete);
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_delete(mailbox, NULL, SIZE_MAX, &number));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_delete(mailbox, &number, (size_t)INT32_MAX + 1, NULL));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_delete(mailbox, (int[]){INT32_MAX}, 1, &number));
    CHECK_OK(mm_mailbox_delete(mailbox, NULL, 0, &number));
    TRY(mm_mailbox_get_folder);
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_folder(engine, "max", INT32_MIN, text, sizeof text));
    CHECK_INT(MM_E_ARGUMENT, mm_mailbox_get_folder(engine, "max", 0, text, 0));
    CHECK_OK(mm_mailbox_get_folder(engine, "max", INT32_MAX, text, 1));
    CHECK_OK(mm_mailbox_get_folder(engine, "max", 0, text, SIZE_MAX));
    CHECK_OK(mm_mailbox_close(mailbox));
}

#endif
