/* The public functions for messages with results. */
#include "edge.h"

/* What may open the spool runs with the host's signals blocked, for threads that are born there. */
int mm_send_new(mm_engine *engine, const mm_send_options *options, const char *from, mm_send **send) {
    mmi_signals signals;
    MMI_CLEAR(send, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_send_new(engine, options, from, send);
    mmi_restore_signals(&signals);
    return result;
}

int mm_send_add_recipient(mm_send *send, const char *address, int notify, const char *orcpt) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_add_recipient(send, address, notify, orcpt);
}

int mm_send_write(mm_send *send, const void *octets, size_t size) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_write(send, octets, size);
}

int mm_send_set_file(mm_send *send, const char *path) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_set_file(send, path);
}

int mm_send_set_descriptor(mm_send *send, mm_socket descriptor) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_set_descriptor(send, descriptor);
}

int mm_send_set_reader(mm_send *send, mm_send_read_fn callback, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_set_reader(send, callback, user);
}

int mm_send_start(mm_send *send) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_send_start(send);
    mmi_restore_signals(&signals);
    return result;
}

int mm_send_wait(mm_send *send, int timeout_ms) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_wait(send, timeout_ms);
}

int mm_send_get_outcome(mm_send *send, int *outcome) {
    MMI_CLEAR(outcome, MM_OK);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_get_outcome(send, outcome);
}

int mm_send_get_result(mm_send *send, int recipient, mm_send_result *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_get_result(send, recipient, result);
}

int mm_send_cancel(mm_send *send) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_cancel(send);
}

int mm_send_free(mm_send *send) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_send_free(send);
}

/* One mail that is begun; a host that will wait for it may have to hear that it must not. */
static int start_mail(mm_engine *engine, const mm_send_options *options, const mm_mail *mail, int waits,
                      mm_send **send) {
    mmi_signals signals;
    mmi_block_signals(&signals);
    int result = mmi_send_mail_start(engine, options, mail, waits, send);
    mmi_restore_signals(&signals);
    return result;
}

int mm_send_mail(mm_engine *engine, const mm_send_options *options, const mm_mail *mail, int *outcome) {
    mm_send *send = NULL;
    MMI_CLEAR(outcome, MM_OK);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    int result = start_mail(engine, options, mail, 1, &send);
    return result == MM_OK ? mmi_send_mail_end(send, outcome) : result;
}

int mm_send_mail_start(mm_engine *engine, const mm_send_options *options, const mm_mail *mail, mm_send **send) {
    MMI_CLEAR(send, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return start_mail(engine, options, mail, 0, send);
}
