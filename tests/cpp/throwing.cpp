// The form with exceptions, for a program that has both.
#include <mailmodule.hpp>

static_assert(MAILMODULE_THROWS);

int code_that_is_thrown() {
    try {
        mailmodule::engine::make().get("no_such_key");
        return MM_OK;
    } catch (const mailmodule::error &failure) {
        return failure.code();
    }
}
