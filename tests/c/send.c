/* mm_send_...: a message from every source, and a result for each recipient. */
#include "sends.h"

/* ---- sources ---- */

static const char *file_of(const char *text) {
    static char path[128];
    sprintf(path, "%s/message", check_folder);
    FILE *file = fopen(path, "wb");
    fputs(text, file);
    fclose(file);
    return path;
}

static void from_memory(void) {
    mm_send *send = new_to_remote("ann@example.net");
    CHECK_OK(mm_send_write(send, "Subject: x\n\nfirst\r", 18));
    CHECK_OK(mm_send_write(send, "\n.dot\n", 6));
    CHECK_OK(mm_send_write(send, NULL, 0));
    CHECK_OK(mm_send_write(send, "last", 4));
    CHECK_INT(MM_E_STATE, mm_send_set_file(send, "/etc/hostname"));
    is_taken(send, "Subject: x\n\nfirst\n.dot\nlast\n");
}

static void from_file(void) {
    mm_send *send = new_to_remote("ann@example.net");
    CHECK_INT(MM_E_NOT_FOUND, mm_send_set_file(send, "/nowhere/at/all"));
    CHECK_INT(MM_E_ARGUMENT, mm_send_set_file(send, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_set_file(send, ""));
    const char *path = file_of("Subject: file\n\nby path\n");
    CHECK_OK(mm_send_set_file(send, path));
    CHECK_INT(MM_E_STATE, mm_send_set_file(send, path));
    CHECK_INT(MM_E_STATE, mm_send_write(send, "x", 1));
    remove(path); /* it was opened */
    is_taken(send, "Subject: file\n\nby path\n");
}

static void from_descriptor(void) {
    mm_send *send = new_to_remote("ann@example.net");
    descriptor number = descriptor_open(file_of("not this Subject: fd\n\nby descriptor\n"));
    CHECK_INT(9, descriptor_seek(number, 9));
    descriptor copy = descriptor_copy(number);
    CHECK_INT(MM_E_ARGUMENT, mm_send_set_descriptor(send, -1));
    CHECK_INT(MM_E_ARGUMENT, mm_send_set_descriptor(send, 1 << 20));
    CHECK_OK(mm_send_set_descriptor(send, number));
    descriptor_close(number);
    is_taken(send, "Subject: fd\n\nby descriptor\n");
    CHECK_INT(9, descriptor_offset(copy));
    descriptor_close(copy);
}

static void from_pipe(void) {
    mm_send *send = new_to_remote("ann@example.net");
    descriptor ends[2];
    make_pipe(ends);
    CHECK_OK(mm_send_set_descriptor(send, ends[0]));
    descriptor_close(ends[0]);
    CHECK_OK(mm_send_start(send));
    CHECK_INT(MM_E_TIMEOUT, mm_send_wait(send, 0));
    CHECK_INT(20, descriptor_write(ends[1], "Subject: pipe\n\npiece", 20));
    CHECK_INT(7, descriptor_write(ends[1], " by it\n", 7));
    descriptor_close(ends[1]);
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_TEXT("Subject: pipe\n\npiece by it\n", remote.text);
    mm_send_free(send);
}

struct pieces {
    int given, count, fail_at;
};

static int give_piece(void *buffer, size_t size, size_t *length, void *user) {
    struct pieces *pieces = user;
    CHECK(size >= 64);
    CHECK_INT(0, *length);
    if (pieces->given == pieces->fail_at)
        return 1; /* anything but MM_OK */
    if (pieces->given < pieces->count)
        *length = (size_t)sprintf(buffer, "piece %d\n", pieces->given++);
    return MM_OK;
}

static void from_callback(void) {
    struct pieces pieces = {0, 3, -1};
    mm_send *send = new_to_remote("ann@example.net");
    CHECK_INT(MM_E_ARGUMENT, mm_send_set_reader(send, NULL, NULL));
    CHECK_OK(mm_send_set_reader(send, give_piece, &pieces));
    CHECK_INT(MM_E_STATE, mm_send_set_reader(send, give_piece, NULL));
    is_taken(send, "piece 0\npiece 1\npiece 2\n");
    CHECK_INT(3, pieces.given);
}

static void from_a_callback_that_fails(void) {
    struct pieces pieces = {0, 3, 2};
    mm_send *send = new_to_remote("ann@example.net");
    int messages = remote.messages;
    CHECK_OK(mm_send_set_reader(send, give_piece, &pieces));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_E_IO, outcome_of(send));
    CHECK_INT(MM_E_IO, result_of(send, 0).error);
    CHECK_INT(messages, remote.messages);
    mm_send_free(send);
}

static void a_large_one_and_an_empty_one(void) {
    static char text[150001];
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 70 == 69 ? '\n' : 'z';
    text[sizeof text - 2] = '\n';
    mm_send *send = new_to_remote("ann@example.net");
    CHECK_OK(mm_send_write(send, text, sizeof text - 1));
    is_taken(send, text);
    is_taken(new_to_remote("ann@example.net"), "");
}

/* ---- results ---- */

static void one_result_for_each(void) {
    mm_send *send = new_to_remote("ann@example.net");
    char address[64];
    int outcome = 1;
    CHECK_OK(mm_send_add_recipient(send, "<nobody@example.net>", MM_SEND_NOTIFY_FAILURE | MM_SEND_NOTIFY_DELAY, NULL));
    CHECK_OK(mm_send_add_recipient(send, "later@example.net", MM_SEND_NOTIFY_NEVER, "rfc822;first@example.net"));
    CHECK_OK(mm_send_write(send, "Subject: three\n\nx\n", 18));
    CHECK_INT(0, result_of(send, 0).state);
    CHECK_TEXT("later@example.net", result_of(send, 2).address);
    CHECK_INT(MM_E_STATE, mm_send_get_outcome(send, &outcome));
    CHECK_INT(MM_OK, outcome);
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_E_REFUSED_PERMANENT, outcome_of(send));

    mm_send_result ann = result_of(send, 0), nobody = result_of(send, 1), later = result_of(send, 2);
    sprintf(address, "127.0.0.1:%d", remote.port);
    CHECK_TEXT("ann@example.net", ann.address);
    CHECK_INT(MM_SEND_STATE_DONE, ann.state);
    CHECK_OK(ann.error);
    CHECK_INT(250, ann.reply_code);
    CHECK_TEXT("2.0.0", ann.status);
    CHECK(strstr(ann.reply, "Taken"));
    CHECK_TEXT("127.0.0.1", ann.host);
    CHECK_TEXT(address, ann.host_address);
    CHECK_TEXT("", ann.tls);
    CHECK_TEXT("", ann.queue_id);
    CHECK_INT(1, ann.attempts);
    CHECK_INT(0, ann.tls_checked);
    CHECK_INT(0, ann.maybe_taken);
    CHECK_INT(sizeof ann, ann.size);

    CHECK_TEXT("nobody@example.net", nobody.address);
    CHECK_INT(MM_SEND_STATE_FAILED, nobody.state);
    CHECK_INT(MM_E_REFUSED_PERMANENT, nobody.error);
    CHECK_INT(550, nobody.reply_code);
    CHECK_TEXT("5.1.1", nobody.status);
    CHECK(strstr(nobody.reply, "There is nobody\n") && strstr(nobody.reply, "of that name here"));

    CHECK_INT(MM_SEND_STATE_FAILED, later.state);
    CHECK_INT(MM_E_REFUSED_TEMPORARY, later.error);
    CHECK_INT(451, later.reply_code);
    CHECK_TEXT("4.7.1", later.status);
    CHECK(strstr(remote.rcpt, "NOTIFY=NEVER") && strstr(remote.rcpt, "ORCPT=rfc822;first@example.net"));
    CHECK(ann.reply == result_of(send, 0).reply); /* lives on, and is not copied again */
    mm_send_free(send);
}

static void options_reach_the_server(void) {
    mm_send_options options = to_remote();
    options.hello_name = "hello.example.org";
    options.return_content = MM_SEND_RETURN_HEADERS;
    options.envelope_id = "mark+1";
    options.tls = MM_TLS_NONE;
    options.timeout_ms = 20000;
    is_taken(new_send(&options, "ann@example.net"), "");
    CHECK_TEXT("EHLO hello.example.org", remote.ehlo);
    CHECK(strstr(remote.mail, "RET=HDRS") && strstr(remote.mail, "ENVID=mark+2B1"));
    options.tls = MM_TLS_REQUIRED;
    mm_send *send = new_send(&options, "ann@example.net");
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_E_TLS, outcome_of(send));
    mm_send_free(send);
}

static void one_that_may_have_been_taken(void) {
    mm_send *send = new_to_remote("ann@example.net");
    remote_set(&remote, AT_NOTHING, AT_DOT);
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_E_CLOSED, outcome_of(send));
    CHECK_INT(1, result_of(send, 0).maybe_taken);
    remote_set(&remote, AT_NOTHING, AT_NOTHING);
    mm_send_free(send);
}

static void nobody_listens(void) {
    mm_send_options options = to_remote();
    options.port = check_free_port();
    mm_send *send = new_send(&options, "ann@example.net");
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_E_CONNECT, outcome_of(send));
    CHECK(result_of(send, 0).reply[0] != '\0');
    CHECK_INT(0, result_of(send, 0).reply_code);
    mm_send_free(send);
}

static void through_the_queue(void) {
    struct wire wire;
    mm_send *send = new_send(NULL, "ann@example.org");
    CHECK_OK(mm_send_write(send, "Subject: queued\n\nx\n", 19));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_INT(MM_SEND_STATE_QUEUED, result_of(send, 0).state);
    CHECK(strlen(result_of(send, 0).queue_id) >= 10);
    mm_send_free(send);
    pop_wait(&wire, "ann", "secret", 1);
    pop_close(&wire);
}

int main(void) {
    server_settings();
    remote_start(&remote);
    from_memory();
    from_file();
    from_descriptor();
    from_pipe();
    from_callback();
    from_a_callback_that_fails();
    a_large_one_and_an_empty_one();
    one_result_for_each();
    options_reach_the_server();
    one_that_may_have_been_taken();
    nobody_listens();
    server_start(NULL, 0);
    through_the_queue();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
