/* The header alone, and what it promises to the compiler. Compiled as C99, C11, C17, C++98 and C++20. */
#include "mailmodule.h"
#include "mailmodule.h"

#define SAME(name, condition) typedef char name[(condition) ? 1 : -1]

SAME(info_is_116, sizeof(MailHostInfo) == 116);
SAME(name_first, offsetof(MailHostInfo, name) == 0);
SAME(name_is_64, sizeof(((MailHostInfo *)0)->name) == 64);
SAME(prior_after_name, offsetof(MailHostInfo, prior) == 64);
SAME(prior_is_4, sizeof(((MailHostInfo *)0)->prior) == 4);
SAME(ip_after_prior, offsetof(MailHostInfo, ip) == 68);
SAME(ip_is_12_times_4, sizeof(((MailHostInfo *)0)->ip) == 48);
SAME(stream_is_pointer, sizeof(ServerStream) == sizeof(void *));

SAME(actions_keep_numbers, ACTION_POP_LOGIN == 1 && ACTION_POP_GETMSG == 2 && ACTION_POP_DELMSG == 4 &&
                               ACTION_SMTP_CONNECT == 8 && ACTION_SMTP_SENDMSG == 16 && ALL_ACTIONS == 0x7fffffff);
SAME(states_keep_numbers, STATE_SMTP_FINDHOST == 1 && STATE_SMTP_CONNECTING == 2 && STATE_SMTP_DIALOG == 3 &&
                              STATE_SMTP_SENDING == 4 && STATE_SMTP_DONE == 5 && STATE_SMTP_QUEUED == 6 &&
                              STATE_SMTP_ERROR == -1);
SAME(send_states_keep_numbers, MM_SEND_STATE_NEW == 0 && MM_SEND_STATE_FIND_HOST == 1 &&
                                   MM_SEND_STATE_CONNECTING == 2 && MM_SEND_STATE_DIALOG == 3 &&
                                   MM_SEND_STATE_SENDING == 4 && MM_SEND_STATE_DONE == 5 && MM_SEND_STATE_QUEUED == 6 &&
                                   MM_SEND_STATE_FAILED == 7 && MM_SEND_STATE_FINISHED == 8);
SAME(errors_keep_numbers,
     MM_OK == 0 && MM_E_ARGUMENT == -1 && MM_E_HANDLE == -2 && MM_E_STATE == -3 && MM_E_MEMORY == -4 &&
         MM_E_FULL == -5 && MM_E_IO == -6 && MM_E_LOCKED == -7 && MM_E_NOT_FOUND == -8 && MM_E_NOT_SUPPORTED == -9 &&
         MM_E_CONFIG == -10 && MM_E_BIND == -11 && MM_E_DNS == -12 && MM_E_CONNECT == -13 && MM_E_CLOSED == -14 &&
         MM_E_TIMEOUT == -15 && MM_E_TLS == -16 && MM_E_PROTOCOL == -17 && MM_E_REFUSED_TEMPORARY == -18 &&
         MM_E_REFUSED_PERMANENT == -19 && MM_E_CANCELLED == -20 && MM_E_LIMIT == -21 && MM_E_INTERNAL == -22);
SAME(verdicts_keep_numbers, MM_VERDICT_CONTINUE == 0 && MM_VERDICT_ACCEPT == 1 && MM_VERDICT_REJECT == 2 &&
                                MM_VERDICT_CLOSE == 3 && MM_VERDICT_DONE == 4 && MM_VERDICT_PENDING == 5 &&
                                MM_VERDICT_LOCAL == 6 && MM_VERDICT_FORWARD == 7 && MM_VERDICT_AMBIGUOUS == 8 &&
                                MM_VERDICT_ERROR == 9);
SAME(sessions_keep_numbers,
     MM_SMTP_PROTOCOL_SMTP == 0 && MM_SMTP_PROTOCOL_SUBMISSION == 1 && MM_SMTP_PROTOCOL_LMTP == 2 &&
         MM_CHUNK_FIRST == 1 && MM_CHUNK_LAST == 2 && MM_CHECK_NOT_LISTED == 0 && MM_CHECK_LISTED == 1 &&
         MM_CHECK_OUT_OF_RANGE == 2 && MM_CHECK_DOWN == 3 && MM_CHECK_REFUSED == 4 && MM_CHECK_UNKNOWN == 5 &&
         MM_WANTS_READ == 1 && MM_WANTS_WRITE == 2 && MM_WANTS_WAIT == 3 && MM_WANTS_TLS == 4 && MM_WANTS_CLOSE == 5);
SAME(levels_keep_numbers, MM_LOG_ERROR == 1 && MM_LOG_WARNING == 2 && MM_LOG_INFO == 3 && MM_LOG_DEBUG == 4);
SAME(routes_keep_numbers, MM_SEND_ROUTE_QUEUE == 0 && MM_SEND_ROUTE_DIRECT == 1 && MM_SEND_ROUTE_SERVER == 2);
SAME(tls_keeps_numbers, MM_TLS_SETTINGS == 0 && MM_TLS_NONE == 1 && MM_TLS_OPPORTUNISTIC == 2 && MM_TLS_REQUIRED == 3 &&
                            MM_TLS_IMPLICIT == 4 && MM_TLS_CHECK_SETTINGS == 0 && MM_TLS_CHECK_NEVER == 1 &&
                            MM_TLS_CHECK_ALWAYS == 2);
SAME(reports_keep_numbers, MM_SEND_RETURN_DEFAULT == 0 && MM_SEND_RETURN_FULL == 1 && MM_SEND_RETURN_HEADERS == 2 &&
                               MM_SEND_NOTIFY_DEFAULT == 0 && MM_SEND_NOTIFY_NEVER == 1 &&
                               MM_SEND_NOTIFY_SUCCESS == 2 && MM_SEND_NOTIFY_FAILURE == 4 && MM_SEND_NOTIFY_DELAY == 8);
SAME(queue_keeps_numbers, MM_QUEUE_STATE_READY == 1 && MM_QUEUE_STATE_ACTIVE == 2 && MM_QUEUE_STATE_DEFERRED == 3 &&
                              MM_QUEUE_STATE_HELD == 4 && MM_QUEUE_STATE_FAILED == 5 && MM_QUEUE_STATE_DONE == 6 &&
                              MM_QUEUE_STATE_RELAYED == 7 && MM_QUEUE_ID_SIZE == 32);
SAME(mailboxes_keep_numbers, MM_MAILBOX_SHARED == 1 && MM_MAILBOX_CREATE == 2 && MM_MAILBOX_DELETED == 1 &&
                                 MM_MAILBOX_SEEN == 2 && MM_MAILBOX_FLAGGED == 4 && MM_MAILBOX_ANSWERED == 8);
SAME(events_keep_numbers, MM_QUEUE_EVENT_QUEUED == 1 && MM_QUEUE_EVENT_DEFERRED == 2 && MM_QUEUE_EVENT_DELIVERED == 3 &&
                              MM_QUEUE_EVENT_BOUNCED == 4 && MM_QUEUE_EVENT_REMOVED == 5 && MM_QUEUE_EVENT_QUOTA == 6);

/* Structures as ABI 1 has them: no gap that a later member could fall into without the size growing. */
#define WORDS_AND(type, words, bytes) (sizeof(void *) != 8 || sizeof(type) == (words)*8 + (bytes))
SAME(send_options_layout, WORDS_AND(mm_send_options, 8, 24) && offsetof(mm_send_options, size) == 0);
SAME(send_event_layout, WORDS_AND(mm_send_event, 2, 16) && offsetof(mm_send_event, size) == 0);
SAME(send_result_layout, WORDS_AND(mm_send_result, 8, 24) && offsetof(mm_send_result, size) == 0);
SAME(smtp_server_options_layout,
     WORDS_AND(mm_smtp_server_options, 2, 16) && offsetof(mm_smtp_server_options, size) == 0);
SAME(pop3_server_options_layout,
     WORDS_AND(mm_pop3_server_options, 2, 16) && offsetof(mm_pop3_server_options, size) == 0);
SAME(smtp_server_handlers_layout, sizeof(mm_smtp_server_handlers) == 23 * sizeof(size_t));
SAME(session_login_layout, WORDS_AND(mm_session_login, 8, 0) && offsetof(mm_session_login, size) == 0);
SAME(session_mail_layout, WORDS_AND(mm_session_mail, 7, 16) && offsetof(mm_session_mail, size) == 0);
SAME(session_rcpt_layout, WORDS_AND(mm_session_rcpt, 7, 8) && offsetof(mm_session_rcpt, size) == 0);
SAME(session_info_layout, WORDS_AND(mm_session_info, 11, 24) && offsetof(mm_session_info, size) == 0);
SAME(session_check_layout, WORDS_AND(mm_session_check, 5, 8) && offsetof(mm_session_check, size) == 0);
SAME(auth_result_layout, WORDS_AND(mm_auth_result, 15, 56) && offsetof(mm_auth_result, size) == 0);
SAME(auth_query_layout, WORDS_AND(mm_auth_query, 10, 8) && offsetof(mm_auth_query, size) == 0);
SAME(sign_options_layout, WORDS_AND(mm_sign_options, 5, 0) && offsetof(mm_sign_options, size) == 0);
SAME(smtp_stepped_options_layout,
     WORDS_AND(mm_smtp_stepped_options, 6, 16) && offsetof(mm_smtp_stepped_options, size) == 0);
SAME(pop3_stepped_options_layout,
     WORDS_AND(mm_pop3_stepped_options, 6, 16) && offsetof(mm_pop3_stepped_options, size) == 0);
SAME(pop3_server_handlers_layout, sizeof(mm_pop3_server_handlers) == 17 * sizeof(size_t));
SAME(session_message_layout, WORDS_AND(mm_session_message, 3, 16) && offsetof(mm_session_message, size) == 0);
SAME(queue_counts_layout, WORDS_AND(mm_queue_counts, 8, 0) && offsetof(mm_queue_counts, size) == 0);
SAME(queue_message_layout, WORDS_AND(mm_queue_message, 6, 8) && offsetof(mm_queue_message, size) == 0);
SAME(queue_recipient_layout, WORDS_AND(mm_queue_recipient, 7, 16) && offsetof(mm_queue_recipient, size) == 0);
SAME(queue_event_layout, WORDS_AND(mm_queue_event, 15, 16) && offsetof(mm_queue_event, size) == 0);
SAME(mailbox_message_layout, WORDS_AND(mm_mailbox_message, 5, 8) && offsetof(mm_mailbox_message, size) == 0);
SAME(mailbox_delivery_layout, WORDS_AND(mm_mailbox_delivery, 9, 0) && offsetof(mm_mailbox_delivery, size) == 0);
SAME(mailbox_event_layout, WORDS_AND(mm_mailbox_event, 7, 0) && offsetof(mm_mailbox_event, size) == 0);
SAME(fetches_keep_numbers, MM_FETCH_KEEP == 1 && MM_FETCH_APOP == 2 && MM_FETCH_CLEAR_PASSWORD == 4);
SAME(fetch_account_layout, WORDS_AND(mm_fetch_account, 5, 24) && offsetof(mm_fetch_account, size) == 0);
SAME(fetch_result_layout, WORDS_AND(mm_fetch_result, 8, 32) && offsetof(mm_fetch_result, size) == 0);
SAME(import_options_layout, WORDS_AND(mm_import_options, 3, 8) && offsetof(mm_import_options, size) == 0);
SAME(import_file_layout, WORDS_AND(mm_import_file, 6, 8) && offsetof(mm_import_file, size) == 0);
SAME(import_result_layout, WORDS_AND(mm_import_result, 6, 0) && offsetof(mm_import_result, size) == 0);
SAME(mail_layout, WORDS_AND(mm_mail, 12, 0) && offsetof(mm_mail, size) == 0);
SAME(transport_layout, WORDS_AND(mm_transport, 8, 8) && offsetof(mm_transport, size) == 0);
SAME(certificate_layout, WORDS_AND(mm_certificate, 8, 24) && offsetof(mm_certificate, size) == 0);
SAME(error_detail_layout, WORDS_AND(mm_error_detail, 4, 32) && offsetof(mm_error_detail, size) == 0);
SAME(smtp_options_layout, WORDS_AND(mm_smtp_options, 7, 16) && offsetof(mm_smtp_options, size) == 0);
SAME(smtp_reply_layout, WORDS_AND(mm_smtp_reply, 5, 16) && offsetof(mm_smtp_reply, size) == 0);
SAME(smtp_message_layout, WORDS_AND(mm_smtp_message, 11, 0) && offsetof(mm_smtp_message, size) == 0);
SAME(smtp_recipient_layout, WORDS_AND(mm_smtp_recipient, 3, 16) && offsetof(mm_smtp_recipient, size) == 0);

/* Where the last member is one of 4 octets there is no room left behind it. */
#define ENDS_WITH(type, member) (offsetof(type, member) + sizeof(((type *)0)->member) == sizeof(type))
SAME(transport_end, ENDS_WITH(mm_transport, reserved));
SAME(error_detail_end, ENDS_WITH(mm_error_detail, reserved));
SAME(smtp_reply_end, ENDS_WITH(mm_smtp_reply, reserved));
SAME(session_rcpt_end, ENDS_WITH(mm_session_rcpt, reserved));
SAME(session_info_end, ENDS_WITH(mm_session_info, messages));
SAME(session_message_end, ENDS_WITH(mm_session_message, lines));
SAME(session_check_end, ENDS_WITH(mm_session_check, reserved));
SAME(auth_result_end, ENDS_WITH(mm_auth_result, reserved));
SAME(auth_query_end, ENDS_WITH(mm_auth_query, reserved));
SAME(mailbox_message_end, ENDS_WITH(mm_mailbox_message, reserved));
SAME(smtp_recipient_end, ENDS_WITH(mm_smtp_recipient, maybe_taken));

/* Every structure that the host sets has a macro that makes all of it but the size 0. */
extern const mm_send_options send_options;
extern const mm_send_result send_result;
extern const mm_queue_counts queue_counts;
extern const mm_queue_message queue_message;
extern const mm_queue_recipient queue_recipient;
extern const mm_fetch_account fetch_account;
extern const mm_fetch_result fetch_result;
extern const mm_import_options import_options;
extern const mm_import_result import_result;
extern const mm_smtp_server_options smtp_server_options;
extern const mm_smtp_server_handlers smtp_server_handlers;
extern const mm_session_rcpt session_rcpt;
extern const mm_session_info session_info;
extern const mm_session_check session_check;
extern const mm_auth_result auth_result;
extern const mm_auth_query auth_query;
extern const mm_sign_options sign_options;
extern const mm_smtp_stepped_options smtp_stepped_options;
extern const mm_pop3_stepped_options pop3_stepped_options;
extern const mm_pop3_server_options pop3_server_options;
extern const mm_pop3_server_handlers pop3_server_handlers;
extern const mm_mailbox_message mailbox_message;
extern const mm_mailbox_delivery mailbox_delivery;
extern const mm_mail mail;
extern const mm_transport transport;
extern const mm_error_detail error_detail;
extern const mm_smtp_options smtp_options;
extern const mm_smtp_reply smtp_reply;
extern const mm_smtp_message smtp_message;
extern const mm_smtp_recipient smtp_recipient;
const mm_send_options send_options = MM_SEND_OPTIONS_INIT;
const mm_send_result send_result = MM_SEND_RESULT_INIT;
const mm_queue_counts queue_counts = MM_QUEUE_COUNTS_INIT;
const mm_queue_message queue_message = MM_QUEUE_MESSAGE_INIT;
const mm_queue_recipient queue_recipient = MM_QUEUE_RECIPIENT_INIT;
const mm_fetch_account fetch_account = MM_FETCH_ACCOUNT_INIT;
const mm_fetch_result fetch_result = MM_FETCH_RESULT_INIT;
const mm_import_options import_options = MM_IMPORT_OPTIONS_INIT;
const mm_import_result import_result = MM_IMPORT_RESULT_INIT;
const mm_smtp_server_options smtp_server_options = MM_SMTP_SERVER_OPTIONS_INIT;
const mm_smtp_server_handlers smtp_server_handlers = MM_SMTP_SERVER_HANDLERS_INIT;
const mm_session_rcpt session_rcpt = MM_SESSION_RCPT_INIT;
const mm_session_info session_info = MM_SESSION_INFO_INIT;
const mm_session_check session_check = MM_SESSION_CHECK_INIT;
const mm_auth_result auth_result = MM_AUTH_RESULT_INIT;
const mm_auth_query auth_query = MM_AUTH_QUERY_INIT;
const mm_sign_options sign_options = MM_SIGN_OPTIONS_INIT;
const mm_smtp_stepped_options smtp_stepped_options = MM_SMTP_STEPPED_OPTIONS_INIT;
const mm_pop3_stepped_options pop3_stepped_options = MM_POP3_STEPPED_OPTIONS_INIT;
const mm_pop3_server_options pop3_server_options = MM_POP3_SERVER_OPTIONS_INIT;
const mm_pop3_server_handlers pop3_server_handlers = MM_POP3_SERVER_HANDLERS_INIT;
const mm_mailbox_message mailbox_message = MM_MAILBOX_MESSAGE_INIT;
const mm_mailbox_delivery mailbox_delivery = MM_MAILBOX_DELIVERY_INIT;
const mm_mail mail = MM_MAIL_INIT;
const mm_transport transport = MM_TRANSPORT_INIT;
const mm_error_detail error_detail = MM_ERROR_DETAIL_INIT;
const mm_smtp_options smtp_options = MM_SMTP_OPTIONS_INIT;
const mm_smtp_reply smtp_reply = MM_SMTP_REPLY_INIT;
const mm_smtp_message smtp_message = MM_SMTP_MESSAGE_INIT;
const mm_smtp_recipient smtp_recipient = MM_SMTP_RECIPIENT_INIT;

SAME(socket_is_descriptor, (mm_socket)-1 == MM_INVALID_SOCKET && sizeof(mm_socket) >= sizeof(int));
SAME(any_port_is_none, MM_PORT_ANY == -1 && MM_PORT_NONE == -2);

void use_of_both_forms(void);
void use_of_both_forms(void) {
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
    char text[] = "10";
    const char *constant = text;
    SetConfigParam("from_same_host", 10);
    SetConfigParam("from_same_host", text);
    SetConfigParam("from_same_host", constant);
#endif
    SetConfigParam("from_same_host", "10");
#if defined(__cplusplus)
    SetSMTPServer();
    SetPOP3Server(0, 110);
    SRVInitSendMsgSMTP("a@example.org", "b@example.org", "mail.example.org");
    SRVInitSendMsgImidiatly("a@example.org", "b@example.org");
    SRVInitSendMsgBackgaund("a@example.org", "b@example.org");
    LoadConfig();
#endif
}
