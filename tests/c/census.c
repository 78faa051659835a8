/*
 * Header, "THE HOST'S PROCESS": what a use of the library leaves of the process it is in. Everything is counted before
 * the first call and after a whole use: dispositions of signals, environment, working directory, locale, mask,
 * standard output, threads.
 */
#include "server.h"
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

enum {
    SIGNALS = 65,
    SET_BY_THE_C_LIBRARY = 0x04000000 /* SA_RESTORER: in the flags of any action that was ever set */
};

struct census {
    struct sigaction actions[SIGNALS];
    char *environment;
    char folder[4096];
    char locale[256];
    sigset_t mask;
    mode_t umask;
};

static char *all_of_environment(void) {
    size_t size = 1;
    char *text, *end;
    for (char **entry = environ; *entry; entry++)
        size += strlen(*entry) + 1;
    end = text = malloc(size);
    for (char **entry = environ; *entry; entry++)
        end += sprintf(end, "%s\n", *entry);
    *end = '\0';
    return text;
}

static void take(struct census *census) {
    memset(census, 0, sizeof *census);
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, NULL, &census->actions[i]);
    census->environment = all_of_environment();
    if (!getcwd(census->folder, sizeof census->folder))
        exit(99);
    strncpy(census->locale, setlocale(LC_ALL, NULL), sizeof census->locale - 1);
    pthread_sigmask(SIG_SETMASK, NULL, &census->mask);
    census->umask = umask(022);
    umask(census->umask);
}

static int named_in_header(int number) {
    return number == SIGSEGV || number == SIGFPE || number == 34;
}

static void compare(const struct census *before, const struct census *after) {
    for (int i = 1; i < SIGNALS; i++) {
        int same = before->actions[i].sa_handler == after->actions[i].sa_handler &&
                   ((before->actions[i].sa_flags ^ after->actions[i].sa_flags) & ~SET_BY_THE_C_LIBRARY) == 0;
        if (!same && !named_in_header(i))
            fprintf(stderr, "signal %d has another disposition\n", i);
        CHECK(same || named_in_header(i));
        CHECK(sigismember(&before->mask, i) == sigismember(&after->mask, i));
    }
    CHECK_TEXT(before->environment, after->environment);
    CHECK_TEXT(before->folder, after->folder);
    CHECK_TEXT(before->locale, after->locale);
    CHECK(before->umask == after->umask);
}

static void read_line(const char *path, const char *prefix, char *line, size_t size) {
    FILE *file = fopen(path, "r");
    line[0] = '\0';
    while (file && fgets(line, (int)size, file) && strncmp(line, prefix, strlen(prefix)) != 0)
        line[0] = '\0';
    if (file)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
}

/* Every thread but the host's own: is it named as ours or the runtime's, and does it block what a host may be sent? */
static void threads(void) {
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

static void on_fault(int number) {
    (void)number;
    faults++;
    siglongjmp(after_fault, 1);
}

static void on_user(int number) {
    (void)number;
}

/* The host's own handlers, set before the first use. */
static void set_handlers(void) {
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
static void fault_of_the_host(void) {
    volatile int *volatile nowhere = NULL; /* a store that the compiler cannot drop */
    if (sigsetjmp(after_fault, 1) == 0)
        *nowhere = 1;
    CHECK_INT(1, faults);
}

static void on_event(const mm_queue_event *event, void *user) {
    (void)event, (void)user;
}

/* A message to another host, which nobody is: by the queue, and at once. */
static void use_delivery(void) {
    mm_send_options options = MM_SEND_OPTIONS_INIT;
    MailHostInfo found[1];
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    options.route = MM_SEND_ROUTE_DIRECT;
    SetConfigParamString("smtp_dns", "127.0.0.1:1");
    CHECK_INT(0, FindMX("far.example", found, 1));
    CHECK_INT(MM_E_DNS, mm_last_error());
    CHECK_OK(mm_queue_set_events(mm_engine_default(), on_event, NULL));
    for (int i = 0; i < 2; i++) {
        mm_send *send;
        CHECK_OK(mm_send_new(mm_engine_default(), i ? &options : NULL, "ann@example.org", &send));
        CHECK_OK(mm_send_add_recipient(send, "eve@far.example", MM_SEND_NOTIFY_DEFAULT, NULL));
        CHECK_OK(mm_send_start(send));
        CHECK_OK(mm_send_wait(send, -1));
        CHECK_INT(i ? MM_E_DNS : MM_OK, outcome_of(send));
        mm_send_free(send);
    }
    CHECK_OK(mm_queue_get_counts(mm_engine_default(), &counts));
    CHECK_INT(1, counts.messages);
}

static void use(void) {
    struct wire wire;
    server_settings();
    server_start(NULL, ALL_ACTIONS);
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: census\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 1);
    pop_close(&wire);
    ServerStream s = SRVInitSendMsgSMTP("a@example.net", "bob@example.org", "127.0.0.1", smtp_port, NULL, NULL);
    SRVprintf(&s, "Subject: %s\n\ntext\n", "by the library");
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    use_delivery();
}

/* Without a handler of the host, a fault of its own ends it by the signal, core and all. */
static void fault_without_handler(void) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        volatile int *volatile nowhere = NULL; /* a store that the compiler cannot drop */
        freopen("/dev/null", "w", stderr);
        SetConfigParamInt("from_same_host", 1);
        *nowhere = 1;
        _exit(0);
    }
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGABRT));
}

int main(void) {
    static struct census before, after;
    struct timespec begin, end;
    struct stat status;
    int output, report;

    fault_without_handler(); /* forks before the first use, as the header asks */
    set_handlers();
    fflush(stdout);
    report = dup(1);
    output = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    dup2(output, 1);
    take(&before);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    SetConfigParamInt("from_same_host", 100);
    clock_gettime(CLOCK_MONOTONIC, &end);
    use();
    take(&after);
    CHECK(fstat(output, &status) == 0 && status.st_size == 0);
    dup2(report, 1);
    compare(&before, &after);
    printf("first use took %.1f ms\n",
           (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6);
    threads();
    fault_of_the_host();
    server_stop();
    free(before.environment);
    free(after.environment);
    return check_result();
}
