/* Sessions of a server that the host steps. Included by mailmodule.hpp. */
#ifndef MAILMODULE_STEPPED_HPP
#define MAILMODULE_STEPPED_HPP

#include "error.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** Who a session is with that the host steps (mm_smtp_stepped_options, mm_pop3_stepped_options). */
struct stepped_options {
    std::string client;
    std::string server;
    std::string tls; /**< "": none runs */
    int client_port = 0;
    int server_port = 0;
    bool offers_tls = false;
    mm_smtp_protocol protocol = MM_SMTP_PROTOCOL_SMTP; /**< of SMTP servers */
    std::function<void()> wake;                        /**< any thread; must not throw */
};

/** What a step has given. The output lives until the next step. */
struct step_result {
    std::string_view output;
    mm_wants wants;
};

namespace detail {

/** The functions of SMTP's stepped sessions. */
struct smtp_steps {
    using handle = mm_smtp_stepped;
    using server = mm_smtp_server;
    using options = mm_smtp_stepped_options;

    static options no_options() noexcept {
        return MM_SMTP_STEPPED_OPTIONS_INIT;
    }

    static void set_protocol(options &of, mm_smtp_protocol protocol) noexcept {
        of.protocol = protocol;
    }

    static int make(server *of, const options &with, handle **made) noexcept {
        return mm_smtp_stepped_new(of, &with, made);
    }

    static int step(handle *of, std::string_view octets, const void **output, std::size_t *length,
                    int *wants) noexcept {
        return mm_smtp_stepped_step(of, octets.data(), octets.size(), output, length, wants);
    }

    static int begin_tls(handle *of, const char *description) noexcept {
        return mm_smtp_stepped_begin_tls(of, description);
    }

    static int timeout(handle *of, int *milliseconds) noexcept {
        return mm_smtp_stepped_get_timeout(of, milliseconds);
    }

    static int end(handle *of) noexcept {
        return mm_smtp_stepped_free(of);
    }
};

/** The functions of POP3's. */
struct pop3_steps {
    using handle = mm_pop3_stepped;
    using server = mm_pop3_server;
    using options = mm_pop3_stepped_options;

    static options no_options() noexcept {
        return MM_POP3_STEPPED_OPTIONS_INIT;
    }

    static void set_protocol(options &, mm_smtp_protocol) noexcept {
    }

    static int make(server *of, const options &with, handle **made) noexcept {
        return mm_pop3_stepped_new(of, &with, made);
    }

    static int step(handle *of, std::string_view octets, const void **output, std::size_t *length,
                    int *wants) noexcept {
        return mm_pop3_stepped_step(of, octets.data(), octets.size(), output, length, wants);
    }

    static int begin_tls(handle *of, const char *description) noexcept {
        return mm_pop3_stepped_begin_tls(of, description);
    }

    static int timeout(handle *of, int *milliseconds) noexcept {
        return mm_pop3_stepped_get_timeout(of, milliseconds);
    }

    static int end(handle *of) noexcept {
        return mm_pop3_stepped_free(of);
    }
};

} // namespace detail

/** A session of a server whose octets the host moves. One thread at a time. At the end of the object it ends; inside
 * one of its own handlers it cannot, and goes on without the object until its server stops. */
template <class Steps> class basic_stepped {
  public:
    typename Steps::handle *get() const noexcept {
        return handle_.get();
    }

    returns<step_result> step(std::string_view octets = {}) {
        const void *output = nullptr;
        std::size_t length = 0;
        int wants = 0;
        const int code = Steps::step(get(), octets, &output, &length, &wants);
        return detail::done(code, step_result{std::string_view(static_cast<const char *>(output), length),
                                              static_cast<mm_wants>(wants)});
    }

    returns<void> begin_tls(std::string_view description) {
        return detail::done(Steps::begin_tls(get(), detail::text(description)));
    }

    /** Milliseconds until the session is to be stepped at the latest; -1: no limit. */
    returns<int> timeout() const {
        int milliseconds = 0;
        const int code = Steps::timeout(get(), &milliseconds);
        return detail::done(code, std::move(milliseconds));
    }

  private:
    template <class> friend class basic_server;

    using wake_function = std::function<void()>;

    /** Ends a session, which may have a wake. */
    struct ending {
        std::unique_ptr<wake_function> wake;

        void operator()(typename Steps::handle *of) noexcept {
            if (Steps::end(of) == MM_E_STATE)
                static_cast<void>(wake.release()); // it is called yet: it stays for good
        }
    };

    basic_stepped(typename Steps::handle *handle, std::unique_ptr<wake_function> wake)
        : handle_(handle, ending{std::move(wake)}) {
    }

    static returns<basic_stepped> make(typename Steps::server *of, const stepped_options &options) {
        const detail::text client(options.client), server(options.server), tls(options.tls);
        auto wake = std::make_unique<wake_function>(options.wake);
        auto in_c = Steps::no_options();
        in_c.client = client.or_null();
        in_c.server = server.or_null();
        in_c.tls = tls.or_null();
        in_c.client_port = options.client_port;
        in_c.server_port = options.server_port;
        in_c.offer_tls = options.offers_tls;
        Steps::set_protocol(in_c, options.protocol);
        in_c.wake = options.wake ? on_wake : nullptr;
        in_c.user = wake.get();
        typename Steps::handle *made = nullptr;
        const int code = Steps::make(of, in_c, &made);
        return detail::done(code, basic_stepped(made, std::move(wake)));
    }

    static void MM_CALL on_wake(void *user) noexcept {
        (*static_cast<wake_function *>(user))();
    }

    std::unique_ptr<typename Steps::handle, ending> handle_;
};

/** A session of an SMTP server (mm_smtp_stepped), and of a POP3 server (mm_pop3_stepped). */
using smtp_stepped = basic_stepped<detail::smtp_steps>;
using pop3_stepped = basic_stepped<detail::pop3_steps>;

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
