/*
 * No message costs more than its size deserves: what a sender may make of one is refused, or looked at, within a
 * second of the processor's time and 64 MiB beside the message itself.
 */
#include "check.h"
#include <mailmodule.h>

enum { MEMORY_KIB = 64 * 1024, MILLISECONDS = 1000 };

static char *text;
static size_t length;
static long most_memory;

static void measure(void) {
    long now = resident_kib();
    most_memory = now > most_memory ? now : most_memory;
}

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

/* What is beyond a limit is an error where nothing may be left out; where it may, all that is told can be had. */
static int is_told(int code, int flags) {
    CHECK(code == MM_OK || (code == MM_E_LIMIT && !(flags & MM_MESSAGE_CUT)));
    return code == MM_OK;
}

static void look_at_parameters(mm_message *message, int part, int field, int flags) {
    mm_parameter parameter = MM_PARAMETER_INIT;
    int count = 0;
    if (is_told(mm_message_get_parameter_count(message, part, field, &count), flags))
        for (int i = 0; i < count; i++)
            CHECK_OK(mm_message_get_parameter(message, part, field, i, &parameter));
}

static void look_at_addresses(mm_message *message, int part, int field, int flags) {
    mm_address address = MM_ADDRESS_INIT;
    int count = 0;
    if (is_told(mm_message_get_address_count(message, part, field, &count), flags))
        for (int i = 0; i < count; i++)
            CHECK_OK(mm_message_get_address(message, part, field, i, &address));
}

/* Each as it stands, unfolded, decoded, and as a list of parameters, of addresses, and as a time. */
static void look_at_fields(mm_message *message, int part, int flags) {
    mm_field field = MM_FIELD_INIT;
    int64_t time;
    int count = 0, place;
    const char *value;
    if (!is_told(mm_message_get_field_count(message, part, &count), flags))
        return;
    for (int i = 0; i < count; i++) {
        CHECK_OK(mm_message_get_field(message, part, i, &field));
        look_at_parameters(message, part, i, flags);
        look_at_addresses(message, part, i, flags);
        mm_message_get_date(message, part, i, &time, NULL);
    }
    mm_message_find_field(message, part, "no-such-field", 0, &place);
    is_told(mm_message_find_parameter(message, part, "content-disposition", "filename", &value), flags);
    is_told(mm_message_find_parameter(message, part, "content-type", "name", &value), flags);
}

/* In every form. */
static void read_content(mm_message *message, int part) {
    static char piece[65536];
    mm_content *content;
    size_t read;
    for (int form = MM_CONTENT_DECODED; form <= MM_CONTENT_WHOLE; form++) {
        CHECK_OK(mm_content_open(message, part, form, &content));
        do {
            CHECK_OK(mm_content_read(content, piece, sizeof piece, &read));
        } while (read > 0);
        CHECK_OK(mm_content_close(content));
    }
}

/* Everything that there is of it, by every function: with the limits as they are and with those that leave out. */
static void look_at(int flags) {
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    mm_message *message;
    mm_part part = MM_PART_INIT;
    const char *subject;
    int parts = 0, passed;
    options.flags = MM_MESSAGE_IN_PLACE | flags;
    if (!is_told(mm_message_open(text, length, &options, &message), flags))
        return;
    is_told(mm_message_get_text(message, "subject", &subject), flags);
    is_told(mm_message_get_part_count(message, &parts), flags);
    measure();
    for (int i = 0; i < parts; i++) {
        CHECK_OK(mm_message_get_part(message, i, &part));
        look_at_fields(message, i, flags);
        if (i % 1000 == 0)
            measure();
        /* One with children is read with them; so would each of them be, as often as it is deep. */
        if (part.children == 0)
            read_content(message, i);
    }
    CHECK_OK(mm_message_get_limits(message, &passed));
    measure();
    CHECK_OK(mm_message_free(message));
}

static void cheap(const char *what) {
    for (int flags = 0; flags <= MM_MESSAGE_CUT; flags += MM_MESSAGE_CUT) {
        long memory = most_memory = resident_kib(), before = processor_milliseconds();
        look_at(flags);
        long took = processor_milliseconds() - before;
        long grown = most_memory - memory;
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
    add("Content-Type: application/octet-stream\r\nContent-Disposition: attachment");
    for (int i = 0; i < 300000; i++)
        add_numbered("; filename*%d*=%%41", i);
    add("\r\n\r\nx");
    cheap("a file name in 300,000 pieces");
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
