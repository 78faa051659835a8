/* G2: with callback_inline, what would block the thread that serves everybody is MM_E_STATE; the answers count as ever. */
#include "server.h"

static int calls;

static int request(ServerStream *stream, char *reqname, int action, ...) {
    char octet;
    (void)reqname, (void)action;
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    CHECK_INT(0, SRVRecv(stream, &octet, 1));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK(GetRemoteIP(stream) == htonl(INADDR_LOOPBACK));
    return -1;
}

int main(void) {
    server_settings();
    SetConfigParamInt("callback_inline", 1);
    CHECK_OK(mm_last_error());
    server_start(request, ACTION_SMTP_SENDMSG);
    for (int i = 0; i < 20; i++)
        CHECK_INT(250, smtp_message("ann@example.org", "Subject: inline\r\n\r\nx\r\n"));
    CHECK_INT(20, calls);
    server_stop();
    return check_result();
}
