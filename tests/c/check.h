/* What every test of this folder uses: checks that count, a folder of its own, a free port. */
#ifndef CHECK_H
#define CHECK_H

#include "system.h"

static int check_failures;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            __atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED);                                                  \
        }                                                                                                              \
    } while (0)

#define CHECK_INT(expected, actual)                                                                                    \
    do {                                                                                                               \
        long long expected_ = (long long)(expected), actual_ = (long long)(actual);                                    \
        if (expected_ != actual_) {                                                                                    \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #actual, actual_, expected_);         \
            __atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED);                                                  \
        }                                                                                                              \
    } while (0)

#define CHECK_TEXT(expected, actual)                                                                                   \
    do {                                                                                                               \
        const char *expected_ = (expected), *actual_ = (actual);                                                       \
        if (!actual_ || strcmp(expected_, actual_) != 0) {                                                             \
            fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #actual,                          \
                    actual_ ? actual_ : "(NULL)", expected_);                                                          \
            __atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED);                                                  \
        }                                                                                                              \
    } while (0)

/* A number that is not what it should be, and why the library says so. */
#define CHECK_OK(call)                                                                                                 \
    do {                                                                                                               \
        long result_ = (long)(call);                                                                                   \
        if (result_ != 0) {                                                                                            \
            fprintf(stderr, "%s:%d: %s is %ld: %s\n", __FILE__, __LINE__, #call, result_, mm_last_error_message());    \
            __atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED);                                                  \
        }                                                                                                              \
    } while (0)

/* qemu's user emulation cannot do all that a system does: where it runs a test, that is left out, and said. */
#if defined EMULATOR && defined __aarch64__
enum { BY_QEMU = 1 };
#else
enum { BY_QEMU = 0 };
#endif

/* What main returns that has left out all: CMake knows the number. */
static inline int check_skipped(const char *what, const char *reason) {
    printf("skipped: %s: %s\n", what, reason);
    return 77;
}

static char check_folder[64];

static inline void check_remove_folder(void) {
    remove_tree(check_folder);
}

/* An empty folder that goes when the test ends. */
static inline const char *check_make_folder(void) {
    if (make_temporary_folder(check_folder, sizeof check_folder) != 0)
        exit(99);
    atexit(check_remove_folder);
    return check_folder;
}

static inline struct sockaddr_in check_loopback(int port) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* A socket of a kind (SOCK_...) on loopback, and the port that the system chose for it. */
static inline socket_number check_bind(int kind, int *port) {
    struct sockaddr_in address = check_loopback(0);
    socklen_t size = sizeof address;
    socket_number number = socket(AF_INET, kind, 0);
    if (bind(number, (struct sockaddr *)&address, size) != 0 ||
        getsockname(number, (struct sockaddr *)&address, &size) != 0)
        exit(99);
    *port = ntohs(address.sin_port);
    return number;
}

/* One that nobody listens at, below those that the system gives to connections: they could take it until it is used.
 * Nor does another test take it, or this one once more, as long as this process lives. */
static inline int check_free_port(void) {
    for (;;) {
        int chosen;
        socket_close(check_bind(SOCK_STREAM, &chosen));
        struct sockaddr_in address = check_loopback(10000 + chosen % 22000);
        socket_number number = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(number, (struct sockaddr *)&address, sizeof address) == 0) {
            socket_keep_port(number);
            return ntohs(address.sin_port);
        }
        socket_close(number);
    }
}

static inline int check_result(void) {
    if (check_failures)
        fprintf(stderr, "%d checks failed\n", check_failures);
    return check_failures ? 1 : 0;
}

#endif
