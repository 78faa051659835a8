/*
 * A host of the old days that loads the DLL: host_loaded [NAME]. It has no header of the module's; the types are those
 * of the old documentation, and each function that the documentation names is asked for by GetProcAddress.
 */
#include "check.h"
#include <winsock2.h>

typedef unsigned long ulong;
typedef void *ServerStream;
typedef int (*SMTPReqCallback)(ServerStream *stream, char *reqname, int action, ...);
typedef void (*MsgCallback)(ServerStream *stream, void *usr_par, int state, int sent);
typedef struct MailHostInfo {
    char name[64];
    int prior;
    ulong ip[12];
} MailHostInfo;

static ServerStream (*SRVInitSendMsgImidiatly)(char *from, int *to, MsgCallback callback, void *callback_param);
static ServerStream (*SRVInitSendMsgSMTP)(char *from, int *to, char *smtp_host, int port, MsgCallback callback,
                                          void *callback_param);
static ServerStream (*SRVInitSendMsgBackgaund)(char *from, int *to, MsgCallback callback, void *callback_param);
static void (*SRVEndOfMsg)(ServerStream *stream);
static int (*SetSMTPServer)(SMTPReqCallback callback, int port, int mask);
static int (*SetPOP3Server)(SMTPReqCallback callback, int port, int mask);
static int (*SRVSend)(ServerStream *stream, void *bufer, int size);
static int (*SRVprintf)(ServerStream *stream, char *format, ...);
static int (*SRVRecv)(ServerStream *stream, void *bufer, int l);
static char *(*GetAUTHName)(ServerStream *stream);
static char *(*GetAUTHPassw)(ServerStream *stream);
static ulong (*GetRemoteIP)(ServerStream *stream);
static int (*GetRemoteAddr)(ServerStream *stream, void *addr, int buflen);
static int (*GetSocket)(ServerStream *stream);
static int (*FindMX)(char *domain, MailHostInfo *ret, int size);
static int (*LoadConfig)(char *filename);
static void (*SetConfigParam)(char *param, char *val);
static int (*GetConfigParamInt)(char *param);
static char *(*GetConfigParamStr)(char *param);
static char *(*SetConfigParamStr)(char *param);

#include "host.h"

/* Under its undecorated name. */
static void find(HMODULE module, const char *name, void *place) {
    FARPROC function = GetProcAddress(module, name);
    if (!function) {
        fprintf(stderr, "the DLL has no %s\n", name);
        exit(1);
    }
    memcpy(place, &function, sizeof function);
}

#define FIND(name) find(module, #name, &name)

static void find_all(HMODULE module) {
    FIND(SRVInitSendMsgImidiatly);
    FIND(SRVInitSendMsgSMTP);
    FIND(SRVInitSendMsgBackgaund);
    FIND(SRVEndOfMsg);
    FIND(SetSMTPServer);
    FIND(SetPOP3Server);
    FIND(SRVSend);
    FIND(SRVprintf);
    FIND(SRVRecv);
    FIND(GetAUTHName);
    FIND(GetAUTHPassw);
    FIND(GetRemoteIP);
    FIND(GetRemoteAddr);
    FIND(GetSocket);
    FIND(FindMX);
    FIND(LoadConfig);
    FIND(SetConfigParam);
    FIND(GetConfigParamInt);
    FIND(GetConfigParamStr);
    FIND(SetConfigParamStr);
}

/* Nothing starts in DllMain: the host has no thread more until its first call. */
static HMODULE load(const char *name) {
    int before = count_threads();
    HMODULE module = LoadLibraryA(name);
    if (!module) {
        fprintf(stderr, "%s is not loaded: error %lu\n", name, GetLastError());
        exit(1);
    }
    find_all(module);
    CHECK(before > 0);
    CHECK_INT(before, count_threads());
    return module;
}

/* It lets the library go while the servers run, and ends; the library stays, as long as its threads run. */
int main(int argc, char **argv) {
    HMODULE module = load(argc > 1 ? argv[1] : "mailmodule.dll");
    host_main();
    CHECK(count_threads() > 1);
    CHECK(FreeLibrary(module));
    CHECK_INT(0, GetConfigParamInt(text("no_such_key")));
    return check_result();
}
