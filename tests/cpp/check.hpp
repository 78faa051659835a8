// What every test of the wrapper uses, beside the checks of the tests in C.
#ifndef CHECK_HPP
#define CHECK_HPP

#include "remote.h"
#include "results.h"

#include <mailmodule.hpp>

#define CHECK_SAME(expected, actual)                                                                                   \
    do {                                                                                                               \
        const std::string wanted_(expected), found_(actual);                                                           \
        CHECK_TEXT(wanted_.c_str(), found_.c_str());                                                                   \
    } while (0)

#if MAILMODULE_THROWS
// The call throws an error with this code, and with words.
#define CHECK_ERROR(expected, call)                                                                                    \
    do {                                                                                                               \
        int code_ = MM_OK;                                                                                             \
        try {                                                                                                          \
            static_cast<void>(call);                                                                                   \
        } catch (const mailmodule::error &failure) {                                                                   \
            code_ = failure.code();                                                                                    \
            CHECK(*failure.what());                                                                                    \
        }                                                                                                              \
        CHECK_INT(expected, code_);                                                                                    \
    } while (0)

// What callbacks throw here: no error of the library, so that one that comes out has come from the callback.
struct of_callback {
    int number;
};

#define CHECK_THROWN(expected, call)                                                                                   \
    do {                                                                                                               \
        int number_ = 0;                                                                                               \
        try {                                                                                                          \
            static_cast<void>(call);                                                                                   \
        } catch (const of_callback &thrown) {                                                                          \
            number_ = thrown.number;                                                                                   \
        }                                                                                                              \
        CHECK_INT(expected, number_);                                                                                  \
    } while (0)
#endif

// An engine with a folder of its own.
inline mailmodule::returns<mailmodule::engine> make_engine() {
    auto made = mailmodule::engine::make();
#if MAILMODULE_THROWS
    mailmodule::engine &engine = made;
#else
    mailmodule::engine &engine = *made;
#endif
    static_cast<void>(engine.set("mail_root", std::string(check_make_folder()) + "/mail"));
    static_cast<void>(engine.set("smtp_name", "example.org"));
    static_cast<void>(engine.set("user", "ann;secret;;PS"));
    // no name server is at hand that could say anything of strangers
    for (const char *check : {"spf", "dkim_verify", "arc"})
        static_cast<void>(engine.set(check, "0"));
    return made;
}

// A message to the server of the test.
inline mailmodule::send_options to(const remote &server) {
    mailmodule::send_options options;
    options.route = MM_SEND_ROUTE_SERVER;
    options.host = "127.0.0.1";
    options.port = server.port;
    return options;
}

#endif
