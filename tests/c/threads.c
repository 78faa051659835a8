/*
 * G5: once the library runs, a system that gives no more threads takes nothing from the process but speed. What needs a
 * thread of its own that is not there is MM_E_MEMORY.
 */
#include "check.h"
#include "shortage.h"
#include "sends.h"

enum { CLIENTS = 8, ROUNDS = 20 };

/* Stacks of threads that call the library. */
#ifdef __aarch64__
enum { ENOUGH = 128 * 1024, TOO_LITTLE = 0 }; /* its C library gives no thread less */
#else
enum { ENOUGH = 64 * 1024, TOO_LITTLE = 16 * 1024 };
#endif

static void converse(void) {
    struct wire wire[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        smtp_open(&wire[i]);
    for (int i = 0; i < CLIENTS; i++) {
        CHECK_INT(354, smtp_data(&wire[i], "ann@example.org"));
        wire_write(&wire[i], "Subject: few threads\r\n\r\nx\r\n");
        CHECK_INT(250, wire_smtp(&wire[i], "."));
        if (i > 0)
            wire_close(&wire[i]);
    }
    CHECK_INT(235, wire_smtp(&wire[0], "AUTH PLAIN AGFubgBzZWNyZXQ="));
    wire_close(&wire[0]);
}

/* To another host; to one that nobody is; by name, of a server that does not answer; into the queue. */
static void send_out(int silent_dns) {
    mm_send_options options = to_remote();
    MailHostInfo found[1];
    mm_send *sends[3];
    char dns[32];
    sends[0] = new_send(&options, "eve@example.net");
    options.port = 1;
    sends[1] = new_send(&options, "eve@example.net");
    options.route = MM_SEND_ROUTE_DIRECT;
    options.host = NULL;
    options.port = 0;
    sends[2] = new_send(NULL, "eve@far.example");
    sprintf(dns, "127.0.0.1:%d", silent_dns);
    SetConfigParamString("smtp_dns", dns);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(mm_send_write(sends[i], "Subject: out\n\nx\n", 16));
        CHECK_OK(mm_send_start(sends[i]));
    }
    for (int i = 0; i < 3; i++)
        CHECK_OK(mm_send_wait(sends[i], -1));
    CHECK_INT(MM_OK, outcome_of(sends[0]));
    CHECK_INT(MM_E_CONNECT, outcome_of(sends[1]));
    CHECK_INT(MM_OK, outcome_of(sends[2]));
    for (int i = 0; i < 3; i++)
        CHECK_OK(mm_send_free(sends[i]));
    CHECK_INT(0, FindMX("far.example", found, 1));
    CHECK_INT(MM_E_DNS, mm_last_error());
}

/* A DNS server that never answers: questions end by their time. */
static int bind_silent(void) {
    int port;
    check_bind(SOCK_DGRAM, &port);
    return port;
}

/* So many threads more than the servers' start took. The other host of this test serves each connection on a thread,
 * and has as many as it asks for. */
static void without_more_threads(long more) {
    struct wire wire;
    int silent = more ? 1 : bind_silent();
    threads_exempt = remote_serve;
    server_settings();
    remote_start(&remote);
    server_start(NULL, ALL_ACTIONS);
    threads_at_most = threads_alive + (int)more;
    for (int i = 0; i < ROUNDS; i++)
        converse();
    pop_wait(&wire, "ann", "secret", CLIENTS * ROUNDS);
    pop_close(&wire);
    send_out(silent);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 1000));
    server_start(NULL, ALL_ACTIONS);
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: again\r\n\r\nx\r\n"));
    server_stop();
    remote_stop(&remote);
}

/* Header, "THE HOST'S PROCESS": the one moment in which the process is not safe. What was tried for is taken by others
 * before the runtime takes it, which then ends the process. And a stack that is too small. */
static void others_take_them(long tried) {
    freopen("/dev/null", "w", stderr);
    threads_to_come = (int)tried;
    mm_engine_default();
}

static void *call(void *result) {
    mm_engine *engine;
    *(int *)result = mm_engine_new(&engine);
    return NULL;
}

static void from_a_small_stack(long octets) {
    pthread_attr_t attributes;
    pthread_t thread;
    int result = MM_E_INTERNAL;
    pthread_attr_init(&attributes);
    CHECK_INT(0, pthread_attr_setstacksize(&attributes, (size_t)octets));
    CHECK_INT(0, pthread_create(&thread, &attributes, call, &result));
    pthread_join(thread, NULL);
    CHECK_INT(MM_OK, result);
}

int main(void) {
    int status;
    check_make_folder();
    CHECK_CHILD(without_more_threads, 0);
    CHECK_CHILD(without_more_threads, 2);
    status = in_child(others_take_them, 7);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    CHECK_CHILD(from_a_small_stack, ENOUGH);
    if (TOO_LITTLE) {
        status = in_child(from_a_small_stack, TOO_LITTLE);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    }
    return check_result();
}
