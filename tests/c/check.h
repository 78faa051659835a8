/* What every test of this folder uses: checks that count, a folder of its own, a free port. */
#ifndef CHECK_H
#define CHECK_H

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
        long expected_ = (long)(expected), actual_ = (long)(actual);                                                   \
        if (expected_ != actual_) {                                                                                    \
            fprintf(stderr, "%s:%d: %s is %ld, not %ld\n", __FILE__, __LINE__, #actual, actual_, expected_);           \
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

static char check_folder[64];

static inline int check_remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static inline void check_remove_folder(void) {
    nftw(check_folder, check_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* An empty folder that goes when the test ends. */
static inline const char *check_make_folder(void) {
    strcpy(check_folder, "/tmp/mailmodule-test-XXXXXX");
    if (!mkdtemp(check_folder))
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

static inline int check_free_port(void) {
    struct sockaddr_in address = check_loopback(0);
    socklen_t size = sizeof address;
    int number = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(number, (struct sockaddr *)&address, size) != 0 ||
        getsockname(number, (struct sockaddr *)&address, &size) != 0)
        exit(99);
    close(number);
    return ntohs(address.sin_port);
}

static inline int check_result(void) {
    if (check_failures)
        fprintf(stderr, "%d checks failed\n", check_failures);
    return check_failures ? 1 : 0;
}

#endif
