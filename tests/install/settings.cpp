#include <mailmodule.hpp>

#include <iostream>

int main() {
    auto engine = mailmodule::engine::make();
    engine.set("smtp_name", "example.org");
    std::cout << mailmodule::version() << " for " << engine.get("smtp_name") << '\n';
    return engine.get("smtp_name") == "example.org" ? 0 : 1;
}
