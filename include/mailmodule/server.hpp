/* Servers of an engine, and sessions that the host steps. Included by mailmodule.hpp. */
#ifndef MAILMODULE_SERVER_HPP
#define MAILMODULE_SERVER_HPP

#include "engine.hpp"
#include "session.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** Where a server listens; as it is made: where the settings say. */
struct server_options {
    std::string addresses; /**< with commas between */
    int port = 0;          /**< MM_PORT_ANY: one that is free; MM_PORT_NONE: it listens nowhere */
    int max_sessions = 0;
    mm_smtp_protocol protocol = MM_SMTP_PROTOCOL_SMTP; /**< of SMTP servers */
    bool is_tls_first = false;                         /**< of SMTP servers */
};

/** Who a session is with that the host steps (mm_smtp_stepped_options). */
struct stepped_options {
    std::string client;
    std::string server;
    std::string tls; /**< "": none runs */
    int client_port = 0;
    int server_port = 0;
    bool offers_tls = false;
    mm_smtp_protocol protocol = MM_SMTP_PROTOCOL_SMTP;
    std::function<void()> wake; /**< any thread; must not throw */
};

/** What a step has given. The output lives until the next step. */
struct step_result {
    std::string_view output;
    mm_wants wants;
};

/** A session of an SMTP server whose octets the host moves (mm_smtp_stepped). One thread at a time. */
class smtp_stepped {
  public:
    smtp_stepped(smtp_stepped &&) = default;

    smtp_stepped &operator=(smtp_stepped &&other) noexcept {
        const smtp_stepped former(std::move(*this)); // its session goes before its wake
        wake_ = std::move(other.wake_);
        handle_ = std::move(other.handle_);
        return *this;
    }

    mm_smtp_stepped *get() const noexcept {
        return handle_.get();
    }

    returns<step_result> step(std::string_view octets = {}) {
        const void *output = nullptr;
        std::size_t length = 0;
        int wants = 0;
        const int code = mm_smtp_stepped_step(get(), octets.data(), octets.size(), &output, &length, &wants);
        return detail::done(code, step_result{std::string_view(static_cast<const char *>(output), length),
                                              static_cast<mm_wants>(wants)});
    }

    returns<void> begin_tls(std::string_view description) {
        return detail::done(mm_smtp_stepped_begin_tls(get(), detail::text(description)));
    }

    /** Milliseconds until the session is to be stepped at the latest; -1: no limit. */
    returns<int> timeout() const {
        int milliseconds = 0;
        const int code = mm_smtp_stepped_get_timeout(get(), &milliseconds);
        return detail::done(code, std::move(milliseconds));
    }

  private:
    friend class smtp_server;

    struct end {
        void operator()(mm_smtp_stepped *handle) const noexcept {
            mm_smtp_stepped_free(handle);
        }
    };

    smtp_stepped(mm_smtp_stepped *handle, std::unique_ptr<std::function<void()>> wake)
        : wake_(std::move(wake)), handle_(handle) {
    }

    std::unique_ptr<std::function<void()>> wake_; // goes after the session
    std::unique_ptr<mm_smtp_stepped, end> handle_;
};

/** A running SMTP server of an engine (mm_smtp_server). At the end of the object it is cut. */
class smtp_server {
  public:
    static returns<smtp_server> start(engine &of, const server_options &options = {}) {
        return start(of, options, nullptr, std::make_unique<tables>());
    }

    static returns<smtp_server> start(engine &of, const server_options &options, smtp_handlers handlers) {
        auto all = std::make_unique<tables>();
        const auto table = all->add(std::move(handlers));
        return start(of, options, table, std::move(all));
    }

    smtp_server(smtp_server &&other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)), tables_(std::move(other.tables_)) {
    }

    smtp_server &operator=(smtp_server &&other) noexcept {
        const smtp_server former(std::move(*this));
        handle_ = std::exchange(other.handle_, nullptr);
        tables_ = std::move(other.tables_);
        return *this;
    }

    ~smtp_server() {
        if (handle_ && end(0) == MM_E_STATE)
            leave_tables();
    }

    mm_smtp_server *get() const noexcept {
        return handle_;
    }

    returns<int> port() const {
        int found = 0;
        const int code = mm_smtp_server_get_port(handle_, &found);
        return detail::done(code, std::move(found));
    }

    /** Sessions that begin from now on ask them, behind those that are there. */
    returns<void> add_handlers(smtp_handlers handlers) {
        if (!tables_) // there is no server any more
            tables_ = std::make_unique<tables>();
        const auto table = tables_->add(std::move(handlers));
        const auto in_c = table->in_c();
        return detail::done(mm_smtp_server_add_handlers(handle_, &in_c, table));
    }

    /** A connection that the host has accepted; the socket is the server's from now on. */
    returns<void> adopt(mm_socket socket, bool is_tls_first = false) {
        return detail::done(mm_smtp_server_adopt(handle_, socket, is_tls_first));
    }

    /** A session that the host steps. */
    returns<smtp_stepped> step(const stepped_options &options = {}) {
        const detail::text client(options.client), server(options.server), tls(options.tls);
        auto wake = std::make_unique<std::function<void()>>(options.wake);
        mm_smtp_stepped_options in_c = MM_SMTP_STEPPED_OPTIONS_INIT;
        in_c.client = client.or_null();
        in_c.server = server.or_null();
        in_c.tls = tls.or_null();
        in_c.client_port = options.client_port;
        in_c.server_port = options.server_port;
        in_c.offer_tls = options.offers_tls;
        in_c.protocol = options.protocol;
        in_c.wake = options.wake ? on_wake : nullptr;
        in_c.user = wake.get();
        mm_smtp_stepped *made = nullptr;
        const int code = mm_smtp_stepped_new(handle_, &in_c, &made);
        return detail::done(code, smtp_stepped(made, std::move(wake)));
    }

    /** After it, also with MM_E_TIMEOUT, there is no server any more. Throws what a handler has thrown. */
    returns<void> stop(int timeout_ms) {
        const auto thrown = tables_ ? tables_->thrown : nullptr;
        const int code = end(timeout_ms);
        if (thrown)
            thrown->rethrow();
        return detail::done(code);
    }

  private:
    /** The tables of a server, for as long as a session may ask one. */
    struct tables {
        std::shared_ptr<detail::caught> thrown = std::make_shared<detail::caught>();
        std::vector<std::unique_ptr<detail::handler_table>> all;

        detail::handler_table *add(smtp_handlers handlers) {
            all.push_back(std::make_unique<detail::handler_table>());
            all.back()->call = std::move(handlers);
            all.back()->thrown = thrown;
            return all.back().get();
        }
    };

    smtp_server(mm_smtp_server *handle, std::unique_ptr<tables> all) : handle_(handle), tables_(std::move(all)) {
    }

    static returns<smtp_server> start(engine &of, const server_options &options, detail::handler_table *table,
                                      std::unique_ptr<tables> all) {
        const detail::text addresses(options.addresses);
        mm_smtp_server_options in_c = MM_SMTP_SERVER_OPTIONS_INIT;
        in_c.addresses = addresses.or_null();
        in_c.port = options.port;
        in_c.max_sessions = options.max_sessions;
        in_c.protocol = options.protocol;
        in_c.tls = options.is_tls_first;
        const auto handlers = table ? table->in_c() : mm_smtp_server_handlers MM_SMTP_SERVER_HANDLERS_INIT;
        mm_smtp_server *started = nullptr;
        const int code = mm_smtp_server_start(of.get(), &in_c, table ? &handlers : nullptr, table, &started);
        return detail::done(code, smtp_server(started, std::move(all)));
    }

    static void MM_CALL on_wake(void *user) noexcept {
        (*static_cast<std::function<void()> *>(user))();
    }

    int end(int timeout_ms) noexcept {
        const int code = mm_smtp_server_stop(handle_, timeout_ms);
        if (code == MM_OK || code == MM_E_TIMEOUT)
            handle_ = nullptr;
        if (code == MM_E_TIMEOUT)
            leave_tables();
        return code;
    }

    /** A handler still runs: what it uses stays for good. */
    void leave_tables() noexcept {
        static_cast<void>(tables_.release());
    }

    mm_smtp_server *handle_;
    std::unique_ptr<tables> tables_;
};

/** A running POP3 server of an engine (mm_pop3_server). At the end of the object it is cut. */
class pop3_server {
  public:
    static returns<pop3_server> start(engine &of, const server_options &options = {}) {
        const detail::text addresses(options.addresses);
        mm_pop3_server_options in_c = MM_POP3_SERVER_OPTIONS_INIT;
        in_c.addresses = addresses.or_null();
        in_c.port = options.port;
        in_c.max_sessions = options.max_sessions;
        mm_pop3_server *started = nullptr;
        const int code = mm_pop3_server_start(of.get(), &in_c, nullptr, nullptr, &started);
        return detail::done(code, pop3_server(started));
    }

    returns<int> port() const {
        int found = 0;
        const int code = mm_pop3_server_get_port(handle_.get(), &found);
        return detail::done(code, std::move(found));
    }

    /** After it, also with MM_E_TIMEOUT, there is no server any more. */
    returns<void> stop(int timeout_ms) {
        const int code = mm_pop3_server_stop(handle_.get(), timeout_ms);
        if (code == MM_OK || code == MM_E_TIMEOUT)
            static_cast<void>(handle_.release());
        return detail::done(code);
    }

  private:
    struct cut {
        void operator()(mm_pop3_server *handle) const noexcept {
            mm_pop3_server_stop(handle, 0);
        }
    };

    explicit pop3_server(mm_pop3_server *handle) : handle_(handle) {
    }

    std::unique_ptr<mm_pop3_server, cut> handle_;
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
