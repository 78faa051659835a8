// mailmodule::smtp_stepped: sessions whose octets the host moves, and connections that the host has accepted.
#include "check.hpp"
#include "threads.hpp"
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

using mailmodule::session;
using mailmodule::smtp_handlers;
using mailmodule::smtp_server;
using mailmodule::smtp_stepped;

// What is allocated while it is there is no leak.
struct kept_for_good {
#ifdef __SANITIZE_ADDRESS__
    __lsan::ScopedDisabler from_the_sanitizer;
#else
    kept_for_good() {
    }
#endif
};

static smtp_server nowhere(mailmodule::engine &of, const smtp_handlers &handlers) {
    mailmodule::server_options options;
    options.port = MM_PORT_NONE;
    return smtp_server::start(of, options, handlers);
}

// The code of the reply, where the session waits for the next line.
static int said(smtp_stepped &stepped, std::string_view octets, mm_wants wants = MM_WANTS_READ) {
    const auto step = stepped.step(octets);
    CHECK_INT(wants, step.wants);
    return atoi(std::string(step.output).c_str());
}

static void a_whole_session(mailmodule::engine &of) {
    std::string content;
    smtp_handlers all;
    all.rcpt = [](session &at, const mm_session_rcpt &) {
        CHECK_SAME("192.0.2.1", at.info().client);
        return MM_VERDICT_ACCEPT;
    };
    all.message = [&](session &at, std::int64_t) {
        content = at.text();
        return MM_VERDICT_DONE;
    };
    auto server = nowhere(of, all);
    mailmodule::stepped_options options;
    options.client = "192.0.2.1";
    options.client_port = 4711;
    auto stepped = server.step(options);
    CHECK_INT(220, said(stepped, {}));
    CHECK(stepped.timeout() > 0);
    CHECK_INT(250, said(stepped, "EHLO client.example.net\r\n"));
    CHECK_INT(250, said(stepped, "MAIL FROM:<bert@example.net>\r\n"));
    CHECK_INT(250, said(stepped, "RCPT TO:<ann@example.org>\r\n"));
    CHECK_INT(354, said(stepped, "DATA\r\n"));
    CHECK_INT(0, said(stepped, "Subject: hello\r\n\r\n..d"));
    CHECK_INT(250, said(stepped, "ot\r\n.\r\n"));
    CHECK_SAME("Subject: hello\r\n\r\n.dot\r\n", content);
    CHECK_ERROR(MM_E_STATE, stepped.begin_tls("TLSv1.3"));
    CHECK_INT(221, said(stepped, "QUIT\r\n", MM_WANTS_CLOSE));
}

static void one_that_waits(mailmodule::engine &of) {
    event woken;
    std::unique_ptr<thread> answering;
    smtp_handlers all;
    all.noop = [&](session &at, std::string_view) {
        const auto owed = std::make_shared<mailmodule::pending_answer>(at.defer(20000));
        answering = std::make_unique<thread>([owed] { owed->answer(299); });
        return MM_VERDICT_PENDING;
    };
    auto server = nowhere(of, all);
    mailmodule::stepped_options options;
    options.wake = [&] { woken.set(); };
    auto first = server.step(options);
    CHECK_INT(220, said(first, {}));
    auto stepped = server.step();
    stepped = std::move(first); // the session that was there ends
    CHECK_INT(250, said(stepped, "HELO client.example.net\r\n"));
    auto step = stepped.step("NOOP\r\n");
    if (step.wants == MM_WANTS_WAIT) {
        woken.wait();
        step = stepped.step();
    }
    CHECK_INT(MM_WANTS_READ, step.wants);
    CHECK(step.output.substr(0, 3) == "299");
    CHECK_ERROR(MM_E_HANDLE, first.step()); // NOLINT: moved from
}

static void tls_of_the_hosts(mailmodule::engine &of) {
    std::string protocol;
    smtp_handlers all;
    all.mail = [&](session &at, const mm_session_mail &) {
        protocol = at.info().protocol + ' ' + at.info().tls;
        return MM_VERDICT_CONTINUE;
    };
    auto server = nowhere(of, all);
    mailmodule::stepped_options options;
    options.offers_tls = true;
    auto stepped = server.step(options);
    CHECK_INT(220, said(stepped, {}));
    CHECK_INT(250, said(stepped, "EHLO client.example.net\r\n"));
    CHECK_INT(220, said(stepped, "STARTTLS\r\n", MM_WANTS_TLS));
    CHECK_ERROR(MM_E_STATE, stepped.step("EHLO early.example.net\r\n"));
    stepped.begin_tls("TLSv1.3 CIPHER");
    CHECK_INT(0, said(stepped, {}));
    CHECK_INT(250, said(stepped, "EHLO client.example.net\r\n"));
    CHECK_INT(250, said(stepped, "MAIL FROM:<bert@example.net>\r\n"));
    CHECK_SAME("ESMTPS TLSv1.3 CIPHER", protocol);
}

static void errors(mailmodule::engine &of) {
    smtp_handlers all;
    all.noop = [](session &, std::string_view) -> int { throw of_callback{5}; };
    auto server = nowhere(of, all);
    mailmodule::stepped_options options;
    options.client = "no address";
    CHECK_ERROR(MM_E_ARGUMENT, server.step(options));
    {
        auto stepped = server.step();
        CHECK_INT(220, said(stepped, {}));
        CHECK_INT(451, said(stepped, "NOOP\r\n"));
    }
    CHECK_THROWN(5, server.stop(0));
    CHECK_ERROR(MM_E_HANDLE, server.step());
}

// In its own handler a session cannot end, and hears of its server's end later.
static void one_that_goes_in_its_handler(mailmodule::engine &of) {
    const auto woken = std::make_shared<event>();
    std::unique_ptr<smtp_stepped> stepped;
    smtp_handlers all;
    all.noop = [&](session &, std::string_view) {
        stepped.reset();
        return MM_VERDICT_ACCEPT;
    };
    auto server = nowhere(of, all);
    mailmodule::stepped_options options;
    options.wake = [woken] { woken->set(); };
    {
        const kept_for_good here;
        stepped = std::make_unique<smtp_stepped>(server.step(options));
    }
    options.wake = nullptr;
    CHECK_INT(220, said(*stepped, {}));
    const auto handle = stepped->get();
    CHECK_INT(250, said(*stepped, "NOOP\r\n"));
    CHECK(!stepped);
    CHECK_INT(2, woken.use_count());
    server.stop(0);
    woken->wait();
    CHECK_INT(MM_OK, mm_smtp_stepped_free(handle));
}

// A connection that this test accepts, and gives away.
static void adopted(mailmodule::engine &of) {
    event closed;
    smtp_handlers all;
    all.close = [&](session &) { closed.set(); };
    auto server = nowhere(of, all);
    int port = 0;
    const auto listener = check_bind(SOCK_STREAM, &port);
    CHECK_INT(0, listen(listener, 1));
    wire client;
    CHECK_INT(0, wire_open(&client, port));
    server.adopt(accept(listener, nullptr, nullptr));
    CHECK_INT(220, wire_reply(&client));
    CHECK_INT(250, wire_smtp(&client, "HELO client.example.net"));
    CHECK_INT(221, wire_smtp(&client, "QUIT"));
    closed.wait();
    wire_close(&client);
    CHECK_ERROR(MM_E_ARGUMENT, server.adopt(listener));
    socket_close(listener);
}

int main() {
    auto of = make_engine();
    a_whole_session(of);
    one_that_waits(of);
    tls_of_the_hosts(of);
    errors(of);
    one_that_goes_in_its_handler(of);
    adopted(of);
    of.stop(5000);
    return check_result();
}
