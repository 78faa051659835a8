/*
 * The host's own TLS, by OpenSSL: smtp_openssl HOST PORT CAFILE. STARTTLS, a handshake on the connection's socket, then
 * the rest of the dialogue by callbacks. Ends with 0 if the server has answered EHLO under TLS.
 */
#include <mailmodule.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

/* What OpenSSL waits for, in the library's words. */
static int awaited(SSL *ssl, int returned) {
    switch (SSL_get_error(ssl, returned)) {
    case SSL_ERROR_WANT_READ:
        return MM_AGAIN_READ;
    case SSL_ERROR_WANT_WRITE:
        return MM_AGAIN_WRITE;
    default:
        return MM_E_TLS;
    }
}

static int on_read(void *buffer, size_t size, size_t *length, void *ssl) {
    int returned = SSL_read_ex(ssl, buffer, size, length);
    if (returned == 1 || SSL_get_error(ssl, returned) == SSL_ERROR_ZERO_RETURN)
        return MM_OK; /* at the end no octets */
    return awaited(ssl, returned);
}

static int on_write(const void *octets, size_t size, size_t *length, void *ssl) {
    int returned = SSL_write_ex(ssl, octets, size, length);
    return returned == 1 ? MM_OK : awaited(ssl, returned);
}

static void on_close(void *ssl) {
    SSL_shutdown(ssl);
    SSL_free(ssl);
}

/* Waits as the library itself does: mm_smtp_cancel ends it too. */
static int shake_hands(mm_smtp *smtp, SSL *ssl) {
    for (;;) {
        int returned = SSL_connect(ssl), found, result;
        if (returned == 1)
            return MM_OK;
        int wanted = awaited(ssl, returned);
        if (wanted == MM_E_TLS) {
            ERR_print_errors_fp(stderr);
            return MM_E_TLS;
        }
        result = mm_smtp_wait(smtp, wanted == MM_AGAIN_READ ? MM_READY_INPUT : MM_READY_ROOM, 30000, &found);
        if (result != MM_OK)
            return result;
    }
}

static SSL *new_ssl(mm_smtp *smtp, SSL_CTX *context, const char *host) {
    mm_socket socket;
    SSL *ssl = SSL_new(context);
    if (!ssl || mm_smtp_get_socket(smtp, &socket) != MM_OK)
        return NULL;
    SSL_set_fd(ssl, (int)socket);
    SSL_set_tlsext_host_name(ssl, host);
    SSL_set1_host(ssl, host);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    return ssl;
}

static int talk(mm_smtp *smtp, SSL_CTX *context, const char *host, int port) {
    mm_transport transport = MM_TRANSPORT_INIT;
    int code;
    if (mm_smtp_connect(smtp, host, port, 0, &code) != MM_OK || mm_smtp_ehlo(smtp, NULL, &code) != MM_OK ||
        mm_smtp_starttls(smtp, &code) != MM_OK)
        return mm_last_error();
    if (code != 220)
        return fprintf(stderr, "the server says %d to STARTTLS\n", code), MM_E_TLS;
    transport.user = new_ssl(smtp, context, host);
    if (!transport.user || shake_hands(smtp, transport.user) != MM_OK)
        return SSL_free(transport.user), MM_E_TLS;
    transport.read = on_read;
    transport.write = on_write;
    transport.close = on_close;
    transport.is_secure = 1;
    if (mm_smtp_set_transport(smtp, &transport) != MM_OK || mm_smtp_ehlo(smtp, NULL, &code) != MM_OK)
        return mm_last_error();
    printf("EHLO under %s is answered with %d\n", SSL_get_version(transport.user), code);
    return mm_smtp_quit(smtp, NULL);
}

int main(int argc, char **argv) {
    mm_smtp *smtp;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    int result;
    if (argc != 4 || SSL_CTX_load_verify_locations(context, argv[3], NULL) != 1)
        return fprintf(stderr, "usage: smtp_openssl HOST PORT CAFILE\n"), 2;
    if (mm_smtp_new(mm_engine_default(), NULL, &smtp) != MM_OK)
        return fprintf(stderr, "smtp_openssl: %s\n", mm_last_error_message()), 1;
    result = talk(smtp, context, argv[1], atoi(argv[2]));
    if (result != MM_OK)
        fprintf(stderr, "smtp_openssl: %s: %s\n", mm_strerror(result), mm_last_error_message());
    mm_smtp_free(smtp);
    SSL_CTX_free(context);
    return result == MM_OK ? 0 : 1;
}
