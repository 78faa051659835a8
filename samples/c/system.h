/* What the samples need of the system, for Windows and for the others. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdio.h>

#ifdef _WIN32

#include <windows.h>

/* What one thread says and another waits for: a number that is not 0. */
struct flag {
    SRWLOCK lock;
    CONDITION_VARIABLE set;
    int value;
};

#define FLAG_INIT                                                                                                      \
    { SRWLOCK_INIT, CONDITION_VARIABLE_INIT, 0 }

static inline void flag_set(struct flag *flag, int value) {
    AcquireSRWLockExclusive(&flag->lock);
    flag->value = value;
    ReleaseSRWLockExclusive(&flag->lock);
    WakeAllConditionVariable(&flag->set);
}

static inline int flag_wait(struct flag *flag) {
    int value;
    AcquireSRWLockExclusive(&flag->lock);
    while ((value = flag->value) == 0)
        SleepConditionVariableSRW(&flag->set, &flag->lock, INFINITE, 0);
    ReleaseSRWLockExclusive(&flag->lock);
    return value;
}

/* Runs a function on a thread of its own. */
struct thread {
    void (*body)(void *);
    void *argument;
};

static DWORD WINAPI thread_run(void *place) {
    struct thread thread = *(struct thread *)place;
    HeapFree(GetProcessHeap(), 0, place);
    thread.body(thread.argument);
    return 0;
}

static inline void thread_begin(void (*body)(void *), void *argument) {
    struct thread *thread = (struct thread *)HeapAlloc(GetProcessHeap(), 0, sizeof *thread);
    thread->body = body;
    thread->argument = argument;
    CloseHandle(CreateThread(NULL, 0, thread_run, thread, 0, NULL));
}

/* The C library of Windows has no line buffering. */
static inline void show_lines_at_once(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
}

/* Asked to end: by Ctrl+C, by the closing of the console window, or by the end of the standard input. */
static struct flag end_asked = FLAG_INIT;

static BOOL WINAPI end_by_console(DWORD event) {
    (void)event;
    flag_set(&end_asked, 1);
    Sleep(INFINITE); /* when this function returns from a closing, Windows ends the process: main is to do so */
    return TRUE;
}

/* Not by stdin's own functions: they would hold its lock, for which exit() waits. */
static DWORD WINAPI end_by_input(void *unused) {
    char octets[256];
    DWORD count = 0;
    (void)unused;
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), octets, sizeof octets, &count, NULL) && count > 0)
        ;
    flag_set(&end_asked, 1);
    return 0;
}

static inline void end_prepare(void) {
    SetConsoleCtrlHandler(end_by_console, TRUE);
    CreateThread(NULL, 0, end_by_input, NULL, 0, NULL);
}

static inline void end_wait(void) {
    flag_wait(&end_asked);
}

#else

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* What one thread says and another waits for: a number that is not 0. */
struct flag {
    pthread_mutex_t lock;
    pthread_cond_t set;
    int value;
};

#define FLAG_INIT                                                                                                      \
    { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }

static inline void flag_set(struct flag *flag, int value) {
    pthread_mutex_lock(&flag->lock);
    flag->value = value;
    pthread_cond_broadcast(&flag->set);
    pthread_mutex_unlock(&flag->lock);
}

static inline int flag_wait(struct flag *flag) {
    int value;
    pthread_mutex_lock(&flag->lock);
    while ((value = flag->value) == 0)
        pthread_cond_wait(&flag->set, &flag->lock);
    pthread_mutex_unlock(&flag->lock);
    return value;
}

/* Runs a function on a thread of its own. */
struct thread {
    void (*body)(void *);
    void *argument;
};

static inline void *thread_run(void *place) {
    struct thread thread = *(struct thread *)place;
    free(place);
    thread.body(thread.argument);
    return NULL;
}

static inline void thread_begin(void (*body)(void *), void *argument) {
    pthread_t number;
    struct thread *thread = (struct thread *)malloc(sizeof *thread);
    thread->body = body;
    thread->argument = argument;
    pthread_create(&number, NULL, thread_run, thread);
    pthread_detach(number);
}

static inline void show_lines_at_once(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Asked to end: by SIGTERM or SIGINT. They are blocked before any other thread begins, which inherits that. */
static inline sigset_t end_signals(void) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    return ends;
}

static inline void end_prepare(void) {
    sigset_t ends = end_signals();
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
}

static inline void end_wait(void) {
    sigset_t ends = end_signals();
    int number;
    sigwait(&ends, &number);
}

#endif

#endif
