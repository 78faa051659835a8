/*
 * Transports of the host under a POP3 client: every order of "again" and every failure of every callback, also in the
 * middle of a message; above the connection's own socket; what is closed when; and cancels from inside callbacks.
 */
#include "client_transports.h"
#include "pop3_clients.h"

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
    char text[100];
    mm_pop3 *pop3 = new_pop3(NULL);
    has_no_socket_yet(&pop3_client, pop3);
    script_set(&peer, STEPS("+OK", ">", "+OK go", "#5", "say tls\n", ">", "+OK", "a", "say .\r\n", "#1"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_connect(pop3, "127.0.0.1", peer.port, 0, &status));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stls(pop3, &status));
    CHECK_FAILS(MM_E_STATE, mm_pop3_noop(pop3, NULL));
    shake_hands_above(&pop3_client, pop3, &number);
    CHECK_STATUS(MM_POP3_OK, mm_pop3_retr(pop3, 1, &status));
    CHECK_OK(pop3_read_all(pop3, text, sizeof text, 50));
    CHECK_TEXT("a\r\n", text);
    ends_above(&pop3_client, pop3);
    CHECK_TEXT("STLS\nhelloRETR 1\nX", script_heard(&peer));
}

/* ---- what holds of either protocol ---- */

static void begin_with_a_message(struct memory *memory, int pattern) {
    begin(memory, pattern);
    memory->answer = message;
}

static int a_message(void *pop3) {
    char text[100];
    int result = mm_pop3_retr(pop3, 1, NULL);
    return result == MM_OK ? pop3_read_all(pop3, text, sizeof text, 5) : result;
}

static const struct conversation conversation = {&pop3_client, begin_with_a_message, a_message};

static void a_loss_behind_tls(void) {
    mm_pop3 *pop3 = pop3_connected(STEPS("+OK", ">", "+OK go", "silent"));
    CHECK_STATUS(MM_POP3_OK, mm_pop3_stls(pop3, &status));
    a_loss_behind_starttls_is_a_loss(&conversation, pop3);
}

/* At the greeting; at an answer; in the middle of a message. */
static void cancels_at_the_hosts_wait(void) {
    cancelled_at_the_hosts_wait(&conversation, "", "");
    cancelled_at_the_hosts_wait(&conversation, "+OK\r\n", "");
    cancelled_at_the_hosts_wait(&conversation, "+OK\r\n", "+OK\r\nhalf");
}

int main(void) {
    server_settings();
    script_start(&peer);
    every_order_of_again();
    passwords_go_where_the_host_says_so();
    above_the_socket();
    a_loss_behind_tls();
    every_call_fails(&conversation);
    what_a_callback_may_not_say(&conversation);
    transport_arguments(&conversation);
    cancels_at_the_hosts_wait();
    cancelled_inside_every_callback(&conversation);
    script_stop(&peer);
    server_stop();
    return check_result();
}
