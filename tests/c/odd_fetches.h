/* Odd calls for mailboxes elsewhere. */
#ifndef ODD_FETCHES_H
#define ODD_FETCHES_H

#include "odd_mailboxes.h"

static inline const mm_fetch_account *odd_account(void) {
    mm_fetch_account *account = odd_struct(sizeof *account);
    if (!account)
        return NULL;
    account->host = dice(8) ? "127.0.0.1" : odd_text();
    account->user = dice(8) ? "ann" : odd_text();
    account->password = dice(8) ? "secret" : odd_text();
    account->name = odd_mailbox_name();
    account->port = dice(4) ? 1 : odd_number(); /* nobody listens there */
    account->flags = (int)dice(8);
    return account;
}

/* Live, gone, of another kind, or never one. */
static inline mm_fetch *odd_fetch(void) {
    static mm_fetch *fetches[4];
    unsigned int which = dice(4);
    if (dice(10) == 0)
        return (mm_fetch *)(void *)odd_stream();
    if (dice(8) == 0) {
        CALL(mm_fetch_free, fetches[which]);
        CALL(mm_fetch_begin, odd_engine(), odd_account(), dice(8) ? &fetches[which] : NULL);
    }
    return fetches[which];
}

static inline void on_odd_look(const mm_fetch_result *result, void *user) {
    (void)result, (void)user;
}

static inline void one_call_of_fetches(void) {
    switch (dice(7)) {
    case 0:
        CALL(mm_fetch_now, odd_engine(), dice(2) ? NULL : odd_text());
        break;
    case 1:
        CALL(mm_fetch_list, odd_engine(), dice(2) ? on_odd_look : NULL, NULL);
        break;
    case 2:
        CALL(mm_fetch_set_events, odd_engine(), dice(2) ? on_odd_look : NULL, NULL);
        break;
    case 3:
        CALL(mm_fetch_wait, odd_fetch(), dice(4) ? (int)dice(20) : -2);
        break;
    case 4:
        CALL(mm_fetch_get_result, odd_fetch(), odd_struct(sizeof(mm_fetch_result)));
        break;
    case 5:
        CALL(mm_fetch_cancel, odd_fetch());
        break;
    default:
        CALL(mm_fetch_free, dice(2) ? NULL : (mm_fetch *)(void *)odd_engine());
        break;
    }
}

#endif
