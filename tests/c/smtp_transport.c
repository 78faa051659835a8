/*
 * Transports of the host: in place of a socket, with every order of "again"; above the connection's own socket; one
 * that fails, in every way; and what is closed when.
 */
#include "client_transports.h"

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
    mm_smtp *upper = new_client(NULL);
    has_no_socket_yet(&smtp_client, upper);
    script_set(&peer, STEPS("220 hello", ">", "220 go", "#5", "say tls\n", ">", "250-mx", "250 well", "#1"));
    CHECK_CODE(220, mm_smtp_connect(upper, "127.0.0.1", peer.port, 0, &code));
    CHECK_CODE(220, mm_smtp_starttls(upper, &code));
    shake_hands_above(&smtp_client, upper, &number);
    CHECK_CODE(250, mm_smtp_ehlo(upper, "host.example", &code));
    ends_above(&smtp_client, upper);
    CHECK_TEXT("STARTTLS\nhelloEHLO host.example\nX", script_heard(&peer));
}

/* ---- what holds of either protocol ---- */

static const struct conversation conversation = {&smtp_client, begin, smtp_noop};

static void a_loss_behind_tls(void) {
    mm_smtp *smtp = connected(STEPS("220 hello", ">", "220 go", "silent"));
    CHECK_CODE(220, mm_smtp_starttls(smtp, &code));
    a_loss_behind_starttls_is_a_loss(&conversation, smtp);
}

/* At the greeting; at a reply; in the middle of one. */
static void cancels_at_the_hosts_wait(void) {
    cancelled_at_the_hosts_wait(&conversation, "", "");
    cancelled_at_the_hosts_wait(&conversation, "220 hello\r\n", "");
    cancelled_at_the_hosts_wait(&conversation, "220 hello\r\n", "250-half\r\n250");
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
