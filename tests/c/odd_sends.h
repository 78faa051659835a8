/* Odd calls for what sends. */
#ifndef ODD_SENDS_H
#define ODD_SENDS_H

#include "odd.h"

/* Live, gone, or never one. */
static inline mm_send *odd_send(void) {
    static mm_send *sends[8];
    unsigned int which = dice(8);
    if (dice(10) == 0)
        return (mm_send *)(void *)odd_stream();
    if (dice(4) == 0) {
        CALL(mm_send_free, sends[which]);
        if (dice(2) &&
            CALL(mm_send_new, odd_engine(), odd_options(), dice(2) ? "" : odd_text(), &sends[which]) == MM_OK)
            CALL(mm_send_add_recipient, sends[which], "ann@example.org", MM_SEND_NOTIFY_DEFAULT, NULL);
    }
    return sends[which];
}

static inline void one_call_of_send(void) {
    static char octets[512];
    int outcome;
    switch (dice(11)) {
    case 0:
        CALL(mm_send_add_recipient, odd_send(), odd_text(), odd_number(), dice(2) ? NULL : odd_text());
        break;
    case 1:
        CALL(mm_send_write, odd_send(), octets, dice(sizeof octets));
        break;
    case 2:
        CALL(mm_send_write, odd_send(), dice(2) ? NULL : octets, dice(2) ? 0 : (size_t)-1);
        break;
    case 3:
        CALL(mm_send_set_file, odd_send(), dice(2) ? NOTHING_FILE : odd_text());
        break;
    case 4:
        CALL(mm_send_set_descriptor, odd_send(), odd_descriptor());
        break;
    case 5:
        CALL(mm_send_set_reader, odd_send(), dice(2) ? odd_piece : NULL, NULL);
        break;
    case 6:
        CALL(mm_send_start, odd_send());
        break;
    case 7:
        CALL(mm_send_wait, odd_send(), dice(2) ? 0 : -2);
        break;
    case 8:
        CALL(mm_send_get_outcome, odd_send(), dice(8) ? &outcome : NULL);
        break;
    case 9:
        CALL(mm_send_get_result, odd_send(), dice(2) ? 0 : odd_number(), odd_struct(sizeof(mm_send_result)));
        break;
    case 10:
        CALL(mm_send_cancel, odd_send());
        break;
    }
}

static inline const mm_mail *odd_mail_of_one(void) {
    static mm_mail mail;
    mail = (mm_mail)MM_MAIL_INIT;
    mail.size = dice(8) ? sizeof mail : (size_t)odd_number();
    mail.from = dice(2) ? "a@example.net" : odd_text();
    mail.to = dice(2) ? "b@example.net" : odd_text();
    mail.bcc = dice(4) ? NULL : odd_text();
    mail.subject = dice(4) ? "x" : odd_text();
    mail.text = dice(4) ? "x" : odd_text();
    mail.read = dice(8) ? NULL : odd_piece;
    return dice(16) ? &mail : NULL;
}

static inline void one_call_of_mail(void) {
    mm_send *send = NULL;
    int outcome;
    if (dice(2))
        CALL(mm_send_mail, odd_engine(), odd_options(), odd_mail_of_one(), dice(2) ? &outcome : NULL);
    else if (CALL(mm_send_mail_start, odd_engine(), odd_options(), odd_mail_of_one(), dice(8) ? &send : NULL) == MM_OK)
        CALL(mm_send_free, send);
}

#endif
