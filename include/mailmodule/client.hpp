/* What the clients of all protocols have in common. Included by mailmodule.hpp. */
#ifndef MAILMODULE_CLIENT_HPP
#define MAILMODULE_CLIENT_HPP

#include "engine.hpp"
#include "transport.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

using trace_function = std::function<void(mm_trace_direction direction, std::string_view line)>;

/** A token, or none: the login fails then. */
using token_function = std::function<std::optional<std::string>()>;

/** How a client works (mm_smtp_options, mm_pop3_options). */
struct client_options {
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

namespace detail {

/** What the callbacks of a client use. */
struct client_state {
    certificate_function on_certificate;
    trace_function on_trace;
    caught thrown;
    std::vector<std::unique_ptr<attached_transport>> transports;

    static void MM_CALL judge(const mm_certificate *shown, int *accept, void *user) noexcept {
        const auto state = static_cast<client_state *>(user);
        *accept = at_border(state->thrown, 0, [&] {
            return static_cast<int>(state->on_certificate(to_certificate(*shown), *accept != 0));
        });
    }

    static void MM_CALL trace(int direction, const char *line, void *user) noexcept {
        const auto state = static_cast<client_state *>(user);
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

/** The functions of mailmodule.h that every protocol's client has, under one name; of their addresses a DLL's are no
 * constants. */
template <class Handle, class Options> struct client_functions {
    int(MM_CALL *make)(mm_engine *, const Options *, Handle **);
    int(MM_CALL *free)(Handle *);
    int(MM_CALL *set_timeouts)(Handle *, int, int, int);
    int(MM_CALL *connect)(Handle *, const char *, int, int, int *);
    int(MM_CALL *connect_transport)(Handle *, const mm_transport *, const char *, int, int *);
    int(MM_CALL *start_tls)(Handle *, const char *, int, int *);
    int(MM_CALL *set_transport)(Handle *, const mm_transport *);
    int(MM_CALL *get_socket)(Handle *, mm_socket *);
    int(MM_CALL *wait)(Handle *, int, int, int *);
    int(MM_CALL *cancel)(Handle *);
    int(MM_CALL *close)(Handle *);
    int(MM_CALL *get_capability_count)(Handle *, int *);
    int(MM_CALL *get_capability)(Handle *, int, const char **);
    int(MM_CALL *find_capability)(Handle *, const char *, const char **);
    int(MM_CALL *auth)(Handle *, const char *, const char *, const char *, int *);
    int(MM_CALL *auth_token)(Handle *, const char *, const char *, mm_token_fn, void *, int *);
    int(MM_CALL *auth_raw)(Handle *, const char *, const char *, int *);
    int(MM_CALL *auth_respond)(Handle *, const char *, int *);
    int(MM_CALL *rset)(Handle *, int *);
    int(MM_CALL *noop)(Handle *, int *);
    int(MM_CALL *quit)(Handle *, int *);
    int(MM_CALL *receive)(Handle *, int *);
    int(MM_CALL *get_error)(Handle *, mm_error_detail *);
    int(MM_CALL *get_tls)(Handle *, const char **);
};

/** A client's connection, open or not. Each verb returns what the server has answered, a refusal too; what a callback
 * has thrown meanwhile is thrown by the verb. One thread at a time, save cancel. */
template <class Protocol> class client {
  public:
    using handle_type = typename Protocol::handle_type;
    using answer_type = typename Protocol::answer_type;

    handle_type *get() const noexcept {
        return handle_.get();
    }

    // ---- the connection ----

    returns<void> set_timeouts(int connect_ms, int send_ms, int receive_ms) {
        return done(in_c().set_timeouts(get(), connect_ms, send_ms, receive_ms));
    }

    /** flags: MM_SMTP_NO_GREETING, MM_SMTP_TLS; MM_POP3_... likewise. */
    returns<answer_type> connect(std::string_view host, int port = 0, int flags = 0) {
        return answer_to([&](int *said) { return in_c().connect(get(), text(host), port, flags, said); });
    }

    /** Over a way of the host's in place of a socket, which is destroyed when the connection is closed, or fails. */
    returns<answer_type> connect(std::unique_ptr<transport> way, std::string_view host = {}, int flags = 0) {
        const auto c = state_->attach(std::move(way));
        return answer_to(
            [&](int *said) { return in_c().connect_transport(get(), &c, text(host).or_null(), flags, said); });
    }

    /** The handshake; flags: MM_SMTP_GREETING, MM_POP3_GREETING. */
    returns<answer_type> start_tls(std::string_view server_name = {}, int flags = 0) {
        return answer_to([&](int *said) { return in_c().start_tls(get(), text(server_name).or_null(), flags, said); });
    }

    /** Lays a way of the host's over the connection, its own TLS. */
    returns<void> set_transport(std::unique_ptr<transport> way) {
        const auto c = state_->attach(std::move(way));
        return done(in_c().set_transport(get(), &c));
    }

    returns<mm_socket> socket() const {
        mm_socket found = MM_INVALID_SOCKET;
        const int code = in_c().get_socket(get(), &found);
        return detail::done(code, std::move(found));
    }

    /** MM_READY_... bits of what is there; 0 if the time is up. */
    returns<int> wait(int wanted, int timeout_ms) {
        int found = 0;
        const int code = in_c().wait(get(), wanted, timeout_ms, &found);
        return done(code == MM_E_TIMEOUT ? MM_OK : code, std::move(found));
    }

    /** From any thread: ends the call that is under way on another. */
    returns<void> cancel() {
        return detail::done(in_c().cancel(get()));
    }

    returns<void> close() {
        return done(in_c().close(get()));
    }

    // ---- what the server offers, and who asks ----

    returns<std::vector<std::string>> capabilities() const {
        std::vector<std::string> all;
        int count = 0, code = in_c().get_capability_count(get(), &count);
        for (int i = 0; code == MM_OK && i < count; i++) {
            const char *line = nullptr;
            code = in_c().get_capability(get(), i, &line);
            all.push_back(string(line));
        }
        return detail::done(code, std::move(all));
    }

    /** What follows the keyword; nothing if the server does not offer it. */
    returns<std::optional<std::string>> capability(std::string_view name) const {
        const char *parameters = nullptr;
        const int code = in_c().find_capability(get(), text(name), &parameters);
        return detail::done(code, parameters ? std::optional<std::string>(parameters) : std::nullopt);
    }

    /** mechanism "": the strongest that the server offers. */
    returns<answer_type> auth(std::string_view user, std::string_view password, std::string_view mechanism = {}) {
        const text name(mechanism), login(user), secret(password);
        return answer_to(
            [&](int *said) { return in_c().auth(get(), name.or_null(), login.or_null(), secret.or_null(), said); });
    }

    /** mechanism "": OAUTHBEARER or XOAUTH2, as the server offers. */
    returns<answer_type> auth_token(std::string_view identity, const token_function &token,
                                    std::string_view mechanism = {}) {
        const text name(mechanism), login(identity);
        token_source source{token, state_->thrown};
        return answer_to([&](int *said) {
            return in_c().auth_token(get(), name.or_null(), login, token_source::give, &source, said);
        });
    }

    /** initial: base64, "=" for no octets, "" for none. */
    returns<answer_type> auth_raw(std::string_view mechanism, std::string_view initial = {}) {
        const text name(mechanism), response(initial);
        return answer_to([&](int *said) { return in_c().auth_raw(get(), name, response.or_null(), said); });
    }

    returns<answer_type> auth_respond(std::string_view response) {
        return answer_to([&](int *said) { return in_c().auth_respond(get(), text(response), said); });
    }

    // ---- verbs of every protocol ----

    returns<answer_type> rset() {
        return answer_to([&](int *said) { return in_c().rset(get(), said); });
    }

    returns<answer_type> noop() {
        return answer_to([&](int *said) { return in_c().noop(get(), said); });
    }

    returns<answer_type> quit() {
        return answer_to([&](int *said) { return in_c().quit(get(), said); });
    }

    returns<answer_type> receive() {
        return answer_to([&](int *said) { return in_c().receive(get(), said); });
    }

    // ---- what went wrong ----

    returns<error_detail> last_error() const {
        mm_error_detail c = MM_ERROR_DETAIL_INIT;
        const int code = in_c().get_error(get(), &c);
        return detail::done(code,
                            error_detail{c.code, static_cast<mm_error_layer>(c.layer),
                                         static_cast<mm_smtp_stage>(c.stage), c.os_error, c.tls_alert, c.certificate,
                                         c.retry != 0, string(c.message), string(c.host), string(c.peer)});
    }

    /** Version and cipher; "" in clear text. */
    returns<std::string> tls() const {
        const char *words = nullptr;
        const int code = in_c().get_tls(get(), &words);
        return detail::done(code, string(words));
    }

  protected:
    client(handle_type *made, std::unique_ptr<client_state> state) : state_(std::move(state)), handle_(made) {
    }

    client(client &&) noexcept = default;

    client &operator=(client &&other) noexcept {
        client former(std::move(*this));
        state_ = std::move(other.state_);
        handle_ = std::move(other.handle_);
        return *this;
    }

    ~client() = default;

    template <class Client> static returns<Client> make_as(engine &of, const client_options &options) {
        auto state = std::make_unique<client_state>();
        state->on_certificate = options.on_certificate;
        state->on_trace = options.on_trace;
        const text proxy(options.proxy.value_or("")), certificate(options.certificate), key(options.key);
        auto c = Protocol::no_options();
        c.connect_timeout_ms = options.connect_timeout_ms;
        c.send_timeout_ms = options.send_timeout_ms;
        c.receive_timeout_ms = options.receive_timeout_ms;
        c.tls_check = options.tls_check;
        c.proxy = options.proxy ? static_cast<const char *>(proxy) : nullptr;
        c.certificate = certificate.or_null();
        c.key = key.or_null();
        c.on_certificate = options.on_certificate ? client_state::judge : nullptr;
        c.on_trace = options.on_trace ? client_state::trace : nullptr;
        c.user = options.on_certificate || options.on_trace ? state.get() : nullptr;
        handle_type *made = nullptr;
        const int code = in_c().make(of.get(), &c, &made);
        return detail::done(code, Client(made, std::move(state)));
    }

    template <class Call> returns<answer_type> answer_to(Call &&call) {
        int said = 0;
        const int code = call(&said);
        return done(code, static_cast<answer_type>(said));
    }

    returns<void> done(int code) {
        state_->thrown.rethrow();
        return detail::done(code);
    }

    template <class T> returns<T> done(int code, T &&value) {
        state_->thrown.rethrow();
        return detail::done(code, std::move(value));
    }

    caught &thrown() noexcept {
        return state_->thrown;
    }

  private:
    struct free {
        void operator()(handle_type *gone) const noexcept {
            in_c().free(gone);
        }
    };

    static const auto &in_c() {
        return Protocol::functions();
    }

    std::unique_ptr<client_state> state_; // outlives the handle
    std::unique_ptr<handle_type, free> handle_;
};

} // namespace detail

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
