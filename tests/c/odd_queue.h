/* Odd calls for the queue, and for mail of the old module that is taken over into it. */
#ifndef ODD_QUEUE_H
#define ODD_QUEUE_H

#include "odd_sends.h"

static inline mm_queue_cursor *odd_cursor(void) {
    static mm_queue_cursor *cursors[4];
    unsigned int which = dice(4);
    if (dice(10) == 0)
        return (mm_queue_cursor *)(void *)odd_send();
    if (dice(4) == 0) {
        CALL(mm_queue_close, cursors[which]);
        if (dice(2))
            CALL(mm_queue_open, odd_engine(), dice(2) ? NULL : odd_text(), &cursors[which]);
    }
    return cursors[which];
}

static inline void on_event(const mm_queue_event *event, void *user) {
    (void)event, (void)user;
}

static inline int on_import(const mm_import_file *file, void *user) {
    (void)file, (void)user;
    return dice(2) ? MM_OK : MM_E_CANCELLED;
}

static inline void one_import(void) {
    mm_import_options *options = odd_struct(sizeof *options);
    mm_import_result result = MM_IMPORT_RESULT_INIT;
    if (options && dice(2)) {
        options->name = dice(2) ? NULL : odd_text();
        options->queue = dice(2) ? NULL : odd_text();
        options->flags = dice(2) ? MM_IMPORT_DRY_RUN : odd_number();
    }
    CALL(mm_import_legacy, odd_engine(), options, dice(2) ? on_import : NULL, NULL, dice(2) ? &result : NULL);
}

static inline void one_call_of_queue(void) {
    static char octets[512];
    size_t length;
    int size = odd_number();
    switch (dice(12)) {
    case 11:
        one_import();
        break;
    case 0:
        CALL(mm_queue_get_counts, odd_engine(), odd_struct(sizeof(mm_queue_counts)));
        break;
    case 1:
        CALL(mm_queue_open, odd_engine(), odd_text(), NULL);
        break;
    case 2:
        CALL(mm_queue_next, odd_cursor(), odd_struct(sizeof(mm_queue_message)));
        break;
    case 3:
        CALL(mm_queue_get_recipient, odd_cursor(), dice(2) ? 0 : size, odd_struct(sizeof(mm_queue_recipient)));
        break;
    case 4:
        CALL(mm_queue_read, odd_cursor(), dice(8) ? octets : NULL, dice(sizeof octets), dice(8) ? &length : NULL);
        break;
    case 5:
        CALL(mm_queue_retry, odd_engine(), odd_text());
        break;
    case 6:
        CALL(mm_queue_hold, odd_engine(), odd_text());
        break;
    case 7:
        CALL(mm_queue_release, odd_engine(), odd_text());
        break;
    case 8:
        CALL(mm_queue_remove, odd_engine(), odd_text());
        break;
    case 9:
        CALL(mm_queue_redirect, odd_engine(), odd_text(), odd_text(), odd_text(), dice(2) ? NULL : octets,
             dice(sizeof octets));
        break;
    case 10:
        CALL(mm_queue_set_events, odd_engine(), dice(2) ? on_event : NULL, NULL);
        break;
    }
}

#endif
