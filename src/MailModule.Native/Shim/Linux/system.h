/* What the C edge takes from Linux in all its files. */
#ifndef MAILMODULE_SYSTEM_H
#define MAILMODULE_SYSTEM_H

#include <signal.h>

#define MMI_THREAD_LOCAL __thread

/* Around calls that make the runtime start threads: those inherit a mask that blocks the host's signals. */
typedef sigset_t mmi_signals;
void mmi_block_signals(mmi_signals *saved);
void mmi_restore_signals(const mmi_signals *saved);

#endif
