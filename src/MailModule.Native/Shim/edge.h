/*
 * What the two halves of the C edge know of each other; nothing of it is exported. Every public function is a C
 * function (in the files beside this one) that enters here and passes on to its managed half mmi_<name>.
 * docs/decisions/0002-c-edge.md says why.
 */
#ifndef MAILMODULE_EDGE_H
#define MAILMODULE_EDGE_H

#define MM_BUILDING_LIBRARY
#include "../../../include/mailmodule.h"
#include "system.h" /* of the folder Linux or Windows */

/* Every public call begins with it. MM_OK: the runtime runs, and that is the thread's last error; else the call fails
 * with MM_E_MEMORY, which is the last error already, and the next call tries again. */
int mmi_enter(void);

/* Whether the system gives what the start of the runtime takes, threads and memory; else MM_E_MEMORY and why. */
int mmi_try_resources(void);

/* The thread's last error is MM_OK. */
void mmi_clear_error(void);

/* What a call gives back is nothing until it has succeeded, whatever keeps it from running. */
#define MMI_CLEAR(place, nothing)                                                                                      \
    do {                                                                                                               \
        if (place)                                                                                                     \
            *(place) = (nothing);                                                                                      \
    } while (0)

/* Called by the managed half: why the current call fails. detail may be NULL; both texts are copied. */
void mmi_fail(int code, const char *detail);

/* Called by the managed half: the current call succeeds, and this is in words what it tells of. */
void mmi_tell(int code, const char *detail);

/* Called by the managed half: runs a host's callback. Unused arguments are NULL or 0. */
int mmi_call_request(SMTPReqCallback callback, ServerStream *stream, char *reqname, int action, const char *text1,
                     const char *text2, const char *text3, int number);
void mmi_call_log(mm_log_fn callback, int level, const char *area, const char *text, void *user);

/* Called by the managed half: a child made by fork closes this descriptor, or does so no more. Nothing on Windows. */
void mmi_unshare(int descriptor, int is_ours);

/* Handed to the managed half, which calls them, on Linux alone; Linux/tls.c says what for. 0: OpenSSL's new settings
 * are watched. */
typedef void (*mmi_fn)(void);
int mmi_tls_watch(mmi_fn get_index, mmi_fn control);
void mmi_tls_set_ours(int ours);

/* Handed to the managed half as well: starts a program as another user. Its process id, or an errno with its sign
 * turned. */
typedef int (*mmi_spawn_fn)(char *const *arguments, char *const *environment, const char *folder, int given,
                            uint32_t user, uint32_t group);
int mmi_spawn_as(char *const *arguments, char *const *environment, const char *folder, int given, uint32_t user,
                 uint32_t group);

/* The managed half (Exports/). Any argument of mmi_start is NULL where the system has no use for it. */
int mmi_start(int (*tls_watch)(mmi_fn, mmi_fn), void (*tls_set_ours)(int), mmi_spawn_fn spawn_as);
mm_engine *mmi_engine_default(void);
int mmi_engine_new(mm_engine **engine);
int mmi_engine_free(mm_engine *engine);
int mmi_engine_stop(mm_engine *engine, int timeout_ms);
int mmi_engine_load(mm_engine *engine, const char *filename);
int mmi_engine_set(mm_engine *engine, const char *key, const char *text);
int mmi_engine_set_int(mm_engine *engine, const char *key, int64_t value);
int mmi_engine_get(mm_engine *engine, const char *key, char *buffer, size_t size, size_t *length);
int mmi_engine_get_int(mm_engine *engine, const char *key, int64_t *value);
int mmi_engine_set_log(mm_engine *engine, int level, mm_log_fn callback, void *user);
int mmi_smtp_server_start(mm_engine *engine, const mm_smtp_server_options *options,
                          const mm_smtp_server_handlers *handlers, void *user, mm_smtp_server **server);
int mmi_smtp_server_get_port(mm_smtp_server *server, int *port);
int mmi_smtp_server_stop(mm_smtp_server *server, int timeout_ms);
int mmi_smtp_server_add_handlers(mm_smtp_server *server, const mm_smtp_server_handlers *handlers, void *user);
int mmi_smtp_server_adopt(mm_smtp_server *server, intptr_t socket, int tls);
int mmi_session_set_reply(mm_session *session, int code, const char *status, const char *text);
int mmi_session_add_reply_line(mm_session *session, const char *text);
int mmi_session_set_recipient_reply(mm_session *session, int index, int code, const char *status, const char *text);
int mmi_session_defer(mm_session *session, int timeout_ms, int verdict, mm_pending **pending);
int mmi_pending_set_reply(mm_pending *pending, int code, const char *status, const char *text);
int mmi_pending_add_reply_line(mm_pending *pending, const char *text);
int mmi_pending_answer(mm_pending *pending, int verdict);
int mmi_session_set_user(mm_session *session, void *user);
int mmi_session_get_user(mm_session *session, void **user);
int mmi_session_get_info(mm_session *session, mm_session_info *info);
int mmi_session_set_login(mm_session *session, const char *user);
int mmi_session_set_secret(mm_session *session, const char *secret);
int mmi_session_get_sender(mm_session *session, const char **address);
int mmi_session_set_sender(mm_session *session, const char *address);
int mmi_session_get_recipient_count(mm_session *session, int *count);
int mmi_session_get_recipient(mm_session *session, int index, mm_session_rcpt *rcpt);
int mmi_session_add_recipient(mm_session *session, const char *address);
int mmi_session_remove_recipient(mm_session *session, int index);
int mmi_session_set_expansion(mm_session *session, const char *address);
int mmi_session_add_header(mm_session *session, const char *name, const char *value);
int mmi_session_read_message(mm_session *session, int64_t offset, void *buffer, size_t size, size_t *length);
int mmi_session_get_path(mm_session *session, const char **path);
int mmi_session_get_check_count(mm_session *session, int *count);
int mmi_session_get_check(mm_session *session, int index, mm_session_check *check);
int mmi_smtp_stepped_new(mm_smtp_server *server, const mm_smtp_stepped_options *options, mm_smtp_stepped **stepped);
int mmi_smtp_stepped_step(mm_smtp_stepped *stepped, const void *octets, size_t size, const void **output,
                          size_t *length, int *wants);
int mmi_smtp_stepped_begin_tls(mm_smtp_stepped *stepped, const char *description);
int mmi_smtp_stepped_get_timeout(mm_smtp_stepped *stepped, int *timeout_ms);
int mmi_smtp_stepped_free(mm_smtp_stepped *stepped);
int mmi_pop3_server_start(mm_engine *engine, const mm_pop3_server_options *options,
                          const mm_pop3_server_handlers *handlers, void *user, mm_pop3_server **server);
int mmi_pop3_server_get_port(mm_pop3_server *server, int *port);
int mmi_pop3_server_add_handlers(mm_pop3_server *server, const mm_pop3_server_handlers *handlers, void *user);
int mmi_pop3_server_adopt(mm_pop3_server *server, intptr_t socket, int tls);
int mmi_session_add_message(mm_session *session, int64_t octets, const char *id, void *data);
int mmi_session_write(mm_session *session, const void *octets, size_t size);
int mmi_pop3_stepped_new(mm_pop3_server *server, const mm_pop3_stepped_options *options, mm_pop3_stepped **stepped);
int mmi_pop3_stepped_step(mm_pop3_stepped *stepped, const void *octets, size_t size, const void **output,
                          size_t *length, int *wants);
int mmi_pop3_stepped_begin_tls(mm_pop3_stepped *stepped, const char *description);
int mmi_pop3_stepped_get_timeout(mm_pop3_stepped *stepped, int *timeout_ms);
int mmi_pop3_stepped_free(mm_pop3_stepped *stepped);
int mmi_pop3_server_stop(mm_pop3_server *server, int timeout_ms);
ServerStream mmi_init_direct(const char *from, const char *to, MsgCallback callback, void *callback_param);
ServerStream mmi_init_smtp(const char *from, const char *to, const char *host, int port, MsgCallback callback,
                           void *callback_param);
ServerStream mmi_init_queue(const char *from, const char *to, MsgCallback callback, void *callback_param);
int mmi_send(ServerStream *stream, const void *octets, int size);
int mmi_recv(ServerStream *stream, void *buffer, int size);
void mmi_end(ServerStream *stream);
const char *mmi_stream_recipient(ServerStream *stream);
int mmi_set_smtp_server(SMTPReqCallback callback, int port, int mask);
int mmi_set_pop3_server(SMTPReqCallback callback, int port, int mask);
char *mmi_auth_name(ServerStream *stream);
char *mmi_auth_password(ServerStream *stream);
uint32_t mmi_remote_ip(ServerStream *stream);
int mmi_remote_addr(ServerStream *stream, void *addr, int buflen);
int mmi_socket(ServerStream *stream);
int mmi_stream_set_user(ServerStream *stream, void *user);
int mmi_stream_get_user(ServerStream *stream, void **user);
int mmi_stream_set_closed(ServerStream *stream, mm_stream_closed_fn callback);
int mmi_stream_set_reply(ServerStream *stream, const char *status, const char *text);
int mmi_find_mx(const char *domain, MailHostInfo *ret, int size);
int mmi_send_new(mm_engine *engine, const mm_send_options *options, const char *from, mm_send **send);
int mmi_send_add_recipient(mm_send *send, const char *address, int notify, const char *orcpt);
int mmi_send_write(mm_send *send, const void *octets, size_t size);
int mmi_send_set_file(mm_send *send, const char *path);
int mmi_send_set_descriptor(mm_send *send, mm_socket descriptor);
int mmi_send_set_reader(mm_send *send, mm_send_read_fn callback, void *user);
int mmi_send_start(mm_send *send);
int mmi_send_wait(mm_send *send, int timeout_ms);
int mmi_send_get_outcome(mm_send *send, int *outcome);
int mmi_send_get_result(mm_send *send, int recipient, mm_send_result *result);
int mmi_send_cancel(mm_send *send);
int mmi_send_free(mm_send *send);
int mmi_send_mail_start(mm_engine *engine, const mm_send_options *options, const mm_mail *mail, int waits,
                        mm_send **send);
int mmi_send_mail_end(mm_send *send, int *outcome);
int mmi_queue_get_counts(mm_engine *engine, mm_queue_counts *counts);
int mmi_queue_open(mm_engine *engine, const char *id, mm_queue_cursor **cursor);
int mmi_queue_next(mm_queue_cursor *cursor, mm_queue_message *message);
int mmi_queue_get_recipient(mm_queue_cursor *cursor, int recipient, mm_queue_recipient *result);
int mmi_queue_read(mm_queue_cursor *cursor, void *buffer, size_t size, size_t *length);
int mmi_queue_close(mm_queue_cursor *cursor);
int mmi_queue_retry(mm_engine *engine, const char *id);
int mmi_queue_hold(mm_engine *engine, const char *id);
int mmi_queue_release(mm_engine *engine, const char *id);
int mmi_queue_remove(mm_engine *engine, const char *id);
int mmi_queue_redirect(mm_engine *engine, const char *id, const char *recipient, const char *target, char *new_id,
                       size_t size);
int mmi_queue_set_events(mm_engine *engine, mm_queue_event_fn callback, void *user);
int mmi_mailbox_open(mm_engine *engine, const char *name, const char *folder, int flags, mm_mailbox **mailbox);
int mmi_mailbox_get_count(mm_mailbox *mailbox, int *count, int64_t *octets);
int mmi_mailbox_get_message(mm_mailbox *mailbox, int index, mm_mailbox_message *message);
int mmi_mailbox_find(mm_mailbox *mailbox, const char *id, int *index);
int mmi_mailbox_read(mm_mailbox *mailbox, int index, int64_t offset, void *buffer, size_t size, size_t *length);
int mmi_mailbox_open_message(mm_mailbox *mailbox, int index, const mm_message_options *options, mm_message **message);
int mmi_mailbox_delete(mm_mailbox *mailbox, const int *indexes, size_t count, int *failed);
int mmi_mailbox_close(mm_mailbox *mailbox);
int mmi_mailbox_get_folder(mm_engine *engine, const char *name, int index, char *text, size_t size);
int mmi_mailbox_deliver(mm_engine *engine, const mm_mailbox_delivery *delivery, char *id);
int mmi_mailbox_set_events(mm_engine *engine, mm_mailbox_event_fn callback, void *user);

int mmi_fetch_now(mm_engine *engine, const char *account);
int mmi_fetch_list(mm_engine *engine, mm_fetch_event_fn callback, void *user);
int mmi_fetch_set_events(mm_engine *engine, mm_fetch_event_fn callback, void *user);
int mmi_fetch_begin(mm_engine *engine, const mm_fetch_account *account, mm_fetch **fetch);
int mmi_fetch_wait(mm_fetch *fetch, int timeout_ms);
int mmi_fetch_get_result(mm_fetch *fetch, mm_fetch_result *result);
int mmi_fetch_cancel(mm_fetch *fetch);
int mmi_fetch_free(mm_fetch *fetch);

int mmi_import_legacy(mm_engine *engine, const mm_import_options *options, mm_import_fn callback, void *user,
                      mm_import_result *result);
int mmi_control_open(const char *path, mm_control **control);
int mmi_control_close(mm_control *control);
int mmi_control_get_counts(mm_control *control, mm_queue_counts *counts);
int mmi_control_open_queue(mm_control *control, const char *id, mm_queue_cursor **cursor);
int mmi_control_retry(mm_control *control, const char *id);
int mmi_control_hold(mm_control *control, const char *id);
int mmi_control_release(mm_control *control, const char *id);
int mmi_control_remove(mm_control *control, const char *id);
int mmi_control_redirect(mm_control *control, const char *id, const char *recipient, const char *target, char *new_id,
                         size_t size);
int mmi_control_send(mm_control *control, const char *from, const char *to, mm_send_read_fn read, void *read_user,
                     mm_control_result_fn result, void *user);
int mmi_config_check(const char *filename, mm_config_fn callback, void *user, int *errors);
int mmi_password_make(const char *password, int form, int iterations, char *buffer, size_t size, size_t *length);
int mmi_dkim_key_make(int algorithm, int bits, char *key, size_t key_size, size_t *key_length, char *record,
                      size_t record_size, size_t *record_length);
int mmi_smtp_new(mm_engine *engine, const mm_smtp_options *options, mm_smtp **smtp);
int mmi_smtp_free(mm_smtp *smtp);
int mmi_smtp_set_timeouts(mm_smtp *smtp, int connect_ms, int send_ms, int receive_ms);
int mmi_smtp_connect(mm_smtp *smtp, const char *host, int port, int flags, int *code);
int mmi_smtp_connect_transport(mm_smtp *smtp, const mm_transport *transport, const char *host, int flags, int *code);
int mmi_smtp_starttls(mm_smtp *smtp, int *code);
int mmi_smtp_start_tls(mm_smtp *smtp, const char *server_name, int flags, int *code);
int mmi_smtp_set_transport(mm_smtp *smtp, const mm_transport *transport);
int mmi_smtp_get_socket(mm_smtp *smtp, intptr_t *socket);
int mmi_smtp_wait(mm_smtp *smtp, int wanted, int timeout_ms, int *found);
int mmi_smtp_cancel(mm_smtp *smtp);
int mmi_smtp_close(mm_smtp *smtp);
int mmi_smtp_helo(mm_smtp *smtp, const char *name, int *code);
int mmi_smtp_ehlo(mm_smtp *smtp, const char *name, int *code);
int mmi_smtp_lhlo(mm_smtp *smtp, const char *name, int *code);
int mmi_smtp_get_capability_count(mm_smtp *smtp, int *count);
int mmi_smtp_get_capability(mm_smtp *smtp, int index, const char **text);
int mmi_smtp_find_capability(mm_smtp *smtp, const char *name, const char **parameters);
int mmi_smtp_auth(mm_smtp *smtp, const char *mechanism, const char *user, const char *password, int *code);
int mmi_smtp_auth_token(mm_smtp *smtp, const char *mechanism, const char *identity, mm_token_fn token, void *token_user,
                        int *code);
int mmi_smtp_auth_raw(mm_smtp *smtp, const char *mechanism, const char *initial, int *code);
int mmi_smtp_auth_respond(mm_smtp *smtp, const char *response, int *code);
int mmi_smtp_mail(mm_smtp *smtp, const char *from, const char *parameters, int *code);
int mmi_smtp_rcpt(mm_smtp *smtp, const char *to, const char *parameters, int *code);
int mmi_smtp_data(mm_smtp *smtp, int *code);
int mmi_smtp_write(mm_smtp *smtp, const void *octets, size_t size, int flags, int *code);
int mmi_smtp_write_raw(mm_smtp *smtp, const void *octets, size_t size, int flags, int *code);
int mmi_smtp_bdat(mm_smtp *smtp, const void *octets, size_t size, int last, int *code);
int mmi_smtp_rset(mm_smtp *smtp, int *code);
int mmi_smtp_noop(mm_smtp *smtp, int *code);
int mmi_smtp_vrfy(mm_smtp *smtp, const char *text, int *code);
int mmi_smtp_expn(mm_smtp *smtp, const char *text, int *code);
int mmi_smtp_help(mm_smtp *smtp, const char *text, int *code);
int mmi_smtp_quit(mm_smtp *smtp, int *code);
int mmi_smtp_send_command(mm_smtp *smtp, const char *line);
int mmi_smtp_send_all(mm_smtp *smtp, mm_smtp_next_fn next, mm_smtp_sent_fn sent, void *user);
int mmi_smtp_send_message(mm_smtp *smtp, const mm_smtp_message *message, mm_smtp_recipient *results, int *code);
int mmi_smtp_receive(mm_smtp *smtp, int *code);
int mmi_smtp_get_reply(mm_smtp *smtp, mm_smtp_reply *reply);
int mmi_smtp_get_error(mm_smtp *smtp, mm_error_detail *detail);
int mmi_smtp_get_tls(mm_smtp *smtp, const char **text);
int mmi_pop3_new(mm_engine *engine, const mm_pop3_options *options, mm_pop3 **pop3);
int mmi_pop3_free(mm_pop3 *pop3);
int mmi_pop3_set_timeouts(mm_pop3 *pop3, int connect_ms, int send_ms, int receive_ms);
int mmi_pop3_connect(mm_pop3 *pop3, const char *host, int port, int flags, int *status);
int mmi_pop3_connect_transport(mm_pop3 *pop3, const mm_transport *transport, const char *host, int flags, int *status);
int mmi_pop3_stls(mm_pop3 *pop3, int *status);
int mmi_pop3_start_tls(mm_pop3 *pop3, const char *server_name, int flags, int *status);
int mmi_pop3_set_transport(mm_pop3 *pop3, const mm_transport *transport);
int mmi_pop3_get_socket(mm_pop3 *pop3, intptr_t *socket);
int mmi_pop3_wait(mm_pop3 *pop3, int wanted, int timeout_ms, int *found);
int mmi_pop3_cancel(mm_pop3 *pop3);
int mmi_pop3_close(mm_pop3 *pop3);
int mmi_pop3_capa(mm_pop3 *pop3, int *status);
int mmi_pop3_get_capability_count(mm_pop3 *pop3, int *count);
int mmi_pop3_get_capability(mm_pop3 *pop3, int index, const char **text);
int mmi_pop3_find_capability(mm_pop3 *pop3, const char *name, const char **parameters);
int mmi_pop3_login(mm_pop3 *pop3, const char *user, const char *password, int flags, int *status);
int mmi_pop3_user(mm_pop3 *pop3, const char *name, int *status);
int mmi_pop3_pass(mm_pop3 *pop3, const char *password, int *status);
int mmi_pop3_apop(mm_pop3 *pop3, const char *user, const char *password, int *status);
int mmi_pop3_auth(mm_pop3 *pop3, const char *mechanism, const char *user, const char *password, int *status);
int mmi_pop3_auth_token(mm_pop3 *pop3, const char *mechanism, const char *identity, mm_token_fn token, void *token_user,
                        int *status);
int mmi_pop3_auth_raw(mm_pop3 *pop3, const char *mechanism, const char *initial, int *status);
int mmi_pop3_auth_respond(mm_pop3 *pop3, const char *response, int *status);
int mmi_pop3_utf8(mm_pop3 *pop3, int *status);
int mmi_pop3_lang(mm_pop3 *pop3, const char *tag, int *status);
int mmi_pop3_stat(mm_pop3 *pop3, int *count, int64_t *octets, int *status);
int mmi_pop3_list(mm_pop3 *pop3, int number, int *status);
int mmi_pop3_uidl(mm_pop3 *pop3, int number, int *status);
int mmi_pop3_next(mm_pop3 *pop3, mm_pop3_entry *entry);
int mmi_pop3_retr(mm_pop3 *pop3, int number, int *status);
int mmi_pop3_top(mm_pop3 *pop3, int number, int lines, int *status);
int mmi_pop3_read(mm_pop3 *pop3, void *buffer, size_t size, size_t *length);
int mmi_pop3_retr_all(mm_pop3 *pop3, const int *numbers, size_t count, int lines, mm_pop3_message_fn message,
                      void *user);
int mmi_pop3_dele(mm_pop3 *pop3, int number, int *status);
int mmi_pop3_rset(mm_pop3 *pop3, int *status);
int mmi_pop3_noop(mm_pop3 *pop3, int *status);
int mmi_pop3_quit(mm_pop3 *pop3, int *status);
int mmi_pop3_send_command(mm_pop3 *pop3, const char *line, int answer);
int mmi_pop3_receive(mm_pop3 *pop3, int *status);
int mmi_pop3_get_reply(mm_pop3 *pop3, mm_pop3_reply *reply);
int mmi_pop3_get_error(mm_pop3 *pop3, mm_error_detail *detail);
int mmi_pop3_get_tls(mm_pop3 *pop3, const char **text);
int mmi_message_open(const void *octets, size_t size, const mm_message_options *options, mm_message **message);
int mmi_message_open_file(const char *path, const mm_message_options *options, mm_message **message);
int mmi_message_open_reader(mm_send_read_fn read, void *user, const mm_message_options *options, mm_message **message);
int mmi_message_free(mm_message *message);
int mmi_message_get_part_count(mm_message *message, int *count);
int mmi_message_get_part(mm_message *message, int part, mm_part *result);
int mmi_message_get_limits(mm_message *message, int *passed);
int mmi_message_get_field_count(mm_message *message, int part, int *count);
int mmi_message_get_field(mm_message *message, int part, int field, mm_field *result);
int mmi_message_find_field(mm_message *message, int part, const char *name, int from, int *field);
int mmi_message_get_text(mm_message *message, const char *name, const char **text);
int mmi_message_get_address_count(mm_message *message, int part, int field, int *count);
int mmi_message_get_address(mm_message *message, int part, int field, int address, mm_address *result);
int mmi_message_get_date(mm_message *message, int part, int field, int64_t *time, int *offset);
int mmi_message_get_parameter_count(mm_message *message, int part, int field, int *count);
int mmi_message_get_parameter(mm_message *message, int part, int field, int parameter, mm_parameter *result);
int mmi_message_find_parameter(mm_message *message, int part, const char *field_name, const char *name,
                               const char **value);
int mmi_content_open(mm_message *message, int part, int form, mm_content **content);
int mmi_content_read(mm_content *content, void *buffer, size_t size, size_t *length);
int mmi_content_close(mm_content *content);
int mmi_compose_new(mm_compose **compose);
int mmi_compose_free(mm_compose *compose);
int mmi_compose_add_field(mm_compose *compose, const char *name, const char *text);
int mmi_compose_set_text(mm_compose *compose, const char *text);
int mmi_compose_set_html(mm_compose *compose, const char *html);
int mmi_compose_attach(mm_compose *compose, const mm_attachment *attachment);
int mmi_compose_read(void *buffer, size_t size, size_t *length, void *compose);
int mmi_compose_write_file(mm_compose *compose, const char *path);
int mmi_load_config(const char *filename);
void mmi_set_text(const char *param, const char *val);
void mmi_set_int(const char *param, int val);
int mmi_get_int(const char *param);
char *mmi_get_text(const char *param);
int mmi_spf_check(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);
int mmi_spf_check_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);
int mmi_dkim_verify(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);
int mmi_dkim_verify_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);
int mmi_arc_validate(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);
int mmi_arc_validate_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);
int mmi_dmarc_check(mm_engine *engine, const mm_auth_query *query, mm_auth **auth);
int mmi_dmarc_check_start(mm_engine *engine, const mm_auth_query *query, mm_auth_fn done, void *user);
int mmi_auth_get_count(mm_auth *auth, int *count);
int mmi_auth_get_result(mm_auth *auth, int index, mm_auth_result *result);
int mmi_auth_get_field(mm_auth *auth, const char *name, char *buffer, size_t size, size_t *length);
int mmi_auth_free(mm_auth *auth);
int mmi_dkim_sign(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, char *buffer,
                  size_t size, size_t *length);
int mmi_dkim_sign_start(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, mm_sign_fn done,
                        void *user);
int mmi_arc_seal(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, const char *found,
                 char *buffer, size_t size, size_t *length);
int mmi_arc_seal_start(mm_engine *engine, const mm_sign_options *options, const mm_auth_query *query, const char *found,
                       mm_sign_fn done, void *user);
int mmi_session_auth_get_count(mm_session *session, int *count);
int mmi_session_auth_get_result(mm_session *session, int index, mm_auth_result *result);
int mmi_stream_auth_get_count(ServerStream *stream, int *count);
int mmi_stream_auth_get_result(ServerStream *stream, int index, mm_auth_result *result);

#endif
