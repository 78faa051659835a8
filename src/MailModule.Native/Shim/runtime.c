/* The start of the runtime, in the first call that needs it. */
#include "edge.h"
#include <pthread.h>
#include <signal.h>

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
    mmi_start(mmi_tls_watch, mmi_tls_set_ours, mmi_spawn_as);
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction now;
        if (belongs_to_runtime(i) || sigaction(i, NULL, &now) != 0)
            continue;
        if (now.sa_handler != before[i].sa_handler || now.sa_flags != before[i].sa_flags)
            sigaction(i, &before[i], NULL);
    }
    mmi_restore_signals(&mask);
}

void mmi_enter(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_runtime);
    mmi_clear_error();
}
