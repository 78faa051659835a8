/*
 * An archive that looks into every message: archive FOLDER FILE... tells of each who wrote it, when and about what, and
 * saves what is attached in FOLDER. archive_message takes any message that is open, such as one that
 * mm_message_open_reader has made of what a server hands over.
 */
#include <inttypes.h>
#include <mailmodule.h>
#include <stdio.h>
#include <string.h>

/* Its addresses, and the moment it was written, in milliseconds. */
static void show_header(mm_message *message) {
    mm_address address = MM_ADDRESS_INIT;
    const char *subject = "";
    int64_t time = 0;
    int field = -1;

    mm_message_find_field(message, 0, "From", 0, &field);
    if (field >= 0 && mm_message_get_address(message, 0, field, 0, &address) == MM_OK)
        printf("from %s", address.address);
    mm_message_find_field(message, 0, "Date", 0, &field);
    if (field >= 0 && mm_message_get_date(message, 0, field, &time, NULL) == MM_OK)
        printf(" at %" PRId64, time);
    mm_message_get_text(message, "Subject", &subject);
    printf(": %s\n", subject);
}

/* Decoded, piece by piece: it may be larger than memory. */
static int save(mm_message *message, int part, const char *path) {
    static char piece[65536];
    mm_content *content;
    size_t length = 0;
    FILE *file;
    int result = mm_content_open(message, part, MM_CONTENT_DECODED, &content);
    if (result != MM_OK)
        return result;
    file = fopen(path, "wb");
    do {
        result = file ? mm_content_read(content, piece, sizeof piece, &length) : MM_E_IO;
        if (result == MM_OK && fwrite(piece, 1, length, file) != length)
            result = MM_E_IO;
    } while (result == MM_OK && length > 0);
    if (file && fclose(file) != 0)
        result = MM_E_IO;
    mm_content_close(content);
    return result;
}

/* The name that is safe on every system, with a number before it that keeps two of one name apart. */
static int archive_message(mm_message *message, const char *folder, int number) {
    mm_part part = MM_PART_INIT;
    char path[1024];
    int parts = 0, result = mm_message_get_part_count(message, &parts);

    show_header(message);
    for (int i = 0; i < parts && result == MM_OK; i++) {
        result = mm_message_get_part(message, i, &part);
        if (result != MM_OK || part.children > 0)
            continue;
        printf("  %s, %" PRId64 " octets %s\n", part.type, part.octets, part.file_name);
        snprintf(path, sizeof path, "%s/%d.%d.%.200s", folder, number, i, part.safe_name);
        if (part.flags & MM_PART_ATTACHMENT)
            result = save(message, i, path);
    }
    return result;
}

int main(int argc, char **argv) {
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    int failed = argc < 3;

    options.flags = MM_MESSAGE_CUT; /* of what is made to be too much for us, we keep what is not */
    if (failed)
        fprintf(stderr, "usage: archive FOLDER FILE...\n");
    for (int i = 2; i < argc; i++) {
        mm_message *message;
        int result = mm_message_open_file(argv[i], &options, &message);
        if (result == MM_OK)
            result = archive_message(message, argv[1], i - 1);
        if (result != MM_OK)
            fprintf(stderr, "archive: %s: %s\n", argv[i], mm_strerror(result));
        failed |= result != MM_OK;
        mm_message_free(message);
    }
    return failed;
}
