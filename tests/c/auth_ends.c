/* Checks and signatures with a completion, and what a stop makes of those under way. */
#include "auths.h"

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    int ended, error, result, is_held;
    size_t length;
    mm_engine *engine;
} heard = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, 0, NULL};

static void hear(int error, int result, size_t length) {
    pthread_mutex_lock(&heard.gate);
    heard.ended++;
    heard.error = error;
    heard.result = result;
    heard.length = length;
    pthread_cond_broadcast(&heard.moved);
    while (heard.is_held)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

static void wait_for(int ended) {
    pthread_mutex_lock(&heard.gate);
    while (heard.ended < ended)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

static void on_checked(int error, mm_auth *auth, void *user) {
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    CHECK(user == &heard && (error == MM_OK) == (auth != NULL));
    if (auth)
        CHECK_OK(mm_auth_get_result(auth, 0, &found));
    CHECK_INT(MM_E_STATE, mm_engine_stop(heard.engine, 0));
    int result = found.result;
    mm_auth_free(auth);
    hear(error, result, 0);
}

static void on_signed(int error, const char *fields, size_t length, void *user) {
    CHECK(user == &heard && strlen(fields) == length);
    hear(error, 0, length);
}

static void completions(mm_engine *engine) {
    mm_sign_options options = signer("example.org");
    mm_auth_query query = query_of(signed_letter(engine, "example.org"));
    heard.engine = engine;
    heard.ended = 0;
    CHECK_OK(mm_dkim_verify_start(engine, &query, on_checked, &heard));
    wait_for(1);
    CHECK_INT(MM_AUTH_PASS, heard.result);
    CHECK_OK(mm_spf_check_start(engine, &query, on_checked, &heard));
    wait_for(2);
    CHECK_OK(mm_arc_validate_start(engine, &query, on_checked, &heard));
    wait_for(3);
    CHECK_INT(MM_AUTH_NONE, heard.result);
    CHECK_OK(mm_dmarc_check_start(engine, &query, on_checked, &heard));
    wait_for(4);
    CHECK_OK(mm_dkim_sign_start(engine, &options, &query, on_signed, &heard));
    wait_for(5);
    CHECK(heard.error == MM_OK && heard.length > 100);
    query = query_of("Subject: from nobody\r\n\r\n");
    CHECK_OK(mm_dkim_sign_start(engine, &options, &query, on_signed, &heard));
    wait_for(6);
    CHECK(heard.error == MM_E_ARGUMENT && heard.length == 0);
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_verify_start(engine, &query, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_sign_start(engine, &options, &query, NULL, NULL));
}

/* ---- name servers that do not answer, and a stop meanwhile ---- */

enum { MANY = 50 };

static void *waiting(void *argument) {
    mm_auth_query query = query_of(NULL);
    mm_auth *auth;
    query.sender = "ann@silent.example";
    CHECK_INT(MM_E_CANCELLED, mm_spf_check(argument, &query, &auth));
    CHECK(auth == NULL);
    return NULL;
}

static void silence(mm_engine *engine) {
    mm_auth_query query = query_of(signed_letter(engine, "silent.example"));
    mm_auth *auth;
    query.timeout_ms = 200;
    CHECK_OK(mm_dkim_verify(engine, &query, &auth));
    expect(auth, 0, "dkim", MM_AUTH_TEMPERROR, "silent.example");
    CHECK_OK(mm_auth_free(auth));
    query.timeout_ms = 0;
    heard.ended = 0;
    pthread_t thread;
    int asked = __atomic_load_n(&names.asked, __ATOMIC_RELAXED);
    pthread_create(&thread, NULL, waiting, engine);
    while (__atomic_load_n(&names.asked, __ATOMIC_RELAXED) == asked)
        sleep_microseconds(1000);
    for (int i = 0; i < MANY; i++)
        CHECK_OK(mm_dkim_verify_start(engine, &query, on_checked, &heard));
    CHECK_INT(0, heard.ended);
    CHECK_OK(mm_engine_stop(engine, 10000));
    CHECK_INT(MANY, heard.ended);
    CHECK_INT(MM_E_CANCELLED, heard.error);
    pthread_join(thread, NULL);
}

static void callbacks_that_hold_up_a_stop(mm_engine *engine) {
    mm_auth_query query = query_of(letter);
    heard.ended = 0;
    heard.is_held = 1;
    CHECK_OK(mm_dkim_verify_start(engine, &query, on_checked, &heard)); /* it starts anew */
    wait_for(1);
    CHECK_INT(MM_E_TIMEOUT, mm_engine_stop(engine, 10));
    CHECK(strstr(mm_last_error_message(), "mm_auth_fn"));
    mm_auth *auth;
    CHECK_INT(MM_E_STATE, mm_dkim_verify(engine, &query, &auth));
    pthread_mutex_lock(&heard.gate);
    heard.is_held = 0;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
    CHECK_OK(mm_engine_stop(engine, 10000));
}

int main(void) {
    int has_key;
    mm_engine *engine = auths_start(&has_key);
    if (!has_key)
        return auths_without_key("auth_ends", engine);
    completions(engine);
    silence(engine);
    callbacks_that_hold_up_a_stop(engine);
    CHECK_OK(mm_engine_free(engine));
    names_stop();
    return check_result();
}
