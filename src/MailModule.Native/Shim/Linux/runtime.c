/* The start of the runtime, in the first call that needs it. */
#include "../edge.h"
#include <pthread.h>

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

void mmi_block_signals(mmi_signals *saved) {
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(&all, faults[i]);
    sigdelset(&all, SUSPEND_SIGNAL);
    pthread_sigmask(SIG_SETMASK, &all, saved);
}

void mmi_restore_signals(const mmi_signals *saved) {
    pthread_sigmask(SIG_SETMASK, saved, NULL);
}

/* The runtime sets SIGPIPE to ignored at its start, and may touch others: what is the host's is put back. */
static int start_runtime(void) {
    struct sigaction before[SIGNALS];
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, NULL, &before[i]);
    int result = mmi_start(mmi_tls_watch, mmi_tls_set_ours, mmi_spawn_as);
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction now;
        if (belongs_to_runtime(i) || sigaction(i, NULL, &now) != 0)
            continue;
        if (now.sa_handler != before[i].sa_handler || now.sa_flags != before[i].sa_flags)
            sigaction(i, &before[i], NULL);
    }
    return result;
}

/*
 * A runtime that lacks a thread or memory at its start ends the process. So what it takes is tried for before, and
 * nothing of a shortage lasts: the next call tries again. The runtime itself starts once; what the library makes for
 * the whole process (mmi_start) may have to be tried for again after that.
 */
static int start(void) {
    static int has_begun;
    mmi_signals mask;
    int result;
    mmi_block_signals(&mask);
    result = has_begun ? MM_OK : mmi_try_resources();
    if (result == MM_OK) {
        has_begun = 1;
        result = start_runtime();
    }
    mmi_restore_signals(&mask);
    return result;
}

int mmi_enter(void) {
    static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
    static int is_started;
    int result = MM_OK;
    mmi_clear_error();
    if (__atomic_load_n(&is_started, __ATOMIC_ACQUIRE))
        return MM_OK;
    pthread_mutex_lock(&starting);
    if (!is_started && (result = start()) == MM_OK)
        __atomic_store_n(&is_started, 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&starting);
    return result;
}
