/*
 * Every function with a number among its arguments, or a structure that says its size, is tried at 0, at 1, at its
 * limit and at its type's limit. The functions are those of the header, read here: one that is new and not tried fails.
 */
#include "sizes_auth.h"
#include "sizes_clients.h"
#include "sizes_fetches.h"
#include "sizes_mailboxes.h"
#include "sizes_messages.h"
#include "sizes_old.h"
#include "sizes_pop3.h"
#include "sizes_queue.h"
#include "sizes_sessions.h"

static void settings_of_engines(mm_engine *engine) {
    char text[16];
    size_t length;
    TRY(mm_engine_set_int);
    CHECK_OK(mm_engine_set_int(engine, "from_same_host", 0));
    CHECK_OK(mm_engine_set_int(engine, "from_same_host", 1));
    CHECK_OK(mm_engine_set_int(engine, "smtp_msg_limit", INT64_MAX));
    CHECK_INT(MM_E_CONFIG, mm_engine_set_int(engine, "smtp_msg_limit", INT64_MIN));
    CHECK_INT(MM_E_CONFIG, mm_engine_set_int(engine, "smtp_port", INT64_MAX));
    CHECK_OK(mm_engine_set_int(engine, "smtp_msg_limit", 52428800));
    TRY(mm_engine_get);
    CHECK_OK(mm_engine_get(engine, "smtp_msg_limit", NULL, 0, &length));
    CHECK_INT(8, length);
    CHECK_INT(MM_E_ARGUMENT, mm_engine_get(engine, "smtp_msg_limit", NULL, 1, &length));
    CHECK_INT(MM_E_LIMIT, mm_engine_get(engine, "smtp_msg_limit", text, 0, &length));
    CHECK_INT(MM_E_LIMIT, mm_engine_get(engine, "smtp_msg_limit", text, 1, &length));
    CHECK_INT(MM_E_LIMIT, mm_engine_get(engine, "smtp_msg_limit", text, 8, &length));
    CHECK_OK(mm_engine_get(engine, "smtp_msg_limit", text, 9, &length));
    CHECK_OK(mm_engine_get(engine, "smtp_msg_limit", text, SIZE_MAX, &length));
    CHECK_TEXT("52428800", text);
    TRY(mm_engine_set_log);
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set_log(engine, 0, NULL, NULL));
    CHECK_OK(mm_engine_set_log(engine, 1, NULL, NULL));
    CHECK_OK(mm_engine_set_log(engine, MM_LOG_DEBUG, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set_log(engine, INT32_MAX, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set_log(engine, INT32_MIN, NULL, NULL));
}

static void servers_of_engines(mm_engine *engine) {
    mm_smtp_server_options smtp_options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server_handlers smtp_handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_pop3_server_options pop3_options = MM_POP3_SERVER_OPTIONS_INIT;
    mm_pop3_server_handlers pop3_handlers = MM_POP3_SERVER_HANDLERS_INIT;
    mm_smtp_server *smtp;
    mm_pop3_server *pop3;
    static const int odd[] = {INT32_MIN, -3, 65536, INT32_MAX};
    TRY(mm_smtp_server_start);
    TRY(mm_pop3_server_start);
    SIZES_REFUSED(smtp_options, mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    SIZES_REFUSED(smtp_handlers, mm_smtp_server_start(engine, NULL, &smtp_handlers, NULL, &smtp));
    SIZES_REFUSED(pop3_options, mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
    SIZES_REFUSED(pop3_handlers, mm_pop3_server_start(engine, NULL, &pop3_handlers, NULL, &pop3));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        smtp_options.port = pop3_options.port = odd[i];
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
        CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
    }
    smtp_options.port = pop3_options.port = MM_PORT_ANY;
    smtp_options.addresses = pop3_options.addresses = "127.0.0.1";
    smtp_options.max_sessions = pop3_options.max_sessions = INT32_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
    smtp_options.max_sessions = pop3_options.max_sessions = 1000000;
    CHECK_OK(mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    CHECK_OK(mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
    TRY(mm_pop3_server_add_handlers);
    SIZES_REFUSED(pop3_handlers, mm_pop3_server_add_handlers(pop3, &pop3_handlers, NULL));
    steps_of_pop3(pop3);
    TRY(mm_smtp_server_stop);
    TRY(mm_pop3_server_stop);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_stop(smtp, INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_stop(pop3, INT32_MIN));
    CHECK_OK(mm_smtp_server_stop(smtp, INT32_MAX));
    CHECK_OK(mm_pop3_server_stop(pop3, INT32_MAX));
    smtp_options.max_sessions = 1;
    CHECK_OK(mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    CHECK_OK(mm_smtp_server_stop(smtp, 0));
    CHECK_OK(mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    CHECK_OK(mm_smtp_server_stop(smtp, 1));
    CHECK_INT(MM_E_HANDLE, mm_pop3_server_stop(pop3, 1));
}

/* Else a session waits for name servers. */
static void strangers_are_not_checked(mm_engine *engine) {
    static const char *const checks[] = {"spf", "dkim_verify", "arc"};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        CHECK_OK(mm_engine_set(engine, checks[i], "0"));
    CHECK_OK(mm_engine_set(engine, "dmarc", "off"));
}

static void passwords(void) {
    static const int odd[] = {INT32_MIN, -1, 1, 4095, 10000001, INT32_MAX};
    char text[16];
    size_t length = 0;
    TRY(mm_password_make);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", MM_PASSWORD_SCRAM_SHA_256, odd[i], NULL, 0, NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", odd[i] == 1 ? 0 : odd[i], 0, NULL, 0, NULL));
    }
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", MM_PASSWORD_PLAIN, 0, NULL, 1, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", MM_PASSWORD_PLAIN, 0, NULL, SIZE_MAX, &length));
    CHECK_INT(MM_E_LIMIT, mm_password_make("x", MM_PASSWORD_PLAIN, 0, text, 1, &length));
    CHECK_INT(MM_E_LIMIT, mm_password_make("x", MM_PASSWORD_PLAIN, 0, text, 8, &length));
    CHECK_OK(mm_password_make("x", MM_PASSWORD_PLAIN, 0, text, 9, &length));
    CHECK_TEXT("{PLAIN}x", text);
    CHECK_OK(mm_password_make("x", MM_PASSWORD_PLAIN, 0, text, SIZE_MAX, &length));
    CHECK_INT(8, length);
}

static void keys(void) {
    static const int odd[] = {INT32_MIN, -1, 1, 1024, 2047, 2049, 4160, INT32_MAX};
    char key[4096], record[4096];
    size_t length = 1, of_record = 1;
    TRY(mm_dkim_key_make);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_dkim_key_make(1, odd[i], key, sizeof key, NULL, record, sizeof record, NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_dkim_key_make(2, odd[i], key, sizeof key, NULL, record, sizeof record, NULL));
        CHECK_INT(MM_E_ARGUMENT,
                  mm_dkim_key_make(odd[i] == 1 ? 0 : odd[i], 0, key, sizeof key, NULL, record, sizeof record, NULL));
    }
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_key_make(1, 0, NULL, sizeof key, &length, record, sizeof record, &of_record));
    CHECK_INT(0, length);
    CHECK_INT(0, of_record);
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_key_make(1, 0, key, sizeof key, NULL, NULL, SIZE_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_dkim_key_make(1, 0, key, 0, NULL, record, sizeof record, NULL));
    if (by_wine() && mm_dkim_key_make(1, 0, key, sizeof key, NULL, record, sizeof record, NULL) == MM_E_TLS) {
        check_skipped("sizes, mm_dkim_key_make", "wine has no RSA");
        return;
    }
    CHECK_INT(MM_E_LIMIT, mm_dkim_key_make(1, 2048, key, 1, &length, record, SIZE_MAX, &of_record));
    CHECK(length > 1600);
    CHECK_TEXT("", key);
    CHECK_INT(MM_E_LIMIT, mm_dkim_key_make(1, 0, key, sizeof key, NULL, record, of_record, NULL));
    CHECK_TEXT("", record);
    CHECK_OK(mm_dkim_key_make(1, 0, key, SIZE_MAX, &length, record, of_record + 1, NULL));
    CHECK_INT(strlen(key), length);
    CHECK_INT(strlen(record), of_record);
    CHECK_OK(mm_dkim_key_make(1, 4096, key, sizeof key, NULL, record, sizeof record, NULL));
}

static void stops(mm_engine *engine) {
    TRY(mm_engine_stop);
    CHECK_INT(MM_E_ARGUMENT, mm_engine_stop(engine, INT32_MIN));
    CHECK_OK(mm_engine_stop(engine, INT32_MAX));
    CHECK_OK(mm_engine_stop(engine, 0));
    CHECK_OK(mm_engine_stop(engine, 1));
    CHECK_OK(mm_engine_stop(mm_engine_default(), INT32_MAX));
    TRY(mm_strerror);
    CHECK_TEXT("unknown error", mm_strerror(1));
    CHECK_TEXT("unknown error", mm_strerror(INT32_MAX));
    CHECK_TEXT("unknown error", mm_strerror(INT32_MIN));
    CHECK(strlen(mm_strerror(0)) > 0);
}

int main(void) {
    mm_engine *engine;
    char root[128];
    read_header(has_size);
    files_are_limited = limit_files(16 << 20);
    if (BY_QEMU)
        check_skipped("sizes, content of INT32_MAX octets", "qemu takes ten seconds for each");
    const char *zeros = nothing_but_zeros();
    server_settings();
    old_sending(zeros);
    old_settings();
    old_lookup();
    old_servers();
    sprintf(root, "%s/other", check_folder);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    int has_control = mm_engine_set(engine, "control", "1") == MM_OK;
    settings_of_engines(engine);
    servers_of_engines(engine);
    strangers_are_not_checked(engine);
    sessions_of_engines(engine);
    sending(engine, zeros);
    mails(engine, zeros);
    queue(engine);
    importing(engine);
    reading_into_much_room(engine);
    control_of_engines(root, has_control);
    mailboxes(engine, zeros);
    fetches(engine);
    passwords();
    keys();
    opening_of_messages(zeros);
    places_of_messages();
    messages_that_are_made(zeros);
    auth_of_messages(engine, zeros);
    script_start(&peer);
    options_of_clients(engine);
    places_of_clients();
    content_of_clients(zeros);
    transactions_of_clients();
    options_of_pop3_clients(engine);
    places_of_pop3_clients();
    numbers_of_pop3_clients();
    script_stop(&peer);
    stops(engine);
    CHECK_OK(mm_engine_free(engine));
    all_were_called();
    return check_result();
}
