/* Messages with a result for each recipient, and one mail in one call. Included by mailmodule.hpp. */
#ifndef MAILMODULE_MESSAGE_HPP
#define MAILMODULE_MESSAGE_HPP

#include "engine.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

using send_event_function = std::function<void(const mm_send_event &event)>;

/** How a message is sent (mm_send_options); as it is made: through the queue. */
struct send_options {
    mm_send_route route = MM_SEND_ROUTE_QUEUE;
    int port = 0;
    mm_tls_mode tls = MM_TLS_SETTINGS;
    mm_tls_check tls_check = MM_TLS_CHECK_SETTINGS;
    int timeout_ms = 0;
    mm_send_return return_content = MM_SEND_RETURN_DEFAULT;
    std::string host;
    std::string user_name;
    std::string password;
    std::string hello_name;
    std::string envelope_id;
    send_event_function on_event;
};

/** What became of one recipient, or how far it has come (mm_send_result). */
struct send_result {
    mm_send_state state;
    int error;      /**< MM_OK, or an MM_E_... value */
    int reply_code; /**< 0: there was no reply */
    int attempts;
    bool tls_checked;
    bool maybe_taken;
    std::string address;
    std::string status;
    std::string reply;
    std::string host;
    std::string host_address;
    std::string tls;
    std::string queue_id;
};

/** One mail (mm_mail): subject and text, or a ready message from one of message, path and read. */
struct mail {
    std::string from;
    std::string to;
    std::string cc;
    std::string bcc;
    std::string subject;
    std::string text;
    std::string message;
    std::string path;
    reader read;
};

namespace detail {

inline send_result to_send_result(const mm_send_result &in_c) {
    return {static_cast<mm_send_state>(in_c.state),
            in_c.error,
            in_c.reply_code,
            in_c.attempts,
            in_c.tls_checked != 0,
            in_c.maybe_taken != 0,
            string(in_c.address),
            string(in_c.status),
            string(in_c.reply),
            string(in_c.host),
            string(in_c.host_address),
            string(in_c.tls),
            string(in_c.queue_id)};
}

/** What the callbacks of a message use; the message may be freed inside one. */
struct message_state : std::enable_shared_from_this<message_state> {
    send_event_function on_event;
    reader read;
    caught thrown;

    static void MM_CALL hear(mm_send *, const mm_send_event *event, void *user) noexcept {
        const auto state = static_cast<message_state *>(user)->shared_from_this();
        at_border(state->thrown, [&] { state->on_event(*event); });
    }

    static int MM_CALL give(void *buffer, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto state = static_cast<message_state *>(user)->shared_from_this();
        return detail::read(state->read, state->thrown, buffer, size, length);
    }
};

/** The options as C has them, for as long as this lives. */
class send_options_in_c {
  public:
    send_options_in_c(const send_options &options, message_state *state)
        : host_(options.host), user_name_(options.user_name), password_(options.password),
          hello_name_(options.hello_name), envelope_id_(options.envelope_id) {
        value.route = options.route;
        value.port = options.port;
        value.tls = options.tls;
        value.tls_check = options.tls_check;
        value.timeout_ms = options.timeout_ms;
        value.return_content = options.return_content;
        value.host = host_.or_null();
        value.user_name = user_name_.or_null();
        value.password = user_name_.or_null() ? static_cast<const char *>(password_) : password_.or_null();
        value.hello_name = hello_name_.or_null();
        value.envelope_id = envelope_id_.or_null();
        value.on_event = state->on_event ? message_state::hear : nullptr;
        value.user = options.on_event ? state : nullptr;
    }

    mm_send_options value = MM_SEND_OPTIONS_INIT;

  private:
    text host_, user_name_, password_, hello_name_, envelope_id_;
};

/** A mail as C has it, for as long as this and the mail live. */
class mail_in_c {
  public:
    mail_in_c(const mail &from, message_state *state)
        : from_(from.from), to_(from.to), cc_(from.cc), bcc_(from.bcc), subject_(from.subject), text_(from.text),
          path_(from.path) {
        const bool is_ready = !from.message.empty() || !from.path.empty() || from.read;
        value.from = from_;
        value.to = to_.or_null();
        value.cc = cc_.or_null();
        value.bcc = bcc_.or_null();
        value.subject = is_ready ? subject_.or_null() : static_cast<const char *>(subject_);
        value.text = is_ready ? text_.or_null() : static_cast<const char *>(text_);
        value.message = from.message.empty() ? nullptr : from.message.data();
        value.message_size = from.message.size();
        value.path = path_.or_null();
        value.read = from.read ? message_state::give : nullptr;
        value.read_user = from.read ? state : nullptr;
    }

    mm_mail value = MM_MAIL_INIT;

  private:
    text from_, to_, cc_, bcc_, subject_, text_, path_;
};

} // namespace detail

/** A message on its way (mm_send). It may be destroyed inside its own callback. */
class message {
  public:
    static returns<message> make(engine &of, const send_options &options, std::string_view from) {
        auto state = state_for(options);
        const detail::send_options_in_c in_c(options, state.get());
        mm_send *made = nullptr;
        const int code = mm_send_new(of.get(), &in_c.value, detail::text(from), &made);
        return detail::done(code, message(made, std::move(state)));
    }

    /** Begins to send a mail and returns at once (mm_send_mail_start). */
    static returns<message> start(engine &of, const send_options &options, const mail &what) {
        auto state = state_for(options);
        state->read = what.read;
        const detail::send_options_in_c in_c(options, state.get());
        const detail::mail_in_c mail_in_c(what, state.get());
        mm_send *made = nullptr;
        const int code = mm_send_mail_start(of.get(), &in_c.value, &mail_in_c.value, &made);
        return detail::done(code, message(made, std::move(state)));
    }

    message(message &&) noexcept = default;

    message &operator=(message &&other) noexcept {
        message former(std::move(*this));
        state_ = std::move(other.state_);
        handle_ = std::move(other.handle_);
        return *this;
    }

    mm_send *get() const noexcept {
        return handle_.get();
    }

    /** notify: MM_SEND_NOTIFY_... bits; original: ORCPT of RFC 3461. */
    returns<void> add_recipient(std::string_view address, int notify = MM_SEND_NOTIFY_DEFAULT,
                                std::string_view original = {}) {
        const detail::text orcpt(original);
        return detail::done(mm_send_add_recipient(get(), detail::text(address), notify, orcpt.or_null()));
    }

    returns<void> write(const void *octets, std::size_t size) {
        return detail::done(mm_send_write(get(), octets, size));
    }

    returns<void> write(std::string_view octets) {
        return write(octets.data(), octets.size());
    }

    returns<void> set_file(std::string_view path) {
        return detail::done(mm_send_set_file(get(), detail::text(path)));
    }

    returns<void> set_descriptor(mm_socket descriptor) {
        return detail::done(mm_send_set_descriptor(get(), descriptor));
    }

    returns<void> set_reader(reader from) {
        if (state_->read || !from)
            return detail::done(mm_send_set_reader(get(), nullptr, nullptr));
        state_->read = std::move(from);
        const int code = mm_send_set_reader(get(), detail::message_state::give, state_.get());
        if (code != MM_OK)
            state_->read = nullptr;
        return detail::done(code);
    }

    returns<void> start() {
        return detail::done(mm_send_start(get()));
    }

    /** Whether every recipient has its final state; -1 waits for that. Throws what a callback has thrown. */
    returns<bool> wait(int timeout_ms = -1) {
        const int code = mm_send_wait(get(), timeout_ms);
        state_->thrown.rethrow();
        return detail::done(code == MM_E_TIMEOUT ? MM_OK : code, code == MM_OK);
    }

    /** MM_OK if every recipient was taken; else the worst failure. */
    returns<int> outcome() const {
        int found = MM_OK;
        const int code = mm_send_get_outcome(get(), &found);
        return detail::done(code, std::move(found));
    }

    /** Counted from 0 in the order in which they were added. */
    returns<send_result> result_of(int recipient) const {
        mm_send_result c = MM_SEND_RESULT_INIT;
        const int code = mm_send_get_result(get(), recipient, &c);
        return detail::done(code, detail::to_send_result(c));
    }

    /** From any thread, while others use the message. */
    returns<void> cancel() {
        return detail::done(mm_send_cancel(get()));
    }

  private:
    struct free {
        void operator()(mm_send *handle) const noexcept {
            mm_send_free(handle);
        }
    };

    message(mm_send *handle, std::shared_ptr<detail::message_state> state) : state_(std::move(state)), handle_(handle) {
    }

    static std::shared_ptr<detail::message_state> state_for(const send_options &options) {
        auto state = std::make_shared<detail::message_state>();
        state->on_event = options.on_event;
        return state;
    }

    std::shared_ptr<detail::message_state> state_; // outlives the handle
    std::unique_ptr<mm_send, free> handle_;
};

/** Sends one mail and waits until every recipient has its final state (mm_send_mail). A recipient that was not taken is
 * an error: the worst failure. */
inline returns<void> send_mail(engine &of, const send_options &options, const mail &what) {
    const auto state = std::make_shared<detail::message_state>();
    state->on_event = options.on_event;
    state->read = what.read;
    const detail::send_options_in_c in_c(options, state.get());
    const detail::mail_in_c mail_in_c(what, state.get());
    const int code = mm_send_mail(of.get(), &in_c.value, &mail_in_c.value, nullptr);
    state->thrown.rethrow();
    return detail::done(code);
}

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
