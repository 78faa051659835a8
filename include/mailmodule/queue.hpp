/* The queue of an engine, of this process or of another. Included by mailmodule.hpp. */
#ifndef MAILMODULE_QUEUE_HPP
#define MAILMODULE_QUEUE_HPP

#include "message.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** One queued message at the moment it was looked at (mm_queue_message). */
struct queue_message {
    std::string id;
    std::string sender;
    std::int64_t received;
    std::int64_t expires;
    std::int64_t length;
    int recipients;
    int open;
};

/** One recipient of a queued message (mm_queue_recipient). */
struct queue_recipient {
    mm_queue_state state;
    int error;
    int reply_code;
    int attempts;
    std::int64_t last_attempt;
    std::int64_t next_attempt;
    std::string address;
    std::string status;
    std::string reply;
    std::string host;
};

/** A walk over the messages that were in the queue at one moment (mm_queue_cursor). */
class queue_cursor {
  public:
    /** For what makes one; the handle is this object's then. */
    explicit queue_cursor(mm_queue_cursor *handle) : handle_(handle) {
    }

    mm_queue_cursor *get() const noexcept {
        return handle_.get();
    }

    /** Steps to the next message; none at the end. */
    returns<std::optional<queue_message>> next() {
        mm_queue_message c = MM_QUEUE_MESSAGE_INIT;
        const int code = mm_queue_next(get(), &c);
        std::optional<queue_message> found;
        if (code == MM_OK && c.id)
            found = queue_message{
                detail::string(c.id), detail::string(c.sender), c.received, c.expires, c.length, c.recipients, c.open};
        return detail::done(code, std::move(found));
    }

    /** 0 to recipients - 1 of the message that the cursor stands on. */
    returns<queue_recipient> recipient(int number) const {
        mm_queue_recipient c = MM_QUEUE_RECIPIENT_INIT;
        const int code = mm_queue_get_recipient(get(), number, &c);
        using detail::string;
        return detail::done(code, queue_recipient{static_cast<mm_queue_state>(c.state), c.error, c.reply_code,
                                                  c.attempts, c.last_attempt, c.next_attempt, string(c.address),
                                                  string(c.status), string(c.reply), string(c.host)});
    }

    /** Reads on in the content of the message that the cursor stands on; 0 at its end. */
    returns<std::size_t> read(void *buffer, std::size_t size) {
        std::size_t length = 0;
        const int code = mm_queue_read(get(), buffer, size, &length);
        return detail::done(code, std::move(length));
    }

  private:
    struct close {
        void operator()(mm_queue_cursor *handle) const noexcept {
            mm_queue_close(handle);
        }
    };

    std::unique_ptr<mm_queue_cursor, close> handle_;
};

namespace detail {

/** The calls of C for an engine of this process, and of another. */
struct queue_functions {
    using handle = mm_engine;
    static constexpr auto counts = [](auto... all) { return mm_queue_get_counts(all...); };
    static constexpr auto open = [](auto... all) { return mm_queue_open(all...); };
    static constexpr auto retry = [](auto... all) { return mm_queue_retry(all...); };
    static constexpr auto hold = [](auto... all) { return mm_queue_hold(all...); };
    static constexpr auto release = [](auto... all) { return mm_queue_release(all...); };
    static constexpr auto remove = [](auto... all) { return mm_queue_remove(all...); };
    static constexpr auto redirect = [](auto... all) { return mm_queue_redirect(all...); };
};

struct control_functions {
    using handle = mm_control;
    static constexpr auto counts = [](auto... all) { return mm_control_get_counts(all...); };
    static constexpr auto open = [](auto... all) { return mm_control_open_queue(all...); };
    static constexpr auto retry = [](auto... all) { return mm_control_retry(all...); };
    static constexpr auto hold = [](auto... all) { return mm_control_hold(all...); };
    static constexpr auto release = [](auto... all) { return mm_control_release(all...); };
    static constexpr auto remove = [](auto... all) { return mm_control_remove(all...); };
    static constexpr auto redirect = [](auto... all) { return mm_control_redirect(all...); };
};

/** What can be done with a queue, whoever's it is. */
template <class Functions> class queue {
  public:
    returns<mm_queue_counts> counts() const {
        mm_queue_counts found = MM_QUEUE_COUNTS_INIT;
        const int code = Functions::counts(handle_, &found);
        return done(code, std::move(found));
    }

    /** A walk over all messages, or over one. */
    returns<queue_cursor> walk() const {
        return walk_over(nullptr);
    }

    returns<queue_cursor> walk(std::string_view id) const {
        return walk_over(text(id));
    }

    returns<void> retry(std::string_view id) {
        return done(Functions::retry(handle_, static_cast<const char *>(text(id))));
    }

    returns<void> retry_all() {
        return done(Functions::retry(handle_, none));
    }

    returns<void> hold(std::string_view id) {
        return done(Functions::hold(handle_, static_cast<const char *>(text(id))));
    }

    returns<void> hold_all() {
        return done(Functions::hold(handle_, none));
    }

    returns<void> release(std::string_view id) {
        return done(Functions::release(handle_, static_cast<const char *>(text(id))));
    }

    returns<void> release_all() {
        return done(Functions::release(handle_, none));
    }

    returns<void> remove(std::string_view id) {
        return done(Functions::remove(handle_, static_cast<const char *>(text(id))));
    }

    returns<void> remove_all() {
        return done(Functions::remove(handle_, none));
    }

    /** What is open of a message, or one recipient of it, goes to another address; returns the new message's id. */
    returns<std::string> redirect(std::string_view id, std::string_view target, std::string_view recipient = {}) {
        const text old_id(id), to(target), from(recipient);
        char new_id[MM_QUEUE_ID_SIZE] = "";
        const int code = Functions::redirect(handle_, static_cast<const char *>(old_id), from.or_null(),
                                             static_cast<const char *>(to), +new_id, sizeof new_id);
        return done(code, std::string(new_id));
    }

  protected:
    explicit queue(typename Functions::handle *handle) : handle_(handle) {
    }

    typename Functions::handle *handle_;

  private:
    static constexpr const char *none = nullptr;

    returns<queue_cursor> walk_over(const char *id) const {
        mm_queue_cursor *opened = nullptr;
        const int code = Functions::open(handle_, id, &opened);
        return done(code, queue_cursor(opened));
    }
};

/** A message for another engine: where it comes from, and what becomes of its recipients. */
struct handed_over {
    reader read;
    std::vector<send_result> results;
    caught thrown;

    static int MM_CALL give(void *buffer, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto self = static_cast<handed_over *>(user);
        return detail::read(self->read, self->thrown, buffer, size, length);
    }

    static void MM_CALL hear(int, const mm_send_result *result, void *user) noexcept {
        const auto self = static_cast<handed_over *>(user);
        at_border(self->thrown, [&] { self->results.push_back(to_send_result(*result)); });
    }
};

} // namespace detail

/** The queue of an engine, which must live as long. */
class queue : public detail::queue<detail::queue_functions> {
  public:
    explicit queue(const engine &of) : detail::queue<detail::queue_functions>(of.get()) {
    }
};

/** The queue of an engine in another process (mm_control). */
class control : public detail::queue<detail::control_functions> {
  public:
    /** path: of the socket, or of the mail_root it lies in. */
    static returns<control> open(std::string_view path) {
        mm_control *opened = nullptr;
        const int code = mm_control_open(detail::text(path), &opened);
        return detail::done(code, control(opened));
    }

    mm_control *get() const noexcept {
        return handle_;
    }

    /** Hands a message to the other engine (mm_control_send); what became of each recipient, in the order of to. */
    returns<std::vector<send_result>> send(std::string_view from, std::string_view to, reader content) {
        detail::handed_over message;
        message.read = std::move(content);
        const int code = mm_control_send(handle_, detail::text(from), detail::text(to),
                                         message.read ? detail::handed_over::give : nullptr, &message,
                                         detail::handed_over::hear, &message);
        message.thrown.rethrow();
        return detail::done(code, std::move(message.results));
    }

    control(control &&other) noexcept : detail::queue<detail::control_functions>(nullptr) {
        std::swap(handle_, other.handle_);
    }

    control &operator=(control &&other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }

    ~control() {
        mm_control_close(handle_);
    }

  private:
    explicit control(mm_control *handle) : detail::queue<detail::control_functions>(handle) {
    }
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
