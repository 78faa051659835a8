/* system.h where the system is Linux. */
#ifndef SYSTEM_POSIX_H
#define SYSTEM_POSIX_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOTHING_FILE "/dev/null"
#define IMPOSSIBLE_FOLDER "/proc/none"   /* a path that no folder can be made at */
#define SILENT_NAME_SERVER "127.0.0.1:1" /* nobody listens there, and a question fails at once */
#define MAILDIR_FLAGS_MARK ":2,"         /* between a message's name in its Maildir and its flags */

/* ---- sockets ---- */

typedef int socket_number;

#define NO_SOCKET (-1)

static inline void socket_close(socket_number number) {
    close(number);
}

/* How many octets went out, or -1; a peer that has gone sends no signal. */
static inline long socket_send(socket_number number, const void *octets, size_t size) {
    return (long)send(number, octets, size, MSG_NOSIGNAL);
}

/* After so long without an octet a receive gives up. */
static inline void socket_set_timeout(socket_number number, int seconds) {
    struct timeval timeout = {seconds, 0};
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

static inline void socket_set_no_delay(socket_number number) {
    int yes = 1;
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/* 0: no call on it waits. */
static inline void socket_set_blocking(socket_number number, int blocks) {
    int flags = fcntl(number, F_GETFL);
    fcntl(number, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

/* A socket that is bound and stays so: a server may listen at its port all the same, and nobody else binds to it. */
static inline void socket_keep_port(socket_number number) {
    int yes = 1;
    fcntl(number, F_SETFD, FD_CLOEXEC);
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

/* Two ends of a connection of the local kind; 0 where there is none. */
static inline int local_pair(socket_number ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
}

/* A connection that is reset is told of while nobody reads from it. */
static inline int hears_of_resets(void) {
    return 1;
}

/* ---- time ---- */

/* Of the processor, for this process. */
static inline long processor_milliseconds(void) {
    return (long)(clock() * 1000LL / CLOCKS_PER_SEC);
}

static inline void sleep_microseconds(unsigned int microseconds) {
    usleep(microseconds);
}

/* Of a clock that is never set. */
static inline double clock_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* ---- files, pipes and folders ---- */

typedef int descriptor;

/* For reading. */
static inline descriptor descriptor_open(const char *path) {
    return open(path, O_RDONLY);
}

/* Another one with the same offset. */
static inline descriptor descriptor_copy(descriptor number) {
    return dup(number);
}

static inline void descriptor_close(descriptor number) {
    close(number);
}

static inline long descriptor_seek(descriptor number, long offset) {
    return (long)lseek(number, offset, SEEK_SET);
}

static inline long descriptor_offset(descriptor number) {
    return (long)lseek(number, 0, SEEK_CUR);
}

static inline long descriptor_read(descriptor number, void *octets, size_t size) {
    return (long)read(number, octets, size);
}

static inline long descriptor_write(descriptor number, const void *octets, size_t size) {
    return (long)write(number, octets, size);
}

/* The end to read from and the end to write to. */
static inline void make_pipe(descriptor ends[2]) {
    if (pipe(ends) != 0)
        exit(99);
}

/* A text with paths that the system writes in more ways than one: with slashes. */
static inline const char *with_slashes(const char *text) {
    return text;
}

/* A new folder for what is temporary; 0 if it is there. */
static inline int make_temporary_folder(char *path, size_t size) {
    snprintf(path, size, "/tmp/mailmodule-test-XXXXXX");
    return mkdtemp(path) ? 0 : -1;
}

/* 0 as well if it is there. */
static inline int make_folder(const char *path) {
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

static inline int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static inline void remove_tree(const char *path) {
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* No file may pass this from here on, so that what would fill the disk fails soon; 0 where there is no such limit. */
static inline int limit_files(size_t size) {
    struct rlimit limit = {size, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        exit(99);
    return 1;
}

/* ---- this process ---- */

static inline int by_wine(void) {
    return 0;
}

static inline int entries(const char *path) {
    DIR *folder = opendir(path);
    int count = 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Open files and sockets. */
static inline int count_descriptors(void) {
    return entries("/proc/self/fd");
}

/* Of every kind: here that is all. */
static inline int count_handles(void) {
    return count_descriptors();
}

/* Private keys that the system keeps for this user: there is no such store. */
static inline int count_kept_keys(void) {
    return 0;
}

/* SIGPIPE ends the process. */
static inline void set_default_for_broken_pipes(void) {
    signal(SIGPIPE, SIG_DFL);
}

static inline int has_default_for_broken_pipes(void) {
    struct sigaction action;
    return sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL;
}

/* 1: so many descriptors may be open at once. */
static inline int may_open_descriptors(unsigned int count) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count && limit.rlim_max >= count) {
        limit.rlim_cur = count;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur >= count;
}

static inline int count_threads(void) {
    return entries("/proc/self/task");
}

static inline long resident_kib(void) {
    char line[256];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = atol(line + 6);
    fclose(file);
    return kib;
}

/* Octets that are 0 and take memory only when they are written to; NULL if there are none. */
static inline void *map_zeros(size_t size, int may_be_written) {
    int access = may_be_written ? PROT_READ | PROT_WRITE : PROT_READ;
    void *place = mmap(NULL, size, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return place == MAP_FAILED ? NULL : place;
}

static inline void unmap_zeros(void *place, size_t size) {
    munmap(place, size);
}

/* Calls body while no descriptor can be opened; 0 where the system cannot be told so. */
static inline int without_descriptors(void (*body)(void *), void *argument) {
    struct rlimit limit, none;
    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    body(argument);
    setrlimit(RLIMIT_NOFILE, &limit);
    return 1;
}

extern char **environ;

/* All variables, a line each. Freed by the caller. */
static inline char *all_of_environment(void) {
    size_t size = 1;
    char *text, *end;
    for (char **entry = environ; *entry; entry++)
        size += strlen(*entry) + 1;
    end = text = (char *)malloc(size);
    for (char **entry = environ; *entry; entry++)
        end += sprintf(end, "%s\n", *entry);
    *end = '\0';
    return text;
}

/* ---- standard output ---- */

/* What is written to it goes into a file that goes by itself, until standard_output_back. */
struct captured_output {
    descriptor own, file;
};

static inline void capture_standard_output(struct captured_output *captured) {
    fflush(stdout);
    captured->own = dup(1);
    captured->file = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    dup2(captured->file, 1);
}

/* How many octets came. */
static inline long standard_output_back(struct captured_output *captured) {
    struct stat status;
    fflush(stdout);
    int result = fstat(captured->file, &status);
    dup2(captured->own, 1);
    close(captured->own);
    close(captured->file);
    return result == 0 ? (long)status.st_size : -1;
}

/* ---- a child ---- */

/* What is put in front of a program that is not this machine's: words in quotes, each with a comma behind it. */
#ifndef EMULATOR
#define EMULATOR
#endif

/* An emulator has its own name where the system keeps a process's: the program gives it its own. */
static inline void be_known_as(const char *name) {
    const char *const emulator[] = {EMULATOR NULL};
    if (emulator[0])
        prctl(PR_SET_NAME, name);
}

/* A process with a pipe to its standard input, and one from its standard output. */
struct child {
    long id;
    descriptor to, from;
};

/* This program, whose argv[0] is given, with two arguments. */
static inline void child_start(struct child *child, const char *program, const char *first, const char *second) {
    int to[2], from[2];
    make_pipe(to);
    make_pipe(from);
    child->id = fork();
    if (child->id < 0)
        exit(99);
    if (child->id == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        for (int i = 3; i < 1024; i++)
            close(i);
        const char *const words[] = {EMULATOR program, first, second, NULL};
        execvp(words[0], (char *const *)(uintptr_t)words);
        _exit(99);
    }
    close(from[1]);
    close(to[0]);
    child->to = to[1];
    child->from = from[0];
}

/* Ends its input, and waits; 0 if it ended well. */
static inline int child_wait(struct child *child) {
    int status = -1;
    close(child->to);
    close(child->from);
    return waitpid((pid_t)child->id, &status, 0) == (pid_t)child->id ? status : -1;
}

/* Standard input and output of a process that was started as a child is. */
static inline descriptor own_input(void) {
    return 0;
}

static inline descriptor own_output(void) {
    return 1;
}

#endif
