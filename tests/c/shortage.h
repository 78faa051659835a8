/*
 * Shortages in children of the test, which is what the library's first use and a forked process need: each child is a
 * process that has not used the library yet. Included before everything else.
 *
 * Threads: this pthread_create takes the place of the C library's for the library too, and gives no more threads than
 * may live at one time, as a system's limit does. Those of the test itself with one body are exempt.
 */
#ifndef SHORTAGE_H
#define SHORTAGE_H

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLENTY = INT_MAX / 2 };

static int threads_alive;
static int threads_at_most = PLENTY;
static int threads_to_come = PLENTY; /* until there are no more at all */
static int threads_refused;
static void *(*threads_exempt)(void *); /* this body's threads do not count, and are not refused */

struct thread_start {
    void *(*body)(void *);
    void *argument;
};

static void thread_ends(void *start) {
    free(start);
    __atomic_sub_fetch(&threads_alive, 1, __ATOMIC_SEQ_CST);
}

static void *thread_runs(void *argument) {
    struct thread_start *start = argument;
    void *result;
    pthread_cleanup_push(thread_ends, start);
    result = start->body(start->argument);
    pthread_cleanup_pop(1);
    return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    if (body == threads_exempt)
        return create(thread, attributes, body, argument);
    struct thread_start *start = malloc(sizeof *start);
    int result = EAGAIN;
    *start = (struct thread_start){body, argument};
    if (__atomic_add_fetch(&threads_alive, 1, __ATOMIC_SEQ_CST) <= threads_at_most &&
        __atomic_sub_fetch(&threads_to_come, 1, __ATOMIC_SEQ_CST) >= 0)
        result = create(thread, attributes, thread_runs, start);
    else
        __atomic_add_fetch(&threads_refused, 1, __ATOMIC_SEQ_CST);
    if (result != 0)
        thread_ends(start);
    return result;
}

/* Runs body in a child; how it ended, as waitpid tells it. */
static inline int in_child(void (*body)(long), long argument) {
    int status = -1;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        body(argument);
        fflush(NULL);
        _exit(check_failures ? 1 : 0);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* The child has ended by itself, and all its checks held. */
#define CHECK_CHILD(body, argument)                                                                                    \
    do {                                                                                                               \
        int status_ = in_child(body, argument);                                                                        \
        if (status_ != 0) {                                                                                            \
            fprintf(stderr, "%s:%d: %s(%ld) ended with %s %d\n", __FILE__, __LINE__, #body, (long)(argument),          \
                    WIFSIGNALED(status_) ? "signal" : "status",                                                        \
                    WIFSIGNALED(status_) ? WTERMSIG(status_) : WEXITSTATUS(status_));                                  \
            check_failures++;                                                                                          \
        }                                                                                                              \
    } while (0)

static inline void set_soft_limit(int resource, rlim_t value) {
    struct rlimit limit;
    getrlimit(resource, &limit);
    limit.rlim_cur = value == RLIM_INFINITY ? limit.rlim_max : value;
    if (setrlimit(resource, &limit) != 0)
        exit(99);
}

#endif
