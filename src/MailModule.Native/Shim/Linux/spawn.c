/*
 * Starts a program as another user, which posix_spawn cannot do. The runtime must not fork: between fork and exec this
 * makes system calls only. Those that change the user go past the C library, which would change all threads of a
 * process; here there is one.
 */
#define _GNU_SOURCE /* pipe2, dup3 */
#include "../edge.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SIGNALS = 65,
    GIVEN = 3,       /* where the child finds the descriptor it was given */
    REPORT = 4,      /* and where it says why it cannot start */
    KEEP_OPEN = 1024 /* what is closed one by one where the kernel has no close_range */
};

struct program {
    char *const *arguments;
    char *const *environment;
    const char *folder;
    uid_t user;
    gid_t group;
};

static void reset_signals(void) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, &usual, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Both are moved out of the way first: either may be where the other has to go. The report is where it has got to at
 * the time: its last place may be a file of the host's until then.
 */
static int arrange_descriptors(int given, int *report) {
    int high_given = fcntl(given, F_DUPFD_CLOEXEC, REPORT + 1);
    int high_report = fcntl(*report, F_DUPFD_CLOEXEC, REPORT + 1);
    if (high_given < 0 || high_report < 0)
        return -1;
    *report = high_report;
    if (dup2(high_given, GIVEN) < 0 || dup3(high_report, REPORT, O_CLOEXEC) < 0)
        return -1;
    *report = REPORT;
    for (int i = 0; i < GIVEN; i++)
        close(i);
    if (open("/dev/null", O_RDONLY) != 0 || open("/dev/null", O_WRONLY) != 1 || open("/dev/null", O_WRONLY) != 2)
        return -1;
    if (syscall(SYS_close_range, REPORT + 1, ~0U, 0) != 0)
        for (int i = REPORT + 1; i < KEEP_OPEN; i++)
            close(i);
    return 0;
}

/* The user last: before that is done, the rest may still be done. */
static int change_user(uid_t user, gid_t group) {
    if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, group, group, group) != 0 ||
        syscall(SYS_setresuid, user, user, user) != 0)
        return -1;
    if (getuid() == user && geteuid() == user && getgid() == group && getegid() == group)
        return 0;
    errno = EPERM;
    return -1;
}

static void run(const struct program *program, int given, int report) {
    setpgid(0, 0);
    if (arrange_descriptors(given, &report) == 0 && change_user(program->user, program->group) == 0 &&
        chdir(program->folder) == 0) {
        umask(077);
        reset_signals();
        execve(program->arguments[0], program->arguments, program->environment);
    }
    int reason = errno;
    if (write(report, &reason, sizeof reason) < 0)
        _exit(126);
    _exit(127);
}

static pid_t start(const struct program *program, int given, const int report[2]) {
    mmi_signals before;
    mmi_block_signals(&before);
    pid_t child = fork();
    if (child == 0)
        run(program, given, report[1]);
    int reason = errno;
    mmi_restore_signals(&before);
    close(report[1]);
    if (child < 0)
        return -reason;
    ssize_t length;
    do
        length = read(report[0], &reason, sizeof reason);
    while (length < 0 && errno == EINTR);
    if (length != sizeof reason)
        return child;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    return reason > 0 ? -reason : -EPERM;
}

int mmi_spawn_as(char *const *arguments, char *const *environment, const char *folder, int given, uint32_t user,
                 uint32_t group) {
    struct program program = {arguments, environment, folder, user, group};
    int report[2];
    if (user == 0 || pipe2(report, O_CLOEXEC) != 0)
        return user == 0 ? -EPERM : -errno;
    pid_t child = start(&program, given, report);
    close(report[0]);
    return child;
}
