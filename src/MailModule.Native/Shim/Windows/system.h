/* What the C edge takes from Windows in all its files. */
#ifndef MAILMODULE_SYSTEM_H
#define MAILMODULE_SYSTEM_H

#define MMI_THREAD_LOCAL __declspec(thread)

/* There are no signals that a thread could get. */
typedef struct mmi_signals {
    char none;
} mmi_signals;

static inline void mmi_block_signals(mmi_signals *saved) {
    saved->none = 0;
}

static inline void mmi_restore_signals(const mmi_signals *saved) {
    (void)saved;
}

#endif
