/* G2: with callback_inline, what would block the thread that serves everybody is MM_E_STATE; the answers count as
 * ever. */
#include "server.h"

static int calls;
static char id[MM_QUEUE_ID_SIZE];
static mm_send *started;

static mm_mailbox *mailbox;

static void mailboxes_would_block(void) {
    mm_engine *engine = mm_engine_default();
    mm_mailbox_delivery delivery = MM_MAILBOX_DELIVERY_INIT;
    mm_mailbox *other;
    mm_message *message;
    size_t length;
    char octets[10];
    int count;
    CHECK_OK(mm_mailbox_get_count(mailbox, &count, NULL)); /* only looks */
    CHECK_INT(MM_E_STATE, mm_mailbox_open(engine, "bob", NULL, MM_MAILBOX_SHARED, &other));
    CHECK_INT(MM_E_STATE, mm_mailbox_read(mailbox, 0, 0, octets, sizeof octets, &length));
    CHECK_INT(MM_E_STATE, mm_mailbox_open_message(mailbox, 0, NULL, &message));
    CHECK_INT(MM_E_STATE, mm_mailbox_delete(mailbox, (int[]){0}, 1, NULL));
    CHECK_INT(MM_E_STATE, mm_mailbox_get_folder(engine, "bob", 0, octets, sizeof octets));
    delivery.name = "bob";
    delivery.message = "x";
    CHECK_INT(MM_E_STATE, mm_mailbox_deliver(engine, &delivery, NULL));
}

static void MM_CALL on_look(const mm_fetch_result *result, void *user) {
    (void)result, (void)user;
}

/* Each of them may open the spool. */
static void fetching_would_block(void) {
    mm_engine *engine = mm_engine_default();
    mm_fetch_account account = MM_FETCH_ACCOUNT_INIT;
    mm_fetch *fetch;
    account.host = "127.0.0.1";
    account.user = account.password = account.name = "bob";
    CHECK_INT(MM_E_STATE, mm_fetch_begin(engine, &account, &fetch));
    CHECK_INT(MM_E_STATE, mm_fetch_now(engine, NULL));
    CHECK_INT(MM_E_STATE, mm_fetch_list(engine, on_look, NULL));
}

/* What waits for the network or the disk. */
static void would_block(void) {
    mm_engine *engine = mm_engine_default();
    mm_queue_cursor *cursor;
    MailHostInfo found[1];
    size_t length;
    char octets[10];
    CHECK_INT(0, FindMX("example.net", found, 1));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK_INT(MM_E_STATE, mm_send_wait(started, 1));
    CHECK_INT(MM_E_STATE, mm_send_wait(started, -1));
    CHECK_INT(MM_OK, mm_send_wait(started, 0)); /* only looks */
    CHECK_INT(MM_E_STATE, mm_queue_redirect(engine, id, NULL, "ann@example.org", NULL, 0));
    CHECK_OK(mm_queue_open(engine, id, &cursor));
    CHECK_INT(1, step(cursor));
    CHECK_INT(MM_E_STATE, mm_queue_read(cursor, octets, sizeof octets, &length));
    mm_queue_close(cursor);
    mailboxes_would_block();
    fetching_would_block();
}

/* A message that is in the queue when the callbacks look. */
static void enqueue(void) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    SetConfigParamString("smtpproxy", "127.0.0.1:1");
    CHECK_OK(mm_send_new(mm_engine_default(), NULL, "", &started));
    CHECK_OK(mm_send_add_recipient(started, "far@example.net", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_send_start(started));
    CHECK_OK(mm_send_wait(started, -1));
    CHECK_OK(mm_send_get_result(started, 0, &result));
    snprintf(id, sizeof id, "%s", result.queue_id);
}

static int request(ServerStream *stream, char *reqname, int action, ...) {
    char octet;
    (void)reqname, (void)action;
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    CHECK_INT(0, SRVRecv(stream, &octet, 1));
    CHECK_INT(MM_E_STATE, mm_last_error());
    would_block();
    CHECK(GetRemoteIP(stream) == htonl(INADDR_LOOPBACK));
    return -1;
}

int main(void) {
    server_settings();
    SetConfigParamInt("callback_inline", 1);
    CHECK_OK(mm_last_error());
    enqueue();
    CHECK_OK(mm_mailbox_open(mm_engine_default(), "bob", NULL, 0, &mailbox));
    server_start(request, ACTION_SMTP_SENDMSG);
    for (int i = 0; i < 20; i++)
        CHECK_INT(250, smtp_message("ann@example.org", "Subject: inline\r\n\r\nx\r\n"));
    CHECK_INT(20, calls);
    mm_send_free(started);
    CHECK_OK(mm_mailbox_close(mailbox));
    server_stop();
    return check_result();
}
