// mailmodule::parsed_message and composed_message: what is made is read back; errors; exceptions of readers.
#include "check.hpp"

using mailmodule::composed_message;
using mailmodule::parsed_message;

static composed_message letter() {
    auto made = composed_message::make();
    made.add_field("From", "J\u00f6rg <joerg@example.org>");
    made.add_field("To", "ann@example.org, Bob <bob@example.net>");
    made.add_field("Subject", "Gr\u00fc\u00dfe");
    made.add_field("Date", "Sat, 28 Nov 2026 19:00:00 +0130");
    made.set_text("Hello, h\u00f6rst du?\n");
    made.attach({"gr\u00fcn.bin", "", "", std::string("\0\1\2", 3), "", nullptr});
    return made;
}

static std::string read(composed_message &made) {
    std::string all;
    char piece[100];
    while (const auto length = made.read(piece, sizeof piece))
        all.append(piece, length);
    return all;
}

static void read_back(parsed_message message) {
    CHECK_INT(3, message.part_count());
    CHECK_SAME("Gr\u00fc\u00dfe", message.text("subject"));
    CHECK_SAME("", message.text("X-None"));
    const auto to = message.addresses(message.find_field("To"));
    CHECK_INT(2, to.size());
    CHECK_SAME("bob@example.net", to.at(1).address);
    CHECK_SAME("Bob", to.at(1).name);
    const auto date = message.date(message.find_field("Date"));
    CHECK_INT(1795887000000, date.time);
    CHECK_INT(90, date.offset);
    CHECK_SAME("multipart/mixed", message.part(0).type);
    CHECK_SAME("utf-8", message.parameter("Content-Type", "charset", 1));
    CHECK_SAME("Hello, h\u00f6rst du?\r\n", message.read(1, MM_CONTENT_TEXT));
    const auto attached = message.part(2);
    CHECK_SAME("gr\u00fcn.bin", attached.file_name);
    CHECK(attached.flags & MM_PART_ATTACHMENT);
    CHECK(message.read(2) == std::string("\0\1\2", 3));
    const auto disposition = message.find_field("Content-Disposition", 0, 2);
    CHECK_SAME("filename", message.parameters(disposition, 2).at(0).first);
    CHECK_SAME("Content-Disposition", message.field(disposition, 2).name);
    CHECK_INT(0, message.limits());
    auto content = message.open_content(2, MM_CONTENT_RAW);
    char octets[4];
    CHECK_INT(4, content.read(octets, sizeof octets));
    CHECK(std::string(octets, 4) == "AAEC");
}

static void errors() {
    auto message = parsed_message::open("Subject: x\n\ny");
    CHECK_ERROR(MM_E_ARGUMENT, message.part(1));
    CHECK_ERROR(MM_E_ARGUMENT, message.field(1));
    CHECK_ERROR(MM_E_ARGUMENT, message.read(1));
    CHECK_ERROR(MM_E_NOT_FOUND, parsed_message::open_file(std::string(check_folder) + "/none"));
    auto options = mm_message_options(MM_MESSAGE_OPTIONS_INIT);
    options.max_header = 4;
    CHECK_ERROR(MM_E_LIMIT, parsed_message::open("Subject: x\n\ny", options));
    auto made = composed_message::make();
    CHECK_ERROR(MM_E_ARGUMENT, made.add_field("Subject", "a\r\nb"));
    CHECK_ERROR(MM_E_ARGUMENT, made.add_field("Subject", std::string_view("a\0b", 3)));
    CHECK_ERROR(MM_E_ARGUMENT, made.attach({}));
    CHECK_ERROR(MM_E_STATE, read(made));
}

static void exceptions() {
    CHECK_THROWN(5, parsed_message::open_reader([](void *, std::size_t) -> std::size_t { throw of_callback{5}; }));
    auto made = letter();
    made.attach({"x", "", "", {}, "", [](void *, std::size_t) -> std::size_t { throw of_callback{6}; }});
    CHECK_THROWN(6, read(made));
    auto failing = letter();
    failing.attach({"x", "", "", {}, "", [](void *, std::size_t) { return mailmodule::reading_failed; }});
    CHECK_ERROR(MM_E_IO, read(failing));
}

int main() {
    check_make_folder();
    {
        auto made = letter();
        read_back(parsed_message::open(read(made)));
        auto again = letter();
        read_back(parsed_message::open_reader(again.as_reader()));
        auto third = letter();
        const auto path = std::string(check_folder) + "/made.eml";
        third.write_file(path);
        read_back(parsed_message::open_file(path));
        CHECK_ERROR(MM_E_STATE, third.write_file(path));
    }
    errors();
    exceptions();
    return check_result();
}
