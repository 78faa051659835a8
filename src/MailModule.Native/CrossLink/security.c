/*
 * Cookies on the stack, which tell a function that a buffer of its frame was written beyond its end; and what ends the
 * process when that has happened. The halves that must keep registers are in assembler.S.
 */
#include "startup.h"

enum { STACK_COOKIE = 2, FATAL_EXIT = 7, RANGE_CHECK = 8 }; /* FAST_FAIL_..., as the system names them */

enum { CONTINUE_SEARCH = 1 };

__declspec(dllimport) int __stdcall QueryPerformanceCounter(unsigned long long *count);
__declspec(dllimport) void __stdcall GetSystemTimeAsFileTime(unsigned long long *time);
__declspec(dllimport) dword __stdcall GetCurrentThreadId(void);

/* Of 48 bits, as everywhere: text that runs over it is then stopped by the zeroes above. */
address __security_cookie = 0x2B992DDFA232;

/* Asked for by what calculates with floating point. */
int _fltused = 1;

void begin_cookie(void) {
    unsigned long long time, count;
    GetSystemTimeAsFileTime(&time);
    QueryPerformanceCounter(&count);
    address mixed = time ^ count << 20 ^ (address)GetCurrentThreadId() << 32 ^ (address)&mixed;
    mixed &= 0xFFFFFFFFFFFF;
    if (mixed != 0)
        __security_cookie = mixed;
}

void end_process(unsigned code) {
    __asm__ volatile("int $0x29" : : "c"(code));
    __builtin_unreachable();
}

__attribute__((noreturn)) void __report_gsfailure(void) {
    end_process(STACK_COOKIE);
}

__attribute__((noreturn)) void __report_rangecheckfailure(void) {
    end_process(RANGE_CHECK);
}

__attribute__((noreturn)) void _purecall(void) {
    end_process(FATAL_EXIT);
}

/* What an exception meets in a frame that has a cookie and handles nothing. Microsoft's looks at the cookie first; here
 * the function itself does, where it returns. */
int __GSHandlerCheck(void *record, void *frame, void *context, void *dispatch) {
    (void)record, (void)frame, (void)context, (void)dispatch;
    return CONTINUE_SEARCH;
}
