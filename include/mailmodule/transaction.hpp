/* Messages for whole transactions of an SMTP client. Included by mailmodule.hpp. */
#ifndef MAILMODULE_TRANSACTION_HPP
#define MAILMODULE_TRANSACTION_HPP

#include "error.hpp"

#include <deque>

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** A message for whole transactions (mm_smtp_message): its content is content, or comes from path or read. */
struct smtp_message {
    struct recipient {
        std::string address;
        std::string parameters;
    };

    std::string from;
    std::string parameters;
    std::vector<recipient> to;
    std::string content;
    std::string path;
    reader read; /**< called on the thread of the call */
};

/** What became of one recipient of a transaction (mm_smtp_recipient). */
struct smtp_recipient {
    int error; /**< MM_OK: taken; else an MM_E_... value */
    int code;
    mm_smtp_stage stage;
    bool maybe_taken;
    std::string status;
    std::string reply;
};

/** The next message, or none any more. */
using next_function = std::function<std::optional<smtp_message>()>;

/** Hears what became of each recipient of a message; messages are counted from 0. */
using sent_function = std::function<void(std::int64_t message, const std::vector<smtp_recipient> &recipients)>;

namespace detail {

inline smtp_recipient to_recipient(const mm_smtp_recipient &in_c) {
    return {in_c.error,          in_c.code,         static_cast<mm_smtp_stage>(in_c.stage), in_c.maybe_taken != 0,
            string(in_c.status), string(in_c.reply)};
}

/** A message as C has it, for as long as this lives; it stays where it was made. */
class transaction {
  public:
    transaction(const smtp_message &message, caught &thrown)
        : from_(message.from), parameters_(message.parameters), path_(message.path), read_(message.read),
          thrown_(thrown) {
        add_recipients(message);
    }

    transaction(const transaction &) = delete;
    transaction &operator=(const transaction &) = delete;

    /** content must live as long as this. */
    void fill(mm_smtp_message &in_c, const std::string &content) {
        in_c.from = from_;
        in_c.parameters = parameters_.or_null();
        in_c.to = to_.data();
        in_c.to_parameters = has_parameters_ ? to_parameters_.data() : nullptr;
        in_c.recipients = to_.size();
        in_c.path = path_.or_null();
        in_c.read = read_ ? give : nullptr;
        in_c.user = this;
        if (!content.empty() || (!in_c.path && !in_c.read)) {
            in_c.content = content.data();
            in_c.content_size = content.size();
        }
    }

  private:
    void add_recipients(const smtp_message &message) {
        texts_.reserve(2 * message.to.size()); // so that none moves
        for (const auto &recipient : message.to) {
            to_.push_back(texts_.emplace_back(recipient.address));
            to_parameters_.push_back(texts_.emplace_back(recipient.parameters).or_null());
            has_parameters_ = has_parameters_ || to_parameters_.back();
        }
    }

    static int MM_CALL give(void *buffer, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto self = static_cast<transaction *>(user);
        return detail::read(self->read_, self->thrown_, buffer, size, length);
    }

    text from_, parameters_, path_;
    reader read_;
    caught &thrown_;
    std::vector<text> texts_;
    std::vector<const char *> to_, to_parameters_;
    bool has_parameters_ = false;
};

/** Messages that are given and not answered yet, for one call of mm_smtp_send_all. */
class transactions {
  public:
    transactions(next_function next, sent_function sent, caught &thrown)
        : next_(std::move(next)), sent_(std::move(sent)), thrown_(thrown) {
    }

    static int MM_CALL next(mm_smtp_message *message, void *user) noexcept {
        const auto self = static_cast<transactions *>(user);
        return at_border(self->thrown_, static_cast<int>(MM_E_CANCELLED), [&] { return self->give(*message); });
    }

    static void MM_CALL sent(std::int64_t number, const mm_smtp_recipient *const *recipients, std::size_t count,
                             void *user) noexcept {
        const auto self = static_cast<transactions *>(user);
        at_border(self->thrown_, [&] {
            if (self->sent_)
                self->tell(number, recipients, count);
        });
        self->open_.pop_front();
    }

  private:
    struct given {
        given(smtp_message &&message, caught &thrown) : in_c(message, thrown), content(std::move(message.content)) {
        }

        transaction in_c;
        std::string content;
    };

    void tell(std::int64_t number, const mm_smtp_recipient *const *in_c, std::size_t count) {
        std::vector<smtp_recipient> recipients;
        for (std::size_t i = 0; i < count; i++)
            recipients.push_back(to_recipient(*in_c[i]));
        sent_(number, recipients);
    }

    int give(mm_smtp_message &message) {
        if (auto found = next_()) {
            if (found->to.empty()) // to C it would be the end
                return MM_E_ARGUMENT;
            auto &last = open_.emplace_back(std::move(*found), thrown_);
            last.in_c.fill(message, last.content);
        }
        return MM_OK;
    }

    next_function next_;
    sent_function sent_;
    caught &thrown_;
    std::deque<given> open_; // in their order; none moves
};

} // namespace detail
} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
