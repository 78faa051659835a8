/*
 * Transports of the host: in place of a socket, with every order of "again"; above the connection's own socket; one
 * that fails, in every way; and what is closed when.
 */
#include "transports.h"

static void begin(struct memory *memory, int pattern) {
    memory_begin(memory, pattern, "220 hello\r\n", "250-well\r\n250 done\r\n");
}

/* Four steps, each one of four: the thing itself, or one of three kinds of "again". */
static void every_order_of_again(void) {
    static struct memory memory;
    for (int pattern = 0; pattern < 256; pattern++) {
        if (is_endless(pattern))
            continue;
        mm_smtp *smtp = new_client(NULL);
        begin(&memory, pattern);
        mm_transport transport = over(&memory);
        CHECK_CODE(220, mm_smtp_connect_transport(smtp, &transport, "mx.example.org", 0, &code));
        CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
        CHECK_TEXT("well\ndone", reply_of(smtp).text);
        CHECK_CODE(250, mm_smtp_noop(smtp, &code));
        CHECK_INT(0, memory.closes);
        CHECK_OK(mm_smtp_free(smtp));
        CHECK_INT(1, memory.closes);
        CHECK_TEXT("EHLO host.example\r\nNOOP\r\n", memory.output);
    }
}

/* ---- failures ---- */

/* Whichever call fails, and however: the call of the client says why, the transport is closed, once. */
static void every_call_fails(void) {
    static struct memory memory;
    for (size_t way = 0; way < TRANSPORT_FAILURES; way++)
        for (int at = 1, failed = 1; failed; at++) {
            mm_smtp *smtp = new_client(NULL);
            begin(&memory, MM_AGAIN); /* each fourth call: waits are among those that fail */
            memory.fails_at = at;
            memory.failure = transport_failures[way].failure;
            mm_transport transport = over(&memory);
            int result = mm_smtp_connect_transport(smtp, &transport, NULL, 0, NULL);
            if (result == MM_OK)
                result = mm_smtp_noop(smtp, NULL);
            failed = result != MM_OK;
            if (failed) {
                CHECK_INT(transport_failures[way].result, result);
                CHECK_INT(transport_failures[way].result, error_of(smtp).code);
                CHECK_INT(MM_LAYER_HOST, error_of(smtp).layer);
                CHECK_INT(1, memory.closes);
                CHECK_FAILS(MM_E_STATE, mm_smtp_noop(smtp, NULL));
            }
            CHECK_OK(mm_smtp_free(smtp));
            CHECK_INT(1, memory.closes);
        }
}

/* Behind STARTTLS too: a way of the host's that is not said to be secure is no failed handshake. */
static void a_loss_behind_starttls_is_a_loss(void) {
    static struct memory memory;
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "220 go", "silent"));
    CHECK_CODE(220, mm_smtp_starttls(smtp, &code));
    begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.write = write_nothing;
    CHECK_OK(mm_smtp_set_transport(smtp, &transport));
    CHECK_FAILS(MM_E_CLOSED, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

static void what_a_callback_may_not_say(void) {
    static struct memory memory;
    mm_smtp *smtp = new_client(NULL);
    begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.read = read_too_much;
    CHECK_INT(MM_E_CLOSED, mm_smtp_connect_transport(smtp, &transport, "", 0, NULL));
    begin(&memory, 0);
    transport = over(&memory);
    transport.write = write_nothing;
    CHECK_CODE(220, mm_smtp_connect_transport(smtp, &transport, "", 0, &code));
    CHECK_INT(MM_E_CLOSED, mm_smtp_noop(smtp, NULL));
    CHECK_OK(mm_smtp_free(smtp));
}

/* ---- arguments: a transport that is refused is closed as well ---- */

static void arguments(void) {
    static struct memory memory;
    mm_smtp *smtp = new_client(NULL);
    begin(&memory, 0);
    mm_transport transport = over(&memory);
    transport.read = NULL;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    transport = over(&memory);
    transport.write = NULL;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    transport = over(&memory);
    transport.interrupt = NULL;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    transport = over(&memory);
    transport.wait = NULL; /* and no socket to wait for */
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    transport = over(&memory);
    transport.is_secure = 2;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    transport = over(&memory);
    transport.reserved = 1; /* of a later version, who knows */
    CHECK_FAILS(MM_E_NOT_SUPPORTED, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    transport = over(&memory);
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect_transport(smtp, &transport, "mx", 64, NULL));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_connect_transport(smtp, &transport, "m\nx", 0, NULL));
    CHECK_FAILS(MM_E_STATE, mm_smtp_set_transport(smtp, &transport));
    CHECK_INT(9, memory.closes);
    transport.size = 3;
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_set_transport(smtp, &transport));
    CHECK_FAILS(MM_E_ARGUMENT, mm_smtp_set_transport(smtp, NULL));
    CHECK_INT(9, memory.closes);
    CHECK_OK(mm_smtp_free(smtp));
    transport = over(&memory);
    CHECK_FAILS(MM_E_HANDLE, mm_smtp_set_transport(smtp, &transport));
    CHECK_INT(10, memory.closes);
}

/* ---- passwords ---- */

static void passwords_go_where_the_host_says_so(void) {
    static struct memory memory;
    for (int is_secure = 0; is_secure < 2; is_secure++) {
        mm_smtp *smtp = new_client(NULL);
        begin(&memory, 0);
        memory.answer = "250-mx\r\n250 AUTH PLAIN\r\n";
        mm_transport transport = over(&memory);
        transport.is_secure = is_secure;
        CHECK_CODE(0, mm_smtp_connect_transport(smtp, &transport, "", MM_SMTP_NO_GREETING, &code));
        CHECK_CODE(220, mm_smtp_receive(smtp, &code));
        CHECK_CODE(250, mm_smtp_ehlo(smtp, "host.example", &code));
        memory.answer = "235 in\r\n";
        CHECK_INT(is_secure ? MM_OK : MM_E_TLS, mm_smtp_auth(smtp, NULL, "ann", "secret", NULL));
        CHECK_INT(is_secure ? MM_OK : MM_E_TLS, mm_smtp_auth(smtp, "PLAIN", "ann", "secret", NULL));
        CHECK_OK(mm_smtp_free(smtp));
        CHECK_INT(is_secure, strstr(memory.output, "AUTH PLAIN AGFubgBzZWNyZXQ=") != NULL);
    }
}

/* ---- above the connection's own socket ---- */

static void above_the_socket(void) {
    mm_socket number = MM_INVALID_SOCKET;
    int found = 0;
    mm_smtp *upper = new_client(NULL);
    CHECK_FAILS(MM_E_STATE, mm_smtp_get_socket(upper, &number));
    CHECK(number == MM_INVALID_SOCKET);
    CHECK_FAILS(MM_E_STATE, mm_smtp_wait(upper, MM_READY_ROOM, 0, &found));
    script_set(&peer, STEPS("220 hello", ">", "220 go", "#5", "say tls\n", ">", "250-mx", "250 well", "#1"));
    CHECK_CODE(220, mm_smtp_connect(upper, "127.0.0.1", peer.port, 0, &code));
    CHECK_CODE(220, mm_smtp_starttls(upper, &code));
    CHECK_OK(mm_smtp_get_socket(upper, &number));
    /* The host's handshake, which waits as the library does. */
    char octets[8];
    CHECK(recv(number, octets, sizeof octets, 0) < 0); /* it does not block */
    CHECK_OK(mm_smtp_wait(upper, MM_READY_ROOM, -1, &found));
    CHECK_INT(MM_READY_ROOM, found);
    CHECK_FAILS(MM_E_TIMEOUT, mm_smtp_wait(upper, MM_READY_INPUT, 1, &found));
    CHECK_INT(0, found);
    CHECK_INT(5, socket_send(number, "hello", 5));
    CHECK_OK(mm_smtp_wait(upper, MM_READY_INPUT, -1, &found));
    CHECK_INT(MM_READY_INPUT, found);
    CHECK_INT(4, recv(number, octets, sizeof octets, 0));
    mm_transport transport = over_socket(&number);
    CHECK_OK(mm_smtp_set_transport(upper, &transport));
    CHECK_FAILS(MM_E_STATE, mm_smtp_start_tls(upper, NULL, 0, NULL));
    CHECK_CODE(250, mm_smtp_ehlo(upper, "host.example", &code));
    CHECK_INT(0, upper_closes);
    CHECK_OK(mm_smtp_free(upper));
    CHECK_INT(1, upper_closes);
    CHECK_TEXT("STARTTLS\nhelloEHLO host.example\nX", script_heard(&peer));
}

/* ---- cancel at the host's own wait ---- */

static void *cancel_the_wait(void *argument) {
    until_it_waits();
    CHECK_OK(mm_smtp_cancel(argument));
    return NULL;
}

static void cancel_at_the_hosts_wait(void) {
    static struct memory memory;
    pthread_t thread;
    mm_smtp *smtp = new_client(NULL);
    memset(&memory, 0, sizeof memory);
    mm_transport transport = over(&memory);
    transport.wait = wait_long;
    transport.interrupt = interrupt_wait;
    begin_a_wait();
    pthread_create(&thread, NULL, cancel_the_wait, smtp);
    CHECK_FAILS(MM_E_CANCELLED, mm_smtp_connect_transport(smtp, &transport, "mx", 0, NULL));
    pthread_join(thread, NULL);
    CHECK_INT(1, memory.closes);
    CHECK_OK(mm_smtp_free(smtp));
}

int main(void) {
    server_settings();
    script_start(&peer);
    every_order_of_again();
    every_call_fails();
    a_loss_behind_starttls_is_a_loss();
    what_a_callback_may_not_say();
    arguments();
    passwords_go_where_the_host_says_so();
    above_the_socket();
    cancel_at_the_hosts_wait();
    script_stop(&peer);
    server_stop();
    return check_result();
}
