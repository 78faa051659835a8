/* The start of the runtime, in the first call that needs it. */
#include "../edge.h"
#include <windows.h>

/* A .NET runtime cannot be unloaded: FreeLibrary leaves the DLL in place from here on. */
static int stay_loaded(void) {
    static const char inside = 0;
    HMODULE module;
    DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
    if (GetModuleHandleExW(flags, (LPCWSTR)(const void *)&inside, &module))
        return MM_OK;
    mmi_fail(MM_E_INTERNAL, "the DLL cannot be kept in the process");
    return MM_E_INTERNAL;
}

/* As on Linux: a shortage is found before the runtime finds it, and the next call tries again. */
static int start(void) {
    static int has_begun;
    if (!has_begun) {
        int result = mmi_try_resources();
        if (result == MM_OK)
            result = stay_loaded();
        if (result != MM_OK)
            return result;
        has_begun = 1;
    }
    return mmi_start(NULL, NULL, NULL);
}

int mmi_enter(void) {
    static SRWLOCK starting = SRWLOCK_INIT;
    static volatile LONG is_started;
    int result = MM_OK;
    mmi_clear_error();
    if (InterlockedCompareExchange(&is_started, 0, 0))
        return MM_OK;
    AcquireSRWLockExclusive(&starting);
    if (!is_started && (result = start()) == MM_OK)
        InterlockedExchange(&is_started, 1);
    ReleaseSRWLockExclusive(&starting);
    return result;
}

/* There is no fork. */
void mmi_unshare(int descriptor, int is_ours) {
    (void)descriptor, (void)is_ours;
}
