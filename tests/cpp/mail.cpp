// mailmodule::send_mail and message::start: one mail in one call.
#include "check.hpp"

using mailmodule::mail;

static remote server;

static mail hello() {
    mail what;
    what.from = "bert@example.net";
    what.to = "Ann Doe <ann@example.net>";
    what.subject = "Hello";
    what.text = "How are you?\n.\n";
    return what;
}

static bool remote_has(const char *text) {
    return strstr(server.text, text) != nullptr;
}

static void in_one_call(mailmodule::engine &of) {
    mailmodule::send_mail(of, to(server), hello());
    CHECK(remote_has("Subject: Hello\n") && remote_has("\n\nHow are you?\n.\n") && remote_has("Ann Doe"));
    mail ready;
    ready.from = "bert@example.net";
    ready.to = "ann@example.net";
    ready.message = "Subject: ready\n\nx\n";
    mailmodule::send_mail(of, to(server), ready);
    CHECK(remote_has("Subject: ready\n"));
    bool is_given = false;
    ready.message.clear();
    ready.read = [&is_given](void *buffer, std::size_t size) {
        const std::string text = "Subject: read\n\nx\n";
        return std::exchange(is_given, true) ? 0 : text.copy(static_cast<char *>(buffer), size);
    };
    mailmodule::send_mail(of, to(server), ready);
    CHECK(remote_has("Subject: read\n"));
}

static void what_fails(mailmodule::engine &of) {
    auto what = hello();
    what.to = "ann@example.net, nobody@example.net";
    CHECK_ERROR(MM_E_REFUSED_PERMANENT, mailmodule::send_mail(of, to(server), what));
    what.subject = "two\r\nlines";
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::send_mail(of, to(server), what));
    what = hello();
    what.message = "Subject: a second content\n\n";
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::send_mail(of, to(server), what));
    what = hello();
    what.to = "";
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::send_mail(of, to(server), what));
    mail throwing;
    throwing.from = "bert@example.net";
    throwing.to = "ann@example.net";
    throwing.read = [](void *, std::size_t) -> std::size_t { throw of_callback{1}; };
    CHECK_THROWN(1, mailmodule::send_mail(of, to(server), throwing));
}

static void begun(mailmodule::engine &of) {
    std::atomic<int> events{0};
    auto options = to(server);
    options.on_event = [&events](const mm_send_event &) { events++; };
    auto what = hello();
    what.cc = "nobody@example.net";
    what.bcc = "carl@example.net";
    auto sent = mailmodule::message::start(of, options, what);
    CHECK(sent.wait());
    CHECK(events > 0);
    CHECK_SAME("ann@example.net", sent.result_of(0).address);
    CHECK_INT(MM_SEND_STATE_DONE, sent.result_of(0).state);
    CHECK_INT(550, sent.result_of(1).reply_code);
    CHECK_INT(MM_SEND_STATE_DONE, sent.result_of(2).state);
    CHECK(!remote_has("carl@example.net"));
}

int main() {
    remote_start(&server);
    {
        auto of = make_engine();
        in_one_call(of);
        what_fails(of);
        begun(of);
        of.stop(5000);
    }
    remote_stop(&server);
    return check_result();
}
