/* The calling thread's last error, and the texts of errors and versions. Needs no runtime. */
#include "edge.h"
#include <stdio.h>
#include <string.h>

static MMI_THREAD_LOCAL struct {
    int code;
    char message[1024];
} last;

void mmi_clear_error(void) {
    last.code = MM_OK;
    last.message[0] = '\0';
}

/* Cut at a character, not inside one. */
static void cut(char *text, size_t size) {
    size_t length = strlen(text);
    if (length + 1 < size)
        return;
    while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
        length--;
    if (length > 0 && ((unsigned char)text[length - 1] & 0x80))
        length--;
    text[length] = '\0';
}

void mmi_fail(int code, const char *detail) {
    last.code = code;
    if (detail && *detail)
        snprintf(last.message, sizeof last.message, "%s: %s", mm_strerror(code), detail);
    else
        snprintf(last.message, sizeof last.message, "%s", mm_strerror(code));
    cut(last.message, sizeof last.message);
}

void mmi_tell(int code, const char *detail) {
    mmi_fail(code, detail);
    last.code = MM_OK;
}

int mm_last_error(void) {
    return last.code;
}

const char *mm_last_error_message(void) {
    return last.message;
}

/* A log line may be written in the middle of a host's call, which has not failed yet: what the callback does must not
 * show in its result. */
void mmi_call_log(mm_log_fn callback, int level, const char *area, const char *text, void *user) {
    callback(level, area, text, user);
    mmi_clear_error();
}

const char *mm_strerror(int code) {
    static const char *const texts[] = {
        "success",
        "invalid argument",
        "no such handle",
        "not allowed in this state or from this thread",
        "out of memory",
        "disk full or out of descriptors",
        "file error",
        "in use by another engine",
        "not found",
        "not in this version",
        "malformed configuration",
        "cannot listen",
        "name cannot be resolved",
        "cannot connect",
        "connection lost",
        "timed out",
        "TLS failed",
        "peer broke the protocol",
        "refused: temporary failure",
        "refused: permanent failure",
        "cancelled",
        "limit exceeded",
        "internal fault",
        "certificate for another host",
    };
    int number = code <= 0 && code >= MM_E_CERTIFICATE_NAME ? -code : -1;
    return number < 0 ? "unknown error" : texts[number];
}

const char *mm_version(void) {
    return MM_VERSION;
}

int mm_abi_version(void) {
    return MM_ABI_VERSION;
}
