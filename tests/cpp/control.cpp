// mailmodule::control: the queue of an engine, by its socket. Here the engine is in the same process.
#include "check.hpp"

using mailmodule::control;

int main() {
#ifdef _WIN32
    CHECK_ERROR(MM_E_NOT_SUPPORTED, control::open("."));
#else
    auto of = make_engine();
    const auto root = std::string(check_folder) + "/mail";
    CHECK_ERROR(MM_E_NOT_FOUND, control::open(root));
    of.set("control", 1);
    of.set("smtpproxy", "127.0.0.1:" + std::to_string(check_free_port()));
    auto held = mailmodule::message::make(of, {}, "bert@example.net");
    held.add_recipient("ann@far.example");
    held.write("Subject: queued\n\ntext\n");
    held.start();
    held.wait();
    const auto id = held.result_of(0).queue_id;

    auto opened = control::open(root);
    auto other = std::move(opened);
    CHECK_ERROR(MM_E_HANDLE, opened.counts());
    CHECK_INT(1, other.counts().messages);
    while (other.counts().deferred == 0) // what is on its way is held when it has come back
        sleep_microseconds(1000);
    other.hold(id);
    CHECK_INT(1, other.counts().held);
    auto walk = other.walk();
    const auto found = walk.next();
    CHECK(found.has_value());
    CHECK_SAME(id, found ? found->id : "none");
    CHECK_SAME("ann@far.example", walk.recipient(0).address);
    char piece[4096];
    const auto length = walk.read(piece, sizeof piece);
    CHECK(std::string(piece, length).find("Subject: queued\n") != std::string::npos);
    CHECK(!walk.next());
    CHECK_ERROR(MM_E_NOT_FOUND, other.release("nosuchid"));
    const auto next = other.redirect(id, "carl@far.example");
    CHECK(next != id);
    CHECK_ERROR(MM_E_NOT_FOUND, other.walk(id));
    const auto text = [given = false](void *buffer, std::size_t size) mutable {
        const std::string content = "Subject: handed over\n\nx\n";
        return std::exchange(given, true) ? 0 : content.copy(static_cast<char *>(buffer), size);
    };
    const auto results = other.send("bert@example.net", "dora@far.example, ann@example.org", text);
    CHECK_INT(2, results.size());
    CHECK_SAME("dora@far.example", results.at(0).address);
    CHECK_INT(MM_SEND_STATE_QUEUED, results.at(0).state);
    CHECK_OK(results.at(1).error);
    CHECK_THROWN(2, other.send("bert@example.net", "dora@far.example",
                               [](void *, std::size_t) -> std::size_t { throw of_callback{2}; }));
    CHECK_ERROR(MM_E_ARGUMENT, other.send("bert@example.net", "dora@far.example", {}));
    other.remove_all();
    CHECK_INT(0, mailmodule::queue(of).counts().messages);
    of.stop(5000);
#endif
    return check_result();
}
