/* mm_send_mail, mm_send_mail_start: one mail in one call, of a text or ready, with what its header says. */
#include "sends.h"

static mm_mail a_mail(void) {
    mm_mail mail = MM_MAIL_INIT;
    mail.from = "Bert <bert@example.net>";
    mail.to = "ann@example.net";
    return mail;
}

static mm_mail a_text(const char *text) {
    mm_mail mail = a_mail();
    mail.subject = "x";
    mail.text = text;
    return mail;
}

static int send_to_remote(const mm_mail *mail) {
    mm_send_options options = to_remote();
    return mm_send_mail(mm_engine_default(), &options, mail, NULL);
}

/* The value of a field of the last message, with its folds; "" if it is not there. */
static const char *field(const char *name) {
    static char value[4000];
    const char *at = remote.text, *end = strstr(remote.text, "\n\n");
    size_t length = strlen(name);
    value[0] = '\0';
    while (end && at < end && (strncmp(at, name, length) != 0 || strncmp(at + length, ": ", 2) != 0))
        at = strchr(at, '\n') + 1;
    if (!end || at >= end)
        return value;
    const char *from = at + length + 2, *to = strchr(from, '\n');
    while (to[1] == ' ')
        to = strchr(to + 1, '\n');
    snprintf(value, sizeof value, "%.*s", (int)(to - from), from);
    return value;
}

static const char *body(void) {
    const char *empty = strstr(remote.text, "\n\n");
    return empty ? empty + 2 : "";
}

/* ---- a message that is made here ---- */

static void a_text_becomes_a_message(void) {
    mm_mail mail = a_text("Hello,\r\nthis is\rtext.\n.\nBert");
    mail.to = "Ann Doe <ann@example.net>, \"Carlson, Carl\" <carl@example.net>";
    mail.cc = "dora@example.net (Dora)";
    mail.bcc = "Emil <emil@example.net>";
    mail.subject = "Two words";
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("MAIL FROM:<bert@example.net>", remote.mail);
    CHECK_TEXT("RCPT TO:<emil@example.net>", remote.rcpt); /* the last */
    CHECK_TEXT("Bert <bert@example.net>", field("From"));
    CHECK_TEXT("Ann Doe <ann@example.net>, \"Carlson, Carl\" <carl@example.net>", field("To"));
    CHECK_TEXT("dora@example.net", field("Cc"));
    CHECK_TEXT("", field("Bcc"));
    CHECK(!strstr(remote.text, "emil"));
    CHECK_TEXT("Two words", field("Subject"));
    CHECK_TEXT("1.0", field("MIME-Version"));
    CHECK_TEXT("text/plain; charset=utf-8", field("Content-Type"));
    CHECK_TEXT("7bit", field("Content-Transfer-Encoding"));
    CHECK(strlen(field("Date")) == 31);
    CHECK(strlen(field("Message-ID")) > 36 && strstr(field("Message-ID"), "@example.org>"));
    CHECK_TEXT("Hello,\nthis is\ntext.\n.\nBert\n", body());
}

static void text_beyond_ascii_is_encoded(void) {
    mm_mail mail = a_text("The caf\xC3\xA9 is open, and has been since noon.\n");
    mail.from = "J\xC3\xBCrgen <bert@example.net>";
    mail.subject = "caf\xC3\xA9 and more";
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("=?utf-8?q?J=C3=BCrgen?= <bert@example.net>", field("From"));
    CHECK_TEXT("=?utf-8?q?caf=C3=A9_and_more?=", field("Subject"));
    CHECK_TEXT("quoted-printable", field("Content-Transfer-Encoding"));
    CHECK_TEXT("The caf=C3=A9 is open, and has been since noon.\n", body());
    mail.text = "\xD0\xB4\xD0\xB0\n";
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("base64", field("Content-Transfer-Encoding"));
    CHECK_TEXT("0LTQsA0K\n", body());
    for (const char *at = remote.text; *at; at++)
        CHECK((unsigned char)*at < 0x80);
}

static void long_lines_are_folded_and_encoded(void) {
    static char line[3001], subject[401];
    memset(line, 'x', sizeof line - 1);
    for (size_t i = 0; i < sizeof subject - 1; i++)
        subject[i] = i % 8 == 7 ? ' ' : 's';
    subject[sizeof subject - 2] = 's';
    mm_mail mail = a_text(line);
    mail.subject = subject;
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("quoted-printable", field("Content-Transfer-Encoding"));
    for (const char *at = remote.text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1)
        CHECK(end - at <= 78);
    char *fold, unfolded[1000];
    snprintf(unfolded, sizeof unfolded, "%s", field("Subject"));
    while ((fold = strchr(unfolded, '\n')) != NULL)
        memmove(fold, fold + 1, strlen(fold));
    CHECK_TEXT(subject, unfolded);
}

static void an_empty_text_and_no_subject(void) {
    mm_mail mail = a_text("");
    mail.subject = NULL;
    CHECK_OK(send_to_remote(&mail));
    CHECK(!strstr(remote.text, "Subject"));
    CHECK_TEXT("", body());
}

static void domains_go_out_as_a_labels(void) {
    mm_mail mail = a_text("x");
    mail.from = "Bert <bert@b\xC3\xBC"
                "cher.example>";
    mail.to = "ann@B\xC3\x9C"
              "CHER.example";
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("MAIL FROM:<bert@xn--bcher-kva.example>", remote.mail);
    CHECK_TEXT("RCPT TO:<ann@xn--bcher-kva.example>", remote.rcpt);
    CHECK_TEXT("Bert <bert@xn--bcher-kva.example>", field("From"));
    CHECK_TEXT("ann@xn--bcher-kva.example", field("To"));
}

static void a_local_part_beyond_ascii_needs_smtputf8(void) {
    mm_mail mail = a_text("x");
    mail.to = "J\xC3\xBCrgen <j\xC3\xBCrgen@example.net>";
    CHECK_INT(MM_E_NOT_SUPPORTED, send_to_remote(&mail));
    remote.offers = "250-SMTPUTF8\r\n";
    CHECK_OK(send_to_remote(&mail));
    CHECK(strstr(remote.mail, " SMTPUTF8"));
    CHECK_TEXT("RCPT TO:<j\xC3\xBCrgen@example.net>", remote.rcpt);
    CHECK_TEXT("=?utf-8?q?J=C3=BCrgen?= <j\xC3\xBCrgen@example.net>", field("To"));
    remote.offers = NULL;
}

/* ---- ready messages ---- */

static void a_ready_message_from_memory(void) {
    mm_mail mail = a_mail();
    mail.from = "";
    mail.message = "Subject: ready\n\nas it is\nno more";
    mail.message_size = strlen("Subject: ready\n\nas it is\n");
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("MAIL FROM:<>", remote.mail);
    CHECK_TEXT("Subject: ready\n\nas it is\n", remote.text);
    mail.message_size = 0;
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("", remote.text);
}

static void a_ready_message_from_a_file(void) {
    char path[128];
    mm_mail mail = a_mail();
    sprintf(path, "%s/ready", check_folder);
    mail.path = path;
    CHECK_INT(MM_E_NOT_FOUND, send_to_remote(&mail));
    FILE *file = fopen(path, "wb");
    fputs("Subject: file\n\nby path\n", file);
    fclose(file);
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("Subject: file\n\nby path\n", remote.text);
    remove(path);
    mail.path = check_folder;
    CHECK(send_to_remote(&mail) < 0);
    mail.path = "";
    CHECK_INT(MM_E_ARGUMENT, send_to_remote(&mail));
}

static int give_twice(void *buffer, size_t size, size_t *length, void *user) {
    int *given = user;
    CHECK(size >= 64);
    if (*given < 0)
        return 1;
    if (*given < 2)
        *length = (size_t)sprintf(buffer, "piece %d\n", (*given)++);
    return MM_OK;
}

static void a_ready_message_from_a_callback(void) {
    int given = 0;
    mm_mail mail = a_mail();
    mail.read = give_twice;
    mail.read_user = &given;
    CHECK_OK(send_to_remote(&mail));
    CHECK_TEXT("piece 0\npiece 1\n", remote.text);
    given = -1;
    CHECK_INT(MM_E_IO, send_to_remote(&mail));
}

/* ---- outcomes ---- */

static void the_outcome_is_the_worst_and_has_words(void) {
    int outcome = 1;
    mm_send_options options = to_remote();
    mm_mail mail = a_text("x");
    mail.to = "ann@example.net, later@example.net";
    mail.bcc = "nobody@example.net";
    CHECK_INT(MM_E_REFUSED_PERMANENT, mm_send_mail(mm_engine_default(), &options, &mail, NULL));
    CHECK_INT(MM_E_REFUSED_PERMANENT, mm_last_error());
    CHECK(strstr(mm_last_error_message(), "nobody@example.net") && strstr(mm_last_error_message(), "550"));
    CHECK_OK(mm_send_mail(mm_engine_default(), &options, &mail, &outcome));
    CHECK_INT(MM_E_REFUSED_PERMANENT, outcome);
    CHECK_OK(mm_last_error());
    CHECK(strstr(mm_last_error_message(), "nobody@example.net") && strstr(mm_last_error_message(), "550"));
    mail.bcc = NULL;
    CHECK_INT(MM_E_REFUSED_TEMPORARY, mm_send_mail(mm_engine_default(), &options, &mail, NULL));
    mail.to = "ann@example.net";
    CHECK_OK(mm_send_mail(mm_engine_default(), &options, &mail, &outcome));
    CHECK_OK(outcome);
    CHECK_TEXT("", mm_last_error_message());
    options.port = check_free_port();
    CHECK_INT(MM_E_CONNECT, mm_send_mail(mm_engine_default(), &options, &mail, NULL));
}

static void at_once_and_with_a_handle(void) {
    mm_send *send = NULL;
    mm_send_options options = to_remote();
    mm_mail mail = a_text("x");
    mail.to = "ann@example.net";
    mail.cc = "no.one@example.net";
    mail.bcc = "Bob <bob@example.net>";
    CHECK_OK(mm_send_mail_start(mm_engine_default(), &options, &mail, &send));
    CHECK(send);
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_E_REFUSED_PERMANENT, outcome_of(send));
    CHECK_INT(MM_SEND_STATE_DONE, result_of(send, 0).state);
    CHECK_TEXT("no.one@example.net", result_of(send, 1).address);
    CHECK_INT(550, result_of(send, 1).reply_code);
    CHECK_TEXT("bob@example.net", result_of(send, 2).address);
    CHECK_INT(MM_E_STATE, mm_send_start(send));
    CHECK_INT(MM_E_STATE, mm_send_write(send, "x", 1));
    CHECK_OK(mm_send_free(send));
}

static int finished;

static void frees_inside(mm_send *send, const mm_send_event *event, void *user) {
    CHECK(user == &finished);
    if (event->state == MM_SEND_STATE_FINISHED)
        finished++;
    else if (event->state == MM_SEND_STATE_CONNECTING && finished < 0)
        CHECK_OK(mm_send_free(send));
}

static void a_callback_hears_of_it_and_may_free_it(void) {
    int outcome = 1;
    mm_send_options options = to_remote();
    mm_mail mail = a_text("x");
    options.on_event = frees_inside;
    options.user = &finished;
    CHECK_OK(mm_send_mail(mm_engine_default(), &options, &mail, &outcome));
    CHECK_OK(outcome);
    CHECK_INT(1, finished);
    finished = -1;
    CHECK_OK(mm_send_mail(mm_engine_default(), &options, &mail, &outcome));
    CHECK_INT(MM_E_CANCELLED, outcome);
    CHECK_INT(-1, finished);
}

/* ---- through the queue, into a mailbox of our own ---- */

static void through_the_queue(void) {
    struct wire wire;
    int outcome = 1, seen = 0;
    const char *line;
    mm_mail mail = a_text("to a mailbox");
    mail.to = "Ann <ann@example.org>";
    mail.bcc = "bob@example.org";
    server_start(NULL, 0);
    CHECK_OK(mm_send_mail(mm_engine_default(), NULL, &mail, &outcome));
    CHECK_OK(outcome);
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    while ((line = wire_read(&wire)) && strcmp(line, ".") != 0) {
        CHECK(!strstr(line, "bob"));
        seen += strcmp(line, "To: Ann <ann@example.org>") == 0 || strcmp(line, "to a mailbox") == 0 ||
                strncmp(line, "Date: ", 6) == 0 || strncmp(line, "Message-ID: ", 12) == 0 ||
                strncmp(line, "Received: ", 10) == 0;
    }
    CHECK_INT(5, seen);
    pop_close(&wire);
    pop_wait(&wire, "bob", "hidden", 1);
    pop_close(&wire);
}

/* ---- what is no mail ---- */

static void no_mail(const mm_mail *mail, int error, const char *words) {
    int connections = remote.connections, outcome = 1;
    mm_send *send = (mm_send *)8;
    mm_send_options options = to_remote();
    CHECK_INT(error, mm_send_mail(mm_engine_default(), &options, mail, &outcome));
    CHECK_INT(error, mm_last_error());
    CHECK_OK(outcome);
    if (!strstr(mm_last_error_message(), words))
        CHECK_TEXT(words, mm_last_error_message());
    CHECK_INT(error, mm_send_mail_start(mm_engine_default(), &options, mail, &send));
    CHECK(send == NULL);
    CHECK_INT(connections, remote.connections);
}

#define NO_MAIL(member, value, words)                                                                                  \
    do {                                                                                                               \
        mm_mail mail = a_text("x");                                                                                    \
        mail.member = value;                                                                                           \
        no_mail(&mail, MM_E_ARGUMENT, words);                                                                          \
    } while (0)

static void arguments_that_are_none(void) {
    NO_MAIL(size, 0, "size");
    NO_MAIL(size, sizeof(mm_mail) - 1, "size");
    NO_MAIL(from, NULL, "from is NULL");
    NO_MAIL(from, "", "from is empty");
    NO_MAIL(from, "<>", "from is empty");
    NO_MAIL(from, "Bert", "from: not an address");
    NO_MAIL(from, "a@example.net, b@example.net", "from is one address");
    NO_MAIL(from, "\xff@example.net", "from is not UTF-8");
    NO_MAIL(from, "Bert\r\nBcc: c@example.net <a@example.net>", "from: ");
    NO_MAIL(to, NULL, "no recipient");
    NO_MAIL(to, "", "no recipient");
    NO_MAIL(to, "ann", "to: not an address");
    NO_MAIL(to, "Ann <ann@example.net", "to: ");
    NO_MAIL(to, "friends: ann@example.net;", "to: ");
    NO_MAIL(to, "ann@example.net\n", "to: ");
    NO_MAIL(to, "\"A\rB\" <ann@example.net>", "to: ");
    NO_MAIL(to, "\xff <ann@example.net>", "to is not UTF-8");
    NO_MAIL(cc, "a@example.net; b@example.net", "cc: ");
    NO_MAIL(cc, "\xc3", "cc is not UTF-8");
    NO_MAIL(bcc, "b@example.net>", "bcc: ");
    NO_MAIL(bcc, "\xc3", "bcc is not UTF-8");
    NO_MAIL(subject, "a\r\nBcc: b@example.net", "subject has a line break");
    NO_MAIL(subject, "a\nb", "subject has a line break");
    NO_MAIL(subject, "a\x01", "subject has a line break or another control character");
    NO_MAIL(subject, "\xff", "subject is not UTF-8");
    NO_MAIL(text, "\xff", "text is not UTF-8");
    NO_MAIL(text, NULL, "one content");
    NO_MAIL(message, "Subject: two\n\n", "one content");
    NO_MAIL(path, "two", "one content");
    NO_MAIL(read, give_twice, "one content");
    NO_MAIL(message_size, 1, "message is NULL");
    NO_MAIL(read_user, &remote, "read is NULL");
    mm_mail mail = a_mail();
    no_mail(&mail, MM_E_ARGUMENT, "one content");
    mail.message = "x";
    mail.subject = "x";
    no_mail(&mail, MM_E_ARGUMENT, "subject is for text");
    no_mail(NULL, MM_E_ARGUMENT, "NULL");
}

static void calls_that_are_none(void) {
    mm_send *send;
    int outcome;
    mm_mail mail = a_text("x");
    mm_send_options options = to_remote();
    CHECK_INT(MM_E_HANDLE, mm_send_mail(NULL, &options, &mail, &outcome));
    CHECK_INT(MM_E_HANDLE, mm_send_mail_start(NULL, &options, &mail, &send));
    CHECK_INT(MM_E_ARGUMENT, mm_send_mail_start(mm_engine_default(), &options, &mail, NULL));
    options.host = NULL;
    CHECK_INT(MM_E_ARGUMENT, mm_send_mail(mm_engine_default(), &options, &mail, &outcome));
    options = to_remote();
    options.tls = 9;
    CHECK_INT(MM_E_ARGUMENT, mm_send_mail(mm_engine_default(), &options, &mail, &outcome));
    struct {
        mm_mail mail;
        void *later;
    } longer = {a_text("x"), NULL};
    longer.mail.size = sizeof longer;
    options = to_remote();
    CHECK_OK(mm_send_mail(mm_engine_default(), &options, &longer.mail, NULL));
    longer.later = &longer;
    no_mail(&longer.mail, MM_E_NOT_SUPPORTED, "members");
}

/* Where it would keep the thread that serves everybody: G2. */
static int asked;

static int inline_request(ServerStream *stream, char *reqname, int action, ...) {
    int outcome = 1;
    mm_send *send = NULL;
    mm_mail mail = a_text("x");
    mm_send_options options = to_remote();
    (void)stream, (void)reqname, (void)action;
    CHECK_INT(MM_E_STATE, mm_send_mail(mm_engine_default(), &options, &mail, &outcome));
    CHECK_OK(mm_send_mail_start(mm_engine_default(), &options, &mail, &send));
    CHECK_OK(mm_send_free(send));
    asked++;
    return 0;
}

static void inside_an_inline_callback(void) {
    SetConfigParamInt("callback_inline", 1);
    CHECK_OK(SetSMTPServer(inline_request, smtp_port, ACTION_SMTP_SENDMSG));
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: inline\r\n\r\nx\r\n"));
    CHECK_INT(1, asked);
    SetConfigParamInt("callback_inline", 0);
}

int main(void) {
    server_settings();
    remote_start(&remote);
    a_text_becomes_a_message();
    text_beyond_ascii_is_encoded();
    long_lines_are_folded_and_encoded();
    an_empty_text_and_no_subject();
    domains_go_out_as_a_labels();
    a_local_part_beyond_ascii_needs_smtputf8();
    a_ready_message_from_memory();
    a_ready_message_from_a_file();
    a_ready_message_from_a_callback();
    the_outcome_is_the_worst_and_has_words();
    at_once_and_with_a_handle();
    arguments_that_are_none();
    calls_that_are_none();
    a_callback_hears_of_it_and_may_free_it();
    through_the_queue();
    inside_an_inline_callback();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
