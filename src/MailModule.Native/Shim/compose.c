/* The public functions for messages that are made. */
#include "edge.h"

/* As in messages.c: callbacks of the host come in the middle. */
static int ended(int result) {
    if (result == MM_OK)
        mmi_clear_error();
    return result;
}

int mm_compose_new(mm_compose **compose) {
    MMI_CLEAR(compose, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_compose_new(compose);
}

int mm_compose_free(mm_compose *compose) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_compose_free(compose);
}

int mm_compose_add_field(mm_compose *compose, const char *name, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_compose_add_field(compose, name, text);
}

int mm_compose_set_text(mm_compose *compose, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_compose_set_text(compose, text);
}

int mm_compose_set_html(mm_compose *compose, const char *html) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_compose_set_html(compose, html);
}

int mm_compose_attach(mm_compose *compose, const mm_attachment *attachment) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_compose_attach(compose, attachment);
}

int mm_compose_read(void *buffer, size_t size, size_t *length, void *compose) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_compose_read(buffer, size, length, compose));
}

int mm_compose_write_file(mm_compose *compose, const char *path) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_compose_write_file(compose, path));
}
