/* What the tests ask of the operating system, by the same names everywhere. */
#ifndef SYSTEM_H
#define SYSTEM_H

#ifdef _WIN32
#include "system_windows.h"
#else
#include "system_posix.h"
#endif

/* How many threads there are when no more than `most` are left, or after a minute. The pools of the runtime and of
 * Windows make as many as they like, on a slow processor more than elsewhere, and end those that have rested for a
 * while (the runtime's after 20 seconds). A thread that something holds does not end. */
static inline int wait_for_threads(int most) {
    double end = clock_milliseconds() + 60000;
    while (count_threads() > most && clock_milliseconds() < end)
        sleep_microseconds(50 * 1000);
    return count_threads();
}

#endif
