/* The SMTP client, verb by verb. Included by mailmodule.hpp. */
#ifndef MAILMODULE_SMTP_HPP
#define MAILMODULE_SMTP_HPP

#include "client.hpp"
#include "transaction.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** How a client works (mm_smtp_options). */
using smtp_options = client_options;

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

struct smtp_client_protocol {
    using handle_type = mm_smtp;
    using answer_type = int;
    using functions_in_c = client_functions<mm_smtp, mm_smtp_options>;

    static mm_smtp_options no_options() {
        mm_smtp_options c = MM_SMTP_OPTIONS_INIT;
        return c;
    }

    static const functions_in_c &functions() {
        static const functions_in_c all = {mm_smtp_new,
                                           mm_smtp_free,
                                           mm_smtp_set_timeouts,
                                           mm_smtp_connect,
                                           mm_smtp_connect_transport,
                                           mm_smtp_start_tls,
                                           mm_smtp_set_transport,
                                           mm_smtp_get_socket,
                                           mm_smtp_wait,
                                           mm_smtp_cancel,
                                           mm_smtp_close,
                                           mm_smtp_get_capability_count,
                                           mm_smtp_get_capability,
                                           mm_smtp_find_capability,
                                           mm_smtp_auth,
                                           mm_smtp_auth_token,
                                           mm_smtp_auth_raw,
                                           mm_smtp_auth_respond,
                                           mm_smtp_rset,
                                           mm_smtp_noop,
                                           mm_smtp_quit,
                                           mm_smtp_receive,
                                           mm_smtp_get_error,
                                           mm_smtp_get_tls};
        return all;
    }
};

} // namespace detail

/** A client's connection, open or not (mm_smtp). Each verb returns the code of the server's reply, a refusal's too;
 * what a callback has thrown meanwhile is thrown by the verb. One thread at a time, save cancel. */
class smtp_client : public detail::client<detail::smtp_client_protocol> {
  public:
    static returns<smtp_client> make(engine &of, const smtp_options &options = {}) {
        return make_as<smtp_client>(of, options);
    }

    // ---- verbs ----

    returns<int> starttls() {
        return answer_to([&](int *code) { return mm_smtp_starttls(get(), code); });
    }

    returns<int> helo(std::string_view name = {}) {
        return answer_to([&](int *code) { return mm_smtp_helo(get(), detail::text(name).or_null(), code); });
    }

    returns<int> ehlo(std::string_view name = {}) {
        return answer_to([&](int *code) { return mm_smtp_ehlo(get(), detail::text(name).or_null(), code); });
    }

    returns<int> lhlo(std::string_view name = {}) {
        return answer_to([&](int *code) { return mm_smtp_lhlo(get(), detail::text(name).or_null(), code); });
    }

    returns<int> mail(std::string_view from, std::string_view parameters = {}) {
        const detail::text sender(from), more(parameters);
        return answer_to([&](int *code) { return mm_smtp_mail(get(), sender, more.or_null(), code); });
    }

    returns<int> rcpt(std::string_view to, std::string_view parameters = {}) {
        const detail::text recipient(to), more(parameters);
        return answer_to([&](int *code) { return mm_smtp_rcpt(get(), recipient, more.or_null(), code); });
    }

    returns<int> data() {
        return answer_to([&](int *code) { return mm_smtp_data(get(), code); });
    }

    /** flags: MM_SMTP_FIRST, MM_SMTP_LAST, MM_SMTP_CONVERT_EOL. Without MM_SMTP_LAST there is no reply: 0. */
    returns<int> write(std::string_view octets, int flags = 0) {
        return answer_to([&](int *code) { return mm_smtp_write(get(), octets.data(), octets.size(), flags, code); });
    }

    returns<int> write_raw(std::string_view octets, int flags = 0) {
        return answer_to(
            [&](int *code) { return mm_smtp_write_raw(get(), octets.data(), octets.size(), flags, code); });
    }

    returns<int> bdat(std::string_view octets, bool last) {
        return answer_to([&](int *code) { return mm_smtp_bdat(get(), octets.data(), octets.size(), last, code); });
    }

    returns<int> vrfy(std::string_view text) {
        return answer_to([&](int *code) { return mm_smtp_vrfy(get(), detail::text(text), code); });
    }

    returns<int> expn(std::string_view text) {
        return answer_to([&](int *code) { return mm_smtp_expn(get(), detail::text(text), code); });
    }

    returns<int> help(std::string_view text = {}) {
        return answer_to([&](int *code) { return mm_smtp_help(get(), detail::text(text).or_null(), code); });
    }

    /** A command of the host's own; receive reads its reply. */
    returns<void> send_command(std::string_view line) {
        return done(mm_smtp_send_command(get(), detail::text(line)));
    }

    // ---- whole transactions ----

    returns<void> send_all(next_function next, sent_function sent = {}) {
        detail::transactions run(std::move(next), std::move(sent), thrown());
        return done(mm_smtp_send_all(get(), detail::transactions::next, detail::transactions::sent, &run));
    }

    returns<smtp_sent> send_message(const smtp_message &message) {
        detail::transaction in_c(message, thrown());
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

    // ---- what was said ----

    returns<smtp_reply> reply() const {
        mm_smtp_reply c = MM_SMTP_REPLY_INIT;
        const int code = mm_smtp_get_reply(get(), &c);
        using detail::string;
        return detail::done(code, smtp_reply{c.code, c.lines, c.due, string(c.text), string(c.raw), string(c.status),
                                             string(c.challenge)});
    }

  private:
    friend detail::client<detail::smtp_client_protocol>;
    using detail::client<detail::smtp_client_protocol>::client;
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
