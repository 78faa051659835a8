/* The public functions for messages that are read. */
#include "edge.h"

/* The callback of a host calls functions that set the thread's last error: what the call itself says is said at its
 * end. */
static int ended(int result) {
    if (result == MM_OK)
        mmi_clear_error();
    return result;
}

int mm_message_open(const void *octets, size_t size, const mm_message_options *options, mm_message **message) {
    MMI_CLEAR(message, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_open(octets, size, options, message);
}

int mm_message_open_file(const char *path, const mm_message_options *options, mm_message **message) {
    MMI_CLEAR(message, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_open_file(path, options, message);
}

int mm_message_open_reader(mm_send_read_fn read, void *user, const mm_message_options *options, mm_message **message) {
    MMI_CLEAR(message, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_message_open_reader(read, user, options, message));
}

int mm_message_free(mm_message *message) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_free(message);
}

int mm_message_get_part_count(mm_message *message, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_part_count(message, count);
}

int mm_message_get_part(mm_message *message, int part, mm_part *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_part(message, part, result);
}

int mm_message_get_limits(mm_message *message, int *passed) {
    MMI_CLEAR(passed, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_limits(message, passed);
}

int mm_message_get_field_count(mm_message *message, int part, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_field_count(message, part, count);
}

int mm_message_get_field(mm_message *message, int part, int field, mm_field *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_field(message, part, field, result);
}

int mm_message_find_field(mm_message *message, int part, const char *name, int from, int *field) {
    MMI_CLEAR(field, -1);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_find_field(message, part, name, from, field);
}

int mm_message_get_text(mm_message *message, const char *name, const char **text) {
    MMI_CLEAR(text, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_text(message, name, text);
}

int mm_message_get_address_count(mm_message *message, int part, int field, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_address_count(message, part, field, count);
}

int mm_message_get_address(mm_message *message, int part, int field, int address, mm_address *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_address(message, part, field, address, result);
}

int mm_message_get_date(mm_message *message, int part, int field, int64_t *time, int *offset) {
    MMI_CLEAR(time, 0);
    MMI_CLEAR(offset, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_date(message, part, field, time, offset);
}

int mm_message_get_parameter_count(mm_message *message, int part, int field, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_parameter_count(message, part, field, count);
}

int mm_message_get_parameter(mm_message *message, int part, int field, int parameter, mm_parameter *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_get_parameter(message, part, field, parameter, result);
}

int mm_message_find_parameter(mm_message *message, int part, const char *field_name, const char *name,
                              const char **value) {
    MMI_CLEAR(value, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_message_find_parameter(message, part, field_name, name, value);
}

int mm_content_open(mm_message *message, int part, int form, mm_content **content) {
    MMI_CLEAR(content, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_content_open(message, part, form, content);
}

int mm_content_read(mm_content *content, void *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_content_read(content, buffer, size, length);
}

int mm_content_close(mm_content *content) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_content_close(content);
}
