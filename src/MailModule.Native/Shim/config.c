/* The public functions for a configuration that is looked at, and for passwords and keys in it. */
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

int mm_dkim_key_make(int algorithm, int bits, char *key, size_t key_size, size_t *key_length, char *record,
                     size_t record_size, size_t *record_length) {
    MMI_CLEAR(key_length, 0);
    MMI_CLEAR(record_length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_dkim_key_make(algorithm, bits, key, key_size, key_length, record, record_size, record_length);
}
