/*
 * Speaks SMTP verb by verb, and asks whether the server knows a command that SMTP does not have:
 * smtp_verbs HOST PORT SENDER RECIPIENT FILE. Ends with 0 if the server has taken the message.
 */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>

/* A command that the library does not know: sent, and its reply received. */
static int xfoo(mm_smtp *smtp, int *code) {
    int result = mm_smtp_send_command(smtp, "XFOO");
    return result == MM_OK ? mm_smtp_receive(smtp, code) : result;
}

static int fail(mm_smtp *smtp) {
    fprintf(stderr, "smtp_verbs: %s\n", mm_last_error_message());
    mm_smtp_free(smtp);
    return 1;
}

/* The exchange came about; what the server says of it is another matter. */
static int is_refused(mm_smtp *smtp, int code) {
    mm_smtp_reply reply = MM_SMTP_REPLY_INIT;
    if (code < 400)
        return 0;
    mm_smtp_get_reply(smtp, &reply);
    fprintf(stderr, "smtp_verbs: the server refuses: %s\n", reply.raw);
    mm_smtp_quit(smtp, NULL);
    mm_smtp_free(smtp);
    return 1;
}

/* The file in pieces, as they come. */
static int send_file(mm_smtp *smtp, FILE *file, int *code) {
    char piece[16384];
    size_t size;
    int result = MM_OK;
    while (result == MM_OK && (size = fread(piece, 1, sizeof piece, file)) > 0)
        result = mm_smtp_write(smtp, piece, size, MM_SMTP_CONVERT_EOL, NULL);
    return result == MM_OK ? mm_smtp_write(smtp, NULL, 0, MM_SMTP_LAST | MM_SMTP_CONVERT_EOL, code) : result;
}

int main(int argc, char **argv) {
    mm_smtp *smtp = NULL;
    FILE *file;
    int code, result;

    if (argc != 6 || !(file = fopen(argv[5], "rb")))
        return fprintf(stderr, "usage: smtp_verbs HOST PORT SENDER RECIPIENT FILE\n"), 2;
    if (mm_smtp_new(mm_engine_default(), NULL, &smtp) != MM_OK ||
        mm_smtp_connect(smtp, argv[1], atoi(argv[2]), 0, &code) != MM_OK)
        return fail(smtp);
    if (is_refused(smtp, code))
        return 1;
    if (mm_smtp_ehlo(smtp, NULL, &code) != MM_OK || xfoo(smtp, &code) != MM_OK)
        return fail(smtp);
    printf("XFOO is answered with %d\n", code);
    if (mm_smtp_mail(smtp, argv[3], NULL, &code) != MM_OK || mm_smtp_rcpt(smtp, argv[4], NULL, &code) != MM_OK)
        return fail(smtp);
    if (is_refused(smtp, code))
        return 1;
    if (mm_smtp_data(smtp, &code) != MM_OK)
        return fail(smtp);
    if (is_refused(smtp, code))
        return 1;
    result = send_file(smtp, file, &code);
    fclose(file);
    if (result != MM_OK)
        return fail(smtp);
    if (is_refused(smtp, code))
        return 1;
    printf("%s: taken\n", argv[4]);
    mm_smtp_quit(smtp, NULL);
    mm_smtp_free(smtp);
    return 0;
}
