// mailmodule::pop3_client: verbs, lists, messages, and what callbacks throw, against answers in memory.
#include "memory_server.hpp"

#include <deque>

using mailmodule::pop3_client;

// Gives an answer for each line that it gets, in order, behind the greeting.
class answers : public mailmodule::transport {
  public:
    explicit answers(std::deque<std::string> all) : all_(std::move(all)), output_("+OK <1.2@host>\r\n") {
    }

    int read(void *buffer, std::size_t size, std::size_t &length) override {
        length = output_.copy(static_cast<char *>(buffer), size);
        output_.erase(0, length);
        return MM_OK;
    }

    int write(const void *octets, std::size_t size, std::size_t &length) override {
        const std::string given(static_cast<const char *>(octets), size);
        for (auto at = given.find('\n'); at != std::string::npos; at = given.find('\n', at + 1)) {
            output_ += all_.empty() ? "-ERR\r\n" : all_.front();
            if (!all_.empty())
                all_.pop_front();
        }
        length = size;
        return MM_OK;
    }

    bool waits_itself() const override {
        return true;
    }

    int wait(int wanted, int, int &found) override {
        found = wanted;
        return MM_OK;
    }

    void interrupt() override {
    }

    void close() override {
    }

  private:
    std::deque<std::string> all_;
    std::string output_;
};

int main() {
    auto of = mailmodule::engine::make();
    of.set("mail_root", std::string(check_make_folder()) + "/mail");
    auto client = pop3_client::make(of);
    CHECK_INT(MM_POP3_OK, client.connect(std::make_unique<answers>(std::deque<std::string>{
                              "+OK\r\nTOP\r\nSASL PLAIN\r\n.\r\n", "+OK 2 30\r\n", "+OK\r\n1 10\r\n2 20\r\n.\r\n",
                              "+OK 2 abc\r\n", "+OK\r\n..a\r\n.\r\n", "+OK\r\nb\r\n.\r\n", "-ERR [SYS/TEMP] no\r\n",
                              "+OK\r\nc\r\n.\r\n", "+OK bye\r\n"})));
    CHECK_SAME("<1.2@host>", client.reply().stamp);
    CHECK_INT(MM_POP3_OK, client.capa());
    CHECK_SAME("PLAIN", client.capability("sasl").value_or("none"));
    CHECK_INT(2, client.capabilities().size());
    const auto totals = client.stat();
    CHECK_INT(2, totals.count);
    CHECK(totals.octets == 30);
    CHECK_INT(MM_POP3_OK, client.list());
    CHECK(client.next().value().octets == 10);
    CHECK_INT(2, client.next().value().number);
    CHECK(!client.next());
    CHECK_INT(MM_POP3_OK, client.uidl(2));
    CHECK_SAME("abc", client.next().value().id);
    CHECK_INT(MM_POP3_OK, client.retr(1));
    char piece[2];
    std::string message;
    while (const auto length = client.read(piece, sizeof piece))
        message.append(piece, length);
    CHECK_SAME(".a\r\n", message);
    std::string taken;
    client.retr_all({1, 2}, [&](int number, std::string_view octets, mm_pop3_status status) {
        taken += std::to_string(number) + (status == MM_POP3_OK ? "+" : "-") + std::string(octets);
        return true;
    });
    CHECK_SAME("1+b\r\n1+2-", taken);
    bool was_thrown = false;
    try {
        client.retr_all({3}, [](int, std::string_view, mm_pop3_status) -> bool { throw 7; });
    } catch (int) {
        was_thrown = true;
    }
    CHECK(was_thrown);
    CHECK_INT(MM_POP3_OK, client.quit());
    CHECK_ERROR(MM_E_STATE, client.noop());
    return check_result();
}
