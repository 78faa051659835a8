/* The start of the runtime, and the thread's last error. */
#include "edge.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- start ---- */

enum {
    SIGNALS = 65,
    SUSPEND_SIGNAL = 34 /* the runtime halts its threads with it */
};

/* Raised by the processor at the faulting instruction: blocking them would only turn a fault into a silent end. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};

static int belongs_to_runtime(int number) {
    return number == SIGSEGV || number == SIGFPE || number == SIGBUS || number == SIGILL || number == SIGTRAP ||
           number == SUSPEND_SIGNAL;
}

void mmi_block_signals(void *saved) {
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(&all, faults[i]);
    sigdelset(&all, SUSPEND_SIGNAL);
    pthread_sigmask(SIG_SETMASK, &all, saved);
}

void mmi_restore_signals(const void *saved) {
    pthread_sigmask(SIG_SETMASK, saved, NULL);
}

/* The runtime sets SIGPIPE to ignored at its start, and may touch others: what is the host's is put back. */
static void start_runtime(void) {
    static struct sigaction before[SIGNALS];
    sigset_t mask;
    mmi_block_signals(&mask);
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, NULL, &before[i]);
    mmi_start();
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction now;
        if (belongs_to_runtime(i) || sigaction(i, NULL, &now) != 0)
            continue;
        if (now.sa_handler != before[i].sa_handler || now.sa_flags != before[i].sa_flags)
            sigaction(i, &before[i], NULL);
    }
    mmi_restore_signals(&mask);
}

/* ---- last error ---- */

static __thread struct {
    int code;
    char message[1024];
} last;

void mmi_enter(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_runtime);
    last.code = MM_OK;
    last.message[0] = '\0';
}

/* Cut at a character, not inside one. */
static void cut(char *text, size_t size) {
    size_t length = strlen(text);
    if (length + 1 < size)
        return;
    while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
        length--;
    if (length > 0 && ((unsigned char)text[length - 1] & 0x80))
        length--;
    text[length] = '\0';
}

void mmi_fail(int code, const char *detail) {
    last.code = code;
    if (detail && *detail)
        snprintf(last.message, sizeof last.message, "%s: %s", mm_strerror(code), detail);
    else
        snprintf(last.message, sizeof last.message, "%s", mm_strerror(code));
    cut(last.message, sizeof last.message);
}

int mm_last_error(void) {
    return last.code;
}

const char *mm_last_error_message(void) {
    return last.message;
}

/* A log line may be written in the middle of a host's call, which has not failed yet: what the callback does must not show in its result. */
void mmi_call_log(mm_log_fn callback, int level, const char *area, const char *text, void *user) {
    callback(level, area, text, user);
    last.code = MM_OK;
    last.message[0] = '\0';
}

const char *mm_strerror(int code) {
    static const char *const texts[] = {
        "success",
        "invalid argument",
        "no such stream or engine",
        "not allowed in this state or from this thread",
        "out of memory",
        "disk full or out of descriptors",
        "file error",
        "in use by another engine",
        "not found",
        "not in this version",
        "malformed configuration",
        "cannot listen",
        "name cannot be resolved",
        "cannot connect",
        "connection lost",
        "timed out",
        "TLS failed",
        "peer broke the protocol",
        "peer refused for now",
        "peer refused",
        "cancelled",
        "limit exceeded",
        "internal fault",
    };
    int number = code <= 0 && code >= MM_E_INTERNAL ? -code : -1;
    return number < 0 ? "unknown error" : texts[number];
}

const char *mm_version(void) {
    return MM_VERSION;
}

int mm_abi_version(void) {
    return MM_ABI_VERSION;
}
