// mailmodule::import_legacy: mail of the old module, each file once.
#include "check.hpp"

#include <fstream>

int main() {
    auto engine = make_engine();
    const std::string home = std::string(check_folder) + "/bob";
    CHECK(make_folder(home.c_str()) == 0 && make_folder((home + "/mbox").c_str()) == 0);
    engine.set("user", "bob;secret;" + home + ";PS");
    for (const char *name : {"00000001.msg", "00000002.msg"})
        std::ofstream(home + "/mbox/" + name, std::ios::binary)
            << "Received: from a@example.net (mx [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT\r\nSubject: " << name
            << "\r\n\r\n..dot\r\n";
    int files = 0;
    mailmodule::import_options options;
    options.flags = MM_IMPORT_DRY_RUN;
    const auto dry = mailmodule::import_legacy(engine, options, [&](const mm_import_file &file) {
        CHECK_TEXT("bob", file.name);
        CHECK_INT(MM_OK, file.error);
        return ++files != 0;
    });
    CHECK_INT(2, files);
    CHECK_INT(2, dry.messages);
    options.flags = 0;
    CHECK_ERROR(MM_E_CANCELLED, mailmodule::import_legacy(engine, {"bob", "", 0}, [](auto &) { return false; }));
    CHECK_THROWN(7, mailmodule::import_legacy(engine, {}, [](auto &) -> bool { throw of_callback{7}; }));
    CHECK_ERROR(MM_E_NOT_FOUND, mailmodule::import_legacy(engine, {"nobody", "", 0}));
    CHECK_ERROR(MM_E_NOT_FOUND, mailmodule::import_legacy(engine, {"", home + "/none", 0}));
    const auto all = mailmodule::import_legacy(engine);
    CHECK_INT(2, all.messages + all.known);
    CHECK_INT(2, mailmodule::import_legacy(engine).known);
    engine.stop(5000);
    return check_result();
}
