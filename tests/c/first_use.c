/*
 * G5: where the system has no threads or no address space for the first use, the call is MM_E_MEMORY with the reason,
 * the process goes on, and the same call succeeds once there is enough.
 */
#include "check.h"
#include "shortage.h"
#include "server.h"

static mm_engine *engine;

/* Every step of a use of the library, up to servers and a message for the queue. The first that fails is the result. */
static int use(void) {
    mm_smtp_server *smtp;
    mm_pop3_server *pop3;
    mm_smtp_server_options smtp_options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_pop3_server_options pop3_options = MM_POP3_SERVER_OPTIONS_INIT;
    int result = engine ? MM_OK : mm_engine_new(&engine);
    if (result == MM_OK)
        result = mm_engine_set(engine, "mail_root", check_folder);
    if (result == MM_OK)
        result = mm_engine_set(engine, "smtp_name", "example.org");
    if (result == MM_OK)
        result = mm_engine_set(engine, "smtp_bind", "127.0.0.1");
    if (result == MM_OK)
        result = mm_engine_set(engine, "pop_bind", "127.0.0.1");
    smtp_options.port = pop3_options.port = MM_PORT_ANY;
    if (result == MM_OK)
        result = mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp);
    if (result == MM_OK && (result = mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3)) != MM_OK)
        mm_smtp_server_stop(smtp, 0);
    return result;
}

/* There is enough now: whatever failed before, the same process goes on from the beginning. */
static void use_with_plenty(void) {
    threads_at_most = PLENTY;
    set_soft_limit(RLIMIT_AS, RLIM_INFINITY);
    set_soft_limit(RLIMIT_NPROC, RLIM_INFINITY);
    CHECK_OK(use());
    CHECK_OK(mm_engine_stop(engine, 1000));
    CHECK_OK(mm_engine_free(engine));
}

static int try_use(const char *reason) {
    int result = use();
    if (result == MM_OK) {
        CHECK_OK(mm_engine_stop(engine, 1000));
        return 1;
    }
    CHECK_INT(MM_E_MEMORY, result);
    CHECK_INT(MM_E_MEMORY, mm_last_error());
    if (!strstr(mm_last_error_message(), reason)) {
        fprintf(stderr, "not the reason: %s\n", mm_last_error_message());
        check_failures++;
    }
    return 0;
}

static void with_threads(long at_most) {
    threads_at_most = (int)at_most;
    try_use("thread");
    try_use("thread");
    use_with_plenty();
}

static void with_address_space(long mib) {
    set_soft_limit(RLIMIT_AS, (rlim_t)mib << 20);
    try_use("");
    try_use("");
    use_with_plenty();
}

/* The limit does not hold for root. */
static void with_processes(long none) {
    (void)none;
    if (getuid() == 0 && setresuid(54321, 54321, 54321) != 0)
        exit(99);
    set_soft_limit(RLIMIT_NPROC, 0);
    CHECK_INT(0, try_use("RLIMIT_NPROC"));
    CHECK_INT(0, try_use("RLIMIT_NPROC"));
    use_with_plenty();
}

/* The old functions have results of their own kinds. */
static void with_old_functions(long none) {
    char text[] = "key";
    ServerStream stream = NULL;
    MailHostInfo found[1];
    (void)none;
    threads_at_most = 0;
    CHECK(SRVInitSendMsgImidiatly("a@example.org", "b@example.org", NULL, NULL) == NULL);
    CHECK_INT(MM_E_MEMORY, mm_last_error());
    CHECK(SetSMTPServer(NULL, 0, 0) < 0);
    CHECK(SetPOP3Server(NULL, 0, 0) < 0);
    CHECK_INT(0, SRVSend(&stream, text, 1));
    CHECK_INT(0, SRVRecv(&stream, text, 1));
    CHECK_INT(0, SRVprintf(&stream, "%s", text));
    CHECK_INT(0, FindMX("example.org", found, 1));
    CHECK_INT(-1, GetSocket(&stream));
    CHECK_INT(MM_E_MEMORY, LoadConfig(NULL));
    CHECK(mm_engine_default() == NULL);
    CHECK(GetConfigParamStr(text) == NULL);
    CHECK_INT(0, GetConfigParamInt("smtp_max"));
    CHECK_INT(MM_E_MEMORY, mm_last_error());
    threads_at_most = PLENTY;
    CHECK(mm_engine_default() != NULL);
    CHECK_INT(10000, GetConfigParamInt("smtp_max"));
}

int main(void) {
    check_make_folder();
    if (chmod(check_folder, 0777) != 0)
        return 99;
    CHECK_CHILD(with_old_functions, 0);
    CHECK_CHILD(with_processes, 0);
    for (long threads = 0; threads <= 16; threads += BY_QEMU ? 4 : 1) /* by qemu each start takes a second */
        CHECK_CHILD(with_threads, threads);
    if (BY_QEMU)
        check_skipped("first_use, address space", "qemu takes RLIMIT_AS and forgets it");
    else
        for (long mib = 64; mib <= 1200; mib += mib < 600 ? 16 : 100)
            CHECK_CHILD(with_address_space, mib);
    return check_result();
}
