/*
 * What the start of the runtime takes, tried for in advance: the runtime ends the process where it does not get it.
 * All of it is held at one time and given back, so that the start finds it moments later.
 */
#include "../edge.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum {
    THREADS = 7,          /* the runtime's finalizer and pool (2); our I/O, arrivals and timers; a worker */
    MIB = 1024 * 1024,    /* octets */
    WORKING_MIB = 160,    /* beside the range of the heap and stacks; 64 of it are the C library's for a thread */
    BOOKKEEPING_PART = 64 /* of that range: what the garbage collector reserves to keep account of it */
};

/* The garbage collector reserves this range, or half of the limit where there is one that is less than twice that. */
static const size_t heap_range = (size_t)256 * 1024 * MIB;

static size_t range_of_heap(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur / 2 > heap_range)
        return heap_range;
    return (size_t)limit.rlim_cur / 2;
}

static size_t memory_of_start(void) {
    size_t range = range_of_heap();
    return range + range / BOOKKEEPING_PART + (size_t)WORKING_MIB * MIB;
}

static int refuse(const char *what, int reason) {
    char text[256];
    snprintf(text, sizeof text, "%s: %s", what, strerror(reason));
    mmi_fail(MM_E_MEMORY, text);
    return MM_E_MEMORY;
}

/* Lives until the one that started it lets go. */
static void *wait_for_end(void *held) {
    pthread_mutex_lock(held);
    pthread_mutex_unlock(held);
    return NULL;
}

static int try_threads(void) {
    pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[THREADS];
    int count = 0, reason = 0;
    char text[160];
    pthread_mutex_lock(&held);
    while (count < THREADS && reason == 0)
        if ((reason = pthread_create(&threads[count], NULL, wait_for_end, &held)) == 0)
            count++;
    pthread_mutex_unlock(&held);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    if (reason == 0)
        return MM_OK;
    snprintf(text, sizeof text,
             "the system gives %d threads of the %d that the start takes (RLIMIT_NPROC, a container's limit, or memory "
             "for their stacks)",
             count, THREADS);
    return refuse(text, reason);
}

int mmi_try_resources(void) {
    size_t size = memory_of_start();
    void *range = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) {
        char text[160];
        snprintf(text, sizeof text, "the start takes %zu MiB of address space, and there is not so much (RLIMIT_AS)",
                 size / MIB);
        return refuse(text, errno);
    }
    int result = try_threads();
    munmap(range, size);
    return result;
}
