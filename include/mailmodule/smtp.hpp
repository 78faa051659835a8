/* The SMTP client, verb by verb. Included by mailmodule.hpp. */
#ifndef MAILMODULE_SMTP_HPP
#define MAILMODULE_SMTP_HPP

#include "engine.hpp"
#include "transaction.hpp"
#include "transport.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

using trace_function = std::function<void(mm_trace_direction direction, std::string_view line)>;

/** A token, or none: the login fails then. */
using token_function = std::function<std::optional<std::string>()>;

/** How a client works (mm_smtp_options). */
struct smtp_options {
    int connect_timeout_ms = 0;
    int send_timeout_ms = 0;
    int receive_timeout_ms = 0;
    mm_tls_check tls_check = MM_TLS_CHECK_SETTINGS;
    std::optional<std::string> proxy; /**< nothing: the setting; "": none */
    std::string certificate;
    std::string key;
    certificate_function on_certificate;
    trace_function on_trace;
};

/** The last reply of the server (mm_smtp_reply). */
struct smtp_reply {
    int code;
    int lines;
    int due;
    std::string text;
    std::string raw;
    std::string status;
    std::string challenge;
};

/** What became of one message, and of each of its recipients. */
struct smtp_sent {
    int code; /**< of the reply that ended it; 0: there was none */
    std::vector<smtp_recipient> recipients;
};

namespace detail {

/** What the callbacks of a client use. */
struct smtp_state {
    certificate_function on_certificate;
    trace_function on_trace;
    caught thrown;
    std::vector<std::unique_ptr<attached_transport>> transports;

    static void MM_CALL judge(const mm_certificate *shown, int *accept, void *user) noexcept {
        const auto state = static_cast<smtp_state *>(user);
        *accept = at_border(state->thrown, 0, [&] {
            return static_cast<int>(state->on_certificate(to_certificate(*shown), *accept != 0));
        });
    }

    static void MM_CALL trace(int direction, const char *line, void *user) noexcept {
        const auto state = static_cast<smtp_state *>(user);
        at_border(state->thrown, [&] { state->on_trace(static_cast<mm_trace_direction>(direction), line); });
    }

    mm_transport attach(std::unique_ptr<transport> way) {
        const auto is_gone = [](const auto &attached) { return !attached->way; };
        transports.erase(std::remove_if(transports.begin(), transports.end(), is_gone), transports.end());
        transports.push_back(std::make_unique<attached_transport>());
        transports.back()->way = std::move(way);
        transports.back()->thrown = &thrown;
        return transports.back()->in_c();
    }
};

/** A token function, and where its exception goes. */
struct token_source {
    const token_function &give_token;
    caught &thrown;

    static int MM_CALL give(char *buffer, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto self = static_cast<token_source *>(user);
        return at_border(self->thrown, static_cast<int>(MM_E_CANCELLED), [&] {
            const auto token = self->give_token();
            if (!token || token->size() > size)
                return static_cast<int>(MM_E_CANCELLED);
            *length = token->copy(buffer, size);
            return static_cast<int>(MM_OK);
        });
    }
};

} // namespace detail

/** A client's connection, open or not (mm_smtp). Each verb returns the code of the server's reply, a refusal's too;
 * what a callback has thrown meanwhile is thrown by the verb. One thread at a time, save cancel. */
class smtp_client {
  public:
    static returns<smtp_client> make(engine &of, const smtp_options &options = {}) {
        auto state = std::make_unique<detail::smtp_state>();
        state->on_certificate = options.on_certificate;
        state->on_trace = options.on_trace;
        const detail::text proxy(options.proxy.value_or("")), certificate(options.certificate), key(options.key);
        mm_smtp_options c = MM_SMTP_OPTIONS_INIT;
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
        mm_smtp *made = nullptr;
        const int code = mm_smtp_new(of.get(), &c, &made);
        return detail::done(code, smtp_client(made, std::move(state)));
    }

    smtp_client(smtp_client &&) noexcept = default;

    smtp_client &operator=(smtp_client &&other) noexcept {
        smtp_client former(std::move(*this));
        state_ = std::move(other.state_);
        handle_ = std::move(other.handle_);
        return *this;
    }

    mm_smtp *get() const noexcept {
        return handle_.get();
    }

    // ---- the connection ----

    returns<void> set_timeouts(int connect_ms, int send_ms, int receive_ms) {
        return done(mm_smtp_set_timeouts(get(), connect_ms, send_ms, receive_ms));
    }

    /** flags: MM_SMTP_NO_GREETING, MM_SMTP_TLS. */
    returns<int> connect(std::string_view host, int port = 0, int flags = 0) {
        return reply_to([&](int *code) { return mm_smtp_connect(get(), detail::text(host), port, flags, code); });
    }

    /** Over a way of the host's in place of a socket, which is destroyed when the connection is closed, or fails. */
    returns<int> connect(std::unique_ptr<transport> way, std::string_view host = {}, int flags = 0) {
        const auto c = state_->attach(std::move(way));
        return reply_to(
            [&](int *code) { return mm_smtp_connect_transport(get(), &c, detail::text(host).or_null(), flags, code); });
    }

    returns<int> starttls() {
        return reply_to([&](int *code) { return mm_smtp_starttls(get(), code); });
    }

    /** The handshake; flags: MM_SMTP_GREETING. */
    returns<int> start_tls(std::string_view server_name = {}, int flags = 0) {
        return reply_to(
            [&](int *code) { return mm_smtp_start_tls(get(), detail::text(server_name).or_null(), flags, code); });
    }

    /** Lays a way of the host's over the connection, its own TLS. */
    returns<void> set_transport(std::unique_ptr<transport> way) {
        const auto c = state_->attach(std::move(way));
        return done(mm_smtp_set_transport(get(), &c));
    }

    returns<mm_socket> socket() const {
        mm_socket found = MM_INVALID_SOCKET;
        const int code = mm_smtp_get_socket(get(), &found);
        return detail::done(code, std::move(found));
    }

    /** MM_READY_... bits of what is there; 0 if the time is up. */
    returns<int> wait(int wanted, int timeout_ms) {
        int found = 0;
        const int code = mm_smtp_wait(get(), wanted, timeout_ms, &found);
        return done(code == MM_E_TIMEOUT ? MM_OK : code, std::move(found));
    }

    /** From any thread: ends the call that is under way on another. */
    returns<void> cancel() {
        return detail::done(mm_smtp_cancel(get()));
    }

    returns<void> close() {
        return done(mm_smtp_close(get()));
    }

    // ---- verbs ----

    returns<int> helo(std::string_view name = {}) {
        return reply_to([&](int *code) { return mm_smtp_helo(get(), detail::text(name).or_null(), code); });
    }

    returns<int> ehlo(std::string_view name = {}) {
        return reply_to([&](int *code) { return mm_smtp_ehlo(get(), detail::text(name).or_null(), code); });
    }

    returns<int> lhlo(std::string_view name = {}) {
        return reply_to([&](int *code) { return mm_smtp_lhlo(get(), detail::text(name).or_null(), code); });
    }

    returns<std::vector<std::string>> capabilities() const {
        std::vector<std::string> all;
        int count = 0, code = mm_smtp_get_capability_count(get(), &count);
        for (int i = 0; code == MM_OK && i < count; i++) {
            const char *text = nullptr;
            code = mm_smtp_get_capability(get(), i, &text);
            all.push_back(detail::string(text));
        }
        return detail::done(code, std::move(all));
    }

    /** What follows the keyword; nothing if the server does not offer it. */
    returns<std::optional<std::string>> capability(std::string_view name) const {
        const char *parameters = nullptr;
        const int code = mm_smtp_find_capability(get(), detail::text(name), &parameters);
        return detail::done(code, parameters ? std::optional<std::string>(parameters) : std::nullopt);
    }

    /** mechanism "": the strongest that the server offers. */
    returns<int> auth(std::string_view user, std::string_view password, std::string_view mechanism = {}) {
        const detail::text name(mechanism), login(user), secret(password);
        return reply_to(
            [&](int *code) { return mm_smtp_auth(get(), name.or_null(), login.or_null(), secret.or_null(), code); });
    }

    /** mechanism "": OAUTHBEARER or XOAUTH2, as the server offers. */
    returns<int> auth_token(std::string_view identity, const token_function &token, std::string_view mechanism = {}) {
        const detail::text name(mechanism), login(identity);
        detail::token_source source{token, state_->thrown};
        return reply_to([&](int *code) {
            return mm_smtp_auth_token(get(), name.or_null(), login, detail::token_source::give, &source, code);
        });
    }

    /** initial: base64, "=" for no octets, "" for none. */
    returns<int> auth_raw(std::string_view mechanism, std::string_view initial = {}) {
        const detail::text name(mechanism), response(initial);
        return reply_to([&](int *code) { return mm_smtp_auth_raw(get(), name, response.or_null(), code); });
    }

    returns<int> auth_respond(std::string_view response) {
        return reply_to([&](int *code) { return mm_smtp_auth_respond(get(), detail::text(response), code); });
    }

    returns<int> mail(std::string_view from, std::string_view parameters = {}) {
        const detail::text sender(from), more(parameters);
        return reply_to([&](int *code) { return mm_smtp_mail(get(), sender, more.or_null(), code); });
    }

    returns<int> rcpt(std::string_view to, std::string_view parameters = {}) {
        const detail::text recipient(to), more(parameters);
        return reply_to([&](int *code) { return mm_smtp_rcpt(get(), recipient, more.or_null(), code); });
    }

    returns<int> data() {
        return reply_to([&](int *code) { return mm_smtp_data(get(), code); });
    }

    /** flags: MM_SMTP_FIRST, MM_SMTP_LAST, MM_SMTP_CONVERT_EOL. Without MM_SMTP_LAST there is no reply: 0. */
    returns<int> write(std::string_view octets, int flags = 0) {
        return reply_to([&](int *code) { return mm_smtp_write(get(), octets.data(), octets.size(), flags, code); });
    }

    returns<int> write_raw(std::string_view octets, int flags = 0) {
        return reply_to([&](int *code) { return mm_smtp_write_raw(get(), octets.data(), octets.size(), flags, code); });
    }

    returns<int> bdat(std::string_view octets, bool last) {
        return reply_to([&](int *code) { return mm_smtp_bdat(get(), octets.data(), octets.size(), last, code); });
    }

    returns<int> rset() {
        return reply_to([&](int *code) { return mm_smtp_rset(get(), code); });
    }

    returns<int> noop() {
        return reply_to([&](int *code) { return mm_smtp_noop(get(), code); });
    }

    returns<int> vrfy(std::string_view text) {
        return reply_to([&](int *code) { return mm_smtp_vrfy(get(), detail::text(text), code); });
    }

    returns<int> expn(std::string_view text) {
        return reply_to([&](int *code) { return mm_smtp_expn(get(), detail::text(text), code); });
    }

    returns<int> help(std::string_view text = {}) {
        return reply_to([&](int *code) { return mm_smtp_help(get(), detail::text(text).or_null(), code); });
    }

    returns<int> quit() {
        return reply_to([&](int *code) { return mm_smtp_quit(get(), code); });
    }

    /** A command of the host's own; receive reads its reply. */
    returns<void> send_command(std::string_view line) {
        return done(mm_smtp_send_command(get(), detail::text(line)));
    }

    returns<int> receive() {
        return reply_to([&](int *code) { return mm_smtp_receive(get(), code); });
    }

    // ---- whole transactions ----

    returns<void> send_all(next_function next, sent_function sent = {}) {
        detail::transactions run(std::move(next), std::move(sent), state_->thrown);
        return done(mm_smtp_send_all(get(), detail::transactions::next, detail::transactions::sent, &run));
    }

    returns<smtp_sent> send_message(const smtp_message &message) {
        detail::transaction in_c(message, state_->thrown);
        mm_smtp_message c = MM_SMTP_MESSAGE_INIT;
        in_c.fill(c, message.content);
        std::vector<mm_smtp_recipient> results(c.recipients, mm_smtp_recipient MM_SMTP_RECIPIENT_INIT);
        smtp_sent sent{0, {}};
        const int code = mm_smtp_send_message(get(), &c, results.data(), &sent.code);
        if (code == MM_OK)
            for (const auto &result : results)
                sent.recipients.push_back(detail::to_recipient(result));
        return done(code, std::move(sent));
    }

    // ---- what was said, and what went wrong ----

    returns<smtp_reply> reply() const {
        mm_smtp_reply c = MM_SMTP_REPLY_INIT;
        const int code = mm_smtp_get_reply(get(), &c);
        using detail::string;
        return detail::done(code, smtp_reply{c.code, c.lines, c.due, string(c.text), string(c.raw), string(c.status),
                                             string(c.challenge)});
    }

    returns<error_detail> last_error() const {
        mm_error_detail c = MM_ERROR_DETAIL_INIT;
        const int code = mm_smtp_get_error(get(), &c);
        using detail::string;
        return detail::done(code,
                            error_detail{c.code, static_cast<mm_error_layer>(c.layer),
                                         static_cast<mm_smtp_stage>(c.stage), c.os_error, c.tls_alert, c.certificate,
                                         c.retry != 0, string(c.message), string(c.host), string(c.peer)});
    }

    /** Version and cipher; "" in clear text. */
    returns<std::string> tls() const {
        const char *text = nullptr;
        const int code = mm_smtp_get_tls(get(), &text);
        return detail::done(code, detail::string(text));
    }

  private:
    struct free {
        void operator()(mm_smtp *handle) const noexcept {
            mm_smtp_free(handle);
        }
    };

    smtp_client(mm_smtp *handle, std::unique_ptr<detail::smtp_state> state)
        : state_(std::move(state)), handle_(handle) {
    }

    template <class Call> returns<int> reply_to(Call &&call) {
        int reply_code = 0;
        const int code = call(&reply_code);
        return done(code, std::move(reply_code));
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
    std::unique_ptr<mm_smtp, free> handle_;
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
