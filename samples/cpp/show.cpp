// Shows what comes, taken apart: show [PORT], until Enter or the end of its input. It does what the example of Pike's
// manual for Protocols.SMTP.Server does (docs/decisions/0060-programs-of-the-seeds.md).
#include <mailmodule.hpp>

#include <cstdlib>
#include <iostream>

static int show(mailmodule::session &session, std::int64_t) {
    auto message = mailmodule::parsed_message::open(session.text());
    std::cout << "show: mailfrom=" << session.sender() << ", to=";
    for (const auto &recipient : session.recipients())
        std::cout << recipient.address << ' ';
    for (int i = 0; i < message.field_count(); i++)
        std::cout << '\n' << message.field(i).name << ": " << message.field(i).text;
    for (int i = 0; i < message.part_count(); i++)
        std::cout << "\npart " << i << ": " << message.read(i);
    std::cout << std::endl;
    return MM_VERDICT_DONE;
}

int main(int argc, char **argv) {
    auto engine = mailmodule::engine::make();
    mailmodule::smtp_handlers handlers;
    handlers.rcpt = [](mailmodule::session &, const mm_session_rcpt &) { return int{MM_VERDICT_ACCEPT}; };
    handlers.message = show;
    mailmodule::server_options options;
    options.addresses = "127.0.0.1";
    options.port = argc > 1 ? std::atoi(argv[1]) : 2500;
    auto server = mailmodule::smtp_server::start(engine, options, std::move(handlers));
    return std::cin.get(), 0;
}
