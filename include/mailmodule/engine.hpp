/* Engines. Included by mailmodule.hpp. */
#ifndef MAILMODULE_ENGINE_HPP
#define MAILMODULE_ENGINE_HPP

#include "error.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

using log_function = std::function<void(mm_log_level level, std::string_view area, std::string_view line)>;

/** The event and its texts live until the callback returns. */
using queue_event_function = std::function<void(const mm_queue_event &event)>;
using mailbox_event_function = std::function<void(const mm_mailbox_event &event)>;
using fetch_event_function = std::function<void(const mm_fetch_result &result)>;

namespace detail {

/** A callback that may be replaced while it runs: who runs it shares it. */
template <class F> struct replaceable : std::enable_shared_from_this<replaceable<F>> {
    replaceable(F function, std::shared_ptr<caught> kept) : call(std::move(function)), thrown(std::move(kept)) {
    }

    F call;
    std::shared_ptr<caught> thrown;
};

struct engine_parts;

} // namespace detail

/** A mail engine (mm_engine). */
class engine {
  public:
    static returns<engine> make() {
        mm_engine *made = nullptr;
        const int code = mm_engine_new(&made);
        return detail::done(code, engine(made, true));
    }

    /** The one that functions with old names work on. It is never ended; callbacks set here are taken back at the end
     * of the object. */
    static returns<engine> of_process() {
        mm_engine *found = mm_engine_default();
        return detail::done(found ? MM_OK : mm_last_error(), engine(found, false));
    }

    engine(engine &&other) noexcept
        : engine_(std::exchange(other.engine_, nullptr)), is_owned_(other.is_owned_), thrown_(other.thrown_),
          log_(std::move(other.log_)), events_(std::move(other.events_)), mail_(std::move(other.mail_)) {
    }

    engine &operator=(engine &&other) noexcept {
        engine former(std::move(*this));
        engine_ = std::exchange(other.engine_, nullptr);
        is_owned_ = other.is_owned_;
        thrown_ = other.thrown_;
        log_ = std::move(other.log_);
        events_ = std::move(other.events_);
        mail_ = std::move(other.mail_);
        return *this;
    }

    /** Cuts what runs, as mm_engine_free; who wants it to end calls stop before. */
    ~engine() {
        if (engine_ && is_owned_)
            free();
        else if (engine_)
            detach();
    }

    /** For calls of C; it stays this object's. */
    mm_engine *get() const noexcept {
        return engine_;
    }

    returns<void> load(std::string_view filename) {
        return detail::done(mm_engine_load(engine_, detail::text(filename)));
    }

    returns<void> set(std::string_view key, std::string_view value) {
        return detail::done(mm_engine_set(engine_, detail::text(key), detail::text(value)));
    }

    returns<void> set(std::string_view key, std::int64_t value) {
        return detail::done(mm_engine_set_int(engine_, detail::text(key), value));
    }

    returns<std::string> get(std::string_view key) const {
        const detail::text name(key);
        std::string value(128, '\0');
        for (std::size_t length = 0;; value.resize(length + 1)) {
            const int code = mm_engine_get(engine_, name, value.data(), value.size(), &length);
            if (code == MM_E_LIMIT && length >= value.size())
                continue;
            value.resize(code == MM_OK ? length : 0);
            return detail::done(code, std::move(value));
        }
    }

    returns<std::int64_t> get_int(std::string_view key) const {
        std::int64_t value = 0;
        const int code = mm_engine_get_int(engine_, detail::text(key), &value);
        return detail::done(code, std::move(value));
    }

    /** Throws what a callback for log, events of queue, mailboxes or looks, or the end of a check has thrown. */
    returns<void> stop(int timeout_ms) {
        const int code = mm_engine_stop(engine_, timeout_ms);
        thrown_->rethrow();
        return detail::done(code);
    }

    /** An empty function: nobody hears. */
    returns<void> set_log(mm_log_level level, log_function function) {
        auto next = std::make_shared<detail::replaceable<log_function>>(std::move(function), thrown_);
        const int code = mm_engine_set_log(engine_, level, next->call ? on_log : nullptr, next.get());
        if (code == MM_OK)
            log_.swap(next);
        return detail::done(code);
    }

    /** An empty function: nobody hears. */
    returns<void> set_queue_events(queue_event_function function) {
        auto next = std::make_shared<detail::replaceable<queue_event_function>>(std::move(function), thrown_);
        const int code = mm_queue_set_events(engine_, next->call ? on_event : nullptr, next.get());
        if (code == MM_OK)
            events_.swap(next);
        return detail::done(code);
    }

    /** New mail in mailboxes here. An empty function: nobody hears. */
    returns<void> set_mailbox_events(mailbox_event_function function) {
        auto next = std::make_shared<detail::replaceable<mailbox_event_function>>(std::move(function), thrown_);
        const int code = mm_mailbox_set_events(engine_, next->call ? on_mail : nullptr, next.get());
        if (code == MM_OK)
            mail_.swap(next);
        return detail::done(code);
    }

    /** Looks at mailboxes elsewhere that have ended. An empty function: nobody hears. */
    returns<void> set_fetch_events(fetch_event_function function) {
        auto next = std::make_shared<detail::replaceable<fetch_event_function>>(std::move(function), thrown_);
        const int code = mm_fetch_set_events(engine_, next->call ? on_look : nullptr, next.get());
        if (code == MM_OK)
            looks_.swap(next);
        return detail::done(code);
    }

  private:
    friend struct detail::engine_parts;

    engine(mm_engine *handle, bool is_owned) : engine_(handle), is_owned_(is_owned) {
    }

    void free() noexcept {
        const int code = mm_engine_free(engine_);
        if (code != MM_E_STATE && code != MM_E_TIMEOUT)
            return;
        // A callback still runs, or may come: what it uses stays for good.
        static_cast<void>(new (std::nothrow) std::shared_ptr<void>(std::move(log_)));
        static_cast<void>(new (std::nothrow) std::shared_ptr<void>(std::move(events_)));
        static_cast<void>(new (std::nothrow) std::shared_ptr<void>(std::move(mail_)));
        static_cast<void>(new (std::nothrow) std::shared_ptr<void>(std::move(looks_)));
    }

    void detach() noexcept {
        if (log_)
            mm_engine_set_log(engine_, MM_LOG_ERROR, nullptr, nullptr);
        if (events_)
            mm_queue_set_events(engine_, nullptr, nullptr);
        if (mail_)
            mm_mailbox_set_events(engine_, nullptr, nullptr);
        if (looks_)
            mm_fetch_set_events(engine_, nullptr, nullptr);
    }

    static void MM_CALL on_log(int level, const char *area, const char *line, void *user) noexcept {
        const auto log = static_cast<detail::replaceable<log_function> *>(user)->shared_from_this();
        detail::at_border(*log->thrown, [&] { log->call(static_cast<mm_log_level>(level), area, line); });
    }

    static void MM_CALL on_event(const mm_queue_event *event, void *user) noexcept {
        const auto events = static_cast<detail::replaceable<queue_event_function> *>(user)->shared_from_this();
        detail::at_border(*events->thrown, [&] { events->call(*event); });
    }

    static void MM_CALL on_mail(const mm_mailbox_event *event, void *user) noexcept {
        const auto mail = static_cast<detail::replaceable<mailbox_event_function> *>(user)->shared_from_this();
        detail::at_border(*mail->thrown, [&] { mail->call(*event); });
    }

    static void MM_CALL on_look(const mm_fetch_result *result, void *user) noexcept {
        const auto looks = static_cast<detail::replaceable<fetch_event_function> *>(user)->shared_from_this();
        detail::at_border(*looks->thrown, [&] { looks->call(*result); });
    }

    mm_engine *engine_;
    bool is_owned_;
    std::shared_ptr<detail::caught> thrown_ = std::make_shared<detail::caught>();
    std::shared_ptr<detail::replaceable<log_function>> log_;
    std::shared_ptr<detail::replaceable<queue_event_function>> events_;
    std::shared_ptr<detail::replaceable<mailbox_event_function>> mail_;
    std::shared_ptr<detail::replaceable<fetch_event_function>> looks_;
};

namespace detail {

/** What other headers need of an engine. */
struct engine_parts {
    /** Where callbacks keep what they throw, for engine::stop. */
    static std::shared_ptr<caught> thrown(const engine &of) {
        return of.thrown_;
    }
};

} // namespace detail

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
