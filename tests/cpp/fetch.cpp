// mailmodule::fetch: looks at a mailbox elsewhere, by the host and by the setting; events of them.
#include "check.hpp"

#include <atomic>

using mailmodule::fetch;
using mailmodule::fetch_account;

int main() {
    auto engine = make_engine();
    std::atomic<int> heard{0};
    engine.set_fetch_events([&](const mm_fetch_result &result) { heard += result.error == MM_E_CONNECT; });
    fetch_account account;
    account.host = "127.0.0.1";
    account.port = check_free_port(); // nobody is there
    account.user = account.password = "x";
    account.name = "ann";
    auto look = fetch::begin(engine, account);
    CHECK(look.wait());
    const auto result = look.result();
    CHECK_INT(MM_E_CONNECT, result.error);
    CHECK("x@127.0.0.1:" + std::to_string(account.port) == result.account);
    CHECK(!result.text.empty() && result.ended >= result.began);
    look.cancel();
    account.flags = -1;
    CHECK_ERROR(MM_E_ARGUMENT, fetch::begin(engine, account));
    CHECK(fetch::list(engine).empty());
    CHECK_ERROR(MM_E_NOT_FOUND, fetch::now(engine, "x@127.0.0.1"));
    engine.set("fetch", "127.0.0.1:" + std::to_string(account.port) + ";y;x;ann;0");
    fetch::now(engine);
    const auto all = fetch::list(engine);
    CHECK_INT(1, all.size());
    CHECK("y@127.0.0.1:" + std::to_string(account.port) == all[0].account);
    while (heard < 2)
        sleep_microseconds(1000);
    engine.set_fetch_events({});
    engine.stop(5000);
    return check_result();
}
