// mailmodule::engine and its servers.
#include "check.hpp"

#include <type_traits>

using mailmodule::engine;

static_assert(!std::is_copy_constructible_v<engine> && std::is_nothrow_move_constructible_v<engine>);
static_assert(!std::is_copy_constructible_v<mailmodule::smtp_server>);

static void settings(engine &of) {
    of.set("from_same_host", 7);
    CHECK_INT(7, of.get_int("from_same_host"));
    CHECK_SAME("7", of.get("from_same_host"));
    of.set("smtp_name", "mail.example.org");
    CHECK_SAME("mail.example.org", of.get("smtp_name"));
    of.set("msgspam", std::string(190, 'x')); // longer than the first guess
    CHECK_INT(190, of.get("msgspam").size());
    CHECK_SAME("", of.get("log"));
}

static void errors(engine &of) {
    CHECK_ERROR(MM_E_NOT_FOUND, of.set("no_such_key", "x"));
    CHECK_ERROR(MM_E_CONFIG, of.set("smtp_port", "many"));
    CHECK_ERROR(MM_E_NOT_FOUND, of.load("/nowhere/at/all.cfg"));
    CHECK_ERROR(MM_E_CONFIG, of.get_int("smtp_name"));
    CHECK_ERROR(MM_E_ARGUMENT, of.set("smtp_name", std::string_view("a\0b", 3))); // a NUL does not cut it
    CHECK_ERROR(MM_E_ARGUMENT, of.set(std::string_view("smtp\0name", 9), "a"));
    CHECK_ERROR(MM_E_ARGUMENT, of.stop(-2));
    try {
        of.set("smtp_port", "many");
    } catch (const std::exception &failure) { // as whoever knows nothing of this library
        CHECK(std::string(failure.what()).find("smtp_port") != std::string::npos);
    }
}

static void servers(engine &of) {
    mailmodule::server_options options;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    auto smtp = mailmodule::smtp_server::start(of, options);
    auto pop3 = mailmodule::pop3_server::start(of, options);
    CHECK_ERROR(MM_E_STATE, mailmodule::smtp_server::start(of, options));
    wire client;
    CHECK_INT(0, wire_open(&client, smtp.port()));
    CHECK_INT(220, wire_reply(&client));
    wire_close(&client);
    auto moved = std::move(smtp);
    CHECK(moved.port() > 0);
    moved.stop(5000);
    CHECK_ERROR(MM_E_HANDLE, moved.port());
    moved.stop(0); // there is nothing to stop
    CHECK(pop3.port() > 0);
    {
        auto cut = mailmodule::smtp_server::start(of, options); // there is none any more; this one ends with its object
        CHECK(cut.port() > 0);
    }
    auto again = mailmodule::smtp_server::start(of, options);
}

// A message through the engine's own server, which leaves lines in the log; all of them are there when it has stopped.
static void speak(engine &of) {
    mailmodule::server_options where;
    where.addresses = "127.0.0.1";
    where.port = MM_PORT_ANY;
    auto server = mailmodule::smtp_server::start(of, where);
    mailmodule::send_options options;
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = "127.0.0.1";
    options.port = server.port();
    auto sent = mailmodule::message::make(of, options, "bert@example.net");
    sent.add_recipient("ann@example.org");
    sent.write("Subject: log\n\nx\n");
    sent.start();
    CHECK(sent.wait());
    CHECK_INT(MM_OK, sent.outcome());
}

static void log_lines(engine &of) {
    std::atomic<int> lines{0}, later{0};
    of.set_log(MM_LOG_DEBUG, [&](mm_log_level level, std::string_view area, std::string_view line) {
        CHECK(level >= MM_LOG_ERROR && level <= MM_LOG_DEBUG);
        CHECK(!area.empty() && !line.empty());
        lines++;
    });
    speak(of);
    of.stop(5000);
    CHECK(lines > 0);
    of.set_log(MM_LOG_DEBUG, [&](mm_log_level, std::string_view, std::string_view) {
        later++;
        of.set_log(MM_LOG_ERROR, {}); // replaces the function that runs
        later++;
    });
    const int before = lines;
    speak(of);
    of.stop(5000);
    CHECK_INT(2, later);
    CHECK_INT(before, lines);
}

static void a_log_that_throws(engine &of) {
    of.set_log(MM_LOG_DEBUG, [](mm_log_level, std::string_view, std::string_view) { throw of_callback{1}; });
    speak(of);
    of.set_log(MM_LOG_ERROR, {});
    CHECK_THROWN(1, of.stop(5000));
    of.stop(5000); // it comes once
    speak(of);     // the engine is as it was
}

static void moves(engine &of) {
    int heard = 0;
    auto first = engine::make();
    first.set_log(MM_LOG_DEBUG, [&](mm_log_level, std::string_view, std::string_view) { heard++; });
    auto second = std::move(first);
    CHECK(!first.get() && second.get());
    CHECK_ERROR(MM_E_HANDLE, first.set("strict", 1));
    CHECK_ERROR(MM_E_HANDLE, first.stop(0));
    first = engine::make(); // what was moved from may be used again
    first = std::move(second);
    first.set("strict", 1);
    CHECK_INT(0, of.get_int("strict"));
}

static void that_of_the_process() {
    {
        auto shared = engine::of_process();
        CHECK(shared.get() == mm_engine_default());
        shared.set_log(MM_LOG_DEBUG, [](mm_log_level, std::string_view, std::string_view) { CHECK(false); });
    }
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0)); // nothing is called any more
    CHECK_SAME(mm_version(), mailmodule::version());
    CHECK_INT(mm_abi_version(), mailmodule::abi_version());
}

int main() {
    auto of = make_engine();
    settings(of);
    errors(of);
    servers(of);
    log_lines(of);
    a_log_that_throws(of);
    moves(of);
    that_of_the_process();
    of.stop(5000);
    return check_result();
}
