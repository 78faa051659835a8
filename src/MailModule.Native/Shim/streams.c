/* The public functions for the stream of a request. */
#include "edge.h"

int mm_stream_set_user(ServerStream *stream, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_stream_set_user(stream, user);
}

int mm_stream_get_user(ServerStream *stream, void **user) {
    MMI_CLEAR(user, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_stream_get_user(stream, user);
}

int mm_stream_set_closed(ServerStream *stream, mm_stream_closed_fn callback) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_stream_set_closed(stream, callback);
}

int mm_stream_set_reply(ServerStream *stream, const char *status, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_stream_set_reply(stream, status, text);
}
