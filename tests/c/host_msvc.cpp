// A host of the old days as Microsoft's compiler makes it, C++ names included. It has no C library, so that it links
// without Microsoft's: lld-link /entry:start, mailmodule.lib and kernel32 alone. Ends with the
// line of the first check that fails.
#include "legacy_prototypes.h"

extern "C" __declspec(dllimport) void __stdcall ExitProcess(unsigned code);

// What Microsoft's C library has, and each program with floating-point numbers asks for.
extern "C" int _fltused = 0;

static int failed_line;
static int refused;

#define check(is_so) (failed_line = failed_line || (is_so) ? failed_line : __LINE__)

static char *text(const char *constant) {
    return const_cast<char *>(constant);
}

static void on_state(ServerStream *, void *usr_par, int state, int sent) {
    if (state == -1 && sent < 0)
        ++*static_cast<int *>(usr_par);
}

static int on_request(ServerStream *, char *, int, ...) {
    return 0;
}

static void settings() {
    SetConfigParam(text("from_same_host"), 7);
    check(GetConfigParamInt(text("from_same_host")) == 7);
    SetConfigParam(text("from_same_host"), text("19"));
    check(GetConfigParamInt(text("from_same_host")) == 19);
    char *as_text = GetConfigParamStr(text("from_same_host"));
    check(as_text && as_text[0] == '1' && as_text[1] == '9' && as_text[2] == '\0');
    check(SetConfigParamStr(text("no_such_key")) == nullptr);
    check(LoadConfig(text("no such file.cfg")) < 0);
}

// To a port of loopback that nobody serves: refused, and the host hears of it.
static void sending() {
    ServerStream stream = SRVInitSendMsgSMTP(text("bert@example.net"), reinterpret_cast<int *>(text("ann@example.org")),
                                             text("127.0.0.1"), 1, on_state, &refused);
    check(stream != nullptr);
    check(SRVSend(&stream, text("Subject: old\r\n"), 14) == 14);
    check(SRVprintf(&stream, text("\n%s %d %.2f\n"), "apples", 3, 0.5) == 15);
    SRVEndOfMsg(&stream);
    check(refused == 1);
    check(SRVInitSendMsgImidiatly(text("no address"), nullptr, nullptr, nullptr) == nullptr);
    check(SRVInitSendMsgBackgaund(text("no address"), nullptr, nullptr, nullptr) == nullptr);
}

static void connection() {
    char octets[16];
    MailHostInfo found[1];

    check(sizeof found == 116);
    check(SetSMTPServer(on_request, -1, 0) < 0);
    check(SetPOP3Server(on_request, -1, 0) < 0);
    check(SRVRecv(nullptr, octets, sizeof octets) == 0);
    check(GetAUTHName(nullptr) == nullptr);
    check(GetAUTHPassw(nullptr) == nullptr);
    check(GetRemoteIP(nullptr) == 0);
    check(GetRemoteAddr(nullptr, octets, sizeof octets) == 0);
    check(GetSocket(nullptr) == -1);
    check(FindMX(text("no domain"), found, 1) == 0);
}

extern "C" void start() {
    settings();
    sending();
    connection();
    ExitProcess(static_cast<unsigned>(failed_line));
}
