/*
 * The public functions for the sessions of a POP3 server in its handlers, beside those that both protocols have.
 */
#include "edge.h"

int mm_pop3_server_add_handlers(mm_pop3_server *server, const mm_pop3_server_handlers *handlers, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_pop3_server_add_handlers(server, handlers, user);
}

int mm_pop3_server_adopt(mm_pop3_server *server, mm_socket socket, int tls) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_pop3_server_adopt(server, (intptr_t)socket, tls);
    mmi_restore_signals(&signals);
    return result;
}

int mm_session_add_message(mm_session *session, int64_t octets, const char *id, void *data) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_add_message(session, octets, id, data);
}

int mm_session_write(mm_session *session, const void *octets, size_t size) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_session_write(session, octets, size);
}
