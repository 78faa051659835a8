// Sends a file through an SMTP server: send HOST PORT SENDER RECIPIENT[,RECIPIENT...] FILE. Ends with 0 if every
// recipient was taken.
#include <mailmodule.hpp>

#include <cstdlib>
#include <iostream>
#include <sstream>

static void print(const mailmodule::send_result &result) {
    std::cout << result.address << ": ";
    if (result.state == MM_SEND_STATE_DONE)
        std::cout << "taken by " << result.host << " [" << result.host_address << "] " << result.tls << '\n';
    else if (result.reply_code)
        std::cout << "refused with " << result.reply_code << ": " << result.reply << '\n';
    else
        std::cout << mm_strerror(result.error) << ": " << result.reply << '\n';
}

static int send(char **arguments) {
    auto engine = mailmodule::engine::make();
    mailmodule::send_options options;
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = arguments[1];
    options.port = std::atoi(arguments[2]);
    auto message = mailmodule::message::make(engine, options, arguments[3]);
    int count = 0;
    std::istringstream list(arguments[4]);
    for (std::string recipient; std::getline(list, recipient, ','); count++)
        message.add_recipient(recipient);
    message.set_file(arguments[5]);
    message.start();
    message.wait();
    for (int i = 0; i < count; i++)
        print(message.result_of(i));
    return message.outcome() == MM_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        std::cerr << "usage: send HOST PORT SENDER RECIPIENT[,RECIPIENT...] FILE\n";
        return 2;
    }
    try {
        return send(argv);
    } catch (const std::exception &failure) {
        std::cerr << "send: " << failure.what() << '\n';
        return 1;
    }
}
