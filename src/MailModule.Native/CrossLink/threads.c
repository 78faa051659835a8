/*
 * Thread-local variables: the directory that tells the system of them, and the initializers of C++ ones, which run when
 * a thread begins, or at its first use of one where the thread is older than the DLL.
 */
#include "startup.h"

enum { THREAD_ATTACH = 2 };

typedef void(__stdcall *thread_fn)(void *module, dword reason, void *reserved);

struct directory {
    address first, end, index, callbacks;
    dword zeroes, characteristics;
};

void __stdcall __dyn_tls_init(void *module, dword reason, void *reserved);

/* Marks of the variables' first values, and of what the system calls when a thread begins or ends. */
__attribute__((section(".tls"))) char _tls_start = 0;
__attribute__((section(".tls$ZZZ"))) char _tls_end = 0;
IN_SECTION(".CRT$XLA") static const thread_fn callbacks = 0;
IN_SECTION(".CRT$XLC") static const thread_fn run_initializers = __dyn_tls_init;
IN_SECTION(".CRT$XLZ") static const thread_fn callbacks_end = 0;
IN_SECTION(".CRT$XDA") static const action_fn initializers = 0;
IN_SECTION(".CRT$XDZ") static const action_fn initializers_end = 0;

dword _tls_index = 0;

/* The linker looks for this name. The callbacks end with a null. */
IN_SECTION(".rdata$T")
const struct directory _tls_used = {
    (address)&_tls_start, (address)&_tls_end, (address)&_tls_index, (address)(&callbacks + 1), 0, 0,
};

/* Compilers look at it before they touch such a variable, and call __dyn_tls_on_demand_init while it is 0. */
__declspec(thread) char __tls_guard = 0;

void __stdcall __dyn_tls_init(void *module, dword reason, void *reserved) {
    (void)module, (void)reserved;
    if (reason != THREAD_ATTACH || __tls_guard)
        return;
    __tls_guard = 1;
    run_actions(&initializers, &initializers_end);
}

void __dyn_tls_on_demand_init(void) {
    __dyn_tls_init(0, THREAD_ATTACH, 0);
}
