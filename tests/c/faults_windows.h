/* faults.h where the system is Windows, which has no signals: a host has a filter for exceptions that nobody handles. */
#ifndef FAULTS_WINDOWS_H
#define FAULTS_WINDOWS_H

#include <direct.h>

static volatile LONG faults;
static void *volatile forbidden_page;

/* The filter of this host mends what is wrong with its page, and the store is tried again. */
static LONG WINAPI on_unhandled_exception(EXCEPTION_POINTERS *exception) {
    DWORD before;
    if (exception->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION || !forbidden_page)
        return EXCEPTION_CONTINUE_SEARCH;
    faults++;
    return VirtualProtect(forbidden_page, 1, PAGE_READWRITE, &before) ? EXCEPTION_CONTINUE_EXECUTION
                                                                      : EXCEPTION_CONTINUE_SEARCH;
}

/* What a process has one of. */
struct dispositions {
    LPTOP_LEVEL_EXCEPTION_FILTER filter;
    UINT error_mode;
    UINT input_code_page, output_code_page;
};

static inline void dispositions_take(struct dispositions *dispositions) {
    dispositions->filter = SetUnhandledExceptionFilter(on_unhandled_exception);
    dispositions->error_mode = GetErrorMode();
    dispositions->input_code_page = GetConsoleCP();
    dispositions->output_code_page = GetConsoleOutputCP();
}

static inline void dispositions_compare(const struct dispositions *before, const struct dispositions *after) {
    CHECK(before->filter == after->filter);
    CHECK_INT(before->error_mode, after->error_mode);
    CHECK_INT(before->input_code_page, after->input_code_page);
    CHECK_INT(before->output_code_page, after->output_code_page);
}

/* Threads of Windows have nothing that could be blocked. */
static inline void look_at_threads(void) {
}

/* The host's own handler, set before the first use. */
static inline void set_handlers(void) {
    SetUnhandledExceptionFilter(on_unhandled_exception);
}

/* A fault of the host's own code still comes to the host's handler. */
static inline void fault_of_the_host(void) {
    forbidden_page = VirtualAlloc(NULL, 1, MEM_RESERVE | MEM_COMMIT, PAGE_NOACCESS);
    *(volatile int *)forbidden_page = 1;
    CHECK_INT(1, faults);
    VirtualFree(forbidden_page, 0, MEM_RELEASE);
    forbidden_page = NULL;
}

/* Neither in words nor by a window. */
static inline void say_nothing_of_faults(void) {
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    if (!freopen(NOTHING_FILE, "w", stderr))
        exit(99);
}

/* What child_wait has returned. */
static inline int ended_by_fault(int status) {
    return status == (int)EXCEPTION_ACCESS_VIOLATION;
}

#endif
