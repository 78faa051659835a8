/* Messages that are read, and made. Included by mailmodule.hpp. */
#ifndef MAILMODULE_MIME_HPP
#define MAILMODULE_MIME_HPP

#include "error.hpp"

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** One part of a message (mm_part). Numbers of parts: -1 is none. */
struct message_part {
    std::int64_t offset;
    std::int64_t octets;
    int parent;
    int children;
    int first_child;
    int next;
    int depth;
    int flags; /**< MM_PART_... */
    std::string type;
    std::string charset;
    std::string encoding;
    std::string disposition;
    std::string file_name;
    std::string safe_name;
    std::string content_id;
    std::string description;
};

/** One field of a header (mm_field). */
struct message_field {
    std::string raw;
    std::string name;
    std::string value;
    std::string text;
};

/** One address of a field (mm_address). */
struct message_address {
    std::string address;
    std::string name;
    std::string group;
};

/** The time of a field: milliseconds since 1970, 0 for none, and the minutes that its clock is ahead of UTC. */
struct message_time {
    std::int64_t time;
    int offset;
};

/** A content that is read, of a message that must live as long (mm_content). */
class content {
  public:
    explicit content(mm_content *handle) : handle_(handle) {
    }

    mm_content *get() const noexcept {
        return handle_.get();
    }

    /** Reads on; 0 at the end. */
    returns<std::size_t> read(void *buffer, std::size_t size) {
        std::size_t length = 0;
        const int code = mm_content_read(get(), buffer, size, &length);
        return detail::done(code, std::move(length));
    }

  private:
    struct close {
        void operator()(mm_content *handle) const noexcept {
            mm_content_close(handle);
        }
    };

    std::unique_ptr<mm_content, close> handle_;
};

namespace detail {

/** A reader of the host during a call, or for as long as a message is made. */
struct kept_reader {
    reader read;
    caught *thrown;

    static int MM_CALL give(void *buffer, std::size_t size, std::size_t *length, void *user) noexcept {
        const auto self = static_cast<kept_reader *>(user);
        return detail::read(self->read, *self->thrown, buffer, size, length);
    }
};

inline message_part to_part(const mm_part &c) {
    return {c.offset,
            c.octets,
            c.parent,
            c.children,
            c.first_child,
            c.next,
            c.depth,
            c.flags,
            string(c.type),
            string(c.charset),
            string(c.encoding),
            string(c.disposition),
            string(c.file_name),
            string(c.safe_name),
            string(c.content_id),
            string(c.description)};
}

inline mm_message_options message_options() {
    return MM_MESSAGE_OPTIONS_INIT;
}

} // namespace detail

/** A message that is read (mm_message). */
class parsed_message {
  public:
    /** octets: copied, unless options have MM_MESSAGE_IN_PLACE. */
    static returns<parsed_message> open(std::string_view octets,
                                        const mm_message_options &options = detail::message_options()) {
        mm_message *opened = nullptr;
        const int code = mm_message_open(octets.data(), octets.size(), &options, &opened);
        return detail::done(code, parsed_message(opened));
    }

    static returns<parsed_message> open_file(std::string_view path,
                                             const mm_message_options &options = detail::message_options()) {
        mm_message *opened = nullptr;
        const int code = mm_message_open_file(detail::text(path), &options, &opened);
        return detail::done(code, parsed_message(opened));
    }

    /** An exception that leaves the reader comes out here. */
    static returns<parsed_message> open_reader(reader from,
                                               const mm_message_options &options = detail::message_options()) {
        mm_message *opened = nullptr;
        detail::caught thrown;
        detail::kept_reader kept{std::move(from), &thrown};
        const int code =
            mm_message_open_reader(kept.read ? detail::kept_reader::give : nullptr, &kept, &options, &opened);
        parsed_message message(opened);
        thrown.rethrow();
        return detail::done(code, std::move(message));
    }

    /** For what makes one; the handle is this object's then. */
    explicit parsed_message(mm_message *handle) : handle_(handle) {
    }

    mm_message *get() const noexcept {
        return handle_.get();
    }

    returns<int> part_count() {
        int count = 0;
        const int code = mm_message_get_part_count(get(), &count);
        return detail::done(code, std::move(count));
    }

    returns<message_part> part(int number) {
        mm_part c = MM_PART_INIT;
        const int code = mm_message_get_part(get(), number, &c);
        return detail::done(code, detail::to_part(c));
    }

    /** MM_MESSAGE_LIMIT_... bits. */
    returns<int> limits() const {
        int passed = 0;
        const int code = mm_message_get_limits(get(), &passed);
        return detail::done(code, std::move(passed));
    }

    returns<int> field_count(int part = 0) {
        int count = 0;
        const int code = mm_message_get_field_count(get(), part, &count);
        return detail::done(code, std::move(count));
    }

    returns<message_field> field(int number, int part = 0) {
        mm_field c = MM_FIELD_INIT;
        const int code = mm_message_get_field(get(), part, number, &c);
        std::string raw(c.raw ? static_cast<const char *>(c.raw) : "", c.raw_size);
        return detail::done(code, message_field{std::move(raw), detail::string(c.name), detail::string(c.value),
                                                detail::string(c.text)});
    }

    /** The first field of a name from one on; -1: none. */
    returns<int> find_field(std::string_view name, int from = 0, int part = 0) {
        int field = -1;
        const int code = mm_message_find_field(get(), part, detail::text(name), from, &field);
        return detail::done(code, std::move(field));
    }

    /** The text of the first field of a name in the message's own header; "" for none. */
    returns<std::string> text(std::string_view name) {
        const char *found = nullptr;
        const int code = mm_message_get_text(get(), detail::text(name), &found);
        return detail::done(code, detail::string(found));
    }

    returns<std::vector<message_address>> addresses(int field, int part = 0) {
        std::vector<message_address> found;
        int count = 0;
        int code = mm_message_get_address_count(get(), part, field, &count);
        for (int i = 0; i < count && code == MM_OK; i++) {
            mm_address c = MM_ADDRESS_INIT;
            code = mm_message_get_address(get(), part, field, i, &c);
            found.push_back({detail::string(c.address), detail::string(c.name), detail::string(c.group)});
        }
        return detail::done(code, std::move(found));
    }

    returns<message_time> date(int field, int part = 0) {
        message_time found{};
        const int code = mm_message_get_date(get(), part, field, &found.time, &found.offset);
        return detail::done(code, std::move(found));
    }

    /** Names and values. */
    returns<std::vector<std::pair<std::string, std::string>>> parameters(int field, int part = 0) {
        std::vector<std::pair<std::string, std::string>> found;
        int count = 0;
        int code = mm_message_get_parameter_count(get(), part, field, &count);
        for (int i = 0; i < count && code == MM_OK; i++) {
            mm_parameter c = MM_PARAMETER_INIT;
            code = mm_message_get_parameter(get(), part, field, i, &c);
            found.emplace_back(detail::string(c.name), detail::string(c.value));
        }
        return detail::done(code, std::move(found));
    }

    /** A parameter of the first field of a name; "" for none. */
    returns<std::string> parameter(std::string_view field_name, std::string_view name, int part = 0) {
        const char *found = nullptr;
        const int code = mm_message_find_parameter(get(), part, detail::text(field_name), detail::text(name), &found);
        return detail::done(code, detail::string(found));
    }

    /** Begins to read a content. It must not outlive this object. */
    returns<content> open_content(int part, mm_content_form form = MM_CONTENT_DECODED) {
        mm_content *opened = nullptr;
        const int code = mm_content_open(get(), part, form, &opened);
        return detail::done(code, content(opened));
    }

    /** A whole content, in memory. */
    returns<std::string> read(int part, mm_content_form form = MM_CONTENT_DECODED) {
        std::string all;
        mm_content *opened = nullptr;
        int code = mm_content_open(get(), part, form, &opened);
        const content closes(opened);
        std::vector<char> piece(32768);
        for (std::size_t length = 1; code == MM_OK && length > 0; all.append(piece.data(), length))
            code = mm_content_read(opened, piece.data(), piece.size(), &length);
        return detail::done(code, std::move(all));
    }

  private:
    struct end {
        void operator()(mm_message *handle) const noexcept {
            mm_message_free(handle);
        }
    };

    std::unique_ptr<mm_message, end> handle_;
};

/** What goes with a message (mm_attachment): from exactly one of content, path and read. */
struct attachment {
    std::string name;
    std::string type; /**< "": application/octet-stream */
    std::string content_id;
    std::optional<std::string> content;
    std::string path;
    reader read;
};

/** A message that is made (mm_compose). */
class composed_message {
  public:
    static returns<composed_message> make() {
        mm_compose *made = nullptr;
        const int code = mm_compose_new(&made);
        return detail::done(code, composed_message(made));
    }

    mm_compose *get() const noexcept {
        return handle_.get();
    }

    returns<void> add_field(std::string_view name, std::string_view text) {
        return detail::done(mm_compose_add_field(get(), detail::text(name), detail::text(text)));
    }

    returns<void> set_text(std::string_view text) {
        return detail::done(mm_compose_set_text(get(), detail::text(text)));
    }

    returns<void> set_html(std::string_view html) {
        return detail::done(mm_compose_set_html(get(), detail::text(html)));
    }

    returns<void> attach(attachment what) {
        const detail::text name(what.name), type(what.type), content_id(what.content_id), path(what.path);
        mm_attachment c = MM_ATTACHMENT_INIT;
        c.name = name.or_null();
        c.type = type.or_null();
        c.content_id = content_id.or_null();
        c.path = path.or_null();
        if (what.content) {
            c.content = what.content->data();
            c.content_size = what.content->size();
        }
        if (what.read) {
            readers_.push_back(
                std::make_unique<detail::kept_reader>(detail::kept_reader{std::move(what.read), thrown_.get()}));
            c.read = detail::kept_reader::give;
            c.user = readers_.back().get();
        }
        return detail::done(mm_compose_attach(get(), &c));
    }

    /** Reads on in the message; 0 at the end. An exception that leaves an attachment's reader comes out here. */
    returns<std::size_t> read(void *buffer, std::size_t size) {
        std::size_t length = 0;
        const int code = mm_compose_read(buffer, size, &length, get());
        thrown_->rethrow();
        return detail::done(code, std::move(length));
    }

    /** The message as a reader, for message::set_reader and mail::read; it must live until all is read. */
    reader as_reader() {
        return [handle = get()](void *buffer, std::size_t size) {
            std::size_t length = 0;
            return mm_compose_read(buffer, size, &length, handle) == MM_OK ? length : reading_failed;
        };
    }

    returns<void> write_file(std::string_view path) {
        const int code = mm_compose_write_file(get(), detail::text(path));
        thrown_->rethrow();
        return detail::done(code);
    }

  private:
    struct end {
        void operator()(mm_compose *handle) const noexcept {
            mm_compose_free(handle);
        }
    };

    explicit composed_message(mm_compose *handle) : handle_(handle) {
    }

    std::unique_ptr<detail::caught> thrown_ = std::make_unique<detail::caught>();
    std::vector<std::unique_ptr<detail::kept_reader>> readers_;
    std::unique_ptr<mm_compose, end> handle_; // ends first
};

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
