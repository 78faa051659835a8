/* mm_smtp_send_all and mm_smtp_send_message: whole transactions over a connection that verbs have opened. */
#include "clients.h"
#include "remote.h"

enum { MOST = 8 };

static struct remote remote;
static mm_smtp *smtp;

/* ---- messages of this test, and what is heard of them ---- */

struct batch {
    mm_smtp_message messages[MOST];
    int count, given, told;
    int ends_with;         /* what next returns behind the last one */
    int cancel_at;         /* the message at which sent cancels; -1: none */
    char heard[MOST][120]; /* "250 - 550 5.1.1" for each message */
};

static const char *const ann[] = {"ann@example.net"};
static const char *const three[] = {"ann@example.net", "<nobody@example.net>", "later@example.net"};

static mm_smtp_message message_to(const char *const *to, size_t count, const char *text) {
    mm_smtp_message message = MM_SMTP_MESSAGE_INIT;
    message.from = "bert@example.org";
    message.to = to;
    message.recipients = count;
    message.content = text;
    message.content_size = text ? strlen(text) : 0;
    return message;
}

static int next(mm_smtp_message *message, void *user) {
    struct batch *batch = user;
    CHECK_INT(sizeof *message, message->size);
    CHECK(!message->from && !message->to && message->recipients == 0 && !message->content && !message->path);
    CHECK_INT(MM_E_STATE, mm_smtp_noop(smtp, NULL)); /* inside a callback of the handle */
    if (batch->given == batch->count)
        return batch->ends_with;
    *message = batch->messages[batch->given++];
    return MM_OK;
}

static void sent(int64_t number, const mm_smtp_recipient *const *recipients, size_t count, void *user) {
    struct batch *batch = user;
    CHECK_INT(batch->told, number);
    if (number >= MOST)
        return;
    char *heard = batch->heard[batch->told++];
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(sizeof *recipients[i], recipients[i]->size);
        CHECK(recipients[i]->reply[0]);
        heard += sprintf(heard, "%s%d %s%s", i ? " | " : "", recipients[i]->code, recipients[i]->status,
                         recipients[i]->maybe_taken ? " ?" : "");
    }
    if (number == batch->cancel_at)
        CHECK_OK(mm_smtp_cancel(smtp));
}

static int send_all(struct batch *batch) {
    batch->given = batch->told = 0;
    return mm_smtp_send_all(smtp, next, sent, batch);
}

static struct batch batch_of(int count, mm_smtp_message message) {
    struct batch batch;
    memset(&batch, 0, sizeof batch);
    batch.count = count;
    batch.cancel_at = -1;
    for (int i = 0; i < count; i++)
        batch.messages[i] = message;
    return batch;
}

static void begin(const char *offers) {
    int code = 0;
    remote_set(&remote, AT_NOTHING, AT_NOTHING);
    remote.offers = offers;
    CHECK_OK(mm_smtp_connect(smtp, "127.0.0.1", remote.port, 0, &code));
    CHECK_INT(220, code);
    CHECK_OK(mm_smtp_ehlo(smtp, "client.example", &code));
    CHECK_INT(250, code);
}

/* ---- tests ---- */

static void several_with_verbs_before_and_after(const char *offers) {
    struct batch batch = batch_of(4, message_to(ann, 1, "Subject: x\n\n.dot\n"));
    int code = 0, before = remote.messages;
    begin(offers);
    CHECK_OK(mm_smtp_noop(smtp, &code));
    CHECK_OK(send_all(&batch));
    CHECK_INT(4, batch.told);
    for (int i = 0; i < 4; i++)
        CHECK_TEXT("250 2.0.0", batch.heard[i]);
    CHECK_INT(before + 4, remote.messages);
    CHECK_TEXT("Subject: x\n\n.dot\n", remote.text);
    CHECK_OK(send_all(&batch));
    CHECK_OK(mm_smtp_mail(smtp, "", NULL, &code)); /* no transaction is open */
    CHECK_INT(250, code);
    CHECK_OK(mm_smtp_quit(smtp, &code));
    CHECK_INT(221, code);
}

static void each_recipient_has_its_result(const char *offers) {
    struct batch batch = batch_of(1, message_to(three, 3, "x\n"));
    mm_smtp_message nobody = message_to(three + 1, 1, "y\n");
    mm_smtp_recipient results[3] = {MM_SMTP_RECIPIENT_INIT};
    int code = 0;
    begin(offers);
    CHECK_OK(send_all(&batch));
    CHECK_TEXT("250 2.0.0 | 550 5.1.1 | 451 4.7.1", batch.heard[0]);
    CHECK_OK(mm_smtp_send_message(smtp, &batch.messages[0], results, &code));
    CHECK_INT(250, code);
    CHECK_INT(MM_OK, results[0].error);
    CHECK_INT(MM_STAGE_END_OF_DATA, results[0].stage);
    CHECK_INT(MM_E_REFUSED_PERMANENT, results[1].error);
    CHECK_INT(MM_STAGE_RCPT, results[1].stage);
    CHECK_TEXT("There is nobody\nof that name here", results[1].reply);
    CHECK_INT(MM_E_REFUSED_TEMPORARY, results[2].error);
    CHECK_INT(0, results[2].maybe_taken);
    CHECK_INT(sizeof results[0], results[2].size);
    CHECK_TEXT("Come back later", reply_of(smtp).text);
    CHECK_OK(mm_smtp_send_message(smtp, &nobody, NULL, &code));
    CHECK_INT(550, code);
    CHECK_INT(550, reply_of(smtp).code);
    CHECK_TEXT("550-5.1.1 There is nobody\n550 5.1.1 of that name here", reply_of(smtp).raw);
    CHECK_OK(mm_smtp_send_message(smtp, &batch.messages[0], NULL, NULL));
    CHECK_OK(mm_smtp_quit(smtp, NULL));
}

static int give(void *buffer, size_t size, size_t *length, void *user) {
    int *left = user;
    CHECK(size > 0);
    if (*left < 0)
        return 1;
    if (*left > 0)
        *length = (size_t)sprintf(buffer, "piece %d\n", (*left)--);
    return MM_OK;
}

static void content_from_a_file_and_a_callback(void) {
    char path[128];
    int code = 0, left = 3;
    snprintf(path, sizeof path, "%s/message", check_folder);
    FILE *file = fopen(path, "wb");
    fputs("Subject: file\n\nby path\n", file);
    fclose(file);
    mm_smtp_message message = message_to(ann, 1, NULL);
    begin("250-PIPELINING\r\n");
    message.path = path;
    CHECK_OK(mm_smtp_send_message(smtp, &message, NULL, &code));
    CHECK_TEXT("Subject: file\n\nby path\n", remote.text);
    message.path = NULL;
    message.read = give;
    message.user = &left;
    CHECK_OK(mm_smtp_send_message(smtp, &message, NULL, &code));
    CHECK_TEXT("piece 3\npiece 2\npiece 1\n", remote.text);
    CHECK_INT(250, code);
    left = -1;
    CHECK_INT(MM_E_IO, mm_smtp_send_message(smtp, &message, NULL, &code));
    CHECK_INT(0, code);
    message.read = NULL;
    message.path = "/nowhere/at/all";
    CHECK_INT(MM_E_NOT_FOUND, mm_smtp_send_message(smtp, &message, NULL, NULL));
    CHECK_OK(mm_smtp_quit(smtp, NULL)); /* the connection is as it was */
}

static void what_is_no_message_goes_nowhere(void) {
    static const char *const odd[] = {"ann@example.net\r\nDATA", "ann", ""};
    struct batch batch = batch_of(2, message_to(ann, 1, "x\n"));
    mm_smtp_message message = message_to(ann, 1, "x\n");
    int code = 1;
    begin("250-PIPELINING\r\n");
    remote.mail[0] = '\0';
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, NULL, NULL, &code));
    CHECK_INT(0, code);
    for (size_t i = 0; i < 3; i++) {
        message.to = odd + i;
        CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    }
    message.to = NULL;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    message.to = ann;
    message.recipients = 0;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    message.recipients = 1;
    message.from = "bert@example.org>\nRSET";
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    message.from = NULL;
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    message.from = "";
    message.parameters = "SIZE=1\r\nRSET";
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    message.parameters = NULL;
    message.path = "/dev/null"; /* a second source */
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_smtp_send_all(smtp, NULL, sent, &batch));
    CHECK_TEXT("", remote.mail);
    batch.messages[1] = message;
    CHECK_INT(MM_E_ARGUMENT, send_all(&batch)); /* those before are answered */
    CHECK_INT(1, batch.told);
    batch.count = 1;
    batch.ends_with = 17;
    CHECK_INT(MM_E_CANCELLED, send_all(&batch));
    CHECK_INT(1, batch.told);
    CHECK_OK(mm_smtp_quit(smtp, NULL));
    CHECK_INT(MM_E_STATE, send_all(&batch)); /* not connected */
    CHECK_INT(0, batch.given);
}

static void parameters_go_with_their_commands(void) {
    static const char *const to_parameters[] = {"NOTIFY=NEVER"};
    mm_smtp_message message = message_to(ann, 1, "x\n");
    message.parameters = "RET=HDRS";
    message.to_parameters = to_parameters;
    begin("250-PIPELINING\r\n250-SIZE 1000\r\n");
    CHECK_OK(mm_smtp_send_message(smtp, &message, NULL, NULL));
    CHECK_TEXT("MAIL FROM:<bert@example.org> SIZE=3 RET=HDRS", remote.mail);
    CHECK_TEXT("RCPT TO:<ann@example.net> NOTIFY=NEVER", remote.rcpt);
    CHECK_OK(mm_smtp_quit(smtp, NULL));
}

static void a_small_message_is_one_write(void) {
    mm_smtp_message message = message_to(three, 2, "Subject: x\n\n.dot");
    mm_smtp_recipient results[2] = {MM_SMTP_RECIPIENT_INIT};
    int code = 0;
    script_set(&peer, STEPS("220 hi", ">", "say 250-hi\r\n250-PIPELINING\r\n250 CHUNKING\r\n", ">", ">", ">", ">",
                            "#20", "say 250 ok\r\n250 ok\r\n550 5.1.1 nobody\r\n250 2.0.0 taken\r\n", ">", ">", ">",
                            ">", "#20", "say 250 ok\r\n250 ok\r\n250 ok\r\n", "close"));
    CHECK_OK(mm_smtp_connect(smtp, "127.0.0.1", peer.port, 0, NULL));
    CHECK_OK(mm_smtp_ehlo(smtp, "client.example", NULL));
    CHECK_OK(mm_smtp_send_message(smtp, &message, results, &code));
    CHECK_INT(250, code);
    CHECK_INT(MM_OK, results[0].error);
    CHECK_INT(MM_E_REFUSED_PERMANENT, results[1].error);
    CHECK_INT(MM_E_CLOSED, mm_smtp_send_message(smtp, &message, results, &code));
    CHECK_INT(0, code);
    CHECK_INT(1, results[0].maybe_taken);
    CHECK_INT(1, results[1].maybe_taken);
    CHECK(strstr(script_heard(&peer), "BDAT 20 LAST\nSubject: x\r\n\r\n.dot\r\nMAIL FROM:"));
}

static void a_size_that_is_none_is_refused(void) {
    mm_smtp_message message = message_to(ann, 1, "x\n");
    static const size_t odd[] = {0, 1, sizeof message - 1, 4097, (size_t)-1};
    begin(NULL);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        message.size = odd[i];
        CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, NULL, NULL));
    }
    CHECK_OK(mm_smtp_quit(smtp, NULL));
}

/* G4: a host whose header has a longer element than the library, and one whose first element does not say its size. */
static void the_first_result_says_how_far_apart_they_are(void) {
    struct later {
        mm_smtp_recipient known;
        char more[16];
    } results[3];
    static const size_t odd[] = {0, 1, sizeof results[0].known - 1, sizeof results[0].known + 1, 4097, (size_t)-1};
    mm_smtp_message message = message_to(three, 3, "x\n");
    begin("250-PIPELINING\r\n");
    remote.mail[0] = '\0';
    memset(results, 0x55, sizeof results);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        results[0].known.size = odd[i];
        CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_send_message(smtp, &message, &results[0].known, NULL));
    }
    CHECK_TEXT("", remote.mail);
    results[0].known.size = sizeof results[0];
    CHECK_OK(mm_smtp_send_message(smtp, &message, &results[0].known, NULL));
    CHECK_INT(250, results[0].known.code);
    CHECK_INT(550, results[1].known.code);
    CHECK_INT(451, results[2].known.code);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(sizeof results[0], results[i].known.size);
        for (size_t at = 0; at < sizeof results[i].more; at++)
            CHECK_INT(0x55, results[i].more[at]);
    }
    CHECK_OK(mm_smtp_quit(smtp, NULL));
}

static void a_message_that_did_not_go_out_has_results(void) {
    static const char *const odd[] = {"ann@example.net", "ann\n"};
    mm_smtp_message message = message_to(odd, 2, "x\n");
    mm_smtp_recipient results[2] = {MM_SMTP_RECIPIENT_INIT};
    begin("250-PIPELINING\r\n");
    for (int closed = 0; closed < 2; closed++) {
        int expected = closed ? MM_E_STATE : MM_E_ARGUMENT;
        memset(results + 1, 0x55, sizeof results[1]);
        CHECK_INT(expected, mm_smtp_send_message(smtp, &message, results, NULL));
        for (int i = 0; i < 2; i++) {
            CHECK_INT(expected, results[i].error);
            CHECK_INT(MM_STAGE_NONE, results[i].stage);
            CHECK_INT(0, results[i].code);
            CHECK(results[i].reply[0]);
            CHECK_TEXT("", results[i].status);
        }
        CHECK_OK(mm_smtp_close(smtp));
    }
}

struct later_message {
    mm_smtp_message known;
    long more[40];
};

static int next_of_a_later_header(mm_smtp_message *message, void *user) {
    struct later_message *later = user;
    memcpy(message, later, later->known.size);
    later->known.recipients = 0;
    return MM_OK;
}

static void next_may_write_a_longer_message(void) {
    struct later_message later;
    memset(&later, 0, sizeof later);
    begin("250-PIPELINING\r\n");
    for (int known = 1; known >= 0; known--) {
        later.known = message_to(ann, 1, "x\n");
        later.known.size = sizeof later;
        later.more[39] = !known;
        CHECK_INT(known ? MM_OK : MM_E_NOT_SUPPORTED, mm_smtp_send_all(smtp, next_of_a_later_header, NULL, &later));
    }
    CHECK_OK(mm_smtp_quit(smtp, NULL));
}

static void a_loss_behind_the_end_is_no_refusal(void) {
    struct batch batch = batch_of(4, message_to(ann, 1, "x\n"));
    mm_error_detail detail = MM_ERROR_DETAIL_INIT;
    begin("250-PIPELINING\r\n");
    remote_set(&remote, AT_NOTHING, AT_DOT);
    CHECK_INT(MM_E_CLOSED, send_all(&batch));
    CHECK_INT(batch.given, batch.told);
    CHECK_TEXT("0  ?", batch.heard[0]);
    CHECK_TEXT("0 ", batch.heard[1]);
    CHECK_OK(mm_smtp_get_error(smtp, &detail));
    CHECK_INT(MM_E_CLOSED, detail.code);
    CHECK_INT(MM_E_STATE, mm_smtp_noop(smtp, NULL));
}

static void a_cancel_ends_it(void) {
    struct batch batch = batch_of(4, message_to(ann, 1, "x\n"));
    begin("250-PIPELINING\r\n");
    batch.cancel_at = 0;
    CHECK_INT(MM_E_CANCELLED, send_all(&batch));
    CHECK_INT(batch.given, batch.told);
    CHECK_TEXT("250 2.0.0", batch.heard[0]);
}

static int next_cancels(mm_smtp_message *message, void *user) {
    (void)message, (void)user;
    CHECK_OK(mm_smtp_cancel(smtp));
    return MM_OK;
}

static int read_cancels(void *buffer, size_t size, size_t *length, void *user) {
    (void)size, (void)user;
    memcpy(buffer, "x\n", 2);
    *length = 2;
    CHECK_OK(mm_smtp_cancel(smtp));
    return MM_OK;
}

/* Whatever it meets, also where nothing is left to send: the call says so, and the connection is closed. */
static void a_cancel_inside_a_callback_is_told(void) {
    struct batch batch = batch_of(1, message_to(ann, 1, "x\n"));
    mm_smtp_message message = message_to(ann, 1, NULL);
    mm_smtp_recipient result = MM_SMTP_RECIPIENT_INIT;
    begin("250-PIPELINING\r\n");
    CHECK_INT(MM_E_CANCELLED, mm_smtp_send_all(smtp, next_cancels, NULL, NULL));
    CHECK_INT(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    begin("250-PIPELINING\r\n");
    batch.cancel_at = 0;
    CHECK_INT(MM_E_CANCELLED, send_all(&batch));
    CHECK_TEXT("250 2.0.0", batch.heard[0]);
    CHECK_INT(MM_E_STATE, mm_smtp_noop(smtp, NULL));
    begin("250-PIPELINING\r\n");
    message.read = read_cancels;
    CHECK_INT(MM_E_CANCELLED, mm_smtp_send_message(smtp, &message, &result, NULL));
    CHECK_INT(MM_E_CANCELLED, result.error);
    CHECK_INT(MM_E_STATE, mm_smtp_noop(smtp, NULL));
}

static void what_outgrows_a_write_goes_in_pieces(void) {
    static char text[150000];
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 60 == 59 ? '\n' : i % 60 == 0 ? '.' : 'x';
    struct batch batch = batch_of(3, message_to(ann, 1, text));
    begin("250-PIPELINING\r\n250-CHUNKING\r\n");
    CHECK_OK(send_all(&batch));
    CHECK_INT(strlen(text) + (text[strlen(text) - 1] != '\n'), remote.length);
    CHECK(strncmp(text, remote.text, strlen(text)) == 0);
    CHECK_OK(mm_smtp_quit(smtp, NULL));
}

int main(void) {
    server_settings();
    remote_start(&remote);
    script_start(&peer);
    CHECK_OK(mm_smtp_new(mm_engine_default(), NULL, &smtp));
    several_with_verbs_before_and_after(NULL);
    several_with_verbs_before_and_after("250-PIPELINING\r\n");
    each_recipient_has_its_result(NULL);
    each_recipient_has_its_result("250-PIPELINING\r\n");
    content_from_a_file_and_a_callback();
    what_is_no_message_goes_nowhere();
    parameters_go_with_their_commands();
    a_small_message_is_one_write();
    a_size_that_is_none_is_refused();
    the_first_result_says_how_far_apart_they_are();
    a_message_that_did_not_go_out_has_results();
    next_may_write_a_longer_message();
    a_loss_behind_the_end_is_no_refusal();
    a_cancel_ends_it();
    a_cancel_inside_a_callback_is_told();
    what_outgrows_a_write_goes_in_pieces();
    CHECK_OK(mm_smtp_free(smtp));
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000));
    remote_stop(&remote);
    script_stop(&peer);
    return check_result();
}
