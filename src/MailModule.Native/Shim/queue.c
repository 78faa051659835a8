/* The public functions for the queue. */
#include "edge.h"

/* Any of them may be the first use, which opens the spool: with the host's signals blocked, for threads that are born
 * there. */
int mm_queue_get_counts(mm_engine *engine, mm_queue_counts *counts) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_queue_get_counts(engine, counts);
    mmi_restore_signals(&signals);
    return result;
}

int mm_queue_open(mm_engine *engine, const char *id, mm_queue_cursor **cursor) {
    mmi_signals signals;
    MMI_CLEAR(cursor, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_queue_open(engine, id, cursor);
    mmi_restore_signals(&signals);
    return result;
}

int mm_queue_next(mm_queue_cursor *cursor, mm_queue_message *message) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_queue_next(cursor, message);
}

int mm_queue_get_recipient(mm_queue_cursor *cursor, int recipient, mm_queue_recipient *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_queue_get_recipient(cursor, recipient, result);
}

int mm_queue_read(mm_queue_cursor *cursor, void *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_queue_read(cursor, buffer, size, length);
}

int mm_queue_close(mm_queue_cursor *cursor) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_queue_close(cursor);
}

static int change(int (*operation)(mm_engine *, const char *), mm_engine *engine, const char *id) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = operation(engine, id);
    mmi_restore_signals(&signals);
    return result;
}

int mm_queue_retry(mm_engine *engine, const char *id) {
    return change(mmi_queue_retry, engine, id);
}

int mm_queue_hold(mm_engine *engine, const char *id) {
    return change(mmi_queue_hold, engine, id);
}

int mm_queue_release(mm_engine *engine, const char *id) {
    return change(mmi_queue_release, engine, id);
}

int mm_queue_remove(mm_engine *engine, const char *id) {
    return change(mmi_queue_remove, engine, id);
}

int mm_queue_redirect(mm_engine *engine, const char *id, const char *recipient, const char *target, char *new_id,
                      size_t size) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_queue_redirect(engine, id, recipient, target, new_id, size);
    mmi_restore_signals(&signals);
    return result;
}

int mm_queue_set_events(mm_engine *engine, mm_queue_event_fn callback, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_queue_set_events(engine, callback, user);
}
