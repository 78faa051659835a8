// A mail server: serve FOLDER DOMAIN USER;PASSWORD;;PS. Its mail is in FOLDER; it listens on loopback, on ports that
// the system chooses. Enter, or the end of the input, ends it.
#include <mailmodule.hpp>

#include <iostream>

static void serve(char **arguments) {
    auto engine = mailmodule::engine::make();
    engine.set_log(MM_LOG_INFO, [](mm_log_level level, std::string_view area, std::string_view line) {
        std::cerr << level << ' ' << area << ": " << line << '\n';
    });
    engine.set("mail_root", arguments[1]);
    engine.set("smtp_name", arguments[2]);
    engine.set("user", arguments[3]);
    mailmodule::server_options options;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    auto smtp = mailmodule::smtp_server::start(engine, options);
    auto pop3 = mailmodule::pop3_server::start(engine, options);
    std::cout << "serves SMTP on " << smtp.port() << ", POP3 on " << pop3.port() << std::endl;
    std::cin.get();
    engine.stop(5000);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        std::cerr << "usage: serve FOLDER DOMAIN USER;PASSWORD;;PS\n";
        return 2;
    }
    try {
        serve(argv);
        return 0;
    } catch (const std::exception &failure) {
        std::cerr << "serve: " << failure.what() << '\n';
        return 1;
    }
}
