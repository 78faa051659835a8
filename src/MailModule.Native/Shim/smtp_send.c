/*
 * The public functions for messages in whole transactions. Callbacks of the host come in the middle of them, and call
 * functions that set the thread's last error: what a call itself says of it is said at its end.
 */
#include "edge.h"

static int ended(int result) {
    if (result == MM_OK)
        mmi_clear_error();
    return result;
}

int mm_smtp_send_all(mm_smtp *smtp, mm_smtp_next_fn next, mm_smtp_sent_fn sent, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_send_all(smtp, next, sent, user));
}

int mm_smtp_send_message(mm_smtp *smtp, const mm_smtp_message *message, mm_smtp_recipient *results, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_send_message(smtp, message, results, code));
}
