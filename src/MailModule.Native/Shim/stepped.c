/*
 * The public functions for sessions that the host steps. Handlers come in the middle of a step, and call functions that
 * set the thread's last error: what the step itself says of it is said at its end.
 */
#include "edge.h"

static int ended(int result) {
    if (result == MM_OK)
        mmi_clear_error();
    return result;
}

int mm_smtp_stepped_new(mm_smtp_server *server, const mm_smtp_stepped_options *options, mm_smtp_stepped **stepped) {
    mmi_signals signals;
    MMI_CLEAR(stepped, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_smtp_stepped_new(server, options, stepped);
    mmi_restore_signals(&signals);
    return result;
}

int mm_smtp_stepped_step(mm_smtp_stepped *stepped, const void *octets, size_t size, const void **output, size_t *length,
                         int *wants) {
    MMI_CLEAR(output, NULL);
    MMI_CLEAR(length, 0);
    MMI_CLEAR(wants, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_stepped_step(stepped, octets, size, output, length, wants));
}

int mm_smtp_stepped_begin_tls(mm_smtp_stepped *stepped, const char *description) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_stepped_begin_tls(stepped, description));
}

int mm_smtp_stepped_get_timeout(mm_smtp_stepped *stepped, int *timeout_ms) {
    MMI_CLEAR(timeout_ms, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_smtp_stepped_get_timeout(stepped, timeout_ms);
}

int mm_smtp_stepped_free(mm_smtp_stepped *stepped) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_stepped_free(stepped));
}

int mm_pop3_stepped_new(mm_pop3_server *server, const mm_pop3_stepped_options *options, mm_pop3_stepped **stepped) {
    mmi_signals signals;
    MMI_CLEAR(stepped, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_pop3_stepped_new(server, options, stepped);
    mmi_restore_signals(&signals);
    return result;
}

int mm_pop3_stepped_step(mm_pop3_stepped *stepped, const void *octets, size_t size, const void **output, size_t *length,
                         int *wants) {
    MMI_CLEAR(output, NULL);
    MMI_CLEAR(length, 0);
    MMI_CLEAR(wants, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_stepped_step(stepped, octets, size, output, length, wants));
}

int mm_pop3_stepped_begin_tls(mm_pop3_stepped *stepped, const char *description) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_stepped_begin_tls(stepped, description));
}

int mm_pop3_stepped_get_timeout(mm_pop3_stepped *stepped, int *timeout_ms) {
    MMI_CLEAR(timeout_ms, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_pop3_stepped_get_timeout(stepped, timeout_ms);
}

int mm_pop3_stepped_free(mm_pop3_stepped *stepped) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_stepped_free(stepped));
}
