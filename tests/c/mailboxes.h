/* What the tests of mm_mailbox_... share: a mailbox that is opened, and a message for one. */
#ifndef MAILBOXES_H
#define MAILBOXES_H

#include "server.h"

static inline mm_mailbox *open_mailbox(const char *name, const char *folder, int flags) {
    mm_mailbox *mailbox = NULL;
    CHECK_OK(mm_mailbox_open(mm_engine_default(), name, folder, flags, &mailbox));
    if (!mailbox)
        exit(check_result());
    return mailbox;
}

static inline int count_of(mm_mailbox *mailbox) {
    int count = -1;
    CHECK_OK(mm_mailbox_get_count(mailbox, &count, NULL));
    return count;
}

/* A message for a mailbox; id may be NULL. */
static inline int deliver(const char *name, const char *folder, const char *text, char id[25]) {
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    delivery.name = name;
    delivery.folder = folder;
    delivery.from = "eve@there.example";
    delivery.message = text;
    delivery.message_size = strlen(text);
    return mm_mailbox_deliver(mm_engine_default(), &delivery, id);
}

/* All of a message, in pieces of a size; its text lives until the next call. */
static inline const char *text_of(mm_mailbox *mailbox, int index, size_t piece) {
    static char text[4096];
    size_t at = 0, length = 1;
    while (length > 0 && at + piece < sizeof text) {
        CHECK_OK(mm_mailbox_read(mailbox, index, (int64_t)at, text + at, piece, &length));
        at += length;
    }
    text[at] = '\0';
    return text;
}

#endif
