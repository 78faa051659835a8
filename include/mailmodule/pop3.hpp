/* The POP3 client, verb by verb. Included by mailmodule.hpp. */
#ifndef MAILMODULE_POP3_HPP
#define MAILMODULE_POP3_HPP

#include "smtp.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** How a client works (mm_pop3_options), in the same words as one of SMTP. */
using pop3_options = smtp_options;

/** The last answer of the server (mm_pop3_reply). */
struct pop3_reply {
    mm_pop3_status status;
    int due;
    std::string text;
    std::string raw;
    std::string code;
    std::string challenge;
    std::string stamp;
};

/** One line of LIST or UIDL. */
struct pop3_entry {
    int number;
    std::int64_t octets;
    std::string id;
};

/** What STAT is answered by. */
struct pop3_totals {
    mm_pop3_status status;
    int count;
    std::int64_t octets;
};

/** Gets a piece of a message; false: no further message is wanted. */
using pop3_message_function = std::function<bool(int number, std::string_view octets, mm_pop3_status status)>;

namespace detail {

/** A function that takes messages, and where its exception goes. */
struct retrieved {
    const pop3_message_function &take;
    caught &thrown;

    static int MM_CALL give(int number, const void *octets, std::size_t size, int status, void *user) noexcept {
        const auto self = static_cast<retrieved *>(user);
        return at_border(self->thrown, static_cast<int>(MM_E_CANCELLED), [&] {
            const std::string_view piece(size ? static_cast<const char *>(octets) : "", size);
            const bool more = self->take(number, piece, static_cast<mm_pop3_status>(status));
            return static_cast<int>(more ? MM_OK : MM_E_CANCELLED);
        });
    }
};

} // namespace detail

/** A client's connection, open or not (mm_pop3). Each verb returns the status of the server's answer, a refusal's too;
 * what a callback has thrown meanwhile is thrown by the verb. One thread at a time, save cancel. */
class pop3_client {
  public:
    static returns<pop3_client> make(engine &of, const pop3_options &options = {}) {
        auto state = std::make_unique<detail::smtp_state>();
        state->on_certificate = options.on_certificate;
        state->on_trace = options.on_trace;
        const detail::text proxy(options.proxy.value_or("")), certificate(options.certificate), key(options.key);
        mm_pop3_options c = MM_POP3_OPTIONS_INIT;
        c.connect_timeout_ms = options.connect_timeout_ms;
        c.send_timeout_ms = options.send_timeout_ms;
        c.receive_timeout_ms = options.receive_timeout_ms;
        c.tls_check = options.tls_check;
        c.proxy = options.proxy ? static_cast<const char *>(proxy) : nullptr;
        c.certificate = certificate.or_null();
        c.key = key.or_null();
        c.on_certificate = options.on_certificate ? detail::smtp_state::judge : nullptr;
        c.on_trace = options.on_trace ? detail::smtp_state::trace : nullptr;
        c.user = options.on_certificate || options.on_trace ? state.get() : nullptr;
        mm_pop3 *made = nullptr;
        const int code = mm_pop3_new(of.get(), &c, &made);
        return detail::done(code, pop3_client(made, std::move(state)));
    }

    pop3_client(pop3_client &&) noexcept = default;

    pop3_client &operator=(pop3_client &&other) noexcept {
        pop3_client former(std::move(*this));
        state_ = std::move(other.state_);
        handle_ = std::move(other.handle_);
        return *this;
    }

    mm_pop3 *get() const noexcept {
        return handle_.get();
    }

    // ---- the connection ----

    returns<void> set_timeouts(int connect_ms, int send_ms, int receive_ms) {
        return done(mm_pop3_set_timeouts(get(), connect_ms, send_ms, receive_ms));
    }

    /** flags: MM_POP3_NO_GREETING, MM_POP3_TLS. */
    returns<mm_pop3_status> connect(std::string_view host, int port = 0, int flags = 0) {
        return answer_to([&](int *status) { return mm_pop3_connect(get(), detail::text(host), port, flags, status); });
    }

    /** Over a way of the host's in place of a socket, which is destroyed when the connection is closed, or fails. */
    returns<mm_pop3_status> connect(std::unique_ptr<transport> way, std::string_view host = {}, int flags = 0) {
        const auto c = state_->attach(std::move(way));
        return answer_to([&](int *status) {
            return mm_pop3_connect_transport(get(), &c, detail::text(host).or_null(), flags, status);
        });
    }

    returns<mm_pop3_status> stls() {
        return answer_to([&](int *status) { return mm_pop3_stls(get(), status); });
    }

    /** The handshake; flags: MM_POP3_GREETING. */
    returns<mm_pop3_status> start_tls(std::string_view server_name = {}, int flags = 0) {
        return answer_to(
            [&](int *status) { return mm_pop3_start_tls(get(), detail::text(server_name).or_null(), flags, status); });
    }

    /** Lays a way of the host's over the connection, its own TLS. */
    returns<void> set_transport(std::unique_ptr<transport> way) {
        const auto c = state_->attach(std::move(way));
        return done(mm_pop3_set_transport(get(), &c));
    }

    returns<mm_socket> socket() const {
        mm_socket found = MM_INVALID_SOCKET;
        const int code = mm_pop3_get_socket(get(), &found);
        return detail::done(code, std::move(found));
    }

    /** MM_READY_... bits of what is there; 0 if the time is up. */
    returns<int> wait(int wanted, int timeout_ms) {
        int found = 0;
        const int code = mm_pop3_wait(get(), wanted, timeout_ms, &found);
        return done(code == MM_E_TIMEOUT ? MM_OK : code, std::move(found));
    }

    /** From any thread: ends the call that is under way on another. */
    returns<void> cancel() {
        return detail::done(mm_pop3_cancel(get()));
    }

    returns<void> close() {
        return done(mm_pop3_close(get()));
    }

    // ---- verbs ----

    returns<mm_pop3_status> capa() {
        return answer_to([&](int *status) { return mm_pop3_capa(get(), status); });
    }

    returns<std::vector<std::string>> capabilities() const {
        std::vector<std::string> all;
        int count = 0, code = mm_pop3_get_capability_count(get(), &count);
        for (int i = 0; code == MM_OK && i < count; i++) {
            const char *text = nullptr;
            code = mm_pop3_get_capability(get(), i, &text);
            all.push_back(detail::string(text));
        }
        return detail::done(code, std::move(all));
    }

    /** What follows the keyword; nothing if the server does not offer it. */
    returns<std::optional<std::string>> capability(std::string_view name) const {
        const char *parameters = nullptr;
        const int code = mm_pop3_find_capability(get(), detail::text(name), &parameters);
        return detail::done(code, parameters ? std::optional<std::string>(parameters) : std::nullopt);
    }

    /** By what is best; flags: MM_POP3_NO_..., MM_POP3_CLEAR_PASSWORD. */
    returns<mm_pop3_status> login(std::string_view user, std::string_view password, int flags = 0) {
        const detail::text name(user), secret(password);
        return answer_to([&](int *status) { return mm_pop3_login(get(), name, secret, flags, status); });
    }

    returns<mm_pop3_status> user(std::string_view name) {
        return answer_to([&](int *status) { return mm_pop3_user(get(), detail::text(name), status); });
    }

    returns<mm_pop3_status> pass(std::string_view password) {
        return answer_to([&](int *status) { return mm_pop3_pass(get(), detail::text(password), status); });
    }

    returns<mm_pop3_status> apop(std::string_view user, std::string_view password) {
        const detail::text name(user), secret(password);
        return answer_to([&](int *status) { return mm_pop3_apop(get(), name, secret, status); });
    }

    /** mechanism "": the strongest that the server offers. */
    returns<mm_pop3_status> auth(std::string_view user, std::string_view password, std::string_view mechanism = {}) {
        const detail::text name(mechanism), login(user), secret(password);
        return answer_to([&](int *status) {
            return mm_pop3_auth(get(), name.or_null(), login.or_null(), secret.or_null(), status);
        });
    }

    /** mechanism "": OAUTHBEARER or XOAUTH2, as the server offers. */
    returns<mm_pop3_status> auth_token(std::string_view identity, const token_function &token,
                                       std::string_view mechanism = {}) {
        const detail::text name(mechanism), login(identity);
        detail::token_source source{token, state_->thrown};
        return answer_to([&](int *status) {
            return mm_pop3_auth_token(get(), name.or_null(), login, detail::token_source::give, &source, status);
        });
    }

    /** initial: base64, "=" for no octets, "" for none. */
    returns<mm_pop3_status> auth_raw(std::string_view mechanism, std::string_view initial = {}) {
        const detail::text name(mechanism), response(initial);
        return answer_to([&](int *status) { return mm_pop3_auth_raw(get(), name, response.or_null(), status); });
    }

    returns<mm_pop3_status> auth_respond(std::string_view response) {
        return answer_to([&](int *status) { return mm_pop3_auth_respond(get(), detail::text(response), status); });
    }

    returns<mm_pop3_status> utf8() {
        return answer_to([&](int *status) { return mm_pop3_utf8(get(), status); });
    }

    /** tag "": which there are, by read. */
    returns<mm_pop3_status> lang(std::string_view tag = {}) {
        return answer_to([&](int *status) { return mm_pop3_lang(get(), detail::text(tag).or_null(), status); });
    }

    returns<pop3_totals> stat() {
        pop3_totals totals{MM_POP3_NONE, 0, 0};
        int status = MM_POP3_NONE;
        const int code = mm_pop3_stat(get(), &totals.count, &totals.octets, &status);
        totals.status = static_cast<mm_pop3_status>(status);
        return done(code, std::move(totals));
    }

    /** 0: all messages; next gives the lines. */
    returns<mm_pop3_status> list(int number = 0) {
        return answer_to([&](int *status) { return mm_pop3_list(get(), number, status); });
    }

    returns<mm_pop3_status> uidl(int number = 0) {
        return answer_to([&](int *status) { return mm_pop3_uidl(get(), number, status); });
    }

    /** The next line of LIST or UIDL; nothing at the end. */
    returns<std::optional<pop3_entry>> next() {
        mm_pop3_entry c = MM_POP3_ENTRY_INIT;
        const int code = mm_pop3_next(get(), &c);
        std::optional<pop3_entry> found;
        if (code == MM_OK && c.number > 0)
            found = pop3_entry{c.number, c.octets, detail::string(c.id)};
        return done(code, std::move(found));
    }

    returns<mm_pop3_status> retr(int number) {
        return answer_to([&](int *status) { return mm_pop3_retr(get(), number, status); });
    }

    returns<mm_pop3_status> top(int number, int lines) {
        return answer_to([&](int *status) { return mm_pop3_top(get(), number, lines, status); });
    }

    /** Octets of an answer of many lines; 0 at its end. */
    returns<std::size_t> read(void *buffer, std::size_t size) {
        std::size_t length = 0;
        const int code = mm_pop3_read(get(), buffer, size, &length);
        return done(code, std::move(length));
    }

    /** Messages one after the other; take gets each piece, and an empty one at a message's end. */
    returns<void> retr_all(const std::vector<int> &numbers, pop3_message_function take, int lines = -1) {
        detail::retrieved run{take, state_->thrown};
        static const int none = 0;
        return done(mm_pop3_retr_all(get(), numbers.empty() ? &none : numbers.data(), numbers.size(), lines,
                                     detail::retrieved::give, &run));
    }

    returns<mm_pop3_status> dele(int number) {
        return answer_to([&](int *status) { return mm_pop3_dele(get(), number, status); });
    }

    returns<mm_pop3_status> rset() {
        return answer_to([&](int *status) { return mm_pop3_rset(get(), status); });
    }

    returns<mm_pop3_status> noop() {
        return answer_to([&](int *status) { return mm_pop3_noop(get(), status); });
    }

    returns<mm_pop3_status> quit() {
        return answer_to([&](int *status) { return mm_pop3_quit(get(), status); });
    }

    /** A command of the host's own; receive reads its answer. */
    returns<void> send_command(std::string_view line, mm_pop3_answer answer = MM_POP3_KNOWN) {
        return done(mm_pop3_send_command(get(), detail::text(line), answer));
    }

    returns<mm_pop3_status> receive() {
        return answer_to([&](int *status) { return mm_pop3_receive(get(), status); });
    }

    // ---- what was said, and what went wrong ----

    returns<pop3_reply> reply() const {
        mm_pop3_reply c = MM_POP3_REPLY_INIT;
        const int code = mm_pop3_get_reply(get(), &c);
        using detail::string;
        return detail::done(code, pop3_reply{static_cast<mm_pop3_status>(c.status), c.due, string(c.text),
                                             string(c.raw), string(c.code), string(c.challenge), string(c.stamp)});
    }

    returns<error_detail> last_error() const {
        mm_error_detail c = MM_ERROR_DETAIL_INIT;
        const int code = mm_pop3_get_error(get(), &c);
        using detail::string;
        return detail::done(code,
                            error_detail{c.code, static_cast<mm_error_layer>(c.layer),
                                         static_cast<mm_smtp_stage>(c.stage), c.os_error, c.tls_alert, c.certificate,
                                         c.retry != 0, string(c.message), string(c.host), string(c.peer)});
    }

    /** Version and cipher; "" in clear text. */
    returns<std::string> tls() const {
        const char *text = nullptr;
        const int code = mm_pop3_get_tls(get(), &text);
        return detail::done(code, detail::string(text));
    }

  private:
    struct free {
        void operator()(mm_pop3 *handle) const noexcept {
            mm_pop3_free(handle);
        }
    };

    pop3_client(mm_pop3 *handle, std::unique_ptr<detail::smtp_state> state)
        : state_(std::move(state)), handle_(handle) {
    }

    template <class Call> returns<mm_pop3_status> answer_to(Call &&call) {
        int status = MM_POP3_NONE;
        const int code = call(&status);
        return done(code, static_cast<mm_pop3_status>(status));
    }

    returns<void> done(int code) {
        state_->thrown.rethrow();
        return detail::done(code);
    }

    template <class T> returns<T> done(int code, T &&value) {
        state_->thrown.rethrow();
        return detail::done(code, std::move(value));
    }

    std::unique_ptr<detail::smtp_state> state_; // outlives the handle
    std::unique_ptr<mm_pop3, free> handle_;
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
