// mailmodule::smtp_client: verbs, replies, transports, tokens, and what callbacks throw.
#include "memory_server.hpp"

using mailmodule::smtp_client;

static void verbs(mailmodule::engine &of) {
    scene with;
    auto client = connected(of, with);
    CHECK_INT(250, client.ehlo("client.example.net"));
    const auto capabilities = client.capabilities();
    CHECK_INT(5, capabilities.size());
    CHECK_SAME("PIPELINING", capabilities.at(0));
    CHECK_SAME("1000000", client.capability("size").value_or("none"));
    CHECK_SAME("", client.capability("PIPELINING").value_or("none"));
    CHECK(!client.capability("DSN"));
    CHECK_INT(250, client.mail("bert@example.net", "SIZE=100"));
    CHECK_INT(550, client.rcpt("nobody@example.net")); // a refusal is no error
    const auto refused = client.reply();
    CHECK_INT(550, refused.code);
    CHECK_INT(2, refused.lines);
    CHECK_SAME("5.1.1", refused.status);
    CHECK_SAME("There is nobody\nof that name here", refused.text);
    CHECK_INT(250, client.rcpt("ann@example.net"));
    CHECK_INT(354, client.data());
    CHECK_INT(0, client.write("Subject: x\n\n.dot\n", MM_SMTP_CONVERT_EOL));
    CHECK_INT(250, client.write("end", MM_SMTP_LAST));
    CHECK_SAME("Subject: x\n\n..dot\nend\n", with.content);
    CHECK_INT(250, client.mail(""));
    CHECK_INT(250, client.rcpt("<ann@example.net>"));
    CHECK_INT(250, client.bdat("a\r\n", false));
    CHECK_INT(250, client.bdat("b\r\n", true));
    CHECK_SAME("a\r\nb\r\n", with.content);
    for (const int code : {client.rset(), client.noop(), client.vrfy("ann"), client.expn("list"), client.help()})
        CHECK_INT(250, code);
    client.send_command("XFOO bar");
    CHECK_INT(299, client.receive());
    CHECK_ERROR(MM_E_STATE, client.receive());
    CHECK_SAME("", client.tls());
    CHECK_INT(221, client.quit());
    CHECK_INT(1, with.closed);
    CHECK_INT(1, with.destroyed);
    const std::vector<std::string> said{"EHLO client.example.net",
                                        "MAIL FROM:<bert@example.net> SIZE=100",
                                        "RCPT TO:<nobody@example.net>",
                                        "RCPT TO:<ann@example.net>",
                                        "DATA",
                                        "MAIL FROM:<>",
                                        "RCPT TO:<ann@example.net>",
                                        "BDAT 3",
                                        "BDAT 3 LAST",
                                        "RSET",
                                        "NOOP",
                                        "VRFY ann",
                                        "EXPN list",
                                        "HELP",
                                        "XFOO bar",
                                        "QUIT"};
    CHECK(said == with.lines);
}

static void errors(mailmodule::engine &of) {
    scene with;
    auto client = smtp_client::make(of);
    CHECK_ERROR(MM_E_STATE, client.ehlo());
    CHECK_INT(MM_E_STATE, client.last_error().code);
    CHECK_INT(MM_LAYER_USE, client.last_error().layer);
    CHECK_ERROR(MM_E_STATE, client.socket());
    client = connected(of, with);
    CHECK_INT(250, client.ehlo());
    const auto lines = with.lines.size();
    CHECK_ERROR(MM_E_ARGUMENT, client.mail("a@example.net>\r\nRSET"));
    CHECK_ERROR(MM_E_ARGUMENT, client.mail(std::string_view("a\0@example.net", 14)));
    CHECK_ERROR(MM_E_ARGUMENT, client.send_command("NOOP\r\nRSET"));
    CHECK_INT(lines, with.lines.size()); // nothing was sent
    with.silent_at = "NOOP";
    with.closes = true;
    CHECK_ERROR(MM_E_CLOSED, client.noop());
    const auto detail = client.last_error();
    CHECK_INT(MM_E_CLOSED, detail.code);
    CHECK_INT(MM_LAYER_NETWORK, detail.layer);
    CHECK_INT(MM_STAGE_OTHER, detail.stage);
    CHECK_SAME("memory.example.net", detail.host);
    CHECK(!detail.message.empty());
    CHECK_ERROR(MM_E_STATE, client.noop());
    CHECK_INT(1, with.destroyed);
}

static void logins(mailmodule::engine &of) {
    scene with;
    with.login = "235 2.7.0 Fine";
    {
        auto client = connected(of, with);
        client.ehlo();
        CHECK_ERROR(MM_E_TLS, client.auth("ann", "secret", "PLAIN")); // in clear text it is not said
        CHECK_INT(1, with.lines.size());
        CHECK_INT(235, client.auth_raw("PLAIN", "AGFubgBzZWNyZXQ="));
    }
    with.is_secure = true;
    auto client = connected(of, with);
    client.ehlo();
    CHECK_INT(235, client.auth("ann", "secret"));
    CHECK_SAME("AUTH PLAIN AGFubgBzZWNyZXQ=", with.lines.back());
    client = connected(of, with);
    client.ehlo();
    int asked = 0;
    CHECK_ERROR(MM_E_CANCELLED, client.auth_token("ann@example.net", [] { return std::optional<std::string>(); }));
    CHECK_THROWN(4, client.auth_token("ann@example.net", []() -> std::optional<std::string> { throw of_callback{4}; }));
    CHECK_INT(250, client.noop()); // the connection is open
    const auto token = [&asked] {
        asked++;
        return std::optional<std::string>("ya29.token");
    };
    CHECK_INT(235, client.auth_token("ann@example.net", token, "XOAUTH2"));
    CHECK_INT(1, asked);
    CHECK(with.lines.back().rfind("AUTH XOAUTH2 ", 0) == 0);
}

static void traces(mailmodule::engine &of) {
    scene with;
    std::string seen;
    mailmodule::smtp_options options;
    with.is_secure = true;
    with.login = "235 2.7.0 Fine";
    options.on_trace = [&seen](mm_trace_direction direction, std::string_view line) {
        seen += (direction == MM_TRACE_SENT ? "C: " : direction == MM_TRACE_RECEIVED ? "S: " : "-- ");
        seen.append(line).append("\n");
    };
    auto client = connected(of, with, options);
    client.ehlo("client.example.net");
    client.auth("ann", "secret");
    client.quit();
    CHECK(seen.find("C: EHLO client.example.net\n") != std::string::npos);
    CHECK(seen.find("S: 220 memory.example.net ESMTP\n") != std::string::npos);
    CHECK(seen.find("AGFubgBzZWNyZXQ=") == std::string::npos);

    bool throws = false;
    options.on_trace = [&throws](mm_trace_direction, std::string_view) {
        if (throws)
            throw of_callback{5};
    };
    client = connected(of, with, options);
    throws = true;
    CHECK_THROWN(5, client.ehlo());
    throws = false;
    CHECK_INT(250, client.noop()); // the command was said, and its reply was read
    CHECK(client.capability("SIZE").has_value());
}

static void transports_that_throw(mailmodule::engine &of) {
    scene with;
    auto client = connected(of, with);
    with.fail_to_write = 6;
    CHECK_THROWN(6, client.noop());
    CHECK_INT(1, with.destroyed);
    with.fail_to_write = 0;
    with.fail_to_read = 7;
    CHECK_THROWN(7, client.connect(std::make_unique<memory_server>(with)));
    CHECK_INT(2, with.destroyed);
    with.fail_to_read = 0;
    CHECK_INT(220, client.connect(std::make_unique<memory_server>(with)));
    CHECK_INT(2, with.destroyed);
    { const auto ended = std::move(client); }
    CHECK_INT(3, with.destroyed);
    CHECK_INT(3, with.closed);
}

static void *cancel(void *argument) {
    const auto both = static_cast<std::pair<smtp_client *, scene *> *>(argument);
    both->second->wait_for_the_wait();
    both->first->cancel();
    return nullptr;
}

static void cancelling(mailmodule::engine &of) {
    scene with;
    pthread_t thread;
    auto client = connected(of, with);
    with.silent_at = "NOOP";
    std::pair<smtp_client *, scene *> both(&client, &with);
    pthread_create(&thread, nullptr, cancel, &both);
    CHECK_ERROR(MM_E_CANCELLED, client.noop());
    pthread_join(thread, nullptr);
    CHECK_INT(MM_E_CANCELLED, client.last_error().code);
    CHECK_INT(MM_LAYER_HOST, client.last_error().layer);
    with.silent_at = "";
    CHECK_INT(220, client.connect(std::make_unique<memory_server>(with)));
}

static void over_a_socket(mailmodule::engine &of) {
    static remote server;
    remote_start(&server);
    {
        auto first = smtp_client::make(of);
        CHECK_INT(220, first.connect("127.0.0.1", server.port));
        auto second = std::move(first);
        CHECK(second.socket() != MM_INVALID_SOCKET);
        CHECK_INT(0, second.wait(MM_READY_INPUT, 0)); // nothing has come, and that is no error
        CHECK_INT(MM_READY_ROOM, second.wait(MM_READY_ROOM, -1));
        CHECK_INT(250, second.ehlo());
        second.set_timeouts(1000, 1000, 1000);
        second.close();
        CHECK_ERROR(MM_E_STATE, second.noop());
        CHECK_ERROR(MM_E_CONNECT, second.connect("127.0.0.1", check_free_port()));
        CHECK_INT(MM_LAYER_CONNECT, second.last_error().layer);
        CHECK(second.last_error().os_error != 0);
    }
    remote_stop(&server);
}

int main() {
    auto of = make_engine();
    verbs(of);
    errors(of);
    logins(of);
    traces(of);
    transports_that_throw(of);
    cancelling(of);
    over_a_socket(of);
    of.stop(5000);
    return check_result();
}
