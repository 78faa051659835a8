// mailmodule::queue: walking, holding, sending elsewhere, removing; its events.
#include "check.hpp"

using mailmodule::message;
using mailmodule::queue;

static remote server; // the smarthost

// Events as they come, and a wait for one of a kind.
struct events {
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
    std::vector<std::pair<int, std::string>> heard; // kind and recipient

    void add(const mm_queue_event &event) {
        pthread_mutex_lock(&gate);
        heard.emplace_back(event.kind, event.recipient);
        pthread_cond_signal(&moved);
        pthread_mutex_unlock(&gate);
    }

    void wait(int kind, const std::string &recipient) {
        const auto wanted = std::make_pair(kind, recipient);
        pthread_mutex_lock(&gate);
        while (std::find(heard.begin(), heard.end(), wanted) == heard.end())
            pthread_cond_wait(&moved, &gate);
        pthread_mutex_unlock(&gate);
    }
};

static std::string enqueue(mailmodule::engine &of, const char *recipient) {
    auto sent = message::make(of, {}, "bert@example.net");
    sent.add_recipient(recipient);
    sent.write("Subject: queued\n\ntext\n");
    sent.start();
    CHECK(sent.wait());
    CHECK_INT(MM_SEND_STATE_QUEUED, sent.result_of(0).state);
    return sent.result_of(0).queue_id;
}

static void looking(queue &of, const std::string &id) {
    CHECK_INT(1, of.counts().messages);
    auto walk = of.walk();
    CHECK_ERROR(MM_E_STATE, walk.recipient(0)); // before the first
    const auto found = walk.next();
    CHECK(found.has_value());
    CHECK_SAME(id, found->id);
    CHECK_SAME("bert@example.net", found->sender);
    CHECK_INT(1, found->recipients);
    CHECK_INT(1, found->open);
    CHECK(found->length > 0 && found->received > 0 && found->expires > found->received);
    const auto recipient = walk.recipient(0);
    CHECK_SAME("later@far.example", recipient.address);
    CHECK_INT(MM_QUEUE_STATE_DEFERRED, recipient.state);
    CHECK_INT(MM_E_REFUSED_TEMPORARY, recipient.error);
    CHECK_INT(451, recipient.reply_code);
    CHECK_SAME("4.7.1", recipient.status);
    CHECK_ERROR(MM_E_ARGUMENT, walk.recipient(1));
    std::string content;
    char piece[7];
    while (const auto length = walk.read(piece, sizeof piece))
        content.append(piece, length);
    CHECK(content.find("Subject: queued\n") != std::string::npos);
    CHECK(!walk.next());
    auto one = of.walk(id);
    CHECK(one.next() && !one.next());
}

static void changing(queue &of, const std::string &id) {
    of.hold(id);
    CHECK_INT(1, of.counts().held);
    of.release_all();
    of.hold_all();
    while (of.counts().active > 0) // what the release has sent out is held when it comes back
        sleep_microseconds(1000);
    CHECK_INT(1, of.counts().held);
    CHECK_ERROR(MM_E_NOT_FOUND, of.retry("nosuchid"));
    CHECK(of.walk(id).next());
    // An id that is missing by mistake means no message, not all of them.
    for (const char *none : {"", "nosuchid"}) {
        try {
            of.remove(none);
            CHECK(false);
        } catch (const mailmodule::error &failure) {
            CHECK(failure.code() == MM_E_NOT_FOUND || failure.code() == MM_E_ARGUMENT);
        }
    }
    CHECK_INT(1, of.counts().messages);
    const auto next = of.redirect(id, "carl@far.example");
    CHECK(!next.empty() && next != id);
    CHECK_ERROR(MM_E_NOT_FOUND, of.redirect(id, "carl@far.example"));
}

int main() {
    remote_start(&server);
    {
        events heard;
        auto of = make_engine();
        of.set("smtpproxy", "127.0.0.1:" + std::to_string(server.port));
        of.set("queue_retry", "3600");
        of.set_queue_events([&heard](const mm_queue_event &event) { heard.add(event); });
        queue queue(of);
        CHECK(!queue.walk().next());
        const auto id = enqueue(of, "later@far.example");
        heard.wait(MM_QUEUE_EVENT_DEFERRED, "later@far.example");
        looking(queue, id);
        changing(queue, id);
        heard.wait(MM_QUEUE_EVENT_DELIVERED, "carl@far.example");
        of.set_queue_events([](const mm_queue_event &) { throw of_callback{3}; });
        enqueue(of, "dora@far.example");
        CHECK_THROWN(3, of.stop(30000));
        of.set_queue_events({});
        queue.remove_all();
        of.stop(5000);
    }
    remote_stop(&server);
    return check_result();
}
