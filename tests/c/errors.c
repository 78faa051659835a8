/* mm_last_error_message: who refused what, in whose words; which path, process, argument it is about. */
#include "server.h"
#include "remote.h"

#define SAYS(words) check_says(__LINE__, words)
#define REFUSED(code, call, words)                                                                                     \
    do {                                                                                                               \
        CHECK_INT(code, call);                                                                                         \
        check_says(__LINE__, words);                                                                                   \
    } while (0)

/* The message of the last error has these words in it, more than the meaning of its number, and none of .NET's. */
static void check_says(int line, const char *words) {
    static const char *const foreign[] = {"Exception", "System.", "MailModule.", "Parameter", "Fault", "peer"};
    const char *message = with_slashes(mm_last_error_message());
    size_t general = strlen(mm_strerror(mm_last_error()));
    int wrong = !strstr(message, words) || strlen(message) <= general + 2 ||
                strncmp(message, mm_strerror(mm_last_error()), general) != 0;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        wrong |= strstr(message, foreign[i]) != NULL;
    if (wrong) {
        fprintf(stderr, "%s:%d: \"%s\" is not \"...%s...\"\n", __FILE__, line, message, words);
        check_failures++;
    }
}

static int send_through(const char *to, int port) {
    ServerStream s = SRVInitSendMsgSMTP("bert@example.net", to, "127.0.0.1", port, NULL, NULL);
    SRVprintf(&s, "Subject: errors\n\nx\n");
    SRVEndOfMsg(&s);
    return mm_last_error();
}

static void the_remotes_words_with_host_stage_and_code(struct remote *remote) {
    char words[200];
    sprintf(words, "nobody@example.org: 127.0.0.1:%d at RCPT: 550 5.1.1 There is nobody", remote->port);
    REFUSED(MM_E_REFUSED_PERMANENT, send_through("nobody@example.org", remote->port), words);
    SAYS("550 5.1.1 of that name here");
    REFUSED(MM_E_REFUSED_TEMPORARY, send_through("later@example.org", remote->port), "at RCPT: 451 4.7.1 Come back");
    REFUSED(MM_E_REFUSED_PERMANENT, send_through("ann@example.org,later@example.org,nobody@example.org", remote->port),
            "nobody@example.org: ");
    CHECK_OK(send_through("ann@example.org", remote->port));
    CHECK_TEXT("", mm_last_error_message());
    remote->closes_at = AT_DATA;
    sprintf(words, "127.0.0.1:%d at DATA: the connection was lost", remote->port);
    REFUSED(MM_E_CLOSED, send_through("ann@example.org", remote->port), words);
    remote->closes_at = AT_NOTHING;
    sprintf(words, "127.0.0.1:%d: Connection refused", check_free_port());
    REFUSED(MM_E_CONNECT, send_through("ann@example.org", atoi(words + strlen("127.0.0.1:"))), words);
}

static void our_own_refusals_as_such(void) {
    ServerStream s = SRVInitSendMsgBackgaund("bert@example.net", "nobody@example.org", NULL, NULL);
    SRVprintf(&s, "x\n");
    SRVEndOfMsg(&s);
    SAYS("refused by this engine, no other host was asked: 550 5.1.1 No such user here");
    CHECK_INT(MM_E_REFUSED_PERMANENT, mm_last_error());
    CHECK(!SRVInitSendMsgBackgaund("bert@example.net", "not an address", NULL, NULL));
    SAYS("not an address");
    CHECK(!SRVInitSendMsgBackgaund("bert@example.net", " , ", NULL, NULL));
    SAYS("there is no recipient");
}

static void a_message_with_results(void) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    mm_send *send = NULL;
    char path[200];
    sprintf(path, "%s/none.eml", check_folder);
    CHECK_OK(mm_send_new(mm_engine_default(), NULL, "bert@example.net", &send));
    REFUSED(MM_E_ARGUMENT, mm_send_add_recipient(send, "no address", 0, NULL), "not an address: no address");
    REFUSED(MM_E_ARGUMENT, mm_send_add_recipient(send, "", 0, NULL), "not an address");
    REFUSED(MM_E_ARGUMENT, mm_send_add_recipient(send, NULL, 0, NULL), "address is NULL");
    REFUSED(MM_E_ARGUMENT, mm_send_add_recipient(send, "\xff@example.org", 0, NULL), "address is not UTF-8");
    REFUSED(MM_E_ARGUMENT, mm_send_add_recipient(send, "ann@example.org", 64, NULL), "notify");
    REFUSED(MM_E_ARGUMENT, mm_send_add_recipient(send, "ann@example.org", 0, "ann"), "rfc822;ann@example.org");
    REFUSED(MM_E_ARGUMENT, mm_send_start(send), "no recipient");
    REFUSED(MM_E_NOT_FOUND, mm_send_set_file(send, path), path);
    SAYS("there is no such file");
    REFUSED(MM_E_IO, mm_send_set_file(send, check_folder), "it is a folder");
    REFUSED(MM_E_ARGUMENT, mm_send_set_file(send, ""), "path is empty");
    REFUSED(MM_E_ARGUMENT, mm_send_set_descriptor(send, -1), "no descriptor -1 is open");
    REFUSED(MM_E_ARGUMENT, mm_send_set_descriptor(send, 999999), "no descriptor 999999 is open");
    REFUSED(MM_E_ARGUMENT, mm_send_set_reader(send, NULL, NULL), "callback is NULL");
    REFUSED(MM_E_ARGUMENT, mm_send_write(send, NULL, 1), "octets is NULL");
    REFUSED(MM_E_STATE, mm_send_wait(send, 0), "not started");
    CHECK_OK(mm_send_write(send, "x\n", 2));
    REFUSED(MM_E_STATE, mm_send_set_file(send, path), "has a source already");
    CHECK_OK(mm_send_add_recipient(send, "ann@example.org", 0, NULL));
    CHECK_OK(mm_send_start(send));
    REFUSED(MM_E_STATE, mm_send_start(send), "started before");
    REFUSED(MM_E_STATE, mm_send_add_recipient(send, "ann@example.org", 0, NULL), "started before");
    REFUSED(MM_E_ARGUMENT, mm_send_wait(send, -2), "timeout_ms");
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_OK(mm_send_free(send));
    REFUSED(MM_E_HANDLE, mm_send_free(send), "has ended");
    REFUSED(MM_E_HANDLE, mm_send_start(NULL), "NULL");
    REFUSED(MM_E_HANDLE, mm_send_start((mm_send *)mm_engine_default()), "another kind");
    options.route = 7;
    REFUSED(MM_E_ARGUMENT, mm_send_new(mm_engine_default(), &options, "", &send), "no such route");
    options.size = 1;
    REFUSED(MM_E_ARGUMENT, mm_send_new(mm_engine_default(), &options, "", &send), "size");
}

static void settings_and_servers(void) {
    mm_smtp_server *server = NULL;
    mm_queue_cursor *cursor = NULL;
    mm_engine *engine = NULL;
    int64_t value;
    char path[200], words[300];
    CHECK_OK(mm_engine_new(&engine));
    REFUSED(MM_E_NOT_FOUND, mm_engine_set(engine, "smpt_port", "25"), "smtp_port");
    REFUSED(MM_E_NOT_SUPPORTED, mm_engine_set(engine, "sysuser", "1"), "sysuser: it would have no effect");
    REFUSED(MM_E_NOT_SUPPORTED, mm_engine_set(engine, "grp_pop", "pop"), "flag `P` of `user`");
    REFUSED(MM_E_NOT_SUPPORTED, mm_engine_set(engine, "grp_smtp", "pop"), "flag `S` of `user`");
    REFUSED(MM_E_NOT_SUPPORTED, mm_engine_set(engine, "vpncln_tlssshstyle", "1"), "`tls_cafile`");
    REFUSED(MM_E_CONFIG, mm_engine_get_int(engine, "smtp_range", &value), "smtp_range: its value is no number");
    REFUSED(MM_E_NOT_FOUND, mm_engine_get_int(engine, "no_such_key", &value), "a key that is not known");
    sprintf(path, "%s/none.cfg", check_folder);
    REFUSED(MM_E_NOT_FOUND, mm_engine_load(engine, path), path);
    REFUSED(MM_E_ARGUMENT, mm_engine_load(engine, NULL), "filename is NULL");
    REFUSED(MM_E_ARGUMENT, mm_engine_stop(engine, -2), "timeout_ms");
    REFUSED(MM_E_NOT_FOUND, mm_queue_open(mm_engine_default(), "nothing", &cursor),
            "no message nothing is in the queue");
    REFUSED(MM_E_NOT_FOUND, mm_queue_hold(mm_engine_default(), "nothing"), "no message nothing is in the queue");
    REFUSED(MM_E_ARGUMENT, SetSMTPServer(NULL, 70000, 0), "port");
    REFUSED(MM_E_ARGUMENT, FindMX("example.org", NULL, 1) + mm_last_error(), "ret is NULL");

    sprintf(path, "%s/mail", check_folder);
    CHECK_OK(mm_engine_set(engine, "mail_root", path));
    sprintf(words, "the spool %s/spool is in use by another engine of this process", path);
    REFUSED(MM_E_LOCKED, mm_smtp_server_start(engine, NULL, NULL, NULL, &server), words);
    CHECK_OK(mm_engine_set(engine, "mail_root", IMPOSSIBLE_FOLDER));
    REFUSED(MM_E_IO, mm_smtp_server_start(engine, NULL, NULL, NULL, &server),
            "the spool " IMPOSSIBLE_FOLDER "/spool cannot be made");
    sprintf(path, "%s/other", check_folder);
    CHECK_OK(mm_engine_set(engine, "mail_root", path));
    CHECK_OK(mm_engine_set(engine, "smtp_tls", "1"));
    sprintf(path, "%s/none.pem", check_folder);
    CHECK_OK(mm_engine_set(engine, "tls_cert_file", path));
    sprintf(words, "%s: there is no such file", path);
    CHECK_OK(mm_engine_set(engine, "smtp_bind", "127.0.0.1"));
    REFUSED(MM_E_NOT_FOUND, mm_smtp_server_start(engine, NULL, NULL, NULL, &server), words);
    CHECK_OK(mm_engine_set(engine, "smtp_tls", "0"));
    CHECK_OK(mm_engine_set_int(engine, "smtp_port", smtp_port));
    sprintf(words, "127.0.0.1:%d: Address already in use", smtp_port);
    REFUSED(MM_E_BIND, mm_smtp_server_start(engine, NULL, NULL, NULL, &server), words);
    CHECK_OK(mm_engine_free(engine));
}

static char empty_file[200];

static void the_file_that_cannot_be_opened_is_named(void *send) {
    REFUSED(MM_E_FULL, mm_send_set_file(send, empty_file), empty_file);
    SAYS("Too many open files");
}

static void no_descriptor_left(void) {
    mm_send *send = NULL;
    sprintf(empty_file, "%s/text.eml", check_folder);
    fclose(fopen(empty_file, "wb"));
    CHECK_OK(mm_send_new(mm_engine_default(), NULL, "", &send));
    without_descriptors(the_file_that_cannot_be_opened_is_named, send);
    CHECK_OK(mm_send_free(send));
}

/* What a message cannot be kept in is named, by the call that finds out. */
static void a_place_that_takes_nothing(void) {
    static char much[300000];
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    mm_engine *engine = NULL;
    mm_send *send = NULL;
    memset(much, 'x', sizeof much);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", IMPOSSIBLE_FOLDER));
    options.route = MM_SEND_ROUTE_DIRECT;
    CHECK_OK(mm_send_new(engine, &options, "", &send));
    REFUSED(MM_E_IO, mm_send_write(send, much, sizeof much), "cannot be kept in " IMPOSSIBLE_FOLDER "/scratch");
    CHECK_OK(mm_send_free(send));
    REFUSED(MM_E_IO, mm_send_new(engine, NULL, "", &send), "the spool " IMPOSSIBLE_FOLDER "/spool");
    CHECK_OK(mm_engine_free(engine));
}

/* This program again, in a process of its own that has the spool of the folder until its input ends. */
static int hold(const char *folder) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    char octet;
    be_known_as("test_errors");
    SetConfigParamString("mail_root", folder);
    if (mm_queue_get_counts(mm_engine_default(), &counts) != MM_OK)
        return 1;
    if (descriptor_write(own_output(), "!", 1) != 1)
        return 1;
    while (descriptor_read(own_input(), &octet, 1) > 0) {
    }
    return mm_engine_stop(mm_engine_default(), 10000) != MM_OK;
}

static void the_process_that_has_a_spool_is_named(const char *program) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    mm_engine *engine = NULL;
    struct child child;
    char folder[200], words[300], octet;
    sprintf(folder, "%s/held", check_folder);
    child_start(&child, program, "hold", folder);
    CHECK(descriptor_read(child.from, &octet, 1) == 1);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", folder));
    sprintf(words, "the spool %s/spool is in use by another engine, in process %ld (test_errors", folder, child.id);
    REFUSED(MM_E_LOCKED, mm_queue_get_counts(engine, &counts), words);
    CHECK_OK(mm_engine_free(engine));
    CHECK_INT(0, child_wait(&child));
}

int main(int argc, char **argv) {
    struct remote remote;
    if (argc > 2 && strcmp(argv[1], "hold") == 0)
        return hold(argv[2]);
    remote_start(&remote);
    server_settings();
    server_start(NULL, 0);
    the_process_that_has_a_spool_is_named(argv[0]);
    the_remotes_words_with_host_stage_and_code(&remote);
    our_own_refusals_as_such();
    a_message_with_results();
    settings_and_servers();
    a_place_that_takes_nothing();
    no_descriptor_left();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
