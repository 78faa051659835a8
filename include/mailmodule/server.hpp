/* Servers of an engine. Included by mailmodule.hpp. */
#ifndef MAILMODULE_SERVER_HPP
#define MAILMODULE_SERVER_HPP

#include "engine.hpp"
#include "pop3_session.hpp"
#include "session.hpp"
#include "stepped.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** Where a server listens; as it is made: where the settings say. */
struct server_options {
    std::string addresses; /**< with commas between */
    int port = 0;          /**< MM_PORT_ANY: one that is free; MM_PORT_NONE: it listens nowhere */
    int max_sessions = 0;
    mm_smtp_protocol protocol = MM_SMTP_PROTOCOL_SMTP; /**< of SMTP servers */
    bool is_tls_first = false;                         /**< TLS from the first octet */
};

namespace detail {

/** The functions of SMTP servers. */
struct smtp_server_protocol {
    using handle = mm_smtp_server;
    using handlers = smtp_handlers;
    using table = smtp_table;
    using stepped = smtp_stepped;

    static int start(mm_engine *of, const server_options &options, const char *addresses, table *asked,
                     handle **started) {
        mm_smtp_server_options in_c = MM_SMTP_SERVER_OPTIONS_INIT;
        in_c.addresses = addresses;
        in_c.port = options.port;
        in_c.max_sessions = options.max_sessions;
        in_c.protocol = options.protocol;
        in_c.tls = options.is_tls_first;
        const auto all = asked ? asked->in_c() : mm_smtp_server_handlers MM_SMTP_SERVER_HANDLERS_INIT;
        return mm_smtp_server_start(of, &in_c, asked ? &all : nullptr, asked ? asked->user() : nullptr, started);
    }

    static int add_handlers(handle *of, table *asked) {
        const auto all = asked->in_c();
        return mm_smtp_server_add_handlers(of, &all, asked->user());
    }

    static int port(handle *of, int *found) noexcept {
        return mm_smtp_server_get_port(of, found);
    }

    static int adopt(handle *of, mm_socket socket, bool is_tls_first) noexcept {
        return mm_smtp_server_adopt(of, socket, is_tls_first);
    }

    static int stop(handle *of, int timeout_ms) noexcept {
        return mm_smtp_server_stop(of, timeout_ms);
    }
};

/** The functions of POP3 servers. */
struct pop3_server_protocol {
    using handle = mm_pop3_server;
    using handlers = pop3_handlers;
    using table = pop3_table;
    using stepped = pop3_stepped;

    static int start(mm_engine *of, const server_options &options, const char *addresses, table *asked,
                     handle **started) {
        mm_pop3_server_options in_c = MM_POP3_SERVER_OPTIONS_INIT;
        in_c.addresses = addresses;
        in_c.port = options.port;
        in_c.max_sessions = options.max_sessions;
        in_c.tls = options.is_tls_first;
        const auto all = asked ? asked->in_c() : mm_pop3_server_handlers MM_POP3_SERVER_HANDLERS_INIT;
        return mm_pop3_server_start(of, &in_c, asked ? &all : nullptr, asked ? asked->user() : nullptr, started);
    }

    static int add_handlers(handle *of, table *asked) {
        const auto all = asked->in_c();
        return mm_pop3_server_add_handlers(of, &all, asked->user());
    }

    static int port(handle *of, int *found) noexcept {
        return mm_pop3_server_get_port(of, found);
    }

    static int adopt(handle *of, mm_socket socket, bool is_tls_first) noexcept {
        return mm_pop3_server_adopt(of, socket, is_tls_first);
    }

    static int stop(handle *of, int timeout_ms) noexcept {
        return mm_pop3_server_stop(of, timeout_ms);
    }
};

} // namespace detail

/** A running server of an engine. At the end of the object it is cut. */
template <class Protocol> class basic_server {
  public:
    using handlers = typename Protocol::handlers;
    using stepped = typename Protocol::stepped;

    static returns<basic_server> start(engine &of, const server_options &options = {}) {
        return start(of, options, nullptr, std::make_unique<tables>());
    }

    static returns<basic_server> start(engine &of, const server_options &options, handlers asked) {
        auto all = std::make_unique<tables>();
        const auto table = all->add(std::move(asked));
        return start(of, options, table, std::move(all));
    }

    basic_server(basic_server &&other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)), tables_(std::move(other.tables_)) {
    }

    basic_server &operator=(basic_server &&other) noexcept {
        const basic_server former(std::move(*this));
        handle_ = std::exchange(other.handle_, nullptr);
        tables_ = std::move(other.tables_);
        return *this;
    }

    ~basic_server() {
        if (handle_ && end(0) == MM_E_STATE)
            leave_tables();
    }

    typename Protocol::handle *get() const noexcept {
        return handle_;
    }

    returns<int> port() const {
        int found = 0;
        const int code = Protocol::port(handle_, &found);
        return detail::done(code, std::move(found));
    }

    /** Sessions that begin from now on ask them, behind those that are there. */
    returns<void> add_handlers(handlers asked) {
        if (!tables_) // there is no server any more
            tables_ = std::make_unique<tables>();
        return detail::done(Protocol::add_handlers(handle_, tables_->add(std::move(asked))));
    }

    /** A connection that the host has accepted; the socket is the server's from now on. */
    returns<void> adopt(mm_socket socket, bool is_tls_first = false) {
        return detail::done(Protocol::adopt(handle_, socket, is_tls_first));
    }

    /** A session that the host steps. */
    returns<stepped> step(const stepped_options &options = {}) {
        return stepped::make(handle_, options);
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
        std::vector<std::unique_ptr<typename Protocol::table>> all;

        typename Protocol::table *add(handlers asked) {
            all.push_back(std::make_unique<typename Protocol::table>());
            all.back()->call = std::move(asked);
            all.back()->thrown = thrown;
            return all.back().get();
        }
    };

    basic_server(typename Protocol::handle *handle, std::unique_ptr<tables> all)
        : handle_(handle), tables_(std::move(all)) {
    }

    static returns<basic_server> start(engine &of, const server_options &options, typename Protocol::table *table,
                                       std::unique_ptr<tables> all) {
        const detail::text addresses(options.addresses);
        typename Protocol::handle *started = nullptr;
        const int code = Protocol::start(of.get(), options, addresses.or_null(), table, &started);
        return detail::done(code, basic_server(started, std::move(all)));
    }

    int end(int timeout_ms) noexcept {
        const int code = Protocol::stop(handle_, timeout_ms);
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

    typename Protocol::handle *handle_;
    std::unique_ptr<tables> tables_;
};

/** A running SMTP server of an engine (mm_smtp_server), and a running POP3 server (mm_pop3_server). */
using smtp_server = basic_server<detail::smtp_server_protocol>;
using pop3_server = basic_server<detail::pop3_server_protocol>;

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
