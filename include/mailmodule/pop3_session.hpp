/* What a POP3 server asks: a mail store of the host's. Included by mailmodule.hpp. */
#ifndef MAILMODULE_POP3_SESSION_HPP
#define MAILMODULE_POP3_SESSION_HPP

#include "session.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** What a POP3 server asks the host (mm_pop3_server_handlers): those that are empty are the library's own behaviour.
 * Each returns MM_VERDICT_... or a reply code. What one throws is MM_VERDICT_ERROR to the client (in read the end of
 * the connection), and is thrown by the stop of the server. Several sessions call at once. */
struct pop3_handlers {
    using plain = std::function<int(session &)>;
    using with_text = std::function<int(session &, std::string_view text)>;
    using with_message = std::function<int(session &, const mm_session_message &message)>;
    using event = std::function<void(session &)>;

    plain connect;
    plain capa;
    std::function<int(session &, const mm_session_login &login)> auth;
    with_text secret;
    std::function<int(session &, std::string_view name, std::string_view folder)> open;
    with_message retr;
    std::function<int(session &, std::size_t room)> read;
    with_message dele;
    plain rset;
    with_message remove;
    plain update;
    with_text noop;
    std::function<int(session &, std::string_view verb, std::string_view argument)> unknown;
    event timeout;
    std::function<void(session &, int error, std::string_view text)> error;
    event close;
};

namespace detail {

struct pop3_table : handler_table<pop3_handlers> {
    mm_pop3_server_handlers in_c() const {
        mm_pop3_server_handlers c = MM_POP3_SERVER_HANDLERS_INIT;
        c.connect = call.connect ? plain<&pop3_handlers::connect> : nullptr;
        c.capa = call.capa ? plain<&pop3_handlers::capa> : nullptr;
        c.auth = call.auth ? about<&pop3_handlers::auth, mm_session_login> : nullptr;
        c.secret = call.secret ? text<&pop3_handlers::secret> : nullptr;
        c.open = call.open ? two_texts<&pop3_handlers::open> : nullptr;
        c.retr = call.retr ? about<&pop3_handlers::retr, mm_session_message> : nullptr;
        c.read = call.read ? piece : nullptr;
        c.dele = call.dele ? about<&pop3_handlers::dele, mm_session_message> : nullptr;
        c.rset = call.rset ? plain<&pop3_handlers::rset> : nullptr;
        c.remove = call.remove ? about<&pop3_handlers::remove, mm_session_message> : nullptr;
        c.update = call.update ? plain<&pop3_handlers::update> : nullptr;
        c.noop = call.noop ? text<&pop3_handlers::noop> : nullptr;
        c.unknown = call.unknown ? two_texts<&pop3_handlers::unknown> : nullptr;
        c.timeout = call.timeout ? tell<&pop3_handlers::timeout> : nullptr;
        c.error = call.error ? fail : nullptr;
        c.close = call.close ? tell<&pop3_handlers::close> : nullptr;
        return c;
    }

  private:
    static int MM_CALL piece(mm_session *handle, std::size_t room, void *user) noexcept {
        return ask(handle, user, [&](pop3_handlers &all, session &of) { return all.read(of, room); });
    }
};

} // namespace detail

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
