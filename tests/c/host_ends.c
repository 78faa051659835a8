/*
 * How hosts of the old days end: host_ends return | exit | thread. Without a word to the library, while its servers
 * run, clients are connected and a callback never returns.
 */
#include "check.h"
#include "legacy_prototypes.h"
#include "legacy_calls.h"
#include "host_wire.h"

static HANDLE is_asked;

/* Never answers. */
static int on_request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    SetEvent(is_asked);
    Sleep(INFINITE);
    return 0;
}

static void connect_to(int port) {
    struct sockaddr_in address = check_loopback(port);
    CHECK_INT(0, connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address));
}

static void serve(void) {
    int smtp = check_free_port(), pop3 = check_free_port();
    char port[16];

    sprintf(port, "%d", smtp);
    legacy_settings(check_make_folder(), port);
    CHECK_INT(0, SetSMTPServer(on_request, 0, 8));
    CHECK_INT(0, SetPOP3Server(NULL, pop3, 0));
    connect_to(smtp);
    host_dial(pop3);
    CHECK_INT(WAIT_OBJECT_0, WaitForSingleObject(is_asked, 60000));
}

static DWORD WINAPI end_process(void *unused) {
    (void)unused;
    ExitProcess((UINT)check_result());
}

int main(int argc, char **argv) {
    const char *way = argc > 1 ? argv[1] : "return";

    is_asked = CreateEventA(NULL, TRUE, FALSE, NULL);
    host_prepare();
    serve();
    if (strcmp(way, "exit") == 0)
        exit(check_result());
    if (strcmp(way, "thread") == 0) {
        CreateThread(NULL, 0, end_process, NULL, 0, NULL);
        Sleep(INFINITE);
    }
    return check_result();
}
