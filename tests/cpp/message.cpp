// mailmodule::message: sources, results, callbacks, and what they throw.
#include "check.hpp"

using mailmodule::message;

static remote server;

static message to_ann(mailmodule::engine &of, const mailmodule::send_options &options) {
    auto made = message::make(of, options, "bert@example.net");
    made.add_recipient("ann@example.net");
    return made;
}

static void is_taken(message &sent, const char *text) {
    sent.start();
    CHECK(sent.wait());
    CHECK_INT(MM_OK, sent.outcome());
    CHECK_TEXT(text, server.text);
}

static void sources(mailmodule::engine &of) {
    auto pieces = to_ann(of, to(server));
    pieces.write("Subject: x\n\nfirst\n");
    pieces.write(".dot\n", 5);
    is_taken(pieces, "Subject: x\n\nfirst\n.dot\n");

    auto file = to_ann(of, to(server));
    CHECK_ERROR(MM_E_NOT_FOUND, file.set_file("/nowhere/at/all"));
    CHECK_ERROR(MM_E_ARGUMENT, file.set_file(""));
    CHECK_ERROR(MM_E_ARGUMENT, file.set_descriptor(MM_INVALID_SOCKET));
    CHECK_ERROR(MM_E_ARGUMENT, file.set_reader({}));

    int left = 3;
    file.set_reader([&left](void *buffer, std::size_t size) {
        const auto text = "piece " + std::to_string(left) + "\n";
        return left-- > 0 ? text.copy(static_cast<char *>(buffer), size) : 0;
    });
    CHECK_ERROR(MM_E_ARGUMENT, file.set_reader([](void *, std::size_t) { return std::size_t(0); }));
    CHECK_ERROR(MM_E_STATE, file.write("x"));
    is_taken(file, "piece 3\npiece 2\npiece 1\n");
}

static void results(mailmodule::engine &of) {
    auto sent = to_ann(of, to(server));
    sent.add_recipient("nobody@example.net", MM_SEND_NOTIFY_NEVER, "rfc822;first@example.net");
    CHECK_ERROR(MM_E_ARGUMENT, sent.add_recipient("a b"));
    CHECK_ERROR(MM_E_STATE, sent.outcome());
    CHECK_ERROR(MM_E_STATE, sent.wait(0));
    sent.write("Subject: two\n\nx\n");
    sent.start();
    CHECK(sent.wait());
    CHECK_INT(MM_E_REFUSED_PERMANENT, sent.outcome());
    const auto ann = sent.result_of(0), nobody = sent.result_of(1);
    CHECK_SAME("ann@example.net", ann.address);
    CHECK_INT(MM_SEND_STATE_DONE, ann.state);
    CHECK_INT(250, ann.reply_code);
    CHECK_SAME("2.0.0", ann.status);
    CHECK_SAME("127.0.0.1:" + std::to_string(server.port), ann.host_address);
    CHECK_INT(MM_SEND_STATE_FAILED, nobody.state);
    CHECK_INT(MM_E_REFUSED_PERMANENT, nobody.error);
    CHECK_INT(550, nobody.reply_code);
    CHECK_SAME("There is nobody\nof that name here", nobody.reply);
    CHECK(!nobody.maybe_taken && !nobody.tls_checked);
    CHECK_ERROR(MM_E_ARGUMENT, sent.result_of(2));
}

static void events(mailmodule::engine &of) {
    std::vector<int> states;
    auto options = to(server);
    options.on_event = [&states](const mm_send_event &event) { states.push_back(event.state); };
    auto sent = to_ann(of, options);
    sent.write("x\n");
    sent.start();
    CHECK(sent.wait());
    CHECK(states.size() > 2);
    CHECK_INT(MM_SEND_STATE_FINISHED, states.back());
}

static void callbacks_that_throw(mailmodule::engine &of) {
    auto read = to_ann(of, to(server));
    read.set_reader([](void *, std::size_t) -> std::size_t { throw of_callback{2}; });
    read.start();
    CHECK_THROWN(2, read.wait());
    CHECK_INT(MM_E_IO, read.outcome()); // once, and then the message is as any that could not be read
    CHECK(read.wait());

    auto failing = to_ann(of, to(server));
    failing.set_reader([](void *, std::size_t) { return mailmodule::reading_failed; });
    failing.start();
    CHECK(failing.wait());
    CHECK_INT(MM_E_IO, failing.outcome());

    auto options = to(server);
    options.on_event = [](const mm_send_event &event) { throw of_callback{10 + event.state}; };
    auto heard = to_ann(of, options);
    heard.write("x\n");
    heard.start();
    CHECK_THROWN(10 + MM_SEND_STATE_FIND_HOST, heard.wait()); // the first
    CHECK_INT(MM_OK, heard.outcome());

    auto dropped = to_ann(of, options); // whoever waits for nothing hears nothing
    dropped.write("x\n");
    dropped.start();
}

static void cancelling(mailmodule::engine &of) {
    remote_set(&server, AT_MAIL, AT_NOTHING);
    auto sent = to_ann(of, to(server));
    sent.write("x\n");
    sent.start();
    remote_wait_silent(&server);
    CHECK(!sent.wait(0));
    sent.cancel();
    CHECK(sent.wait());
    CHECK_INT(MM_E_CANCELLED, sent.outcome());
    remote_set(&server, AT_NOTHING, AT_NOTHING);
}

// The message is destroyed by its own callback, and another is put in its place while it is under way.
static void ends(mailmodule::engine &of) {
    struct shared {
        pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
        pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
        std::optional<message> own;
        bool is_gone = false;
    } one;
    auto options = to(server);
    options.on_event = [&one](const mm_send_event &event) {
        if (event.state != MM_SEND_STATE_FINISHED)
            return;
        pthread_mutex_lock(&one.gate);
        one.own.reset();
        one.is_gone = true;
        pthread_cond_signal(&one.moved);
        pthread_mutex_unlock(&one.gate);
    };
    pthread_mutex_lock(&one.gate);
    one.own = to_ann(of, options);
    one.own->write("x\n");
    one.own->start();
    while (!one.is_gone)
        pthread_cond_wait(&one.moved, &one.gate);
    pthread_mutex_unlock(&one.gate);

    std::atomic<int> calls{0};
    options.on_event = [&calls](const mm_send_event &) { calls++; };
    auto replaced = to_ann(of, options);
    replaced.write("x\n");
    replaced.start();
    replaced = to_ann(of, to(server)); // cancels and frees the former
    const int before = calls;
    is_taken(replaced, "");
    CHECK_INT(before, calls);
}

static void arguments(mailmodule::engine &of) {
    mailmodule::send_options options;
    options.host = "unused.example.org"; // what the route does not use
    CHECK_ERROR(MM_E_ARGUMENT, message::make(of, options, "bert@example.net"));
    CHECK_ERROR(MM_E_ARGUMENT, message::make(of, to(server), "not an address"));
    CHECK_ERROR(MM_E_ARGUMENT, message::make(of, to(server), std::string_view("a\0@example.net", 14)));
}

int main() {
    remote_start(&server);
    {
        auto of = make_engine();
        sources(of);
        results(of);
        events(of);
        callbacks_that_throw(of);
        cancelling(of);
        ends(of);
        arguments(of);
        of.stop(5000);
    }
    remote_stop(&server);
    return check_result();
}
