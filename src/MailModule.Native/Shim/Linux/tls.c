/*
 * OpenSSL's settings (SSL_CTX) that the managed half makes are told to give empty buffers back. OpenSSL calls
 * on_settings for each new set in the process, the host's as well, on the thread that makes it and in forked children:
 * so nothing here enters the runtime, takes a lock or allocates.
 */
#include "../edge.h"

enum {
    CLASS_OF_SETTINGS = 1, /* CRYPTO_EX_INDEX_SSL_CTX */
    SET_MODE = 33,         /* SSL_CTRL_MODE */
    RELEASE_BUFFERS = 0x10 /* SSL_MODE_RELEASE_BUFFERS */
};

typedef void (*new_fn)(void *settings, void *pointer, void *data, int index, long number, void *argument);
typedef int (*get_index_fn)(int class_index, long number, void *argument, new_fn made, void *copied, void *freed);
typedef long (*control_fn)(void *settings, int command, long number, void *pointer);

static __thread int is_ours;
static control_fn control_settings;

static void on_settings(void *settings, void *pointer, void *data, int index, long number, void *argument) {
    (void)pointer, (void)data, (void)index, (void)number, (void)argument;
    if (is_ours)
        control_settings(settings, SET_MODE, RELEASE_BUFFERS, NULL);
}

int mmi_tls_watch(mmi_fn get_index, mmi_fn control) {
    control_settings = (control_fn)control;
    return ((get_index_fn)get_index)(CLASS_OF_SETTINGS, 0, NULL, on_settings, NULL, NULL) < 0;
}

void mmi_tls_set_ours(int ours) {
    is_ours = ours;
}
