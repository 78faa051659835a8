/* Where the system enters the DLL: objects begin and end here. Nothing of the library itself does. */
#include "startup.h"

enum { PROCESS_DETACH = 0, PROCESS_ATTACH = 1 };

typedef int (*checked_fn)(void); /* not 0: the DLL cannot be used */

struct exit_table {
    action_fn *first, *last, *end;
};
int _initialize_onexit_table(struct exit_table *table);
int _register_onexit_function(struct exit_table *table, checked_fn function);
int _execute_onexit_table(struct exit_table *table);

int __stdcall DllMain(void *module, dword reason, void *reserved);

/* Marks: C objects begin at XI, C++ objects at XC; XP and XT are run at the end. */
IN_SECTION(".CRT$XIA") static const checked_fn begin_c = 0;
IN_SECTION(".CRT$XIZ") static const checked_fn begin_c_end = 0;
IN_SECTION(".CRT$XCA") static const action_fn begin_cxx = 0;
IN_SECTION(".CRT$XCZ") static const action_fn begin_cxx_end = 0;
IN_SECTION(".CRT$XPA") static const action_fn before_end = 0;
IN_SECTION(".CRT$XPZ") static const action_fn before_end_end = 0;
IN_SECTION(".CRT$XTA") static const action_fn at_end = 0;
IN_SECTION(".CRT$XTZ") static const action_fn at_end_end = 0;

static struct exit_table exit_functions;

int atexit(action_fn function) {
    return _register_onexit_function(&exit_functions, (checked_fn)function);
}

/* Volatile here and below: to the compiler the two marks are objects that have nothing to do with each other. */
void run_actions(const action_fn *mark, const action_fn *end) {
    const action_fn *volatile at = mark, *volatile last = end;
    for (at++; at != last; at++)
        if (*at)
            (*at)();
}

static int begin_objects(void) {
    const checked_fn *volatile at = &begin_c, *volatile last = &begin_c_end;
    if (_initialize_onexit_table(&exit_functions) != 0)
        return 0;
    for (at++; at != last; at++)
        if (*at && (*at)() != 0)
            return 0;
    run_actions(&begin_cxx, &begin_cxx_end);
    return 1;
}

static void end_objects(void) {
    _execute_onexit_table(&exit_functions);
    run_actions(&before_end, &before_end_end);
    run_actions(&at_end, &at_end_end);
}

int __stdcall _DllMainCRTStartup(void *module, dword reason, void *reserved) {
    if (reason == PROCESS_ATTACH) {
        begin_cookie();
        if (!begin_objects())
            return 0;
    }
    int result = DllMain(module, reason, reserved);
    if (reason == PROCESS_DETACH || (reason == PROCESS_ATTACH && !result))
        end_objects();
    return result;
}
