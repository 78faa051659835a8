// mailmodule::check_config and make_password.
#include "check.hpp"

#include <fstream>

static void findings() {
    const auto file = std::string(check_make_folder()) + "/check.cfg";
    std::ofstream(file) << "smtp_port=25\nsmtp_port=many\nno_such_key=1\n";
    const auto found = mailmodule::check_config(file);
    const auto wrong = std::find_if(found.begin(), found.end(), [](const auto &finding) { return finding.line == 2; });
    CHECK(wrong != found.end());
    if (wrong != found.end()) {
        CHECK_INT(MM_CONFIG_ERROR, wrong->severity);
        CHECK_SAME("smtp_port", wrong->key);
        CHECK(wrong->file.find("check.cfg") != std::string::npos && !wrong->text.empty());
    }
    CHECK(std::any_of(found.begin(), found.end(), [](const auto &finding) { return finding.line == 3; }));
    CHECK_ERROR(MM_E_NOT_FOUND, mailmodule::check_config(file + ".not"));
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::check_config(std::string_view("a\0b", 3)));
}

static void passwords() {
    const auto stored = mailmodule::make_password("secret");
    CHECK_INT(0, stored.find("{SCRAM-SHA-256}"));
    CHECK(stored != mailmodule::make_password("secret"));                                   // each with its salt
    const auto plain = mailmodule::make_password(std::string(400, 'x'), MM_PASSWORD_PLAIN); // longer than a first guess
    CHECK_SAME("{PLAIN}" + std::string(400, 'x'), plain);
    CHECK_INT(0, mailmodule::make_password("secret", MM_PASSWORD_PBKDF2_SHA256, 4096).find("{PBKDF2-SHA256}4096:"));
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::make_password(""));
    CHECK_ERROR(MM_E_ARGUMENT, mailmodule::make_password("secret", MM_PASSWORD_SCRAM_SHA_256, 1));
    auto of = make_engine();
    of.set("user", "bob;" + stored + ";;PS"); // the setting takes it
}

int main() {
    findings();
    passwords();
    return check_result();
}
