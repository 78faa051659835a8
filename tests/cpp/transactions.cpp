// mailmodule::smtp_client: whole transactions, and what their callbacks throw.
#include "memory_server.hpp"

static mailmodule::smtp_message message_to(std::vector<mailmodule::smtp_message::recipient> to, std::string content) {
    mailmodule::smtp_message message;
    message.from = "bert@example.net";
    message.to = std::move(to);
    message.content = std::move(content);
    return message;
}

static void transactions(mailmodule::engine &of) {
    scene with;
    auto client = connected(of, with);
    client.ehlo();
    int given = 0;
    std::vector<std::vector<mailmodule::smtp_recipient>> heard;
    const auto next = [&given]() -> std::optional<mailmodule::smtp_message> {
        if (given++ == 3)
            return std::nullopt;
        const auto number = std::to_string(given);
        return message_to({{"ann@example.net", ""}, {"nobody@example.net", ""}}, "Subject: " + number + "\n\nx\n");
    };
    client.send_all(next, [&heard](std::int64_t number, const std::vector<mailmodule::smtp_recipient> &recipients) {
        CHECK_INT(heard.size(), number);
        heard.push_back(recipients);
    });
    CHECK_INT(3, heard.size());
    for (const auto &recipients : heard) {
        CHECK_INT(2, recipients.size());
        CHECK_OK(recipients.at(0).error);
        CHECK_INT(250, recipients.at(0).code);
        CHECK_INT(MM_E_REFUSED_PERMANENT, recipients.at(1).error);
        CHECK_INT(550, recipients.at(1).code);
        CHECK_SAME("5.1.1", recipients.at(1).status);
        CHECK_INT(MM_STAGE_RCPT, recipients.at(1).stage);
    }
    CHECK(with.content.find("Subject: 3") != std::string::npos);
    client.send_all([] { return std::optional<mailmodule::smtp_message>(); });
    const auto sent = client.send_message(message_to({{"ann@example.net", ""}}, "Subject: one\n\nx\n"));
    CHECK_INT(250, sent.code);
    CHECK_INT(1, sent.recipients.size());
    CHECK_OK(sent.recipients.at(0).error);
}

static void transactions_with_callbacks_that_throw(mailmodule::engine &of) {
    scene with;
    auto client = connected(of, with);
    client.ehlo();
    int given = 0, heard = 0;
    const auto sent = [&heard](std::int64_t, const std::vector<mailmodule::smtp_recipient> &) { heard++; };
    CHECK_THROWN(8, client.send_all(
                        [&given]() -> std::optional<mailmodule::smtp_message> {
                            if (given++ == 2)
                                throw of_callback{8};
                            return message_to({{"ann@example.net", ""}}, "x\n");
                        },
                        sent));
    CHECK_INT(2, heard); // those before are answered
    CHECK_INT(250, client.noop());

    given = 0;
    CHECK_THROWN(9, client.send_all(
                        [&given]() -> std::optional<mailmodule::smtp_message> {
                            if (given++ == 2)
                                return std::nullopt;
                            return message_to({{"ann@example.net", ""}}, "x\n");
                        },
                        [](std::int64_t, const std::vector<mailmodule::smtp_recipient> &) { throw of_callback{9}; }));
    CHECK_INT(250, client.noop());

    given = 0;
    CHECK_ERROR(MM_E_CANCELLED, client.send_all([&given]() -> std::optional<mailmodule::smtp_message> {
        given++;
        return message_to({}, "x\n"); // no recipient: not the end, but an error
    }));
    CHECK_INT(1, given);

    auto reading = message_to({{"ann@example.net", ""}}, "");
    reading.read = [](void *, std::size_t) -> std::size_t { throw of_callback{11}; };
    CHECK_THROWN(11, client.send_message(reading));
}

int main() {
    auto of = make_engine();
    transactions(of);
    transactions_with_callbacks_that_throw(of);
    of.stop(5000);
    return check_result();
}
