/* mm_mailbox_...: list, read, delete and deliver without POP3, beside POP3 sessions. */
#include "mailboxes.h"

static void an_empty_mailbox(void) {
    mm_mailbox *mailbox = open_mailbox("ann", NULL, 0);
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    int64_t octets = -1;
    int count = -1;
    CHECK_OK(mm_mailbox_get_count(mailbox, &count, &octets));
    CHECK_INT(0, count);
    CHECK_INT(0, octets);
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_OK(mm_mailbox_close(mailbox));
}

static void what_was_delivered_is_read(void) {
    mm_mailbox *mailbox;
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    mm_message *opened;
    char id[25], unique[80], text[4096];
    int64_t octets;
    int index, count;
    CHECK_OK(deliver("ann", NULL, "Subject: one\r\n\r\n.first\r\nsecond\r\n", id));
    CHECK(strlen(id) >= 10 && strlen(id) <= 24);
    mailbox = open_mailbox("ANN@example.org", "", 0);
    CHECK_OK(mm_mailbox_get_count(mailbox, &count, &octets));
    CHECK_INT(1, count);
    CHECK_OK(mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_INT(octets, message.octets);
    CHECK(message.received > 1600000000000);
    CHECK_INT(0, message.flags);
    CHECK(strstr(message.id, id));
    snprintf(unique, sizeof unique, "%s", message.id);
    snprintf(text, sizeof text, "%s", text_of(mailbox, 0, 7));
    CHECK_INT(message.length, strlen(text));
    CHECK(strncmp(text, "Return-Path: <eve@there.example>\nReceived: by example.org", 57) == 0);
    CHECK(strstr(text, "\nSubject: one\n\n.first\nsecond\n"));
    CHECK_TEXT(text, text_of(mailbox, 0, 1000));
    CHECK_OK(mm_mailbox_find(mailbox, unique, &index));
    CHECK_INT(0, index);
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_find(mailbox, id, &index));
    CHECK_INT(-1, index);
    CHECK_OK(mm_mailbox_open_message(mailbox, 0, NULL, &opened));
    CHECK_OK(mm_mailbox_close(mailbox));
    CHECK_OK(mm_message_get_part_count(opened, &count)); /* it outlives the mailbox */
    CHECK_INT(1, count);
    CHECK_OK(mm_message_free(opened));
}

static void a_session_of_pop3_and_a_handle_exclude_each_other(void) {
    struct wire wire;
    mm_mailbox *mailbox = open_mailbox("ann", NULL, 0), *other = (mm_mailbox *)8;
    CHECK_INT(0, pop_open(&wire, "ann", "secret"));
    CHECK(strncmp(wire.line, "-ERR [IN-USE]", 13) == 0);
    wire_close(&wire);
    CHECK_INT(MM_E_LOCKED, mm_mailbox_open(mm_engine_default(), "ann", NULL, 0, &other));
    CHECK(other == NULL);
    CHECK_OK(mm_mailbox_close(mailbox));
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(1, pop_count(&wire));
    CHECK_INT(MM_E_LOCKED, mm_mailbox_open(mm_engine_default(), "ann", NULL, 0, &other));
    mailbox = open_mailbox("ann", NULL, MM_MAILBOX_SHARED);
    CHECK_INT(1, count_of(mailbox));
    CHECK(strstr(text_of(mailbox, 0, 100), "Subject: one"));
    CHECK_INT(MM_E_STATE, mm_mailbox_delete(mailbox, (int[]){0}, 1, NULL));
    CHECK_OK(mm_mailbox_close(mailbox));
    pop_close(&wire);
}

static void mail_comes_in_all_the_same(void) {
    mm_mailbox *mailbox = open_mailbox("ann", NULL, 0), *look;
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: two\r\n\r\nx\r\n"));
    look = open_mailbox("ann", NULL, MM_MAILBOX_SHARED);
    for (int i = 0; count_of(look) < 2 && i < 6000; i++) { /* delivery follows the 250 */
        sleep_microseconds(10000);
        CHECK_OK(mm_mailbox_close(look));
        look = open_mailbox("ann", NULL, MM_MAILBOX_SHARED);
    }
    CHECK_INT(1, count_of(mailbox));
    CHECK_INT(2, count_of(look));
    CHECK(strstr(text_of(look, 1, 100), "Subject: two"));
    CHECK_OK(mm_mailbox_close(look));
    CHECK_OK(mm_mailbox_close(mailbox));
}

static void deletion_is_for_good(void) {
    mm_mailbox *mailbox = open_mailbox("ann", NULL, 0);
    mm_mailbox_message message = MM_MAILBOX_MESSAGE_INIT;
    mm_message *opened = (mm_message *)8;
    struct wire wire;
    int none_there[] = {0, 2}, first[] = {0, 0}, failed = -1;
    int64_t before, after;
    size_t length = 1;
    char octets[10];
    CHECK_OK(mm_mailbox_get_count(mailbox, &(int){0}, &before));
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_delete(mailbox, none_there, 2, &failed));
    CHECK_INT(2, failed);
    CHECK_OK(mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_INT(0, message.flags);
    CHECK_OK(mm_mailbox_delete(mailbox, first, 2, &failed));
    CHECK_INT(0, failed);
    CHECK_OK(mm_mailbox_get_message(mailbox, 0, &message));
    CHECK_INT(MM_MAILBOX_DELETED, message.flags);
    CHECK_INT(2, count_of(mailbox));
    CHECK_OK(mm_mailbox_get_count(mailbox, &(int){0}, &after));
    CHECK_INT(before - message.octets, after);
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_read(mailbox, 0, 0, octets, sizeof octets, &length));
    CHECK_INT(0, length);
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_open_message(mailbox, 0, NULL, &opened));
    CHECK(opened == NULL);
    CHECK_OK(mm_mailbox_delete(mailbox, first, 1, NULL));
    CHECK_OK(mm_mailbox_delete(mailbox, NULL, 0, &failed));
    CHECK_OK(mm_mailbox_close(mailbox));
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(1, pop_count(&wire));
    pop_close(&wire);
}

static void folders(void) {
    mm_engine *engine = mm_engine_default();
    mm_mailbox *mailbox;
    char name[201];
    CHECK_OK(mm_mailbox_get_folder(engine, "bob", 0, name, sizeof name));
    CHECK_TEXT("", name);
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_open(engine, "bob", "spam", 0, &mailbox));
    CHECK_OK(mm_mailbox_close(open_mailbox("bob", "spam", MM_MAILBOX_CREATE)));
    CHECK_OK(deliver("bob", "lists/friends", "Subject: three\n\n", NULL));
    mailbox = open_mailbox("bob", "lists/friends", 0);
    CHECK_INT(1, count_of(mailbox));
    CHECK_OK(mm_mailbox_get_folder(engine, "bob", 0, name, sizeof name));
    CHECK_TEXT("lists/friends", name);
    CHECK_INT(MM_E_LIMIT, mm_mailbox_get_folder(engine, "bob", 0, name, 13));
    CHECK_OK(mm_mailbox_get_folder(engine, "bob", 1, name, 5));
    CHECK_TEXT("spam", name);
    CHECK_OK(mm_mailbox_get_folder(engine, "bob", 2, name, 1));
    CHECK_TEXT("", name);
    CHECK_OK(mm_mailbox_close(mailbox));
}

static int in_pieces(void *buffer, size_t size, size_t *length, void *user) {
    const char **rest = user;
    *length = strlen(*rest) < 5 ? strlen(*rest) : 5;
    CHECK(size >= 5);
    memcpy(buffer, *rest, *length);
    *rest += *length;
    return 0;
}

static int fails(void *buffer, size_t size, size_t *length, void *user) {
    (void)buffer, (void)size, (void)length, (void)user;
    return -1;
}

static void other_places_of_content(void) {
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    mm_engine *engine = mm_engine_default();
    const char *rest = "Subject: by a reader\n\nx\n";
    mm_mailbox *mailbox;
    char path[128], id[25];
    FILE *file;
    sprintf(path, "%s/message", check_folder);
    file = fopen(path, "wb");
    CHECK(file && fputs("Subject: by a file\n\nx\n", file) >= 0 && fclose(file) == 0);
    delivery.name = "bob";
    delivery.path = path;
    CHECK_OK(mm_mailbox_deliver(engine, &delivery, id));
    delivery.path = NULL;
    delivery.read = in_pieces;
    delivery.read_user = &rest;
    CHECK_OK(mm_mailbox_deliver(engine, &delivery, NULL));
    delivery.read = fails;
    CHECK_INT(MM_E_IO, mm_mailbox_deliver(engine, &delivery, id));
    CHECK_TEXT("", id);
    delivery.read = NULL;
    delivery.path = "/nowhere/at/all";
    CHECK_INT(MM_E_NOT_FOUND, mm_mailbox_deliver(engine, &delivery, id));
    mailbox = open_mailbox("bob", NULL, 0);
    CHECK_INT(2, count_of(mailbox));
    for (int i = 0; i < 2; i++) {
        const char *text = text_of(mailbox, i, 500);
        CHECK(strncmp(text, "Return-Path: <>\n", 16) == 0);
        CHECK(strstr(text, "Subject: by a file\n\nx\n") || strstr(text, "Subject: by a reader\n\nx\n"));
    }
    CHECK_OK(mm_mailbox_close(mailbox));
}

static void after_a_stop(void) {
    mm_mailbox *mailbox = open_mailbox("ann", NULL, 0), *next;
    int failed = -1;
    server_stop();
    CHECK(strstr(text_of(mailbox, 0, 100), "Subject: two")); /* read, and no more */
    CHECK_INT(MM_E_STATE, mm_mailbox_delete(mailbox, (int[]){0}, 1, &failed));
    CHECK_INT(1, failed);
    CHECK_INT(MM_E_LOCKED, mm_mailbox_open(mm_engine_default(), "ann", NULL, 0, &next)); /* it starts the engine */
    CHECK_OK(mm_mailbox_close(mailbox));
    next = open_mailbox("ann", NULL, 0);
    CHECK_INT(1, count_of(next));
    CHECK_OK(mm_mailbox_close(next));
    server_stop();
}

int main(void) {
    server_settings();
    an_empty_mailbox(); /* which starts the engine */
    server_start(NULL, 0);
    what_was_delivered_is_read();
    a_session_of_pop3_and_a_handle_exclude_each_other();
    mail_comes_in_all_the_same();
    deletion_is_for_good();
    folders();
    other_places_of_content();
    after_a_stop();
    return check_result();
}
