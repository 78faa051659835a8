/* The public functions for what a message is worth: checks of it, and signing. */
#include "edge.h"

int mm_spf_check(mm_engine *engine, const mm_auth_query *query, mm_auth **auth) {
    MMI_CLEAR(auth, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_spf_check(engine, query, auth);
}

int mm_spf_check_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_spf_check_start(engine, query, done, user);
}

int mm_dkim_verify(mm_engine *engine, const mm_auth_query *query, mm_auth **auth) {
    MMI_CLEAR(auth, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_dkim_verify(engine, query, auth);
}

int mm_dkim_verify_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_dkim_verify_start(engine, query, done, user);
}

int mm_arc_validate(mm_engine *engine, const mm_auth_query *query, mm_auth **auth) {
    MMI_CLEAR(auth, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_arc_validate(engine, query, auth);
}

int mm_arc_validate_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_arc_validate_start(engine, query, done, user);
}

int mm_dmarc_check(mm_engine *engine, const mm_auth_query *query, mm_auth **auth) {
    MMI_CLEAR(auth, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_dmarc_check(engine, query, auth);
}

int mm_dmarc_check_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_dmarc_check_start(engine, query, done, user);
}

int mm_auth_get_count(mm_auth *auth, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_auth_get_count(auth, count);
}

int mm_auth_get_result(mm_auth *auth, int index, mm_auth_result *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_auth_get_result(auth, index, result);
}

int mm_auth_get_field(mm_auth *auth, const char *name, char *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_auth_get_field(auth, name, buffer, size, length);
}

int mm_auth_free(mm_auth *auth) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_auth_free(auth);
}

int mm_dkim_sign(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, char *buffer,
                 size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_dkim_sign(engine, options, query, buffer, size, length);
}

int mm_dkim_sign_start(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, mm_sign_fn done,
                       void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_dkim_sign_start(engine, options, query, done, user);
}

int mm_arc_seal(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, const char *found,
                char *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_arc_seal(engine, options, query, found, buffer, size, length);
}

int mm_arc_seal_start(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, const char *found,
                      mm_sign_fn done, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_arc_seal_start(engine, options, query, found, done, user);
}

int mm_session_auth_get_count(mm_session *session, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_auth_get_count(session, count);
}

int mm_session_auth_get_result(mm_session *session, int index, mm_auth_result *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_auth_get_result(session, index, result);
}

int mm_stream_auth_get_count(ServerStream *stream, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_stream_auth_get_count(stream, count);
}

int mm_stream_auth_get_result(ServerStream *stream, int index, mm_auth_result *result) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_stream_auth_get_result(stream, index, result);
}
