/*
 * Every function with a number among its arguments, or a structure that says its size, is tried at 0, at 1, at its
 * limit and at its type's limit. The functions are those of the header, read here: one that is new and not tried fails.
 */
#include "clients.h"
#include "declared.h"
#include <stdint.h>

/* A declaration up to its ";" that takes a number by value, or a pointer to a structure that begins with its size. */
static int has_size(const char *parameters) {
    static const char *const sized[] = {"int ",
                                        "size_t ",
                                        "int64_t ",
                                        "mm_socket ",
                                        "_options *",
                                        "_handlers *",
                                        "mm_send_result *",
                                        "mm_queue_counts *",
                                        "mm_queue_message *",
                                        "mm_queue_recipient *",
                                        "mm_mail *",
                                        "mm_transport *",
                                        "mm_smtp_reply *",
                                        "mm_error_detail *",
                                        "mm_smtp_message *",
                                        "mm_smtp_recipient *",
                                        "mm_part *",
                                        "mm_field *",
                                        "mm_address *",
                                        "mm_parameter *",
                                        "mm_attachment *",
                                        "mm_session_info *",
                                        "mm_session_rcpt *",
                                        "mm_session_check *"};
    for (size_t i = 0; i < sizeof sized / sizeof sized[0]; i++)
        for (const char *at = parameters; (at = strstr(at, sized[i])) != NULL; at++)
            if (sized[i][strlen(sized[i]) - 1] == '*' || (at[strlen(sized[i])] != '*' && !isalnum(at[-1])))
                return 1;
    return 0;
}

#define TRY(name) calling(#name)

/* ---- the old functions ---- */

/* No file may pass 16 MiB: so what would fill the disk fails soon. Where that cannot be had, it is not written. */
static int files_are_limited;

/* qemu takes ten seconds to look through two gibibytes for the end of a line. */
enum { LARGEST_CONTENT = BY_QEMU ? 128 << 20 : INT32_MAX };

/* Two gibibytes that cost nothing; a write to them is a fault. */
static const char *nothing_but_zeros(void) {
    void *place = map_zeros((size_t)INT32_MAX + 1, 0);
    CHECK(place);
    return place;
}

static ServerStream new_stream(void) {
    ServerStream stream = SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", 1, NULL, NULL);
    CHECK(stream);
    return stream;
}

static void more_than_a_file_takes(ServerStream stream, const char *zeros) {
    CHECK_INT(0, SRVSend(stream, zeros, LARGEST_CONTENT)); /* behind others */
    CHECK(mm_last_error() == MM_E_FULL || mm_last_error() == MM_E_IO);
    CHECK_INT(0, SRVSend(stream, "x", 1)); /* its content is lost */
    SRVEndOfMsg(stream);
    CHECK(mm_last_error() == MM_E_FULL || mm_last_error() == MM_E_IO);
}

static void old_sending(const char *zeros) {
    ServerStream stream = new_stream();
    TRY(SRVInitSendMsgSMTP);
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", 0, NULL, NULL));
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", 65536, NULL, NULL));
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", INT32_MAX, NULL, NULL));
    CHECK(!SRVInitSendMsgSMTP("a@example.org", "b@example.org", "127.0.0.1", INT32_MIN, NULL, NULL));
    TRY(SRVSend);
    CHECK_INT(0, SRVSend(stream, zeros, 0));
    CHECK_OK(mm_last_error());
    CHECK_INT(1, SRVSend(stream, "x", 1));
    CHECK_INT(0, SRVSend(stream, zeros, INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    if (files_are_limited)
        more_than_a_file_takes(stream, zeros);
    else
        SRVEndOfMsg(stream);
}

static void old_settings(void) {
    TRY(SetConfigParamInt);
    SetConfigParamInt("queue_lifetime", 0);
    SetConfigParamInt("from_same_host", 1);
    CHECK_OK(mm_last_error());
    SetConfigParamInt("smtp_port", INT32_MAX);
    CHECK_INT(MM_E_CONFIG, mm_last_error());
    SetConfigParamInt("smtp_port", INT32_MIN);
    CHECK_INT(MM_E_CONFIG, mm_last_error());
    SetConfigParamInt("smtp_msg_limit", INT32_MAX);
    CHECK_OK(mm_last_error());
    CHECK_INT(INT32_MAX, GetConfigParamInt("smtp_msg_limit"));
}

static void old_lookup(void) {
    MailHostInfo found[2];
    TRY(FindMX);
    CHECK_INT(0, FindMX("127.0.0.1.", found, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("no..name", found, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("no..name", found, INT32_MAX));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("no..name", found, INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
}

static int asked;

static int request(ServerStream *stream, char *reqname, int action, ...) {
    struct sockaddr_in6 address;
    static char text[64];
    (void)reqname, (void)action;
    asked++;
    TRY(GetRemoteAddr);
    CHECK_INT(0, GetRemoteAddr(stream, &address, 0));
    CHECK_INT(0, GetRemoteAddr(stream, &address, 1));
    CHECK_INT(0, GetRemoteAddr(stream, &address, 15));
    CHECK_INT(16, GetRemoteAddr(stream, &address, 16));
    CHECK_INT(16, GetRemoteAddr(stream, &address, INT32_MAX));
    CHECK_INT(0, GetRemoteAddr(stream, &address, INT32_MIN));
    TRY(SRVRecv);
    CHECK_INT(0, SRVRecv(stream, text, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, SRVRecv(stream, text, INT32_MIN));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(1, SRVRecv(stream, text, 1));
    CHECK(SRVRecv(stream, text, INT32_MAX) > 0); /* the message is shorter than the place */
    return 0;
}

static void old_servers(void) {
    TRY(SetSMTPServer);
    TRY(SetPOP3Server);
    CHECK_INT(MM_E_ARGUMENT, SetSMTPServer(NULL, 65536, 0));
    CHECK_INT(MM_E_ARGUMENT, SetSMTPServer(NULL, INT32_MAX, 0));
    CHECK_INT(MM_E_ARGUMENT, SetSMTPServer(NULL, INT32_MIN, 0));
    CHECK_INT(MM_E_ARGUMENT, SetPOP3Server(NULL, 65536, 0));
    CHECK_INT(MM_E_ARGUMENT, SetPOP3Server(NULL, INT32_MAX, 0));
    CHECK_INT(MM_E_ARGUMENT, SetPOP3Server(NULL, INT32_MIN, 0));
    CHECK_OK(SetPOP3Server(NULL, pop_port, INT32_MIN));
    CHECK_OK(SetPOP3Server(NULL, 0, INT32_MAX));
    CHECK_OK(SetSMTPServer(request, smtp_port, 0));
    CHECK_OK(SetSMTPServer(request, 0, 1));
    CHECK_OK(SetSMTPServer(request, 0, ACTION_SMTP_SENDMSG));
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: short\r\n\r\nx\r\n"));
    CHECK_INT(1, asked);
}

/* ---- the new ones ---- */

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

/* One structure of a family: any size but its own, and none above it, is refused. */
#define SIZES_REFUSED(structure, call)                                                                                 \
    do {                                                                                                               \
        size_t own = (structure).size, odd[] = {0, 1, own - 1, 4097, SIZE_MAX};                                        \
        for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {                                                      \
            (structure).size = odd[i];                                                                                 \
            CHECK_INT(MM_E_ARGUMENT, call);                                                                            \
        }                                                                                                              \
        (structure).size = own;                                                                                        \
    } while (0)

#include "sizes_sessions.h"

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
    pop3_options.port = MM_PORT_NONE; /* of SMTP servers alone */
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
    smtp_options.port = pop3_options.port = MM_PORT_ANY;
    smtp_options.addresses = pop3_options.addresses = "127.0.0.1";
    smtp_options.max_sessions = pop3_options.max_sessions = INT32_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
    smtp_options.max_sessions = pop3_options.max_sessions = 1000000;
    CHECK_OK(mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    CHECK_OK(mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
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

static void sending(mm_engine *engine, const char *zeros) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    mm_send_result result = MM_SEND_RESULT_INIT;
    mm_send *send;
    TRY(mm_send_new);
    SIZES_REFUSED(options, mm_send_new(engine, &options, "a@example.org", &send));
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = "127.0.0.1";
    options.port = INT32_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_send_new(engine, &options, "a@example.org", &send));
    options.port = 1;
    options.timeout_ms = INT32_MIN;
    CHECK_INT(MM_E_ARGUMENT, mm_send_new(engine, &options, "a@example.org", &send));
    options.timeout_ms = INT32_MAX;
    CHECK_OK(mm_send_new(engine, &options, "a@example.org", &send));
    TRY(mm_send_add_recipient);
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, "b@example.net", INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, "b@example.net", INT32_MIN, NULL));
    CHECK_OK(mm_send_add_recipient(send, "b@example.net", 0, NULL));
    CHECK_OK(mm_send_add_recipient(send, "c@example.net", 1, NULL));
    TRY(mm_send_set_descriptor);
    CHECK_INT(MM_E_ARGUMENT, mm_send_set_descriptor(send, INT32_MAX));
    CHECK_INT(MM_E_ARGUMENT, mm_send_set_descriptor(send, INT32_MIN));
    TRY(mm_send_write);
    CHECK_OK(mm_send_write(send, zeros, 0));
    CHECK_OK(mm_send_write(send, "x", 1));
    CHECK_INT(MM_E_STATE, mm_send_set_descriptor(send, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_send_write(send, zeros, (size_t)INT32_MAX + 1));
    CHECK_INT(MM_E_ARGUMENT, mm_send_write(send, zeros, SIZE_MAX));
    TRY(mm_send_get_result);
    SIZES_REFUSED(result, mm_send_get_result(send, 0, &result));
    CHECK_OK(mm_send_get_result(send, 1, &result));
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_result(send, 2, &result));
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_result(send, INT32_MAX, &result));
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_result(send, INT32_MIN, &result));
    CHECK_OK(mm_send_start(send));
    TRY(mm_send_wait);
    CHECK_INT(MM_E_ARGUMENT, mm_send_wait(send, INT32_MIN));
    CHECK_OK(mm_send_wait(send, INT32_MAX));
    CHECK_OK(mm_send_wait(send, 0));
    CHECK_OK(mm_send_wait(send, 1));
    CHECK_OK(mm_send_free(send));
    CHECK_OK(mm_send_new(engine, &options, "a@example.org", &send));
    CHECK_OK(mm_send_write(send, "x", 1));
    if (files_are_limited) {
        int code = mm_send_write(send, zeros, LARGEST_CONTENT);
        CHECK(code == MM_E_FULL || code == MM_E_IO);
    }
    CHECK_OK(mm_send_free(send));
}

static void mails(mm_engine *engine, const char *zeros) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    mm_mail mail = MM_MAIL_INIT;
    mm_send *send;
    mail.from = "a@example.org";
    mail.to = "b@example.net";
    mail.message = "x";
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = "127.0.0.1";
    options.port = 1;
    TRY(mm_send_mail);
    TRY(mm_send_mail_start);
    SIZES_REFUSED(options, mm_send_mail(engine, &options, &mail, NULL));
    SIZES_REFUSED(options, mm_send_mail_start(engine, &options, &mail, &send));
    SIZES_REFUSED(mail, mm_send_mail(engine, &options, &mail, NULL));
    SIZES_REFUSED(mail, mm_send_mail_start(engine, &options, &mail, &send));
    for (mail.message_size = 0; mail.message_size < 2; mail.message_size++)
        CHECK_INT(MM_E_CONNECT, mm_send_mail(engine, &options, &mail, NULL));
    if (files_are_limited) {
        mail.message = zeros;
        mail.message_size = LARGEST_CONTENT;
        int code = mm_send_mail(engine, &options, &mail, NULL);
        CHECK(code == MM_E_FULL || code == MM_E_IO);
        code = mm_send_mail_start(engine, &options, &mail, &send);
        CHECK(code == MM_E_FULL || code == MM_E_IO);
    }
}

static void queue(mm_engine *engine) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT;
    mm_queue_cursor *cursor;
    mm_send *send;
    char text[64], id[MM_QUEUE_ID_SIZE];
    size_t length;
    CHECK_OK(mm_engine_set(engine, "smtpproxy", "127.0.0.1:1"));
    CHECK_OK(mm_send_new(engine, NULL, "a@example.org", &send));
    CHECK_OK(mm_send_add_recipient(send, "far@example.net", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_send_write(send, "Subject: x\n\nx\n", 14));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_OK(mm_send_free(send));
    TRY(mm_queue_get_counts);
    SIZES_REFUSED(counts, mm_queue_get_counts(engine, &counts));
    CHECK_OK(mm_queue_open(engine, NULL, &cursor));
    TRY(mm_queue_next);
    SIZES_REFUSED(message, mm_queue_next(cursor, &message));
    CHECK_OK(mm_queue_next(cursor, &message));
    TRY(mm_queue_get_recipient);
    SIZES_REFUSED(recipient, mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_OK(mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, 1, &recipient));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, INT32_MAX, &recipient));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, INT32_MIN, &recipient));
    TRY(mm_queue_read);
    CHECK_INT(MM_E_ARGUMENT, mm_queue_read(cursor, text, 0, &length));
    CHECK_OK(mm_queue_read(cursor, text, 1, &length));
    CHECK_INT(1, length);
    TRY(mm_queue_redirect);
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, message.id, NULL, "other@example.net", NULL, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, message.id, NULL, "other@example.net", id, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, message.id, NULL, "other@example.net", id, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, message.id, NULL, "other@example.net", id, sizeof id - 1));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_redirect(engine, "none", NULL, "other@example.net", id, sizeof id));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_redirect(engine, "none", NULL, "other@example.net", id, SIZE_MAX));
    CHECK_OK(mm_queue_close(cursor));
}

/* The place is as large as it is said to be. */
static void reading_into_much_room(mm_engine *engine) {
    size_t much = (size_t)INT32_MAX + 4096, length;
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_cursor *cursor;
    void *room = map_zeros(much, 1);
    CHECK(room);
    CHECK_OK(mm_queue_open(engine, NULL, &cursor));
    CHECK_OK(mm_queue_next(cursor, &message));
    CHECK_OK(mm_queue_read(cursor, room, much, &length));
    CHECK(length > 14 && length < 4096);
    CHECK_OK(mm_queue_read(cursor, room, SIZE_MAX, &length));
    CHECK_INT(0, length);
    CHECK_OK(mm_queue_close(cursor));
    unmap_zeros(room, much);
}

static void options_of_clients(mm_engine *engine) {
    static const int odd[] = {-2, INT32_MIN};
    mm_smtp_options options = MM_SMTP_OPTIONS_INIT;
    mm_smtp *smtp;
    TRY(mm_smtp_new);
    SIZES_REFUSED(options, mm_smtp_new(engine, &options, &smtp));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        options.connect_timeout_ms = odd[i];
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
        options.connect_timeout_ms = 0;
        options.tls_check = odd[i];
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_new(engine, &options, &smtp));
        options.tls_check = 0;
    }
    options.connect_timeout_ms = options.send_timeout_ms = options.receive_timeout_ms = INT32_MAX;
    CHECK_OK(mm_smtp_new(engine, &options, &smtp));
    TRY(mm_smtp_set_timeouts);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_set_timeouts(smtp, INT32_MIN, 0, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_set_timeouts(smtp, 0, INT32_MIN, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_set_timeouts(smtp, 0, 0, INT32_MIN));
    CHECK_OK(mm_smtp_set_timeouts(smtp, 0, 1, INT32_MAX));
    CHECK_OK(mm_smtp_set_timeouts(smtp, -1, -1, -1));
    TRY(mm_smtp_connect);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", INT32_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", INT32_MIN, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", 1, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_connect(smtp, "127.0.0.1", 1, INT32_MIN, NULL));
    CHECK_INT(MM_E_CONNECT, mm_smtp_connect(smtp, "127.0.0.1", 1, 1, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

static void places_of_clients(void) {
    const char *text;
    int found;
    mm_transport transport = MM_TRANSPORT_INIT;
    mm_smtp_reply reply = MM_SMTP_REPLY_INIT;
    mm_error_detail detail = MM_ERROR_DETAIL_INIT;
    mm_smtp *smtp = connected(STEPS("220 hello", "silent"));
    TRY(mm_smtp_connect_transport);
    SIZES_REFUSED(transport, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    TRY(mm_smtp_set_transport);
    SIZES_REFUSED(transport, mm_smtp_set_transport(smtp, &transport));
    TRY(mm_smtp_get_reply);
    SIZES_REFUSED(reply, mm_smtp_get_reply(smtp, &reply));
    TRY(mm_smtp_get_error);
    SIZES_REFUSED(detail, mm_smtp_get_error(smtp, &detail));
    TRY(mm_smtp_start_tls);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_start_tls(smtp, NULL, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_start_tls(smtp, NULL, INT32_MIN, NULL));
    TRY(mm_smtp_get_capability);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, 0, &text));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, INT32_MAX, &text));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_get_capability(smtp, INT32_MIN, &text));
    TRY(mm_smtp_wait);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_wait(smtp, INT32_MAX, 0, &found));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_wait(smtp, INT32_MIN, 0, &found));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_wait(smtp, MM_READY_ROOM, INT32_MIN, &found));
    CHECK_OK(mm_smtp_wait(smtp, MM_READY_ROOM, INT32_MAX, &found));
    CHECK_INT(MM_E_TIMEOUT, mm_smtp_wait(smtp, MM_READY_INPUT, 0, &found));
    CHECK_INT(MM_E_TIMEOUT, mm_smtp_wait(smtp, MM_READY_INPUT, 1, &found));
    CHECK_OK(mm_smtp_free(smtp));
}

static void content_of_clients(const char *zeros) {
    size_t much = (size_t)INT32_MAX + 1;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250-mx", "250 CHUNKING", ">", "250 none", ">", "#1", "250 one",
                                    ">", "354 go", ".", "250 taken"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    TRY(mm_smtp_bdat);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_bdat(smtp, zeros, much, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_bdat(smtp, zeros, SIZE_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_bdat(smtp, zeros, 1, INT32_MAX, NULL));
    CHECK_CODE(250, mm_smtp_bdat(smtp, NULL, 0, 0, &code));
    CHECK_CODE(250, mm_smtp_bdat(smtp, "x", 1, 1, &code));
    CHECK_CODE(354, mm_smtp_data(smtp, &code));
    TRY(mm_smtp_write);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, much, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, SIZE_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, 1, INT32_MAX, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write(smtp, zeros, 1, INT32_MIN, NULL));
    CHECK_OK(mm_smtp_write(smtp, NULL, 0, 0, NULL));
    CHECK_OK(mm_smtp_write(smtp, "x", 1, 0, NULL));
    TRY(mm_smtp_write_raw);
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, zeros, much, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, zeros, SIZE_MAX, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_write_raw(smtp, zeros, 1, INT32_MAX, NULL));
    CHECK_OK(mm_smtp_write_raw(smtp, NULL, 0, 0, NULL));
    CHECK_OK(mm_smtp_write_raw(smtp, "x", 1, 0, NULL));
    CHECK_CODE(250, mm_smtp_write(smtp, NULL, 0, MM_SMTP_LAST, &code));
    CHECK_OK(mm_smtp_free(smtp));
}

static void transactions_of_clients(void) {
    static const char *const to[] = {"b@example.net"};
    mm_smtp_message message = MM_SMTP_MESSAGE_INIT;
    mm_smtp_recipient result = MM_SMTP_RECIPIENT_INIT;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "250 mx", "silent"));
    CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
    message.from = "a@example.org";
    message.content = "x";
    message.to = to;
    TRY(mm_smtp_send_message);
    for (message.recipients = 0; message.recipients < 2; message.recipients++)
        SIZES_REFUSED(message, mm_smtp_send_message(smtp, &message, &result, NULL));
    message.recipients = 1;
    SIZES_REFUSED(result, mm_smtp_send_message(smtp, &message, &result, NULL));
    message.recipients = (size_t)INT32_MAX + 1;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    message.recipients = SIZE_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, &result, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* The engine of the folder has the setting control on, where the system has it. */
static void control_of_engines(const char *root, int is_there) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    mm_control *control = NULL;
    char id[MM_QUEUE_ID_SIZE];
    TRY(mm_control_get_counts);
    TRY(mm_control_redirect);
    CHECK_INT(is_there ? MM_OK : MM_E_NOT_SUPPORTED, mm_control_open(root, &control));
    if (!is_there)
        return;
    SIZES_REFUSED(counts, mm_control_get_counts(control, &counts));
    CHECK_OK(mm_control_get_counts(control, &counts));
    CHECK_INT(1, counts.messages);
    CHECK_INT(MM_E_ARGUMENT, mm_control_redirect(control, "none", NULL, "other@example.net", NULL, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_control_redirect(control, "none", NULL, "other@example.net", id, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_control_redirect(control, "none", NULL, "other@example.net", id, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_control_redirect(control, "none", NULL, "other@example.net", id, sizeof id - 1));
    CHECK_INT(MM_E_NOT_FOUND, mm_control_redirect(control, "none", NULL, "other@example.net", id, sizeof id));
    CHECK_INT(MM_E_NOT_FOUND, mm_control_redirect(control, "none", NULL, "other@example.net", id, SIZE_MAX));
    CHECK_OK(mm_control_close(control));
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

static const char letter[] = "From: a@example.org\r\nDate: x\r\nContent-Type: text/plain; a=b\r\n\r\ntext";

static void opening_of_messages(const char *zeros) {
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    mm_message *message;
    TRY(mm_message_open);
    TRY(mm_message_open_file);
    TRY(mm_message_open_reader);
    SIZES_REFUSED(options, mm_message_open(letter, sizeof letter, &options, &message));
    SIZES_REFUSED(options, mm_message_open_file("none", &options, &message));
    SIZES_REFUSED(options, mm_message_open_reader(mm_compose_read, NULL, &options, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_message_open(NULL, 1, NULL, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_message_open(letter, SIZE_MAX, NULL, &message));
    for (size_t size = 0; size < 2; size++) {
        CHECK_OK(mm_message_open(letter, size, NULL, &message));
        CHECK_OK(mm_message_free(message));
    }
    options.flags = MM_MESSAGE_IN_PLACE;
    CHECK_OK(mm_message_open(zeros, (size_t)INT32_MAX + 1, &options, &message));
    CHECK_OK(mm_message_free(message));
    static const int odd[] = {-1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        int *const members[] = {&options.max_parts, &options.max_depth, &options.max_parameters, &options.flags};
        for (size_t member = 0; member < 4; member++) {
            options = (mm_message_options)MM_MESSAGE_OPTIONS_INIT;
            *members[member] = odd[i];
            CHECK_INT(MM_E_ARGUMENT, mm_message_open(letter, 1, &options, &message));
        }
    }
    options = (mm_message_options)MM_MESSAGE_OPTIONS_INIT;
    options.max_header = SIZE_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_message_open(letter, 1, &options, &message));
    options.max_header = 64u << 20;
    options.max_parts = options.max_parameters = 1000000;
    options.max_depth = 10000;
    CHECK_OK(mm_message_open(letter, 1, &options, &message));
    CHECK_OK(mm_message_free(message));
}

static void numbers_of_messages(mm_message *message) {
    static const int odd[] = {-1, 1, INT32_MIN, INT32_MAX};
    mm_part part = MM_PART_INIT;
    mm_field field = MM_FIELD_INIT;
    mm_address address = MM_ADDRESS_INIT;
    mm_parameter parameter = MM_PARAMETER_INIT;
    mm_content *content;
    const char *text;
    int64_t time;
    int found;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        int number = odd[i], more = number == 1 ? 3 : number;
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_part(message, number, &part));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_field_count(message, number, &found));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_field(message, number, 0, &field));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_field(message, 0, more, &field));
        CHECK_INT(MM_E_ARGUMENT, mm_message_find_field(message, number, "From", 0, &found));
        CHECK_INT(number < 0 ? MM_E_ARGUMENT : MM_OK, mm_message_find_field(message, 0, "From", number, &found));
        CHECK_INT(-1, found);
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_address_count(message, 0, more, &found));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_address(message, 0, more, 0, &address));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_address(message, 0, 0, number, &address));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_date(message, 0, more, &time, NULL));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_parameter_count(message, 0, more, &found));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_parameter(message, 0, more, 0, &parameter));
        CHECK_INT(MM_E_ARGUMENT, mm_message_get_parameter(message, 0, 2, number, &parameter));
        CHECK_INT(MM_E_ARGUMENT, mm_message_find_parameter(message, number, "Content-Type", "a", &text));
        CHECK_INT(MM_E_ARGUMENT, mm_content_open(message, number, 0, &content));
        CHECK_INT(number == 1 ? MM_OK : MM_E_ARGUMENT, mm_content_open(message, 0, number, &content));
    }
}

static void places_of_messages(void) {
    mm_part part = MM_PART_INIT;
    mm_field field = MM_FIELD_INIT;
    mm_address address = MM_ADDRESS_INIT;
    mm_parameter parameter = MM_PARAMETER_INIT;
    mm_message *message;
    mm_content *content;
    char buffer[8];
    size_t read;
    TRY(mm_message_get_part);
    TRY(mm_message_get_field_count);
    TRY(mm_message_get_field);
    TRY(mm_message_find_field);
    TRY(mm_message_get_address_count);
    TRY(mm_message_get_address);
    TRY(mm_message_get_date);
    TRY(mm_message_get_parameter_count);
    TRY(mm_message_get_parameter);
    TRY(mm_message_find_parameter);
    TRY(mm_content_open);
    TRY(mm_content_read);
    CHECK_OK(mm_message_open(letter, sizeof letter - 1, NULL, &message));
    SIZES_REFUSED(part, mm_message_get_part(message, 0, &part));
    SIZES_REFUSED(field, mm_message_get_field(message, 0, 0, &field));
    SIZES_REFUSED(address, mm_message_get_address(message, 0, 0, 0, &address));
    SIZES_REFUSED(parameter, mm_message_get_parameter(message, 0, 2, 0, &parameter));
    numbers_of_messages(message);
    CHECK_OK(mm_content_open(message, 0, 0, &content));
    CHECK_INT(MM_E_ARGUMENT, mm_content_read(content, buffer, 0, &read));
    CHECK_OK(mm_content_read(content, buffer, 1, &read));
    CHECK_INT(1, read);
    CHECK_OK(mm_content_read(content, buffer, sizeof buffer, &read));
    CHECK_INT(3, read);
    CHECK_OK(mm_message_free(message));
}

static void messages_that_are_made(const char *zeros) {
    mm_attachment attachment = MM_ATTACHMENT_INIT;
    mm_compose *compose;
    char buffer[8];
    size_t read;
    CHECK_OK(mm_compose_new(&compose));
    CHECK_OK(mm_compose_add_field(compose, "From", "a@example.org"));
    attachment.content = zeros;
    TRY(mm_compose_attach);
    SIZES_REFUSED(attachment, mm_compose_attach(compose, &attachment));
    attachment.content_size = SIZE_MAX;
    CHECK_INT(MM_E_ARGUMENT, mm_compose_attach(compose, &attachment));
    attachment.content_size = (size_t)INT32_MAX + 1;
    CHECK_INT(MM_E_ARGUMENT, mm_compose_attach(compose, &attachment));
    for (attachment.content_size = 0; attachment.content_size < 2; attachment.content_size++)
        CHECK_OK(mm_compose_attach(compose, &attachment));
    TRY(mm_compose_read);
    CHECK_INT(MM_E_ARGUMENT, mm_compose_read(buffer, 0, &read, compose));
    CHECK_OK(mm_compose_read(buffer, 1, &read, compose));
    CHECK_INT(1, read);
    CHECK_OK(mm_compose_free(compose));
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
    sessions_of_engines(engine);
    sending(engine, zeros);
    mails(engine, zeros);
    queue(engine);
    reading_into_much_room(engine);
    control_of_engines(root, has_control);
    passwords();
    opening_of_messages(zeros);
    places_of_messages();
    messages_that_are_made(zeros);
    script_start(&peer);
    options_of_clients(engine);
    places_of_clients();
    content_of_clients(zeros);
    transactions_of_clients();
    script_stop(&peer);
    stops(engine);
    CHECK_OK(mm_engine_free(engine));
    all_were_called();
    return check_result();
}
