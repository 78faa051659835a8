/* Errors, and what crosses the border to the library. Included by mailmodule.hpp, which says how errors are told. */
#ifndef MAILMODULE_ERROR_HPP
#define MAILMODULE_ERROR_HPP

#include "../mailmodule.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/* Whether exceptions can come out of a callback, and whether errors are thrown. Each form has a namespace of its own,
 * so that objects compiled in different ones can be linked. */
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define MAILMODULE_CATCHES 1
#else
#define MAILMODULE_CATCHES 0
#endif
#if MAILMODULE_CATCHES && !defined(MAILMODULE_NO_EXCEPTIONS)
#define MAILMODULE_THROWS 1
#define MAILMODULE_FORM throwing
#elif MAILMODULE_CATCHES
#define MAILMODULE_THROWS 0
#define MAILMODULE_FORM returning
#else
#define MAILMODULE_THROWS 0
#define MAILMODULE_FORM without_exceptions
#endif

namespace mailmodule {
inline namespace MAILMODULE_FORM {

/** Why a call failed: an MM_E_... value, and words. */
class error : public std::runtime_error {
  public:
    /** The failure of the calling thread's last call. */
    explicit error(int code) : error(code, mm_last_error_message()) {
    }

    error(int code, const char *message) : std::runtime_error(*message ? message : mm_strerror(code)), code_(code) {
    }

    int code() const noexcept {
        return code_;
    }

  private:
    int code_;
};

/** What a call returns where errors are not thrown: a value, or an error. */
template <class T> class [[nodiscard]] result {
  public:
    result(T value) : held_(std::in_place_index<0>, std::move(value)) {
    }

    result(error failure) : held_(std::in_place_index<1>, std::move(failure)) {
    }

    explicit operator bool() const noexcept {
        return held_.index() == 0;
    }

    /** MM_OK, or an MM_E_... value. */
    int code() const noexcept {
        return *this ? MM_OK : failure()->code();
    }

    /** NULL if there is none. */
    const error *failure() const noexcept {
        return std::get_if<1>(&held_);
    }

    /** Only where there is no failure. */
    T &operator*() &noexcept {
        return *std::get_if<0>(&held_);
    }

    T &&operator*() &&noexcept {
        return std::move(*std::get_if<0>(&held_));
    }

    T *operator->() noexcept {
        return std::get_if<0>(&held_);
    }

  private:
    std::variant<T, error> held_;
};

template <> class [[nodiscard]] result<void> {
  public:
    result() = default;

    result(error failure) : failure_(std::move(failure)) {
    }

    explicit operator bool() const noexcept {
        return !failure_;
    }

    int code() const noexcept {
        return failure_ ? failure_->code() : MM_OK;
    }

    const error *failure() const noexcept {
        return failure_ ? &*failure_ : nullptr;
    }

  private:
    std::optional<error> failure_;
};

/** What a function returns that makes a T, and may fail. */
#if MAILMODULE_THROWS
template <class T> using returns = T;
#else
template <class T> using returns = result<T>;
#endif

namespace detail {

#if MAILMODULE_THROWS
template <class T> [[noreturn]] T failed(int code) {
    throw error(code);
}

inline void done(int code) {
    if (code != MM_OK)
        throw error(code);
}

inline bool has_failed(int code) {
    done(code);
    return false;
}
#else
template <class T> result<T> failed(int code) {
    return error(code);
}

inline result<void> done(int code) {
    return code == MM_OK ? result<void>() : result<void>(error(code));
}

inline bool has_failed(int code) {
    return code != MM_OK;
}
#endif

/** The value of a call that has made one, or its error. */
template <class T> returns<T> done(int code, T &&value) {
    return has_failed(code) ? failed<T>(code) : returns<T>(std::move(value));
}

/** Text for C: a copy that ends with NUL. NUL within it becomes an octet that UTF-8 has not: MM_E_ARGUMENT. */
class text {
  public:
    explicit text(std::string_view view) : copy_(view) {
        std::replace(copy_.begin(), copy_.end(), '\0', static_cast<char>(0xff));
    }

    operator const char *() const noexcept {
        return copy_.c_str();
    }

    /** "" is NULL. */
    const char *or_null() const noexcept {
        return copy_.empty() ? nullptr : copy_.c_str();
    }

  private:
    std::string copy_;
};

inline std::string_view view(const char *text) {
    return text ? text : std::string_view();
}

inline std::string string(const char *text) {
    return std::string(view(text));
}

/** The first exception that has left a callback, until a call of the host throws it again. For any thread. */
class caught {
  public:
    /** Inside a catch. */
    void keep() noexcept {
        int expected = empty;
        if (!state_.compare_exchange_strong(expected, writing, std::memory_order_acquire))
            return;
        kept_ = std::current_exception();
        state_.store(full, std::memory_order_release);
    }

    void rethrow() {
        int expected = full;
        if (!state_.compare_exchange_strong(expected, writing, std::memory_order_acquire))
            return;
        auto exception = std::exchange(kept_, nullptr);
        state_.store(empty, std::memory_order_release);
#if MAILMODULE_THROWS
        std::rethrow_exception(exception);
#endif
    }

  private:
    enum { empty, writing, full };

    std::atomic<int> state_{empty};
    std::exception_ptr kept_;
};

/** Calls the host. No exception leaves this: it is kept, and the failure is the result. */
template <class R, class F> R at_border(caught &kept, R failure, F &&call) noexcept {
#if MAILMODULE_CATCHES
    try {
        return call();
    } catch (...) {
        kept.keep();
        return failure;
    }
#else
    (void)kept, (void)failure;
    return call();
#endif
}

/** For callbacks that return nothing. */
template <class F> void at_border(caught &kept, F &&call) noexcept {
    at_border(kept, 0, [&call] {
        call();
        return 0;
    });
}

} // namespace detail

/** Puts octets of a content where it is told to, and says how many; 0 is the end. To fail it throws, or returns more
 * than fits: reading_failed. */
using reader = std::function<std::size_t(void *buffer, std::size_t size)>;

inline constexpr std::size_t reading_failed = static_cast<std::size_t>(-1);

namespace detail {

/** As mm_send_read_fn has it. */
inline int read(const reader &from, caught &kept, void *buffer, std::size_t size, std::size_t *length) noexcept {
    return at_border(kept, static_cast<int>(MM_E_IO), [&] {
        const auto count = from(buffer, size);
        if (count > size)
            return static_cast<int>(MM_E_IO);
        *length = count;
        return static_cast<int>(MM_OK);
    });
}

} // namespace detail

/** The library's version, and how much it can (mm_abi_version). */
inline std::string version() {
    return mm_version();
}

inline int abi_version() noexcept {
    return mm_abi_version();
}

} // namespace MAILMODULE_FORM
} // namespace mailmodule

#endif
