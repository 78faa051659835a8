/* May this host send for this domain (SPF)? spf ADDRESS SENDER [HELO [NAMESERVER]]. Ends with 0 unless it may not. */
#include <mailmodule.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static const char *const words[] = {"none",    "pass",   "fail",      "softfail",
                                        "neutral", "policy", "temperror", "permerror"};
    mm_engine *engine = mm_engine_default();
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    mm_auth *auth;
    int count;
    if (argc < 3 || argc > 5)
        return fprintf(stderr, "usage: spf ADDRESS SENDER [HELO [NAMESERVER]]\n"), 2;
    query.client = argv[1];
    query.sender = argv[2];
    query.helo = argc > 3 ? argv[3] : NULL;
    if (argc > 4 && mm_engine_set(engine, "smtp_dns", argv[4]) != MM_OK)
        return fprintf(stderr, "spf: %s\n", mm_last_error_message()), 2;
    if (mm_spf_check(engine, &query, &auth) != MM_OK || mm_auth_get_count(auth, &count) != MM_OK)
        return fprintf(stderr, "spf: %s\n", mm_last_error_message()), 2;
    for (int i = 0; i < count && mm_auth_get_result(auth, i, &found) == MM_OK; i++) {
        printf("%s of %s: %s", found.flags & MM_AUTH_FLAG_HELO ? "HELO" : "sender", found.domain, words[found.result]);
        printf("%s%s%s%s\n", *found.mechanism ? " by " : "", found.mechanism, *found.reason ? ": " : "", found.reason);
        if (*found.explanation)
            printf("%s says: %s\n", found.domain, found.explanation);
    }
    mm_auth_free(auth);
    return found.result == MM_AUTH_FAIL;
}
