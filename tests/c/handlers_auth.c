/* Logins in the handlers of a server: auth judges what the client shows, secret gives what proves itself. */
#include "handled.h"

/* ---- what the client shows ---- */

/* The reply to AUTH with its lines; then whether MAIL finds the session logged in. */
static void logs_in(const char *expected, struct answer answer, const char *const *lines, const char *reply) {
    struct wire wire;
    begin_anew();
    answers[AT_AUTH] = answer;
    begin_session(&wire, HELLO);
    for (; lines[1]; lines++)
        CHECK_INT(334, wire_smtp(&wire, *lines));
    CHECK_TEXT(reply, said(&wire, *lines));
    CHECK(strstr(heard.text, expected));
    end_session(&wire);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define LOGGED_IN "235 2.7.0 Authentication successful"
#define NOT_RIGHT "535 5.7.8 Authentication credentials invalid"

static const struct answer accepts = {.verdict = MM_VERDICT_ACCEPT}, rejects = {.verdict = MM_VERDICT_REJECT};

/* The password, the one who asks and the one it asks to be; the library's own users do not count. */
static void what_the_client_shows_is_the_hosts_to_judge(void) {
    logs_in("auth(PLAIN,joe,,sesame,,);", accepts, LINES("AUTH PLAIN AGpvZQBzZXNhbWU="), LOGGED_IN);
    logs_in("auth(PLAIN,joe,eve,sesame,,);", accepts, LINES("AUTH PLAIN", "ZXZlAGpvZQBzZXNhbWU="), LOGGED_IN);
    logs_in("auth(LOGIN,joe,,sesame,,);", accepts, LINES("AUTH LOGIN", "am9l", "c2VzYW1l"), LOGGED_IN);
    logs_in("auth(PLAIN,ann,,secret,,);", rejects, LINES("AUTH PLAIN AGFubgBzZWNyZXQ="), NOT_RIGHT);
    logs_in("auth(PLAIN,ann,,secret,,);", (struct answer){.verdict = MM_VERDICT_CONTINUE},
            LINES("AUTH PLAIN AGFubgBzZWNyZXQ="), LOGGED_IN);
    logs_in("auth(PLAIN,joe,,sesame,,);", (struct answer){.verdict = 454, .status = "4.7.0", .text = "not now"},
            LINES("AUTH PLAIN AGpvZQBzZXNhbWU="), "454 4.7.0 not now");
    logs_in("auth(PLAIN,joe,,sesame,,);", (struct answer){.verdict = MM_VERDICT_ERROR},
            LINES("AUTH PLAIN AGpvZQBzZXNhbWU="), "451 4.3.0 Cannot be told now, try again later");
}

#define OF_XOAUTH2 "dXNlcj1qb2UBYXV0aD1CZWFyZXIgdG9rZW4BAQ==" /* user=joe, Bearer token */
#define OF_BEARER "bixhPWpvZSwBYXV0aD1CZWFyZXIgdG9rZW4BAQ=="  /* n,a=joe, Bearer token */

/* Host and port, which OAUTHBEARER may name (RFC 7628), are the client's word alone, and go no further. */
static void tokens_are_the_hosts_to_judge(void) {
    logs_in("auth(XOAUTH2,joe,,,token,);", accepts, LINES("AUTH XOAUTH2 " OF_XOAUTH2), LOGGED_IN);
    logs_in("auth(XOAUTH2,joe,,,token,);", accepts, LINES("AUTH XOAUTH2", OF_XOAUTH2), LOGGED_IN);
    logs_in("auth(OAUTHBEARER,joe,,,token,);", accepts, LINES("AUTH OAUTHBEARER " OF_BEARER), LOGGED_IN);
    logs_in("auth(OAUTHBEARER,joe,,,token,);", accepts,
            LINES("AUTH OAUTHBEARER bixhPWpvZSwBaG9zdD1tYWlsLmV4YW1wbGUub3JnAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHRva2VuAQE="),
            LOGGED_IN);
    logs_in("auth(OAUTHBEARER,,,,token,);", accepts, LINES("AUTH OAUTHBEARER biwsAWF1dGg9QmVhcmVyIHRva2VuAQE="),
            LOGGED_IN);
    logs_in("auth(OAUTHBEARER,joe,,,token,);", (struct answer){.verdict = 454, .status = "4.7.0", .text = "not now"},
            LINES("AUTH OAUTHBEARER " OF_BEARER), "454 4.7.0 not now");
}

/* The error in JSON, with what settings say of good tokens, and the client's empty answer; then the host's reply. */
static void a_refused_token_is_told_of_before_the_reply(const char *command, const char *error,
                                                        const char *acknowledged, const char *reply) {
    char expected[200];
    struct wire wire;
    begin_anew();
    answers[AT_AUTH] = (struct answer){.verdict = MM_VERDICT_REJECT, .text = "that token is over"};
    begin_session(&wire, HELLO);
    sprintf(expected, "334 %s", error);
    CHECK_TEXT(expected, said(&wire, command));
    CHECK_TEXT(reply, said(&wire, acknowledged));
    answers[AT_AUTH] = accepts;
    CHECK_INT(235, wire_smtp(&wire, command));
    end_session(&wire);
}

#define TOKEN_IS_OVER "535 5.7.8 that token is over"

static void refused_tokens(void) {
    static const char of_bearer[] =
        "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NoZW1lcyI6ImJlYXJlciIsInNjb3BlIjoibWFpbC5zZW5kIiwib3BlbmlkLWNv"
        "bmZpZ3VyYXRpb24iOiJodHRwczovL29wLmV4YW1wbGUvIn0=";
    static const char of_xoauth2[] =
        "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsLnNlbmQiLCJvcGVuaWQtY29uZmlndXJhdGlv"
        "biI6Imh0dHBzOi8vb3AuZXhhbXBsZS8ifQ==";
    a_refused_token_is_told_of_before_the_reply("AUTH OAUTHBEARER " OF_BEARER, of_bearer, "AQ==", TOKEN_IS_OVER);
    a_refused_token_is_told_of_before_the_reply("AUTH XOAUTH2 " OF_XOAUTH2, of_xoauth2, "", TOKEN_IS_OVER);
    a_refused_token_is_told_of_before_the_reply("AUTH OAUTHBEARER " OF_BEARER, of_bearer, "*",
                                                "501 5.0.0 Authentication cancelled");
}

static void what_is_no_scope_or_address_is_not_taken(void) {
    CHECK_INT(MM_E_CONFIG, mm_engine_set(engine, "auth_oauth_scope", "a\"b"));
    CHECK_INT(MM_E_CONFIG, mm_engine_set(engine, "auth_oauth_scope", "a\\b"));
    CHECK_INT(MM_E_CONFIG, mm_engine_set(engine, "auth_oauth_config", "http://op.example/"));
    CHECK_INT(MM_E_CONFIG, mm_engine_set(engine, "auth_oauth_config", "https://op.example/ \""));
}

/* ---- who it is then ---- */

static void names_another(mm_session *session) {
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_login(session, ""));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_login(session, "a\r\nb"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_login(session, NULL));
    CHECK_OK(mm_session_set_login(session, "josephine"));
}

static void tells_user(mm_session *session) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    CHECK_OK(mm_session_get_info(session, &info));
    hear("%s by %s,%d;", info.user, info.mechanism, info.trusted);
}

static void the_host_says_who_logs_in(void) {
    struct wire wire;
    begin_anew();
    answers[AT_AUTH] = (struct answer){.verdict = MM_VERDICT_ACCEPT, .first = names_another};
    answers[AT_MAIL].first = tells_user;
    begin_session(&wire, HELLO "\nAUTH PLAIN AGpvZQBzZXNhbWU=\nMAIL FROM:<josephine@example.net>");
    CHECK(strstr(heard.text, "josephine by PLAIN,1;"));
    end_session(&wire);
}

/* ---- what proves itself ---- */

static const char *secret_given;

static void gives_secret(mm_session *session) {
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_secret(session, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_secret(session, "a\r\nb"));
    CHECK_OK(mm_session_set_secret(session, secret_given));
}

/* The library's own client logs in with a mechanism; MM_OK, or why not. */
static int client_logs_in(const char *mechanism, const char *user, const char *password) {
    mm_smtp *smtp = NULL;
    int code = 0, result;
    CHECK_OK(mm_smtp_new(mm_engine_default(), NULL, &smtp));
    CHECK_OK(mm_smtp_connect(smtp, "127.0.0.1", smtp_port, 0, &code));
    CHECK_OK(mm_smtp_ehlo(smtp, "client.example.net", &code));
    result = mm_smtp_auth(smtp, mechanism, user, password, &code);
    CHECK_OK(mm_smtp_free(smtp));
    return result == MM_OK ? code : result;
}

static void proves(const char *mechanism, const char *secret, const char *password, int expected) {
    begin_anew();
    secret_given = secret;
    answers[AT_SECRET] = (struct answer){.verdict = MM_VERDICT_ACCEPT, .first = gives_secret};
    CHECK_INT(expected, client_logs_in(mechanism, "joe", password));
    CHECK(strstr(heard.text, "secret(joe);") && !strstr(heard.text, "auth("));
}

static void a_secret_of_the_hosts_is_proved(void) {
    char stored[256];
    CHECK_OK(mm_password_make("sesame", MM_PASSWORD_SCRAM_SHA_256, 4096, stored, sizeof stored, NULL));
    proves("CRAM-MD5", "sesame", "sesame", 235);
    proves("CRAM-MD5", "sesame", "simsim", 535);
    proves("SCRAM-SHA-256", "sesame", "sesame", 235);
    proves("SCRAM-SHA-256", stored, "sesame", 235);
    proves("SCRAM-SHA-256", stored, "simsim", 535);
    proves("SCRAM-SHA-1", "sesame", "sesame", 235);
    proves("CRAM-MD5", stored, "sesame", 535);
    begin_anew();
    answers[AT_SECRET].verdict = MM_VERDICT_REJECT;
    CHECK_INT(535, client_logs_in("CRAM-MD5", "ann", "secret"));
    begin_anew();
    CHECK_INT(235, client_logs_in("CRAM-MD5", "ann", "secret")); /* the library's own */
}

int main(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    engine_start();
    CHECK_OK(mm_engine_set(engine, "auth_oauth", "1"));
    what_is_no_scope_or_address_is_not_taken();
    CHECK_OK(mm_engine_set(engine, "auth_oauth_scope", "mail.send"));
    CHECK_OK(mm_engine_set(engine, "auth_oauth_config", "https://op.example/"));
    handled_start(&handlers, NULL, 0);
    what_the_client_shows_is_the_hosts_to_judge();
    tokens_are_the_hosts_to_judge();
    refused_tokens();
    the_host_says_who_logs_in();
    a_secret_of_the_hosts_is_proved();
    handled_stop();
    return check_result();
}
