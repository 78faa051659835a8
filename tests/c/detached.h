/* A thread that nobody joins. */
#ifndef DETACHED_H
#define DETACHED_H

#include <pthread.h>

/* Detached from its beginning, never by pthread_detach: where the thread is just ending, winpthreads (mingw-w64 10)
 * gives its memory to the next thread while it still writes to it on its way out, and the next one ends without
 * having run. */
static inline int start_detached(void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int result = pthread_create(&thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return result;
}

#endif
