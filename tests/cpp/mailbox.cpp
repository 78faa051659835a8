// mailmodule::mailbox: list, read, delete, deliver; news of mail.
#include "check.hpp"

using mailmodule::mailbox;
using mailmodule::mailbox_delivery;

static mailbox_delivery to(const char *name, const char *text) {
    mailbox_delivery what;
    what.name = name;
    what.from = "eve@there.example";
    what.message = text;
    return what;
}

static void delivering(const mailmodule::engine &of) {
    CHECK(!mailbox::deliver(of, to("ann", "Subject: one\n\n1\n")).empty());
    mailbox_delivery what;
    what.name = "ann";
    what.folder = "lists/friends";
    std::string rest = "Subject: two\n\n2\n";
    what.read = [&rest](void *buffer, std::size_t size) {
        const auto count = std::min(size, rest.size());
        rest.copy(static_cast<char *>(buffer), count);
        rest.erase(0, count);
        return count;
    };
    mailbox::deliver(of, what);
    what.read = [](void *, std::size_t) -> std::size_t { throw of_callback{4}; };
    CHECK_THROWN(4, mailbox::deliver(of, what));
    what.read = {};
    CHECK_ERROR(MM_E_ARGUMENT, mailbox::deliver(of, what)); // no content
    CHECK_ERROR(MM_E_NOT_FOUND, mailbox::deliver(of, to("nobody", "x")));
}

static void looking(const mailmodule::engine &of) {
    auto box = mailbox::open(of, "ann");
    CHECK_INT(1, box.count());
    const auto message = box.message(0);
    CHECK_INT(box.octets(), message.octets);
    CHECK_INT(0, box.find(message.id));
    CHECK_ERROR(MM_E_NOT_FOUND, box.find("no such id"));
    CHECK_ERROR(MM_E_NOT_FOUND, box.message(1));
    std::string text;
    char piece[9];
    while (const auto length = box.read(0, static_cast<std::int64_t>(text.size()), piece, sizeof piece))
        text.append(piece, length);
    CHECK_INT(message.length, text.size());
    CHECK(text.find("Subject: one\n\n1\n") != std::string::npos);
    CHECK_ERROR(MM_E_LOCKED, mailbox::open(of, "ann"));
    CHECK_ERROR(MM_E_STATE, mailbox::open(of, "ann", "", MM_MAILBOX_SHARED).remove({0}));
    auto parsed = box.open_message(0);
    box.remove({0});
    CHECK_INT(MM_MAILBOX_DELETED, box.message(0).flags);
    CHECK_ERROR(MM_E_NOT_FOUND, box.open_message(0));
    box.close();
    CHECK_INT(1, parsed.part_count());
    CHECK_INT(0, mailbox::open(of, "ann").count());
}

static void folders(const mailmodule::engine &of) {
    const auto found = mailbox::folders(of, "ann");
    CHECK_INT(1, found.size());
    CHECK_SAME("lists/friends", found.at(0));
    CHECK_INT(1, mailbox::open(of, "ann", found.at(0)).count());
    CHECK_ERROR(MM_E_NOT_FOUND, mailbox::open(of, "ann", "spam"));
    CHECK_INT(0, mailbox::open(of, "ann", "spam", MM_MAILBOX_CREATE).count());
    CHECK_ERROR(MM_E_NOT_FOUND, mailbox::folders(of, "nobody"));
}

int main() {
    auto of = make_engine();
    std::vector<std::string> heard; // no lock: read when the engine has stopped
    of.set("user", "ann;secret;;PS");
    of.set_mailbox_events([&heard](const mm_mailbox_event &event) { heard.emplace_back(event.folder); });
    delivering(of);
    looking(of);
    folders(of);
    of.stop(10000);
    CHECK_INT(2, heard.size());
    CHECK_SAME("", heard.at(0));
    CHECK_SAME("lists/friends", heard.at(1));
    of.set_mailbox_events([](const mm_mailbox_event &) { throw of_callback{5}; });
    mailbox::deliver(of, to("ann", "Subject: three\n\n"));
    mailbox::open(of, "ann");
    CHECK_THROWN(5, of.stop(10000));
    of.set_mailbox_events({});
    return check_result();
}
