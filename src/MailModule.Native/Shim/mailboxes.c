/* The public functions for the mailboxes of an engine's users. */
#include "edge.h"

/* Those with an engine may be the first use, which opens the spool: with the host's signals blocked, for threads that
 * are born there. */
int mm_mailbox_open(mm_engine *engine, const char *name, const char *folder, int flags, mm_mailbox **mailbox) {
    mmi_signals signals;
    MMI_CLEAR(mailbox, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_mailbox_open(engine, name, folder, flags, mailbox);
    mmi_restore_signals(&signals);
    return result;
}

int mm_mailbox_get_count(mm_mailbox *mailbox, int *count, int64_t *octets) {
    MMI_CLEAR(count, 0);
    MMI_CLEAR(octets, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_get_count(mailbox, count, octets);
}

int mm_mailbox_get_message(mm_mailbox *mailbox, int index, mm_mailbox_message *message) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_get_message(mailbox, index, message);
}

int mm_mailbox_find(mm_mailbox *mailbox, const char *id, int *index) {
    MMI_CLEAR(index, -1);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_find(mailbox, id, index);
}

int mm_mailbox_read(mm_mailbox *mailbox, int index, int64_t offset, void *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_read(mailbox, index, offset, buffer, size, length);
}

int mm_mailbox_open_message(mm_mailbox *mailbox, int index, const mm_message_options *options, mm_message **message) {
    MMI_CLEAR(message, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_open_message(mailbox, index, options, message);
}

int mm_mailbox_delete(mm_mailbox *mailbox, const int *indexes, size_t count, int *failed) {
    MMI_CLEAR(failed, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_delete(mailbox, indexes, count, failed);
}

int mm_mailbox_close(mm_mailbox *mailbox) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_close(mailbox);
}

int mm_mailbox_get_folder(mm_engine *engine, const char *name, int index, char *text, size_t size) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_mailbox_get_folder(engine, name, index, text, size);
    mmi_restore_signals(&signals);
    return result;
}

int mm_mailbox_deliver(mm_engine *engine, const mm_mailbox_delivery *delivery, char *id) {
    mmi_signals signals;
    MMI_CLEAR(id, '\0');
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_mailbox_deliver(engine, delivery, id);
    mmi_restore_signals(&signals);
    return result;
}

int mm_mailbox_set_events(mm_engine *engine, mm_mailbox_event_fn callback, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_mailbox_set_events(engine, callback, user);
}
