/* A message in the handlers of a server: its pieces, the whole of it, its envelope and header fields, who keeps it, and
 * LMTP's replies. */
#include "handled.h"

static char content[300000]; /* what chunk or message has got */
static size_t length;

/* ---- pieces ---- */

static int keep_chunk(mm_session *session, const void *octets, size_t size, int flags, void *user) {
    (void)user;
    if (flags & MM_CHUNK_FIRST)
        length = 0;
    CHECK(size <= 65536);
    CHECK(size > 0 || (flags & MM_CHUNK_LAST));
    if (length + size <= sizeof content)
        memcpy(content + length, octets, size);
    length += size;
    hear("%s%s%s;", flags & MM_CHUNK_FIRST ? "first" : "", flags & MM_CHUNK_LAST ? "last" : "", flags ? "" : "more");
    return answer_at(session, AT_CHUNK);
}

/* Lines of 62 octets, so that no piece ends with one. */
static void write_lines(struct wire *wire, int count) {
    char line[65];
    for (int i = 0; i < count; i++) {
        sprintf(line, "%-62d\r\n", i);
        wire_write(wire, line);
    }
}

static int content_is_lines(int count) {
    char line[65];
    if (length != 64 * (size_t)count)
        return 0;
    for (int i = 0; i < count; i++) {
        sprintf(line, "%-62d\r\n", i);
        if (memcmp(content + 64 * (size_t)i, line, 64) != 0)
            return 0;
    }
    return 1;
}

static void one_piece_is_first_and_last(void) {
    struct wire wire;
    begin_anew();
    begin_session(&wire, CONTENT);
    CHECK_INT(250, wire_smtp(&wire, "Subject: x\r\n\r\n..stuffed\r\n."));
    CHECK(strstr(heard.text, "firstlast;"));
    CHECK_INT(24, length);
    CHECK(memcmp(content, "Subject: x\r\n\r\n.stuffed\r\n", 24) == 0);
    end_session(&wire);
}

static void many_pieces_are_all_of_it(void) {
    struct wire wire;
    begin_anew();
    begin_session(&wire, CONTENT);
    write_lines(&wire, 4000);
    CHECK_INT(250, wire_smtp(&wire, "."));
    CHECK(content_is_lines(4000));
    CHECK(strstr(heard.text, "first;more;more;last;"));
    end_session(&wire);
}

static void bdat_gives_pieces_too(void) {
    struct wire wire;
    begin_anew();
    begin_session(&wire, RECIPIENT);
    CHECK_INT(250, wire_smtp(&wire, "BDAT 14\r\nSubject: x\r\n"));
    CHECK_INT(250, wire_smtp(&wire, "BDAT 10 LAST\r\n.stuffed"));
    CHECK_INT(24, length);
    CHECK(strstr(heard.text, "firstlast;"));
    wire_close(&wire);
}

static void a_refused_piece_refuses_the_message(void) {
    struct wire wire;
    begin_anew();
    answers[AT_CHUNK] = (struct answer){.verdict = 552, .status = "5.2.3", .text = "too long for us"};
    begin_session(&wire, CONTENT);
    write_lines(&wire, 4000);
    CHECK_TEXT("552 5.2.3 too long for us", said(&wire, "."));
    CHECK(strstr(heard.text, "first;") && !strstr(heard.text, "more;") && !strstr(heard.text, "last;"));
    CHECK(!strstr(heard.text, "message("));
    answers[AT_CHUNK].verdict = MM_VERDICT_CLOSE;
    answers[AT_CHUNK].text = answers[AT_CHUNK].status = NULL;
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    CHECK_INT(421, wire_smtp(&wire, "x\r\n."));
    CHECK(!wire_read(&wire));
    wire_close(&wire);
}

/* ---- back-pressure ---- */

static mm_pending *owed;

static void defers(mm_session *session) {
    CHECK_OK(mm_session_defer(session, 60000, 451, &owed));
    hear("deferred;");
}

/* A client that sends lines without end, until its connection takes no more, perhaps within a line. */
static long send_until_it_stops(struct wire *wire, const char *line) {
    long sent = 0;
    socket_set_blocking(wire->number, 0);
    for (int idle = 0; idle < 50 && sent < 64L << 20;) {
        long now = socket_send(wire->number, line + sent % 64, (size_t)(64 - sent % 64));
        idle = now > 0 ? 0 : idle + 1;
        sent += now > 0 ? now : 0;
        if (idle)
            sleep_microseconds(2000);
    }
    socket_set_blocking(wire->number, 1);
    return sent;
}

/* The host has a piece and owes its answer: the client's octets stay in the system's buffers. */
static void who_reads_slowly_slows_the_sender(void) {
    struct wire wire;
    char line[65];
    long sent;
    sprintf(line, "%-62d\r\n", 0);
    begin_anew();
    answers[AT_CHUNK] = (struct answer){.verdict = MM_VERDICT_PENDING, .first = defers};
    begin_session(&wire, CONTENT);
    write_lines(&wire, 2000);
    wait_to_hear("deferred;");
    sent = send_until_it_stops(&wire, line);
    CHECK(sent < 60L << 20);
    answers[AT_CHUNK] = (struct answer){.verdict = MM_VERDICT_CONTINUE};
    CHECK_OK(mm_pending_answer(owed, MM_VERDICT_CONTINUE));
    wire_write(&wire, line + sent % 64); /* to its end */
    CHECK_INT(250, wire_smtp(&wire, "."));
    CHECK_INT(64 * 2000 + sent + 64 - sent % 64, length);
    end_session(&wire);
}

/* ---- the whole message ---- */

static void reads_all(mm_session *session) {
    const char *path = NULL;
    char byte;
    size_t got = 1;
    FILE *file;
    length = 0;
    while (mm_session_read_message(session, (int64_t)length, content + length, 1000, &got) == MM_OK && got > 0)
        length += got;
    CHECK_INT(0, got);
    CHECK_OK(mm_session_read_message(session, 1, &byte, 1, &got));
    CHECK(got == 1 && byte == content[1]);
    CHECK_OK(mm_session_read_message(session, (int64_t)1 << 40, &byte, 1, &got));
    CHECK_INT(0, got);
    CHECK_INT(MM_E_ARGUMENT, mm_session_read_message(session, -1, &byte, 1, &got));
    CHECK_INT(MM_E_ARGUMENT, mm_session_read_message(session, 0, NULL, 1, &got));
    CHECK_INT(MM_E_ARGUMENT, mm_session_read_message(session, 0, &byte, 1, NULL));
    CHECK_OK(mm_session_get_path(session, &path));
    hear("path=%s;", path);
    file = fopen(path, "rb");
    CHECK(file != NULL);
    for (size_t i = 0; file && i < length; i++)
        CHECK_INT((unsigned char)content[i], fgetc(file));
    if (file) {
        CHECK_INT(EOF, fgetc(file));
        fclose(file);
    }
}

static void it_is_read_by_piece_and_by_path(int lines) {
    struct wire wire;
    const char *path;
    char name[256];
    begin_anew();
    answers[AT_MESSAGE] = (struct answer){.verdict = MM_VERDICT_DONE, .first = reads_all};
    begin_session(&wire, CONTENT);
    write_lines(&wire, lines);
    CHECK_INT(250, wire_smtp(&wire, "."));
    CHECK(content_is_lines(lines));
    path = strstr(heard.text, "path=");
    CHECK(path && sscanf(path, "path=%255[^;]", name) == 1 && !fopen(name, "rb")); /* it is gone */
    end_session(&wire);
}

static void adds_fields(mm_session *session) {
    char value[2002];
    memset(value, 'x', sizeof value);
    value[2001] = '\0';
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "X-Long", value));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "X-A", "a\r\nX-B: b"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "X-A", "a\nb"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "X A", "a"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "", "a"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "X:", "a"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, NULL, "a"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "X-A", NULL));
    CHECK_OK(mm_session_add_header(session, "X-First", "one"));
    CHECK_OK(mm_session_add_header(session, "X-Second", "two words"));
    value[1900] = '\0';
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_header(session, "X-Much", value)); /* a line has at most 998 octets */
    value[950] = ' ';
    for (int i = 0; i < 4; i++)
        CHECK_OK(mm_session_add_header(session, "X-Much", value));
    CHECK_INT(MM_E_LIMIT, mm_session_add_header(session, "X-Much", value));
}

static void the_stored_one_has_the_fields(void) {
    struct wire wire;
    static char text[20000];
    const char *received, *first, *second, *subject;
    begin_anew();
    answers[AT_MESSAGE].first = adds_fields;
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: x\r\n\r\nx\r\n"));
    pop_wait(&wire, "bob", "hidden", 1);
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    wire_text(&wire, text, sizeof text);
    received = strstr(text, "Received:");
    first = strstr(text, "\nX-First: one\n");
    second = strstr(text, "\nX-Second: two words\n");
    subject = strstr(text, "\nSubject: x\n");
    CHECK(received && received < first && first < second && second < subject);
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    pop_close(&wire);
}

static void a_stored_one_may_have_the_hosts_reply(void) {
    struct wire wire;
    begin_anew();
    answers[AT_MESSAGE] = (struct answer){.verdict = MM_VERDICT_ACCEPT, .text = "as number 7", .line = "thanks"};
    begin_session(&wire, CONTENT);
    CHECK_TEXT("250-2.6.0 as number 7\n250 2.6.0 thanks", said(&wire, "x\r\n."));
    answers[AT_MESSAGE] = (struct answer){.verdict = MM_VERDICT_CONTINUE};
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    CHECK(strstr(said(&wire, "x\r\n."), "queued as"));
    end_session(&wire);
}

static void done_keeps_nothing(void) {
    struct wire wire;
    begin_anew();
    answers[AT_MESSAGE] = (struct answer){.verdict = MM_VERDICT_DONE, .text = "thanks"};
    begin_session(&wire, CONTENT);
    CHECK_TEXT("250 2.6.0 thanks", said(&wire, "Subject: x\r\n\r\nx\r\n."));
    end_session(&wire);
    begin_anew();
    answers[AT_DATA].verdict = MM_VERDICT_DONE;
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: x\r\n\r\nx\r\n"));
    begin_anew(); /* a third one, kept, comes alone */
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: kept\r\n\r\nx\r\n"));
    pop_wait(&wire, "bob", "hidden", 1);
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    pop_close(&wire);
}

/* ---- the envelope ---- */

static void changes_envelope(mm_session *session) {
    mm_session_rcpt rcpt = MM_SESSION_RCPT_INIT;
    const char *sender = NULL;
    int count = 0;
    CHECK_OK(mm_session_get_sender(session, &sender));
    CHECK_TEXT("sender@example.net", sender);
    CHECK_OK(mm_session_set_sender(session, "other@example.net"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_sender(session, "no address"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_sender(session, "a@b\r\nRSET"));
    CHECK_OK(mm_session_get_sender(session, &sender));
    CHECK_TEXT("other@example.net", sender);
    CHECK_OK(mm_session_add_recipient(session, "bob@example.org"));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_add_recipient(session, "nobody@example.org"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_recipient(session, "x y@"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_recipient(session, NULL));
    CHECK_OK(mm_session_get_recipient_count(session, &count));
    CHECK_INT(2, count);
    CHECK_INT(MM_E_NOT_FOUND, mm_session_remove_recipient(session, 2));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_remove_recipient(session, -1));
    CHECK_OK(mm_session_remove_recipient(session, 0));
    CHECK_OK(mm_session_get_recipient(session, 0, &rcpt));
    CHECK_TEXT("bob@example.org", rcpt.address);
    CHECK_TEXT("bob", rcpt.local_part);
    CHECK_TEXT("example.org", rcpt.domain);
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_recipient(session, 1, &rcpt));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_get_recipient(session, -1, &rcpt));
}

static void finds_it_closed(mm_session *session) {
    CHECK_INT(MM_E_STATE, mm_session_set_sender(session, ""));
    CHECK_INT(MM_E_STATE, mm_session_add_recipient(session, "ann@example.org"));
    CHECK_INT(MM_E_STATE, mm_session_remove_recipient(session, 0));
    CHECK_INT(MM_E_STATE, mm_session_set_recipient_reply(session, 0, 550, NULL, NULL)); /* it is SMTP */
}

static void the_envelope_is_the_hosts_until_content(void) {
    enum { SENT_TO_ANN = 6 }; /* by the tests before: when all are there their number changes no more */
    struct wire wire;
    static char text[8000];
    pop_wait(&wire, "ann", "secret", SENT_TO_ANN);
    pop_close(&wire);
    begin_anew();
    answers[AT_DATA].first = changes_envelope;
    answers[AT_CHUNK].first = answers[AT_MESSAGE].first = finds_it_closed;
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: moved\r\n\r\nx\r\n"));
    pop_wait(&wire, "bob", "hidden", 1);
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    wire_text(&wire, text, sizeof text);
    CHECK(strstr(text, "Return-Path: <other@example.net>"));
    pop_close(&wire);
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(SENT_TO_ANN, pop_count(&wire));
    pop_close(&wire);
}

/* ---- LMTP ---- */

static void refuses_the_second(mm_session *session) {
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_recipient_reply(session, 1, 0, NULL, "x"));
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_recipient_reply(session, 1, 550, NULL, "x\r\n250 y"));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_set_recipient_reply(session, 2, 550, NULL, "x"));
    CHECK_INT(MM_E_NOT_FOUND, mm_session_set_recipient_reply(session, -1, 550, NULL, "x"));
    CHECK_OK(mm_session_set_recipient_reply(session, 1, 552, "5.2.2", "full"));
}

static void lmtp_has_a_reply_for_each(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    struct wire wire;
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    handled_start(&handlers, NULL, MM_SMTP_PROTOCOL_LMTP);
    begin_anew();
    answers[AT_MESSAGE].first = refuses_the_second;
    begin_session(&wire, "LHLO client.example.net\nMAIL FROM:<>\nRCPT TO:<ann@example.org>\nRCPT TO:<bob@example.org>");
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    CHECK_INT(250, wire_smtp(&wire, "Subject: x\r\n\r\nx\r\n."));
    CHECK_TEXT("552 5.2.2 full", said(&wire, NULL));
    end_session(&wire);
    wait_to_hear("close;");
    CHECK_INT(1, pop_open(&wire, "bob", "hidden"));
    CHECK_INT(1, pop_count(&wire)); /* of the test before */
    pop_close(&wire);
}

int main(void) {
    mm_smtp_server_handlers handlers = all_handlers();
    handlers.chunk = keep_chunk;
    engine_start();
    handled_start(&handlers, NULL, 0);
    one_piece_is_first_and_last();
    many_pieces_are_all_of_it();
    bdat_gives_pieces_too();
    a_refused_piece_refuses_the_message();
    who_reads_slowly_slows_the_sender();
    it_is_read_by_piece_and_by_path(3);
    it_is_read_by_piece_and_by_path(4000);
    CHECK_OK(mm_smtp_server_stop(server, 10000));
    handlers.chunk = on_chunk;
    handled_start(&handlers, NULL, 0);
    the_stored_one_has_the_fields();
    a_stored_one_may_have_the_hosts_reply();
    done_keeps_nothing();
    the_envelope_is_the_hosts_until_content();
    lmtp_has_a_reply_for_each();
    handled_stop();
    return check_result();
}
