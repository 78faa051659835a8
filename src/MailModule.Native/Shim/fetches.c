/* The public functions for mailboxes elsewhere, whose mail is fetched. */
#include "edge.h"

/* Those with an engine may be the first use, which opens the spool: with the host's signals blocked, for threads that
 * are born there. */
int mm_fetch_now(mm_engine *engine, const char *account) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_fetch_now(engine, account);
    mmi_restore_signals(&signals);
    return result;
}

int mm_fetch_list(mm_engine *engine, mm_fetch_event_fn callback, void *user) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_fetch_list(engine, callback, user);
    mmi_restore_signals(&signals);
    return result;
}

int mm_fetch_set_events(mm_engine *engine, mm_fetch_event_fn callback, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_fetch_set_events(engine, callback, user);
}

int mm_fetch_begin(mm_engine *engine, const mm_fetch_account *account, mm_fetch **fetch) {
    mmi_signals signals;
    MMI_CLEAR(fetch, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_fetch_begin(engine, account, fetch);
    mmi_restore_signals(&signals);
    return result;
}

int mm_fetch_wait(mm_fetch *fetch, int timeout_ms) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_fetch_wait(fetch, timeout_ms);
}

int mm_fetch_get_result(mm_fetch *fetch, mm_fetch_result *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_fetch_get_result(fetch, result);
}

int mm_fetch_cancel(mm_fetch *fetch) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_fetch_cancel(fetch);
}

int mm_fetch_free(mm_fetch *fetch) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_fetch_free(fetch);
}
