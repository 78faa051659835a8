/* The part of sizes.c about what is fetched. */
#ifndef SIZES_FETCHES_H
#define SIZES_FETCHES_H

#include "sizes.h"

static void fetches(mm_engine *engine) {
    mm_fetch_account account = MM_FETCH_ACCOUNT_INIT;
    mm_fetch_result result = MM_FETCH_RESULT_INIT;
    mm_fetch *fetch;
    account.host = "127.0.0.1";
    account.user = account.password = "x";
    account.name = "nobody";
    TRY(mm_fetch_begin);
    SIZES_REFUSED(account, mm_fetch_begin(engine, &account, &fetch));
    int *const numbers[] = {&account.port,  &account.tls,  &account.tls_check,
                            &account.flags, &account.most, &account.timeout_ms};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i] = INT32_MIN;
        CHECK_INT(MM_E_ARGUMENT, mm_fetch_begin(engine, &account, &fetch));
        *numbers[i] = i < 4 ? INT32_MAX : 0;
        if (i < 4)
            CHECK_INT(MM_E_ARGUMENT, mm_fetch_begin(engine, &account, &fetch));
        *numbers[i] = 0;
    }
    account.most = account.timeout_ms = INT32_MAX;
    CHECK_OK(mm_fetch_begin(engine, &account, &fetch));
    TRY(mm_fetch_wait);
    CHECK_INT(MM_E_ARGUMENT, mm_fetch_wait(fetch, -2));
    CHECK_INT(MM_E_ARGUMENT, mm_fetch_wait(fetch, INT32_MIN));
    CHECK_OK(mm_fetch_wait(fetch, INT32_MAX));
    TRY(mm_fetch_get_result);
    SIZES_REFUSED(result, mm_fetch_get_result(fetch, &result));
    CHECK_OK(mm_fetch_get_result(fetch, &result));
    CHECK_INT(MM_E_NOT_FOUND, result.error);
    CHECK_OK(mm_fetch_free(fetch));
}

#endif
