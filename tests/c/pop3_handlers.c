/* A mail store of the host's behind the POP3 server: a mailbox whose messages are told and given by handlers, answers
 * that are owed, and what the functions for sessions say where they do not fit. */
#include "detached.h"
#include "server.h"

enum { MESSAGES = 3 };

static mm_engine *engine;
static mm_pop3_server *server;

/* The store: what it has, and what QUIT has taken out of it for good. */
static struct {
    const char *text[MESSAGES];
    int number_of[MESSAGES], closed, removed, updated, reads;
    size_t at;
    int owes; /* read puts its answers off */
} store = {{"Subject: one\n\n.dot\nend", "A: b\r\n\r\n1\r\n2\r\n3\r\n", "no header"}, {1, 2, 3}, 0, 0, 0, 0, 0, 0};

static int on_auth(mm_session *session, const mm_session_login *login, void *user) {
    CHECK(user == &store);
    CHECK_INT(sizeof *login, login->size);
    CHECK_TEXT("USER", login->mechanism);
    if (strcmp(login->password, "right") != 0)
        return MM_VERDICT_REJECT;
    CHECK_OK(mm_session_set_login(session, "somebody"));
    CHECK_INT(MM_E_STATE, mm_session_add_message(session, 1, "a", NULL));
    CHECK_INT(MM_E_STATE, mm_session_write(session, "x", 1));
    CHECK_INT(MM_E_STATE, mm_session_add_recipient(session, "a@b.example"));
    CHECK_INT(MM_E_STATE, mm_session_add_reply_line(session, "x"));
    return MM_VERDICT_ACCEPT;
}

static int on_open(mm_session *session, const char *name, const char *folder, void *user) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    const char *path;
    int count;
    (void)user;
    CHECK_TEXT("somebody", name);
    CHECK_TEXT("work", folder);
    CHECK_OK(mm_session_get_info(session, &info));
    CHECK_TEXT("POP3", info.protocol);
    CHECK_TEXT("USER", info.mechanism);
    CHECK_INT(MM_E_STATE, mm_session_get_check_count(session, &count));
    CHECK_INT(MM_E_STATE, mm_session_get_recipient_count(session, &count));
    CHECK_INT(MM_E_STATE, mm_session_get_path(session, &path));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_message(session, -1, "a", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_message(session, INT64_MIN, "a", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_message(session, 1, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_message(session, 1, "", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_session_add_message(session, 1, "with blank", NULL));
    for (int i = 0; i < MESSAGES; i++) {
        char id[8];
        sprintf(id, "id%d", i + 1);
        CHECK_OK(mm_session_add_message(session, (int64_t)strlen(store.text[i]), id, &store.number_of[i]));
        CHECK_INT(MM_E_ARGUMENT, mm_session_add_message(session, 1, id, NULL));
    }
    CHECK_INT(MM_E_STATE, mm_session_write(session, "x", 1));
    return MM_VERDICT_ACCEPT;
}

static void check_message(const mm_session_message *message) {
    char id[8];
    CHECK_INT(sizeof *message, message->size);
    CHECK(message->number >= 1 && message->number <= MESSAGES);
    sprintf(id, "id%d", message->number);
    CHECK_TEXT(id, message->id);
    CHECK_INT(message->number, *(int *)message->data);
    CHECK_INT((int)strlen(store.text[message->number - 1]), (int)message->octets);
}

/* The first message is given at once, the others piece by piece. */
static int on_retr(mm_session *session, const mm_session_message *message, void *user) {
    const char *text = store.text[message->number - 1];
    (void)user;
    check_message(message);
    store.at = 0;
    CHECK_OK(mm_session_set_user(session, (void *)(uintptr_t)text));
    if (message->number != 1)
        return MM_VERDICT_ACCEPT;
    CHECK_INT(-1, message->lines);
    CHECK_INT(MM_E_ARGUMENT, mm_session_write(session, NULL, 1));
    CHECK_OK(mm_session_write(session, NULL, 0));
    CHECK_OK(mm_session_write(session, text, 5));
    CHECK_OK(mm_session_write(session, text + 5, strlen(text) - 5));
    return MM_VERDICT_DONE;
}

static int give_piece(mm_session *session) {
    void *kept;
    const char *text;
    CHECK_OK(mm_session_get_user(session, &kept));
    text = kept;
    CHECK_OK(mm_session_write(session, text + store.at, 1));
    return text[++store.at] ? MM_VERDICT_CONTINUE : MM_VERDICT_DONE;
}

static struct {
    mm_session *session;
    mm_pending *pending;
} owed;

static void *pays(void *nothing) {
    int verdict = give_piece(owed.session);
    (void)nothing;
    CHECK_OK(mm_pending_answer(owed.pending, verdict));
    return NULL;
}

static int on_read(mm_session *session, size_t room, void *user) {
    static char large[1 << 20];
    (void)user;
    store.reads++;
    CHECK(room >= 16384);
    CHECK_INT(MM_E_LIMIT, mm_session_write(session, large, sizeof large));
    CHECK_INT(MM_E_LIMIT, mm_session_write(session, large, SIZE_MAX));
    if (store.owes) {
        owed.session = session;
        CHECK_OK(mm_session_defer(session, 10000, MM_VERDICT_ERROR, &owed.pending));
        CHECK_INT(0, start_detached(pays, NULL));
        return MM_VERDICT_PENDING;
    }
    return give_piece(session);
}

static int on_dele(mm_session *session, const mm_session_message *message, void *user) {
    (void)user;
    check_message(message);
    if (message->number != 3)
        return MM_VERDICT_CONTINUE;
    CHECK_INT(MM_E_ARGUMENT, mm_session_set_reply(session, 0, "A/", "x"));
    CHECK_OK(mm_session_set_reply(session, 0, "SYS/PERM", "not this one"));
    return MM_VERDICT_REJECT;
}

static int on_remove(mm_session *session, const mm_session_message *message, void *user) {
    (void)session, (void)user;
    check_message(message);
    store.removed = store.removed * 10 + message->number;
    return MM_VERDICT_DONE;
}

static int on_update(mm_session *session, void *user) {
    (void)user;
    store.updated++;
    CHECK_OK(mm_session_set_reply(session, 0, NULL, "updated"));
    return MM_VERDICT_ACCEPT;
}

static int on_capa(mm_session *session, void *user) {
    (void)user;
    CHECK_OK(mm_session_add_reply_line(session, "X-STORE a b"));
    return MM_VERDICT_ACCEPT;
}

static int on_unknown(mm_session *session, const char *verb, const char *argument, void *user) {
    (void)session, (void)user;
    CHECK_TEXT("XYZ", verb);
    CHECK_TEXT("a  b", argument);
    return 250;
}

static void on_close(mm_session *session, void *user) {
    (void)session, (void)user;
    store.closed++;
}

static mm_pop3_server_handlers all_handlers(void) {
    mm_pop3_server_handlers handlers = MM_POP3_SERVER_HANDLERS_INIT;
    handlers.capa = on_capa;
    handlers.auth = on_auth;
    handlers.open = on_open;
    handlers.retr = on_retr;
    handlers.read = on_read;
    handlers.dele = on_dele;
    handlers.remove = on_remove;
    handlers.update = on_update;
    handlers.unknown = on_unknown;
    handlers.close = on_close;
    return handlers;
}

static void start(const char *is_inline) {
    char root[128];
    static int count;
    mm_pop3_server_options options = MM_POP3_SERVER_OPTIONS_INIT;
    mm_pop3_server_handlers handlers = all_handlers(), no_retr = MM_POP3_SERVER_HANDLERS_INIT;
    sprintf(root, "%s/mail%d", check_folder[0] ? check_folder : check_make_folder(), count++);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "example.org"));
    CHECK_OK(mm_engine_set(engine, "callback_inline", is_inline));
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    no_retr.open = on_open;
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_start(engine, &options, &no_retr, NULL, &server));
    options.tls = 2;
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_start(engine, &options, &handlers, &store, &server));
    options.tls = 0;
    options.reserved = 1;
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_start(engine, &options, &handlers, &store, &server));
    options.reserved = 0;
    CHECK_OK(mm_pop3_server_start(engine, &options, &handlers, &store, &server));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_add_handlers(server, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_add_handlers(server, &no_retr, NULL));
    CHECK_OK(mm_pop3_server_get_port(server, &pop_port));
    if (check_failures)
        exit(check_result());
}

static void stop(void) {
    CHECK_OK(mm_pop3_server_stop(server, 10000));
    CHECK_OK(mm_engine_free(engine));
}

static void log_in(struct wire *wire) {
    CHECK_INT(0, wire_open(wire, pop_port));
    wire_read(wire);
    CHECK(wire_pop(wire, "USER anybody/work"));
    CHECK(!wire_pop(wire, "PASS wrong"));
    CHECK(wire_pop(wire, "USER anybody/work"));
    CHECK(wire_pop(wire, "PASS right"));
}

static void a_store_serves_its_mailbox(int owes) {
    struct wire wire;
    char text[512];
    store.removed = store.updated = store.reads = 0;
    store.owes = owes;
    log_in(&wire);
    wire_write(&wire, "STAT\r\n");
    CHECK_TEXT("+OK 3 48", wire_read(&wire));
    wire_write(&wire, "RETR 1\r\n");
    CHECK_TEXT("+OK 27 octets", wire_read(&wire));
    wire_text(&wire, text, sizeof text);
    CHECK_TEXT("Subject: one\n\n..dot\nend\n", text);
    CHECK(wire_pop(&wire, "TOP 2 1"));
    wire_text(&wire, text, sizeof text);
    CHECK_TEXT("A: b\n\n1\n", text);
    CHECK_INT(10, store.reads); /* and no further */
    CHECK(wire_pop(&wire, "RETR 3"));
    wire_text(&wire, text, sizeof text);
    CHECK_TEXT("no header\n", text);
    CHECK(wire_pop(&wire, "CAPA"));
    wire_text(&wire, text, sizeof text);
    CHECK(strstr(text, "X-STORE a b\n"));
    CHECK(wire_pop(&wire, "XYZ a  b"));
    wire_write(&wire, "DELE 3\r\n");
    CHECK_TEXT("-ERR [SYS/PERM] not this one", wire_read(&wire));
    CHECK(wire_pop(&wire, "DELE 2"));
    CHECK(wire_pop(&wire, "RSET"));
    CHECK(wire_pop(&wire, "DELE 2"));
    CHECK(wire_pop(&wire, "DELE 1"));
    CHECK_INT(0, store.removed);
    wire_write(&wire, "QUIT\r\n");
    CHECK_TEXT("+OK updated", wire_read(&wire));
    CHECK(!wire_read(&wire));
    wire_close(&wire);
    CHECK_INT(12, store.removed);
    CHECK_INT(1, store.updated);
}

static void a_session_without_quit_removes_nothing(void) {
    struct wire wire;
    store.removed = store.updated = 0;
    log_in(&wire);
    CHECK(wire_pop(&wire, "DELE 1"));
    wire_close(&wire);
}

int main(void) {
    static const char *const is_inline[] = {"0", "1"};
    for (int i = 0; i < 2; i++) {
        start(is_inline[i]);
        store.closed = 0;
        a_store_serves_its_mailbox(0);
        a_store_serves_its_mailbox(1);
        a_session_without_quit_removes_nothing();
        stop();
        CHECK_INT(0, store.removed);
        CHECK_INT(0, store.updated);
        CHECK_INT(3, store.closed);
    }
    CHECK_INT(MM_E_HANDLE, mm_pop3_server_add_handlers(NULL, NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_session_add_message(NULL, 1, "a", NULL));
    CHECK_INT(MM_E_HANDLE, mm_session_write(NULL, "a", 1));
    return check_result();
}
