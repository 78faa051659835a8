/*
 * What the tests of TLS of both clients share, which tls.py starts in a folder with certificates for localhost: whom
 * the engine trusts, and what a host is shown of a certificate and says to it.
 */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#include "clients.h"

static inline void trust(const char *file) {
    CHECK_OK(mm_engine_set(mm_engine_default(), "tls_cafile", file));
}

struct seen {
    int times, accept;
    void *client;
    int (*call)(void *client); /* a call of it, which may not be made meanwhile */
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
    if (seen->call)
        CHECK_FAILS(MM_E_STATE, seen->call(seen->client));
    *accept = seen->accept;
}

#endif
