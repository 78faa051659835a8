/*
 * What the objects of a DLL expect of Microsoft's C runtime, for a DLL that is linked without it (CrossLink.targets):
 * these files take its place, with the system's ucrtbase.dll for all that is in there.
 */
#ifndef MAILMODULE_STARTUP_H
#define MAILMODULE_STARTUP_H

/* The linker puts what is in sections of one name, up to a $, in the order of what follows it. */
#define IN_SECTION(name) __attribute__((section(name), used))

typedef unsigned long dword;
typedef __UINTPTR_TYPE__ address;
typedef void (*action_fn)(void);

/* Runs what objects have put between two marks. */
void run_actions(const action_fn *mark, const action_fn *end);

/* Ends the process as the system ends one that it cannot trust any more. */
__attribute__((noreturn)) void end_process(unsigned code);

void begin_cookie(void);

#endif
