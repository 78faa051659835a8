/* Checking a configuration, passwords for it, and the mail hosts of a domain. Included by mailmodule.hpp. */
#ifndef MAILMODULE_SETTINGS_HPP
#define MAILMODULE_SETTINGS_HPP

#include "error.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** What is wrong or risky in a configuration file. */
struct config_finding {
    mm_config_severity severity;
    std::string file;
    int line; /**< from 1; 0: it is about no line */
    std::string key;
    std::string text;
};

namespace detail {

struct findings {
    std::vector<config_finding> all;
    caught thrown;

    static void MM_CALL add(int severity, const char *file, int line, const char *key, const char *text,
                            void *user) noexcept {
        const auto found = static_cast<findings *>(user);
        at_border(found->thrown, [&] {
            found->all.push_back(
                {static_cast<mm_config_severity>(severity), string(file), line, string(key), string(text)});
        });
    }
};

} // namespace detail

/** Everything that mm_config_check finds, in the order of the lines. */
inline returns<std::vector<config_finding>> check_config(std::string_view filename) {
    detail::findings found;
    const int code = mm_config_check(detail::text(filename), detail::findings::add, &found, nullptr);
    found.thrown.rethrow();
    return detail::done(code, std::move(found.all));
}

/** The stored form of a password, for the setting user (mm_password_make). */
inline returns<std::string> make_password(std::string_view password, mm_password_form form = MM_PASSWORD_SCRAM_SHA_256,
                                          int iterations = 0) {
    const detail::text clear(password);
    std::string made(256, '\0');
    for (std::size_t length = 0;; made.resize(length + 1)) {
        const int code = mm_password_make(clear, form, iterations, made.data(), made.size(), &length);
        if (code == MM_E_LIMIT && length >= made.size())
            continue;
        made.resize(code == MM_OK ? length : 0);
        return detail::done(code, std::move(made));
    }
}

/** A mail host of a domain; addresses in the form 192.0.2.1. */
struct mail_host {
    std::string name;
    int preference;
    std::vector<std::string> addresses;
};

namespace detail {

inline std::string address_text(const std::uint32_t &in_network_order) {
    const auto octets = reinterpret_cast<const unsigned char *>(&in_network_order);
    std::string text;
    for (int i = 0; i < 4; i++)
        text += (i ? "." : "") + std::to_string(octets[i]);
    return text;
}

inline mail_host to_mail_host(const MailHostInfo &in_c) {
    mail_host host{string(in_c.name), in_c.prior, {}};
    for (const auto &address : in_c.ip)
        if (address)
            host.addresses.push_back(address_text(address));
    return host;
}

} // namespace detail

/** All mail hosts of a domain, the preferred ones first (FindMX, by the settings of engine::of_process). None is an
 * error. */
inline returns<std::vector<mail_host>> find_mx(std::string_view domain) {
    const detail::text name(domain);
    std::vector<MailHostInfo> in_c(16);
    int count = FindMX(name, in_c.data(), static_cast<int>(in_c.size()));
    while (count > 0 && static_cast<std::size_t>(count) == in_c.size()) {
        in_c.resize(in_c.size() * 2);
        count = FindMX(name, in_c.data(), static_cast<int>(in_c.size()));
    }
    std::vector<mail_host> hosts;
    for (int i = 0; i < count; i++)
        hosts.push_back(detail::to_mail_host(in_c[static_cast<std::size_t>(i)]));
    return detail::done(count > 0 ? MM_OK : mm_last_error(), std::move(hosts));
}

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
