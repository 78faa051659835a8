/* Loaded before a program (LD_PRELOAD): a machine without OpenSSL, for whoever looks for libssl or libcrypto. */
#include <dlfcn.h>
#include <string.h>

void *dlopen(const char *name, int how) {
    void *(*open_library)(const char *, int);
    if (name && (strstr(name, "libssl") || strstr(name, "libcrypto")))
        return NULL;
    *(void **)&open_library = dlsym(RTLD_NEXT, "dlopen");
    return open_library(name, how);
}
