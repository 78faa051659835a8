/* Connections that the host has accepted, and has a server serve. */
#include "handled.h"

static void serve(int protocol) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    const mm_smtp_server_handlers handlers = all_handlers();
    engine_start();
    begin_anew();
    options.port = MM_PORT_NONE;
    options.protocol = protocol;
    CHECK_OK(mm_smtp_server_start(engine, &options, &handlers, NULL, &server));
}

static void adopt(struct wire *client) {
    CHECK_OK(mm_smtp_server_adopt(server, accepted(client), 0));
    CHECK_INT(220, wire_reply(client));
    CHECK_INT(250, wire_smtp(client, HELLO));
}

/* The handlers have heard of the end when the stop returns; behind it the socket stays the host's. */
static void a_stop_is_the_end(int stops_engine) {
    struct wire client, late;
    socket_number end;
    serve(MM_SMTP_PROTOCOL_SMTP);
    adopt(&client);
    CHECK_OK(stops_engine ? mm_engine_stop(engine, 5000) : mm_smtp_server_stop(server, 5000));
    CHECK(strstr(heard.text, "error(-20);close;") != NULL);
    CHECK_INT(421, wire_reply(&client));
    CHECK(!wire_read(&client));
    wire_close(&client);
    end = accepted(&late);
    if (stops_engine) {
        CHECK_INT(MM_E_STATE, mm_smtp_server_adopt(server, end, 0)); /* it took it, and has closed it */
    } else {
        CHECK_INT(MM_E_HANDLE, mm_smtp_server_adopt(server, end, 0));
        socket_close(end);
    }
    CHECK(!wire_read(&late));
    wire_close(&late);
    CHECK_OK(mm_engine_free(engine));
}

static void on_the_submission_port_a_login_comes_first(void) {
    struct wire client;
    serve(MM_SMTP_PROTOCOL_SUBMISSION);
    adopt(&client);
    CHECK_INT(530, wire_smtp(&client, "MAIL FROM:<ann@example.org>"));
    end_session(&client);
    handled_stop();
}

static void who_may_not_connect_is_told(void) {
    struct wire client;
    serve(MM_SMTP_PROTOCOL_SUBMISSION);
    CHECK_OK(mm_engine_set(engine, "smtp_deny", "127.0.0.1"));
    CHECK_INT(MM_E_LIMIT, mm_smtp_server_adopt(server, accepted(&client), 0));
    CHECK_INT(554, wire_reply(&client));
    CHECK(!wire_read(&client));
    wire_close(&client);
    handled_stop();
}

static void without_a_certificate_there_is_no_tls(void) {
    struct wire client;
    serve(MM_SMTP_PROTOCOL_SMTP);
    CHECK_INT(MM_E_NOT_FOUND, mm_smtp_server_adopt(server, accepted(&client), 1));
    CHECK(!wire_read(&client));
    wire_close(&client);
    handled_stop();
}

int main(void) {
    a_stop_is_the_end(0);
    a_stop_is_the_end(1);
    on_the_submission_port_a_login_comes_first();
    who_may_not_connect_is_told();
    without_a_certificate_there_is_no_tls();
    return check_result();
}
