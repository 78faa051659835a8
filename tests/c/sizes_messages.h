/* The part of sizes.c about messages that are read and made. */
#ifndef SIZES_MESSAGES_H
#define SIZES_MESSAGES_H

#include "sizes.h"

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

#endif
