/* mm_message_...: what is in a message, from memory, a file and a callback; what is no handle and no argument. */
#include "check.h"
#include <mailmodule.h>

static const char letter[] = "From: =?utf-8?q?J=C3=B6rg?= Doe <joerg@example.org>\r\n"
                             "To: Team: ann@example.org, Bob <bob@example.net>;\r\n"
                             "Date: Sat, 28 Nov 2026 19:00:00 +0130\r\n"
                             "Received: one\r\n"
                             "Received: two\r\n"
                             "Subject: =?utf-8?b?R3LDvMOfZQ==?= from\r\n here\r\n"
                             "Content-Type: multipart/mixed; boundary=\"b\"\r\n"
                             "\r\n"
                             "--b\r\n"
                             "Content-Type: text/plain; charset=iso-8859-1\r\n"
                             "\r\n"
                             "gr\xfcn\r\n"
                             "--b\r\n"
                             "Content-Type: application/pdf\r\n"
                             "Content-Disposition: attachment; filename*0*=utf-8''..%2Fgr; filename*1*=%C3%BCn.pdf\r\n"
                             "Content-Transfer-Encoding: base64\r\n"
                             "\r\n"
                             "AAECAwQF\r\n"
                             "--b\r\n"
                             "Content-Type: message/rfc822\r\n"
                             "\r\n"
                             "Subject: inside\r\n"
                             "\r\n"
                             "inner text\r\n"
                             "--b--\r\n";

static void content_is(mm_message *message, int part, int form, const char *expected, size_t size) {
    char whole[256];
    size_t length = 0, read;
    mm_content *content;
    CHECK_OK(mm_content_open(message, part, form, &content));
    do {
        CHECK_OK(mm_content_read(content, whole + length, 3, &read));
        length += read;
    } while (read > 0 && length < sizeof whole - 3);
    CHECK_INT(size, length);
    CHECK(length == size && memcmp(expected, whole, size) == 0);
    CHECK_OK(mm_content_read(content, whole, 1, &read));
    CHECK_INT(0, read);
    CHECK_OK(mm_content_close(content));
    CHECK_INT(MM_E_HANDLE, mm_content_read(content, whole, 1, &read));
    CHECK_INT(MM_E_HANDLE, mm_content_close(content));
}

static void fields(mm_message *message) {
    mm_field field = MM_FIELD_INIT;
    const char *text;
    int count, number;
    CHECK_OK(mm_message_get_field_count(message, 0, &count));
    CHECK_INT(7, count);
    CHECK_OK(mm_message_find_field(message, 0, "received", 0, &number));
    CHECK_INT(3, number);
    CHECK_OK(mm_message_find_field(message, 0, "RECEIVED", number + 1, &number));
    CHECK_INT(4, number);
    CHECK_OK(mm_message_find_field(message, 0, "Received", number + 1, &number));
    CHECK_INT(-1, number);
    CHECK_OK(mm_message_get_field(message, 0, 5, &field));
    CHECK_TEXT("Subject", field.name);
    CHECK_TEXT("=?utf-8?b?R3LDvMOfZQ==?= from here", field.value);
    CHECK_TEXT("Gr\xc3\xbc\xc3\x9f"
               "e from here",
               field.text);
    CHECK_INT(47, field.raw_size);
    CHECK(field.raw && memcmp(field.raw, "Subject: =?utf-8?b?R3LDvMOfZQ==?= from\r\n here\r\n", 47) == 0);
    CHECK_OK(mm_message_get_text(message, "subject", &text));
    CHECK_TEXT("Gr\xc3\xbc\xc3\x9f"
               "e from here",
               text);
    CHECK_OK(mm_message_get_text(message, "X-None", &text));
    CHECK_TEXT("", text);
}

static void addresses_and_times(mm_message *message) {
    mm_address address = MM_ADDRESS_INIT;
    int64_t time;
    int count, offset;
    CHECK_OK(mm_message_get_address_count(message, 0, 0, &count));
    CHECK_INT(1, count);
    CHECK_OK(mm_message_get_address(message, 0, 0, 0, &address));
    CHECK_TEXT("joerg@example.org", address.address);
    CHECK_TEXT("J\xc3\xb6rg Doe", address.name);
    CHECK_TEXT("", address.group);
    CHECK_OK(mm_message_get_address_count(message, 0, 1, &count));
    CHECK_INT(2, count);
    CHECK_OK(mm_message_get_address(message, 0, 1, 1, &address));
    CHECK_TEXT("bob@example.net", address.address);
    CHECK_TEXT("Bob", address.name);
    CHECK_TEXT("Team", address.group);
    CHECK_OK(mm_message_get_date(message, 0, 2, &time, &offset));
    CHECK_INT(1795887000000, time);
    CHECK_INT(90, offset);
    CHECK_OK(mm_message_get_date(message, 0, 2, &time, NULL));
    CHECK_OK(mm_message_get_date(message, 0, 0, &time, &offset));
    CHECK_INT(0, time);
}

static void parts(mm_message *message) {
    mm_part part = MM_PART_INIT;
    mm_parameter parameter = MM_PARAMETER_INIT;
    const char *value;
    int count, passed;
    CHECK_OK(mm_message_get_part_count(message, &count));
    CHECK_INT(5, count);
    CHECK_OK(mm_message_get_part(message, 0, &part));
    CHECK_TEXT("multipart/mixed", part.type);
    CHECK_INT(3, part.children);
    CHECK_INT(1, part.first_child);
    CHECK_INT(-1, part.parent);
    CHECK_INT(-1, part.next);
    CHECK_INT(MM_PART_MULTIPART, part.flags);
    CHECK_OK(mm_message_get_part(message, 1, &part));
    CHECK_TEXT("text/plain", part.type);
    CHECK_TEXT("iso-8859-1", part.charset);
    CHECK_TEXT("7bit", part.encoding);
    CHECK_INT(2, part.next);
    CHECK_INT(4, part.octets);
    CHECK(memcmp(letter + part.offset, "gr\xfcn", 4) == 0);
    CHECK_OK(mm_message_get_part(message, 2, &part));
    CHECK_TEXT("attachment", part.disposition);
    CHECK_TEXT("../gr\xc3\xbcn.pdf", part.file_name);
    CHECK_TEXT("gr\xc3\xbcn.pdf", part.safe_name);
    CHECK_INT(MM_PART_ATTACHMENT, part.flags);
    CHECK_OK(mm_message_get_part(message, 4, &part));
    CHECK_INT(3, part.parent);
    CHECK_INT(2, part.depth);
    CHECK_OK(mm_message_get_parameter_count(message, 2, 1, &count));
    CHECK_INT(1, count);
    CHECK_OK(mm_message_get_parameter(message, 2, 1, 0, &parameter));
    CHECK_TEXT("filename", parameter.name);
    CHECK_OK(mm_message_find_parameter(message, 0, "content-type", "BOUNDARY", &value));
    CHECK_TEXT("b", value);
    CHECK_OK(mm_message_find_parameter(message, 0, "content-type", "none", &value));
    CHECK_TEXT("", value);
    CHECK_OK(mm_message_get_limits(message, &passed));
    CHECK_INT(0, passed);
}

static void all_of(mm_message *message) {
    fields(message);
    addresses_and_times(message);
    parts(message);
    content_is(message, 1, MM_CONTENT_TEXT, "gr\xc3\xbcn", 5);
    content_is(message, 1, MM_CONTENT_DECODED, "gr\xfcn", 4);
    content_is(message, 2, MM_CONTENT_DECODED, "\0\1\2\3\4\5", 6);
    content_is(message, 2, MM_CONTENT_RAW, "AAECAwQF", 8);
    content_is(message, 4, MM_CONTENT_TEXT, "inner text", 10);
    content_is(message, 3, MM_CONTENT_RAW, "Subject: inside\r\n\r\ninner text", 29);
    content_is(message, 4, MM_CONTENT_WHOLE, "Subject: inside\r\n\r\ninner text", 29);
    CHECK_OK(mm_message_free(message));
}

static int MM_CALL some_octets(void *buffer, size_t size, size_t *length, void *user) {
    size_t *given = user;
    *length = sizeof letter - 1 - *given < 7 ? sizeof letter - 1 - *given : 7;
    CHECK(size >= 7);
    memcpy(buffer, letter + *given, *length);
    *given += *length;
    mm_strerror(0);
    mm_engine_get_int(NULL, NULL, NULL); /* an error inside is none of the call */
    return MM_OK;
}

static int MM_CALL no_octets(void *buffer, size_t size, size_t *length, void *user) {
    (void)buffer;
    (void)size;
    (void)length;
    (void)user;
    return MM_E_IO;
}

static void sources(void) {
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    mm_message *message;
    char path[128], copy[sizeof letter];
    size_t given = 0;
    memcpy(copy, letter, sizeof letter);
    CHECK_OK(mm_message_open(copy, sizeof copy - 1, NULL, &message));
    memset(copy, 0, sizeof copy);
    all_of(message);
    options.flags = MM_MESSAGE_IN_PLACE;
    CHECK_OK(mm_message_open(letter, sizeof letter - 1, &options, &message));
    all_of(message);
    CHECK_OK(mm_message_open_reader(some_octets, &given, NULL, &message));
    CHECK_INT(MM_OK, mm_last_error());
    all_of(message);
    CHECK_INT(MM_E_IO, mm_message_open_reader(no_octets, NULL, NULL, &message));
    CHECK(!message);
    snprintf(path, sizeof path, "%s/letter.eml", check_folder);
    FILE *file = fopen(path, "wb");
    fwrite(letter, 1, sizeof letter - 1, file);
    fclose(file);
    CHECK_OK(mm_message_open_file(path, NULL, &message));
    all_of(message);
    CHECK_INT(MM_E_IO, mm_message_open_file(check_folder, NULL, &message));
    strcat(path, ".none");
    CHECK_INT(MM_E_NOT_FOUND, mm_message_open_file(path, NULL, &message));
    CHECK(strstr(mm_last_error_message(), "letter.eml.none"));
}

static void limits(void) {
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    mm_message *message;
    int count, passed;
    options.max_parts = 3;
    CHECK_OK(mm_message_open(letter, sizeof letter - 1, &options, &message));
    CHECK_INT(MM_E_LIMIT, mm_message_get_part_count(message, &count));
    CHECK_TEXT("limit exceeded: the message has more than 3 parts", mm_last_error_message());
    CHECK_INT(0, count);
    CHECK_OK(mm_message_get_limits(message, &passed));
    CHECK_INT(MM_MESSAGE_LIMIT_PARTS, passed);
    CHECK_OK(mm_message_free(message));
    options.flags = MM_MESSAGE_CUT;
    options.max_header = 200;
    CHECK_OK(mm_message_open(letter, sizeof letter - 1, &options, &message));
    CHECK_OK(mm_message_get_part_count(message, &count));
    CHECK_INT(1, count); /* Content-Type is behind what is looked at */
    CHECK_OK(mm_message_get_limits(message, &passed));
    CHECK_INT(MM_MESSAGE_LIMIT_HEADER, passed);
    CHECK_OK(mm_message_free(message));
    options.flags = 0;
    CHECK_INT(MM_E_LIMIT, mm_message_open(letter, sizeof letter - 1, &options, &message));
    CHECK(!message);
}

static void refuses(mm_message *message) {
    mm_part part = MM_PART_INIT;
    mm_field field = MM_FIELD_INIT;
    mm_address address = MM_ADDRESS_INIT;
    mm_parameter parameter = MM_PARAMETER_INIT;
    mm_content *content = (mm_content *)8;
    const char *text = "x";
    int64_t time = 1;
    int number = 1;
    CHECK_INT(MM_E_HANDLE, mm_message_get_part_count(message, &number));
    CHECK_INT(0, number);
    CHECK_INT(MM_E_HANDLE, mm_message_get_part(message, 0, &part));
    CHECK_INT(MM_E_HANDLE, mm_message_get_limits(message, &number));
    CHECK_INT(MM_E_HANDLE, mm_message_get_field_count(message, 0, &number));
    CHECK_INT(MM_E_HANDLE, mm_message_get_field(message, 0, 0, &field));
    CHECK_INT(MM_E_HANDLE, mm_message_find_field(message, 0, "x", 0, &number));
    CHECK_INT(-1, number);
    CHECK_INT(MM_E_HANDLE, mm_message_get_text(message, "x", &text));
    CHECK(!text);
    CHECK_INT(MM_E_HANDLE, mm_message_get_address_count(message, 0, 0, &number));
    CHECK_INT(MM_E_HANDLE, mm_message_get_address(message, 0, 0, 0, &address));
    CHECK_INT(MM_E_HANDLE, mm_message_get_date(message, 0, 0, &time, &number));
    CHECK_INT(0, time);
    CHECK_INT(MM_E_HANDLE, mm_message_get_parameter_count(message, 0, 0, &number));
    CHECK_INT(MM_E_HANDLE, mm_message_get_parameter(message, 0, 0, 0, &parameter));
    CHECK_INT(MM_E_HANDLE, mm_message_find_parameter(message, 0, "x", "y", &text));
    CHECK_INT(MM_E_HANDLE, mm_content_open(message, 0, 0, &content));
    CHECK(!content);
    CHECK_INT(message ? MM_E_HANDLE : MM_OK, mm_message_free(message));
}

static void arguments(mm_message *message) {
    char octets[4];
    size_t read = 4;
    mm_content *content;
    const char *text;
    CHECK_INT(MM_E_ARGUMENT, mm_message_open("", 0, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_message_open_file(NULL, NULL, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_message_open_file("", NULL, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_message_open_file("\xff", NULL, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_message_open_reader(NULL, NULL, NULL, &message));
    CHECK_OK(mm_message_open(letter, sizeof letter - 1, NULL, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_message_get_part_count(message, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_message_get_part(message, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_message_get_limits(message, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_message_get_text(message, NULL, &text));
    CHECK_INT(MM_E_ARGUMENT, mm_message_get_text(message, "x", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_content_open(message, 0, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_content_open(message, 0, 4, &content));
    CHECK_OK(mm_content_open(message, 0, 0, &content));
    CHECK_INT(MM_E_ARGUMENT, mm_content_read(content, NULL, 4, &read));
    CHECK_INT(0, read);
    CHECK_INT(MM_E_ARGUMENT, mm_content_read(content, octets, 4, NULL));
    CHECK_OK(mm_message_free(message)); /* ends its contents too */
    CHECK_INT(MM_E_HANDLE, mm_content_read(content, octets, 4, &read));
    CHECK_INT(MM_E_HANDLE, mm_content_close(content));
    CHECK_OK(mm_content_close(NULL));
    refuses(message);
    refuses(NULL);
    refuses((mm_message *)8);
    refuses((mm_message *)(void *)mm_engine_default());
}

/* Whatever is left of it is a message. */
static void every_prefix(void) {
    for (size_t length = 0; length < sizeof letter; length++) {
        mm_message *message;
        mm_part part = MM_PART_INIT;
        int count = 0;
        CHECK_OK(mm_message_open(letter, length, NULL, &message));
        CHECK_OK(mm_message_get_part_count(message, &count));
        CHECK(count > 0);
        for (int i = 0; i < count; i++)
            CHECK_OK(mm_message_get_part(message, i, &part));
        CHECK_OK(mm_message_free(message));
    }
}

int main(void) {
    check_make_folder();
    sources();
    limits();
    arguments(NULL);
    every_prefix();
    return check_result();
}
