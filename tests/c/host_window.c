/*
 * A host of the old days with a window: callbacks come on threads of the library, and reach the window's thread by
 * messages while that runs its loop. With "async" SRVEndOfMsg does not hold the loop up, so a callback may even wait
 * for the window (SendMessage).
 */
#include "check.h"
#include "legacy_prototypes.h"
#include "legacy_calls.h"
#include <winsock2.h>

enum { ASKED = WM_APP, SENT };

static HWND window;
static DWORD window_thread;
static int asked, done;

/* Runs on the window's thread, where plain variables will do. */
static LRESULT CALLBACK on_message(HWND own, UINT message, WPARAM first, LPARAM second) {
    CHECK(GetCurrentThreadId() == window_thread);
    switch (message) {
    case ASKED:
        asked++;
        return second == 16 ? 0 : -7;
    case SENT:
        done = (int)first;
        PostQuitMessage(0);
        return 0;
    case WM_TIMER:
        CHECK(!"the message was sent within a minute");
        PostQuitMessage(0);
        return 0;
    }
    return DefWindowProcA(own, message, first, second);
}

/* The window decides: its answer is the callback's. */
static int on_request(ServerStream *stream, char *reqname, int action, ...) {
    CHECK(GetCurrentThreadId() != window_thread);
    CHECK(stream && reqname);
    return (int)SendMessageA(window, ASKED, 0, action);
}

static void on_state(ServerStream *stream, void *usr_par, int state, int sent) {
    CHECK(GetCurrentThreadId() != window_thread);
    CHECK(stream && sent >= 0);
    if (state == 5 || state == -1)
        PostMessageA((HWND)usr_par, SENT, (WPARAM)state, 0);
}

/* A window that is never shown. */
static void make_window(HINSTANCE instance) {
    WNDCLASSA kind;
    memset(&kind, 0, sizeof kind);
    kind.lpfnWndProc = on_message;
    kind.hInstance = instance;
    kind.lpszClassName = "Host";
    CHECK(RegisterClassA(&kind) != 0);
    window_thread = GetCurrentThreadId();
    window = CreateWindowA("Host", "Host", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, instance, NULL);
    CHECK(window != NULL);
}

static void serve_and_send(void) {
    char port[16];
    ServerStream stream;

    sprintf(port, "%d", check_free_port());
    legacy_settings(check_make_folder(), port);
    SetConfigParam(text("async"), text("1"));
    CHECK_INT(0, SetSMTPServer(on_request, 0, 16));
    stream = SRVInitSendMsgSMTP(text("bert@example.net"), (int *)text("ann@example.org"), text("127.0.0.1"), atoi(port),
                                on_state, window);
    CHECK_INT(17, SRVSend(&stream, text("Subject: window\r\n"), 17));
    SRVEndOfMsg(&stream);
}

int WINAPI WinMain(HINSTANCE instance, HINSTANCE previous, LPSTR command, int show) {
    MSG message;

    (void)previous, (void)command, (void)show;
    make_window(instance);
    SetTimer(window, 1, 60000, NULL);
    serve_and_send();
    while (GetMessageA(&message, NULL, 0, 0) > 0)
        DispatchMessageA(&message);
    CHECK_INT(1, asked);
    CHECK_INT(5, done);
    DestroyWindow(window);
    return check_result();
}
