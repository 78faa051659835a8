// A mail sink: sink FOLDER. It takes mail for everybody on loopback, on a port that the system chooses, says what came,
// and keeps nothing; addresses that begin with "no" it refuses. Enter, or the end of the input, ends it.
#include <mailmodule.hpp>

#include <cstdio>
#include <iostream>
#include <sstream>

// Several sessions call at once: puts keeps a line together.
static void say(const std::string &line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

static mailmodule::smtp_handlers taking_all() {
    mailmodule::smtp_handlers handlers;
    handlers.rcpt = [](mailmodule::session &session, const mm_session_rcpt &rcpt) -> int {
        if (std::string_view(rcpt.address).substr(0, 2) != "no")
            return MM_VERDICT_ACCEPT;
        session.set_reply(550, "Not here", "5.1.1");
        return MM_VERDICT_REJECT;
    };
    handlers.message = [](mailmodule::session &session, std::int64_t size) -> int {
        std::ostringstream line;
        line << size << " octets from " << session.sender() << " for";
        for (const auto &recipient : session.recipients())
            line << ' ' << recipient.address;
        say(line.str());
        return MM_VERDICT_DONE; // it has been taken, and goes nowhere
    };
    return handlers;
}

static void serve(const char *folder) {
    auto engine = mailmodule::engine::make();
    engine.set("mail_root", folder);
    mailmodule::server_options options;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    auto server = mailmodule::smtp_server::start(engine, options, taking_all());
    say("takes mail on port " + std::to_string(server.port()));
    std::cin.get();
    server.stop(5000); // would throw what a handler has thrown
}

int main(int argc, char **argv) {
    if (argc != 2) {
        std::cerr << "usage: sink FOLDER\n";
        return 2;
    }
    try {
        serve(argv[1]);
        return 0;
    } catch (const std::exception &failure) {
        std::cerr << "sink: " << failure.what() << '\n';
        return 1;
    }
}
