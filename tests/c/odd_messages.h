/* Odd calls that read messages, and make them. */
#ifndef ODD_MESSAGES_H
#define ODD_MESSAGES_H

#include "odd.h"

static inline const char *odd_message_text(void) {
    static const char *const texts[] = {
        "",
        "Subject: x\r\n\r\nx",
        "Subject: =?utf-8?q?=C3=BC?= =?x?b?!?=\r\n folded\r\nDate: yesterday\r\n\r\nx",
        "From: \"a\\\"b\" <a@example.net>, g: b@example.net;;\r\nTo: <>,,(\r\n\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: text/plain; "
        "charset=koi8-r; name*0*=utf-8''%c3%bc; name*1=y\r\nContent-Transfer-Encoding: base64\r\n\r\n/////\r\n--b--",
        "Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/digest; boundary=\"\"\r\n\r\n--\r\n\r\n"};
    const char *text = odd_text();
    return dice(8) ? texts[dice(sizeof texts / sizeof texts[0])] : text ? text : "";
}

static inline const mm_message_options *odd_message_options(void) {
    mm_message_options *options = odd_struct(sizeof *options);
    if (!options || dice(2))
        return options;
    options->max_header = dice(2) ? 0 : (size_t)odd_number();
    options->max_parts = dice(2) ? 1 : odd_number();
    options->max_depth = dice(2) ? 1 : odd_number();
    options->max_parameters = dice(2) ? 1 : odd_number();
    options->flags = dice(4) ? (int)dice(4) : odd_number();
    return options;
}

/* Live, gone, of another kind, or never one. */
static inline mm_message *odd_message_handle(void) {
    static mm_message *messages[4];
    mm_message **place = &messages[dice(4)];
    const char *text = odd_message_text();
    if (dice(16) == 0)
        return (mm_message *)(void *)odd_stream();
    if (dice(8))
        return *place;
    CALL(mm_message_free, *place);
    switch (dice(8)) {
    case 0:
        CALL(mm_message_open_file, dice(2) ? NOTHING_FILE : odd_text(), odd_message_options(), place);
        break;
    case 1:
        CALL(mm_message_open_reader, dice(8) ? odd_piece : NULL, NULL, odd_message_options(), place);
        break;
    case 2:
        CALL(mm_message_open, dice(2) ? NULL : text, dice(2) ? 0 : (size_t)-1, odd_message_options(),
             dice(2) ? place : NULL);
        break;
    default:
        CALL(mm_message_open, text, strlen(text), odd_message_options(), place);
        break;
    }
    return *place;
}

static inline mm_content *odd_content(void) {
    static mm_content *contents[4];
    mm_content **place = &contents[dice(4)];
    if (dice(16) == 0)
        return (mm_content *)(void *)odd_message_handle();
    if (dice(8) == 0) {
        CALL(mm_content_close, *place);
        CALL(mm_content_open, odd_message_handle(), dice(2) ? (int)dice(3) : odd_number(),
             dice(8) ? (int)dice(4) : odd_number(), dice(16) ? place : NULL);
    }
    return *place;
}

/* Of a part, a field or what a field has: one that may be there, or not. */
static inline int odd_index(void) {
    return dice(8) ? (int)dice(3) : odd_number();
}

static inline void one_call_of_field(mm_message *message) {
    const char *text;
    int64_t time;
    int number;
    switch (dice(9)) {
    case 0:
        CALL(mm_message_get_field, message, odd_index(), odd_index(), odd_struct(sizeof(mm_field)));
        break;
    case 1:
        CALL(mm_message_find_field, message, odd_index(), dice(2) ? "content-type" : odd_text(), odd_index(),
             dice(8) ? &number : NULL);
        break;
    case 2:
        CALL(mm_message_get_text, message, dice(2) ? "subject" : odd_text(), dice(8) ? &text : NULL);
        break;
    case 3:
        CALL(mm_message_get_address_count, message, odd_index(), odd_index(), dice(8) ? &number : NULL);
        break;
    case 4:
        CALL(mm_message_get_address, message, odd_index(), odd_index(), odd_index(), odd_struct(sizeof(mm_address)));
        break;
    case 5:
        CALL(mm_message_get_date, message, odd_index(), odd_index(), dice(8) ? &time : NULL, dice(2) ? &number : NULL);
        break;
    case 6:
        CALL(mm_message_get_parameter_count, message, odd_index(), odd_index(), dice(8) ? &number : NULL);
        break;
    case 7:
        CALL(mm_message_get_parameter, message, odd_index(), odd_index(), odd_index(),
             odd_struct(sizeof(mm_parameter)));
        break;
    case 8:
        CALL(mm_message_find_parameter, message, odd_index(), dice(2) ? "content-type" : odd_text(),
             dice(2) ? "name" : odd_text(), dice(8) ? &text : NULL);
        break;
    }
}

static inline void one_call_of_message(void) {
    static char octets[512];
    mm_message *message = odd_message_handle();
    size_t length;
    int number;
    switch (dice(8)) {
    case 0:
        CALL(mm_message_get_part_count, message, dice(8) ? &number : NULL);
        break;
    case 1:
        CALL(mm_message_get_part, message, odd_index(), odd_struct(sizeof(mm_part)));
        break;
    case 2:
        CALL(mm_message_get_limits, message, dice(8) ? &number : NULL);
        break;
    case 3:
        CALL(mm_message_get_field_count, message, odd_index(), dice(8) ? &number : NULL);
        break;
    case 4:
        CALL(mm_content_read, odd_content(), dice(8) ? octets : NULL, dice(sizeof octets), dice(8) ? &length : NULL);
        break;
    default:
        one_call_of_field(message);
        break;
    }
}

/* ---- messages that are made ---- */

static inline mm_compose *odd_compose(void) {
    static mm_compose *made[4];
    mm_compose **place = &made[dice(4)];
    if (dice(16) == 0)
        return (mm_compose *)(void *)odd_message_handle();
    if (dice(8) == 0) {
        CALL(mm_compose_free, *place);
        CALL(mm_compose_new, dice(16) ? place : NULL);
    }
    return *place;
}

static inline const mm_attachment *odd_attachment(void) {
    static char content[65536]; /* as long as the longest odd_number() that is no error */
    mm_attachment *attachment = odd_struct(sizeof *attachment);
    if (!attachment || dice(4) == 0)
        return attachment;
    attachment->name = odd_text();
    attachment->type = dice(2) ? "text/plain" : odd_text();
    attachment->content_id = dice(4) ? NULL : odd_text();
    attachment->content = dice(4) ? content : NULL;
    attachment->content_size = dice(4) ? 1 : (size_t)odd_number();
    attachment->path = dice(4) ? NULL : dice(2) ? NOTHING_FILE : odd_text();
    attachment->read = dice(4) ? NULL : odd_piece;
    return attachment;
}

/* A place that may be written to, or none. */
static inline const char *odd_place(void) {
    static char path[200];
    if (dice(4) == 0)
        return dice(2) ? NULL : "/nowhere/at/all";
    sprintf(path, "%s/made%u", check_folder, dice(4));
    return path;
}

static inline void one_call_of_compose(void) {
    static char octets[512];
    size_t length;
    switch (dice(7)) {
    case 0:
        CALL(mm_compose_add_field, odd_compose(), dice(2) ? "Subject" : odd_text(), odd_text());
        break;
    case 1:
        CALL(mm_compose_add_field, odd_compose(), "From", dice(2) ? "a@example.net" : odd_text());
        break;
    case 2:
        CALL(mm_compose_set_text, odd_compose(), odd_text());
        break;
    case 3:
        CALL(mm_compose_set_html, odd_compose(), odd_text());
        break;
    case 4:
        CALL(mm_compose_attach, odd_compose(), odd_attachment());
        break;
    case 5:
        CALL(mm_compose_read, dice(8) ? octets : NULL, dice(sizeof octets), dice(8) ? &length : NULL, odd_compose());
        break;
    case 6:
        CALL(mm_compose_write_file, odd_compose(), odd_place());
        break;
    }
}

#endif
