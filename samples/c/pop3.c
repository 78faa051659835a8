/*
 * Reads a mailbox by POP3, verb by verb: pop3 HOST PORT USER PASSWORD [FOLDER]. Lists the messages; with a folder,
 * writes each to FOLDER/<number>.eml as it came. TLS where the server offers it. Deletes nothing.
 */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>

/* The exchange came about, and the server has granted what was asked. */
static int is_granted(mm_pop3 *pop3, int result, int status) {
    mm_pop3_reply reply = MM_POP3_REPLY_INIT;
    if (result != MM_OK)
        fprintf(stderr, "pop3: %s\n", mm_last_error_message());
    else if (status != MM_POP3_OK && mm_pop3_get_reply(pop3, &reply) == MM_OK)
        fprintf(stderr, "pop3: the server refuses: %s\n", reply.raw);
    return result == MM_OK && status == MM_POP3_OK;
}

/* A server without CAPA refuses it, and has no STLS. */
static int protect(mm_pop3 *pop3) {
    const char *parameters = NULL;
    int status = MM_POP3_NONE, result = mm_pop3_capa(pop3, &status);
    if (result == MM_OK)
        result = mm_pop3_find_capability(pop3, "STLS", &parameters);
    if (result != MM_OK || !parameters)
        return is_granted(pop3, result, MM_POP3_OK);
    result = mm_pop3_stls(pop3, &status);
    return is_granted(pop3, result, status) && is_granted(pop3, mm_pop3_start_tls(pop3, NULL, 0, NULL), MM_POP3_OK);
}

static int connect_and_log_in(mm_pop3 *pop3, char **argv) {
    int status = MM_POP3_NONE, result = mm_pop3_connect(pop3, argv[1], atoi(argv[2]), 0, &status);
    if (!is_granted(pop3, result, status) || !protect(pop3))
        return 0;
    result = mm_pop3_login(pop3, argv[3], argv[4], 0, &status);
    return is_granted(pop3, result, status);
}

/* How many messages there are; -1 if that cannot be told. */
static int list(mm_pop3 *pop3) {
    mm_pop3_entry entry = MM_POP3_ENTRY_INIT;
    int count = 0, status = MM_POP3_NONE, result = mm_pop3_list(pop3, 0, &status);
    if (!is_granted(pop3, result, status))
        return -1;
    while ((result = mm_pop3_next(pop3, &entry)) == MM_OK && entry.number > 0) {
        printf("message %d has %lld octets\n", entry.number, (long long)entry.octets);
        count++;
    }
    return is_granted(pop3, result, MM_POP3_OK) ? count : -1;
}

static int fetch(mm_pop3 *pop3, int number, const char *folder) {
    char name[4096], piece[16384];
    size_t length = 0;
    int status = MM_POP3_NONE, result = mm_pop3_retr(pop3, number, &status), is_written;
    FILE *file;
    if (!is_granted(pop3, result, status))
        return 0;
    snprintf(name, sizeof name, "%s/%d.eml", folder, number);
    if (!(file = fopen(name, "wb")))
        return fprintf(stderr, "pop3: cannot write %s\n", name), 0;
    while ((result = mm_pop3_read(pop3, piece, sizeof piece, &length)) == MM_OK && length > 0)
        fwrite(piece, 1, length, file);
    is_written = !ferror(file);
    if (fclose(file) != 0 || !is_written)
        return fprintf(stderr, "pop3: cannot write %s\n", name), 0;
    return is_granted(pop3, result, MM_POP3_OK);
}

int main(int argc, char **argv) {
    mm_pop3 *pop3 = NULL;
    int count = -1, number = 1, status = MM_POP3_NONE, result, is_done;
    if (argc < 5 || argc > 6)
        return fprintf(stderr, "usage: pop3 HOST PORT USER PASSWORD [FOLDER]\n"), 2;
    if (mm_pop3_new(mm_engine_default(), NULL, &pop3) != MM_OK)
        return fprintf(stderr, "pop3: %s\n", mm_last_error_message()), 1;
    is_done = connect_and_log_in(pop3, argv) && (count = list(pop3)) >= 0;
    while (is_done && argc == 6 && number <= count)
        is_done = fetch(pop3, number++, argv[5]);
    if (is_done) {
        result = mm_pop3_quit(pop3, &status);
        is_done = is_granted(pop3, result, status);
    }
    if (is_done)
        printf("%d messages\n", count);
    mm_pop3_free(pop3);
    return is_done ? 0 : 1;
}
