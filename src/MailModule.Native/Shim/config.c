/* The public functions for a configuration that is looked at, and for passwords in it. */
#include "edge.h"

int mm_config_check(const char *filename, mm_config_fn callback, void *user, int *errors) {
    MMI_CLEAR(errors, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_config_check(filename, callback, user, errors);
}

int mm_password_make(const char *password, int form, int iterations, char *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_password_make(password, form, iterations, buffer, size, length);
}
