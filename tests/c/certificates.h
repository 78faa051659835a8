/*
 * What holds of TLS of the client of either protocol, for tests that tls.py starts in a folder with certificates for
 * localhost: whom the engine trusts, what a host is shown of a certificate and says to it, certificates of our own.
 */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#include "client_kinds.h"

static inline void trust(const char *file) {
    CHECK_OK(mm_engine_set(mm_engine_default(), "tls_cafile", file));
}

/* ---- what the host sees of a certificate, and says to it ---- */

struct seen {
    int times, accept;
    const struct client_kind *kind;
    void *client;
};

static inline void on_certificate(const mm_certificate *certificate, int *accept, void *user) {
    struct seen *seen = user;
    seen->times++;
    CHECK_TEXT("127.0.0.1", certificate->host);
    CHECK(strstr(certificate->subject, "localhost") != NULL);
    CHECK(strstr(certificate->issuer, "Test authority ca") != NULL);
    CHECK_TEXT("localhost", certificate->names);
    CHECK_INT(MM_CERTIFICATE_NAME, certificate->problems);
    CHECK(strstr(certificate->problem_text, "127.0.0.1") != NULL);
    CHECK(certificate->chain_count > 0);
    CHECK(certificate->chain_lengths[0] > 100 && *(const unsigned char *)certificate->chain[0] == 0x30);
    CHECK(certificate->not_before < certificate->not_after);
    CHECK_INT(0, *accept);
    CHECK_FAILS(MM_E_STATE, seen->kind->noop(seen->client));
    *accept = seen->accept;
}

/* The server's at this port, which begins with TLS. */
static inline void another_name(const struct client_kind *kind, int implicit) {
    struct seen seen = {0, 0, kind, NULL};
    struct client_choices choices = {0};
    void *client = make_client(kind, mm_engine_default(), NULL);
    CHECK_FAILS(MM_E_CERTIFICATE_NAME, kind->connect(client, "127.0.0.1", implicit, 1));
    mm_error_detail detail = detail_of(kind, client);
    CHECK_INT(MM_E_CERTIFICATE_NAME, detail.code);
    CHECK_INT(MM_LAYER_TLS, detail.layer);
    CHECK_INT(MM_STAGE_TLS, detail.stage);
    CHECK_INT(MM_CERTIFICATE_NAME, detail.certificate);
    CHECK_INT(0, detail.retry);
    CHECK(strstr(detail.message, "not for 127.0.0.1 but for localhost") != NULL);
    CHECK_FAILS(MM_E_STATE, kind->noop(client));
    CHECK_OK(kind->free(client));
    choices.on_certificate = on_certificate;
    choices.user = &seen;
    for (seen.accept = 0; seen.accept < 2; seen.accept++) {
        seen.client = client = make_client(kind, mm_engine_default(), &choices);
        int expected = seen.accept ? MM_OK : MM_E_CERTIFICATE_NAME;
        CHECK_INT(expected, kind->connect(client, "127.0.0.1", implicit, 1));
        CHECK_INT(seen.accept + 1, seen.times);
        CHECK_OK(kind->free(client));
    }
    choices.on_certificate = NULL;
    choices.tls_check = MM_TLS_CHECK_NEVER;
    client = make_client(kind, mm_engine_default(), &choices);
    CHECK_OK(kind->connect(client, "127.0.0.1", implicit, 1));
    CHECK_OK(kind->free(client));
}

static inline void another_issuer(const struct client_kind *kind, int implicit) {
    void *client = make_client(kind, mm_engine_default(), NULL);
    trust("other.pem");
    int result = kind->connect(client, "localhost", implicit, 1);
    if (result == MM_OK && by_wine()) {
        printf("skipped: another issuer: wine does not look at who has issued a certificate\n");
    } else {
        CHECK_INT(MM_E_TLS, result);
        CHECK(detail_of(kind, client).certificate & MM_CERTIFICATE_UNTRUSTED);
    }
    trust("ca.pem");
    CHECK_OK(kind->free(client));
}

/* ---- servers and certificates that are none ---- */

/* A server that begins in clear text. */
static inline void no_tls_there(const struct client_kind *kind, int port) {
    void *client = make_client(kind, mm_engine_default(), NULL);
    CHECK_FAILS(MM_E_TLS, kind->connect(client, "localhost", port, 1));
    CHECK_INT(MM_LAYER_TLS, detail_of(kind, client).layer);
    CHECK_INT(0, detail_of(kind, client).certificate);
    CHECK_FAILS(MM_E_STATE, kind->noop(client));
    CHECK_OK(kind->free(client));
}

/* A client with a certificate of our own, whose files are read when it is made; NULL: not here. */
static inline void *client_with_a_certificate(const struct client_kind *kind) {
    void *client = NULL;
    struct client_choices choices = {.certificate = "server.pem", .key = "ca.key"};
    CHECK_FAILS(MM_E_TLS, kind->make(mm_engine_default(), &choices, &client));
    choices.key = "server.key";
    int result = kind->make(mm_engine_default(), &choices, &client);
    if (result != MM_OK && by_wine()) {
        printf("skipped: a certificate of our own: wine does not take the private key\n");
        return NULL;
    }
    CHECK_OK(result);
    return client;
}

#endif
