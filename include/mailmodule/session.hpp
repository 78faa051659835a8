/* Sessions of a server, and what an SMTP server asks. Included by mailmodule.hpp. */
#ifndef MAILMODULE_SESSION_HPP
#define MAILMODULE_SESSION_HPP

#include "auth.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** Who a session is with (mm_session_info). */
struct session_info {
    std::string client;
    std::string connected_from;
    std::string server;
    std::string helo;
    std::string protocol;
    std::string tls;
    std::string tls_name;
    std::string certificate;
    std::string user;
    std::string mechanism;
    std::int64_t began;
    int client_port;
    int server_port;
    bool is_trusted;
    int messages;
};

/** A recipient of a transaction (mm_session_rcpt). */
struct session_recipient {
    std::string address;
    std::string local_part;
    std::string domain;
    std::string route;
    std::string original;
    int notify; /**< MM_SEND_NOTIFY_... bits */
};

/** What a check has found out (mm_session_check). */
struct session_check {
    std::string kind;
    std::string name;
    std::string answer;
    std::string reason;
    mm_check_result result;
};

/** An answer that a handler owes (mm_pending). One that goes without an answer is left to its deadline. */
class pending_answer {
  public:
    explicit pending_answer(mm_pending *handle) noexcept : handle_(handle) {
    }

    pending_answer(pending_answer &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {
    }

    pending_answer &operator=(pending_answer &&other) noexcept {
        handle_ = std::exchange(other.handle_, nullptr);
        return *this;
    }

    returns<void> set_reply(int code, std::string_view text, std::string_view status = {}) {
        return detail::done(
            mm_pending_set_reply(handle_, code, detail::text(status).or_null(), detail::text(text).or_null()));
    }

    returns<void> add_reply_line(std::string_view text) {
        return detail::done(mm_pending_add_reply_line(handle_, detail::text(text)));
    }

    /** Once, on any thread. MM_E_TIMEOUT: too late. */
    returns<void> answer(int verdict) {
        return detail::done(mm_pending_answer(std::exchange(handle_, nullptr), verdict));
    }

  private:
    mm_pending *handle_;
};

/** A session as the handlers of one table see it (mm_session): a view, good inside them. */
class session {
  public:
    explicit session(mm_session *handle) noexcept : handle_(handle) {
    }

    mm_session *get() const noexcept {
        return handle_;
    }

    // ---- answers ----

    returns<void> set_reply(int code, std::string_view text, std::string_view status = {}) {
        return detail::done(
            mm_session_set_reply(handle_, code, detail::text(status).or_null(), detail::text(text).or_null()));
    }

    returns<void> add_reply_line(std::string_view text) {
        return detail::done(mm_session_add_reply_line(handle_, detail::text(text)));
    }

    returns<void> set_recipient_reply(int index, int code, std::string_view text, std::string_view status = {}) {
        return detail::done(mm_session_set_recipient_reply(handle_, index, code, detail::text(status).or_null(),
                                                           detail::text(text).or_null()));
    }

    /** The handler then returns MM_VERDICT_PENDING. */
    returns<pending_answer> defer(int timeout_ms = 0, int verdict = MM_VERDICT_CONTINUE) {
        mm_pending *made = nullptr;
        const int code = mm_session_defer(handle_, timeout_ms, verdict, &made);
        return detail::done(code, pending_answer(made));
    }

    // ---- who it is with ----

    returns<session_info> info() const {
        mm_session_info found = MM_SESSION_INFO_INIT;
        const int code = mm_session_get_info(handle_, &found);
        return detail::done(code,
                            session_info{detail::string(found.client), detail::string(found.connected_from),
                                         detail::string(found.server), detail::string(found.helo),
                                         detail::string(found.protocol), detail::string(found.tls),
                                         detail::string(found.tls_name), detail::string(found.certificate),
                                         detail::string(found.user), detail::string(found.mechanism), found.began,
                                         found.client_port, found.server_port, found.trusted != 0, found.messages});
    }

    returns<std::vector<session_check>> checks() const {
        std::vector<session_check> all;
        mm_session_check found = MM_SESSION_CHECK_INIT;
        int count = 0;
        int code = mm_session_get_check_count(handle_, &count);
        for (int i = 0; i < count && code == MM_OK; i++) {
            code = mm_session_get_check(handle_, i, &found);
            if (code == MM_OK)
                all.push_back({detail::string(found.kind), detail::string(found.name), detail::string(found.answer),
                               detail::string(found.reason), static_cast<mm_check_result>(found.result)});
        }
        return detail::done(code, std::move(all));
    }

    /** What SPF, from mail on, and in message DKIM, ARC and DMARC too, have found of the message. */
    returns<std::vector<auth_result>> auth() const {
        int count = 0;
        const int code = mm_session_auth_get_count(handle_, &count);
        return detail::auth_results_of(
            code, count, [this](int i, mm_auth_result *c) { return mm_session_auth_get_result(handle_, i, c); });
    }

    /** In auth: who it is that logs in. */
    returns<void> set_login(std::string_view user) {
        return detail::done(mm_session_set_login(handle_, detail::text(user)));
    }

    /** In secret: the password, plain or in a stored form. */
    returns<void> set_secret(std::string_view secret) {
        return detail::done(mm_session_set_secret(handle_, detail::text(secret)));
    }

    // ---- the transaction ----

    returns<std::string> sender() const {
        const char *address = nullptr;
        const int code = mm_session_get_sender(handle_, &address);
        return detail::done(code, detail::string(address));
    }

    returns<void> set_sender(std::string_view address) {
        return detail::done(mm_session_set_sender(handle_, detail::text(address)));
    }

    returns<std::vector<session_recipient>> recipients() const {
        std::vector<session_recipient> all;
        mm_session_rcpt found = MM_SESSION_RCPT_INIT;
        int count = 0;
        int code = mm_session_get_recipient_count(handle_, &count);
        for (int i = 0; i < count && code == MM_OK; i++) {
            code = mm_session_get_recipient(handle_, i, &found);
            if (code == MM_OK)
                all.push_back({detail::string(found.address), detail::string(found.local_part),
                               detail::string(found.domain), detail::string(found.route),
                               detail::string(found.original), found.notify});
        }
        return detail::done(code, std::move(all));
    }

    returns<void> add_recipient(std::string_view address) {
        return detail::done(mm_session_add_recipient(handle_, detail::text(address)));
    }

    returns<void> remove_recipient(int index) {
        return detail::done(mm_session_remove_recipient(handle_, index));
    }

    /** In lookup: the address that the one asked for stands for. */
    returns<void> set_expansion(std::string_view address) {
        return detail::done(mm_session_set_expansion(handle_, detail::text(address)));
    }

    returns<void> add_header(std::string_view name, std::string_view value) {
        return detail::done(mm_session_add_header(handle_, detail::text(name), detail::text(value)));
    }

    // ---- in message ----

    /** How many octets there were; 0 at the end. */
    returns<std::size_t> read(std::int64_t offset, void *buffer, std::size_t size) const {
        std::size_t length = 0;
        const int code = mm_session_read_message(handle_, offset, buffer, size, &length);
        return detail::done(code, std::move(length));
    }

    /** All of it. */
    returns<std::string> text() const {
        std::string all;
        char piece[16384];
        std::size_t length = 0;
        int code = MM_OK;
        do {
            code =
                mm_session_read_message(handle_, static_cast<std::int64_t>(all.size()), piece, sizeof piece, &length);
            all.append(piece, code == MM_OK ? length : 0);
        } while (code == MM_OK && length > 0);
        return detail::done(code, std::move(all));
    }

    /** Of a file with it, gone when the answer is there. */
    returns<std::string> path() const {
        const char *found = nullptr;
        const int code = mm_session_get_path(handle_, &found);
        return detail::done(code, detail::string(found));
    }

    // ---- a mailbox of the host's, over POP3 ----

    /** In open: the next message of the mailbox; data comes back with each step about it. */
    returns<void> add_message(std::int64_t octets, std::string_view id, void *data = nullptr) {
        return detail::done(mm_session_add_message(handle_, octets, detail::text(id), data));
    }

    /** In retr and read: octets of the message. */
    returns<void> write(std::string_view octets) {
        return detail::done(mm_session_write(handle_, octets.data(), octets.size()));
    }

  private:
    mm_session *handle_;
};

/** What an SMTP server asks the host (mm_smtp_server_handlers): those that are empty are the library's own behaviour.
 * Each returns MM_VERDICT_... or a reply code. What one throws costs the client one reply (451), and is thrown by the
 * stop of the server. Several sessions call at once. */
struct smtp_handlers {
    using plain = std::function<int(session &)>;
    using with_text = std::function<int(session &, std::string_view text)>;
    using event = std::function<void(session &)>;

    plain connect;
    with_text helo;
    with_text ehlo;
    std::function<int(session &, const mm_session_login &login)> auth;
    with_text secret;
    std::function<int(session &, const mm_session_mail &mail)> mail;
    std::function<int(session &, std::string_view domain, const std::vector<std::string_view> &route)> domain;
    with_text lookup;
    std::function<int(session &, const mm_session_rcpt &rcpt)> rcpt;
    plain data;
    std::function<int(session &, std::string_view octets, int flags)> chunk;
    std::function<int(session &, std::int64_t size)> message;
    with_text vrfy;
    with_text expn;
    with_text help;
    with_text noop;
    plain rset;
    plain turn;
    std::function<int(session &, std::string_view verb, std::string_view argument)> unknown;
    event timeout;
    std::function<void(session &, int error, std::string_view text)> error;
    event close;
};

namespace detail {

/** A table of handlers as the library has it, and how its calls reach them; as long as a session may ask it. */
template <class Handlers> struct handler_table {
    Handlers call;
    std::shared_ptr<caught> thrown;

    /** What its calls get with them. */
    void *user() noexcept {
        return this;
    }

  protected:
    template <class F> static int ask(mm_session *handle, void *user, F &&body) noexcept {
        const auto self = static_cast<handler_table *>(user);
        session of(handle);
        return at_border(*self->thrown, static_cast<int>(MM_VERDICT_ERROR), [&] { return body(self->call, of); });
    }

    template <auto Member> static int MM_CALL plain(mm_session *handle, void *user) noexcept {
        return ask(handle, user, [](Handlers &all, session &of) { return (all.*Member)(of); });
    }

    template <auto Member> static int MM_CALL text(mm_session *handle, const char *text, void *user) noexcept {
        return ask(handle, user, [&](Handlers &all, session &of) { return (all.*Member)(of, text); });
    }

    template <auto Member>
    static int MM_CALL two_texts(mm_session *handle, const char *first, const char *second, void *user) noexcept {
        return ask(handle, user, [&](Handlers &all, session &of) { return (all.*Member)(of, first, second); });
    }

    template <auto Member, class T> static int MM_CALL about(mm_session *handle, const T *what, void *user) noexcept {
        return ask(handle, user, [&](Handlers &all, session &of) { return (all.*Member)(of, *what); });
    }

    template <auto Member> static void MM_CALL tell(mm_session *handle, void *user) noexcept {
        ask(handle, user, [](Handlers &all, session &of) { return (all.*Member)(of), 0; });
    }

    static void MM_CALL fail(mm_session *handle, int code, const char *text, void *user) noexcept {
        ask(handle, user, [&](Handlers &all, session &of) { return all.error(of, code, text), 0; });
    }
};

struct smtp_table : handler_table<smtp_handlers> {
    mm_smtp_server_handlers in_c() const {
        mm_smtp_server_handlers c = MM_SMTP_SERVER_HANDLERS_INIT;
        c.connect = call.connect ? plain<&smtp_handlers::connect> : nullptr;
        c.helo = call.helo ? text<&smtp_handlers::helo> : nullptr;
        c.ehlo = call.ehlo ? text<&smtp_handlers::ehlo> : nullptr;
        c.auth = call.auth ? about<&smtp_handlers::auth, mm_session_login> : nullptr;
        c.secret = call.secret ? text<&smtp_handlers::secret> : nullptr;
        c.mail = call.mail ? about<&smtp_handlers::mail, mm_session_mail> : nullptr;
        c.domain = call.domain ? decide : nullptr;
        c.lookup = call.lookup ? text<&smtp_handlers::lookup> : nullptr;
        c.rcpt = call.rcpt ? about<&smtp_handlers::rcpt, mm_session_rcpt> : nullptr;
        c.data = call.data ? plain<&smtp_handlers::data> : nullptr;
        c.chunk = call.chunk ? piece : nullptr;
        c.message = call.message ? whole : nullptr;
        c.vrfy = call.vrfy ? text<&smtp_handlers::vrfy> : nullptr;
        c.expn = call.expn ? text<&smtp_handlers::expn> : nullptr;
        c.help = call.help ? text<&smtp_handlers::help> : nullptr;
        c.noop = call.noop ? text<&smtp_handlers::noop> : nullptr;
        c.rset = call.rset ? plain<&smtp_handlers::rset> : nullptr;
        c.turn = call.turn ? plain<&smtp_handlers::turn> : nullptr;
        c.unknown = call.unknown ? two_texts<&smtp_handlers::unknown> : nullptr;
        c.timeout = call.timeout ? tell<&smtp_handlers::timeout> : nullptr;
        c.error = call.error ? fail : nullptr;
        c.close = call.close ? tell<&smtp_handlers::close> : nullptr;
        return c;
    }

  private:
    static int MM_CALL decide(mm_session *handle, const char *domain, const char *const *route, std::size_t count,
                              void *user) noexcept {
        return ask(handle, user, [&](smtp_handlers &all, session &of) {
            return all.domain(of, domain, std::vector<std::string_view>(route, route + count));
        });
    }

    static int MM_CALL piece(mm_session *handle, const void *octets, std::size_t size, int flags, void *user) noexcept {
        return ask(handle, user, [&](smtp_handlers &all, session &of) {
            return all.chunk(of, std::string_view(static_cast<const char *>(octets), size), flags);
        });
    }

    static int MM_CALL whole(mm_session *handle, std::int64_t size, void *user) noexcept {
        return ask(handle, user, [&](smtp_handlers &all, session &of) { return all.message(of, size); });
    }
};

} // namespace detail

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
