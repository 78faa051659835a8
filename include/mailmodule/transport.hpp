/* Ways of the host's to move octets, certificates, and what an error was. Included by mailmodule.hpp. */
#ifndef MAILMODULE_TRANSPORT_HPP
#define MAILMODULE_TRANSPORT_HPP

#include "error.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** How a host moves octets itself (mm_transport). An exception from read, write or wait ends the connection. */
class transport {
  public:
    virtual ~transport() = default;

    /** As mm_transport_read_fn and mm_transport_write_fn: MM_OK, an MM_AGAIN... value, or an MM_E_... value. */
    virtual int read(void *buffer, std::size_t size, std::size_t &length) = 0;
    virtual int write(const void *octets, std::size_t size, std::size_t &length) = 0;

    /** What the library waits for, where waits_itself is false; MM_INVALID_SOCKET: the connection's own. */
    virtual mm_socket socket() const {
        return MM_INVALID_SOCKET;
    }

    /** What goes over it is protected, so passwords may go. */
    virtual bool is_secure() const {
        return false;
    }

    /** Whether wait and interrupt are there. */
    virtual bool waits_itself() const {
        return false;
    }

    virtual int wait(int /*wanted*/, int /*timeout_ms*/, int & /*found*/) {
        return MM_E_NOT_SUPPORTED;
    }

    /** From any thread, perhaps while another is in wait. */
    virtual void interrupt() {
    }

    /** The last call, before the destructor. */
    virtual void close() {
    }

  protected:
    transport() = default;
    transport(const transport &) = default;
    transport &operator=(const transport &) = default;
};

/** The certificate of a server, as a handshake showed it (mm_certificate). Lives until the callback returns. */
struct certificate {
    std::string_view host;
    std::string_view subject;
    std::string_view issuer;
    std::string_view names;
    std::string_view problem_text;
    std::vector<std::string_view> chain; /**< DER, the server's own first */
    std::int64_t not_before;
    std::int64_t not_after;
    int problems; /**< MM_CERTIFICATE_... bits */
};

/** Whether the handshake goes on; accept is what the library would do. */
using certificate_function = std::function<bool(const certificate &shown, bool accept)>;

/** The last failure of a client, as data (mm_error_detail). */
struct error_detail {
    int code;
    mm_error_layer layer;
    mm_smtp_stage stage;
    int os_error;
    int tls_alert;
    int certificate; /**< MM_CERTIFICATE_... bits */
    bool retry;
    std::string message;
    std::string host;
    std::string peer;
};

namespace detail {

/** A transport that the library has; gone when it says so. */
struct attached_transport {
    std::unique_ptr<transport> way;
    caught *thrown;
    bool has_thrown = false; // then it is of no use any more, for what the library would still ask as well

    template <class Call> int ask(Call &&call) noexcept {
        if (std::exchange(has_thrown, true))
            return MM_E_IO;
        return at_border(*thrown, static_cast<int>(MM_E_IO), [&] {
            const int code = call();
            has_thrown = false;
            return code;
        });
    }

    static int MM_CALL read(void *buffer, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto self = static_cast<attached_transport *>(user);
        return self->ask([&] { return self->way->read(buffer, size, *length); });
    }

    static int MM_CALL write(const void *octets, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto self = static_cast<attached_transport *>(user);
        return self->ask([&] { return self->way->write(octets, size, *length); });
    }

    static int MM_CALL wait(int wanted, int timeout_ms, int *found, void *user) noexcept {
        const auto self = static_cast<attached_transport *>(user);
        return self->ask([&] { return self->way->wait(wanted, timeout_ms, *found); });
    }

    static void MM_CALL interrupt(void *user) noexcept {
        const auto self = static_cast<attached_transport *>(user);
        at_border(*self->thrown, [&] { self->way->interrupt(); });
    }

    static void MM_CALL close(void *user) noexcept {
        const auto self = static_cast<attached_transport *>(user);
        at_border(*self->thrown, [&] { self->way->close(); });
        self->way.reset();
    }

    mm_transport in_c() {
        mm_transport c = MM_TRANSPORT_INIT;
        c.read = read;
        c.write = write;
        c.wait = way->waits_itself() ? wait : nullptr;
        c.interrupt = way->waits_itself() ? interrupt : nullptr;
        c.close = close;
        c.user = this;
        c.socket = static_cast<decltype(c.socket)>(way->socket());
        c.is_secure = way->is_secure();
        return c;
    }
};

inline certificate to_certificate(const mm_certificate &in_c) {
    certificate shown{};
    shown.host = view(in_c.host);
    shown.subject = view(in_c.subject);
    shown.issuer = view(in_c.issuer);
    shown.names = view(in_c.names);
    shown.problem_text = view(in_c.problem_text);
    shown.not_before = in_c.not_before;
    shown.not_after = in_c.not_after;
    shown.problems = in_c.problems;
    for (int i = 0; i < in_c.chain_count; i++)
        shown.chain.emplace_back(static_cast<const char *>(in_c.chain[i]), in_c.chain_lengths[i]);
    return shown;
}

} // namespace detail
} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
