/* What the clients of both protocols can do, by one name each, for tests that hold of either. */
#ifndef CLIENT_KINDS_H
#define CLIENT_KINDS_H

#include "pop3_clients.h"

/* What a client is made with; as it is made: nothing but defaults. */
struct client_choices {
    const char *proxy, *certificate, *key;
    int tls_check;
    mm_certificate_fn on_certificate;
    void *user;
};

struct client_kind {
    int (*make)(mm_engine *engine, const struct client_choices *choices, void **client);
    int (*free)(void *client);
    int (*connect)(void *client, const char *host, int port, int is_tls); /* from the first octet, or never */
    int (*connect_transport)(void *client, const mm_transport *transport, const char *host, int flags);
    int (*set_transport)(void *client, const mm_transport *transport);
    int (*start_tls)(void *client, const char *host);
    int (*noop)(void *client);
    int (*close)(void *client);
    int (*cancel)(void *client);
    int (*wait)(void *client, int wanted, int timeout_ms, int *found);
    int (*get_socket)(void *client, mm_socket *number);
    int (*get_error)(void *client, mm_error_detail *detail);
    void (*has_ended)(void *client); /* checks what is refused when there is no dialogue any more */
    const char *greeting, *well;     /* lines of a server: its first, and its answer to NOOP */
};

static inline void *make_client(const struct client_kind *kind, mm_engine *engine,
                                const struct client_choices *choices) {
    static const struct client_choices defaults;
    void *client = NULL;
    CHECK_OK(kind->make(engine, choices ? choices : &defaults, &client));
    if (!client)
        exit(check_result());
    return client;
}

static inline mm_error_detail detail_of(const struct client_kind *kind, void *client) {
    mm_error_detail detail = MM_ERROR_DETAIL_INIT;
    CHECK_OK(kind->get_error(client, &detail));
    return detail;
}

/* ---- mm_smtp_... ---- */

static inline int smtp_make(mm_engine *engine, const struct client_choices *choices, void **client) {
    mm_smtp *made = NULL;
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    options.proxy = choices->proxy;
    options.certificate = choices->certificate;
    options.key = choices->key;
    options.tls_check = choices->tls_check;
    options.on_certificate = choices->on_certificate;
    options.user = choices->user;
    int result = mm_smtp_new(engine, &options, &made);
    *client = made;
    return result;
}

static inline int smtp_end(void *client) {
    return mm_smtp_free(client);
}

static inline int smtp_connect(void *client, const char *host, int port, int is_tls) {
    return mm_smtp_connect(client, host, port, is_tls ? MM_SMTP_TLS : 0, NULL);
}

static inline int smtp_connect_transport(void *client, const mm_transport *transport, const char *host, int flags) {
    return mm_smtp_connect_transport(client, transport, host, flags, NULL);
}

static inline int smtp_set_transport(void *client, const mm_transport *transport) {
    return mm_smtp_set_transport(client, transport);
}

static inline int smtp_start_tls(void *client, const char *host) {
    return mm_smtp_start_tls(client, host, 0, NULL);
}

static inline int smtp_noop(void *client) {
    return mm_smtp_noop(client, NULL);
}

static inline int smtp_close(void *client) {
    return mm_smtp_close(client);
}

static inline int smtp_cancel(void *client) {
    return mm_smtp_cancel(client);
}

static inline int smtp_wait(void *client, int wanted, int timeout_ms, int *found) {
    return mm_smtp_wait(client, wanted, timeout_ms, found);
}

static inline int smtp_get_socket(void *client, mm_socket *number) {
    return mm_smtp_get_socket(client, number);
}

static inline int smtp_get_error(void *client, mm_error_detail *detail) {
    return mm_smtp_get_error(client, detail);
}

static inline void smtp_has_ended(void *client) {
    CHECK_FAILS(MM_E_STATE, mm_smtp_quit(client, NULL));
}

static const struct client_kind smtp_client = {
    .make = smtp_make,
    .free = smtp_end,
    .connect = smtp_connect,
    .connect_transport = smtp_connect_transport,
    .set_transport = smtp_set_transport,
    .start_tls = smtp_start_tls,
    .noop = smtp_noop,
    .close = smtp_close,
    .cancel = smtp_cancel,
    .wait = smtp_wait,
    .get_socket = smtp_get_socket,
    .get_error = smtp_get_error,
    .has_ended = smtp_has_ended,
    .greeting = "220 hello",
    .well = "250 well",
};

/* ---- mm_pop3_... ---- */

static inline int pop3_make(mm_engine *engine, const struct client_choices *choices, void **client) {
    mm_pop3 *made = NULL;
    mm_pop3_options options = MM_POP3_OPTIONS_INIT;
    options.proxy = choices->proxy;
    options.certificate = choices->certificate;
    options.key = choices->key;
    options.tls_check = choices->tls_check;
    options.on_certificate = choices->on_certificate;
    options.user = choices->user;
    int result = mm_pop3_new(engine, &options, &made);
    *client = made;
    return result;
}

static inline int pop3_end(void *client) {
    return mm_pop3_free(client);
}

static inline int pop3_connect(void *client, const char *host, int port, int is_tls) {
    return mm_pop3_connect(client, host, port, is_tls ? MM_POP3_TLS : 0, NULL);
}

static inline int pop3_connect_transport(void *client, const mm_transport *transport, const char *host, int flags) {
    return mm_pop3_connect_transport(client, transport, host, flags, NULL);
}

static inline int pop3_set_transport(void *client, const mm_transport *transport) {
    return mm_pop3_set_transport(client, transport);
}

static inline int pop3_start_tls(void *client, const char *host) {
    return mm_pop3_start_tls(client, host, 0, NULL);
}

static inline int pop3_noop(void *client) {
    return mm_pop3_noop(client, NULL);
}

static inline int pop3_close(void *client) {
    return mm_pop3_close(client);
}

static inline int pop3_cancel(void *client) {
    return mm_pop3_cancel(client);
}

static inline int pop3_wait(void *client, int wanted, int timeout_ms, int *found) {
    return mm_pop3_wait(client, wanted, timeout_ms, found);
}

static inline int pop3_get_socket(void *client, mm_socket *number) {
    return mm_pop3_get_socket(client, number);
}

static inline int pop3_get_error(void *client, mm_error_detail *detail) {
    return mm_pop3_get_error(client, detail);
}

/* So that nothing of a message is read behind its end, and nothing deleted. */
static inline void pop3_has_ended(void *client) {
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    char octet;
    size_t length = 1;
    CHECK_FAILS(MM_E_STATE, mm_pop3_read(client, &octet, 1, &length));
    CHECK_INT(0, length);
    CHECK_FAILS(MM_E_STATE, mm_pop3_next(client, &entry));
    CHECK_FAILS(MM_E_STATE, mm_pop3_quit(client, NULL));
}

static const struct client_kind pop3_client = {
    .make = pop3_make,
    .free = pop3_end,
    .connect = pop3_connect,
    .connect_transport = pop3_connect_transport,
    .set_transport = pop3_set_transport,
    .start_tls = pop3_start_tls,
    .noop = pop3_noop,
    .close = pop3_close,
    .cancel = pop3_cancel,
    .wait = pop3_wait,
    .get_socket = pop3_get_socket,
    .get_error = pop3_get_error,
    .has_ended = pop3_has_ended,
    .greeting = "+OK hello",
    .well = "+OK well",
};

#endif
