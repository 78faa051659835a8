/* mm_control_...: the queue by the control socket, here of this same process: what it tells is what mm_queue_... tells;
 * messages that come in by it; what is wrong with paths, handles and ids. tests/interop has it between processes. */
#include "queues.h"

static mm_control *control;
static char root[160], held[MM_QUEUE_ID_SIZE];

static int is_supported(void) {
    if (mm_engine_set(mm_engine_default(), "control", "1") == MM_OK)
        return 1;
    mm_control *none = NULL;
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_last_error());
    CHECK(strstr(mm_last_error_message(), "control"));
    CHECK_INT(MM_E_NOT_SUPPORTED, mm_control_open(check_make_folder(), &none));
    CHECK(none == NULL);
    return 0;
}

static void nobody_is_there(void) {
    mm_control *none = NULL;
    CHECK_INT(MM_E_NOT_FOUND, mm_control_open(root, &none));
    CHECK(none == NULL);
    CHECK_INT(MM_E_ARGUMENT, mm_control_open(NULL, &none));
    CHECK_INT(MM_E_ARGUMENT, mm_control_open("", &none));
    CHECK_INT(MM_E_ARGUMENT, mm_control_open(root, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_control_open("\xff", &none));
    CHECK_OK(mm_control_close(NULL));
}

static void it_opens_by_folder_and_by_socket(void) {
    char path[200];
    mm_control *other = NULL;
    CHECK_OK(mm_control_open(root, &control));
    sprintf(path, "%s/control", root);
    CHECK_OK(mm_control_open(path, &other));
    CHECK_OK(mm_control_close(other));
    CHECK_INT(MM_E_HANDLE, mm_control_close(other));
    CHECK_INT(MM_E_HANDLE, mm_control_retry(other, NULL));
}

static void counts_are_the_same(void) {
    mm_queue_counts there = MM_QUEUE_COUNTS_INIT, here = counts();
    CHECK_OK(mm_control_get_counts(control, &there));
    CHECK_INT(here.messages, there.messages);
    CHECK_INT(here.recipients, there.recipients);
    CHECK_INT(here.deferred, there.deferred);
    CHECK_INT(here.held, there.held);
    CHECK_INT(MM_E_ARGUMENT, mm_control_get_counts(control, NULL));
    CHECK_INT(MM_E_HANDLE, mm_control_get_counts(NULL, &there));
}

static void recipients_are_the_same(mm_queue_cursor *here, mm_queue_cursor *there) {
    mm_queue_recipient one = MM_QUEUE_RECIPIENT_INIT, other = MM_QUEUE_RECIPIENT_INIT;
    CHECK_OK(mm_queue_get_recipient(here, 0, &one));
    CHECK_OK(mm_queue_get_recipient(there, 0, &other));
    CHECK_TEXT(one.address, other.address);
    CHECK_TEXT(one.status, other.status);
    CHECK_TEXT(one.reply, other.reply);
    CHECK_TEXT(one.host, other.host);
    CHECK_INT(one.state, other.state);
    CHECK_INT(one.error, other.error);
    CHECK_INT(one.reply_code, other.reply_code);
    CHECK_INT(one.attempts, other.attempts);
    CHECK_INT(one.last_attempt, other.last_attempt);
    CHECK_INT(one.next_attempt, other.next_attempt);
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(there, 1, &other));
}

static void a_message_is_the_same(const char *id) {
    mm_queue_cursor *here = open_cursor(id), *there = NULL;
    mm_queue_message one = MM_QUEUE_MESSAGE_INIT, other = MM_QUEUE_MESSAGE_INIT;
    char text[2000], again[2000];
    size_t length = 0, count = 0, end = 1;
    CHECK_OK(mm_control_open_queue(control, id, &there));
    CHECK_INT(1, next_message(here, &one));
    CHECK_INT(1, next_message(there, &other));
    CHECK_TEXT(one.id, other.id);
    CHECK_TEXT(one.sender, other.sender);
    CHECK_INT(one.received, other.received);
    CHECK_INT(one.expires, other.expires);
    CHECK_INT(one.length, other.length);
    CHECK_INT(one.recipients, other.recipients);
    CHECK_INT(one.open, other.open);
    recipients_are_the_same(here, there);
    CHECK_OK(mm_queue_read(here, text, sizeof text, &length));
    CHECK_OK(mm_queue_read(there, again, sizeof again, &count));
    CHECK_INT(length, count);
    CHECK(length == count && memcmp(text, again, length) == 0);
    CHECK_OK(mm_queue_read(there, again, sizeof again, &end));
    CHECK_INT(0, end);
    CHECK_INT(0, step(there));
    CHECK_OK(mm_queue_close(here));
    CHECK_OK(mm_queue_close(there));
}

static void a_message_is_steered(void) {
    char other[MM_QUEUE_ID_SIZE] = "";
    CHECK_OK(mm_control_hold(control, held));
    CHECK_INT(MM_QUEUE_STATE_HELD, state_of(held));
    CHECK_OK(mm_control_release(control, held));
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example");
    CHECK_OK(mm_control_retry(control, NULL));
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example");
    CHECK_OK(mm_control_redirect(control, held, NULL, "ann@far.example", other, sizeof other));
    CHECK(strlen(other) >= 10 && strcmp(other, held) != 0);
    wait_event(MM_QUEUE_EVENT_DELIVERED, "ann@far.example");
    CHECK_INT(0, state_of(held));
    enqueue("later@far.example", held);
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example");
    CHECK_OK(mm_control_remove(control, held));
    CHECK_INT(0, state_of(held));
}

static void wrong_ids_and_addresses(void) {
    mm_queue_cursor *cursor = NULL;
    CHECK_INT(MM_E_NOT_FOUND, mm_control_hold(control, "nobody"));
    CHECK_INT(MM_E_NOT_FOUND, mm_control_open_queue(control, "nobody", &cursor));
    CHECK(cursor == NULL);
    CHECK_INT(MM_E_ARGUMENT, mm_control_open_queue(control, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_control_redirect(control, NULL, NULL, "ann@far.example", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_control_redirect(control, "x", NULL, "no address", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_control_redirect(control, "x", NULL, "ann@far.example", NULL, 1));
    CHECK_INT(MM_E_NOT_FOUND, mm_control_redirect(control, "x", NULL, "ann@far.example", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_control_remove(control, "\xff"));
    static char longest[2 << 20];
    memset(longest, 'x', sizeof longest - 1);
    CHECK_INT(MM_E_ARGUMENT, mm_control_hold(control, longest));
    counts_are_the_same(); /* and the connection goes on */
}

/* ---- messages that come in ---- */

struct source {
    const char *text;
    int pieces, fails;
};

static int read_source(void *buffer, size_t size, size_t *length, void *user) {
    struct source *source = user;
    if (source->fails)
        return 1;
    if (source->pieces-- > 0) {
        *length = strlen(source->text);
        CHECK(*length <= size);
        memcpy(buffer, source->text, *length);
    }
    return MM_OK;
}

static struct {
    int count, states[4], errors[4];
    char ids[4][MM_QUEUE_ID_SIZE], first[40];
} told;

static void on_result(int recipient, const mm_send_result *result, void *user) {
    CHECK(user == &told);
    CHECK_INT(told.count, recipient);
    CHECK_INT(sizeof *result, result->size);
    told.states[recipient] = result->state;
    told.errors[recipient] = result->error;
    snprintf(told.ids[recipient], MM_QUEUE_ID_SIZE, "%s", result->queue_id);
    if (told.count++ == 0)
        snprintf(told.first, sizeof told.first, "%s", result->address);
}

static void a_message_comes_in(void) {
    struct source source = {"Subject: by the socket\n\nA line.\n", 1, 0};
    CHECK_OK(mm_control_send(control, "ann@example.org", "later@far.example, nobody@example.org", read_source, &source,
                             on_result, &told));
    CHECK_INT(2, told.count);
    CHECK_INT(MM_SEND_STATE_QUEUED, told.states[0]);
    CHECK_OK(told.errors[0]);
    CHECK_INT(MM_SEND_STATE_FAILED, told.states[1]);
    CHECK(told.errors[1] < 0);
    CHECK(state_of(told.ids[0]) != 0);
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example"); /* its first attempt would change it between two looks */
    a_message_is_the_same(told.ids[0]);
    CHECK_OK(mm_control_remove(control, told.ids[0]));
}

static void quoted_addresses_are_one_word(void) {
    struct source source = {"Subject: x\n\ny\n", 1, 0};
    told.count = 0;
    CHECK_OK(mm_control_send(control, "", "\"a, b;c\"@far.example later@far.example", read_source, &source, on_result,
                             &told));
    CHECK_INT(2, told.count);
    CHECK_TEXT("\"a, b;c\"@far.example", told.first);
    CHECK_OK(mm_control_remove(control, told.ids[0]));
}

static void a_large_message_comes_in(void) {
    static char line[60000];
    struct source source = {line, 100, 0};
    memset(line, 'x', sizeof line - 2);
    for (size_t i = 70; i < sizeof line - 2; i += 70)
        line[i] = '\n';
    line[sizeof line - 2] = '\n';
    told.count = 0;
    CHECK_OK(mm_control_send(control, "", "later@far.example", read_source, &source, on_result, &told));
    CHECK_INT(1, told.count);
    CHECK_OK(mm_control_remove(control, told.ids[0]));
}

static void what_is_no_message(void) {
    struct source source = {"x", 1, 1};
    told.count = 0;
    CHECK_INT(MM_E_IO, mm_control_send(control, "", "ann@far.example", read_source, &source, on_result, &told));
    CHECK_INT(MM_E_ARGUMENT, mm_control_send(control, "", "", read_source, &source, on_result, &told));
    CHECK_INT(MM_E_ARGUMENT, mm_control_send(control, "", "no address", read_source, &source, on_result, &told));
    CHECK_INT(MM_E_ARGUMENT, mm_control_send(control, "a\r\nb", "x@y", read_source, &source, on_result, &told));
    CHECK_INT(MM_E_ARGUMENT, mm_control_send(control, "", "ann@far.example", NULL, NULL, on_result, &told));
    CHECK_INT(MM_E_ARGUMENT, mm_control_send(control, NULL, "ann@far.example", read_source, &source, NULL, NULL));
    CHECK_INT(0, told.count);
    wait_messages(0);      /* what was removed during its attempt leaves after that */
    counts_are_the_same(); /* and the connection goes on */
}

static void the_engine_has_ended(void) {
    mm_queue_counts none = MM_QUEUE_COUNTS_INIT;
    server_stop();
    CHECK_INT(MM_E_CLOSED, mm_control_get_counts(control, &none));
    CHECK_INT(MM_E_CLOSED, mm_control_retry(control, NULL));
    CHECK_OK(mm_control_close(control));
    nobody_is_there();
}

static void starts_and_stops_leave_nothing(void) {
    remote_wait_alone(&remote);
    int before = count_descriptors();
    for (int i = 0; i < 20; i++) {
        server_start(NULL, 0);
        CHECK_OK(mm_control_open(root, &control));
        counts_are_the_same();
        server_stop();
        CHECK_OK(mm_control_close(control));
    }
    CHECK_INT(before, count_descriptors());
}

int main(void) {
    if (!is_supported())
        return check_result();
    queue_start();
    sprintf(root, "%s/mail", check_folder);
    it_opens_by_folder_and_by_socket();
    counts_are_the_same();
    enqueue("later@far.example", held);
    wait_event(MM_QUEUE_EVENT_DEFERRED, "later@far.example");
    counts_are_the_same();
    a_message_is_the_same(held);
    a_message_is_steered();
    wrong_ids_and_addresses();
    a_message_comes_in();
    quoted_addresses_are_one_word();
    a_large_message_comes_in();
    what_is_no_message();
    the_engine_has_ended();
    starts_and_stops_leave_nothing();
    remote_stop(&remote);
    return check_result();
}
