/* What a callback of the old kind decides, decided by a table of handlers: clients hear the same, and the host reads
 * the same octets. tests/managed/Architecture/SampleTests.cs counts the table's lines. */
#include "handled.h"

static char kept[4096];
static size_t kept_length;

static void keep(const char *octets, size_t length) {
    CHECK(kept_length + length < sizeof kept);
    memcpy(kept + kept_length, octets, length);
    kept_length += length;
}

/* ---- the callback: eve is refused, the host has what is for bob, all else is the library's ---- */

static int request(ServerStream *stream, char *reqname, int action, ...) {
    char piece[100];
    const char *recipients;
    va_list arguments;
    int length;
    if (action != ACTION_SMTP_SENDMSG)
        return 0;
    va_start(arguments, action);
    (void)va_arg(arguments, const char *);
    recipients = va_arg(arguments, const char *);
    va_end(arguments);
    if (strcmp(reqname, "eve@example.net") == 0)
        return 452;
    if (strncmp(recipients, "bob@", 4) != 0)
        return 0;
    while ((length = SRVRecv(stream, piece, sizeof piece)) > 0)
        keep(piece, (size_t)length);
    return -1;
}

/* ---- the table ---- */

static int on_eves_data(mm_session *session, void *user) {
    const char *sender;
    int result = mm_session_get_sender(session, &sender);
    return (void)user, result == MM_OK && strcmp(sender, "eve@example.net") == 0 ? 452 : MM_VERDICT_CONTINUE;
}

static int on_bobs_message(mm_session *session, int64_t size, void *user) {
    mm_session_rcpt rcpt = MM_SESSION_RCPT_INIT;
    char piece[100];
    size_t length;
    if (mm_session_get_recipient(session, 0, &rcpt) != MM_OK || strcmp(rcpt.local_part, "bob") != 0)
        return MM_VERDICT_CONTINUE;
    for (int64_t at = 0; at < size; at += (int64_t)length, keep(piece, length))
        if (mm_session_read_message(session, at, piece, sizeof piece, &length) != MM_OK)
            return MM_VERDICT_ERROR;
    return (void)user, MM_VERDICT_DONE;
}

static const mm_smtp_server_handlers table = {.size = sizeof table, .data = on_eves_data, .message = on_bobs_message};

/* ---- a client of both ---- */

/* The codes that it hears, with blanks between. */
static const char *hears(const char *sender, const char *recipient) {
    static char codes[100];
    char command[200];
    struct wire wire;
    int code;
    kept_length = 0;
    smtp_open(&wire);
    sprintf(command, "MAIL FROM:<%s>", sender);
    sprintf(codes, "%d ", wire_smtp(&wire, command));
    sprintf(command, "RCPT TO:<%s>", recipient);
    sprintf(codes + strlen(codes), "%d ", wire_smtp(&wire, command));
    sprintf(codes + strlen(codes), "%d", code = wire_smtp(&wire, "DATA"));
    if (code == 354) {
        wire_write(&wire, "Subject: to be read\r\n\r\n");
        for (int i = 0; i < 50; i++)
            wire_write(&wire, "..a line that begins with a dot\r\n");
        sprintf(codes + strlen(codes), " %d", wire_smtp(&wire, "."));
    }
    CHECK_INT(221, wire_smtp(&wire, "QUIT"));
    wire_close(&wire);
    kept[kept_length] = '\0';
    return codes;
}

static void is_served_as_decided(void) {
    struct wire wire;
    CHECK_TEXT("250 250 452", hears("eve@example.net", "ann@example.org"));
    CHECK_TEXT("250 250 354 250", hears("joe@example.net", "bob@example.org"));
    CHECK_INT(23 + 50 * 32, kept_length);
    CHECK(strncmp(kept, "Subject: to be read\r\n\r\n.a line that", 35) == 0);
    CHECK_TEXT("250 250 354 250", hears("joe@example.net", "ann@example.org"));
    CHECK_INT(0, kept_length);
    pop_wait(&wire, "ann", "secret", 1);
    pop_close(&wire);
    CHECK_INT(1, pop_open(&wire, "bob", "hidden"));
    CHECK_INT(0, pop_count(&wire));
    pop_close(&wire);
}

int main(void) {
    server_settings();
    server_start(request, ACTION_SMTP_SENDMSG);
    is_served_as_decided();
    server_stop();
    engine_start();
    handled_start(&table, NULL, MM_SMTP_PROTOCOL_SMTP);
    is_served_as_decided();
    handled_stop();
    return check_result();
}
