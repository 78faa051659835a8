/* Engines of one's own: two in one process that send mail to each other, their settings, their end, and that nothing of
 * them is left over. */
#include "server.h"
#include <pthread.h>

/* One side: an engine with all that is its own, and what its callbacks heard. */
struct side {
    const char *domain;
    mm_engine *engine;
    mm_smtp_server *smtp;
    mm_pop3_server *pop3;
    int smtp_port, pop_port;
    int lines, delivered, deferred;
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

/* What this side accepts comes from the other, never from itself. */
static void on_line(int level, const char *area, const char *text, void *user) {
    struct side *side = user;
    char accepted_own[64];
    (void)level;
    sprintf(accepted_own, "accepted from=<ann@%s>", side->domain);
    CHECK(strcmp(area, "smtp") != 0 || !strstr(text, accepted_own));
    __atomic_add_fetch(&side->lines, 1, __ATOMIC_RELAXED);
}

static void on_event(const mm_queue_event *event, void *user) {
    struct side *side = user;
    CHECK(strstr(event->sender, side->domain)); /* it is this side's own message */
    pthread_mutex_lock(&gate);
    side->delivered += event->kind == MM_QUEUE_EVENT_DELIVERED;
    side->deferred += event->kind == MM_QUEUE_EVENT_DEFERRED;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&gate);
}

static mm_engine *new_engine(const char *domain) {
    mm_engine *engine = NULL;
    char root[128];
    sprintf(root, "%s/%s", check_folder, domain);
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", domain));
    CHECK_OK(mm_engine_set(engine, "user", "ann;secret;;PS"));
    return engine;
}

/* On ports that the system or the test has chosen, and on the same again. */
static void start_servers(struct side *side) {
    mm_smtp_server_options smtp = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_pop3_server_options pop3 = MM_POP3_SERVER_OPTIONS_INIT;
    smtp.addresses = pop3.addresses = "127.0.0.1";
    smtp.port = side->smtp_port;
    pop3.port = side->pop_port;
    CHECK_OK(mm_smtp_server_start(side->engine, &smtp, NULL, NULL, &side->smtp));
    CHECK_OK(mm_pop3_server_start(side->engine, &pop3, NULL, NULL, &side->pop3));
    CHECK_OK(mm_smtp_server_get_port(side->smtp, &side->smtp_port));
    CHECK_OK(mm_pop3_server_get_port(side->pop3, &side->pop_port));
    if (check_failures)
        exit(check_result());
}

static void stop_servers(struct side *side) {
    CHECK_OK(mm_smtp_server_stop(side->smtp, 5000));
    CHECK_OK(mm_pop3_server_stop(side->pop3, 5000));
}

static void open_side(struct side *side, const char *domain, int smtp, int pop3) {
    memset(side, 0, sizeof *side);
    side->domain = domain;
    side->smtp_port = smtp;
    side->pop_port = pop3;
    side->engine = new_engine(domain);
    CHECK_OK(mm_engine_set_log(side->engine, MM_LOG_INFO, on_line, side));
    CHECK_OK(mm_queue_set_events(side->engine, on_event, side));
    start_servers(side);
}

/* What a side sends to others goes through the other side. */
static void set_way(struct side *from, struct side *to) {
    char smarthost[64];
    sprintf(smarthost, "127.0.0.1:%d", to->smtp_port);
    CHECK_OK(mm_engine_set(from->engine, "smtpproxy", smarthost));
}

static void send_to(struct side *from, const char *to) {
    char sender[64], recipient[64];
    mm_send *send = NULL;
    sprintf(sender, "ann@%s", from->domain);
    sprintf(recipient, "ann@%s", to);
    CHECK_OK(mm_send_new(from->engine, NULL, sender, &send));
    CHECK_OK(mm_send_add_recipient(send, recipient, MM_SEND_NOTIFY_DEFAULT, NULL));
    CHECK_OK(mm_send_write(send, "Subject: across\n\nx\n", 19));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_INT(MM_OK, outcome_of(send));
    CHECK_OK(mm_send_free(send));
}

static void wait_for(const int *counter, int count) {
    pthread_mutex_lock(&gate);
    while (*counter < count)
        pthread_cond_wait(&moved, &gate);
    pthread_mutex_unlock(&gate);
}

static void has_mail(struct side *side, int count) {
    struct wire wire;
    pop_port = side->pop_port;
    pop_wait(&wire, "ann", "secret", count);
    pop_close(&wire);
}

static int64_t queued(mm_engine *engine) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    CHECK_OK(mm_queue_get_counts(engine, &counts));
    return counts.messages;
}

/* The ports of the one, which stops and comes back, are such as no connection takes meanwhile. */
static void two_send_to_each_other(struct side *one, struct side *two) {
    open_side(one, "one.test", check_free_port(), check_free_port());
    open_side(two, "two.test", MM_PORT_ANY, MM_PORT_ANY);
    set_way(one, two);
    set_way(two, one);
    CHECK(one->smtp_port != two->smtp_port && one->pop_port != two->pop_port);
    send_to(one, "two.test");
    wait_for(&one->delivered, 1);
    has_mail(two, 1);
    CHECK_INT(0, two->delivered); /* nothing of the one's is told to the other */
    send_to(two, "one.test");
    wait_for(&two->delivered, 1);
    has_mail(one, 1);
    CHECK_INT(1, one->delivered);
    CHECK(__atomic_load_n(&one->lines, __ATOMIC_RELAXED) > 0 && __atomic_load_n(&two->lines, __ATOMIC_RELAXED) > 0);
}

/* The one stops: the other goes on, and what it sends waits until the one is there again. */
static void one_stops_and_the_other_goes_on(struct side *one, struct side *two) {
    struct wire wire;
    int lines;
    CHECK_OK(mm_engine_stop(one->engine, 5000));
    stop_servers(one); /* their handles */
    lines = __atomic_load_n(&one->lines, __ATOMIC_RELAXED);
    smtp_port = two->smtp_port;
    CHECK_INT(250, smtp_message("ann@two.test", "Subject: still there\r\n\r\nx\r\n"));
    has_mail(two, 2);
    send_to(two, "one.test");
    CHECK_INT(1, queued(two->engine));
    wait_for(&two->deferred, 1); /* a retry is for what has been tried */
    CHECK(wire_open(&wire, one->smtp_port) != 0);
    wire_close(&wire);
    CHECK_INT(lines, __atomic_load_n(&one->lines, __ATOMIC_RELAXED));
    start_servers(one);
    CHECK_OK(mm_queue_retry(two->engine, NULL));
    wait_for(&two->delivered, 2);
    has_mail(one, 2);
}

/* The handles of what was made from it are the host's still, and answer. */
static void one_is_freed_while_it_runs(struct side *one, struct side *two) {
    mm_queue_cursor *cursor = NULL;
    mm_send *send = NULL;
    int64_t value = 1;
    int port;
    CHECK_OK(mm_queue_open(one->engine, NULL, &cursor));
    CHECK_OK(mm_send_new(one->engine, NULL, "", &send));
    CHECK_OK(mm_send_add_recipient(send, "ann@two.test", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_engine_free(one->engine));
    CHECK_INT(MM_E_HANDLE, mm_engine_free(one->engine));
    CHECK_INT(MM_E_HANDLE, mm_engine_stop(one->engine, 0));
    CHECK_INT(MM_E_HANDLE, mm_engine_get_int(one->engine, "smtp_port", &value));
    CHECK_INT(0, value);
    CHECK_INT(MM_E_CANCELLED, mm_send_write(send, "x", 1));
    CHECK_OK(mm_send_free(send));
    CHECK_INT(0, step(cursor));
    CHECK_OK(mm_queue_close(cursor));
    CHECK_INT(MM_E_STATE, mm_smtp_server_get_port(one->smtp, &port));
    stop_servers(one);
    smtp_port = two->smtp_port;
    CHECK_INT(250, smtp_message("ann@two.test", "Subject: goes on\r\n\r\nx\r\n"));
    has_mail(two, 3);
}

static void one_spool_has_one_engine(struct side *two) {
    mm_engine *second = new_engine(two->domain);
    mm_send *send = (mm_send *)8;
    CHECK_INT(MM_E_LOCKED, mm_send_new(second, NULL, "", &send));
    CHECK(send == NULL);
    CHECK_OK(mm_engine_free(second));
}

static void settings_are_its_own(void) {
    mm_engine *first = new_engine("first.test"), *second = new_engine("second.test");
    char text[64] = "?", path[128];
    size_t length = 99;
    int64_t value = 99;
    FILE *file;
    CHECK_OK(mm_engine_get(first, "smtp_name", text, sizeof text, &length));
    CHECK_TEXT("first.test", text);
    CHECK_INT(10, length);
    CHECK_OK(mm_engine_get(second, "smtp_name", text, sizeof text, NULL));
    CHECK_TEXT("second.test", text);
    CHECK_OK(mm_engine_get(first, "smtp_name", NULL, 0, &length));
    CHECK_INT(10, length);
    CHECK_OK(mm_engine_get(first, "smtp_name", text, 11, &length));
    CHECK_INT(MM_E_LIMIT, mm_engine_get(first, "smtp_name", text, 10, &length)); /* no room for the NUL */
    CHECK_TEXT("", text);
    CHECK_INT(10, length);
    CHECK_OK(mm_engine_get(first, "smtpproxy", text, sizeof text, &length));
    CHECK_TEXT("", text);
    CHECK_INT(0, length);
    CHECK_OK(mm_engine_set_int(first, "smtp_msg_limit", (int64_t)1 << 40));
    CHECK_OK(mm_engine_get_int(first, "smtp_msg_limit", &value));
    CHECK(value == (int64_t)1 << 40);
    CHECK_OK(mm_engine_get_int(second, "smtp_msg_limit", &value));
    CHECK(value == 50 * 1024 * 1024);
    CHECK_INT(MM_E_CONFIG, mm_engine_get_int(first, "smtp_name", &value));
    CHECK_INT(0, value);
    CHECK_INT(MM_E_CONFIG, mm_engine_set_int(first, "smtp_port", -1));
    CHECK_INT(MM_E_CONFIG, mm_engine_set(first, "smtp_port", "many"));
    CHECK_INT(MM_E_NOT_FOUND, mm_engine_set(first, "no_such_key", "x"));
    CHECK_INT(MM_E_NOT_FOUND, mm_engine_get_int(first, "no_such_key", &value));
    CHECK_INT(MM_E_NOT_FOUND, mm_engine_get(first, "no_such_key", text, sizeof text, &length));
    CHECK_INT(0, length);
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set(first, NULL, "x"));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set(first, "smtp_name", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_set(first, "smtp_name", "\xff"));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_get(first, "smtp_name", NULL, 10, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_get_int(first, "smtp_port", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_load(first, NULL));
    CHECK_INT(MM_E_NOT_FOUND, mm_engine_load(first, "/nowhere/at/all.cfg"));
    sprintf(path, "%s/second.cfg", check_folder);
    file = fopen(path, "wb");
    fputs("smtp_port=2626\n", file);
    fclose(file);
    CHECK_OK(mm_engine_load(second, path));
    CHECK_OK(mm_engine_get_int(second, "smtp_port", &value));
    CHECK_INT(2626, value);
    CHECK_OK(mm_engine_get_int(first, "smtp_port", &value));
    CHECK_INT(25, value);
    CHECK_INT(25, GetConfigParamInt("smtp_port")); /* the default engine's */
    CHECK_OK(mm_engine_free(first));
    CHECK_OK(mm_engine_free(second));
}

static mm_engine *freed_inside;

static void on_event_that_frees(const mm_queue_event *event, void *user) {
    CHECK_INT(MM_E_STATE, mm_engine_free(freed_inside));
    pthread_mutex_lock(&gate);
    *(int *)user += event->kind == MM_QUEUE_EVENT_QUEUED;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&gate);
}

static void what_cannot_be_freed(void) {
    mm_send *send;
    int heard = 0;
    CHECK_INT(MM_E_ARGUMENT, mm_engine_new(NULL));
    CHECK_OK(mm_engine_free(NULL));
    CHECK_INT(MM_E_HANDLE, mm_engine_free((mm_engine *)8));
    CHECK_INT(MM_E_ARGUMENT, mm_engine_free(mm_engine_default()));
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0)); /* it is still there */
    freed_inside = new_engine("inside.test");
    CHECK_OK(mm_engine_set(freed_inside, "smtpproxy", "127.0.0.1:1"));
    CHECK_OK(mm_queue_set_events(freed_inside, on_event_that_frees, &heard));
    CHECK_OK(mm_send_new(freed_inside, NULL, "", &send));
    CHECK_OK(mm_send_add_recipient(send, "far@example.net", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_send_start(send));
    pthread_mutex_lock(&gate);
    while (heard == 0)
        pthread_cond_wait(&moved, &gate);
    pthread_mutex_unlock(&gate);
    CHECK_OK(mm_engine_free(freed_inside));
    CHECK_OK(mm_send_free(send));
}

static void one_life(int number) {
    struct side side;
    open_side(&side, "life.test", MM_PORT_ANY, MM_PORT_ANY);
    smtp_port = side.smtp_port;
    CHECK_INT(250, smtp_message("ann@life.test", "Subject: once\r\n\r\nx\r\n"));
    if (number % 2)
        CHECK_OK(mm_engine_stop(side.engine, 0));
    CHECK_OK(mm_engine_free(side.engine));
    stop_servers(&side);
}

/* Every second one is stopped before; the others run when they are freed. */
static void nothing_is_left_over(void) {
    int descriptors, threads;
    long memory;
    for (int i = 0; i < 20; i++)
        one_life(i);
    descriptors = count_descriptors();
    threads = count_threads();
    memory = resident_kib();
    for (int i = 20; i < 120 && !check_failures; i++)
        one_life(i);
    printf("descriptors %d then %d, threads %d then %d, resident %ld then %ld KiB\n", descriptors, count_descriptors(),
           threads, count_threads(), memory, resident_kib());
    CHECK_INT(descriptors, count_descriptors());
    CHECK(wait_for_threads(threads + 2) <= threads + 2);
    if (BY_QEMU)
        check_skipped("engines, memory", "qemu keeps 280 KiB of each thread that has ended");
    else
        CHECK(resident_kib() < memory + 16 * 1024);
}

static void handles_come_back(void) {
    for (int i = 0; i < 3000 && !check_failures; i++) {
        mm_engine *engine = NULL;
        CHECK_OK(mm_engine_new(&engine));
        CHECK_OK(mm_engine_free(engine));
        CHECK_INT(MM_E_HANDLE, mm_engine_stop(engine, 0));
    }
}

int main(void) {
    static struct side one, two;
    check_make_folder();
    two_send_to_each_other(&one, &two);
    one_stops_and_the_other_goes_on(&one, &two);
    one_spool_has_one_engine(&two);
    one_is_freed_while_it_runs(&one, &two);
    stop_servers(&two);
    CHECK_OK(mm_engine_free(two.engine));
    settings_are_its_own();
    what_cannot_be_freed();
    handles_come_back();
    nothing_is_left_over();
    return check_result();
}
