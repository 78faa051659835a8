/* Checks of messages by SPF, DKIM, ARC and DMARC, and signatures. Included by mailmodule.hpp. */
#ifndef MAILMODULE_AUTH_HPP
#define MAILMODULE_AUTH_HPP

#include "engine.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** What one check says (mm_auth_result). Times: milliseconds since 1970, 0 for none. */
struct auth_result {
    std::string method; /**< "spf", "dkim", "arc", "dmarc" */
    std::string domain;
    std::string selector;
    std::string identity;
    std::string algorithm;
    std::string signature_start;
    std::string signed_fields;
    std::string sealers;
    std::string mechanism;
    std::string explanation;
    std::string policy_domain;
    std::string organization;
    std::string overridden_by;
    std::string reason;
    std::int64_t signed_length; /**< -1: all of the body */
    std::int64_t signed_at;
    std::int64_t expires;
    mm_auth_word result;
    int key_bits;
    mm_dmarc_policy policy;
    mm_dmarc_policy disposition;
    int instances;
    int oldest_pass;
    int flags; /**< MM_AUTH_FLAG_... */
};

/** What is asked about (mm_auth_query). The message is path or read if one of them is given, else what message has. */
struct auth_query {
    std::string client;                         /**< "": not known */
    std::string helo;                           /**< "": not known */
    std::optional<std::string> sender;          /**< "": the null reverse-path; none: it is not checked */
    std::string_view message;                   /**< octets, which need to live during the call alone */
    std::string path;                           /**< "": none */
    reader read;                                /**< asked on the thread of the call */
    std::optional<std::string> trusted_sealers; /**< none: the setting arc_trusted */
    int timeout_ms = 0;
};

/** With which key a message is signed or sealed (mm_sign_options). All "": with those of the settings. */
struct sign_options {
    std::string domain;
    std::string selector;
    std::string key;      /**< the private key as PEM */
    std::string key_path; /**< or a file with it */
};

namespace detail {

inline auth_result to_auth_result(const mm_auth_result &c) {
    return {string(c.method),
            string(c.domain),
            string(c.selector),
            string(c.identity),
            string(c.algorithm),
            string(c.signature_start),
            string(c.signed_fields),
            string(c.sealers),
            string(c.mechanism),
            string(c.explanation),
            string(c.policy_domain),
            string(c.organization),
            string(c.overridden_by),
            string(c.reason),
            c.signed_length,
            c.signed_at,
            c.expires,
            static_cast<mm_auth_word>(c.result),
            c.key_bits,
            static_cast<mm_dmarc_policy>(c.policy),
            static_cast<mm_dmarc_policy>(c.disposition),
            c.instances,
            c.oldest_pass,
            c.flags};
}

/** All results of something that has them by number. */
template <class Get> returns<std::vector<auth_result>> auth_results_of(int code, int count, Get get) {
    std::vector<auth_result> all;
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    for (int i = 0; i < count && code == MM_OK; i++) {
        code = get(i, &found);
        if (code == MM_OK)
            all.push_back(to_auth_result(found));
    }
    return done(code, std::move(all));
}

/** A query as C has it, for as long as this and the query live. */
class auth_query_in_c {
  public:
    explicit auth_query_in_c(const auth_query &from, bool has_message = true)
        : client_(from.client), helo_(from.helo), sender_(from.sender.value_or("")), path_(from.path),
          sealers_(from.trusted_sealers.value_or("")), read_(from.read) {
        value.client = client_.or_null();
        value.helo = helo_.or_null();
        value.sender = from.sender ? static_cast<const char *>(sender_) : nullptr;
        value.path = path_.or_null();
        value.read = read_ ? give : nullptr;
        value.read_user = read_ ? this : nullptr;
        if (has_message && !read_ && from.path.empty()) {
            value.message = from.message.empty() ? "" : from.message.data();
            value.message_size = from.message.size();
        }
        value.trusted_sealers = from.trusted_sealers ? static_cast<const char *>(sealers_) : nullptr;
        value.timeout_ms = from.timeout_ms;
    }

    auth_query_in_c(const auth_query_in_c &) = delete;
    auth_query_in_c &operator=(const auth_query_in_c &) = delete;

    mm_auth_query value = MM_AUTH_QUERY_INIT;
    caught thrown;

  private:
    static int MM_CALL give(void *buffer, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto self = static_cast<auth_query_in_c *>(user);
        return detail::read(self->read_, self->thrown, buffer, size, length);
    }

    text client_, helo_, sender_, path_, sealers_;
    reader read_;
};

/** Options as C has them, for as long as this lives. */
class sign_options_in_c {
  public:
    explicit sign_options_in_c(const sign_options &from)
        : domain_(from.domain), selector_(from.selector), key_(from.key), path_(from.key_path),
          is_given_(!from.domain.empty() || !from.selector.empty() || !from.key.empty() || !from.key_path.empty()) {
        value_.domain = domain_.or_null();
        value_.selector = selector_.or_null();
        value_.key = key_.or_null();
        value_.key_path = path_.or_null();
    }

    const mm_sign_options *get() const noexcept {
        return is_given_ ? &value_ : nullptr;
    }

  private:
    mm_sign_options value_ = MM_SIGN_OPTIONS_INIT;
    text domain_, selector_, key_, path_;
    bool is_given_;
};

} // namespace detail

/** What was found (mm_auth). */
class auth_results {
  public:
    explicit auth_results(mm_auth *handle = nullptr) noexcept : handle_(handle) {
    }

    mm_auth *get() const noexcept {
        return handle_.get();
    }

    /** SPF of HELO and of the sender, each DKIM signature, ARC, DMARC, in this order. */
    returns<std::vector<auth_result>> all() const {
        int count = 0;
        const int code = mm_auth_get_count(get(), &count);
        return detail::auth_results_of(code, count,
                                       [this](int i, mm_auth_result *c) { return mm_auth_get_result(get(), i, c); });
    }

    /** The field Authentication-Results; name "": the setting authserv_id. */
    returns<std::string> field(std::string_view name = {}) const {
        const detail::text who(name);
        std::string made(1024, '\0');
        for (std::size_t length = 0;; made.resize(length + 1)) {
            const int code = mm_auth_get_field(get(), who.or_null(), made.data(), made.size(), &length);
            if (code == MM_E_LIMIT && length >= made.size())
                continue;
            made.resize(code == MM_OK ? length : 0);
            return detail::done(code, std::move(made));
        }
    }

  private:
    struct free {
        void operator()(mm_auth *handle) const noexcept {
            mm_auth_free(handle);
        }
    };

    std::unique_ptr<mm_auth, free> handle_;
};

/** Hears the end of a check: MM_OK, or why there are no results. What it throws engine::stop throws again. */
using auth_function = std::function<void(int error, auth_results found)>;

/** Hears the end of a signature: MM_OK and the fields, or why there are none. */
using sign_function = std::function<void(int error, std::string_view fields)>;

namespace detail {

/** A completion, from the call that succeeds to its end. */
template <class F> struct completion {
    F done;
    std::shared_ptr<caught> thrown;

    static void MM_CALL checked(int error, mm_auth *auth, void *user) noexcept {
        const std::unique_ptr<completion> self(static_cast<completion *>(user));
        auth_results found(auth);
        at_border(*self->thrown, [&] { self->done(error, std::move(found)); });
    }

    static void MM_CALL made(int error, const char *fields, std::size_t length, void *user) noexcept {
        const std::unique_ptr<completion> self(static_cast<completion *>(user));
        at_border(*self->thrown, [&] { self->done(error, std::string_view(fields, length)); });
    }
};

using check_in_c = int(MM_CALL *)(mm_engine *, const mm_auth_query *, mm_auth **);
using start_in_c = int(MM_CALL *)(mm_engine *, const mm_auth_query *, mm_auth_fn, void *);

inline returns<auth_results> check(check_in_c call, engine &of, const auth_query &about, bool has_message) {
    mm_auth *found = nullptr;
    auth_query_in_c query(about, has_message);
    const int code = call(of.get(), &query.value, &found);
    auth_results results(found);
    query.thrown.rethrow();
    return done(code, std::move(results));
}

/** The completion is the library's from the success of the call on, which may end after it. */
template <class F, class Call> returns<void> begin(engine &of, const auth_query &about, bool has, F done, Call call) {
    const bool is_heard = static_cast<bool>(done);
    auto ends = std::make_unique<completion<F>>(completion<F>{std::move(done), engine_parts::thrown(of)});
    auth_query_in_c query(about, has);
    completion<F> *const user = ends.release();
    const int code = call(&query.value, is_heard, user);
    if (code != MM_OK)
        ends.reset(user);
    query.thrown.rethrow();
    return detail::done(code);
}

inline returns<void> start(start_in_c call, engine &of, const auth_query &about, auth_function done, bool has) {
    return begin(of, about, has, std::move(done), [&](const mm_auth_query *query, bool is_heard, void *user) {
        return call(of.get(), query, is_heard ? completion<auth_function>::checked : nullptr, user);
    });
}

/** Fields of a message that is read once: the room is enough for most, and for what is to be reported. */
template <class Call> returns<std::string> fields(const auth_query &about, std::size_t more, Call call) {
    auth_query_in_c query(about);
    std::string made(65536 + more, '\0');
    std::size_t length = 0;
    const int code = call(&query.value, made.data(), made.size(), &length);
    query.thrown.rethrow();
    made.resize(code == MM_OK ? length : 0);
    return done(code, std::move(made));
}

} // namespace detail

/** SPF of a client's name and of a sender (mm_spf_check). */
inline returns<auth_results> check_spf(engine &of, const auth_query &about) {
    return detail::check(mm_spf_check, of, about, false);
}

inline returns<void> check_spf(engine &of, const auth_query &about, auth_function done) {
    return detail::start(mm_spf_check_start, of, about, std::move(done), false);
}

/** The DKIM signatures of a message (mm_dkim_verify). An exception that leaves the reader comes out here. */
inline returns<auth_results> verify_dkim(engine &of, const auth_query &about) {
    return detail::check(mm_dkim_verify, of, about, true);
}

inline returns<void> verify_dkim(engine &of, const auth_query &about, auth_function done) {
    return detail::start(mm_dkim_verify_start, of, about, std::move(done), true);
}

/** The ARC chain of a message (mm_arc_validate). */
inline returns<auth_results> validate_arc(engine &of, const auth_query &about) {
    return detail::check(mm_arc_validate, of, about, true);
}

inline returns<void> validate_arc(engine &of, const auth_query &about, auth_function done) {
    return detail::start(mm_arc_validate_start, of, about, std::move(done), true);
}

/** All of these and DMARC, as the library's servers do it (mm_dmarc_check). */
inline returns<auth_results> check_dmarc(engine &of, const auth_query &about) {
    return detail::check(mm_dmarc_check, of, about, true);
}

inline returns<void> check_dmarc(engine &of, const auth_query &about, auth_function done) {
    return detail::start(mm_dmarc_check_start, of, about, std::move(done), true);
}

/** The fields that sign a message, to be put in front of it (mm_dkim_sign). */
inline returns<std::string> sign_dkim(engine &of, const sign_options &options, const auth_query &about) {
    const detail::sign_options_in_c in_c(options);
    return detail::fields(about, 0,
                          [&](const mm_auth_query *query, char *buffer, std::size_t size, std::size_t *length) {
                              return mm_dkim_sign(of.get(), in_c.get(), query, buffer, size, length);
                          });
}

inline returns<void> sign_dkim(engine &of, const sign_options &options, const auth_query &about, sign_function done) {
    const detail::sign_options_in_c in_c(options);
    return detail::begin(of, about, true, std::move(done), [&](const mm_auth_query *query, bool is_heard, void *user) {
        return mm_dkim_sign_start(of.get(), in_c.get(), query,
                                  is_heard ? detail::completion<sign_function>::made : nullptr, user);
    });
}

/** The fields that seal a message which is sent on; found: what auth_results::field gave of it (mm_arc_seal). */
inline returns<std::string> seal_arc(engine &of, const sign_options &options, const auth_query &about,
                                     std::string_view found) {
    const detail::sign_options_in_c in_c(options);
    const detail::text report(found);
    const auto call = [&](const mm_auth_query *query, char *buffer, std::size_t size, std::size_t *length) {
        return mm_arc_seal(of.get(), in_c.get(), query, report, buffer, size, length);
    };
    return detail::fields(about, found.size(), call);
}

inline returns<void> seal_arc(engine &of, const sign_options &options, const auth_query &about, std::string_view found,
                              sign_function done) {
    const detail::sign_options_in_c in_c(options);
    const detail::text report(found);
    return detail::begin(of, about, true, std::move(done), [&](const mm_auth_query *query, bool is_heard, void *user) {
        return mm_arc_seal_start(of.get(), in_c.get(), query, report,
                                 is_heard ? detail::completion<sign_function>::made : nullptr, user);
    });
}

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
