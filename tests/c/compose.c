/* mm_compose_...: a message is made, read back, and written; what is no handle and no argument; a large one. */
#include "check.h"
#include <mailmodule.h>

static const char picture[] = "\x89PNG\r\n\0\1\2";

static mm_compose *begun(void) {
    mm_compose *compose;
    CHECK_OK(mm_compose_new(&compose));
    CHECK_OK(mm_compose_add_field(compose, "From", "J\xc3\xb6rg Doe <joerg@example.org>"));
    CHECK_OK(mm_compose_add_field(compose, "To",
                                  "ann@example.org, Bob <bob@b\xc3\xbc"
                                  "cher.example>"));
    CHECK_OK(mm_compose_add_field(compose, "Subject",
                                  "Gr\xc3\xbc\xc3\x9f"
                                  "e"));
    return compose;
}

static void add_parts(mm_compose *compose) {
    mm_attachment attachment = MM_ATTACHMENT_INIT;
    CHECK_OK(mm_compose_set_text(compose, "Hello.\n.\nFrom me.\n"));
    CHECK_OK(mm_compose_set_html(compose, "<p>Hello <img src=\"cid:p@example.org\"></p>"));
    attachment.content = picture;
    attachment.content_size = sizeof picture;
    attachment.type = "image/png";
    attachment.content_id = "p@example.org";
    CHECK_OK(mm_compose_attach(compose, &attachment));
    attachment.content_id = NULL;
    attachment.name = "gr\xc3\xbcn.png";
    CHECK_OK(mm_compose_attach(compose, &attachment));
}

static void is_what_was_made(mm_message *message) {
    static const char *const types[] = {
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "image/png"};
    mm_part part = MM_PART_INIT;
    mm_content *content;
    const char *text;
    char octets[64];
    size_t read;
    int count;
    CHECK_OK(mm_message_get_part_count(message, &count));
    CHECK_INT(7, count);
    for (int i = 0; i < count && i < 7; i++) {
        CHECK_OK(mm_message_get_part(message, i, &part));
        CHECK_TEXT(types[i], part.type);
    }
    CHECK_TEXT("gr\xc3\xbcn.png", part.file_name);
    CHECK_OK(mm_message_get_text(message, "Subject", &text));
    CHECK_TEXT("Gr\xc3\xbc\xc3\x9f"
               "e",
               text);
    CHECK_OK(mm_message_get_text(message, "To", &text));
    CHECK_TEXT("ann@example.org, Bob <bob@xn--bcher-kva.example>", text);
    CHECK_OK(mm_content_open(message, 6, MM_CONTENT_DECODED, &content));
    CHECK_OK(mm_content_read(content, octets, sizeof octets, &read));
    CHECK_INT(sizeof picture, read);
    CHECK(memcmp(picture, octets, sizeof picture) == 0);
    CHECK_OK(mm_message_free(message));
}

static void made_and_read_back(void) {
    mm_message *message;
    mm_compose *compose = begun();
    char path[128];
    add_parts(compose);
    CHECK_OK(mm_message_open_reader(mm_compose_read, compose, NULL, &message));
    is_what_was_made(message);
    CHECK_INT(MM_E_STATE, mm_compose_add_field(compose, "X-Late", "x"));
    CHECK_INT(MM_E_STATE, mm_compose_set_text(compose, "x"));
    CHECK_OK(mm_compose_free(compose));

    compose = begun();
    add_parts(compose);
    snprintf(path, sizeof path, "%s/made.eml", check_folder);
    CHECK_OK(mm_compose_write_file(compose, path));
    CHECK_INT(MM_E_STATE, mm_compose_write_file(compose, path));
    CHECK_OK(mm_compose_free(compose));
    CHECK_OK(mm_message_open_file(path, NULL, &message));
    is_what_was_made(message);
    compose = begun();
    CHECK_INT(MM_E_IO, mm_compose_write_file(compose, path)); /* it is there */
    CHECK_OK(mm_compose_free(compose));
}

static void files_and_callbacks(void) {
    mm_attachment attachment = MM_ATTACHMENT_INIT;
    mm_message *message;
    mm_compose *compose = begun(), *inner = begun();
    mm_part part = MM_PART_INIT;
    char path[128];
    int count;
    snprintf(path, sizeof path, "%s/made.eml", check_folder);
    attachment.path = path;
    attachment.type = "message/rfc822";
    CHECK_OK(mm_compose_attach(compose, &attachment));
    attachment.path = NULL;
    attachment.read = mm_compose_read;
    attachment.user = inner;
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_compose_attach(compose, &attachment));
    attachment.type = NULL;
    CHECK_OK(mm_compose_attach(compose, &attachment));
    CHECK_OK(mm_message_open_reader(mm_compose_read, compose, NULL, &message));
    CHECK_OK(mm_message_get_part_count(message, &count));
    CHECK_INT(1 + 1 + 7 + 1, count);
    CHECK_OK(mm_message_get_part(message, 9, &part));
    CHECK_TEXT("application/octet-stream", part.type);
    CHECK(part.octets > 300);
    CHECK_OK(mm_message_free(message));
    CHECK_OK(mm_compose_free(compose));
    CHECK_OK(mm_compose_free(inner));
}

static void nothing_is_injected(void) {
    static const char *const texts[] = {"a\r\nBcc: eve@example.org", "a\nb", "a\rb", "\xff"};
    mm_attachment attachment = MM_ATTACHMENT_INIT;
    mm_compose *compose = begun();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CHECK_INT(MM_E_ARGUMENT, mm_compose_add_field(compose, "X-Text", texts[i]));
        CHECK_INT(MM_E_ARGUMENT, mm_compose_add_field(compose, texts[i], "x"));
        CHECK_INT(MM_E_ARGUMENT, mm_compose_add_field(compose, "Cc", texts[i]));
        const char **const members[] = {&attachment.name, &attachment.type, &attachment.content_id};
        for (int member = 0; member < 3; member++) {
            attachment = (mm_attachment)MM_ATTACHMENT_INIT;
            attachment.content = "x";
            *members[member] = texts[i];
            CHECK_INT(MM_E_ARGUMENT, mm_compose_attach(compose, &attachment));
        }
    }
    CHECK_INT(MM_E_ARGUMENT, mm_compose_add_field(compose, "Subject", "twice"));
    CHECK_TEXT("invalid argument: Subject stands once in a header, and is there", mm_last_error_message());
    CHECK_INT(MM_E_ARGUMENT, mm_compose_set_text(compose, "\xff"));
    CHECK_OK(mm_compose_free(compose));
}

static void arguments(void) {
    mm_attachment attachment = MM_ATTACHMENT_INIT;
    mm_compose *compose = NULL;
    char octets[8];
    size_t read = 8;
    CHECK_INT(MM_E_ARGUMENT, mm_compose_new(NULL));
    CHECK_OK(mm_compose_new(&compose));
    CHECK_INT(MM_E_STATE, mm_compose_read(octets, sizeof octets, &read, compose)); /* no From */
    CHECK_INT(0, read);
    CHECK_INT(MM_E_ARGUMENT, mm_compose_read(NULL, 8, &read, compose));
    CHECK_INT(MM_E_ARGUMENT, mm_compose_read(octets, 8, NULL, compose));
    CHECK_INT(MM_E_ARGUMENT, mm_compose_write_file(compose, ""));
    CHECK_INT(MM_E_ARGUMENT, mm_compose_attach(compose, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_compose_attach(compose, &attachment)); /* no source */
    attachment.content = octets;
    attachment.path = "x";
    CHECK_INT(MM_E_ARGUMENT, mm_compose_attach(compose, &attachment));
    attachment.content = NULL;
    CHECK_INT(MM_E_NOT_FOUND, mm_compose_attach(compose, &attachment));
    CHECK_OK(mm_compose_free(compose));
    CHECK_OK(mm_compose_free(NULL));
    mm_compose *const none[] = {compose, NULL, (mm_compose *)8, (mm_compose *)(void *)mm_engine_default()};
    for (int i = 0; i < 4; i++) {
        CHECK_INT(MM_E_HANDLE, mm_compose_add_field(none[i], "From", "a@example.org"));
        CHECK_INT(MM_E_HANDLE, mm_compose_set_text(none[i], "x"));
        CHECK_INT(MM_E_HANDLE, mm_compose_set_html(none[i], "x"));
        CHECK_INT(MM_E_HANDLE, mm_compose_attach(none[i], &attachment));
        CHECK_INT(MM_E_HANDLE, mm_compose_read(octets, 8, &read, none[i]));
        CHECK_INT(MM_E_HANDLE, mm_compose_write_file(none[i], "x"));
        CHECK_INT(none[i] ? MM_E_HANDLE : MM_OK, mm_compose_free(none[i]));
    }
}

static int MM_CALL many_octets(void *buffer, size_t size, size_t *length, void *user) {
    int64_t *left = user;
    *length = *left < (int64_t)size ? (size_t)*left : size;
    memset(buffer, 'x', *length);
    *left -= (int64_t)*length;
    return MM_OK;
}

/* A gibibyte takes no memory. */
static void a_large_attachment(void) {
    static char piece[65536];
    int64_t left = BY_QEMU ? 64 << 20 : 1 << 30, given = left, octets = 0;
    mm_attachment attachment = MM_ATTACHMENT_INIT;
    mm_compose *compose = begun();
    size_t read;
    attachment.read = many_octets;
    attachment.user = &left;
    CHECK_OK(mm_compose_attach(compose, &attachment));
    CHECK_OK(mm_compose_read(piece, sizeof piece, &read, compose));
    long memory = resident_kib();
    do {
        CHECK_OK(mm_compose_read(piece, sizeof piece, &read, compose));
        octets += (int64_t)read;
    } while (read > 0);
    CHECK_INT(0, left);
    CHECK(octets > given / 57 * 78);
    CHECK(resident_kib() - memory < 32 * 1024);
    CHECK_OK(mm_compose_free(compose));
}

int main(void) {
    check_make_folder();
    made_and_read_back();
    files_and_callbacks();
    nothing_is_injected();
    arguments();
    a_large_attachment();
    return check_result();
}
