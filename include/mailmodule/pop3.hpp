/* The POP3 client, verb by verb. Included by mailmodule.hpp. */
#ifndef MAILMODULE_POP3_HPP
#define MAILMODULE_POP3_HPP

#include "client.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** How a client works (mm_pop3_options), in the same words as one of SMTP. */
using pop3_options = client_options;

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

struct pop3_client_protocol {
    using handle_type = mm_pop3;
    using answer_type = mm_pop3_status;
    using functions_in_c = client_functions<mm_pop3, mm_pop3_options>;

    static mm_pop3_options no_options() {
        mm_pop3_options c = MM_POP3_OPTIONS_INIT;
        return c;
    }

    static const functions_in_c &functions() {
        static const functions_in_c all = {mm_pop3_new,
                                           mm_pop3_free,
                                           mm_pop3_set_timeouts,
                                           mm_pop3_connect,
                                           mm_pop3_connect_transport,
                                           mm_pop3_start_tls,
                                           mm_pop3_set_transport,
                                           mm_pop3_get_socket,
                                           mm_pop3_wait,
                                           mm_pop3_cancel,
                                           mm_pop3_close,
                                           mm_pop3_get_capability_count,
                                           mm_pop3_get_capability,
                                           mm_pop3_find_capability,
                                           mm_pop3_auth,
                                           mm_pop3_auth_token,
                                           mm_pop3_auth_raw,
                                           mm_pop3_auth_respond,
                                           mm_pop3_rset,
                                           mm_pop3_noop,
                                           mm_pop3_quit,
                                           mm_pop3_receive,
                                           mm_pop3_get_error,
                                           mm_pop3_get_tls};
        return all;
    }
};

} // namespace detail

/** A client's connection, open or not (mm_pop3). Each verb returns the status of the server's answer, a refusal's too;
 * what a callback has thrown meanwhile is thrown by the verb. One thread at a time, save cancel. */
class pop3_client : public detail::client<detail::pop3_client_protocol> {
  public:
    static returns<pop3_client> make(engine &of, const pop3_options &options = {}) {
        return make_as<pop3_client>(of, options);
    }

    // ---- verbs ----

    returns<mm_pop3_status> stls() {
        return answer_to([&](int *status) { return mm_pop3_stls(get(), status); });
    }

    returns<mm_pop3_status> capa() {
        return answer_to([&](int *status) { return mm_pop3_capa(get(), status); });
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
        detail::retrieved run{take, thrown()};
        static const int none = 0;
        return done(mm_pop3_retr_all(get(), numbers.empty() ? &none : numbers.data(), numbers.size(), lines,
                                     detail::retrieved::give, &run));
    }

    returns<mm_pop3_status> dele(int number) {
        return answer_to([&](int *status) { return mm_pop3_dele(get(), number, status); });
    }

    /** A command of the host's own; receive reads its answer. */
    returns<void> send_command(std::string_view line, mm_pop3_answer answer = MM_POP3_KNOWN) {
        return done(mm_pop3_send_command(get(), detail::text(line), answer));
    }

    // ---- what was said ----

    returns<pop3_reply> reply() const {
        mm_pop3_reply c = MM_POP3_REPLY_INIT;
        const int code = mm_pop3_get_reply(get(), &c);
        using detail::string;
        return detail::done(code, pop3_reply{static_cast<mm_pop3_status>(c.status), c.due, string(c.text),
                                             string(c.raw), string(c.code), string(c.challenge), string(c.stamp)});
    }

  private:
    friend detail::client<detail::pop3_client_protocol>;
    using detail::client<detail::pop3_client_protocol>::client;
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
