/* Peers that go away while the library writes to them end nothing; nor where SIGPIPE is at its default, which ends a
 * process. */
#include "server.h"

static void reset(struct wire *wire) {
    struct linger at_once = {1, 0};
    setsockopt(wire->number, SOL_SOCKET, SO_LINGER, (const void *)&at_once, sizeof at_once);
    wire_close(wire);
}

static int talkative(ServerStream *stream, char *reqname, int action, ...) {
    char text[4096];
    (void)reqname;
    if (action != ACTION_SMTP_CONNECT)
        return 0;
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 1000; i++)
        if (SRVSend(stream, text, sizeof text) == 0)
            break;
    return -1;
}

int main(void) {
    struct wire wire;
    set_default_for_broken_pipes();
    server_settings();
    server_start(NULL, 0);
    for (int i = 0; i < 100; i++) {
        CHECK_INT(0, wire_open(&wire, i % 2 ? smtp_port : pop_port));
        for (int k = 0; k < 50; k++) /* of a POP3 client that is too many errors: the server may have gone first */
            socket_send(wire.number, "NOOP\r\nNOOP\r\nNOOP\r\n", 18);
        reset(&wire);
    }
    CHECK_OK(SetSMTPServer(talkative, 0, ACTION_SMTP_CONNECT));
    for (int i = 0; i < 20; i++) {
        CHECK_INT(0, wire_open(&wire, smtp_port));
        wire_read(&wire);
        reset(&wire);
    }
    CHECK(has_default_for_broken_pipes());
    server_stop();
    return check_result();
}
