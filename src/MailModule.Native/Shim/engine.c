/* The public functions for engines and their servers. */
#include "edge.h"

mm_engine *mm_engine_default(void) {
    if (mmi_enter() != MM_OK)
        return NULL;
    return mmi_engine_default();
}

int mm_engine_new(mm_engine **engine) {
    MMI_CLEAR(engine, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_new(engine);
}

int mm_engine_free(mm_engine *engine) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_free(engine);
}

int mm_engine_stop(mm_engine *engine, int timeout_ms) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_stop(engine, timeout_ms);
}

int mm_engine_load(mm_engine *engine, const char *filename) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_load(engine, filename);
}

int mm_engine_set(mm_engine *engine, const char *key, const char *text) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_set(engine, key, text);
}

int mm_engine_set_int(mm_engine *engine, const char *key, int64_t value) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_set_int(engine, key, value);
}

int mm_engine_get(mm_engine *engine, const char *key, char *buffer, size_t size, size_t *length) {
    MMI_CLEAR(length, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_get(engine, key, buffer, size, length);
}

int mm_engine_get_int(mm_engine *engine, const char *key, int64_t *value) {
    MMI_CLEAR(value, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_get_int(engine, key, value);
}

int mm_engine_set_log(mm_engine *engine, int level, mm_log_fn callback, void *user) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_engine_set_log(engine, level, callback, user);
}

/* Threads are born in the starts: with the host's signals blocked. */
int mm_smtp_server_start(mm_engine *engine, const mm_smtp_server_options *options,
                         const mm_smtp_server_handlers *handlers, void *user, mm_smtp_server **server) {
    mmi_signals signals;
    MMI_CLEAR(server, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_smtp_server_start(engine, options, handlers, user, server);
    mmi_restore_signals(&signals);
    return result;
}

int mm_smtp_server_get_port(mm_smtp_server *server, int *port) {
    MMI_CLEAR(port, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_smtp_server_get_port(server, port);
}

int mm_smtp_server_stop(mm_smtp_server *server, int timeout_ms) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_smtp_server_stop(server, timeout_ms);
}

int mm_pop3_server_start(mm_engine *engine, const mm_pop3_server_options *options,
                         const mm_pop3_server_handlers *handlers, void *user, mm_pop3_server **server) {
    mmi_signals signals;
    MMI_CLEAR(server, NULL);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int result = mmi_pop3_server_start(engine, options, handlers, user, server);
    mmi_restore_signals(&signals);
    return result;
}

int mm_pop3_server_get_port(mm_pop3_server *server, int *port) {
    MMI_CLEAR(port, 0);
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_pop3_server_get_port(server, port);
}

int mm_pop3_server_stop(mm_pop3_server *server, int timeout_ms) {
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    return mmi_pop3_server_stop(server, timeout_ms);
}
