// Leaks, on purpose, inside a callback: the sanitizer must see it, whatever of the runtime's it is told to leave out.
#include "check.hpp"

int main() {
    auto of = make_engine();
    auto sent = mailmodule::message::make(of, {}, "bert@example.net");
    sent.add_recipient("ann@example.org");
    sent.set_reader([](void *, std::size_t) {
        static char *volatile held;
        held = new char[4321];
        *held = 'x';
        held = nullptr;
        return std::size_t(0);
    });
    sent.start();
    CHECK(sent.wait());
    of.stop(5000);
    return check_result();
}
