/* Connections that the host has accepted, and has a POP3 server serve. */
#include "pop3_stepped.h"

static int is_ok(struct wire *client) {
    const char *line = wire_read(client);
    return line && strncmp(line, "+OK", 3) == 0;
}

static void log_in(struct wire *client) {
    CHECK(is_ok(client));
    CHECK_INT(1, wire_pop(client, "USER ann"));
    CHECK_INT(1, wire_pop(client, "PASS secret"));
}

static void adopt(struct wire *client) {
    CHECK_OK(mm_pop3_server_adopt(pop3, accepted(client), 0));
    log_in(client);
}

static void it_serves_what_the_host_accepts(void) {
    struct wire client;
    socket_number ends[2], listener;
    int port;
    char text[256];
    pop3_serve_nowhere();
    have_store();
    adopt(&client);
    CHECK_INT(1, wire_pop(&client, "RETR 1"));
    wire_text(&client, text, sizeof text);
    CHECK_TEXT("Subject: one\n\n..dot\n", text);
    CHECK_INT(1, wire_pop(&client, "DELE 2"));
    CHECK_INT(1, wire_pop(&client, "QUIT"));
    CHECK(!wire_read(&client));
    wire_close(&client);
    wait_to_hear("remove(2);update;close;");
    begin_anew(); /* the library's mailbox */
    adopt(&client);
    CHECK_INT(1, wire_pop(&client, "STAT"));
    CHECK_INT(1, wire_pop(&client, "QUIT"));
    wire_close(&client);
    listener = check_bind(SOCK_STREAM, &port);
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_adopt(pop3, listener, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_adopt(pop3, NO_SOCKET, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_pop3_server_adopt(pop3, listener, 2));
    CHECK_INT(MM_E_HANDLE, mm_pop3_server_adopt(NULL, listener, 0));
    CHECK_INT(MM_E_HANDLE, mm_smtp_server_adopt((mm_smtp_server *)(void *)pop3, listener, 0));
    socket_close(listener);
    if (local_pair(ends)) { /* of no address */
        begin_anew();
        memset(&client, 0, sizeof client);
        client.number = ends[1];
        socket_set_timeout(client.number, 60);
        CHECK_OK(mm_pop3_server_adopt(pop3, ends[0], 0));
        log_in(&client);
        CHECK_INT(1, wire_pop(&client, "QUIT"));
        wire_close(&client);
    }
    CHECK_OK(mm_pop3_server_stop(pop3, 10000));
    CHECK_OK(mm_engine_free(engine));
}

/* The handlers have heard of the end when the stop returns; behind it the socket stays the host's. */
static void a_stop_is_the_end(int stops_engine) {
    struct wire client, late;
    socket_number end;
    pop3_serve_nowhere();
    have_store();
    adopt(&client);
    CHECK_INT(1, wire_pop(&client, "DELE 1"));
    CHECK_OK(stops_engine ? mm_engine_stop(engine, 5000) : mm_pop3_server_stop(pop3, 5000));
    CHECK(has_heard("error(-20);close;") && !has_heard("remove"));
    CHECK_TEXT("-ERR [SYS/TEMP] closing down", wire_read(&client));
    CHECK(!wire_read(&client));
    wire_close(&client);
    end = accepted(&late);
    if (stops_engine) {
        CHECK_INT(MM_E_STATE, mm_pop3_server_adopt(pop3, end, 0)); /* it took it, and has closed it */
    } else {
        CHECK_INT(MM_E_HANDLE, mm_pop3_server_adopt(pop3, end, 0));
        socket_close(end);
    }
    CHECK(!wire_read(&late));
    wire_close(&late);
    CHECK_OK(mm_engine_free(engine));
}

static void who_may_not_connect_is_told(void) {
    struct wire client;
    pop3_serve_nowhere();
    CHECK_OK(mm_engine_set(engine, "pop_deny", "127.0.0.1"));
    CHECK_INT(MM_E_LIMIT, mm_pop3_server_adopt(pop3, accepted(&client), 0));
    CHECK_TEXT("-ERR [SYS/PERM] connections from your address are not taken here", wire_read(&client));
    CHECK(!wire_read(&client));
    wire_close(&client);
    CHECK_OK(mm_engine_free(engine));
}

static void without_a_certificate_there_is_no_tls(void) {
    struct wire client;
    pop3_serve_nowhere();
    CHECK_INT(MM_E_NOT_FOUND, mm_pop3_server_adopt(pop3, accepted(&client), 1));
    CHECK(!wire_read(&client));
    wire_close(&client);
    CHECK_OK(mm_engine_free(engine));
}

int main(void) {
    it_serves_what_the_host_accepts();
    a_stop_is_the_end(0);
    a_stop_is_the_end(1);
    who_may_not_connect_is_told();
    without_a_certificate_there_is_no_tls();
    return check_result();
}
