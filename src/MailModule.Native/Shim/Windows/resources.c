/*
 * What the start of the runtime takes, tried for in advance: the runtime ends the process where it does not get it.
 * Address space is hardly ever short here; what may be is the memory that the system vouches for (the commit limit,
 * which a job may lower for its processes). All of it is held at one time and given back.
 */
#include "../edge.h"
#include <stdio.h>
#include <windows.h>

enum {
    THREADS = 7, /* the runtime's finalizer, the system's pool, our timers and first workers */
    MIB = 1024 * 1024,
    WORKING_MIB = 64 /* for the heap's first parts, the runtime's tables and stacks */
};

/* The garbage collector reserves this range, and as much of the second for its account of it. */
static const SIZE_T heap_range = (SIZE_T)256 * 1024 * MIB;
static const SIZE_T bookkeeping_range = (SIZE_T)4 * 1024 * MIB;

static int refuse(const char *what) {
    char text[256];
    snprintf(text, sizeof text, "%s: Windows error %lu", what, (unsigned long)GetLastError());
    mmi_fail(MM_E_MEMORY, text);
    return MM_E_MEMORY;
}

/* Lives until the one that started it lets go. */
static DWORD WINAPI wait_for_end(void *held) {
    AcquireSRWLockExclusive(held);
    ReleaseSRWLockExclusive(held);
    return 0;
}

static int try_threads(void) {
    SRWLOCK held = SRWLOCK_INIT;
    HANDLE threads[THREADS];
    int count = 0, result = MM_OK;
    AcquireSRWLockExclusive(&held);
    while (count < THREADS && (threads[count] = CreateThread(NULL, 0, wait_for_end, &held, 0, NULL)) != NULL)
        count++;
    if (count < THREADS)
        result = refuse("the system does not give the threads that the start takes");
    ReleaseSRWLockExclusive(&held);
    for (int i = 0; i < count; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
    }
    return result;
}

static int try_memory_and_threads(void) {
    void *memory = VirtualAlloc(NULL, (SIZE_T)WORKING_MIB * MIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!memory)
        return refuse("the system does not give the memory that the start takes");
    int result = try_threads();
    VirtualFree(memory, 0, MEM_RELEASE);
    return result;
}

int mmi_try_resources(void) {
    void *range = VirtualAlloc(NULL, heap_range + bookkeeping_range, MEM_RESERVE, PAGE_READWRITE);
    if (!range)
        return refuse("the system does not give the address space that the start takes");
    int result = try_memory_and_threads();
    VirtualFree(range, 0, MEM_RELEASE);
    return result;
}
