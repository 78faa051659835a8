/* Checks of messages and signatures by themselves: what is found, errors, completions, and a stop while one waits. */
#include "check.h"
#include "mailmodule.h"
#include "names.h"

enum { ROOM = 16384 };

static char key[4096], record[4096], root[128];

/* The first is filled when the key is made. */
static struct name_record zone[] = {{"s._domainkey.example.org", NAMES_TXT, 0, record},
                                    {"example.org", NAMES_TXT, 0, "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"},
                                    {"_dmarc.example.org", NAMES_TXT, 0, "v=DMARC1; p=reject; sp=quarantine"},
                                    {"broken.example", NAMES_BROKEN, 0, NULL},
                                    {"silent.example", NAMES_SILENT, 0, NULL},
                                    {"s._domainkey.silent.example", NAMES_SILENT, 0, NULL},
                                    {NULL, 0, 0, NULL}};

static const char letter[] =
    "From: Ann <ann@example.org>\r\nTo: bert@example.net\r\nSubject: Hello\r\n"
    "Date: Sun, 29 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHow are you?\r\n";

static mm_auth_query query_of(const char *message) {
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    query.client = "192.0.2.1";
    query.helo = "mail.example.org";
    query.sender = "ann@example.org";
    query.message = message;
    query.message_size = message ? strlen(message) : 0;
    return query;
}

static mm_sign_options signer(const char *domain) {
    mm_sign_options options = MM_SIGN_OPTIONS_INIT;
    options.domain = domain;
    options.selector = "s";
    options.key = key;
    return options;
}

static mm_engine *new_engine(const char *server) {
    mm_engine *engine;
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "mx.example.net"));
    CHECK_OK(mm_engine_set(engine, "smtp_dns", server));
    return engine;
}

/* The message with its signature in front. */
static const char *signed_letter(mm_engine *engine, const char *domain) {
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
static void expect(mm_auth *auth, int index, const char *method, int result, const char *domain) {
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    CHECK_OK(mm_auth_get_result(auth, index, &found));
    CHECK_TEXT(method, found.method);
    CHECK_INT(result, found.result);
    CHECK_TEXT(domain, found.domain);
    CHECK(found.reason && found.selector && found.explanation);
}

static void spf(mm_engine *engine, const char *client, const char *sender, int expected, const char *domain) {
    mm_auth_query query = query_of(NULL);
    mm_auth *auth;
    int count;
    query.client = client;
    query.sender = sender;
    query.helo = NULL;
    CHECK_OK(mm_spf_check(engine, &query, &auth));
    CHECK_OK(mm_auth_get_count(auth, &count));
    CHECK_INT(1, count);
    expect(auth, 0, "spf", expected, domain);
    CHECK_OK(mm_auth_free(auth));
    CHECK_INT(MM_E_HANDLE, mm_auth_free(auth));
}

static void hosts_that_may_use_a_name(mm_engine *engine) {
    mm_auth_query query = query_of(NULL);
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    mm_auth *auth;
    int count;
    spf(engine, "192.0.2.77", "ann@example.org", MM_AUTH_PASS, "example.org");
    spf(engine, "2001:db8::1", "ann@example.org", MM_AUTH_PASS, "example.org");
    spf(engine, "198.51.100.1", "ann@example.org", MM_AUTH_FAIL, "example.org");
    spf(engine, "192.0.2.77", "ann@nowhere.example", MM_AUTH_NONE, "nowhere.example");
    spf(engine, "192.0.2.77", "ann@broken.example", MM_AUTH_TEMPERROR, "broken.example");
    query.helo = "example.org";
    query.sender = "";
    CHECK_OK(mm_spf_check(engine, &query, &auth));
    CHECK_OK(mm_auth_get_count(auth, &count));
    CHECK_INT(2, count);
    CHECK_OK(mm_auth_get_result(auth, 0, &found));
    CHECK_INT(MM_AUTH_FLAG_HELO, found.flags);
    CHECK_TEXT("postmaster@example.org", found.identity);
    CHECK_TEXT("ip4:192.0.2.0/24", found.mechanism);
    expect(auth, 1, "spf", MM_AUTH_PASS, "example.org");
    CHECK_OK(mm_auth_free(auth));
    query.sender = NULL;
    CHECK_OK(mm_spf_check(engine, &query, &auth));
    CHECK_OK(mm_auth_get_count(auth, &count));
    CHECK_INT(1, count);
    CHECK_OK(mm_auth_free(auth));
}

static int one_octet(void *buffer, size_t size, size_t *length, void *user) {
    const char **rest = user;
    (void)size;
    if (!*rest)
        return -1;
    *length = **rest ? 1 : 0;
    memcpy(buffer, *rest, *length);
    *rest += *length;
    return MM_OK;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void verify(mm_engine *engine, const mm_auth_query *query, int expected) {
    mm_auth *auth;
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    CHECK_OK(mm_dkim_verify(engine, query, &auth));
    expect(auth, 0, "dkim", expected, "example.org");
    CHECK_OK(mm_auth_get_result(auth, 0, &found));
    CHECK_TEXT("s", found.selector);
    CHECK_TEXT("@example.org", found.identity);
    CHECK_TEXT("rsa-sha256", found.algorithm);
    CHECK_INT(-1, found.signed_length);
    CHECK(found.signed_at > 1700000000000 && found.expires == 0);
    CHECK(strncmp(found.signed_fields, "from:from:", 10) == 0);
    CHECK_OK(mm_auth_free(auth));
}

static void signatures(mm_engine *engine) {
    char text[ROOM], path[200];
    mm_auth_query query = query_of(strcpy(text, signed_letter(engine, "example.org")));
    verify(engine, &query, MM_AUTH_PASS);
    const char *rest = text;
    query.message = NULL;
    query.message_size = 0;
    query.read = one_octet;
    query.read_user = &rest;
    verify(engine, &query, MM_AUTH_PASS);
    rest = NULL;
    mm_auth *auth = (mm_auth *)text;
    CHECK_INT(MM_E_IO, mm_dkim_verify(engine, &query, &auth));
    CHECK(auth == NULL);
    query.read = NULL;
    query.path = path;
    sprintf(path, "%s/letter", check_folder);
    CHECK_INT(MM_E_NOT_FOUND, mm_dkim_verify(engine, &query, &auth));
    write_file(path, text);
    verify(engine, &query, MM_AUTH_PASS);
    CHECK_INT(0, remove(path));
    query = query_of(text);
    text[strlen(text) - 3] = '!';
    verify(engine, &query, MM_AUTH_FAIL);
    query = query_of(letter);
    CHECK_OK(mm_dkim_verify(engine, &query, &auth));
    expect(auth, 0, "dkim", MM_AUTH_NONE, "");
    CHECK_OK(mm_auth_free(auth));
}

static void keys(mm_engine *engine) {
    char path[200], setting[300], text[ROOM];
    mm_sign_options options = signer("example.org");
    mm_auth_query query = query_of(letter);
    size_t length = 7;
    CHECK_INT(MM_E_NOT_FOUND, mm_dkim_sign(engine, NULL, &query, text, sizeof text, &length));
    CHECK_TEXT("", text);
    CHECK_INT(0, length);
    CHECK_INT(MM_E_LIMIT, mm_dkim_sign(engine, &options, &query, text, 100, &length));
    CHECK(length > 100);
    CHECK_OK(mm_dkim_sign(engine, &options, &query, NULL, 0, &length));
    options.key = "none";
    CHECK_INT(MM_E_CONFIG, mm_dkim_sign(engine, &options, &query, NULL, 0, NULL));
    options.key_path = "none";
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_sign(engine, &options, &query, NULL, 0, NULL)); /* two keys */
    options.key = NULL;
    CHECK_INT(MM_E_NOT_FOUND, mm_dkim_sign(engine, &options, &query, NULL, 0, NULL));
    sprintf(path, "%s/key.pem", check_folder);
    write_file(path, key);
    options.key_path = path;
    CHECK_OK(mm_dkim_sign(engine, &options, &query, text, sizeof text, NULL));
    options.domain = "no domain";
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_sign(engine, &options, &query, NULL, 0, NULL));
    options = signer("example.org");
    query = query_of("Subject: from nobody\r\n\r\n");
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_sign(engine, &options, &query, NULL, 0, NULL));
    query = query_of(letter);
    sprintf(setting, "example.org;s;%s", path);
    CHECK_OK(mm_engine_set(engine, "dkim", setting));
    CHECK_OK(mm_dkim_sign(engine, NULL, &query, text, sizeof text, NULL));
    CHECK(strstr(text, "d=example.org;"));
}

static void judge(mm_engine *engine, const mm_auth_query *query, int expected, int disposition) {
    mm_auth *auth;
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    char field[ROOM];
    int count;
    CHECK_OK(mm_dmarc_check(engine, query, &auth));
    CHECK_OK(mm_auth_get_count(auth, &count));
    CHECK_INT(query->client ? 5 : 3, count);
    expect(auth, count - 2, "arc", MM_AUTH_NONE, "");
    expect(auth, count - 1, "dmarc", expected, "example.org");
    CHECK_OK(mm_auth_get_result(auth, count - 1, &found));
    CHECK_INT(MM_DMARC_REJECT, found.policy);
    CHECK_INT(disposition, found.disposition);
    CHECK_TEXT("example.org", found.policy_domain);
    CHECK_OK(mm_auth_get_field(auth, NULL, field, sizeof field, NULL));
    CHECK(strncmp(field, "Authentication-Results: mx.example.net;", 39) == 0);
    CHECK(strstr(field, expected == MM_AUTH_PASS ? "dmarc=pass" : "dmarc=fail"));
    CHECK_OK(mm_auth_get_field(auth, "other.example", field, sizeof field, NULL));
    CHECK(strncmp(field, "Authentication-Results: other.example;", 38) == 0);
    CHECK_INT(MM_E_ARGUMENT, mm_auth_get_field(auth, "a\r\nb", field, sizeof field, NULL));
    CHECK_OK(mm_auth_free(auth));
}

static void messages_that_are_believed(mm_engine *engine) {
    mm_auth_query query = query_of(letter);
    judge(engine, &query, MM_AUTH_PASS, MM_DMARC_NONE);
    query.client = "198.51.100.1";
    judge(engine, &query, MM_AUTH_FAIL, MM_DMARC_REJECT);
    query = query_of(signed_letter(engine, "example.org"));
    query.client = "198.51.100.1";
    judge(engine, &query, MM_AUTH_PASS, MM_DMARC_NONE);
    query.client = NULL;
    judge(engine, &query, MM_AUTH_PASS, MM_DMARC_NONE);
}

/* ---- completions ---- */

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
    sprintf(root, "%s/mail", check_make_folder());
    CHECK_OK(mm_dkim_key_make(MM_DKIM_RSA_SHA256, 0, key, sizeof key, NULL, record, sizeof record, NULL));
    mm_engine *engine = new_engine(names_start(zone));
    hosts_that_may_use_a_name(engine);
    signatures(engine);
    keys(engine);
    messages_that_are_believed(engine);
    completions(engine);
    silence(engine);
    callbacks_that_hold_up_a_stop(engine);
    mm_auth_query query = query_of(letter);
    mm_auth *auth;
    CHECK_OK(mm_dkim_verify(engine, &query, &auth));
    CHECK_OK(mm_engine_free(engine));
    expect(auth, 0, "dkim", MM_AUTH_NONE, ""); /* results outlive it */
    CHECK_INT(MM_E_HANDLE, mm_dkim_verify(engine, &query, &auth));
    names_stop();
    return check_result();
}
