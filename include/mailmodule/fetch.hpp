/* Mailboxes elsewhere, whose mail is fetched. Included by mailmodule.hpp. */
#ifndef MAILMODULE_FETCH_HPP
#define MAILMODULE_FETCH_HPP

#include "engine.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** A mailbox at another host, and for whom its mail is (mm_fetch_account). */
struct fetch_account {
    std::string host;
    std::string user;
    std::string password;
    std::string name;
    int port = 0;
    int tls = 0;
    int tls_check = 0;
    int flags = 0; /**< MM_FETCH_... */
    int most = 0;
    int timeout_ms = 0;
};

/** What has come of a look (mm_fetch_result). */
struct fetch_result {
    fetch_result() = default;

    explicit fetch_result(const mm_fetch_result &c)
        : account(detail::string(c.account)), text(detail::string(c.text)), sequence(c.sequence), began(c.began),
          ended(c.ended), next(c.next), octets(c.octets), found(c.found), fetched(c.fetched), known(c.known),
          deleted(c.deleted), refused(c.refused), left(c.left), error(c.error), stage(c.stage) {
    }

    std::string account;
    std::string text;
    std::int64_t sequence = 0;
    std::int64_t began = 0;
    std::int64_t ended = 0;
    std::int64_t next = 0;
    std::int64_t octets = 0;
    int found = 0;
    int fetched = 0;
    int known = 0;
    int deleted = 0;
    int refused = 0;
    int left = 0;
    int error = MM_OK;
    int stage = 0;
};

/** A look at a mailbox (mm_fetch). */
class fetch {
  public:
    /** Begins to look, and returns at once. */
    static returns<fetch> begin(const engine &of, const fetch_account &account) {
        const detail::text host(account.host), user(account.user), password(account.password), name(account.name);
        mm_fetch_account c = MM_FETCH_ACCOUNT_INIT;
        c.host = host;
        c.user = user;
        c.password = password;
        c.name = name;
        c.port = account.port;
        c.tls = account.tls;
        c.tls_check = account.tls_check;
        c.flags = account.flags;
        c.most = account.most;
        c.timeout_ms = account.timeout_ms;
        mm_fetch *begun = nullptr;
        const int code = mm_fetch_begin(of.get(), &c, &begun);
        return detail::done(code, fetch(begun));
    }

    /** Has mailboxes of the setting fetch looked at now; "": all of them. */
    static returns<void> now(const engine &of, std::string_view account = {}) {
        return detail::done(mm_fetch_now(of.get(), detail::text(account).or_null()));
    }

    /** What has come of the last look at each mailbox of the setting fetch. */
    static returns<std::vector<fetch_result>> list(const engine &of) {
        listed all;
        const int code = mm_fetch_list(of.get(), listed::on_result, &all);
        all.thrown.rethrow();
        return detail::done(code, std::move(all.results));
    }

    mm_fetch *get() const noexcept {
        return handle_.get();
    }

    /** Whether it has ended; -1 waits for that. */
    returns<bool> wait(int timeout_ms = -1) const {
        const int code = mm_fetch_wait(get(), timeout_ms);
        return detail::done(code == MM_E_TIMEOUT ? MM_OK : code, code == MM_OK);
    }

    /** What has come of it so far. */
    returns<fetch_result> result() const {
        mm_fetch_result c = MM_FETCH_RESULT_INIT;
        const int code = mm_fetch_get_result(get(), &c);
        return detail::done(code, fetch_result(c));
    }

    /** Has it end soon. */
    returns<void> cancel() const {
        return detail::done(mm_fetch_cancel(get()));
    }

  private:
    struct listed {
        std::vector<fetch_result> results;
        detail::caught thrown;

        static void MM_CALL on_result(const mm_fetch_result *result, void *user) noexcept {
            const auto self = static_cast<listed *>(user);
            detail::at_border(self->thrown, [&] { self->results.emplace_back(*result); });
        }
    };

    struct end {
        void operator()(mm_fetch *handle) const noexcept {
            mm_fetch_free(handle);
        }
    };

    explicit fetch(mm_fetch *handle) : handle_(handle) {
    }

    std::unique_ptr<mm_fetch, end> handle_;
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
