/*
 * The public functions for the sessions of a server in its handlers.
 */
#include "edge.h"

int mm_smtp_server_add_handlers(mm_smtp_server *server, const mm_smtp_server_handlers *handlers, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_smtp_server_add_handlers(server, handlers, user);
}

int mm_smtp_server_adopt(mm_smtp_server *server, mm_socket socket, int tls) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_smtp_server_adopt(server, (intptr_t)socket, tls);
    mmi_restore_signals(&signals);
    return result;
}

int mm_session_set_reply(mm_session *session, int code, const char *status, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_set_reply(session, code, status, text);
}

int mm_session_add_reply_line(mm_session *session, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_add_reply_line(session, text);
}

int mm_session_set_recipient_reply(mm_session *session, int index, int code, const char *status, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_set_recipient_reply(session, index, code, status, text);
}

int mm_session_defer(mm_session *session, int timeout_ms, int verdict, mm_pending **pending) {
    MMI_CLEAR(pending, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_defer(session, timeout_ms, verdict, pending);
}

int mm_pending_set_reply(mm_pending *pending, int code, const char *status, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_pending_set_reply(pending, code, status, text);
}

int mm_pending_add_reply_line(mm_pending *pending, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_pending_add_reply_line(pending, text);
}

int mm_pending_answer(mm_pending *pending, int verdict) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_pending_answer(pending, verdict);
}

int mm_session_set_user(mm_session *session, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_set_user(session, user);
}

int mm_session_get_user(mm_session *session, void **user) {
    MMI_CLEAR(user, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_user(session, user);
}

int mm_session_get_info(mm_session *session, mm_session_info *info) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_info(session, info);
}

int mm_session_set_login(mm_session *session, const char *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_set_login(session, user);
}

int mm_session_set_secret(mm_session *session, const char *secret) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_set_secret(session, secret);
}

int mm_session_get_sender(mm_session *session, const char **address) {
    MMI_CLEAR(address, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_sender(session, address);
}

int mm_session_set_sender(mm_session *session, const char *address) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_set_sender(session, address);
}

int mm_session_get_recipient_count(mm_session *session, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_recipient_count(session, count);
}

int mm_session_get_recipient(mm_session *session, int index, mm_session_rcpt *rcpt) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_recipient(session, index, rcpt);
}

int mm_session_add_recipient(mm_session *session, const char *address) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_add_recipient(session, address);
}

int mm_session_remove_recipient(mm_session *session, int index) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_remove_recipient(session, index);
}

int mm_session_set_expansion(mm_session *session, const char *address) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_set_expansion(session, address);
}

int mm_session_add_header(mm_session *session, const char *name, const char *value) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_add_header(session, name, value);
}

int mm_session_read_message(mm_session *session, int64_t offset, void *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_read_message(session, offset, buffer, size, length);
}

int mm_session_get_path(mm_session *session, const char **path) {
    MMI_CLEAR(path, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_path(session, path);
}

int mm_session_get_check_count(mm_session *session, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_check_count(session, count);
}

int mm_session_get_check(mm_session *session, int index, mm_session_check *check) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_get_check(session, index, check);
}
