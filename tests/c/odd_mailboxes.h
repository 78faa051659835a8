/* Odd calls for mailboxes. */
#ifndef ODD_MAILBOXES_H
#define ODD_MAILBOXES_H

#include "odd.h"

static inline const char *odd_mailbox_name(void) {
    return dice(4) ? dice(2) ? "ann" : "bob" : odd_text();
}

static inline const char *odd_folder(void) {
    return dice(4) ? dice(2) ? NULL : "spam" : odd_text();
}

/* Live, gone, of another kind, or never one. */
static inline mm_mailbox *odd_mailbox(void) {
    static mm_mailbox *mailboxes[4];
    unsigned int which = dice(4);
    if (dice(10) == 0)
        return (mm_mailbox *)(void *)odd_stream();
    if (dice(8) == 0) {
        CALL(mm_mailbox_close, mailboxes[which]);
        CALL(mm_mailbox_open, odd_engine(), odd_mailbox_name(), odd_folder(), dice(4) ? (int)dice(4) : odd_number(),
             dice(8) ? &mailboxes[which] : NULL);
    }
    return mailboxes[which];
}

static inline void on_odd_mail(const mm_mailbox_event *event, void *user) {
    (void)event, (void)user;
}

static inline const mm_mailbox_delivery *odd_delivery(void) {
    mm_mailbox_delivery *delivery = odd_struct(sizeof *delivery);
    if (!delivery)
        return NULL;
    delivery->name = odd_mailbox_name();
    delivery->folder = odd_folder();
    delivery->from = dice(2) ? "a@example.net" : odd_text();
    switch (dice(4)) {
    case 0:
        delivery->path = odd_text();
        break;
    case 1:
        delivery->read = odd_piece;
        break;
    default:
        delivery->message = "Subject: x\n\nx";
        delivery->message_size = dice(16) ? 13 : (size_t)-1;
        break;
    }
    return delivery;
}

static inline void one_call_of_mailboxes(void) {
    static char octets[512];
    int number, indexes[3] = {0, (int)dice(4), dice(4) ? 0 : odd_number()};
    size_t length;
    mm_message *message;
    switch (dice(10)) {
    case 0:
        CALL(mm_mailbox_get_count, odd_mailbox(), dice(8) ? &number : NULL, NULL);
        break;
    case 1:
        CALL(mm_mailbox_get_message, odd_mailbox(), dice(2) ? 0 : odd_number(), odd_struct(sizeof(mm_mailbox_message)));
        break;
    case 2:
        CALL(mm_mailbox_find, odd_mailbox(), odd_text(), dice(8) ? &number : NULL);
        break;
    case 3:
        CALL(mm_mailbox_read, odd_mailbox(), dice(2) ? 0 : odd_number(), dice(2) ? 0 : odd_number(),
             dice(8) ? octets : NULL, dice(sizeof octets), dice(8) ? &length : NULL);
        break;
    case 4:
        if (CALL(mm_mailbox_open_message, odd_mailbox(), dice(2) ? 0 : odd_number(), NULL, dice(8) ? &message : NULL) ==
            MM_OK)
            CALL(mm_message_free, message);
        break;
    case 5:
        CALL(mm_mailbox_delete, odd_mailbox(), dice(8) ? indexes : NULL, dice(4), dice(2) ? &number : NULL);
        break;
    case 6:
        CALL(mm_mailbox_get_folder, odd_engine(), odd_mailbox_name(), dice(2) ? 0 : odd_number(),
             dice(8) ? octets : NULL, dice(sizeof octets));
        break;
    case 7:
        CALL(mm_mailbox_deliver, odd_engine(), odd_delivery(), dice(2) ? octets : NULL);
        break;
    case 8:
        CALL(mm_mailbox_set_events, odd_engine(), dice(2) ? on_odd_mail : NULL, NULL);
        break;
    case 9:
        CALL(mm_mailbox_close, dice(2) ? NULL : (mm_mailbox *)(void *)odd_engine());
        break;
    }
}

#endif
