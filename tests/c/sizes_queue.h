/* The part of sizes.c about messages of a host, the queue and the control socket. */
#ifndef SIZES_QUEUE_H
#define SIZES_QUEUE_H

#include "sizes.h"

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

static void importing(mm_engine *engine) {
    mm_import_options options = MM_IMPORT_OPTIONS_INIT;
    mm_import_result result = MM_IMPORT_RESULT_INIT;
    TRY(mm_import_legacy);
    SIZES_REFUSED(options, mm_import_legacy(engine, &options, NULL, NULL, NULL));
    SIZES_REFUSED(result, mm_import_legacy(engine, NULL, NULL, NULL, &result));
    const int wrong[] = {4, -1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        options.flags = wrong[i];
        CHECK_INT(MM_E_ARGUMENT, mm_import_legacy(engine, &options, NULL, NULL, &result));
        options.flags = 0;
        options.reserved = wrong[i];
        CHECK_INT(MM_E_ARGUMENT, mm_import_legacy(engine, &options, NULL, NULL, &result));
        options.reserved = 0;
    }
    options.flags = MM_IMPORT_DRY_RUN | MM_IMPORT_UNSTUFFED;
    CHECK_OK(mm_import_legacy(engine, &options, NULL, NULL, &result));
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

#endif
