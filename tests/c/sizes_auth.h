/* The part of sizes.c about checks of messages, and signatures. */
#ifndef SIZES_AUTH_H
#define SIZES_AUTH_H

#include "sizes.h"

static const char sizes_letter[] = "From: a@example.org\r\n\r\ntext";

static void sizes_checked(int error, mm_auth *auth, void *user) {
    (void)error, (void)user;
    mm_auth_free(auth);
}

static void sizes_signed(int error, const char *fields, size_t length, void *user) {
    (void)error, (void)user;
    CHECK_INT(strlen(fields), length);
}

/* Each function by its query: q is one that is right, with odd members now. */
static int sizes_check(mm_engine *engine, const mm_auth_query *query, int which) {
    mm_auth *auth = NULL;
    int code;
    switch (which) {
    case 0:
        code = mm_spf_check(engine, query, &auth);
        break;
    case 1:
        code = mm_dkim_verify(engine, query, &auth);
        break;
    case 2:
        code = mm_arc_validate(engine, query, &auth);
        break;
    default:
        code = mm_dmarc_check(engine, query, &auth);
        break;
    }
    CHECK((code == MM_OK) == (auth != NULL));
    mm_auth_free(auth);
    return code;
}

static int sizes_start(mm_engine *engine, const mm_auth_query *query, int which) {
    switch (which) {
    case 0:
        return mm_spf_check_start(engine, query, sizes_checked, NULL);
    case 1:
        return mm_dkim_verify_start(engine, query, sizes_checked, NULL);
    case 2:
        return mm_arc_validate_start(engine, query, sizes_checked, NULL);
    default:
        return mm_dmarc_check_start(engine, query, sizes_checked, NULL);
    }
}

static mm_auth_query sizes_query(void) {
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    query.client = "127.0.0.1";
    query.helo = "localhost";
    query.message = sizes_letter;
    query.message_size = sizeof sizes_letter - 1;
    return query;
}

static void queries_of_auth(mm_engine *engine, const char *zeros) {
    static const int odd[] = {INT32_MIN, -1, 20001, INT32_MAX};
    mm_auth_query query = sizes_query();
    for (int which = 0; which < 4; which++) {
        SIZES_REFUSED(query, sizes_check(engine, &query, which));
        SIZES_REFUSED(query, sizes_start(engine, &query, which));
        for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
            query.timeout_ms = odd[i];
            CHECK_INT(MM_E_ARGUMENT, sizes_check(engine, &query, which));
            query.timeout_ms = 0;
            query.reserved = odd[i];
            CHECK_INT(MM_E_ARGUMENT, sizes_check(engine, &query, which));
            query.reserved = 0;
        }
        query.timeout_ms = 20000;
        CHECK_OK(sizes_check(engine, &query, which));
        query.timeout_ms = 1;
        CHECK_OK(sizes_start(engine, &query, which));
        query.timeout_ms = 0;
        if (which == 0)
            continue;
        query.message_size = SIZE_MAX;
        CHECK_INT(MM_E_ARGUMENT, sizes_check(engine, &query, which));
        for (query.message_size = 0; query.message_size < 2; query.message_size++)
            CHECK_OK(sizes_check(engine, &query, which));
        query.message = zeros;
        query.message_size = (size_t)LARGEST_CONTENT + 1;
        CHECK_OK(sizes_check(engine, &query, which));
        query = sizes_query();
    }
}

static void results_of_auth(mm_engine *engine) {
    static const int odd[] = {INT32_MIN, -1, 1, INT32_MAX};
    mm_auth_query query = sizes_query();
    mm_auth_result result = MM_AUTH_RESULT_INIT;
    mm_auth *auth;
    char field[512];
    size_t length;
    CHECK_OK(mm_dkim_verify(engine, &query, &auth));
    TRY(mm_auth_get_result);
    SIZES_REFUSED(result, mm_auth_get_result(auth, 0, &result));
    CHECK_OK(mm_auth_get_result(auth, 0, &result));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        CHECK_INT(MM_E_NOT_FOUND, mm_auth_get_result(auth, odd[i], &result));
    TRY(mm_auth_get_field);
    CHECK_OK(mm_auth_get_field(auth, "example.org", NULL, 0, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_auth_get_field(auth, "example.org", NULL, 1, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_auth_get_field(auth, "example.org", NULL, SIZE_MAX, &length));
    CHECK_INT(MM_E_LIMIT, mm_auth_get_field(auth, "example.org", field, 0, &length));
    CHECK_INT(MM_E_LIMIT, mm_auth_get_field(auth, "example.org", field, 1, &length));
    CHECK_INT(MM_E_LIMIT, mm_auth_get_field(auth, "example.org", field, length, &length));
    CHECK_OK(mm_auth_get_field(auth, "example.org", field, length + 1, &length));
    CHECK_INT(strlen(field), length);
    CHECK_OK(mm_auth_get_field(auth, "example.org", field, SIZE_MAX, &length));
    CHECK_OK(mm_auth_free(auth));
}

static void signatures_of_auth(mm_engine *engine) {
    mm_sign_options options = MM_SIGN_OPTIONS_INIT;
    mm_auth_query query = sizes_query();
    char room[16];
    options.domain = "example.org";
    options.selector = "s";
    options.key_path = "none";
    const char *found = "example.org; none";
    SIZES_REFUSED(options, mm_dkim_sign(engine, &options, &query, NULL, 0, NULL));
    SIZES_REFUSED(options, mm_dkim_sign_start(engine, &options, &query, sizes_signed, NULL));
    SIZES_REFUSED(options, mm_arc_seal(engine, &options, &query, found, NULL, 0, NULL));
    SIZES_REFUSED(options, mm_arc_seal_start(engine, &options, &query, found, sizes_signed, NULL));
    SIZES_REFUSED(query, mm_dkim_sign(engine, &options, &query, NULL, 0, NULL));
    SIZES_REFUSED(query, mm_dkim_sign_start(engine, &options, &query, sizes_signed, NULL));
    SIZES_REFUSED(query, mm_arc_seal(engine, &options, &query, found, NULL, 0, NULL));
    SIZES_REFUSED(query, mm_arc_seal_start(engine, &options, &query, found, sizes_signed, NULL));
    for (size_t size = 1; size; size = size == 1 ? SIZE_MAX : 0) {
        CHECK_INT(MM_E_ARGUMENT, mm_dkim_sign(engine, &options, &query, NULL, size, NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_arc_seal(engine, &options, &query, found, NULL, size, NULL));
        CHECK_INT(MM_E_NOT_FOUND, mm_dkim_sign(engine, &options, &query, room, size, NULL));
        CHECK_INT(MM_E_NOT_FOUND, mm_arc_seal(engine, &options, &query, found, room, size, NULL));
        CHECK_TEXT("", room);
    }
}

static void auth_of_messages(mm_engine *engine, const char *zeros) {
    TRY(mm_spf_check);
    TRY(mm_spf_check_start);
    TRY(mm_dkim_verify);
    TRY(mm_dkim_verify_start);
    TRY(mm_arc_validate);
    TRY(mm_arc_validate_start);
    TRY(mm_dmarc_check);
    TRY(mm_dmarc_check_start);
    queries_of_auth(engine, zeros);
    results_of_auth(engine);
    TRY(mm_dkim_sign);
    TRY(mm_dkim_sign_start);
    TRY(mm_arc_seal);
    TRY(mm_arc_seal_start);
    signatures_of_auth(engine);
}

#endif
