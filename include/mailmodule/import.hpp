/* Mailboxes and queue of the old module, taken over once. Included by mailmodule.hpp. */
#ifndef MAILMODULE_IMPORT_HPP
#define MAILMODULE_IMPORT_HPP

#include "engine.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** What is taken over (mm_import_options). */
struct import_options {
    std::string name;  /**< one user's mailbox; "": those of all users */
    std::string queue; /**< the folder of queued mail; "": none */
    int flags = 0;     /**< MM_IMPORT_... */
};

/** Hears of one file; it and its texts live until the callback returns. False: no more is wanted. */
using import_function = std::function<bool(const mm_import_file &file)>;

namespace detail {

struct import_run {
    const import_function &call;
    caught thrown;

    static int MM_CALL on_file(const mm_import_file *file, void *user) noexcept {
        const auto self = static_cast<import_run *>(user);
        return at_border(self->thrown, static_cast<int>(MM_E_CANCELLED),
                         [&]() -> int { return !self->call || self->call(*file) ? MM_OK : MM_E_CANCELLED; });
    }
};

} // namespace detail

/** Takes over mail of the old module (mm_import_legacy). What the callback throws comes out of this call. */
inline returns<mm_import_result> import_legacy(engine &into, const import_options &options = {},
                                               const import_function &on_file = {}) {
    const detail::text name(options.name), queue(options.queue);
    mm_import_options c = MM_IMPORT_OPTIONS_INIT;
    c.name = name.or_null();
    c.queue = queue.or_null();
    c.flags = options.flags;
    mm_import_result found = MM_IMPORT_RESULT_INIT;
    detail::import_run run{on_file, {}};
    const int code = mm_import_legacy(into.get(), &c, detail::import_run::on_file, &run, &found);
    run.thrown.rethrow();
    return detail::done(code, std::move(found));
}

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
