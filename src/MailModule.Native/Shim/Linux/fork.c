/*
 * A child that the host makes by fork has copies of all descriptors, and a lock, a port or a connection lasts as long
 * as any copy. So a child closes at once those that are the engine's alone. Which they are is one bit for each, so that
 * remembering costs no lock, and the child needs none: another thread may have held it.
 */
#include "../edge.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { BITS = 64, WORDS = 16 * 1024 }; /* a million descriptors; those beyond are copied */

static _Atomic uint64_t ours[WORDS];
static pthread_once_t is_watched = PTHREAD_ONCE_INIT;

static void close_ours(void) {
    for (int word = 0; word < WORDS; word++) {
        uint64_t bits = atomic_load_explicit(&ours[word], memory_order_relaxed);
        for (int bit = 0; bits != 0; bit++, bits >>= 1)
            if (bits & 1)
                close(word * BITS + bit);
    }
}

static void watch(void) {
    pthread_atfork(NULL, NULL, close_ours);
}

void mmi_unshare(int descriptor, int is_ours) {
    if (descriptor < 0 || descriptor >= BITS * WORDS)
        return;
    pthread_once(&is_watched, watch);
    uint64_t bit = (uint64_t)1 << descriptor % BITS;
    if (is_ours)
        atomic_fetch_or_explicit(&ours[descriptor / BITS], bit, memory_order_relaxed);
    else
        atomic_fetch_and_explicit(&ours[descriptor / BITS], ~bit, memory_order_relaxed);
}
