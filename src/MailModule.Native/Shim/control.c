/* The public functions for the queue of another process. */
#include "edge.h"

int mm_control_open(const char *path, mm_control **control) {
    MMI_CLEAR(control, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_open(path, control);
}

int mm_control_close(mm_control *control) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_close(control);
}

int mm_control_get_counts(mm_control *control, mm_queue_counts *counts) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_get_counts(control, counts);
}

int mm_control_open_queue(mm_control *control, const char *id, mm_queue_cursor **cursor) {
    MMI_CLEAR(cursor, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_open_queue(control, id, cursor);
}

int mm_control_retry(mm_control *control, const char *id) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_retry(control, id);
}

int mm_control_hold(mm_control *control, const char *id) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_hold(control, id);
}

int mm_control_release(mm_control *control, const char *id) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_release(control, id);
}

int mm_control_remove(mm_control *control, const char *id) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_remove(control, id);
}

int mm_control_redirect(mm_control *control, const char *id, const char *recipient, const char *target, char *new_id,
                        size_t size) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_redirect(control, id, recipient, target, new_id, size);
}

int mm_control_send(mm_control *control, const char *from, const char *to, mm_send_read_fn read, void *read_user,
                    mm_control_result_fn result, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_control_send(control, from, to, read, read_user, result, user);
}
