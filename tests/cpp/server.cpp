// mailmodule::smtp_server with handlers: what they are told, what they answer, and when.
#include "check.hpp"
#include "threads.hpp"

#include <type_traits>

using mailmodule::session;
using mailmodule::smtp_handlers;
using mailmodule::smtp_server;

static_assert(!std::is_copy_constructible_v<mailmodule::pending_answer>);
static_assert(std::is_nothrow_move_assignable_v<smtp_server>);

static mailmodule::server_options anywhere(mm_smtp_protocol protocol = MM_SMTP_PROTOCOL_SMTP) {
    mailmodule::server_options options;
    options.addresses = "127.0.0.1";
    options.port = MM_PORT_ANY;
    options.protocol = protocol;
    return options;
}

// A client that has been greeted.
struct client : wire {
    explicit client(const smtp_server &server) {
        CHECK_INT(0, wire_open(this, server.port()));
        CHECK_INT(220, wire_reply(this));
    }

    client(const client &) = delete;

    ~client() {
        wire_close(this);
    }

    int operator()(const std::string &command) {
        return wire_smtp(this, command.c_str());
    }

    // The last line of the reply.
    std::string says(const std::string &command) {
        (*this)(command);
        return line;
    }

    int send(const std::string &recipient) {
        (*this)("MAIL FROM:<bert@example.net>");
        (*this)("RCPT TO:<" + recipient + ">");
        (*this)("DATA");
        return (*this)("Subject: hello\r\n\r\n..dot\r\n.");
    }
};

// Every step writes down what it was told: those of one session, of which one at a time runs.
struct recorder {
    std::string heard;
    event closed;

    int operator()(const std::string &words, int verdict = MM_VERDICT_CONTINUE) {
        heard += words + ';';
        return verdict;
    }

    smtp_handlers::with_text text(const char *name, int verdict = MM_VERDICT_CONTINUE) {
        return [=](session &, std::string_view said) {
            return (*this)(std::string(name) + ' ' + std::string(said), verdict);
        };
    }

    smtp_handlers::plain plain(const char *name, int verdict = MM_VERDICT_CONTINUE) {
        return [=](session &) { return (*this)(name, verdict); };
    }

    void commands(smtp_handlers &all) {
        all.connect = plain("connect");
        all.helo = text("helo");
        all.ehlo = text("ehlo");
        all.vrfy = text("vrfy", 252);
        all.expn = text("expn", 250);
        all.help = text("help", 214);
        all.noop = text("noop");
        all.rset = plain("rset");
        all.turn = plain("turn", 502);
        all.unknown = [=](session &, std::string_view verb, std::string_view argument) {
            return (*this)(std::string(verb) + '(' + std::string(argument) + ')', 299);
        };
        all.error = [=](session &, int code, std::string_view) { (*this)("error " + std::to_string(code)); };
        all.close = [=](session &) {
            (*this)("close");
            closed.set();
        };
    }

    void transactions(smtp_handlers &all) {
        all.mail = [=](session &, const mm_session_mail &mail) { return (*this)(std::string("mail ") + mail.address); };
        all.rcpt = [=](session &, const mm_session_rcpt &rcpt) { return (*this)(std::string("rcpt ") + rcpt.address); };
        all.domain = [=](session &, std::string_view domain, const std::vector<std::string_view> &route) {
            return (*this)("domain " + std::string(domain) + ' ' + std::to_string(route.size()));
        };
        all.lookup = text("lookup");
        all.data = plain("data");
        all.chunk = [=](session &, std::string_view octets, int flags) {
            return (*this)("chunk " + std::to_string(octets.size()) + ' ' + std::to_string(flags));
        };
        all.message = [=](session &, std::int64_t size) { return (*this)("message " + std::to_string(size)); };
    }
};

static void every_step(mailmodule::engine &of) {
    recorder record;
    smtp_handlers all;
    record.commands(all);
    record.transactions(all);
    auto server = smtp_server::start(of, anywhere(), all);
    {
        client to(server);
        CHECK_INT(250, to("HELO old.example.net"));
        CHECK_INT(250, to("EHLO new.example.net"));
        CHECK_INT(250, to.send("ann@example.org"));
        CHECK_INT(252, to("VRFY ann"));
        CHECK_INT(250, to("EXPN staff"));
        CHECK_INT(214, to("HELP data"));
        CHECK_INT(250, to("NOOP now"));
        CHECK_INT(250, to("RSET"));
        CHECK_INT(502, to("TURN"));
        CHECK_INT(299, to("XFOO a b"));
    }
    record.closed.wait();
    server.stop(5000);
    CHECK_SAME("connect;helo old.example.net;ehlo new.example.net;mail bert@example.net;rcpt ann@example.org;"
               "domain example.org 0;lookup ann@example.org;data;chunk 24 3;message 24;vrfy ann;expn staff;help data;"
               "noop now;rset;turn;XFOO(a b);error " +
                   std::to_string(MM_E_CLOSED) + ";close;",
               record.heard);
}

static void replies_and_info(mailmodule::engine &of) {
    smtp_handlers all;
    all.ehlo = [](session &at, std::string_view) {
        at.add_reply_line("XFORWARD NAME ADDR");
        return MM_VERDICT_ACCEPT;
    };
    all.noop = [](session &at, std::string_view) {
        const auto info = at.info();
        CHECK_SAME("127.0.0.1", info.client);
        CHECK_SAME("client.example.net", info.helo);
        CHECK(info.began > 0 && info.client_port > 0 && at.checks().empty());
        CHECK_ERROR(MM_E_ARGUMENT, at.set_reply(250, "a\r\nb"));
        CHECK_ERROR(MM_E_ARGUMENT, at.set_reply(250, std::string_view("a\0b", 3)));
        CHECK_ERROR(MM_E_ARGUMENT, at.add_reply_line("a\nb"));
        CHECK_ERROR(MM_E_STATE, at.sender());
        at.set_reply(250, "yes", "2.9.9");
        return MM_VERDICT_ACCEPT;
    };
    all.rcpt = [](session &at, const mm_session_rcpt &) {
        at.set_reply(452, "not today");
        return MM_VERDICT_REJECT;
    };
    auto server = smtp_server::start(of, anywhere(), all);
    client to(server);
    wire_write(&to, "EHLO client.example.net\r\n");
    bool is_there = false;
    do {
        if (!wire_read(&to))
            break;
        is_there = is_there || strstr(to.line, "XFORWARD NAME ADDR");
    } while (to.line[3] == '-');
    CHECK(is_there);
    CHECK_SAME("250 2.9.9 yes", to.says("NOOP"));
    CHECK_INT(250, to("MAIL FROM:<bert@example.net>"));
    CHECK(to.says("RCPT TO:<ann@example.org>").find("452 ") == 0);
}

static void the_transaction(mailmodule::engine &of) {
    std::string content, file;
    smtp_handlers all;
    all.rcpt = [](session &, const mm_session_rcpt &) { return MM_VERDICT_ACCEPT; };
    all.data = [](session &at) {
        at.add_recipient("ann@example.org");
        at.remove_recipient(0);
        at.set_sender("dora@example.net");
        CHECK_ERROR(MM_E_NOT_FOUND, at.remove_recipient(7));
        return MM_VERDICT_CONTINUE;
    };
    all.message = [&](session &at, std::int64_t size) {
        const auto recipients = at.recipients();
        CHECK_INT(1, recipients.size());
        CHECK_SAME("ann@example.org", recipients.at(0).address);
        CHECK_SAME("dora@example.net", at.sender());
        content = at.text();
        CHECK_INT(size, content.size());
        char piece[8];
        CHECK_SAME("hello", std::string(piece, at.read(9, piece, 5)));
        file = at.path();
        at.add_header("X-Seen", "yes");
        return MM_VERDICT_DONE;
    };
    auto server = smtp_server::start(of, anywhere(), all);
    client to(server);
    CHECK_INT(250, to("EHLO client.example.net"));
    CHECK_INT(250, to.send("nobody@example.org"));
    CHECK_SAME("Subject: hello\r\n\r\n.dot\r\n", content);
    CHECK(!file.empty() && fopen(file.c_str(), "rb") == nullptr); // it is gone
}

static void logins(mailmodule::engine &of) {
    std::string user;
    smtp_handlers all;
    all.auth = [](session &at, const mm_session_login &login) {
        CHECK_SAME("PLAIN", login.mechanism);
        at.set_login("somebody");
        return strcmp(login.password, "secret") == 0 ? MM_VERDICT_ACCEPT : MM_VERDICT_REJECT;
    };
    all.secret = [](session &at, std::string_view) {
        at.set_secret("secret");
        return MM_VERDICT_ACCEPT;
    };
    all.noop = [&](session &at, std::string_view) {
        user = at.info().user;
        return MM_VERDICT_CONTINUE;
    };
    auto server = smtp_server::start(of, anywhere(), all);
    client to(server);
    CHECK_INT(250, to("EHLO client.example.net"));
    CHECK_INT(535, to("AUTH PLAIN AGRvcmEAd3Jvbmc=")); // dora, wrong
    CHECK_INT(235, to("AUTH PLAIN AGRvcmEAc2VjcmV0")); // dora, secret
    CHECK_INT(250, to("NOOP"));
    CHECK_SAME("somebody", user);
}

static void lookups(mailmodule::engine &of) {
    smtp_handlers all;
    all.domain = [](session &, std::string_view domain, const std::vector<std::string_view> &) {
        return domain == "our.example" ? MM_VERDICT_LOCAL : MM_VERDICT_REJECT;
    };
    all.lookup = [](session &at, std::string_view address) {
        if (address == "boss@our.example") {
            at.set_expansion("ann@example.org");
            return MM_VERDICT_ACCEPT;
        }
        return address == "smith@our.example" ? MM_VERDICT_AMBIGUOUS : MM_VERDICT_REJECT;
    };
    auto server = smtp_server::start(of, anywhere(), all);
    client to(server);
    CHECK_INT(250, to("EHLO client.example.net"));
    CHECK_INT(250, to("MAIL FROM:<bert@example.net>"));
    CHECK_INT(250, to("RCPT TO:<boss@our.example>"));
    CHECK_INT(553, to("RCPT TO:<smith@our.example>"));
    CHECK_INT(550, to("RCPT TO:<nobody@our.example>"));
    CHECK_INT(550, to("RCPT TO:<ann@else.example>"));
}

static void exceptions(mailmodule::engine &of) {
    smtp_handlers all;
    all.noop = [](session &, std::string_view) -> int { throw of_callback{3}; };
    all.help = [](session &at, std::string_view) -> int {
        at.set_reply(1, "no such code"); // the library's own error leaves it too
        return MM_VERDICT_CONTINUE;
    };
    all.close = [](session &) { throw of_callback{4}; };
    auto server = smtp_server::start(of, anywhere(), all);
    {
        client to(server);
        CHECK_INT(451, to("NOOP"));
        CHECK_INT(451, to("HELP"));
        CHECK_INT(221, to("QUIT"));
    }
    CHECK_THROWN(3, server.stop(5000)); // the first one
    CHECK_ERROR(MM_E_HANDLE, server.port());
    server.stop(5000);
    CHECK_ERROR(MM_E_HANDLE, server.add_handlers({}));
}

static void pending(mailmodule::engine &of) {
    std::unique_ptr<thread> answering;
    smtp_handlers all;
    all.noop = [&](session &at, std::string_view) {
        const auto owed = std::make_shared<mailmodule::pending_answer>(at.defer(20000));
        answering = std::make_unique<thread>([owed] {
            owed->set_reply(452, "later");
            owed->answer(MM_VERDICT_REJECT);
            CHECK_ERROR(MM_E_HANDLE, owed->answer(MM_VERDICT_ACCEPT));
        });
        return MM_VERDICT_PENDING;
    };
    all.help = [](session &at, std::string_view) {
        static_cast<void>(at.defer(10, 455)); // nobody answers
        CHECK_ERROR(MM_E_STATE, at.defer());
        return MM_VERDICT_PENDING;
    };
    auto server = smtp_server::start(of, anywhere(), all);
    client to(server);
    CHECK_SAME("452 4.3.1 later", to.says("NOOP"));
    CHECK_INT(455, to("HELP"));
}

static void tables(mailmodule::engine &of) {
    recorder first, second;
    smtp_handlers one, two;
    one.noop = first.text("first");
    two.noop = second.text("second", 250);
    two.help = second.text("second", 214);
    auto server = smtp_server::start(of, anywhere(), one);
    auto moved = std::move(server);
    moved.add_handlers(two);
    client to(moved);
    CHECK_INT(250, to("NOOP"));
    CHECK_INT(214, to("HELP"));
    CHECK_SAME("first ;", first.heard);
    CHECK_SAME("second ;second ;", second.heard);
    for (int i = 0; i < 6; i++)
        moved.add_handlers({});
    CHECK_ERROR(MM_E_LIMIT, moved.add_handlers({}));
    server.stop(0); // there is nothing to stop
}

static void a_stop_in_a_handler(mailmodule::engine &of) {
    smtp_server *which = nullptr;
    smtp_handlers all;
    all.noop = [&](session &, std::string_view) {
        CHECK_ERROR(MM_E_STATE, which->stop(0));
        return MM_VERDICT_CONTINUE;
    };
    auto server = smtp_server::start(of, anywhere(), all);
    which = &server;
    client to(server);
    CHECK_INT(250, to("NOOP"));
    CHECK_INT(250, to("NOOP")); // the handlers are there yet
    server.stop(0);
}

static void lmtp(mailmodule::engine &of) {
    smtp_handlers all;
    all.message = [](session &at, std::int64_t) {
        at.set_recipient_reply(1, 552, "full", "5.2.2");
        return MM_VERDICT_DONE;
    };
    auto server = smtp_server::start(of, anywhere(MM_SMTP_PROTOCOL_LMTP), all);
    client to(server);
    CHECK_INT(250, to("LHLO client.example.net"));
    CHECK_INT(250, to("MAIL FROM:<bert@example.net>"));
    CHECK_INT(250, to("RCPT TO:<ann@example.org>"));
    CHECK_INT(250, to("RCPT TO:<postmaster@example.org>"));
    CHECK_INT(354, to("DATA"));
    CHECK_INT(250, to("x\r\n."));
    CHECK_INT(552, wire_reply(&to));
    CHECK_SAME("552 5.2.2 full", to.line);
}

int main() {
    auto of = make_engine();
    every_step(of);
    replies_and_info(of);
    the_transaction(of);
    logins(of);
    lookups(of);
    exceptions(of);
    pending(of);
    tables(of);
    a_stop_in_a_handler(of);
    lmtp(of);
    of.stop(5000);
    return check_result();
}
