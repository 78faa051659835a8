/* An archive that parses every message: archive PORT FOLDER takes mail for everybody, tells of each message who wrote
 * it, when and about what, and saves what is attached in FOLDER, until its input ends. */
#include "system.h"
#include <inttypes.h>
#include <mailmodule.h>
#include <stdlib.h>

/* Its author, and the moment it was written, in milliseconds. */
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
    int result = mm_content_open(message, part, MM_CONTENT_DECODED, &content);
    if (result != MM_OK)
        return result;
    FILE *file = fopen(path, "wb");
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

static int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    (void)session, (void)rcpt, (void)user;
    return MM_VERDICT_DONE;
}

static int on_message(mm_session *session, int64_t size, void *user) {
    static int number;
    mm_message_options options = MM_MESSAGE_OPTIONS_INIT;
    mm_message *message = NULL;
    const char *path;
    (void)size;
    options.flags = MM_MESSAGE_CUT; /* of what is made to be too much for us, we keep what is not */
    int is_kept = mm_session_get_path(session, &path) == MM_OK &&
                  mm_message_open_file(path, &options, &message) == MM_OK &&
                  archive_message(message, user, ++number) == MM_OK;
    mm_message_free(message);
    return is_kept ? MM_VERDICT_DONE : MM_VERDICT_ERROR;
}

int main(int argc, char **argv) {
    mm_smtp_server_options options = {sizeof options, "127.0.0.1", 0, 0, 0, 0};
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_engine *engine;
    mm_smtp_server *server;
    if (argc != 3)
        return fprintf(stderr, "usage: archive PORT FOLDER\n"), 2;
    show_lines_at_once();
    options.port = atoi(argv[1]);
    handlers.rcpt = on_rcpt, handlers.message = on_message;
    if (mm_engine_new(&engine) != MM_OK || mm_engine_set(engine, "mail_root", argv[2]) != MM_OK ||
        mm_engine_set_int(engine, "handler_threads", 1) != MM_OK || /* one message at a time: no locks here */
        mm_smtp_server_start(engine, &options, &handlers, argv[2], &server) != MM_OK)
        return fprintf(stderr, "archive: %s\n", mm_last_error_message()), 1;
    printf("the archive listens on port %s\n", argv[1]);
    while (getchar() != EOF)
        ;
    return mm_engine_free(engine) != MM_OK;
}
