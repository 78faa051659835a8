/* What the tests of checks and signatures of messages share: a letter, a key, and names. */
#ifndef AUTHS_H
#define AUTHS_H

#include "check.h"
#include "mailmodule.h"
#include "names.h"

enum { ROOM = 16384 };

static char key[4096], record[4096], root[128];

/* The first is filled when the key is made. */
static struct name_record zone[] = {
    {"s._domainkey.example.org", NAMES_TXT, 0, record},
    {"example.org", NAMES_TXT, 0, "v=spf1 ip4:192.0.2.0/24 ip4:127.0.0.1 ip6:2001:db8::/32 -all"},
    {"_dmarc.example.org", NAMES_TXT, 0, "v=DMARC1; p=reject; sp=quarantine"},
    {"broken.example", NAMES_BROKEN, 0, NULL},
    {"silent.example", NAMES_SILENT, 0, NULL},
    {"s._domainkey.silent.example", NAMES_SILENT, 0, NULL},
    {NULL, 0, 0, NULL}};

static const char letter[] =
    "From: Ann <ann@example.org>\r\nTo: bert@example.net\r\nSubject: Hello\r\n"
    "Date: Sun, 29 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHow are you?\r\n";

static inline mm_auth_query query_of(const char *message) {
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    query.client = "192.0.2.1";
    query.helo = "mail.example.org";
    query.sender = "ann@example.org";
    query.message = message;
    query.message_size = message ? strlen(message) : 0;
    return query;
}

static inline mm_sign_options signer(const char *domain) {
    mm_sign_options options = MM_SIGN_OPTIONS_INIT;
    options.domain = domain;
    options.selector = "s";
    options.key = key;
    return options;
}

static inline mm_engine *new_engine(const char *server) {
    mm_engine *engine;
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "mx.example.net"));
    CHECK_OK(mm_engine_set(engine, "smtp_dns", server));
    return engine;
}

/* The message with its signature in front. */
static inline const char *signed_letter(mm_engine *engine, const char *domain) {
    static char text[ROOM];
    mm_sign_options options = signer(domain);
    mm_auth_query query = query_of(letter);
    size_t length;
    CHECK_OK(mm_dkim_sign(engine, &options, &query, text, sizeof text, &length));
    CHECK_INT(strlen(text), length);
    CHECK(strncmp(text, "DKIM-Signature: ", 16) == 0 && strcmp(text + length - 2, "\r\n") == 0);
    return strcat(text, letter);
}

/* One result, in the words of which the test asks. */
static inline void expect(mm_auth *auth, int index, const char *method, int result, const char *domain) {
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    CHECK_OK(mm_auth_get_result(auth, index, &found));
    CHECK_TEXT(method, found.method);
    CHECK_INT(result, found.result);
    CHECK_TEXT(domain, found.domain);
    CHECK(found.reason && found.selector && found.explanation);
}

/* Whether the system has RSA: wine has not, and says so. */
static inline int make_key(void) {
    int result = mm_dkim_key_make(MM_DKIM_RSA_SHA256, 0, key, sizeof key, NULL, record, sizeof record, NULL);
    CHECK_INT(by_wine() && result != MM_OK ? MM_E_TLS : MM_OK, result);
    return result == MM_OK;
}

/* The key, the names, and an engine that asks for them. Without a key only what signs nothing can be tried. */
static inline mm_engine *auths_start(int *has_key) {
    sprintf(root, "%s/mail", check_make_folder());
    *has_key = make_key();
    return new_engine(names_start(zone));
}

/* The end of a test that needs a key and has none. */
static inline int auths_without_key(const char *test, mm_engine *engine) {
    CHECK_OK(mm_engine_free(engine));
    names_stop();
    return check_failures ? check_result() : check_skipped(test, "wine has no RSA");
}

#endif
