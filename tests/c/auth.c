/* Checks of messages, signatures and seals by themselves: what is found, and errors. */
#include "auths.h"

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
    spf(engine, "192.0.2.77", "<ann@example.org>", MM_AUTH_PASS, "example.org");
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
    mm_auth *auth;
    int count;
    query.client = "192.0.2.1";
    query.helo = query.sender = NULL;
    CHECK_OK(mm_dmarc_check(engine, &query, &auth));
    CHECK_OK(mm_auth_get_count(auth, &count));
    CHECK_INT(3, count);
    CHECK_OK(mm_auth_free(auth));
    query.client = "nowhere";
    CHECK_OK(mm_dkim_verify(engine, &query, &auth)); /* which has no use for it */
    CHECK_OK(mm_auth_free(auth));
    query.sender = "";
    CHECK_INT(MM_E_ARGUMENT, mm_dmarc_check(engine, &query, &auth));
}

static void seals(mm_engine *engine) {
    char text[4 * ROOM], field[ROOM];
    mm_sign_options options = signer("example.org");
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    mm_auth *auth;
    strcpy(text, letter);

    for (int i = 1; i <= 3; i++) {
        mm_auth_query query = query_of(text);
        char fields[ROOM];
        CHECK_OK(mm_dmarc_check(engine, &query, &auth));
        CHECK_OK(mm_auth_get_field(auth, "example.org", field, sizeof field, NULL));
        CHECK_OK(mm_auth_free(auth));
        CHECK_OK(mm_arc_seal(engine, &options, &query, field, fields, sizeof fields, NULL));
        CHECK(strncmp(fields, "ARC-Seal:", 9) == 0);
        memmove(text + strlen(fields), text, strlen(text) + 1);
        memcpy(text, fields, strlen(fields));
        query = query_of(text);
        CHECK_OK(mm_arc_validate(engine, &query, &auth));
        expect(auth, 0, "arc", MM_AUTH_PASS, "example.org");
        CHECK_OK(mm_auth_get_result(auth, 0, &found));
        CHECK_INT(i, found.instances);
        CHECK_TEXT(i == 1   ? "example.org"
                   : i == 2 ? "example.org example.org"
                            : "example.org example.org example.org",
                   found.sealers);
        CHECK_OK(mm_auth_free(auth));
    }
    mm_auth_query query = query_of(text);
    CHECK_INT(MM_E_ARGUMENT, mm_arc_seal(engine, &options, &query, "example.org; none", NULL, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_arc_seal(engine, &options, &query, "", NULL, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_arc_seal(engine, &options, &query, NULL, NULL, 0, NULL));
    text[strlen(text) - 3] = '!';
    CHECK_OK(mm_arc_validate(engine, &query, &auth));
    expect(auth, 0, "arc", MM_AUTH_FAIL, "example.org");
    CHECK_OK(mm_auth_free(auth));
}

int main(void) {
    int has_key;
    mm_engine *engine = auths_start(&has_key);
    hosts_that_may_use_a_name(engine);
    if (!has_key)
        return auths_without_key("auth, signatures", engine);
    signatures(engine);
    keys(engine);
    messages_that_are_believed(engine);
    seals(engine);
    mm_auth_query query = query_of(letter);
    mm_auth *auth;
    CHECK_OK(mm_dkim_verify(engine, &query, &auth));
    CHECK_OK(mm_engine_free(engine));
    expect(auth, 0, "dkim", MM_AUTH_NONE, ""); /* results outlive it */
    CHECK_OK(mm_auth_free(auth));
    CHECK_INT(MM_E_HANDLE, mm_dkim_verify(engine, &query, &auth));
    names_stop();
    return check_result();
}
