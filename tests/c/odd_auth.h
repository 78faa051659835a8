/* Odd calls that check messages, sign them, and ask for results. */
#ifndef ODD_AUTH_H
#define ODD_AUTH_H

#include "odd_messages.h"

static inline const mm_auth_query *odd_query(void) {
    mm_auth_query *query = odd_struct(sizeof *query);
    if (!query || dice(8) == 0)
        return query;
    query->client = dice(2) ? "192.0.2.1" : odd_text();
    query->helo = odd_text();
    query->sender = odd_text();
    query->message = dice(8) ? odd_message_text() : NULL;
    query->message_size = query->message ? strlen(query->message) : (size_t)odd_number();
    query->path = dice(16) ? NULL : odd_text();
    query->read = dice(16) ? NULL : odd_piece;
    query->trusted_sealers = dice(2) ? NULL : odd_text();
    query->timeout_ms = dice(8) ? 1 : odd_number();
    query->reserved = dice(16) ? 0 : odd_number();
    return query;
}

static inline const mm_sign_options *odd_signer(void) {
    static mm_sign_options options;
    options = (mm_sign_options)MM_SIGN_OPTIONS_INIT;
    options.size = dice(8) ? sizeof options : (size_t)odd_number();
    options.domain = dice(2) ? "example.org" : odd_text();
    options.selector = dice(2) ? "s" : odd_text();
    options.key = dice(4) ? NULL : odd_text();
    options.key_path = dice(2) ? NULL : odd_text();
    return dice(4) ? &options : NULL;
}

static inline void odd_checked(int error, mm_auth *auth, void *user) {
    CHECK((error == MM_OK) == (auth != NULL));
    CHECK(user == NULL);
    mm_auth_free(auth);
}

static inline void odd_signed(int error, const char *fields, size_t length, void *user) {
    CHECK(error == MM_OK || length == 0);
    CHECK(strlen(fields) == length && user == NULL);
}

/* Live, gone, of another kind, or never one. */
static inline mm_auth *odd_findings(void) {
    static mm_auth *places[4];
    mm_auth **place = &places[dice(4)];
    if (dice(16) == 0)
        return (mm_auth *)(void *)odd_message_handle();
    if (dice(3))
        return *place;
    CALL(mm_auth_free, *place);
    mm_auth **target = dice(16) ? place : NULL;
    switch (dice(4)) {
    case 0:
        CALL(mm_spf_check, odd_engine(), odd_query(), target);
        break;
    case 1:
        CALL(mm_dkim_verify, odd_engine(), odd_query(), target);
        break;
    case 2:
        CALL(mm_arc_validate, odd_engine(), odd_query(), target);
        break;
    case 3:
        CALL(mm_dmarc_check, odd_engine(), odd_query(), target);
        break;
    }
    return *place;
}

static inline void one_start_of_auth(void) {
    switch (dice(4)) {
    case 0:
        CALL(mm_spf_check_start, odd_engine(), odd_query(), dice(8) ? odd_checked : NULL, NULL);
        break;
    case 1:
        CALL(mm_dkim_verify_start, odd_engine(), odd_query(), dice(8) ? odd_checked : NULL, NULL);
        break;
    case 2:
        CALL(mm_arc_validate_start, odd_engine(), odd_query(), dice(8) ? odd_checked : NULL, NULL);
        break;
    case 3:
        CALL(mm_dmarc_check_start, odd_engine(), odd_query(), dice(8) ? odd_checked : NULL, NULL);
        break;
    }
}

static inline void one_call_of_auth(void) {
    static char text[512];
    size_t length;
    int count;
    char *room = dice(8) ? text : NULL;
    size_t size = dice(sizeof text);
    switch (dice(9)) {
    case 0:
        CALL(mm_auth_get_count, odd_findings(), dice(8) ? &count : NULL);
        break;
    case 1:
        CALL(mm_auth_get_result, odd_findings(), odd_index(), odd_struct(sizeof(mm_auth_result)));
        break;
    case 2:
        CALL(mm_auth_get_field, odd_findings(), odd_text(), room, size, dice(2) ? &length : NULL);
        break;
    case 3:
        CALL(mm_dkim_sign, odd_engine(), odd_signer(), odd_query(), room, size, dice(2) ? &length : NULL);
        break;
    case 4:
        CALL(mm_dkim_sign_start, odd_engine(), odd_signer(), odd_query(), dice(8) ? odd_signed : NULL, NULL);
        break;
    case 5:
        CALL(mm_arc_seal, odd_engine(), odd_signer(), odd_query(), odd_text(), room, size, dice(2) ? &length : NULL);
        break;
    case 6:
        CALL(mm_arc_seal_start, odd_engine(), odd_signer(), odd_query(), odd_text(), dice(8) ? odd_signed : NULL, NULL);
        break;
    case 7:
        CALL(mm_stream_auth_get_count, odd_stream(), dice(8) ? &count : NULL);
        CALL(mm_stream_auth_get_result, odd_stream(), odd_index(), odd_struct(sizeof(mm_auth_result)));
        break;
    case 8:
        one_start_of_auth();
        break;
    }
}

#endif
