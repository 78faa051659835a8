/* faults.h where the system is Linux. */
#ifndef FAULTS_POSIX_H
#define FAULTS_POSIX_H

#include <pthread.h>
#include <setjmp.h>

enum {
    SIGNALS = 65,
    SET_BY_THE_C_LIBRARY = 0x04000000 /* SA_RESTORER: in the flags of any action that was ever set */
};

struct dispositions {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
    mode_t umask;
};

static inline void dispositions_take(struct dispositions *dispositions) {
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, NULL, &dispositions->actions[i]);
    pthread_sigmask(SIG_SETMASK, NULL, &dispositions->mask);
    dispositions->umask = umask(022);
    umask(dispositions->umask);
}

static inline int named_in_header(int number) {
    return number == SIGSEGV || number == SIGFPE || number == 34;
}

static inline void dispositions_compare(const struct dispositions *before, const struct dispositions *after) {
    for (int i = 1; i < SIGNALS; i++) {
        int same = before->actions[i].sa_handler == after->actions[i].sa_handler &&
                   ((before->actions[i].sa_flags ^ after->actions[i].sa_flags) & ~SET_BY_THE_C_LIBRARY) == 0;
        if (!same && !named_in_header(i))
            fprintf(stderr, "signal %d has another disposition\n", i);
        CHECK(same || named_in_header(i));
        CHECK(sigismember(&before->mask, i) == sigismember(&after->mask, i));
    }
    CHECK(before->umask == after->umask);
}

static inline void read_line(const char *path, const char *prefix, char *line, size_t size) {
    FILE *file = fopen(path, "r");
    line[0] = '\0';
    while (file && fgets(line, (int)size, file) && strncmp(line, prefix, strlen(prefix)) != 0)
        line[0] = '\0';
    if (file)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
}

/* Every thread but the host's own: is it named as ours or the runtime's, and does it block what a host may be sent? */
static inline void look_at_threads(void) {
    unsigned long long must = 1ull << (SIGTERM - 1) | 1ull << (SIGINT - 1) | 1ull << (SIGHUP - 1) |
                              1ull << (SIGUSR1 - 1) | 1ull << (SIGCHLD - 1) | 1ull << (SIGALRM - 1) |
                              1ull << (SIGPIPE - 1);
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    while ((task = readdir(tasks))) {
        char path[320], name[64], blocked[128];
        if (atoi(task->d_name) == 0 || atoi(task->d_name) == getpid())
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        read_line(path, "", name, sizeof name);
        snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
        read_line(path, "SigBlk:", blocked, sizeof blocked);
        if (blocked[0] && (strtoull(blocked + 7, NULL, 16) & must) != must) {
            fprintf(stderr, "thread %s (%s) does not block the host's signals: %s\n", task->d_name, name, blocked);
            check_failures++;
        }
        printf("    thread %-16s %s\n", name, blocked);
    }
    closedir(tasks);
}

static volatile sig_atomic_t faults;
static sigjmp_buf after_fault;

static inline void on_fault(int number) {
    (void)number;
    faults++;
    siglongjmp(after_fault, 1);
}

static inline void on_user(int number) {
    (void)number;
}

/* The host's own handlers, set before the first use. */
static inline void set_handlers(void) {
    struct sigaction fault, user;
    memset(&fault, 0, sizeof fault);
    fault.sa_handler = on_fault;
    sigaction(SIGSEGV, &fault, NULL);
    memset(&user, 0, sizeof user);
    user.sa_handler = on_user;
    user.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &user, NULL);
    sigaction(SIGCHLD, &user, NULL);
    signal(SIGINT, SIG_IGN);
}

/* A fault of the host's own code still comes to the host's handler. */
static inline void fault_of_the_host(void) {
    volatile int *volatile nowhere = NULL; /* a store that the compiler cannot drop */
    if (sigsetjmp(after_fault, 1) == 0)
        *nowhere = 1;
    CHECK_INT(1, faults);
}

static inline void say_nothing_of_faults(void) {
    if (!freopen(NOTHING_FILE, "w", stderr))
        exit(99);
}

/* What child_wait has returned. */
static inline int ended_by_fault(int status) {
    return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGABRT);
}

#endif
