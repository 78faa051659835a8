/*
 * No message costs more than its size deserves: what a sender may make of one is refused, or looked at, within a
 * second of the processor's time and 64 MiB beside the message itself.
 */
#include "check.h"
#include <mailmodule.h>

enum { MEMORY_KIB = 64 * 1024, MILLISECONDS = 1000 };

static char *text;
static size_t length;

static void add(const char *piece) {
    size_t more = strlen(piece);
    memcpy(text + length, piece, more);
    length += more;
}

static void add_numbered(const char *format, int number) {
    length += (size_t)sprintf(text + length, format, number);
}

static void repeat(const char *piece, int times) {
    for (int i = 0; i < times; i++)
        add(piece);
}

static void look_at_fields(mm_message *message, int part) {
    int count = 0, number = 0;
    mm_field field = MM_FIELD_INIT;
    if (mm_message_get_field_count(message, part, &count) != MM_OK)
        return;
    for (int i = 0; i < count && i < 100000; i++) {
        CHECK_OK(mm_message_get_field(message, part, i, &field));
        mm_message_get_parameter_count(message, part, i, &number);
        mm_message_get_address_count(message, part, i, &number);
    }
}

/* Everything that there is of it, with the limits as they are and with those that leave out. */
static void look_at(int flags) {
    static char piece[65536];
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    mm_message *message;
    mm_content *content;
    mm_part part = MM_PART_INIT;
    int parts = 0;
    size_t read;
    options.flags = MM_MESSAGE_IN_PLACE | flags;
    int code = mm_message_open(text, length, &options, &message);
    CHECK(code == MM_OK || (code == MM_E_LIMIT && !flags));
    if (code != MM_OK)
        return;
    code = mm_message_get_part_count(message, &parts);
    CHECK(code == MM_OK || (code == MM_E_LIMIT && !flags));
    for (int i = 0; i < parts; i++) {
        CHECK_OK(mm_message_get_part(message, i, &part));
        look_at_fields(message, i);
        if (part.children > 0 || mm_content_open(message, i, MM_CONTENT_TEXT, &content) != MM_OK)
            continue;
        do {
            CHECK_OK(mm_content_read(content, piece, sizeof piece, &read));
        } while (read > 0);
        CHECK_OK(mm_content_close(content));
    }
    CHECK_OK(mm_message_free(message));
}

static void cheap(const char *what) {
    for (int flags = 0; flags <= MM_MESSAGE_CUT; flags += MM_MESSAGE_CUT) {
        long memory = resident_kib(), before = processor_milliseconds();
        look_at(flags);
        long took = processor_milliseconds() - before;
        long grown = resident_kib() - memory;
        if (getenv("SHOW"))
            printf("%s, flags %d: %ld ms, %ld KiB, of %zu octets\n", what, flags, took, grown, length);
        /* An emulator takes its own time. */
        CHECK(BY_QEMU || took < MILLISECONDS);
        CHECK(grown < MEMORY_KIB);
    }
    length = 0;
}

int main(void) {
    text = malloc(64u << 20);
    memset(text, 0, 64u << 20);
    add("Subject: warm up\r\n\r\nx");
    look_at(0);
    length = 0;

    add("A: ");
    repeat("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n ", 100000);
    add("\r\n\r\nx");
    cheap("a header of 4 MB in one field");
    repeat("A:\r\n", 1000000);
    add("\r\nx");
    cheap("a header of a million fields");
    add("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    repeat("--b\r\n\r\nx\r\n", 1000000);
    add("--b--\r\n");
    cheap("a million parts");
    for (int i = 0; i < 1000; i++) {
        add_numbered("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n", i);
        add_numbered("--b%d\r\n", i);
    }
    repeat("--b\r\n", 500000);
    cheap("1,000 levels, and half a million lines that might be boundaries");
    repeat("Content-Type: message/rfc822\r\n\r\n", 100000);
    cheap("100,000 messages in each other");
    add("Content-Type: text/plain");
    for (int i = 0; i < 300000; i++)
        add_numbered("; a%d=b", i);
    add("\r\n\r\nx");
    cheap("300,000 parameters");
    add("Subject: ");
    repeat("=?x-a?q?b?= =?utf-8?q?=C3?= =?utf-8?b?w7w=?= =?", 20000);
    add("\r\nTo: ");
    repeat("(((a@b,\"<", 10000);
    add("\r\n\r\nx");
    cheap("encoded words and comments that do not end");
    add("Content-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
    repeat("=1B$B=", 1000000);
    cheap("a content of nothing but escapes");
    add("Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n");
    repeat("M", 6000000);
    cheap("uuencode without an end");
    repeat("x", 48000000);
    cheap("one line of 48 MB");
    free(text);
    return check_result();
}
