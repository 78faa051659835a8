/* The public function for mail of the old module. */
#include "edge.h"

/* It may be the first use, which opens the spool: with the host's signals blocked, for threads that are born there. */
int mm_import_legacy(mm_engine *engine, const mm_import_options *options, mm_import_fn callback, void *user,
                     mm_import_result *result) {
    mmi_signals signals;
    if (mmi_enter() != MM_OK)
        return mm_last_error();
    mmi_block_signals(&signals);
    int code = mmi_import_legacy(engine, options, callback, user, result);
    mmi_restore_signals(&signals);
    return code;
}
