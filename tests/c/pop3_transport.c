/*
 * Transports of the host under a POP3 client: every order of "again" and every failure of every callback, also in the
 * middle of a message; above the connection's own socket; what is closed when; and cancels from inside callbacks.
 */
#include "pop3_clients.h"
#include "transports.h"

static const char message[] = "+OK\r\nSubject: x\r\n\r\n..dot\r\n.\r\n";

static void begin(struct memory *memory, int pattern) {
    memory_begin(memory, pattern, "+OK hello\r\n", "+OK well\r\n");
}

static void every_order_of_again(void) {
    static struct memory memory;
    char text[100];
    for (int pattern = 0; pattern < 256; pattern++) {
        if (is_endless(pattern))
            continue;
        mm_pop3 *pop3 = new_pop3(NULL);
        begin(&memory, pattern);
        mm_transport transport = over(&memory);
        CHECK_STATUS(MM_POP3_OK, mm_pop3_connect_transport(pop3, &transport, "pop.example.org", 0, &status));
        CHECK_STATUS(MM_POP3_OK, mm_pop3_noop(pop3, &status));
        CHECK_TEXT("well", answer_of(pop3).text);
        memory.answer = message;
        CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
        CHECK_OK(pop3_read_all(pop3, text, sizeof text, 5));
        CHECK_TEXT("Subject: x\r\n\r\n.dot\r\n", text);
        CHECK_INT(0, memory.closes);
        CHECK_OK(mm_pop3_free(pop3));
        CHECK_INT(1, memory.closes);
        CHECK_TEXT("NOOP\r\nRETR 1\r\n", memory.output);
    }
}

/* ---- failures ---- */

static int a_message(mm_pop3 *pop3) {
    char text[100];
    int result = mm_pop3_retr(pop3, 1, NULL);
    return result == MM_OK ? pop3_read_all(pop3, text, sizeof text, 5) : result;
}

/* Whichever call fails, and however: the call of the client says why, the transport is closed, once. */
static void every_call_fails(void) {
    static struct memory memory;
    for (size_t way = 0; way < TRANSPORT_FAILURES; way++)
        for (int at = 1, failed = 1; failed; at++) {
            mm_pop3 *pop3 = new_pop3(NULL);
            begin(&memory, MM_AGAIN); /* each fourth call: waits are among those that fail */
            memory.fails_at = at;
            memory.failure = transport_failures[way].failure;
            mm_transport transport = over(&memory);
            int result = mm_pop3_connect_transport(pop3, &transport, NULL, 0, NULL);
            memory.answer = message;
            if (result == MM_OK)
                result = a_message(pop3);
            failed = result != MM_OK;
            if (failed) {
                CHECK_INT(transport_failures[way].result, result);
                CHECK_INT(transport_failures[way].result, pop3_error_of(pop3).code);
                CHECK_INT(MM_LAYER_HOST, pop3_error_of(pop3).layer);
                CHECK_INT(1, memory.closes);
                CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
            }
            CHECK_OK(mm_pop3_free(pop3));
            CHECK_INT(1, memory.closes);
        }
}

/* Behind STLS too: a way of the host's that is not said to be secure is no failed handshake. */
static void a_loss_behind_stls_is_a_loss(void) {
    static struct memory memory;
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "+OK go", "silent"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stls(pop3, &status));
    begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.write = write_nothing;
    CHECK_OK(mm_pop3_set_transport(pop3, &transport));
    CHECK_FAILS(MM_E_CLOSED, mm_pop3_noop(pop3, NULL));
    CHECK_OK(mm_pop3_free(pop3));
}

static void what_a_callback_may_not_say(void) {
    static struct memory memory;
    mm_pop3 *pop3 = new_pop3(NULL);
    begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.read = read_too_much;
    CHECK_FAILS(MM_E_CLOSED, mm_pop3_connect_transport(pop3, &transport, "", 0, NULL));
    begin(&memory, 0);
    transport = over(&memory);
    transport.write = write_nothing;
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect_transport(pop3, &transport, "", 0, &status));
    CHECK_FAILS(MM_E_CLOSED, mm_pop3_noop(pop3, NULL));
    CHECK_OK(mm_pop3_free(pop3));
}

/* ---- arguments: a transport that is refused is closed as well ---- */

static void arguments(void) {
    static struct memory memory;
    mm_pop3 *pop3 = new_pop3(NULL);
    begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.read = NULL;
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect_transport(pop3, &transport, "mx", 0, NULL));
    transport = over(&memory);
    transport.is_secure = 2;
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect_transport(pop3, &transport, "mx", 0, NULL));
    transport = over(&memory);
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect_transport(pop3, &transport, "mx", 64, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_connect_transport(pop3, &transport, "m\nx", 0, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_set_transport(pop3, &transport));
    CHECK_INT(5, memory.closes);
    transport.size = 3;
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_set_transport(pop3, &transport));
    CHECK_FAILS(MM_E_ARGUMENT, mm_pop3_set_transport(pop3, NULL));
    CHECK_INT(5, memory.closes);
    CHECK_OK(mm_pop3_free(pop3));
    transport = over(&memory);
    CHECK_FAILS(MM_E_HANDLE, mm_pop3_set_transport(pop3, &transport));
    CHECK_INT(6, memory.closes);
}

/* ---- passwords ---- */

static void passwords_go_where_the_host_says_so(void) {
    static struct memory memory;
    for (int is_secure = 0; is_secure < 2; is_secure++) {
        mm_pop3 *pop3 = new_pop3(NULL);
        begin(&memory, 0);
        mm_transport transport = over(&memory);
        transport.is_secure = is_secure;
        CHECK_STATUS(MM_POP3_NONE, mm_pop3_connect_transport(pop3, &transport, "", MM_POP3_NO_GREETING, &status));
        CHECK_STATUS(MM_POP3_OK, mm_pop3_receive(pop3, &status));
        CHECK_STATUS(MM_POP3_OK, mm_pop3_user(pop3, "ann", &status));
        CHECK_INT(is_secure ? MM_OK : MM_E_TLS, mm_pop3_pass(pop3, "secret", NULL));
        CHECK_INT(is_secure ? MM_OK : MM_E_TLS, mm_pop3_auth(pop3, "PLAIN", "ann", "secret", NULL));
        CHECK_INT(is_secure, strstr(memory.output, "PASS secret") != NULL);
        CHECK_INT(is_secure, strstr(memory.output, "AUTH PLAIN AGFubgBzZWNyZXQ=") != NULL);
        CHECK_OK(mm_pop3_free(pop3));
    }
}

/* ---- above the connection's own socket ---- */

static void above_the_socket(void) {
    mm_socket number = MM_INVALID_SOCKET;
    int found = 0;
    char octets[8], text[100];
    mm_pop3 *pop3 = new_pop3(NULL);
    CHECK_FAILS(MM_E_STATE, mm_pop3_get_socket(pop3, &number));
    CHECK(number == MM_INVALID_SOCKET);
    CHECK_FAILS(MM_E_STATE, mm_pop3_wait(pop3, MM_READY_ROOM, 0, &found));
    script_set(&peer, STEPS("+OK", ">", "+OK go", "#5", "say tls\n", ">", "+OK", "a", "say .\r\n", "#1"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stls(pop3, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    CHECK_OK(mm_pop3_get_socket(pop3, &number));
    /* The host's handshake, which waits as the library does. */
    CHECK(recv(number, octets, sizeof octets, 0) < 0); /* it does not block */
    CHECK_OK(mm_pop3_wait(pop3, MM_READY_ROOM, -1, &found));
    CHECK_INT(MM_READY_ROOM, found);
    CHECK_FAILS(MM_E_TIMEOUT, mm_pop3_wait(pop3, MM_READY_INPUT, 1, &found));
    CHECK_INT(0, found);
    CHECK_INT(5, socket_send(number, "hello", 5));
    CHECK_OK(mm_pop3_wait(pop3, MM_READY_INPUT, -1, &found));
    CHECK_INT(MM_READY_INPUT, found);
    CHECK_INT(4, recv(number, octets, sizeof octets, 0));
    mm_transport transport = over_socket(&number);
    CHECK_OK(mm_pop3_set_transport(pop3, &transport));
    CHECK_FAILS(MM_E_STATE, mm_pop3_start_tls(pop3, NULL, 0, NULL));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    CHECK_OK(pop3_read_all(pop3, text, sizeof text, 50));
    CHECK_TEXT("a\r\n", text);
    CHECK_INT(0, upper_closes);
    CHECK_OK(mm_pop3_free(pop3));
    CHECK_INT(1, upper_closes);
    CHECK_TEXT("STLS\nhelloRETR 1\nX", script_heard(&peer));
}

/* ---- cancel at the host's own wait ---- */

static void *cancel_the_wait(void *argument) {
    until_it_waits();
    CHECK_OK(mm_pop3_cancel(argument));
    return NULL;
}

/* At the greeting; at an answer; in the middle of a message. */
static void cancel_at_the_hosts_wait(void) {
    static const struct {
        const char *greeting, *answer;
    } ways[] = {{"", ""}, {"+OK\r\n", ""}, {"+OK\r\n", "+OK\r\nhalf"}};
    static struct memory memory;
    for (int way = 0; way < 3; way++) {
        pthread_t thread;
        mm_pop3 *pop3 = new_pop3(NULL);
        memory_begin(&memory, 0, ways[way].greeting, ways[way].answer);
        mm_transport transport = over(&memory);
        transport.wait = wait_long;
        transport.interrupt = interrupt_wait;
        begin_a_wait();
        pthread_create(&thread, NULL, cancel_the_wait, pop3);
        int result = mm_pop3_connect_transport(pop3, &transport, "mx", 0, NULL);
        CHECK_INT(way == 0 ? MM_E_CANCELLED : MM_OK, result);
        if (way > 0)
            CHECK_FAILS(MM_E_CANCELLED, a_message(pop3));
        pthread_join(thread, NULL);
        CHECK_INT(MM_E_CANCELLED, pop3_error_of(pop3).code);
        CHECK_INT(1, memory.closes);
        CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
        CHECK_OK(mm_pop3_free(pop3));
    }
}

/* ---- cancel from inside each callback ---- */

static mm_pop3 *inside;
static int calls_left;

/* At one of the calls, counted from the connect; nothing but the cancel may be called there. */
static void perhaps_cancel(void) {
    if (calls_left-- != 1)
        return;
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(inside, NULL));
    CHECK_FAILS(MM_E_STATE, mm_pop3_close(inside));
    CHECK_FAILS(MM_E_STATE, mm_pop3_free(inside));
    CHECK_OK(mm_pop3_cancel(inside));
}

static int read_and_cancel(void *buffer, size_t size, size_t *length, void *user) {
    perhaps_cancel();
    return on_read(buffer, size, length, user);
}

static int write_and_cancel(const void *octets, size_t size, size_t *length, void *user) {
    perhaps_cancel();
    return on_write(octets, size, length, user);
}

static int wait_and_cancel(int wanted, int timeout_ms, int *found, void *user) {
    perhaps_cancel();
    return on_wait(wanted, timeout_ms, found, user);
}

static void cancel_inside_every_callback(void) {
    static struct memory memory;
    int is_over = 0, at = 1;
    for (; !is_over; at++) {
        inside = new_pop3(NULL);
        begin(&memory, MM_AGAIN);
        calls_left = at;
        mm_transport transport = over(&memory);
        transport.read = read_and_cancel;
        transport.write = write_and_cancel;
        transport.wait = wait_and_cancel;
        int result = mm_pop3_connect_transport(inside, &transport, NULL, 0, NULL);
        memory.answer = message;
        if (result == MM_OK)
            result = a_message(inside);
        is_over = calls_left > 0;        /* there are not so many calls */
        if (result == MM_OK && !is_over) /* in the last call of all: the next one hears of it */
            result = mm_pop3_noop(inside, NULL);
        CHECK_INT(is_over ? MM_OK : MM_E_CANCELLED, result);
        if (!is_over) {
            CHECK_INT(MM_E_CANCELLED, pop3_error_of(inside).code);
            CHECK_INT(1, memory.closes);
            CHECK_FAILS(MM_E_STATE, mm_pop3_noop(inside, NULL));
        }
        CHECK_OK(mm_pop3_free(inside));
        CHECK_INT(1, memory.closes);
    }
    CHECK(at > 20);
}

int main(void) {
    server_settings();
    script_start(&peer);
    every_order_of_again();
    every_call_fails();
    a_loss_behind_stls_is_a_loss();
    what_a_callback_may_not_say();
    arguments();
    passwords_go_where_the_host_says_so();
    above_the_socket();
    cancel_at_the_hosts_wait();
    cancel_inside_every_callback();
    script_stop(&peer);
    server_stop();
    return check_result();
}
