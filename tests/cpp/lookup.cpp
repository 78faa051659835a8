// mailmodule::find_mx.
#include "check.hpp"

// A resolver of this test's own: many.example has 20 mail hosts, m00 to m19, each with an address; nothing else is.
struct resolver {
    socket_number number = 0;
    int port = 0;
    pthread_t thread{};

    resolver() {
        number = check_bind(SOCK_DGRAM, &port);
        pthread_create(&thread, nullptr, serve, this);
    }

    // A query that is none ends it.
    ~resolver() {
        const auto address = check_loopback(port);
        sendto(number, "", 0, 0, reinterpret_cast<const sockaddr *>(&address), sizeof address);
        pthread_join(thread, nullptr);
        socket_close(number);
    }

    static void *serve(void *argument) {
        const auto self = static_cast<resolver *>(argument);
        for (;;) {
            char query[512];
            sockaddr_in from;
            socklen_t size = sizeof from;
            const auto client = reinterpret_cast<sockaddr *>(&from);
            const auto length = recvfrom(self->number, query, sizeof query, 0, client, &size);
            if (length == 0)
                return nullptr;
            if (length < 12) // on Windows a client that has gone is an error of the next receive
                continue;
            const auto answer = answer_to(std::string(query, static_cast<std::size_t>(length)));
            sendto(self->number, answer.data(), static_cast<unsigned>(answer.size()), 0, client, size);
        }
    }

    static std::string answer_to(const std::string &query) {
        const auto question_end = query.find('\0', 12) + 5;
        const auto name = query.substr(13, static_cast<std::size_t>(query[12]));
        const int type = query[question_end - 3];
        std::string records;
        char count = 0;
        for (; type == 15 && name == "many" && count < 20;
             count++) { // the rest of the name is the question's, behind "many"
            const std::string label{3, 'm', static_cast<char>('0' + count / 10), static_cast<char>('0' + count % 10)};
            records += std::string("\xc0\x0c\0\x0f\0\1\0\0\0\x3c\0\x08\0", 13) + count + label + "\xc0\x11";
        }
        if (type == 1 && name.size() == 3 && name[0] == 'm') {
            const auto last = static_cast<char>((name[1] - '0') * 10 + name[2] - '0');
            records += std::string("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2", 15) + last;
            count = 1;
        }
        const char known = count || name == "many" || name.size() == 3 ? 0 : 3;
        return query.substr(0, 2) + "\x81" + static_cast<char>(0x80 | known) + std::string("\0\1\0", 3) + count +
               std::string(4, '\0') + query.substr(12, question_end - 12) + records;
    }
};

static void mail_hosts() {
    resolver own;
    auto of = mailmodule::engine::of_process();
    of.set("smtp_dns", "127.0.0.1:" + std::to_string(own.port));
    const auto hosts = mailmodule::find_mx("many.example");
    CHECK_INT(20, hosts.size()); // more than fit at first
    for (std::size_t i = 0; i < hosts.size(); i++) {
        CHECK_INT(i, hosts[i].preference);
        CHECK_SAME((i < 10 ? "m0" : "m") + std::to_string(i) + ".example", hosts[i].name);
        CHECK_INT(1, hosts[i].addresses.size());
        CHECK_SAME("192.0.2." + std::to_string(i), hosts[i].addresses.at(0));
    }
    CHECK_ERROR(MM_E_NOT_FOUND, mailmodule::find_mx("nowhere.example"));
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::find_mx("not a domain"));
    of.stop(5000);
}

int main() {
    mail_hosts();
    return check_result();
}
