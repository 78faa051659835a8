/* The mailboxes of an engine's users, without POP3. Included by mailmodule.hpp. */
#ifndef MAILMODULE_MAILBOX_HPP
#define MAILMODULE_MAILBOX_HPP

#include "engine.hpp"
#include "mime.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** One message of a mailbox (mm_mailbox_message). */
struct mailbox_message {
    std::string id;
    std::int64_t received;
    std::int64_t octets;
    std::int64_t length;
    int flags;
};

/** A message for a mailbox (mm_mailbox_delivery): from one of message, path and read. */
struct mailbox_delivery {
    std::string name;
    std::string folder;
    std::string from;
    std::optional<std::string> message;
    std::string path;
    reader read;
};

/** A mailbox that is open, or one folder of it (mm_mailbox). */
class mailbox {
  public:
    /** folder: "" is the mailbox itself; flags: MM_MAILBOX_SHARED, MM_MAILBOX_CREATE. */
    static returns<mailbox> open(const engine &of, std::string_view name, std::string_view folder = {}, int flags = 0) {
        mm_mailbox *opened = nullptr;
        const int code = mm_mailbox_open(of.get(), detail::text(name), detail::text(folder), flags, &opened);
        return detail::done(code, mailbox(opened));
    }

    /** The folders of a user's mailbox, as open takes them. */
    static returns<std::vector<std::string>> folders(const engine &of, std::string_view name) {
        const detail::text user(name);
        std::vector<std::string> found;
        char folder[201] = "";
        int code = MM_OK;
        for (int i = 0; code == MM_OK; i++) {
            code = mm_mailbox_get_folder(of.get(), user, i, folder, sizeof folder);
            if (code == MM_OK && !*folder)
                break;
            if (code == MM_OK)
                found.emplace_back(folder);
        }
        return detail::done(code, std::move(found));
    }

    /** Puts a message into a mailbox; its id in the spool. An exception that leaves the reader comes out here. */
    static returns<std::string> deliver(const engine &of, mailbox_delivery what) {
        const detail::text name(what.name), folder(what.folder), from(what.from), path(what.path);
        detail::caught thrown;
        detail::kept_reader kept{std::move(what.read), &thrown};
        mm_mailbox_delivery c = MM_MAILBOX_DELIVERY_INIT;
        c.name = name;
        c.folder = folder;
        c.from = from;
        c.message = what.message ? what.message->data() : nullptr;
        c.message_size = what.message ? what.message->size() : 0;
        c.path = path.or_null();
        c.read = kept.read ? detail::kept_reader::give : nullptr;
        c.read_user = &kept;
        char id[25] = "";
        const int code = mm_mailbox_deliver(of.get(), &c, id);
        thrown.rethrow();
        return detail::done(code, std::string(id));
    }

    mm_mailbox *get() const noexcept {
        return handle_.get();
    }

    /** Messages that were there when it was opened; deleted ones keep their index. */
    returns<int> count() const {
        int found = 0;
        const int code = mm_mailbox_get_count(get(), &found, nullptr);
        return detail::done(code, std::move(found));
    }

    /** Octets with CRLF line ends of those that this object has not deleted. */
    returns<std::int64_t> octets() const {
        int count = 0;
        std::int64_t found = 0;
        const int code = mm_mailbox_get_count(get(), &count, &found);
        return detail::done(code, std::move(found));
    }

    returns<mailbox_message> message(int index) const {
        mm_mailbox_message c = MM_MAILBOX_MESSAGE_INIT;
        const int code = mm_mailbox_get_message(get(), index, &c);
        return detail::done(code, mailbox_message{detail::string(c.id), c.received, c.octets, c.length, c.flags});
    }

    /** The index of a unique id. */
    returns<int> find(std::string_view id) const {
        int found = -1;
        const int code = mm_mailbox_find(get(), detail::text(id), &found);
        return detail::done(code, std::move(found));
    }

    /** Octets of a message as it is stored, from an offset on; 0 at its end. */
    returns<std::size_t> read(int index, std::int64_t offset, void *buffer, std::size_t size) {
        std::size_t length = 0;
        const int code = mm_mailbox_read(get(), index, offset, buffer, size, &length);
        return detail::done(code, std::move(length));
    }

    /** A message to look into, which may outlive this. */
    returns<parsed_message> open_message(int index, const mm_message_options &options = detail::message_options()) {
        mm_message *opened = nullptr;
        const int code = mm_mailbox_open_message(get(), index, &options, &opened);
        return detail::done(code, parsed_message(opened));
    }

    /** Deletes messages durably, all of them or with an error. */
    returns<void> remove(const std::vector<int> &indexes) {
        return detail::done(mm_mailbox_delete(get(), indexes.data(), indexes.size(), nullptr));
    }

    /** Gives the mailbox back, as the end of this object does. */
    void close() noexcept {
        handle_.reset();
    }

  private:
    struct end {
        void operator()(mm_mailbox *handle) const noexcept {
            mm_mailbox_close(handle);
        }
    };

    explicit mailbox(mm_mailbox *handle) : handle_(handle) {
    }

    std::unique_ptr<mm_mailbox, end> handle_;
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
