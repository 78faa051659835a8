// mailmodule::pop3_server: a mail store in handlers, on connections, on those that the host has accepted, and in
// sessions whose octets the host moves.
#include "check.hpp"
#include "threads.hpp"

#include <type_traits>

using mailmodule::pop3_handlers;
using mailmodule::pop3_server;
using mailmodule::pop3_stepped;
using mailmodule::session;

static_assert(std::is_nothrow_move_assignable_v<pop3_server>);
static_assert(!std::is_copy_constructible_v<pop3_stepped>);

// One mailbox for whoever knows the password: its messages, and what became of them.
struct store {
    std::vector<std::string> messages = {"Subject: one\r\n\r\n.dot\r\n", "Subject: two\r\n\r\nx\r\n"};
    std::vector<int> removed;
    std::size_t at = 0;
    bool is_updated = false;
    std::string heard;
    event closed;

    pop3_handlers handlers() {
        pop3_handlers all;
        all.auth = [](session &of, const mm_session_login &login) {
            if (std::string_view(login.password) != "secret")
                return MM_VERDICT_REJECT;
            of.set_login("somebody");
            return MM_VERDICT_ACCEPT;
        };
        all.open = [this](session &of, std::string_view name, std::string_view folder) {
            heard += std::string(name) + '/' + std::string(folder) + ';';
            for (std::size_t i = 0; i < messages.size(); i++)
                of.add_message(static_cast<std::int64_t>(messages[i].size()), "id" + std::to_string(i + 1),
                               &messages[i]);
            return MM_VERDICT_ACCEPT;
        };
        all.retr = [this](session &, const mm_session_message &message) {
            at = 0;
            reading = *static_cast<const std::string *>(message.data);
            return MM_VERDICT_ACCEPT;
        };
        all.read = [this](session &of, std::size_t room) {
            CHECK(room >= 16384);
            of.write(reading.substr(at, 5));
            at += 5;
            return at < reading.size() ? MM_VERDICT_CONTINUE : MM_VERDICT_DONE;
        };
        all.remove = [this](session &, const mm_session_message &message) {
            removed.push_back(message.number);
            return MM_VERDICT_DONE;
        };
        all.update = [this](session &of) {
            is_updated = true;
            of.set_reply(0, "updated");
            return MM_VERDICT_ACCEPT;
        };
        all.capa = [](session &of) {
            of.add_reply_line("X-STORE");
            return MM_VERDICT_ACCEPT;
        };
        all.unknown = [](session &, std::string_view verb, std::string_view argument) {
            CHECK(verb == "XYZ" && argument == "a b");
            return 250;
        };
        all.close = [this](session &) { closed.set(); };
        return all;
    }

    std::string reading;
};

static mailmodule::server_options at(int port) {
    mailmodule::server_options options;
    options.addresses = "127.0.0.1";
    options.port = port;
    return options;
}

// All that a session says to this, which ends it.
static std::string dialogue(pop3_stepped &stepped, std::string_view octets) {
    std::string all;
    auto step = stepped.step();
    all += step.output;
    step = stepped.step(octets);
    all += step.output;
    while (step.wants == MM_WANTS_WRITE) {
        step = stepped.step();
        all += step.output;
    }
    CHECK_INT(MM_WANTS_CLOSE, step.wants);
    return all;
}

static void a_store_on_a_port(mailmodule::engine &of) {
    store mail;
    auto server = pop3_server::start(of, at(MM_PORT_ANY), mail.handlers());
    wire client;
    char text[256];
    CHECK_INT(0, wire_open(&client, server.port()));
    wire_read(&client);
    CHECK(wire_pop(&client, "USER ann/work"));
    CHECK(!wire_pop(&client, "PASS wrong"));
    CHECK(wire_pop(&client, "USER ann/work"));
    CHECK(wire_pop(&client, "PASS secret"));
    CHECK(wire_pop(&client, "RETR 1"));
    wire_text(&client, text, sizeof text);
    CHECK_SAME("Subject: one\n\n..dot\n", text);
    CHECK(wire_pop(&client, "XYZ a b"));
    CHECK(wire_pop(&client, "DELE 2"));
    CHECK(wire_pop(&client, "QUIT"));
    CHECK_SAME("+OK updated", client.line);
    mail.closed.wait();
    wire_close(&client);
    CHECK_SAME("somebody/work;", mail.heard);
    CHECK(mail.is_updated && mail.removed == std::vector<int>{2});
    server.stop(5000);
}

static void a_store_in_steps(mailmodule::engine &of) {
    store mail;
    auto server = pop3_server::start(of, at(MM_PORT_NONE), mail.handlers());
    CHECK_INT(0, server.port());
    mailmodule::stepped_options options;
    options.client = "192.0.2.1";
    options.tls = "TLSv1.3 CIPHER";
    auto stepped = server.step(options);
    CHECK(stepped.timeout() > 0);
    const auto all = dialogue(stepped, "CAPA\r\nUSER ann\r\nPASS secret\r\nTOP 2 0\r\nDELE 1\r\nQUIT\r\n");
    CHECK(all.find("\r\nX-STORE\r\n") != std::string::npos);
    CHECK(all.find("Subject: two\r\n\r\n.\r\n") != std::string::npos);
    CHECK(mail.removed == std::vector<int>{1});
    CHECK_ERROR(MM_E_STATE, stepped.begin_tls("TLSv1.3"));
    CHECK_ERROR(MM_E_ARGUMENT, server.step([] {
        mailmodule::stepped_options wrong;
        wrong.client = "no address";
        return wrong;
    }()));
}

static void one_that_waits(mailmodule::engine &of) {
    event woken;
    std::unique_ptr<thread> answering;
    pop3_handlers all;
    all.noop = [&](session &during, std::string_view) {
        const auto owed = std::make_shared<mailmodule::pending_answer>(during.defer(20000));
        answering = std::make_unique<thread>([owed] { owed->answer(MM_VERDICT_ACCEPT); });
        return MM_VERDICT_PENDING;
    };
    all.auth = [](session &, const mm_session_login &) { return MM_VERDICT_ACCEPT; };
    all.open = [](session &, std::string_view, std::string_view) { return MM_VERDICT_ACCEPT; };
    all.retr = [](session &, const mm_session_message &) { return MM_VERDICT_REJECT; };
    auto server = pop3_server::start(of, at(MM_PORT_NONE), all);
    mailmodule::stepped_options options;
    options.wake = [&] { woken.set(); };
    options.tls = "TLSv1.3 CIPHER";
    auto stepped = server.step(options);
    stepped.step();
    stepped.step("USER ann\r\nPASS x\r\n");
    auto step = stepped.step("NOOP\r\n");
    if (step.wants == MM_WANTS_WAIT) {
        woken.wait();
        step = stepped.step();
    }
    CHECK(step.output == "+OK\r\n");
}

static void what_is_thrown(mailmodule::engine &of) {
    pop3_handlers all;
    all.auth = [](session &, const mm_session_login &) -> int { throw of_callback{5}; };
    auto server = pop3_server::start(of, at(MM_PORT_NONE));
    server.add_handlers(all);
    mailmodule::stepped_options options;
    options.tls = "TLSv1.3 CIPHER";
    {
        auto stepped = server.step(options);
        const auto said = dialogue(stepped, "USER ann\r\nPASS x\r\nQUIT\r\n");
        CHECK(said.find("-ERR [SYS/TEMP]") != std::string::npos);
    }
    pop3_handlers no_retr;
    no_retr.open = [](session &, std::string_view, std::string_view) { return MM_VERDICT_ACCEPT; };
    CHECK_ERROR(MM_E_ARGUMENT, server.add_handlers(no_retr));
    CHECK_THROWN(5, server.stop(0));
    CHECK_ERROR(MM_E_HANDLE, server.step());
}

// A connection that this test accepts, and gives away.
static void adopted(mailmodule::engine &of) {
    store mail;
    auto server = pop3_server::start(of, at(MM_PORT_NONE), mail.handlers());
    int port = 0;
    const auto listener = check_bind(SOCK_STREAM, &port);
    CHECK_INT(0, listen(listener, 1));
    wire client;
    CHECK_INT(0, wire_open(&client, port));
    server.adopt(accept(listener, nullptr, nullptr));
    wire_read(&client);
    CHECK(wire_pop(&client, "USER ann"));
    CHECK(wire_pop(&client, "PASS secret"));
    CHECK(wire_pop(&client, "QUIT"));
    mail.closed.wait();
    wire_close(&client);
    CHECK_ERROR(MM_E_ARGUMENT, server.adopt(listener));
    socket_close(listener);
}

int main() {
    auto of = make_engine();
    a_store_on_a_port(of);
    a_store_in_steps(of);
    one_that_waits(of);
    what_is_thrown(of);
    adopted(of);
    of.stop(5000);
    return check_result();
}
