/*
 * The public functions of the POP3 client. Callbacks of the host come in the middle of them, and call functions that
 * set the thread's last error: what a call itself says of it is said at its end.
 */
#include "edge.h"

static int ended(int result) {
    if (result == MM_OK)
        mmi_clear_error();
    return result;
}

int mm_pop3_new(mm_engine *engine, const mm_pop3_options *options, mm_pop3 **pop3) {
    mmi_signals signals;
    MMI_CLEAR(pop3, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_pop3_new(engine, options, pop3);
    mmi_restore_signals(&signals);
    return ended(result);
}

int mm_pop3_free(mm_pop3 *pop3) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_free(pop3));
}

int mm_pop3_set_timeouts(mm_pop3 *pop3, int connect_ms, int send_ms, int receive_ms) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_set_timeouts(pop3, connect_ms, send_ms, receive_ms));
}

int mm_pop3_connect(mm_pop3 *pop3, const char *host, int port, int flags, int *status) {
    mmi_signals signals;
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_pop3_connect(pop3, host, port, flags, status);
    mmi_restore_signals(&signals);
    return ended(result);
}

int mm_pop3_connect_transport(mm_pop3 *pop3, const mm_transport *transport, const char *host, int flags, int *status) {
    mmi_signals signals;
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_pop3_connect_transport(pop3, transport, host, flags, status);
    mmi_restore_signals(&signals);
    return ended(result);
}

int mm_pop3_stls(mm_pop3 *pop3, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_stls(pop3, status));
}

int mm_pop3_start_tls(mm_pop3 *pop3, const char *server_name, int flags, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_start_tls(pop3, server_name, flags, status));
}

int mm_pop3_set_transport(mm_pop3 *pop3, const mm_transport *transport) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_set_transport(pop3, transport));
}

int mm_pop3_get_socket(mm_pop3 *pop3, mm_socket *socket) {
    intptr_t found = -1;
    MMI_CLEAR(socket, MM_INVALID_SOCKET);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    int result = mmi_pop3_get_socket(pop3, socket ? &found : NULL);
    if (result == MM_OK)
        *socket = (mm_socket)found;
    return ended(result);
}

int mm_pop3_wait(mm_pop3 *pop3, int wanted, int timeout_ms, int *found) {
    MMI_CLEAR(found, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_wait(pop3, wanted, timeout_ms, found));
}

int mm_pop3_cancel(mm_pop3 *pop3) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_cancel(pop3));
}

int mm_pop3_close(mm_pop3 *pop3) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_close(pop3));
}

int mm_pop3_capa(mm_pop3 *pop3, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_capa(pop3, status));
}

int mm_pop3_get_capability_count(mm_pop3 *pop3, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_get_capability_count(pop3, count));
}

int mm_pop3_get_capability(mm_pop3 *pop3, int index, const char **text) {
    MMI_CLEAR(text, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_get_capability(pop3, index, text));
}

int mm_pop3_find_capability(mm_pop3 *pop3, const char *name, const char **parameters) {
    MMI_CLEAR(parameters, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_find_capability(pop3, name, parameters));
}

int mm_pop3_login(mm_pop3 *pop3, const char *user, const char *password, int flags, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_login(pop3, user, password, flags, status));
}

int mm_pop3_user(mm_pop3 *pop3, const char *name, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_user(pop3, name, status));
}

int mm_pop3_pass(mm_pop3 *pop3, const char *password, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_pass(pop3, password, status));
}

int mm_pop3_apop(mm_pop3 *pop3, const char *user, const char *password, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_apop(pop3, user, password, status));
}

int mm_pop3_auth(mm_pop3 *pop3, const char *mechanism, const char *user, const char *password, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_auth(pop3, mechanism, user, password, status));
}

int mm_pop3_auth_token(mm_pop3 *pop3, const char *mechanism, const char *identity, mm_token_fn token, void *token_user,
                       int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_auth_token(pop3, mechanism, identity, token, token_user, status));
}

int mm_pop3_auth_raw(mm_pop3 *pop3, const char *mechanism, const char *initial, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_auth_raw(pop3, mechanism, initial, status));
}

int mm_pop3_auth_respond(mm_pop3 *pop3, const char *response, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_auth_respond(pop3, response, status));
}

int mm_pop3_utf8(mm_pop3 *pop3, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_utf8(pop3, status));
}

int mm_pop3_lang(mm_pop3 *pop3, const char *tag, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_lang(pop3, tag, status));
}

int mm_pop3_stat(mm_pop3 *pop3, int *count, int64_t *octets, int *status) {
    MMI_CLEAR(count, 0);
    MMI_CLEAR(octets, 0);
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_stat(pop3, count, octets, status));
}

int mm_pop3_list(mm_pop3 *pop3, int number, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_list(pop3, number, status));
}

int mm_pop3_uidl(mm_pop3 *pop3, int number, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_uidl(pop3, number, status));
}

int mm_pop3_next(mm_pop3 *pop3, mm_pop3_entry *entry) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_next(pop3, entry));
}

int mm_pop3_retr(mm_pop3 *pop3, int number, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_retr(pop3, number, status));
}

int mm_pop3_top(mm_pop3 *pop3, int number, int lines, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_top(pop3, number, lines, status));
}

int mm_pop3_read(mm_pop3 *pop3, void *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_read(pop3, buffer, size, length));
}

int mm_pop3_retr_all(mm_pop3 *pop3, const int *numbers, size_t count, int lines, mm_pop3_message_fn message,
                     void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_retr_all(pop3, numbers, count, lines, message, user));
}

int mm_pop3_dele(mm_pop3 *pop3, int number, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_dele(pop3, number, status));
}

int mm_pop3_rset(mm_pop3 *pop3, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_rset(pop3, status));
}

int mm_pop3_noop(mm_pop3 *pop3, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_noop(pop3, status));
}

int mm_pop3_quit(mm_pop3 *pop3, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_quit(pop3, status));
}

int mm_pop3_send_command(mm_pop3 *pop3, const char *line, int answer) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_send_command(pop3, line, answer));
}

int mm_pop3_receive(mm_pop3 *pop3, int *status) {
    MMI_CLEAR(status, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_receive(pop3, status));
}

int mm_pop3_get_reply(mm_pop3 *pop3, mm_pop3_reply *reply) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_get_reply(pop3, reply));
}

int mm_pop3_get_error(mm_pop3 *pop3, mm_error_detail *detail) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_get_error(pop3, detail));
}

int mm_pop3_get_tls(mm_pop3 *pop3, const char **text) {
    MMI_CLEAR(text, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_pop3_get_tls(pop3, text));
}
