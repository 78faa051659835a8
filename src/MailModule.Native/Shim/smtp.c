/*
 * The public functions of the SMTP client. Callbacks of the host come in the middle of them, and call functions that
 * set the thread's last error: what a call itself says of it is said at its end.
 */
#include "edge.h"

static int ended(int result) {
    if (result == MM_OK)
        mmi_clear_error();
    return result;
}

/* Threads may be born in it, and in the connects: with the host's signals blocked. */
int mm_smtp_new(mm_engine *engine, const mm_smtp_options *options, mm_smtp **smtp) {
    mmi_signals signals;
    MMI_CLEAR(smtp, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_smtp_new(engine, options, smtp);
    mmi_restore_signals(&signals);
    return ended(result);
}

int mm_smtp_free(mm_smtp *smtp) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_free(smtp));
}

int mm_smtp_set_timeouts(mm_smtp *smtp, int connect_ms, int send_ms, int receive_ms) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_set_timeouts(smtp, connect_ms, send_ms, receive_ms));
}

int mm_smtp_connect(mm_smtp *smtp, const char *host, int port, int flags, int *code) {
    mmi_signals signals;
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_smtp_connect(smtp, host, port, flags, code);
    mmi_restore_signals(&signals);
    return ended(result);
}

int mm_smtp_connect_transport(mm_smtp *smtp, const mm_transport *transport, const char *host, int flags, int *code) {
    mmi_signals signals;
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_smtp_connect_transport(smtp, transport, host, flags, code);
    mmi_restore_signals(&signals);
    return ended(result);
}

int mm_smtp_starttls(mm_smtp *smtp, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_starttls(smtp, code));
}

int mm_smtp_start_tls(mm_smtp *smtp, const char *server_name, int flags, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_start_tls(smtp, server_name, flags, code));
}

int mm_smtp_set_transport(mm_smtp *smtp, const mm_transport *transport) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_set_transport(smtp, transport));
}

int mm_smtp_get_socket(mm_smtp *smtp, mm_socket *socket) {
    intptr_t found = -1;
    MMI_CLEAR(socket, MM_INVALID_SOCKET);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    int result = mmi_smtp_get_socket(smtp, socket ? &found : NULL);
    if (result == MM_OK)
        *socket = (mm_socket)found;
    return ended(result);
}

int mm_smtp_wait(mm_smtp *smtp, int wanted, int timeout_ms, int *found) {
    MMI_CLEAR(found, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_wait(smtp, wanted, timeout_ms, found));
}

int mm_smtp_cancel(mm_smtp *smtp) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_cancel(smtp));
}

int mm_smtp_close(mm_smtp *smtp) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_close(smtp));
}

int mm_smtp_helo(mm_smtp *smtp, const char *name, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_helo(smtp, name, code));
}

int mm_smtp_ehlo(mm_smtp *smtp, const char *name, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_ehlo(smtp, name, code));
}

int mm_smtp_lhlo(mm_smtp *smtp, const char *name, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_lhlo(smtp, name, code));
}

int mm_smtp_get_capability_count(mm_smtp *smtp, int *count) {
    MMI_CLEAR(count, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_get_capability_count(smtp, count));
}

int mm_smtp_get_capability(mm_smtp *smtp, int index, const char **text) {
    MMI_CLEAR(text, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_get_capability(smtp, index, text));
}

int mm_smtp_find_capability(mm_smtp *smtp, const char *name, const char **parameters) {
    MMI_CLEAR(parameters, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_find_capability(smtp, name, parameters));
}

int mm_smtp_auth(mm_smtp *smtp, const char *mechanism, const char *user, const char *password, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_auth(smtp, mechanism, user, password, code));
}

int mm_smtp_auth_token(mm_smtp *smtp, const char *mechanism, const char *identity, mm_token_fn token, void *token_user,
                       int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_auth_token(smtp, mechanism, identity, token, token_user, code));
}

int mm_smtp_auth_raw(mm_smtp *smtp, const char *mechanism, const char *initial, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_auth_raw(smtp, mechanism, initial, code));
}

int mm_smtp_auth_respond(mm_smtp *smtp, const char *response, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_auth_respond(smtp, response, code));
}

int mm_smtp_mail(mm_smtp *smtp, const char *from, const char *parameters, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_mail(smtp, from, parameters, code));
}

int mm_smtp_rcpt(mm_smtp *smtp, const char *to, const char *parameters, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_rcpt(smtp, to, parameters, code));
}

int mm_smtp_data(mm_smtp *smtp, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_data(smtp, code));
}

int mm_smtp_write(mm_smtp *smtp, const void *octets, size_t size, int flags, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_write(smtp, octets, size, flags, code));
}

int mm_smtp_write_raw(mm_smtp *smtp, const void *octets, size_t size, int flags, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_write_raw(smtp, octets, size, flags, code));
}

int mm_smtp_bdat(mm_smtp *smtp, const void *octets, size_t size, int last, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_bdat(smtp, octets, size, last, code));
}

int mm_smtp_rset(mm_smtp *smtp, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_rset(smtp, code));
}

int mm_smtp_noop(mm_smtp *smtp, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_noop(smtp, code));
}

int mm_smtp_vrfy(mm_smtp *smtp, const char *text, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_vrfy(smtp, text, code));
}

int mm_smtp_expn(mm_smtp *smtp, const char *text, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_expn(smtp, text, code));
}

int mm_smtp_help(mm_smtp *smtp, const char *text, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_help(smtp, text, code));
}

int mm_smtp_quit(mm_smtp *smtp, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_quit(smtp, code));
}

int mm_smtp_send_command(mm_smtp *smtp, const char *line) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_send_command(smtp, line));
}

int mm_smtp_receive(mm_smtp *smtp, int *code) {
    MMI_CLEAR(code, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_receive(smtp, code));
}

int mm_smtp_get_reply(mm_smtp *smtp, mm_smtp_reply *reply) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_get_reply(smtp, reply));
}

int mm_smtp_get_error(mm_smtp *smtp, mm_error_detail *detail) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_get_error(smtp, detail));
}

int mm_smtp_get_tls(mm_smtp *smtp, const char **text) {
    MMI_CLEAR(text, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return ended(mmi_smtp_get_tls(smtp, text));
}
